//! Other people's servers that are told what happens in conversations, and what was sent there.

use domain::{
    ids::{ConversationId, DeliveryId, DestinationId, VisitorId},
    secret::{Secret, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Instant;

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Destination {
    /// Which.
    pub id: DestinationId,
    /// All that can be set.
    pub settings: DestinationSettings,
}

/// How a destination is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    /// As batches of a tracking API, with its write key.
    Endpoint,
    /// As signed webhooks.
    Webhook,
}

/// An event of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatEventKind {
    /// The customer wrote for the first time.
    Started,
    /// A conversation in which the customer wrote is over.
    Ended,
    /// The customer wrote.
    MessageSent,
    /// An agent wrote to the customer.
    MessageReceived,
}

/// What a destination is told, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationSettings {
    /// For people; unique in the workspace, case does not count.
    pub name: String,
    /// It is told. What happens while it is not is never told to it; deliveries that wait go on waiting.
    #[serde(default = "yes")]
    pub active: bool,
    /// How. It cannot be changed later.
    pub kind: DestinationKind,
    /// Where: `https://…`. Of an endpoint its host, its `/v1`, or the whole address that takes batches.
    pub url: String,
    /// Which events.
    #[serde(default = "all_events")]
    pub events: Vec<ChatEventKind>,
    /// What people wrote is told too.
    #[serde(default)]
    pub with_bodies: bool,
    /// Deliveries that are over, and dead letters, are kept for so many days: 1 to 365.
    #[serde(default = "default_keep")]
    pub keep_days: u32,
}

fn yes() -> bool {
    true
}

fn all_events() -> Vec<ChatEventKind> {
    vec![ChatEventKind::Started, ChatEventKind::Ended, ChatEventKind::MessageSent, ChatEventKind::MessageReceived]
}

fn default_keep() -> u32 {
    30
}

/// `POST /admin/destinations/{id}/secret`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceDestinationSecret {
    /// An endpoint's write key, which must be given; or what a receiver of webhooks expects, where one is made if none is given. 8 to 200
    /// visible ASCII characters.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// How many hours the one before stays good, so that receivers have the time to change: 0 to 720; 24 unless told.
    #[serde(default)]
    pub overlap_hours: Option<u32>,
}

/// A new secret or write key. It is shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewDestinationSecret {
    /// Counts up.
    pub number: i64,
    /// What it is.
    pub secret: Secret,
    /// Since when.
    pub created_at: Instant,
}

/// A secret or write key, without what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationSecret {
    /// Counts up.
    pub number: i64,
    /// Since when.
    pub created_at: Instant,
    /// Until when, once it was replaced.
    pub until: Option<Instant>,
}

/// Why a delivery failed, as far as it matters for what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// It may work in a while.
    Transient,
    /// The destination asks for patience.
    Throttled,
    /// The destination does not accept the key: it is held until that is mended.
    Auth,
    /// It is not set up as it must be: it is held until that is mended.
    SetUp,
    /// The destination refuses this one: a dead letter.
    Invalid,
}

/// `GET /admin/destinations/{id}/state`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationState {
    /// Deliveries that are to be sent.
    pub waiting: i64,
    /// Nothing is sent before then, and then one to see; null if all is well.
    pub held_until: Option<Instant>,
    /// Why not.
    pub because: Option<FailureClass>,
    /// What happened last, if it is held: a stable name such as `unreachable`, `timeout`, `unauthorized`, `wrong_address`, `redirected`,
    /// `bad_certificate`, `address_refused`, `no_secret`.
    pub code: Option<String>,
    /// Its secrets or write keys, the newest first; without one nothing is sent.
    pub secrets: Vec<DestinationSecret>,
}

/// `GET /admin/destinations/{id}/funnel`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FunnelQuery {
    /// Hours that begin at or after; 24 hours before `until` unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub from: Option<Instant>,
    /// Hours that begin before; now unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub until: Option<Instant>,
}

/// What became of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FunnelCounts {
    /// There were so many.
    pub received: i64,
    /// The destination does not want them.
    pub filtered: i64,
    /// Attempts that failed and are repeated.
    pub retried: i64,
    /// They became dead letters.
    pub failed: i64,
    /// They were taken.
    pub delivered: i64,
}

/// The same of one hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FunnelHour {
    /// When it begins.
    pub begins_at: Instant,
    /// What became of them.
    pub counts: FunnelCounts,
}

