//! `/content/…`: the scripts that customers' pages load (deployment_segment.md 1), and what those scripts load.
//!
//! Sites of any origin may load all of this: it is the same for everybody and says nothing of anybody.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::get,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
};

use super::{BuiltFiles, built::Keep};

/// The cross by which an invitation is closed. Old pages take it from the content server.
const CROSS: &[u8] = include_bytes!("cross.png");

pub(super) fn router(widget: BuiltFiles) -> Router {
    // Every version's folder holds the same script: it says itself which version it speaks.
    let mut router = Router::new();
    for (route, file) in [
        ("/content/g/deployment.js", "deployment.js"),
        ("/content/g/js/{version}/deployment.js", "deployment.js"),
        ("/content/g/prechat.js", "prechat.js"),
        ("/content/g/js/{version}/prechat.js", "prechat.js"),
        ("/content/element.js", "element.js"),
        ("/content/segment.js", "segment.js"),
        // Where analytics.js looks for Segment's own integrations, by name or, if told to, by the name in base64 (deployment_segment.md 13).
        ("/next-integrations/integrations/salesforce-live-agent/{version}/salesforce-live-agent.dynamic.js.gz", "segment-classic.js"),
        (
            "/next-integrations/integrations/c2FsZXNmb3JjZS1saXZlLWFnZW50/{version}/c2FsZXNmb3JjZS1saXZlLWFnZW50.dynamic.js.gz",
            "segment-classic.js",
        ),
    ] {
        let send = move |State(widget): State<BuiltFiles>, asked: HeaderMap| async move {
            loadable(widget.send_or_refuse(file, Keep::Revalidate, &asked).await)
        };
        router = router.route(route, get(send));
    }
    router
        .route("/content/element/{*path}", get(element))
        .route("/content/window/{*path}", get(window))
        .route("/content/images/x.png", get(cross))
        .with_state(widget)
}

async fn element(State(widget): State<BuiltFiles>, Path(path): Path<String>, asked: HeaderMap) -> Response {
    loadable(widget.send_or_refuse(&format!("element/{path}"), Keep::Forever, &asked).await)
}

/// The chat window's own files: its two entries keep their names, all else is in `assets/` and is named by its content.
async fn window(State(widget): State<BuiltFiles>, Path(path): Path<String>, asked: HeaderMap) -> Response {
    let keep = if path.starts_with("assets/") { Keep::Forever } else { Keep::Revalidate };
    loadable(widget.send_or_refuse(&format!("window/{path}"), keep, &asked).await)
}

async fn cross() -> Response {
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("image/png")), (CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"))];
    loadable((headers, CROSS).into_response())
}

/// Lets pages of any origin load it, also those that embed nothing but what allows it (COEP).
fn loadable(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}
