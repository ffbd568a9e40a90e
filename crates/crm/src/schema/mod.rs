//! What objects and fields there are in a workspace: an immutable picture, replaced as a whole when an administrator changes something.
//!
//! It says what exists; who may see it is [`crate::access`]'s to say. Names are found without regard to case and written canonically.

pub mod current;
pub mod define;
pub mod describe;
mod seed;
mod standard;
pub mod table;

use std::{collections::HashMap, sync::Arc};

use salesforce::id::{Instance, KeyPrefix};

pub use salesforce::describe::{FieldType, PicklistValue};

/// The objects of a workspace.
#[derive(Debug)]
pub struct Schema {
    /// Rises with every change of any object.
    pub revision: i64,
    /// The workspace's number: in the names of its tables.
    pub number: i64,
    /// In its records' ids.
    pub instance: Instance,
    objects: Vec<Arc<Object>>,
    by_name: HashMap<String, usize>,
    by_prefix: HashMap<KeyPrefix, usize>,
}

/// An object: what a table is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Canonical: `Contact`, `Invoice__c`.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// Of its records' ids.
    pub prefix: Option<KeyPrefix>,
    /// An administrator made it.
    pub custom: bool,
    /// Who writes its records.
    pub written_by: WrittenBy,
    /// What can be done with its records through the API, rights aside.
    pub can: Abilities,
    /// What people without rights of their own may do with records of others, where nothing else is set.
    pub sharing: Sharing,
    /// In their order: system fields first, custom ones last.
    pub fields: Vec<Field>,
    by_name: HashMap<String, usize>,
}

/// Who writes an object's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenBy {
    /// Whoever has the right.
    Callers,
    /// The server alone: transcripts, mirrors of what the conversation server holds. Others read.
    Server,
}

/// What an object's records are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Made.
    pub create: bool,
    /// Changed.
    pub update: bool,
    /// Deleted.
    pub delete: bool,
    /// Taken back from the recycle bin.
    pub undelete: bool,
    /// Asked for by SOQL.
    pub query: bool,
    /// Found by a search.
    pub search: bool,
}

/// The organisation-wide default of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Owners see their own.
    Private,
    /// All who may read the object see all; owners change their own.
    Read,
    /// All see and, with the right to edit, change all.
    ReadWrite,
    /// As the record that this field refers to: `ParentId` of a comment.
    Parent(&'static str),
    /// Like [`Self::Parent`], for a custom object's master.
    Master,
    /// Owners see their own, and whoever sees a record, or is the user or in the group, with which a record of this object links it: files.
    Linked(&'static str),
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Canonical: `LastName`, `Level__c`.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds.
    pub field_type: FieldType,
    /// The longest text, in characters; 18 for ids.
    pub length: u32,
    /// Of a number: all digits.
    pub precision: u32,
    /// Of a number: digits after the point.
    pub scale: u32,
    /// Callers may give it to a new record.
    pub create: bool,
    /// Callers may change it.
    pub update: bool,
    /// A record may be without.
    pub nillable: bool,
    /// A new record has something without being given it.
    pub defaulted: bool,
    /// May stand in a condition.
    pub filter: bool,
    /// May be ordered by.
    pub sort: bool,
    /// May be grouped by.
    pub group: bool,
    /// A standard field by which upserts may find a record.
    pub id_lookup: bool,
    /// No two records have the same.
    pub unique: bool,
    /// Two values that differ in case alone are two: for unique text.
    pub case_sensitive: bool,
    /// By which upserts may find a record.
    pub external_id: bool,
    /// Counts by itself, in this form: `{00000000}`, `INV-{0000}`.
    pub auto_number: Option<String>,
    /// Rights by field apply to it; to required and system fields none do.
    pub permissionable: bool,
    /// The record's name for people.
    pub is_name: bool,
    /// Which record it refers to, and what becomes of this one with that.
    pub reference: Option<Reference>,
    /// Of picklists.
    pub picklist: Vec<PicklistValue>,
    /// Other values than the picklist's are refused.
    pub restricted: bool,
    /// What new records have, as a value of the field's type in text.
    pub default: Option<String>,
    /// For people who fill it in.
    pub help: Option<String>,
    /// The compound field that it is a part of: `MailingAddress`.
    pub compound: Option<String>,
    /// An administrator made it.
    pub custom: bool,
}

/// A lookup or master-detail field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// To which objects; several for `WhoId` and `OwnerId`.
    pub to: Vec<String>,
    /// In paths from here to there: `Account`, `Merchandise__r`.
    pub parent_name: Option<String>,
    /// In child queries from there to here: `Contacts`.
    pub child_name: Option<String>,
    /// What happens here when that is deleted.
    pub on_delete: OnDelete,
    /// Master-detail: required, and rights come from there.
    pub master: bool,
}

/// What happens to a record when one that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The field is emptied.
    Clear,
    /// It is deleted too.
    Cascade,
    /// The other cannot be deleted.
    Restrict,
    /// It keeps the id: histories.
    Keep,
}

impl Schema {
    /// A picture of these objects.
    pub fn new(revision: i64, number: i64, instance: Instance, objects: Vec<Object>) -> Self {
        Self::of(revision, number, instance, objects.into_iter().map(Arc::new).collect())
    }

    /// A picture of objects that other pictures show too.
    pub(crate) fn of(revision: i64, number: i64, instance: Instance, objects: Vec<Arc<Object>>) -> Self {
        let by_name = objects.iter().enumerate().map(|(at, object)| (object.name.to_ascii_lowercase(), at)).collect();
        let by_prefix = objects.iter().enumerate().filter_map(|(at, object)| Some((object.prefix?, at))).collect();
        Self { revision, number, instance, objects, by_name, by_prefix }
    }

