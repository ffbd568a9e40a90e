//! SELECT: which columns are read, and how a row of them becomes a record.

use std::{collections::HashMap, sync::Arc};

use salesforce::{
    Id, Version,
    describe::{FieldType, PicklistValue},
    id::KeyPrefix,
    instant::{Date, DateTime, Time},
    query::Page,
    record::{Address, Attributes, Record, Value},
};
use sea_query::{Expr, Func};
use soql::{
    Span,
    ast::{Expression, FieldSet, Function, FunctionKind, Ident, Path, Query, SelectItem, Typeof},
};
use store::sql::Row;

use super::{
    Unsupported,
    calendar::day_of,
    names::{Compiler, Followed, Step},
    operand::Operand,
};
use crate::{
    Result,
    schema::{Field, Object, fold},
};

/// FIELDS(ALL) and FIELDS(CUSTOM) are for few rows (`salesforce.md` 2.3).
const MAX_FIELDS_ROWS: u32 = 200;

/// How a column's value is answered.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Id,
    Boolean,
    Int,
    Double,
    Text,
    Date,
    DateTime,
    Time,
    /// A picklist's value by its folded text: what people see.
    Label(Arc<HashMap<String, String>>),
    /// The id of bytes, which are elsewhere: of the record, with its object and field.
    Blob(Arc<str>, Arc<str>),
    /// The smallest or largest text: its sorting, U+0001, and itself.
    Extreme,
}

impl Form {
    pub(super) fn of(field_type: FieldType) -> Self {
        match field_type {
            FieldType::Id | FieldType::Reference => Self::Id,
            FieldType::Boolean => Self::Boolean,
            FieldType::Int => Self::Int,
            FieldType::Double | FieldType::Currency | FieldType::Percent => Self::Double,
            FieldType::Date => Self::Date,
            FieldType::DateTime => Self::DateTime,
            FieldType::Time => Self::Time,
            _ => Self::Text,
        }
    }

    /// A column as it is answered.
    pub(super) fn read(&self, row: &Row, at: usize) -> Result<Value> {
        let broken = || store::Error::broken("a record's column");
        Ok(match self {
            Self::Boolean => row.get::<Option<i64>>(at)?.map_or(Value::Null, |value| Value::Boolean(value != 0)),
            Self::Int => row.get::<Option<i64>>(at)?.map_or(Value::Null, Value::Int),
            Self::Double => row.get::<Option<f64>>(at)?.map_or(Value::Null, Value::Double),
            Self::Text => row.get::<Option<String>>(at)?.map_or(Value::Null, Value::Text),
            Self::Id => match row.get::<Option<String>>(at)? {
                Some(id) => Value::Id(Id::parse(&id).map_err(|_| broken())?),
                None => Value::Null,
            },
            Self::Date => match row.get::<Option<i64>>(at)? {
                Some(micros) => Value::Date(Date(day_of(micros).ok_or_else(broken)?)),
                None => Value::Null,
            },
            Self::DateTime => match row.get::<Option<i64>>(at)? {
                Some(micros) => Value::DateTime(DateTime(jiff::Timestamp::from_microsecond(micros).map_err(|_| broken())?)),
                None => Value::Null,
            },
            Self::Time => match row.get::<Option<i64>>(at)? {
                Some(micros) => {
                    let span = jiff::Span::new().try_microseconds(micros).map_err(|_| broken())?;
                    Value::Time(Time(jiff::civil::Time::midnight().checked_add(span).map_err(|_| broken())?))
                }
                None => Value::Null,
            },
            Self::Label(labels) => match row.get::<Option<String>>(at)? {
                Some(text) => Value::Text(label(labels, text)),
                None => Value::Null,
            },
            Self::Extreme => match row.get::<Option<String>>(at)? {
                // Folding keeps each U+0001, so the one between the two is the middle one.
                Some(text) => {
                    let count = text.matches('\u{1}').count();
                    let (middle, _) = text.match_indices('\u{1}').nth(count / 2).ok_or_else(broken)?;
                    Value::Text(text[middle + 1..].to_owned())
                }
                None => Value::Null,
            },
            Self::Blob(..) => return Err(broken().into()),
        })
    }
}

fn label(labels: &HashMap<String, String>, text: String) -> String {
    let one = |value: &str| labels.get(&fold(value)).cloned().unwrap_or_else(|| value.to_owned());
    if text.contains(';') && !labels.contains_key(&fold(&text)) {
        text.split(';').map(one).collect::<Vec<_>>().join(";")
    } else {
        one(&text)
    }
}

