//! What can go wrong, in the words of the one who called.

use std::fmt;

/// Why a call did not do what it was asked. No message text, key or token is ever part of it, except for the first
/// characters of an endpoint's own error text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text given as the endpoint's address is none.
    #[error("`{given}` is not the address of a Live Agent endpoint: {why}")]
    Address {
        /// The text, shortened.
        given: String,
        /// What is wrong with it.
        why: String,
    },
    /// The HTTP client could not be made: a certificate is unreadable, or the system has no trust store.
    #[error("encrypted connections cannot be set up: {0}")]
    Tls(String),
    /// The endpoint could not be reached, or the connection broke before the answer was complete.
    #[error("the endpoint cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// No answer within the time limit.
    #[error("the endpoint did not answer in time")]
    TimedOut,
    /// The endpoint refused the request for good.
    #[error("the endpoint refused with status {status}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The first 200 characters of what it said.
        text: String,
    },
    /// The answer is not what the protocol says.
    #[error("the endpoint's answer to {resource} cannot be read: {why}")]
    Unreadable {
        /// The resource asked, for example `System/SessionId`.
        resource: &'static str,
        /// Where the answer departs from the protocol, without its content.
        why: String,
    },
    /// The session is over: it ended, expired, or the endpoint does not know it. What was not sent stays in
    /// [`SavedSession::posts`](crate::SavedSession::posts).
    #[error("the session is over")]
    SessionOver,
    /// The saved session belongs to another endpoint.
    #[error("the saved session belongs to {saved}")]
    OtherEndpoint {
        /// The address that it was saved with.
        saved: String,
    },
    /// More bytes than allowed.
    #[error("{size} bytes are more than the {limit} allowed")]
    TooLarge {
        /// Bytes given.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Too many posts wait to be sent.
    #[error("{0} posts wait to be sent already")]
    QueueFull(usize),
    /// A file may only be sent after the agent asked for one (liveagent.md 2.6).
    #[error("the agent has not asked for a file")]
    NoFileRequest,
    /// The endpoint's upload address is not one that a file may be sent to.
    #[error("the endpoint named an upload address that is not allowed")]
    UploadAddress,
    /// The background task is gone: the chat was paused, or its runtime was shut down.
    #[error("the chat was paused; resume it from its saved session")]
    Paused,
}

impl Error {
    pub(crate) fn unreadable(resource: &'static str, why: impl fmt::Display) -> Self {
        Self::Unreadable { resource, why: why.to_string() }
    }
}
