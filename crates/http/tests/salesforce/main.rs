//! What Salesforce's clients do, on SQLite and on PostgreSQL: over sockets, with the edge around it.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod assertions;
mod browser;
mod compatibility;
mod cross_origin;
mod identity;
mod oauth;
mod records;
mod refresh;
mod world;
