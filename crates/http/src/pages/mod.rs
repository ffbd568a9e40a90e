//! What browsers open: the console, and what customers' pages load and open of ours (deployment_segment.md 1 to 7).
//!
//! The pages themselves are made by the web build (`console/`, `widget/`) and served as they are; what must know the request is a template.
//! No page runs an inline script, so that a strict policy holds for all of them. What the pages do goes through the API.

mod body;
mod built;
mod chat;
mod console;
mod content;
mod destinations;
mod failure;
mod hand_off;
mod place;
pub(crate) mod wording;

use std::{sync::Arc, time::Duration};

use askama::Template;
use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::App;
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

pub use built::BuiltFiles;

use crate::serve::{AddressLimits, Admission};

/// What the pages are made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The engine.
    pub app: App,
    /// Who is turned away when there is too much to do.
    pub admission: Admission,
    /// How many sessions one address may begin.
    pub addresses: Arc<AddressLimits>,
    /// How long a form may take to arrive.
    pub body_patience: Duration,
    /// The visitor's scripts and chat window.
    pub widget: BuiltFiles,
    /// The agents' workspace.
    pub console: BuiltFiles,
}

/// `/`, `/console/…` and `/content/…`.
pub fn router(parts: Parts) -> Router {
    let files = static_files(parts.widget.clone(), parts.console.clone());
    Router::new()
        .route("/content/s/chat", get(chat::open).post(chat::open))
        .route("/content/s/prechatVisitor", get(hand_off::take).post(hand_off::take))
        .with_state(Arc::new(parts))
        .merge(files)
}

/// `/`, `/console/…` and the static part of `/content/…`: the same for everybody.
pub fn static_files(widget: BuiltFiles, console: BuiltFiles) -> Router {
    Router::new().merge(console::router(console)).merge(content::router(widget))
}

/// A page that is made for this request, and kept by nobody.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
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
