//! Definitions: deployments, buttons, queues, skills, agents, roles, rules, blocks; and the ids that other systems gave them.
//!
//! A workspace has hundreds, not millions: they are documents with a name, read whole and kept in memory by the engine. What they hold is the
//! engine's business.

use domain::{ids::WorkspaceId, time::Timestamp};
use uuid::Uuid;

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    tx::Tx,
};

/// A definition as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// What it is: `deployment`, `button` ….
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The engine's own document.
    pub body: serde_json::Value,
    /// Grows with every change, from 1.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// A definition to be written.
#[derive(Clone, Debug)]
pub struct NewDefinition {
    /// What it is.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The document.
    pub body: serde_json::Value,
}

fn definition(row: &Row) -> Result<Definition> {
    let body: String = row.get(3)?;
    Ok(Definition {
        kind: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        body: serde_json::from_str(&body).map_err(|error| Error::Broken { what: "definition.body", source: Some(Box::new(error)) })?,
        revision: row.get(4)?,
        created_at: row.get(5)?,
        changed_at: row.get(6)?,
    })
}

impl Snapshot {
    /// Every definition of a workspace, by kind and name.
    pub async fn definitions(&mut self, workspace: WorkspaceId) -> Result<Vec<Definition>> {
        self.conn.fetch_all(DEFINITIONS, values![workspace]).await?.iter().map(definition).collect()
    }

    /// Every id that other systems gave: `(scheme, foreign id, id)`.
    pub async fn aliases(&mut self, workspace: WorkspaceId) -> Result<Vec<(String, String, Uuid)>> {
        self.conn.fetch_all(ALIASES, values![workspace]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
    }
}

impl Store {
    /// One definition.
    pub async fn definition(&self, workspace: WorkspaceId, kind: &str, id: Uuid) -> Result<Option<Definition>> {
        self.borrow().await?.fetch_optional(DEFINITION, values![workspace, kind, id]).await?.as_ref().map(definition).transpose()
    }
}

impl Tx {
    /// One definition.
    pub async fn definition(&mut self, workspace: WorkspaceId, kind: &str, id: Uuid) -> Result<Option<Definition>> {
        self.fetch_optional(DEFINITION, values![workspace, kind, id]).await?.as_ref().map(definition).transpose()
    }

    /// Definitions of one kind with this name.
    pub async fn definitions_named(&mut self, workspace: WorkspaceId, kind: &str, name: &str) -> Result<Vec<Definition>> {
        self.fetch_all(NAMED, values![workspace, kind, name]).await?.iter().map(definition).collect()
    }

    /// Every definition of a workspace.
    pub async fn definitions(&mut self, workspace: WorkspaceId) -> Result<Vec<Definition>> {
        self.fetch_all(DEFINITIONS, values![workspace]).await?.iter().map(definition).collect()
    }

    /// Makes or changes one.
    pub async fn save_definition(&mut self, workspace: WorkspaceId, new: &NewDefinition, now: Timestamp) -> Result<()> {
        self.execute(SAVE, values![workspace, new.kind, new.id, &new.name, crate::json(&new.body)?, now]).await?;
        Ok(())
    }

    /// Removes one and the ids that other systems gave it; tells whether it was there.
    pub async fn remove_definition(&mut self, workspace: WorkspaceId, kind: &str, id: Uuid) -> Result<bool> {
        self.execute(REMOVE_ALIASES_OF, values![workspace, id]).await?;
        Ok(self.execute(REMOVE, values![workspace, kind, id]).await? == 1)
    }

    /// Lets a foreign id name a thing; a later one wins.
    pub async fn set_alias(&mut self, workspace: WorkspaceId, scheme: &str, foreign: &str, id: Uuid) -> Result<()> {
        self.execute(SET_ALIAS, values![workspace, scheme, foreign, id]).await?;
        Ok(())
    }

    /// Forgets a foreign id; tells whether it was there.
    pub async fn remove_alias(&mut self, workspace: WorkspaceId, scheme: &str, foreign: &str) -> Result<bool> {
        Ok(self.execute(REMOVE_ALIAS, values![workspace, scheme, foreign]).await? == 1)
    }

    /// What a foreign id names.
    pub async fn alias(&mut self, workspace: WorkspaceId, scheme: &str, foreign: &str) -> Result<Option<Uuid>> {
        self.fetch_optional(ALIAS, values![workspace, scheme, foreign]).await?.map(|row| row.get(0)).transpose()
    }

    /// All foreign ids that name a thing.
    pub async fn aliases_of(&mut self, workspace: WorkspaceId, scheme: &str, id: Uuid) -> Result<Vec<String>> {
        self.fetch_all(ALIASES_OF, values![workspace, scheme, id]).await?.iter().map(|row| row.get(0)).collect()
    }

    /// A foreign id that names a thing.
    pub async fn alias_of(&mut self, workspace: WorkspaceId, scheme: &str, id: Uuid) -> Result<Option<String>> {
        self.fetch_optional(ALIAS_OF, values![workspace, scheme, id]).await?.map(|row| row.get(0)).transpose()
    }
}

statements! {
    DEFINITIONS = Sql::Both(
        "SELECT kind, id, name, body, revision, created_at, changed_at FROM definition WHERE workspace = $1 ORDER BY kind, name, id"
    );
    DEFINITION = Sql::Both(
        "SELECT kind, id, name, body, revision, created_at, changed_at FROM definition WHERE workspace = $1 AND kind = $2 AND id = $3"
    );
    NAMED = Sql::Both(
        "SELECT kind, id, name, body, revision, created_at, changed_at FROM definition WHERE workspace = $1 AND kind = $2 AND name = $3 ORDER BY id"
    );
    SAVE = Sql::Both(
        "INSERT INTO definition (workspace, kind, id, name, body, revision, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, 1, $6, $6)
         ON CONFLICT (workspace, kind, id) DO UPDATE SET name = excluded.name, body = excluded.body, revision = definition.revision + 1,
            changed_at = excluded.changed_at"
    );
    REMOVE = Sql::Both("DELETE FROM definition WHERE workspace = $1 AND kind = $2 AND id = $3");
    ALIASES = Sql::Both("SELECT scheme, foreign_id, id FROM alias WHERE workspace = $1 ORDER BY scheme, foreign_id");
    ALIAS = Sql::Both("SELECT id FROM alias WHERE workspace = $1 AND scheme = $2 AND foreign_id = $3");
    ALIASES_OF = Sql::Both("SELECT foreign_id FROM alias WHERE workspace = $1 AND scheme = $2 AND id = $3 ORDER BY foreign_id");
    ALIAS_OF = Sql::Both("SELECT foreign_id FROM alias WHERE workspace = $1 AND scheme = $2 AND id = $3 ORDER BY foreign_id LIMIT 1");
    SET_ALIAS = Sql::Both(
        "INSERT INTO alias (workspace, scheme, foreign_id, id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace, scheme, foreign_id) DO UPDATE SET id = excluded.id"
    );
    REMOVE_ALIAS = Sql::Both("DELETE FROM alias WHERE workspace = $1 AND scheme = $2 AND foreign_id = $3");
    REMOVE_ALIASES_OF = Sql::Both("DELETE FROM alias WHERE workspace = $1 AND id = $2");
}
