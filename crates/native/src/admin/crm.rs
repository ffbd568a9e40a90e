//! The CRM inside the server, as its administrators define it: objects, fields, values of picklists, and who may see and change what.
//!
//! Definitions are the CRM's own, property by property. Whoever asks needs the CRM's right to customize (objects and fields) or to manage users
//! (rights and users). Names are found in whatever case.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Instant;

/// Who writes an object's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmWriter {
    /// Whoever has the right.
    People,
    /// Whoever manages users: profiles, permission sets and their rows.
    Administrators,
    /// The server alone: transcripts, and pictures of what it has itself.
    Server,
}

/// What people without rights of their own may do with records of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmSharing {
    /// Owners see their own.
    Private,
    /// All see all, owners change their own.
    Read,
    /// All change all.
    #[default]
    ReadWrite,
}

/// An object: a kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmObject {
    /// `Contact`, `Invoice__c`.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// An administrator made it.
    pub custom: bool,
    /// Who writes its records.
    pub written_by: CrmWriter,
    /// Null: its records have no owners, or are shared like the records that they hang on.
    pub sharing: Option<CrmSharing>,
    /// How many fields administrators made.
    pub custom_fields: u32,
    /// Fields can be added to it.
    pub takes_fields: bool,
    /// Since when it is dropped; it can be restored until it is erased.
    pub dropped_at: Option<Instant>,
}

/// `GET /admin/crm/objects`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmObjects {
    /// Standard ones, then custom ones, then those that were dropped.
    pub items: Vec<CrmObject>,
}

/// Which objects are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CrmObjectsQuery {
    /// Only those whose name or label holds this; case does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// `POST /admin/crm/objects`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmObjectDefinition {
    /// Letters, digits and single underscores, beginning with a letter, at most 40; `__c` is appended where it is missing. It stays.
    pub name: String,
    /// For people: 1 to 40 characters.
    pub label: String,
    /// For people, of many: 1 to 40 characters.
    pub label_plural: String,
    /// What a record is called: its field's label.
    #[serde(default = "name_label")]
    pub name_label: String,
    /// Names count by themselves, in this form: `INV-{0000}`. Null: they are written.
    #[serde(default)]
    pub name_format: Option<String>,
    /// What people without rights of their own may do with records of others.
    #[serde(default)]
    pub sharing: CrmSharing,
}

fn name_label() -> String {
    "Name".to_owned()
}

/// `PATCH /admin/crm/objects/{object}`: what is null stays. A standard object keeps its labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmObjectChange {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// For people, of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_plural: Option<String>,
    /// What people without rights of their own may do with records of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharing: Option<CrmSharing>,
}

/// `GET /admin/crm/objects/{object}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmObjectPage {
    /// Which.
    pub object: CrmObject,
    /// Of a custom one: as it was made, and changed since.
    pub definition: Option<CrmObjectDefinition>,
    /// All, in their order; those that were dropped come last.
    pub fields: Vec<CrmField>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmField {
    /// `LastName`, `Level__c`.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds: of a custom field its definition's `kind`, else as `type`.
    pub kind: String,
    /// What it holds, as programs are told.
    #[serde(rename = "type")]
    pub field_type: String,
    /// Of text: most characters.
    pub length: Option<u32>,
    /// Of numbers: all digits.
    pub precision: Option<u32>,
    /// Of numbers: digits after the point.
    pub scale: Option<u32>,
    /// An administrator made it.
    pub custom: bool,
    /// Records must have a value.
    pub required: bool,
    /// No two records have the same.
    pub unique: bool,
    /// Records are found by it when they are written.
    pub external_id: bool,
    /// For people who fill it in.
    pub help: Option<String>,
    /// To which objects it refers.
    pub refers_to: Vec<String>,
    /// How many values its picklist has.
    pub values: u32,
    /// Since when it is dropped; it can be restored until it is erased.
    pub dropped_at: Option<Instant>,
    /// Something of it can be changed here.
    pub changeable: bool,
}

