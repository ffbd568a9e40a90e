//! An owner asks for a supervisor's help.

use axum::{extract::State, response::Response};
use domain::ids::ConversationId;
use engine::idempotency::{Done, Keep};
use http::StatusCode;
use native::{Problem, desk::RaiseFlag, visitor::Accepted};

use super::messages::noted;
use crate::api::{Answered, ApiState, Path, Posted, SignedIn};

/// Raises the flag. One that is up stays as it is.
#[utoipa::path(post, path = "/conversations/{id}/flag", tag = "agent", operation_id = "flag_raise", params(("id" = String, Path)), request_body = RaiseFlag,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn raise(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<RaiseFlag>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |flag, once| async move {
            Ok(match app.raise_flag(&who, id, flag.note.as_ref(), Some(Keep::new(once, noted))).await? {
                Done::Now(up) => noted(&up),
                Done::Before(answer) => answer,
            })
        })
        .await
}

/// Lowers the flag. One that is down stays so.
#[utoipa::path(delete, path = "/conversations/{id}/flag", tag = "agent", operation_id = "flag_lower", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn lower(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
) -> Answered<StatusCode> {
    state.app.lower_flag(&agent, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
