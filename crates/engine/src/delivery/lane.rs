//! Lanes: one a destination, so that one that is dead or slow holds up no other.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    delivery::{Failure, FailureClass, Jitter, Next, Permit, Reply, Transport, after_failure, judge, retry_after},
    ids::{DestinationId, WorkspaceId},
    secret::Secret,
    time::Timestamp,
};
use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use store::{Attempt, DeliveryState, Funnel, RootKey, Settled, TakenDelivery};
use tokio::sync::Notify;

use super::{Outbound, Sending, Sent, Target, follow::hour_of};
use crate::{App, Error, Result};

/// Deliveries of a destination that are on their way at once.
const AT_ONCE: usize = 8;
/// Whoever has taken a delivery and is not heard of for so long after the longest call has lost it.
const GRACE: Duration = Duration::from_secs(10);
/// A lane looks for itself so often.
const LOOK: Duration = Duration::from_secs(1);
/// When the server closes, what is on its way has so long to arrive.
const FAREWELL: Duration = Duration::from_secs(3);

type Lane = (WorkspaceId, DestinationId);

/// The lanes that run on this server.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<BTreeMap<Lane, Arc<Notify>>>);

impl Lanes {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Lane, Arc<Notify>>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is something to do for a workspace's destinations.
    pub(crate) fn wake(&self, workspace: WorkspaceId) {
        self.lock().iter().filter(|((of, _), _)| *of == workspace).for_each(|(_, hint)| hint.notify_one());
    }
}

fn active_lanes(app: &App) -> Vec<Lane> {
    let of = |directory: &Arc<crate::Directory>| {
        let active = directory.destinations.iter().filter(|(_, destination)| destination.active);
        active.map(|(id, _)| (directory.id(), *id)).collect::<Vec<_>>()
    };
    app.directories().all().flat_map(of).collect()
}

/// Sends all that is due now, on all lanes at once. For tests that turn the clock.
pub(crate) async fn run_lanes(app: &App, outbound: &Arc<dyn Outbound>) -> Result<()> {
    let lanes = active_lanes(app).into_iter().map(|lane| work(app, outbound, lane));
    futures_util::future::join_all(lanes).await.into_iter().collect()
}

