//! Queries that the server asks itself, as text: made of names of the schema, of ids and of quoted values.

use salesforce::{Id, record::Scalar};
use soql::{Span, ast::Text};

use crate::schema::{Field, FieldType, Object};

/// How many records of an object there are.
pub fn count_of(object: &Object) -> String {
    format!("SELECT COUNT() FROM {}", object.name)
}

/// The records that refer to another by this field, with these of their own fields.
pub fn children_of(child: &Object, reference: &Field, parent: Id, fields: &[&Field]) -> String {
    let fields: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    format!("SELECT {} FROM {} WHERE {} = '{parent}'", fields.join(", "), child.name, reference.name)
}

/// The longest query that is made of keys.
const LONGEST: usize = 90_000;

/// Records whose key is one of these, with these columns; none where that would be no query, or too long a one.
pub(crate) fn by_keys(object: &Object, columns: &[String], key: &Field, keys: &[&Scalar]) -> Option<String> {
    let is_quoted = key.field_type.is_text() || matches!(key.field_type, FieldType::Id | FieldType::Reference);
    let mut values = Vec::with_capacity(keys.len());
    for value in keys {
        let text = value.text()?;
        values.push(if is_quoted { Text { text, span: Span::default() }.to_string() } else { text });
    }
    if values.is_empty() {
        return None;
    }
    let query = format!("SELECT {} FROM {} WHERE {} IN ({})", columns.join(", "), object.name, key.name, values.join(", "));
    (query.len() <= LONGEST).then_some(query)
}

/// All records, with what an administrator wrote for their columns and behind WHERE: whoever asks could ask anything else as well.
pub(crate) fn all_where(object: &Object, columns: &[String], condition: Option<&str>) -> String {
    let query = format!("SELECT {} FROM {}", columns.join(", "), object.name);
    match condition {
        Some(condition) => format!("{query} WHERE {condition}"),
        None => query,
    }
}
