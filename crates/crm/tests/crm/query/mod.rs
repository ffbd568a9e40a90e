//! SOQL over records, on both databases.

mod data;
mod paging;
mod rights;
mod rows;
