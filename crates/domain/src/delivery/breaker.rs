//! The circuit breaker of a destination: when as much as possible is sent there, when one delivery to see, and when nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Failure, FailureClass, Jitter, pause};
use crate::time::Timestamp;

/// After so many transient failures in a row nothing is sent for a while.
const FAILURES: u32 = 5;
/// The first such while, and the longest.
const OPEN: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(10 * 60));
/// The same where somebody has something to mend: it is looked whether he has.
const HELD: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(60 * 60));

/// How a destination does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Transient failures in a row.
    pub failures: u32,
    /// How often in a row it was opened without a success in between.
    pub opened: u32,
    /// Nothing is sent until then, and then one delivery; none if all is well.
    pub until: Option<Timestamp>,
    /// Why it is open.
    pub because: Option<FailureClass>,
}

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// All that is due.
    All,
    /// One delivery, to see whether it is taken.
    One,
    /// Nothing before then.
    Nothing(Timestamp),
}

impl Breaker {
    /// What may be sent now.
    pub fn permit(&self, now: Timestamp) -> Permit {
        match self.until {
            None => Permit::All,
            Some(until) if now < until => Permit::Nothing(until),
            Some(_) => Permit::One,
        }
    }

    /// One delivery is on its way, to see: nobody else sends anything before `until`, by when it is back or lost.
    pub fn probes(&mut self, until: Timestamp) {
        self.until = Some(until);
    }

    /// A delivery was taken: all is well.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A delivery failed. `probe`: it was the one that was sent to see.
    pub fn failed(&mut self, failure: &Failure, probe: bool, now: Timestamp, jitter: Jitter) {
        // What had been sent before it was opened says nothing new.
        let opens = probe || self.until.is_none();
        match failure.class {
            // It was answered, and what was wrong was the delivery.
            FailureClass::Invalid => self.succeeded(),
            FailureClass::Transient => {
                self.failures = self.failures.saturating_add(1);
                if opens && (probe || self.failures >= FAILURES) {
                    self.open(failure, OPEN, now, jitter);
                }
            }
            FailureClass::Throttled if opens => self.open(failure, OPEN, now, jitter),
            FailureClass::Throttled => self.until = self.until.max(failure.wait.map(|wait| now + wait)),
            FailureClass::Auth | FailureClass::SetUp if opens => self.open(failure, HELD, now, jitter),
            FailureClass::Auth | FailureClass::SetUp => {}
        }
    }

    fn open(&mut self, failure: &Failure, (first, longest): (Duration, Duration), now: Timestamp, jitter: Jitter) {
        self.opened = self.opened.saturating_add(1);
        self.because = Some(failure.class);
        let pause = match failure.class {
            // It said when.
            FailureClass::Throttled => failure.wait.unwrap_or(first),
            _ => pause(self.opened, first, longest, jitter).max(failure.wait.unwrap_or_default()),
        };
        self.until = Some(now + pause);
    }

    /// Somebody says that it is mended: it is tried at once.
    pub fn resumed(&mut self, now: Timestamp) {
        if self.until.is_some() {
            *self = Self { until: Some(now), because: self.because, ..Self::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failed(class: FailureClass, wait: Option<u64>) -> Failure {
        Failure { class, code: "test", wait: wait.map(Duration::from_secs) }
    }

    #[test]
    fn a_few_failures_in_a_row_open_it_one_success_closes_it() {
        let (mut breaker, now) = (Breaker::default(), Timestamp(0));
        let transient = failed(FailureClass::Transient, None);
        for _ in 1..FAILURES {
            breaker.failed(&transient, false, now, Jitter::MAX);
            assert_eq!(breaker.permit(now), Permit::All);
        }
        breaker.failed(&transient, false, now, Jitter::MAX);
        let until = now + OPEN.0;
        assert_eq!(breaker.permit(now), Permit::Nothing(until));
        // Those that were on their way do not open it once more.
        let open = breaker;
        breaker.failed(&transient, false, now, Jitter::MAX);
        assert_eq!((breaker.opened, breaker.until), (open.opened, open.until));
        assert_eq!(breaker.permit(until), Permit::One);
        breaker.probes(until + Duration::from_secs(30));
        assert_eq!(breaker.permit(until), Permit::Nothing(until + Duration::from_secs(30)));
        breaker.failed(&transient, true, until, Jitter::MAX);
        assert_eq!(breaker.permit(until), Permit::Nothing(until + OPEN.0 * 2));
        breaker.succeeded();
        assert_eq!(breaker.permit(until), Permit::All);
    }

    #[test]
    fn what_somebody_must_mend_opens_it_at_once_and_whoever_mended_it_says_so() {
        for class in [FailureClass::Auth, FailureClass::SetUp] {
            let (mut breaker, now) = (Breaker::default(), Timestamp(0));
            breaker.failed(&failed(class, None), false, now, Jitter::MAX);
            assert_eq!(breaker.permit(now), Permit::Nothing(now + HELD.0));
            assert_eq!(breaker.because, Some(class));
            breaker.resumed(now);
            assert_eq!(breaker.permit(now), Permit::One);
        }
    }

    #[test]
    fn a_request_for_patience_is_granted_and_one_bad_delivery_is_nobodys_fault() {
        let (mut breaker, now) = (Breaker::default(), Timestamp(0));
        breaker.failed(&failed(FailureClass::Throttled, Some(7)), false, now, 0);
        assert_eq!(breaker.permit(now), Permit::Nothing(now + Duration::from_secs(7)));
        let mut breaker = Breaker { failures: FAILURES - 1, ..Breaker::default() };
        breaker.failed(&failed(FailureClass::Invalid, None), false, now, 0);
        assert_eq!(breaker, Breaker::default());
    }

    proptest! {
        /// Whatever happens, in whichever order: it is never closed for longer than an hour, and a success always opens the way.
        #[test]
        fn it_always_comes_back(steps in proptest::collection::vec((0usize..7, proptest::option::of(0u64..3_600), 0u64..4_000, any::<Jitter>()), 0..60)) {
            let (mut breaker, mut now) = (Breaker::default(), Timestamp(0));
            for (what, wait, later, jitter) in steps {
                now = now + Duration::from_secs(later);
                let probe = breaker.permit(now) == Permit::One;
                match what {
                    5 => breaker.succeeded(),
                    6 => breaker.resumed(now),
                    class => breaker.failed(&failed(FailureClass::ALL[class], wait), probe, now, jitter),
                }
                match breaker.permit(now) {
                    Permit::Nothing(until) => prop_assert!(until.since(now) <= HELD.1),
                    Permit::All => prop_assert!(breaker.failures < FAILURES),
                    Permit::One => {}
                }
            }
            breaker.succeeded();
            prop_assert_eq!(breaker.permit(now), Permit::All);
        }
    }
}
