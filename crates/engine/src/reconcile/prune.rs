//! What is not kept for ever: the journal, events of customers and what is known by them, what figures know of conversations that are long over, answers to requests with keys, sign-ins, visits of sites, what waited for a conversation, old lines of the audit log where the workspace says so,
//! files' bytes that nothing names.

use std::time::Duration;

use domain::{figures::MENTIONED_UP_TO, ids::WorkspaceId, time::Timestamp};
use futures_util::FutureExt as _;

use super::Round;
use crate::{App, Error, Result, admin::WorkspaceSettings};

/// Partitions of the journal are made so many weeks ahead.
const WEEKS_AHEAD: i64 = 4;
/// Entries, or lines, removed in one transaction.
const ENTRIES: i64 = 5_000;
/// Transactions of one run; what is left over waits for the next.
const ROUNDS: usize = 40;

pub(super) async fn run(app: &App) -> Result<Round> {
    let now = app.now();
    let journal_from = now - app.settings().journal_kept;
    let mut backlog = 0;
    app.store().keep_partitions(now, WEEKS_AHEAD, journal_from).await?;
    for directory in app.directories().all() {
        let workspace = directory.id();
        let mut more = true;
        for _ in 0..ROUNDS {
            let gone = app
                .store()
                .write_behind::<_, Error, _>(move |tx| async move { Ok(tx.prune_journal(workspace, journal_from, ENTRIES).await?) }.boxed())
                .await?;
            more = gone > 0;
            if !more {
                break;
            }
        }
        backlog += u64::from(more);
        backlog += u64::from(prune_events(app, workspace, now).await?);
        let audit_kept = WorkspaceSettings::of(&directory.workspace).audit_retention_days;
        let settings = app.settings();
        let profiles_from = settings.profiles_kept.map(|kept| now - kept);
        let audit_from = audit_kept.map(|days| now - Duration::from_secs(u64::from(days) * 24 * 60 * 60));
        app.store()
            .write_behind::<_, Error, _>(move |tx| {
                async move {
                    tx.prune_request_keys(workspace, now).await?;
                    tx.prune_sign_ins(workspace, now).await?;
                    tx.prune_web_visits(workspace, now, ENTRIES).await?;
                    tx.prune_prepared_details(workspace, now, ENTRIES).await?;
                    tx.prune_figure_courses(workspace, now - MENTIONED_UP_TO, ENTRIES).await?;
                    if let Some(from) = profiles_from {
                        tx.prune_profiles(workspace, from, ENTRIES).await?;
                    }
                    if let Some(from) = audit_from {
                        tx.prune_audit(workspace, from, ENTRIES).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await?;
    }
    app.store().remove_unreferenced_blobs(now).await?;
    Ok(Round { backlog, next: None, ..Round::default() })
}

/// Events of customers that were kept as long as they are kept. Tells whether there may be more.
async fn prune_events(app: &App, workspace: WorkspaceId, now: Timestamp) -> Result<bool> {
    let Some(kept) = app.settings().events_kept else { return Ok(false) };
    for _ in 0..ROUNDS {
        let gone = app
            .store()
            .write_behind::<_, Error, _>(move |tx| {
                async move { Ok(tx.prune_customer_events(workspace, now - kept, ENTRIES).await?) }.boxed()
            })
            .await?;
        if gone == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
