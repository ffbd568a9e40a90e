//! Giving waiting conversations to free agents.

use std::{cmp::Reverse, time::Duration};

use super::{Agent, Entry, Lane, Strategy, compare};
use crate::{
    ids::{AgentId, ConversationId},
    time::Timestamp,
};

/// A conversation is to be offered to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Which conversation.
    pub conversation: ConversationId,
    /// To whom.
    pub agent: AgentId,
    /// Accept it for him at once.
    pub auto_accept: bool,
    /// How long the offer stands; `None` = until it is answered.
    pub push_timeout: Option<Duration>,
}

/// The best of the candidates that have room; `None` without one, and always for [`Strategy::Choice`].
///
/// Fewest conversations, or most room; ties go to who was assigned longest ago (never counts as longest), then by id.
pub fn choose<'a>(strategy: Strategy, candidates: impl IntoIterator<Item = &'a Agent>) -> Option<AgentId> {
    let free = candidates.into_iter().filter(|agent| agent.free() > 0);
    let since = |agent: &Agent| (agent.last_assigned_at, agent.id);
    match strategy {
        Strategy::LeastActive => free.min_by_key(|agent| (agent.load.total(), since(agent))),
        Strategy::MostAvailable => free.min_by_key(|agent| (Reverse(agent.free()), since(agent))),
        Strategy::Choice => None,
    }
    .map(|agent| agent.id)
}

/// What is to be offered now: first come first served within priority, those put ahead first.
///
/// No agent gets more than his capacity. A conversation that nobody free may take does not hold up those behind it. An agent who refused a
/// conversation in this round is passed over for it. Lines where agents choose get nothing. Deterministic: the order of the arguments does
/// not matter.
pub fn assign(lane: Lane<'_>) -> Vec<Assignment> {
    assign_among(lane.waiting.iter().collect(), lane)
}

pub(super) fn assign_among(mut order: Vec<&Entry>, lane: Lane<'_>) -> Vec<Assignment> {
    let mut free: Vec<Agent> = lane.agents.iter().filter(|agent| agent.is_online(lane.now) && agent.free() > 0).cloned().collect();
    if free.is_empty() || order.is_empty() {
        return Vec::new();
    }
    order.sort_unstable_by(|a, b| compare(a, b));
    let mut made = Vec::new();
    for entry in order {
        if free.is_empty() {
            break;
        }
        let Some((line, routing)) = lane.routes.line(&entry.target) else { continue };
        let candidates = free.iter().filter(|agent| line.admits(routing, agent) && !entry.tried.contains(&agent.id));
        let Some(chosen) = choose(routing.strategy, candidates) else { continue };
        made.push(Assignment {
            conversation: entry.conversation,
            agent: chosen,
            auto_accept: routing.auto_accept,
            push_timeout: routing.push_timeout.filter(|time| !time.is_zero()),
        });
        take(&mut free, chosen, lane.now);
    }
    made
}

fn take(free: &mut Vec<Agent>, chosen: AgentId, now: Timestamp) {
    if let Some(agent) = free.iter_mut().find(|agent| agent.id == chosen) {
        agent.load.offered = agent.load.offered.saturating_add(1);
        agent.last_assigned_at = Some(now);
    }
    free.retain(|agent| agent.free() > 0);
}

/// Why an agent may not pick a waiting conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PickRefusal {
    /// It does not wait: somebody has it, or it is over.
    #[error("the conversation is not waiting any more")]
    NotWaiting,
    /// Its line pushes conversations to agents.
    #[error("conversations of this queue are offered, not picked")]
    NotChoice,
    /// The agent is away, offline or unknown.
    #[error("only an agent who is online can pick a conversation")]
    NotOnline,
    /// The agent lacks what the line asks for.
    #[error("the agent does not serve this queue")]
    NotQualified,
    /// The agent has no room.
    #[error("the agent is at capacity")]
    AtCapacity,
}

/// Whether an agent may pick a waiting conversation from a line with [`Strategy::Choice`].
pub fn may_pick(agent: AgentId, conversation: ConversationId, lane: Lane<'_>) -> Result<(), PickRefusal> {
    let entry = lane.waiting.iter().find(|entry| entry.conversation == conversation).ok_or(PickRefusal::NotWaiting)?;
    let (line, routing) = lane.routes.line(&entry.target).ok_or(PickRefusal::NotQualified)?;
    let agent = lane.agents.iter().find(|candidate| candidate.id == agent).ok_or(PickRefusal::NotOnline)?;
    if routing.strategy != Strategy::Choice {
        Err(PickRefusal::NotChoice)
    } else if !agent.is_online(lane.now) {
        Err(PickRefusal::NotOnline)
    } else if !line.admits(routing, agent) {
        Err(PickRefusal::NotQualified)
    } else if agent.free() == 0 {
        Err(PickRefusal::AtCapacity)
    } else {
        Ok(())
    }
}
