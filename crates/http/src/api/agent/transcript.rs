//! What was said in a conversation, for programs and for people. Details that are hidden from agents are in neither.

use axum::{extract::State, response::Response};
use domain::{
    ids::ConversationId,
    transcript::{self, Audience, Source},
};
use native::{Problem, conversation::Transcript};

use crate::api::{Answered, ApiState, Path, SignedIn, view};

/// The transcript for programs. Reading what is another's is audited.
#[utoipa::path(get, path = "/conversations/{id}/transcript", tag = "agent", operation_id = "transcript_read", params(("id" = String, Path)),
    responses((status = 200, body = Transcript), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
) -> Answered<axum::Json<Transcript>> {
    let seen = state.app.read_conversation_of(&agent, id).await?;
    Ok(axum::Json(view::transcript(&*state.app.directory(agent.workspace)?, &seen)))
}

/// The transcript for people, in the workspace's time zone. Reading what is another's is audited.
#[utoipa::path(get, path = "/conversations/{id}/transcript.txt", tag = "agent", operation_id = "transcript_text", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn text(State(state): State<ApiState>, SignedIn(agent): SignedIn, Path(id): Path<ConversationId>) -> Answered<Response> {
    let seen = state.app.read_conversation_of(&agent, id).await?;
    let directory = state.app.directory(agent.workspace)?;
    let zone = transcript::zone(&directory.workspace.zone).map_err(engine::Error::internal)?;
    let details: Vec<_> = seen.details.iter().map(view::domain_detail).collect();
    let source = Source {
        conversation: id,
        started_at: seen.origin.requested_at,
        ended_at: seen.origin.ended_at,
        end_reason: seen.origin.ended_reason.as_ref(),
        details: &details,
        entries: &view::lines(&directory, &seen),
    };
    Ok(view::plain_text(transcript::text(&source, Audience::Agent, &zone)))
}
