//! Counters and durations of requests, by route pattern and kind of answer.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use http::{Method, StatusCode};
use metrics::{Counter, Histogram};

type Key = (Method, Box<str>, u8);

/// Keeps the handles, since looking one up by its labels costs more than the count itself. Bounded: routes are fixed, and unknown methods count as one.
#[derive(Debug, Default)]
pub(super) struct RouteMetrics {
    handles: RwLock<HashMap<Key, Handles>>,
}

struct Handles {
    requests: Counter,
    seconds: Histogram,
}

impl std::fmt::Debug for Handles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handles")
    }
}

impl RouteMetrics {
    pub(super) fn record(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        // One hundred-step is enough for rates; the exact status is in the log line.
        let class = (status.as_u16() / 100).min(9) as u8;
        let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
        let method = if known.contains(method) { method.clone() } else { Method::TRACE };
        let key = (method, Box::from(route), class);
        if let Some(handles) = self.handles.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            handles.requests.increment(1);
            handles.seconds.record(took);
            return;
        }
        let method = if key.0 == Method::TRACE { "other".to_owned() } else { key.0.to_string() };
        let labels = [("method", method), ("route", route.to_owned()), ("status", format!("{class}xx"))];
        let handles = Handles {
            requests: metrics::counter!("http_requests_total", &labels),
            seconds: metrics::histogram!("http_request_duration_seconds", &labels),
        };
        handles.requests.increment(1);
        handles.seconds.record(took);
        self.handles.write().unwrap_or_else(PoisonError::into_inner).insert(key, handles);
    }
}
