//! From definitions to the objects and fields that everything else sees.

use std::{collections::HashMap, sync::Arc};

use salesforce::id::KeyPrefix;
use store::CrmDefinition;

use super::{
    FieldDefinition, Kept, Kind, ObjectChange, ObjectDefinition, ObjectSharing, StandardFieldDefinition, ValueDefinition, WhenDeleted,
};
use crate::{
    Result,
    schema::{
        Abilities, Field, FieldType, Object, OnDelete, PicklistValue, Reference, Sharing,
        standard::{self, STANDARD},
    },
};

/// The longest value of a multipicklist (3.0, recorded).
const MULTIPICKLIST: u32 = 4_099;

impl Kept {
    pub(super) fn read(definition: &CrmDefinition) -> Result<Self> {
        serde_json::from_value(definition.body.clone()).map_err(|_| store::Error::broken("a CRM's definition").into())
    }

    pub(super) fn row(&self, object: &str, field: Option<&str>, dropped_at: Option<domain::time::Timestamp>) -> Result<CrmDefinition> {
        let body = serde_json::to_value(self).map_err(|_| store::Error::broken("a CRM's definition"))?;
        Ok(CrmDefinition { object: object.to_owned(), field: field.map(str::to_owned), body, dropped_at })
    }
}

/// The standard objects and what administrators made of and beside them. What is dropped is not there.
pub(in crate::schema) fn assemble(definitions: &[CrmDefinition]) -> Result<Vec<Arc<Object>>> {
    let mut objects = STANDARD.objects.clone();
    let mut custom = Vec::new();
    let mut more: HashMap<&str, Vec<Field>> = HashMap::new();
    for definition in definitions.iter().filter(|definition| definition.dropped_at.is_none()) {
        match (Kept::read(definition)?, &definition.field) {
            (Kept::Object { definition: made, prefix }, None) => {
                custom.push(made.name.clone());
                objects.push(Arc::new(object(&made, prefix)));
            }
            (Kept::StandardObject(change), None) => change_object(&mut objects, &definition.object, &change),
            (Kept::Field(made), Some(_)) => more.entry(&definition.object).or_default().push(field(&made)),
            (Kept::StandardField(change), Some(name)) => change_field(&mut objects, &definition.object, name, &change),
            _ => return Err(store::Error::broken("a CRM's definition").into()),
        }
    }
    // A field that refers to an object that was dropped goes with it, and comes back with it.
    let names: std::collections::HashSet<String> = objects.iter().map(|object| object.name.clone()).collect();
    for object in &mut objects {
        let Some(mut fields) = more.remove(object.name.as_str()) else { continue };
        fields.retain(|field| field.reference.as_ref().is_none_or(|reference| reference.to.iter().all(|to| names.contains(to))));
        let has_master = fields.iter().any(|field| field.reference.as_ref().is_some_and(|reference| reference.master));
        let mut all: Vec<Field> = object.fields.clone();
        if has_master {
            all.retain(|field| field.name != "OwnerId");
        }
        all.extend(fields);
        let mut changed = object.with_fields(all);
        if has_master {
            changed.sharing = Sharing::Master;
        }
        *object = Arc::new(changed);
    }
    if !custom.is_empty() {
        for (object, field) in &STANDARD.open {
            alter(&mut objects, object, field, |field| {
                if let Some(reference) = &mut field.reference {
                    reference.to.extend(custom.iter().cloned());
                }
            });
        }
    }
    Ok(objects)
}

fn alter(objects: &mut [Arc<Object>], object: &str, field: &str, change: impl Fn(&mut Field)) {
    let Some(object) = objects.iter_mut().find(|known| known.name == object) else { return };
    let mut fields = object.fields.clone();
    fields.iter_mut().filter(|known| known.name == field).for_each(change);
    *object = Arc::new(object.with_fields(fields));
}

fn change_object(objects: &mut [Arc<Object>], name: &str, change: &ObjectChange) {
    if let (Some(object), Some(sharing)) = (objects.iter_mut().find(|known| known.name == name), change.sharing) {
        Arc::make_mut(object).sharing = shared(sharing);
    }
}

fn change_field(objects: &mut [Arc<Object>], object: &str, name: &str, change: &StandardFieldDefinition) {
    alter(objects, object, name, |field| {
        field.help.clone_from(&change.help);
        if let Some(values) = &change.values {
            (field.picklist, field.default) = picklist(values);
            field.defaulted = field.default.is_some();
        }
    });
}

fn shared(sharing: ObjectSharing) -> Sharing {
    match sharing {
        ObjectSharing::Private => Sharing::Private,
        ObjectSharing::Read => Sharing::Read,
        ObjectSharing::ReadWrite => Sharing::ReadWrite,
    }
}

