//! Figures: how much was asked, answered and missed, and how long it took.
//!
//! [`Course`] makes numbers of what the journal says of a conversation, an entry at a time; a [`Ledger`] adds them up by time and by whose they
//! are; [`steps`] cuts a time into the hours, days and weeks of a zone, to add them up further. What each number counts is said at [`Numbers`].

mod course;
mod ledger;
mod steps;

use std::time::Duration;

pub use course::{Course, MENTIONED_UP_TO, Seen};
pub use ledger::{Grain, Ledger, slot_after, slot_of};
pub use steps::{MOST_STEPS, Step, midnight_after, midnight_of, steps};

use crate::ids::{AgentId, ButtonId, DeploymentId, QueueId};

/// How long something took, over many times. In whole seconds, each time rounded, so that sums of parts are the sum of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seconds {
    /// All together.
    pub sum: i64,
    /// How many times.
    pub count: i64,
    /// The longest.
    pub max: i64,
}

impl Seconds {
    /// One time.
    pub fn once(duration: Duration) -> Self {
        let seconds = i64::try_from((duration.as_millis() + 500) / 1_000).unwrap_or(i64::MAX);
        Self { sum: seconds, count: 1, max: seconds }
    }

    /// Adds others to these.
    pub fn add(&mut self, other: Self) {
        self.sum = self.sum.saturating_add(other.sum);
        self.count += other.count;
        self.max = self.max.max(other.max);
    }
}

/// What is counted. Each is booked at the instant at which it became certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Conversations that were asked for and taken on; requests that were refused at once are none. Booked when they were asked for, at no agent.
    pub asked: i64,
    /// Conversations that an agent took for the first time. Booked then, at that agent.
    pub answered: i64,
    /// Offers that the asked agent declined, or did not answer in time. Booked then, at the asked agent.
    pub missed: i64,
    /// Conversations that were over before anybody took them because the visitor left: ended them, was lost, or was idle.
    /// Booked at the end, at no agent.
    pub abandoned: i64,
    /// Conversations that were over, however they ended; those abandoned, and those turned away after waiting, too. Booked at the end, at
    /// the agent who had it last.
    pub ended: i64,
    /// From asking to being answered. Booked with `answered`.
    pub waiting: Seconds,
    /// From being answered to the first message or file of an agent; greetings that are sent by themselves are none. Booked then, at the agent who
    /// wrote.
    pub first_response: Seconds,
    /// How long an agent had a conversation: each time from getting it until it ended, was sent on, or was lost to him. Without the work after
    /// its end. Booked then, at that agent.
    pub handling: Seconds,
    /// Messages and files from visitors. Booked when they came, at the agent who had the conversation then.
    pub messages_visitor: i64,
    /// Messages and files from agents; notes and greetings that are sent by themselves are none. Booked at who wrote them.
    pub messages_agent: i64,
    /// Ratings from 1 to 5. Booked when they were given, at the agent who had the conversation last.
    pub ratings: [i64; 5],
}

impl Numbers {
    /// Adds others to these.
    pub fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.answered += other.answered;
        self.missed += other.missed;
        self.abandoned += other.abandoned;
        self.ended += other.ended;
        self.waiting.add(other.waiting);
        self.first_response.add(other.first_response);
        self.handling.add(other.handling);
        self.messages_visitor += other.messages_visitor;
        self.messages_agent += other.messages_agent;
        for (mine, others) in self.ratings.iter_mut().zip(other.ratings) {
            *mine += others;
        }
    }
}

/// Of what numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Where the conversations came from.
    pub deployment: DeploymentId,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// In which queue they waited last.
    pub queue: Option<QueueId>,
    /// Whose they are.
    pub agent: Option<AgentId>,
}
