//! What an app hears.

use liveagent::ServerMessage;

use crate::saved::Ending;
use crate::state::Incoming;

/// One event of a chat, in order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The endpoint said something (liveagent.md 3): one event for each message, however many came in one answer.
    Server {
        /// What it said. A type that is not known, or not understood, is [`ServerMessage::Unknown`].
        message: ServerMessage,
        /// The `sequence` of the answer that carried it. What an endpoint tells again under a number that we have is dropped; after a crash
        /// of the app itself the number tells a repeat.
        sequence: Option<i64>,
    },
    /// The endpoint cannot be reached. What you send waits; the chat goes on by itself.
    ConnectionLost,
    /// The endpoint answers again.
    ConnectionRestored,
    /// The endpoint gave the same unreadable answer three times; we went on without it.
    Unreadable,
    /// The chat is over. Always the last event, exactly once.
    Ended(Ending),
}

impl From<Incoming> for Event {
    fn from(incoming: Incoming) -> Self {
        match incoming {
            Incoming::Wire(event) => Self::Server { message: event.message, sequence: event.sequence },
            Incoming::Lost => Self::ConnectionLost,
            Incoming::Restored => Self::ConnectionRestored,
            Incoming::Unreadable => Self::Unreadable,
        }
    }
}
