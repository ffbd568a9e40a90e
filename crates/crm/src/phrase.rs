//! Queries that the server asks itself, as text: made of names of the schema and of ids, never of what a caller wrote.

use salesforce::Id;

use crate::schema::{Field, Object};

/// How many records of an object there are.
pub fn count_of(object: &Object) -> String {
    format!("SELECT COUNT() FROM {}", object.name)
}

/// The records that refer to another by this field, with these of their own fields.
pub fn children_of(child: &Object, reference: &Field, parent: Id, fields: &[&Field]) -> String {
    let fields: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    format!("SELECT {} FROM {} WHERE {} = '{parent}'", fields.join(", "), child.name, reference.name)
}
