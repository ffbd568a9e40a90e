//! The visitor's side: `/api/v1/visitor/…`.
//!
//! `POST /visitor/conversations` answers with a resume token, which is the Bearer token of all else and survives restarts, other devices and
//! lost connections for as long as the conversation may be read.

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, FileId, FileRequestId},
    secret::{Secret, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Instant, Position,
    conversation::{Author, Closure, ConversationState, File, FileRequest, FileRequestOutcome, Rating, RefusedBecause, WebPage},
};

/// `POST /visitor/conversations`: asks for a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartConversation {
    /// Where the visitor is. Says the workspace too.
    pub deployment: DeploymentId,
    /// The entry point; null only with `agent` or `overrides`.
    pub button: Option<ButtonId>,
    /// Whom to ask first.
    pub agent: Option<AgentId>,
    /// With `agent`: go through `button` when the agent cannot take it.
    #[serde(default)]
    pub fall_back: bool,
    /// Tried in order before `button`.
    #[serde(default)]
    pub overrides: Vec<RouteOverride>,
    /// The visitor's name.
    pub name: Option<Text>,
    /// BCP 47 tag of the visitor's language.
    pub language: Option<String>,
    /// `width x height` in pixels.
    pub screen_resolution: Option<String>,
    /// The page that led to the site.
    pub referrer: Option<String>,
    /// The page that the visitor is on.
    pub page: Option<WebPage>,
    /// Pre-chat values.
    #[serde(default)]
    pub details: Vec<NewDetail>,
    /// What to find or create in the CRM from them.
    #[serde(default)]
    pub entity_plans: Vec<EntityPlan>,
    /// A resume token of an earlier conversation of the same visitor, to be known again.
    pub known_as: Option<Secret>,
    /// The session of the visit of the site, as its pages know it: the details, plans, name, referrer and pages that they gave come with the
    /// conversation, those of the request in front where both say the same thing. One that is not known, or was longer ago than a day, says nothing.
    #[serde(default)]
    pub visit: Option<String>,
    /// The key by which events tell the visitor's device from others (an anonymous id): what its events have prepared comes with the
    /// conversation.
    #[serde(default)]
    pub device: Option<String>,
    /// The visitor's id as a user, with its signature: what events of this user have prepared comes with the conversation. Without a signature
    /// that fits it says nothing.
    #[serde(default)]
    pub user: Option<String>,
    /// The hexadecimal HMAC-SHA256 of `user` under the identity key of an event source of the deployment, made by whoever knows the user.
    #[serde(default)]
    pub user_signature: Option<Secret>,
}

/// Somewhere to route to before the button itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RouteOverride {
    /// Another entry point.
    Button {
        /// Which.
        id: ButtonId,
    },
    /// One agent.
    Agent {
        /// Whom.
        id: AgentId,
        /// The entry point to try when the agent cannot take it, before the next override.
        or_button: Option<ButtonId>,
    },
}

/// A pre-chat value as the visitor's side sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDetail {
    /// What was asked.
    pub label: String,
    /// The answer.
    pub value: Text,
    /// False: kept from agents, search and transcript text; true unless told.
    #[serde(default = "yes")]
    pub visible_to_agent: bool,
    /// Names of transcript fields that it is saved to.
    #[serde(default)]
    pub transcript_fields: Vec<String>,
    /// Articles are looked for with it.
    #[serde(default)]
    pub knowledge_search: bool,
}

fn yes() -> bool {
    true
}

/// Find-or-create of one CRM record from pre-chat values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityPlan {
    /// What kind of record, such as `Contact`.
    pub entity: String,
    /// Show the record to the agent when it was found or made.
    #[serde(default)]
    pub show: bool,
    /// The transcript's field that gets the record's id.
    pub transcript_field: Option<String>,
    /// Another planned kind of record, which is linked to this one.
    pub link_to: Option<EntityLink>,
    /// Which value goes where.
    pub fields: Vec<EntityField>,
}

/// Sets a field of another planned record to this record's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityLink {
    /// The other kind of record.
    pub entity: String,
    /// Its field.
    pub field: String,
}

/// How one pre-chat value takes part in find-or-create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityField {
    /// The record's field.
    pub field: String,
    /// The `label` of the value.
    pub label: String,
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

/// The answer to [`StartConversation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartedConversation {
    /// The Bearer token of this conversation. Keep it: it is said once (and again to the same idempotency key).
    pub resume_token: Secret,
    /// The conversation as it stands.
    pub conversation: VisitorSnapshot,
    /// What the deployment and button ask of the visitor's side.
    pub settings: VisitorSettings,
}

