//! The frame of every change: who may, the transaction, the audit log, the new picture.

use domain::{
    ids::{AuditId, WorkspaceId},
    time::Timestamp,
};
use futures_util::future::BoxFuture;
use salesforce::Error;
use serde_json::json;
use store::{AuditLine, CrmDefinition, Tx};

use super::{Author, Defined, Definition, Kept, check::refuse};
use crate::{
    Crm, Result,
    access::Caller,
    schema::{Object, Schema, current},
};

/// What there is when a change begins.
pub(super) struct Before {
    pub(super) workspace: WorkspaceId,
    pub(super) schema: Schema,
    pub(super) definitions: Vec<CrmDefinition>,
    pub(super) now: Timestamp,
}

impl Before {
    /// The object, custom or not, by its name in whatever case.
    pub(super) fn object(&self, name: &str) -> Result<&Object> {
        self.schema.object(name).map(AsRef::as_ref).ok_or_else(|| Error::not_found().into())
    }

    /// What is kept of an object or field, dropped ones too.
    pub(super) fn kept(&self, object: &str, field: Option<&str>) -> Option<&CrmDefinition> {
        self.definitions.iter().find(|definition| {
            definition.object.eq_ignore_ascii_case(object)
                && match (&definition.field, field) {
                    (Some(known), Some(asked)) => known.eq_ignore_ascii_case(asked),
                    (None, None) => true,
                    _ => false,
                }
        })
    }
}

/// What is changed: for the audit log.
pub(super) struct Audited {
    pub(super) action: &'static str,
    pub(super) subject: String,
    pub(super) change: serde_json::Value,
}

/// What is erased was dropped, and so long ago that no server has a picture with it.
pub(super) fn settled(kept: &CrmDefinition, now: Timestamp) -> Result<()> {
    match kept.dropped_at {
        None => refuse("name", "Only what was dropped can be erased"),
        Some(at) if now.0.saturating_sub(at.0) < 2 * current::FRESH => {
            refuse("name", "It was dropped just now and may be in use: erase it in some seconds")
        }
        Some(_) => Ok(()),
    }
}

pub(super) fn may(caller: &Caller) -> Result<()> {
    if caller.rights.system || caller.rights.customize { Ok(()) } else { Err(Error::insufficient_access_or_readonly().into()) }
}

impl Crm {
    /// Runs a change alone in its transaction.
    pub(super) async fn defining<T, F>(&self, caller: &Caller, author: Author, audited: Audited, work: F) -> Result<T>
    where
        T: Send,
        F: for<'t> FnOnce(&'t mut Tx, &'t Before) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        may(caller)?;
        let (workspace, now) = (caller.workspace, self.now());
        // There are tables now.
        self.schema(workspace).await?;
        let line = AuditLine {
            id: AuditId(self.inner.parts.ids.next()),
            at: now,
            actor: author.agent.map_or_else(|| "system".to_owned(), |agent| agent.to_string()),
            action: audited.action.to_owned(),
            subject: audited.subject,
            body: json!({ "address": author.address, "change": audited.change }),
        };
        let value = self
            .store()
            .define(workspace, move |tx| {
                Box::pin(async move {
                    let row = tx.crm_workspace(workspace).await?.ok_or(store::Error::broken("crm_workspace"))?;
                    let definitions = tx.crm_definitions(workspace).await?;
                    let schema = current::assemble(&row, &definitions)?;
                    let before = Before { workspace, schema, definitions, now };
                    let value = work(tx, &before).await?;
                    tx.audit(workspace, &line).await?;
                    tx.crm_changed(workspace, row.standard).await?;
                    Ok::<_, crate::Error>(value)
                })
            })
            .await?;
        self.schema_anew(workspace).await?;
        Ok(value)
    }

    /// Every custom object and field, dropped ones too, in the order in which they were made.
    pub async fn definitions(&self, caller: &Caller) -> Result<Vec<Defined>> {
        may(caller)?;
        self.schema(caller.workspace).await?;
        let definitions = self.store().snapshot().await?.crm_definitions(caller.workspace).await?;
        let mut defined = Vec::with_capacity(definitions.len());
        for kept in definitions {
            let definition = match Kept::read(&kept)? {
                Kept::Object { definition, .. } => Definition::Object(definition),
                Kept::Field(definition) => Definition::Field(kept.object, definition),
                Kept::StandardObject(_) | Kept::StandardField(_) => continue,
            };
            defined.push(Defined { definition, dropped_at: kept.dropped_at });
        }
        Ok(defined)
    }
}
