//! Business hours: when it is open, by the clock of a time zone, and when it opens again.
//!
//! A day is what the zone's clock says. Where the clock jumps, a span begins at the first instant at which the clock shows its beginning or
//! later, and ends at the last at which the clock shows its end: a span that the clock leaps over is not, and one in an hour that comes
//! twice lasts until the second time. Nobody is turned away while the clock on the wall says that it is open.

use std::{collections::BTreeMap, str::FromStr};

use jiff::{
    Timestamp as Instant, ToSpan as _,
    civil::{Date, Time, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};

use crate::time::Timestamp;

/// The most spans of a week.
pub const MAX_OPENINGS: usize = 100;
/// The most holidays.
pub const MAX_HOLIDAYS: usize = 1_000;
/// How many days are looked ahead for the next opening.
const AHEAD: usize = 400;

/// A time of the day in minutes, up to 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

/// The end of a day.
const MIDNIGHT: TimeOfDay = TimeOfDay(24 * 60);

impl FromStr for TimeOfDay {
    type Err = ();

    /// Reads `09:00`; `24:00` is the end of the day.
    fn from_str(text: &str) -> Result<Self, ()> {
        let [h1, h2, b':', m1, m2] = *text.as_bytes() else { return Err(()) };
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0')).ok_or(());
        let (hours, minutes) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
        let time = Self(hours * 60 + minutes);
        if minutes < 60 && time <= MIDNIGHT { Ok(time) } else { Err(()) }
    }
}

/// A part of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl Span {
    fn read(from: &str, to: &str) -> Result<Self, &'static str> {
        let time = |text: &str| text.parse::<TimeOfDay>().map_err(|()| "write each time as 09:00, and the end of the day as 24:00");
        let span = Self { from: time(from)?, to: time(to)? };
        if span.from < span.to {
            Ok(span)
        } else {
            Err("it must end after it begins; for a night write two, one up to 24:00 and one from 00:00")
        }
    }

    /// On a day, from the first instant to before the last; none when the clock leaps over it.
    fn on(self, date: Date, zone: &TimeZone) -> Option<(Instant, Instant)> {
        let (from, to) = (first(zone, date, self.from)?, last(zone, date, self.to)?);
        (from < to).then_some((from, to))
    }
}

/// Instants at which a clock shows a time: the same two where it shows it once. Where it leaps over the time, that of the leap.
fn shown(zone: &TimeZone, date: Date, time: TimeOfDay) -> Option<(Instant, Instant)> {
    let (date, minutes) = if time == MIDNIGHT { (date.tomorrow().ok()?, 0) } else { (date, time.0) };
    let time = Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()?;
    let civil = date.to_datetime(time);
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil).ok().map(|at| (at, at)),
        AmbiguousOffset::Fold { before, after } => Some((before.to_timestamp(civil).ok()?, after.to_timestamp(civil).ok()?)),
        AmbiguousOffset::Gap { before, .. } => {
            // By the old offset the time lies at the leap or after it.
            let after = before.to_timestamp(civil).ok()?.checked_add(1.nanosecond()).ok()?;
            let leap = zone.preceding(after).next()?.timestamp();
            Some((leap, leap))
        }
    }
}

fn first(zone: &TimeZone, date: Date, time: TimeOfDay) -> Option<Instant> {
    shown(zone, date, time).map(|(first, _)| first)
}

fn last(zone: &TimeZone, date: Date, time: TimeOfDay) -> Option<Instant> {
    shown(zone, date, time).map(|(_, last)| last)
}

/// Why hours cannot be used. Positions count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursProblem {
    /// No such zone.
    #[error("no time zone has this name: write one such as Europe/Berlin")]
    Zone,
    /// Too many spans.
    #[error("there are {0} spans, at most {MAX_OPENINGS} are allowed: take some away")]
    Openings(usize),
    /// A span of a day makes no sense.
    #[error("{0:?}, span {1}: {2}")]
    Opening(Weekday, usize, &'static str),
    /// Too many holidays.
    #[error("there are {0} holidays, at most {MAX_HOLIDAYS} are allowed: take away those that are over")]
    Holidays(usize),
    /// A holiday makes no sense.
    #[error("holiday {0}: {1}")]
    Holiday(usize, &'static str),
}

/// When it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    zone: TimeZone,
    /// From Monday.
    weekly: [Vec<Span>; 7],
    holidays: BTreeMap<Date, Option<Span>>,
}

/// Whether it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// It is.
    Open,
    /// It is not.
    Closed {
        /// When it opens; none where that is more than a year away, or never.
        opens_at: Option<Timestamp>,
    },
}

