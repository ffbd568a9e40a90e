//! How buttons and queues route.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Agent, Target};
use crate::{
    hours::Schedule,
    ids::{AgentId, ButtonId, QueueId, SkillId},
    time::Timestamp,
};

/// Who among the free agents gets a conversation (`liveagent.md` 7.6, button routing).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The one with the fewest conversations.
    #[default]
    LeastActive,
    /// The one with the most room: capacity less load.
    MostAvailable,
    /// Nobody is asked: agents pick from the list of those who wait.
    Choice,
}

/// Which agents a set of skills admits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkillMatch {
    /// Those with at least one of them.
    #[default]
    Any,
    /// Those with all of them.
    All,
}

/// Whether conversations may wait when every agent is at capacity (`liveagent.md` 7.6, queueing).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queueing {
    /// None waits: refused at once.
    #[default]
    Off,
    /// They wait, within limits; `None` = no limit. Both limits hold.
    On {
        /// How many may wait for each qualified agent who is online.
        per_agent: Option<u32>,
        /// How many may wait in all.
        overall: Option<u32>,
    },
}

/// How a button, or a queue, routes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// Switched on. An inactive one takes no new conversations; those that wait in it go on waiting.
    pub is_active: bool,
    /// What agents must be able to do; empty = nothing special. A queue asks for membership as well.
    pub skills: BTreeSet<SkillId>,
    /// Whether one of the skills is enough.
    pub skill_match: SkillMatch,
    /// For a button: the queue that its conversations join. The queue's settings then hold instead of these, but for `is_active` and
    /// `priority`. Ignored on a queue.
    pub queue: Option<QueueId>,
    /// Who gets a conversation.
    pub strategy: Strategy,
    /// How long an offer stands; `None` = until it is answered.
    pub push_timeout: Option<Duration>,
    /// An offer is accepted for the agent at once (push strategies only).
    pub auto_accept: bool,
    /// When all have refused, ask them again.
    pub reroute_declined: bool,
    /// How many times at most all are asked again; `None` = no limit.
    pub max_reroutes: Option<u32>,
    /// Whether conversations wait.
    pub queueing: Queueing,
    /// Of the conversations that come this way; lower comes first.
    pub priority: i32,
}

impl Default for Routing {
    /// Active, for everybody, least active first, no time-out, no queue: the settings of a button that nobody has set up further.
    fn default() -> Self {
        Self {
            is_active: true,
            skills: BTreeSet::new(),
            skill_match: SkillMatch::default(),
            queue: None,
            strategy: Strategy::default(),
            push_timeout: None,
            auto_accept: false,
            reroute_declined: false,
            max_reroutes: None,
            queueing: Queueing::default(),
            priority: 0,
        }
    }
}

/// All settings of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// The buttons.
    pub buttons: BTreeMap<ButtonId, Routing>,
    /// The queues.
    pub queues: BTreeMap<QueueId, Routing>,
    /// For conversations that ask for an agent or for skills: its `skills`, `queue` and `is_active` are not looked at. The default has
    /// no queue: an agent who is at capacity cannot be asked for.
    pub direct: Routing,
    /// The hours of buttons that have some; the others are always open.
    pub hours: BTreeMap<ButtonId, Schedule>,
}

/// The line in which a conversation waits: whose limits, order and members hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line<'a> {
    /// Of a button that leads to no queue.
    Button(ButtonId),
    /// Of a queue, whichever button led there.
    Queue(QueueId),
    /// For one agent.
    Agent(AgentId),
    /// For agents with all these skills.
    Skills(&'a BTreeSet<SkillId>),
}

impl Routes {
    /// The line of a target and the settings that hold there; `None` when the button or queue is not known (removed, or never there).
    pub fn line<'a>(&'a self, target: &'a Target) -> Option<(Line<'a>, &'a Routing)> {
        match target {
            Target::Button(button) => {
                let own = self.buttons.get(button)?;
                match own.queue {
                    Some(queue) => Some((Line::Queue(queue), self.queues.get(&queue)?)),
                    None => Some((Line::Button(*button), own)),
                }
            }
            Target::Queue(queue) => Some((Line::Queue(*queue), self.queues.get(queue)?)),
            Target::Agent(agent) => Some((Line::Agent(*agent), &self.direct)),
            Target::Skills(skills) => Some((Line::Skills(skills), &self.direct)),
        }
    }

    /// Whether new conversations may come this way: known, and the button and the queue that it leads to are both active.
    pub fn is_open(&self, target: &Target) -> bool {
        let button = match target {
            Target::Button(button) => self.buttons.get(button).is_some_and(|own| own.is_active),
            _ => true,
        };
        button && self.line(target).is_some_and(|(line, routing)| matches!(line, Line::Agent(_) | Line::Skills(_)) || routing.is_active)
    }

    /// Whether new conversations may come this way at an instant, as far as hours say it. A transfer is not bound by them: whoever hands over
    /// is there.
    pub fn is_within_hours(&self, target: &Target, at: Timestamp) -> bool {
        match target {
            Target::Button(button) => self.hours.get(button).is_none_or(|hours| hours.is_open(at)),
            Target::Skills(_) | Target::Agent(_) | Target::Queue(_) => true,
        }
    }

    /// The priority of conversations with this target: the button's own where there is one.
    pub fn priority(&self, target: &Target) -> i32 {
        match target {
            Target::Button(button) => self.buttons.get(button).map_or(0, |own| own.priority),
            other => self.line(other).map_or(0, |(_, routing)| routing.priority),
        }
    }
}

impl Line<'_> {
    /// Whether an agent belongs to those that the line asks for, online or not.
    pub fn admits(self, routing: &Routing, agent: &Agent) -> bool {
        match self {
            Self::Agent(id) => agent.id == id,
            Self::Skills(skills) => skills.is_subset(&agent.skills),
            Self::Button(_) => routing.admits(agent),
            Self::Queue(queue) => agent.queues.contains(&queue) && routing.admits(agent),
        }
    }
}

impl Routing {
    fn admits(&self, agent: &Agent) -> bool {
        match self.skill_match {
            _ if self.skills.is_empty() => true,
            SkillMatch::Any => !self.skills.is_disjoint(&agent.skills),
            SkillMatch::All => self.skills.is_subset(&agent.skills),
        }
    }
}
