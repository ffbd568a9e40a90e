//! SOQL over records, on both databases.

mod data;
mod paging;
mod plans;
mod rights;
mod rows;
