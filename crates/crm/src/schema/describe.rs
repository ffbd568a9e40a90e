//! What a caller is told of objects and fields (`salesforce.md` 1.12): those that they may see, with what they may do.

use salesforce::{
    Error, Id, Version,
    describe::{self as told, ChildRelationship, Description, RecordType},
};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use store::sql::Built;

use super::{Field, FieldType, Object, OnDelete, Schema, WrittenBy, fold};
use crate::{
    Crm, Result,
    access::{Caller, Rights},
};

/// How long looking up an object's record types may take.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(5);

/// All that a caller is told of an object.
#[derive(Clone, Debug)]
pub struct Described {
    /// The object as such.
    pub object: told::Object,
    /// Its fields.
    pub fields: Vec<told::Field>,
    /// Fields of others that refer to it.
    pub child_relationships: Vec<ChildRelationship>,
    /// The master record type, then those that were made.
    pub record_types: Vec<RecordType>,
    scopes: Vec<(&'static str, String)>,
}

impl Described {
    /// Gives the description, as a version writes it, to whoever sends it.
    pub fn told<T>(&self, version: Version, send: impl FnOnce(&Description<'_>) -> T) -> T {
        let scopes: Vec<_> = self.scopes.iter().map(|(name, label)| (*name, label.as_str())).collect();
        send(&Description {
            version,
            object: &self.object,
            fields: &self.fields,
            child_relationships: &self.child_relationships,
            record_types: &self.record_types,
            scopes: &scopes,
        })
    }
}

impl Crm {
    /// Every object that the caller may see.
    pub async fn describe_global(&self, caller: &Caller) -> Result<Vec<told::Object>> {
        let schema = self.schema(caller.workspace).await?;
        let seen = schema.objects().iter().filter(|object| caller.rights.sees(object));
        Ok(seen.map(|one| object(one, &caller.rights)).collect())
    }

    /// One object as such, by its name in whatever case.
    ///
    /// # Errors
    /// There is no such object for this caller.
    pub async fn describe_object(&self, caller: &Caller, name: &str) -> Result<told::Object> {
        let schema = self.schema(caller.workspace).await?;
        Ok(object(seen(&schema, caller, name)?, &caller.rights))
    }

    /// All that the caller may know of an object.
    ///
    /// # Errors
    /// There is no such object for this caller.
    pub async fn describe(&self, caller: &Caller, name: &str) -> Result<Described> {
        let schema = self.schema(caller.workspace).await?;
        let (described, rights) = (seen(&schema, caller, name)?, &caller.rights);
        let fields = described.fields.iter().filter(|field| rights.sees_field(described, field));
        let children = schema.children(described).filter(|(child, field, _)| rights.sees(child) && rights.sees_field(child, field));
        let mut scopes = vec![("everything", format!("All {}", described.label_plural))];
        if described.is_owned() {
            scopes.push(("mine", format!("My {}", described.label_plural)));
        }
        Ok(Described {
            object: object(described, rights),
            fields: fields.map(|one| field(&schema, described, one, rights)).collect(),
            child_relationships: children
                .map(|(child, field, reference)| ChildRelationship {
                    cascade_delete: reference.on_delete == OnDelete::Cascade,
                    child_object: child.name.clone(),
                    deprecated_and_hidden: false,
                    field: field.name.clone(),
                    junction_id_list_names: Vec::new(),
                    junction_reference_to: Vec::new(),
                    relationship_name: reference.child_name.clone(),
                    restricted_delete: reference.on_delete == OnDelete::Restrict,
                })
                .collect(),
            record_types: self.record_types(&schema, described).await?,
            scopes,
        })
    }

    async fn record_types(&self, schema: &Schema, object: &Object) -> Result<Vec<RecordType>> {
        let mut all = vec![RecordType::master(true)];
        let Some(types) = schema.object("RecordType").filter(|_| object.field("RecordTypeId").is_some()) else { return Ok(all) };
        let mut snapshot = self.store().record_snapshot(LONGEST).await?;
        let built = {
            let mut select = Query::select();
            select.columns(["id", "isactive", "developername", "name"]).from(schema.table(types));
            select.and_where(Expr::col("sobjecttype_f").eq(fold(&object.name))).order_by("id", Order::Asc);
            Built::new("an object's record types", snapshot.backend(), &select)?.kept()
        };
        for row in snapshot.fetch_built(built).await? {
            let id = Id::parse(&row.get::<String>(0)?).map_err(|_| store::Error::broken("a record's id"))?;
            let active = row.get(1)?;
            let (developer_name, name) = (row.get::<Option<String>>(2)?, row.get::<Option<String>>(3)?);
            all.push(RecordType {
                active,
                available: active,
                is_default: false,
                developer_name: developer_name.unwrap_or_default(),
                name: name.unwrap_or_default(),
                id,
            });
        }
        Ok(all)
    }
}

fn seen<'s>(schema: &'s Schema, caller: &Caller, name: &str) -> Result<&'s Object> {
    let object = schema.object(name).filter(|object| caller.rights.sees(object));
    object.map(AsRef::as_ref).ok_or_else(|| Error::not_found().into())
}