/// `GET /admin/crm/objects/{object}/fields/{field}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmFieldPage {
    /// Which.
    pub field: CrmField,
    /// Of a custom one: as it was made, and changed since.
    pub definition: Option<CrmFieldDefinition>,
    /// Of a standard one: what can be changed of it, as it is.
    pub standard: Option<CrmStandardFieldDefinition>,
    /// Its picklist, in its order.
    pub values: Vec<CrmPicklistValue>,
    /// The picklist can be given other values.
    pub values_changeable: bool,
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmFieldKind {
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmWhenDeleted {
    /// It is emptied.
    #[default]
    Clear,
    /// The other cannot be deleted.
    Restrict,
    /// The record is deleted too.
    Cascade,
}

/// `POST /admin/crm/objects/{object}/fields`, and `PUT` of a custom field. What does not concern its kind is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmFieldDefinition {
    /// As an object's. It stays.
    pub name: String,
    /// For people: 1 to 40 characters.
    pub label: String,
    /// What it holds. It stays.
    pub kind: CrmFieldKind,
    /// Of text: most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Of numbers: all digits, at most 18.
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
    /// Records are found by it when they are written.
    #[serde(default)]
    pub external_id: bool,
    /// What new records have, as text: `true`, `12.5`, `2026-11-22`. Of picklists the value says so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// For people who fill it in: at most 510 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Of picklists, in their order: 1 to 1,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<CrmPicklistValue>,
    /// Of picklists: other values are refused.
    #[serde(default)]
    pub restricted: bool,
    /// Of references: to which object. It stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<String>,
    /// Of references: what the other's records call these, in child queries. It stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
    /// Of lookups.
    #[serde(default)]
    pub when_deleted: CrmWhenDeleted,
    /// Of automatic numbers: `INV-{0000}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Of automatic numbers: the first, when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Only when it is made: ids of the profiles and permission sets that see it, besides administrators; if not given, those that may change
    /// the object's records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Vec<String>>,
}

/// A value of a picklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmPicklistValue {
    /// What is stored: 1 to 255 characters without a semicolon. It cannot be changed.
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
    /// Of a status: whether it closes a case or task, converts a lead; of a task's priority: whether it is a high one. Null: as before, or no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<bool>,
}

fn yes() -> bool {
    true
}

/// `PUT /admin/crm/objects/{object}/fields/{field}/standard`: all that can be changed of a standard field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmStandardFieldDefinition {
    /// For people who fill it in: at most 510 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Of a picklist that takes other values: all its values, in their order. Null: those that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<CrmPicklistValue>>,
}

/// What rights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmHolderKind {
    /// Every user has one.
    Profile,
    /// Users have any number of them.
    PermissionSet,
}

/// A profile or a permission set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmRightsHolder {
    /// Which.
    pub id: String,
    /// Of a permission set what programs call it; a profile has one name.
    pub name: String,
    /// For people.
    pub label: String,
    /// Which of both it is.
    pub kind: CrmHolderKind,
    /// It gives everything, and nobody can change that.
    pub fixed: bool,
    /// How many users have it.
    pub users: u32,
}

/// `GET /admin/crm/rights`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmRightsHolders {
    /// Profiles, then permission sets, each by their labels.
    pub items: Vec<CrmRightsHolder>,
}

/// `POST /admin/crm/rights`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCrmRightsHolder {
    /// Which of both.
    pub kind: CrmHolderKind,
    /// Unique among its kind, case does not count; at most 255 characters for a profile, 80 letters, digits and underscores for a permission set.
    pub name: String,
    /// Of a permission set, for people: at most 80 characters; the name if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Which one it begins like: a profile needs one, which is a profile; a permission set is empty without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A right that is about no object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmSystemRight {
    /// `PermissionsApiEnabled` and its like.
    pub name: String,
    /// For people.
    pub label: String,
    /// It is given.
    pub granted: bool,
}

