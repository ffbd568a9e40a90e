//! Why a page is not shown, as a page: a status, a sentence, and what can be done.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};

use super::{destinations::Refused, html};
use crate::serve::{BodyError, Busy, LimitedFor};

#[derive(Debug)]
pub(super) enum Failure {
    /// The browser may not be sent there.
    Destination(Refused),
    /// The page's domain may not use the deployment.
    Origin,
    /// The form holds more than there is room for. Says what, never the content.
    Form(String),
    /// The form was sent in another way than forms are by themselves.
    Encoding,
    /// The form did not come whole.
    Unread(BodyError),
    /// Too much to do.
    Busy(Busy),
    /// Too many from one address.
    Limited(LimitedFor),
    /// The engine says no.
    Engine(engine::Error),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Destination(refused)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::Unread(error)
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self::Busy(busy)
    }
}

impl From<LimitedFor> for Failure {
    fn from(limited: LimitedFor) -> Self {
        Self::Limited(limited)
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        Self::Engine(error)
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Page {
    title: &'static str,
    sentence: String,
    hint: &'static str,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        const CANNOT: &str = "The chat cannot be opened";
        const AGAIN: &str = "Please go back and try again.";
        let mut wait = None;
        let (status, sentence, hint) = match self {
            Self::Destination(refused) => {
                let hint = match refused {
                    Refused::Stranger(_) => {
                        "Whoever runs this chat can allow the host: in the console, among the pages of the deployment, or as the button's \
                         own page before or for the chat."
                    }
                    _ => "Whoever runs the site can look at the address after endpoint= that its page was opened with.",
                };
                (StatusCode::BAD_REQUEST, refused.to_string(), hint)
            }
            Self::Origin => (
                StatusCode::FORBIDDEN,
                "Pages of this domain may not use the deployment.".to_owned(),
                "Whoever runs this chat can allow the domain: in the console, among the pages of the deployment.",
            ),
            Self::Form(what) => (StatusCode::BAD_REQUEST, format!("The form is too large: {what}."), ""),
            Self::Encoding => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The form was sent in a way that is not read here.".to_owned(),
                "Whoever runs the site can remove the form's enctype: it must be application/x-www-form-urlencoded.",
            ),
            Self::Unread(BodyError::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "The form is too large.".to_owned(), ""),
            Self::Unread(BodyError::TooSlow) => (StatusCode::REQUEST_TIMEOUT, "The form did not arrive in time.".to_owned(), AGAIN),
            Self::Unread(BodyError::Broken(_)) => (StatusCode::BAD_REQUEST, "The form broke off.".to_owned(), AGAIN),
            Self::Busy(busy) => {
                wait = Some(busy.retry_after);
                (StatusCode::SERVICE_UNAVAILABLE, "The server is busy.".to_owned(), AGAIN)
            }
            Self::Limited(LimitedFor(time)) => {
                wait = Some(time);
                (StatusCode::TOO_MANY_REQUESTS, "Too many chats were opened from your address.".to_owned(), "Please try again in a minute.")
            }
            Self::Engine(error) => engine_failure(&error),
        };
        let mut response = html(status, &Page { title: CANNOT, sentence, hint });
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}

fn engine_failure(error: &engine::Error) -> (StatusCode, String, &'static str) {
    use engine::ErrorKind;
    match &error.kind {
        ErrorKind::Invalid { message, .. } => (StatusCode::BAD_REQUEST, format!("The page sent more than can be kept: {message}."), ""),
        ErrorKind::Unavailable => {
            tracing::warn!(error = error as &dyn std::error::Error, "a page could not be answered");
            (StatusCode::SERVICE_UNAVAILABLE, "The server cannot take this now.".to_owned(), "Please go back and try again.")
        }
        _ => {
            tracing::error!(error = error as &dyn std::error::Error, "a page could not be answered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The server failed.".to_owned(), "Please go back and try again.")
        }
    }
}
