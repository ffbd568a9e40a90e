//! Dates, times of day and instants, as values of fields are written (1.1).
//!
//! Years outside 1700 to 4000 are not taken (2.2). How finely an instant is kept is for others to say; it is written in milliseconds.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The first and the last year.
const YEARS: std::ops::RangeInclusive<i16> = 1700..=4000;
/// How far a zone can be from UTC, in minutes.
const FARTHEST: i32 = 14 * 60;

/// A text that is no date, no time or no instant, or one out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// `2026-11-21`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub civil::Date);

/// `14:30:00.000Z`: a time of any day, in no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub civil::Time);

/// `2026-11-21T02:40:00.000+0000`: always in UTC, without a colon. Parts of milliseconds are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(pub Timestamp);

impl Date {
    /// Ten characters.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        is_shaped(text, "0000-00-00").ok_or(Unreadable)?;
        let date: civil::Date = text.parse().map_err(|_| Unreadable)?;
        YEARS.contains(&date.year()).then_some(Self(date)).ok_or(Unreadable)
    }
}

impl Time {
    /// With `Z` behind it; the fraction may be missing.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        clock(text.strip_suffix('Z').ok_or(Unreadable)?).map(Self)
    }
}

impl DateTime {
    /// With `Z`, `+01:00` or `+0100` behind it; the fraction may be missing. A date alone is its midnight in UTC.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let Some((date, rest)) = text.split_once('T') else {
            let midnight = Date::parse(text)?.0.to_datetime(civil::Time::midnight());
            return at(midnight, Offset::UTC);
        };
        let Date(date) = Date::parse(date)?;
        let zone = rest.find(['Z', '+', '-']).ok_or(Unreadable)?;
        let (time, zone) = rest.split_at(zone);
        at(date.to_datetime(clock(time)?), offset(zone)?)
    }
}

fn at(local: civil::DateTime, offset: Offset) -> Result<DateTime, Unreadable> {
    offset.to_timestamp(local).map(DateTime).map_err(|_| Unreadable)
}

/// `14:30:00`, `14:30:00.5`
fn clock(text: &str) -> Result<civil::Time, Unreadable> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_shaped(whole, "00:00:00").ok_or(Unreadable)?;
    let digits = matches!(fraction.len(), 1..=9) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(Unreadable);
    }
    text.parse().map_err(|_| Unreadable)
}

/// `Z`, `+01:00`, `-0330`
fn offset(text: &str) -> Result<Offset, Unreadable> {
    if text == "Z" {
        return Ok(Offset::UTC);
    }
    let digits = &text[1..];
    let minutes = match digits.len() {
        4 => is_shaped(digits, "0000").and_then(|()| digits.get(2..)),
        _ => is_shaped(digits, "00:00").and_then(|()| digits.get(3..)),
    };
    let number = |digits: &str| digits.parse::<i32>().map_err(|_| Unreadable);
    let (hours, minutes) = (number(digits.get(..2).ok_or(Unreadable)?)?, number(minutes.ok_or(Unreadable)?)?);
    let total = hours * 60 + minutes;
    if minutes > 59 || total > FARTHEST {
        return Err(Unreadable);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    Offset::from_seconds(sign * total * 60).map_err(|_| Unreadable)
}

/// Whether there is a digit wherever the shape has a nought, and otherwise what the shape has.
fn is_shaped(text: &str, shape: &str) -> Option<()> {
    let fits = |(byte, shape): (u8, u8)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    (text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)).then_some(())
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0;
        write!(f, "{:02}:{:02}:{:02}.{:03}Z", time.hour(), time.minute(), time.second(), time.millisecond())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Offset::UTC.to_datetime(self.0);
        let time = at.time();
        let (hour, minute, second, millisecond) = (time.hour(), time.minute(), time.second(), time.millisecond());
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}+0000", Date(at.date()))
    }
}

macro_rules! is_text {
    ($($name:ident)*) => { $(
        impl FromStr for $name {
            type Err = Unreadable;

            fn from_str(text: &str) -> Result<Self, Unreadable> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )* };
}

is_text! { Date Time DateTime }

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date or time as Salesforce writes it")
    }
}

impl std::error::Error for Unreadable {}
