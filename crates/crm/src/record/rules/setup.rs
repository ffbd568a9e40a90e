//! Who may do what, as records: rows of rights mean something together, must lock nobody out, and every server must learn of a change.
//!
//! Users and profiles are written by way of [`crate::access`] alone: they are mirrors of who works here, and need more than one row.

use std::collections::HashMap;

use salesforce::{Error as Refusal, Id};
use sea_query::ExprTrait as _;
use store::{Tx, sql::Built};

use super::{get, id, set, text};
use crate::{
    Reader, Result, Scope,
    access::{
        ObjectRights,
        administer::{lacking, somebody_customizes},
        grant::{self, Given},
        install, load,
    },
    record::{column, draft::Draft, lookup},
    schema::{Object, Schema, fold},
    value::Value,
};

/// Records of this object are changed by way of [`crate::access`] alone.
pub(in crate::record) fn is_kept(object: &Object) -> bool {
    matches!(object.name.as_str(), "User" | "Profile")
}

/// Its records say who may do what.
pub(in crate::record) fn are_rights(object: &Object) -> bool {
    matches!(object.name.as_str(), "PermissionSet" | "PermissionSetAssignment" | "ObjectPermissions" | "FieldPermissions")
}

/// Before rights are read or written: one change of them at a time.
pub(in crate::record) async fn begin(tx: &mut Tx, scope: &Scope, object: &Object) -> Result<()> {
    if are_rights(object) { install::lock(tx, scope.caller.workspace).await } else { Ok(()) }
}

/// After they were written: every server learns of it, and there is still somebody who may change anything.
pub(in crate::record) async fn end(tx: &mut Tx, scope: &Scope, object: &Object) -> Result<()> {
    if !are_rights(object) {
        return Ok(());
    }
    load::raise(tx, scope.caller.workspace).await?;
    if somebody_customizes(tx, &scope.schema, scope.now).await? {
        return Ok(());
    }
    let why = "There must be an active user who may customize the application.".to_owned();
    Err(Refusal::field_integrity(&[], why).into())
}

/// What a new permission set is.
pub(super) fn derive(object: &Object, drafts: &mut [Draft]) {
    for draft in drafts.iter_mut().filter(|draft| draft.is_new()) {
        set(object, draft, "IsCustom", Value::Boolean(true));
        set(object, draft, "Type", Value::Text("Regular".to_owned()));
    }
}

/// Whether these rows may stand together.
pub(super) async fn check(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let key = match object.name.as_str() {
        "PermissionSet" => ["Name", "Name"],
        "PermissionSetAssignment" => ["PermissionSetId", "AssigneeId"],
        "ObjectPermissions" => ["ParentId", "SobjectType"],
        "FieldPermissions" => ["ParentId", "Field"],
        _ => return Ok(()),
    };
    let fixed = fixed_sets(reader, scope).await?;
    let administrators = install::set_id(&scope.schema, &grant::ADMINISTRATOR)?;
    for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
        let refusal = match object.name.as_str() {
            "PermissionSet" => named(object, draft, &fixed),
            "PermissionSetAssignment" => {
                // A profile's own set is given with the profile.
                id(object, draft, "PermissionSetId").filter(|set| fixed.contains(set)).map(|_| {
                    Refusal::field_integrity(&["PermissionSetId"], "You can't assign a permission set that a profile owns.".to_owned())
                })
            }
            _ if id(object, draft, "ParentId") == Some(administrators) => Some(Refusal::insufficient_access_or_readonly()),
            "ObjectPermissions" => of_object(&scope.schema, object, draft),
            _ => of_field(&scope.schema, object, draft),
        };
        if let Some(refusal) = refusal {
            draft.refuse(refusal);
        }
    }
    distinct(reader, scope, object, key, drafts).await
}

/// Permission sets that profiles own.
async fn fixed_sets(reader: &mut Reader<'_>, scope: &Scope) -> Result<Vec<Id>> {
    let Some(sets) = scope.schema.object("PermissionSet") else { return Ok(Vec::new()) };
    let mut query = lookup::select(scope, sets);
    query.expr(lookup::col("id")).and_where(lookup::col("isownedbyprofile").eq(1_i64));
    let rows = reader.fetch(Built::new("sets of profiles", reader.backend(), &query)?.kept()).await?;
    rows.iter().map(|row| lookup::id_at(row, 0)).collect()
}

fn named(object: &Object, draft: &Draft, fixed: &[Id]) -> Option<Refusal> {
    if draft.id.is_some_and(|id| fixed.contains(&id)) {
        return Some(Refusal::insufficient_access_or_readonly());
    }
    let name = text(object, draft, "Name").unwrap_or_default();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        && !name.contains("__")
        && !name.ends_with('_');
    (!is_name).then(|| {
        let why = "The Permission Set API Name can only contain underscores and alphanumeric characters. It must be unique, begin with a \
                   letter, not include spaces, not end with an underscore, and not contain two consecutive underscores.";
        Refusal::field_integrity(&["Name"], why.to_owned())
    })
}

fn has(object: &Object, draft: &Draft, name: &str) -> bool {
    get(object, draft, name) == &Value::Boolean(true)
}

