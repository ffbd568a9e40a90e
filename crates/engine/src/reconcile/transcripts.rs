//! Transcripts: gives the CRM what it keeps of conversations, when they begin, in between, and when they are over; and compares later.
//!
//! It follows the journal and notes which conversations are due, takes those whose time has come, and gives them one by one, in turns that a CRM
//! tells apart. What has not changed is not given again; what fails comes again later, and stands in the report until then. A server that dies
//! with one in its hands leaves it to the others.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{
    ids::{ConversationId, WorkspaceId},
    journal::Event,
    time::Timestamp,
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture};
use sha2::{Digest as _, Sha256};
use store::{HistoryCursor, TranscriptGiven, TranscriptTurn, Tx};

use super::{Round, said};
use crate::{
    App, Directory, Error, Result,
    crm::{self, FieldProblem, Kept, Put, SpanOfTranscripts, TranscriptRecord, Transcripts},
};

/// Entries of the journal followed in one transaction.
const ENTRIES: i64 = 400;
/// Transactions and batches of one run; what is left over waits for the next, which comes at once.
const BATCHES: usize = 25;
/// Conversations taken at once.
const TAKEN: i64 = 16;
/// Given at once.
const AT_ONCE: usize = 4;
/// Who has taken one and is not heard of for so long has lost it to the others.
const HELD: Duration = Duration::from_secs(60);
/// When somebody takes or loses a conversation, that is given after so long.
const SOON: Duration = Duration::from_secs(5);
/// What was said and whatever else happens is given after so long, with all that comes until then.
const LATER: Duration = Duration::from_secs(60);
/// After a failure it is tried again after so long, and twice as long each time.
const AGAIN: Duration = Duration::from_secs(5);
/// But never later than after so long.
const LATEST: Duration = Duration::from_secs(600);

/// Conversations compared at once.
const COMPARED: i64 = 200;
/// Between two such pages.
const PAUSE: Duration = Duration::from_secs(2);
/// After all have been compared, it begins again after so long.
const PASS: Duration = Duration::from_secs(6 * 60 * 60);
/// Before all conversations.
const BEGINNING: HistoryCursor = HistoryCursor { requested_at: Timestamp(i64::MIN), conversation: ConversationId(uuid::Uuid::nil()) };

/// Follows the journal, and gives what is due.
pub(super) async fn run(app: &App) -> Result<Round> {
    let Some(keeper) = app.crm().and_then(|crm| crm.transcripts()) else { return Ok(Round::default()) };
    let mut round = Round::default();
    for directory in app.directories().all() {
        let mut more = true;
        for _ in 0..BATCHES {
            more = follow(app, directory.id()).await?;
            if !more {
                break;
            }
        }
        let mut busy = true;
        for _ in 0..BATCHES {
            let (taken, trouble) = give(app, keeper, directory).await?;
            busy = taken == TAKEN.unsigned_abs() as usize && trouble.is_none();
            round.trouble = round.trouble.or(trouble);
            if !busy {
                break;
            }
        }
        let backlog = app.store().snapshot().await?.transcript_backlog(directory.id(), app.now()).await?;
        round.backlog += backlog.undone.unsigned_abs();
        let next = if more || busy { Some(app.now()) } else { backlog.next };
        round.next = round.next.into_iter().chain(next).min();
    }
    Ok(round)
}

/// Compares a page of conversations with what the CRM has of them. What is missing or not as it was given is given again.
pub(super) async fn compare(app: &App) -> Result<Round> {
    let Some(keeper) = app.crm().and_then(|crm| crm.transcripts()) else { return Ok(Round::default()) };
    let mut round = Round::default();
    for directory in app.directories().all() {
        let workspace = directory.id();
        let now = app.now();
        let Some(after) =
            write(app, move |tx| async move { Ok(tx.take_transcript_comparison(workspace, now, now + HELD).await?) }.boxed()).await?
        else {
            continue;
        };
        let page = differences(app, keeper, workspace, after).await?;
        let (up_to, due) = page.last.map_or((BEGINNING, now + PASS), |last| (last, now + PAUSE));
        let found = page.wrong.len() as u64;
        let page = Arc::new(page);
        write(app, move |tx| {
            let page = page.clone();
            async move {
                tx.mend_transcripts(workspace, &page.wrong, now).await?;
                tx.transcripts_due(workspace, &page.behind).await?;
                tx.transcripts_compared(workspace, up_to, due).await?;
                Ok(())
            }
            .boxed()
        })
        .await?;
        if found > 0 {
            tracing::warn!(%workspace, transcripts = found, "the CRM has not what it was given and is given it again");
            app.reconcile_soon("transcripts");
        }
        round.backlog += found;
        round.next = round.next.into_iter().chain([due]).min();
    }
    Ok(round)
}

