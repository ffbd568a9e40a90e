//! `GET /visitor/events`: what happens, as it happens.
//!
//! The stream keeps a place in the conversation and reads what comes after it when it is woken, a little at a time and only when the connection
//! takes more: a slow reader costs one such piece, however much happens. Reading counts as being there, as often as something is sent.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use domain::conversation::Phase;
use engine::{App, visitor::Live};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, header};
use native::{
    Position, ProblemKind,
    conversation::Author,
    visitor::{EventsQuery, QueuePlace, ResetReason, VisitorEvent, VisitorWhat},
};

use super::{
    entry::{self, number},
    token::Caller,
};
use crate::api::{Answered, ApiState, Failure, Query};

/// Entries read at once.
const PIECE: i64 = 32;
/// A reader that is further behind begins anew: the snapshot has all that its view would keep.
const TOO_FAR: i64 = 2 * native::view::TIMELINE as i64;
/// A comment at least so often.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Events after a position.
#[utoipa::path(
    get, path = "/visitor/events", tag = "visitor", params(EventsQuery),
    responses((status = 200, body = VisitorEvent, content_type = "text/event-stream"))
)]
pub(super) async fn follow(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Answered<Response> {
    let after = match headers.get("last-event-id") {
        Some(id) => Some(
            id.to_str()
                .ok()
                .and_then(|id| id.parse::<Position>().ok())
                .ok_or_else(|| Failure::new(ProblemKind::InvalidParameter, "Last-Event-ID is not a position such as 1:4711"))?,
        ),
        None => query.after,
    };
    let follower = Follower::begin(app, caller, after).await?;
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather answers before they pass them on are told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// A reader's place in a conversation.
struct Follower {
    app: App,
    caller: Caller,
    epoch: u64,
    /// Entries up to this number are told, or are none of the visitor's.
    after: i64,
    /// To be sent.
    ready: VecDeque<Event>,
    /// Nothing comes after what is ready.
    closing: bool,
    /// The database has not been asked since it may have changed.
    look: bool,
    waiting: bool,
    show_place: bool,
    typing: bool,
    place: Option<QueuePlace>,
    heartbeat: Duration,
}

impl Follower {
    async fn begin(app: App, caller: Caller, after: Option<Position>) -> Answered<Self> {
        let (head, phase) = app.conversation_head(caller.workspace, caller.conversation).await?;
        let entrance = caller.entrance(&app).await?;
        let directory = app.directory(caller.workspace)?;
        let deployment = directory.deployments.get(&entrance.deployment);
        let timeout = deployment.map_or(280_000, |deployment| deployment.connection_timeout_ms);
        let mut follower = Self {
            epoch: number(head.epoch),
            after: head.position,
            ready: VecDeque::new(),
            closing: false,
            look: true,
            waiting: matches!(phase, Phase::Waiting | Phase::Offered { .. }),
            show_place: deployment.is_none_or(|deployment| deployment.show_queue_position),
            typing: false,
            place: None,
            // A visitor with a short time-out must not be given up between two heartbeats.
            heartbeat: (Duration::from_millis(u64::from(timeout)) / 3).clamp(Duration::from_secs(1), HEARTBEAT),
            app,
            caller,
        };
        let retry = follower.jitter(Duration::from_secs(1));
        follower.ready.push_back(Event::default().retry(retry).comment("open"));
        if let Some(after) = after {
            let known = i64::try_from(after.position).unwrap_or(i64::MAX);
            if after.epoch != follower.epoch || known > head.position {
                follower.reset(ResetReason::ForeignEpoch);
            } else {
                follower.after = known;
            }
        }
        Ok(follower)
    }

    /// Between the span and twice the span, so that those who are cut together do not come back together.
    fn jitter(&self, span: Duration) -> Duration {
        let draw = u32::from_be_bytes(self.app.random());
        span + span.mul_f64(f64::from(draw) / f64::from(u32::MAX))
    }

    fn reset(&mut self, reason: ResetReason) {
        let event = data(&VisitorEvent::Reset { reason });
        let wait = if reason == ResetReason::ShuttingDown { Duration::from_secs(2) } else { Duration::from_millis(500) };
        let retry = self.jitter(wait);
        self.ready.push_back(event.retry(retry));
        self.closing = true;
    }

    /// The connection on this server; another one took its place if the session was forgotten and found again.
    fn live(&mut self) -> Option<Arc<Live>> {
        let known = self.app.visitors().get(self.caller.session);
        if let (Some(known), Some(live)) = (&known, &self.caller.live)
            && !Arc::ptr_eq(known, live)
        {
            self.look = true;
        }
        self.caller.live.clone_from(&known);
        known
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                if let Some(live) = &self.caller.live {
                    live.heard_of(self.app.now());
                }
                return Some(event);
            }
            if self.closing {
                return None;
            }
            let live = self.live();
            let changed = live.as_ref().map(|live| live.changed());
            tokio::pin!(changed);
            // From here on no change is missed, whatever is looked at below.
            if let Some(changed) = changed.as_mut().as_pin_mut() {
                changed.enable();
            }
            if self.app.closing().is_cancelled() {
                self.reset(ResetReason::ShuttingDown);
                continue;
            }
            if self.look || live.as_ref().is_some_and(|live| live.newest_entry() > self.after) {
                self.read().await?;
                continue;
            }
            if let Some(live) = &live {
                self.pass(live);
                if !self.ready.is_empty() {
                    continue;
                }
            }
            let woken = async {
                match changed.as_pin_mut() {
                    Some(changed) => changed.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(self.heartbeat) => {
                    self.ready.push_back(Event::default().comment(""));
                    // Nobody wakes for a session that was given up; a rating or an erasure may still come.
                    self.look = live.is_none();
                }
                () = self.app.closing().cancelled() => {}
            }
        }
    }

    /// Reads what came. `None` when that fails: the connection ends, and the reader comes back to where it stands.
    async fn read(&mut self) -> Option<()> {
        self.look = false;
        let (workspace, conversation) = (self.caller.workspace, self.caller.conversation);
        if let Some(live) = &self.caller.live
            && live.newest_entry() - self.after > TOO_FAR
        {
            self.reset(ResetReason::TooSlow);
            return Some(());
        }
        let entries = match self.app.entries_after(workspace, conversation, self.after, PIECE).await {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a visitor's stream could not be read and ends");
                return None;
            }
        };
        self.look = entries.len() as i64 == PIECE;
        for cited in entries {
            let sequence = cited.entry.sequence;
            if sequence != self.after + 1 {
                self.reset(ResetReason::TooOld);
                return Some(());
            }
            self.after = sequence;
            let Some(entry) = entry::shown(cited) else { continue };
            match &entry.what {
                VisitorWhat::Erased => {
                    self.reset(ResetReason::Erased);
                    return Some(());
                }
                VisitorWhat::Waiting => self.waiting = true,
                VisitorWhat::Joined { .. } | VisitorWhat::Refused { .. } => {
                    self.waiting = false;
                    self.place = None;
                }
                VisitorWhat::Ended { .. } => {
                    self.waiting = false;
                    self.place = None;
                    self.typing = false;
                }
                VisitorWhat::AgentLost { .. } | VisitorWhat::Message { author: Author::Agent { .. }, .. } => self.typing = false,
                _ => {}
            }
            let id = Position { epoch: self.epoch, position: entry.sequence };
            self.ready.push_back(data(&VisitorEvent::Entry { entry }).id(id.to_string()));
        }
        Some(())
    }

    /// Tells what passes, where it differs from what was told.
    fn pass(&mut self, live: &Live) {
        let passing = live.passing();
        let place = passing.place.filter(|_| self.waiting && self.show_place).map(|place| QueuePlace {
            // 0 says that an agent is being asked already: nobody is ahead.
            place: u32::try_from(place.position.max(1)).unwrap_or(u32::MAX),
            estimated_wait_seconds: place.estimated_wait.and_then(|seconds| u32::try_from(seconds).ok()),
        });
        if let Some(place) = place
            && self.place != Some(place)
        {
            self.place = Some(place);
            self.ready.push_back(data(&VisitorEvent::QueuePlace { place }));
        }
        if self.typing != passing.typing {
            self.typing = passing.typing;
            self.ready.push_back(data(&VisitorEvent::Typing { typing: passing.typing }));
        }
    }
}

fn data(event: &VisitorEvent) -> Event {
    Event::default().json_data(event).expect("an event is texts, numbers and names")
}
