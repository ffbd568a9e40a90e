//! Visitors' connections.

use std::time::Duration;

use domain::{
    ids::{ConversationId, DeploymentId, SessionId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::Result,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// A visitor's connection to one conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitorSession {
    /// Its id.
    pub id: SessionId,
    /// The conversation; none before one was asked for.
    pub conversation: Option<ConversationId>,
    /// How often it reconnected.
    pub generation: i64,
    /// The last POST's number, if POSTs are numbered.
    pub post_sequence: Option<i64>,
    /// The last visitor sequence that is known to have arrived; -1 for none.
    pub delivered: i64,
    /// When the visitor was heard of last, give or take what [`Store::mark_seen`]'s callers save up.
    pub seen_at: Timestamp,
    /// How long it lives without being heard of.
    pub timeout: Duration,
    /// It is still in use.
    pub open: bool,
}

/// What a visitor's polls said lately, saved many at a time.
#[derive(Clone, Copy, Debug)]
pub struct SessionSeen {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Which session.
    pub session: SessionId,
    /// The last visitor sequence that arrived.
    pub delivered: i64,
    /// When it was heard of.
    pub seen_at: Timestamp,
}

/// An open connection that is silent.
#[derive(Clone, Debug, PartialEq)]
pub struct QuietSession {
    /// The connection.
    pub session: VisitorSession,
    /// Its conversation's agent was told that it is silent.
    pub warned: bool,
    /// Where its conversation came from.
    pub deployment: DeploymentId,
}

fn session(row: &Row) -> Result<VisitorSession> {
    let state: String = row.get(7)?;
    Ok(VisitorSession {
        id: row.get(0)?,
        conversation: row.get(1)?,
        generation: row.get(2)?,
        post_sequence: row.get(3)?,
        delivered: row.get(4)?,
        seen_at: row.get(5)?,
        timeout: Duration::from_micros(u64::try_from(row.get::<i64>(6)?).unwrap_or(0)),
        open: state == "open",
    })
}

impl Store {
    /// A visitor's connection.
    pub async fn session(&self, workspace: WorkspaceId, id: SessionId) -> Result<Option<VisitorSession>> {
        self.borrow().await?.fetch_optional(SESSION, values![workspace, id]).await?.as_ref().map(session).transpose()
    }

    /// Open connections that may have to be looked after: those whose time is up at `now` as far as is stored, those not heard of since
    /// `quiet`, and those about which somebody was warned.
    pub async fn quiet_sessions(&self, workspace: WorkspaceId, now: Timestamp, quiet: Timestamp) -> Result<Vec<QuietSession>> {
        self.borrow()
            .await?
            .fetch_all(QUIET, values![workspace, now, quiet])
            .await?
            .iter()
            .map(|row| Ok(QuietSession { session: session(row)?, warned: row.get(8)?, deployment: row.get(9)? }))
            .collect()
    }

    /// Open connections of a conversation.
    pub async fn sessions_of(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<VisitorSession>> {
        self.borrow().await?.fetch_all(OF_CONVERSATION, values![workspace, conversation]).await?.iter().map(session).collect()
    }
}

impl Tx {
    /// Writes a new connection.
    pub async fn insert_session(&mut self, workspace: WorkspaceId, session: &VisitorSession, now: Timestamp) -> Result<()> {
        let timeout = i64::try_from(session.timeout.as_micros()).unwrap_or(i64::MAX);
        let state = if session.open { "open" } else { "closed" };
        self.execute(
            INSERT,
            values![
                workspace,
                session.id,
                session.conversation,
                session.generation,
                session.post_sequence,
                session.delivered,
                session.seen_at,
                timeout,
                state,
                now,
            ],
        )
        .await?;
        self.place_session(session.id, workspace).await
    }

    /// Locks and loads a connection.
    pub async fn session(&mut self, workspace: WorkspaceId, id: SessionId) -> Result<Option<VisitorSession>> {
        self.fetch_optional(LOCK, values![workspace, id]).await?.as_ref().map(session).transpose()
    }

    /// It reconnected: numbers start again. Gives the new generation.
    pub async fn reconnect_session(&mut self, workspace: WorkspaceId, id: SessionId, now: Timestamp) -> Result<Option<i64>> {
        self.fetch_optional(RECONNECT, values![workspace, id, now]).await?.map(|row| row.get(0)).transpose()
    }

    /// Numbers of POSTs start again without a new generation.
    pub async fn reset_post_sequence(&mut self, workspace: WorkspaceId, id: SessionId, to: Option<i64>) -> Result<()> {
        self.execute(RESET, values![workspace, id, to]).await?;
        Ok(())
    }

    /// It is over; tells whether it was open.
    pub async fn close_session(&mut self, workspace: WorkspaceId, id: SessionId) -> Result<bool> {
        Ok(self.execute(CLOSE, values![workspace, id]).await? == 1)
    }

    /// Somebody is told that it is silent, or that it is not any more; true if that is news.
    pub async fn mark_warned(&mut self, workspace: WorkspaceId, id: SessionId, warned: bool) -> Result<bool> {
        Ok(self.execute(MARK_WARNED, values![workspace, id, warned]).await? == 1)
    }

    /// Saves what polls said. A later one never goes back.
    pub async fn mark_seen(&mut self, seen: &[SessionSeen]) -> Result<()> {
        let mut rows = Rows::of(MARK_SEEN, seen.len());
        for seen in seen {
            rows.push([seen.workspace.into(), seen.session.into(), seen.delivered.into(), seen.seen_at.into()]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }
}

statements! {
    SESSION = Sql::Both(
        "SELECT id, conversation, generation, post_sequence, delivered, seen_at, timeout_us, state FROM visitor_session
         WHERE workspace = $1 AND id = $2"
    );
    LOCK = Sql::Each {
        sqlite: "SELECT id, conversation, generation, post_sequence, delivered, seen_at, timeout_us, state FROM visitor_session
                 WHERE workspace = $1 AND id = $2",
        postgres: "SELECT id, conversation, generation, post_sequence, delivered, seen_at, timeout_us, state FROM visitor_session
                   WHERE workspace = $1 AND id = $2 FOR UPDATE",
    };
    QUIET = Sql::Both(
        "SELECT s.id, s.conversation, s.generation, s.post_sequence, s.delivered, s.seen_at, s.timeout_us, s.state, s.warned, o.deployment
         FROM visitor_session s
         JOIN origin o ON o.workspace = s.workspace AND o.conversation = s.conversation
         WHERE s.workspace = $1 AND s.state = 'open' AND (s.seen_at + s.timeout_us <= $2 OR s.seen_at <= $3 OR s.warned = 1)
         ORDER BY s.seen_at, s.id"
    );
    MARK_WARNED = Sql::Both(
        "UPDATE visitor_session SET warned = $3 WHERE workspace = $1 AND id = $2 AND state = 'open' AND warned <> $3"
    );
    OF_CONVERSATION = Sql::Both(
        "SELECT id, conversation, generation, post_sequence, delivered, seen_at, timeout_us, state FROM visitor_session
         WHERE workspace = $1 AND conversation = $2 AND state = 'open' ORDER BY id"
    );
    INSERT = Sql::Both(
        "INSERT INTO visitor_session (workspace, id, conversation, generation, post_sequence, delivered, seen_at, timeout_us, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    RECONNECT = Sql::Both(
        "UPDATE visitor_session SET generation = generation + 1, post_sequence = NULL, seen_at = $3
         WHERE workspace = $1 AND id = $2 AND state = 'open' RETURNING generation"
    );
    RESET = Sql::Both("UPDATE visitor_session SET post_sequence = $3 WHERE workspace = $1 AND id = $2");
    CLOSE = Sql::Both("UPDATE visitor_session SET state = 'closed' WHERE workspace = $1 AND id = $2 AND state = 'open'");
}

row_statements! {
    MARK_SEEN (workspace Id, session Id, delivered Int, seen_at Int) = Sql::Each {
        sqlite: "UPDATE visitor_session SET delivered = max(visitor_session.delivered, k.delivered), seen_at = max(visitor_session.seen_at, k.seen_at)
                 FROM k WHERE visitor_session.workspace = k.workspace AND visitor_session.id = k.session",
        postgres: "UPDATE visitor_session SET delivered = greatest(visitor_session.delivered, k.delivered),
                          seen_at = greatest(visitor_session.seen_at, k.seen_at)
                   FROM k WHERE visitor_session.workspace = k.workspace AND visitor_session.id = k.session",
    };
}
