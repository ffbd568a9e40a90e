//! Records of the CRM as people browse them: lists, one record, and files of lists. All with the rights that the CRM gives the agent.

use std::collections::BTreeMap;

use domain::secret::Text;
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{SchemaType, Type},
    },
};

use crate::Instant;

/// `GET /crm/objects`: the objects whose records the agent browses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataObjects {
    /// First what a business keeps, then what the server writes and has.
    pub items: Vec<DataObject>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataObject {
    /// The CRM's own name.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// The agent may make records.
    pub can_create: bool,
}

/// `GET /crm/objects/{object}`: an object with what lists and forms need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataObjectPage {
    /// The CRM's own name.
    pub name: String,
    /// For people.
    pub label: String,
    /// For people, of many.
    pub label_plural: String,
    /// The agent may make records.
    pub can_create: bool,
    /// The agent may change records; rows say of which.
    pub can_edit: bool,
    /// The agent may delete records; rows say of which.
    pub can_delete: bool,
    /// The field that is a record's name for people; null if the agent does not see it.
    pub name_field: Option<String>,
    /// Those that the agent sees, the required and usual ones first.
    pub fields: Vec<DataField>,
    /// Names of the fields that lists usually show.
    pub columns: Vec<String>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataField {
    /// The CRM's own name.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds.
    pub kind: DataFieldKind,
    /// The longest text, in characters; null where there is no limit.
    pub length: Option<u32>,
    /// A new record needs a value.
    pub required: bool,
    /// The agent may give it to a new record.
    pub can_create: bool,
    /// The agent may change it.
    pub can_update: bool,
    /// Lists can be narrowed by it.
    pub filterable: bool,
    /// Lists can be sorted by it.
    pub sortable: bool,
    /// What there is to choose from.
    pub choices: Vec<DataChoice>,
    /// To which objects it refers.
    pub refers_to: Vec<String>,
    /// What a new record has; null for nothing.
    pub default: Option<String>,
    /// For whoever fills it in.
    pub help: Option<String>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataFieldKind {
    /// A line.
    Text,
    /// Several lines.
    TextArea,
    /// An address of e-mail.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Yes or no.
    Checkbox,
    /// A number.
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
    /// One of some.
    Picklist,
    /// Some of some, with semicolons between them.
    Multipicklist,
    /// Another record.
    Reference,
    /// The record's own id.
    Id,
    /// Bytes: a row says whether there are any.
    File,
    /// What no form asks.
    Other,
}

/// A value to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataChoice {
    /// The value.
    pub value: String,
    /// For people.
    pub label: String,
    /// It can still be chosen.
    pub active: bool,
}

/// `GET /crm/objects/{object}/records`: which records, and what of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DataQuery {
    /// Names of fields with commas between them; absent for those that are usually shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// [`DataFilter`] as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub filter: Option<Text>,
    /// What stands in a record's name or another telling field, or its id. At most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub text: Option<Text>,
    /// A field: `Name`; with a minus before it, `-CreatedDate`, the last come first. Of a reference, the name that it leads to. Records without a
    /// value come last. Absent, the newest come first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Only those in the recycle bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// `next` of the page before; absent for the first. It belongs to one order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many rows, 1 to 500; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// `GET /crm/objects/{object}/export`: a list as a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DataExportQuery {
    /// `csv` unless told.
    #[serde(default)]
    #[param(inline)]
    pub format: DataFormat,
    /// As in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// As in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub filter: Option<Text>,
    /// As in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub text: Option<Text>,
    /// As in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// As in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

/// What a file is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataFormat {
    /// RFC 4180 with a heading. A cell that a spreadsheet would calculate has an apostrophe before it.
    #[default]
    Csv,
    /// An array of objects.
    Json,
}

/// What a list is narrowed to: the parameter `filter`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataFilter {
    /// Whether all conditions must hold, or one is enough.
    #[serde(default)]
    pub together: DataTogether,
    /// At most 50.
    pub conditions: Vec<DataCondition>,
}

/// How conditions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataTogether {
    /// All must hold.
    #[default]
    All,
    /// One is enough.
    Any,
}

/// What must hold of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataCondition {
    /// The field's name.
    pub field: String,
    /// How it is compared.
    pub is: DataComparison,
    /// With what, as people type it; absent for `empty`, `not_empty` and `one_of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
    /// With what, for `one_of`: 1 to 500.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Text>,
}

/// How a field is compared. No letter's case counts, and no character is a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataComparison {
    /// It is this; a reference by the record's id.
    Equal,
    /// It is something else, or nothing.
    NotEqual,
    /// This stands in it; of a reference, in the name that it leads to; of several choices, it is one.
    Contains,
    /// This does not.
    NotContains,
    /// It begins with this.
    StartsWith,
    /// It comes before this.
    Less,
    /// It comes after this.
    Greater,
    /// It is this, or comes before.
    AtMost,
    /// It is this, or comes after.
    AtLeast,
    /// There is none.
    Empty,
    /// There is one.
    NotEmpty,
    /// It is one of these.
    OneOf,
    /// It is in this stretch of time by the agent's calendar: `TODAY`, `LAST_WEEK`, `LAST_N_DAYS:30`.
    Period,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DataRows {
    /// In the order of the list.
    pub items: Vec<DataRow>,
    /// The `cursor` of the next page, null on the last one. What comes and goes meanwhile shifts nothing.
    pub next: Option<String>,
    /// How many records the list had when its first page was read; null where counting them would have taken long.
    pub total: Option<u64>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DataRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// By the names of fields: those of the list, or all that the agent sees.
    pub values: BTreeMap<String, DataValue>,
    /// Where references lead to, by the names of fields. None for what the agent does not see.
    pub references: BTreeMap<String, DataReference>,
    /// The agent may change it.
    pub can_edit: bool,
    /// The agent may delete it, or take it out of the recycle bin.
    pub can_delete: bool,
    /// It is in the recycle bin.
    pub deleted: bool,
    /// When it was changed last; null where that is not kept.
    pub changed_at: Option<Instant>,
}

/// A value: days as `2026-02-28`, instants as `2026-02-28T09:30:00Z`, times as `09:30:00Z`, of bytes whether there are any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DataValue {
    /// None.
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// Everything else.
    Text(Text),
}

impl PartialSchema for DataValue {
    fn schema() -> RefOr<Schema> {
        let types = SchemaType::from_iter([Type::String, Type::Number, Type::Boolean, Type::Null]);
        ObjectBuilder::new().schema_type(types).into()
    }
}

impl ToSchema for DataValue {}

/// Where a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataReference {
    /// The record's object.
    pub entity: String,
    /// What people call it.
    pub label: Text,
}

/// `POST /crm/objects/{object}/records`: a new record. What is wrong with its fields is answered with 422 and `reasons`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeDataRow {
    /// At most 500.
    pub fields: Vec<DataFieldValue>,
}

/// `PATCH /crm/objects/{object}/records/{id}`: what changes of a record; the rest stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDataRow {
    /// At most 500.
    pub fields: Vec<DataFieldValue>,
    /// What the record said when it was read: if it was changed since, nothing is, and the answer is `wrong_state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Instant>,
}

/// A field's value as a person types it: days as `2026-02-28`, boxes as `true` or `false`, several choices with semicolons between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataFieldValue {
    /// The field's name.
    pub name: String,
    /// Null or empty for none.
    #[serde(default)]
    pub value: Option<Text>,
}
