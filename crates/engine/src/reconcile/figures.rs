//! Figures: follows the journal and adds up what it says, a small batch a transaction.
//!
//! The batch is read beside the writer, for entries never change; the transaction takes the mark, which says that nobody has counted them yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    figures::{Course, Ledger, Seen, midnight_after},
    ids::{ConversationId, WorkspaceId},
    journal::Event,
    transcript,
};
use futures_util::FutureExt as _;
use jiff::tz::TimeZone;
use store::{FigureMark, Recorded, Tx};

use super::Round;
use crate::{App, Directory, Error, Result};

/// Entries of one transaction.
const ENTRIES: i64 = 400;
/// Transactions of one run; what is left over waits for the next, which comes at once.
const BATCHES: usize = 25;

pub(super) async fn run(app: &App) -> Result<Round> {
    let mut backlog = 0;
    for directory in app.directories().all() {
        for _ in 0..BATCHES {
            if !batch(app, directory).await? {
                break;
            }
        }
        backlog += behind(app, directory.id()).await?;
    }
    Ok(Round { backlog, next: (backlog > 0).then(|| app.now()), ..Round::default() })
}

async fn behind(app: &App, workspace: WorkspaceId) -> Result<u64> {
    let mut snapshot = app.store().snapshot().await?;
    let head = snapshot.head(workspace).await?;
    let followed = snapshot.figure_mark(workspace).await?.map_or(head.pruned, |mark| mark.position);
    Ok(u64::try_from(head.at.position - followed).unwrap_or(0))
}

/// What one transaction adds.
struct Batch {
    workspace: WorkspaceId,
    zone: TimeZone,
    zone_name: String,
    /// Where the mark was when the entries were read.
    after: i64,
    /// Where it is then.
    up_to: i64,
    entries: Vec<Recorded>,
}

/// Follows the journal by one batch. False if there was nothing to follow, or another server is at it.
async fn batch(app: &App, directory: &Directory) -> Result<bool> {
    let workspace = directory.id();
    let zone_name = directory.workspace.zone.clone();
    let zone = transcript::zone(&zone_name).map_err(Error::internal)?;
    let mut snapshot = app.store().snapshot().await?;
    let head = snapshot.head(workspace).await?.at.position;
    let Some(mark) = snapshot.figure_mark(workspace).await? else {
        drop(snapshot);
        app.store()
            .write_behind::<_, Error, _>(move |tx| {
                let zone_name = zone_name.clone();
                async move { Ok(tx.begin_figures(workspace, &zone_name).await?) }.boxed()
            })
            .await?;
        return Ok(true);
    };
    if mark.position >= head {
        return Ok(false);
    }
    let entries = snapshot.journal_entries(workspace, mark.position, ENTRIES).await?;
    drop(snapshot);
    // Gaps are legal: after the last entry there may be positions without any.
    let full = entries.len() as i64 == ENTRIES;
    let up_to = entries.last().map(|entry| entry.position).filter(|_| full).unwrap_or(head);
    let batch = Arc::new(Batch { workspace, zone, zone_name, after: mark.position, up_to, entries });
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let batch = batch.clone();
            async move { count(tx, &batch).await }.boxed()
        })
        .await
}

/// Counts a batch, unless it has been counted.
async fn count(tx: &mut Tx, batch: &Batch) -> Result<bool> {
    let workspace = batch.workspace;
    let Some(mark) = tx.claim_figures(workspace, batch.after).await? else { return Ok(false) };
    let concerned = |wanted: fn(&Event) -> bool| -> Vec<ConversationId> {
        let of_entries = batch.entries.iter().filter(|entry| wanted(&entry.event)).filter_map(|entry| entry.conversation);
        of_entries.collect::<BTreeSet<_>>().into_iter().collect()
    };
    let conversations = concerned(|_| true);
    let mut courses: BTreeMap<ConversationId, Course> = tx.figure_courses(workspace, &conversations).await?.into_iter().collect();
    let scores: BTreeMap<ConversationId, i64> =
        tx.scores(workspace, &concerned(|event| matches!(event, Event::Rated))).await?.into_iter().collect();

    let before = courses.clone();
    let mut ledger = Ledger::new(&batch.zone);
    for entry in &batch.entries {
        let Some(id) = entry.conversation else { continue };
        let seen = Seen { sequence: entry.sequence, at: entry.at, event: &entry.event, score: scores.get(&id).copied() };
        let mut course = courses.remove(&id);
        Course::follow(&mut course, seen, &mut |at, subject, numbers| ledger.book(at, subject, numbers));
        if let Some(course) = course {
            courses.insert(id, course);
        }
    }
    tx.add_figures(workspace, ledger.sums().into_iter()).await?;
    let over: Vec<ConversationId> = before.keys().copied().filter(|id| !courses.contains_key(id)).collect();
    tx.remove_figure_courses(workspace, &over).await?;
    courses.retain(|id, course| before.get(id) != Some(course));
    tx.save_figure_courses(workspace, &courses.into_iter().collect::<Vec<_>>()).await?;
    tx.save_figure_mark(workspace, &moved(mark, batch)).await?;
    Ok(true)
}

/// The mark after a batch.
fn moved(mark: FigureMark, batch: &Batch) -> FigureMark {
    let mut days_from = mark.days_from;
    if mark.zone != batch.zone_name {
        // Days up to here are those of another zone, and this one begins in the midst of a day. Every entry is asked: servers' clocks differ.
        let latest = batch.entries.iter().map(|entry| entry.at).max().unwrap_or(mark.at).max(mark.at);
        days_from = midnight_after(latest, &batch.zone);
    }
    let at = batch.entries.last().map_or(mark.at, |entry| entry.at.max(mark.at));
    FigureMark { position: batch.up_to, at, zone: batch.zone_name.clone(), days_from }
}
