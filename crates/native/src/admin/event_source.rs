//! Who sends us events of customers, and what becomes of their traits and properties when one of these asks for a conversation.

use domain::{
    ids::{DeploymentId, EventSourceId},
    secret::{Secret, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::visitor::{EntityLink, EntityPlan};

/// A source of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventSource {
    /// Which.
    pub id: EventSourceId,
    /// All that can be set.
    pub settings: EventSourceSettings,
}

/// A site, an app or a server that sends events of its customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSourceSettings {
    /// For people; unique in the workspace, case does not count.
    pub name: String,
    /// Its events are taken.
    #[serde(default = "yes")]
    pub active: bool,
    /// The deployment whose conversations its customers begin.
    #[serde(default)]
    pub deployment: Option<DeploymentId>,
    /// By which it is known. They are made and removed at `…/keys`; here only the notes of those that there are can be changed, and those left
    /// out stay.
    #[serde(default)]
    pub write_keys: Vec<WriteKey>,
    /// Which traits and properties become which details and fields.
    #[serde(default)]
    pub mapping: EventMapping,
    /// The mapping as pages carry it out.
    #[serde(default)]
    pub browser: BrowserMapping,
    /// The mapping as the server carries it out, of events that no page of ours sees.
    #[serde(default)]
    pub server: ServerMapping,
    /// A conversation that began by the page's own event is announced by one of ours, too.
    #[serde(default)]
    pub announce_started_by_page: bool,
}

fn yes() -> bool {
    true
}

/// What a source is known by. Pages show it to everybody: it is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteKey {
    /// The key.
    pub key: String,
    /// What it is for.
    #[serde(default)]
    pub note: String,
}

/// `POST /admin/event-sources/{id}/keys`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWriteKey {
    /// What it is for, at most 255 characters.
    #[serde(default)]
    pub note: String,
    /// One that pages and apps know already, from elsewhere: 8 to 128 letters, digits, hyphens, dots, `~` and `_`, unique in the whole server.
    /// One of 32 is made where none is given.
    #[serde(default)]
    pub key: Option<String>,
}

/// `GET /admin/event-sources/{id}/identity-key`: the key with which the source's site signs the ids of its users, so that what their events have
/// prepared joins their conversations. Every source has another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityKey {
    /// Hexadecimal digits, used as they are: a user's signature is the hexadecimal HMAC-SHA256 of the id under this text.
    pub key: Secret,
}

/// Which values become what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventMapping {
    /// The records, in order; at most 20, with at most 200 rows together.
    pub entities: Vec<EntityMapping>,
}

/// One record and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityMapping {
    /// What kind of record, such as `Contact`. Case matters.
    pub entity: String,
    /// Where its values come from.
    pub from: ValueSource,
    /// The transcript's field that gets the record's id.
    #[serde(default)]
    pub save_to_transcript: Option<String>,
    /// Show the record to the agent when it was made.
    #[serde(default)]
    pub show_on_create: bool,
    /// Another kind of record, a field of which is set to this one's id.
    #[serde(default)]
    pub link: Option<EntityLink>,
    /// What becomes what; at most 100.
    pub rows: Vec<MappingRow>,
}

/// Where an entity's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// The customer's traits.
    User,
    /// The event's properties.
    Event,
    /// The traits of the customer's group.
    Group,
}

/// One value: a detail, a field, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingRow {
    /// Which value, such as `address.city`: dots lead into objects.
    pub path: String,
    /// The detail's label; no two rows of a mapping have one label.
    pub label: String,
    /// The record's field; null for what only the agent sees.
    #[serde(default)]
    pub field: Option<String>,
    /// The agent sees it.
    #[serde(default)]
    pub display_to_agent: bool,
    /// Look for records by it.
    #[serde(default)]
    pub find: bool,
    /// With `find`: the whole value must be equal.
    #[serde(default)]
    pub exact: bool,
    /// Set it on a new record.
    #[serde(default)]
    pub create: bool,
}

