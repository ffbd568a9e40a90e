//! Writing to the visitor, and among colleagues.
//!
//! A message carries its idempotency key into its own row: the same key again is the same message, in one write.

use axum::{extract::State, response::Response};
use domain::{ids::ConversationId, journal::MessageKind, text_limits};
use engine::{
    App,
    conversation::PostMessage,
    idempotency::{Answer, Done, Keep},
    visitor::Noted,
};
use http::{HeaderMap, StatusCode};
use native::{
    ProblemKind,
    desk::WriteNote,
    visitor::{Accepted, SendCustomEvent, SendMessage, SetTyping},
};

use crate::api::{Answered, ApiState, Failure, Json, Path, Posted, SignedIn, answer, key_of};

fn accepted(app: &App, sequence: Option<i64>) -> axum::Json<Accepted> {
    axum::Json(Accepted { sequence: sequence.and_then(|n| u64::try_from(n).ok()).unwrap_or(0), at: app.now().into() })
}

/// Sends a message. The same key again is the same message.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "agent", params(("id" = String, Path)), request_body = SendMessage, responses((status = 200, body = Accepted)))]
pub(super) async fn send(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    headers: HeaderMap,
    Json(message): Json<SendMessage>,
) -> Answered<axum::Json<Accepted>> {
    let key = key_of(&headers)?;
    if message.text.reveal().trim().is_empty() {
        return Err(Failure::new(ProblemKind::Invalid, "a message must not be empty").at("text"));
    }
    let post = PostMessage { key: Some(key), ..PostMessage::text(message.text.0) };
    let posted = state.app.agent_posts(agent.workspace, agent.agent, id, post).await?;
    Ok(accepted(&state.app, posted.sequence))
}

/// What a note is answered with.
pub(super) fn noted(noted: &Noted) -> Answer {
    answer(200, &Accepted { sequence: u64::try_from(noted.sequence).unwrap_or(0), at: noted.at.into() })
}

/// Notes something among colleagues. A supervisor whispers so to the owner.
#[utoipa::path(post, path = "/conversations/{id}/notes", tag = "agent", operation_id = "note_write", params(("id" = String, Path)), request_body = WriteNote, responses((status = 200, body = Accepted)))]
pub(super) async fn note(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<WriteNote>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |note, once| async move {
            Ok(match app.write_note(&who, id, &note.text, Some(Keep::new(once, noted))).await? {
                Done::Now(written) => noted(&written),
                Done::Before(answer) => answer,
            })
        })
        .await
}

/// Tells a program on the visitor's side something.
#[utoipa::path(post, path = "/conversations/{id}/custom-events", tag = "agent", params(("id" = String, Path)), request_body = SendCustomEvent, responses((status = 200, body = Accepted)))]
pub(super) async fn send_custom_event(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    headers: HeaderMap,
    Json(event): Json<SendCustomEvent>,
) -> Answered<axum::Json<Accepted>> {
    let key = key_of(&headers)?;
    let name = text_limits::line(&event.name, text_limits::LABEL_CHARACTERS)
        .map_err(|problem| Failure::new(ProblemKind::Invalid, problem.to_string()).at("name"))?;
    let post = PostMessage { kind: MessageKind::CustomEvent, label: Some(name), key: Some(key), ..PostMessage::text(event.data.0) };
    let posted = state.app.agent_posts(agent.workspace, agent.agent, id, post).await?;
    Ok(accepted(&state.app, posted.sequence))
}

/// Types, or stopped. Never stored.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "agent", params(("id" = String, Path)), request_body = SetTyping, responses((status = 204)))]
pub(super) async fn typing(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    Json(typing): Json<SetTyping>,
) -> Answered<StatusCode> {
    state.app.agent_types(agent.workspace, agent.agent, id, typing.typing).await?;
    Ok(StatusCode::NO_CONTENT)
}
