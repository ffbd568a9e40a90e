//! The trees of queries that nobody wrote.

use soql::{
    Span,
    ast::{Comparison, Condition, Count, Direction, Expression, Ident, Nulls, Ordering, Path, Piece, Query, Select, SelectItem, Source},
};

use super::filter;
use crate::{
    Scope,
    schema::{Field, Object},
};

fn ident(name: &str) -> Ident {
    Ident { text: name.to_owned(), span: Span::default() }
}

pub(super) fn path(names: &[&str]) -> Path {
    Path { names: names.iter().map(|name| ident(name)).collect(), span: Span::default() }
}

/// All of them.
pub(super) fn all(mut conditions: Vec<Condition>) -> Option<Condition> {
    match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(Condition::And { conditions, span: Span::default() }),
    }
}

/// Any of them.
pub(super) fn any(mut conditions: Vec<Condition>) -> Option<Condition> {
    match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(Condition::Or { conditions, span: Span::default() }),
    }
}

pub(super) fn like(left: Path, pieces: Vec<Piece>) -> Condition {
    Condition::Comparison(Comparison { left: Expression::Field(left), predicate: filter::pattern(pieces), span: Span::default() })
}

/// A field with a column that the caller sees, by its name in whatever case.
pub(super) fn field<'s>(scope: &Scope, object: &'s Object, name: &str) -> Option<&'s Field> {
    object.field(name).filter(|field| is_shown(scope, object, field))
}

/// Whether the caller sees a field that has a column.
pub(super) fn is_shown(scope: &Scope, object: &Object, field: &Field) -> bool {
    field.is_stored() && scope.caller.rights.sees_field(object, field)
}

/// How the record that a reference leads to is called.
pub(super) struct Label<'s> {
    pub(super) relationship: &'s str,
    pub(super) name: &'s str,
    /// How many tables are joined for it.
    pub(super) joins: usize,
    pub(super) filter: bool,
    pub(super) sort: bool,
}

/// None where the caller sees none of the objects, or none of their names.
pub(super) fn label<'s>(scope: &'s Scope, object: &Object, field: &'s Field) -> Option<Label<'s>> {
    let reference = field.reference.as_ref()?;
    let relationship = reference.parent_name.as_deref()?;
    // The first field with this relationship is the one that a path means.
    object.parent(relationship).filter(|(known, _)| known.name == field.name)?;
    let rights = &scope.caller.rights;
    let targets: Vec<_> = reference.to.iter().filter_map(|name| scope.schema.object(name)).filter(|target| rights.sees(target)).collect();
    match (reference.to.as_slice(), targets.as_slice()) {
        (_, []) => None,
        ([_], [target]) => {
            let name = target.name_field().filter(|name| is_shown(scope, target, name))?;
            Some(Label { relationship, name: &name.name, joins: 1, filter: name.filter, sort: name.sort })
        }
        (_, targets) => Some(Label { relationship, name: "Name", joins: targets.len(), filter: true, sort: true }),
    }
}

/// By what a list is sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sorted {
    pub(super) path: Path,
    pub(super) descending: bool,
    /// What every record has one of: empty ones come where indexes have them.
    pub(super) is_name: bool,
}

/// A query of an object's records.
pub(super) fn records(object: &Object, paths: Vec<Path>, condition: Option<Condition>, sorted: Sorted) -> Query {
    let items =
        paths.into_iter().map(|path| SelectItem::Expression { expression: Expression::Field(path), alias: None, span: Span::default() });
    let nulls = if sorted.is_name && sorted.descending { Nulls::First } else { Nulls::Last };
    let order = Ordering {
        expression: Expression::Field(sorted.path),
        direction: Some(if sorted.descending { Direction::Descending } else { Direction::Ascending }),
        nulls: Some(nulls),
        span: Span::default(),
    };
    Query { order: vec![order], ..of(object, Select::Items(items.collect()), condition) }
}

/// How many there are, up to a bound.
pub(super) fn count(object: &Object, condition: Option<Condition>, bound: u32) -> Query {
    let limit = Some(Count { rows: bound, span: Span::default() });
    Query { limit, ..of(object, Select::Count(Span::default()), condition) }
}

fn of(object: &Object, select: Select, condition: Option<Condition>) -> Query {
    Query {
        select,
        from: vec![Source { path: path(&[&object.name]), alias: None, span: Span::default() }],
        scope: None,
        condition,
        with: Vec::new(),
        group: None,
        having: None,
        order: Vec::new(),
        limit: None,
        offset: None,
        viewing: Vec::new(),
        statistics: Vec::new(),
        for_update: None,
        all_rows: None,
        span: Span::default(),
    }
}
