//! What is answered, before it is known whether it goes out alone or within another answer.

use std::io::Write as _;

use axum::{body::Body, response::Response};
use flate2::{Compression, write::GzEncoder};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY},
};
use serde::Serialize;

use super::failure::Failure;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
/// What is smaller gains nothing by being compressed: it fits into one packet.
const WORTH_COMPRESSING: usize = 1400;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) content: Content,
    /// Among the rows of a collection are some that were refused: the status does not tell.
    pub(super) refused_rows: bool,
}

/// What stands in it.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing.
    None,
    /// JSON, written out.
    Json(String),
    /// The bytes of a field, and how many they are.
    Bytes { body: Body, size: u64, kind: &'static str },
}

impl Answer {
    /// With a status and content.
    pub(super) fn of(status: StatusCode, content: Content) -> Self {
        Self { status, headers: Vec::new(), content, refused_rows: false }
    }

    /// Whether what was asked was done.
    pub(super) fn is_refusal(&self) -> bool {
        self.refused_rows || self.status.as_u16() >= 400
    }

    /// Without content.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self::of(status, Content::None)
    }

    /// 204
    pub(super) fn done() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// With this content.
    pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Failure> {
        // Room for most answers, which otherwise would be moved five times while they grow.
        let mut text = Vec::with_capacity(2048);
        serde_json::to_writer(&mut text, value).map_err(Failure::defect)?;
        let text = String::from_utf8(text).map_err(Failure::defect)?;
        Ok(Self::of(status, Content::Json(text)))
    }

    /// 200, with this content.
    pub(super) fn ok(value: &impl Serialize) -> Result<Self, Failure> {
        Self::json(StatusCode::OK, value)
    }

    /// With one more header. A value that cannot stand in one is left out.
    #[must_use]
    pub(super) fn with(mut self, name: HeaderName, value: impl AsRef<[u8]>) -> Self {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.headers.push((name, value));
        }
        self
    }

    /// As it goes out, compressed if it is worth it and the client takes that.
    pub(super) fn into_response(self, compress: bool) -> Response {
        let Self { status, headers, content, .. } = self;
        let mut response = match content {
            Content::None => Response::new(Body::empty()),
            Content::Json(text) => json_response(text, compress),
            Content::Bytes { body, size, kind } => {
                let mut response = Response::new(body);
                response.headers_mut().insert(CONTENT_LENGTH, size.into());
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
                response
            }
        };
        *response.status_mut() = status;
        response.headers_mut().extend(headers);
        response
    }
}

fn json_response(text: String, compress: bool) -> Response {
    let compressed = if compress && text.len() >= WORTH_COMPRESSING { gzip(text.as_bytes()) } else { None };
    let is_compressed = compressed.is_some();
    let mut response = Response::new(compressed.map_or_else(|| Body::from(text), Body::from));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    if is_compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// The fastest level: it takes a tenth of the time of the best one, and records repeat their field names anyhow.
fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// Whether a client takes what is compressed.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|weight| weight.trim().parse() == Ok(0.0_f32)));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_says_whether_it_takes_gzip() {
        let takes = |text: &'static str| takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(text))]));
        assert!(takes("gzip, deflate") && takes("deflate, GZIP;q=0.5") && takes("*"));
        assert!(!takes("deflate, br") && !takes("gzip;q=0") && !takes("gzip;q=0.000") && !takes(""));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_large_is_compressed_for_those_who_take_it() {
        let large = || Answer::ok(&"x".repeat(WORTH_COMPRESSING)).unwrap();
        assert!(large().into_response(true).headers().contains_key(CONTENT_ENCODING));
        assert!(!large().into_response(false).headers().contains_key(CONTENT_ENCODING));
        assert!(!Answer::ok(&"x").unwrap().into_response(true).headers().contains_key(CONTENT_ENCODING));
    }
}
