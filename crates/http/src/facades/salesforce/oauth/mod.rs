//! OAuth 2.0 as Salesforce speaks it (salesforce.md 1.2): where its clients log in.
//!
//! `engine::authorization` decides; here requests are read and answers written. Everything is a form and an object with `error` and
//! `error_description`, but for the page on which a person signs in and agrees.

mod authorize;
mod consent;
mod failure;
mod identity;
mod revoke;
mod token;
mod wording;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use engine::App;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA},
};
use salesforce::oauth::{OAuthError, Secret};
use serde::Serialize;

use failure::Failure;
pub use failure::OAuthRefusals;

use crate::serve::{AddressLimits, Admission, read_body};

/// What the facade is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The engine.
    pub app: App,
    /// Who is turned away when there is too much to do.
    pub admission: Admission,
    /// How many sign-ins of one address may fail.
    pub addresses: Arc<AddressLimits>,
    /// How long a request's body may take to arrive.
    pub body_patience: Duration,
}

/// `/services/oauth2/…`, `/.well-known/openid-configuration` and `/id/…`, each with a slash behind it or without.
pub fn router(parts: Parts) -> Router {
    let both = |router: Router<Arc<Parts>>, path: &str, methods: axum::routing::MethodRouter<Arc<Parts>>| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    };
    let mut router = Router::new();
    for (path, methods) in [
        ("/services/oauth2/token", post(token::give)),
        ("/services/oauth2/revoke", post(revoke::revoke).get(revoke::revoke_by_query)),
        ("/services/oauth2/introspect", post(revoke::introspect)),
        ("/services/oauth2/userinfo", get(identity::user_info).post(identity::user_info)),
        ("/.well-known/openid-configuration", get(identity::discovery)),
        ("/id/{organization}/{user}", get(identity::identity).post(identity::identity)),
    ] {
        router = both(router, path, methods.options(super::cross_origin::preflight));
    }
    // The page on which a person agrees is no script's to read.
    let router = router.layer(super::cross_origin::layer(parts.app.clone()));
    let router = both(router, "/services/oauth2/authorize", get(authorize::open).post(authorize::answer));
    router.route(authorize::STYLE, get(authorize::style)).with_state(Arc::new(parts))
}

/// JSON that nobody on the way keeps.
fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    match serde_json::to_string(value) {
        Ok(text) => (status, headers, text).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// A form, as OAuth's requests are.
async fn form(parts: &Parts, headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if !essence.is_empty() && !essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        return Err(OAuthError::invalid_request("the body must be application/x-www-form-urlencoded").into());
    }
    Ok(read_body(body, parts.body_patience).await?)
}

/// The same secret as the engine calls it.
fn engines(secret: &Secret) -> domain::secret::Secret {
    domain::secret::Secret(secret.reveal().to_owned())
}

/// The address of this server, as tokens and statements name it.
fn base(app: &App) -> &str {
    app.settings().public_url.trim_end_matches('/')
}
