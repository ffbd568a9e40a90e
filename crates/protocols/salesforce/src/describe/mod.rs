//! What objects and fields are described as (1.12).
//!
//! Every key that a real organisation writes is there, in its order, and null where there is nothing to say. Which objects and fields there
//! are, and what a caller may see of them, is for others to say: what may not be seen is left out of the lists.

mod field;

use serde::{Serialize, Serializer, ser::SerializeMap};

pub use field::{Field, FieldType, PicklistValue};

use crate::{
    Id, Version,
    id::{KeyPrefix, MASTER_RECORD_TYPE},
    version::ROOT,
};

/// The most records that one request of a collection may have (1.4, 1.9).
pub const MAX_BATCH_SIZE: u16 = 200;

/// An object as such, for describeGlobal and for a whole description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Canonical.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// Of its ids, if its records have any of their own.
    pub key_prefix: Option<KeyPrefix>,
    /// For objects that belong to another, as what: `Share`, `History`, `Feed`.
    pub associate_entity_type: Option<String>,
    /// And to which.
    pub associate_parent_entity: Option<String>,
    /// Whether records can be made.
    pub createable: bool,
    /// Whether an administrator made it.
    pub custom: bool,
    /// Whether it holds settings.
    pub custom_setting: bool,
    /// Whether records can be deleted.
    pub deletable: bool,
    /// Whether it is there for old clients only.
    pub deprecated_and_hidden: bool,
    /// Whether its records have a feed.
    pub feed_enabled: bool,
    /// Whether it has a page.
    pub layoutable: bool,
    /// Whether records can be merged.
    pub mergeable: bool,
    /// Whether the last ones that were used are listed.
    pub mru_enabled: bool,
    /// Whether it can be asked for in SOQL.
    pub queryable: bool,
    /// Whether `updated` and `deleted` know it (1.6).
    pub replicateable: bool,
    /// Whether a record can be read by its id.
    pub retrieveable: bool,
    /// Whether a search finds its records.
    pub searchable: bool,
    /// Whether code can be run when its records change.
    pub triggerable: bool,
    /// Whether the recycle bin keeps its records.
    pub undeletable: bool,
    /// Whether records can be changed.
    pub updateable: bool,
}

impl Object {
    fn urls(&self, version: Version) -> Urls<'_> {
        Urls { version, object: &self.name }
    }

    /// Its line in describeGlobal, and `objectDescribe` of `GET /sobjects/{T}`.
    pub fn global(&self, version: Version) -> impl Serialize + '_ {
        GlobalObject { object: self, version }
    }

    /// `GET /sobjects/{T}`, without the records that the caller used last.
    pub fn basic(&self, version: Version) -> impl Serialize + '_ {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Basic<'a> {
            object_describe: GlobalObject<'a>,
            recent_items: [(); 0],
        }
        Basic { object_describe: GlobalObject { object: self, version }, recent_items: [] }
    }
}

/// `GET /sobjects`: every object that the caller may see.
pub fn global<'a>(objects: &'a [Object], version: Version) -> impl Serialize + 'a {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Global<'a> {
        encoding: &'static str,
        max_batch_size: u16,
        sobjects: Vec<GlobalObject<'a>>,
    }
    let sobjects = objects.iter().map(|object| GlobalObject { object, version }).collect();
    Global { encoding: "UTF-8", max_batch_size: MAX_BATCH_SIZE, sobjects }
}

struct GlobalObject<'a> {
    object: &'a Object,
    version: Version,
}

