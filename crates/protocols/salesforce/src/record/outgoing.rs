//! Records as they are answered (1.1, 1.7, 1.12).

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Attributes, RecordPath};
use crate::{
    Id, Version,
    instant::{Date, DateTime, Time},
    query::Page,
};

/// One record, or one row of an aggregate: its attributes, then its fields in the order of the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which record it is.
    pub attributes: Attributes,
    /// By canonical name, relationship or alias. Names are shared, since every row of a page has the same.
    pub fields: Vec<(Arc<str>, Value)>,
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 1))?;
        map.serialize_entry("attributes", &self.attributes)?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// What a field, a relationship or a function has in one row.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// No value, no parent, no children.
    Null,
    /// `boolean`
    Boolean(bool),
    /// `int`, and every count; written without a fraction.
    Int(i64),
    /// `double`, `currency`, `percent`; written with a fraction, as real organisations do (1.1).
    Double(f64),
    /// Every type that is text.
    Text(String),
    /// `id`, `reference`
    Id(Id),
    /// `date`
    Date(Date),
    /// `time`
    Time(Time),
    /// `datetime`
    DateTime(DateTime),
    /// `address`
    Address(Box<Address>),
    /// `base64`: where the bytes are (1.10).
    Blob {
        /// In which version.
        version: Version,
        /// The object of the record.
        object: Arc<str>,
        /// The record.
        id: Id,
        /// The field.
        field: Arc<str>,
    },
    /// A parent.
    Parent(Box<Record>),
    /// Children; without any it is written as null.
    Children(Box<Page>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Double(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Id(value) => value.serialize(serializer),
            Self::Date(value) => value.serialize(serializer),
            Self::Time(value) => value.serialize(serializer),
            Self::DateTime(value) => value.serialize(serializer),
            Self::Address(value) => value.serialize(serializer),
            Self::Blob { version, object, id, field } => {
                let record = RecordPath { version: *version, object, id: *id };
                serializer.collect_str(&format_args!("{record}/{field}"))
            }
            Self::Parent(record) => record.serialize(serializer),
            Self::Children(page) if page.is_empty() => serializer.serialize_unit(),
            Self::Children(page) => page.serialize(serializer),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Boolean(_) => "Boolean",
            Self::Int(_) => "Int",
            Self::Double(_) => "Double",
            Self::Text(_) => "Text",
            Self::Id(id) => return write!(f, "Id({id})"),
            Self::Date(_) => "Date",
            Self::Time(_) => "Time",
            Self::DateTime(_) => "DateTime",
            Self::Address(_) => "Address",
            Self::Blob { .. } => "Blob",
            Self::Parent(record) => return record.fmt(f),
            Self::Children(page) => return page.fmt(f),
        })
    }
}

/// A compound address. Every member is written, those without a value as null (1.12).
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Town.
    pub city: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// How exact the coordinates are.
    pub geocode_accuracy: Option<String>,
    /// In degrees.
    pub latitude: Option<f64>,
    /// In degrees.
    pub longitude: Option<f64>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Street, number, perhaps several lines.
    pub street: Option<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address")
    }
}
