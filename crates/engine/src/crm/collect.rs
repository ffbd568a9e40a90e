//! A conversation as the record that a CRM keeps of it, read at one instant.

use std::collections::{BTreeMap, HashMap};

use domain::{
    entity_plan::Part,
    ids::{ConversationId, FileId, WorkspaceId},
    journal::{Author, EndedBecause, Event, MessageKind, RefusedBecause},
    time::Timestamp,
    transcript::{self, Audience, Content, Course, End, Entry, Happening, Place, Said, Side, Source},
};
use store::{Detail, File, Message, Origin, Recorded, Snapshot};

use super::{LinkedRecord, TranscriptDetail, TranscriptEvent, TranscriptRecord, device};
use crate::{Directory, Error, ErrorKind, Result};

/// What a visitor is called who has said no name.
const NAMELESS: &str = "Visitor";
const IN_FILE: &str = "The rest is in the attached file.";
const LEFT_OUT: &str = "The rest is left out.";

/// Reads a conversation. Gives its record, without a revision, and the number of its last entry; none if there is no such conversation.
pub(crate) async fn collect(snapshot: &mut Snapshot, directory: &Directory, id: ConversationId) -> Result<Option<(TranscriptRecord, i64)>> {
    let workspace = directory.id();
    let Some(conversation) = snapshot.conversation(workspace, id).await? else { return Ok(None) };
    let origin = snapshot.origin(workspace, id).await?.ok_or(ErrorKind::Internal)?;
    let messages = snapshot.messages(workspace, id, i64::MIN, i64::MAX).await?;
    let files: HashMap<FileId, File> = snapshot.files(workspace, id).await?.into_iter().map(|file| (file.id, file)).collect();
    let details = snapshot.details(workspace, id).await?;
    let journal = snapshot.conversation_entries(workspace, id, 0, i64::MAX).await?;
    let records = linked(snapshot, workspace, id).await?;

    let zone = transcript::zone(&directory.workspace.zone).map_err(Error::internal)?;
    let button = origin.button.and_then(|id| directory.buttons.get(&id));
    let course = course(&origin, &journal);
    let numbers = transcript::count(&course, messages.iter().filter_map(said));
    let entries = entries(directory, &origin, button.and_then(|button| button.agent_name.as_deref()), &messages, &files, &journal);
    let started_at = course.accepted_at.unwrap_or(course.requested_at);
    let entrance = button.map_or("", |button| button.name.as_str());
    let body = transcript::body(&entries, started_at, entrance, false, IN_FILE, &zone);
    let supervisor_body = transcript::body(&entries, started_at, entrance, true, LEFT_OUT, &zone);
    let whole = (body.cut && course.end.is_some()).then(|| {
        let source = Source {
            conversation: id,
            started_at: origin.requested_at,
            ended_at: origin.ended_at,
            end_reason: None,
            details: &[],
            entries: &entries,
        };
        transcript::text(&source, Audience::Visitor, &zone).into()
    });
    let (browser, platform) = device::of(&origin.user_agent);
    let record = TranscriptRecord {
        conversation: id,
        revision: 0,
        key: origin.session.to_string(),
        visitor: origin.visitor,
        deployment: Some(origin.deployment).filter(|id| !id.0.is_nil()),
        button: origin.button,
        skill: button.and_then(|button| button.routing.skills.first().copied()),
        owner: conversation.phase.owner().or(origin.answered_by),
        complete: journal.first().is_some_and(|first| first.sequence == 1),
        status: course.status(),
        ended_by: course.end.map(|end| end.by),
        requested_at: origin.requested_at,
        accepted_at: origin.established_at,
        ended_at: origin.ended_at,
        numbers,
        body: body.text.into(),
        supervisor_body: supervisor_body.text.into(),
        whole,
        language: origin.language,
        browser,
        platform,
        user_agent: origin.user_agent,
        screen: origin.screen,
        address: origin.address,
        referrer: origin.referrer,
        details: saved(details),
        records,
        events: events(directory, &journal),
    };
    Ok(Some((record, conversation.sequence)))
}

/// The records that a conversation is linked to and whose ids its transcript gets.
async fn linked(snapshot: &mut Snapshot, workspace: WorkspaceId, id: ConversationId) -> Result<Vec<LinkedRecord>> {
    let parts = snapshot.record_parts(workspace, id).await?;
    let saved = |part: Part| Some(LinkedRecord { record: part.linked()?.clone(), save_to: part.save_to? });
    Ok(parts.into_iter().filter_map(saved).collect())
}

