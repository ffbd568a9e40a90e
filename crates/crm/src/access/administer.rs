//! Rights as administrators set them: of profiles and permission sets. Who has them: see [`super::people`].
//!
//! What depends on another right is refused without it, in the vendor's words. The administrators' own profile stays as it is, and no change is
//! kept after which nobody is left who may change anything. Each change is a line in the audit log, in the same transaction.

use domain::{
    ids::{AgentId, AuditId, WorkspaceId},
    time::Timestamp,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use salesforce::{Error as Refusal, Id};
use sea_query::{Condition, Expr, ExprTrait as _, JoinType, Query};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use store::{
    AuditLine, Tx,
    sql::{Built, Row},
};

use super::{
    Caller, ObjectRights,
    grant::{self, Given},
    install::{self, lock},
    load::{self, RECORDS, the},
};
use crate::{
    Crm, Error, Result,
    held::{self, Held, Stamp},
    schema::{Object, Schema},
    value::Value,
};

/// What somebody may do with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRight {
    /// Nothing: it does not exist for them.
    None,
    /// See it.
    Read,
    /// Change it too.
    Edit,
}

impl FieldRight {
    /// As the audit log names it.
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Edit => "edit",
        }
    }
}

/// What is changed: for the audit log.
pub(super) struct Audited {
    action: &'static str,
    subject: String,
    change: Json,
}

pub(super) fn audited(action: &'static str, subject: impl ToString, change: Json) -> Audited {
    Audited { action, subject: subject.to_string(), change }
}

fn told(rights: &ObjectRights) -> Json {
    let ObjectRights { read, create, edit, delete, view_all, modify_all, .. } = *rights;
    json!({ "read": read, "create": create, "edit": edit, "delete": delete, "view_all": view_all, "modify_all": modify_all })
}

fn told_fields(fields: &[(String, FieldRight)]) -> Json {
    fields.iter().map(|(name, right)| (name.clone(), right.as_str().into())).collect::<serde_json::Map<_, _>>().into()
}

/// A change of rights, in its transaction.
pub(super) struct Change<'t> {
    pub(super) tx: &'t mut Tx,
    workspace: WorkspaceId,
    pub(super) schema: Arc<Schema>,
    pub(super) stamp: Stamp,
}

impl Crm {
    /// What an object's records may be done with, by whoever has this profile or permission set. All false takes the object away.
    ///
    /// # Errors
    /// `Refused` when a right is there without one that it needs, or for an object whose rights are not given so.
    pub async fn set_object_rights(&self, caller: &Caller, holder: Id, object: &str, rights: ObjectRights) -> Result<()> {
        let audited = audited("crm_rights.object_set", holder, json!({ "object": object, "rights": told(&rights) }));
        let object = object.to_owned();
        self.administer(caller, audited, move |mut change| {
            let (object, rights) = (object.clone(), rights.clone());
            async move { change.set_object_rights(holder, &object, &rights).await }.boxed()
        })
        .await
    }

    /// Both, in one change: of an object, and of those of its fields that are named.
    ///
    /// # Errors
    /// As of each; `NOT_FOUND` for an object or a holder that there is not. Nothing is changed then.
    pub async fn set_rights(
        &self,
        caller: &Caller,
        holder: Id,
        object: &str,
        rights: ObjectRights,
        fields: Vec<(String, FieldRight)>,
    ) -> Result<()> {
        let change = json!({ "object": object, "rights": told(&rights), "fields": told_fields(&fields) });
        let object = object.to_owned();
        self.administer(caller, audited("crm_rights.object_set", holder, change), move |mut change| {
            let (object, rights, fields) = (object.clone(), rights.clone(), fields.clone());
            async move {
                if change.schema.object(&object).is_none() {
                    return Err(Refusal::not_found().into());
                }
                change.set_object_rights(holder, &object, &rights).await?;
                change.set_field_rights(holder, &object, &fields).await
            }
            .boxed()
        })
        .await
    }

