//! What admins and supervisors do over the native API, and what the whole of it promises: on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

// The CRM of the engine's own tests.
extern crate engine as switchboard_engine;
mod conversation_records;
#[path = "../../../engine/tests/records/crm.rs"]
#[allow(dead_code, reason = "the engine's tests use all of it")]
mod crm;
mod crm_data;
mod crm_definitions;
mod crm_rights;
mod definitions;
mod desk;
mod destinations;
mod entry;
mod event_sources;
mod figures;
mod import;
mod lists;
mod offline;
mod openapi;
mod records;
mod snippets;
mod supervision;
#[path = "../../../engine/tests/routing/told.rs"]
#[allow(dead_code, reason = "the engine's tests use all of it")]
mod told;
mod watch;
mod web;
mod world;
