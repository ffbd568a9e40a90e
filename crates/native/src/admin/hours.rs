//! Business hours and holidays: when a button is open.

use domain::ids::HoursId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When the buttons that name it are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    /// Which.
    pub id: HoursId,
    /// All that can be set.
    pub settings: HoursSettings,
}

/// Business hours, by the clock of one time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursSettings {
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Which day of the week.
    pub day: Day,
    /// From this time of the day on, as `09:00`.
    pub from: String,
    /// Up to this time, which is after `from`, as `17:00`; `24:00` for the end of the day.
    pub to: String,
}

/// A day that is unlike the others of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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
