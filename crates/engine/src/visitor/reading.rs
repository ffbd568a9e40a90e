//! Reading a conversation as its visitor may: what is needed for a snapshot, a stream, a transcript.
//!
//! The journal says what happened and cites the rest by number; this reads both. What of it a visitor sees is for the reader to say.

use std::collections::{HashMap, HashSet};

use domain::{
    conversation::{Conversation, Phase},
    ids::{AgentId, ConversationId, VisitorId, WorkspaceId},
    journal::{Author, Event, Position},
    secret::Text,
    time::Timestamp,
};
use store::{File, FileRequest, Message, Origin, Rating, Recorded};

use super::{Entrance, Live};
use crate::{App, ErrorKind, Result};

/// Entries read at once.
const CHUNK: i64 = 1_000;

/// An entry with what it cites.
#[derive(Clone, Debug)]
pub struct Cited {
    /// What happened.
    pub entry: Recorded,
    /// What was written, if something was.
    pub message: Option<Message>,
    /// The file that came or was sent.
    pub file: Option<File>,
    /// The request for a file that it begins.
    pub request: Option<FileRequest>,
    /// The judgement, for [`Event::Rated`].
    pub rating: Option<Rating>,
    /// The name under which the visitor knows the agent of [`Event::FileRequested`].
    pub agent_name: Option<String>,
    /// Why the visitor ended it, in the visitor's words. What agents say at the end is not for visitors.
    pub reason: Option<Text>,
}

/// A conversation, read whole.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where the journal stands in its lives; the position is the conversation's last number.
    pub position: Position,
    /// How it stands.
    pub conversation: Conversation,
    /// Where it came from and how it went.
    pub origin: Origin,
    /// Its entries, oldest first; those before the latest ones without what they cite.
    pub entries: Vec<Cited>,
    /// Its first entries are gone from the journal: of what they told, only what was written is among the entries.
    pub incomplete: bool,
    /// How it was judged, when it is incomplete.
    pub rating: Option<Rating>,
}

impl App {
    /// When a conversation ended, and under which number.
    pub async fn end_of(&self, workspace: WorkspaceId, id: ConversationId) -> Result<(i64, Timestamp)> {
        let mut snapshot = self.store().snapshot().await?;
        let conversation = snapshot.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        let origin = snapshot.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        drop(snapshot);
        let at = origin.ended_at.ok_or(ErrorKind::Conflict("the conversation has not ended"))?;
        // The end is among the last entries: little is recorded after it.
        let mut upto = conversation.sequence;
        while upto > 0 {
            let from = (upto - 20).max(0);
            let some = self.store().conversation_after(workspace, id, from, upto - from).await?;
            let end = some.iter().rev().find(|entry| matches!(entry.event, Event::Ended { .. } | Event::Refused { .. }));
            if let Some(end) = end {
                return Ok((end.sequence, end.at));
            }
            if some.is_empty() {
                break;
            }
            upto = from;
        }
        // The journal has let go of it.
        Ok((conversation.sequence, at))
    }

    /// The visitor of a conversation.
    pub async fn visitor_of(&self, workspace: WorkspaceId, id: ConversationId) -> Result<VisitorId> {
        let mut snapshot = self.store().snapshot().await?;
        Ok(snapshot.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?.visitor)
    }

    /// Where a visitor's conversation came in.
    pub async fn entrance(&self, live: &Live) -> Result<Entrance> {
        Ok(live.entrance)
    }

