//! One HTTP request and its answer, sorted by what a Live Agent client does about it (liveagent.md 1.2, 5). Nothing is retried here.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use liveagent::headers;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode, Url};

use crate::Error;

/// Answers longer than this are not read to their end: no Live Agent answer comes near it.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
/// A server may not put us to sleep for longer than this.
const RETRY_AFTER_LIMIT: Duration = Duration::from_secs(120);

const VERSION: HeaderName = HeaderName::from_static(headers::API_VERSION);
const AFFINITY: HeaderName = HeaderName::from_static(headers::AFFINITY);
const KEY: HeaderName = HeaderName::from_static(headers::SESSION_KEY);
const SEQUENCE: HeaderName = HeaderName::from_static(headers::SEQUENCE);
const IDEMPOTENCY: HeaderName = HeaderName::from_static(headers::IDEMPOTENCY_KEY);

/// The headers of one request beside the API version.
#[derive(Default, Clone, Copy)]
pub(crate) struct Headers<'a> {
    /// None sends no affinity at all (Visitor resources).
    pub(crate) affinity: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) sequence: Option<u64>,
    pub(crate) idempotency: Option<&'a str>,
}

impl Headers<'_> {
    pub(crate) fn map(self, api_version: u16) -> HeaderMap {
        let mut map = HeaderMap::with_capacity(5);
        map.insert(VERSION, HeaderValue::from(api_version));
        let mut put = |name, value: Option<&str>, secret: bool| {
            if let Some(mut value) = value.and_then(|v| HeaderValue::from_str(v).ok()) {
                value.set_sensitive(secret);
                map.insert(name, value);
            }
        };
        put(AFFINITY, self.affinity, true);
        put(KEY, self.key, true);
        put(IDEMPOTENCY, self.idempotency, false);
        if let Some(sequence) = self.sequence {
            map.insert(SEQUENCE, HeaderValue::from(sequence));
        }
        map
    }
}

/// An answer, sorted.
#[derive(Debug)]
pub(crate) enum Answer {
    /// 2xx with what it carried.
    Done(Bytes),
    /// 204.
    Nothing,
    /// 403: the session is not known, or the domain is not permitted.
    Forbidden,
    /// 409 with its text.
    Conflict(String),
    /// 503 that asks for ReconnectSession.
    Moved,
    /// 429, or 503 with `Retry-After`: the same again, later.
    Busy { after: Option<Duration> },
    /// Every other status.
    Other { status: u16, text: String },
    /// No answer, or not all of it.
    Broken(reqwest::Error),
    /// No answer in time.
    TimedOut,
}

impl Answer {
    /// For the log: the kind, never the content.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Nothing => "nothing",
            Self::Forbidden => "forbidden",
            Self::Conflict(_) => "conflict",
            Self::Moved => "moved",
            Self::Busy { .. } => "busy",
            Self::Other { .. } => "other",
            Self::Broken(_) => "broken",
            Self::TimedOut => "timed out",
        }
    }

    /// The answer as an error, for callers who do nothing about it.
    pub(crate) fn into_error(self, resource: &'static str) -> Error {
        match self {
            Self::Done(_) | Self::Nothing => Error::unreadable(resource, "it is empty"),
            Self::Forbidden => Error::SessionOver,
            Self::Conflict(text) => Error::Refused { status: 409, text },
            Self::Moved => Error::Refused { status: 503, text: "the affinity token is not valid".to_owned() },
            Self::Busy { .. } => Error::Refused { status: 503, text: "the endpoint is busy".to_owned() },
            Self::Other { status, text } => Error::Refused { status, text },
            Self::Broken(source) => Error::Unreachable(source),
            Self::TimedOut => Error::TimedOut,
        }
    }
}

/// Sends, reads the answer whole, and sorts it. `limit` covers all of it.
pub(crate) async fn exchange(request: RequestBuilder, limit: Duration) -> Answer {
    match tokio::time::timeout(limit, read(request)).await {
        Ok(answer) => answer,
        Err(_) => Answer::TimedOut,
    }
}

async fn read(request: RequestBuilder) -> Answer {
    // URLs can carry a session key, so no error keeps its URL.
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(e) if e.is_timeout() => return Answer::TimedOut,
        Err(e) => return Answer::Broken(e.without_url()),
    };
    let status = response.status();
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|v| v.to_str().ok()?.trim().parse::<u64>().ok())
        .map(|s| Duration::from_secs(s).min(RETRY_AFTER_LIMIT));
    let location =
        status.is_redirection().then(|| response.headers().get("location").and_then(|v| v.to_str().ok().map(str::to_owned))).flatten();
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > ANSWER_LIMIT => {
                return Answer::Other { status: status.as_u16(), text: "the answer is too long".to_owned() };
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(e) if e.is_timeout() => return Answer::TimedOut,
            Err(e) => return Answer::Broken(e.without_url()),
        }
    }
    sort(status, body.freeze(), retry_after, location.as_deref())
}

fn sort(status: StatusCode, body: Bytes, retry_after: Option<Duration>, location: Option<&str>) -> Answer {
    let text = || {
        let text = String::from_utf8_lossy(&body[..body.len().min(1000)]);
        text.chars().filter(|c| !c.is_control()).take(200).collect::<String>()
    };
    match status.as_u16() {
        204 => Answer::Nothing,
        200..=299 => Answer::Done(body),
        300..=399 => Answer::Other {
            status: status.as_u16(),
            // Following it would hand the session key to another host.
            text: format!("redirected to {}; give that address instead", location.and_then(without_query).unwrap_or_default()),
        },
        403 => Answer::Forbidden,
        409 => Answer::Conflict(text()),
        429 => Answer::Busy { after: retry_after },
        // An affinity error asks for a reconnect; a server that only has no room for us says when to come again.
        503 if retry_after.is_some() && !text().to_ascii_lowercase().contains("affinity") => Answer::Busy { after: retry_after },
        503 => Answer::Moved,
        status => Answer::Other { status, text: text() },
    }
}

fn without_query(location: &str) -> Option<String> {
    location.split(['?', '#']).next().map(|s| s.chars().take(150).collect())
}

/// A request under construction.
pub(crate) fn build(http: &reqwest::Client, method: Method, url: Url, headers: HeaderMap) -> RequestBuilder {
    http.request(method, url).headers(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_503_is_a_reconnect_unless_it_only_asks_to_come_again() {
        let sort = |text: &'static str, after: Option<u64>| {
            sort(StatusCode::SERVICE_UNAVAILABLE, Bytes::from_static(text.as_bytes()), after.map(Duration::from_secs), None)
        };
        assert!(matches!(sort("Invalid Affinity Token", None), Answer::Moved));
        assert!(matches!(sort("Invalid Affinity Token", Some(1)), Answer::Moved));
        assert!(matches!(sort("", None), Answer::Moved));
        assert!(matches!(sort("the disk is full", Some(2)), Answer::Busy { after: Some(d) } if d.as_secs() == 2));
    }

    #[test]
    fn keys_and_tokens_are_marked_as_sensitive() {
        let map = Headers { affinity: Some("tok"), key: Some("a!1!b="), sequence: Some(3), idempotency: Some("k") }.map(50);
        let shown = format!("{map:?}");
        assert!(!shown.contains("tok") && !shown.contains("a!1!b"), "{shown}");
        assert_eq!(map["x-liveagent-sequence"], "3");
    }
}
