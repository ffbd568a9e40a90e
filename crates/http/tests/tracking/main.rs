//! Segment's tracking API over sockets, as its SDKs call it: what is answered, and what is stored.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod bad_input;
mod calls;
mod look;
mod webhook;
mod world;
