//! The typed client of our own API.
//!
//! Every `POST` carries an idempotency key, and what fails on the way is sent again with the same one, so that a retry is never a second
//! message. Streams reconnect by themselves. Everything here may be dropped at any `await`: nothing that was received is lost; whether a
//! dropped request was carried out is known by sending it again with its key ([`AgentClient::with_key`], [`VisitorClient::with_key`]).
//!
//! The caller installs rustls' crypto provider before the first connection is made.

mod admin;
mod agent;
mod connection;
mod events;
mod visitor;

pub use admin::{AdminClient, Resource};
pub use agent::AgentClient;
pub use connection::{Connection, Upload};
pub use events::{Event, EventStream, View, Watch, Watched};
pub use visitor::VisitorClient;

use std::time::Duration;

use crate::Problem;

/// Why a request did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server said why.
    #[error("{problem}")]
    Problem {
        /// What it said.
        problem: Box<Problem>,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// An answer of an error status without a problem: a proxy's, or not our server's.
    #[error("status {status} without an explanation")]
    Status {
        /// The HTTP status.
        status: u16,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The request did not reach the server, or the answer not us.
    #[error("the server was not reached")]
    Transport(#[source] reqwest::Error),
    /// An answer or event that is not of this API.
    #[error("the server's answer is not understood")]
    Decode(#[source] serde_json::Error),
    /// The address of the server is not one.
    #[error("not an http or https address: {0}")]
    Address(String),
    /// A stream that has ended for good was asked for more.
    #[error("the event stream has ended")]
    Ended,
}

impl Error {
    /// The problem's kind, where the server said one.
    pub fn kind(&self) -> Option<crate::ProblemKind> {
        match self {
            Self::Problem { problem, .. } => Some(problem.kind),
            _ => None,
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        use crate::ProblemKind as Kind;
        match self {
            Self::Problem { problem, .. } => {
                matches!(problem.kind, Kind::Busy | Kind::StorageUnavailable | Kind::TooManyRequests | Kind::IdempotencyInProgress)
                    || (problem.kind == Kind::Unknown && problem.status >= 502)
            }
            Self::Status { status, .. } => matches!(status, 429 | 502..=504),
            Self::Transport(error) => !error.is_builder(),
            Self::Decode(_) | Self::Address(_) | Self::Ended => false,
        }
    }

    /// When the server wants to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem { retry_after, .. } | Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // Addresses hold signatures of file links; they stay out of logs.
        Self::Transport(error.without_url())
    }
}
