//! Supervisors who watch conversations of others, each as long as his lease is renewed.

use domain::{
    ids::{AgentId, ConversationId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    driver::{Row, Sql, statements, values},
    error::Result,
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// Somebody watches a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monitor {
    /// Which.
    pub conversation: ConversationId,
    /// Who.
    pub agent: AgentId,
    /// Until then, unless renewed.
    pub lease_until: Timestamp,
}

fn monitor(row: &Row) -> Result<Monitor> {
    Ok(Monitor { conversation: row.get(0)?, agent: row.get(1)?, lease_until: row.get(2)? })
}

impl Snapshot {
    /// Who watches what.
    pub async fn monitors(&mut self, workspace: WorkspaceId) -> Result<Vec<Monitor>> {
        self.conn.fetch_all(MONITORS, values![workspace]).await?.iter().map(monitor).collect()
    }

    /// Who watches a conversation, in order.
    pub async fn monitors_of(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<AgentId>> {
        self.conn.fetch_all(OF_CONVERSATION, values![workspace, conversation]).await?.iter().map(|row| row.get(1)).collect()
    }

    /// What an agent watches, in order.
    pub async fn monitored_by(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<ConversationId>> {
        self.conn.fetch_all(OF_AGENT, values![workspace, agent]).await?.iter().map(|row| row.get(0)).collect()
    }
}

impl Tx {
    /// What an agent watches, in order.
    pub async fn monitored_by(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<Monitor>> {
        self.fetch_all(OF_AGENT, values![workspace, agent]).await?.iter().map(monitor).collect()
    }

    /// Somebody watches from now on. The caller holds the conversation's lock and knows that he does not yet.
    pub async fn start_monitor(&mut self, workspace: WorkspaceId, monitor: &Monitor, since: Timestamp) -> Result<()> {
        self.execute(START, values![workspace, monitor.conversation, monitor.agent, since, monitor.lease_until]).await?;
        Ok(())
    }

    /// Somebody does not watch any longer; false if he did not.
    pub async fn end_monitor(&mut self, workspace: WorkspaceId, conversation: ConversationId, agent: AgentId) -> Result<bool> {
        Ok(self.execute(END, values![workspace, conversation, agent]).await? > 0)
    }

    /// Nobody watches a conversation any longer; tells who did, in order.
    pub async fn end_monitors(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<AgentId>> {
        let mut ended: Vec<AgentId> =
            self.fetch_all(END_ALL, values![workspace, conversation]).await?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
        ended.sort_unstable();
        Ok(ended)
    }

    /// Renews what these agents watch.
    pub async fn renew_monitors(&mut self, agents: &[(WorkspaceId, AgentId)], until: Timestamp) -> Result<()> {
        let mut rows = Rows::of(RENEW, agents.len());
        for (workspace, agent) in agents {
            rows.push([(*workspace).into(), (*agent).into(), until.into()]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }
}

statements! {
    MONITORS = Sql::Both("SELECT conversation, agent, lease_until FROM monitor WHERE workspace = $1 ORDER BY conversation, agent");
    OF_CONVERSATION = Sql::Both(
        "SELECT conversation, agent, lease_until FROM monitor WHERE workspace = $1 AND conversation = $2 ORDER BY agent"
    );
    OF_AGENT = Sql::Both("SELECT conversation, agent, lease_until FROM monitor WHERE workspace = $1 AND agent = $2 ORDER BY conversation");
    START = Sql::Both("INSERT INTO monitor (workspace, conversation, agent, since, lease_until) VALUES ($1, $2, $3, $4, $5)");
    END = Sql::Both("DELETE FROM monitor WHERE workspace = $1 AND conversation = $2 AND agent = $3");
    END_ALL = Sql::Both("DELETE FROM monitor WHERE workspace = $1 AND conversation = $2 RETURNING agent");
}

row_statements! {
    RENEW (workspace Id, agent Id, until Int) = Sql::Each {
        sqlite: "UPDATE monitor SET lease_until = max(lease_until, k.until)
                 FROM k WHERE monitor.workspace = k.workspace AND monitor.agent = k.agent",
        postgres: "UPDATE monitor SET lease_until = greatest(lease_until, k.until)
                   FROM k WHERE monitor.workspace = k.workspace AND monitor.agent = k.agent",
    };
}
