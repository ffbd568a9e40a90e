//! For tests: the whole server, driven by its own clients.
//!
//! [`Site`] is what outlives a server: its database and keys, with the demonstration's workspace in them. On it runs a [`TestServer`], in
//! the test's own process, or a [`Process`], the real program, which can be killed. [`Agent`] is somebody who answers; [`Visitor`] speaks
//! the protocol of old by hand, so that a test says every header itself; [`begin_chat`] leaves that to the client library.
//!
//! Used from tests only. It panics where a test cannot go on, and says why.

#![allow(clippy::unwrap_used, reason = "only tests use this, and they say what they expect by failing")]

pub mod agent;
pub mod chat;
pub mod crash;
mod logs;
pub mod process;
pub mod running;
pub mod site;
pub mod told;
pub mod visitor;

pub use agent::{Agent, Manner, sign_in};
pub use chat::{begin_chat, hears};
pub use process::Process;
pub use running::TestServer;
pub use site::{Backend, Site};
pub use visitor::{Polled, Visitor};

use std::time::Duration;

/// How long a test waits for what must happen: long, for machines that do ten things at once.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What speaks TLS wants to know by which library, once a process.
pub(crate) fn crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
