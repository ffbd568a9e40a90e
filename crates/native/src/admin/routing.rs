//! Where conversations come in and how they find an agent: deployments, buttons, queues, skills.

use domain::ids::{ButtonId, DeploymentId, HoursId, QueueId, SkillId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Appearance, Invitation, OfflineForm, PrechatForm, Survey};

/// A place where visitors come from: a site, an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Which.
    pub id: DeploymentId,
    /// Ids that shipped apps know it by (15 or 18 characters).
    pub old_ids: Vec<String>,
    /// All that can be set.
    pub settings: DeploymentSettings,
}

/// How a deployment behaves. What is left out of a `POST` or `PUT` is the default, or what the operator made it (`[chat]`, `[retention]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentSettings {
    /// For people.
    pub name: String,
    /// Origins whose pages may use it, such as `https://www.example.com`; empty for all.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// A visitor who is not heard from for so long is gone. Milliseconds; 280,000 unless told.
    #[serde(default = "default_connection_timeout")]
    pub connection_timeout_ms: u32,
    /// The agent is told of a silent visitor after so long. Milliseconds; null for never.
    #[serde(default)]
    pub connection_warning_ms: Option<u32>,
    /// A conversation in which nobody says anything for so long is ended by the server. Seconds; null for never.
    #[serde(default)]
    pub idle_backstop_seconds: Option<u32>,
    /// Visitors may see their place in the queue.
    #[serde(default = "yes")]
    pub show_queue_position: bool,
    /// Visitors may have their transcript.
    #[serde(default = "yes")]
    pub visitor_transcript: bool,
    /// Longest message, in characters.
    #[serde(default = "default_message_chars")]
    pub max_message_chars: u32,
    /// What files may be sent.
    #[serde(default)]
    pub files: FileSettings,
    /// How long things are kept.
    #[serde(default)]
    pub retention: RetentionSettings,
    /// How clients that poll are answered.
    #[serde(default)]
    pub polling: PollingSettings,
    /// How the window looks and which language it speaks.
    #[serde(default)]
    pub appearance: Appearance,
    /// Hosts, as `forms.example.com` or `forms.example.com:8443`, that may have pages before, during and after a conversation, besides our own
    /// and those of `allowed_origins`; at most 50.
    #[serde(default)]
    pub redirect_hosts: Vec<String>,
    /// Pages of the site's own that come before a conversation may read what the visitor's page said of the visitor.
    #[serde(default)]
    pub prechat_api: bool,
}

fn yes() -> bool {
    true
}

fn default_connection_timeout() -> u32 {
    280_000
}

fn default_message_chars() -> u32 {
    4_000
}

/// What files may be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FileSettings {
    /// Largest file, in bytes.
    pub max_bytes: u64,
    /// Media types, judged by content; `image/*` covers all of a kind. Empty: no files.
    pub media_types: Vec<String>,
    /// Visitors may send files that no agent asked for.
    pub unasked: bool,
    /// How long a link to a file works for who has no token. Seconds.
    pub link_seconds: u32,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            media_types: ["image/*", "application/pdf", "text/plain"].map(str::to_owned).to_vec(),
            unasked: false,
            link_seconds: 86_400,
        }
    }
}

/// How long things are kept after a conversation's end, in days; null or 0 for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// The conversation itself, with all that belongs to it.
    pub conversation_days: Option<u32>,
    /// What was written: messages, custom events, notes, the words of ratings and ends.
    pub message_days: Option<u32>,
    /// Files.
    pub file_days: Option<u32>,
    /// Pre-chat values, the hidden ones too, pages seen, and what is known of the visitor's device.
    pub detail_days: Option<u32>,
}

/// How clients that poll are answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PollingSettings {
    /// How many events one answer brings.
    pub batch: Batch,
    /// How long a poll is held open. Seconds.
    pub hold_seconds: u32,
    /// Whether visitors are told of the end that they asked for themselves.
    pub own_end: OwnEnd,
    /// In which unit the connection time-out is told.
    pub timeout_unit: TimeoutUnit,
    /// What becomes of a poll when another one comes.
    pub overlap: Overlap,
    /// The number of the first event: 0, or 1 as some servers had it.
    pub first_sequence: u8,
    /// A request that does not say that it asks for a conversation is refused.
    pub insist_on_request_mark: bool,
    /// Where clients that ask about availability and settings are sent instead; null to serve them here.
    pub switch_server: Option<String>,
}

impl Default for PollingSettings {
    fn default() -> Self {
        Self {
            batch: Batch::One,
            hold_seconds: 25,
            own_end: OwnEnd::AfterForm,
            timeout_unit: TimeoutUnit::Milliseconds,
            overlap: Overlap::NewerWins,
            first_sequence: 0,
            insist_on_request_mark: false,
            switch_server: None,
        }
    }
}

/// What becomes of a poll when another one comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The newer one waits, the older one is answered that there is nothing.
    NewerWins,
    /// The newer one is refused as a conflict, and the conversation ends.
    Conflict,
}

/// How many events one answer to a poll brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Batch {
    /// One, whatever waits.
    One,
    /// All that waits.
    All,
}

/// Whether visitors who poll are told of the end that they asked for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnEnd {
    /// Only where the button has a form for after the conversation.
    AfterForm,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// In which unit the connection time-out is told to clients that poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// An entry point that routes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Button {
    /// Which.
    pub id: ButtonId,
    /// Ids that shipped apps know it by; several may name one button.
    pub old_ids: Vec<String>,
    /// All that can be set.
    pub settings: ButtonSettings,
}

