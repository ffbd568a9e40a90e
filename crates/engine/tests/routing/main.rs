//! Conversations find agents: whole stories on SQLite and on PostgreSQL, with a clock that the tests turn.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

mod deliveries;
mod figures;
#[path = "../keeper/mod.rs"]
mod keeper;
mod offers;
mod presence;
#[path = "../recount/mod.rs"]
mod recount;
mod time;
mod together;
mod told;
mod transcripts;
mod transfer;
mod world;
