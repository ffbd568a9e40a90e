//! People who work here and what they do besides conversations, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod admin;
#[allow(dead_code, reason = "other tests have it do more")]
#[path = "../keeper/mod.rs"]
mod keeper;
mod once;
mod person;
mod prepared;
mod retention;
mod sign_in;
mod transcripts;
mod web;
mod world;
