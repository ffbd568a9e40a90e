//! Deliveries to somebody else's server: what an answer means, when it is tried again, and when a destination is left alone.
//!
//! Every failure is of one of five classes, and the class says what follows: for the delivery ([`after_failure`]) and for the destination as a
//! whole ([`Breaker`]). Nothing is ever thrown away by these rules: what is not tried any more is a dead letter, which a person can read, repair
//! and send again.

mod breaker;
mod chat_event;
mod judge;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::{
    breaker::{Breaker, Permit},
    chat_event::{ChatEvent, ChatEventKind, Course},
    judge::{Failure, Reply, Transport, judge, retry_after},
};
use crate::time::Timestamp;

/// Why a delivery failed, as far as it matters for what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// It may work in a while: nobody answered, or the other side failed.
    Transient,
    /// The other side asks for patience.
    Throttled,
    /// The other side does not take our word for who we are.
    Auth,
    /// The destination is not set up as it must be: a wrong address, a bad certificate, no secret.
    SetUp,
    /// The other side does not want this one, and will not want it later.
    Invalid,
}

impl FailureClass {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Transient, Self::Throttled, Self::Auth, Self::SetUp, Self::Invalid];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Throttled => "throttled",
            Self::Auth => "auth",
            Self::SetUp => "set_up",
            Self::Invalid => "invalid",
        }
    }

    /// From its name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// It is the destination that must be mended, not the delivery: others would fail likewise.
    pub fn holds_destination(self) -> bool {
        matches!(self, Self::Auth | Self::SetUp)
    }
}

/// The first pause after a transient failure.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 60);
/// What failed so often …
const TRIES: u32 = 10;
/// … and for so long is a dead letter. Both must hold: a destination that is down for a night is not tried often, and loses nothing.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// A number that nobody can guess, so that not all come back at once: 0 is the shortest pause, the largest the longest.
pub type Jitter = u16;

/// What follows a failed attempt, for the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is tried again then, or later where the destination as a whole is left alone.
    Again(Timestamp),
    /// It is a dead letter.
    Dead,
}

/// The pause after so many failures in a row, one at least: twice as long each time, between a half and the whole of it.
pub fn pause(failures: u32, first: Duration, longest: Duration, jitter: Jitter) -> Duration {
    let whole = first.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(longest);
    let half = whole / 2;
    half + half.mul_f64(f64::from(jitter) / f64::from(Jitter::MAX))
}

/// What follows a failed attempt. `failures` are the transient ones so far, with this one; `since` is when the first attempt was.
pub fn after_failure(failure: &Failure, failures: u32, since: Timestamp, now: Timestamp, jitter: Jitter) -> Next {
    match failure.class {
        FailureClass::Invalid => Next::Dead,
        FailureClass::Transient if failures >= TRIES && now.since(since) >= PATIENCE => Next::Dead,
        FailureClass::Transient => {
            let pause = pause(failures.max(1), FIRST_PAUSE, LONGEST_PAUSE, jitter);
            Next::Again(now + failure.wait.map_or(pause, |wait| wait.max(pause)))
        }
        FailureClass::Throttled => Next::Again(now + failure.wait.unwrap_or_default()),
        // The destination is held: when it is tried again, this one is.
        FailureClass::Auth | FailureClass::SetUp => Next::Again(now),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failed(class: FailureClass, wait: Option<Duration>) -> Failure {
        Failure { class, code: "test", wait }
    }

    #[test]
    fn classes_have_stable_names() {
        for class in FailureClass::ALL {
            assert_eq!(FailureClass::from_stored(class.as_str()), Some(class));
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
        }
        assert_eq!(FailureClass::from_stored("setup"), None);
    }

    #[test]
    fn a_night_without_an_answer_makes_no_dead_letter() {
        let failure = failed(FailureClass::Transient, None);
        let start = Timestamp(0);
        let (mut now, mut failures) = (start, 0);
        let dead = loop {
            failures += 1;
            match after_failure(&failure, failures, start, now, Jitter::MAX) {
                Next::Again(at) => now = at,
                Next::Dead => break now,
            }
        };
        assert!(dead.since(start) >= PATIENCE && dead.since(start) < PATIENCE + LONGEST_PAUSE * 2);
        assert!((TRIES..100).contains(&failures), "{failures}");
    }

    proptest! {
        #[test]
        fn a_pause_grows_and_stays_between_half_and_the_whole(failures in 1u32..1_000, jitter: Jitter) {
            let this = pause(failures, FIRST_PAUSE, LONGEST_PAUSE, jitter);
            let whole = pause(failures, FIRST_PAUSE, LONGEST_PAUSE, Jitter::MAX);
            prop_assert!(this >= whole / 2 && this <= whole && whole <= LONGEST_PAUSE);
            prop_assert!(pause(failures + 1, FIRST_PAUSE, LONGEST_PAUSE, jitter) >= this);
        }

        #[test]
        fn what_a_person_can_mend_is_never_given_up_and_nothing_comes_back_in_the_past(
            class in proptest::sample::select(FailureClass::ALL.to_vec()),
            wait in proptest::option::of(0u64..100_000),
            failures in 0u32..100, since in 0i64..1_000_000_000_000, more in 0i64..1_000_000_000_000, jitter: Jitter,
        ) {
            let now = Timestamp(since + more);
            match after_failure(&failed(class, wait.map(Duration::from_secs)), failures, Timestamp(since), now, jitter) {
                Next::Again(at) => prop_assert!(at >= now && class != FailureClass::Invalid),
                Next::Dead => prop_assert!(matches!(class, FailureClass::Invalid | FailureClass::Transient)),
            }
        }
    }
}
