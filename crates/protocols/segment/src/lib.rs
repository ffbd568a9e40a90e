//! Segment's side of the wire: what its tools and SDKs send and read, for a server or a test of one.
//!
//! What is here: the tracking API (`/v1/…`): who writes ([`write_key`]), what a [`body`] says whatever SDK sent it, the message model with
//! its instants ([`event`]), [`limits`], [`answer`]s; [`settings`], with which a page's destination turns traits and properties into what a
//! chat's agent sees and what the CRM gets; [`live_chat`], the events that a chat sends out; [`signature`], by which receivers of webhooks
//! know the sender. What is not: no transport, no clock, no storage, no mapping of values: that is a decision, and the same for every vendor.
//!
//! Every parser takes untrusted input and returns a value with warnings, or an error that names the place and never the value; none panics.
//! Facts are cited by section of the project's protocol reference, `deployment_segment.md`, as in "(10)".
//! `Debug` of what holds people's data shows its shape only.

pub mod answer;
pub mod body;
pub mod call;
pub mod event;
pub mod integrations;
pub mod limits;
pub mod live_chat;
pub mod pixel;
pub mod settings;
pub mod signature;
pub mod time;
pub mod write_key;

pub use answer::{Code, Problem};
pub use call::{Call, Endpoint};
pub use event::Event;
