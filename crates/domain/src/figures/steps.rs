//! A time cut into hours, days or weeks, by the clock of a zone.
//!
//! A day has 23 or 25 hours where the clock is changed in it, and an hour is shorter or longer where it is changed by less than an hour. Weeks
//! begin on Monday.

use std::time::Duration;

use jiff::{ToSpan as _, Zoned, civil::Date, tz::TimeZone};

use crate::time::Timestamp;

/// The most steps of one cut.
pub const MOST_STEPS: usize = 1_000;

const HOUR: i64 = 60 * 60;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// An hour of the zone's clock.
    Hour,
    /// A day of the zone's calendar.
    Day,
    /// A week from Monday.
    Week,
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    jiff::Timestamp::from_microsecond(at.0).ok().map(|at| at.to_zoned(zone.clone()))
}

/// The first instant of a date; where the clock leaps over midnight, the first after it.
fn begins(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned(zone.clone()).ok().map(|midnight| Timestamp(midnight.timestamp().as_microsecond()))
}

/// The beginning of the day in which an instant lies. Far outside the calendar it is the instant itself.
pub fn midnight_of(at: Timestamp, zone: &TimeZone) -> Timestamp {
    zoned(at, zone).and_then(|at| begins(at.date(), zone)).filter(|midnight| *midnight <= at).unwrap_or(at)
}

/// The beginning of the day after the one in which an instant lies: always later than the instant.
pub fn midnight_after(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let tomorrow = || begins(zoned(at, zone)?.date().tomorrow().ok()?, zone);
    tomorrow().filter(|midnight| *midnight > at).unwrap_or(at + DAY)
}

fn next(at: Timestamp, step: Step, zone: &TimeZone) -> Timestamp {
    let following = || {
        let now = zoned(at, zone)?;
        match step {
            Step::Hour => {
                let of_clock = now.timestamp().as_second() + i64::from(now.offset().seconds());
                Some(Timestamp((now.timestamp().as_second() + HOUR - of_clock.rem_euclid(HOUR)).saturating_mul(1_000_000)))
            }
            Step::Day => Some(midnight_after(at, zone)),
            Step::Week => {
                let days = 7 - i32::from(now.weekday().to_monday_zero_offset());
                begins(now.date().checked_add(days.days()).ok()?, zone)
            }
        }
    };
    following().filter(|next| *next > at).unwrap_or(at + DAY * 7)
}

/// Where the steps between two instants begin: the first at `from`, wherever in a step that is. None if there are more than [`MOST_STEPS`].
pub fn steps(from: Timestamp, until: Timestamp, step: Step, zone: &TimeZone) -> Option<Vec<Timestamp>> {
    let mut all = Vec::new();
    let mut at = from;
    while at < until {
        if all.len() == MOST_STEPS {
            return None;
        }
        all.push(at);
        at = next(at, step, zone);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn cut(zone: &str, from: &str, until: &str, step: Step) -> Vec<String> {
        let zone = crate::transcript::zone(zone).unwrap();
        let all = steps(at(from), at(until), step, &zone).unwrap();
        all.into_iter().map(|at| zoned(at, &zone).unwrap().strftime("%a %d %H:%M%:z").to_string()).collect()
    }

    #[test]
    fn a_day_is_as_long_as_the_clock_says() {
        let berlin = cut("Europe/Berlin", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z", Step::Day);
        assert_eq!(berlin, ["Sat 28 00:00+01:00", "Sun 29 00:00+01:00", "Mon 30 00:00+02:00"]);
        let day = |from, until| steps(at(from), at(until), Step::Hour, &crate::transcript::zone("Europe/Berlin").unwrap()).unwrap().len();
        assert_eq!(day("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 23);
        assert_eq!(day("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 25);
        // The clock leaps over midnight.
        let cairo = cut("Africa/Cairo", "2026-04-22T22:00:00Z", "2026-04-24T21:00:00Z", Step::Day);
        assert_eq!(cairo, ["Thu 23 00:00+02:00", "Fri 24 01:00+03:00"]);
    }

    #[test]
    fn hours_are_those_of_zones_with_half_hours_too() {
        let delhi = cut("Asia/Kolkata", "2026-06-01T10:00:00Z", "2026-06-01T12:00:00Z", Step::Hour);
        assert_eq!(delhi, ["Mon 01 15:30+05:30", "Mon 01 16:00+05:30", "Mon 01 17:00+05:30"]);
        // Half an hour is left out, and comes twice.
        let leap = cut("Australia/Lord_Howe", "2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z", Step::Hour);
        assert_eq!(leap, ["Sun 04 01:00+10:30", "Sun 04 02:30+11:00", "Sun 04 03:00+11:00"]);
        let fold = cut("Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z", Step::Hour);
        assert_eq!(fold, ["Sun 05 01:00+11:00", "Sun 05 01:30+10:30", "Sun 05 02:00+10:30"]);
    }

    #[test]
    fn weeks_begin_on_monday_and_the_first_step_where_it_is_asked_for() {
        let weeks = cut("Europe/Berlin", "2026-10-22T10:00:00Z", "2026-11-03T00:00:00Z", Step::Week);
        assert_eq!(weeks, ["Thu 22 12:00+02:00", "Mon 26 00:00+01:00", "Mon 02 00:00+01:00"]);
        assert!(cut("UTC", "2026-10-22T10:00:00Z", "2026-10-22T10:00:00Z", Step::Hour).is_empty());
    }

    #[test]
    fn a_cut_ends_whatever_is_asked() {
        let zone = crate::transcript::zone("America/St_Johns").unwrap();
        for (from, until) in [(i64::MIN, i64::MAX), (i64::MAX - 10, i64::MAX), (i64::MIN, i64::MIN + 10), (-377_705_023_201_000_000, 0)] {
            for step in [Step::Hour, Step::Day, Step::Week] {
                let cut = steps(Timestamp(from), Timestamp(until), step, &zone);
                assert!(cut.is_none_or(|cut| cut.is_sorted() && cut.len() <= 1));
            }
        }
        let far = at("9999-12-30T00:00:00Z");
        assert!(steps(far, Timestamp(i64::MAX), Step::Hour, &zone).is_none());
        assert!(midnight_after(Timestamp(i64::MAX - 1), &zone) > Timestamp(i64::MAX - 1));
    }
}