/// Rights to an object: of one whose rights are given so, and none without those that it needs.
fn of_object(schema: &Schema, object: &Object, draft: &mut Draft) -> Option<Refusal> {
    let name = text(object, draft, "SobjectType").unwrap_or_default().to_owned();
    let Some(of) = schema.object(&name).filter(|of| grant::given(of) == Given::ByRows) else {
        return Some(Refusal::field_integrity(&["SobjectType"], format!("Rights to {name} are not given by permission sets.")));
    };
    set(object, draft, "SobjectType", Value::Text(of.name.clone()));
    let rights = ObjectRights {
        read: has(object, draft, "PermissionsRead"),
        create: has(object, draft, "PermissionsCreate"),
        edit: has(object, draft, "PermissionsEdit"),
        delete: has(object, draft, "PermissionsDelete"),
        view_all: has(object, draft, "PermissionsViewAllRecords"),
        modify_all: has(object, draft, "PermissionsModifyAllRecords"),
        ..ObjectRights::default()
    };
    let lacking = lacking(&rights).or((!rights.read).then_some("A row without the permission Read says nothing: delete it instead"));
    lacking.map(|why| Refusal::field_integrity(&[], why.to_owned()))
}

/// Rights to a field, which is named with its object: `Account.Rating`.
fn of_field(schema: &Schema, object: &Object, draft: &mut Draft) -> Option<Refusal> {
    let path = text(object, draft, "Field").unwrap_or_default().to_owned();
    let found = path.split_once('.').and_then(|(of, field)| {
        let of = schema.object(of).filter(|of| grant::given(of) == Given::ByRows)?;
        Some((of, of.field(field).filter(|field| field.permissionable)?))
    });
    let said = text(object, draft, "SobjectType").unwrap_or_default();
    let Some((of, field)) = found.filter(|(of, _)| of.name.eq_ignore_ascii_case(said)) else {
        return Some(Refusal::field_integrity(&["Field"], format!("Rights by field do not apply to {path}.")));
    };
    let (canonical, path) = (Value::Text(of.name.clone()), Value::Text(install::path(of, field)));
    set(object, draft, "SobjectType", canonical);
    set(object, draft, "Field", path);
    let (reads, edits) = (has(object, draft, "PermissionsRead"), has(object, draft, "PermissionsEdit"));
    let why = if !reads {
        "Permission Edit depends on permission(s): Read"
    } else if edits && !grant::is_editable(field) {
        "The field cannot be edited"
    } else {
        return None;
    };
    Some(Refusal::field_integrity(&["PermissionsEdit"], why.to_owned()))
}

/// No two rows are about the same.
async fn distinct(reader: &mut Reader<'_>, scope: &Scope, object: &Object, key: [&str; 2], drafts: &mut [Draft]) -> Result<()> {
    let places = key.map(|name| object.position(name));
    let [Some(first), Some(second)] = places else { return Ok(()) };
    let of = |value: &Value| match value {
        Value::Id(id) => id.short().to_owned(),
        Value::Text(text) => fold(text),
        _ => String::new(),
    };
    let pair = |draft: &Draft| (of(draft.get(first)), of(draft.get(second)));
    let (name, _) = column::compared(&object.fields[first], &Value::Null);
    let wanted: Vec<_> = drafts.iter().filter(|draft| draft.is_sound()).map(|draft| of(draft.get(first))).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut query = lookup::select(scope, object);
    query.expr(lookup::col("id"));
    for place in [first, second] {
        query.expr(lookup::col(object.fields[place].column()));
    }
    query.and_where(lookup::col(name).is_in(wanted));
    let mut taken: HashMap<(String, String), Option<Id>> = HashMap::new();
    for row in reader.fetch(Built::new("rows about the same", reader.backend(), &query)?).await? {
        let values = [column::read(&row, 1, &object.fields[first])?, column::read(&row, 2, &object.fields[second])?];
        taken.insert((of(&values[0]), of(&values[1])), Some(lookup::id_at(&row, 0)?));
    }
    for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
        match taken.get(&pair(draft)).copied() {
            Some(holder) if holder.is_none() || holder != draft.id => {
                draft.refuse(Refusal::duplicate_value(holder.map(|holder| (key[1], holder))));
            }
            Some(_) => {}
            None => {
                taken.insert(pair(draft), None);
            }
        }
    }
    Ok(())
}

/// Which of these rows nobody deletes: those of the administrators' profile, and sets that profiles own.
pub(in crate::record) async fn held(tx: &mut Tx, scope: &Scope, object: &Object, rows: &HashMap<Id, Vec<Value>>) -> Result<Vec<Id>> {
    if !are_rights(object) {
        return Ok(Vec::new());
    }
    let administrators = Value::Id(install::set_id(&scope.schema, &grant::ADMINISTRATOR)?);
    let fixed = fixed_sets(&mut Reader::Tx(tx), scope).await?;
    let parent = object.position("ParentId");
    let is_held = |id: &Id, row: &[Value]| match object.name.as_str() {
        "PermissionSet" => fixed.contains(id),
        _ => parent.is_some_and(|place| row[place] == administrators),
    };
    Ok(rows.iter().filter(|(id, row)| is_held(id, row)).map(|(id, _)| *id).collect())
}
