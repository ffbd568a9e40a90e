//! Who works here and what they may do: agents and roles.

use domain::{
    ids::{AgentId, ButtonId, QueueId, RoleId, SkillId},
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Instant,
    agent::{Capacity, Presence, PresenceStatus},
};

/// What a role may allow. Checked by the engine, whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Permission {
    /// Go online, be offered conversations, write in one's own.
    #[serde(rename = "conversations.answer")]
    AnswerConversations,
    /// Hand one's conversation over to another agent.
    #[serde(rename = "conversations.transfer_to_agent")]
    TransferToAgent,
    /// Hand it over to a button.
    #[serde(rename = "conversations.transfer_to_button")]
    TransferToButton,
    /// Hand it over to a skill.
    #[serde(rename = "conversations.transfer_to_skill")]
    TransferToSkill,
    /// Hand it over to a queue.
    #[serde(rename = "conversations.transfer_to_queue")]
    TransferToQueue,
    /// Ask visitors for files and send them files.
    #[serde(rename = "conversations.exchange_files")]
    ExchangeFiles,
    /// See what a visitor types before it is sent.
    #[serde(rename = "conversations.see_drafts")]
    SeeDrafts,
    /// See those who wait in the queues that one serves, and pick where agents choose.
    #[serde(rename = "queues.see_waiting")]
    SeeWaiting,
    /// Read messages that visitors left when nobody was there, and see to them.
    #[serde(rename = "offline_messages.answer")]
    AnswerOfflineMessages,
    /// Read, take over, reassign and end conversations of others while they run; set the presence of others.
    #[serde(rename = "conversations.supervise")]
    SuperviseConversations,
    /// Read the figures: how much was asked, answered and missed, and how long it took.
    #[serde(rename = "figures.read")]
    ReadFigures,
    /// Read details that are hidden from agents.
    #[serde(rename = "details.read_hidden")]
    ReadHiddenDetails,
    /// Read conversations of others that are over.
    #[serde(rename = "history.read")]
    ReadHistory,
    /// Turn visitors away by address.
    #[serde(rename = "visitors.block")]
    BlockVisitors,
    /// Get everything that is stored about a person.
    #[serde(rename = "persons.export")]
    ExportPersons,
    /// Have it erased.
    #[serde(rename = "persons.erase")]
    ErasePersons,
    /// Set up deployments and buttons.
    #[serde(rename = "deployments.manage")]
    ManageDeployments,
    /// Set up queues and skills.
    #[serde(rename = "queues.manage")]
    ManageQueues,
    /// Make agents, change and disable them, reset their passwords.
    #[serde(rename = "agents.manage")]
    ManageAgents,
    /// Make roles and change them.
    #[serde(rename = "roles.manage")]
    ManageRoles,
    /// Set up sensitive-data rules.
    #[serde(rename = "rules.manage")]
    ManageRules,
    /// Read the audit log.
    #[serde(rename = "audit.read")]
    ReadAudit,
    /// Write the texts that agents insert.
    #[serde(rename = "quick_texts.manage")]
    ManageQuickTexts,
    /// Change the settings of the workspace.
    #[serde(rename = "workspace.manage")]
    ManageWorkspace,
}

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// Which.
    pub id: RoleId,
    /// `agent`, `supervisor` and `admin` come with the workspace and cannot be changed.
    pub built_in: bool,
    /// All that can be set.
    pub settings: RoleSettings,
}

/// What a role allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleSettings {
    /// For people.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
}

/// A person who answers, or administers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Which.
    pub id: AgentId,
    /// Ids that shipped apps know the agent by.
    pub old_ids: Vec<String>,
    /// All that can be set.
    pub settings: AgentSettings,
    /// Whether offers come.
    pub presence: Presence,
    /// How much more fits.
    pub capacity: Capacity,
    /// Whether a second factor is enrolled.
    pub totp: bool,
    /// When the agent signed in last.
    pub last_sign_in_at: Option<Instant>,
}

/// `POST /admin/agents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgent {
    /// All that can be set.
    pub settings: AgentSettings,
    /// The first password, at least 12 characters; to be changed at the first sign-in.
    pub password: Secret,
}

/// What is set for an agent. What is left out of a `POST` or `PUT` is the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    /// What the agent signs in with; unique in the workspace, case does not count.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The name that visitors see; null for `name`.
    #[serde(default)]
    pub public_name: Option<String>,
    /// May sign in.
    #[serde(default = "yes")]
    pub active: bool,
    /// Roles held.
    #[serde(default)]
    pub roles: Vec<RoleId>,
    /// Skills held.
    #[serde(default)]
    pub skills: Vec<SkillId>,
    /// Queues served.
    #[serde(default)]
    pub queues: Vec<QueueId>,
    /// How many conversations the agent can carry.
    #[serde(default = "default_capacity")]
    pub capacity: u32,
    /// The first message of a conversation that the agent answers; replaces the button's. `{agent}` is the public name.
    #[serde(default)]
    pub greeting: Option<String>,
    /// Offers are accepted at once.
    #[serde(default)]
    pub auto_accept: bool,
    /// Away after a decline.
    #[serde(default)]
    pub away_on_decline: bool,
    /// Away after an offer timed out.
    #[serde(default)]
    pub away_on_timeout: bool,
    /// The visitor waits too long after so many seconds without an answer; null for never.
    #[serde(default)]
    pub critical_wait_seconds: Option<u32>,
    /// How long after-conversation work may take; 0 for none, null for until the agent ends it.
    #[serde(default = "no_after_work")]
    pub after_work_seconds: Option<u32>,
    /// Buttons that the agent may transfer to; null for all.
    #[serde(default)]
    pub transfer_buttons: Option<Vec<ButtonId>>,
    /// Skills that the agent may transfer to; null for all.
    #[serde(default)]
    pub transfer_skills: Option<Vec<SkillId>>,
}

fn yes() -> bool {
    true
}

fn default_capacity() -> u32 {
    5
}

fn no_after_work() -> Option<u32> {
    Some(0)
}

/// `POST /admin/agents/{id}/password`: resets it, ends all sign-ins; to be changed at the next one. Answered 204.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The new password, at least 12 characters.
    pub password: Secret,
    /// Take the second factor away too.
    #[serde(default)]
    pub remove_totp: bool,
}

/// `PUT /admin/agents/{id}/presence`: a supervisor's word; answered with [`Presence`]. Needs `conversations.supervise`; audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAgentPresence {
    /// Whether offers shall come.
    pub status: PresenceStatus,
    /// Why, at most 80 characters.
    #[serde(default)]
    pub note: Option<String>,
}
