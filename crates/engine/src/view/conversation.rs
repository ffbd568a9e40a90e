//! A conversation with everything that happened in it.

use std::collections::HashMap;

use domain::{
    conversation::Conversation,
    ids::{AgentId, ConversationId, QueueId, WorkspaceId},
    journal::Event,
    routing::{Line, Target},
    secret::Text,
};
use store::{Breadcrumb, Detail, File, FileRequest, Flag, Message, Origin, Rating, Recorded, Snapshot};

use crate::{App, Directory, ErrorKind, Result};

/// An entry with what it refers to.
#[derive(Clone, Debug)]
pub struct ViewEntry {
    /// The entry.
    pub entry: Recorded,
    /// What was written, for an entry that says that something was.
    pub message: Option<Message>,
    /// What else it refers to.
    pub supplement: Option<Supplement>,
}

/// What an entry refers to, besides a message.
#[derive(Clone, Debug)]
pub enum Supplement {
    /// The page of a visit, and when it was seen: before the entry, where it was seen before the conversation.
    Page(Breadcrumb),
    /// The judgement.
    Rating(Rating),
    /// A file.
    File(File),
    /// A request for a file.
    FileRequest(FileRequest),
    /// Why it ended, in the words of who ended it.
    EndReason(Text),
}

/// A conversation as agents may see it.
#[derive(Clone, Debug)]
pub struct ConversationView {
    /// Where it stands.
    pub conversation: Conversation,
    /// Where it came from.
    pub origin: Origin,
    /// Details that agents may see.
    pub details: Vec<Detail>,
    /// The queue in which it waits or waited last.
    pub queue: Option<QueueId>,
    /// Everything that the journal still holds, oldest first; before that what was written and seen.
    pub entries: Vec<ViewEntry>,
    /// Its first entries are gone from the journal: `conversation`, `origin` and `rating` say what they came to.
    pub incomplete: bool,
    /// How it was judged.
    pub rating: Option<Rating>,
    /// With `incomplete`: the owner asks for help, and in which words.
    pub flag: Option<(Flag, Option<Text>)>,
    /// With `incomplete`: who watches it.
    pub monitors: Vec<AgentId>,
    /// With `incomplete`: how often its records have changed.
    pub records_revision: i64,
}

/// The queue of a place's target.
pub(crate) fn queue_of(directory: &Directory, target: &serde_json::Value) -> Option<QueueId> {
    let target: Target = serde_json::from_value(target.clone()).ok()?;
    match directory.routes.line(&target)? {
        (Line::Queue(queue), _) => Some(queue),
        _ => None,
    }
}

/// What an entry refers to is read with it.
pub(crate) async fn supplement(
    snapshot: &mut Snapshot,
    workspace: WorkspaceId,
    entry: &Recorded,
    message: Option<&Message>,
) -> Result<Option<Supplement>> {
    let Some(conversation) = entry.conversation else { return Ok(None) };
    Ok(match &entry.event {
        Event::PageVisited => snapshot
            .breadcrumbs(workspace, conversation)
            .await?
            .into_iter()
            .find(|breadcrumb| breadcrumb.sequence == entry.sequence)
            .map(Supplement::Page),
        Event::Ended { .. } => {
            snapshot.origin(workspace, conversation).await?.and_then(|origin| origin.ended_reason).map(Supplement::EndReason)
        }
        Event::Rated => snapshot.rating(workspace, conversation).await?.map(Supplement::Rating),
        // Also one that is over: what is shown of it is the same as when it was open.
        Event::FileRequested { request, .. } => snapshot.file_request(workspace, *request).await?.map(Supplement::FileRequest),
        Event::Posted { file: Some(file), .. } => file_of(snapshot, workspace, conversation, *file).await?,
        Event::Posted { .. } => match message.and_then(|message| message.file) {
            Some(file) => file_of(snapshot, workspace, conversation, file).await?,
            None => None,
        },
        _ => None,
    })
}

async fn file_of(
    snapshot: &mut Snapshot,
    workspace: WorkspaceId,
    conversation: ConversationId,
    id: domain::ids::FileId,
) -> Result<Option<Supplement>> {
    Ok(snapshot.files(workspace, conversation).await?.into_iter().find(|file| file.id == id).map(Supplement::File))
}

