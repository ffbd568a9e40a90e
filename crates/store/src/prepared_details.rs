//! What events of customers have prepared for a conversation that is still to begin. It lapses by itself.

use domain::{
    ids::{DeploymentId, EventSourceId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    tx::Tx,
};

/// The most that one conversation is given; the latest count.
const MOST: i64 = 50;

/// What one event prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedDetails {
    /// The event's place among the workspace's events.
    pub position: i64,
    /// Who sent it.
    pub source: EventSourceId,
    /// For conversations of which site.
    pub deployment: DeploymentId,
    /// For the visit with this session, as the pages know it.
    pub session: Option<String>,
    /// For whoever has this device.
    pub device_key: Option<String>,
    /// For this user.
    pub user_key: Option<String>,
    /// What is said: the engine's own document.
    pub body: serde_json::Value,
    /// When.
    pub at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// By what a visitor is known who asks for a conversation. Each is somebody's word that was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreparedFor<'v> {
    /// The visit's session.
    pub session: Option<&'v str>,
    /// The device.
    pub device_key: Option<&'v str>,
    /// The user.
    pub user_key: Option<&'v str>,
}

fn prepared(row: &Row) -> Result<PreparedDetails> {
    let body: String = row.get(6)?;
    Ok(PreparedDetails {
        position: row.get(0)?,
        source: row.get(1)?,
        deployment: row.get(2)?,
        session: row.get(3)?,
        device_key: row.get(4)?,
        user_key: row.get(5)?,
        body: serde_json::from_str(&body)
            .map_err(|error| Error::Broken { what: "prepared_details.body", source: Some(Box::new(error)) })?,
        at: row.get(7)?,
        expires_at: row.get(8)?,
    })
}

impl Snapshot {
    /// What was prepared for a visitor and has not lapsed, in the order of the events; the latest of very many.
    pub async fn prepared_details(
        &mut self,
        workspace: WorkspaceId,
        deployment: DeploymentId,
        whom: PreparedFor<'_>,
        now: Timestamp,
    ) -> Result<Vec<PreparedDetails>> {
        let by = values![workspace, deployment, now, whom.session, whom.device_key, whom.user_key, MOST];
        let mut found = self.conn.fetch_all(FIND, by).await?.iter().map(prepared).collect::<Result<Vec<_>>>()?;
        found.reverse();
        Ok(found)
    }
}

impl Tx {
    /// Keeps what an event prepared. The same event again changes nothing.
    pub async fn save_prepared_details(&mut self, workspace: WorkspaceId, prepared: &PreparedDetails) -> Result<()> {
        let PreparedDetails { position, source, deployment, session, device_key, user_key, body, at, expires_at } = prepared;
        let body = crate::json(body)?;
        let (session, device_key, user_key) = (session.as_deref(), device_key.as_deref(), user_key.as_deref());
        let row = values![workspace, *position, *source, *deployment, session, device_key, user_key, body, *at, *expires_at];
        self.execute(SAVE, row).await?;
        Ok(())
    }

    /// Removes what has lapsed, at most `limit`; tells how many went.
    pub async fn prune_prepared_details(&mut self, workspace: WorkspaceId, now: Timestamp, limit: i64) -> Result<u64> {
        self.execute(PRUNE, values![workspace, now, limit]).await
    }

    /// Forgets what was prepared for a device or a user: the customer is to be forgotten.
    pub async fn remove_prepared_details_for(&mut self, workspace: WorkspaceId, whom: PreparedFor<'_>) -> Result<u64> {
        self.execute(REMOVE, values![workspace, whom.session, whom.device_key, whom.user_key]).await
    }
}

statements! {
    FIND = Sql::Both(
        "SELECT position, source, deployment, session, device_key, user_key, body, at, expires_at FROM prepared_details
         WHERE workspace = $1 AND deployment = $2 AND expires_at > $3 AND (session = $4 OR device_key = $5 OR user_key = $6)
         ORDER BY position DESC LIMIT $7"
    );
    SAVE = Sql::Both(
        "INSERT INTO prepared_details (workspace, position, source, deployment, session, device_key, user_key, body, at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (workspace, position) DO NOTHING"
    );
    PRUNE = Sql::Both(
        "DELETE FROM prepared_details WHERE workspace = $1
           AND position IN (SELECT position FROM prepared_details WHERE workspace = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)"
    );
    REMOVE = Sql::Both("DELETE FROM prepared_details WHERE workspace = $1 AND (session = $2 OR device_key = $3 OR user_key = $4)");
}
