//! Limits by client address: only on failed sign-ins and on new sessions, since a bot platform sends all its visitors from one address.

use std::{collections::HashMap, num::NonZeroU32, sync::Mutex, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::DashMapStateStore,
};
use ipnet::IpNet;
use tokio::time::Instant;

use super::{ClientAddr, ClientKey};

/// How much one address may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressLimitSettings {
    /// New sessions a minute from one address; as many may come at once.
    pub sessions_per_minute: NonZeroU32,
    /// Failed sign-ins from one address in a quarter of an hour; as many may come at once.
    pub failed_sign_ins: NonZeroU32,
    /// Ranges that are not limited: bot platforms, an office, a load test.
    pub exempt: Vec<IpNet>,
    /// Addresses remembered at most, each kind; beyond, strangers share one allowance.
    pub remembered: usize,
}

impl Default for AddressLimitSettings {
    fn default() -> Self {
        const SESSIONS: NonZeroU32 = NonZeroU32::new(120).expect("not zero");
        const SIGN_INS: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
        Self { sessions_per_minute: SESSIONS, failed_sign_ins: SIGN_INS, exempt: Vec::new(), remembered: 100_000 }
    }
}

/// Too many from this address. Answered with 429 and `Retry-After` where the protocol has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests from this address: come again in {} s", .0.as_secs().max(1))]
pub struct LimitedFor(
    /// How long to wait.
    pub Duration,
);

/// Strangers who come when the memory is full.
const OVERFLOW: ClientKey = ClientKey::V4(0);

struct Bounded {
    limiter: RateLimiter<ClientKey, DashMapStateStore<ClientKey>, DefaultClock>,
    remembered: usize,
}

impl Bounded {
    fn new(quota: Quota, remembered: usize) -> Self {
        Self { limiter: RateLimiter::dashmap(quota), remembered }
    }

    fn take(&self, key: ClientKey) -> Result<(), Duration> {
        let key = if self.limiter.len() >= self.remembered {
            self.limiter.retain_recent();
            if self.limiter.len() >= self.remembered { OVERFLOW } else { key }
        } else {
            key
        };
        self.limiter.check_key(&key).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}

/// The limits by client address. Share it in an `Arc`.
pub struct AddressLimits {
    sessions: Bounded,
    failures: Bounded,
    /// Addresses that failed too often, with the end of their pause.
    paused: Mutex<HashMap<ClientKey, Instant>>,
    exempt: Vec<IpNet>,
    remembered: usize,
}

impl std::fmt::Debug for AddressLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressLimits").field("remembered", &self.remembered).finish_non_exhaustive()
    }
}

impl AddressLimits {
    /// With these settings, and nothing remembered.
    pub fn new(settings: AddressLimitSettings) -> Self {
        let AddressLimitSettings { sessions_per_minute, failed_sign_ins, exempt, remembered } = settings;
        let refill = Duration::from_secs(15 * 60) / failed_sign_ins.get();
        let failures =
            Quota::with_period(refill.max(Duration::from_nanos(1))).expect("the period is not zero").allow_burst(failed_sign_ins);
        Self {
            sessions: Bounded::new(Quota::per_minute(sessions_per_minute), remembered),
            failures: Bounded::new(failures, remembered),
            paused: Mutex::default(),
            exempt,
            remembered,
        }
    }

    fn exempts(&self, client: ClientAddr) -> bool {
        self.exempt.iter().any(|range| range.contains(&client.0))
    }

    /// Counts a new session.
    ///
    /// # Errors
    /// [`LimitedFor`] when the address has used its allowance: do not make the session.
    pub fn new_session(&self, client: ClientAddr) -> Result<(), LimitedFor> {
        if self.exempts(client) {
            return Ok(());
        }
        self.sessions.take(client.key()).map_err(LimitedFor)
    }

