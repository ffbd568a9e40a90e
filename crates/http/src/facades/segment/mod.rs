//! Segment's protocols: what its SDKs and destinations send and read.

pub mod mapping;
pub mod settings;
pub mod tracking;
