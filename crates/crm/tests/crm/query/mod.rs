//! SOQL over records, on both databases.

pub(crate) mod data;
mod paging;
mod plans;
mod property;
mod rights;
mod rows;
