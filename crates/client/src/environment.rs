//! Time and chance, as the client sees them. An app never needs this; a test puts its own in.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Waits and draws random numbers. [`System`] is the real one.
pub trait Environment: Send + Sync + 'static {
    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
    /// Time since a fixed moment in the past, monotonic.
    fn elapsed(&self) -> Duration;
    /// 64 random bits: for the jitter of delays and for idempotency keys.
    fn random(&self) -> u64;
}

/// The tokio clock and the operating system's randomness.
#[derive(Debug)]
pub struct System {
    start: tokio::time::Instant,
}

impl System {
    /// Starts counting now.
    #[must_use]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

impl Environment for System {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where this crate makes its randomness; everything else takes an Environment"
    )]
    fn random(&self) -> u64 {
        rand::random()
    }
}

/// How long to wait after the n-th failure in a row: a random part of `first * 2^(n-1)`, never more than `most`.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The longest wait after one failure.
    pub first: Duration,
    /// The longest wait at all.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), most: Duration::from_secs(30) }
    }
}

impl Backoff {
    /// The wait before the next try after `failures` in a row, in `[half, all]` of the doubled time: all clients that lost
    /// the same server do not come back at the same moment, and none comes back at once.
    pub(crate) fn delay(&self, failures: u32, environment: &Arc<dyn Environment>) -> Duration {
        if failures == 0 {
            return Duration::ZERO;
        }
        let doubled = self.first.saturating_mul(1_u32.checked_shl(failures - 1).unwrap_or(u32::MAX)).min(self.most);
        let share = (environment.random() >> 11) as f64 / (1_u64 << 53) as f64;
        doubled.mul_f64(0.5 + share / 2.0)
    }
}

/// A random version 4 UUID as text.
pub(crate) fn fresh_key(environment: &Arc<dyn Environment>) -> String {
    let mut bytes = [0_u8; 16];
    bytes[..8].copy_from_slice(&environment.random().to_be_bytes());
    bytes[8..].copy_from_slice(&environment.random().to_be_bytes());
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_stay_within_their_bounds_and_never_overflow() {
        let environment: Arc<dyn Environment> = Arc::new(System::new());
        let backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(5) };
        assert_eq!(backoff.delay(0, &environment), Duration::ZERO);
        let together: std::collections::HashSet<Duration> = (0..20).map(|_| backoff.delay(5, &environment)).collect();
        assert!(together.len() > 10, "those who lost the same server do not come back together: {together:?}");
        for failures in 1..200 {
            let longest = Duration::from_millis(100 << (failures - 1).min(10)).min(Duration::from_secs(5));
            for _ in 0..20 {
                let delay = backoff.delay(failures, &environment);
                assert!(delay <= longest && delay >= longest / 2, "{failures}: {delay:?}");
            }
        }
    }
}
