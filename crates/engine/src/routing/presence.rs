//! Agents come, go away and leave; their conversations go back to the head of their queue.

use std::sync::Arc;

use domain::{
    conversation::{OfferEnd, Phase},
    ids::{AgentId, WorkspaceId},
    journal::Event,
    permission::Permission,
    presence::{self, Presence, PresenceReason},
    routing::{self, Lapse},
    text_limits,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::Tx;

use super::{
    answer::not_taken,
    lane::{Loaded, presence_from, presence_name},
    settle::{home, requeue, settle},
};
use crate::{Actor, App, Error, ErrorKind, Result, Scope, audit};

/// Longest note of a presence, in characters.
pub(crate) const NOTE_CHARACTERS: usize = 80;

/// Whether an agent is there, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentPresence {
    /// What counts: offline when the lease is over.
    pub status: Presence,
    /// Why; none for an agent who was never there.
    pub reason: Option<PresenceReason>,
    /// In the agent's own words, such as `Lunch`.
    pub note: Option<String>,
    /// Since when; the lease's end when that is what made him offline, none for an agent who was never there.
    pub since: Option<Timestamp>,
}

impl AgentPresence {
    /// Of an agent who was never there.
    pub const NEVER: Self = Self { status: Presence::Offline, reason: None, note: None, since: None };

    /// As it counts at an instant.
    pub fn from_stored(stored: &store::Presence, now: Timestamp) -> Self {
        let said = presence_from(&stored.status);
        let status = presence::effective(said, stored.lease_until, now);
        if status != said {
            return Self { status, reason: Some(PresenceReason::LeaseLapsed), note: None, since: Some(stored.lease_until) };
        }
        Self { status, reason: stored.reason.as_deref().and_then(reason_from), note: stored.note.clone(), since: Some(stored.changed_at) }
    }
}

fn reason_from(name: &str) -> Option<PresenceReason> {
    serde_json::from_value(name.into()).ok()
}

fn reason_name(reason: PresenceReason) -> Result<String> {
    match serde_json::to_value(reason).map_err(Error::internal)? {
        serde_json::Value::String(name) => Ok(name),
        _ => Err(ErrorKind::Internal.into()),
    }
}

impl App {
    /// An agent says whether he takes work, with a note of at most 80 characters in his words. Saying the same again renews his lease.
    ///
    /// Away: open offers go to others, conversations stay. Offline: his conversations go back to the head of their queue, too.
    ///
    /// # Errors
    /// `Forbidden` for going online without the permission to answer; `Invalid` for a long note.
    pub async fn set_presence(&self, workspace: WorkspaceId, agent: AgentId, status: Presence, note: Option<&str>) -> Result<()> {
        self.put_presence(workspace, agent, status, None, note).await
    }

    /// A supervisor sets another agent's presence; audited. Online lasts only as long as the agent is heard from.
    ///
    /// # Errors
    /// `Forbidden` without the permission to supervise, or if that agent may not answer.
    pub async fn supervise_presence(
        &self,
        workspace: WorkspaceId,
        by: Actor,
        agent: AgentId,
        status: Presence,
        note: Option<&str>,
    ) -> Result<()> {
        if let Some(supervisor) = by.agent() {
            self.require(workspace, supervisor, Permission::SuperviseConversations)?;
        }
        self.put_presence(workspace, agent, status, Some(by), note).await
    }

    /// Whether an agent is there.
    pub async fn presence_of(&self, workspace: WorkspaceId, agent: AgentId) -> Result<AgentPresence> {
        let now = self.now();
        let mut snapshot = self.store().snapshot().await?;
        let all = snapshot.presences(workspace).await?;
        Ok(all.iter().find(|stored| stored.agent == agent).map_or(AgentPresence::NEVER, |stored| AgentPresence::from_stored(stored, now)))
    }

