//! Records to and from files: CSV for spreadsheets and programs, JSON for programs.
//!
//! What reads and writes is here, for whoever has a file: the command line, the console's data page. Nothing here prints, and nothing takes more
//! memory for a longer file.
//!
//! Out: [`query_of`] or any query, [`Pages`], [`RecordWriter`]. In: [`read::RowReader`], [`map::Mapping`], [`import::Importer`].

pub mod column;
mod export;
pub mod import;
pub mod map;
pub mod read;
mod rejected;
pub mod write;

pub use column::{Column, columns};
pub use export::{Pages, query_of};
pub use rejected::RejectedWriter;
pub use write::{Cells, Format, RecordWriter};
