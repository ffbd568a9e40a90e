//! Whether an agent is there: what he says (his presence) and whether we still hear from him (his lease).
//!
//! Presence is one authority: the lease that a live session of the agent renews (`field.md` 3, row 23). What a change of presence does to
//! conversations is [`crate::routing`]'s.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How long an agent counts as there after the last sign of life. The issue sets it: 30 s.
pub const LEASE: Duration = Duration::from_secs(30);

/// What an agent says about himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Takes offers.
    Online,
    /// Keeps the conversations that he has, takes no offers.
    Away,
    /// Not signed in, or not heard from for longer than the lease.
    Offline,
}

/// Why a presence changed; kept in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceReason {
    /// The agent set it.
    Chosen,
    /// The agent signed in.
    SignedIn,
    /// The agent signed out.
    SignedOut,
    /// He declined an offer, and declining puts him away.
    Declined,
    /// He let an offer time out, and that puts him away.
    TimedOut,
    /// His lease lapsed.
    LeaseLapsed,
    /// A supervisor set it.
    Supervisor,
    /// An administrator disabled or removed the agent.
    Removed,
}

/// How an offer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The agent said no.
    Declined,
    /// The push time-out passed.
    TimedOut,
}

/// Which refusals put an agent away (`liveagent.md` 7.6: auto-away on decline, auto-away on push time-out).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoAway {
    /// A declined offer puts the agent away.
    pub on_decline: bool,
    /// An offer that timed out puts the agent away.
    pub on_timeout: bool,
}

impl AutoAway {
    /// The presence that follows a refusal, with its reason; `None` when nothing changes. An agent who is not online stays as he is.
    pub fn after(self, refusal: Refusal, presence: Presence) -> Option<(Presence, PresenceReason)> {
        if presence != Presence::Online {
            return None;
        }
        match refusal {
            Refusal::Declined if self.on_decline => Some((Presence::Away, PresenceReason::Declined)),
            Refusal::TimedOut if self.on_timeout => Some((Presence::Away, PresenceReason::TimedOut)),
            Refusal::Declined | Refusal::TimedOut => None,
        }
    }
}

/// Until when a sign of life at `now` keeps an agent there.
pub fn lease_until(now: Timestamp) -> Timestamp {
    now + LEASE
}

/// Whether a lease is over: at its very instant it is.
pub fn lapsed(lease_until: Timestamp, now: Timestamp) -> bool {
    now >= lease_until
}

/// The presence that counts: what the agent says while his lease lasts, offline after.
pub fn effective(presence: Presence, lease_until: Timestamp, now: Timestamp) -> Presence {
    if lapsed(lease_until, now) { Presence::Offline } else { presence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_lasts_thirty_seconds_and_not_one_microsecond_more() {
        let start = Timestamp(1_000);
        let until = lease_until(start);
        assert!(!lapsed(until, start + Duration::from_micros(29_999_999)));
        assert!(lapsed(until, start + Duration::from_secs(30)));
        assert_eq!(effective(Presence::Away, until, start), Presence::Away);
        assert_eq!(effective(Presence::Online, until, until), Presence::Offline);
    }

    #[test]
    fn refusals_put_away_only_whom_the_settings_name() {
        let both = AutoAway { on_decline: true, on_timeout: true };
        assert_eq!(both.after(Refusal::Declined, Presence::Online), Some((Presence::Away, PresenceReason::Declined)));
        assert_eq!(both.after(Refusal::TimedOut, Presence::Online), Some((Presence::Away, PresenceReason::TimedOut)));
        assert_eq!(both.after(Refusal::TimedOut, Presence::Offline), None);
        let decline = AutoAway { on_decline: true, on_timeout: false };
        assert_eq!(decline.after(Refusal::TimedOut, Presence::Online), None);
        assert_eq!(AutoAway::default().after(Refusal::Declined, Presence::Online), None);
    }
}
