//! Events of customers as those see them who look after the wiring, and what is known of a customer by them.

use domain::{
    customer_event::{EventKind, Reason},
    ids::EventSourceId,
    profile::ProfileKind,
    secret::{Secret, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Instant;

/// Which events are wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CustomerEventsQuery {
    /// Of this source.
    pub source: Option<EventSourceId>,
    /// Of this kind.
    #[param(inline)]
    pub kind: Option<EventKind>,
    /// Of which this became: `accepted`, `invalid`, `erased` …; `duplicate` for those that came again.
    pub verdict: Option<String>,
    /// With exactly this id or key, or with this in its name.
    #[param(value_type = Option<String>)]
    pub search: Option<Text>,
    /// Events before this position, the latest first: the `next` of the page before. All of them, if neither is said.
    pub before: Option<i64>,
    /// Events after this position, the oldest first: the `head` of what was read before. Waits for one.
    pub after: Option<i64>,
    /// How long to wait for events after a position, seconds: 0 to 60, 25 if it is not said.
    pub wait_s: Option<u32>,
    /// At most so many before a position: 1 to 200, 100 if it is not said.
    pub limit: Option<u32>,
}

/// Events, and where to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerEvents {
    /// The events.
    pub items: Vec<CustomerEvent>,
    /// Older ones are before this position; null at the end. A page of a search may be short, or empty, and have a next one.
    pub next: Option<i64>,
    /// New ones come after this position.
    pub head: i64,
}

/// An event of a customer. What is personal is `•••`, unless it was asked for in the clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerEvent {
    /// Its place among the workspace's events.
    pub position: i64,
    /// Who sent it.
    pub source: EventSourceId,
    /// The sender's id of it.
    pub message_id: String,
    /// What it says; null if that could not be read.
    pub kind: Option<EventKind>,
    /// What it is called.
    #[schema(value_type = Option<String>)]
    pub name: Option<Text>,
    /// The user's key.
    #[schema(value_type = Option<String>)]
    pub user_key: Option<Text>,
    /// The device's key.
    #[schema(value_type = Option<String>)]
    pub device_key: Option<Text>,
    /// The group's key.
    #[schema(value_type = Option<String>)]
    pub group_key: Option<Text>,
    /// When it happened, by our clock.
    pub at: Instant,
    /// When it came.
    pub received_at: Instant,
    /// What became of it.
    pub verdict: String,
    /// Why, and what else is to be said of it.
    pub reasons: Vec<Reason>,
    /// How often it came again.
    pub repeats: i64,
    /// What it says of the customer or the group.
    #[schema(value_type = Object)]
    pub traits: serde_json::Value,
    /// What it says of what was done.
    #[schema(value_type = Object)]
    pub properties: serde_json::Value,
    /// Where it happened.
    #[schema(value_type = Object)]
    pub context: serde_json::Value,
    /// For which receivers it is; empty for all.
    #[schema(value_type = Object)]
    pub integrations: serde_json::Value,
    /// What else stands in it: category, key of before, channel, instants as they were sent, whether it was signed.
    #[schema(value_type = Object)]
    pub more: serde_json::Value,
}

/// How an event or a profile is wanted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InTheClear {
    /// With what is personal. It is written down who asked.
    #[serde(default)]
    pub clear: bool,
}

/// What is known of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// Of whom: a user, a device or a group.
    pub kind: ProfileKind,
    /// By which key.
    #[schema(value_type = String)]
    pub key: Text,
    /// What.
    #[schema(value_type = Object)]
    pub traits: serde_json::Value,
    /// Whose device it is.
    #[schema(value_type = Option<String>)]
    pub user_key: Option<Text>,
    /// To which group it belongs.
    #[schema(value_type = Option<String>)]
    pub group_key: Option<Text>,
    /// The user's devices, and keys of before.
    pub devices: Vec<ProfileKey>,
    /// First seen when.
    pub first_at: Instant,
    /// Last seen when, to within a day.
    pub last_at: Instant,
}

/// By what something is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileKey {
    /// A user, a device or a group.
    pub kind: ProfileKind,
    /// The key.
    #[schema(value_type = String)]
    pub key: Text,
}

/// Where another's webhooks are to be sent, and how they are to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventWebhook {
    /// The address.
    pub address: String,
    /// The shared secret, with which each body is signed in `X-Signature`.
    #[schema(value_type = String)]
    pub secret: Secret,
}
