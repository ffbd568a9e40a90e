//! Calling other people's servers.
//!
//! All HTTP that leaves the process for an address that somebody typed in goes through [`Client`]: it calls no address of a private network, no
//! matter by which name, follows no redirection, waits for nobody longer than it is told, and keeps no more of an answer than it is told.
//! [`ChatEvents`] says over it what happens in conversations. What is sent, when, and what follows is decided in `engine`.

mod address;
mod chat_events;
mod client;
mod resolver;

pub use address::is_public;
pub use chat_events::ChatEvents;
pub use client::{Answer, Client, NotAllowed, Settings};
pub use resolver::{Resolve, SystemResolver};
