//! What OAuth's addresses say when they refuse (salesforce.md 1.2), and what the edge refuses on their paths.

use axum::response::{IntoResponse, Response};
use engine::{ErrorKind, authorization::Denied};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use salesforce::oauth::OAuthError;

use super::json;
use crate::serve::{BodyError, Busy, LimitedFor, Refusal, Refusals};

/// A refusal on its way to the client.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: OAuthError,
    status: Option<StatusCode>,
    retry_after: Option<u64>,
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self { error, status: None, retry_after: None }
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self { retry_after: Some(busy.retry_after.as_secs().max(1)), ..OAuthError::temporarily_unavailable().into() }
    }
}

impl From<LimitedFor> for Failure {
    fn from(limited: LimitedFor) -> Self {
        Self { retry_after: Some(limited.0.as_secs().max(1)), ..OAuthError::rate_limit_exceeded().into() }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let (status, sentence) = match error {
            BodyError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
            BodyError::Broken(_) => (StatusCode::BAD_REQUEST, "the body broke off"),
        };
        Self { status: Some(status), ..OAuthError::invalid_request(sentence).into() }
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        match error.kind {
            ErrorKind::TooMany => OAuthError::rate_limit_exceeded().into(),
            // Which of them it is, is nobody's business who has not shown all.
            ErrorKind::SignInRefused | ErrorKind::CodeNeeded | ErrorKind::PasswordChangeNeeded => {
                OAuthError::authentication_failure().into()
            }
            ErrorKind::Unavailable => {
                tracing::warn!(error = &error as &dyn std::error::Error, "storage cannot take anything now");
                Self { retry_after: Some(1), ..OAuthError::temporarily_unavailable().into() }
            }
            _ => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request for a token failed");
                OAuthError::server_error().into()
            }
        }
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::UnknownClient => OAuthError::invalid_client_id(),
            Denied::WrongSecret => OAuthError::invalid_client(),
            Denied::FlowNotAllowed => OAuthError::unsupported_grant_type(),
            Denied::ScopeNotAllowed => OAuthError::invalid_scope(),
            Denied::NotApproved => OAuthError::not_approved(),
            Denied::InactiveUser => OAuthError::inactive_user(),
            Denied::CodeExpired => OAuthError::expired_code(),
            Denied::WrongRedirect => OAuthError::redirect_uri_mismatch(),
            Denied::WrongVerifier => OAuthError::invalid_verifier(),
            Denied::TokenExpired => OAuthError::expired_token(),
            Denied::BadAssertion => OAuthError::invalid_assertion(),
            Denied::Failed(error) => return error.into(),
        }
        .into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status.or_else(|| StatusCode::from_u16(self.error.status()).ok()).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, &self.error);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What the edge refuses on the paths of OAuth.
#[derive(Clone, Copy, Debug, Default)]
pub struct OAuthRefusals;

impl Refusals for OAuthRefusals {
    fn refuse(&self, _: &str, refusal: Refusal) -> Response {
        let with = |status, sentence| Failure { status: Some(status), ..OAuthError::invalid_request(sentence).into() };
        match refusal {
            Refusal::BodyTooLarge { .. } => Failure::from(BodyError::TooLarge),
            Refusal::Busy { retry_after } => Failure::from(Busy { retry_after }),
            // It was logged where it was caught.
            Refusal::Failed => OAuthError::server_error().into(),
            Refusal::NoSuchPath => with(StatusCode::NOT_FOUND, "there is nothing at this address"),
            Refusal::WrongMethod => with(StatusCode::METHOD_NOT_ALLOWED, "this address does not take this method"),
        }
        .into_response()
    }
}
