//! SOQL over records, on both databases.

mod data;
mod paging;
mod plans;
mod property;
mod rights;
mod rows;
