//! Values between records and their columns.

use sea_query::Value as Bound;
use store::sql::Row;

use crate::{
    Result,
    schema::{Field, FieldType, fold},
    value::Value,
};

/// How a column keeps a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Whole,
    Fraction,
    Text,
}

fn kept(field_type: FieldType) -> Kept {
    match field_type {
        FieldType::Boolean | FieldType::Int | FieldType::Date | FieldType::DateTime | FieldType::Time => Kept::Whole,
        FieldType::Double | FieldType::Currency | FieldType::Percent => Kept::Fraction,
        _ => Kept::Text,
    }
}

/// A value as its field's column has it. NULL has the column's type: PostgreSQL asks for it.
pub(crate) fn bound(field: &Field, value: Value) -> Bound {
    match value {
        Value::Null => match kept(field.field_type) {
            Kept::Whole => Bound::BigInt(None),
            Kept::Fraction => Bound::Double(None),
            Kept::Text => Bound::String(None),
        },
        Value::Boolean(value) => Bound::BigInt(Some(i64::from(value))),
        Value::Int(value) if kept(field.field_type) == Kept::Fraction => Bound::Double(Some(value as f64)),
        Value::Int(value) | Value::Instant(value) | Value::Time(value) => Bound::BigInt(Some(value)),
        Value::Double(value) => Bound::Double(Some(value)),
        Value::Text(value) => Bound::String(Some(value)),
        Value::Id(value) => Bound::String(Some(value.short().to_owned())),
    }
}

/// What the column with the folded text has.
pub(crate) fn folded(value: &Value) -> Bound {
    match value {
        Value::Text(text) => Bound::String(Some(fold(text))),
        _ => Bound::String(None),
    }
}

/// The column by which a field's values are told apart, and a value as it is there.
pub(crate) fn compared(field: &Field, value: &Value) -> (String, Bound) {
    match field.folded_column() {
        Some(column) if !field.case_sensitive => (column, folded(value)),
        _ => (field.column(), bound(field, value.clone())),
    }
}

/// Reads a field from a row.
pub(crate) fn read(row: &Row, at: usize, field: &Field) -> Result<Value> {
    let id = |text: String| salesforce::Id::parse(&text).map_err(|_| store::Error::broken("a record's id"));
    Ok(match field.field_type {
        FieldType::Boolean => row.get::<Option<i64>>(at)?.map_or(Value::Boolean(false), |value| Value::Boolean(value != 0)),
        FieldType::Int => row.get::<Option<i64>>(at)?.map_or(Value::Null, Value::Int),
        FieldType::Date | FieldType::DateTime => row.get::<Option<i64>>(at)?.map_or(Value::Null, Value::Instant),
        FieldType::Time => row.get::<Option<i64>>(at)?.map_or(Value::Null, Value::Time),
        FieldType::Double | FieldType::Currency | FieldType::Percent => row.get::<Option<f64>>(at)?.map_or(Value::Null, Value::Double),
        FieldType::Id | FieldType::Reference => row.get::<Option<String>>(at)?.map(id).transpose()?.map_or(Value::Null, Value::Id),
        _ => row.get::<Option<String>>(at)?.map_or(Value::Null, Value::Text),
    })
}
