//! Errors: `application/problem+json` (RFC 9457).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::FieldReason;

/// The body of every answer of status 400 and above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{status} {kind:?}: {detail}")]
pub struct Problem {
    /// What went wrong, for programs. Stable.
    #[serde(rename = "type")]
    pub kind: ProblemKind,
    /// The same for people, always the same sentence for one `type`.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time. Never conversation text, never a secret.
    pub detail: String,
    /// Which property of the body or query is meant, as a path such as `details[2].label`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// What is wrong with the fields of a record; empty for everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<FieldReason>,
    /// Names this request in the server's log.
    pub request_id: String,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $status:literal $title:literal;)*) => {
        /// Stable codes of what can go wrong, each with one status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemKind {
            $($(#[$doc])* $name,)*
            /// A code that this version of the client does not know.
            #[serde(other)]
            Unknown,
        }

        impl ProblemKind {
            /// Every code that a server sends.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The HTTP status it goes with.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)*
                    Self::Unknown => 500,
                }
            }

            /// The sentence it goes with.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                    Self::Unknown => "Unknown problem",
                }
            }
        }
    };
}

problems! {
    /// The body is not JSON, or not this JSON; `property` says where.
    InvalidBody = 400 "The body does not say what this request needs";
    /// A query parameter or header is malformed.
    InvalidParameter = 400 "A parameter is malformed";
    /// No token, or one that is unknown, expired or revoked.
    NotSignedIn = 401 "Sign in first";
    /// Login, password or code is wrong. Never says which.
    SignInRefused = 401 "Login, password or code is wrong";
    /// The password is right; a TOTP code is needed too.
    TotpRequired = 401 "A one-time code is needed";
    /// Signed in, but not allowed.
    NotPermitted = 403 "Not permitted";
    /// The password must be changed before anything else.
    PasswordChangeRequired = 403 "Change the password first";
    /// The visitor's address is blocked.
    Blocked = 403 "This address is blocked";
    /// No such thing, or none that the caller may see.
    NotFound = 404 "No such thing";
    /// The path exists; the verb does not.
    MethodNotAllowed = 405 "This path does not know that method";
    /// The conversation has ended.
    ConversationEnded = 409 "The conversation has ended";
    /// The conversation is not in a state, or not with the agent, that allows this.
    WrongState = 409 "That is not possible now";
    /// The offer was taken, withdrawn or timed out.
    OfferGone = 409 "The offer is gone";
    /// The agent is at capacity.
    AtCapacity = 409 "Capacity is used up";
    /// A name, login or old id is already taken.
    AlreadyExists = 409 "That already exists";
    /// It cannot be deleted while something points to it.
    InUse = 409 "Something still uses this";
    /// The same request with the same key is still running.
    IdempotencyInProgress = 409 "The same request is still running";
    /// The body, a file or a field is too large.
    TooLarge = 413 "Too large";
    /// The file's content is of a type that is not allowed.
    UnsupportedType = 415 "That type is not accepted";
    /// The key was used with another body.
    IdempotencyKeyReused = 422 "This idempotency key was used with another body";
    /// A POST came without `Idempotency-Key`, or with a malformed one.
    IdempotencyKeyMissing = 400 "Every POST needs an Idempotency-Key";
    /// Well formed, but not acceptable: `detail` and `property` say why.
    Invalid = 422 "That is not acceptable";
    /// Too many requests; `Retry-After` says when.
    TooManyRequests = 429 "Too many requests";
    /// A fault of the server, logged under `request_id`.
    Internal = 500 "A fault in the server";
    /// Nobody can take a conversation at this entry point now.
    Unavailable = 503 "Nobody is available";
    /// The server is too busy for new work; `Retry-After` says when.
    Busy = 503 "The server is busy";
    /// The database or disk does not take writes; nothing was acknowledged.
    StorageUnavailable = 503 "Nothing can be stored at the moment";
}

impl Problem {
    /// A problem of `kind` with its own status and title.
    pub fn new(kind: ProblemKind, detail: impl Into<String>, request_id: impl Into<String>) -> Self {
        Self {
            kind,
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            property: None,
            reasons: Vec::new(),
            request_id: request_id.into(),
        }
    }

    /// The same, naming the property that is meant.
    #[must_use]
    pub fn at(mut self, property: impl Into<String>) -> Self {
        self.property = Some(property.into());
        self
    }
}
