//! What a visitor's own connection is told about itself: where it came from, what it said of itself, what was said so far.
//!
//! Only what the visitor may see: no hidden detail, no note among agents.

use domain::{
    ids::{ConversationId, FileId, VisitorId, WorkspaceId},
    journal::{Author, Event, MessageKind},
    secret::Text,
    time::Timestamp,
};

use super::Live;
use crate::{App, ErrorKind, Result};

/// A detail that may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownDetail {
    /// What it is called.
    pub label: String,
    /// The value.
    pub value: Text,
    /// Fields of the transcript's record that it is saved to.
    pub transcript_fields: Vec<String>,
}

/// What a visitor came with.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitorFacts {
    /// Who.
    pub visitor: VisitorId,
    /// The visitor's name.
    pub name: Text,
    /// The page it was on.
    pub page: String,
    /// Where it came from.
    pub referrer: String,
    /// The details that may be shown.
    pub details: Vec<ShownDetail>,
}

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidBy {
    /// The visitor.
    Visitor,
    /// An agent, or the house in an agent's place.
    Agent,
    /// Nobody: another agent took over.
    Takeover,
}

/// A line of what was said so far.
#[derive(Clone, Debug, PartialEq)]
pub struct SaidLine {
    /// Who.
    pub by: SaidBy,
    /// The name shown.
    pub name: Text,
    /// The words.
    pub text: Text,
    /// The file, where one was sent.
    pub file: Option<FileId>,
    /// When.
    pub at: Timestamp,
    /// Its number in the conversation.
    pub sequence: i64,
}

/// Where things stand, for a client that comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct ResumeView {
    /// What it came with.
    pub facts: VisitorFacts,
    /// Its agent sees what it types.
    pub sneak_peek: bool,
    /// What it said, and what it was told up to the last event that arrived. What is still to be told follows by itself.
    pub lines: Vec<SaidLine>,
}

/// Entries read at once.
const CHUNK: i64 = 512;

impl App {
    /// What a visitor came with.
    pub async fn visitor_facts(&self, live: &Live) -> Result<VisitorFacts> {
        self.visitor_came_with(live.workspace, live.conversation).await
    }

    /// The page that a visitor was on last, as far as pages were told; none if it was none or they are gone.
    pub async fn last_page(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Text>> {
        let pages = self.store().snapshot().await?.breadcrumbs(workspace, conversation).await?;
        Ok(pages.into_iter().next_back().map(|page| page.location).filter(|page| !page.reveal().is_empty()))
    }

    /// What the visitor of a conversation came with, whether or not its connection is still there.
    pub async fn visitor_came_with(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<VisitorFacts> {
        let mut snapshot = self.store().snapshot().await?;
        let origin = snapshot.origin(workspace, conversation).await?.ok_or(ErrorKind::SessionInvalid)?;
        let details = snapshot.visible_details(workspace, conversation).await?;
        Ok(VisitorFacts {
            visitor: origin.visitor,
            name: origin.name,
            page: origin.page,
            referrer: origin.referrer,
            details: details
                .into_iter()
                .map(|detail| ShownDetail { label: detail.label, value: detail.value, transcript_fields: detail.fields })
                .collect(),
        })
    }

    /// Where things stand, for a client that comes back having events up to `delivered`.
    pub async fn resume_view(&self, live: &Live, delivered: i64) -> Result<ResumeView> {
        let facts = self.visitor_facts(live).await?;
        let mut entries = Vec::new();
        loop {
            let after = entries.last().map_or(0, |entry: &store::Recorded| entry.sequence);
            let more = self.store().conversation_after(live.workspace, live.conversation, after, CHUNK).await?;
            let last = more.len() < CHUNK as usize;
            entries.extend(more);
            if last {
                break;
            }
        }
        let mut messages = std::collections::HashMap::new();
        let mut snapshot = self.store().snapshot().await?;
        let mut after = 0;
        loop {
            let more = snapshot.messages(live.workspace, live.conversation, after, CHUNK).await?;
            let last = more.len() < CHUNK as usize;
            after = more.last().map_or(after, |message| message.sequence);
            messages.extend(more.into_iter().map(|message| (message.sequence, message)));
            if last {
                break;
            }
        }
        let mut view = ResumeView { facts, sneak_peek: false, lines: Vec::new() };
        for entry in entries {
            if entry.visitor_sequence.is_some_and(|n| n > delivered) {
                continue;
            }
            match &entry.event {
                Event::Established { name, transferred, sneak_peek, .. } => {
                    view.sneak_peek = *sneak_peek;
                    if *transferred {
                        let (name, text) = (Text(name.clone()), Text::default());
                        view.lines.push(SaidLine { by: SaidBy::Takeover, name, text, file: None, at: entry.at, sequence: entry.sequence });
                    }
                }
                Event::Posted { by, message: MessageKind::Text | MessageKind::File, .. } => {
                    let Some(message) = messages.remove(&entry.sequence) else { continue };
                    let (by, name) = match by {
                        Author::Visitor => (SaidBy::Visitor, view.facts.name.clone()),
                        Author::Agent { .. } | Author::System => (SaidBy::Agent, Text(message.name.unwrap_or_default())),
                    };
                    view.lines.push(SaidLine {
                        by,
                        name,
                        text: message.text,
                        file: message.file,
                        at: message.at,
                        sequence: entry.sequence,
                    });
                }
                _ => {}
            }
        }
        Ok(view)
    }
}
