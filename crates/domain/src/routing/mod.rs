//! Who gets which conversation, in which order, and whether anybody can take one at all.
//!
//! Everything is a function of a [`Lane`]: the agents, the waiting conversations and the settings as they are while the caller holds the
//! routing lock. The caller loads them, asks, and saves what follows in the same transaction; so limits and capacity are exact.
//! Not here: what a conversation goes through ([`crate::presence`] has the agent's lease, the conversation module its states).

mod admission;
mod assignment;
mod attempt;
mod queue;
mod refusal;
mod settings;
mod wait;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use admission::{Admission, Unavailable, admit, admit_transfer, available, qualified};
pub use assignment::{Assignment, PickRefusal, assign, choose, may_pick};
pub use attempt::{Attempt, Taken, next_attempt};
pub use queue::{compare, position, positions};
pub use refusal::{AfterRefusal, Grace, Lapse, after_lapse, after_refusal, grace, reconsider, unserved};
pub use settings::{Line, Queueing, Routes, Routing, SkillMatch, Strategy};
pub use wait::WaitAverage;

use crate::{
    ids::{AgentId, ButtonId, ConversationId, QueueId, SkillId},
    presence::{self, Presence},
    time::Timestamp,
};

/// What fills an agent's capacity; every part weighs one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Conversations that he owns.
    pub active: u32,
    /// Offers that he has not answered.
    pub offered: u32,
    /// Conversations that are over and whose after-conversation work is not.
    pub after_work: u32,
}

impl Load {
    /// The sum of the parts.
    pub fn total(self) -> u32 {
        self.active.saturating_add(self.offered).saturating_add(self.after_work)
    }
}

/// An agent as routing sees him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// What he says about himself.
    pub presence: Presence,
    /// Until when we believe that he is there.
    pub lease_until: Timestamp,
    /// What he can do.
    pub skills: BTreeSet<SkillId>,
    /// The queues that he serves.
    pub queues: BTreeSet<QueueId>,
    /// How many conversations he may have at once.
    pub capacity: u32,
    /// How much of that is filled.
    pub load: Load,
    /// When he was last given an offer or a conversation; `None` = never.
    pub last_assigned_at: Option<Timestamp>,
}

impl Agent {
    /// His presence, offline when the lease is over.
    pub fn effective_presence(&self, now: Timestamp) -> Presence {
        presence::effective(self.presence, self.lease_until, now)
    }

    /// Whether he takes offers.
    pub fn is_online(&self, now: Timestamp) -> bool {
        self.effective_presence(now) == Presence::Online
    }

    /// How many more conversations fit. Zero when over capacity, as after a transfer to him or a lowered capacity.
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.load.total())
    }
}

/// Whom a conversation asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Agents with all these skills (a transfer to a skill).
    Skills(BTreeSet<SkillId>),
    /// One agent and nobody else.
    Agent(AgentId),
    /// Whoever the button asks for.
    Button(ButtonId),
    /// Whoever serves the queue.
    Queue(QueueId),
}

/// A conversation that waits for an agent. While it is being offered to one it is not waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Whom it asks for.
    pub target: Target,
    /// Lower comes first.
    pub priority: i32,
    /// When it began to wait. Kept over offers that fail, so that nobody loses his place by a decline.
    pub queued_at: Timestamp,
    /// Put at the head of its queue: an agent had it and lost it.
    pub ahead: bool,
    /// Agents who declined it or let it time out in this round; they are not asked again before all others were.
    pub tried: BTreeSet<AgentId>,
    /// How many rounds were begun again because everybody had refused.
    pub reroutes: u32,
}

/// Everything that routing decides from, as it is under the routing lock of one workspace.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// All agents of the workspace that may be online, in any order.
    pub agents: &'a [Agent],
    /// All waiting conversations of the workspace, in any order. Those being offered are not among them: they are in [`Load::offered`].
    pub waiting: &'a [Entry],
    /// The settings.
    pub routes: &'a Routes,
    /// Now.
    pub now: Timestamp,
}
