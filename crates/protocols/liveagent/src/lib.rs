//! Wire shapes and codecs of the Live Agent REST protocol (`/chat/rest/…`), for a server, a client or a proxy.
//!
//! What is here: header and path grammar, request bodies with the tolerance that real clients need, server messages,
//! JSONP, ids, keys, the sequence rule, and the snippets of web pages, read and written. Every parser takes untrusted
//! input and returns a value or an error, never a panic.
//! What is not: no transport, no clock, no cryptography, no decision about conversations.
//!
//! Facts are cited by section of the project's protocol reference, `liveagent.md`, as in "(2.2)".
//! `Debug` of everything here hides message text, names, pre-chat values and keys; see [`Redacted`].

pub mod chat;
pub mod error;
pub mod headers;
pub mod ids;
pub mod init;
pub mod jsonp;
pub mod key;
pub mod message;
pub mod metadata;
pub mod multi_noun;
pub mod post;
pub mod prechat;
pub mod query;
mod redacted;
pub mod resource;
pub mod sequence;
pub mod session;
pub mod snippet;
pub mod status;
mod tolerant;
pub mod visit;
pub mod visitor;

pub use error::BodyError;
pub use message::{Envelope, ServerMessage};
pub use post::Post;
pub use redacted::{Redacted, Sensitive};
pub use resource::Resource;
