//! Switchboard: the open, self-hosted Live Agent server.
//!
//! The library behind the binary, so that a test can start a whole server in its own process: settings ([`config`]), the life of a
//! server ([`running`]), and what the command line can do ([`verbs`]).

pub mod ambient;
pub mod config;
pub mod data_folder;
pub mod logs;
pub mod metrics;
pub mod running;
pub mod verbs;
pub mod wiring;
