//! Records of a CRM: plans carried out, what agents do, and servers that die in between, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod agents;
mod crm;
mod kept;
mod offline;
mod plans;
mod together;
mod world;
