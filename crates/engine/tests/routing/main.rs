//! Conversations find agents: whole stories on SQLite and on PostgreSQL, with a clock that the tests turn.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

mod offers;
mod presence;
mod time;
mod together;
mod transfer;
mod world;
