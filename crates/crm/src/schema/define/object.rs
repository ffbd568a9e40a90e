//! Custom objects, and how standard ones are shared.

use std::sync::Arc;

use salesforce::{Error, id::KeyPrefix};
use serde_json::json;
use store::Tx;

use super::{
    Author, Kept, ObjectChange, ObjectDefinition, build,
    change::{Audited, Before, settled},
    check::{self, refuse, taken},
};
use crate::{
    Crm, Result,
    access::{Caller, install::dropped_for_good},
    held,
    schema::{Object, table},
};

/// Under which prefixes of custom objects are counted; no object's name is like it.
const PREFIXES: &str = "custom object";

fn audited(action: &'static str, object: &str, change: serde_json::Value) -> Audited {
    Audited { action, subject: object.to_owned(), change }
}

impl Crm {
    /// Makes a custom object with its table.
    ///
    /// # Errors
    /// What the definition lacks, in words for the administrator; a name that another object has or had.
    pub async fn define_object(&self, caller: &Caller, author: Author, mut definition: ObjectDefinition) -> Result<Arc<Object>> {
        check::object(&mut definition)?;
        let name = definition.name.clone();
        let audited = audited("crm_object.created", &name, json!(definition));
        self.defining(caller, author, audited, move |tx, before| {
            Box::pin(async move {
                if before.schema.object(&definition.name).is_some() {
                    return taken("name", format!("There is an object {} already", definition.name));
                }
                if before.kept(&definition.name, None).is_some() {
                    return taken("name", format!("There was an object {}: restore it, or erase it first", definition.name));
                }
                // A prefix is never given again: ids of an object that was erased may be remembered elsewhere.
                let next = held::raise(tx, before.workspace, PREFIXES, "Id", 1).await?;
                let Some(prefix) = u16::try_from(next - 2).ok().filter(|number| *number < KeyPrefix::CUSTOM) else {
                    return refuse("name", format!("No more than {} custom objects can be made", KeyPrefix::CUSTOM));
                };
                let object = build::object(&definition, prefix);
                let backend = tx.backend();
                tx.run_definitions(&table::create(&before.schema, &object, backend)).await?;
                let row = Kept::Object { definition: definition.clone(), prefix }.row(&definition.name, None, None)?;
                Ok(tx.save_crm_definition(before.workspace, &row, before.schema.revision).await?)
            })
        })
        .await?;
        self.object_now(caller, &name).await
    }

    /// Changes an object's labels, or how its records are shared where nothing else is set. Labels of standard objects stay.
    pub async fn change_object(&self, caller: &Caller, author: Author, name: &str, change: ObjectChange) -> Result<Arc<Object>> {
        for (property, label) in [("label", &change.label), ("label_plural", &change.label_plural)] {
            label.as_deref().map_or(Ok(()), |label| check::label(property, label))?;
        }
        let asked = name.to_owned();
        self.defining(caller, author, audited("crm_object.changed", name, json!(change)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let kept = match before.kept(&object.name, None).map(Kept::read).transpose()? {
                    Some(Kept::Object { mut definition, prefix }) => {
                        definition.label = change.label.unwrap_or(definition.label);
                        definition.label_plural = change.label_plural.unwrap_or(definition.label_plural);
                        definition.sharing = change.sharing.unwrap_or(definition.sharing);
                        Kept::Object { definition, prefix }
                    }
                    _ if change.label.is_some() || change.label_plural.is_some() => {
                        return refuse("label", "Labels of standard objects cannot be changed");
                    }
                    _ if !object.is_owned() => return refuse("sharing", "Records of this object have no owner"),
                    _ => Kept::StandardObject(change),
                };
                Ok(tx.save_crm_definition(before.workspace, &kept.row(&object.name, None, None)?, before.schema.revision).await?)
            })
        })
        .await?;
        self.object_now(caller, name).await
    }

    /// Takes a custom object out of the schema. Its records are kept until it is erased.
    ///
    /// # Errors
    /// Fields of other objects refer to it: they are named.
    pub async fn drop_object(&self, caller: &Caller, author: Author, name: &str) -> Result<()> {
        let asked = name.to_owned();
        self.defining(caller, author, audited("crm_object.dropped", name, json!(null)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                if !object.custom {
                    return refuse("name", "A standard object cannot be dropped");
                }
                let referring = before.schema.children(object).filter(|(child, field, _)| field.custom && child.name != object.name);
                let referring: Vec<_> = referring.map(|(child, field, _)| format!("{}.{}", child.name, field.name)).collect();
                if !referring.is_empty() {
                    return refuse("name", format!("These fields refer to {}; drop them first: {}", object.name, referring.join(", ")));
                }
                mark(tx, before, &object.name, true).await
            })
        })
        .await
    }

    /// Takes a custom object that was dropped back, with its records.
    pub async fn restore_object(&self, caller: &Caller, author: Author, name: &str) -> Result<Arc<Object>> {
        let asked = name.to_owned();
        self.defining(caller, author, audited("crm_object.restored", name, json!(null)), move |tx, before| {
            Box::pin(async move { mark(tx, before, &asked, false).await })
        })
        .await?;
        self.object_now(caller, name).await
    }

    /// Erases a custom object that was dropped, its fields and all its records. Nothing takes it back.
    pub async fn erase_object(&self, caller: &Caller, author: Author, name: &str) -> Result<()> {
        let asked = name.to_owned();
        self.defining(caller, author, audited("crm_object.erased", name, json!(null)), move |tx, before| {
            Box::pin(async move {
                let kept = before.kept(&asked, None).ok_or_else(Error::not_found)?;
                let Kept::Object { definition, prefix } = Kept::read(kept)? else { return Err(Error::not_found().into()) };
                settled(kept, before.now)?;
                let object = build::object(&definition, prefix);
                tx.run_built(table::drop(&before.schema, &object, tx.backend())).await?;
                dropped_for_good(tx, before.workspace, &before.schema, &object, None).await?;
                Ok(tx.remove_crm_object(before.workspace, &object.name).await?)
            })
        })
        .await
    }

    pub(super) async fn object_now(&self, caller: &Caller, name: &str) -> Result<Arc<Object>> {
        let with_ending = format!("{name}__c");
        let schema = self.schema(caller.workspace).await?;
        schema.object(name).or_else(|| schema.object(&with_ending)).cloned().ok_or_else(|| Error::not_found().into())
    }
}

async fn mark(tx: &mut Tx, before: &Before, name: &str, dropped: bool) -> Result<()> {
    let kept = before.kept(name, None).ok_or_else(Error::not_found)?;
    if kept.dropped_at.is_some() == dropped {
        return Err(Error::not_found().into());
    }
    let row = store::CrmDefinition { dropped_at: dropped.then_some(before.now), ..kept.clone() };
    Ok(tx.save_crm_definition(before.workspace, &row, before.schema.revision).await?)
}
