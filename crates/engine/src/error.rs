//! What can go wrong, in the kinds that every protocol renders.

/// A failure of a use case.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What kind of failure, for the answer.
    pub kind: ErrorKind,
    /// The cause, for the log. Never part of `Display`.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of failure. Every renderer matches on all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// A value in the request makes no sense. `property` names it.
    #[error("{message}")]
    Invalid {
        /// Which value, as the native API calls it; empty for the whole.
        property: &'static str,
        /// What is wrong with it, in a sentence.
        message: String,
    },
    /// Who asks is not known, or not any more.
    #[error("sign in first")]
    NotSignedIn,
    /// Login, password or one-time code is wrong. Never says which.
    #[error("login, password or one-time code is wrong")]
    SignInRefused,
    /// The password is right; a one-time code is needed too.
    #[error("a one-time code is needed")]
    CodeNeeded,
    /// The password must be changed before anything else.
    #[error("change the password first")]
    PasswordChangeNeeded,
    /// Who asks may not.
    #[error("you do not have the permission for this")]
    Forbidden,
    /// The visitor's session is unknown, expired or over.
    #[error("the session is not valid any more")]
    SessionInvalid,
    /// The visitor's request was routed by a token of another time: reconnect.
    #[error("the routing token is not valid any more")]
    AffinityInvalid,
    /// There is no such thing, or not for whoever asks.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The thing is not in a state that allows it.
    #[error("{0}")]
    Conflict(&'static str),
    /// The conversation is over.
    #[error("the conversation has ended")]
    ConversationEnded,
    /// The offer was accepted, declined, withdrawn, or timed out.
    #[error("the offer is no longer open")]
    OfferGone,
    /// A name, login or old id is somebody else's.
    #[error("{message}")]
    Taken {
        /// Which value, as the native API calls it.
        property: &'static str,
        /// What has it, in a sentence.
        message: String,
    },
    /// It cannot be removed while something needs it. Says what.
    #[error("{0}")]
    InUse(String),
    /// A numbered request skips numbers.
    #[error("request {received} came, {expected} was expected")]
    OutOfSequence {
        /// What it said.
        received: i64,
        /// What it should have said.
        expected: i64,
    },
    /// The same key came with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The content is larger than allowed.
    #[error("at most {limit} bytes are allowed")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// The content's type, judged by content, is not allowed.
    #[error("files of this type are not allowed")]
    TypeRefused,
    /// Too many requests of this sort from there.
    #[error("too many requests; try again later")]
    TooMany,
    /// Storage or capacity is lacking now; nothing was acknowledged.
    #[error("the server cannot take this now; try again")]
    Unavailable,
    /// A defect of ours.
    #[error("the server failed")]
    Internal,
}

/// What a use case answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl Error {
    /// A value that makes no sense.
    pub fn invalid(property: &'static str, message: impl Into<String>) -> Self {
        ErrorKind::Invalid { property, message: message.into() }.into()
    }

    /// A defect of ours, with its cause.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: ErrorKind::Internal, source: Some(source.into()) }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let kind = match &error {
            store::Error::Unavailable(_) | store::Error::Contended(_) | store::Error::Closing => ErrorKind::Unavailable,
            store::Error::Duplicate(_) => ErrorKind::Conflict("such a thing is there already"),
            store::Error::Refused(_) | store::Error::Broken { .. } | store::Error::Panicked => ErrorKind::Internal,
        };
        Self { kind, source: Some(Box::new(error)) }
    }
}

impl store::Failure for Error {
    fn storage(&self) -> Option<&store::Error> {
        self.source.as_deref()?.downcast_ref()
    }
}

impl From<domain::conversation::Refusal> for Error {
    fn from(refusal: domain::conversation::Refusal) -> Self {
        use domain::conversation::Refusal;
        match refusal {
            Refusal::Ended => ErrorKind::ConversationEnded,
            Refusal::NotYours => ErrorKind::Conflict("the conversation belongs to somebody else"),
            Refusal::OfferGone => ErrorKind::OfferGone,
            Refusal::NotWaiting => ErrorKind::Conflict("the conversation is not waiting"),
        }
        .into()
    }
}

impl From<store::NotWritten> for Error {
    fn from(reason: store::NotWritten) -> Self {
        match reason {
            store::NotWritten::Refused(refusal) => refusal.into(),
            store::NotWritten::Unknown => ErrorKind::NotFound("conversation").into(),
            store::NotWritten::OutOfSequence { received, expected } => ErrorKind::OutOfSequence { received, expected }.into(),
        }
    }
}
