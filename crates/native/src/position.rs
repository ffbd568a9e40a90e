//! Where in a journal a reader stands: the ids of streamed events.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// `epoch:position`. For agents the position is the workspace's journal's; for visitors it is their conversation's sequence.
///
/// A restore from backup begins a new epoch: positions of different epochs cannot be compared, and a reader with a foreign one gets `reset`.
/// Positions of one epoch only grow; gaps are legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Which life of the database.
    pub epoch: u64,
    /// The last entry seen.
    pub position: u64,
}

impl Position {
    /// Whether `self` is at or before `other` in the same epoch.
    pub fn is_covered_by(self, other: Self) -> bool {
        self.epoch == other.epoch && self.position <= other.position
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.position)
    }
}

/// Not `epoch:position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position such as 1:4711")]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        // `u64::from_str` reads a leading `+`; one position has one spelling.
        let number = |part: &str| {
            if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().map_err(|_| NotAPosition) } else { Err(NotAPosition) }
        };
        let (epoch, position) = text.split_once(':').ok_or(NotAPosition)?;
        Ok(Self { epoch: number(epoch)?, position: number(position)? })
    }
}

impl PartialSchema for Position {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[0-9]+:[0-9]+$")).examples(["1:4711"]).into()
    }
}

impl ToSchema for Position {}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
