//! SQLite's checkpoints, made beside the writer.
//!
//! What was committed lies in the write-ahead log until a checkpoint copies it into the database's file. The writer's own checkpoints stop it for
//! that long: every waiting message then takes tens of milliseconds longer. So most of the copying is done here, on a connection of its own, which
//! holds nobody up. Only the writer can begin the log anew, and still does, when little is left to copy.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::open::Connector;

/// Between two checkpoints: a page that is written again and again meanwhile is copied once.
const REST: Duration = Duration::from_millis(500);

/// Makes a checkpoint whenever something was committed since the last one, until the store closes.
pub(crate) async fn keep(connector: Connector, mut committed: watch::Receiver<u64>, closing: CancellationToken) {
    let mut conn = None;
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            changed = committed.changed() => if changed.is_err() { return },
        }
        tokio::select! {
            () = closing.cancelled() => return,
            () = tokio::time::sleep(REST) => {}
        }
        committed.mark_unchanged();
        let made = async {
            let mut open = match conn.take() {
                Some(open) => open,
                None => connector.connect().await?,
            };
            // It copies what it can and waits for nobody; how far it came is of no interest.
            open.checkpoint().await?;
            Ok::<_, crate::Error>(open)
        };
        match made.await {
            Ok(open) => conn = Some(open),
            // The writer makes its own when the log grows too long.
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "a checkpoint failed; the next one takes its place"),
        }
    }
}