/// A custom object as it is without fields of its own.
pub(super) fn object(made: &ObjectDefinition, prefix: u16) -> Object {
    let system = |name: &str| standard::system_field(name, "Record");
    let counts = made.name_format.is_some();
    // As recorded of a real one: a record without a name is called by its id.
    let name = Field {
        is_name: true,
        id_lookup: true,
        defaulted: true,
        permissionable: false,
        create: !counts,
        update: !counts,
        nillable: !counts,
        auto_number: made.name_format.clone(),
        ..Field::new("Name", &made.name_label, FieldType::Text, 80)
    };
    let reference = Reference {
        to: vec!["Group".to_owned(), "User".to_owned()],
        parent_name: Some("Owner".to_owned()),
        child_name: None,
        on_delete: OnDelete::Restrict,
        master: false,
    };
    let owner = Field {
        nillable: false,
        defaulted: true,
        permissionable: false,
        reference: Some(reference),
        ..Field::new("OwnerId", "Owner ID", FieldType::Reference, 0)
    };
    let audit = ["CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"];
    let first = ["Id", "IsDeleted"].into_iter().filter_map(system);
    let fields = first.chain([name, owner]).chain(audit.into_iter().filter_map(system)).collect();
    let mut object = Object::new(&made.name, &made.label, &made.label_plural, fields);
    object.prefix = KeyPrefix::custom(prefix);
    object.custom = true;
    object.can = Abilities { create: true, update: true, delete: true, undelete: true, query: true, search: true };
    object.sharing = shared(made.sharing);
    object
}

pub(super) fn picklist(values: &[ValueDefinition]) -> (Vec<PicklistValue>, Option<String>) {
    let list = values.iter().map(|value| PicklistValue {
        active: value.active,
        default_value: value.default,
        label: value.label.clone().unwrap_or_else(|| value.value.clone()),
        valid_for: None,
        value: value.value.clone(),
    });
    (list.collect(), values.iter().find(|value| value.default).map(|value| value.value.clone()))
}

/// The values of a picklist as they would be defined.
pub(super) fn values(field: &Field) -> Vec<ValueDefinition> {
    let values = field.picklist.iter().map(|value| ValueDefinition {
        value: value.value.clone(),
        label: (value.label != value.value).then(|| value.label.clone()),
        active: value.active,
        default: value.default_value,
        closed: None,
    });
    values.collect()
}

/// A custom field.
pub(super) fn field(made: &FieldDefinition) -> Field {
    let (field_type, length) = match made.kind {
        Kind::Text => (FieldType::Text, made.length.unwrap_or(255)),
        Kind::TextArea => (FieldType::Textarea, 255),
        Kind::LongText => (FieldType::Textarea, made.length.unwrap_or(32_768)),
        Kind::Email => (FieldType::Email, 80),
        Kind::Phone => (FieldType::Phone, 40),
        Kind::Url => (FieldType::Url, 255),
        Kind::Checkbox => (FieldType::Boolean, 0),
        Kind::Number => (FieldType::Double, 0),
        Kind::Currency => (FieldType::Currency, 0),
        Kind::Percent => (FieldType::Percent, 0),
        Kind::Date => (FieldType::Date, 0),
        Kind::DateTime => (FieldType::DateTime, 0),
        Kind::Time => (FieldType::Time, 0),
        Kind::Picklist => (FieldType::Picklist, 255),
        Kind::Multipicklist => (FieldType::Multipicklist, MULTIPICKLIST),
        Kind::Lookup | Kind::MasterDetail => (FieldType::Reference, 0),
        Kind::AutoNumber => (FieldType::Text, 30),
    };
    let (list, chosen) = picklist(&made.values);
    let is_number = matches!(made.kind, Kind::Number | Kind::Currency | Kind::Percent);
    let master = made.kind == Kind::MasterDetail;
    let counts = made.kind == Kind::AutoNumber;
    let required = made.required || master || matches!(made.kind, Kind::Checkbox | Kind::AutoNumber);
    let default = chosen.or_else(|| made.default.clone());
    let mut field = Field::new(&made.name, &made.label, field_type, length);
    if made.kind == Kind::LongText {
        (field.filter, field.sort, field.group) = (false, false, false);
    }
    Field {
        precision: if is_number { made.precision.unwrap_or(18) } else { 0 },
        scale: if is_number { made.scale.unwrap_or(0) } else { 0 },
        create: !counts,
        // A detail stays with its master.
        update: !counts && !master,
        nillable: !required,
        defaulted: default.is_some() || matches!(made.kind, Kind::Checkbox | Kind::AutoNumber),
        id_lookup: made.external_id,
        unique: made.unique,
        case_sensitive: made.case_sensitive,
        external_id: made.external_id,
        auto_number: if counts { made.format.clone() } else { None },
        permissionable: !(made.required || master),
        reference: made.refers_to.clone().map(|to| Reference {
            to: vec![to],
            parent_name: Some(relationship_name(&made.name)),
            child_name: made.relationship.as_ref().map(|name| format!("{name}__r")),
            on_delete: match made.when_deleted {
                _ if master => OnDelete::Cascade,
                WhenDeleted::Clear => OnDelete::Clear,
                WhenDeleted::Restrict => OnDelete::Restrict,
                WhenDeleted::Cascade => OnDelete::Cascade,
            },
            master,
        }),
        picklist: list,
        restricted: made.restricted,
        default,
        help: made.help.clone(),
        custom: true,
        ..field
    }
}

/// In paths from here to there: `Merchandise__c` is walked along as `Merchandise__r`.
fn relationship_name(field: &str) -> String {
    format!("{}__r", field.strip_suffix("__c").unwrap_or(field))
}
