//! Why a page is not shown, as a page: a status, a sentence, and what can be done. The words are those of [`super::wording`].

use askama::Template;
use axum::response::Response;
use engine::ErrorKind;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};

use super::{
    destinations::Refused,
    html,
    wording::{Language, Wording},
};
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
struct Page<'p> {
    wording: &'static Wording,
    sentence: &'p str,
    hint: Option<&'static str>,
    /// For whoever made the page that sent too much: which property, and how much would do.
    detail: Option<&'p str>,
}

impl Failure {
    /// The page that says it.
    pub(super) fn page(&self, language: Language) -> Response {
        let say = language.wording();
        let stranger;
        let (mut detail, mut wait) = (None, None);
        let (status, sentence, hint) = match self {
            Self::Destination(refused) => {
                let (sentence, hint) = match refused {
                    Refused::Stranger(host) => {
                        stranger = say.stranger(host);
                        (stranger.as_str(), say.allow_host)
                    }
                    Refused::Missing => (say.no_address, say.look_at_endpoint),
                    Refused::Malformed => (say.no_web_address, say.look_at_endpoint),
                    Refused::Nested => (say.too_many_addresses, say.look_at_endpoint),
                };
                (StatusCode::BAD_REQUEST, sentence, Some(hint))
            }
            Self::Origin => (StatusCode::FORBIDDEN, say.wrong_domain, Some(say.allow_domain)),
            Self::Form(what) => {
                detail = Some(what.as_str());
                (StatusCode::BAD_REQUEST, say.form_too_large, None)
            }
            Self::Encoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, say.form_encoding, Some(say.remove_enctype)),
            Self::Unread(BodyError::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, say.form_too_large, None),
            Self::Unread(BodyError::TooSlow) => (StatusCode::REQUEST_TIMEOUT, say.form_late, Some(say.try_again)),
            Self::Unread(BodyError::Broken(_)) => (StatusCode::BAD_REQUEST, say.form_broken, Some(say.try_again)),
            Self::Busy(busy) => {
                wait = Some(busy.retry_after);
                (StatusCode::SERVICE_UNAVAILABLE, say.busy, Some(say.try_again))
            }
            Self::Limited(LimitedFor(time)) => {
                wait = Some(*time);
                (StatusCode::TOO_MANY_REQUESTS, say.too_many_chats, Some(say.try_in_a_minute))
            }
            Self::Engine(error) => match &error.kind {
                ErrorKind::Invalid { message, .. } => {
                    detail = Some(message.as_str());
                    (StatusCode::BAD_REQUEST, say.too_much, None)
                }
                ErrorKind::Unavailable => {
                    tracing::warn!(error = error as &dyn std::error::Error, "a page could not be answered");
                    (StatusCode::SERVICE_UNAVAILABLE, say.not_now, Some(say.try_again))
                }
                _ => {
                    tracing::error!(error = error as &dyn std::error::Error, "a page could not be answered");
                    (StatusCode::INTERNAL_SERVER_ERROR, say.failed, Some(say.try_again))
                }
            },
        };
        let mut response = html(status, &Page { wording: say, sentence, hint, detail });
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}
