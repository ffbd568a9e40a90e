//! Messages that visitors left when nobody was there.

use axum::{extract::State, response::Response};
use domain::{ids::OfflineMessageId, permission::Permission, secret::Text};
use engine::{
    SignedInAgent,
    offline::{AssignedTo, OfflineFilter, OfflineUpdate},
};
use native::{
    Page, Problem, ProblemKind,
    offline::{OfflineMessage, OfflineMessagesQuery, OfflineState, UpdateOfflineMessage},
};

use crate::api::{
    Answered, ApiState, Failure, Json, Path, Query, SignedIn,
    admin::{id_cursor, limit_of},
    json, view,
};

fn filter(who: &SignedInAgent, query: &OfflineMessagesQuery) -> Answered<OfflineFilter> {
    let assigned = match query.assigned.as_deref() {
        None => None,
        Some("none") => Some(AssignedTo::Nobody),
        Some("me") => Some(AssignedTo::Agent(who.agent)),
        Some(id) => {
            let wrong = |_| Failure::new(ProblemKind::InvalidParameter, "give the id of an agent, `me` or `none`").at("assigned");
            Some(AssignedTo::Agent(id.parse().map_err(wrong)?))
        }
    };
    Ok(OfflineFilter {
        done: query.state.map(|state| state == OfflineState::Done),
        assigned,
        text: query.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(Text::from),
    })
}

/// A page of messages that visitors left.
#[utoipa::path(get, path = "/offline-messages", tag = "agent", operation_id = "offline_messages", params(OfflineMessagesQuery),
    responses((status = 200, body = Page<OfflineMessage>), (status = 403, body = Problem)))]
pub(super) async fn list(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Query(query): Query<OfflineMessagesQuery>,
) -> Answered<Response> {
    who.require(Permission::AnswerOfflineMessages)?;
    let before = id_cursor(query.cursor.as_deref())?.map(OfflineMessageId);
    let page = state.app.offline_messages(&who, &filter(&who, &query)?, before, limit_of(query.limit)?).await?;
    let next = page.items.last().filter(|_| page.more).map(|message| message.id.to_string());
    Ok(json(&Page { items: page.items.iter().map(view::offline_message).collect::<Answered<Vec<_>>>()?, next }))
}

/// A message that a visitor left.
#[utoipa::path(get, path = "/offline-messages/{id}", tag = "agent", operation_id = "offline_message", params(("id" = String, Path)),
    responses((status = 200, body = OfflineMessage), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<OfflineMessageId>,
) -> Answered<axum::Json<OfflineMessage>> {
    Ok(axum::Json(view::offline_message(&state.app.offline_message(&who, id).await?)?))
}

/// Says who sees to a message and whether it is done. Audited.
#[utoipa::path(put, path = "/offline-messages/{id}", tag = "agent", operation_id = "offline_message_update", params(("id" = String, Path)),
    request_body = UpdateOfflineMessage,
    responses((status = 200, body = OfflineMessage), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn update(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<OfflineMessageId>,
    Json(body): Json<UpdateOfflineMessage>,
) -> Answered<axum::Json<OfflineMessage>> {
    let update = OfflineUpdate { assigned_to: body.assigned_to, done: body.state == OfflineState::Done };
    Ok(axum::Json(view::offline_message(&state.app.update_offline_message(&who, id, update).await?)?))
}