    /// Which fields of an object they see and change.
    ///
    /// # Errors
    /// `Refused` for a field that there is not, or to which rights by field do not apply.
    pub async fn set_field_rights(&self, caller: &Caller, holder: Id, object: &str, fields: Vec<(String, FieldRight)>) -> Result<()> {
        let audited = audited("crm_rights.fields_set", holder, json!({ "object": object, "fields": told_fields(&fields) }));
        let object = object.to_owned();
        self.administer(caller, audited, move |mut change| {
            let (object, fields) = (object.clone(), fields.clone());
            async move { change.set_field_rights(holder, &object, &fields).await }.boxed()
        })
        .await
    }

    /// Which system rights they have: `PermissionsApiEnabled` and its like. Those that are not named stay.
    pub async fn set_system_rights(&self, caller: &Caller, holder: Id, rights: Vec<(String, bool)>) -> Result<()> {
        let change: serde_json::Map<_, _> = rights.iter().map(|(name, allowed)| (name.clone(), (*allowed).into())).collect();
        self.administer(caller, audited("crm_rights.system_set", holder, change.into()), move |mut change| {
            let rights = rights.clone();
            async move { change.set_system_rights(holder, &rights).await }.boxed()
        })
        .await
    }

    /// Makes a profile that gives what another one gives.
    pub async fn clone_profile(&self, caller: &Caller, source: Id, name: &str) -> Result<Id> {
        let audited = audited("crm_profile.created", name, json!({ "source": source.to_string() }));
        let name = name.to_owned();
        self.administer(caller, audited, move |mut change| {
            let name = name.clone();
            async move { change.clone_profile(source, &name).await }.boxed()
        })
        .await
    }

    /// Makes a permission set: an empty one, or one that gives what another one gives.
    pub async fn create_permission_set(&self, caller: &Caller, name: &str, label: &str, source: Option<Id>) -> Result<Id> {
        let audited =
            audited("crm_permission_set.created", name, json!({ "label": label, "source": source.map(|source| source.to_string()) }));
        let (name, label) = (name.to_owned(), label.to_owned());
        self.administer(caller, audited, move |mut change| {
            let (name, label) = (name.clone(), label.clone());
            async move { change.create_set(&name, &label, source).await }.boxed()
        })
        .await
    }

    /// Deletes a profile that nobody has, or a permission set that is assigned to nobody.
    pub async fn delete_rights_holder(&self, caller: &Caller, holder: Id) -> Result<()> {
        let audited = audited("crm_rights.deleted", holder, Json::Null);
        self.administer(caller, audited, move |mut change| async move { change.delete_holder(holder).await }.boxed()).await
    }

    pub(super) async fn administer<T, F>(&self, caller: &Caller, audited: Audited, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(Change<'t>) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
    {
        if !(caller.rights.system || caller.rights.manage_users) {
            return Err(Refusal::insufficient_access_or_readonly().into());
        }
        let workspace = caller.workspace;
        let schema = self.ready(workspace).await?;
        let stamp = Stamp { at: self.now(), by: caller.user };
        let (work, is_system) = (Arc::new(work), caller.rights.system);
        let line = AuditLine {
            id: AuditId(self.inner.parts.ids.next()),
            at: stamp.at,
            actor: "system".to_owned(),
            action: audited.action.to_owned(),
            subject: audited.subject,
            body: json!({ "address": null, "change": audited.change }),
        };
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (schema, work, mut line) = (schema.clone(), work.clone(), line.clone());
                async move {
                    lock(tx, workspace).await?;
                    let before = somebody_customizes(tx, &schema, stamp.at).await?;
                    let value = work(Change { tx: &mut *tx, workspace, schema: schema.clone(), stamp }).await?;
                    if before && !somebody_customizes(tx, &schema, stamp.at).await? {
                        let why = "There must be an active user who may customize the application.".to_owned();
                        return Err(Refusal::field_integrity(&[], why).into());
                    }
                    // Whoever changes rights through the data API is an agent too.
                    if !is_system && let Some(agent) = tx.alias(workspace, RECORDS, stamp.by.short()).await? {
                        line.actor = AgentId(agent).to_string();
                    }
                    tx.audit(workspace, &line).await?;
                    load::raise(tx, workspace).await?;
                    Ok(value)
                }
                .boxed()
            })
            .await
    }
}