/// What people see of a picklist's values.
pub(super) fn labels(picklist: &[PicklistValue]) -> Form {
    Form::Label(Arc::new(picklist.iter().map(|listed| (fold(&listed.value), listed.label.clone())).collect()))
}

/// Columns that are read; each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns(pub(super) Vec<Expr>);

impl Columns {
    pub(super) fn add(&mut self, column: Expr) -> usize {
        self.0.iter().position(|known| *known == column).unwrap_or_else(|| {
            self.0.push(column);
            self.0.len() - 1
        })
    }
}

/// A record in a row: the query's own, or a parent.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The object, or Name.
    object: Arc<str>,
    /// Of Name: the objects that it stands for.
    named: Vec<(KeyPrefix, Arc<str>)>,
    /// The column with its id.
    pub(super) id: usize,
    fields: Vec<(Arc<str>, Source)>,
}

/// Where a record's member comes from.
#[derive(Clone, Debug)]
enum Source {
    Column(usize, Form),
    Address(Box<[Option<usize>; 8]>),
    Parent(Node),
    /// By the object of which the parent is: TYPEOF.
    Typeof(Vec<Node>),
    /// Which of the child queries.
    Children(usize),
}

/// A compiled SELECT list of records.
#[derive(Clone, Debug)]
pub(super) struct Selected<'q> {
    pub(super) columns: Columns,
    pub(super) node: Node,
    pub(super) children: Vec<&'q Query>,
}

impl<'s> Compiler<'s> {
    /// A SELECT list without aggregates.
    pub(super) fn select<'q>(&mut self, query: &'q Query, items: &'q [SelectItem]) -> Result<Selected<'q>> {
        let mut columns = Columns::default();
        let id = columns.add(self.column(0, "id"));
        let node = Node { object: self.root().name.as_str().into(), named: Vec::new(), id, fields: Vec::new() };
        let mut selected = Selected { columns, node, children: Vec::new() };
        for item in items {
            match item {
                SelectItem::Expression { expression: Expression::Field(path), alias: None, .. } => {
                    let followed = self.parents(path)?;
                    self.add_field(&mut selected, &followed, path.last())?;
                }
                SelectItem::Expression { expression: Expression::Field(_), alias: Some(alias), .. } => {
                    return Err(self.malformed(alias.span, "only aggregate expressions use field aliasing"));
                }
                SelectItem::Expression { expression: Expression::Distance(distance), .. } => {
                    return Err(self.unsupported(distance.span, Unsupported::Distance));
                }
                SelectItem::Expression { expression: Expression::Call(call), alias, .. } => match call.function.kind() {
                    Some(FunctionKind::Display) => {
                        let path = self.labelled(call)?;
                        let followed = self.parents(path)?;
                        let operand = self.field_of(&followed, path.last())?;
                        self.add_label(&mut selected, &followed, &operand, alias.as_ref())?;
                    }
                    Some(FunctionKind::Date) => {
                        return Err(self.malformed(call.span, format_args!("{} is shown only of groups", call.function.name())));
                    }
                    _ => return self.operand(expression_of(item)).map(|_| unreachable!("it is refused")),
                },
                SelectItem::Fields { set, span } => self.add_all(&mut selected, query, *set, *span)?,
                SelectItem::Child { query: child, span } => {
                    let name = child.from[0].path.last();
                    let at = selected.children.len();
                    selected.children.push(child);
                    // The child query itself says that there is no such relationship.
                    let canonical = super::children::relationship(self, self.root(), &child.from[0].path)?.2;
                    add(&mut selected.node, canonical, Source::Children(at)).map_err(|_| self.duplicate(*span, &name.text))?;
                }
                SelectItem::Typeof(typeof_) => self.add_typeof(&mut selected, typeof_)?,
            }
        }
        Ok(selected)
    }

    fn duplicate(&self, _: Span, name: &str) -> crate::Error {
        salesforce::Error::duplicate_field_selected(name).into()
    }

