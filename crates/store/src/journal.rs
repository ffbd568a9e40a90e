//! The journal: what happened, in commit order.

use std::collections::BTreeMap;

use domain::{
    ids::{ConversationId, WorkspaceId},
    journal::{Event, Position},
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Conn, Row, Sql, statements, values},
    error::{Error, Result},
    fate::{Mark, Transaction},
    rows::{Rows, row_statements},
    tx::{Entry, Tx},
};

/// The version of the bodies that are written now.
const BODY_VERSION: i64 = 1;

/// An entry as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place in the workspace's journal.
    pub position: i64,
    /// Which conversation; none for events of the workspace.
    pub conversation: Option<ConversationId>,
    /// Its number in the conversation.
    pub sequence: i64,
    /// Its number among what the visitor is told.
    pub visitor_sequence: Option<i64>,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Timestamp,
}

/// Where a workspace's journal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which workspace.
    pub workspace: WorkspaceId,
    /// The last position given.
    pub at: Position,
    /// Entries up to this position are gone.
    pub pruned: i64,
}

pub(crate) async fn append(
    conn: &mut Conn,
    entries: &[Entry],
    counts: BTreeMap<WorkspaceId, i64>,
    mark: Option<&mut Mark>,
) -> Result<Option<Transaction>> {
    let mark = mark.map(Mark::next);
    let mut next: BTreeMap<WorkspaceId, i64> = BTreeMap::new();
    let mut transaction = None;
    // In id order: two transactions that touch the same workspaces take their allocators in the same order.
    for (workspace, count) in counts {
        let row = match mark {
            Some((writer, number)) => conn.fetch_optional(ALLOCATE_AND_MARK, values![workspace, count, writer, number]).await?,
            None => conn.fetch_optional(ALLOCATE, values![workspace, count]).await?,
        };
        let row = row.ok_or(Error::broken("journal_head"))?;
        let last: i64 = row.get(0)?;
        if let Some((writer, number)) = mark {
            transaction = Some(Transaction { id: row.get(1)?, writer, number });
        }
        next.insert(workspace, last - count);
    }
    let mut lines = Rows::of(APPEND, entries.len());
    for entry in entries {
        let position = next.get_mut(&entry.workspace).ok_or(Error::broken("journal_head"))?;
        *position += 1;
        let numbered = &entry.numbered;
        lines.push([
            entry.workspace.into(),
            (*position).into(),
            numbered.conversation.into(),
            numbered.sequence.into(),
            numbered.visitor_sequence.into(),
            numbered.event.kind().into(),
            BODY_VERSION.into(),
            serde_json::to_string(&numbered.event).map_err(|_| Error::broken("an event that cannot be written"))?.into(),
            entry.at.into(),
        ]);
    }
    conn.execute_rows(lines).await?;
    Ok(transaction)
}

fn recorded(row: &Row) -> Result<Recorded> {
    let body: String = row.get(4)?;
    Ok(Recorded {
        position: row.get(0)?,
        conversation: row.get(1)?,
        sequence: row.get(2)?,
        visitor_sequence: row.get(3)?,
        event: serde_json::from_str(&body).map_err(|error| Error::Broken { what: "journal.body", source: Some(Box::new(error)) })?,
        at: row.get(5)?,
    })
}

fn head(row: &Row) -> Result<Head> {
    Ok(Head { workspace: row.get(0)?, at: Position { epoch: row.get(1)?, position: row.get(2)? }, pruned: row.get(3)? })
}

impl Store {
    /// Where every workspace's journal stands.
    pub async fn heads(&self) -> Result<Vec<Head>> {
        self.borrow().await?.fetch_all(HEADS, vec![]).await?.iter().map(head).collect()
    }

    /// Entries after a position, in order, at most `limit`.
    pub async fn journal_after(&self, workspace: WorkspaceId, position: i64, limit: i64) -> Result<Vec<Recorded>> {
        self.borrow().await?.fetch_all(AFTER, values![workspace, position, limit]).await?.iter().map(recorded).collect()
    }

    /// A conversation's entries after one of its numbers, in order, at most `limit`.
    pub async fn conversation_after(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        sequence: i64,
        limit: i64,
    ) -> Result<Vec<Recorded>> {
        self.borrow()
            .await?
            .fetch_all(CONVERSATION_AFTER, values![workspace, conversation, sequence, limit])
            .await?
            .iter()
            .map(recorded)
            .collect()
    }

    /// What the visitor's connection is told after one of its numbers, in order, with the text of messages, at most `limit`.
    pub async fn visitor_after(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        visitor_sequence: i64,
        limit: i64,
    ) -> Result<Vec<Told>> {
        self.borrow()
            .await?
            .fetch_all(VISITOR_AFTER, values![workspace, conversation, visitor_sequence, limit])
            .await?
            .iter()
            .map(|row| Ok(Told { entry: recorded(row)?, label: row.get(6)?, text: row.get(7)? }))
            .collect()
    }
}

/// An entry for the visitor's connection, with what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The entry.
    pub entry: Recorded,
    /// A custom event's type.
    pub label: Option<String>,
    /// The words, or a custom event's data.
    pub text: Option<domain::secret::Text>,
}

impl crate::read::Snapshot {
    /// Where the workspace's journal stands, at the instant of this snapshot.
    pub async fn head(&mut self, workspace: WorkspaceId) -> Result<Head> {
        let row = self.conn.fetch_optional(HEAD, values![workspace]).await?.ok_or(Error::broken("journal_head"))?;
        head(&row)
    }

    /// Entries after a position, in order, at most `limit`.
    pub async fn journal_entries(&mut self, workspace: WorkspaceId, position: i64, limit: i64) -> Result<Vec<Recorded>> {
        self.conn.fetch_all(AFTER, values![workspace, position, limit]).await?.iter().map(recorded).collect()
    }

