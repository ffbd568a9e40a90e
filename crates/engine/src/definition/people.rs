//! Who works here and what they may do.

use domain::{
    ids::{ButtonId, QueueId, RoleId, SkillId},
    permission::Permissions,
};
use serde::{Deserialize, Serialize};

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// For people.
    pub name: String,
    /// What it allows.
    pub permissions: Permissions,
    /// `agent`, `supervisor` and `admin` come with the workspace and cannot be changed.
    #[serde(default)]
    pub built_in: bool,
}

/// A person who answers, or administers. How he signs in is kept apart (`store::credential`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// What the agent signs in with; unique in the workspace, case does not count.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The name that visitors see; none for `name`.
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
    /// How many conversations at once.
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
    /// The visitor waits too long after so many seconds without an answer; none for never.
    #[serde(default)]
    pub critical_wait_seconds: Option<u32>,
    /// How long after-conversation work may take; 0 for none, none for until the agent ends it.
    #[serde(default = "no_after_work")]
    pub after_work_seconds: Option<u32>,
    /// Buttons that the agent may transfer to; none for all.
    #[serde(default)]
    pub transfer_buttons: Option<Vec<ButtonId>>,
    /// Skills that the agent may transfer to; none for all.
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

impl Agent {
    /// The name that visitors see: the button's own name for its agents, else the agent's public one.
    pub fn face<'a>(&'a self, button: Option<&'a str>) -> &'a str {
        button.filter(|name| !name.is_empty()).or(self.public_name.as_deref().filter(|name| !name.is_empty())).unwrap_or(&self.name)
    }
}