/// The mapping as pages carry it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrowserMapping {
    /// They do.
    pub enabled: bool,
    /// A value that is missing keeps the conversation from beginning; otherwise it is left out and warned of.
    pub strict: bool,
    /// The page's console says what is done.
    pub logging: bool,
}

impl Default for BrowserMapping {
    fn default() -> Self {
        Self { enabled: true, strict: false, logging: false }
    }
}

/// The mapping as the server carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServerMapping {
    /// It does: what comes of an event waits for the customer's conversation. Needs a deployment.
    pub enabled: bool,
    /// For so long: 1 to 1,440.
    pub keep_minutes: u32,
}

impl Default for ServerMapping {
    fn default() -> Self {
        Self { enabled: false, keep_minutes: 60 }
    }
}

/// `POST /admin/event-sources/read`: what was pasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadEventSource {
    /// A destination's settings as JSON, in whichever form Segment's tools print them, or a deployment code.
    pub text: Text,
}

/// What was read. Nothing was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventSourceReading {
    /// What of a source's settings it says.
    pub settings: EventSourceSettingsRead,
    /// Where its scripts come from: a host's first labels or an address; empty if it does not say.
    pub hostname: String,
    /// Where its chat is: a host's first labels or an address; empty if it does not say.
    pub endpoint: String,
    /// The deployment's id as pages know it; empty if it does not say.
    pub deployment_id: String,
    /// The organisation's id as pages know it; empty if it does not say.
    pub organisation_id: String,
    /// What a person must know.
    pub warnings: Vec<SettingsWarning>,
}

/// What of a source's settings was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventSourceSettingsRead {
    /// The deployment, where its id names one here.
    pub deployment: Option<DeploymentId>,
    /// Which values become what.
    pub mapping: EventMapping,
    /// How pages carry it out.
    pub browser: BrowserMapping,
}

/// Something about settings that were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingsWarning {
    /// Which: a stable name.
    pub code: String,
    /// A sentence for people. It repeats no value.
    pub detail: String,
    /// Where in what was pasted, such as `contactMappings[2].trait`.
    pub path: String,
}

/// `POST /admin/event-sources/{id}/preview`: what would come of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreviewMapping {
    /// The event's properties.
    #[schema(value_type = Object)]
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// The customer's traits.
    #[schema(value_type = Object)]
    pub user: serde_json::Map<String, serde_json::Value>,
    /// The traits of the customer's group.
    #[schema(value_type = Object)]
    pub group: serde_json::Map<String, serde_json::Value>,
    /// What the page's own code says besides.
    pub page: Vec<SaidDetail>,
    /// What the form before the conversation says besides.
    pub form: Vec<SaidDetail>,
    /// A mapping that is being edited; null for the source's own.
    pub mapping: Option<EventMapping>,
}

/// A labelled value that somebody says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaidDetail {
    /// What it is called.
    pub label: String,
    /// The value.
    pub value: Text,
}

/// What would come of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MappingPreview {
    /// A conversation could begin; false where pages are strict and a value is missing.
    pub initialised: bool,
    /// The visitor's name; null for none.
    pub name: Option<Text>,
    /// The details that the conversation would begin with, one for each label.
    pub details: Vec<PreviewDetail>,
    /// What would be found or made.
    pub entities: Vec<EntityPlan>,
    /// What was left out, and why.
    pub warnings: Vec<SettingsWarning>,
}

/// A detail that a conversation would begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewDetail {
    /// What it is called.
    pub label: String,
    /// The value.
    pub value: Text,
    /// Who says it.
    pub from: DetailLayer,
    /// The agent sees it.
    pub display_to_agent: bool,
    /// Who says something of the same label that does not count because of it, the weightiest first.
    pub wins_over: Vec<DetailLayer>,
}

/// Who says something of a visitor, from the weightiest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DetailLayer {
    /// The form before the conversation.
    Form,
    /// The page's own code.
    Page,
    /// The mapping, in the page.
    Browser,
    /// The mapping, on the server.
    Server,
}
