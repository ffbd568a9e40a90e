//! What agents see: one instant of it, and what changes after.
//!
//! A view is read from one snapshot together with the journal's head, so the stream that goes on after it has no gap. Rights are applied here:
//! details that are hidden from agents are not read at all.

mod agent;
mod conversation;
mod stream;

pub use agent::{AgentView, MeView, OfferView, WaitingView};
pub use conversation::{ConversationView, Supplement, ViewEntry};
pub(crate) use conversation::{queue_of, read as conversation};
pub use store::{Detail, File, FileRequest, Flag, Load, Message, Origin, Presence, Rating, Recorded};
pub use stream::{CatchUp, StartAgain};
