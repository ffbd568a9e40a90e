//! Which pages of other origins may call: those of addresses to which a connected app has browsers sent back. In an organisation an
//! administrator lists such origins apart; here an app that runs in a browser has said its own when it was registered.
//!
//! A request says nothing of its app before it is read, and a preflight never does, so an origin is let in that any active app has. Nothing is
//! known by a cookie here, so credentials of the browser are not allowed.

use std::time::Duration;

use engine::{App, definition::ConnectedApp};
use http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{ETAG, LAST_MODIFIED, LOCATION, WARNING},
    request::Parts,
};
use salesforce::headers::LIMIT_INFO;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use url::Url;

/// How long a browser may keep what it was told; an app that is switched off is out after it.
const KEPT: Duration = Duration::from_secs(600);

/// Goes around routes that scripts may call.
pub(super) fn layer(app: App) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, _: &Parts| {
        app.directories().all().any(|directory| directory.connected_apps.values().any(|app| is_of(app, origin)))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([HeaderName::from_bytes(LIMIT_INFO.as_bytes()).expect("a header's name"), ETAG, LAST_MODIFIED, LOCATION, WARNING])
        .max_age(KEPT)
}

/// The method of a preflight, for routes that know their methods: it has to lead to a route to meet the layer around it, which answers.
pub(super) async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether browsers are sent back to that origin. Addresses of programs (`myapp://callback`) have none.
fn is_of(app: &ConnectedApp, origin: &HeaderValue) -> bool {
    let origins = app.redirect_addresses.iter().filter_map(|address| Url::parse(address).ok()).map(|address| address.origin());
    app.active && origins.filter(url::Origin::is_tuple).any(|known| known.ascii_serialization().as_bytes() == origin.as_bytes())
}
