//! `GET /visitor/post-chat`: what the customer's own page after a conversation is to be told, ready to be posted to it.
//!
//! The visitor's browser posts it, so it holds nothing that the visitor may not see. What the fields are called is the pages' custom, not ours:
//! the facade of those pages says.

use axum::{Json, extract::State};
use domain::secret::Text;
use native::{
    Problem,
    visitor::{PostChat, PostChatField},
};

use super::{token::Caller, transcript};
use crate::{
    api::{Answered, ApiState},
    facades::liveagent::post_chat,
};

/// Where the visitor goes when the conversation is over, and what the page there is told. Its button says so; without a page there are no fields.
#[utoipa::path(
    get, path = "/visitor/post-chat", tag = "visitor", operation_id = "post_chat",
    responses(
        (status = 200, body = PostChat),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "the conversation has not ended"),
    )
)]
pub(super) async fn read(State(ApiState { app, .. }): State<ApiState>, caller: Caller) -> Answered<Json<PostChat>> {
    app.end_of(caller.workspace, caller.conversation).await?;
    let entrance = caller.entrance(&app).await?;
    let directory = app.directory(caller.workspace)?;
    let button = entrance.button.and_then(|id| directory.buttons.get(&id));
    let Some(page) = button.and_then(|button| button.form_after.clone()) else {
        return Ok(Json(PostChat { page: None, fields: Vec::new() }));
    };
    let reading = app.read_conversation(caller.workspace, caller.conversation, usize::MAX).await?;
    let facts = app.visitor_came_with(caller.workspace, caller.conversation).await?;
    let last_page = app.last_page(caller.workspace, caller.conversation).await?.unwrap_or_else(|| Text(facts.page.clone()));
    let written = match transcript::is_allowed(&directory, entrance.deployment) {
        true => transcript::written(&directory, reading.clone())?,
        false => String::new(),
    };
    let records = app.linked_records(caller.workspace, caller.conversation).await?;
    let fields = post_chat::fields(&directory, &reading, facts, last_page, written, &records);
    let fields = fields.into_iter().map(|(name, value)| PostChatField { name: name.to_owned(), value }).collect();
    Ok(Json(PostChat { page: Some(page), fields }))
}