/// What may be done with an object's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmObjectRights {
    /// `Contact`.
    pub name: String,
    /// For people, of many.
    pub label: String,
    /// See those that sharing lets one see.
    pub read: bool,
    /// Make some.
    pub create: bool,
    /// Change those that sharing lets one change.
    pub edit: bool,
    /// Delete those.
    pub delete: bool,
    /// See all.
    pub view_all: bool,
    /// Change and delete all.
    pub modify_all: bool,
    /// It can be set here; else it follows from what the object is, or the profile gives everything.
    pub settable: bool,
}

/// `GET /admin/crm/rights/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmHolderRights {
    /// Which.
    pub holder: CrmRightsHolder,
    /// All that there are.
    pub system: Vec<CrmSystemRight>,
    /// All that there are.
    pub objects: Vec<CrmObjectRights>,
}

/// A system right, given or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmSystemRightSetting {
    /// `PermissionsApiEnabled`.
    pub name: String,
    /// Give it.
    pub granted: bool,
}

/// `PUT /admin/crm/rights/{id}/system`. Those that are not named stay; what a right needs is given with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCrmSystemRights {
    /// Which.
    pub rights: Vec<CrmSystemRightSetting>,
}

/// What may be done with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmFieldRight {
    /// Nothing: it does not exist for them.
    None,
    /// See it.
    Read,
    /// Change it too.
    Edit,
}

/// A right to a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmFieldRights {
    /// `Email`.
    pub name: String,
    /// For people.
    pub label: String,
    /// Of a field without a right of its own: what the object's rights give.
    pub right: CrmFieldRight,
    /// It can be set here. Required fields and those of the system follow the object.
    pub settable: bool,
    /// `edit` can be given: somebody can write the field at all.
    pub editable: bool,
}

/// `GET /admin/crm/rights/{id}/objects/{object}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmObjectFieldRights {
    /// The object.
    pub object: CrmObjectRights,
    /// All its fields, in their order.
    pub fields: Vec<CrmFieldRights>,
}

/// A right to a field, as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrmFieldRightSetting {
    /// `Email`.
    pub name: String,
    /// What may be done.
    pub right: CrmFieldRight,
}

/// `PUT /admin/crm/rights/{id}/objects/{object}`: all of it is done, or nothing. All false takes the object away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCrmObjectRights {
    /// See those that sharing lets one see.
    pub read: bool,
    /// Make some: needs `read`.
    pub create: bool,
    /// Change those that sharing lets one change: needs `read`.
    pub edit: bool,
    /// Delete those: needs `edit`.
    pub delete: bool,
    /// See all: needs `read`.
    pub view_all: bool,
    /// Change and delete all: needs `delete` and `view_all`.
    pub modify_all: bool,
    /// Fields that are not named stay as they are. At most 1,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<CrmFieldRightSetting>,
}

/// A profile that a user has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmUserProfile {
    /// Which.
    pub id: String,
    /// For people.
    pub label: String,
}

/// A permission set that a user has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmUserSet {
    /// Which.
    pub id: String,
    /// For people.
    pub label: String,
    /// When it ends, or ended; null for never.
    pub until: Option<Instant>,
}

/// A user of the CRM: an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmUser {
    /// Which record.
    pub id: String,
    /// For people.
    pub name: String,
    /// As the agent signs in.
    pub login: String,
    /// May work.
    pub active: bool,
    /// Null for nobody who works: every user has one.
    pub profile: Option<CrmUserProfile>,
    /// By their labels.
    pub sets: Vec<CrmUserSet>,
}

/// Which users are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CrmUsersQuery {
    /// Only those whose name or login holds this; case does not count, no character is a wildcard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Only those who have this profile or permission set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// `next` of the page before; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many items, 1 to 500; 100 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// `PUT /admin/crm/users/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCrmUser {
    /// The profile's id.
    pub profile: String,
}

/// `PUT /admin/crm/users/{id}/sets/{set}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignCrmSet {
    /// When it ends; null for never.
    #[serde(default)]
    pub until: Option<Instant>,
}
