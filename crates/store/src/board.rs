//! What supervisors look over at once: conversations that run, and what hangs on them. Read from rows that are small and indexed; never from
//! messages or the journal.

use std::time::Duration;

use domain::{
    conversation::LastMessage,
    ids::{AgentId, ButtonId, ConversationId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};

use crate::{
    conversation::last_message,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    flag::Flag,
    read::Snapshot,
};

/// A conversation that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Which.
    pub conversation: ConversationId,
    /// `waiting`, `offered`, `active`.
    pub phase: String,
    /// Who has it, or is asked.
    pub agent: Option<AgentId>,
    /// The visitor waits too long for an answer.
    pub critical: bool,
    /// When somebody last wrote, and who.
    pub last_message: Option<LastMessage>,
    /// The visitor's name.
    pub name: Text,
    /// Where it came in.
    pub button: Option<ButtonId>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the first agent took it.
    pub established_at: Option<Timestamp>,
    /// Where it waits or waited last: the engine's own document.
    pub target: Option<serde_json::Value>,
}

fn running(row: &Row) -> Result<Running> {
    let target: Option<String> = row.get(10)?;
    Ok(Running {
        conversation: row.get(0)?,
        phase: row.get(1)?,
        agent: row.get(2)?,
        critical: row.get(3)?,
        last_message: last_message(row.get(4)?, row.get(5)?),
        name: row.get(6)?,
        button: row.get(7)?,
        requested_at: row.get(8)?,
        established_at: row.get(9)?,
        target: target
            .map(|target| serde_json::from_str(&target))
            .transpose()
            .map_err(|error| Error::Broken { what: "place.target", source: Some(Box::new(error)) })?,
    })
}

impl Snapshot {
    /// The conversations that run, the newest first, at most `limit`.
    pub async fn running(&mut self, workspace: WorkspaceId, limit: i64) -> Result<Vec<Running>> {
        self.conn.fetch_all(RUNNING, values![workspace, limit]).await?.iter().map(running).collect()
    }

    /// Every flag that is up, with what was said of it.
    pub async fn flags(&mut self, workspace: WorkspaceId) -> Result<Vec<(Flag, Option<Text>)>> {
        self.conn
            .fetch_all(FLAGS, values![workspace])
            .await?
            .iter()
            .map(|row| {
                let flag = Flag { conversation: row.get(0)?, by: row.get(1)?, sequence: row.get(2)?, at: row.get(3)? };
                Ok((flag, row.get(4)?))
            })
            .collect()
    }

    /// Every button's average wait.
    pub async fn wait_averages(&mut self, workspace: WorkspaceId) -> Result<Vec<(ButtonId, Duration)>> {
        self.conn
            .fetch_all(WAITS, values![workspace])
            .await?
            .iter()
            .map(|row| Ok((row.get(0)?, Duration::from_micros(u64::try_from(row.get::<i64>(1)?).unwrap_or(0)))))
            .collect()
    }
}

statements! {
    RUNNING = Sql::Both(
        "SELECT c.id, c.phase, c.agent, c.critical, c.last_message_at, c.last_message_by_agent, o.name, o.button, o.requested_at,
                o.established_at, p.target
         FROM conversation c
         JOIN origin o ON o.workspace = c.workspace AND o.conversation = c.id
         LEFT JOIN place p ON p.workspace = c.workspace AND p.conversation = c.id
         WHERE c.workspace = $1 AND c.phase <> 'ended'
         ORDER BY o.requested_at DESC, c.id DESC LIMIT $2"
    );
    FLAGS = Sql::Both(
        "SELECT f.conversation, f.agent, f.sequence, f.at, m.text FROM flag f
         LEFT JOIN message m ON m.workspace = f.workspace AND m.conversation = f.conversation AND m.sequence = f.sequence
         WHERE f.workspace = $1 ORDER BY f.conversation"
    );
    WAITS = Sql::Both("SELECT button, average_us FROM wait_average WHERE workspace = $1");
}
