//! Numbers added up by time and by whose they are.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    Numbers, Subject,
    steps::{midnight_after, midnight_of},
};
use crate::time::Timestamp;

/// Every zone's hours and days begin at a quarter of an hour.
const QUARTER: i64 = 15 * 60 * 1_000_000;

/// How finely numbers are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// By quarters of an hour, from which hours and days of every zone can be made.
    Quarter,
    /// By days of the zone that the workspace had then: a year of them is quick to read.
    Day,
}

/// The beginning of the quarter of an hour in which an instant lies.
pub fn slot_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(QUARTER).saturating_mul(QUARTER))
}

/// The end of the quarter of an hour before an instant: the instant itself, if a quarter begins there.
pub fn slot_after(at: Timestamp) -> Timestamp {
    let slot = slot_of(at);
    if slot == at { at } else { Timestamp(slot.0.saturating_add(QUARTER)) }
}

/// Sums by grain, beginning of the time, and subject; in that order.
#[derive(Debug)]
pub struct Ledger<'z> {
    zone: &'z TimeZone,
    /// The day of what was booked last: entries of the journal lie close together.
    day: (Timestamp, Timestamp),
    sums: BTreeMap<(Grain, Timestamp, Subject), Numbers>,
}

impl<'z> Ledger<'z> {
    /// An empty one, whose days are those of a zone.
    pub fn new(zone: &'z TimeZone) -> Self {
        Self { zone, day: (Timestamp(0), Timestamp(0)), sums: BTreeMap::new() }
    }

    /// Adds numbers at an instant.
    pub fn book(&mut self, at: Timestamp, subject: Subject, numbers: Numbers) {
        if at < self.day.0 || at >= self.day.1 {
            self.day = (midnight_of(at, self.zone), midnight_after(at, self.zone));
        }
        for (grain, begins) in [(Grain::Quarter, slot_of(at)), (Grain::Day, self.day.0)] {
            self.sums.entry((grain, begins, subject)).or_default().add(&numbers);
        }
    }

    /// The sums.
    pub fn sums(self) -> BTreeMap<(Grain, Timestamp, Subject), Numbers> {
        self.sums
    }
}
