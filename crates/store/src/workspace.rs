//! Workspaces, how others name them, and who knocked with ids that nobody knows.

use domain::{
    ids::{SessionId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    tx::Tx,
};

/// A tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name, unique on the server.
    pub name: String,
    /// Its IANA time zone.
    pub zone: String,
    /// The engine's own document.
    pub settings: serde_json::Value,
}

/// Somebody asked with ids that are not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Knock {
    /// Whose ids.
    pub scheme: String,
    /// The organisation's id, as it was sent.
    pub organisation: String,
    /// The deployment's id, as it was sent.
    pub deployment: String,
    /// The button's or agent's id, as it was sent.
    pub button: String,
    /// How often.
    pub times: i64,
    /// First when.
    pub first_at: Timestamp,
    /// Last when.
    pub last_at: Timestamp,
}

fn workspace(row: &Row) -> Result<Workspace> {
    let settings: String = row.get(3)?;
    Ok(Workspace {
        id: row.get(0)?,
        name: row.get(1)?,
        zone: row.get(2)?,
        settings: serde_json::from_str(&settings)
            .map_err(|error| Error::Broken { what: "workspace.settings", source: Some(Box::new(error)) })?,
    })
}

impl Store {
    /// All workspaces, by name.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>> {
        self.borrow().await?.fetch_all(ALL_WORKSPACES, vec![]).await?.iter().map(workspace).collect()
    }

    /// Which workspaces ids of another system name: `(scheme, foreign id, workspace)`.
    pub async fn workspace_aliases(&self) -> Result<Vec<(String, String, WorkspaceId)>> {
        self.borrow()
            .await?
            .fetch_all(WORKSPACE_ALIASES, vec![])
            .await?
            .iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .collect()
    }

    /// Which workspace a visitor's session belongs to.
    pub async fn session_workspace(&self, session: SessionId) -> Result<Option<WorkspaceId>> {
        self.borrow().await?.fetch_optional(SESSION_PLACE, values![session]).await?.map(|row| row.get(0)).transpose()
    }

    /// Unknown ids that knocked, the latest first.
    pub async fn knocks(&self, limit: i64) -> Result<Vec<Knock>> {
        self.borrow()
            .await?
            .fetch_all(KNOCKS, values![limit])
            .await?
            .iter()
            .map(|row| {
                Ok(Knock {
                    scheme: row.get(0)?,
                    organisation: row.get(1)?,
                    deployment: row.get(2)?,
                    button: row.get(3)?,
                    times: row.get(4)?,
                    first_at: row.get(5)?,
                    last_at: row.get(6)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Makes a workspace with an empty journal.
    pub async fn insert_workspace(&mut self, workspace: &Workspace, epoch: i64, now: Timestamp) -> Result<()> {
        self.execute(INSERT_WORKSPACE, values![workspace.id, &workspace.name, &workspace.zone, crate::json(&workspace.settings)?, now])
            .await?;
        self.begin_journal(workspace.id, epoch).await
    }

    /// Renames or resets a workspace.
    pub async fn save_workspace(&mut self, workspace: &Workspace) -> Result<()> {
        self.execute(SAVE_WORKSPACE, values![workspace.id, &workspace.name, &workspace.zone, crate::json(&workspace.settings)?]).await?;
        Ok(())
    }

    /// Lets a foreign organisation id name a workspace; a later one wins.
    pub async fn set_workspace_alias(&mut self, scheme: &str, foreign: &str, workspace: WorkspaceId) -> Result<()> {
        self.execute(SET_WORKSPACE_ALIAS, values![scheme, foreign, workspace]).await?;
        Ok(())
    }

    /// Lets a foreign id name a workspace unless it names one already; tells whether it does now.
    pub async fn claim_workspace_alias(&mut self, scheme: &str, foreign: &str, workspace: WorkspaceId) -> Result<bool> {
        Ok(self.execute(CLAIM_WORKSPACE_ALIAS, values![scheme, foreign, workspace]).await? == 1)
    }

    /// A foreign organisation id that names a workspace.
    pub async fn workspace_alias_of(&mut self, scheme: &str, workspace: WorkspaceId) -> Result<Option<String>> {
        self.fetch_optional(WORKSPACE_ALIAS_OF, values![scheme, workspace]).await?.map(|row| row.get(0)).transpose()
    }

    /// All foreign organisation ids that name a workspace.
    pub async fn workspace_aliases_of(&mut self, scheme: &str, workspace: WorkspaceId) -> Result<Vec<String>> {
        self.fetch_all(WORKSPACE_ALIASES_OF, values![scheme, workspace]).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Forgets a foreign organisation id.
    pub async fn remove_workspace_alias(&mut self, scheme: &str, foreign: &str, workspace: WorkspaceId) -> Result<u64> {
        self.execute(REMOVE_WORKSPACE_ALIAS, values![scheme, foreign, workspace]).await
    }

    /// Remembers which workspace a session belongs to.
    pub async fn place_session(&mut self, session: SessionId, workspace: WorkspaceId) -> Result<()> {
        self.execute(PLACE_SESSION, values![session, workspace]).await?;
        Ok(())
    }

    /// Counts a knock.
    pub async fn knock(&mut self, scheme: &str, organisation: &str, deployment: &str, button: &str, now: Timestamp) -> Result<()> {
        self.execute(KNOCK, values![scheme, organisation, deployment, button, now]).await?;
        // Hostile callers make up ids: only the latest thousand are kept.
        self.execute(FORGET_KNOCKS, vec![]).await?;
        Ok(())
    }

    /// Forgets knocks with these ids; empty text stands for any.
    pub async fn forget_knock(&mut self, scheme: &str, organisation: &str, deployment: &str, button: &str) -> Result<u64> {
        self.execute(FORGET_KNOCK, values![scheme, organisation, deployment, button]).await
    }
}

statements! {
    ALL_WORKSPACES = Sql::Both("SELECT id, name, zone, settings FROM workspace ORDER BY name");
    INSERT_WORKSPACE = Sql::Both("INSERT INTO workspace (id, name, zone, settings, created_at) VALUES ($1, $2, $3, $4, $5)");
    SAVE_WORKSPACE = Sql::Both("UPDATE workspace SET name = $2, zone = $3, settings = $4 WHERE id = $1");
    WORKSPACE_ALIASES = Sql::Both("SELECT scheme, foreign_id, workspace FROM workspace_alias ORDER BY scheme, foreign_id");
    SET_WORKSPACE_ALIAS = Sql::Both(
        "INSERT INTO workspace_alias (scheme, foreign_id, workspace) VALUES ($1, $2, $3)
         ON CONFLICT (scheme, foreign_id) DO UPDATE SET workspace = excluded.workspace"
    );
    CLAIM_WORKSPACE_ALIAS = Sql::Both(
        "INSERT INTO workspace_alias (scheme, foreign_id, workspace) VALUES ($1, $2, $3) ON CONFLICT (scheme, foreign_id) DO NOTHING"
    );
    WORKSPACE_ALIAS_OF = Sql::Both("SELECT foreign_id FROM workspace_alias WHERE scheme = $1 AND workspace = $2 ORDER BY foreign_id LIMIT 1");
    WORKSPACE_ALIASES_OF = Sql::Both("SELECT foreign_id FROM workspace_alias WHERE scheme = $1 AND workspace = $2 ORDER BY foreign_id");
    REMOVE_WORKSPACE_ALIAS = Sql::Both("DELETE FROM workspace_alias WHERE scheme = $1 AND foreign_id = $2 AND workspace = $3");
    PLACE_SESSION = Sql::Both("INSERT INTO session_place (session, workspace) VALUES ($1, $2) ON CONFLICT (session) DO NOTHING");
    SESSION_PLACE = Sql::Both("SELECT workspace FROM session_place WHERE session = $1");
    KNOCK = Sql::Both(
        "INSERT INTO knock (scheme, organisation, deployment, button, times, first_at, last_at) VALUES ($1, $2, $3, $4, 1, $5, $5)
         ON CONFLICT (scheme, organisation, deployment, button) DO UPDATE SET times = knock.times + 1, last_at = excluded.last_at"
    );
    FORGET_KNOCKS = Sql::Both("DELETE FROM knock WHERE last_at < (SELECT last_at FROM knock ORDER BY last_at DESC LIMIT 1 OFFSET 999)");
    FORGET_KNOCK = Sql::Both(
        "DELETE FROM knock WHERE scheme = $1 AND organisation = $2 AND ($3 = '' OR deployment = $3) AND ($4 = '' OR button = $4)"
    );
    KNOCKS = Sql::Both(
        "SELECT scheme, organisation, deployment, button, times, first_at, last_at FROM knock ORDER BY last_at DESC, scheme, organisation LIMIT $1"
    );
}
