//! What a workspace has of rights before anybody changes them: a user for the server itself, and three profiles.
//!
//! Field rights are rows like any others: some hundred for each of two profiles, in one statement. Rows are what SOQL reads and administrators
//! change, and a profile that says *all fields* in one word would need a second way to ask for them everywhere. The administrators' profile is
//! completed whenever the schema has something new, so nothing can be hidden from those who have to repair it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::ids::WorkspaceId;
use futures_util::FutureExt as _;
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, Query};
use store::{Tx, sql::Built};

use super::{
    grant::{self, BUILT_IN, BuiltIn, Given},
    load::{self, the},
};
use crate::{
    Crm, Error, Result,
    held::{self, Held, Stamp},
    schema::{Field, Object, Schema},
    value::Value,
};

impl Crm {
    /// The schema of a workspace that has what everybody needs.
    pub(crate) async fn ready(&self, workspace: WorkspaceId) -> Result<Arc<Schema>> {
        let schema = self.schema(workspace).await?;
        if self.inner.rights.is_ready(workspace, schema.revision) {
            return Ok(schema);
        }
        let now = self.now();
        let installed = schema.clone();
        self.store()
            .write::<_, Error, _>(move |tx| {
                let schema = installed.clone();
                async move {
                    let stamp = Stamp { at: now, by: load::system_user(&schema)? };
                    install(tx, workspace, &schema, stamp).await
                }
                .boxed()
            })
            .await?;
        self.inner.rights.now_ready(workspace, schema.revision);
        Ok(schema)
    }
}

/// Waits for whoever else changes what the server holds in this workspace.
pub(crate) async fn lock(tx: &mut Tx, workspace: WorkspaceId) -> Result<()> {
    let built = {
        let mut update = Query::update();
        update
            .table("crm_workspace")
            .value("number", Expr::col("number"))
            .and_where(Expr::col("workspace").eq(uuid::Uuid::from(workspace)));
        Built::new("the lock of what is held", tx.backend(), &update)?
    };
    tx.run_built(built).await?;
    Ok(())
}

async fn install(tx: &mut Tx, workspace: WorkspaceId, schema: &Schema, stamp: Stamp) -> Result<()> {
    lock(tx, workspace).await?;
    let mut changed = false;
    for name in ["User", "Profile", "PermissionSet"] {
        held::reserve(tx, workspace, the(schema, name)?).await?;
    }
    changed |= profiles(tx, workspace, schema, stamp).await?;
    changed |= system_user(tx, schema, stamp).await?;
    changed |= complete(tx, workspace, schema, stamp).await?;
    if changed {
        load::raise(tx, workspace).await?;
    }
    Ok(())
}

/// The id of a profile that comes with every workspace.
pub(crate) fn profile_id(schema: &Schema, profile: &BuiltIn) -> Result<Id> {
    held::built_in(schema, the(schema, "Profile")?, profile.number)
}

/// The id of its permission set.
pub(crate) fn set_id(schema: &Schema, profile: &BuiltIn) -> Result<Id> {
    held::built_in(schema, the(schema, "PermissionSet")?, profile.number)
}

async fn has(tx: &mut Tx, schema: &Schema, object: &Object, id: Id) -> Result<bool> {
    let built = {
        let mut query = Query::select();
        query.column("id").from(schema.table(object)).and_where(Expr::col("id").eq(id.short()));
        Built::new("a row held", tx.backend(), &query)?
    };
    Ok(!tx.fetch_built(built).await?.is_empty())
}

async fn profiles(tx: &mut Tx, workspace: WorkspaceId, schema: &Schema, stamp: Stamp) -> Result<bool> {
    let (profiles, sets) = (the(schema, "Profile")?, the(schema, "PermissionSet")?);
    let mut changed = false;
    for built_in in BUILT_IN {
        let (profile, set) = (profile_id(schema, built_in)?, set_id(schema, built_in)?);
        if has(tx, schema, profiles, profile).await? {
            continue;
        }
        changed = true;
        let allowed: Vec<&str> = system_columns(sets).filter(|column| built_in.allows(column)).collect();
        let row = Held::new(profile).text("Name", built_in.name).text("Description", built_in.description).text("UserType", "Standard");
        held::insert(tx, schema, profiles, vec![with_system(row, &allowed)], stamp).await?;
        held::insert(tx, schema, sets, vec![with_system(hidden_set(set, profile), &allowed)], stamp).await?;
        give(tx, workspace, schema, set, |object| built_in.rights(object), stamp).await?;
    }
    Ok(changed)
}

/// The permission set that a profile owns.
pub(crate) fn hidden_set(set: Id, profile: Id) -> Held {
    let name = format!("X{}", profile.short());
    Held::new(set)
        .text("Name", &name)
        .text("Label", &name)
        .text("Type", "Profile")
        .with("IsOwnedByProfile", Value::Boolean(true))
        .with("ProfileId", Value::Id(profile))
}

