//! `GET /visitor/transcript`, `GET /visitor/transcript.txt`: all that the visitor saw.

use std::collections::HashMap;

use axum::{Json, extract::State, response::Response};
use domain::{
    ids::{AgentId, DeploymentId},
    journal::Event,
    transcript::{self, Audience, Content, Happening, Side, Source},
};
use engine::{
    App, Directory,
    visitor::{Cited, Reading},
};
use native::{
    Problem, ProblemKind, conversation as wire,
    visitor::{VisitorTranscript, VisitorWhat},
};

use super::{entry, token::Caller};
use crate::api::{Answered, ApiState, Failure, view};

/// The transcript for programs.
#[utoipa::path(
    get, path = "/visitor/transcript", tag = "visitor", operation_id = "transcript",
    responses(
        (status = 200, body = VisitorTranscript),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "the deployment gives no transcripts"),
    )
)]
pub(super) async fn read(State(ApiState { app, .. }): State<ApiState>, caller: Caller) -> Answered<Json<VisitorTranscript>> {
    let reading = whole(&app, &caller).await?;
    let Reading { conversation, origin, entries, .. } = reading;
    let entries = entries.into_iter().filter_map(entry::shown).collect();
    Ok(Json(VisitorTranscript {
        conversation: conversation.id,
        started_at: origin.requested_at.into(),
        ended_at: origin.ended_at.map(Into::into),
        entries,
    }))
}

/// The transcript for people, in the workspace's time zone.
#[utoipa::path(
    get, path = "/visitor/transcript.txt", tag = "visitor", operation_id = "transcript_text",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "the deployment gives no transcripts"),
    )
)]
pub(super) async fn text(State(ApiState { app, .. }): State<ApiState>, caller: Caller) -> Answered<Response> {
    let reading = whole(&app, &caller).await?;
    Ok(view::plain_text(written(&*app.directory(caller.workspace)?, reading)?))
}

/// A whole conversation as text, for its visitor.
pub(super) fn written(directory: &Directory, reading: Reading) -> Answered<String> {
    let zone = transcript::zone(&directory.workspace.zone).map_err(engine::Error::internal)?;
    let visitor = reading.origin.name.reveal().to_owned();
    let Reading { conversation, origin, entries, .. } = reading;
    let mut names = HashMap::new();
    let entries: Vec<transcript::Entry> = entries.into_iter().filter_map(|cited| line(cited, &visitor, &mut names)).collect();
    let source = Source {
        conversation: conversation.id,
        started_at: origin.requested_at,
        ended_at: origin.ended_at,
        end_reason: origin.ended_reason.as_ref().filter(|_| origin.ended_by.as_deref() == Some("visitor")),
        details: &[],
        entries: &entries,
    };
    Ok(transcript::text(&source, Audience::Visitor, &zone))
}

/// Whether the deployment lets visitors have transcripts.
pub(super) fn is_allowed(directory: &Directory, deployment: DeploymentId) -> bool {
    directory.deployments.get(&deployment).is_some_and(|deployment| deployment.visitor_transcript)
}

/// The whole conversation, where the deployment lets visitors have it.
async fn whole(app: &App, caller: &Caller) -> Answered<Reading> {
    let entrance = caller.entrance(app).await?;
    let directory = app.directory(caller.workspace)?;
    if !is_allowed(&directory, entrance.deployment) {
        return Err(Failure::new(ProblemKind::NotPermitted, "visitors may not have transcripts here"));
    }
    if let Some(live) = &caller.live {
        live.heard_of(app.now());
    }
    Ok(app.read_conversation(caller.workspace, caller.conversation, usize::MAX).await?)
}

/// An entry as a line of the text; `None` for what the text does not tell. `names` gathers the names under which agents came.
fn line(cited: Cited, visitor: &str, names: &mut HashMap<AgentId, String>) -> Option<transcript::Entry> {
    let at = cited.entry.at;
    if let Event::Established { agent, name, .. } = &cited.entry.event {
        names.insert(*agent, name.clone());
    }
    if let Some(happening) = Happening::of(&cited.entry.event) {
        let (side, name) = view::teller(&cited.entry.event, visitor, names);
        return Some(transcript::Entry { at, side, name, content: Content::Event(happening) });
    }
    let who = |author: wire::Author| match author {
        wire::Author::Visitor => (Side::Visitor, visitor.to_owned()),
        wire::Author::Agent { name, .. } => (Side::Agent, name),
        wire::Author::System => (Side::System, String::new()),
    };
    let ((side, name), content) = match entry::shown(cited)?.what {
        VisitorWhat::Message { author, text } if text.reveal().is_empty() => (who(author), Content::Erased),
        VisitorWhat::Message { author, text } => (who(author), Content::Message { text }),
        VisitorWhat::File { file } if file.erased => (who(file.author), Content::Erased),
        VisitorWhat::File { file } => (who(file.author), Content::File { file: file.id, file_name: file.name, bytes: file.size }),
        _ => return None,
    };
    Some(transcript::Entry { at, side, name, content })
}
