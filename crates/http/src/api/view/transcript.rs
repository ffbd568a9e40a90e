//! Transcripts, and what conversations that are over are told by.

use std::collections::HashMap;

use axum::response::{IntoResponse as _, Response};
use domain::{
    ids::AgentId,
    journal::{self, Event, FileRequestOutcome},
    secret::Text,
    transcript::{self, Content, Happening, Side},
};
use engine::{
    Directory,
    view::{self, ConversationView, Origin, ViewEntry},
};
use http::{HeaderValue, header};
use native::conversation::{Author, ClosedBy, Closure, Detail, HiddenDetail, Rating, Transcript, What};

use super::entry::{detail, ended, entry};

/// A name that was given.
pub(crate) fn named(name: &Text) -> Option<Text> {
    (!name.reveal().is_empty()).then(|| name.clone())
}

/// The end of a conversation as its row tells it; none while it goes on, and for one that was turned away.
pub(crate) fn closure(origin: &Origin) -> Option<Closure> {
    let because = origin.ended_because.as_deref().filter(|because| *because != "refused")?;
    let because: journal::EndedBecause = serde_json::from_value(because.into()).ok()?;
    let by = match origin.ended_by.as_deref()? {
        "visitor" => ClosedBy::Visitor,
        "agent" => ClosedBy::Agent,
        _ => ClosedBy::System,
    };
    Some(Closure { by, because: ended(because), reason: origin.ended_reason.clone(), at: origin.ended_at?.into() })
}

/// The visitor's judgement.
pub(crate) fn rating(stored: &view::Rating) -> Rating {
    Rating {
        score: u8::try_from(stored.score).unwrap_or(u8::MAX),
        comment: Some(stored.comment.clone()).filter(|comment| !comment.reveal().is_empty()),
    }
}

/// A detail that agents do not see.
pub(crate) fn hidden_detail(stored: &view::Detail) -> HiddenDetail {
    HiddenDetail { label: stored.label.clone(), value: stored.value.clone(), transcript_fields: stored.fields.clone() }
}

/// A detail as `domain` makes text of it.
pub(crate) fn domain_detail(stored: &view::Detail) -> domain::detail::Detail {
    domain::detail::Detail {
        label: stored.label.clone(),
        value: stored.value.clone(),
        transcript_fields: stored.fields.clone(),
        visible_to_agent: stored.visible,
        entity_maps: Vec::new(),
        knowledge_search: false,
    }
}

/// What of a conversation's entries a transcript tells: not how an agent was found, nor what passed.
fn is_told(what: &What) -> bool {
    match what {
        What::Requested
        | What::Refused { .. }
        | What::Joined { .. }
        | What::TransferStarted { .. }
        | What::TransferFailed { .. }
        | What::AgentLost { .. }
        | What::Message { .. }
        | What::Note { .. }
        | What::CustomEvent { .. }
        | What::FlagRaised { .. }
        | What::FlagLowered { .. }
        | What::FileRequested { .. }
        | What::FileRequestEnded { .. }
        | What::File { .. }
        | What::Rated { .. }
        | What::Ended { .. } => true,
        What::Queued { .. }
        | What::Offered { .. }
        | What::OfferEnded { .. }
        | What::TextMasked { .. }
        | What::Erased
        | What::MonitorStarted { .. }
        | What::MonitorEnded { .. }
        | What::PageVisited { .. }
        | What::ConnectionChanged { .. }
        | What::Reconnected
        | What::IdleWarning { .. }
        | What::CriticalWait { .. }
        | What::AfterWorkStarted { .. }
        | What::AfterWorkEnded
        | What::RecordsChanged { .. } => false,
    }
}

/// What was said.
pub(crate) fn transcript(directory: &Directory, seen: &ConversationView) -> Transcript {
    let mut transcript = everything(directory, seen);
    transcript.entries.retain(|entry| is_told(&entry.what));
    transcript
}

/// The same with all that happened besides.
pub(crate) fn everything(directory: &Directory, seen: &ConversationView) -> Transcript {
    let details: Vec<Detail> = seen.details.iter().map(detail).collect();
    Transcript {
        conversation: seen.conversation.id,
        started_at: seen.origin.requested_at.into(),
        ended_at: seen.origin.ended_at.map(Into::into),
        visitor: named(&seen.origin.name),
        details,
        closure: closure(&seen.origin),
        rating: seen.rating.as_ref().map(rating),
        entries: seen.entries.iter().filter_map(|seen| entry(directory, seen)).collect(),
    }
}

/// On whose side something happened, and the name to show. `names`: under which agents came.
pub(crate) fn teller(event: &Event, visitor: &str, names: &HashMap<AgentId, String>) -> (Side, String) {
    match event {
        Event::Established { agent: of, .. }
        | Event::AgentLost { agent: of, .. }
        | Event::TransferStarted { by: of, .. }
        | Event::FileRequested { agent: of, .. }
        | Event::Ended { by: journal::Author::Agent { agent: of }, .. } => (Side::Agent, names.get(of).cloned().unwrap_or_default()),
        Event::FileRequestEnded { outcome: FileRequestOutcome::CancelledByAgent, .. } => (Side::Agent, String::new()),
        Event::Ended { by: journal::Author::System, .. } => (Side::System, String::new()),
        _ => (Side::Visitor, visitor.to_owned()),
    }
}

/// What was said, as lines of a text for agents.
pub(crate) fn lines(directory: &Directory, seen: &ConversationView) -> Vec<transcript::Entry> {
    let visitor = seen.origin.name.reveal();
    let mut names = HashMap::new();
    seen.entries.iter().filter_map(|seen| line(directory, seen, visitor, &mut names)).collect()
}

fn line(directory: &Directory, seen: &ViewEntry, visitor: &str, names: &mut HashMap<AgentId, String>) -> Option<transcript::Entry> {
    let at = seen.entry.at;
    if let Event::Established { agent, name, .. } = &seen.entry.event {
        names.insert(*agent, name.clone());
    }
    if let Some(happening) = Happening::of(&seen.entry.event) {
        let (side, name) = teller(&seen.entry.event, visitor, names);
        return Some(transcript::Entry { at, side, name, content: Content::Event(happening) });
    }
    let (author, content) = match entry(directory, seen)?.what {
        What::Message { author, text } | What::Note { author, text } if text.reveal().is_empty() => (author, Content::Erased),
        What::Message { author, text } => (author, Content::Message { text }),
        What::Note { author, text } | What::FlagRaised { author, note: Some(text) } => (author, Content::Note { text }),
        What::File { file } if file.erased => (file.author, Content::Erased),
        What::File { file } => (file.author, Content::File { file: file.id, file_name: file.name, bytes: file.size }),
        _ => return None,
    };
    let (side, name) = match author {
        Author::Visitor => (Side::Visitor, visitor.to_owned()),
        Author::Agent { name, .. } => (Side::Agent, name),
        Author::System => (Side::System, String::new()),
    };
    Some(transcript::Entry { at, side, name, content })
}

/// A transcript as a file to keep.
pub(crate) fn plain_text(text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"transcript.txt\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