/// How a button behaves. What is left out of a `POST` or `PUT` is the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ButtonSettings {
    /// For people.
    pub name: String,
    /// Takes conversations at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// Deployments that may use it; empty for all.
    #[serde(default)]
    pub deployments: Vec<DeploymentId>,
    /// How conversations find an agent.
    #[serde(default)]
    pub routing: RoutingSettings,
    /// The first message of an answered conversation; `{agent}` is the agent's public name.
    #[serde(default)]
    pub greeting: Option<String>,
    /// The name that visitors see instead of the agent's.
    #[serde(default)]
    pub agent_name: Option<String>,
    /// Agents see what visitors are typing.
    #[serde(default)]
    pub drafts: bool,
    /// The visitor's side warns after so many seconds without input; null for never. Below `idle_timeout_seconds`.
    #[serde(default)]
    pub idle_warning_seconds: Option<u32>,
    /// The visitor's side ends after so many seconds without input; null for never.
    #[serde(default)]
    pub idle_timeout_seconds: Option<u32>,
    /// The visitor is shown a form before: a page of the site's own; its address.
    #[serde(default)]
    pub form_before: Option<String>,
    /// The visitor is shown a form after; its address.
    #[serde(default)]
    pub form_after: Option<String>,
    /// BCP 47 tag of the window's language.
    #[serde(default)]
    pub language: Option<String>,
    /// A page of the site's own in which conversations are held instead of ours; its address.
    #[serde(default)]
    pub chat_page: Option<String>,
    /// What our own window asks before a conversation. Where there is `form_before`, that is shown instead.
    #[serde(default)]
    pub prechat_form: Option<PrechatForm>,
    /// What our own window asks after a conversation. Where there is `form_after`, that is shown instead.
    #[serde(default)]
    pub survey: Option<Survey>,
    /// What our own window shows when nobody is there; null: it only says so.
    #[serde(default)]
    pub offline_form: Option<OfflineForm>,
    /// An invitation to this button that pages show by themselves.
    #[serde(default)]
    pub invitation: Option<Invitation>,
    /// The hours outside which it takes no conversations; null for always.
    #[serde(default)]
    pub hours: Option<HoursId>,
    /// When the records that a visitor's form asks for are found or made; null: as soon as it is asked where a queue finds the agent, else when
    /// an agent accepts.
    #[serde(default)]
    pub record_timing: Option<RecordTiming>,
}

/// When the records that a visitor's form asks for are found or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordTiming {
    /// As soon as the conversation is asked for, also for a visitor who leaves before anybody answers.
    AtRequest,
    /// When the first agent accepts.
    OnAcceptance,
}

/// How conversations find an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RoutingSettings {
    /// Who is asked first.
    pub strategy: RoutingStrategy,
    /// What agents must be able to do; empty: nothing special. A queue asks for membership as well.
    pub skills: Vec<SkillId>,
    /// Whether one of the skills is enough.
    pub skill_match: SkillMatch,
    /// For a button: the queue that its conversations join, whose settings then hold instead of these, but for `priority`. Not for a queue.
    pub queue: Option<QueueId>,
    /// May conversations wait when every agent is at capacity?
    pub queueing: bool,
    /// How many may wait for each agent who is online; null for no limit.
    pub queue_limit_per_agent: Option<u32>,
    /// How many may wait at all; null for no limit.
    pub queue_limit_overall: Option<u32>,
    /// An offer times out after so many seconds; null for never.
    pub push_timeout_seconds: Option<u32>,
    /// When all have refused, ask them again.
    pub reroute_declined: bool,
    /// How many times at most all are asked again; null for no limit.
    pub max_reroutes: Option<u32>,
    /// Offers are accepted at once.
    pub auto_accept: bool,
    /// Waiting visitors are sent away so many seconds after the last qualified agent left.
    pub no_agent_grace_seconds: u32,
    /// Lower is served first.
    pub priority: i32,
}

impl Default for RoutingSettings {
    fn default() -> Self {
        Self {
            strategy: RoutingStrategy::LeastActive,
            skills: Vec::new(),
            skill_match: SkillMatch::Any,
            queue: None,
            queueing: true,
            queue_limit_per_agent: None,
            queue_limit_overall: None,
            push_timeout_seconds: Some(30),
            reroute_declined: true,
            max_reroutes: None,
            auto_accept: false,
            no_agent_grace_seconds: 30,
            priority: 0,
        }
    }
}

/// Which agents a set of skills admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillMatch {
    /// Those with at least one of them.
    Any,
    /// Those with all of them.
    All,
}

/// Who is asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoutingStrategy {
    /// Nobody: agents pick.
    Choice,
    /// Who has the fewest conversations.
    LeastActive,
    /// Who has the most capacity left.
    MostAvailable,
}

/// A line of waiting conversations, which several buttons may share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    /// Which.
    pub id: QueueId,
    /// All that can be set.
    pub settings: QueueSettings,
}

/// How a queue behaves. Its agents are named in each agent's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// For people.
    pub name: String,
    /// Takes new conversations.
    #[serde(default = "yes")]
    pub active: bool,
    /// How conversations find an agent; its `queue` is not looked at.
    #[serde(default)]
    pub routing: RoutingSettings,
}

/// What an agent can do and a button asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Skill {
    /// Which.
    pub id: SkillId,
    /// All that can be set.
    pub settings: SkillSettings,
}

/// What a skill is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillSettings {
    /// For people.
    pub name: String,
}