    /// The record in which a path's field stands; made where it was not yet.
    fn node_of<'n>(&self, columns: &mut Columns, mut node: &'n mut Node, followed: &Followed<'s>) -> Result<&'n mut Node> {
        for (relationship, step) in &followed.through {
            let there = node.fields.iter().position(|(name, _)| **name == **relationship);
            let at = match there {
                Some(at) => at,
                None => {
                    let parent = self.parent_node(columns, step);
                    node.fields.push(((*relationship).into(), Source::Parent(parent)));
                    node.fields.len() - 1
                }
            };
            let Source::Parent(parent) = &mut node.fields[at].1 else {
                return Err(salesforce::Error::duplicate_field_selected(relationship).into());
            };
            node = parent;
        }
        Ok(node)
    }

    fn parent_node(&self, columns: &mut Columns, step: &Step) -> Node {
        match step {
            Step::Table(table) => {
                let id = columns.add(self.column(*table, "id"));
                Node { object: self.tables[*table].object.name.as_str().into(), named: Vec::new(), id, fields: Vec::new() }
            }
            Step::Name { tables } => {
                let object = |table: &usize| self.tables[*table].object;
                let named = tables.iter().filter_map(|table| Some((object(table).prefix?, object(table).name.as_str().into()))).collect();
                let id = match tables.as_slice() {
                    [table] => self.column(*table, "id"),
                    tables => Expr::from(Func::coalesce(tables.iter().map(|table| self.column(*table, "id")))),
                };
                Node { object: "Name".into(), named, id: columns.add(id), fields: Vec::new() }
            }
        }
    }

    fn add_field(&mut self, selected: &mut Selected<'_>, followed: &Followed<'s>, name: &Ident) -> Result<()> {
        let Step::Table(table) = followed.end() else {
            let operand = self.field_of(followed, name)?;
            let canonical = operand.path.rsplit('.').next().unwrap_or_default().to_owned();
            let column = selected.columns.add(operand.raw);
            let node = self.node_of(&mut selected.columns, &mut selected.node, followed)?;
            let source = Source::Column(column, Form::of(operand.field_type));
            return add(node, &canonical, source).map_err(|_| self.duplicate(name.span, &operand.path));
        };
        let object = self.tables[table].object;
        let field = self.seen_field(object, name)?;
        self.add_stored(selected, followed, table, object, field, name.span)
    }

    fn add_stored(
        &mut self,
        selected: &mut Selected<'_>,
        followed: &Followed<'s>,
        table: usize,
        object: &'s Object,
        field: &'s Field,
        at: Span,
    ) -> Result<()> {
        let columns = &mut selected.columns;
        let source = match field.field_type {
            FieldType::Location => return Err(self.unsupported(at, Unsupported::Location)),
            FieldType::Address => {
                let parts = ["City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street"];
                let rights = &self.scope.caller.rights;
                let part = |end: &str| {
                    let mut parts = object.fields.iter().filter(|part| part.compound.as_deref() == Some(field.name.as_str()));
                    parts.find(|part| part.name.trim_end_matches("__c").ends_with(end) && rights.sees_field(object, part))
                };
                Source::Address(Box::new(parts.map(|end| part(end).map(|part| columns.add(self.column(table, part.column()))))))
            }
            FieldType::Base64 => {
                let form = Form::Blob(object.name.as_str().into(), field.name.as_str().into());
                Source::Column(columns.add(self.column(table, field.column())), form)
            }
            field_type => Source::Column(columns.add(self.column(table, field.column())), Form::of(field_type)),
        };
        let node = self.node_of(&mut selected.columns, &mut selected.node, followed)?;
        add(node, &field.name, source).map_err(|_| {
            let path: String = followed.through.iter().map(|(relationship, _)| format!("{relationship}.")).collect();
            self.duplicate(at, &format!("{path}{}", field.name))
        })
    }

    fn add_label(
        &mut self,
        selected: &mut Selected<'_>,
        followed: &Followed<'s>,
        operand: &Operand<'s>,
        alias: Option<&Ident>,
    ) -> Result<()> {
        let form = if operand.picklist.is_empty() { Form::of(operand.field_type) } else { labels(operand.picklist) };
        let source = Source::Column(selected.columns.add(operand.raw.clone()), form);
        if let Some(alias) = alias {
            return add(&mut selected.node, &alias.text, source).map_err(|_| self.duplicate(alias.span, &alias.text));
        }
        let node = self.node_of(&mut selected.columns, &mut selected.node, followed)?;
        let name = operand.path.rsplit('.').next().unwrap_or_default();
        add(node, name, source).map_err(|_| self.duplicate(Span::default(), &operand.path))
    }

