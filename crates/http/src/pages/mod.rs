//! What browsers open: the console, and what customers' pages load and open of ours (deployment_segment.md 1 to 7).
//!
//! The pages themselves are made by the web build (`console/`, `widget/`) and served as they are; what must know the request is a template.
//! No page runs an inline script, so that a strict policy holds for all of them. What the pages do goes through the API.

mod built;
mod console;
mod content;

use askama::Template;
use axum::{
    Router,
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

pub use built::BuiltFiles;

/// `/`, `/console/…` and the static part of `/content/…`: the same for everybody.
pub fn static_files(widget: BuiltFiles, console: BuiltFiles) -> Router {
    Router::new().merge(console::router(console)).merge(content::router(widget))
}

/// A page that is made for this request, and kept by nobody.
fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (status, headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