/// A page of conversations, compared.
struct Page {
    /// What the CRM has not as it was given, with the turn that it has, in the order of their ids.
    wrong: Vec<(ConversationId, i64)>,
    /// What went on after it was given: mostly by what transcripts do not show. In the order of their ids, due now.
    behind: Vec<(ConversationId, Timestamp)>,
    /// The last conversation, if there are more.
    last: Option<HistoryCursor>,
}

async fn differences(app: &App, keeper: &dyn Transcripts, workspace: WorkspaceId, after: HistoryCursor) -> Result<Page> {
    let lines = app.store().snapshot().await?.transcript_lines(workspace, after, COMPARED).await?;
    let last = lines.last().map(|line| line.at).filter(|_| lines.len() as i64 == COMPARED);
    let place = |at: HistoryCursor| (at.requested_at, at.conversation);
    let kept = keeper.kept_transcripts(workspace, SpanOfTranscripts { after: place(after), up_to: last.map(place) }).await?;
    let mut kept: BTreeMap<ConversationId, crm::KeptTranscript> = kept.into_iter().map(|one| (one.conversation, one)).collect();
    let mut wrong: BTreeMap<ConversationId, i64> = BTreeMap::new();
    let mut behind: BTreeMap<ConversationId, Timestamp> = BTreeMap::new();
    for line in &lines {
        let found = kept.remove(&line.at.conversation);
        let right = match (&found, line.written) {
            (Some(found), Some(written)) => found.intact && (line.due || found.revision == written),
            (None, Some(_)) => false,
            (_, None) => line.due,
        };
        if !right {
            wrong.insert(line.at.conversation, found.map_or(0, |found| found.revision));
        } else if !line.due && line.given < Some(line.sequence) {
            behind.insert(line.at.conversation, app.now());
        }
    }
    // Of conversations that are gone: whoever takes them finds nothing, and has them forgotten.
    wrong.extend(kept.into_values().map(|one| (one.conversation, one.revision)));
    Ok(Page { wrong: wrong.into_iter().collect(), behind: behind.into_iter().collect(), last })
}

/// Notes which conversations are due by a batch of the journal. False if there was nothing to follow, or another server is at it.
async fn follow(app: &App, workspace: WorkspaceId) -> Result<bool> {
    let mut snapshot = app.store().snapshot().await?;
    let head = snapshot.head(workspace).await?.at.position;
    let Some(after) = snapshot.transcript_mark(workspace).await? else {
        drop(snapshot);
        write(app, move |tx| async move { Ok(tx.begin_transcripts(workspace).await?) }.boxed()).await?;
        return Ok(true);
    };
    if after >= head {
        return Ok(false);
    }
    let entries = snapshot.journal_entries(workspace, after, ENTRIES).await?;
    drop(snapshot);
    // Gaps are legal: after the last entry there may be positions without any.
    let full = entries.len() as i64 == ENTRIES;
    let up_to = entries.last().map(|entry| entry.position).filter(|_| full).unwrap_or(head);
    let mut changed: BTreeMap<ConversationId, Timestamp> = BTreeMap::new();
    for entry in &entries {
        if let (Some(id), Some(due)) = (entry.conversation, due(&entry.event, entry.at)) {
            changed.entry(id).and_modify(|known| *known = due.min(*known)).or_insert(due);
        }
    }
    let changed: Arc<Vec<(ConversationId, Timestamp)>> = Arc::new(changed.into_iter().collect());
    write(app, move |tx| {
        let changed = changed.clone();
        async move {
            if !tx.claim_transcript_mark(workspace, after).await? {
                return Ok(false);
            }
            tx.transcripts_due(workspace, &changed).await?;
            tx.save_transcript_mark(workspace, up_to).await?;
            Ok(true)
        }
        .boxed()
    })
    .await
}

/// When a transcript is to show what happened; none for what it does not show.
fn due(event: &Event, at: Timestamp) -> Option<Timestamp> {
    match event {
        Event::Requested { .. } | Event::Refused { .. } | Event::Ended { .. } | Event::Erased | Event::Expired => Some(at),
        Event::Established { .. }
        | Event::TransferStarted { .. }
        | Event::TransferFailed { .. }
        | Event::AgentLost { .. }
        | Event::RecordsChanged { .. } => Some(at + SOON),
        Event::PageVisited
        | Event::MonitorStarted { .. }
        | Event::MonitorEnded { .. }
        | Event::Reconnected
        | Event::Rated
        | Event::AfterWorkStarted { .. }
        | Event::AfterWorkEnded { .. }
        | Event::PresenceChanged { .. }
        | Event::DefinitionChanged { .. } => None,
        _ => Some(at + LATER),
    }
}

