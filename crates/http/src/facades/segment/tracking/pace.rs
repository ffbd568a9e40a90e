//! How many requests the sources of a workspace may make in a second (12.4).

use std::{fmt, num::NonZeroU32, time::Duration};

use domain::ids::WorkspaceId;
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};

/// The pace of each workspace. Counted in memory, by each of several servers for itself. Share it in an `Arc`.
pub struct Pace(Option<RateLimiter<WorkspaceId, DashMapStateStore<WorkspaceId>, DefaultClock>>);

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("limited", &self.0.is_some()).finish()
    }
}

/// Too many: come again then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooFast(pub(super) Duration);

impl Pace {
    /// So many requests a second; 0: as many as come.
    pub fn new(per_second: u32) -> Self {
        Self(NonZeroU32::new(per_second).map(|rate| RateLimiter::dashmap(Quota::per_second(rate))))
    }

    pub(super) fn take(&self, workspace: WorkspaceId) -> Result<(), TooFast> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&workspace).map_err(|until| TooFast(until.wait_time_from(DefaultClock::default().now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workspace_has_its_own_pace() {
        let (one, other) = (WorkspaceId(uuid::Uuid::from_u128(1)), WorkspaceId(uuid::Uuid::from_u128(2)));
        let pace = Pace::new(1);
        assert_eq!(pace.take(one), Ok(()));
        let TooFast(wait) = pace.take(one).unwrap_err();
        assert!(wait <= Duration::from_secs(1));
        assert_eq!(pace.take(other), Ok(()));
        let unlimited = Pace::new(0);
        assert!((0..10_000).all(|_| unlimited.take(one).is_ok()));
    }
}