    /// All, in their order.
    pub fn objects(&self) -> &[Arc<Object>] {
        &self.objects
    }

    /// By name, in whatever case.
    pub fn object(&self, name: &str) -> Option<&Arc<Object>> {
        self.by_name.get(&name.to_ascii_lowercase()).map(|at| &self.objects[*at])
    }

    /// Which object a record is of, by its id.
    pub fn object_of(&self, prefix: KeyPrefix) -> Option<&Arc<Object>> {
        self.by_prefix.get(&prefix).map(|at| &self.objects[*at])
    }

    /// The name of the table with an object's records: `crm1_contact`.
    pub fn table(&self, object: &Object) -> String {
        format!("crm{}_{}", self.number, object.name.to_ascii_lowercase())
    }

    /// Fields of any object that refer to this one, with their objects.
    pub fn children<'a>(&'a self, object: &'a Object) -> impl Iterator<Item = (&'a Arc<Object>, &'a Field, &'a Reference)> {
        self.objects.iter().flat_map(move |child| {
            child.fields.iter().filter_map(move |field| {
                let reference = field.reference.as_ref()?;
                reference.to.contains(&object.name).then_some((child, field, reference))
            })
        })
    }
}

impl Object {
    /// An object with these fields.
    pub fn new(name: impl Into<String>, label: impl Into<String>, label_plural: impl Into<String>, fields: Vec<Field>) -> Self {
        let by_name = fields.iter().enumerate().map(|(at, field)| (field.name.to_ascii_lowercase(), at)).collect();
        Self {
            name: name.into(),
            label: label.into(),
            label_plural: label_plural.into(),
            prefix: None,
            custom: false,
            written_by: WrittenBy::Callers,
            can: Abilities::default(),
            sharing: Sharing::ReadWrite,
            fields,
            by_name,
        }
    }

    /// The same object with other fields.
    pub(crate) fn with_fields(&self, fields: Vec<Field>) -> Self {
        let mut object = Self::new(&*self.name, &*self.label, &*self.label_plural, fields);
        (object.prefix, object.custom, object.written_by, object.can, object.sharing) =
            (self.prefix, self.custom, self.written_by, self.can, self.sharing);
        object
    }

    /// By name, in whatever case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(&name.to_ascii_lowercase()).map(|at| &self.fields[*at])
    }

    /// The place of a field among the others, by its name in whatever case.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    /// The field that a path's step names: `Account` of a contact.
    pub fn parent(&self, relationship: &str) -> Option<(&Field, &Reference)> {
        self.fields.iter().find_map(|field| {
            let reference = field.reference.as_ref()?;
            reference.parent_name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(relationship)).then_some((field, reference))
        })
    }

    /// The field that is the record's name for people, if there is one.
    pub fn name_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_name)
    }

    /// Records have an owner.
    pub fn is_owned(&self) -> bool {
        self.field("OwnerId").is_some()
    }

    /// The master-detail field, if there is one.
    pub fn master(&self) -> Option<(&Field, &Reference)> {
        self.fields
            .iter()
            .find_map(|field| field.reference.as_ref().filter(|reference| reference.master).map(|reference| (field, reference)))
    }
}

impl Field {
    /// A field that callers may write, that may be empty, and that has what all fields of its type have; of text, with this length.
    pub fn new(name: impl Into<String>, label: impl Into<String>, field_type: FieldType, length: u32) -> Self {
        let (name, label) = (name.into(), label.into());
        let usual = salesforce::describe::Field::new(field_type, "", "", length);
        let short = !field_type.is_text() || length <= LONGEST_FILTERED;
        Self {
            name,
            label,
            field_type,
            length: usual.length,
            precision: 0,
            scale: 0,
            create: usual.createable && field_type != FieldType::Id,
            update: usual.updateable && field_type != FieldType::Id,
            nillable: usual.nillable,
            defaulted: usual.defaulted_on_create,
            filter: usual.filterable && short,
            sort: usual.sortable && short,
            group: usual.groupable && short,
            id_lookup: usual.id_lookup,
            unique: false,
            case_sensitive: false,
            external_id: false,
            auto_number: None,
            permissionable: usual.permissionable,
            is_name: false,
            reference: None,
            picklist: Vec::new(),
            restricted: false,
            default: None,
            help: None,
            compound: None,
            custom: false,
        }
    }

    /// The column with its value.
    pub fn column(&self) -> String {
        self.name.to_ascii_lowercase()
    }

    /// The column with its value folded, if it has one: by it text is compared, ordered and found (`salesforce.md` 2.3).
    pub fn folded_column(&self) -> Option<String> {
        self.is_folded().then(|| format!("{}_f", self.name.to_ascii_lowercase()))
    }

    /// Its text is compared without regard to case. Long text is not compared at all.
    pub fn is_folded(&self) -> bool {
        self.field_type.is_text() && self.filter
    }

    /// A column holds it. Compound fields are put together from their parts.
    pub fn is_stored(&self) -> bool {
        !matches!(self.field_type, FieldType::Address | FieldType::Location)
    }
}

/// Text that may be longer stands in no condition (3.0): `Description`.
const LONGEST_FILTERED: u32 = 4_000;

/// What two texts have in common that differ in case alone; for every alphabet, the same on both databases.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
