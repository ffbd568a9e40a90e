//! Saving what polls said: which events arrived, and that the visitor is there.
//!
//! Many at a time, in one statement, beside the messages. A mark that is lost in a crash costs an event told twice to a client that does not
//! acknowledge, never one untold.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use store::SessionSeen;
use tokio::sync::Notify;

use super::{Live, lock};
use crate::{App, Error};

/// How long marks of clients that acknowledge may wait.
const UNHURRIED: Duration = Duration::from_secs(1);

/// Wakes the saver.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hurry(Arc<Notify>);

impl App {
    /// There are new marks; `hurry` when nobody else remembers them.
    pub(crate) fn visitors_marks(&self, hurry: bool) {
        if hurry {
            self.inner.hurry.0.notify_one();
        }
    }
}

/// Saves marks until the server closes, and once more then.
pub(crate) fn keep_marks(app: &App) {
    let keeper = app.clone();
    app.spawn(async move {
        loop {
            let closing = tokio::select! {
                () = keeper.inner.hurry.0.notified() => false,
                () = tokio::time::sleep(UNHURRIED) => false,
                () = keeper.closing().cancelled() => true,
            };
            let changed = unsaved(&keeper);
            if !changed.is_empty() {
                let seen: Arc<[SessionSeen]> = changed.iter().map(|(_, seen)| *seen).collect();
                let result = keeper
                    .store()
                    .write::<_, Error, _>(move |tx| {
                        let seen = seen.clone();
                        async move { Ok(tx.mark_seen(&seen).await?) }.boxed()
                    })
                    .await;
                match result {
                    Ok(()) => {
                        for (live, seen) in changed {
                            let mut state = lock(&live.state);
                            state.saved_delivered = state.saved_delivered.max(seen.delivered);
                            state.saved_seen_at = state.saved_seen_at.max(seen.seen_at);
                        }
                    }
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "marks of delivery could not be saved; trying again")
                    }
                }
            }
            if closing {
                return;
            }
        }
    });
}

fn unsaved(app: &App) -> Vec<(Arc<Live>, SessionSeen)> {
    let now = app.now();
    let mut changed = Vec::new();
    for live in app.visitors().all() {
        let state = lock(&live.state);
        let seen_at = if state.polling { now } else { state.seen_at };
        // Being there is saved in coarse steps: a quarter of the shortest time-out in use would do, ten seconds are enough for all.
        let fresh = seen_at.since(state.saved_seen_at) >= Duration::from_secs(10);
        if state.delivered > state.saved_delivered || fresh {
            let seen = SessionSeen { workspace: live.workspace, session: live.session, delivered: state.delivered, seen_at };
            drop(state);
            changed.push((live, seen));
        }
    }
    changed
}
