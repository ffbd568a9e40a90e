//! What agents and supervisors do at their desks beside answering: names for ids, texts to insert, notes, flags, blocks.

use domain::{
    ids::{AgentId, ButtonId, DeploymentId, QueueId, SkillId},
    secret::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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

/// `GET /quick-texts`: texts to insert, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct QuickTextsQuery {
    /// Only those whose shortcut, name, folder or text holds this; case does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// `next` of the page before; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many items, 1 to 500; 100 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// `POST /conversations/{id}/notes`: words among colleagues that no visitor sees; a supervisor's are a whisper to the owner. Answered with
/// [`crate::visitor::Accepted`].
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
