//! Records are made, changed, deleted and read.

mod batches;
mod bin;
mod files;
mod keys;
pub(crate) mod office;
mod rights;
mod rules;
mod standard;
mod values;
