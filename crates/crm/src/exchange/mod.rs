//! Records to and from files: CSV for spreadsheets and programs, JSON for programs.
//!
//! What reads and writes is here, for whoever has a file: the command line, the console's data page. Nothing here prints, and nothing takes more
//! memory for a longer file.

pub mod column;
pub mod write;

pub use column::{Column, columns};
pub use write::{Cells, Format, RecordWriter};
