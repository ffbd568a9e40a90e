//! A clock that stands until a test turns it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use domain::time::{Clock, Timestamp};

/// 2026-03-02T09:00:00Z, a Monday morning.
const MORNING: Timestamp = Timestamp(1_772_442_000_000_000);

/// Stands until it is turned. Shared as `Arc<TestClock>`; turning it is seen at once by all who hold it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at this instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(AtomicI64::new(instant.0))
    }

    /// Turns it forward and returns what it then shows.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let by = i64::try_from(by.as_micros()).expect("a test advances the clock by less than 292,000 years");
        Timestamp(self.0.fetch_add(by, Ordering::SeqCst) + by)
    }

    /// Sets it, forward or back.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.0, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    /// Stands at 2026-03-02T09:00:00Z, a Monday morning.
    fn default() -> Self {
        Self::at(MORNING)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_until_it_is_turned() {
        let clock = TestClock::default();
        assert_eq!(clock.now().to_string(), "2026-03-02T09:00:00.000000Z");
        assert_eq!(clock.now(), MORNING);
        assert_eq!(clock.advance(Duration::from_secs(90)), clock.now());
        assert_eq!(clock.now().since(MORNING), Duration::from_secs(90));
        clock.set(MORNING);
        assert_eq!(clock.now(), MORNING);
    }
}
