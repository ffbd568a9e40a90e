//! The agent's event stream.
//!
//! Subscribed first, replayed from the reader's position to now, then live: no gap. Only the last event of a journal entry carries its position,
//! so a reader that is cut in between gets all of them again; applying one twice changes nothing.

use std::{
    collections::{HashSet, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event as Sse, KeepAlive},
    },
};
use domain::{
    ids::{AgentId, ConversationId},
    journal::{Event, Position},
    permission::Permission,
};
use engine::{
    AgentStream, App, CREDENTIAL, Ephemeral, Published, SignedInAgent, Streamed,
    view::{CatchUp, StartAgain},
};
use futures_util::Stream;
use http::HeaderMap;
use native::{
    ProblemKind,
    agent::{AgentEvent, LeaveReason},
    visitor::{EventsQuery, ResetReason},
};

use crate::api::{Answered, ApiState, Failure, Query, SignedIn, view};

/// How often a silent stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What concerns the agent, from a position on.
#[utoipa::path(get, path = "/events", tag = "agent", params(EventsQuery), responses((status = 200, content_type = "text/event-stream", body = AgentEvent)))]
pub(super) async fn stream(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Answered<Response> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    let app = state.app;
    let after = match last {
        Some(text) => Some(text.parse().map_err(|_| Failure::new(ProblemKind::InvalidParameter, "Last-Event-ID is not an event's id"))?),
        None => query.after,
    };
    let after = after.map(|at: native::Position| Position {
        epoch: i64::try_from(at.epoch).unwrap_or(i64::MAX),
        position: i64::try_from(at.position).unwrap_or(i64::MAX),
    });
    let sees_waiting = agent.permissions.allows(Permission::SeeWaiting);
    // First the subscription: what is committed from here on is in its buffer.
    let subscription = app.fanout().subscribe(agent.workspace, agent.agent, sees_waiting);
    // What the agent may do, as this stream will tell of its changes: rights that changed since the request was let in are told of by nobody else.
    let same_rights =
        app.directory(agent.workspace)?.permissions(agent.agent) == agent.permissions && app.is_still_signed_in(&agent).await?;
    let seen = app.agent_view(agent.workspace, agent.agent).await?;
    subscription.watch(seen.conversations.iter().map(|seen| seen.conversation.id));
    subscription.watch(seen.offers.iter().map(|offer| offer.conversation));
    let caught_up = match after {
        Some(after) => app.catch_up(agent.workspace, agent.agent, after, sees_waiting).await?,
        None => CatchUp::Entries(Vec::new(), seen.position),
    };
    let monitored = seen.monitored.iter().copied().collect();
    let mut reader = Reader { app, agent, subscription, monitored, upto: seen.position, ready: VecDeque::new(), over: false };
    match caught_up {
        CatchUp::Entries(entries, upto) => {
            reader.upto = upto;
            for published in entries {
                reader.tell(&published).await?;
            }
        }
        CatchUp::StartAgain(why) => reader.reset(match why {
            StartAgain::ForeignEpoch => ResetReason::ForeignEpoch,
            StartAgain::TooOld => ResetReason::TooOld,
        }),
    }
    if !same_rights {
        reader.reset(ResetReason::RightsChanged);
    }
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("");
    Ok(axum::response::Sse::new(reader.stream()).keep_alive(keep_alive).into_response())
}

struct Reader {
    app: App,
    agent: SignedInAgent,
    subscription: AgentStream,
    /// Conversations that are in view because the agent watches them.
    monitored: HashSet<ConversationId>,
    /// Entries up to here were told.
    upto: Position,
    ready: VecDeque<(AgentEvent, Option<Position>)>,
    over: bool,
}

impl Reader {
    fn stream(self) -> impl Stream<Item = Result<Sse, Infallible>> {
        futures_util::stream::unfold((self, true), |(mut reader, first)| async move {
            if first {
                // Jittered by the id of the connection's agent, so that all do not come back in the same instant.
                let jitter = u64::from(uuid::Uuid::from(reader.agent.sign_in).as_bytes()[15]) * 8;
                return Some((Ok(Sse::default().retry(Duration::from_millis(1_000 + jitter)).comment("")), (reader, false)));
            }
            loop {
                if let Some((event, at)) = reader.ready.pop_front() {
                    let mut sse = Sse::default();
                    if let Some(at) = at {
                        sse = sse.id(at.to_string());
                    }
                    let data = serde_json::to_string(&event).unwrap_or_default();
                    return Some((Ok(sse.data(data)), (reader, false)));
                }
                if reader.over {
                    return None;
                }
                let closing = reader.app.closing().clone();
                tokio::select! {
                    () = closing.cancelled() => reader.reset(ResetReason::ShuttingDown),
                    streamed = reader.subscription.next() => match streamed {
                        None => reader.reset(ResetReason::TooSlow),
                        Some(Streamed::Ephemeral(ephemeral)) => reader.pass(ephemeral),
                        Some(Streamed::Entry(published)) => reader.take(published).await,
                    }
                }
            }
        })
    }

