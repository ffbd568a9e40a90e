//! What is kept out: sensitive-data rules and blocked addresses.

use domain::ids::{AgentId, BlockId, RuleId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Instant;

/// A sensitive-data rule: what it finds is masked before anything is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// All that can be set.
    pub settings: RuleSettings,
}

/// What a rule finds and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// For people.
    pub name: String,
    /// A regular expression; look-around and back-references work within a limit of steps, past which the whole message is masked.
    pub pattern: String,
    /// What becomes of a match.
    pub action: RuleAction,
    /// With `replace`: what stands in its place.
    #[serde(default)]
    pub replacement: String,
    /// Lower is applied first.
    #[serde(default)]
    pub priority: i32,
    /// Applied at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// To whose messages.
    pub applies_to: Vec<RuleScope>,
}

fn yes() -> bool {
    true
}

/// What becomes of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleAction {
    /// It goes.
    Remove,
    /// `replacement` stands in its place.
    Replace,
}

/// To whose messages a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// Agents'.
    Agent,
    /// Visitors', drafts included.
    Visitor,
    /// Supervisors'.
    Supervisor,
}

/// `POST /admin/rules/try`: what a rule would do. Nothing is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryRule {
    /// The rule, saved or not.
    pub rule: RuleSettings,
    /// An example.
    pub text: domain::secret::Text,
}

/// The answer to [`TryRule`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriedRule {
    /// The example after the rule.
    pub text: domain::secret::Text,
    /// Whether it found anything.
    pub masked: bool,
}

/// A range of addresses whose visitors are turned away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Block {
    /// Which.
    pub id: BlockId,
    /// Who made it.
    pub by: Option<AgentId>,
    /// When.
    pub at: Instant,
    /// All that can be set.
    pub settings: BlockSettings,
}

/// Which addresses are blocked. Both ends are of one family (IPv4 or IPv6) and included. Answered as two addresses, however it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockSettings {
    /// The first address, or a whole network such as `203.0.113.0/24`.
    pub from: String,
    /// The last address, or a network, of which the last counts. Empty or left out: `from` is all.
    #[serde(default)]
    pub to: String,
    /// Why.
    #[serde(default)]
    pub note: Option<String>,
}