    async fn put_presence(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        status: Presence,
        supervisor: Option<Actor>,
        note: Option<&str>,
    ) -> Result<()> {
        let scope = self.scope(workspace)?;
        if !scope.directory.agents.contains_key(&agent) {
            return Err(ErrorKind::NotFound("agent").into());
        }
        if status == Presence::Online {
            self.require(workspace, agent, Permission::AnswerConversations)?;
        }
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        if let Some(got) = note.map(|note| note.chars().count()).filter(|got| *got > NOTE_CHARACTERS) {
            return Err(Error::invalid("note", format!("it has {got} characters, at most {NOTE_CHARACTERS} are allowed")));
        }
        let note = note.and_then(|note| text_limits::shortened_line(note, NOTE_CHARACTERS));
        let work = Arc::new((scope, note));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, note) = &*work;
                    let mut loaded = Loaded::lock(tx, scope).await?;
                    let reason = if supervisor.is_some() { PresenceReason::Supervisor } else { PresenceReason::Chosen };
                    changes(tx, scope, &mut loaded, agent, status, reason, note.clone()).await?;
                    settle(tx, scope, &mut loaded).await?;
                    if let Some(by) = supervisor {
                        let change = serde_json::json!({ "status": presence_name(status) });
                        audit::write(tx, scope, by, "agent.presence_set", agent.to_string(), change).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

/// An agent is gone for another reason than his own word: signed out, switched off, removed. His offers and conversations go back to their
/// queues, in the transaction of that reason. Locks the lane and settles it.
pub(crate) async fn goes_offline(tx: &mut Tx, scope: &Scope, agent: AgentId, reason: PresenceReason) -> Result<()> {
    let mut loaded = Loaded::lock(tx, scope).await?;
    let there = tx.presence(scope.workspace(), agent).await?.is_some_and(|stored| presence_from(&stored.status) != Presence::Offline);
    if !there {
        return Ok(());
    }
    changes(tx, scope, &mut loaded, agent, Presence::Offline, reason, None).await?;
    settle(tx, scope, &mut loaded).await
}

/// An agent's presence changes, and what follows for his offers and conversations. The caller holds the lane and settles it.
pub(crate) async fn changes(
    tx: &mut Tx,
    scope: &Scope,
    loaded: &mut Loaded,
    agent: AgentId,
    status: Presence,
    reason: PresenceReason,
    note: Option<String>,
) -> Result<()> {
    let workspace = scope.workspace();
    let before = tx.presence(workspace, agent).await?;
    let same = before.as_ref().is_some_and(|before| {
        AgentPresence::from_stored(before, scope.now).status == status && before.note == note && presence_from(&before.status) == status
    });
    let changed_at = match &before {
        Some(before) if presence_from(&before.status) == status => before.changed_at,
        _ => scope.now,
    };
    let lease_until = if status == Presence::Offline { scope.now } else { presence::lease_until(scope.now) };
    let reason = match before.as_ref().filter(|_| same) {
        Some(before) => before.reason.clone(),
        None => Some(reason_name(reason)?),
    };
    let saved = store::Presence {
        agent,
        status: presence_name(status).to_owned(),
        reason,
        note,
        lease_until,
        changed_at,
        assigned_at: before.as_ref().map_or(Timestamp(0), |before| before.assigned_at),
    };
    tx.save_presence(workspace, &saved).await?;
    if before.is_none() {
        // He was never there: the lane's picture does not have him yet.
        let loads = tx.loads(workspace).await?;
        loaded.agents.extend(super::lane::agents(scope, vec![saved], loads));
    } else {
        loaded.appears(agent, status, lease_until);
    }
    if !same {
        scope.journal_event(tx, Event::PresenceChanged { agent });
    }
    if status != Presence::Online {
        leave(tx, scope, loaded, agent, status).await?;
    }
    Ok(())
}

/// Offers to an agent who takes none any more are withdrawn; conversations of one who is not there go back to the head of their queue.
async fn leave(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, agent: AgentId, status: Presence) -> Result<()> {
    for mut conversation in tx.conversations_of(scope.workspace(), agent).await? {
        match conversation.phase {
            Phase::Offered { .. } => not_taken(tx, scope, loaded, &mut conversation, OfferEnd::Withdrawn).await?,
            Phase::Active { .. } if status == Presence::Offline => {
                let place = tx.place(scope.workspace(), conversation.id).await?.ok_or(ErrorKind::Internal)?;
                let target = home(tx, scope, conversation.id, &place).await?;
                let (entry, lapse) = routing::after_lapse(conversation.id, target, place.queued_at, loaded.lane(scope));
                let lost = conversation.lose_agent(lapse == Lapse::Nobody)?;
                scope.journal(tx, lost);
                loaded.loads(agent, |load| load.active = load.active.saturating_sub(1));
                requeue(tx, scope, loaded, &mut conversation, place, entry.target).await?;
            }
            Phase::Active { .. } | Phase::Waiting | Phase::Ended => {}
        }
    }
    Ok(())
}

/// An agent is not heard from any more. True if that was news. The caller holds the lane and settles it.
pub(crate) async fn lapse(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, agent: AgentId) -> Result<bool> {
    let Some(stored) = tx.presence(scope.workspace(), agent).await? else { return Ok(false) };
    let removed = !scope.directory.allows(agent, Permission::AnswerConversations);
    let there = presence_from(&stored.status) != Presence::Offline;
    if !there || !(presence::lapsed(stored.lease_until, scope.now) || removed) {
        return Ok(false);
    }
    let reason = if removed { PresenceReason::Removed } else { PresenceReason::LeaseLapsed };
    changes(tx, scope, loaded, agent, Presence::Offline, reason, None).await?;
    Ok(true)
}
