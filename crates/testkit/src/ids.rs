//! Ids and randomness that are the same in every run.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use domain::ids::{IdSource, Randomness};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

/// Milliseconds of the instant at which [`crate::TestClock`] stands at first.
const MORNING: u64 = 1_772_442_000_000;

/// Version 7 UUIDs that count: each is greater than the one before, and two sources with one start give the same.
#[derive(Debug)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    /// The first id is number `first`. Two servers in one test start far apart.
    pub fn starting_at(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

impl Default for CountingIds {
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl IdSource for CountingIds {
    fn next(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let mut rest = [0; 10];
        rest[2..].copy_from_slice(&number.to_be_bytes());
        // The counter is in the timestamp too, so that order does not hang on the variant bits inside `rest`.
        Builder::from_unix_timestamp_millis(MORNING + number, &rest).into_uuid()
    }
}

/// Bytes that look random and are the same for the same seed.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<StdRng>);

impl SeededRandomness {
    /// The bytes of this seed, from the first.
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_7_and_ascend_and_repeat() {
        let (one, other) = (CountingIds::default(), CountingIds::default());
        let ids: Vec<Uuid> = (0..10_000).map(|_| one.next()).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids[0], other.next());
        assert_ne!(ids[0], CountingIds::starting_at(2).next());
    }

    #[test]
    fn randomness_repeats_with_its_seed_only() {
        let bytes = |seed| {
            let mut buffer = [0; 64];
            SeededRandomness::from_seed(seed).fill(&mut buffer);
            buffer
        };
        assert_eq!(bytes(7), bytes(7));
        assert_ne!(bytes(7), bytes(8));
    }
}
