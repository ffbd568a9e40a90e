//! What a site, an app or a server says of a customer: one event, in our words.
//!
//! A customer is known by up to three keys, all given by whoever sends: the user's (an account), the device's (a browser, an installation)
//! and the group's (a company). None of them proves anything; what they lead to is a [profile](crate::profile).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// Who somebody is.
    Identify,
    /// What somebody did.
    Track,
    /// Which page was seen.
    Page,
    /// Which screen of an app was seen.
    Screen,
    /// To which group somebody belongs.
    Group,
    /// Two keys are one person.
    Alias,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Identify, Self::Track, Self::Page, Self::Screen, Self::Group, Self::Alias];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }

    /// By its stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Why something became of an event, or did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reason {
    /// A stable name.
    pub code: String,
    /// Where in the event, if that is known. Never a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Reason {
    /// A reason, and where.
    pub fn new(code: &str, path: Option<&str>) -> Self {
        Self { code: code.into(), path: path.map(Into::into) }
    }
}

/// What stands in an event besides its keys and its name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventBody {
    /// What an identify or group event says.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub traits: Map<String, Value>,
    /// What the others say.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// Where it happened.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Value>,
    /// For which receivers it is; empty for all.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub integrations: Map<String, Value>,
    /// The category of a page or screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Of an alias: the key of before, a user's or a device's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_key: Option<String>,
    /// Where it was made: `browser`, `server` or `mobile`, or what the sender says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// When it happened, as the sender wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_at: Option<String>,
    /// When it was sent, as the sender wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
    /// A signature showed that it is from whom it says.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
    /// What else stood in it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub other: Map<String, Value>,
}

impl fmt::Debug for EventBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBody")
            .field("traits", &self.traits.len())
            .field("properties", &self.properties.len())
            .field("signed", &self.signed)
            .finish_non_exhaustive()
    }
}