/// Keeps a lane running for every active destination, until the server closes.
pub(crate) fn keep_lanes(app: &App) {
    let Some(outbound) = app.outbound().cloned() else { return };
    let keeper = app.clone();
    app.spawn(async move {
        loop {
            for lane in active_lanes(&keeper) {
                let hint = Arc::new(Notify::new());
                let fresh = match keeper.lanes().lock().entry(lane) {
                    std::collections::btree_map::Entry::Vacant(place) => {
                        place.insert(hint.clone());
                        true
                    }
                    std::collections::btree_map::Entry::Occupied(_) => false,
                };
                if fresh {
                    keeper.spawn(run(keeper.clone(), outbound.clone(), lane, hint));
                }
            }
            tokio::select! {
                () = keeper.closing().cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// That a lane runs, until this is dropped, whatever ends it.
struct Running<'a>(&'a App, Lane);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.lanes().lock().remove(&self.1);
    }
}

/// One lane, until its destination is gone, inactive, or the server closes.
async fn run(app: App, outbound: Arc<dyn Outbound>, lane: Lane, hint: Arc<Notify>) {
    let _running = Running(&app, lane);
    let mut failures = 0u32;
    while active_lanes(&app).contains(&lane) && !app.closing().is_cancelled() {
        let farewell = async {
            app.closing().cancelled().await;
            tokio::time::sleep(FAREWELL).await;
        };
        let outcome = tokio::select! {
            outcome = work(&app, &outbound, lane) => outcome,
            () = farewell => break,
        };
        let pause = match outcome {
            Ok(()) => {
                failures = 0;
                next(&app, lane).await.unwrap_or(LOOK)
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::warn!(destination = %lane.1, error = &error as &dyn std::error::Error, "a lane failed and goes on");
                LOOK.saturating_mul(failures.min(5))
            }
        };
        tokio::select! {
            () = app.closing().cancelled() => break,
            () = hint.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// How long nothing is due.
async fn next(app: &App, (workspace, destination): Lane) -> Result<Duration> {
    let now = app.now();
    let next = app.store().snapshot().await?.next_delivery(workspace, destination, now).await?;
    Ok(next.map_or(LOOK, |next| next.since(now).clamp(Duration::from_millis(10), LOOK)))
}

/// What was taken of a lane.
struct Claimed {
    taken: Vec<TakenDelivery>,
    /// It is one, to see whether it is accepted.
    probe: bool,
    target: Target,
}

/// Sends until nothing is due any more, or the circuit breaker says no.
async fn work(app: &App, outbound: &Arc<dyn Outbound>, lane: Lane) -> Result<()> {
    let mut flying = FuturesUnordered::new();
    let mut more = true;
    loop {
        let free = AT_ONCE - flying.len();
        // Several at a time, when some are back: a look costs as much for one as for many.
        let claims = more && !app.closing().is_cancelled() && (flying.is_empty() || free >= AT_ONCE / 2);
        if claims {
            let Some(claimed) = claim(app, outbound, lane, free).await? else {
                more = false;
                continue;
            };
            more = claimed.taken.len() == free;
            let (probe, target) = (claimed.probe, claimed.target);
            flying.extend(claimed.taken.into_iter().map(|taken| one(app, outbound, lane, taken, probe, target.clone())));
        }
        match flying.next().await {
            // What is back may have been before another one of the same visitor.
            Some(outcome) => more |= outcome?,
            None if more => {}
            None => return Ok(()),
        }
    }
}

/// Takes what is due, at most `free`. None if there is nothing, or nothing may be sent.
async fn claim(app: &App, outbound: &Arc<dyn Outbound>, lane: Lane, free: usize) -> Result<Option<Claimed>> {
    let (workspace, destination) = lane;
    let directory = app.directory(workspace)?;
    let Some(settings) = directory.destinations.get(&destination).filter(|settings| settings.active) else { return Ok(None) };
    let now = app.now();
    // Most looks find nothing, and write nothing.
    {
        let mut snapshot = app.store().snapshot().await?;
        if !snapshot.is_delivery_due(workspace, destination, now).await? {
            return Ok(None);
        }
    }
    let until = now + outbound.longest() + GRACE;
    let (taken, probe, secrets) = app
        .store()
        .write_behind::<_, Error, _>(move |tx| {
            async move {
                let mut held = tx.lane(workspace, destination).await?;
                let (limit, probe) = match held.breaker.permit(now) {
                    Permit::Nothing(_) => return Ok((Vec::new(), false, Vec::new())),
                    Permit::One => (1, true),
                    Permit::All => (free as i64, false),
                };
                let taken = tx.take_deliveries(workspace, destination, now, until, limit).await?;
                if probe && !taken.is_empty() {
                    held.breaker.probes(until);
                    tx.save_lane(workspace, destination, &held).await?;
                }
                Ok((taken, probe, tx.destination_secrets(workspace, destination).await?))
            }
            .boxed()
        })
        .await?;
    if taken.is_empty() {
        return Ok(None);
    }
    let mut open = Vec::with_capacity(secrets.len());
    for secret in secrets.iter().filter(|secret| secret.until.is_none_or(|until| until > now)) {
        open.push(unsealed(app, lane, secret)?);
    }
    let target = Target { kind: settings.kind, url: settings.url.clone(), secrets: open };
    Ok(Some(Claimed { taken, probe, target }))
}

/// A destination's secret, opened.
pub(super) fn unsealed(app: &App, (workspace, destination): Lane, secret: &store::DestinationSecret) -> Result<Secret> {
    let place = RootKey::destination_secret_place(workspace, destination, secret.number);
    let opened = app.keys().unseal(&place, &secret.sealed)?;
    Ok(Secret(String::from_utf8(opened.to_vec()).map_err(Error::internal)?))
}

/// What a sending came to.
pub(super) fn judged(sent: &Sent, now: Timestamp) -> Result<(), Failure> {
    match &sent.outcome {
        Ok(received) => {
            let wait = received.retry_after.as_deref().and_then(|header| retry_after(header, now));
            judge(&Reply::Answered { status: received.status, retry_after: wait })
        }
        Err(transport) => judge(&Reply::Failed(*transport)),
    }
}

/// Sends, unless there is nothing to sign with.
pub(super) async fn sent(outbound: &Arc<dyn Outbound>, sending: Sending) -> Sent {
    if sending.target.secrets.is_empty() {
        return Sent { request: serde_json::json!({ "url": sending.target.url }), outcome: Err(Transport::Unsigned) };
    }
    outbound.send(sending).await
}

/// Sends one and notes what came of it. Whether the next of the same visitor may be due now.
async fn one(app: &App, outbound: &Arc<dyn Outbound>, lane: Lane, taken: TakenDelivery, probe: bool, target: Target) -> Result<bool> {
    let (workspace, destination) = lane;
    let at = app.now();
    let sending = Sending { target, event: taken.event.clone(), at, payload: taken.payload.clone() };
    let answer = sent(outbound, sending).await;
    let now = app.now();
    let judged = judged(&answer, now);
    let jitter = Jitter::from_be_bytes(app.random());
    let settled = settled(&taken, &answer, judged.as_ref().err(), at, now, jitter);
    let state = settled.state;
    let work = Arc::new((taken, settled, judged));
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let work = work.clone();
            async move {
                let (taken, settled, judged) = &*work;
                let mut held = tx.lane(workspace, destination).await?;
                let before = held.clone();
                match judged {
                    Ok(()) => held.breaker.succeeded(),
                    Err(failure) => held.breaker.failed(failure, probe, now, jitter),
                }
                held.code = held.breaker.until.and_then(|_| settled.attempt.code.clone().or_else(|| before.code.clone()));
                if held != before {
                    tx.save_lane(workspace, destination, &held).await?;
                }
                if tx.settle_delivery(workspace, taken, settled).await? {
                    let funnel = match settled.state {
                        DeliveryState::Delivered => Funnel { delivered: 1, ..Funnel::default() },
                        DeliveryState::Dead => Funnel { failed: 1, ..Funnel::default() },
                        _ => Funnel { retried: 1, ..Funnel::default() },
                    };
                    tx.add_to_funnel(workspace, &[(destination, hour_of(now), funnel)]).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await?;
    metrics::counter!("switchboard_delivery_attempts_total", "outcome" => state.as_str()).increment(1);
    Ok(state != DeliveryState::Waiting)
}

fn settled(taken: &TakenDelivery, answer: &Sent, failure: Option<&Failure>, at: Timestamp, now: Timestamp, jitter: Jitter) -> Settled {
    let transient = failure.is_some_and(|failure| failure.class == FailureClass::Transient);
    let failures = if transient { taken.failures + 1 } else { taken.failures };
    let (state, due) = match failure {
        None => (DeliveryState::Delivered, now),
        Some(failure) => {
            let count = u32::try_from(failures).unwrap_or(u32::MAX);
            match after_failure(failure, count, taken.first_at.unwrap_or(at), now, jitter) {
                Next::Again(due) => (DeliveryState::Waiting, due),
                Next::Dead => (DeliveryState::Dead, now),
            }
        }
    };
    let (status, response) = match &answer.outcome {
        Ok(received) => (Some(i64::from(received.status)), received.response.to_string()),
        Err(_) => (None, "null".to_owned()),
    };
    let attempt = Attempt {
        number: taken.turn,
        at,
        took: i64::try_from(now.since(at).as_micros()).unwrap_or(i64::MAX),
        class: failure.map(|failure| failure.class.as_str().to_owned()),
        code: failure.map(|failure| failure.code.to_owned()),
        status,
        request: answer.request.to_string().as_str().into(),
        response: response.as_str().into(),
    };
    Settled { state, due, failures, attempt }
}