    /// A conversation's entries after one of its numbers, in order, at most `limit`.
    pub async fn conversation_entries(
        &mut self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        sequence: i64,
        limit: i64,
    ) -> Result<Vec<Recorded>> {
        self.conn.fetch_all(CONVERSATION_AFTER, values![workspace, conversation, sequence, limit]).await?.iter().map(recorded).collect()
    }
}

impl Tx {
    /// A workspace's journal begins.
    pub async fn begin_journal(&mut self, workspace: WorkspaceId, epoch: i64) -> Result<()> {
        self.execute(BEGIN_JOURNAL, values![workspace, epoch]).await?;
        self.execute(BEGIN_LANE, values![workspace]).await?;
        Ok(())
    }

    /// Every workspace's journal gets a new life: cursors of the old one are foreign (after a restore).
    pub async fn new_epoch(&mut self, epoch: i64) -> Result<()> {
        self.execute(NEW_EPOCH, values![epoch]).await?;
        Ok(())
    }

    /// Removes entries older than `before` that figures, transcripts and deliveries have followed; tells how many went. PostgreSQL drops whole partitions elsewhere; this
    /// removes the rest.
    pub async fn prune_journal(&mut self, workspace: WorkspaceId, before: Timestamp, limit: i64) -> Result<u64> {
        let Some(row) = self.fetch_optional(PRUNE_TO, values![workspace, before, limit]).await? else { return Ok(0) };
        let Some(to) = row.get::<Option<i64>>(0)? else { return Ok(0) };
        let gone = self.execute(PRUNE, values![workspace, to]).await?;
        self.execute(MARK_PRUNED, values![workspace, to]).await?;
        Ok(gone)
    }

    /// Locks the workspace's routing lane: first of all locks, for whatever moves conversations between agents.
    pub async fn lock_routing_lane(&mut self, workspace: WorkspaceId) -> Result<()> {
        self.fetch_optional(LOCK_LANE, values![workspace]).await?;
        Ok(())
    }
}

row_statements! {
    APPEND (workspace Id, position Int, conversation Id, sequence Int, visitor_sequence Int, kind Text, v Int, body Text, at Int) = Sql::Both(
        "INSERT INTO journal (workspace, position, conversation, sequence, visitor_sequence, kind, v, body, at)
         SELECT workspace, position, conversation, sequence, visitor_sequence, kind, v, body, at FROM k WHERE workspace IS NOT NULL"
    );
}

statements! {
    ALLOCATE = Sql::Both("UPDATE journal_head SET position = position + $2 WHERE workspace = $1 RETURNING position");
    // Only PostgreSQL has marks.
    ALLOCATE_AND_MARK = Sql::Both(
        "WITH marked AS (UPDATE writer_mark SET number = $4, at = now() WHERE writer = $3)
         UPDATE journal_head SET position = position + $2 WHERE workspace = $1 RETURNING position, pg_current_xact_id()::text"
    );
    HEADS = Sql::Both("SELECT workspace, epoch, position, pruned FROM journal_head ORDER BY workspace");
    HEAD = Sql::Both("SELECT workspace, epoch, position, pruned FROM journal_head WHERE workspace = $1");
    AFTER = Sql::Both(
        "SELECT position, conversation, sequence, visitor_sequence, body, at FROM journal
         WHERE workspace = $1 AND position > $2 ORDER BY position LIMIT $3"
    );
    CONVERSATION_AFTER = Sql::Both(
        "SELECT position, conversation, sequence, visitor_sequence, body, at FROM journal
         WHERE workspace = $1 AND conversation = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"
    );
    VISITOR_AFTER = Sql::Both(
        "SELECT j.position, j.conversation, j.sequence, j.visitor_sequence, j.body, j.at, m.label, m.text
         FROM journal j
         LEFT JOIN message m ON m.workspace = j.workspace AND m.conversation = j.conversation AND m.sequence = j.sequence
         WHERE j.workspace = $1 AND j.conversation = $2 AND j.visitor_sequence > $3 ORDER BY j.visitor_sequence LIMIT $4"
    );
    BEGIN_JOURNAL = Sql::Both("INSERT INTO journal_head (workspace, epoch, position, pruned) VALUES ($1, $2, 0, 0)");
    BEGIN_LANE = Sql::Both("INSERT INTO routing_lane (workspace) VALUES ($1)");
    NEW_EPOCH = Sql::Both("UPDATE journal_head SET epoch = CASE WHEN epoch >= $1 THEN epoch + 1 ELSE $1 END");
    PRUNE_TO = Sql::Both(
        "SELECT max(position) FROM (SELECT position, at FROM journal WHERE workspace = $1 ORDER BY position LIMIT $3) AS oldest
         WHERE at < $2 AND position <= (SELECT position FROM figure_mark WHERE workspace = $1)
           AND NOT EXISTS (SELECT 1 FROM transcript_mark t WHERE t.workspace = $1 AND t.position < oldest.position)
           AND NOT EXISTS (SELECT 1 FROM delivery_mark d WHERE d.workspace = $1 AND d.position < oldest.position)"
    );
    PRUNE = Sql::Both("DELETE FROM journal WHERE workspace = $1 AND position <= $2");
    MARK_PRUNED = Sql::Both("UPDATE journal_head SET pruned = $2 WHERE workspace = $1 AND pruned < $2");
    LOCK_LANE = Sql::Each {
        // SQLite's one writer is the lane.
        sqlite: "SELECT workspace FROM routing_lane WHERE workspace = $1",
        postgres: "SELECT workspace FROM routing_lane WHERE workspace = $1 FOR UPDATE",
    };
}
