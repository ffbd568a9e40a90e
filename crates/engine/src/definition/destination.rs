//! Other people's servers that are told what happens.

use domain::delivery::ChatEventKind;
use serde::{Deserialize, Serialize};

/// How a destination is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    /// As events for a service that takes customers' events, with its write key.
    Endpoint,
    /// As signed webhooks.
    Webhook,
}

/// Somebody else's server that is told what happens. Its write key or secrets are kept apart, sealed (`store::destination`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// For people.
    pub name: String,
    /// It is told. What happens while it is not is never told to it; what waits goes on waiting.
    #[serde(default = "yes")]
    pub active: bool,
    /// How.
    pub kind: DestinationKind,
    /// Where.
    pub url: String,
    /// Which events.
    #[serde(default = "all_events")]
    pub events: Vec<ChatEventKind>,
    /// What people wrote is told too.
    #[serde(default)]
    pub with_bodies: bool,
    /// Deliveries that are over are kept for so many days, dead letters too.
    #[serde(default = "default_keep")]
    pub keep_days: u32,
}

fn yes() -> bool {
    true
}

fn all_events() -> Vec<ChatEventKind> {
    ChatEventKind::ALL.to_vec()
}

fn default_keep() -> u32 {
    30
}