impl Schedule {
    /// Reads a schedule: spans of the week as day, beginning and end; holidays as date and the span on which it is open all the same.
    pub fn read<'t>(
        zone: &str,
        weekly: impl ExactSizeIterator<Item = (Weekday, &'t str, &'t str)>,
        holidays: impl ExactSizeIterator<Item = (&'t str, Option<&'t str>, Option<&'t str>)>,
    ) -> Result<Self, HoursProblem> {
        let zone = jiff::tz::db().get(zone).map_err(|_| HoursProblem::Zone)?;
        if weekly.len() > MAX_OPENINGS {
            return Err(HoursProblem::Openings(weekly.len()));
        }
        if holidays.len() > MAX_HOLIDAYS {
            return Err(HoursProblem::Holidays(holidays.len()));
        }
        let mut schedule = Self { zone, weekly: Default::default(), holidays: BTreeMap::new() };
        for (day, from, to) in weekly {
            let spans = schedule.spans_mut(day);
            spans.push(Span::read(from, to).map_err(|why| HoursProblem::Opening(day, spans.len() + 1, why))?);
        }
        for (n, (date, from, to)) in (1..).zip(holidays) {
            let wrong = |why| HoursProblem::Holiday(n, why);
            let read = (date.len() == 10).then(|| date.parse::<Date>().ok()).flatten();
            let date = read.ok_or(wrong("write the date as 2026-12-25"))?;
            let span = match (from, to) {
                (None, None) => None,
                (Some(from), Some(to)) => Some(Span::read(from, to).map_err(wrong)?),
                _ => return Err(wrong("give both a beginning and an end, or neither for a day that is closed")),
            };
            if schedule.holidays.insert(date, span).is_some() {
                return Err(wrong("this day stands in the list already: take one of the two away"));
            }
        }
        Ok(schedule)
    }

    fn spans_mut(&mut self, day: Weekday) -> &mut Vec<Span> {
        &mut self.weekly[usize::from(day.to_monday_zero_offset().unsigned_abs())]
    }