/// What the deployment and button ask of the visitor's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorSettings {
    /// Send drafts: agents see what is being typed. To be said in the consent text.
    pub drafts: bool,
    /// Warn after so many seconds without input; null for never.
    pub idle_warning_seconds: Option<u32>,
    /// End after so many seconds without input; null for never.
    pub idle_timeout_seconds: Option<u32>,
    /// The place in the queue may be shown.
    pub show_queue_position: bool,
    /// The visitor may ask for the transcript.
    pub transcript: bool,
    /// Longest message, in characters.
    pub max_message_chars: u32,
    /// Largest file, in bytes.
    pub max_file_bytes: u64,
}

/// Who answers, as visitors see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentCard {
    /// Which agent.
    pub id: AgentId,
    /// The agent's public name.
    pub name: String,
}

/// The place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct QueuePlace {
    /// 1 is next.
    pub place: u32,
    /// Seconds; null while nothing is known.
    pub estimated_wait_seconds: Option<u32>,
}

/// `GET /visitor/conversation`: the conversation as the visitor sees it, and where its event stream goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorSnapshot {
    /// Which.
    pub id: ConversationId,
    /// `after` for `GET /visitor/events`.
    pub position: Position,
    /// Where it stands; `offered` is told as `waiting`.
    pub state: ConversationState,
    /// When it was asked for.
    pub started_at: Instant,
    /// Who answers; null while waiting.
    pub agent: Option<AgentCard>,
    /// Whether an agent has sent it on and the next has not joined.
    pub transferring: bool,
    /// Requests for files that are open.
    pub file_requests: Vec<FileRequest>,
    /// How it was judged.
    pub rating: Option<Rating>,
    /// How it ended.
    pub closure: Option<Closure>,
    /// The latest entries, oldest first, at most [`crate::view::TIMELINE`].
    pub timeline: Vec<VisitorEntry>,
    /// Whether there are entries before `timeline`; the transcript has them.
    pub earlier: bool,
}

/// One thing that the visitor sees. `sequence` is the conversation's, the same that agents see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorEntry {
    /// Its place in the conversation; gaps are what visitors do not see.
    pub sequence: u64,
    /// When.
    pub at: Instant,
    /// What.
    #[serde(flatten)]
    pub what: VisitorWhat,
}

/// What the visitor sees happen. The name of the variant is the JSON's `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VisitorWhat {
    /// The request was taken on.
    Requested,
    /// It was turned away, at once or after waiting.
    Refused {
        /// Why.
        because: RefusedBecause,
    },
    /// It waits, at first or again.
    Waiting,
    /// An agent is there: the first one, or the next after a transfer.
    Joined {
        /// Who.
        agent: AgentCard,
    },
    /// The agent sends the visitor on to a colleague.
    Transferring,
    /// The transfer came to nothing: the agent goes on.
    TransferFailed,
    /// The agent was lost; somebody else will take over.
    AgentLost {
        /// Nobody else can take it now.
        nobody_left: bool,
    },
    /// A message, the visitor's own ones too.
    Message {
        /// Who wrote it.
        author: Author,
        /// What; empty once erased.
        text: Text,
    },
    /// Texts and files were erased; a view begins anew.
    Erased,
    /// A program on the agent's side, or the visitor's own, said something.
    CustomEvent {
        /// Who sent it.
        author: Author,
        /// The event's own name.
        name: String,
        /// The event's own data.
        data: Text,
    },
    /// The agent asks for a file.
    FileRequested {
        /// The request.
        request: FileRequest,
    },
    /// That request ended.
    FileRequestEnded {
        /// Which.
        request: FileRequestId,
        /// How.
        outcome: FileRequestOutcome,
    },
    /// A file came, or was sent.
    File {
        /// The file.
        file: File,
    },
    /// The conversation will end soon unless the visitor answers (true), or the visitor did (false).
    IdleWarning {
        /// Whether the warning stands.
        raised: bool,
    },
    /// The visitor judged the conversation.
    Rated {
        /// How.
        rating: Rating,
    },
    /// It is over.
    Ended {
        /// How.
        closure: Closure,
    },
}

/// `GET /visitor/events` (`text/event-stream`): the `data` of each event.
///
/// Durable events carry the SSE id `epoch:sequence`; those marked ephemeral have none, are not repeated, and are worth nothing once old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum VisitorEvent {
    /// Something happened.
    Entry {
        /// What.
        entry: VisitorEntry,
    },
    /// Ephemeral: the agent types, or stopped.
    Typing {
        /// Whether.
        typing: bool,
    },
    /// Ephemeral: the place in the queue. Sent on connecting and on every change while waiting.
    QueuePlace {
        /// Where.
        place: QueuePlace,
    },
    /// The stream cannot go on from where the reader stands: read the snapshot, then connect after its position.
    Reset {
        /// Why.
        reason: ResetReason,
    },
}

