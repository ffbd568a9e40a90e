//! What is known of a request from its head, for handlers and log lines.

use std::{net::SocketAddr, sync::Arc, sync::OnceLock};

use axum::extract::{FromRequestParts, MatchedPath};
use http::{HeaderValue, Method, request::Parts};
use tokio::time::Instant;

use super::{ClientAddr, Refusal, edge::PlainRefusals};

/// One request's facts. Shared, because the log line, the handler and its errors all cite them; kept small, because a parked poll keeps it.
/// Use it as an extractor, or take the id anywhere below the handler with [`current_request_id`].
#[derive(Clone, Debug)]
pub struct RequestInfo(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    id: HeaderValue,
    client: ClientAddr,
    peer: SocketAddr,
    secure: bool,
    started: Instant,
    method: Method,
    route: OnceLock<MatchedPath>,
}

impl RequestInfo {
    pub(super) fn new(id: HeaderValue, client: ClientAddr, peer: SocketAddr, secure: bool, method: Method) -> Self {
        Self(Arc::new(Facts { id, client, peer, secure, started: Instant::now(), method, route: OnceLock::new() }))
    }

    /// The request's id: the caller's `x-request-id` if it is 1 to 64 of `[A-Za-z0-9._-]`, else one of ours. Safe to log and to send.
    pub fn id(&self) -> &str {
        self.0.id.to_str().unwrap_or_default()
    }

    pub(super) fn id_header(&self) -> HeaderValue {
        self.0.id.clone()
    }

    /// Who asks, seen through trusted proxies.
    pub fn client(&self) -> ClientAddr {
        self.0.client
    }

    /// The other end of the connection: the nearest proxy, if there is one.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// Whether the client's connection is encrypted, by us or by a trusted proxy: cookies may then be `Secure`.
    pub fn secure(&self) -> bool {
        self.0.secure
    }

    /// When its head had been read.
    pub fn started(&self) -> Instant {
        self.0.started
    }

    pub(super) fn method(&self) -> &Method {
        &self.0.method
    }

    /// The route's pattern, as it is registered, e.g. `/chat/rest/System/SessionId/{key}`: never the path itself, which may hold a key.
    pub fn route(&self) -> &str {
        self.0.route.get().map_or("unmatched", MatchedPath::as_str)
    }

    pub(super) fn set_route(&self, route: &MatchedPath) {
        // Set once: a nested router reports the same full pattern again.
        let _ = self.0.route.set(route.clone());
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Absent only where a router is called without an `Edge` around it, which no running server does.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PlainRefusals::render(Refusal::Failed))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        RequestInfo::from_request_parts(parts, state).await.map(|info| info.client())
    }
}

tokio::task_local! {
    pub(super) static CURRENT: RequestInfo;
}

/// The id of the request that this task is answering, for an error's log line; `None` outside a request.
pub fn current_request_id() -> Option<String> {
    CURRENT.try_with(|info| info.id().to_owned()).ok()
}

/// The request that this task is answering.
pub(crate) fn current_request() -> Option<RequestInfo> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Goes on answering a request in another task.
pub(crate) async fn in_request<F: Future>(request: RequestInfo, work: F) -> F::Output {
    CURRENT.scope(request, work).await
}

/// The caller's id if it is fit to be logged and sent back.
pub(super) fn acceptable_id(given: Option<&HeaderValue>) -> Option<HeaderValue> {
    let given = given?;
    let bytes = given.as_bytes();
    let fit = (1..=64).contains(&bytes.len()) && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
    // Copied, so that it does not keep the connection's whole read buffer alive while a poll is parked.
    fit.then(|| HeaderValue::from_bytes(bytes).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_short_id_is_taken_over() {
        let take = |text: &'static str| acceptable_id(Some(&HeaderValue::from_static(text))).is_some();
        assert!(take("018f-a.b_C9"));
        assert!(!take(""));
        assert!(!take("with space"));
        assert!(!take("quote\""));
        assert!(!take("12345678901234567890123456789012345678901234567890123456789012345"));
        assert!(acceptable_id(None).is_none());
    }
}
