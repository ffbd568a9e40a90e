//! Where log lines go and what they look like. They never hold what people write: those types do not print, and neither do panics.

use std::io;

use tracing_subscriber::{Layer as _, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{LogFormat, Logs};

/// Starts logging to standard error, once a process; later calls change nothing, so that tests can start several servers.
pub fn start(logs: &Logs) {
    let filter: Targets = logs.filter.parse().expect("Config holds only filters that can be read");
    let layer = match logs.format {
        LogFormat::Text => fmt::layer().with_writer(io::stderr).with_ansi(io::IsTerminal::is_terminal(&io::stderr())).boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(io::stderr).boxed(),
    };
    if tracing_subscriber::registry().with(layer.with_filter(filter)).try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            // Not its message: that of a failed slice, for example, quotes the text that was sliced.
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "panicked");
        }));
    }
}
