//! Transcripts that a CRM keeps: which conversations are to be given to it, and what it was given.
//!
//! A row a conversation. Whoever takes one that is due raises its turn, by which a CRM tells what is newer: what was read in a later turn was
//! read later. A change in between is not lost, for it is counted.

use domain::{
    ids::{ConversationId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    driver::{Row, Sql, statements, values},
    error::Result,
    history::HistoryCursor,
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// A conversation that was taken to be given to the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptTurn {
    /// Which one.
    pub conversation: ConversationId,
    /// The how manieth taking this is.
    pub turn: i64,
    /// How often it had changed.
    pub changes: i64,
    /// How often in a row giving it has failed.
    pub tries: i64,
    /// Of what the CRM was given last; none if it was given nothing, or is to be given it in any case.
    pub fingerprint: Option<Vec<u8>>,
}

/// What the CRM was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptGiven {
    /// In this turn; else it had it from an earlier one.
    pub now: bool,
    /// The conversation's last entry then.
    pub sequence: i64,
    /// Of all that was given.
    pub fingerprint: Vec<u8>,
    /// What of it the CRM could not take: the engine's own document.
    pub problems: Option<serde_json::Value>,
}

/// How many are due, and when the next is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TranscriptBacklog {
    /// Those that are due, and those that failed and wait for their next time.
    pub undone: i64,
    /// When the next is due.
    pub next: Option<Timestamp>,
}

/// A conversation, to be compared with what the CRM has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptLine {
    /// Which one, and when it was asked for.
    pub at: HistoryCursor,
    /// Its last entry.
    pub sequence: i64,
    /// It is to be given to the CRM anyway.
    pub due: bool,
    /// In which turn it was given last; none if it was not.
    pub written: Option<i64>,
    /// The last entry that the CRM was given.
    pub given: Option<i64>,
}

fn turn(row: &Row) -> Result<TranscriptTurn> {
    Ok(TranscriptTurn { conversation: row.get(0)?, turn: row.get(1)?, changes: row.get(2)?, tries: row.get(3)?, fingerprint: row.get(4)? })
}

impl Snapshot {
    /// How far transcripts have followed the journal; none before they began to.
    pub async fn transcript_mark(&mut self, workspace: WorkspaceId) -> Result<Option<i64>> {
        self.conn.fetch_optional(MARK, values![workspace]).await?.map(|row| row.get(0)).transpose()
    }

    /// How many transcripts are due.
    pub async fn transcript_backlog(&mut self, workspace: WorkspaceId, now: Timestamp) -> Result<TranscriptBacklog> {
        let Some(row) = self.conn.fetch_optional(BACKLOG, values![workspace, now]).await? else { return Ok(TranscriptBacklog::default()) };
        Ok(TranscriptBacklog { undone: row.get(0)?, next: row.get(1)? })
    }

    /// Conversations after one, in the order in which they were asked for, at most `limit`.
    pub async fn transcript_lines(&mut self, workspace: WorkspaceId, after: HistoryCursor, limit: i64) -> Result<Vec<TranscriptLine>> {
        self.conn
            .fetch_all(LINES, values![workspace, after.requested_at, after.conversation, limit])
            .await?
            .iter()
            .map(|row| {
                Ok(TranscriptLine {
                    at: HistoryCursor { conversation: row.get(0)?, requested_at: row.get(1)? },
                    sequence: row.get(2)?,
                    due: row.get::<Option<Timestamp>>(3)?.is_some(),
                    written: row.get(4)?,
                    given: row.get(5)?,
                })
            })
            .collect()
    }

    /// What of a conversation the CRM could not take: the engine's own document.
    pub async fn transcript_problems(&mut self, workspace: WorkspaceId, id: ConversationId) -> Result<Option<serde_json::Value>> {
        let Some(row) = self.conn.fetch_optional(PROBLEMS, values![workspace, id]).await? else { return Ok(None) };
        let problems: Option<String> = row.get(0)?;
        problems
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| crate::Error::Broken { what: "transcript.problems", source: Some(Box::new(error)) })
    }
}

impl Tx {
    /// Transcripts begin to follow the journal where it begins now, unless they do already.
    pub async fn begin_transcripts(&mut self, workspace: WorkspaceId) -> Result<()> {
        self.execute(BEGIN, values![workspace, uuid::Uuid::nil()]).await?;
        Ok(())
    }

