//! How long visitors wait: before an agent accepts, and for an answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The moving average of waits in one line: after each acceptance nine tenths of the old average and one tenth of the wait just ended, at
/// first that wait itself (`liveagent.md` 3, estimated wait time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WaitAverage {
    /// Microseconds; `None` before the first acceptance.
    pub micros: Option<u64>,
}

impl WaitAverage {
    /// The average after a conversation that waited `wait` was accepted.
    #[must_use]
    pub fn accept(self, wait: Duration) -> Self {
        let wait = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        let micros = match self.micros {
            None => wait,
            Some(old) => {
                let sum = u128::from(old) * 9 + u128::from(wait);
                u64::try_from((sum + 5) / 10).unwrap_or(u64::MAX)
            }
        };
        Self { micros: Some(micros) }
    }

    /// How much longer somebody who has waited `waited` may have to wait: never below zero; `None` = unknown (−1 on old wires).
    pub fn estimate(self, waited: Duration) -> Option<Duration> {
        self.micros.map(|average| Duration::from_micros(average).saturating_sub(waited))
    }
}

/// Whether a visitor's message has been left unanswered for too long (`liveagent.md` 7.6, critical wait time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalWait {
    /// When the first message was written that no agent has answered.
    pub unanswered_since: Option<Timestamp>,
    /// The agent's conversation is marked.
    pub marked: bool,
}

/// A change of the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CriticalChange {
    /// The conversation is marked now.
    Raised,
    /// It no longer is.
    Cleared,
}

impl CriticalWait {
    /// The visitor wrote. Only the first message since the last answer counts.
    pub fn visitor_wrote(&mut self, now: Timestamp) {
        self.unanswered_since.get_or_insert(now);
    }

    /// An agent wrote, or the conversation is over: nothing is unanswered.
    pub fn answered(&mut self) -> Option<CriticalChange> {
        self.unanswered_since = None;
        std::mem::take(&mut self.marked).then_some(CriticalChange::Cleared)
    }

    /// When to look again; `None` when nothing is unanswered, the mark is set already, or the agent has no limit.
    pub fn due(&self, limit: Option<Duration>) -> Option<Timestamp> {
        if self.marked {
            return None;
        }
        Some(self.unanswered_since? + limit?)
    }

    /// Sets the mark when it is time.
    pub fn check(&mut self, now: Timestamp, limit: Option<Duration>) -> Option<CriticalChange> {
        if self.due(limit).is_some_and(|due| now >= due) {
            self.marked = true;
            Some(CriticalChange::Raised)
        } else {
            None
        }
    }
}
