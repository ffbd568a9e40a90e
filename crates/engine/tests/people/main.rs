//! People who work here and what they do besides conversations, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod admin;
mod once;
mod person;
mod retention;
mod sign_in;
mod web;
mod world;