/// Columns of system rights.
pub(crate) fn system_columns(sets: &Object) -> impl Iterator<Item = &str> {
    sets.fields.iter().map(|field| field.name.as_str()).filter(|name| name.starts_with("Permissions"))
}

pub(crate) fn with_system(row: Held, allowed: &[&str]) -> Held {
    allowed.iter().fold(row, |row, column| row.with((*column).to_owned(), Value::Boolean(true)))
}

/// A permission set's row of an object.
pub(crate) fn object_row(id: Id, set: Id, object: &Object, rights: &super::ObjectRights) -> Held {
    Held::new(id)
        .with("ParentId", Value::Id(set))
        .text("SobjectType", &object.name)
        .with("PermissionsRead", Value::Boolean(rights.read))
        .with("PermissionsCreate", Value::Boolean(rights.create))
        .with("PermissionsEdit", Value::Boolean(rights.edit))
        .with("PermissionsDelete", Value::Boolean(rights.delete))
        .with("PermissionsViewAllRecords", Value::Boolean(rights.view_all))
        .with("PermissionsModifyAllRecords", Value::Boolean(rights.modify_all))
}

/// A permission set's row of a field.
pub(crate) fn field_row(id: Id, set: Id, object: &Object, field: &Field, edits: bool) -> Held {
    Held::new(id)
        .with("ParentId", Value::Id(set))
        .text("SobjectType", &object.name)
        .text("Field", &path(object, field))
        .with("PermissionsRead", Value::Boolean(true))
        .with("PermissionsEdit", Value::Boolean(edits))
}

/// `Contact.Email`
pub(crate) fn path(object: &Object, field: &Field) -> String {
    format!("{}.{}", object.name, field.name)
}

/// Gives a permission set, which has no rows yet, its rows.
pub(crate) async fn give(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    set: Id,
    rights: impl Fn(&Object) -> Option<super::ObjectRights>,
    stamp: Stamp,
) -> Result<()> {
    let objects: Vec<_> = schema
        .objects()
        .iter()
        .filter(|object| grant::given(object) == Given::ByRows)
        .filter_map(|object| Some((object, rights(object)?.whole())))
        .collect();
    let fields: Vec<_> = objects
        .iter()
        .flat_map(|(object, rights)| {
            let edits = rights.edit || rights.create;
            object.fields.iter().filter(|field| field.permissionable).map(move |field| (*object, field, edits && grant::is_editable(field)))
        })
        .collect();
    let (of_objects, of_fields) = (the(schema, "ObjectPermissions")?, the(schema, "FieldPermissions")?);
    let ids = held::new_ids(tx, workspace, schema, of_objects, objects.len()).await?;
    let rows = ids.into_iter().zip(&objects).map(|(id, (object, rights))| object_row(id, set, object, rights)).collect();
    held::insert(tx, schema, of_objects, rows, stamp).await?;
    let ids = held::new_ids(tx, workspace, schema, of_fields, fields.len()).await?;
    let rows = ids.into_iter().zip(&fields).map(|(id, (object, field, edits))| field_row(id, set, object, field, *edits)).collect();
    held::insert(tx, schema, of_fields, rows, stamp).await
}

/// The user in whose name the server writes.
async fn system_user(tx: &mut Tx, schema: &Schema, stamp: Stamp) -> Result<bool> {
    let users = the(schema, "User")?;
    if has(tx, schema, users, stamp.by).await? {
        return Ok(false);
    }
    let row = Held::new(stamp.by)
        .text("Username", &format!("autoproc@w{}.invalid", schema.number))
        .text("Email", &format!("autoproc@w{}.invalid", schema.number))
        .text("FirstName", "Automated")
        .text("LastName", "Process")
        .text("Name", "Automated Process")
        .text("Alias", "autoproc")
        .text("CommunityNickname", "autoproc")
        .text("UserType", "AutomatedProcess")
        .text("TimeZoneSidKey", "GMT")
        .text("LocaleSidKey", "en_US")
        .text("LanguageLocaleKey", "en_US")
        .text("EmailEncodingKey", "UTF-8")
        .with("IsActive", Value::Boolean(true))
        .with("ProfileId", Value::Id(profile_id(schema, &grant::MINIMUM)?));
    held::insert(tx, schema, users, vec![row], stamp).await?;
    Ok(true)
}