/// Whether an active user may change what there is, now and later.
pub(crate) async fn somebody_customizes(tx: &mut Tx, schema: &Schema, now: Timestamp) -> Result<bool> {
    let (users, sets) = (the(schema, "User")?, the(schema, "PermissionSet")?);
    let assignments = the(schema, "PermissionSetAssignment")?;
    let built = {
        let of_profile = Expr::col(("s", "profileid")).equals(("u", "profileid")).and(Expr::col(("s", "isownedbyprofile")).eq(1_i64));
        let mut assigned = Query::select();
        assigned
            .expr(Expr::col(("a", "permissionsetid")))
            .from_as(schema.table(assignments), "a")
            .and_where(Expr::col(("a", "assigneeid")).equals(("u", "id")))
            .and_where(Expr::col(("a", "isactive")).eq(1_i64))
            .and_where(Expr::col(("a", "expirationdate")).is_null().or(Expr::col(("a", "expirationdate")).gt(now.0)));
        let mut query = Query::select();
        query
            .expr(Expr::col(("u", "id")))
            .from_as(schema.table(users), "u")
            .join_as(JoinType::InnerJoin, schema.table(sets), "s", of_profile.or(Expr::col(("s", "id")).in_subquery(assigned)))
            .and_where(Expr::col(("u", "isactive")).eq(1_i64))
            .and_where(Expr::col(("u", "usertype")).eq("Standard"))
            .and_where(Expr::col(("s", "permissionscustomizeapplication")).eq(1_i64))
            .limit(1);
        Built::new("who may customize", tx.backend(), &query)?
    };
    Ok(!tx.fetch_built(built).await?.is_empty())
}

/// What a right to an object needs: the right, and those that it needs.
pub(crate) fn lacking(rights: &ObjectRights) -> Option<&'static str> {
    let ObjectRights { read, create, edit, delete, view_all, modify_all, .. } = *rights;
    if (create || edit || view_all) && !read {
        Some("Permission Create, Edit or View All depends on permission(s): Read")
    } else if delete && !edit {
        Some("Permission Delete depends on permission(s): Edit")
    } else if modify_all && !(delete && view_all) {
        Some("Permission Modify All depends on permission(s): Delete, View All")
    } else {
        None
    }
}

fn id_in(row: &Row, at: usize) -> Result<Id> {
    Ok(Id::parse(&row.get::<String>(at)?).map_err(|_| store::Error::broken("a record's id"))?)
}

