//! What analytics.js asks before all else: where a page's events go, and which destinations the page has (deployment_segment.md 13).
//!
//! Pages of any origin may read it; there is nothing in it that a page of the source does not show to everybody.

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::{App, Directory, Result, admin::Named, definition::EventSource};
use http::{
    HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL},
};
use segment::settings::{ChatSettings, DESTINATION};
use serde_json::{Value, json};

use super::mapping::objects_of;

/// How long browsers and what is between keep the answer: so much later, what is changed in the console is on the pages.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=60");
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");
/// Where the destination's script puts its factory.
const LIBRARY: &str = "SwitchboardDestination";

/// `GET /v1/projects/{key}/settings`
pub fn router(app: App) -> Router {
    Router::new().route("/v1/projects/{key}/settings", get(settings)).with_state(app)
}

async fn settings(State(app): State<App>, Path(key): Path<String>) -> Response {
    // analytics.js shows the text of a refusal on the page's console, and does not start.
    let mut response = match written(&app, &key).await {
        Ok(Some(settings)) => ([(CACHE_CONTROL, KEPT)], Json(settings)).into_response(),
        Ok(None) => {
            let sentence = "No active event source of this server has this write key.";
            (StatusCode::NOT_FOUND, [(CACHE_CONTROL, NOT_KEPT)], sentence).into_response()
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the settings of an event source could not be read");
            (StatusCode::SERVICE_UNAVAILABLE, [(CACHE_CONTROL, NOT_KEPT)], "The server has trouble. Try again.").into_response()
        }
    };
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The settings of the active source with that key.
async fn written(app: &App, key: &str) -> Result<Option<Value>> {
    let directories = app.directories();
    let Some((directory, _, source)) = directories.by_write_key(key).filter(|(_, _, source)| source.active) else { return Ok(None) };
    let host = app.settings().public_url.trim_end_matches('/');
    let (scheme, authority) = host.split_once("://").unwrap_or(("https", host));
    let mut events = json!({"apiKey": key, "apiHost": format!("{authority}/v1"), "addBundledMetadata": true});
    // It takes https for granted.
    if scheme == "http" {
        events["protocol"] = json!(scheme);
    }
    let plugin = |settings: ChatSettings| {
        json!({
            "name": DESTINATION,
            "creationName": DESTINATION,
            "url": format!("{host}/content/segment.js"),
            "libraryName": LIBRARY,
            "settings": settings,
        })
    };
    let plugins: Vec<Value> = chat(app, host, directory, source).await?.map(plugin).into_iter().collect();
    let every = json!({"__default": {"enabled": true, "integrations": {}}});
    Ok(Some(json!({
        "integrations": {"Segment.io": events},
        "remotePlugins": plugins,
        "plan": {"track": every, "identify": every, "group": every},
        // It would count its own calls and send the numbers to Segment.
        "metrics": {"sampleRate": 0},
    })))
}

/// The chat's destination as the source's pages have it; none where they have none.
async fn chat(app: &App, host: &str, directory: &Directory, source: &EventSource) -> Result<Option<ChatSettings>> {
    let known = source.deployment.filter(|id| source.browser.enabled && directory.deployments.contains_key(id));
    let Some(deployment) = known else { return Ok(None) };
    let workspace = directory.id();
    let settings = ChatSettings {
        hostname: host.to_owned(),
        live_agent_endpoint_url: host.to_owned(),
        // deployment.js takes ids of no other kind.
        deployment_id: app.own_old_id(workspace, Named::Deployment(deployment.into()), "572").await?,
        org_id: app.own_old_id(workspace, Named::Workspace(workspace), "00D").await?,
        enable_logging: source.browser.logging,
        strict: source.browser.strict,
        ..ChatSettings::default()
    };
    Ok(Some(settings.with_objects(objects_of(&source.mapping))))
}
