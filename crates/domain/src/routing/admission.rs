//! Whether a new conversation can be taken, and what happens to it first.

use super::{Agent, Assignment, Entry, Lane, Line, Queueing, Routing, Strategy, Target, assignment::assign_among};
use crate::{
    ids::{AgentId, ConversationId},
    presence::Presence,
    time::Timestamp,
};

/// Why nobody can be asked (`liveagent.md` 7.6, availability). On every wire it is one word; operators and tests want to know which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unavailable {
    /// There is no such button, queue or agent.
    #[error("the target is not known")]
    Unknown,
    /// The button, or its queue, is switched off.
    #[error("the button is switched off")]
    Inactive,
    /// It is outside the button's hours.
    #[error("the button is closed at this hour")]
    OutOfHours,
    /// No agent of the workspace is online or away.
    #[error("no agent is online")]
    NoneOnline,
    /// Agents are online, but none that the target asks for is online or away.
    #[error("no online agent has the skills")]
    NoneQualified,
    /// Those that the target asks for are all away.
    #[error("all qualified agents are away")]
    AllAway,
    /// They are all at capacity and none may wait.
    #[error("all qualified agents are at capacity")]
    AtCapacity,
    /// As many wait as the limit per agent allows.
    #[error("the queue is full for the agents who are online")]
    AgentQueueFull,
    /// As many wait as the overall limit allows.
    #[error("the queue is full")]
    QueueFull,
    /// Every agent who could take it has refused it.
    #[error("all qualified agents have declined")]
    AllDeclined,
}

/// What happens to a new conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Offer it to this agent now.
    Offer(Assignment),
    /// It waits: in a queue, or on the list from which agents choose.
    Wait,
    /// It cannot be taken.
    Refuse(Unavailable),
}

impl Admission {
    /// The agent to offer it to.
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Offer(assignment) => Some(assignment.agent),
            Self::Wait | Self::Refuse(_) => None,
        }
    }
}

/// The agents that a target asks for and that are online, whatever their load. Empty for an unknown target.
pub fn qualified<'a>(lane: Lane<'a>, target: &'a Target) -> impl Iterator<Item = &'a Agent> {
    lane.routes
        .line(target)
        .into_iter()
        .flat_map(move |(line, routing)| lane.agents.iter().filter(move |agent| agent.is_online(lane.now) && line.admits(routing, agent)))
}

/// Whether a conversation that came now would be taken: exactly when [`admit`] does not refuse it.
pub fn available(target: &Target, lane: Lane<'_>) -> Result<(), Unavailable> {
    // The greatest id stands for a conversation that does not exist yet: it comes last among those of the same instant, as a new one would.
    match admit(ConversationId(uuid::Uuid::max()), target, lane) {
        Admission::Offer(_) | Admission::Wait => Ok(()),
        Admission::Refuse(reason) => Err(reason),
    }
}

/// What happens to a conversation that comes now: an offer, a place in the line, or a refusal.
///
/// Nobody is overtaken: it is offered to an agent only when those who wait, and come before it, leave that agent free. Those of them whom
/// [`assign`](super::assign) would serve now do not count against the queue limits.
/// Where agents choose, as many as there are free places are on the list and the rest is queued; when conversations of other lines take
/// those places, more are queued than a limit would let in now, and nobody new comes in until it has room again.
pub fn admit(conversation: ConversationId, target: &Target, lane: Lane<'_>) -> Admission {
    match place(conversation, target, lane) {
        Ok(Some(assignment)) => Admission::Offer(assignment),
        Ok(None) => Admission::Wait,
        Err(reason) => Admission::Refuse(reason),
    }
}

