//! Records of a CRM that conversations have or are to have, and what agents do with them.
//!
//! What is read of a record is what the CRM lets the agent read.

use domain::{ids::AgentId, secret::Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Instant;

/// `GET /conversations/{id}/records`: the records that a conversation has and is to have. What agents do with them is answered with the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConversationRecords {
    /// Those that it has, or had until they were taken back.
    pub links: Vec<RecordLink>,
    /// Those that it is to have.
    pub pending: Vec<PendingRecord>,
    /// How often that has changed; see [`crate::conversation::AgentConversation::records_revision`].
    pub revision: u64,
}

/// A record as a person tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// As the CRM writes it.
    pub id: String,
    /// Its entity, by the CRM's own name.
    pub entity: String,
    /// The entity for people.
    pub entity_label: String,
    /// Its name or number.
    pub title: Text,
    /// What tells it from others of that name; null when nothing does.
    pub subtitle: Option<Text>,
    /// What tells it from others of that name, the most telling first.
    pub facts: Vec<RecordFact>,
    /// A page that shows it; null when there is none.
    pub url: Option<String>,
}

/// Something that stands in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordFact {
    /// What it is.
    pub label: String,
    /// As the CRM shows it.
    pub value: Text,
}

/// A record that a conversation has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordLink {
    /// Names it within the conversation.
    pub part: String,
    /// Its entity, by the CRM's own name.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// The record; null when this agent may not read it, or it is gone.
    pub record: Option<Record>,
    /// How it came to be the conversation's.
    pub how: RecordHow,
    /// The agent who linked it, made it or took it back; null for the server.
    pub by: Option<AgentId>,
    /// When.
    pub at: Instant,
    /// It was taken back, or its link was taken away.
    pub undone: bool,
    /// The visitor's form asks to have it shown at once.
    pub show: bool,
    /// What was left out when it was made, and why.
    pub reasons: Vec<FieldReason>,
}

/// How a record came to be a conversation's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordHow {
    /// It was the only one that was found.
    Found,
    /// None was found, and it was made.
    Created,
    /// An agent chose it among several, or linked it.
    Chosen,
    /// An agent made it.
    MadeByAgent,
}

/// A record that a conversation is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingRecord {
    /// Names it within the conversation.
    pub part: String,
    /// Its entity, by the CRM's own name.
    pub entity: String,
    /// The entity for people.
    pub entity_label: String,
    /// What it waits for.
    pub state: PendingRecordState,
    /// Those to choose from.
    pub candidates: Vec<Record>,
    /// There are more than these.
    pub more_candidates: bool,
    /// Why it is not there.
    pub reasons: Vec<FieldReason>,
    /// What the visitor said is enough to make a new one: `POST …/make`.
    pub can_make: bool,
}

/// What a record waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PendingRecordState {
    /// The server, or that an agent accepts.
    Waiting,
    /// Several were found: an agent chooses.
    Choosing,
    /// It cannot be; an agent finds another way, or tries again.
    Refused,
    /// The CRM failed; it is asked again by itself.
    Failed,
}

/// Why a field, or a whole record, could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldReason {
    /// The field's name; empty for the record as a whole.
    pub field: String,
    /// The field for people.
    pub label: String,
    /// For programs and translations: `unknown_field`, `unknown_entity`, `not_a_date`, `not_a_number`, `not_a_checkbox`, `too_long`,
    /// `not_allowed`, `required`, `not_a_choice`, `duplicate`, `unavailable`, `other`.
    pub kind: String,
    /// In a sentence, without the value.
    pub reason: String,
}

/// `POST /conversations/{id}/records`: links a record that the agent may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRecord {
    /// Its entity.
    pub entity: String,
    /// Its id.
    pub record: String,
}

/// `POST /conversations/{id}/records/{part}/choose`: one of several that were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseRecord {
    /// Its id.
    pub record: String,
}

/// `POST /conversations/{id}/records/new`: makes a record and links it. What is wrong with its fields is answered with 422 and `reasons`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeRecord {
    /// Its entity.
    pub entity: String,
    /// Its fields, each as a person types it: days as `2026-02-28`, boxes as `true` or `false`. At most 200.
    pub fields: std::collections::BTreeMap<String, Text>,
    /// The part in whose place it stands, of those that are pending.
    #[serde(default)]
    pub part: Option<String>,
}

/// `GET /records/search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecordsQuery {
    /// Of which entity.
    #[serde(default)]
    #[param(required = true)]
    pub entity: String,
    /// What stands in its name or other telling fields, 1 to 255 characters.
    #[serde(default)]
    #[param(value_type = String, required = true)]
    pub text: Text,
}

/// `GET /records/form`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecordFormQuery {
    /// Of which entity.
    #[serde(default)]
    #[param(required = true)]
    pub entity: String,
}

/// The answer to `GET /records/search`: at most 25 records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundRecords {
    /// Those that were found.
    pub records: Vec<Record>,
}

/// The answer to `GET /records/entities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordEntities {
    /// Those that the agent may use.
    pub entities: Vec<RecordEntity>,
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordEntity {
    /// The CRM's own name.
    pub entity: String,
    /// For people.
    pub label: String,
    /// The agent may make records.
    pub can_create: bool,
}

/// The answer to `GET /records/form`: what a form for a new record needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordForm {
    /// The CRM's own name of the entity.
    pub entity: String,
    /// For people.
    pub label: String,
    /// The agent may make records.
    pub can_create: bool,
    /// Those that the agent may give a value, the required and usual ones first.
    pub fields: Vec<RecordFormField>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordFormField {
    /// The CRM's own name.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds.
    pub kind: RecordFieldKind,
    /// A new record needs a value.
    pub required: bool,
    /// A short form shows it.
    pub usual: bool,
    /// The longest text, in characters; null where there is no limit.
    pub length: Option<u32>,
    /// What there is to choose from.
    pub choices: Vec<RecordChoice>,
    /// What a new record has; null for nothing.
    pub default: Option<String>,
    /// To which entities it refers.
    pub refers_to: Vec<String>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordFieldKind {
    /// A line.
    Text,
    /// Several lines.
    LongText,
    /// An address of e-mail.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Yes or no.
    Checkbox,
    /// A number.
    Number,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of any day.
    Time,
    /// One of some.
    Choice,
    /// Some of some.
    Choices,
    /// Another record.
    Reference,
    /// What no form shows.
    Other,
}

/// A value to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordChoice {
    /// The value.
    pub value: String,
    /// For people.
    pub label: String,
}
