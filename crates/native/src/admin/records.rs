//! What is stored and what was done: old ids, history, persons, the audit log.

use domain::{
    ids::{AgentId, AuditId, ButtonId, ConversationId, DeploymentId, QueueId, VisitorId},
    secret::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Instant,
    conversation::{Closure, ConversationState, Detail, HiddenDetail, Rating, Transcript, VisitedPage, VisitorCard},
    offline::OfflineMessage,
};

/// What an old id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OldIdKind {
    /// The workspace.
    Workspace,
    /// A deployment.
    Deployment,
    /// A button.
    Button,
    /// An agent.
    Agent,
}

/// `PUT /admin/old-ids/{old_id}`: makes shipped apps' id name a thing of ours. `DELETE` takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OldIdSettings {
    /// What kind of thing it names.
    pub kind: OldIdKind,
    /// The thing's id.
    pub id: Uuid,
}

/// An id that shipped apps use, and what it names. 15 characters, or 18 with their check; both spellings are one id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OldId {
    /// The 15 characters.
    pub old_id: String,
    /// What it names.
    pub names: OldIdSettings,
}

/// `GET /admin/knocks`: an unknown id that a client came with. `PUT /admin/old-ids/{old_id}` adopts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Knock {
    /// As the client sent it.
    pub old_id: String,
    /// What the client used it as.
    pub kind: OldIdKind,
    /// When it came first.
    pub first_at: Instant,
    /// When it came last.
    pub last_at: Instant,
    /// How often.
    pub count: u64,
    /// The page that it came from last.
    pub origin: Option<String>,
}

/// `GET /admin/history`: which conversations; newest first. Needs `history.read`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// `next` of the page before; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many items, 1 to 500; 100 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// Asked for at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub from: Option<Instant>,
    /// Asked for before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub until: Option<Instant>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub state: Option<ConversationState>,
    /// This agent has it, had it last, or wrote in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// Of this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub visitor: Option<VisitorId>,
    /// Came in here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub deployment: Option<DeploymentId>,
    /// Came in by this button.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub button: Option<ButtonId>,
    /// Words that messages, the name or visible details contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub text: Option<Text>,
}

/// One line of the history. The transcript is at `GET /conversations/{id}/transcript`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryItem {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Where it stands.
    pub state: ConversationState,
    /// Who asked for it.
    pub visitor: VisitorId,
    /// The name given.
    pub visitor_name: Option<Text>,
    /// Where it came in.
    pub deployment: DeploymentId,
    /// By which button.
    pub button: Option<ButtonId>,
    /// In which queue it waits or waited last.
    pub queue: Option<QueueId>,
    /// Who owns it, or owned it last.
    pub agent: Option<AgentId>,
    /// When it was asked for.
    pub started_at: Instant,
    /// When the first agent joined.
    pub answered_at: Option<Instant>,
    /// How it ended.
    pub closure: Option<Closure>,
    /// How it was judged.
    pub rating: Option<Rating>,
    /// Messages of the visitor.
    pub visitor_messages: u32,
    /// Messages of agents.
    pub agent_messages: u32,
}

/// `GET /conversations/{id}/hidden-details`. Needs `details.read_hidden`; audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HiddenDetails {
    /// In the order given.
    pub details: Vec<HiddenDetail>,
}

/// `GET /admin/persons/{visitor}/export`: all that is stored of a person. Needs `persons.export`; audited.
///
/// Drafts are not stored, so there are none. Files' contents are read one by one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonExport {
    /// Who.
    pub visitor: VisitorId,
    /// The name given last.
    pub name: Option<Text>,
    /// The address that the last conversation came from.
    pub address: Option<String>,
    /// When the first conversation was asked for.
    pub first_at: Instant,
    /// When the last one was.
    pub last_at: Instant,
    /// Every conversation, oldest first.
    pub conversations: Vec<ExportedConversation>,
    /// Messages left when nobody was there, oldest first.
    pub offline_messages: Vec<ExportedOfflineMessage>,
    /// What sites' pages said before conversations, while it is kept; oldest first.
    pub visits: Vec<ExportedVisit>,
}

/// A message left when nobody was there, in an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportedOfflineMessage {
    /// As agents see it.
    pub message: OfflineMessage,
    /// Values that agents do not see.
    pub hidden_details: Vec<HiddenDetail>,
}

/// What a site's pages said of a visitor, in an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportedVisit {
    /// When last.
    pub at: Instant,
    /// The name given.
    pub name: Option<Text>,
    /// The page that led to the site.
    pub referrer: Option<String>,
    /// The first session of the browser, as the pages know it.
    pub permanent_id: Option<String>,
    /// How many visits of the browser there were.
    pub visit_count: Option<u32>,
    /// Values that agents may see.
    pub details: Vec<Detail>,
    /// Values that agents do not see.
    pub hidden_details: Vec<HiddenDetail>,
    /// What to find or create in the CRM.
    #[schema(value_type = Object)]
    pub entity_plan: serde_json::Value,
    /// Pages seen, the newest first.
    pub pages: Vec<VisitedPage>,
}

/// A conversation in an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportedConversation {
    /// Everything that happened, pages seen and notes among agents too.
    pub transcript: Transcript,
    /// What is known of the visitor's side.
    pub visitor: VisitorCard,
    /// Values that agents do not see.
    pub hidden_details: Vec<HiddenDetail>,
    /// What to find or create in the CRM.
    #[schema(value_type = Object)]
    pub entity_plan: serde_json::Value,
    /// Records of the CRM that it has, had or was to have. What stands in them is the CRM's.
    pub records: Vec<ExportedRecord>,
}

/// A record of the CRM in an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportedRecord {
    /// Its entity, as the form or the CRM calls it.
    pub entity: String,
    /// Its id; null if the conversation has none.
    pub id: Option<String>,
    /// Ids of several that were found.
    pub candidates: Vec<String>,
    /// When that was so.
    pub at: Instant,
}

/// The answer to `POST /admin/persons/{visitor}/erase`: messages, details, pages, files and names of the person are gone. Needs `persons.erase`; audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    /// In how many conversations.
    pub conversations: u64,
    /// Messages and custom events blanked, those left when nobody was there too.
    pub messages: u64,
    /// Files deleted.
    pub files: u64,
}

/// `GET /admin/audit`: which lines; newest first. Needs `audit.read`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// `next` of the page before; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many items, 1 to 500; 100 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// At or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub from: Option<Instant>,
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub until: Option<Instant>,
    /// Done by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// Done to the thing with this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Uuid>,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Which.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Who did it; null for the server or its command line.
    pub agent: Option<AgentId>,
    /// From which address.
    pub address: Option<String>,
    /// What, such as `button.changed`.
    pub action: String,
    /// To which thing.
    pub subject: Option<Uuid>,
    /// What became different, without secrets and conversation text.
    #[schema(value_type = Object)]
    pub change: serde_json::Value,
}