impl Change<'_> {
    /// The one id that a question has for an answer.
    pub(super) async fn one(&mut self, object: &Object, wanted: &[(&'static str, &str)]) -> Result<Option<Id>> {
        let built = {
            let mut query = Query::select();
            query.column("id").from(self.schema.table(object));
            for (column, value) in wanted {
                query.and_where(Expr::col(*column).eq(*value));
            }
            Built::new("a row of rights", self.tx.backend(), &query)?
        };
        self.tx.fetch_built(built).await?.first().map(|row| id_in(row, 0)).transpose()
    }

    /// The permission set whose rows are a profile's or a permission set's own.
    async fn set_of(&mut self, holder: Id, to_change: bool) -> Result<Id> {
        let schema = self.schema.clone();
        let (profiles, sets) = (the(&schema, "Profile")?, the(&schema, "PermissionSet")?);
        let found = if profiles.prefix == Some(holder.prefix()) {
            self.one(sets, &[("profileid", holder.short())]).await?
        } else {
            self.one(sets, &[("id", holder.short())]).await?
        };
        let set = found.ok_or_else(|| Refusal::invalid_cross_reference(Some("ParentId")))?;
        if to_change && set == install::set_id(&schema, &grant::ADMINISTRATOR)? {
            return Err(Refusal::insufficient_access_or_readonly().into());
        }
        Ok(set)
    }

    fn object<'s>(schema: &'s Schema, name: &str) -> Result<&'s Object> {
        let object = schema.object(name).filter(|object| grant::given(object) == Given::ByRows);
        let why = || Refusal::field_integrity(&["SobjectType"], format!("Rights to {name} are not given by permission sets."));
        Ok(object.ok_or_else(why)?)
    }

    async fn set_object_rights(&mut self, holder: Id, object: &str, rights: &ObjectRights) -> Result<()> {
        let schema = self.schema.clone();
        let object = Self::object(&schema, object)?;
        if let Some(lacking) = lacking(rights) {
            return Err(Refusal::field_integrity(&[], lacking.to_owned()).into());
        }
        let set = self.set_of(holder, true).await?;
        let rows = the(&schema, "ObjectPermissions")?;
        if let Some(there) = self.one(rows, &[("parentid", set.short()), ("sobjecttype", &object.name)]).await? {
            held::delete(self.tx, &schema, rows, &[there]).await?;
        }
        if rights.read {
            let id = self.new_id(rows).await?;
            held::insert(self.tx, &schema, rows, vec![install::object_row(id, set, object, rights)], self.stamp).await?;
        }
        Ok(())
    }

    async fn set_field_rights(&mut self, holder: Id, object: &str, fields: &[(String, FieldRight)]) -> Result<()> {
        let schema = self.schema.clone();
        let object = Self::object(&schema, object)?;
        let set = self.set_of(holder, true).await?;
        let rows = the(&schema, "FieldPermissions")?;
        for (name, right) in fields {
            let field = object.field(name).filter(|field| field.permissionable);
            let why = || Refusal::field_integrity(&["Field"], format!("Rights by field do not apply to {}.{name}.", object.name));
            let field = field.ok_or_else(why)?;
            if *right == FieldRight::Edit && !grant::is_editable(field) {
                let why = format!("{}.{name} cannot be edited.", object.name);
                return Err(Refusal::field_integrity(&["PermissionsEdit"], why).into());
            }
            if let Some(there) = self.one(rows, &[("parentid", set.short()), ("field", &install::path(object, field))]).await? {
                held::delete(self.tx, &schema, rows, &[there]).await?;
            }
            if *right != FieldRight::None {
                let id = self.new_id(rows).await?;
                let row = install::field_row(id, set, object, field, *right == FieldRight::Edit);
                held::insert(self.tx, &schema, rows, vec![row], self.stamp).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn new_id(&mut self, object: &Object) -> Result<Id> {
        let made = held::new_ids(self.tx, self.workspace, &self.schema, object, 1).await?;
        Ok(made.first().copied().ok_or(store::Error::broken("crm_counter"))?)
    }

    async fn set_system_rights(&mut self, holder: Id, rights: &[(String, bool)]) -> Result<()> {
        let schema = self.schema.clone();
        let (profiles, sets) = (the(&schema, "Profile")?, the(&schema, "PermissionSet")?);
        let set = self.set_of(holder, true).await?;
        let mut values = Vec::with_capacity(rights.len());
        for (name, allowed) in rights {
            let column = install::system_columns(sets).find(|column| column.eq_ignore_ascii_case(name));
            let column = column.ok_or_else(|| Refusal::no_such_column(name, &sets.name))?;
            values.push((column, Value::Boolean(*allowed)));
        }
        // Whoever changes all sees all; whoever customizes sees the setup.
        let has = |name: &str| values.iter().any(|(column, value)| *column == name && *value == Value::Boolean(true));
        let needs = [
            ("PermissionsModifyAllData", "PermissionsViewAllData"),
            ("PermissionsCustomizeApplication", "PermissionsViewSetup"),
            ("PermissionsManageUsers", "PermissionsViewSetup"),
        ];
        let needed: Vec<_> = needs.iter().filter(|(right, needed)| has(right) && !has(needed)).map(|(_, needed)| *needed).collect();
        values.retain(|(column, _)| !needed.contains(column));
        values.extend(needed.into_iter().map(|column| (column, Value::Boolean(true))));
        held::update(self.tx, &schema, sets, set, values.iter().cloned(), self.stamp).await?;
        if profiles.prefix == Some(holder.prefix()) {
            held::update(self.tx, &schema, profiles, holder, values.into_iter(), self.stamp).await?;
        }
        Ok(())
    }

    /// The system rights that a permission set gives.
    async fn system_of(&mut self, set: Id) -> Result<Vec<String>> {
        let schema = self.schema.clone();
        let sets = the(&schema, "PermissionSet")?;
        let columns: Vec<&str> = install::system_columns(sets).collect();
        let built = {
            let mut query = Query::select();
            query.columns(columns.iter().map(|column| column.to_ascii_lowercase())).from(schema.table(sets));
            query.and_where(Expr::col("id").eq(set.short()));
            Built::new("system rights", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let mut allowed = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            if row.get::<i64>(at)? != 0 {
                allowed.push((*column).to_owned());
            }
        }
        Ok(allowed)
    }

    /// Gives a new permission set what another one gives.
    async fn copy_rows(&mut self, from: Id, to: Id) -> Result<()> {
        let schema = self.schema.clone();
        for (name, what, flags) in [
            (
                "ObjectPermissions",
                "SobjectType",
                &[
                    "PermissionsRead",
                    "PermissionsCreate",
                    "PermissionsEdit",
                    "PermissionsDelete",
                    "PermissionsViewAllRecords",
                    "PermissionsModifyAllRecords",
                ][..],
            ),
            ("FieldPermissions", "Field", &["PermissionsRead", "PermissionsEdit"][..]),
        ] {
            let object = the(&schema, name)?;
            let built = {
                let mut query = Query::select();
                query.columns([what.to_ascii_lowercase(), "sobjecttype".to_owned()]);
                query.columns(flags.iter().map(|flag| flag.to_ascii_lowercase()));
                query.from(schema.table(object)).and_where(Expr::col("parentid").eq(from.short()));
                Built::new("rows of rights", self.tx.backend(), &query)?
            };
            let rows = self.tx.fetch_built(built).await?;
            let ids = held::new_ids(self.tx, self.workspace, &schema, object, rows.len()).await?;
            let mut copies = Vec::with_capacity(rows.len());
            for (id, row) in ids.into_iter().zip(&rows) {
                let mut copy = Held::new(id)
                    .with("ParentId", Value::Id(to))
                    .text(what, &row.get::<String>(0)?)
                    .text("SobjectType", &row.get::<String>(1)?);
                for (at, flag) in flags.iter().enumerate() {
                    copy = copy.with(*flag, Value::Boolean(row.get::<i64>(at + 2)? != 0));
                }
                copies.push(copy);
            }
            held::insert(self.tx, &schema, object, copies, self.stamp).await?;
        }
        Ok(())
    }

    async fn clone_profile(&mut self, source: Id, name: &str) -> Result<Id> {
        let schema = self.schema.clone();
        let (profiles, sets) = (the(&schema, "Profile")?, the(&schema, "PermissionSet")?);
        if profiles.prefix != Some(source.prefix()) {
            return Err(Refusal::invalid_cross_reference(None).into());
        }
        let from = self.set_of(source, false).await?;
        let name = self.free_name(profiles, name, "Name").await?;
        let (profile, set) = (self.new_id(profiles).await?, self.new_id(sets).await?);
        let allowed = self.system_of(from).await?;
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        let row = Held::new(profile).text("Name", &name).text("UserType", "Standard");
        held::insert(self.tx, &schema, profiles, vec![install::with_system(row, &allowed)], self.stamp).await?;
        held::insert(self.tx, &schema, sets, vec![install::with_system(install::hidden_set(set, profile), &allowed)], self.stamp).await?;
        self.copy_rows(from, set).await?;
        Ok(profile)
    }

    async fn create_set(&mut self, name: &str, label: &str, source: Option<Id>) -> Result<Id> {
        let schema = self.schema.clone();
        let sets = the(&schema, "PermissionSet")?;
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
            && !name.contains("__")
            && !name.ends_with('_');
        if !is_name {
            let why = "The Permission Set API Name can only contain underscores and alphanumeric characters. It must be unique, begin with a \
                       letter, not include spaces, not end with an underscore, and not contain two consecutive underscores.";
            return Err(Refusal::field_integrity(&["Name"], why.to_owned()).into());
        }
        let longest = sets.field("Label").map_or(0, |field| field.length as usize);
        if label.trim().chars().count() > longest {
            return Err(Refusal::string_too_long("Permission Set Label", "Label", label, longest).into());
        }
        if label.chars().any(char::is_control) {
            return Err(Refusal::field_integrity(&["Label"], "A label is one line.".to_owned()).into());
        }
        let name = self.free_name(sets, name, "Name").await?;
        let set = self.new_id(sets).await?;
        let from = match source {
            Some(source) => Some(self.set_of(source, false).await?),
            None => None,
        };
        let allowed = match from {
            Some(from) => self.system_of(from).await?,
            None => Vec::new(),
        };
        let row = Held::new(set)
            .text("Name", &name)
            .text("Label", if label.trim().is_empty() { &name } else { label.trim() })
            .text("Type", "Regular")
            .with("IsCustom", Value::Boolean(true));
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        held::insert(self.tx, &schema, sets, vec![install::with_system(row, &allowed)], self.stamp).await?;
        if let Some(from) = from {
            self.copy_rows(from, set).await?;
        }
        Ok(set)
    }

    /// A name that is one and that no other row has.
    async fn free_name(&mut self, object: &Object, name: &str, field: &'static str) -> Result<String> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Refusal::required_missing(&[field]).into());
        }
        let longest = object.field(field).map_or(0, |field| field.length as usize);
        if name.chars().count() > longest {
            return Err(Refusal::string_too_long(&object.label, field, name, longest).into());
        }
        if name.chars().any(char::is_control) {
            return Err(Refusal::field_integrity(&[field], "A name is one line.".to_owned()).into());
        }
        let folded = crate::schema::fold(name);
        let built = {
            let mut query = Query::select();
            query.column("id").from(self.schema.table(object)).and_where(Expr::col("name_f").eq(folded));
            Built::new("a name", self.tx.backend(), &query)?
        };
        match self.tx.fetch_built(built).await?.first() {
            Some(row) => Err(Refusal::duplicate_value(Some((field, id_in(row, 0)?))).into()),
            None => Ok(name.to_owned()),
        }
    }

    pub(super) async fn any(&mut self, object: &Object, column: &'static str, id: Id) -> Result<bool> {
        Ok(self.one(object, &[(column, id.short())]).await?.is_some())
    }

    async fn delete_holder(&mut self, holder: Id) -> Result<()> {
        let schema = self.schema.clone();
        let (profiles, sets) = (the(&schema, "Profile")?, the(&schema, "PermissionSet")?);
        let set = self.set_of(holder, true).await?;
        let is_profile = profiles.prefix == Some(holder.prefix());
        for built_in in grant::BUILT_IN {
            if set == install::set_id(&schema, built_in)? {
                return Err(Refusal::insufficient_access_or_readonly().into());
            }
        }
        let used = if is_profile {
            self.any(the(&schema, "User")?, "profileid", holder).await?
        } else {
            // A profile's own goes with the profile alone.
            self.any(the(&schema, "PermissionSetAssignment")?, "permissionsetid", set).await? || self.is_hidden(sets, set).await?
        };
        if used {
            let why = "It cannot be deleted while users have it.".to_owned();
            return Err(Refusal::field_integrity(&[], why).into());
        }
        for name in ["ObjectPermissions", "FieldPermissions"] {
            let built = {
                let mut delete = Query::delete();
                delete.from_table(schema.table(the(&schema, name)?)).and_where(Expr::col("parentid").eq(set.short()));
                Built::new("rows of rights", self.tx.backend(), &delete)?
            };
            self.tx.run_built(built).await?;
        }
        held::delete(self.tx, &schema, sets, &[set]).await?;
        if is_profile {
            held::delete(self.tx, &schema, profiles, &[holder]).await?;
        }
        Ok(())
    }

    pub(super) async fn is_hidden(&mut self, sets: &Object, set: Id) -> Result<bool> {
        let built = {
            let hidden = Condition::all().add(Expr::col("id").eq(set.short())).add(Expr::col("isownedbyprofile").eq(1_i64));
            let mut query = Query::select();
            query.column("id").from(self.schema.table(sets)).cond_where(hidden);
            Built::new("a profile's permission set", self.tx.backend(), &query)?
        };
        Ok(!self.tx.fetch_built(built).await?.is_empty())
    }
}
