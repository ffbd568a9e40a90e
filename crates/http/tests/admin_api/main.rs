//! What admins and supervisors do over the native API, and what the whole of it promises: on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod definitions;
mod desk;
mod entry;
mod figures;
mod import;
mod lists;
mod offline;
mod openapi;
mod records;
mod snippets;
mod supervision;
mod watch;
mod web;
mod world;
