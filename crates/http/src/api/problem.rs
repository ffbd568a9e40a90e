//! Errors of the native API: `application/problem+json`.

use axum::response::{IntoResponse, Response};
use engine::{Error, ErrorKind};
use http::{HeaderValue, StatusCode, header};
use native::{Problem, ProblemKind, record::FieldReason};

use crate::serve::{LimitedFor, Refusal, Refusals, current_request_id};

/// An error on its way to the client. Handlers return it; what is ours is logged when it is rendered.
#[derive(Debug)]
pub struct Failure {
    // Boxed: what can fail everywhere must not make every answer large.
    problem: Box<Problem>,
    retry_after: Option<u64>,
    cause: Option<Error>,
}

/// What handlers of the native API answer.
pub type Answered<T> = Result<T, Failure>;

impl Failure {
    /// A problem that the API itself finds.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let problem = Box::new(Problem::new(kind, detail, current_request_id().unwrap_or_default()));
        Self { retry_after: (problem.status == 503).then_some(1), problem, cause: None }
    }

    /// The same, naming the property that is meant.
    #[must_use]
    pub fn at(mut self, property: impl Into<String>) -> Self {
        self.problem.property = Some(property.into());
        self
    }

    /// The same, saying what is wrong with the fields of a record.
    #[must_use]
    pub fn because(mut self, reasons: Vec<FieldReason>) -> Self {
        self.problem.reasons = reasons;
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.problem.status
    }

    /// The body.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Whether the answer is kept under the request's key: not where the same request may succeed later.
    pub(crate) fn is_final(&self) -> bool {
        self.problem.status < 500 && self.problem.status != 429
    }

    fn log(&self) {
        let Some(cause) = &self.cause else { return };
        let request = self.problem.request_id.as_str();
        let source = cause.source.as_deref().map(|source| source as &dyn std::error::Error);
        match self.problem.kind {
            ProblemKind::Internal => tracing::error!(request, kind = %cause.kind, source, "a request failed"),
            ProblemKind::StorageUnavailable => tracing::warn!(request, source, "storage cannot take anything now"),
            _ => {}
        }
    }
}

/// Which problem a kind of failure is. Every kind has one.
fn kind_of(kind: &ErrorKind) -> ProblemKind {
    match kind {
        ErrorKind::Invalid { .. } => ProblemKind::Invalid,
        ErrorKind::NotSignedIn | ErrorKind::SessionInvalid | ErrorKind::AffinityInvalid => ProblemKind::NotSignedIn,
        ErrorKind::SignInRefused => ProblemKind::SignInRefused,
        ErrorKind::CodeNeeded => ProblemKind::TotpRequired,
        ErrorKind::PasswordChangeNeeded => ProblemKind::PasswordChangeRequired,
        ErrorKind::Forbidden => ProblemKind::NotPermitted,
        ErrorKind::NotFound(_) => ProblemKind::NotFound,
        ErrorKind::Conflict(_) | ErrorKind::OutOfSequence { .. } => ProblemKind::WrongState,
        ErrorKind::ConversationEnded => ProblemKind::ConversationEnded,
        ErrorKind::OfferGone => ProblemKind::OfferGone,
        ErrorKind::Taken { .. } => ProblemKind::AlreadyExists,
        ErrorKind::InUse(_) => ProblemKind::InUse,
        ErrorKind::KeyReused => ProblemKind::IdempotencyKeyReused,
        ErrorKind::TooLarge { .. } => ProblemKind::TooLarge,
        ErrorKind::TypeRefused => ProblemKind::UnsupportedType,
        ErrorKind::TooMany => ProblemKind::TooManyRequests,
        ErrorKind::Unavailable => ProblemKind::StorageUnavailable,
        ErrorKind::Internal => ProblemKind::Internal,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = kind_of(&error.kind);
        let mut failure = Self::new(kind, error.kind.to_string());
        if let ErrorKind::Invalid { property, .. } | ErrorKind::Taken { property, .. } = &error.kind
            && !property.is_empty()
        {
            failure.problem.property = Some((*property).to_owned());
        }
        if kind == ProblemKind::TooManyRequests {
            failure.retry_after = Some(5);
        }
        failure.cause = Some(error);
        failure
    }
}