/// Administrators may do everything with everything that there is now.
async fn complete(tx: &mut Tx, workspace: WorkspaceId, schema: &Schema, stamp: Stamp) -> Result<bool> {
    let set = set_id(schema, &grant::ADMINISTRATOR)?;
    let (of_objects, of_fields) = (the(schema, "ObjectPermissions")?, the(schema, "FieldPermissions")?);
    let by_rows = || schema.objects().iter().filter(|object| grant::given(object) == Given::ByRows);
    let mut objects: HashMap<String, &Object> = by_rows().map(|object| (object.name.clone(), &**object)).collect();
    let mut fields: BTreeMap<String, (&Object, &Field)> = by_rows()
        .flat_map(|object| object.fields.iter().filter(|field| field.permissionable).map(|field| (path(object, field), (&**object, field))))
        .collect();
    for name in named(tx, schema, of_objects, "sobjecttype", set).await? {
        objects.remove(&name);
    }
    for name in named(tx, schema, of_fields, "field", set).await? {
        fields.remove(&name);
    }
    let ids = held::new_ids(tx, workspace, schema, of_objects, objects.len()).await?;
    let rows = ids.into_iter().zip(objects.values()).filter_map(|(id, object)| {
        let rights = grant::ADMINISTRATOR.rights(object)?;
        Some(object_row(id, set, object, &rights))
    });
    held::insert(tx, schema, of_objects, rows.collect(), stamp).await?;
    let ids = held::new_ids(tx, workspace, schema, of_fields, fields.len()).await?;
    let rows =
        ids.into_iter().zip(fields.values()).map(|(id, (object, field))| field_row(id, set, object, field, grant::is_editable(field)));
    held::insert(tx, schema, of_fields, rows.collect(), stamp).await?;
    Ok(!objects.is_empty() || !fields.is_empty())
}

/// Lets a field be seen that was defined just now: by these profiles and permission sets, else by all that may edit its object. Administrators
/// see it whatever is said. In the definition's transaction, with the schema that has the field.
pub(crate) async fn field_defined(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    object: &Object,
    field: &Field,
    seen_by: Option<&[Id]>,
    stamp: Stamp,
) -> Result<()> {
    if field.permissionable && grant::given(object) == Given::ByRows {
        let mut sets = match seen_by {
            Some(holders) => sets_of(tx, schema, holders).await?,
            None => sets_that_edit(tx, schema, object).await?,
        };
        // The administrators' comes with the first request, and completes itself.
        sets.extend(sets_of(tx, schema, &[set_id(schema, &grant::ADMINISTRATOR)?]).await?);
        sets.sort_by(|one, other| one.short().cmp(other.short()));
        sets.dedup();
        let of_fields = the(schema, "FieldPermissions")?;
        let ids = held::new_ids(tx, workspace, schema, of_fields, sets.len()).await?;
        let rows = ids.into_iter().zip(sets).map(|(id, set)| field_row(id, set, object, field, grant::is_editable(field)));
        held::insert(tx, schema, of_fields, rows.collect(), stamp).await?;
    }
    load::raise(tx, workspace).await
}

/// Takes away all rights to an object, or to one of its fields, that is dropped for good: another of its name begins without.
pub(crate) async fn dropped_for_good(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    object: &Object,
    field: Option<&Field>,
) -> Result<()> {
    let rows = match field {
        None => vec![("ObjectPermissions", "sobjecttype", object.name.clone()), ("FieldPermissions", "sobjecttype", object.name.clone())],
        Some(field) => vec![("FieldPermissions", "field", path(object, field))],
    };
    for (name, column, value) in rows {
        let built = {
            let mut delete = Query::delete();
            delete.from_table(schema.table(the(schema, name)?)).and_where(Expr::col(column).eq(value));
            Built::new("rights to what was dropped", tx.backend(), &delete)?
        };
        tx.run_built(built).await?;
    }
    load::raise(tx, workspace).await
}

/// The permission sets of these profiles, and those that are permission sets themselves.
async fn sets_of(tx: &mut Tx, schema: &Schema, holders: &[Id]) -> Result<Vec<Id>> {
    let ids = || holders.iter().map(|id| id.short().to_owned());
    let built = {
        let mut query = Query::select();
        query
            .column("id")
            .from(schema.table(the(schema, "PermissionSet")?))
            .and_where(Expr::col("id").is_in(ids()).or(Expr::col("profileid").is_in(ids())));
        Built::new("permission sets", tx.backend(), &query)?
    };
    read_ids(tx, built).await
}

async fn sets_that_edit(tx: &mut Tx, schema: &Schema, object: &Object) -> Result<Vec<Id>> {
    let built = {
        let mut query = Query::select();
        query
            .column("parentid")
            .from(schema.table(the(schema, "ObjectPermissions")?))
            .and_where(Expr::col("sobjecttype").eq(object.name.as_str()))
            .and_where(Expr::col("permissionsedit").eq(1_i64));
        Built::new("permission sets that edit", tx.backend(), &query)?
    };
    read_ids(tx, built).await
}

async fn read_ids(tx: &mut Tx, built: Built) -> Result<Vec<Id>> {
    let rows = tx.fetch_built(built).await?;
    rows.iter().map(|row| Ok(Id::parse(&row.get::<String>(0)?).map_err(|_| store::Error::broken("a record's id"))?)).collect()
}

/// What a permission set's rows are about.
async fn named(tx: &mut Tx, schema: &Schema, object: &Object, column: &'static str, set: Id) -> Result<Vec<String>> {
    let built = {
        let mut query = Query::select();
        query.column(column).from(schema.table(object)).and_where(Expr::col("parentid").eq(set.short()));
        Built::new("what rights are about", tx.backend(), &query)?
    };
    let rows = tx.fetch_built(built).await?;
    Ok(rows.iter().map(|row| row.get::<Option<String>>(0)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
