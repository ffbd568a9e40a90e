//! What one agent sees.

use std::sync::Arc;

use domain::{
    conversation::Phase,
    ids::{AgentId, ButtonId, ConversationId, OfferId, QueueId, WorkspaceId},
    journal::{Event, Position},
    permission::{Permission, Permissions},
    secret::Text,
    time::Timestamp,
};
use store::{Load, Presence, Snapshot};

use super::conversation::{self, ConversationView, queue_of};
use crate::{App, Directory, ErrorKind, Result, definition::Agent};

/// Waiting conversations that a view lists.
const WAITING: i64 = 1_000;

/// Entries that this server may be behind before it reads definitions anew without looking at them.
const LAG: i64 = 256;

/// The agent himself.
#[derive(Clone, Debug)]
pub struct MeView {
    /// Who.
    pub id: AgentId,
    /// The workspace's name.
    pub workspace: String,
    /// What an admin set.
    pub profile: Agent,
    /// What the roles allow together.
    pub permissions: Permissions,
    /// Whether offers come; none before the first time.
    pub presence: Option<Presence>,
    /// How much of the capacity is used.
    pub load: Load,
    /// A second factor is enrolled.
    pub totp: bool,
}

/// An open offer.
#[derive(Clone, Debug)]
pub struct OfferView {
    /// Names it.
    pub id: OfferId,
    /// Which conversation.
    pub conversation: ConversationId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it times out.
    pub expires_at: Option<Timestamp>,
    /// The visitor's name.
    pub visitor_name: Text,
    /// Where the visitor came in.
    pub button: Option<ButtonId>,
    /// From which queue.
    pub queue: Option<QueueId>,
    /// Since when the visitor waits.
    pub waiting_since: Timestamp,
    /// Who sends it on.
    pub transferred_by: Option<AgentId>,
    /// The note that goes with the transfer.
    pub note: Option<Text>,
}

/// A conversation that waits.
#[derive(Clone, Debug)]
pub struct WaitingView {
    /// Which.
    pub conversation: ConversationId,
    /// The visitor's name.
    pub visitor_name: Text,
    /// Where the visitor came in.
    pub button: Option<ButtonId>,
    /// In which queue.
    pub queue: Option<QueueId>,
    /// Since when.
    pub since: Timestamp,
    /// Lower is served first.
    pub priority: i64,
}

/// All that an agent sees, and the journal's position at that instant.
#[derive(Clone, Debug)]
pub struct AgentView {
    /// Where the stream goes on.
    pub position: Position,
    /// The agent.
    pub me: MeView,
    /// Open offers to the agent.
    pub offers: Vec<OfferView>,
    /// Conversations that the agent owns, finishes up or watches.
    pub conversations: Vec<ConversationView>,
    /// Those among the conversations that the agent watches as a supervisor.
    pub monitored: Vec<ConversationId>,
    /// Who waits, if the agent may see it.
    pub waiting: Vec<WaitingView>,
}

pub(crate) async fn me(snapshot: &mut Snapshot, directory: &Directory, agent: AgentId) -> Result<MeView> {
    let workspace = directory.id();
    let profile = directory.agents.get(&agent).ok_or(ErrorKind::NotFound("agent"))?.clone();
    let presence = snapshot.presences(workspace).await?.into_iter().find(|presence| presence.agent == agent);
    let load = snapshot.loads(workspace).await?.into_iter().find(|load| load.agent == agent).unwrap_or(Load {
        agent,
        active: 0,
        offered: 0,
        after_work: 0,
    });
    let totp = snapshot.has_totp(workspace, agent).await?;
    Ok(MeView {
        id: agent,
        workspace: directory.workspace.name.clone(),
        profile,
        permissions: directory.permissions(agent),
        presence,
        load,
        totp,
    })
}

pub(crate) async fn offer(snapshot: &mut Snapshot, directory: &Directory, id: ConversationId) -> Result<Option<OfferView>> {
    let workspace = directory.id();
    let Some(conversation) = snapshot.conversation(workspace, id).await? else { return Ok(None) };
    let Phase::Offered { offer, .. } = conversation.phase else { return Ok(None) };
    let (Some(origin), Some(place), Some((made_at, expires_at))) =
        (snapshot.origin(workspace, id).await?, snapshot.place(workspace, id).await?, snapshot.offer_times(workspace, offer).await?)
    else {
        return Ok(None);
    };
    let ways = crate::routing::ways_of(&place)?;
    let note = match ways.transfer_note {
        Some(sequence) => snapshot.message(workspace, id, sequence).await?.map(|message| message.text),
        None => None,
    };
    Ok(Some(OfferView {
        id: offer,
        conversation: id,
        made_at,
        expires_at,
        visitor_name: origin.name,
        button: origin.button,
        queue: queue_of(directory, &place.target),
        waiting_since: place.queued_at,
        transferred_by: ways.transferred_by,
        note,
    }))
}