impl Serialize for GlobalObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = self.object;
        let mut map = serializer.serialize_map(Some(28))?;
        map.serialize_entry("activateable", &false)?;
        map.serialize_entry("associateEntityType", &object.associate_entity_type)?;
        map.serialize_entry("associateParentEntity", &object.associate_parent_entity)?;
        map.serialize_entry("createable", &object.createable)?;
        map.serialize_entry("custom", &object.custom)?;
        map.serialize_entry("customSetting", &object.custom_setting)?;
        map.serialize_entry("deepCloneable", &false)?;
        map.serialize_entry("deletable", &object.deletable)?;
        map.serialize_entry("deprecatedAndHidden", &object.deprecated_and_hidden)?;
        map.serialize_entry("feedEnabled", &object.feed_enabled)?;
        map.serialize_entry("hasSubtypes", &false)?;
        map.serialize_entry("isInterface", &false)?;
        map.serialize_entry("isSubtype", &false)?;
        map.serialize_entry("keyPrefix", &object.key_prefix)?;
        map.serialize_entry("label", &object.label)?;
        map.serialize_entry("labelPlural", &object.label_plural)?;
        map.serialize_entry("layoutable", &object.layoutable)?;
        map.serialize_entry("mergeable", &object.mergeable)?;
        map.serialize_entry("mruEnabled", &object.mru_enabled)?;
        map.serialize_entry("name", &object.name)?;
        map.serialize_entry("queryable", &object.queryable)?;
        map.serialize_entry("replicateable", &object.replicateable)?;
        map.serialize_entry("retrieveable", &object.retrieveable)?;
        map.serialize_entry("searchable", &object.searchable)?;
        map.serialize_entry("triggerable", &object.triggerable)?;
        map.serialize_entry("undeletable", &object.undeletable)?;
        map.serialize_entry("updateable", &object.updateable)?;
        map.serialize_entry("urls", &object.urls(self.version))?;
        map.end()
    }
}

/// The three that every object has; layouts and lists have theirs where they are offered (recorded).
struct Urls<'a> {
    version: Version,
    object: &'a str,
}

impl Serialize for Urls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { version, object } = self;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("rowTemplate", &format_args!("{ROOT}/{version}/sobjects/{object}/{{ID}}"))?;
        map.serialize_entry("describe", &format_args!("{ROOT}/{version}/sobjects/{object}/describe"))?;
        map.serialize_entry("sobject", &format_args!("{ROOT}/{version}/sobjects/{object}"))?;
        map.end()
    }
}

/// A lookup or master-detail field of another object that points to the one that is described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChildRelationship {
    /// Whether children are deleted with their parent.
    pub cascade_delete: bool,
    /// The object of the children.
    #[serde(rename = "childSObject")]
    pub child_object: String,
    /// Whether it is there for old clients only.
    pub deprecated_and_hidden: bool,
    /// The children's field.
    pub field: String,
    /// For relationships by a list of ids.
    pub junction_id_list_names: Vec<String>,
    /// And what those refer to.
    pub junction_reference_to: Vec<String>,
    /// Its name in a child query, if it has one.
    pub relationship_name: Option<String>,
    /// Whether a parent with children cannot be deleted.
    pub restricted_delete: bool,
}

/// A record type, as its object's description has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordType {
    /// Whether it is in use.
    pub active: bool,
    /// Whether the caller may choose it.
    pub available: bool,
    /// Whether the caller's new records have it.
    pub is_default: bool,
    /// For programs.
    pub developer_name: String,
    /// For people.
    pub name: String,
    /// Of the record type.
    pub id: Id,
}

impl RecordType {
    /// The one that every object has without a record of it.
    pub fn master(is_default: bool) -> Self {
        Self { active: true, available: true, is_default, developer_name: "Master".into(), name: "Master".into(), id: MASTER_RECORD_TYPE }
    }
}

/// `GET /sobjects/{T}/describe`: all that is known of an object.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    /// In which version the addresses are written.
    pub version: Version,
    /// The object as such.
    pub object: &'a Object,
    /// That the caller may see.
    pub fields: &'a [Field],
    /// That point to the object, from objects that the caller may see.
    pub child_relationships: &'a [ChildRelationship],
    /// The master record type among them.
    pub record_types: &'a [RecordType],
    /// For USING SCOPE: name and label.
    pub scopes: &'a [(&'a str, &'a str)],
}

