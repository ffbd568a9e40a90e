//! `POST /visitor/end`.

use axum::{Json, extract::State};
use domain::journal::{Author, EndedBecause};
use engine::conversation::EndConversation;
use native::visitor::{self as wire, Accepted};

use super::{entry::number, keyed::Keyed, token::Caller};
use crate::api::{Answered, ApiState};

/// Ends the conversation. Ending an ended one changes nothing and is answered with the end that it had.
#[utoipa::path(
    post, path = "/visitor/end", tag = "visitor", request_body = wire::EndConversation,
    responses((status = 200, body = Accepted))
)]
pub(super) async fn end(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value, .. }: Keyed<wire::EndConversation>,
) -> Answered<Json<Accepted>> {
    let end = EndConversation { by: Author::Visitor, because: EndedBecause::Visitor };
    app.end_conversation_saying(caller.workspace, caller.conversation, end, value.reason.as_ref()).await?;
    let (sequence, at) = app.end_of(caller.workspace, caller.conversation).await?;
    Ok(Json(Accepted { sequence: number(sequence), at: at.into() }))
}
