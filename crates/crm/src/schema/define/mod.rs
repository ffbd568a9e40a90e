//! What administrators add to the standard schema at run time: objects, fields, values of picklists; and what they change of it.
//!
//! Each change is one transaction of its own ([`store::Store::define`]), with the tables' change, the definition, a line in the audit log, and a
//! new revision of the schema. What is dropped disappears from the schema at once and keeps its data: it can be restored until somebody erases
//! it. A change that records do not allow (a required field without values, a unique one with duplicates) says how many there are and names
//! some.
//!
//! Definitions are kept as documents of these types, which the native API speaks too.

mod build;
mod change;
mod check;
mod field;
mod object;
mod read;
mod rows;

use std::net::IpAddr;

use domain::{ids::AgentId, time::Timestamp};
use serde::{Deserialize, Serialize};

pub(super) use build::assemble;
pub use read::{DefinedField, DefinedObject};

/// Custom fields that an object can have. PostgreSQL has 1,600 columns a table, and text takes two.
pub const MOST_FIELDS: usize = 500;
/// Lookup fields that an object can have.
pub const MOST_LOOKUPS: usize = 40;
/// Values that a picklist can have.
pub const MOST_VALUES: usize = 1_000;

/// Who defines, for the audit log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Author {
    /// The agent; none for the server's command line.
    pub agent: Option<AgentId>,
    /// From where, if known.
    pub address: Option<IpAddr>,
}

/// An object that an administrator makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectDefinition {
    /// Letters, digits and single underscores, beginning with a letter, at most 40; `__c` is appended where it is missing.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// What a record is called: its field's label.
    #[serde(default = "name_label")]
    pub name_label: String,
    /// Names count by themselves, in this form: `INV-{0000}`. None: they are written.
    #[serde(default)]
    pub name_format: Option<String>,
    /// What people without rights of their own may do with records of others.
    #[serde(default)]
    pub sharing: ObjectSharing,
}

fn name_label() -> String {
    "Name".to_owned()
}

/// What can be changed of an object. A standard one keeps its labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectChange {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// For people, of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_plural: Option<String>,
    /// What people without rights of their own may do with records of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharing: Option<ObjectSharing>,
}

/// The organisation-wide default of an object that has owners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectSharing {
    /// Owners see their own.
    Private,
    /// All see all, owners change their own.
    Read,
    /// All change all.
    #[default]
    ReadWrite,
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A line of up to 255 characters.
    Text,
    /// Several lines, together up to 255 characters.
    TextArea,
    /// Up to 131,072 characters, which no query filters or sorts by.
    LongText,
    /// An address of e-mail.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Yes or no.
    Checkbox,
    /// A number of up to 18 digits.
    Number,
    /// An amount of money.
    Currency,
    /// A number of hundredths.
    Percent,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of any day.
    Time,
    /// One of a list.
    Picklist,
    /// Some of a list.
    Multipicklist,
    /// Another record.
    Lookup,
    /// Another record, without which this one is not, and whose rights are this one's.
    MasterDetail,
    /// A number that counts by itself.
    AutoNumber,
}

/// What becomes of a record's lookup when the other record is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenDeleted {
    /// It is emptied.
    #[default]
    Clear,
    /// The other cannot be deleted.
    Restrict,
    /// The record is deleted too.
    Cascade,
}

/// A custom field. What does not concern its kind is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    /// As an object's.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds. It cannot be changed.
    pub kind: Kind,
    /// Of text: most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Of numbers: all digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<u32>,
    /// Of numbers: digits after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    /// Records must have a value.
    #[serde(default)]
    pub required: bool,
    /// No two records have the same.
    #[serde(default)]
    pub unique: bool,
    /// For unique text: values that differ in case alone are two.
    #[serde(default)]
    pub case_sensitive: bool,
    /// Upserts may find records by it.
    #[serde(default)]
    pub external_id: bool,
    /// What new records have, as text: `true`, `12.5`, `2026-11-22`. Of picklists the value says so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// For people who fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Of picklists, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueDefinition>,
    /// Of picklists: other values are refused.
    #[serde(default)]
    pub restricted: bool,
    /// Of references: to which object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<String>,
    /// Of references: the name from there to here, without `__r`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
    /// Of lookups.
    #[serde(default)]
    pub when_deleted: WhenDeleted,
    /// Of auto numbers: `{0000}`, `A-{000000}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Of auto numbers: the first; 1 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Only when it is made: which profiles and permission sets see it, besides administrators; if not given, those that may change the object's
    /// records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Vec<salesforce::Id>>,
}

/// A value of a picklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueDefinition {
    /// What is stored. It cannot be changed.
    pub value: String,
    /// For people; the value itself if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// It can be chosen.
    #[serde(default = "yes")]
    pub active: bool,
    /// New records have it.
    #[serde(default)]
    pub default: bool,
    /// Of a status: whether it closes a case or task, converts a lead; of a task's priority: whether it is a high one. None: as before, or no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<bool>,
}

fn yes() -> bool {
    true
}

/// What can be changed of a standard field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardFieldDefinition {
    /// For people who fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Of a picklist that takes other values: all its values, in their order. None: those that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<ValueDefinition>>,
}

/// What is kept of a definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    /// A custom object, and which of the prefixes for custom objects its ids have.
    Object {
        /// As it was made, and changed since.
        definition: ObjectDefinition,
        /// From 0.
        prefix: u16,
    },
    /// What was changed of a standard object.
    StandardObject(ObjectChange),
    /// A custom field.
    Field(FieldDefinition),
    /// What was changed of a standard field.
    StandardField(StandardFieldDefinition),
}

/// A custom object or field as it was defined, for whoever administers them.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// An object.
    Object(ObjectDefinition),
    /// A field of this object.
    Field(String, FieldDefinition),
}

/// A definition, and since when it is dropped, if it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Defined {
    /// What.
    pub definition: Definition,
    /// It can be restored until it is erased.
    pub dropped_at: Option<Timestamp>,
}
