//! What must be kept to carry a chat on later, in another process or after a crash.

use std::collections::VecDeque;
use std::fmt;

use liveagent::ServerMessage;
use liveagent::message::FileTransfer;
use liveagent::resource::{Method, Resource};
use serde::{Deserialize, Serialize};

/// A chat between two requests: everything that [`Chat::resume`](crate::Chat::resume) needs, as plain JSON.
///
/// It holds the session key and message text: keep it as you keep a password. Its `Debug` shows neither.
#[derive(Clone, Serialize, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct SavedSession {
    /// The endpoint's address, ending in `/chat/rest/`.
    pub host: String,
    /// Organisation id, as given in the chat request.
    pub organization_id: String,
    /// Session id.
    pub id: String,
    /// Session key: the secret.
    pub key: String,
    /// Affinity token; None sends the literal `null`.
    #[serde(default)]
    pub affinity: Option<String>,
    /// Seconds after which a hanging poll is given up (liveagent.md 2.1).
    pub poll_timeout: u64,
    /// The number that the next new POST carries.
    pub sequence: u64,
    /// The `sequence` of the last poll's answer; -1 before the first.
    pub ack: i64,
    /// The `offset` of the last poll's answer, for ReconnectSession.
    #[serde(default)]
    pub offset: Option<i64>,
    /// Posts that the endpoint has not acknowledged, oldest first.
    #[serde(default)]
    pub posts: VecDeque<SavedPost>,
    /// Events that arrived and that the app has not taken yet.
    #[serde(default)]
    pub unread: VecDeque<SavedEvent>,
    /// Fingerprints of the last events, to recognise a repeat after a reconnect.
    #[serde(default)]
    pub recent: VecDeque<(i64, u64)>,
    /// Whether the endpoint has acknowledged the chat request.
    #[serde(default)]
    pub requested: bool,
    /// Whether an agent is there.
    #[serde(default)]
    pub established: bool,
    /// Whether the endpoint has acknowledged our own end.
    #[serde(default)]
    pub left: bool,
    /// The agent's open requests for a file, oldest first.
    #[serde(default)]
    pub file_requests: Vec<FileTransfer>,
    /// How the chat ended, if it did.
    #[serde(default)]
    pub ended: Option<Ending>,
    /// Whether nothing was sent after this was saved. Only then may the numbers of unacknowledged posts be used again;
    /// otherwise resuming begins with ReconnectSession, which starts them anew.
    #[serde(default)]
    pub exact: bool,
}

/// One POST that waits for its acknowledgement.
#[derive(Clone, Serialize, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct SavedPost {
    /// Idempotency key: the same for each attempt, also across reconnects.
    pub key: String,
    /// Resource prefix, for example `Chasitor`.
    pub prefix: String,
    /// Resource noun, for example `ChatMessage`.
    pub noun: String,
    /// The JSON body.
    pub body: String,
    /// The number that it was last sent with.
    #[serde(default)]
    pub sequence: Option<u64>,
    /// Whether it was sent with that number and the answer is not known.
    #[serde(default)]
    pub unanswered: bool,
}

impl SavedPost {
    /// Whether only the newest of several in a row matters.
    pub(crate) fn is_fleeting(&self) -> bool {
        matches!(self.noun.as_str(), "ChasitorTyping" | "ChasitorNotTyping" | "ChasitorSneakPeek")
    }

    /// Whether it carries a number (liveagent.md 1.3).
    pub(crate) fn is_numbered(&self) -> bool {
        Resource::named(&self.prefix, &self.noun, Method::Post).map_or(true, Resource::has_sequence)
    }

    pub(crate) fn is_end(&self) -> bool {
        self.noun == "ChatEnd"
    }

    pub(crate) fn is_chat_request(&self) -> bool {
        self.noun == "ChasitorInit"
    }
}

/// One event as it arrived.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct SavedEvent {
    /// The `sequence` of the answer that carried it.
    #[serde(default)]
    pub sequence: Option<i64>,
    /// The message.
    pub message: ServerMessage,
}

/// How a chat ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The endpoint said so (`ChatEnded`): `agent`, `client`, `clientIdleTimeout` … (liveagent.md 3).
    Ended {
        /// The reason, in the endpoint's words.
        reason: Option<String>,
    },
    /// We ended it, and the endpoint acknowledged that.
    Left,
    /// The chat request failed: `Unavailable`, `Blocked` … (liveagent.md 3).
    RequestFailed {
        /// The reason, in the endpoint's words.
        reason: Option<String>,
    },
    /// The endpoint does not know the session (any more): 403.
    Expired,
    /// The endpoint refused the poll or the chat request for good.
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { reason: Some(reason) } => write!(f, "the chat was ended ({reason})"),
            Self::Ended { reason: None } => f.write_str("the chat was ended"),
            Self::Left => f.write_str("you ended the chat"),
            Self::RequestFailed { reason: Some(reason) } => write!(f, "the chat request failed ({reason})"),
            Self::RequestFailed { reason: None } => f.write_str("the chat request failed"),
            Self::Expired => f.write_str("the session has expired"),
            Self::Refused { status } => write!(f, "the endpoint refused with status {status}"),
        }
    }
}

impl fmt::Debug for SavedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedSession")
            .field("host", &self.host)
            .field("id", &self.id)
            .field("sequence", &self.sequence)
            .field("ack", &self.ack)
            .field("offset", &self.offset)
            .field("posts", &self.posts)
            .field("unread", &self.unread)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SavedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedPost").field("noun", &self.noun).field("sequence", &self.sequence).finish_non_exhaustive()
    }
}
