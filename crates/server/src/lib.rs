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

/// Ten thousand parked visitors are ten thousand small things among what comes and goes with every request: this one keeps sizes apart and gives
/// memory back at once (`.cargo/config.toml` sets how), also the 19 MiB that checking a password takes for an instant.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
