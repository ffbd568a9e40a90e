//! The visitor's side of the native API: `/api/v1/visitor/…`, one file an endpoint family.
//!
//! Pages of other origins may call it: browsers are told so for the origins that deployments allow. What a page may do with a deployment is
//! decided where the deployment is named, when a conversation is asked for; from then on the token decides.

mod availability;
mod end;
mod entry;
mod entry_settings;
mod events;
mod file;
mod keyed;
mod message;
mod note;
mod offline;
mod post_chat;
mod snapshot;
mod start;
mod token;
mod transcript;

use std::time::Duration;

use engine::{App, definition::Deployment};
use http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::ApiState;

/// All endpoints, below `/api/v1`.
pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(start::start))
        .routes(routes!(availability::read))
        .routes(routes!(entry_settings::read))
        .routes(routes!(snapshot::read))
        .routes(routes!(events::follow))
        .routes(routes!(message::send))
        .routes(routes!(message::send_custom_event))
        .routes(routes!(message::set_typing))
        .routes(routes!(message::set_draft))
        .routes(routes!(note::visit))
        .routes(routes!(offline::leave))
        .routes(routes!(note::idle))
        .routes(routes!(note::rate))
        .routes(routes!(file::send))
        .routes(routes!(file::content))
        .routes(routes!(file::decline))
        .routes(routes!(transcript::read))
        .routes(routes!(transcript::text))
        .routes(routes!(post_chat::read))
        .routes(routes!(end::end))
}

/// What browsers are told about pages of other origins. Nothing here is known by a cookie, so credentials are not allowed. A request says
/// nothing of its deployment before it is read, so an origin is let in that any deployment allows. Goes around the whole API, since a
/// preflight asks with a method that no path knows; pages of other origins get nothing but what is for visitors.
pub(super) fn cross_origin(app: App) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, request: &Parts| {
        let Ok(origin) = origin.to_str() else { return false };
        request.uri.path().starts_with("/visitor/")
            && app.directories().all().any(|directory| directory.deployments.values().any(|deployment| allows(deployment, origin)))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(600))
}

/// Whether pages of an origin may use a deployment. Scheme and host are compared without case, as browsers send them in lower case.
fn allows(deployment: &Deployment, origin: &str) -> bool {
    let origins = &deployment.allowed_origins;
    origins.is_empty() || origins.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
}
