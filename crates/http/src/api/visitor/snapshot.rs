//! `GET /visitor/conversation`: the conversation as its visitor sees it.
//!
//! A snapshot is what the stream's events make of nothing, by the same reducer: so it is the same that a reader of the stream has. Where the
//! first entries are gone from the journal, the rows say what they came to.

use axum::{Json, extract::State};
use domain::conversation::Phase;
use engine::{App, visitor::Reading};
use native::{
    Position,
    conversation::{ClosedBy, Closure, ConversationState},
    view::{Streamed, TIMELINE, VisitorView},
    visitor::{VisitorEvent, VisitorSnapshot},
};

use super::{
    entry::{self, number},
    token::Caller,
};
use crate::api::{Answered, ApiState, view};

/// The conversation as it is now, and where its event stream goes on.
#[utoipa::path(
    get, path = "/visitor/conversation", tag = "visitor", operation_id = "conversation",
    responses((status = 200, body = VisitorSnapshot))
)]
pub(super) async fn read(State(ApiState { app, .. }): State<ApiState>, caller: Caller) -> Answered<Json<VisitorSnapshot>> {
    if let Some(live) = &caller.live {
        live.heard_of(app.now());
    }
    Ok(Json(of(&app, &caller).await?))
}

/// Reads a snapshot.
pub(super) async fn of(app: &App, caller: &Caller) -> Answered<VisitorSnapshot> {
    let reading = app.read_conversation(caller.workspace, caller.conversation, TIMELINE).await?;
    let agent = reading.conversation.phase.owner();
    let name = match agent {
        Some(agent) => app.directory(caller.workspace)?.agents.get(&agent).map(|profile| profile.face(None).to_owned()),
        None => None,
    };
    Ok(fold(reading, name.as_deref()))
}

/// What entries come to. `owner_name` is used where the entry that told it is gone.
fn fold(reading: Reading, owner_name: Option<&str>) -> VisitorSnapshot {
    let Reading { position, conversation, origin, entries, incomplete, rating } = reading;
    let epoch = number(position.epoch);
    let mut view = VisitorView::from(VisitorSnapshot {
        id: conversation.id,
        position: Position { epoch, position: 0 },
        state: ConversationState::Waiting,
        started_at: origin.requested_at.into(),
        agent: None,
        transferring: false,
        file_requests: Vec::new(),
        rating: None,
        closure: None,
        timeline: Vec::new(),
        earlier: false,
    });
    for cited in entries {
        if let Some(entry) = entry::shown(cited) {
            let position = Some(Position { epoch, position: entry.sequence });
            view.apply(Streamed { position, event: VisitorEvent::Entry { entry } });
        }
    }
    let mut snapshot = view.conversation;
    if incomplete {
        snapshot.position.position = snapshot.position.position.max(number(position.position));
        snapshot.earlier = true;
        snapshot.rating = rating.as_ref().map(view::rating);
        match conversation.phase {
            Phase::Ended => {
                snapshot.state = ConversationState::Ended;
                if snapshot.closure.is_none() {
                    // What an agent says at the end is not for visitors.
                    let own = |closure: &Closure| closure.by == ClosedBy::Visitor;
                    snapshot.closure = view::closure(&origin)
                        .map(|closure| Closure { reason: closure.reason.clone().filter(|_| own(&closure)), ..closure });
                }
            }
            Phase::Active { agent } => {
                snapshot.state = ConversationState::Active;
                snapshot.agent.get_or_insert_with(|| entry::card(agent, owner_name.unwrap_or_default()));
            }
            Phase::Waiting | Phase::Offered { .. } => {}
        }
    }
    snapshot
}
