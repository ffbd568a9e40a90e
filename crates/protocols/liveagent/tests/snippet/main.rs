//! Snippets as site owners paste them: every variation of deployment_segment.md 8 and assistant.md 1.2, by name.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod embedded;
mod properties;
mod variations;
mod world;
