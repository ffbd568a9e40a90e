//! Records: made, changed, deleted, taken back and read, one or many at once.
//!
//! Whatever changes records is a list of [`Operation`]s, carried out in one transaction and answered one [`Outcome`] each.

#[expect(dead_code, reason = "what records are found by comes with what changes them")]
pub(crate) mod column;
mod operation;

pub use operation::{Operation, Outcome, Upload};
