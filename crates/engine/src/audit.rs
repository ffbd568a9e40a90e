//! The audit log: every change by an admin, every reading of what is hidden.
//!
//! A line is written in the transaction of what it tells of. It never holds a secret or what people wrote.

use std::net::IpAddr;

use domain::ids::{AgentId, AuditId};
use serde_json::json;
use store::{AuditLine, Tx};

use crate::{Result, Scope};

/// Who does something that is audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in agent.
    Agent {
        /// Who.
        agent: AgentId,
        /// From which address, if known.
        address: Option<IpAddr>,
    },
    /// The server itself, or its command line.
    System,
}

impl Actor {
    /// The agent, if it is one.
    pub fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent { agent, .. } => Some(agent),
            Self::System => None,
        }
    }

    fn stored(self) -> String {
        self.agent().map_or_else(|| "system".to_owned(), |agent| agent.to_string())
    }

    fn address(self) -> Option<String> {
        match self {
            Self::Agent { address, .. } => address.map(|address| address.to_string()),
            Self::System => None,
        }
    }
}

/// Writes a line: `action` is `{kind}.{verb}` in the past (`button.changed`), `subject` the id of what it was done to, `change` what became
/// different.
pub(crate) async fn write(
    tx: &mut Tx,
    scope: &Scope,
    actor: Actor,
    action: impl Into<String>,
    subject: impl Into<String>,
    change: serde_json::Value,
) -> Result<()> {
    let line = AuditLine {
        id: scope.id::<AuditId>(),
        at: scope.now,
        actor: actor.stored(),
        action: action.into(),
        subject: subject.into(),
        body: json!({ "address": actor.address(), "change": change }),
    };
    tx.audit(scope.workspace(), &line).await?;
    Ok(())
}
