//! Stretches of time that are named from today: TODAY, LAST_N_WEEKS:3 (salesforce.md 2.4).

use std::fmt;

/// A named stretch of time. When it begins and ends depends on the user's zone, locale and fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateLiteral {
    /// `YESTERDAY`
    Yesterday,
    /// `TODAY`
    Today,
    /// `TOMORROW`
    Tomorrow,
    /// `LAST_90_DAYS`
    Last90Days,
    /// `NEXT_90_DAYS`
    Next90Days,
    /// `LAST_WEEK`
    Last(Period),
    /// `THIS_WEEK`
    This(Period),
    /// `NEXT_WEEK`
    Next(Period),
    /// `LAST_N_WEEKS:3`
    LastN(Unit, u32),
    /// `NEXT_N_WEEKS:3`
    NextN(Unit, u32),
    /// `N_WEEKS_AGO:3`
    Ago(Unit, u32),
}

/// A stretch of the calendar that is longer than a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Seven days from the locale's first.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// From January.
    Year,
    /// A quarter of the fiscal year.
    FiscalQuarter,
    /// From the organisation's first month.
    FiscalYear,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Day,
    /// Longer ones.
    Period(Period),
}

impl Period {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Week, Self::Month, Self::Quarter, Self::Year, Self::FiscalQuarter, Self::FiscalYear];

    fn name(self) -> &'static str {
        match self {
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Year => "YEAR",
            Self::FiscalQuarter => "FISCAL_QUARTER",
            Self::FiscalYear => "FISCAL_YEAR",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }
}

impl Unit {
    /// From `DAYS`, `FISCAL_YEARS` …
    fn named(plural: &str) -> Option<Self> {
        match plural.strip_suffix('S')? {
            "DAY" => Some(Self::Day),
            singular => Period::named(singular).map(Self::Period),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Period(period) => period.name(),
        }
    }
}

/// A name of a date literal, before the number that it may need.
pub(crate) enum NamedDateLiteral {
    Whole(DateLiteral),
    Counted(fn(Unit, u32) -> DateLiteral, Unit),
}

impl DateLiteral {
    /// Reads what `Display` gives, in any case: `today`, `LAST_N_DAYS:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number)),
            None => (text, None),
        };
        match (Self::named(name)?, number) {
            (NamedDateLiteral::Whole(literal), None) => Some(literal),
            (NamedDateLiteral::Counted(literal, unit), Some(number)) => {
                let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
                number.parse().ok().filter(|_| is_whole).map(|number| literal(unit, number))
            }
            _ => None,
        }
    }

    /// Which one has this name, in any case.
    pub(crate) fn named(name: &str) -> Option<NamedDateLiteral> {
        let name = name.to_ascii_uppercase();
        Some(match name.as_str() {
            "YESTERDAY" => NamedDateLiteral::Whole(Self::Yesterday),
            "TODAY" => NamedDateLiteral::Whole(Self::Today),
            "TOMORROW" => NamedDateLiteral::Whole(Self::Tomorrow),
            "LAST_90_DAYS" => NamedDateLiteral::Whole(Self::Last90Days),
            "NEXT_90_DAYS" => NamedDateLiteral::Whole(Self::Next90Days),
            name => {
                if let Some(unit) = name.strip_prefix("LAST_N_") {
                    NamedDateLiteral::Counted(Self::LastN, Unit::named(unit)?)
                } else if let Some(unit) = name.strip_prefix("NEXT_N_") {
                    NamedDateLiteral::Counted(Self::NextN, Unit::named(unit)?)
                } else if let Some(unit) = name.strip_prefix("N_").and_then(|rest| rest.strip_suffix("_AGO")) {
                    NamedDateLiteral::Counted(Self::Ago, Unit::named(unit)?)
                } else {
                    let (which, period) = name.split_once('_')?;
                    let period = Period::named(period)?;
                    NamedDateLiteral::Whole(match which {
                        "LAST" => Self::Last(period),
                        "THIS" => Self::This(period),
                        "NEXT" => Self::Next(period),
                        _ => return None,
                    })
                }
            }
        })
    }
}

impl fmt::Display for DateLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yesterday => f.write_str("YESTERDAY"),
            Self::Today => f.write_str("TODAY"),
            Self::Tomorrow => f.write_str("TOMORROW"),
            Self::Last90Days => f.write_str("LAST_90_DAYS"),
            Self::Next90Days => f.write_str("NEXT_90_DAYS"),
            Self::Last(period) => write!(f, "LAST_{}", period.name()),
            Self::This(period) => write!(f, "THIS_{}", period.name()),
            Self::Next(period) => write!(f, "NEXT_{}", period.name()),
            Self::LastN(unit, number) => write!(f, "LAST_N_{}S:{number}", unit.name()),
            Self::NextN(unit, number) => write!(f, "NEXT_N_{}S:{number}", unit.name()),
            Self::Ago(unit, number) => write!(f, "N_{}S_AGO:{number}", unit.name()),
        }
    }
}
