//! From a snapshot's position to now: what a stream delivers before it is live.

use std::collections::{HashMap, HashSet};

use domain::{
    ids::{AgentId, ConversationId, WorkspaceId},
    journal::{Event, Position},
    permission::Permission,
};

use super::conversation::{ViewEntry, supplement};
use crate::{App, Published, Result, fanout};

/// Entries that are replayed at most; a reader further behind takes a snapshot again.
const REPLAY: i64 = 5_000;

/// What lies between a reader's position and now.
#[derive(Debug)]
pub enum CatchUp {
    /// These entries, oldest first, up to the position.
    Entries(Vec<Published>, Position),
    /// It cannot be replayed.
    StartAgain(StartAgain),
}

/// Why a reader must take a snapshot again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAgain {
    /// The position is of another life of the journal.
    ForeignEpoch,
    /// Too much happened since, or it is not kept any more.
    TooOld,
}

impl App {
    /// What concerns an agent between a position and now.
    ///
    /// More than what the agent's view held may be among it: a reader ignores entries of conversations that it does not hold.
    pub async fn catch_up(&self, workspace: WorkspaceId, agent: AgentId, after: Position, sees_waiting: bool) -> Result<CatchUp> {
        let mut snapshot = self.store().snapshot().await?;
        let head = snapshot.head(workspace).await?;
        if head.at.epoch != after.epoch || after.position > head.at.position {
            return Ok(CatchUp::StartAgain(StartAgain::ForeignEpoch));
        }
        if after.position < head.pruned || head.at.position - after.position > REPLAY {
            return Ok(CatchUp::StartAgain(StartAgain::TooOld));
        }
        let entries = snapshot.journal_entries(workspace, after.position, REPLAY).await?;
        let mut own: HashSet<ConversationId> =
            snapshot.conversations_of(workspace, agent).await?.into_iter().map(|known| known.id).collect();
        own.extend(snapshot.after_work_of(workspace, agent).await?.into_iter().map(|(id, _)| id));
        if self.directory(workspace)?.allows(agent, Permission::SuperviseConversations) {
            own.extend(snapshot.monitored_by(workspace, agent).await?);
        }
        let mut answered: HashMap<ConversationId, bool> = HashMap::new();
        let mut kept = Vec::new();
        for entry in entries {
            let mut concerns = fanout::names(&entry.event, agent) || (sees_waiting && fanout::moves_queues(&entry.event));
            if let Some(conversation) = entry.conversation.filter(|_| !concerns) {
                concerns = own.contains(&conversation)
                    || match answered.get(&conversation) {
                        Some(known) => *known,
                        None => {
                            let by = snapshot.origin(workspace, conversation).await?.and_then(|origin| origin.answered_by);
                            answered.insert(conversation, by == Some(agent));
                            by == Some(agent)
                        }
                    };
            }
            if concerns {
                let message = match (&entry.event, entry.conversation) {
                    (event, Some(conversation)) if event.has_text() => snapshot.message(workspace, conversation, entry.sequence).await?,
                    _ => None,
                };
                kept.push(Published { workspace, position: Position { epoch: head.at.epoch, position: entry.position }, entry, message });
            }
        }
        Ok(CatchUp::Entries(kept, head.at))
    }

    /// A published entry with what it refers to.
    pub async fn complete(&self, published: &Published) -> Result<ViewEntry> {
        let refers = match &published.entry.event {
            Event::PageVisited | Event::Rated | Event::Ended { .. } | Event::FileRequested { .. } | Event::Posted { file: Some(_), .. } => {
                true
            }
            _ => published.message.as_ref().is_some_and(|message| message.file.is_some()),
        };
        let supplement = if refers {
            let mut snapshot = self.store().snapshot().await?;
            supplement(&mut snapshot, published.workspace, &published.entry, published.message.as_ref()).await?
        } else {
            None
        };
        Ok(ViewEntry { entry: published.entry.clone(), message: published.message.clone(), supplement })
    }
}