impl From<ErrorKind> for Failure {
    fn from(kind: ErrorKind) -> Self {
        Error::from(kind).into()
    }
}

impl From<LimitedFor> for Failure {
    fn from(limited: LimitedFor) -> Self {
        let mut failure = Self::new(ProblemKind::TooManyRequests, limited.to_string());
        failure.retry_after = Some(limited.0.as_secs().max(1));
        failure
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.log();
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self.problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The media type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What the edge refuses on the paths of the native API.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemRefusals;

impl Refusals for ProblemRefusals {
    fn refuse(&self, _: &str, refusal: Refusal) -> Response {
        match refusal {
            Refusal::BodyTooLarge { limit } => Failure::new(ProblemKind::TooLarge, format!("at most {limit} bytes are allowed")),
            Refusal::Busy { retry_after } => {
                let mut failure = Failure::new(ProblemKind::Busy, "the server cannot take more requests now");
                failure.retry_after = Some(retry_after.as_secs().max(1));
                failure
            }
            Refusal::Failed => Failure::new(ProblemKind::Internal, "the request could not be answered"),
            Refusal::NoSuchPath => Failure::new(ProblemKind::NotFound, "there is nothing at this path"),
            Refusal::WrongMethod => Failure::new(ProblemKind::MethodNotAllowed, "this path does not know this method"),
        }
        .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_is_one_problem() {
        let kinds = [
            ErrorKind::Invalid { property: "name", message: "the name is empty".into() },
            ErrorKind::NotSignedIn,
            ErrorKind::SignInRefused,
            ErrorKind::CodeNeeded,
            ErrorKind::PasswordChangeNeeded,
            ErrorKind::Forbidden,
            ErrorKind::SessionInvalid,
            ErrorKind::AffinityInvalid,
            ErrorKind::NotFound("button"),
            ErrorKind::Conflict("the conversation is not waiting"),
            ErrorKind::ConversationEnded,
            ErrorKind::OfferGone,
            ErrorKind::Taken { property: "login", message: "the login \"ann\" belongs to somebody else".into() },
            ErrorKind::InUse("the button \"Help\" uses it".into()),
            ErrorKind::OutOfSequence { received: 4, expected: 2 },
            ErrorKind::KeyReused,
            ErrorKind::TooLarge { limit: 10 },
            ErrorKind::TypeRefused,
            ErrorKind::TooMany,
            ErrorKind::Unavailable,
            ErrorKind::Internal,
        ];
        let lines: Vec<String> = kinds
            .into_iter()
            .map(|kind| {
                let failure = Failure::from(kind);
                let problem = failure.problem();
                let kind = serde_json::to_value(problem.kind).unwrap();
                format!(
                    "{} {} {} {} {}",
                    problem.status,
                    kind.as_str().unwrap(),
                    problem.property.as_deref().unwrap_or("-"),
                    failure.retry_after.map_or_else(|| "-".to_owned(), |seconds| seconds.to_string()),
                    problem.detail
                )
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        422 invalid name - the name is empty
        401 not_signed_in - - sign in first
        401 sign_in_refused - - login, password or one-time code is wrong
        401 totp_required - - a one-time code is needed
        403 password_change_required - - change the password first
        403 not_permitted - - you do not have the permission for this
        401 not_signed_in - - the session is not valid any more
        401 not_signed_in - - the routing token is not valid any more
        404 not_found - - there is no such button
        409 wrong_state - - the conversation is not waiting
        409 conversation_ended - - the conversation has ended
        409 offer_gone - - the offer is no longer open
        409 already_exists login - the login "ann" belongs to somebody else
        409 in_use - - the button "Help" uses it
        409 wrong_state - - request 4 came, 2 was expected
        422 idempotency_key_reused - - this idempotency key was used for another request
        413 too_large - - at most 10 bytes are allowed
        415 unsupported_type - - files of this type are not allowed
        429 too_many_requests - 5 too many requests; try again later
        503 storage_unavailable - 1 the server cannot take this now; try again
        500 internal - - the server failed
        "#);
    }
}
