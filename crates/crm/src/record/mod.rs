//! Records: made, changed, deleted, taken back and read, one or many at once.
//!
//! Whatever changes records is a list of [`Operation`]s, carried out in one transaction and answered one [`Outcome`] each.

mod operation;

pub use operation::{Operation, Outcome, Upload};
