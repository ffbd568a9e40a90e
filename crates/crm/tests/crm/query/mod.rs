//! SOQL over records, on both databases.

pub(crate) mod data;
mod paging;
mod plans;
pub(crate) mod property;
mod rights;
mod rows;
