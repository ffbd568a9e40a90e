//! What follows from what: the fields that records of certain objects have without being given them, and the records that come with others.
//!
//! A rule is found by the object's name or by its fields, and sets only fields that the object has.

mod activity;
mod case;
mod content;
mod owner;
mod person;
pub(super) mod setup;

use store::Tx;

use super::draft::Draft;
use crate::{
    Reader, Result, Scope,
    schema::{Field, Object, WrittenBy},
    value::Value,
};

/// Callers write none of its records, whatever their rights: the server does, or they are kept equal to what the conversation server has.
pub(crate) fn is_kept(object: &Object) -> bool {
    object.written_by == WrittenBy::Server || setup::is_kept(object)
}

/// Fields that follow from others, before anything is checked.
pub(super) async fn derive(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    person::name(object, drafts);
    match object.name.as_str() {
        "Case" => case::derive(reader, scope, object, drafts).await?,
        "Task" => activity::derive(reader, scope, object, drafts).await?,
        "ContentVersion" => content::derive(object, drafts),
        "PermissionSet" => setup::derive(object, drafts),
        "Attachment" => content::attachment(object, drafts),
        _ => {}
    }
    Ok(())
}

/// What must be so besides, where references were found to be right.
pub(super) async fn check(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    owner::check(reader, scope, object, drafts).await?;
    setup::check(reader, scope, object, drafts).await?;
    match object.name.as_str() {
        "Lead" => {
            person::converted(object, drafts);
            Ok(())
        }
        "ContentVersion" => content::check(reader, scope, object, drafts).await,
        _ => Ok(()),
    }
}

/// A field that a rule fills when the record is written.
pub(super) fn supplies(object: &Object, field: &Field) -> bool {
    object.name == "ContentVersion" && field.name == "ContentDocumentId"
}

/// What new records need that has to be there before them.
pub(super) async fn before_insert(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    match object.name.as_str() {
        "ContentVersion" => content::documents(tx, scope, object, drafts).await,
        _ => Ok(()),
    }
}

/// What comes with records that were made or changed.
pub(super) async fn after_write(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    match object.name.as_str() {
        "Case" => case::comments(tx, scope, drafts).await,
        "Contact" => case::reach(tx, scope, object, drafts).await,
        "ContentVersion" => content::links(tx, scope, object, drafts).await,
        _ => Ok(()),
    }
}

/// Sets a field, if the object has it.
fn set(object: &Object, draft: &mut Draft, name: &str, value: Value) {
    if let Some(place) = object.position(name) {
        draft.set(place, value);
    }
}

/// What a field has, if the object has it.
fn get<'d>(object: &Object, draft: &'d Draft, name: &str) -> &'d Value {
    object.position(name).map_or(&Value::Null, |place| draft.get(place))
}

/// Its text.
fn text<'d>(object: &Object, draft: &'d Draft, name: &str) -> Option<&'d str> {
    match get(object, draft, name) {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The record that it refers to.
fn id(object: &Object, draft: &Draft, name: &str) -> Option<salesforce::Id> {
    match get(object, draft, name) {
        Value::Id(id) => Some(*id),
        _ => None,
    }
}
