//! Telling other people's servers what happens in conversations.
//!
//! A materialiser follows the journal and makes a row for each event and destination, in the transaction that moves its mark: the hot path knows
//! nothing of it. Each destination has a lane of its own, which takes what is due, sends it through the port [`Outbound`], and notes what came of it;
//! lanes of several servers work on one destination without getting into each other's way, and whoever dies with a delivery in his hands leaves it to the others.
//! So a delivery arrives at least once, always under the same id, one visitor's in order. What is not taken and never will be is a dead letter.

mod follow;
mod lane;
mod manage;
mod port;
mod read;
mod repair;

pub use lane::Lanes;
pub use manage::{NewDestinationSecret, Secrets, TestOutcome};
pub use port::{Outbound, Received, Sending, Sent, Target};
pub use read::{AttemptShown, DeliveryShown, DestinationState, FunnelShown};
pub use store::{Delivery, DeliveryFilter, DeliveryState, Funnel};

pub(crate) use follow::follow;
pub(crate) use lane::{keep_lanes, run_lanes};
pub(crate) use manage::resume;
