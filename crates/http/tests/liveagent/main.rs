//! The Live Agent facade: what a client of it sees, on a real engine and database.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod edge;
mod files;
mod lenient;
mod messages;
mod pages;
mod polls;
mod requests;
mod seed;
mod world;
