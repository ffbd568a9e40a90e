//! From the engine's views to the native API's shapes.

mod agent;
mod entry;

pub(super) use agent::{agent_snapshot, conversation, me, offer, waiting};
pub(super) use entry::{detail, entry, file, offer_outcome, sent_file, transfer_target, transfer_target_from};
