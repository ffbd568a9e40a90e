//! The real clock, ids and randomness: the one place where they are made. Everything else is given them.

use domain::{
    ids::{IdSource, Randomness},
    time::{Clock, Timestamp},
};
use uuid::Uuid;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the real clock is made here")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
}

/// Version 7 UUIDs by the machine's clock and randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreshIds;

impl IdSource for FreshIds {
    #[expect(clippy::disallowed_methods, reason = "real ids are made here")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// The operating system's randomness, through a generator that it seeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    #[expect(clippy::disallowed_methods, reason = "real randomness is drawn here")]
    fn fill(&self, buffer: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_random_bytes_differ_each_time() {
        assert_ne!(FreshIds.next(), FreshIds.next());
        let (mut first, mut second) = ([0; 32], [0; 32]);
        SystemRandomness.fill(&mut first);
        SystemRandomness.fill(&mut second);
        assert_ne!(first, second);
        assert!(SystemClock.now() > Timestamp(0));
    }
}
