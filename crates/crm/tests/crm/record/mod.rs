//! Records are made, changed, deleted and read.

mod bin;
mod files;
mod keys;
mod office;
mod rights;
mod rules;
mod standard;
mod values;
