//! `GET /files/{link}`: a file for whoever has the link, until it expires. And the headers with which any file leaves.
//!
//! Files come from strangers. What a browser could run is never shown as a page of ours: only images and plain text are shown at all, everything
//! else is for keeping, and nothing is guessed about its type.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::{
    App, ErrorKind,
    file::{FileContent, Linked},
};
use http::{
    HeaderValue, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Types that a browser may show by itself: they hold nothing that runs.
const SHOWN: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"];
/// Bytes of `filename*` that need no encoding (RFC 8187 3.2.1).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The route of links.
pub fn router(app: App) -> Router {
    Router::new().route("/files/{link}", get(linked)).with_state(app)
}

async fn linked(State(app): State<App>, Path(link): Path<String>) -> Response {
    match app.linked_file(&link).await {
        Ok(Linked::File(content)) => answer(*content),
        Ok(Linked::Expired) => sentence(StatusCode::GONE, "This link has expired. Ask for a new one."),
        Ok(Linked::Erased) => sentence(StatusCode::GONE, "This file was erased."),
        Err(error) if matches!(error.kind, ErrorKind::NotFound(_)) => sentence(StatusCode::NOT_FOUND, "There is no such file."),
        Err(error) if error.kind == ErrorKind::Unavailable => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a file could not be read");
            sentence(StatusCode::SERVICE_UNAVAILABLE, "The file cannot be read now. Please try again.")
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a file could not be read");
            sentence(StatusCode::INTERNAL_SERVER_ERROR, "The server failed.")
        }
    }
}

fn sentence(status: StatusCode, text: &'static str) -> Response {
    (status, [(CACHE_CONTROL, HeaderValue::from_static("no-store"))], text).into_response()
}

/// A file's bytes, with all that keeps them from being run as ours.
pub(crate) fn answer(content: FileContent) -> Response {
    let shown = SHOWN.contains(&content.file.mime.as_str());
    let kind = if content.file.mime == "text/plain" { "text/plain; charset=utf-8" } else { &content.file.mime };
    let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = disposition(shown, content.file.name.reveal());
    let size = content.size();
    let mut response = Response::new(Body::from_stream(content.stream()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CONTENT_LENGTH, size.into());
    headers.insert(CONTENT_DISPOSITION, disposition);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // What was erased must not come back from a cache.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// RFC 6266: a name in ASCII for old readers, and the whole one, encoded.
fn disposition(shown: bool, name: &str) -> HeaderValue {
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '(' | ')') { c } else { '_' }).collect();
    let way = if shown { "inline" } else { "attachment" };
    let text = format!("{way}; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, PLAIN));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_the_header_or_its_quotes() {
        let told = disposition(false, "a\"; x=\\é€.pdf\r\nSet-Cookie: a=b");
        assert_eq!(
            told,
            "attachment; filename=\"a__ x____.pdf__Set-Cookie_ a_b\"; \
             filename*=UTF-8''a%22%3B%20x%3D%5C%C3%A9%E2%82%AC.pdf%0D%0ASet-Cookie%3A%20a%3Db"
        );
        assert!(disposition(true, "photo.png").to_str().unwrap().starts_with("inline; filename=\"photo.png\""));
    }
}
