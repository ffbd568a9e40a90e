//! Timers: things to do at a time, as rows, so that they survive a restart and any server may do them.

use domain::{ids::WorkspaceId, time::Timestamp};
use uuid::Uuid;

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::Result,
    tx::Tx,
};

/// A timer that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Timer {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// What to do.
    pub kind: String,
    /// To what.
    pub subject: Uuid,
    /// When.
    pub due: Timestamp,
    /// More, if needed.
    pub body: String,
}

fn timer(row: &Row) -> Result<Timer> {
    Ok(Timer { workspace: row.get(0)?, kind: row.get(1)?, subject: row.get(2)?, due: row.get(3)?, body: row.get(4)? })
}

impl Store {
    /// When the next timer is due.
    pub async fn next_timer(&self) -> Result<Option<Timestamp>> {
        Ok(self.borrow().await?.fetch_optional(NEXT, vec![]).await?.map(|row| row.get::<Option<Timestamp>>(0)).transpose()?.flatten())
    }

    /// Timers that are due, at most `limit`. They are claimed one by one, in the transaction that does the work.
    pub async fn due_timers(&self, now: Timestamp, limit: i64) -> Result<Vec<Timer>> {
        self.borrow().await?.fetch_all(DUE, values![now, limit]).await?.iter().map(timer).collect()
    }
}

impl Tx {
    /// Sets a timer; one already set for the same thing is moved.
    pub async fn set_timer(&mut self, workspace: WorkspaceId, kind: &str, subject: Uuid, due: Timestamp, body: &str) -> Result<()> {
        self.execute(SET, values![workspace, kind, subject, due, body]).await?;
        Ok(())
    }

    /// Takes a timer back.
    pub async fn cancel_timer(&mut self, workspace: WorkspaceId, kind: &str, subject: Uuid) -> Result<()> {
        self.execute(CANCEL, values![workspace, kind, subject]).await?;
        Ok(())
    }

    /// Takes a due timer for this transaction: false if another server has it, or it was moved or taken back.
    pub async fn claim_timer(&mut self, timer: &Timer) -> Result<bool> {
        Ok(self.fetch_optional(CLAIM, values![timer.workspace, timer.kind.as_str(), timer.subject, timer.due]).await?.is_some())
    }
}

statements! {
    NEXT = Sql::Both("SELECT min(due) FROM timer");
    DUE = Sql::Both("SELECT workspace, kind, subject, due, body FROM timer WHERE due <= $1 ORDER BY due LIMIT $2");
    SET = Sql::Both(
        "INSERT INTO timer (workspace, kind, subject, due, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace, kind, subject) DO UPDATE SET due = excluded.due, body = excluded.body"
    );
    CANCEL = Sql::Both("DELETE FROM timer WHERE workspace = $1 AND kind = $2 AND subject = $3");
    CLAIM = Sql::Each {
        sqlite: "DELETE FROM timer WHERE workspace = $1 AND kind = $2 AND subject = $3 AND due = $4 RETURNING subject",
        postgres: "DELETE FROM timer WHERE (workspace, kind, subject) IN (
                     SELECT workspace, kind, subject FROM timer WHERE workspace = $1 AND kind = $2 AND subject = $3 AND due = $4
                     FOR UPDATE SKIP LOCKED) RETURNING subject",
    };
}
