//! What went wrong, in Live Agent's own statuses and texts (liveagent.md 5). Clients compare the texts.

use axum::response::{IntoResponse, Response};
use engine::ErrorKind;
use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
};
use liveagent::{BodyError, sequence::OutOfSequence, status};

use crate::serve::{self, Busy, LimitedFor, Refusal, Refusals};

/// Why a request is not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The engine says no.
    Engine(engine::Error),
    /// The body is not understood.
    Body(BodyError),
    /// The body did not come whole.
    Unread(serve::BodyError),
    /// A message of more characters than the deployment allows.
    TooLong { most: usize },
    /// There is no such resource.
    NoResource,
    /// The resource takes only these verbs.
    WrongMethod(String),
    /// The page's domain may not use the deployment (liveagent.md 1.6).
    DomainRefused,
    /// A second poll where the deployment refuses it (liveagent.md 5).
    SecondPoll,
    /// Nothing was asked for yet: ChasitorInit must be the first POST (liveagent.md 2.2).
    NotStarted,
    /// Too much to do.
    Busy(Busy),
    /// Too many sessions from one address.
    Limited(LimitedFor),
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<ErrorKind> for Failure {
    fn from(kind: ErrorKind) -> Self {
        Self::Engine(kind.into())
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<serve::BodyError> for Failure {
    fn from(error: serve::BodyError) -> Self {
        Self::Unread(error)
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self::Busy(busy)
    }
}

/// What the edge refuses on the paths of the protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiveAgentRefusals;

impl Refusals for LiveAgentRefusals {
    fn refuse(&self, _: &str, refusal: Refusal) -> Response {
        match refusal {
            Refusal::BodyTooLarge { .. } => Failure::Unread(serve::BodyError::TooLarge).into_response(),
            Refusal::Busy { retry_after } => Failure::Busy(Busy { retry_after }).into_response(),
            // It was logged where it was caught.
            Refusal::Failed => text(StatusCode::INTERNAL_SERVER_ERROR, FAILED),
            Refusal::NoSuchPath => Failure::NoResource.into_response(),
            Refusal::WrongMethod => text(StatusCode::METHOD_NOT_ALLOWED, "The resource does not take this verb"),
        }
    }
}

const FAILED: &str = "The server failed";

fn text(status: StatusCode, text: impl Into<String>) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"))], text.into()).into_response()
}

fn later(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

fn malformed(error: &BodyError) -> Response {
    let body = serde_json::to_string(error).unwrap_or_default();
    (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"))], body).into_response()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Engine(error) => engine_failure(&error),
            Self::Body(error) => malformed(&error),
            Self::Unread(serve::BodyError::TooLarge) => text(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::Unread(serve::BodyError::TooSlow) => text(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time"),
            Self::Unread(serve::BodyError::Broken(_)) => text(StatusCode::BAD_REQUEST, "The body broke off"),
            Self::TooLong { most } => text(StatusCode::PAYLOAD_TOO_LARGE, format!("A message has at most {most} characters")),
            Self::NoResource => text(StatusCode::NOT_FOUND, "There is no such resource"),
            Self::WrongMethod(allow) => {
                let mut response = text(StatusCode::METHOD_NOT_ALLOWED, format!("The resource takes only {allow}"));
                if let Ok(allow) = HeaderValue::from_str(&allow) {
                    response.headers_mut().insert(ALLOW, allow);
                }
                response
            }
            Self::DomainRefused => text(StatusCode::FORBIDDEN, "This domain is not permitted to use the deployment"),
            Self::SecondPoll => text(StatusCode::CONFLICT, "Another Messages request is pending; the chat was ended"),
            Self::NotStarted => malformed(&BodyError::new("ChasitorInit must be the first POST of a session")),
            Self::Busy(busy) => {
                later(text(StatusCode::SERVICE_UNAVAILABLE, "The server is busy, please try again"), busy.retry_after.as_secs())
            }
            Self::Limited(LimitedFor(time)) => {
                later(text(StatusCode::TOO_MANY_REQUESTS, "Too many sessions from this address, please try again"), time.as_secs())
            }
        }
    }
}

fn engine_failure(error: &engine::Error) -> Response {
    match &error.kind {
        ErrorKind::Invalid { property, message } => malformed(&match *property {
            "" => BodyError::new(message.clone()),
            property => BodyError::property(wire_name(property), message.clone()),
        }),
        // An ended conversation takes nothing more: its session is over (liveagent.md 2.3).
        ErrorKind::NotSignedIn | ErrorKind::SessionInvalid | ErrorKind::ConversationEnded => {
            text(StatusCode::FORBIDDEN, status::SESSION_INVALID)
        }
        ErrorKind::Forbidden | ErrorKind::SignInRefused | ErrorKind::CodeNeeded | ErrorKind::PasswordChangeNeeded => {
            text(StatusCode::FORBIDDEN, "This is not permitted")
        }
        ErrorKind::AffinityInvalid => text(StatusCode::SERVICE_UNAVAILABLE, status::AFFINITY_INVALID),
        ErrorKind::NotFound(what) => text(StatusCode::NOT_FOUND, format!("There is no such {what}")),
        ErrorKind::Conflict(_) | ErrorKind::OfferGone | ErrorKind::Taken { .. } | ErrorKind::InUse(_) => {
            text(StatusCode::CONFLICT, error.to_string())
        }
        ErrorKind::OutOfSequence { received, expected } => {
            let number = |n: i64| u64::try_from(n).unwrap_or_default();
            let gap = OutOfSequence { received: number(*received), expected: number(*expected) };
            text(StatusCode::CONFLICT, gap.to_string())
        }
        ErrorKind::KeyReused => text(StatusCode::CONFLICT, "This idempotency key was used for another request"),
        ErrorKind::TooLarge { limit } => text(StatusCode::PAYLOAD_TOO_LARGE, format!("At most {limit} bytes are allowed")),
        ErrorKind::TypeRefused => text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Files of this type are not allowed"),
        ErrorKind::TooMany => later(text(StatusCode::TOO_MANY_REQUESTS, "Too many requests, please try again"), 1),
        ErrorKind::Unavailable => {
            tracing::warn!(error = error as &dyn std::error::Error, "a request could not be taken");
            later(text(StatusCode::SERVICE_UNAVAILABLE, "The server cannot take this now, please try again"), 2)
        }
        ErrorKind::Internal => {
            tracing::error!(error = error as &dyn std::error::Error, "a request failed");
            text(StatusCode::INTERNAL_SERVER_ERROR, FAILED)
        }
    }
}

/// A property of a command as the protocol calls it.
fn wire_name(property: &'static str) -> &'static str {
    match property {
        "details" => "prechatDetails",
        "entity_plan" => "prechatEntities",
        other => other,
    }
}
