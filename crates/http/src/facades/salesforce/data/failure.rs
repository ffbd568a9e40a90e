//! What went wrong, in the shape of the data API (salesforce.md 1.14): always an array.

use axum::response::Response;
use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, RETRY_AFTER},
};
use salesforce::composite::{SubAnswer, TreeResult};
use serde::Serialize;

use super::answer::{Answer, Content};
use crate::serve::{self, Busy, Refusal, Refusals, current_request_id};

/// Why a request is not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// In the vendor's codes and words; the first one's status is the answer's.
    Refused(Vec<salesforce::Error>),
    /// With a status for which the reference knows no code: the code is the status's own name.
    Status(StatusCode, String),
    /// The resource does not know the method.
    WrongMethod { method: String, allowed: &'static [&'static str] },
    /// One of several that hold together failed: its place, and what it is answered.
    Halted(Box<(usize, SubAnswer)>),
    /// Records of a tree that cannot be made.
    Felled(Vec<TreeResult>),
    /// Too much to do.
    Busy(Busy),
    /// Storage failed.
    Storage(crm::Error),
    /// A defect of ours.
    Defect(Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    /// Something that cannot be.
    pub(super) fn defect(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Defect(error.into())
    }

    /// What it was asked under the condition of is not so: 412.
    pub(super) fn precondition() -> Self {
        Self::Status(StatusCode::PRECONDITION_FAILED, "The record was changed, or is not what the condition says".to_owned())
    }

    /// What the body is of is not taken: 415.
    pub(super) fn media_type(given: &str) -> Self {
        let message = format!("Content-Type or Content-Encoding header specified in HTTP request is not supported: {given:.80}");
        Self::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    }

    /// The body has more bytes than this: 413.
    pub(super) fn too_large(limit: u64) -> Self {
        Self::Status(StatusCode::PAYLOAD_TOO_LARGE, format!("The request body is larger than {limit} bytes"))
    }
}

impl From<salesforce::Error> for Failure {
    fn from(error: salesforce::Error) -> Self {
        Self::Refused(vec![error])
    }
}

impl From<crm::Error> for Failure {
    fn from(error: crm::Error) -> Self {
        match error {
            crm::Error::Refused(error) => error.into(),
            other => Self::Storage(other),
        }
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self::Busy(busy)
    }
}

/// An element of the array where the vendor's own constructors have no code for the status.
#[derive(Serialize)]
struct Plain<'a> {
    message: &'a str,
    #[serde(rename = "errorCode")]
    code: String,
}

fn named(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("UNKNOWN").to_ascii_uppercase().replace([' ', '-'], "_")
}

fn plain(status: StatusCode, message: &str) -> Answer {
    let text = serde_json::to_string(&[Plain { message, code: named(status) }]).expect("texts are JSON");
    Answer::of(status, Content::Json(text))
}

fn refused(errors: &[salesforce::Error]) -> Answer {
    let status = errors.first().and_then(|error| StatusCode::from_u16(error.status()).ok()).unwrap_or(StatusCode::BAD_REQUEST);
    let text = serde_json::to_string(errors).expect("an error is JSON");
    Answer::of(status, Content::Json(text))
}

fn unknown() -> Answer {
    refused(salesforce::Error::unknown(&current_request_id().unwrap_or_default()).body())
}

fn later(seconds: u64) -> Answer {
    let mut answer = refused(salesforce::Error::unavailable().body());
    answer.headers.push((RETRY_AFTER, HeaderValue::from(seconds.max(1))));
    answer
}

impl Failure {
    /// As it is answered, alone or within another answer. What is a defect is logged here.
    pub(super) fn into_answer(self) -> Answer {
        match self {
            Self::Refused(errors) => refused(&errors),
            Self::Status(status, message) => plain(status, &message),
            Self::WrongMethod { method, allowed } => {
                let mut answer = refused(salesforce::Error::method_not_allowed(&method, allowed).body());
                answer.headers.extend(HeaderValue::from_str(&allowed.join(", ")).ok().map(|allowed| (ALLOW, allowed)));
                answer
            }
            // Both are told in an answer of another shape by whoever began them.
            Self::Halted(_) | Self::Felled(_) => refused(salesforce::Error::processing_halted().body()),
            Self::Busy(busy) => later(busy.retry_after.as_secs()),
            Self::Storage(error) if error.is_contention() => refused(salesforce::Error::unable_to_lock_row().body()),
            Self::Storage(error) if error.is_passing() => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a request could not be taken");
                later(2)
            }
            Self::Storage(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                unknown()
            }
            Self::Defect(error) => {
                tracing::error!(error = &*error as &dyn std::error::Error, "a request failed");
                unknown()
            }
        }
    }
}

/// Why a body did not come.
pub(super) fn unread(error: serve::BodyError, limit: u64) -> Failure {
    match error {
        serve::BodyError::TooLarge => Failure::too_large(limit),
        serve::BodyError::TooSlow => Failure::Status(StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time".to_owned()),
        serve::BodyError::Broken(_) => Failure::Status(StatusCode::BAD_REQUEST, "The request body broke off".to_owned()),
    }
}

/// What the edge refuses on the paths of the data API.
#[derive(Clone, Copy, Debug, Default)]
pub struct SalesforceRefusals;

impl Refusals for SalesforceRefusals {
    fn refuse(&self, _: &str, refusal: Refusal) -> Response {
        let answer = match refusal {
            Refusal::BodyTooLarge { limit } => Failure::too_large(limit as u64).into_answer(),
            Refusal::Busy { retry_after } => later(retry_after.as_secs()),
            // It was logged where it was caught.
            Refusal::Failed => unknown(),
            Refusal::NoSuchPath => refused(salesforce::Error::not_found().body()),
            Refusal::WrongMethod => refused(salesforce::Error::method_not_allowed("", &[]).body()),
        };
        answer.into_response(false)
    }
}