    /// The same of a conversation whose connection this server does not know.
    pub async fn entrance_of(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Entrance> {
        let mut snapshot = self.store().snapshot().await?;
        let origin = snapshot.origin(workspace, conversation).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        Ok(Entrance { deployment: origin.deployment, button: origin.button, queue_updates: origin.queue_updates })
    }

    /// How far a conversation's entries go: the journal's life and the last number. And where the conversation stands then.
    pub async fn conversation_head(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<(Position, Phase)> {
        let mut snapshot = self.store().snapshot().await?;
        let epoch = snapshot.head(workspace).await?.at.epoch;
        let conversation = snapshot.conversation(workspace, conversation).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        Ok((Position { epoch, position: conversation.sequence }, conversation.phase))
    }

    /// Entries after a number, at most `most`, with all that they cite. A first number that skips some says that those are gone.
    pub async fn entries_after(&self, workspace: WorkspaceId, conversation: ConversationId, after: i64, most: i64) -> Result<Vec<Cited>> {
        let entries = self.store().conversation_after(workspace, conversation, after, most).await?;
        self.cite(workspace, conversation, entries, usize::MAX).await
    }

    /// The whole conversation; what the `latest` entries cite is read too.
    pub async fn read_conversation(&self, workspace: WorkspaceId, id: ConversationId, latest: usize) -> Result<Reading> {
        let mut snapshot = self.store().snapshot().await?;
        let epoch = snapshot.head(workspace).await?.at.epoch;
        let conversation = snapshot.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        let origin = snapshot.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        drop(snapshot);
        let mut entries: Vec<Recorded> = Vec::new();
        loop {
            let after = entries.last().map_or(0, |last| last.sequence);
            let some = self.store().conversation_after(workspace, id, after, CHUNK).await?;
            let full = some.len() as i64 == CHUNK;
            entries.extend(some);
            if !full {
                break;
            }
        }
        let first = entries.first().map_or(conversation.sequence + 1, |first| first.sequence);
        let position = entries.last().map_or(conversation.sequence, |last| last.sequence);
        let incomplete = first > 1;
        let mut rating = None;
        if incomplete {
            let mut snapshot = self.store().snapshot().await?;
            rating = snapshot.rating(workspace, id).await?;
            let written = snapshot.messages(workspace, id, 0, i64::MAX).await?;
            let kept = written.into_iter().filter(|message| message.sequence < first).map(|message| Recorded {
                position: 0,
                conversation: Some(id),
                sequence: message.sequence,
                visitor_sequence: None,
                event: Event::Posted { by: message.by, message: message.kind, name: message.name, file: message.file },
                at: message.at,
            });
            entries.splice(0..0, kept);
        }
        let entries = self.cite(workspace, id, entries, latest).await?;
        Ok(Reading { position: Position { epoch, position }, conversation, origin, entries, incomplete, rating })
    }

    /// Reads what entries cite; only that of the last `latest` ones.
    async fn cite(&self, workspace: WorkspaceId, id: ConversationId, entries: Vec<Recorded>, latest: usize) -> Result<Vec<Cited>> {
        let begin = entries.len().saturating_sub(latest);
        let (mut wanted, mut files, mut rated) = (Vec::new(), HashSet::new(), false);
        for entry in &entries[begin..] {
            match &entry.event {
                Event::Posted { file, .. } => {
                    wanted.push((id, entry.sequence));
                    files.extend(*file);
                }
                Event::Rated => rated = true,
                _ => {}
            }
        }
        let left = entries.iter().any(|entry| matches!(entry.event, Event::Ended { by: Author::Visitor, .. }));
        let named = entries.iter().any(|entry| matches!(entry.event, Event::FileRequested { .. }));
        let (mut messages, mut stored, mut rating) = (HashMap::new(), HashMap::new(), None);
        let mut reason = None;
        if !wanted.is_empty() || rated || left {
            let mut snapshot = self.store().snapshot().await?;
            if !wanted.is_empty() {
                messages
                    .extend(snapshot.messages_at(workspace, &wanted).await?.into_iter().map(|(_, message)| (message.sequence, message)));
            }
            if !files.is_empty() {
                stored.extend(snapshot.files(workspace, id).await?.into_iter().map(|file| (file.id, file)));
            }
            if rated {
                rating = snapshot.rating(workspace, id).await?;
            }
            if left {
                reason = snapshot.origin(workspace, id).await?.and_then(|origin| origin.ended_reason);
            }
        }
        let mut names = if named { self.faces(workspace, id, &entries).await? } else { HashMap::new() };
        let mut cited = Vec::with_capacity(entries.len());
        for (at, entry) in entries.into_iter().enumerate() {
            let mut one = Cited { entry, message: None, file: None, request: None, rating: None, agent_name: None, reason: None };
            if at >= begin {
                match &one.entry.event {
                    Event::Posted { file, .. } => {
                        one.message = messages.remove(&one.entry.sequence);
                        one.file = file.and_then(|file| stored.get(&file).cloned());
                    }
                    Event::Rated => one.rating = rating.clone(),
                    Event::Ended { by: Author::Visitor, .. } => one.reason = reason.take(),
                    _ => {}
                }
            }
            // Requests for files are state, not only history: all of them are read.
            if let Event::FileRequested { request, .. } = &one.entry.event {
                one.request = self.store().file_request(workspace, *request).await?;
                one.agent_name = names.remove(&one.entry.sequence);
            }
            cited.push(one);
        }
        Ok(cited)
    }

    /// The names under which the visitor knew the agents who asked for files, by the entries' numbers.
    async fn faces(&self, workspace: WorkspaceId, id: ConversationId, entries: &[Recorded]) -> Result<HashMap<i64, String>> {
        let before = match entries.first() {
            Some(first) if first.sequence > 1 => self.store().conversation_after(workspace, id, 0, first.sequence - 1).await?,
            _ => Vec::new(),
        };
        let directory = self.directory(workspace)?;
        let (mut known, mut names): (HashMap<AgentId, &str>, HashMap<i64, String>) = (HashMap::new(), HashMap::new());
        for entry in before.iter().chain(entries) {
            match &entry.event {
                Event::Established { agent, name, .. } => {
                    known.insert(*agent, name);
                }
                Event::FileRequested { agent, .. } => {
                    let name = known.get(agent).copied();
                    let name = name.or_else(|| directory.agents.get(agent).map(|profile| profile.face(None))).unwrap_or_default();
                    names.insert(entry.sequence, name.to_owned());
                }
                _ => {}
            }
        }
        Ok(names)
    }
}
