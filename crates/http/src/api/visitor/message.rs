//! What a visitor writes: messages, custom events, and what passes while writing.

use axum::{Json, extract::State};
use domain::journal::MessageKind;
use engine::{
    App, Directory,
    conversation::{PostMessage, Posted},
    visitor::Entrance,
};
use http::StatusCode;
use native::{
    ProblemKind,
    visitor::{Accepted, SendCustomEvent, SendMessage, SetDraft, SetTyping},
};

use super::{entry::number, keyed::Keyed, token::Caller};
use crate::api::{Answered, ApiState, Failure};

/// Sends a message. It is on disk when this is answered; the same key again is the same message.
#[utoipa::path(
    post, path = "/visitor/messages", tag = "visitor", request_body = SendMessage,
    responses((status = 200, body = Accepted))
)]
pub(super) async fn send(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value: SendMessage { text }, once }: Keyed<SendMessage>,
) -> Answered<Json<Accepted>> {
    if text.reveal().trim().is_empty() {
        return Err(Failure::new(ProblemKind::Invalid, "a message must not be empty").at("text"));
    }
    limited(&app, &caller, text.reveal(), "text").await?;
    let post = PostMessage { text, key: Some(once.key), ..PostMessage::text("") };
    accepted(app.visitor_posts_once(caller.live()?, post).await?)
}

/// Sends a custom event to the agent's side.
#[utoipa::path(
    post, path = "/visitor/custom-events", tag = "visitor", request_body = SendCustomEvent,
    responses((status = 200, body = Accepted))
)]
pub(super) async fn send_custom_event(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value: SendCustomEvent { name, data }, once }: Keyed<SendCustomEvent>,
) -> Answered<Json<Accepted>> {
    let characters = name.chars().count();
    if name.trim().is_empty() || characters > 255 {
        return Err(Failure::new(ProblemKind::Invalid, "an event's name has 1 to 255 characters").at("name"));
    }
    let post = PostMessage { kind: MessageKind::CustomEvent, label: Some(name), text: data, key: Some(once.key), ..PostMessage::text("") };
    accepted(app.visitor_posts_once(caller.live()?, post).await?)
}

/// Types, or stopped. Never stored.
#[utoipa::path(
    post, path = "/visitor/typing", tag = "visitor", request_body = SetTyping,
    responses((status = 204))
)]
pub(super) async fn set_typing(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value: SetTyping { typing }, .. }: Keyed<SetTyping>,
) -> Answered<StatusCode> {
    app.visitor_types(caller.live()?, typing);
    Ok(StatusCode::NO_CONTENT)
}

/// What is being typed, for the agent to see where the button allows it; ignored elsewhere. Never stored.
#[utoipa::path(
    post, path = "/visitor/draft", tag = "visitor", request_body = SetDraft,
    responses((status = 204))
)]
pub(super) async fn set_draft(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value: SetDraft { text }, .. }: Keyed<SetDraft>,
) -> Answered<StatusCode> {
    let Entrance { button, .. } = caller.entrance(&app).await?;
    let directory = app.directory(caller.workspace)?;
    let live = caller.live()?;
    if button.and_then(|id| directory.buttons.get(&id)).is_some_and(|button| button.drafts) {
        app.visitor_drafts(live, text.reveal())?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a text that is longer than the deployment allows.
async fn limited(app: &App, caller: &Caller, text: &str, property: &str) -> Answered<()> {
    let directory = app.directory(caller.workspace)?;
    let most = longest(&directory, caller.entrance(app).await?);
    if text.len() > most && text.chars().nth(most).is_some() {
        return Err(Failure::new(ProblemKind::TooLarge, format!("a message has at most {most} characters")).at(property));
    }
    Ok(())
}

fn longest(directory: &Directory, entrance: Entrance) -> usize {
    directory
        .deployments
        .get(&entrance.deployment)
        .map_or(usize::MAX, |deployment| usize::try_from(deployment.max_message_chars).unwrap_or(usize::MAX))
}

fn accepted(posted: Posted) -> Answered<Json<Accepted>> {
    Ok(Json(Accepted { sequence: number(posted.sequence.unwrap_or(0)), at: posted.at.into() }))
}
