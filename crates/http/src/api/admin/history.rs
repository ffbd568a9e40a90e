//! Conversations that were, by what they were: newest first, by cursor.

use axum::{extract::State, response::Response};
use domain::{ids::ConversationId, secret::Text, text_limits::storable, time::Timestamp};
use engine::{
    Directory,
    history::{HistoryCursor, HistoryFilter, HistoryLine, queue_of},
};
use native::{
    Page, Problem,
    admin::{HistoryItem, HistoryQuery},
    conversation::ConversationState,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{limit_of, not_a_cursor};
use crate::api::{Answered, ApiState, Query, SignedIn, json, view};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// `{microseconds}.{conversation}` of the last line.
pub(in crate::api) fn print(cursor: HistoryCursor) -> String {
    format!("{}.{}", cursor.requested_at.0, cursor.conversation)
}

pub(in crate::api) fn read(cursor: &str) -> Option<HistoryCursor> {
    let (requested_at, conversation) = cursor.split_once('.')?;
    Some(HistoryCursor { requested_at: Timestamp(requested_at.parse().ok()?), conversation: conversation.parse::<ConversationId>().ok()? })
}

fn stored(state: ConversationState) -> &'static str {
    match state {
        ConversationState::Waiting => "waiting",
        ConversationState::Offered => "offered",
        ConversationState::Active => "active",
        ConversationState::Ended => "ended",
    }
}

pub(in crate::api) fn item(directory: &Directory, line: HistoryLine) -> HistoryItem {
    let state = [ConversationState::Waiting, ConversationState::Offered, ConversationState::Active]
        .into_iter()
        .find(|state| stored(*state) == line.phase)
        .unwrap_or(ConversationState::Ended);
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    HistoryItem {
        conversation: line.conversation,
        state,
        visitor: line.origin.visitor,
        visitor_name: view::named(&line.origin.name),
        deployment: line.origin.deployment,
        button: line.origin.button,
        queue: queue_of(directory, &line),
        agent: line.agent.or(line.origin.answered_by),
        started_at: line.origin.requested_at.into(),
        answered_at: line.origin.established_at.map(Into::into),
        closure: view::closure(&line.origin),
        rating: line.rating.as_ref().map(view::rating),
        visitor_messages: count(line.visitor_messages),
        agent_messages: count(line.agent_messages),
    }
}

/// A page of conversations, newest first. Audited.
#[utoipa::path(get, path = "/admin/history", tag = "admin", operation_id = "history_list", params(HistoryQuery),
    responses((status = 200, body = Page<HistoryItem>), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<HistoryQuery>) -> Answered<Response> {
    let after = query.cursor.as_deref().map(|cursor| read(cursor).ok_or_else(not_a_cursor)).transpose()?;
    let filter = HistoryFilter {
        from: query.from.map(Into::into),
        until: query.until.map(Into::into),
        deployment: query.deployment,
        button: query.button,
        agent: query.agent,
        visitor: query.visitor,
        phase: query.state.map(stored),
        // As it would be stored: what cannot be is not found, and PostgreSQL would refuse it.
        anywhere: query.text.filter(|text| !text.reveal().trim().is_empty()).map(|text| Text(storable(text.reveal()).into_owned())),
        ..HistoryFilter::default()
    };
    let page = state.app.history(&who, &filter, after, limit_of(query.limit)? as u64).await?;
    let directory = state.app.directory(who.workspace)?;
    let items = page.lines.into_iter().map(|line| item(&directory, line)).collect();
    Ok(json(&Page::<HistoryItem> { items, next: page.next.map(print) }))
}
