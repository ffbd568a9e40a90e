//! What is not kept for ever: the journal, answers to requests with keys, sign-ins, files' bytes that nothing names.

use std::time::Duration;

use futures_util::FutureExt as _;

use super::Round;
use crate::{App, Error, Result};

/// How long the journal is kept: readers that were away longer take a snapshot.
const JOURNAL: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Partitions of the journal are made so many weeks ahead.
const WEEKS_AHEAD: i64 = 4;
/// Entries removed in one transaction.
const ENTRIES: i64 = 5_000;
/// Transactions of one run; what is left over waits for the next.
const ROUNDS: usize = 40;

pub(super) async fn run(app: &App) -> Result<Round> {
    let now = app.now();
    let mut backlog = 0;
    app.store().keep_partitions(now, WEEKS_AHEAD, now - JOURNAL).await?;
    for directory in app.directories().all() {
        let workspace = directory.id();
        let mut more = true;
        for _ in 0..ROUNDS {
            let gone = app
                .store()
                .write::<_, Error, _>(move |tx| async move { Ok(tx.prune_journal(workspace, now - JOURNAL, ENTRIES).await?) }.boxed())
                .await?;
            more = gone > 0;
            if !more {
                break;
            }
        }
        backlog += u64::from(more);
        app.store()
            .write::<_, Error, _>(move |tx| {
                async move {
                    tx.prune_request_keys(workspace, now).await?;
                    tx.prune_sign_ins(workspace, now).await?;
                    Ok(())
                }
                .boxed()
            })
            .await?;
    }
    app.store().remove_unreferenced_blobs(now).await?;
    Ok(Round { backlog, next: None })
}
