//! Switchboard's HTTP surface: the native API, the facades and the pages.

pub mod api;
pub mod facades;
pub mod files;
pub mod metadata;
mod own_origin;
pub mod pages;
mod refusals;
pub mod serve;
mod upload;

pub use refusals::ByProtocol;

/// Routes, for whoever puts a server together without knowing what they are made with.
pub use axum::Router;