    /// Whether a sign-in may be tried from this address. Ask before the password is looked at.
    ///
    /// # Errors
    /// [`LimitedFor`] while the address pauses.
    pub fn may_sign_in(&self, client: ClientAddr) -> Result<(), LimitedFor> {
        if self.exempts(client) {
            return Ok(());
        }
        let mut paused = self.lock();
        let Some(until) = paused.get(&client.key()).copied() else { return Ok(()) };
        match until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            Some(left) => Err(LimitedFor(left)),
            None => {
                paused.remove(&client.key());
                Ok(())
            }
        }
    }

    /// Counts a sign-in that failed. The last one that is allowed starts the pause; one that succeeds costs nothing.
    pub fn sign_in_failed(&self, client: ClientAddr) {
        if self.exempts(client) {
            return;
        }
        let Err(wait) = self.failures.take(client.key()) else { return };
        let now = Instant::now();
        let mut paused = self.lock();
        if paused.len() >= self.remembered {
            paused.retain(|_, until| *until > now);
        }
        // When memory is full of pausing addresses, the limiter above still counts; only the pause of this one is not kept.
        if paused.len() < self.remembered {
            paused.insert(client.key(), now + wait);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ClientKey, Instant>> {
        self.paused.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(sessions: u32, failures: u32, remembered: usize) -> AddressLimits {
        AddressLimits::new(AddressLimitSettings {
            sessions_per_minute: NonZeroU32::new(sessions).unwrap(),
            failed_sign_ins: NonZeroU32::new(failures).unwrap(),
            exempt: vec!["10.0.0.0/8".parse().unwrap()],
            remembered,
        })
    }

    fn from(text: &str) -> ClientAddr {
        ClientAddr(text.parse().unwrap())
    }

    #[tokio::test]
    async fn new_sessions_of_one_address_are_limited_and_others_are_not_touched() {
        let limits = limits(2, 2, 100);
        assert!(limits.new_session(from("192.0.2.1")).is_ok());
        assert!(limits.new_session(from("192.0.2.1")).is_ok());
        let LimitedFor(wait) = limits.new_session(from("192.0.2.1")).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(60));
        assert!(limits.new_session(from("192.0.2.2")).is_ok());
    }

    #[tokio::test]
    async fn exempt_ranges_are_never_limited() {
        let limits = limits(1, 1, 100);
        for _ in 0..50 {
            limits.new_session(from("10.1.2.3")).unwrap();
            limits.sign_in_failed(from("10.1.2.3"));
            limits.may_sign_in(from("10.1.2.3")).unwrap();
        }
    }

    #[tokio::test]
    async fn an_address_pauses_after_too_many_failed_sign_ins() {
        let limits = limits(1, 3, 100);
        for _ in 0..3 {
            limits.may_sign_in(from("2001:db8::1")).unwrap();
            limits.sign_in_failed(from("2001:db8::1"));
        }
        limits.may_sign_in(from("2001:db8::1")).unwrap();
        limits.sign_in_failed(from("2001:db8::2"));
        let LimitedFor(wait) = limits.may_sign_in(from("2001:db8::3")).unwrap_err();
        assert!(wait <= Duration::from_secs(300), "{wait:?}");
        limits.may_sign_in(from("2001:db8:1::1")).unwrap();
    }

    #[tokio::test]
    async fn memory_is_bounded_and_strangers_share_when_it_is_full() {
        let limits = limits(1, 1, 10);
        for n in 0..10 {
            limits.new_session(from(&format!("192.0.2.{n}"))).unwrap();
        }
        limits.new_session(from("198.51.100.1")).unwrap();
        assert!(limits.new_session(from("198.51.100.2")).is_err(), "the shared allowance is used up");
        assert!(limits.sessions.limiter.len() <= 11);
        for n in 0..40 {
            let client = from(&format!("203.0.113.{n}"));
            limits.sign_in_failed(client);
            limits.sign_in_failed(client);
        }
        assert!(limits.lock().len() <= 10);
    }
}