    /// `FIELDS(ALL)`
    fn add_all(&mut self, selected: &mut Selected<'_>, query: &Query, set: FieldSet, at: Span) -> Result<()> {
        if set != FieldSet::Standard && query.limit.is_none_or(|limit| limit.rows > MAX_FIELDS_ROWS) && !is_of_few(query) {
            return Err(self.malformed(at, "The SOQL FIELDS function must have a LIMIT of at most 200"));
        }
        let object = self.root();
        let rights = &self.scope.caller.rights;
        let wanted = object.fields.iter().filter(|field| match set {
            FieldSet::All => true,
            FieldSet::Standard => !field.custom,
            FieldSet::Custom => field.custom,
        });
        let fields: Vec<_> = wanted.filter(|field| field.field_type != FieldType::Location && rights.sees_field(object, field)).collect();
        if fields.is_empty() {
            return Err(self.malformed(at, "'FIELDS(...)' expansion function must result in at least one field being selected."));
        }
        let followed = Followed { through: Vec::new() };
        fields.into_iter().try_for_each(|field| self.add_stored(selected, &followed, 0, object, field, at))
    }

    /// `TYPEOF What WHEN Account THEN Phone ELSE Name END`
    fn add_typeof(&mut self, selected: &mut Selected<'_>, typeof_: &Typeof) -> Result<()> {
        let mut names = typeof_.relationship.names.clone();
        // Followed like the path of a field behind it.
        names.push(typeof_.relationship.last().clone());
        let path = Path { names, span: typeof_.relationship.span };
        let mut followed = self.parents(&path)?;
        let Some((relationship, Step::Name { tables })) = followed.through.pop() else {
            return Err(self.malformed(typeof_.span, "TYPEOF is of a relationship to several objects"));
        };
        let mut nodes: Vec<Node> = Vec::new();
        let mut left = tables.clone();
        for branch in &typeof_.branches {
            let found = tables.iter().copied().find(|table| branch.object.is(&self.tables[*table].object.name));
            let Some(table) = found else {
                return Err(salesforce::Error::unsupported_type(&self.place(branch.object.span), &branch.object.text).into());
            };
            left.retain(|other| *other != table);
            let mut part = Selected {
                columns: std::mem::take(&mut selected.columns),
                node: self.parent_node(&mut Columns::default(), &Step::Table(table)),
                children: Vec::new(),
            };
            part.node.id = part.columns.add(self.column(table, "id"));
            for field in &branch.fields {
                let Some(name) = field.single() else {
                    return Err(self.unsupported(field.span, Unsupported::BeyondName));
                };
                let field = self.seen_field(self.tables[table].object, name)?;
                let followed = Followed { through: Vec::new() };
                self.add_stored(&mut part, &followed, table, self.tables[table].object, field, name.span)?;
            }
            selected.columns = part.columns;
            nodes.push(part.node);
        }
        if !typeof_.otherwise.is_empty() && !left.is_empty() {
            for table in left {
                let id = selected.columns.add(self.column(table, "id"));
                let mut node = Node { object: self.tables[table].object.name.as_str().into(), named: Vec::new(), id, fields: Vec::new() };
                for field in &typeof_.otherwise {
                    let Some(name) = field.single() else {
                        return Err(self.unsupported(field.span, Unsupported::BeyondName));
                    };
                    let followed = Followed { through: vec![(relationship, Step::Name { tables: vec![table] })] };
                    let operand = self.field_of(&followed, name)?;
                    let canonical = operand.path.rsplit('.').next().unwrap_or_default().to_owned();
                    let column = selected.columns.add(operand.raw);
                    add(&mut node, &canonical, Source::Column(column, Form::of(operand.field_type)))
                        .map_err(|_| self.duplicate(name.span, &name.text))?;
                }
                nodes.push(node);
            }
        }
        let node = self.node_of(&mut selected.columns, &mut selected.node, &followed)?;
        add(node, relationship, Source::Typeof(nodes)).map_err(|_| self.duplicate(typeof_.span, relationship))
    }
}

fn expression_of(item: &SelectItem) -> &Expression {
    match item {
        SelectItem::Expression { expression, .. } => expression,
        _ => unreachable!("only expressions are asked for"),
    }
}

