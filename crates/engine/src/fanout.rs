//! Who is told what happened on this server.
//!
//! One task follows the journal. A visitor's connection is woken and reads for itself; an agent's stream gets what concerns the agent, in a
//! bounded buffer. A buffer that overflows becomes a reset: the reader takes a snapshot again. Nobody's slowness holds up anybody else.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    ids::{AgentId, ConversationId, WorkspaceId},
    journal::{Event, Position},
    secret::Text,
};
use store::{Head, Message, Recorded};
use tokio::sync::mpsc;

use crate::{App, Result, authorization::APP_GRANT, sign_in::CREDENTIAL};

/// Entries that an agent's stream may lag behind before it is cut.
const BUFFER: usize = 512;
/// Entries read at once.
const CHUNK: i64 = 512;

/// An entry as streams get it: with its message, read once for all.
#[derive(Debug)]
pub struct Published {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Its place, as event ids print it.
    pub position: Position,
    /// What happened.
    pub entry: Recorded,
    /// What was written, if something was.
    pub message: Option<Message>,
}

/// What passes without a trace: it has no position, and a lost one is made good by the next.
#[derive(Clone, Debug)]
pub enum Ephemeral {
    /// The visitor types, or stopped.
    VisitorTyping {
        /// In which conversation.
        conversation: ConversationId,
        /// Types.
        typing: bool,
    },
    /// What the visitor has typed so far.
    Draft {
        /// In which conversation.
        conversation: ConversationId,
        /// The whole of it.
        text: Text,
    },
}

/// What comes out of an agent's stream.
#[derive(Clone, Debug)]
pub enum Streamed {
    /// An entry that concerns the agent.
    Entry(Arc<Published>),
    /// Something that passes.
    Ephemeral(Ephemeral),
}

/// An agent's stream. Dropping it ends the subscription.
#[derive(Debug)]
pub struct AgentStream {
    receiver: mpsc::Receiver<Streamed>,
    fanout: Arc<Mutex<State>>,
    id: u64,
}

impl AgentStream {
    /// The next thing; `None` when the reader was too slow and must take a snapshot again.
    pub async fn next(&mut self) -> Option<Streamed> {
        self.receiver.recv().await
    }

    /// Conversations that this stream's view holds now: their entries are delivered.
    pub fn watch(&self, conversations: impl IntoIterator<Item = ConversationId>) {
        let mut state = lock(&self.fanout);
        for conversation in conversations {
            state.watchers.entry(conversation).or_default().insert(self.id);
        }
    }

    /// The view no longer holds it.
    pub fn unwatch(&self, conversation: ConversationId) {
        let mut state = lock(&self.fanout);
        if let Some(watchers) = state.watchers.get_mut(&conversation) {
            watchers.remove(&self.id);
            if watchers.is_empty() {
                state.watchers.remove(&conversation);
            }
        }
    }
}

impl Drop for AgentStream {
    fn drop(&mut self) {
        lock(&self.fanout).remove(self.id);
    }
}

#[derive(Debug)]
struct Subscriber {
    workspace: WorkspaceId,
    agent: AgentId,
    sender: mpsc::Sender<Streamed>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    subscribers: HashMap<u64, Subscriber>,
    by_agent: HashMap<(WorkspaceId, AgentId), HashSet<u64>>,
    watchers: HashMap<ConversationId, HashSet<u64>>,
    sees_waiting: HashMap<WorkspaceId, HashSet<u64>>,
    /// How far each workspace's journal was followed: what definitions changed up to there is known here.
    followed: HashMap<WorkspaceId, Position>,
}

impl State {
    fn remove(&mut self, id: u64) {
        let Some(subscriber) = self.subscribers.remove(&id) else { return };
        if let Some(own) = self.by_agent.get_mut(&(subscriber.workspace, subscriber.agent)) {
            own.remove(&id);
            if own.is_empty() {
                self.by_agent.remove(&(subscriber.workspace, subscriber.agent));
            }
        }
        if let Some(seeing) = self.sees_waiting.get_mut(&subscriber.workspace) {
            seeing.remove(&id);
        }
        self.watchers.retain(|_, watchers| {
            watchers.remove(&id);
            !watchers.is_empty()
        });
    }