impl Serialize for Description<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { version, object, .. } = *self;
        let record_types: Vec<_> = self.record_types.iter().map(|record_type| RecordTypeInfo { record_type, description: self }).collect();
        let scopes: Vec<_> = self.scopes.iter().map(|(name, label)| Scope { label, name }).collect();
        let mut map = serializer.serialize_map(Some(46))?;
        map.serialize_entry("actionOverrides", &[(); 0])?;
        map.serialize_entry("activateable", &false)?;
        map.serialize_entry("associateEntityType", &object.associate_entity_type)?;
        map.serialize_entry("associateParentEntity", &object.associate_parent_entity)?;
        map.serialize_entry("childRelationships", self.child_relationships)?;
        map.serialize_entry("compactLayoutable", &object.layoutable)?;
        map.serialize_entry("createable", &object.createable)?;
        map.serialize_entry("custom", &object.custom)?;
        map.serialize_entry("customSetting", &object.custom_setting)?;
        map.serialize_entry("dataTranslationEnabled", &false)?;
        map.serialize_entry("deepCloneable", &false)?;
        map.serialize_entry("defaultImplementation", &())?;
        map.serialize_entry("deletable", &object.deletable)?;
        map.serialize_entry("deprecatedAndHidden", &object.deprecated_and_hidden)?;
        map.serialize_entry("extendedBy", &())?;
        map.serialize_entry("extendsInterfaces", &())?;
        map.serialize_entry("feedEnabled", &object.feed_enabled)?;
        map.serialize_entry("fields", self.fields)?;
        map.serialize_entry("hasSubtypes", &false)?;
        map.serialize_entry("implementedBy", &())?;
        map.serialize_entry("implementsInterfaces", &())?;
        map.serialize_entry("isInterface", &false)?;
        map.serialize_entry("isSubtype", &false)?;
        map.serialize_entry("keyPrefix", &object.key_prefix)?;
        map.serialize_entry("label", &object.label)?;
        map.serialize_entry("labelPlural", &object.label_plural)?;
        map.serialize_entry("layoutable", &object.layoutable)?;
        map.serialize_entry("listviewable", &())?;
        map.serialize_entry("lookupLayoutable", &())?;
        map.serialize_entry("mergeable", &object.mergeable)?;
        map.serialize_entry("mruEnabled", &object.mru_enabled)?;
        map.serialize_entry("name", &object.name)?;
        map.serialize_entry("namedLayoutInfos", &[(); 0])?;
        map.serialize_entry("networkScopeFieldName", &())?;
        map.serialize_entry("queryable", &object.queryable)?;
        map.serialize_entry("recordTypeInfos", &record_types)?;
        map.serialize_entry("replicateable", &object.replicateable)?;
        map.serialize_entry("retrieveable", &object.retrieveable)?;
        map.serialize_entry("searchLayoutable", &object.searchable)?;
        map.serialize_entry("searchable", &object.searchable)?;
        map.serialize_entry("sobjectDescribeOption", "FULL")?;
        map.serialize_entry("supportedScopes", &scopes)?;
        map.serialize_entry("triggerable", &object.triggerable)?;
        map.serialize_entry("undeletable", &object.undeletable)?;
        map.serialize_entry("updateable", &object.updateable)?;
        map.serialize_entry("urls", &object.urls(version))?;
        map.end()
    }
}

#[derive(Serialize)]
struct Scope<'a> {
    label: &'a str,
    name: &'a str,
}

struct RecordTypeInfo<'a> {
    record_type: &'a RecordType,
    description: &'a Description<'a>,
}

impl Serialize for RecordTypeInfo<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let RecordType { active, available, is_default, developer_name, name, id } = self.record_type;
        let Description { version, object, .. } = self.description;
        let layout = format!("{ROOT}/{version}/sobjects/{}/describe/layouts/{id}", object.name);
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("active", active)?;
        map.serialize_entry("available", available)?;
        map.serialize_entry("defaultRecordTypeMapping", is_default)?;
        map.serialize_entry("developerName", developer_name)?;
        map.serialize_entry("master", &(*id == MASTER_RECORD_TYPE))?;
        map.serialize_entry("name", name)?;
        map.serialize_entry("recordTypeId", id)?;
        map.serialize_entry("urls", &std::collections::BTreeMap::from([("layout", layout)]))?;
        map.end()
    }
}