/// Takes what is due and gives it. How many were taken, and why one of them could not be given.
async fn give(app: &App, keeper: &dyn Transcripts, directory: &Directory) -> Result<(usize, Option<String>)> {
    let (workspace, now) = (directory.id(), app.now());
    let backlog = app.store().snapshot().await?.transcript_backlog(workspace, now).await?;
    if backlog.next.is_none_or(|next| next > now) {
        return Ok((0, None));
    }
    let taken = write(app, move |tx| async move { Ok(tx.take_transcripts(workspace, now, now + HELD, TAKEN).await?) }.boxed()).await?;
    let count = taken.len();
    let mut given = futures_util::stream::iter(taken.into_iter().map(|turn| give_one(app, keeper, directory, turn))).buffered(AT_ONCE);
    let mut trouble = None;
    while let Some(outcome) = given.next().await {
        trouble = trouble.or(outcome?);
    }
    Ok((count, trouble))
}

/// Gives one. Why it could not be given, if the CRM failed.
///
/// # Errors
/// Only when storage fails.
async fn give_one(app: &App, keeper: &dyn Transcripts, directory: &Directory, turn: TranscriptTurn) -> Result<Option<String>> {
    let workspace = directory.id();
    let collected = {
        let mut snapshot = app.store().snapshot().await?;
        crm::collect(&mut snapshot, directory, turn.conversation).await?
    };
    let turn = Arc::new(turn);
    let failure = match collected {
        None => match keeper.forget_transcript(workspace, turn.conversation, turn.turn).await {
            Ok(()) => {
                write(app, {
                    let turn = turn.clone();
                    move |tx| {
                        let turn = turn.clone();
                        async move { Ok(tx.transcript_gone(workspace, &turn).await?) }.boxed()
                    }
                })
                .await?;
                return Ok(None);
            }
            Err(error) => error,
        },
        Some((mut record, sequence)) => {
            record.revision = turn.turn;
            let fingerprint = fingerprint(&record)?;
            let now = turn.fingerprint.as_ref() != Some(&fingerprint);
            let outcome = if now {
                keeper.put_transcript(workspace, record).await
            } else {
                // It has it: only what it could not take is to be remembered.
                let problems = app.transcript_problems(workspace, turn.conversation).await?;
                Ok(Put::Kept(Kept { left_out: problems }))
            };
            match outcome {
                Ok(Put::Kept(kept)) => {
                    let problems = Some(kept.left_out).filter(|problems| !problems.is_empty());
                    let problems = problems.map(serde_json::to_value).transpose().map_err(Error::internal)?;
                    let given = Arc::new((turn.clone(), TranscriptGiven { now, sequence, fingerprint, problems }));
                    let again = app.now() + SOON;
                    write(app, move |tx| {
                        let given = given.clone();
                        async move { Ok(tx.transcript_given(workspace, &given.0, &given.1, again).await?) }.boxed()
                    })
                    .await?;
                    return Ok(None);
                }
                Ok(Put::Older(revision)) => {
                    let again = app.now() + SOON;
                    write(app, move |tx| {
                        let turn = turn.clone();
                        async move { Ok(tx.transcript_outrun(workspace, &turn, revision, again).await?) }.boxed()
                    })
                    .await?;
                    return Ok(None);
                }
                Err(error) => error,
            }
        }
    };
    tracing::warn!(
        conversation = %turn.conversation,
        tries = turn.tries + 1,
        error = &failure as &dyn std::error::Error,
        "the CRM could not keep a transcript; it is tried again later"
    );
    let exponent = u32::try_from(turn.tries).unwrap_or(u32::MAX).min(16);
    let again = app.now() + AGAIN.saturating_mul(1 << exponent).min(LATEST);
    write(app, move |tx| {
        let turn = turn.clone();
        async move { Ok(tx.transcript_failed(workspace, &turn, again).await?) }.boxed()
    })
    .await?;
    Ok(Some(said(&failure)))
}

fn fingerprint(record: &TranscriptRecord) -> Result<Vec<u8>> {
    Ok(Sha256::digest(serde_json::to_vec(record).map_err(Error::internal)?).to_vec())
}

async fn write<T: Send + 'static>(
    app: &App,
    work: impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
) -> Result<T> {
    app.store().write_behind::<_, Error, _>(work).await
}

impl App {
    /// What of a conversation's transcript the CRM could not take, and why.
    pub async fn transcript_problems(&self, workspace: WorkspaceId, id: ConversationId) -> Result<Vec<FieldProblem>> {
        let problems = self.store().snapshot().await?.transcript_problems(workspace, id).await?;
        Ok(problems.map(serde_json::from_value).transpose().map_err(Error::internal)?.unwrap_or_default())
    }
}