    fn concerned(&self, workspace: WorkspaceId, entry: &Recorded) -> HashSet<u64> {
        let mut ids: HashSet<u64> = HashSet::new();
        if let Some(watchers) = entry.conversation.and_then(|conversation| self.watchers.get(&conversation)) {
            ids.extend(watchers.iter().filter(|id| self.subscribers.get(id).is_some_and(|subscriber| subscriber.workspace == workspace)));
        }
        for agent in agents_named(&entry.event) {
            if let Some(own) = self.by_agent.get(&(workspace, agent)) {
                ids.extend(own);
            }
        }
        if changes_rights(&entry.event) {
            ids.extend(self.subscribers.iter().filter(|(_, subscriber)| subscriber.workspace == workspace).map(|(id, _)| id));
        }
        if moves_queues(&entry.event)
            && let Some(seeing) = self.sees_waiting.get(&workspace)
        {
            ids.extend(seeing);
        }
        ids
    }
}

/// Agents whose view an event enters or leaves.
fn agents_named(event: &Event) -> Vec<AgentId> {
    match event {
        Event::Offered { agent, .. }
        | Event::OfferDeclined { agent, .. }
        | Event::OfferTimedOut { agent, .. }
        | Event::OfferWithdrawn { agent, .. }
        | Event::Established { agent, .. }
        | Event::AgentLost { agent, .. }
        | Event::AfterWorkStarted { agent, .. }
        | Event::AfterWorkEnded { agent }
        | Event::MonitorStarted { agent }
        | Event::MonitorEnded { agent }
        | Event::PresenceChanged { agent } => vec![*agent],
        Event::TransferStarted { by, .. } | Event::TransferFailed { by, .. } => vec![*by],
        Event::DefinitionChanged { definition, id } if definition == "agent" || definition == CREDENTIAL => vec![AgentId(*id)],
        _ => Vec::new(),
    }
}

/// The event makes something enter or leave this agent's view, or changes what the agent may do.
pub(crate) fn names(event: &Event, agent: AgentId) -> bool {
    agents_named(event).contains(&agent) || changes_rights(event)
}

/// Everybody's rights may be others now.
fn changes_rights(event: &Event) -> bool {
    matches!(event, Event::DefinitionChanged { definition, .. } if definition == "role")
}