    /// Takes the mark for this transaction; false if it is not where the caller saw it, or another transaction has it.
    pub async fn claim_transcript_mark(&mut self, workspace: WorkspaceId, position: i64) -> Result<bool> {
        Ok(self.fetch_optional(CLAIM_MARK, values![workspace, position]).await?.is_some())
    }

    /// Moves the mark.
    pub async fn save_transcript_mark(&mut self, workspace: WorkspaceId, position: i64) -> Result<()> {
        self.execute(SAVE_MARK, values![workspace, position]).await?;
        Ok(())
    }

    /// Conversations have changed and are to be given to the CRM, each at its time or earlier. In the order of their ids.
    pub async fn transcripts_due(&mut self, workspace: WorkspaceId, due: &[(ConversationId, Timestamp)]) -> Result<()> {
        let mut rows = Rows::of(CHANGED, due.len());
        for (conversation, due) in due {
            rows.push([workspace.into(), (*conversation).into(), (*due).into()]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Takes transcripts that are due, the longest due first; they are due again at `until` unless what is done with them is told before.
    pub async fn take_transcripts(
        &mut self,
        workspace: WorkspaceId,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<TranscriptTurn>> {
        self.fetch_all(TAKE, values![workspace, now, until, limit]).await?.iter().map(turn).collect()
    }

    /// The CRM has it. One that has changed meanwhile is due again at `again`.
    pub async fn transcript_given(
        &mut self,
        workspace: WorkspaceId,
        turn: &TranscriptTurn,
        given: &TranscriptGiven,
        again: Timestamp,
    ) -> Result<()> {
        let problems = given.problems.as_ref().map(crate::json).transpose()?;
        let TranscriptTurn { conversation, turn, changes, .. } = turn;
        self.execute(
            GIVEN,
            values![workspace, *conversation, *turn, *changes, again, given.sequence, given.fingerprint.as_slice(), problems, given.now],
        )
        .await?;
        Ok(())
    }

    /// Giving it has failed: it is due again at `again`.
    pub async fn transcript_failed(&mut self, workspace: WorkspaceId, turn: &TranscriptTurn, again: Timestamp) -> Result<()> {
        self.execute(FAILED, values![workspace, turn.conversation, turn.turn, again]).await?;
        Ok(())
    }

    /// The CRM has a later revision. Mostly another server was faster, and this does nothing; where our count is behind the CRM's, as after a
    /// restore of the one without the other, it goes on from the CRM's, and is due again at `again`.
    pub async fn transcript_outrun(
        &mut self,
        workspace: WorkspaceId,
        turn: &TranscriptTurn,
        revision: i64,
        again: Timestamp,
    ) -> Result<()> {
        self.execute(OUTRUN, values![workspace, turn.conversation, turn.turn, revision, again]).await?;
        Ok(())
    }

    /// There is no such conversation any more, and the CRM has forgotten it.
    pub async fn transcript_gone(&mut self, workspace: WorkspaceId, turn: &TranscriptTurn) -> Result<()> {
        self.execute(GONE, values![workspace, turn.conversation, turn.turn]).await?;
        Ok(())
    }

    /// What the CRM has of these is not what it was given: they are due now, in a turn after that which it has, and given in any case. In the
    /// order of their ids.
    pub async fn mend_transcripts(&mut self, workspace: WorkspaceId, wrong: &[(ConversationId, i64)], now: Timestamp) -> Result<()> {
        let mut rows = Rows::of(MEND, wrong.len());
        for (conversation, turn) in wrong {
            rows.push([workspace.into(), (*conversation).into(), (*turn).into(), now.into()]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Takes the comparing for so long, if it is due: after which conversation it goes on.
    pub async fn take_transcript_comparison(
        &mut self,
        workspace: WorkspaceId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<HistoryCursor>> {
        self.fetch_optional(TAKE_COMPARISON, values![workspace, now, until])
            .await?
            .map(|row| Ok(HistoryCursor { requested_at: row.get(0)?, conversation: row.get(1)? }))
            .transpose()
    }

    /// Conversations up to one are compared; the next are due at `due`.
    pub async fn transcripts_compared(&mut self, workspace: WorkspaceId, up_to: HistoryCursor, due: Timestamp) -> Result<()> {
        self.execute(COMPARED, values![workspace, up_to.requested_at, up_to.conversation, due]).await?;
        Ok(())
    }
}

statements! {
    MARK = Sql::Both("SELECT position FROM transcript_mark WHERE workspace = $1");
    BACKLOG = Sql::Both(
        "SELECT count(CASE WHEN due <= $2 OR tries > 0 THEN 1 END), min(due) FROM transcript WHERE workspace = $1 AND due IS NOT NULL"
    );
    LINES = Sql::Both(
        "SELECT o.conversation, o.requested_at, c.sequence, t.due, t.written, t.sequence
         FROM origin o JOIN conversation c ON c.workspace = o.workspace AND c.id = o.conversation
         LEFT JOIN transcript t ON t.workspace = o.workspace AND t.conversation = o.conversation
         WHERE o.workspace = $1 AND (o.requested_at, o.conversation) > ($2, $3)
         ORDER BY o.requested_at, o.conversation LIMIT $4"
    );
    PROBLEMS = Sql::Both("SELECT problems FROM transcript WHERE workspace = $1 AND conversation = $2");
    BEGIN = Sql::Both(
        "INSERT INTO transcript_mark (workspace, position, compared_at, compared, compare_due)
         SELECT workspace, pruned, 0, $2, 0 FROM journal_head WHERE workspace = $1 ON CONFLICT (workspace) DO NOTHING"
    );
    CLAIM_MARK = Sql::Each {
        sqlite: "SELECT position FROM transcript_mark WHERE workspace = $1 AND position = $2",
        postgres: "SELECT position FROM transcript_mark WHERE workspace = $1 AND position = $2 FOR UPDATE SKIP LOCKED",
    };
    SAVE_MARK = Sql::Both("UPDATE transcript_mark SET position = $2 WHERE workspace = $1");
    TAKE = Sql::Each {
        sqlite: "UPDATE transcript SET turn = turn + 1, due = $3
                 WHERE workspace = $1 AND conversation IN (
                   SELECT conversation FROM transcript WHERE workspace = $1 AND due <= $2 ORDER BY due LIMIT $4)
                 RETURNING conversation, turn, changes, tries, fingerprint",
        // An array: of a subquery the planner may run twice, it would take more.
        postgres: "UPDATE transcript SET turn = turn + 1, due = $3
                   WHERE workspace = $1 AND conversation = ANY (ARRAY(
                     SELECT conversation FROM transcript WHERE workspace = $1 AND due <= $2 ORDER BY due LIMIT $4 FOR UPDATE SKIP LOCKED))
                   RETURNING conversation, turn, changes, tries, fingerprint",
    };
    GIVEN = Sql::Both(
        "UPDATE transcript SET tries = 0, written = CASE WHEN $9 = 1 THEN $3 ELSE written END, sequence = $6, fingerprint = $7, problems = $8,
                               due = CASE WHEN changes = $4 THEN NULL WHEN due < $5 THEN due ELSE $5 END
         WHERE workspace = $1 AND conversation = $2 AND turn = $3"
    );
    FAILED = Sql::Both("UPDATE transcript SET tries = tries + 1, due = $4 WHERE workspace = $1 AND conversation = $2 AND turn = $3");
    OUTRUN = Sql::Both(
        "UPDATE transcript SET turn = $4, due = $5 WHERE workspace = $1 AND conversation = $2 AND turn = $3 AND turn < $4"
    );
    GONE = Sql::Both("DELETE FROM transcript WHERE workspace = $1 AND conversation = $2 AND turn = $3");
    TAKE_COMPARISON = Sql::Both(
        "UPDATE transcript_mark SET compare_due = $3 WHERE workspace = $1 AND compare_due <= $2 RETURNING compared_at, compared"
    );
    COMPARED = Sql::Both(
        "UPDATE transcript_mark SET compared_at = $2, compared = $3, compare_due = $4 WHERE workspace = $1"
    );
}

row_statements! {
    CHANGED (workspace Id, conversation Id, due Int) = Sql::Both(
        "INSERT INTO transcript (workspace, conversation, turn, changes, due, tries)
         SELECT workspace, conversation, 0, 1, due, 0 FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, conversation) DO UPDATE SET
           changes = transcript.changes + 1,
           due = CASE WHEN transcript.due < excluded.due THEN transcript.due ELSE excluded.due END"
    );
    MEND (workspace Id, conversation Id, turn Int, due Int) = Sql::Both(
        "INSERT INTO transcript (workspace, conversation, turn, changes, due, tries)
         SELECT workspace, conversation, turn, 1, due, 0 FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, conversation) DO UPDATE SET
           turn = CASE WHEN transcript.turn < excluded.turn THEN excluded.turn ELSE transcript.turn END,
           changes = transcript.changes + 1, fingerprint = NULL,
           due = CASE WHEN transcript.due < excluded.due THEN transcript.due ELSE excluded.due END"
    );
}
