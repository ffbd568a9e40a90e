//! What can be browsed, and what forms of its records need.

use salesforce::describe::PicklistValue;

use super::{Browsing, ask};
use crate::{
    Result, Scope,
    access::grant::{self, Given},
    port::shape,
    record::is_kept,
    schema::{Field, FieldType, Object},
};

/// How many columns a list has by itself.
const USUAL: usize = 7;
/// What is only found by the records that it connects (`salesforce.md` 2.3): no list.
const CONNECTIONS: &str = "ContentDocumentLink";

/// An object, as somebody browses it.
#[derive(Clone, Debug, PartialEq)]
pub struct DataObject {
    /// Canonical.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// The caller may make records.
    pub can_create: bool,
    /// The caller may change records, those that sharing lets them.
    pub can_edit: bool,
    /// Likewise delete.
    pub can_delete: bool,
    /// The field that is a record's name for people, if the caller sees it.
    pub name_field: Option<String>,
    /// Those that the caller sees: what forms ask first, the rest as they come.
    pub fields: Vec<DataField>,
    /// What lists usually show.
    pub columns: Vec<String>,
}

/// A field, as somebody browses it.
#[derive(Clone, Debug, PartialEq)]
pub struct DataField {
    /// Canonical.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds.
    pub form: FieldForm,
    /// The longest text, in characters.
    pub length: Option<u32>,
    /// A new record needs it.
    pub required: bool,
    /// The caller may give it to a new record.
    pub can_create: bool,
    /// The caller may change it.
    pub can_update: bool,
    /// Lists can be narrowed by it.
    pub filterable: bool,
    /// Lists can be sorted by it.
    pub sortable: bool,
    /// Of picklists, those that cannot be chosen any more too.
    pub choices: Vec<PicklistValue>,
    /// Of references.
    pub refers_to: Vec<String>,
    /// What new records have.
    pub default: Option<String>,
    /// For people who fill it in.
    pub help: Option<String>,
}

/// What a field holds, for whoever asks for it or shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they say it themselves")]
pub enum FieldForm {
    Text,
    TextArea,
    Email,
    Phone,
    Url,
    Checkbox,
    Number,
    Currency,
    Percent,
    Date,
    DateTime,
    Time,
    Picklist,
    Multipicklist,
    Reference,
    Id,
    File,
    Other,
}

fn form(field: &Field) -> FieldForm {
    match field.field_type {
        FieldType::Text | FieldType::Combobox => FieldForm::Text,
        FieldType::Textarea => FieldForm::TextArea,
        FieldType::Email => FieldForm::Email,
        FieldType::Phone => FieldForm::Phone,
        FieldType::Url => FieldForm::Url,
        FieldType::Boolean => FieldForm::Checkbox,
        FieldType::Int | FieldType::Double => FieldForm::Number,
        FieldType::Currency => FieldForm::Currency,
        FieldType::Percent => FieldForm::Percent,
        FieldType::Date => FieldForm::Date,
        FieldType::DateTime => FieldForm::DateTime,
        FieldType::Time => FieldForm::Time,
        FieldType::Picklist => FieldForm::Picklist,
        FieldType::Multipicklist => FieldForm::Multipicklist,
        FieldType::Reference => FieldForm::Reference,
        FieldType::Id => FieldForm::Id,
        FieldType::Base64 => FieldForm::File,
        _ => FieldForm::Other,
    }
}

/// Whether the caller browses an object. Rights are no records; they have pages of their own.
pub(super) fn is_browsed(scope: &Scope, object: &Object) -> bool {
    object.can.query && object.name != CONNECTIONS && grant::given(object) != Given::Setup && scope.caller.rights.sees(object)
}

pub(super) fn may_create(scope: &Scope, object: &Object) -> bool {
    let rights = &scope.caller.rights;
    rights.system || (object.can.create && !is_kept(object) && rights.creates(object))
}

pub(super) fn may_edit(scope: &Scope, object: &Object) -> bool {
    let rights = &scope.caller.rights;
    rights.system || (object.can.update && !is_kept(object) && rights.edits(object))
}

pub(super) fn may_delete(scope: &Scope, object: &Object) -> bool {
    let rights = &scope.caller.rights;
    rights.system || (object.can.delete && !is_kept(object) && rights.deletes(object))
}

/// The name, and what tells records from each other.
pub(super) fn usual_columns<'o>(scope: &Scope, object: &'o Object) -> Vec<&'o Field> {
    let facts = shape::facts(object).into_iter().filter_map(|fact| {
        let field = object.field(&fact).or_else(|| object.parent(&fact).map(|(field, _)| field))?;
        ask::is_shown(scope, object, field).then_some(field)
    });
    let name = object.name_field().filter(|field| ask::is_shown(scope, object, field));
    let mut columns: Vec<&Field> = Vec::new();
    for field in name.into_iter().chain(facts) {
        if columns.len() < USUAL && columns.iter().all(|known| known.name != field.name) {
            columns.push(field);
        }
    }
    columns
}

fn described(scope: &Scope, object: &Object, field: &Field) -> DataField {
    let edits = scope.caller.rights.edits_field(object, field);
    DataField {
        name: field.name.clone(),
        label: field.label.clone(),
        form: form(field),
        length: (field.field_type.is_text() && field.length > 0).then_some(field.length),
        required: shape::is_required(field),
        can_create: field.create && edits && may_create(scope, object),
        can_update: field.update && edits && may_edit(scope, object),
        filterable: field.filter,
        sortable: field.sort || ask::label(scope, object, field).is_some_and(|label| label.sort),
        choices: field.picklist.clone(),
        refers_to: field.reference.as_ref().map(|reference| reference.to.clone()).unwrap_or_default(),
        default: field.default.clone(),
        help: field.help.clone(),
    }
}

impl Browsing {
    fn described(&self, object: &Object, with_fields: bool) -> DataObject {
        let scope = self.scope();
        let mut fields: Vec<_> = object.fields.iter().filter(|field| with_fields && ask::is_shown(scope, object, field)).collect();
        fields.sort_by_key(|field| shape::place(object, field).0);
        DataObject {
            name: object.name.clone(),
            label: object.label.clone(),
            label_plural: object.label_plural.clone(),
            can_create: may_create(scope, object),
            can_edit: may_edit(scope, object),
            can_delete: may_delete(scope, object),
            name_field: object.name_field().filter(|field| ask::is_shown(scope, object, field)).map(|field| field.name.clone()),
            fields: fields.into_iter().map(|field| described(scope, object, field)).collect(),
            columns: usual_columns(scope, object).into_iter().map(|field| field.name.clone()).collect(),
        }
    }

    /// The objects that the caller browses, without their fields: first what a business keeps, then what the server writes and has.
    pub fn objects(&self) -> Vec<DataObject> {
        let mut objects: Vec<_> = self.scope.schema.objects().iter().filter(|object| is_browsed(&self.scope, object)).collect();
        objects.sort_by_key(|object| match (grant::given(object), is_kept(object)) {
            (Given::ByRows, false) => 0,
            (Given::AsItsRecord, _) => 1,
            _ => 2,
        });
        objects.into_iter().map(|object| self.described(object, false)).collect()
    }

    /// An object with its fields.
    ///
    /// # Errors
    /// A refusal for an object that there is not for the caller.
    pub fn described_object(&self, name: &str) -> Result<DataObject> {
        Ok(self.described(self.object(name)?, true))
    }
}