/// Reads a conversation in a snapshot.
pub(crate) async fn read(snapshot: &mut Snapshot, directory: &Directory, id: ConversationId) -> Result<Option<ConversationView>> {
    let workspace = directory.id();
    let Some(conversation) = snapshot.conversation(workspace, id).await? else { return Ok(None) };
    let origin = snapshot.origin(workspace, id).await?.ok_or(ErrorKind::Internal)?;
    let details = snapshot.visible_details(workspace, id).await?;
    let queue = snapshot.place(workspace, id).await?.and_then(|place| queue_of(directory, &place.target));
    let mut messages: HashMap<i64, Message> =
        snapshot.messages(workspace, id, 0, i64::MAX).await?.into_iter().map(|message| (message.sequence, message)).collect();
    let kept = snapshot.conversation_entries(workspace, id, 0, i64::MAX).await?;
    let first = kept.first().map_or(conversation.sequence + 1, |first| first.sequence);
    let incomplete = first > 1;
    let mut entries = Vec::with_capacity(kept.len());
    if incomplete {
        entries = before(snapshot, workspace, id, first, &mut messages).await?;
    }
    for entry in kept {
        let message = messages.remove(&entry.sequence);
        let supplement = supplement(snapshot, workspace, &entry, message.as_ref()).await?;
        entries.push(ViewEntry { entry, message, supplement });
    }
    let rating = snapshot.rating(workspace, id).await?;
    let flag = if incomplete { flag(snapshot, workspace, id).await? } else { None };
    let monitors = if incomplete { snapshot.monitors_of(workspace, id).await? } else { Vec::new() };
    let course = if incomplete { snapshot.record_course(workspace, id).await? } else { None };
    let records_revision = course.map_or(0, |course| course.revision);
    Ok(Some(ConversationView { conversation, origin, details, queue, entries, incomplete, rating, flag, monitors, records_revision }))
}

/// The flag that is up, with what was said of it.
async fn flag(snapshot: &mut Snapshot, workspace: WorkspaceId, id: ConversationId) -> Result<Option<(Flag, Option<Text>)>> {
    let Some(flag) = snapshot.flag(workspace, id).await? else { return Ok(None) };
    let note = snapshot.message(workspace, id, flag.sequence).await?.map(|message| message.text);
    Ok(Some((flag, note)))
}

/// What was written and seen before the journal's first entry: the rows outlive it.
async fn before(
    snapshot: &mut Snapshot,
    workspace: WorkspaceId,
    id: ConversationId,
    first: i64,
    messages: &mut HashMap<i64, Message>,
) -> Result<Vec<ViewEntry>> {
    let entry = |sequence, event, at| Recorded { position: 0, conversation: Some(id), sequence, visitor_sequence: None, event, at };
    let mut earlier = Vec::new();
    let written: Vec<i64> = messages.keys().copied().filter(|sequence| *sequence < first).collect();
    for message in written.into_iter().filter_map(|sequence| messages.remove(&sequence)) {
        let event = Event::Posted { by: message.by, message: message.kind, name: message.name.clone(), file: message.file };
        let entry = entry(message.sequence, event, message.at);
        let supplement = supplement(snapshot, workspace, &entry, Some(&message)).await?;
        earlier.push(ViewEntry { entry, message: Some(message), supplement });
    }
    for page in snapshot.breadcrumbs(workspace, id).await?.into_iter().filter(|page| page.sequence < first) {
        let entry = entry(page.sequence, Event::PageVisited, page.at);
        earlier.push(ViewEntry { entry, message: None, supplement: Some(Supplement::Page(page)) });
    }
    earlier.sort_by_key(|seen| seen.entry.sequence);
    Ok(earlier)
}

impl App {
    /// A conversation as agents may see it, with whatever rights its caller has checked.
    pub async fn conversation_view(&self, workspace: WorkspaceId, id: ConversationId) -> Result<ConversationView> {
        let directory = self.directory(workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        read(&mut snapshot, &directory, id).await?.ok_or_else(|| ErrorKind::NotFound("conversation").into())
    }
}
