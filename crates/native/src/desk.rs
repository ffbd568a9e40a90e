//! What agents and supervisors do at their desks beside answering: names for ids, texts to insert, notes, flags, blocks.

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, QueueId, SkillId},
    secret::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Instant,
    agent::{Capacity, PresenceReason, PresenceStatus},
    conversation::{ConversationState, Flag},
};

/// `GET /directory`: what ids are called, for every agent. Each list by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Directory {
    /// The workspace.
    pub workspace: DirectoryWorkspace,
    /// Agents, the switched-off ones too: what they wrote is still there.
    pub agents: Vec<DirectoryAgent>,
    /// Deployments.
    pub deployments: Vec<DirectoryDeployment>,
    /// Buttons.
    pub buttons: Vec<DirectoryButton>,
    /// Queues.
    pub queues: Vec<DirectoryQueue>,
    /// Skills.
    pub skills: Vec<DirectorySkill>,
    /// What to pick from as the note of being away.
    pub away_reasons: Vec<String>,
    /// What to pick from as the reason of declining an offer.
    pub decline_reasons: Vec<String>,
}

/// The workspace, for agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DirectoryWorkspace {
    /// Its name.
    pub name: String,
    /// IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
}

/// An agent's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DirectoryAgent {
    /// Which.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// The name that visitors see.
    pub public_name: String,
    /// May sign in.
    pub active: bool,
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident, $id:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct $name {
            /// Which.
            pub id: $id,
            /// What it is called.
            pub name: String,
        }
    )*};
}

named! {
    /// A deployment's name.
    DirectoryDeployment, DeploymentId;
    /// A button's name.
    DirectoryButton, ButtonId;
    /// A queue's name.
    DirectoryQueue, QueueId;
    /// A skill's name.
    DirectorySkill, SkillId;
}

/// `POST /conversations/{id}/notes`: words among colleagues that no visitor sees; a supervisor's are a whisper to the owner. After the end
/// whoever finishes up still writes them. Answered with [`crate::visitor::Accepted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteNote {
    /// What, at most 64 KiB.
    pub text: Text,
}

/// `POST /conversations/{id}/flag`: the owner asks for a supervisor's help; `DELETE` takes it back. Answered with
/// [`crate::visitor::Accepted`], which names the entry of the flag that is up, also when it was up before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseFlag {
    /// What for, at most 64 KiB.
    #[serde(default)]
    pub note: Option<Text>,
}

/// `POST /conversations/{id}/block`: the visitor's address is turned away from now on. Answered with 201 and the block, which is the one there
/// was if the addresses were blocked before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockVisitor {
    /// Why, at most 255 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// The whole network of the address: a /24 of IPv4, a /64 of IPv6.
    #[serde(default)]
    pub network: bool,
    /// End the conversation, too.
    #[serde(default)]
    pub end: bool,
}

/// `GET /board`: all that a supervisor looks over at once. Needs `conversations.supervise`. It carries an `ETag`; with `If-None-Match` it is
/// answered 304 while nothing on it can have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// When it was read.
    pub at: Instant,
    /// Active agents who may answer, by name.
    pub agents: Vec<BoardAgent>,
    /// Where visitors wait: queues and buttons that are switched on, by name; then agents and skills for which somebody waits by name.
    pub queues: Vec<BoardQueue>,
    /// Conversations that run, the newest 500, newest first.
    pub conversations: Vec<BoardConversation>,
    /// Sums over everything, not over what is listed.
    pub totals: BoardTotals,
}

/// An agent on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardAgent {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// Whether offers come.
    pub status: PresenceStatus,
    /// Why.
    pub reason: PresenceReason,
    /// In the agent's words, such as `Lunch`.
    pub note: Option<String>,
    /// Since when.
    pub since: Instant,
    /// How much more fits.
    pub capacity: Capacity,
    /// Conversations that the agent has.
    pub conversations: u32,
}

/// Where visitors wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardQueue {
    /// The queue, if it is one.
    pub id: Option<QueueId>,
    /// The button, if it has a line of its own.
    pub button: Option<ButtonId>,
    /// What it is called.
    pub name: String,
    /// How many wait.
    pub waiting: u32,
    /// Since when the one who waits longest does.
    pub longest_waiting_since: Option<Instant>,
    /// How long a visitor who came now would wait: 0 when an agent is free; null if unknown.
    pub estimated_wait_seconds: Option<u64>,
    /// Agents who are online for it.
    pub online_agents: u32,
    /// How many more conversations they can take together.
    pub free_capacity: u32,
}

/// Who wrote last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LastAuthor {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent,
}

/// A conversation on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardConversation {
    /// Which.
    pub id: ConversationId,
    /// Where it stands.
    pub state: ConversationState,
    /// The visitor's name.
    pub visitor_name: Option<Text>,
    /// Where it came in.
    pub button: Option<ButtonId>,
    /// In which queue it waits, or waited last.
    pub queue: Option<QueueId>,
    /// Who has it.
    pub owner: Option<AgentId>,
    /// When it was asked for.
    pub started_at: Instant,
    /// When the first agent took it.
    pub answered_at: Option<Instant>,
    /// When visitor or agent last wrote or sent something; greetings and notes do not count.
    pub last_message_at: Option<Instant>,
    /// Who that was.
    pub last_author: Option<LastAuthor>,
    /// The visitor waits too long for an answer.
    pub critical_wait: bool,
    /// The flag that its owner raised.
    pub flag: Option<Flag>,
    /// Supervisors who watch it, in order.
    pub monitored_by: Vec<AgentId>,
}

/// Sums of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct BoardTotals {
    /// Conversations that no agent has: they wait or are being offered.
    pub waiting: u32,
    /// Conversations that agents have.
    pub active: u32,
    /// Agents who are online.
    pub online_agents: u32,
}