/// Why a stream begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// The position is of another epoch: the database was restored.
    ForeignEpoch,
    /// The position is older than the kept journal.
    TooOld,
    /// The reader was too slow and its buffer is full.
    TooSlow,
    /// The reader's rights changed.
    RightsChanged,
    /// Texts were erased.
    Erased,
    /// The server stops; `retry` says after how long to come back. The position stays good: no snapshot is needed.
    ShuttingDown,
}

/// Where an event stream begins. The header `Last-Event-ID` wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// `position` of the snapshot; absent: from now, which is for onlookers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub after: Option<Position>,
}

/// `POST /visitor/messages`, `POST /conversations/{id}/messages`: sends a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// Not empty; at most the deployment's `max_message_chars`.
    pub text: Text,
}

/// Answers a durable POST: it is on disk, as this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// The entry's place in the conversation.
    pub sequence: u64,
    /// When it was taken in.
    pub at: Instant,
}

/// `POST /visitor/typing`, `POST /conversations/{id}/typing`: types, or stopped. Never stored. Answered 204.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTyping {
    /// Whether.
    pub typing: bool,
}

/// `POST /visitor/draft`: what is being typed, for the agent to see. Answered 204; ignored when the button does not allow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDraft {
    /// All of the input field.
    pub text: Text,
}

/// `POST /visitor/custom-events`, `POST /conversations/{id}/custom-events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendCustomEvent {
    /// The event's own name, at most 255 characters.
    pub name: String,
    /// The event's own data.
    pub data: Text,
}

/// `POST /visitor/page`: the visitor is on another page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitPage {
    /// Which.
    pub page: WebPage,
}

/// `POST /visitor/idle-warning`: the visitor's side shows the idle warning, or took it back. Answered 204.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetIdleWarning {
    /// Whether it is shown.
    pub raised: bool,
}

/// `POST /visitor/end`, `POST /conversations/{id}/end`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndConversation {
    /// In the ender's words, at most 255 characters.
    pub reason: Option<Text>,
}

/// `POST …/files` (`multipart/form-data`): for the OpenAPI document.
#[derive(Clone, Debug, ToSchema)]
pub struct UploadFile {
    /// The content, with its file name. Its type is judged by content.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
    /// Which request it answers; absent only where files may be sent unasked.
    #[schema(value_type = Option<String>)]
    pub request: Option<FileRequestId>,
}

/// The answer to an upload: the file is on disk and in the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadedFile {
    /// Its place in the conversation.
    pub sequence: u64,
    /// The file.
    pub file: File,
}

/// A link to a file that works without a token until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileLink {
    /// Which file.
    pub file: FileId,
    /// Absolute address; whoever has it can read the file.
    pub url: Secret,
    /// Until when.
    pub expires_at: Instant,
}

/// `GET /visitor/availability`: can a conversation be asked for here now? Needs no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityQuery {
    /// Where the visitor is.
    #[param(value_type = String)]
    pub deployment: DeploymentId,
    /// Comma-separated ids of buttons.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub buttons: String,
    /// Comma-separated ids of agents.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agents: String,
}

/// The answer to [`AvailabilityQuery`]: only what was asked for and exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Availability {
    /// Buttons asked for.
    pub buttons: Vec<ButtonAvailability>,
    /// Agents asked for.
    pub agents: Vec<AgentAvailability>,
}

/// Whether a button takes conversations now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct ButtonAvailability {
    /// Which.
    pub button: ButtonId,
    /// Whether a conversation asked for now would be answered or queued.
    pub available: bool,
    /// Seconds; null while nothing is known.
    pub estimated_wait_seconds: Option<u32>,
}

/// Whether an agent takes conversations now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct AgentAvailability {
    /// Which.
    pub agent: AgentId,
    /// Whether.
    pub available: bool,
}

/// `GET /visitor/transcript`: everything that the visitor saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorTranscript {
    /// Which conversation.
    pub conversation: ConversationId,
    /// When it was asked for.
    pub started_at: Instant,
    /// When it ended; null while it goes on.
    pub ended_at: Option<Instant>,
    /// Oldest first.
    pub entries: Vec<VisitorEntry>,
}

/// `GET /visitor/post-chat`: where the visitor goes when a conversation is over, and what is posted there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostChat {
    /// The page's address; null where the button has none.
    pub page: Option<String>,
    /// A form's fields, in order; empty without a page.
    pub fields: Vec<PostChatField>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostChatField {
    /// Its name, as such pages know it.
    pub name: String,
    /// What it says.
    pub value: Text,
}
