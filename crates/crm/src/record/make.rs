//! From what was given to what is written: what follows from it, what is missing, whom it refers to, and when it was made.

use salesforce::{Error as Refusal, Id, record::Scalar};
use store::Tx;

use super::{check, draft::Draft, lookup, rules, write};
use crate::{
    Reader, Result, Scope,
    schema::{Field, FieldType, Object},
    value::Value,
};

/// Completes and checks records before anything is written.
pub(super) async fn complete(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    rules::setup::begin(tx, scope, object).await?;
    let reader = &mut Reader::Tx(tx);
    lookup::parents(reader, scope, drafts).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.is_new()) {
        defaults(scope, object, draft);
    }
    rules::derive(reader, scope, object, drafts).await?;
    drafts.iter_mut().for_each(|draft| required(object, draft));
    lookup::references(reader, scope, object, drafts).await?;
    rules::check(reader, scope, object, drafts).await?;
    lookup::cycles(reader, scope, object, drafts).await?;
    lookup::unique(reader, scope, object, drafts).await
}

/// What a new record has without being given it (3.0).
fn defaults(scope: &Scope, object: &Object, draft: &mut Draft) {
    for (place, field) in object.fields.iter().enumerate() {
        // Null stands for a value that must be there as if nothing had been given.
        let given = draft.new[place].as_ref().is_some_and(|value| !value.is_null() || field.nillable);
        if given {
            continue;
        }
        if field.name == "OwnerId" {
            draft.set(place, Value::Id(scope.caller.user));
        } else if let Some(value) = default_of(field) {
            draft.set(place, value);
        }
    }
}

fn default_of(field: &Field) -> Option<Value> {
    if let Some(text) = &field.default {
        return check::value(field, &Scalar::Text(text.clone())).ok();
    }
    match field.field_type {
        FieldType::Boolean => Some(Value::Boolean(false)),
        FieldType::Picklist => {
            field.picklist.iter().find(|value| value.default_value && value.active).map(|value| Value::Text(value.value.clone()))
        }
        _ => None,
    }
}

fn required(object: &Object, draft: &mut Draft) {
    let is_missing = |(place, field): &(usize, &Field)| {
        !field.nillable
            && field.field_type != FieldType::Boolean
            && draft.get(*place).is_null()
            // What nobody can give, the server gives.
            && (draft.new[*place].is_some() || (draft.is_new() && field.create && !field.defaulted))
            && !draft.unfit.contains(place)
            && field.auto_number.is_none()
            && !rules::supplies(object, field)
    };
    let missing: Vec<_> = object.fields.iter().enumerate().filter(is_missing).map(|(_, field)| field.name.as_str()).collect();
    if !missing.is_empty() {
        draft.errors.insert(0, Refusal::required_missing(&missing));
    }
}

/// Writes new records, and what comes with them.
pub(super) async fn write_new(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    write::number(tx, scope, object, drafts).await?;
    rules::before_insert(tx, scope, object, drafts).await?;
    drafts.iter_mut().for_each(|draft| stamp_new(scope, object, draft));
    write::insert(tx, &scope.schema, object, drafts).await?;
    cite(tx, scope, object, drafts).await?;
    rules::after_write(tx, scope, object, drafts).await?;
    rules::setup::end(tx, scope, object).await
}

/// Writes records that a rule makes: nobody gave their values, so nothing is checked.
pub(super) async fn write_derived(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<Vec<Id>> {
    for draft in &mut *drafts {
        defaults(scope, object, draft);
        stamp_new(scope, object, draft);
    }
    write::number(tx, scope, object, drafts).await?;
    write::insert(tx, &scope.schema, object, drafts).await?;
    Ok(drafts.iter().filter_map(|draft| draft.id).collect())
}

/// Writes changed records.
pub(super) async fn write_changed(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    drafts.iter_mut().for_each(|draft| stamp(scope, object, draft));
    write::update(tx, &scope.schema, object, drafts).await?;
    cite(tx, scope, object, drafts).await?;
    rules::after_write(tx, scope, object, drafts).await?;
    rules::setup::end(tx, scope, object).await
}

/// Who made it, and when. What the server itself gives stays: a transcript is as old as its conversation.
fn stamp_new(scope: &Scope, object: &Object, draft: &mut Draft) {
    for (name, value) in [("CreatedDate", Value::Instant(scope.now.0)), ("CreatedById", Value::Id(scope.caller.user))] {
        if let Some(place) = object.position(name)
            && draft.get(place).is_null()
        {
            draft.set(place, value);
        }
    }
    stamp(scope, object, draft);
}

/// Who changed it last, and when.
pub(super) fn stamp(scope: &Scope, object: &Object, draft: &mut Draft) {
    let now = Value::Instant(scope.now.0);
    for (name, value) in [("LastModifiedDate", now.clone()), ("LastModifiedById", Value::Id(scope.caller.user)), ("SystemModstamp", now)] {
        if let Some(place) = object.position(name) {
            draft.set(place, value);
        }
    }
}

/// Bytes that a record cites are not removed.
async fn cite(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &[Draft]) -> Result<()> {
    let mut cited = Vec::new();
    for draft in drafts {
        for (place, upload) in &draft.uploads {
            let id = draft.id.ok_or(store::Error::broken("bytes of a record without an id"))?;
            cited.push((id.short().to_owned(), object.fields[*place].name.clone(), upload.blob.id));
        }
    }
    Ok(tx.cite_blobs(scope.caller.workspace, &cited).await?)
}
