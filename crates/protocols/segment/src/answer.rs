//! What is answered (12.4): a success that SDKs look at by its status only, and errors that always have `code` and `message`, since
//! the Python library fails on one without a code.

use serde::Serialize;

/// Why something was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is no JSON.
    InvalidJson,
    /// The body, or an event of a batch, is no object.
    NotAnObject,
    /// The body is JSON inside a JSON string.
    DoublyEncoded,
    /// A batch without a list of events.
    NoBatch,
    /// A batch of too many events.
    TooManyEvents,
    /// More bytes than are allowed.
    TooLarge,
    /// Compressed, and not readable.
    BadCompression,
    /// Objects too deep inside each other.
    TooDeep,
    /// Neither a user nor an anonymous id.
    NoUserAnonId,
    /// A track call without a name.
    NoEventName,
    /// A group call without a group.
    NoGroupId,
    /// An alias without the user's id.
    NoUserId,
    /// An alias without the id of before.
    NoPreviousId,
    /// A `type` that nobody knows.
    UnknownType,
    /// A `messageId` that is too long.
    MessageIdTooLong,
    /// Another id that is too long.
    IdTooLong,
    /// A name that is too long.
    NameTooLong,
    /// A field that has another shape than it must have.
    Mistyped,
    /// An instant that is no date: the time of arrival counts.
    UnreadableTimestamp,
    /// No write key, or one that nobody knows.
    InvalidWriteKey,
    /// A signature that does not fit.
    InvalidSignature,
    /// Too many at once.
    RateLimited,
    /// Nothing can be stored at the moment.
    Unavailable,
    /// A path or a method that is not of the API.
    NoSuchEndpoint,
}

impl Code {
    /// As it is written to clients and shown to people. Stable.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::NotAnObject => "not_an_object",
            Self::DoublyEncoded => "doubly_encoded",
            Self::NoBatch => "no_batch",
            Self::TooManyEvents => "too_many_events",
            Self::TooLarge => "too_large",
            Self::BadCompression => "bad_compression",
            Self::TooDeep => "too_deep",
            Self::NoUserAnonId => "no_user_anon_id",
            Self::NoEventName => "no_event_name",
            Self::NoGroupId => "no_group_id",
            Self::NoUserId => "no_user_id",
            Self::NoPreviousId => "no_previous_id",
            Self::UnknownType => "unknown_type",
            Self::MessageIdTooLong => "message_id_too_long",
            Self::IdTooLong => "id_too_long",
            Self::NameTooLong => "name_too_long",
            Self::Mistyped => "mistyped",
            Self::UnreadableTimestamp => "unreadable_timestamp",
            Self::InvalidWriteKey => "invalid_write_key",
            Self::InvalidSignature => "invalid_signature",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::NoSuchEndpoint => "no_such_endpoint",
        }
    }

    /// What is the matter, for the person who reads the SDK's log.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::InvalidJson => "The body is not valid JSON.",
            Self::NotAnObject => "An event must be a JSON object.",
            Self::DoublyEncoded => "The body is a JSON string that contains JSON: encode it once.",
            Self::NoBatch => "A batch must have a list of events in 'batch'.",
            Self::TooManyEvents => "A batch may have at most 2500 events.",
            Self::TooLarge => "An event may have at most 32 KB, a batch 500 KB.",
            Self::BadCompression => "The body is compressed and cannot be read; gzip is understood.",
            Self::TooDeep => "Objects and lists may be at most 32 levels inside each other.",
            Self::NoUserAnonId => "An event needs a userId or an anonymousId.",
            Self::NoEventName => "A track call needs the event's name in 'event'.",
            Self::NoGroupId => "A group call needs a groupId.",
            Self::NoUserId => "An alias call needs a userId.",
            Self::NoPreviousId => "An alias call needs a previousId.",
            Self::UnknownType => "The type must be identify, track, page, screen, group or alias.",
            Self::MessageIdTooLong => "A messageId may have at most 100 characters.",
            Self::IdTooLong => "An id may have at most 255 characters.",
            Self::NameTooLong => "A name may have at most 1000 characters.",
            Self::Mistyped => "A field has another type than it must have.",
            Self::UnreadableTimestamp => "An instant must be written as ISO 8601; the time of arrival counts instead.",
            Self::InvalidWriteKey => "There is no source with this write key.",
            Self::InvalidSignature => "The X-Signature does not fit the body and the source's webhook secret.",
            Self::RateLimited => "Too many events at once: try again later.",
            Self::NoSuchEndpoint => "There is no such endpoint; events are posted to /v1/batch, or to /v1/track and the like.",
            Self::Unavailable => "Events cannot be stored at the moment: try again later.",
        }
    }

    /// The status with which a whole request is refused (12.4): 400 is never tried again by SDKs, 429 and 503 are.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidWriteKey | Self::InvalidSignature => 401,
            Self::NoSuchEndpoint => 404,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
            _ => 400,
        }
    }
}

/// What is wrong with an event, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Why it was not taken.
    pub code: Code,
    /// Where: a name of the message model, or none when it is the whole.
    pub path: Option<&'static str>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, path: None }
    }
}

/// `{"success": true}` (12.4).
pub const SUCCESS: &str = r#"{"success":true}"#;

/// The body of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    success: bool,
    /// See [`Code::as_str`].
    pub code: &'static str,
    /// See [`Code::message`].
    pub message: &'static str,
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self { success: false, code: code.as_str(), message: code.message() }
    }
}
