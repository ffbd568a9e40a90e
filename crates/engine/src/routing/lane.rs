//! Everything routing decides from, read under the lock.

use std::{borrow::Cow, collections::HashMap};

use domain::{
    ids::{AgentId, ConversationId},
    permission::Permission,
    presence::Presence,
    routing::{self, Attempt, Entry, Lane, Load, Target},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{Place, Snapshot, Tx};

use crate::{Error, Result, Scope};

/// Waiting conversations that one decision looks at. Those beyond come up when the ones before them have been served.
pub(crate) const WAITING: i64 = 2_000;

/// Agents and waiting conversations as they are while the lane is locked.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) agents: Vec<routing::Agent>,
    pub(crate) waiting: Vec<Entry>,
    pub(crate) places: HashMap<ConversationId, Place>,
}

/// Ways that were asked for, and which is being tried: the document in `place.attempts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ways {
    pub(crate) attempts: Vec<Attempt>,
    /// The step that is being tried; the next one is tried when it fails.
    pub(crate) step: usize,
    /// The agent who sent it on; it returns to him if the transfer fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transferred_by: Option<AgentId>,
    /// The number of the note that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transfer_note: Option<i64>,
    /// Where it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transfer_target: Option<domain::journal::TransferTarget>,
    /// Since when no agent who could take it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unserved_since: Option<Timestamp>,
}

pub(crate) fn presence_from(name: &str) -> Presence {
    match name {
        "online" => Presence::Online,
        "away" => Presence::Away,
        _ => Presence::Offline,
    }
}

pub(crate) fn presence_name(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "online",
        Presence::Away => "away",
        Presence::Offline => "offline",
    }
}

pub(crate) fn target_of(place: &Place) -> Result<Target> {
    serde_json::from_value(place.target.clone()).map_err(Error::internal)
}

pub(crate) fn ways_of(place: &Place) -> Result<Ways> {
    serde_json::from_value(place.attempts.clone()).map_err(Error::internal)
}