    /// The spans of a day.
    fn spans(&self, date: Date) -> &[Span] {
        match self.holidays.get(&date) {
            Some(open) => open.as_slice(),
            None => &self.weekly[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())],
        }
    }

    /// When it is open on a day.
    fn openings(&self, date: Date) -> impl Iterator<Item = (Instant, Instant)> {
        self.spans(date).iter().filter_map(move |span| span.on(date, &self.zone))
    }

    /// The day before that of an instant, and those after it.
    fn days(&self, at: Instant) -> impl Iterator<Item = Date> {
        let today = self.zone.to_datetime(at).date();
        // A day may last longer than the clock shows it, where the clock goes back over midnight.
        today.yesterday().unwrap_or(today).series(1.day())
    }

    /// Whether it is open at an instant.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let Ok(at) = Instant::from_microsecond(at.0) else { return false };
        self.days(at).take(3).any(|date| self.openings(date).any(|(from, to)| from <= at && at < to))
    }

    /// Whether it is open at an instant, and if not, when it opens.
    pub fn openness(&self, at: Timestamp) -> Openness {
        if self.is_open(at) {
            return Openness::Open;
        }
        let Ok(at) = Instant::from_microsecond(at.0) else { return Openness::Closed { opens_at: None } };
        let next_of = |date| self.openings(date).map(|(from, _)| from).filter(|from| *from > at).min();
        let opens_at = self.days(at).take(AHEAD).find_map(next_of).map(|from| Timestamp(from.as_microsecond()));
        Openness::Closed { opens_at }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WEEK: [Weekday; 7] =
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday, Weekday::Saturday, Weekday::Sunday];

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<Instant>().unwrap().as_microsecond())
    }

    fn daily(zone: &str, from: &'static str, to: &'static str) -> Schedule {
        Schedule::read(zone, WEEK.into_iter().map(|day| (day, from, to)), std::iter::empty()).unwrap()
    }

    fn opens(schedule: &Schedule, text: &str) -> Option<String> {
        match schedule.openness(at(text)) {
            Openness::Open => Some("open".to_owned()),
            Openness::Closed { opens_at } => opens_at.map(|opens_at| Instant::from_microsecond(opens_at.0).unwrap().to_string()),
        }
    }

    fn said(expected: &str) -> Option<String> {
        Some(expected.to_owned())
    }

    #[test]
    fn a_working_week_with_holidays() {
        let week = WEEK[..5].iter().flat_map(|day| [(*day, "09:00", "12:00"), (*day, "13:00", "17:30")]).collect::<Vec<_>>();
        let holidays = [("2026-12-25", None, None), ("2026-12-24", Some("09:00"), Some("11:00"))];
        let schedule = Schedule::read("Europe/Berlin", week.into_iter(), holidays.into_iter()).unwrap();
        // Wednesday, in winter: an hour ahead of UTC.
        assert_eq!(opens(&schedule, "2026-12-23T07:59:59Z"), said("2026-12-23T08:00:00Z"));
        assert_eq!(opens(&schedule, "2026-12-23T08:00:00Z"), said("open"));
        assert_eq!(opens(&schedule, "2026-12-23T11:00:00Z"), said("2026-12-23T12:00:00Z"));
        assert_eq!(opens(&schedule, "2026-12-23T16:30:00Z"), said("2026-12-24T08:00:00Z"));
        // The afternoon before Christmas, the day itself, and the weekend after it.
        assert_eq!(opens(&schedule, "2026-12-24T10:00:00Z"), said("2026-12-28T08:00:00Z"));
        // In summer it is two hours.
        assert_eq!(opens(&schedule, "2026-07-01T06:00:00Z"), said("2026-07-01T07:00:00Z"));
    }

    #[test]
    fn what_the_clock_leaps_over_is_not_and_what_it_shows_twice_lasts() {
        // On 29 March 2026 the clock goes from 02:00 to 03:00 at 01:00 UTC; on 25 October from 03:00 back to 02:00, at 01:00 UTC too.
        let early = daily("Europe/Berlin", "02:15", "02:45");
        assert_eq!(opens(&early, "2026-03-29T00:00:00Z"), said("2026-03-30T00:15:00Z"), "02:15 to 02:45 is not on that day");
        assert_eq!(opens(&early, "2026-10-25T00:14:59Z"), said("2026-10-25T00:15:00Z"));
        assert_eq!(opens(&early, "2026-10-25T01:44:59Z"), said("open"), "it is 02:44 for the second time");
        assert_eq!(opens(&early, "2026-10-25T01:45:00Z"), said("2026-10-26T01:15:00Z"));
        let into = daily("Europe/Berlin", "01:30", "02:30");
        assert_eq!(opens(&into, "2026-03-29T00:59:59Z"), said("open"));
        assert_eq!(opens(&into, "2026-03-29T01:00:00Z"), said("2026-03-29T23:30:00Z"), "it is 03:00 at once");
        let out = daily("Europe/Berlin", "02:30", "04:00");
        assert_eq!(opens(&out, "2026-03-29T00:30:00Z"), said("2026-03-29T01:00:00Z"), "from the leap on");
    }

    #[test]
    fn whole_days_follow_each_other_without_a_gap_and_a_day_that_never_was_is_no_hindrance() {
        let always = daily("America/New_York", "00:00", "24:00");
        for text in ["2026-03-08T06:59:59Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-07-01T04:00:00Z", "2026-07-01T03:59:59Z"]
        {
            assert!(always.is_open(at(text)), "{text}");
        }
        // Samoa had no 30 December 2011. Its Thursday evening was followed by Saturday.
        let samoa = daily("Pacific/Apia", "09:00", "10:00");
        assert_eq!(opens(&samoa, "2011-12-29T20:00:00Z"), said("2011-12-30T19:00:00Z"));
        // Midnight does not exist on the day on which summer begins in Santiago.
        let midnight = daily("America/Santiago", "00:00", "01:30");
        assert_eq!(opens(&midnight, "2026-09-06T03:59:59Z"), said("2026-09-06T04:00:00Z"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let read = |zone: &str,
                    spans: &[(&'static str, &'static str)],
                    holidays: &[(&'static str, Option<&'static str>, Option<&'static str>)]| {
            let spans = spans.iter().map(|(from, to)| (Weekday::Monday, *from, *to)).collect::<Vec<_>>();
            Schedule::read(zone, spans.into_iter(), holidays.iter().copied()).err().map(|problem| problem.to_string())
        };
        insta::assert_snapshot!(read("Mars/Olympus", &[], &[]).unwrap(), @"no time zone has this name: write one such as Europe/Berlin");
        insta::assert_snapshot!(read("UTC", &[("09:00", "17:00"), ("17:00", "09:00")], &[]).unwrap(), @"Monday, span 2: it must end after it begins; for a night write two, one up to 24:00 and one from 00:00");
        for wrong in ["9:00", "09:60", "24:01", "0900", "", "٠٩:٠٠", "09:00 ", "-1:00", "+9:00"] {
            assert!(read("UTC", &[(wrong, "24:00")], &[]).is_some(), "{wrong}");
        }
        assert_eq!(read("UTC", &[("00:00", "24:00")], &[]), None);
        for wrong in ["2026-02-30", "2026-1-1", "20260101", "tomorrow", "2026-12-25T00:00"] {
            assert!(read("UTC", &[], &[(wrong, None, None)]).is_some(), "{wrong}");
        }
        insta::assert_snapshot!(read("UTC", &[], &[("2026-12-25", None, None), ("2026-12-25", None, None)]).unwrap(), @"holiday 2: this day stands in the list already: take one of the two away");
        insta::assert_snapshot!(read("UTC", &[], &[("2026-12-25", Some("09:00"), None)]).unwrap(), @"holiday 1: give both a beginning and an end, or neither for a day that is closed");
        insta::assert_snapshot!(read("UTC", &[("00:00", "24:00"); 101], &[]).unwrap(), @"there are 101 spans, at most 100 are allowed: take some away");
        let never = daily("UTC", "00:00", "24:00");
        assert!(!Schedule { weekly: Default::default(), ..never.clone() }.is_open(at("2026-01-01T00:00:00Z")));
        assert_eq!(Schedule { weekly: Default::default(), ..never }.openness(Timestamp(0)), Openness::Closed { opens_at: None });
    }

    fn spans() -> impl Strategy<Value = Vec<(Weekday, String, String)>> {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let span = (0_usize..7, 0_u16..1440, 1_u16..600)
            .prop_map(move |(day, from, long)| (WEEK[day], clock(from), clock((from + long).min(1440))));
        proptest::collection::vec(span, 0..8)
    }

    fn zone() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(vec![
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Asia/Kolkata",
            "Africa/Casablanca",
        ])
    }

    proptest! {
        #[test]
        fn it_is_closed_until_it_opens_and_open_then(zone in zone(), spans in spans(), minutes in 0_i64..(3 * 366 * 24 * 60)) {
            let weekly = spans.iter().map(|(day, from, to)| (*day, from.as_str(), to.as_str())).collect::<Vec<_>>();
            let schedule = Schedule::read(zone, weekly.into_iter(), std::iter::empty()).unwrap();
            let now = Timestamp(at("2026-01-01T00:00:00Z").0 + minutes * 60_000_000);
            match schedule.openness(now) {
                Openness::Open => prop_assert!(schedule.is_open(now)),
                Openness::Closed { opens_at: None } => {
                    prop_assert!(!schedule.is_open(now));
                    // A single span may be leapt over once, never for a year.
                    prop_assert!(spans.is_empty());
                }
                Openness::Closed { opens_at: Some(opens_at) } => {
                    prop_assert!(opens_at > now && !schedule.is_open(now) && schedule.is_open(opens_at));
                    prop_assert!(!schedule.is_open(Timestamp(opens_at.0 - 1)));
                    // Nowhere between: looked at every quarter of an hour.
                    let mut between = now;
                    while between < opens_at && between.0 - now.0 < 9 * 86_400_000_000 {
                        prop_assert!(!schedule.is_open(between), "open at {between}");
                        between = Timestamp(between.0 + 900_000_000);
                    }
                }
            }
        }

        #[test]
        fn it_is_open_whenever_the_clock_on_the_wall_says_so(zone in zone(), spans in spans(), minutes in 0_i64..(3 * 366 * 24 * 60)) {
            let weekly = spans.iter().map(|(day, from, to)| (*day, from.as_str(), to.as_str())).collect::<Vec<_>>();
            let schedule = Schedule::read(zone, weekly.into_iter(), std::iter::empty()).unwrap();
            let now = Timestamp(at("2026-01-01T00:00:00Z").0 + minutes * 60_000_000);
            let wall = schedule.zone.to_datetime(Instant::from_microsecond(now.0).unwrap());
            let shown = format!("{:02}:{:02}", wall.hour(), wall.minute());
            if spans.iter().any(|(day, from, to)| *day == wall.weekday() && *from <= shown && shown < *to) {
                prop_assert!(schedule.is_open(now));
            }
        }

        #[test]
        fn no_text_is_more_than_refused(text in any::<String>()) {
            let _ = text.parse::<TimeOfDay>();
            let _ = Schedule::read(&text, [(Weekday::Monday, text.as_str(), text.as_str())].into_iter(), [(text.as_str(), None, None)].into_iter());
        }
    }
}
