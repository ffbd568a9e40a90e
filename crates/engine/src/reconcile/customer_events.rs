//! Customers: follows the events in their order and keeps what they tell of users, devices and groups, some hundred a transaction.
//!
//! The batch is read beside the writer; the transaction takes the mark, which says that nobody has followed them yet, and looks who has been
//! forgotten since: of these nothing of before is learnt again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    customer_event::Reason,
    ids::WorkspaceId,
    profile::{Key, Profiles, Said},
};
use futures_util::FutureExt as _;
use store::{CustomerEvent, Tx};

use super::Round;
use crate::{App, Error, Result, customer_event::ACCEPTED};

/// Events of one transaction.
const EVENTS: i64 = 200;
/// Transactions of one run; what is left over waits for the next, which comes at once.
const BATCHES: usize = 25;
/// Positions that one transaction looks at to blank what is somebody's who is to be forgotten.
const WINDOW: i64 = 5_000;

pub(super) async fn run(app: &App) -> Result<Round> {
    let mut backlog = 0;
    for directory in app.directories().all() {
        let workspace = directory.id();
        for _ in 0..BATCHES {
            if !batch(app, workspace).await? {
                break;
            }
        }
        backlog += u64::from(erase(app, workspace).await?);
        let mut snapshot = app.store().snapshot().await?;
        let (head, mark) = (snapshot.customer_event_head(workspace).await?, snapshot.customer_event_mark(workspace).await?);
        backlog += u64::try_from(head - mark).unwrap_or(0);
    }
    Ok(Round { backlog, next: (backlog > 0).then(|| app.now()), ..Round::default() })
}

struct Batch {
    workspace: WorkspaceId,
    after: i64,
    up_to: i64,
    events: Vec<CustomerEvent>,
}

/// Follows one batch. False if there was nothing to follow, or another server is at it.
async fn batch(app: &App, workspace: WorkspaceId) -> Result<bool> {
    let mut snapshot = app.store().snapshot().await?;
    let (head, after) = (snapshot.customer_event_head(workspace).await?, snapshot.customer_event_mark(workspace).await?);
    if after >= head {
        return Ok(false);
    }
    let events = snapshot.customer_events_after(workspace, after, EVENTS).await?;
    drop(snapshot);
    // Gaps are legal: after the last event there may be positions without any.
    let full = events.len() as i64 == EVENTS;
    let up_to = events.last().map(|event| event.position).filter(|_| full).unwrap_or(head);
    let batch = Arc::new(Batch { workspace, after, up_to, events });
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let batch = batch.clone();
            async move { follow(tx, &batch).await }.boxed()
        })
        .await
}

fn said(event: &CustomerEvent) -> Option<Said<'_>> {
    Some(Said {
        kind: event.kind.filter(|_| event.verdict == ACCEPTED)?,
        user_key: event.user_key.as_deref(),
        device_key: event.device_key.as_deref(),
        group_key: event.group_key.as_deref(),
        body: &event.body,
        at: event.received_at,
    })
}

async fn follow(tx: &mut Tx, batch: &Batch) -> Result<bool> {
    let workspace = batch.workspace;
    if !tx.claim_customer_events(workspace, batch.after).await? {
        return Ok(false);
    }
    let forgotten: HashMap<Key, i64> =
        tx.profile_erasures(workspace).await?.into_iter().map(|erasure| (erasure.key, erasure.until)).collect();
    let is_forgotten = |event: &CustomerEvent, said: &Said<'_>| {
        !forgotten.is_empty() && said.keys().iter().any(|key| forgotten.get(key).is_some_and(|until| event.position <= *until))
    };
    let told: Vec<(&CustomerEvent, Said<'_>)> =
        batch.events.iter().filter_map(|event| Some((event, said(event)?))).filter(|(event, said)| !is_forgotten(event, said)).collect();
    let keys: Vec<Key> = told.iter().flat_map(|(_, said)| said.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut profiles = Profiles::new(tx.profiles(workspace, &keys).await?);
    let full = Reason::new("profile_full", Some("traits"));
    let mut reasons: Vec<(i64, Vec<Reason>)> = Vec::new();
    for (event, said) in &told {
        if profiles.follow(said) > 0 {
            reasons.push((event.position, event.reasons.iter().cloned().chain([full.clone()]).collect()));
        }
    }
    tx.save_profiles(workspace, &profiles.changed()).await?;
    let verdicts: Vec<(i64, &str, &[Reason])> = reasons.iter().map(|(position, reasons)| (*position, ACCEPTED, &reasons[..])).collect();
    tx.save_verdicts(workspace, &verdicts).await?;
    tx.save_customer_event_mark(workspace, batch.up_to).await?;
    Ok(true)
}

/// Blanks events of those who are to be forgotten. Tells whether there is more to do.
async fn erase(app: &App, workspace: WorkspaceId) -> Result<bool> {
    let erasures = app.store().snapshot().await?.profile_erasures(workspace).await?;
    let mut left = false;
    for erasure in erasures {
        let mut more = true;
        for _ in 0..BATCHES {
            let key = erasure.key.clone();
            (_, more) = app
                .store()
                .write_behind::<_, Error, _>(move |tx| {
                    let key = key.clone();
                    async move { Ok(tx.erase_customer_events(workspace, &key, WINDOW).await?) }.boxed()
                })
                .await?;
            if !more {
                break;
            }
        }
        left |= more;
    }
    Ok(left)
}
