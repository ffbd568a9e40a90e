//! Moving conversations between queues and agents.
//!
//! Every function here that changes something runs in a transaction that has locked the workspace's routing lane first, so limits, capacity and
//! offers are exact: a conversation is offered to one agent at a time, and is never given to two. `domain::routing` decides; this carries out.

mod after_work;
mod answer;
mod availability;
mod lane;
mod offer;
mod places;
mod presence;
mod settle;
mod take_over;
mod transfer;

pub(crate) use after_work::finish_up;
pub(crate) use answer::offer_timed_out;
pub use availability::Availability;
pub(crate) use lane::{Loaded, presence_from, ways_of};
pub(crate) use offer::{OFFER_TIMER, begin};
pub(crate) use places::{Moved, keep_places};
pub use presence::AgentPresence;
pub(crate) use presence::{NOTE_CHARACTERS, goes_offline, lapse};
pub(crate) use settle::{GRACE_TIMER, grace_over, settle};
pub use transfer::{TransferChoice, Transferred};
