//! What a workspace's CRM is made of: its number, and what administrators defined. Records have tables of their own ([`crate::sql`]).

use domain::{ids::WorkspaceId, time::Timestamp};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    tx::Tx,
};

/// A workspace's CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmWorkspace {
    /// In the names of its tables; no other workspace of this database has it.
    pub number: i64,
    /// In the ids of its records: three letters or digits, no other workspace's either.
    pub instance: String,
    /// Rises with every change of what objects and fields there are.
    pub revision: i64,
    /// The revision of the standard schema that its tables were made of; 0 before there are any.
    pub standard: i64,
}

/// An object or field that an administrator made, or what was changed of a standard one. The body is the CRM's own document.
#[derive(Clone, Debug, PartialEq)]
pub struct CrmDefinition {
    /// The object's name.
    pub object: String,
    /// The field's; none for the object itself.
    pub field: Option<String>,
    /// What was defined.
    pub body: serde_json::Value,
    /// Dropped, and not yet erased.
    pub dropped_at: Option<Timestamp>,
}

fn crm_workspace(row: &Row) -> Result<CrmWorkspace> {
    Ok(CrmWorkspace { number: row.get(0)?, instance: row.get(1)?, revision: row.get(2)?, standard: row.get(3)? })
}

fn definition(row: &Row) -> Result<CrmDefinition> {
    let body: String = row.get(2)?;
    let body = serde_json::from_str(&body).map_err(|error| Error::Broken { what: "a CRM's definition", source: Some(Box::new(error)) })?;
    Ok(CrmDefinition { object: row.get(0)?, field: row.get(1)?, body, dropped_at: row.get(3)? })
}

impl Store {
    /// A workspace's CRM, if it has one yet.
    pub async fn crm_workspace(&self, workspace: WorkspaceId) -> Result<Option<CrmWorkspace>> {
        self.borrow().await?.fetch_optional(WORKSPACE, values![workspace]).await?.as_ref().map(crm_workspace).transpose()
    }
}

impl Snapshot {
    /// A workspace's CRM, if it has one yet.
    pub async fn crm_workspace(&mut self, workspace: WorkspaceId) -> Result<Option<CrmWorkspace>> {
        self.conn.fetch_optional(WORKSPACE, values![workspace]).await?.as_ref().map(crm_workspace).transpose()
    }

    /// All that was defined, dropped ones too: objects before their fields, in the order in which they were made.
    pub async fn crm_definitions(&mut self, workspace: WorkspaceId) -> Result<Vec<CrmDefinition>> {
        self.conn.fetch_all(DEFINITIONS, values![workspace]).await?.iter().map(definition).collect()
    }
}

impl Tx {
    /// A workspace gets a CRM, with the next number. False if it has one, or another has the instance or took the number at the same time.
    pub async fn begin_crm(&mut self, workspace: WorkspaceId, instance: &str) -> Result<bool> {
        Ok(self.execute(BEGIN, values![workspace, instance]).await? > 0)
    }

    /// A workspace's CRM, if it has one yet.
    pub async fn crm_workspace(&mut self, workspace: WorkspaceId) -> Result<Option<CrmWorkspace>> {
        self.fetch_optional(WORKSPACE, values![workspace]).await?.as_ref().map(crm_workspace).transpose()
    }

    /// All that was defined, as [`Snapshot::crm_definitions`].
    pub async fn crm_definitions(&mut self, workspace: WorkspaceId) -> Result<Vec<CrmDefinition>> {
        self.fetch_all(DEFINITIONS, values![workspace]).await?.iter().map(definition).collect()
    }

    /// Writes a definition, new (at this revision) or changed.
    pub async fn save_crm_definition(&mut self, workspace: WorkspaceId, definition: &CrmDefinition, revision: i64) -> Result<()> {
        let (body, dropped_at) = (crate::json(&definition.body)?, definition.dropped_at);
        match &definition.field {
            None => self.execute(SAVE_OBJECT, values![workspace, &definition.object, body, dropped_at, revision]).await?,
            Some(field) => self.execute(SAVE_FIELD, values![workspace, &definition.object, field, body, dropped_at, revision]).await?,
        };
        Ok(())
    }

    /// Removes what was defined of an object and all its fields.
    pub async fn remove_crm_object(&mut self, workspace: WorkspaceId, object: &str) -> Result<()> {
        self.execute(REMOVE_OBJECT, values![workspace, object]).await?;
        self.execute(REMOVE_FIELDS, values![workspace, object]).await?;
        Ok(())
    }

    /// Removes what was defined of a field.
    pub async fn remove_crm_field(&mut self, workspace: WorkspaceId, object: &str, field: &str) -> Result<()> {
        self.execute(REMOVE_FIELD, values![workspace, object, field]).await?;
        Ok(())
    }

    /// What objects and fields there are has changed; tells the new revision. `standard` is what tables were made of.
    pub async fn crm_changed(&mut self, workspace: WorkspaceId, standard: i64) -> Result<i64> {
        let row = self.fetch_optional(CHANGED, values![workspace, standard]).await?.ok_or(Error::broken("crm_workspace"))?;
        row.get(0)
    }
}

statements! {
    WORKSPACE = Sql::Both("SELECT number, instance, schema_revision, standard FROM crm_workspace WHERE workspace = $1");
    BEGIN = Sql::Both(
        "INSERT INTO crm_workspace (workspace, number, instance, schema_revision, standard)
         SELECT $1, coalesce(max(number), 0) + 1, $2, 0, 0 FROM crm_workspace WHERE true ON CONFLICT DO NOTHING"
    );
    CHANGED = Sql::Both(
        "UPDATE crm_workspace SET schema_revision = schema_revision + 1, standard = $2 WHERE workspace = $1 RETURNING schema_revision"
    );
    DEFINITIONS = Sql::Both(
        "SELECT name, NULL, body, dropped_at, 0, made_at_revision FROM crm_object WHERE workspace = $1
         UNION ALL SELECT object, name, body, dropped_at, 1, made_at_revision FROM crm_field WHERE workspace = $1 ORDER BY 5, 6, 1, 2"
    );
    SAVE_OBJECT = Sql::Both(
        "INSERT INTO crm_object (workspace, name, body, dropped_at, made_at_revision) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace, name) DO UPDATE SET body = excluded.body, dropped_at = excluded.dropped_at"
    );
    SAVE_FIELD = Sql::Both(
        "INSERT INTO crm_field (workspace, object, name, body, dropped_at, made_at_revision) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace, object, name) DO UPDATE SET body = excluded.body, dropped_at = excluded.dropped_at"
    );
    REMOVE_OBJECT = Sql::Both("DELETE FROM crm_object WHERE workspace = $1 AND name = $2");
    REMOVE_FIELDS = Sql::Both("DELETE FROM crm_field WHERE workspace = $1 AND object = $2");
    REMOVE_FIELD = Sql::Both("DELETE FROM crm_field WHERE workspace = $1 AND object = $2 AND name = $3");
}