/// Callers may write the object's records at all.
fn is_written(object: &Object, rights: &Rights) -> bool {
    rights.system || object.written_by == WrittenBy::Callers
}

fn object(object: &Object, rights: &Rights) -> told::Object {
    let is_written = is_written(object, rights);
    let deletable = is_written && object.can.delete && rights.deletes(object);
    told::Object {
        name: object.name.clone(),
        label: object.label.clone(),
        label_plural: object.label_plural.clone(),
        key_prefix: object.prefix,
        createable: is_written && object.can.create && rights.creates(object),
        custom: object.custom,
        deletable,
        layoutable: object.can.create && object.can.search,
        queryable: object.can.query,
        replicateable: object.can.query,
        retrieveable: object.can.query,
        searchable: object.can.search,
        triggerable: object.can.create,
        undeletable: deletable && object.can.undelete,
        updateable: is_written && object.can.update && rights.edits(object),
        ..told::Object::default()
    }
}

fn field(schema: &Schema, object: &Object, field: &Field, rights: &Rights) -> told::Field {
    let may_write = is_written(object, rights) && rights.edits_field(object, field);
    let is_text = field.field_type.is_text();
    let is_person = field.compound.as_deref() == Some("Name") || (field.is_name && object.field("LastName").is_some());
    let (default_value, default_value_formula) = match (field.field_type, &field.default) {
        (FieldType::Boolean, default) => (Some((default.as_deref() == Some("true")).into()), None),
        (_, None) => (None, None),
        (_, Some(value)) if !field.picklist.is_empty() => (Some(value.as_str().into()), None),
        (_, Some(value)) if is_text => (None, Some(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))),
        (_, Some(value)) => (None, Some(value.clone())),
    };
    let usual = told::Field::new(field.field_type, &*field.name, &*field.label, field.length);
    let mut told = told::Field {
        aggregatable: field.sort && field.field_type != FieldType::Boolean,
        auto_number: field.auto_number.is_some(),
        case_sensitive: field.case_sensitive,
        compound_field_name: field.compound.clone(),
        createable: field.create && may_write,
        custom: field.custom,
        default_value,
        default_value_formula,
        defaulted_on_create: field.defaulted,
        external_id: field.external_id,
        extra_type_info: if is_person { Some("personname".to_owned()) } else { usual.extra_type_info.clone() },
        filterable: field.filter,
        groupable: field.group,
        id_lookup: field.id_lookup,
        inline_help_text: field.help.clone(),
        name_field: field.is_name,
        nillable: field.nillable,
        permissionable: field.permissionable,
        picklist_values: field.picklist.clone(),
        precision: field.precision,
        restricted_picklist: field.restricted,
        scale: field.scale,
        search_prefilterable: false,
        sortable: field.sort,
        unique: field.unique,
        updateable: field.update && may_write,
        ..usual
    };
    if let Some(reference) = &field.reference {
        let masters = object.fields.iter().filter(|other| other.reference.as_ref().is_some_and(|reference| reference.master));
        // Of standard fields only the other side tells it (recorded).
        told.cascade_delete = field.custom && reference.on_delete == OnDelete::Cascade;
        told.restricted_delete = field.custom && reference.on_delete == OnDelete::Restrict;
        told.name_pointing = reference.to.len() > 1;
        told.polymorphic_foreign_key = told.name_pointing;
        // An object that the caller does not see is not named.
        let is_seen = |to: &&String| schema.object(to).is_some_and(|to| rights.sees(to));
        told.reference_to = reference.to.iter().filter(is_seen).cloned().collect();
        told.relationship_name.clone_from(&reference.parent_name);
        told.relationship_order =
            if reference.master { masters.zip(0..).find(|(other, _)| other.name == field.name).map(|(_, order)| order) } else { None };
        told.search_prefilterable = field.create && !reference.to.iter().any(|to| to == "User" || to == "RecordType");
    }
    told
}
