//! Switchboard's HTTP surface: the native API, the facades and the pages.

pub mod api;
pub mod facades;
pub mod serve;

/// Routes, for whoever puts a server together without knowing what they are made with.
pub use axum::Router;