pub(crate) async fn waiting(snapshot: &mut Snapshot, directory: &Directory, id: ConversationId) -> Result<Option<WaitingView>> {
    let workspace = directory.id();
    let (Some(place), Some(origin)) = (snapshot.place(workspace, id).await?, snapshot.origin(workspace, id).await?) else {
        return Ok(None);
    };
    Ok(place.waiting.then(|| WaitingView {
        conversation: id,
        visitor_name: origin.name,
        button: origin.button,
        queue: queue_of(directory, &place.target),
        since: place.queued_at,
        priority: place.priority,
    }))
}

impl App {
    /// The agent himself.
    pub async fn me(&self, workspace: WorkspaceId, agent: AgentId) -> Result<MeView> {
        let directory = self.directory(workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        me(&mut snapshot, &directory, agent).await
    }

    /// An open offer of a conversation, if there is one.
    pub async fn offer_view(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<OfferView>> {
        let directory = self.directory(workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        offer(&mut snapshot, &directory, conversation).await
    }

    /// A conversation as it waits, if it does.
    pub async fn waiting_view(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<WaitingView>> {
        let directory = self.directory(workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        waiting(&mut snapshot, &directory, conversation).await
    }

    /// All that an agent sees, at one instant.
    pub async fn agent_view(&self, workspace: WorkspaceId, agent: AgentId) -> Result<AgentView> {
        let (mut snapshot, position, directory) = self.snapshot_with_definitions(workspace).await?;
        let me = me(&mut snapshot, &directory, agent).await?;
        let (mut offers, mut conversations, mut listed) = (Vec::new(), Vec::new(), Vec::new());
        for conversation in snapshot.conversations_of(workspace, agent).await? {
            match conversation.phase {
                Phase::Offered { .. } => offers.extend(offer(&mut snapshot, &directory, conversation.id).await?),
                Phase::Active { .. } => conversations.extend(conversation::read(&mut snapshot, &directory, conversation.id).await?),
                Phase::Waiting | Phase::Ended => {}
            }
        }
        for (conversation, _) in snapshot.after_work_of(workspace, agent).await? {
            conversations.extend(conversation::read(&mut snapshot, &directory, conversation).await?);
        }
        let mut monitored = Vec::new();
        if me.permissions.allows(Permission::SuperviseConversations) {
            monitored = snapshot.monitored_by(workspace, agent).await?;
            for id in &monitored {
                conversations.extend(conversation::read(&mut snapshot, &directory, *id).await?);
            }
        }
        if me.permissions.allows(Permission::SeeWaiting) {
            for entry in snapshot.waiting(workspace, WAITING).await? {
                listed.extend(waiting(&mut snapshot, &directory, entry.conversation).await?);
            }
        }
        Ok(AgentView { position, me, offers, conversations, monitored, waiting: listed })
    }

    /// A snapshot with its position, and definitions that are no older: no event after the position tells of a change before it, so what was
    /// shown by older ones would stay.
    pub(crate) async fn snapshot_with_definitions(&self, workspace: WorkspaceId) -> Result<(Snapshot, Position, Arc<Directory>)> {
        let mut known = self.fanout().followed(workspace);
        loop {
            let mut snapshot = self.store().snapshot().await?;
            let position = snapshot.head(workspace).await?.at;
            let changed = match known.filter(|known| known.epoch == position.epoch) {
                Some(known) if known.position >= position.position => false,
                Some(known) => {
                    let since = snapshot.journal_entries(workspace, known.position, LAG).await?;
                    since.len() as i64 == LAG || since.iter().any(|entry| matches!(entry.event, Event::DefinitionChanged { .. }))
                }
                None => true,
            };
            if !changed {
                return Ok((snapshot, position, self.directory(workspace)?));
            }
            // Reading definitions takes a connection: not while this one is held.
            drop(snapshot);
            self.reload().await?;
            known = Some(position);
        }
    }

    /// The agent has it in view: owns it, or finishes it up.
    pub async fn is_in_view(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<bool> {
        let mut snapshot = self.store().snapshot().await?;
        let state = snapshot.conversation(workspace, conversation).await?;
        if state.is_some_and(|state| state.phase.owner() == Some(agent)) {
            return Ok(true);
        }
        Ok(snapshot.after_work_of(workspace, agent).await?.iter().any(|(id, _)| *id == conversation))
    }
}
