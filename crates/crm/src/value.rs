//! A field's value as it is kept, between what clients send, what tables hold and what is answered.

use std::fmt;

use salesforce::Id;

/// What a field of a record has. An empty text does not exist: it is null (`salesforce.md` 1.1).
#[derive(Clone, PartialEq)]
pub enum Value {
    /// None.
    Null,
    /// `boolean`; never null.
    Boolean(bool),
    /// `int`
    Int(i64),
    /// `double`, `currency`, `percent`; finite.
    Double(f64),
    /// Every type that is text; never empty.
    Text(String),
    /// `id`, `reference`
    Id(Id),
    /// `date` as its midnight in UTC, and `datetime`: microseconds since 1970.
    Instant(i64),
    /// `time`: microseconds since midnight.
    Time(i64),
}

impl Value {
    /// There is none.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Id(id) => write!(f, "{id}"),
            // What a customer may have told.
            Self::Int(_) | Self::Double(_) | Self::Text(_) | Self::Instant(_) | Self::Time(_) => f.write_str("…"),
        }
    }
}
