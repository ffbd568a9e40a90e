//! Inbound APIs that are compatible with a vendor's: each adapts its protocol to the engine, and the engine never bends to it.

pub mod liveagent;
pub mod salesforce;
pub mod segment;