pub(crate) fn document(value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

pub(crate) fn entry(conversation: ConversationId, place: &Place) -> Result<Entry> {
    Ok(Entry {
        conversation,
        target: target_of(place)?,
        priority: i32::try_from(place.priority).unwrap_or(i32::MAX),
        queued_at: place.queued_at,
        ahead: place.ahead,
        tried: place.tried.iter().copied().collect(),
        reroutes: u32::try_from(place.tries).unwrap_or(u32::MAX),
    })
}

/// Agents as routing sees them: those who may answer. One who was online may have lost that right: definitions change under us.
pub(crate) fn agents(scope: &Scope, presences: Vec<store::Presence>, loads: Vec<store::Load>) -> Vec<routing::Agent> {
    let loads: HashMap<AgentId, store::Load> = loads.into_iter().map(|load| (load.agent, load)).collect();
    let narrow = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    presences
        .into_iter()
        .filter_map(|presence| {
            let agent = scope.directory.agents.get(&presence.agent)?;
            if !scope.directory.allows(presence.agent, Permission::AnswerConversations) {
                return None;
            }
            let load = loads.get(&presence.agent);
            Some(routing::Agent {
                id: presence.agent,
                presence: presence_from(&presence.status),
                lease_until: presence.lease_until,
                skills: agent.skills.iter().copied().collect(),
                queues: agent.queues.iter().copied().collect(),
                capacity: agent.capacity,
                load: load.map_or_else(Load::default, |load| Load {
                    active: narrow(load.active),
                    offered: narrow(load.offered),
                    after_work: narrow(load.after_work),
                }),
                last_assigned_at: Some(presence.assigned_at).filter(|at| at.0 > 0),
            })
        })
        .collect()
}

impl Loaded {
    /// Locks the lane and reads it.
    pub(crate) async fn lock(tx: &mut Tx, scope: &Scope) -> Result<Self> {
        let workspace = scope.workspace();
        tx.lock_routing_lane(workspace).await?;
        let (presences, loads) = (tx.presences(workspace).await?, tx.loads(workspace).await?);
        let mut loaded = Self { agents: agents(scope, presences, loads), waiting: Vec::new(), places: HashMap::new() };
        for waiting in tx.waiting(workspace, WAITING).await? {
            loaded.waiting.push(entry(waiting.conversation, &waiting.place)?);
            loaded.places.insert(waiting.conversation, waiting.place);
        }
        Ok(loaded)
    }

    /// Reads it without locking: good for telling, not for deciding.
    pub(crate) async fn look(snapshot: &mut Snapshot, scope: &Scope) -> Result<Self> {
        let workspace = scope.workspace();
        let (presences, loads) = (snapshot.presences(workspace).await?, snapshot.loads(workspace).await?);
        let mut loaded = Self { agents: agents(scope, presences, loads), waiting: Vec::new(), places: HashMap::new() };
        for waiting in snapshot.waiting(workspace, WAITING).await? {
            loaded.waiting.push(entry(waiting.conversation, &waiting.place)?);
        }
        Ok(loaded)
    }

    /// The same, with everybody's presence as it is stored, whether his lease is over or not.
    pub(crate) async fn look_as_stored(snapshot: &mut Snapshot, scope: &Scope) -> Result<Self> {
        let mut loaded = Self::look(snapshot, scope).await?;
        for agent in &mut loaded.agents {
            agent.lease_until = Timestamp(i64::MAX);
        }
        Ok(loaded)
    }

    /// As `domain::routing` takes it.
    pub(crate) fn lane<'a>(&'a self, scope: &'a Scope) -> Lane<'a> {
        Lane { agents: &self.agents, waiting: &self.waiting, routes: &scope.directory.routes, now: scope.now }
    }

    /// It waits now.
    pub(crate) fn joins(&mut self, conversation: ConversationId, place: Place) -> Result<()> {
        self.leaves(conversation);
        self.waiting.push(entry(conversation, &place)?);
        self.places.insert(conversation, place);
        Ok(())
    }

    /// It does not wait any more.
    pub(crate) fn leaves(&mut self, conversation: ConversationId) -> Option<Place> {
        self.waiting.retain(|entry| entry.conversation != conversation);
        self.places.remove(&conversation)
    }

    /// An agent's load changed.
    pub(crate) fn loads(&mut self, agent: AgentId, change: impl FnOnce(&mut Load)) {
        if let Some(agent) = self.agents.iter_mut().find(|other| other.id == agent) {
            change(&mut agent.load);
        }
    }

    /// Somebody was sent to this agent: others who have as much come first now.
    pub(crate) fn assigned(&mut self, agent: AgentId, now: Timestamp) {
        if let Some(agent) = self.agents.iter_mut().find(|other| other.id == agent) {
            agent.last_assigned_at = Some(now);
        }
    }

    /// An agent's presence and lease changed. Whoever was never there before is loaded by the next transaction.
    pub(crate) fn appears(&mut self, agent: AgentId, presence: Presence, lease_until: Timestamp) {
        if let Some(agent) = self.agents.iter_mut().find(|other| other.id == agent) {
            (agent.presence, agent.lease_until) = (presence, lease_until);
        }
    }

    /// Whether an agent is there at all, online or away.
    pub(crate) fn is_there(&self, agent: AgentId, now: Timestamp) -> bool {
        self.agents.iter().any(|other| other.id == agent && other.effective_presence(now) != Presence::Offline)
    }

    /// Everybody but one: a conversation that an agent sent on looks for others.
    pub(crate) fn without(&self, agent: Option<AgentId>) -> Cow<'_, [routing::Agent]> {
        match agent {
            Some(agent) => self.agents.iter().filter(|other| other.id != agent).cloned().collect(),
            None => Cow::Borrowed(&self.agents),
        }
    }

    /// The place of a conversation in its line, and how long it may still take: seconds, none if unknown.
    pub(crate) async fn standing(&self, tx: &mut Tx, scope: &Scope, conversation: ConversationId) -> Result<(i64, Option<i64>)> {
        let position = i64::from(routing::position(conversation, &self.waiting, &scope.directory.routes));
        let Some(place) = self.places.get(&conversation) else { return Ok((position, None)) };
        let Some(button) = place.button else { return Ok((position, None)) };
        let average = tx.wait_average(scope.workspace(), button).await?;
        Ok((position, average.map(|average| estimate(average, scope.now.since(place.queued_at)))))
    }
}

/// Seconds that a wait may still take (liveagent.md 3: the average less the time already waited, never below zero).
pub(crate) fn estimate(average: std::time::Duration, waited: std::time::Duration) -> i64 {
    let micros = u64::try_from(average.as_micros()).unwrap_or(u64::MAX);
    let left = routing::WaitAverage { micros: Some(micros) }.estimate(waited).unwrap_or_default();
    i64::try_from(left.as_secs_f64().round() as u64).unwrap_or(i64::MAX)
}
