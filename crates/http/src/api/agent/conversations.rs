//! Conversations: reading, picking, ending, finishing up.

use axum::{extract::State, response::Response};
use domain::{ids::ConversationId, permission::Permission};
use engine::{App, SignedInAgent};
use native::{
    agent::{Entries, EntriesQuery, TakeConversation, Taken},
    conversation::AgentConversation,
    visitor::{Accepted, EndConversation},
};

use crate::api::{Answered, ApiState, Path, Posted, Query, SignedIn, answer, no_content, view};

/// Entries of a page unless told.
const PAGE: usize = 100;

async fn seen(app: &App, agent: &SignedInAgent, id: ConversationId) -> Answered<AgentConversation> {
    let directory = app.directory(agent.workspace)?;
    let seen = app.conversation_view(agent.workspace, id).await?;
    Ok(view::conversation(&directory, &seen, agent.permissions.allows(Permission::BlockVisitors)))
}

/// A conversation with its latest entries. Reading what is another's is audited.
#[utoipa::path(get, path = "/conversations/{id}", tag = "agent", operation_id = "conversation_read", params(("id" = String, Path)), responses((status = 200, body = AgentConversation)))]
pub(super) async fn show(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
) -> Answered<axum::Json<AgentConversation>> {
    let seen = state.app.read_conversation_of(&agent, id).await?;
    let directory = state.app.directory(agent.workspace)?;
    Ok(axum::Json(view::conversation(&directory, &seen, agent.permissions.allows(Permission::BlockVisitors))))
}

/// Entries before one, oldest first. Reading what is another's is audited.
#[utoipa::path(get, path = "/conversations/{id}/entries", tag = "agent", params(("id" = String, Path), EntriesQuery), responses((status = 200, body = Entries)))]
pub(super) async fn entries(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    Query(query): Query<EntriesQuery>,
) -> Answered<axum::Json<Entries>> {
    let seen = state.app.read_conversation_of(&agent, id).await?;
    let directory = state.app.directory(agent.workspace)?;
    let most = query.limit.map_or(PAGE, |limit| limit.clamp(1, 500) as usize);
    let before = query.before.unwrap_or(u64::MAX);
    let all: Vec<_> =
        seen.entries.iter().filter_map(|entry| view::entry(&directory, entry)).filter(|entry| entry.sequence < before).collect();
    let skipped = all.len().saturating_sub(most);
    Ok(axum::Json(Entries { entries: all.into_iter().skip(skipped).collect(), earlier: skipped > 0 }))
}

/// Picks a waiting conversation; a supervisor takes over what another agent has. Taking it again changes nothing.
#[utoipa::path(post, path = "/conversations/{id}/take", tag = "agent", params(("id" = String, Path)), request_body = TakeConversation, responses((status = 200, body = Taken)))]
pub(super) async fn take(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<TakeConversation>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |take, _| async move {
            if who.permissions.allows(Permission::SuperviseConversations) {
                app.take_over(&who, id, take.from).await?;
            } else {
                app.take_conversation(who.workspace, who.agent, id).await?;
            }
            Ok(answer(200, &Taken { conversation: seen(&app, &who, id).await? }))
        })
        .await
}

/// Ends it. Ending it again changes nothing.
#[utoipa::path(post, path = "/conversations/{id}/end", tag = "agent", params(("id" = String, Path)), request_body = EndConversation, responses((status = 200, body = Accepted)))]
pub(super) async fn end(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<EndConversation>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |end, _| async move {
            let anybody = who.permissions.allows(Permission::SuperviseConversations);
            app.agent_ends_saying(who.workspace, who.agent, id, anybody, end.reason.as_ref()).await?;
            let seen = app.conversation_view(who.workspace, id).await?;
            Ok(answer(200, &Accepted { sequence: u64::try_from(seen.conversation.sequence).unwrap_or(0), at: app.now().into() }))
        })
        .await
}

/// After-conversation work is done.
#[utoipa::path(post, path = "/conversations/{id}/finish", tag = "agent", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn finish(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |_, _| async move {
            app.end_after_work(who.workspace, who.agent, id).await?;
            Ok(no_content())
        })
        .await
}
