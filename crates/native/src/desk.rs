//! What agents need beside the conversations themselves: names for ids, and texts to insert.

use domain::ids::{AgentId, ButtonId, DeploymentId, QueueId, SkillId};
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
