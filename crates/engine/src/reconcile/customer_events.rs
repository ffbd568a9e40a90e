//! Customers: follows the events in their order and keeps what they tell of users, devices and groups, some hundred a transaction.
//!
//! The batch is read beside the writer; the transaction takes the mark, which says that nobody has followed them yet, and looks who has been
//! forgotten since: of these nothing of before is learnt again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    customer_event::{EventKind, Reason},
    ids::WorkspaceId,
    mapping::STARTED,
    profile::{Key, ProfileKind, Profiles, Said},
};
use futures_util::FutureExt as _;
use serde_json::Value;
use store::{CustomerEvent, Tx};

use super::Round;
use crate::{
    App, Error, Result, Scope,
    customer_event::{ACCEPTED, NOT_FOR_CHAT, OWN_EVENT},
    prepared::{self, Preparation, Prepares, Traits},
};

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
    scope: Scope,
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
    let batch = Arc::new(Batch { scope: app.scope(workspace)?, workspace, after, up_to, events });
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
        let mut more = Vec::new();
        if profiles.follow(said) > 0 {
            more.push(full.clone());
        }
        more.extend(prepares(tx, &batch.scope, event, &profiles).await?);
        if !more.is_empty() {
            reasons.push((event.position, event.reasons.iter().cloned().chain(more).collect()));
        }
    }
    tx.save_profiles(workspace, &profiles.changed()).await?;
    let verdicts: Vec<(i64, &str, &[Reason])> = reasons.iter().map(|(position, reasons)| (*position, ACCEPTED, &reasons[..])).collect();
    tx.save_verdicts(workspace, &verdicts).await?;
    tx.save_customer_event_mark(workspace, batch.up_to).await?;
    Ok(true)
}

/// A customer asks for a conversation: what his source's mapping makes of it is to wait for him. Gives what was left out.
async fn prepares(tx: &mut Tx, scope: &Scope, event: &CustomerEvent, profiles: &Profiles) -> Result<Vec<Reason>> {
    let kept_away = |reason: &Reason| [NOT_FOR_CHAT, OWN_EVENT].contains(&reason.code.as_str());
    let source = scope.directory.event_sources.get(&event.source);
    let wanted = event.kind == Some(EventKind::Track)
        && event.name.as_deref() == Some(STARTED)
        && source.is_some_and(|source| source.active && source.server.enabled)
        && !event.reasons.iter().any(kept_away);
    if !wanted {
        return Ok(Vec::new());
    }
    let by_device = traits(tx, scope, event, profiles, (ProfileKind::Device, event.device_key.as_deref())).await?;
    let by_user = traits(tx, scope, event, profiles, (ProfileKind::User, event.user_key.as_deref())).await?;
    let prepared = Prepares {
        position: event.position,
        source: event.source,
        session: event.body.context.get("visitor_session").and_then(Value::as_str).map(str::to_owned),
        device_key: event.device_key.clone(),
        user_key: event.user_key.clone(),
        properties: event.body.properties.clone(),
        by_device,
        by_user,
    };
    Ok(match prepared::prepare(tx, scope, &prepared).await? {
        Preparation::NotWanted => Vec::new(),
        Preparation::Refused(warnings) | Preparation::Waits(warnings) => {
            warnings.into_iter().map(|warning| Reason::new(warning.code.as_str(), Some(&warning.path))).collect()
        }
    })
}

/// What is known by a device's or a user's key, and of the group that the event names, or else the profile.
async fn traits(
    tx: &mut Tx,
    scope: &Scope,
    event: &CustomerEvent,
    profiles: &Profiles,
    (kind, key): (ProfileKind, Option<&str>),
) -> Result<Traits> {
    let Some(key) = key else { return Ok(Traits::default()) };
    let profile = profiles.get(kind, key);
    let group = match event.group_key.clone().or_else(|| profile.and_then(|profile| profile.group_key.clone())) {
        Some(group) => match profiles.get(ProfileKind::Group, &group) {
            Some(known) => known.traits.clone(),
            None => {
                let found = tx.profiles(scope.workspace(), &[(ProfileKind::Group, group)]).await?;
                found.into_iter().next().map(|(_, profile)| profile.traits).unwrap_or_default()
            }
        },
        None => Default::default(),
    };
    Ok(Traits { own: profile.map(|profile| profile.traits.clone()).unwrap_or_default(), group })
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