fn place(conversation: ConversationId, target: &Target, lane: Lane<'_>) -> Result<Option<Assignment>, Unavailable> {
    let (line, routing) = lane.routes.line(target).ok_or(Unavailable::Unknown)?;
    if !lane.routes.is_open(target) {
        return Err(Unavailable::Inactive);
    }
    if !lane.routes.is_within_hours(target, lane.now) {
        return Err(Unavailable::OutOfHours);
    }
    let online = present(line, routing, lane.agents, lane.now)?;
    let room: usize = online.iter().map(|agent| agent.free() as usize).sum();
    if room == 0 && routing.queueing == Queueing::Off {
        return Err(Unavailable::AtCapacity);
    }
    let mut in_line = lane.waiting.iter().filter(|entry| same_line(entry, line, lane)).count();
    if routing.strategy == Strategy::Choice {
        // A request on the agents' list stands for one free place; only those beyond are queued.
        if in_line < room {
            return Ok(None);
        }
        in_line -= room;
    } else if room > 0 {
        let newcomer = Entry {
            conversation,
            target: target.clone(),
            priority: lane.routes.priority(target),
            queued_at: lane.now,
            ahead: false,
            tried: Default::default(),
            reroutes: 0,
        };
        let order = lane.waiting.iter().chain([&newcomer]).collect();
        let served = assign_among(order, lane);
        if let Some(own) = served.iter().find(|made| made.conversation == conversation) {
            return Ok(Some(*own));
        }
        in_line -= lane
            .waiting
            .iter()
            .filter(|entry| same_line(entry, line, lane) && served.iter().any(|made| made.conversation == entry.conversation))
            .count();
    }
    let Queueing::On { per_agent, overall } = routing.queueing else {
        return Err(Unavailable::AtCapacity);
    };
    if overall.is_some_and(|limit| in_line >= limit as usize) {
        return Err(Unavailable::QueueFull);
    }
    if per_agent.is_some_and(|limit| in_line >= (limit as usize).saturating_mul(online.len())) {
        return Err(Unavailable::AgentQueueFull);
    }
    Ok(None)
}

fn same_line(entry: &Entry, line: Line<'_>, lane: Lane<'_>) -> bool {
    lane.routes.line(&entry.target).is_some_and(|(other, _)| other == line)
}

/// The qualified agents who are online, or why there are none.
fn present<'a>(line: Line<'_>, routing: &Routing, agents: &'a [Agent], now: Timestamp) -> Result<Vec<&'a Agent>, Unavailable> {
    let (mut online, mut somebody, mut away) = (Vec::new(), false, false);
    for agent in agents {
        let presence = agent.effective_presence(now);
        if presence == Presence::Offline {
            continue;
        }
        somebody = true;
        if line.admits(routing, agent) {
            match presence {
                Presence::Online => online.push(agent),
                _ => away = true,
            }
        }
    }
    match (online.is_empty(), away, somebody) {
        (false, ..) => Ok(online),
        (true, true, _) => Err(Unavailable::AllAway),
        (true, false, true) => Err(Unavailable::NoneQualified),
        (true, false, false) => Err(Unavailable::NoneOnline),
    }
}

/// Whether a conversation that an agent has can be handed over to `target`, and what happens to it then.
///
/// As [`admit`], but for what the field does with transfers: one to a named agent may take him over his capacity (he is asked and may
/// decline), and queue limits do not hold, since the visitor is in already. It is refused when no qualified agent but the present owner is
/// online; a conversation is never handed over to its owner.
pub fn admit_transfer(conversation: ConversationId, target: &Target, owner: AgentId, lane: Lane<'_>) -> Admission {
    let Some((line, routing)) = lane.routes.line(target) else { return Admission::Refuse(Unavailable::Unknown) };
    if !lane.routes.is_open(target) {
        return Admission::Refuse(Unavailable::Inactive);
    }
    let mut others: Vec<Agent> = lane.agents.iter().filter(|agent| agent.id != owner).cloned().collect();
    if let Target::Agent(asked) = target {
        for agent in others.iter_mut().filter(|agent| agent.id == *asked && agent.free() == 0) {
            agent.capacity = agent.load.total().saturating_add(1);
        }
    }
    if let Err(reason) = present(line, routing, &others, lane.now) {
        return Admission::Refuse(reason);
    }
    let newcomer = Entry {
        conversation,
        target: target.clone(),
        priority: lane.routes.priority(target),
        queued_at: lane.now,
        ahead: false,
        tried: [owner].into(),
        reroutes: 0,
    };
    // Nobody is overtaken on the way to a button or queue; an agent asked for by name is asked at once.
    let order = if matches!(target, Target::Agent(_)) { vec![&newcomer] } else { lane.waiting.iter().chain([&newcomer]).collect() };
    let served = assign_among(order, Lane { agents: &others, ..lane });
    match served.into_iter().find(|made| made.conversation == conversation) {
        Some(own) => Admission::Offer(own),
        None => Admission::Wait,
    }
}
