//! Where counters and durations are kept for `/metrics`.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds. From an answer out of memory to a poll held to its end.
const DURATIONS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

/// The process's metrics: one set, which several servers in one test process share. The first call starts keeping them.
///
/// Whoever runs a server calls `run_upkeep` on the handle every few seconds: durations else pile up between two readings.
pub fn handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), DURATIONS)
                .expect("there are buckets")
                .build_recorder();
            let handle = recorder.handle();
            // Fails only if someone else keeps metrics in this process: then that is where they are read.
            let _ = ::metrics::set_global_recorder(recorder);
            ::metrics::describe_counter!("http_requests_total", "Requests answered, by method, route and hundred of the status");
            ::metrics::describe_histogram!(
                "http_request_duration_seconds",
                ::metrics::Unit::Seconds,
                "Time from a request's head to its answer's"
            );
            ::metrics::describe_counter!("http_requests_refused_total", "Requests refused because there was too much to do");
            ::metrics::describe_gauge!("http_connections", "Connections open");
            handle
        })
        .clone()
}