/// The member, unless there is one of this name.
fn add(node: &mut Node, name: &str, source: Source) -> Result<(), ()> {
    if node.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Err(());
    }
    node.fields.push((name.into(), source));
    Ok(())
}

/// WHERE names up to 200 ids.
fn is_of_few(query: &Query) -> bool {
    use soql::ast::{Comparison, Condition, Operator, Predicate};
    let few = |condition: &Condition| {
        let Condition::Comparison(Comparison { left: Expression::Field(path), predicate, .. }) = condition else { return false };
        path.single().is_some_and(|name| name.is("Id"))
            && match predicate {
                Predicate::Compare { operator: Operator::Equal, .. } => true,
                Predicate::In { negated: false, values } => values.len() <= MAX_FIELDS_ROWS as usize,
                _ => false,
            }
    };
    match &query.condition {
        Some(Condition::And { conditions, .. }) => conditions.iter().any(few),
        Some(condition) => few(condition),
        None => false,
    }
}

/// What records of a page have besides their columns.
pub(super) struct Making {
    pub(super) version: Version,
    /// For each child query the children by their parent.
    pub(super) children: Vec<HashMap<Id, Page>>,
}

impl Making {
    /// A row's record; none where the parent is none.
    pub(super) fn record(&mut self, node: &Node, row: &Row) -> Result<Option<Record>> {
        let Some(id) = id_at(row, node.id)? else { return Ok(None) };
        // Of Name: the address is the record's own.
        let attributes = match node.named.iter().find(|(prefix, _)| *prefix == id.prefix()) {
            Some((_, object)) => Attributes::of(object.clone(), self.version, id).called(node.object.clone()),
            None => Attributes::of(node.object.clone(), self.version, id),
        };
        let mut fields = Vec::with_capacity(node.fields.len());
        for (name, source) in &node.fields {
            let value = match source {
                Source::Column(at, Form::Blob(object, field)) => match row.get::<Option<String>>(*at)? {
                    Some(_) => Value::Blob { version: self.version, object: object.clone(), id, field: field.clone() },
                    None => Value::Null,
                },
                Source::Column(at, form) => form.read(row, *at)?,
                Source::Address(parts) => address(row, parts)?,
                Source::Parent(parent) => self.record(parent, row)?.map_or(Value::Null, |parent| Value::Parent(Box::new(parent))),
                Source::Typeof(nodes) => {
                    let mut value = Value::Null;
                    for node in nodes {
                        if let Some(record) = self.record(node, row)? {
                            value = Value::Parent(Box::new(record));
                            break;
                        }
                    }
                    value
                }
                Source::Children(at) => self.children[*at].remove(&id).map_or(Value::Null, |page| Value::Children(Box::new(page))),
            };
            fields.push((name.clone(), value));
        }
        Ok(Some(Record { attributes, fields }))
    }
}

/// The id in a column.
pub(super) fn id_at(row: &Row, at: usize) -> Result<Option<Id>> {
    let Some(text) = row.get::<Option<String>>(at)? else { return Ok(None) };
    Ok(Some(Id::parse(&text).map_err(|_| store::Error::broken("a record's id"))?))
}

fn address(row: &Row, parts: &[Option<usize>; 8]) -> Result<Value> {
    let text = |at: Option<usize>| -> Result<Option<String>> {
        Ok(match at {
            Some(at) => row.get(at)?,
            None => None,
        })
    };
    let number = |at: Option<usize>| -> Result<Option<f64>> {
        Ok(match at {
            Some(at) => row.get(at)?,
            None => None,
        })
    };
    let [city, country, accuracy, latitude, longitude, postal_code, state, street] = *parts;
    let address = Address {
        city: text(city)?,
        country: text(country)?,
        geocode_accuracy: text(accuracy)?,
        latitude: number(latitude)?,
        longitude: number(longitude)?,
        postal_code: text(postal_code)?,
        state: text(state)?,
        street: text(street)?,
    };
    Ok(if address == Address::default() { Value::Null } else { Value::Address(Box::new(address)) })
}

/// Whether a SELECT list is of groups.
pub(crate) fn is_grouped(query: &Query, items: &[SelectItem]) -> bool {
    query.group.is_some()
        || items.iter().any(|item| {
            matches!(item, SelectItem::Expression { expression: Expression::Call(call), .. }
                if matches!(call.function.kind(), Some(FunctionKind::Aggregate | FunctionKind::Grouping)) || call.function == Function::Grouping)
        })
}
