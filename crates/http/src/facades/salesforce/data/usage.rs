//! How many requests a workspace has made in the last 24 hours (salesforce.md 1.13, 1.16).
//!
//! Counted in memory, by the hour: the number anew begins with the process, and each of several servers counts its own. It protects a server
//! against a client that has gone wild and tells well-behaved ones how they do; it is nobody's bill, and not worth a write for every request.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{ids::WorkspaceId, time::Timestamp};
use salesforce::headers::LimitInfo;

const HOURS: usize = 24;
const HOUR_MICROS: i64 = 3_600_000_000;

/// The counters of this server.
#[derive(Debug)]
pub struct Usage {
    max: u64,
    counted: Mutex<HashMap<WorkspaceId, Day>>,
}

/// A workspace's last hours, as a ring.
#[derive(Debug, Default)]
struct Day {
    hour: i64,
    hours: [u64; HOURS],
}

impl Day {
    /// Forgets the hours that are over.
    fn turn(&mut self, hour: i64) {
        let gone = hour.saturating_sub(self.hour);
        // A clock that went back counts on in the latest hour.
        if gone <= 0 {
            return;
        }
        for step in 1..=gone.min(HOURS as i64) {
            self.hours[place(self.hour.saturating_add(step))] = 0;
        }
        self.hour = hour;
    }
}

fn place(hour: i64) -> usize {
    usize::try_from(hour.rem_euclid(HOURS as i64)).unwrap_or_default()
}

impl Usage {
    /// With this many requests for each workspace in 24 hours.
    pub fn new(max: u64) -> Self {
        Self { max, counted: Mutex::default() }
    }

    /// Counts so many requests; tells how many there are with them, and whether that is within the limit. What is beyond is not counted, or a
    /// client that keeps trying would never come in again.
    pub(super) fn count(&self, workspace: WorkspaceId, now: Timestamp, requests: u64) -> (LimitInfo, bool) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let day = counted.entry(workspace).or_default();
        day.turn(now.0.div_euclid(HOUR_MICROS));
        let used: u64 = day.hours.iter().sum();
        let within = used + requests <= self.max;
        if within {
            day.hours[place(day.hour)] += requests;
        }
        (LimitInfo { used: if within { used + requests } else { used }, max: self.max }, within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp(1_800_000_000_000_000 + hours * HOUR_MICROS)
    }

    #[test]
    fn a_days_requests_are_counted_and_forgotten_hour_by_hour() {
        let usage = Usage::new(5);
        let workspace = WorkspaceId(uuid::Uuid::nil());
        let count = |hours, requests| {
            let (info, within) = usage.count(workspace, at(hours), requests);
            (info.used, within)
        };
        assert_eq!(count(0, 2), (2, true));
        assert_eq!(count(1, 3), (5, true));
        assert_eq!(count(1, 1), (5, false));
        assert_eq!(count(23, 1), (5, false));
        assert_eq!(count(24, 1), (4, true), "the first hour is over");
        assert_eq!(count(20, 1), (5, true), "a clock that goes back frees nothing");
        assert_eq!(count(100, 5), (5, true));
        let other = usage.count(WorkspaceId(uuid::Uuid::max()), at(100), 1);
        assert_eq!((other.0.used, other.1), (1, true), "each workspace has its own");
    }
}
