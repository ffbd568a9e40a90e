//! A supervisor watches a conversation of another.

use axum::{extract::State, response::Response};
use domain::ids::ConversationId;
use engine::idempotency::{Done, Keep};
use http::StatusCode;
use native::{Problem, visitor::Accepted};

use super::messages::noted;
use crate::api::{Answered, ApiState, Path, Posted, SignedIn};

/// Watches it: it enters the supervisor's view. Audited.
#[utoipa::path(post, path = "/conversations/{id}/monitor", tag = "agent", operation_id = "monitor_start", params(("id" = String, Path)),
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn start(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |_, once| async move {
            Ok(match app.start_monitoring(&who, id, Some(Keep::new(once, noted))).await? {
                Done::Now(started) => noted(&started),
                Done::Before(answer) => answer,
            })
        })
        .await
}

/// Lets it be. It leaves the supervisor's view.
#[utoipa::path(delete, path = "/conversations/{id}/monitor", tag = "agent", operation_id = "monitor_end", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn end(State(state): State<ApiState>, SignedIn(agent): SignedIn, Path(id): Path<ConversationId>) -> Answered<StatusCode> {
    state.app.end_monitoring(&agent, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
