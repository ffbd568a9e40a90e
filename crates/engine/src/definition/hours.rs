//! Business hours and holidays: when a button is open.

use domain::hours::{HoursProblem, Schedule};
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// Business hours, by the clock of one time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// For people.
    pub name: String,
    /// IANA name, such as `Europe/Berlin`. The zone's changes of the clock are followed.
    pub time_zone: String,
    /// When it is open in each week, at most 100 spans; a day may have several. Closed outside.
    #[serde(default)]
    pub weekly: Vec<Opening>,
    /// Days that are unlike the others, at most 1,000; one entry a day.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// A span of a day on which it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Which day of the week.
    pub day: Day,
    /// From this time of the day on, as `09:00`.
    pub from: String,
    /// Up to this time, which is after `from`, as `17:00`; `24:00` for the end of the day.
    pub to: String,
}

/// A day that is unlike the others of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// Which day, as `2026-12-25`.
    pub date: String,
    /// What it is called.
    pub name: String,
    /// Open from this time of the day; null for closed all day. Comes with `to`.
    #[serde(default)]
    pub from: Option<String>,
    /// Open up to this time.
    #[serde(default)]
    pub to: Option<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// The first.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The seventh.
    Sunday,
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

impl Hours {
    /// As the domain decides by it.
    pub fn schedule(&self) -> Result<Schedule, HoursProblem> {
        let weekly = self.weekly.iter().map(|span| (span.day.weekday(), span.from.as_str(), span.to.as_str()));
        let holidays = self.holidays.iter().map(|day| (day.date.as_str(), day.from.as_deref(), day.to.as_deref()));
        Schedule::read(&self.time_zone, weekly, holidays)
    }
}
