//! The Live Agent facade: what a client of it sees, on a real engine and database.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod chat_page;
mod edge;
mod files;
mod hand_off;
mod lenient;
mod messages;
mod pages;
mod polls;
mod post_chat;
mod requests;
mod seed;
mod world;