/// What became of a destination's events in a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Funnel {
    /// In all.
    pub total: FunnelCounts,
    /// By the hour; hours in which nothing happened are left out.
    pub hours: Vec<FunnelHour>,
}

/// What a trial came to. Nothing of it is counted, repeated or kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DestinationTest {
    /// The destination took it.
    pub delivered: bool,
    /// Why not.
    pub class: Option<FailureClass>,
    /// What happened: a stable name.
    pub code: Option<String>,
    /// The answer's status; null without an answer.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was sent.
    pub payload: String,
    /// Address and headers of the request, without secrets.
    pub request: serde_json::Value,
    /// Some headers and the beginning of the body of the answer; null without one.
    pub response: serde_json::Value,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, or on its way.
    Waiting,
    /// It was taken.
    Delivered,
    /// It is not tried any more, unless somebody says so.
    Dead,
    /// Somebody said that it need not be sent, or what it said was erased.
    Discarded,
}

/// `GET /admin/deliveries`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesQuery {
    /// `next` of the page before; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many items, 1 to 500; 100 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// Of this destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub destination: Option<DestinationId>,
    /// That stand so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<DeliveryState>,
    /// Whose last attempt failed so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub class: Option<FailureClass>,
    /// Of this kind of event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub kind: Option<ChatEventKind>,
    /// Of what happened at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub from: Option<Instant>,
    /// Of what happened before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub until: Option<Instant>,
    /// The id of a delivery, a conversation, a visitor or an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// Which deliveries something is done with. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFilter {
    /// Of this destination.
    #[serde(default)]
    pub destination: Option<DestinationId>,
    /// That stand so; dead letters unless told.
    #[serde(default)]
    pub state: Option<DeliveryState>,
    /// Whose last attempt failed so.
    #[serde(default)]
    pub class: Option<FailureClass>,
    /// Of this kind of event.
    #[serde(default)]
    pub kind: Option<ChatEventKind>,
    /// Of what happened at or after.
    #[serde(default)]
    pub from: Option<Instant>,
    /// Of what happened before.
    #[serde(default)]
    pub until: Option<Instant>,
    /// The id of a delivery, a conversation, a visitor or an event.
    #[serde(default)]
    pub search: Option<String>,
}

/// `POST /admin/deliveries/send` and `…/discard`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilteredDeliveries {
    /// Which; all dead letters unless told.
    #[serde(default)]
    pub filter: DeliveryFilter,
}

/// With how many deliveries something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveriesDone {
    /// So many.
    pub deliveries: u64,
}

/// `PUT /admin/deliveries/{id}/payload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairDelivery {
    /// What is sent instead: a JSON object of at most 32 KB. Its `messageId` is that of the event, whatever it says.
    pub payload: Text,
}

/// A delivery in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Which.
    pub id: DeliveryId,
    /// Whom.
    pub destination: DestinationId,
    /// The event's own id: the same however often it is sent.
    pub event: String,
    /// What kind of event.
    pub kind: ChatEventKind,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Whose.
    pub visitor: VisitorId,
    /// When it happened.
    pub at: Instant,
    /// How it stands.
    pub state: DeliveryState,
    /// When it came to stand so.
    pub changed_at: Instant,
    /// When it is sent at the earliest, while it waits.
    pub due_at: Option<Instant>,
    /// How often it was sent.
    pub tries: i64,
    /// Why the last attempt failed.
    pub class: Option<FailureClass>,
    /// What happened: a stable name.
    pub code: Option<String>,
    /// What the last attempt was answered with.
    pub status: Option<i64>,
    /// Somebody repaired it.
    pub repaired: bool,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttempt {
    /// Counts up; some may be missing, where a server died.
    pub number: i64,
    /// When it began.
    pub at: Instant,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Why it failed; null if it did not.
    pub class: Option<FailureClass>,
    /// What happened: a stable name.
    pub code: Option<String>,
    /// The answer's status; null without an answer.
    pub status: Option<i64>,
    /// Address and headers of the request, without secrets; null once erased.
    pub request: serde_json::Value,
    /// Some headers and the beginning of the body of the answer; null without one, or once erased.
    pub response: serde_json::Value,
}

/// `GET /admin/deliveries/{id}`: that somebody looked is in the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WholeDelivery {
    /// How it stands.
    pub delivery: Delivery,
    /// What is sent; empty once erased.
    pub payload: Text,
    /// What was sent before somebody repaired it.
    pub original: Option<Text>,
    /// The latest attempts, the latest first.
    pub attempts: Vec<DeliveryAttempt>,
}
