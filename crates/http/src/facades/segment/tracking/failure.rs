//! What went wrong, as SDKs of the family understand it (deployment_segment.md 12.4): always with `code` and `message`.

use axum::response::{IntoResponse, Response};
use engine::ErrorKind;
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, RETRY_AFTER},
};
use segment::{Code, answer::Refused};

use super::pace::TooFast;
use crate::serve::{BodyError, Busy, Refusal, Refusals};

/// Seconds to wait, as analytics.js reads it (12.4).
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// When to come again while nothing can be stored, seconds.
const SOON: u64 = 2;

/// Why a request is not taken.
#[derive(Debug)]
pub(super) struct Failure {
    code: Code,
    status: StatusCode,
    /// Seconds.
    retry_after: Option<u64>,
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self { code, status: StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST), retry_after: None }
    }
}

impl From<TooFast> for Failure {
    fn from(TooFast(wait): TooFast) -> Self {
        // Whole seconds, upwards: who comes a moment too early is refused again.
        Self { retry_after: Some(wait.as_secs() + 1), ..Code::RateLimited.into() }
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self { retry_after: Some(busy.retry_after.as_secs()), ..Code::Unavailable.into() }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Code::TooLarge.into(),
            // Tried again by all SDKs, unlike a 400.
            BodyError::TooSlow => Self { status: StatusCode::REQUEST_TIMEOUT, ..Code::InvalidJson.into() },
            BodyError::Broken(_) => Code::InvalidJson.into(),
        }
    }
}

impl From<engine::Error> for Failure {
    /// Whatever keeps us from storing an event is no fault of its sender, who keeps it and comes again.
    fn from(error: engine::Error) -> Self {
        match error.kind {
            ErrorKind::Unavailable => tracing::warn!(error = &error as &dyn std::error::Error, "events could not be stored"),
            _ => tracing::error!(error = &error as &dyn std::error::Error, "events could not be taken in"),
        }
        Self { retry_after: Some(SOON), ..Code::Unavailable.into() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(Refused::from(self.code))).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            if self.status == StatusCode::TOO_MANY_REQUESTS {
                headers.insert(RATE_LIMIT_RESET, HeaderValue::from(seconds));
            }
        }
        response
    }
}

/// What the edge refuses on the paths of the protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrackingRefusals;

impl Refusals for TrackingRefusals {
    fn refuse(&self, _: &str, refusal: Refusal) -> Response {
        match refusal {
            Refusal::BodyTooLarge { .. } => Failure::from(Code::TooLarge).into_response(),
            Refusal::Busy { retry_after } => Failure::from(Busy { retry_after }).into_response(),
            // It was logged where it was caught. What a defect of ours lost may be sent again.
            Refusal::Failed => Failure { retry_after: Some(SOON), ..Code::Unavailable.into() }.into_response(),
            Refusal::NoSuchPath | Refusal::WrongMethod => {
                Failure { status: refusal.status(), ..Code::NoSuchEndpoint.into() }.into_response()
            }
        }
    }
}
