//! The shapes on the wire, the reducers as properties, and the client against a stub server.

#![allow(clippy::unwrap_used, reason = "all of this is tests; the lint spares only the functions that are marked so")]

// By the name that other crates know it by.
extern crate switchboard_native as native;

mod client;
mod reducers;
mod shapes;
