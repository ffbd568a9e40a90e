//! How long visitors wait before an agent accepts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
