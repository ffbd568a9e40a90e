//! The visitor of a conversation: what he talked about before, and turning him away.

use axum::{extract::State, response::Response};
use domain::ids::{BlockId, ConversationId};
use engine::{
    definition,
    desk::BlockVisitor,
    idempotency::{Done, Keep},
};
use native::{
    Page, PageQuery, Problem,
    admin::{Block, HistoryItem},
    desk,
};

use crate::api::{
    Answered, ApiState, Path, Posted, Query, SignedIn,
    admin::{Shown as _, history, limit_of, not_a_cursor},
    answer, json,
};

/// A page of the visitor's earlier conversations, newest first. Whoever has a conversation with the visitor reads the ones that are over.
#[utoipa::path(get, path = "/conversations/{id}/past", tag = "agent", operation_id = "past_list", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<HistoryItem>), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn past(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    Query(query): Query<PageQuery>,
) -> Answered<Response> {
    let after = query.cursor.as_deref().map(|cursor| history::read(cursor).ok_or_else(not_a_cursor)).transpose()?;
    let page = state.app.past_conversations(&agent, id, after, limit_of(query.limit)? as u64).await?;
    let directory = state.app.directory(agent.workspace)?;
    let items = page.lines.into_iter().map(|line| history::item(&directory, line)).collect();
    Ok(json(&Page::<HistoryItem> { items, next: page.next.map(history::print) }))
}

/// Turns the visitor away from now on, by address. Audited.
#[utoipa::path(post, path = "/conversations/{id}/block", tag = "agent", operation_id = "visitor_block", params(("id" = String, Path)),
    request_body = desk::BlockVisitor,
    responses((status = 201, body = Block), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn block(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<desk::BlockVisitor>,
) -> Answered<Response> {
    let (app, who) = (state.app.clone(), agent.clone());
    let directory = app.directory(who.workspace)?;
    let shown = move |made: &(BlockId, definition::Block)| match made.1.shown(made.0, &directory) {
        Ok(body) => answer(201, &body),
        Err(failure) => answer(failure.status(), failure.problem()),
    };
    Ok(posted
        .once(&state, &agent, move |body, once| async move {
            let block = BlockVisitor { note: body.note, network: body.network, ends: body.end };
            Ok(match app.block_visitor(&who, id, block, Some(Keep::new(once, shown.clone()))).await? {
                Done::Now(made) => shown(&made),
                Done::Before(answer) => answer,
            })
        })
        .await)
}
