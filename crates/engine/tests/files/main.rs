//! Files in conversations, on both databases.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod images;
mod links;
mod quotas;
mod requests;
mod world;
