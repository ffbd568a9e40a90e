//! `/console/…`: the agents' and administrators' workspace. It is one page that shows by its path what is asked for.

use axum::{
    Router,
    extract::{Path, State},
    response::{Redirect, Response},
    routing::get,
};
use http::HeaderMap;

use super::{BuiltFiles, built::Keep};

/// Where the build puts what is named by its content.
const ASSETS: &str = "assets/";

pub(super) fn router(console: BuiltFiles) -> Router {
    let home = get(async || Redirect::permanent("/console/"));
    Router::new()
        // Not for ever: what people find at the root may be another thing one day.
        .route("/", get(async || Redirect::temporary("/console/")))
        .route("/console", home)
        .route("/console/", get(index))
        .route("/console/{*path}", get(file))
        .with_state(console)
}

async fn index(State(console): State<BuiltFiles>, asked: HeaderMap) -> Response {
    console.send_or_refuse("index.html", Keep::Revalidate, &asked).await
}

async fn file(State(console): State<BuiltFiles>, Path(path): Path<String>, asked: HeaderMap) -> Response {
    // An asset that is gone is told so: a page that is older than the server would take the index for a script.
    if path.starts_with(ASSETS) {
        return console.send_or_refuse(&path, Keep::Forever, &asked).await;
    }
    match console.send(&path, Keep::Revalidate, &asked).await {
        Some(response) => response,
        None => index(State(console), asked).await,
    }
}
