//! What a site's pages said of a visitor before a conversation, under the session that the pages know. It lapses by itself.

use domain::{
    ids::{ConversationId, DeploymentId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};

use crate::{
    driver::{Conn, Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    tx::Tx,
};

/// A visit of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct WebVisit {
    /// The session, as the pages know it.
    pub session: String,
    /// Of which site.
    pub deployment: DeploymentId,
    /// Who, once a conversation came of it.
    pub visitor: Option<VisitorId>,
    /// What was said: the engine's own document.
    pub body: serde_json::Value,
    /// When last.
    pub at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

fn visit(row: &Row) -> Result<WebVisit> {
    let body: String = row.get(3)?;
    Ok(WebVisit {
        session: row.get(0)?,
        deployment: row.get(1)?,
        visitor: row.get(2)?,
        body: serde_json::from_str(&body).map_err(|error| Error::Broken { what: "web_visit.body", source: Some(Box::new(error)) })?,
        at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}

async fn find(conn: &mut Conn, workspace: WorkspaceId, session: &str, now: Timestamp) -> Result<Option<WebVisit>> {
    conn.fetch_optional(FIND, values![workspace, session, now]).await?.as_ref().map(visit).transpose()
}

impl Snapshot {
    /// A visit that has not lapsed.
    pub async fn web_visit(&mut self, workspace: WorkspaceId, session: &str, now: Timestamp) -> Result<Option<WebVisit>> {
        find(&mut self.conn, workspace, session, now).await
    }

    /// The visits that are known to be a person's, the oldest first; lapsed ones too, while they are stored.
    pub async fn web_visits_of(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Vec<WebVisit>> {
        self.conn.fetch_all(OF_VISITOR, values![workspace, visitor]).await?.iter().map(visit).collect()
    }
}

impl Tx {
    /// A visit that has not lapsed. Another transaction that looks for the same session waits until this one is over.
    pub async fn web_visit(&mut self, workspace: WorkspaceId, session: &str, now: Timestamp) -> Result<Option<WebVisit>> {
        self.fetch_optional(WAIT_FOR_SAME, values![workspace, session]).await?;
        find(&mut self.conn, workspace, session, now).await
    }

    /// Writes a visit, in place of what its session had.
    pub async fn save_web_visit(&mut self, workspace: WorkspaceId, visit: &WebVisit) -> Result<()> {
        let body = crate::json(&visit.body)?;
        self.execute(SAVE, values![workspace, &visit.session, visit.deployment, visit.visitor, body, visit.at, visit.expires_at]).await?;
        Ok(())
    }

    /// A conversation came of a visit: whose it is.
    pub async fn set_visitor_of_web_visit(&mut self, workspace: WorkspaceId, session: &str, visitor: VisitorId) -> Result<()> {
        self.execute(SET_VISITOR, values![workspace, session, visitor]).await?;
        Ok(())
    }

    /// The conversations of a visitor of a site that no agent has accepted, the oldest first.
    pub async fn unaccepted(
        &mut self,
        workspace: WorkspaceId,
        deployment: DeploymentId,
        visitor: VisitorId,
    ) -> Result<Vec<ConversationId>> {
        self.fetch_all(UNACCEPTED, values![workspace, visitor, deployment]).await?.iter().map(|row| row.get(0)).collect()
    }

    /// What is found or made, and for whom, once more is known of the visitor. The caller holds the conversation's lock.
    pub async fn save_entity_plan(
        &mut self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        name: &Text,
        plan: &serde_json::Value,
    ) -> Result<()> {
        self.execute(SAVE_PLAN, values![workspace, conversation, name, crate::json(plan)?]).await?;
        Ok(())
    }

    /// Removes visits that have lapsed, at most `limit`; tells how many went.
    pub async fn prune_web_visits(&mut self, workspace: WorkspaceId, now: Timestamp, limit: i64) -> Result<u64> {
        self.execute(PRUNE, values![workspace, now, limit]).await
    }

    /// Forgets a person's visits.
    pub(crate) async fn remove_web_visits_of(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<()> {
        self.execute(REMOVE_OF_VISITOR, values![workspace, visitor]).await?;
        Ok(())
    }
}

statements! {
    FIND = Sql::Both(
        "SELECT session, deployment, visitor, body, at, expires_at FROM web_visit WHERE workspace = $1 AND session = $2 AND expires_at > $3"
    );
    OF_VISITOR = Sql::Both(
        "SELECT session, deployment, visitor, body, at, expires_at FROM web_visit WHERE workspace = $1 AND visitor = $2 ORDER BY at, session"
    );
    WAIT_FOR_SAME = Sql::Each {
        // SQLite's one writer is the lock.
        sqlite: "SELECT workspace FROM web_visit WHERE workspace = $1 AND session = $2",
        postgres: "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('visit ' || $1::uuid::text || ' ' || $2::text, 0))) AS workspace",
    };
    SAVE = Sql::Both(
        "INSERT INTO web_visit (workspace, session, deployment, visitor, body, at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace, session) DO UPDATE SET deployment = excluded.deployment, visitor = excluded.visitor, body = excluded.body,
            at = excluded.at, expires_at = excluded.expires_at"
    );
    SET_VISITOR = Sql::Both("UPDATE web_visit SET visitor = $3 WHERE workspace = $1 AND session = $2");
    UNACCEPTED = Sql::Both(
        "SELECT o.conversation FROM origin o
         JOIN conversation c ON c.workspace = o.workspace AND c.id = o.conversation AND c.phase IN ('waiting', 'offered') AND c.phase <> 'ended'
         WHERE o.workspace = $1 AND o.visitor = $2 AND o.deployment = $3 AND o.established_at IS NULL ORDER BY o.requested_at, o.conversation"
    );
    SAVE_PLAN = Sql::Both("UPDATE origin SET name = $3, entity_plan = $4 WHERE workspace = $1 AND conversation = $2");
    PRUNE = Sql::Both(
        "DELETE FROM web_visit WHERE workspace = $1
           AND session IN (SELECT session FROM web_visit WHERE workspace = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)"
    );
    REMOVE_OF_VISITOR = Sql::Both("DELETE FROM web_visit WHERE workspace = $1 AND visitor = $2");
}
