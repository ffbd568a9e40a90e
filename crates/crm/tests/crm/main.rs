//! The CRM on both databases.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod backup;
mod browse;
mod current;
mod define;
mod defined;
mod describe;
mod exchange;
mod given;
mod hidden;
mod hostile;
mod interpreter;
mod mirror;
mod port;
mod query;
mod record;
mod rights;
mod standard;
mod supposing;
mod table;
mod transcript;
mod whole;
mod world;