    fn reset(&mut self, reason: ResetReason) {
        self.ready.push_back((AgentEvent::Reset { reason }, None));
        self.over = true;
    }

    fn pass(&mut self, ephemeral: Ephemeral) {
        let event = match ephemeral {
            Ephemeral::VisitorTyping { conversation, typing } => AgentEvent::Typing { conversation, typing },
            Ephemeral::Draft { .. } if !self.agent.permissions.allows(Permission::SeeDrafts) => return,
            Ephemeral::Draft { conversation, text } => AgentEvent::Draft { conversation, text },
        };
        self.ready.push_back((event, None));
    }

    async fn take(&mut self, published: Arc<Published>) {
        if published.position.epoch != self.upto.epoch {
            return self.reset(ResetReason::ForeignEpoch);
        }
        if published.position.position <= self.upto.position {
            return;
        }
        if let Err(failure) = self.tell(&published).await {
            tracing::warn!(?failure, "an event stream is cut: what it should tell cannot be read");
            self.reset(ResetReason::TooSlow);
        }
    }

    /// Puts what an entry means to this agent into `ready`.
    async fn tell(&mut self, published: &Published) -> Answered<()> {
        self.upto = published.position;
        let (workspace, agent) = (self.agent.workspace, self.agent.agent);
        let mut events = Vec::new();
        let event = &published.entry.event;
        match event {
            Event::DefinitionChanged { definition, .. } => {
                // The agent's own profile, or a role: what is allowed and seen may be another thing now.
                if definition == "agent" || definition == "role" {
                    self.reset(ResetReason::RightsChanged);
                    return Ok(());
                }
                if definition != CREDENTIAL {
                    return Ok(());
                }
                if !self.app.is_still_signed_in(&self.agent).await? {
                    // Signed out, or the password was reset: who reads this now shows a token again, and is refused.
                    self.reset(ResetReason::RightsChanged);
                    return Ok(());
                }
            }
            Event::Erased => {
                self.reset(ResetReason::Erased);
                return Ok(());
            }
            _ => {}
        }
        let mut me_changed = match event {
            Event::PresenceChanged { agent: who } => *who == agent,
            // The second factor may have come or gone.
            Event::DefinitionChanged { .. } => true,
            _ => false,
        };
        if let Some(id) = published.entry.conversation {
            let directory = self.app.directory(workspace)?;
            let mine = |who: &AgentId| *who == agent;
            let monitored = self.monitored.contains(&id);
            if monitored && offers_to(event, agent) {
                // In view already: what is asked of the agent is a part of the conversation, too.
                let seen = self.app.complete(published).await?;
                events.extend(view::entry(&directory, &seen).map(|entry| AgentEvent::Entry { conversation: id, entry }));
            }
            match event {
                Event::MonitorStarted { agent: who } if mine(who) => {
                    // Told late, it may be over: then there is nothing to show.
                    let may = self.agent.permissions.allows(Permission::SuperviseConversations);
                    if may && self.app.is_monitoring(workspace, agent, id).await? {
                        self.monitored.insert(id);
                        self.subscription.watch([id]);
                        let seen = self.app.conversation_view(workspace, id).await?;
                        let conversation = view::conversation(&directory, &seen, self.agent.permissions.allows(Permission::BlockVisitors));
                        events.push(AgentEvent::ConversationEntered { conversation: Box::new(conversation) });
                    }
                }
                Event::MonitorEnded { agent: who } if mine(who) => {
                    self.monitored.remove(&id);
                    self.leave(&mut events, id, LeaveReason::MonitoringEnded);
                }
                Event::Offered { offer, agent: who, .. } if mine(who) => {
                    // Answered already when it is gone, and the next one may be another agent's: then there is nothing to show.
                    if let Some(open) = self.app.offer_view(workspace, id).await?.filter(|open| open.id == *offer) {
                        events.push(AgentEvent::OfferMade { offer: view::offer(&open) });
                    }
                    me_changed = true;
                }
                Event::OfferDeclined { offer, agent: who }
                | Event::OfferTimedOut { offer, agent: who }
                | Event::OfferWithdrawn { offer, agent: who }
                    if mine(who) =>
                {
                    if let Some(outcome) = view::offer_outcome(event) {
                        events.push(AgentEvent::OfferEnded { offer: *offer, outcome });
                    }
                    if !monitored {
                        self.subscription.unwatch(id);
                    }
                    me_changed = true;
                }
                Event::Established { agent: who, .. } if mine(who) => {
                    self.subscription.watch([id]);
                    let seen = self.app.conversation_view(workspace, id).await?;
                    let open: Vec<_> = seen
                        .entries
                        .iter()
                        .rev()
                        .find_map(|seen| match &seen.entry.event {
                            Event::Offered { offer, agent: who, .. } if mine(who) && seen.entry.sequence < published.entry.sequence => {
                                Some(*offer)
                            }
                            _ => None,
                        })
                        .into_iter()
                        .collect();
                    events.extend(
                        open.into_iter()
                            .map(|offer| AgentEvent::OfferEnded { offer, outcome: native::conversation::OfferOutcome::Accepted }),
                    );
                    let conversation = view::conversation(&directory, &seen, self.agent.permissions.allows(Permission::BlockVisitors));
                    events.push(AgentEvent::ConversationEntered { conversation: Box::new(conversation) });
                    me_changed = true;
                }
                Event::TransferFailed { by, .. } if mine(by) => {
                    self.subscription.watch([id]);
                    let seen = self.app.conversation_view(workspace, id).await?;
                    let conversation = view::conversation(&directory, &seen, self.agent.permissions.allows(Permission::BlockVisitors));
                    events.push(AgentEvent::ConversationEntered { conversation: Box::new(conversation) });
                    me_changed = true;
                }
                Event::TransferStarted { by, .. } if mine(by) => {
                    self.leave(&mut events, id, LeaveReason::Transferred);
                    me_changed = true;
                }
                Event::AgentLost { agent: who, .. } if mine(who) => {
                    self.leave(&mut events, id, LeaveReason::Returned);
                    me_changed = true;
                }
                Event::AfterWorkEnded { agent: who } if mine(who) => {
                    self.leave(&mut events, id, LeaveReason::Closed);
                    me_changed = true;
                }
                _ => {
                    let seen = self.app.complete(published).await?;
                    if let Some(entry) = view::entry(&directory, &seen) {
                        events.push(AgentEvent::Entry { conversation: id, entry });
                    }
                    if matches!(event, Event::Ended { .. } | Event::Refused { .. }) {
                        me_changed = true;
                        if !self.app.is_in_view(workspace, agent, id).await? {
                            self.leave(&mut events, id, LeaveReason::Closed);
                        }
                    }
                }
            }
            if self.agent.permissions.allows(Permission::SeeWaiting) && engine::moves_queues(event) {
                events.push(match self.app.waiting_view(workspace, id).await? {
                    Some(waiting) => AgentEvent::WaitingChanged { waiting: view::waiting(&waiting) },
                    None => AgentEvent::WaitingLeft { conversation: id },
                });
            }
        }
        if me_changed {
            let me = self.app.me(workspace, agent).await?;
            events.push(AgentEvent::MeChanged { me: view::me(&me) });
        }
        if events.is_empty() {
            events.push(AgentEvent::Advanced);
        }
        let last = events.len() - 1;
        for (n, event) in events.into_iter().enumerate() {
            self.ready.push_back((event, (n == last).then_some(published.position)));
        }
        Ok(())
    }

    fn leave(&self, events: &mut Vec<AgentEvent>, conversation: ConversationId, reason: LeaveReason) {
        self.subscription.unwatch(conversation);
        events.push(AgentEvent::ConversationLeft { conversation, reason });
    }
}

/// The event is about an offer to this agent.
fn offers_to(event: &Event, agent: AgentId) -> bool {
    matches!(
        event,
        Event::Offered { agent: who, .. }
            | Event::OfferDeclined { agent: who, .. }
            | Event::OfferTimedOut { agent: who, .. }
            | Event::OfferWithdrawn { agent: who, .. } if *who == agent
    )
}
