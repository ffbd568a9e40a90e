//! The audit log: who changed or read what. It is appended to in the transaction of the change, and never changed; old lines go when the
//! workspace says so.

use domain::{
    ids::{AuditId, WorkspaceId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    tx::Tx,
};

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// Its id, which sorts by time: the cursor.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who: an agent's id, or `system`.
    pub actor: String,
    /// What: `agent.save`, `visitor.erase` ….
    pub action: String,
    /// To what.
    pub subject: String,
    /// More: the engine's own document. Never what people wrote.
    pub body: serde_json::Value,
}

/// Which lines of the audit log.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// About this.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

fn line(row: &Row) -> Result<AuditLine> {
    let body: String = row.get(5)?;
    Ok(AuditLine {
        id: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        body: serde_json::from_str(&body).map_err(|error| Error::Broken { what: "audit.body", source: Some(Box::new(error)) })?,
    })
}

impl Snapshot {
    /// A page of the audit log, newest first: lines older than `before`, at most `limit`.
    pub async fn audit(
        &mut self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        before: Option<AuditId>,
        limit: i64,
    ) -> Result<Vec<AuditLine>> {
        self.conn
            .fetch_all(
                PAGE,
                values![
                    workspace,
                    before.unwrap_or(AuditId(Uuid::max())),
                    filter.from.unwrap_or(Timestamp(i64::MIN)),
                    filter.until.unwrap_or(Timestamp(i64::MAX)),
                    filter.actor.clone(),
                    filter.action.clone(),
                    filter.subject.clone(),
                    limit,
                ],
            )
            .await?
            .iter()
            .map(line)
            .collect()
    }
}

impl Tx {
    /// Appends to the audit log.
    pub async fn audit(&mut self, workspace: WorkspaceId, line: &AuditLine) -> Result<()> {
        self.execute(APPEND, values![workspace, line.id, line.at, &line.actor, &line.action, &line.subject, crate::json(&line.body)?])
            .await?;
        Ok(())
    }

    /// Removes lines written before `before`, at most `limit`; tells how many went.
    pub async fn prune_audit(&mut self, workspace: WorkspaceId, before: Timestamp, limit: i64) -> Result<u64> {
        self.execute(PRUNE, values![workspace, before, limit]).await
    }
}

statements! {
    PRUNE = Sql::Both(
        "DELETE FROM audit WHERE workspace = $1 AND id IN (SELECT id FROM audit WHERE workspace = $1 AND at < $2 ORDER BY at LIMIT $3)"
    );
    APPEND = Sql::Both("INSERT INTO audit (workspace, id, at, actor, action, subject, body) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    PAGE = Sql::Both(
        "SELECT id, at, actor, action, subject, body FROM audit
         WHERE workspace = $1 AND id < $2 AND at >= $3 AND at < $4
           AND (CAST($5 AS TEXT) IS NULL OR actor = $5) AND (CAST($6 AS TEXT) IS NULL OR action = $6)
           AND (CAST($7 AS TEXT) IS NULL OR subject = $7)
         ORDER BY id DESC LIMIT $8"
    );
}
