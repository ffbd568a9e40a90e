//! Fields, functions of fields, distances.

use super::{Number, Path};
use crate::Span;

/// What stands in a SELECT list, on the left of a comparison, in GROUP BY and ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `Account.Name`
    Field(Path),
    /// `MAX(Amount)`
    Call(Call),
    /// `DISTANCE(Place__c, GEOLOCATION(52.5, 13.4), 'km')`
    Distance(Distance),
}

impl Expression {
    /// Where it stood.
    pub fn span(&self) -> Span {
        match self {
            Self::Field(path) => path.span,
            Self::Call(call) => call.span,
            Self::Distance(distance) => distance.span,
        }
    }
}

/// A function of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which function.
    pub function: Function,
    /// Of what.
    pub argument: Argument,
    /// From its name to the closing parenthesis.
    pub span: Span,
}

/// What a function is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A field.
    Field(Path),
    /// Another function, of a field: `FORMAT(MAX(Amount))`, `HOUR_IN_DAY(convertTimezone(CreatedDate))`. It goes no deeper.
    Call(Box<Call>),
}

/// What a function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// Of many rows: COUNT, SUM …
    Aggregate,
    /// A part of a date or time.
    Date,
    /// How a value is shown: toLabel, FORMAT, convertCurrency.
    Display,
    /// convertTimezone, inside a date function.
    Timezone,
    /// GROUPING: whether a row is a subtotal.
    Grouping,
}

macro_rules! functions {
    ($($name:ident $text:literal $kind:ident),* $(,)?) => {
        /// A function's name (salesforce.md 2.1, 2.3).
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Function {
            $(#[doc = concat!("`", $text, "`")] $name,)*
            /// One that SOQL's documentation does not have, as it was written.
            Other(String),
        }

        impl Function {
            /// Every one that has a name of its own.
            pub const KNOWN: &'static [Self] = &[$(Self::$name),*];

            /// Which function this is, in any case.
            pub fn named(name: &str) -> Self {
                $(if name.eq_ignore_ascii_case($text) { return Self::$name; })*
                Self::Other(name.to_owned())
            }

            /// As the documentation writes it.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(name) => name,
                }
            }

            /// What it is for; nothing is known of others.
            pub fn kind(&self) -> Option<FunctionKind> {
                match self {
                    $(Self::$name => Some(FunctionKind::$kind),)*
                    Self::Other(_) => None,
                }
            }
        }
    };
}

functions! {
    Count "COUNT" Aggregate,
    CountDistinct "COUNT_DISTINCT" Aggregate,
    Average "AVG" Aggregate,
    Sum "SUM" Aggregate,
    Minimum "MIN" Aggregate,
    Maximum "MAX" Aggregate,
    CalendarMonth "CALENDAR_MONTH" Date,
    CalendarQuarter "CALENDAR_QUARTER" Date,
    CalendarYear "CALENDAR_YEAR" Date,
    DayInMonth "DAY_IN_MONTH" Date,
    DayInWeek "DAY_IN_WEEK" Date,
    DayInYear "DAY_IN_YEAR" Date,
    DayOnly "DAY_ONLY" Date,
    FiscalMonth "FISCAL_MONTH" Date,
    FiscalQuarter "FISCAL_QUARTER" Date,
    FiscalYear "FISCAL_YEAR" Date,
    HourInDay "HOUR_IN_DAY" Date,
    WeekInMonth "WEEK_IN_MONTH" Date,
    WeekInYear "WEEK_IN_YEAR" Date,
    ToLabel "toLabel" Display,
    Format "FORMAT" Display,
    ConvertCurrency "convertCurrency" Display,
    ConvertTimezone "convertTimezone" Timezone,
    Grouping "GROUPING" Grouping,
}

/// How far a field's place is from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distance {
    /// A geolocation or address field.
    pub field: Path,
    /// From where.
    pub point: Point,
    /// In what.
    pub unit: UnitOfDistance,
    /// The whole call.
    pub span: Span,
}

/// A place on earth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// `GEOLOCATION(52.5, 13.4)`, in degrees. Whether there is such a place is for the executor to say.
    Geolocation {
        /// North of the equator.
        latitude: Number,
        /// East of Greenwich.
        longitude: Number,
        /// The whole call.
        span: Span,
    },
    /// Another field.
    Field(Path),
}

/// What distances are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitOfDistance {
    /// `'mi'`
    Miles,
    /// `'km'`
    Kilometres,
}
