//! What a list of agents shows besides their settings, and a rule tried out.

use domain::{
    ids::RuleId,
    permission::Permission,
    rules::{self, AuthorKind, CompiledRules},
    secret::Text,
};
use store::{CredentialSummary, Load, Presence};

use crate::{App, Error, Result, SignedInAgent, definition::Rule};

/// The most bytes of an example that a rule is tried on.
const EXAMPLE_BYTES: usize = 64 * 1024;

/// What the agents of a workspace are doing. Who is not listed does nothing.
#[derive(Clone, Debug)]
pub struct AgentsDoing {
    /// Whether they are there.
    pub presences: Vec<Presence>,
    /// How much of their capacity is used.
    pub loads: Vec<Load>,
    /// How they sign in.
    pub credentials: Vec<CredentialSummary>,
}

impl App {
    /// What all agents are doing.
    pub async fn agents_doing(&self, who: &SignedInAgent) -> Result<AgentsDoing> {
        who.require(Permission::ManageAgents)?;
        let mut snapshot = self.store().snapshot().await?;
        let (presences, loads) = (snapshot.presences(who.workspace).await?, snapshot.loads(who.workspace).await?);
        drop(snapshot);
        Ok(AgentsDoing { presences, loads, credentials: self.store().credentials(who.workspace).await? })
    }

    /// What a rule makes of an example, as if it were switched on and for everybody; and whether it found anything.
    pub fn try_rule(&self, who: &SignedInAgent, rule: &Rule, example: &str) -> Result<(Text, bool)> {
        who.require(Permission::ManageRules)?;
        if example.len() > EXAMPLE_BYTES {
            return Err(Error::invalid("text", format!("an example has at most {EXAMPLE_BYTES} bytes")));
        }
        let mut rule = rule.to_domain(RuleId(uuid::Uuid::nil()));
        rule.check().map_err(|problem| Error::invalid("rule.pattern", problem.to_string()))?;
        (rule.enabled, rule.enforce_on) = (true, rules::EnforceOn::ALL);
        let (compiled, _) = CompiledRules::compile(&[rule]);
        let masked = rules::apply(&compiled, AuthorKind::Visitor, example);
        let found = !masked.triggered.is_empty();
        Ok((Text(masked.text.into_owned()), found))
    }
}
