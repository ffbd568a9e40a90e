//! The columns of a query, for a form that has rows of cells: known before the first row, so that a query without rows has a heading too.

use salesforce::record::{Record, Value};
use soql::ast::{Expression, FieldSet, Path, Query, Select, SelectItem};

use crate::{
    Result, Scope,
    schema::{FieldType, Object},
};

/// A column: `Name`, `Account.Name`, `Contacts`, `expr0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// From the record to the value, each by its canonical name as far as it is known.
    pub path: Vec<String>,
}

impl Column {
    /// A column of the record itself.
    pub fn new(name: impl Into<String>) -> Self {
        Self { path: vec![name.into()] }
    }

    /// What stands above it.
    pub fn heading(&self) -> String {
        self.path.join(".")
    }

    /// The value in a record; none where a parent on the way is none.
    pub fn of<'r>(&self, record: &'r Record) -> Option<&'r Value> {
        let (last, parents) = self.path.split_last()?;
        let mut record = record;
        for name in parents {
            match member(record, name)? {
                Value::Parent(parent) => record = parent,
                _ => return None,
            }
        }
        member(record, last)
    }
}

fn member<'r>(record: &'r Record, name: &str) -> Option<&'r Value> {
    record.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The columns of a query's records, or of its groups; none of `COUNT()`.
///
/// # Errors
/// A text that is no query, or of an object that there is not for this caller. What else is wrong with it is said when it is run.
pub fn columns(scope: &Scope, text: &str) -> Result<Vec<Column>> {
    let query = soql::parse(text).map_err(|error| salesforce::Error::not_soql(&error))?;
    let source = &query.from[0];
    let object = source.path.single().and_then(|name| scope.schema.object(&name.text)).filter(|object| scope.caller.rights.sees(object));
    let object =
        object.ok_or_else(|| salesforce::Error::unsupported_type(&soql::Place::of(text, source.path.span), &source.path.to_string()))?;
    let Select::Items(items) = &query.select else { return Ok(Vec::new()) };
    if crate::query::is_grouped(&query, items) {
        return Ok(of_groups(scope, &query, object, items));
    }
    let mut columns = Vec::new();
    for item in items {
        match item {
            SelectItem::Expression { alias: Some(alias), .. } => columns.push(Column::new(&*alias.text)),
            SelectItem::Expression { expression, alias: None, .. } => columns.extend(of_expression(scope, &query, object, expression)),
            SelectItem::Fields { set, .. } => columns.extend(all(scope, object, *set)),
            SelectItem::Child { query: child, .. } => {
                let name = &child.from[0].path.last().text;
                let canonical = scope
                    .schema
                    .children(object)
                    .find_map(|(_, _, reference)| reference.child_name.clone().filter(|known| known.eq_ignore_ascii_case(name)));
                columns.push(Column::new(canonical.unwrap_or_else(|| name.clone())));
            }
            SelectItem::Typeof(typeof_) => columns.push(of_path(scope, &query, object, &typeof_.relationship)),
        }
    }
    Ok(columns)
}

/// Names of groups' values: as the answer has them.
fn of_groups(scope: &Scope, query: &Query, object: &Object, items: &[SelectItem]) -> Vec<Column> {
    let mut functions = 0;
    let mut columns = Vec::new();
    for item in items {
        let SelectItem::Expression { expression, alias, .. } = item else { continue };
        columns.push(match (alias, expression) {
            (Some(alias), _) => Column::new(&*alias.text),
            (None, Expression::Field(path)) => {
                let mut path = of_path(scope, query, object, path).path;
                Column { path: path.split_off(path.len() - 1) }
            }
            (None, _) => {
                functions += 1;
                Column::new(format!("expr{}", functions - 1))
            }
        });
    }
    columns
}

/// A field, or a function of one, which stands under the field's name.
fn of_expression(scope: &Scope, query: &Query, object: &Object, expression: &Expression) -> Option<Column> {
    match expression {
        Expression::Field(path) => Some(of_path(scope, query, object, path)),
        Expression::Call(call) => match &call.argument {
            soql::ast::Argument::Field(path) => Some(of_path(scope, query, object, path)),
            _ => None,
        },
        Expression::Distance(_) => None,
    }
}

/// Which fields FIELDS() stands for.
fn all(scope: &Scope, object: &Object, set: FieldSet) -> Vec<Column> {
    let wanted = |custom: bool| match set {
        FieldSet::All => true,
        FieldSet::Standard => !custom,
        FieldSet::Custom => custom,
    };
    let fields = object.fields.iter().filter(|field| wanted(field.custom) && field.field_type != FieldType::Location);
    fields.filter(|field| scope.caller.rights.sees_field(object, field)).map(|field| Column::new(&*field.name)).collect()
}

/// A path as it is answered: without what only says where it begins, by canonical names.
fn of_path(scope: &Scope, query: &Query, object: &Object, path: &Path) -> Column {
    let mut names: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
    // An alias of FROM stands for the object, or for the path behind which it is.
    for _ in 0..query.from.len() {
        if names.len() < 2 || object.parent(names[0]).is_some() {
            break;
        }
        let source = query.from.iter().enumerate().find(|(at, source)| {
            let is_alias = source.alias.as_ref().is_some_and(|alias| alias.is(names[0]));
            is_alias || (*at == 0 && source.path.last().is(names[0]))
        });
        match source {
            Some((0, _)) => drop(names.remove(0)),
            Some((_, source)) => drop(names.splice(..1, source.path.names.iter().map(|name| name.text.as_str()))),
            None => break,
        }
    }
    let mut at = Some(object);
    let mut canonical = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        if place + 1 == names.len() {
            let field = at.and_then(|object| object.field(name));
            // TYPEOF has a relationship for its last name.
            let known = field.map(|field| field.name.as_str());
            let parent = at.and_then(|object| object.parent(name)).and_then(|(_, reference)| reference.parent_name.as_deref());
            canonical.push(known.or(parent).unwrap_or(name).to_owned());
        } else {
            let step = at.and_then(|object| object.parent(name));
            canonical.push(step.and_then(|(_, reference)| reference.parent_name.as_deref()).unwrap_or(name).to_owned());
            at = step.and_then(|(_, reference)| match reference.to.as_slice() {
                [only] => scope.schema.object(only).map(AsRef::as_ref),
                _ => None,
            });
        }
    }
    Column { path: canonical }
}