fn course(origin: &Origin, journal: &[Recorded]) -> Course {
    let because = origin.ended_because.as_deref().map(|text| serde_json::from_value(text.into()));
    let end = origin.ended_at.map(|at| End {
        at,
        by: match origin.ended_by.as_deref() {
            Some("visitor") => Side::Visitor,
            Some("agent") => Side::Agent,
            _ => Side::System,
        },
        because: because.and_then(std::result::Result::ok).unwrap_or(EndedBecause::Error),
        blocked: journal.iter().any(|entry| matches!(entry.event, Event::Refused { because: RefusedBecause::Blocked })),
    });
    Course { requested_at: origin.requested_at, accepted_at: origin.established_at, end }
}

fn said(message: &Message) -> Option<Said> {
    let by_agent = match message.by {
        Author::Visitor => false,
        Author::Agent { .. } => true,
        Author::System => return None,
    };
    matches!(message.kind, MessageKind::Text | MessageKind::File).then_some(Said { at: message.at, by_agent })
}

/// What was said and what happened, in the order of its numbers. What was said is known from the messages even where the journal's entry is gone.
fn entries(
    directory: &Directory,
    origin: &Origin,
    agent_name: Option<&str>,
    messages: &[Message],
    files: &HashMap<FileId, File>,
    journal: &[Recorded],
) -> Vec<Entry> {
    let visitor = || if origin.name.reveal().is_empty() { NAMELESS.to_owned() } else { origin.name.reveal().to_owned() };
    let face = |id| directory.agents.get(&id).map(|agent| agent.face(agent_name).to_owned()).unwrap_or_default();
    let mut all: BTreeMap<i64, Entry> = BTreeMap::new();
    for message in messages {
        let content = match message.kind {
            MessageKind::Text if message.text.reveal().is_empty() => Content::Erased,
            MessageKind::Text => Content::Message { text: message.text.clone() },
            MessageKind::Note if message.text.reveal().is_empty() => continue,
            MessageKind::Note => Content::Note { text: message.text.clone() },
            MessageKind::File => match message.file.and_then(|file| files.get(&file)).filter(|file| file.blob.is_some()) {
                Some(file) => {
                    Content::File { file: file.id, file_name: file.name.clone(), bytes: u64::try_from(file.size).unwrap_or_default() }
                }
                None => Content::Erased,
            },
            MessageKind::CustomEvent => continue,
        };
        let (side, name) = match message.by {
            Author::Visitor => (Side::Visitor, visitor()),
            Author::Agent { agent } => (Side::Agent, message.name.clone().unwrap_or_else(|| face(agent))),
            Author::System => (Side::System, message.name.clone().unwrap_or_default()),
        };
        all.insert(message.sequence, Entry { at: message.at, side, name, content });
    }
    for Recorded { sequence, event, at, .. } in journal {
        let Some(happening) = Happening::of(event) else { continue };
        let (side, name) = match event {
            Event::Established { name, .. } => (Side::Agent, name.clone()),
            Event::TransferStarted { by: agent, .. } | Event::AgentLost { agent, .. } | Event::FileRequested { agent, .. } => {
                (Side::Agent, face(*agent))
            }
            Event::Ended { by: Author::Agent { agent }, .. } => (Side::Agent, face(*agent)),
            Event::Ended { by: Author::System, .. } => (Side::System, String::new()),
            _ => (Side::Visitor, visitor()),
        };
        all.insert(*sequence, Entry { at: *at, side, name, content: Content::Event(happening) });
    }
    all.into_values().collect()
}

/// What details are to be kept with the transcript; the last one that names a field has it.
fn saved(details: Vec<Detail>) -> Vec<TranscriptDetail> {
    let mut saved: Vec<TranscriptDetail> = Vec::new();
    for detail in details {
        for field in detail.fields {
            saved.retain(|one| one.field != field);
            saved.push(TranscriptDetail { field, label: detail.label.clone(), value: detail.value.clone() });
        }
    }
    saved
}

fn events(directory: &Directory, journal: &[Recorded]) -> Vec<TranscriptEvent> {
    let name = |place: Place| {
        match place {
            Place::Deployment(id) => directory.deployments.get(&id).map(|one| &one.name),
            Place::Button(id) => directory.buttons.get(&id).map(|one| &one.name),
            Place::Skill(id) => directory.skills.get(&id).map(|one| &one.name),
            Place::Queue(id) => directory.queues.get(&id).map(|one| &one.name),
            Place::Agent(id) => directory.agents.get(&id).map(|one| &one.name),
        }
        .cloned()
        .unwrap_or_default()
    };
    let entries: Vec<(i64, Timestamp, &Event)> = journal.iter().map(|entry| (entry.sequence, entry.at, &entry.event)).collect();
    transcript::occurrences(entries)
        .into_iter()
        .map(|one| TranscriptEvent { at: one.at, kind: one.kind, agent: one.agent, detail: one.place.map(name).unwrap_or_default() })
        .collect()
}
