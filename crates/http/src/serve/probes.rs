//! `/healthz`, `/readyz` and `/metrics`.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use metrics_exporter_prometheus::PrometheusHandle;

use super::RequestInfo;

/// Says whether this server can take requests now.
pub trait Readiness: Send + Sync {
    /// `Err` carries one sentence for the operator, without secrets: what is not ready.
    fn ready(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricsFor {
    /// Clients on this machine only, seen through trusted proxies.
    #[default]
    Loopback,
    /// Whoever can reach the listener: for a listener of its own.
    Anyone,
}

/// `/healthz`: 200 while the process answers. `/readyz`: 200, or 503 with the reason.
pub fn health(readiness: Arc<dyn Readiness>) -> Router {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(readyz)).with_state(readiness)
}

async fn readyz(State(readiness): State<Arc<dyn Readiness>>) -> Response {
    match readiness.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n").into_response(),
    }
}

/// `/metrics` in Prometheus' text form; 404 for those who may not read it.
pub fn metrics(handle: PrometheusHandle, allowed: MetricsFor) -> Router {
    Router::new().route("/metrics", get(render)).with_state((handle, allowed))
}

async fn render(State((handle, allowed)): State<(PrometheusHandle, MetricsFor)>, info: RequestInfo, headers: HeaderMap) -> Response {
    // Behind a proxy on this machine that is not trusted everyone would seem local: whoever is forwarded is not.
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key(http::header::FORWARDED);
    let seen_through = info.client().0 != info.peer().ip().to_canonical();
    let local = info.client().0.is_loopback() && (!forwarded || seen_through);
    if allowed == MetricsFor::Loopback && !local {
        return StatusCode::NOT_FOUND.into_response();
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