/// Events that change who waits.
pub fn moves_queues(event: &Event) -> bool {
    matches!(
        event,
        Event::Requested { .. }
            | Event::Refused { .. }
            | Event::Queued { .. }
            | Event::Offered { .. }
            | Event::OfferDeclined { .. }
            | Event::OfferTimedOut { .. }
            | Event::OfferWithdrawn { .. }
            | Event::Established { .. }
            | Event::TransferStarted { .. }
            | Event::TransferFailed { .. }
            | Event::AgentLost { .. }
            | Event::Ended { .. }
            | Event::Erased
    )
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // A panic while it was held leaves at worst a subscription too many.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Subscriptions of this server.
#[derive(Clone, Debug, Default)]
pub struct Fanout {
    state: Arc<Mutex<State>>,
}

impl Fanout {
    /// Subscribes an agent's stream. Subscribe first, then take the snapshot, then drop entries up to the snapshot's position: no gap.
    pub fn subscribe(&self, workspace: WorkspaceId, agent: AgentId, sees_waiting: bool) -> AgentStream {
        let (sender, receiver) = mpsc::channel(BUFFER);
        let mut state = lock(&self.state);
        state.next += 1;
        let id = state.next;
        state.subscribers.insert(id, Subscriber { workspace, agent, sender });
        state.by_agent.entry((workspace, agent)).or_default().insert(id);
        if sees_waiting {
            state.sees_waiting.entry(workspace).or_default().insert(id);
        }
        AgentStream { receiver, fanout: self.state.clone(), id }
    }

    /// Agents with a stream on this server: their leases are renewed.
    pub fn agents_here(&self) -> Vec<(WorkspaceId, AgentId)> {
        lock(&self.state).by_agent.keys().copied().collect()
    }

    /// How far the journal was followed, and everybody told; none before the first look.
    pub(crate) fn followed(&self, workspace: WorkspaceId) -> Option<Position> {
        lock(&self.state).followed.get(&workspace).copied()
    }

    fn has_followed(&self, workspace: WorkspaceId, to: Position) {
        lock(&self.state).followed.insert(workspace, to);
    }

    /// Passes something on to those who watch a conversation.
    pub fn pass(&self, conversation: ConversationId, ephemeral: &Ephemeral) {
        let state = lock(&self.state);
        let Some(watchers) = state.watchers.get(&conversation) else { return };
        for subscriber in watchers.iter().filter_map(|id| state.subscribers.get(id)) {
            // A full buffer drops it: what passes is made good by the next.
            let _ = subscriber.sender.try_send(Streamed::Ephemeral(ephemeral.clone()));
        }
    }

    /// Whether anybody is concerned, so that messages are read only for a reason.
    fn concerns_somebody(&self, workspace: WorkspaceId, entry: &Recorded) -> bool {
        !lock(&self.state).concerned(workspace, entry).is_empty()
    }

    fn publish(&self, published: &Arc<Published>) {
        let mut state = lock(&self.state);
        let mut cut = Vec::new();
        for id in state.concerned(published.workspace, &published.entry) {
            let Some(subscriber) = state.subscribers.get(&id) else { continue };
            if subscriber.sender.try_send(Streamed::Entry(published.clone())).is_err() {
                cut.push(id);
            } else if let (
                Some(conversation),
                Event::Offered { agent, .. } | Event::Established { agent, .. } | Event::MonitorStarted { agent },
            ) = (published.entry.conversation, &published.entry.event)
                && *agent == subscriber.agent
            {
                // It enters this agent's view: what follows concerns him.
                state.watchers.entry(conversation).or_default().insert(id);
            }
        }
        for id in cut {
            metrics::counter!("switchboard_streams_cut_total").increment(1);
            state.remove(id);
        }
    }
}

/// Follows the journal from where it stood before the definitions were read.
pub(crate) fn follow(app: &App, from: Vec<Head>) {
    let mut hints = app.store().hints().subscribe();
    // What was committed since then has woken nobody.
    hints.mark_changed();
    let mut at: HashMap<WorkspaceId, Position> = from.into_iter().map(|head| (head.workspace, head.at)).collect();
    let follower = app.clone();
    app.spawn(async move {
        loop {
            tokio::select! {
                () = follower.closing().cancelled() => return,
                changed = hints.changed() => if changed.is_err() { return },
                // A hint may be lost: look by ourselves now and then.
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
            if let Err(error) = catch_up(&follower, &mut at).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the journal could not be read; trying again");
                tokio::time::sleep(Duration::from_millis(200)).await;
                hints.mark_changed();
            }
        }
    });
}

async fn catch_up(app: &App, at: &mut HashMap<WorkspaceId, Position>) -> Result<()> {
    for head in app.store().heads().await? {
        let known = at.entry(head.workspace).or_insert(Position { epoch: head.at.epoch, position: 0 });
        if known.epoch != head.at.epoch {
            // Another life of the journal, with definitions of its own.
            app.reload().await?;
            *known = head.at;
            app.fanout().has_followed(head.workspace, *known);
            continue;
        }
        while known.position < head.at.position {
            let entries = app.store().journal_after(head.workspace, known.position, CHUNK).await?;
            let Some(last) = entries.last().map(|entry| entry.position) else {
                known.position = head.at.position;
                break;
            };
            deliver(app, head.workspace, head.at.epoch, entries).await?;
            known.position = last;
            app.fanout().has_followed(head.workspace, *known);
        }
        app.fanout().has_followed(head.workspace, *known);
    }
    Ok(())
}

async fn deliver(app: &App, workspace: WorkspaceId, epoch: i64, entries: Vec<Recorded>) -> Result<()> {
    let mut reload = false;
    for entry in &entries {
        if let Event::DefinitionChanged { definition, id } = &entry.event {
            match definition.as_str() {
                CREDENTIAL => {
                    app.sign_ins().forget_agent(workspace, AgentId(*id));
                    app.app_tokens().forget(workspace, *id);
                }
                APP_GRANT => app.app_tokens().forget(workspace, *id),
                _ => reload = true,
            }
        }
    }
    if reload {
        app.reload().await?;
        // Other agents may be qualified now, or have more room.
        app.reconcile_soon("lanes");
    }
    if entries.iter().any(|entry| moves_queues(&entry.event)) {
        app.places_moved(workspace);
    }
    if entries.iter().any(|entry| matches!(entry.event, Event::Requested { .. } | Event::Established { .. })) {
        app.records_wait();
    }
    let mut wanted = Vec::new();
    for entry in &entries {
        if let Some(conversation) = entry.conversation {
            app.visitors().entry_came(conversation, entry);
            if entry.event.has_text() && app.fanout().concerns_somebody(workspace, entry) {
                wanted.push((conversation, entry.sequence));
            }
        }
    }
    let mut messages: HashMap<(ConversationId, i64), Message> = HashMap::new();
    if !wanted.is_empty() {
        let mut snapshot = app.store().snapshot().await?;
        for (conversation, message) in snapshot.messages_at(workspace, &wanted).await? {
            messages.insert((conversation, message.sequence), message);
        }
    }
    for entry in entries {
        let message = entry.conversation.and_then(|conversation| messages.remove(&(conversation, entry.sequence)));
        let position = Position { epoch, position: entry.position };
        app.fanout().publish(&Arc::new(Published { workspace, position, entry, message }));
    }
    Ok(())
}
