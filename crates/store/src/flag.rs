//! Conversations whose owners ask for help. What an owner says of it is a message under the flag's number.

use domain::{
    ids::{AgentId, ConversationId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    driver::{Row, Sql, statements, values},
    error::Result,
    read::Snapshot,
    tx::Tx,
};

/// A flag that is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Who raised it.
    pub by: AgentId,
    /// The number of the entry that tells of it, and of the message that goes with it.
    pub sequence: i64,
    /// Since when.
    pub at: Timestamp,
}

fn flag(row: &Row) -> Result<Flag> {
    Ok(Flag { conversation: row.get(0)?, by: row.get(1)?, sequence: row.get(2)?, at: row.get(3)? })
}

impl Snapshot {
    /// A conversation's flag, if it is up.
    pub async fn flag(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Flag>> {
        self.conn.fetch_optional(FLAG, values![workspace, conversation]).await?.as_ref().map(flag).transpose()
    }
}

impl Tx {
    /// A conversation's flag, if it is up.
    pub async fn flag(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Flag>> {
        self.fetch_optional(FLAG, values![workspace, conversation]).await?.as_ref().map(flag).transpose()
    }

    /// The flag goes up. The caller holds the conversation's lock and knows that it is down.
    pub async fn raise_flag(&mut self, workspace: WorkspaceId, flag: &Flag) -> Result<()> {
        self.execute(RAISE, values![workspace, flag.conversation, flag.by, flag.sequence, flag.at]).await?;
        Ok(())
    }

    /// The flag goes down; false if it was.
    pub async fn lower_flag(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<bool> {
        Ok(self.execute(LOWER, values![workspace, conversation]).await? > 0)
    }
}

statements! {
    FLAG = Sql::Both("SELECT conversation, agent, sequence, at FROM flag WHERE workspace = $1 AND conversation = $2");
    RAISE = Sql::Both("INSERT INTO flag (workspace, conversation, agent, sequence, at) VALUES ($1, $2, $3, $4, $5)");
    LOWER = Sql::Both("DELETE FROM flag WHERE workspace = $1 AND conversation = $2");
}
