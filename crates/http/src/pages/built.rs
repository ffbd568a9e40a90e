//! Files that the web build made: `widget/dist` and `console/dist`, embedded by a release, read from the source tree by a debug build.
//!
//! What is sent costs no work a request: a file is compressed once, when it is first asked for. Nothing here knows which paths there are.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::{self, Write as _},
    io::Write as _,
    sync::{Arc, PoisonError, RwLock},
};

use askama::Template;
use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::html;
use crate::serve::{PlainRefusals, Refusal};

/// The visitor's side: `deployment.js`, `prechat.js`, `element.js`, `element/`, `window/`.
#[derive(RustEmbed)]
#[folder = "../../widget/dist/"]
#[allow_missing = true]
struct Widget;

/// The agents' side: `index.html`, `assets/`.
#[derive(RustEmbed)]
#[folder = "../../console/dist/"]
#[allow_missing = true]
struct Console;

/// How long a browser may use a file without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It asks each time, and is told when nothing changed: the name stays when the content changes.
    Revalidate,
    /// For ever: another content has another name.
    Forever,
}

impl Keep {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Revalidate => "no-cache",
            Self::Forever => "public, max-age=31536000, immutable",
        })
    }
}

/// One folder of built files.
#[derive(Clone)]
pub struct BuiltFiles(Arc<Folder>);

struct Folder {
    find: fn(&str) -> Option<EmbeddedFile>,
    /// Whether there is any file.
    built: fn() -> bool,
    /// By path. Only files that are there get in, so it is as small as the folder.
    ready: RwLock<HashMap<Box<str>, Arc<Ready>>>,
}

impl fmt::Debug for BuiltFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltFiles").field("built", &self.is_built()).finish_non_exhaustive()
    }
}

/// A file as it is sent.
struct Ready {
    hash: [u8; 32],
    kind: HeaderValue,
    plain: Bytes,
    /// None for what is compressed already, or does not shrink.
    gzip: Option<Bytes>,
}

impl Ready {
    fn new(path: &str, file: EmbeddedFile) -> Self {
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        let text = kind.type_() == mime_guess::mime::TEXT
            || matches!(kind.subtype().as_str(), "javascript" | "json" | "svg" | "manifest")
            || kind.suffix().is_some();
        let hash = file.metadata.sha256_hash();
        let plain = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let gzip = (text || kind.subtype() == "wasm").then(|| compressed(&plain)).flatten();
        let kind = if text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
        let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        Self { hash, kind, plain, gzip }
    }

    /// The tag of one form of the content; the two forms are different bytes (RFC 9110 8.8.3).
    fn tag(&self, gzip: bool) -> String {
        let mut tag = String::with_capacity(40);
        tag.push('"');
        for byte in &self.hash[..16] {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push_str(if gzip { "-gzip\"" } else { "\"" });
        tag
    }
}

fn compressed(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::best());
    encoder.write_all(plain).ok()?;
    let bytes = encoder.finish().ok()?;
    (bytes.len() < plain.len()).then(|| Bytes::from(bytes))
}

impl BuiltFiles {
    /// What the widget's build made.
    pub fn widget() -> Self {
        Self::of::<Widget>()
    }

    /// What the console's build made.
    pub fn console() -> Self {
        Self::of::<Console>()
    }

    /// The files of any folder.
    pub fn of<E: RustEmbed>() -> Self {
        Self(Arc::new(Folder { find: E::get, built: || E::iter().next().is_some(), ready: RwLock::default() }))
    }

    /// Whether the folder held anything when this program was built, or holds something now where it is read at run time.
    pub fn is_built(&self) -> bool {
        (self.0.built)()
    }

    /// A file, as the request wants it: compressed, or told that it did not change. None if there is no such file.
    pub(super) async fn send(&self, path: &str, keep: Keep, asked: &HeaderMap) -> Option<Response> {
        if !path.split('/').all(is_name) {
            return None;
        }
        let ready = self.ready(path).await?;
        let gzip = ready.gzip.as_ref().filter(|_| accepts_gzip(asked));
        let mut response = if knows(asked, &ready) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Response::new(Body::from(gzip.unwrap_or(&ready.plain).clone()))
        };
        let unchanged = response.status() == StatusCode::NOT_MODIFIED;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, keep.header());
        headers.insert(ETAG, HeaderValue::from_str(&ready.tag(gzip.is_some())).expect("hexadecimal digits in quotes are a header value"));
        if ready.gzip.is_some() {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if !unchanged {
            headers.insert(CONTENT_TYPE, ready.kind.clone());
            if gzip.is_some() {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        Some(response)
    }

    /// As [`BuiltFiles::send`]; a file that is not there is a refusal, and before any build one that says what to run.
    pub(super) async fn send_or_refuse(&self, path: &str, keep: Keep, asked: &HeaderMap) -> Response {
        match self.send(path, keep, asked).await {
            Some(response) => response,
            None if self.is_built() => PlainRefusals::render(Refusal::NoSuchPath),
            None => unbuilt(),
        }
    }

    async fn ready(&self, path: &str) -> Option<Arc<Ready>> {
        // What is embedded does not change; what is read from the source tree may at any time.
        if !cfg!(debug_assertions)
            && let Some(ready) = self.0.ready.read().unwrap_or_else(PoisonError::into_inner).get(path)
        {
            return Some(ready.clone());
        }
        let (folder, path) = (self.0.clone(), Box::from(path));
        // Reading and compressing take their time, and a runtime's threads are for what waits.
        tokio::task::spawn_blocking(move || folder.prepare(path)).await.ok().flatten()
    }
}

impl Folder {
    fn prepare(&self, path: Box<str>) -> Option<Arc<Ready>> {
        let file = (self.find)(&path)?;
        let known = self.ready.read().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
        if let Some(known) = known.filter(|known| known.hash == file.metadata.sha256_hash()) {
            return Some(known);
        }
        let ready = Arc::new(Ready::new(&path, file));
        self.ready.write().unwrap_or_else(PoisonError::into_inner).insert(path, ready.clone());
        Some(ready)
    }
}

/// One step of a path that stays in its folder and names nothing hidden.
fn is_name(step: &str) -> bool {
    !step.is_empty() && !step.starts_with('.') && !step.contains(['\\', '\0'])
}

/// Whether the client takes gzip (RFC 9110 12.5.3).
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let codings = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    codings.into_iter().any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        matches!(name.trim(), "gzip" | "x-gzip" | "*") && !refused
    })
}

/// Whether the client has the content, in either form.
fn knows(asked: &HeaderMap, ready: &Ready) -> bool {
    let (plain, gzip) = (ready.tag(false), ready.tag(true));
    let tags = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    tags.map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == "*" || tag == plain || tag == gzip)
}

/// What a program without its web pages answers.
#[derive(Template)]
#[template(path = "unbuilt.html")]
struct Unbuilt;

pub(super) fn unbuilt() -> Response {
    html(StatusCode::NOT_FOUND, &Unbuilt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for takes in ["gzip", "br, gzip;q=0.5", "*", "x-gzip", "gzip;q=1.0"] {
            assert!(accepts_gzip(&asking(takes)), "{takes}");
        }
        for not in ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "*;q=0", "gzipped"] {
            assert!(!accepts_gzip(&asking(not)), "{not}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn no_path_leaves_its_folder() {
        for step in ["", ".", "..", ".vite", "a\\..\\b", "a\0"] {
            assert!(!is_name(step), "{step:?}");
        }
        assert!(is_name("index-Ab12_-.js"));
    }
}
