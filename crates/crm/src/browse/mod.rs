//! Records as people browse them: a list that is narrowed, sorted and read page by page, one record, the forms of both, and files of a list.
//!
//! A list is a query of SOQL whose tree is made here ([`ask`], [`filter`]) and that is compiled like any other, so that whatever the caller may
//! not see is not there: not as a column, not in a condition, not in an order, not as the name of a parent. A page begins where the last one
//! ended, by what its records are sorted by and not by their number ([`cursor`]): what comes or goes meanwhile shifts nothing.

mod ask;
mod cursor;
mod export;
mod filter;
mod form;
mod write;

use std::{sync::Arc, time::Duration};

use domain::time::Timestamp;
use salesforce::{
    Error as Refusal, Id, Version,
    error::Code,
    record::{Record, Value},
};
use soql::ast::{Condition, Path, Query};

pub use export::Export;
pub use filter::{Filter, FilterCondition, Is};
pub use form::{DataField, DataObject, FieldForm};
pub use write::Written;

use self::{ask::Sorted, cursor::Place};
use crate::{
    Crm, Error, QueryOptions, Reader, Result, Scope,
    access::Caller,
    port::shape,
    query::{self, Portion},
    record::{changeable, deletable},
    schema::{Field, FieldType, Object},
};

/// Beyond so many nobody counts on.
const MOST_COUNTED: u32 = 100_000;
/// How long counting may take: a list is there without.
const COUNTS_TAKE: Duration = Duration::from_secs(1);
/// How many columns a list has.
const MAX_COLUMNS: usize = 100;
/// How many tables are joined for the names of parents: SQLite joins 64, and a condition and an order need some of them.
const MAX_JOINS: usize = 40;
/// The longest text that is looked for.
const MAX_WORDS: usize = 200;

/// Why a list cannot be: what was asked wrongly, or an error of the CRM.
#[derive(Debug)]
pub enum Unlisted {
    /// The question means nothing.
    Wrong(Wrong),
    /// The CRM refuses or fails.
    Failed(Error),
}

/// What was asked wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The parameter, as a path such as `filter.conditions[2].value`.
    pub parameter: String,
    /// For people. Never repeats a value.
    pub sentence: String,
}

impl Wrong {
    fn new(parameter: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { parameter: parameter.into(), sentence: sentence.into() }
    }
}

impl From<Wrong> for Unlisted {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<Error> for Unlisted {
    /// What the vendor calls a query that means nothing was asked wrongly here, for reasons that no name above says.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal)
                if matches!(
                    refusal.code(),
                    Code::MalformedQuery | Code::InvalidField | Code::InvalidQueryFilterOperator | Code::QueryTooComplicated
                ) =>
            {
                Self::Wrong(Wrong::new("filter", format!("this cannot be asked: {}", refusal.code().as_str())))
            }
            error => Self::Failed(error),
        }
    }
}

impl From<Refusal> for Unlisted {
    fn from(refusal: Refusal) -> Self {
        Error::from(refusal).into()
    }
}

/// Which records of an object, and what of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Fields by name, in this order; none: those that are usually shown.
    pub columns: Vec<String>,
    /// What they must fulfil.
    pub filter: Filter,
    /// What must stand in their name or another telling field; an id in full finds what it names.
    pub text: String,
    /// A field; with a minus before it, the last come first. Of a reference, the name that it leads to. Without, the newest come first.
    pub sort: Option<String>,
    /// Only those in the recycle bin, instead of those that are not.
    pub deleted: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// In the order of the list.
    pub items: Vec<Row>,
    /// Where the next page begins; none on the last one.
    pub next: Option<String>,
    /// How many records the list had when its first page was read; none where counting them would have taken long.
    pub total: Option<u64>,
}

/// A record of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which.
    pub id: Id,
    /// How people call it; its id if it has no name that the caller sees.
    pub name: String,
    /// By the names of fields, in the order of the list.
    pub values: Vec<(Arc<str>, Value)>,
    /// Where references lead to that the caller sees: by the names of fields, the record's object and name.
    pub references: Vec<(Arc<str>, Arc<str>, String)>,
    /// The caller may change it.
    pub can_edit: bool,
    /// The caller may delete it, or take it back.
    pub can_delete: bool,
    /// It is in the recycle bin.
    pub deleted: bool,
    /// When it was changed last, by whomever; none where that is not kept.
    pub changed_at: Option<Timestamp>,
}

/// The records of a workspace, as somebody browses them in one request.
#[derive(Clone, Debug)]
pub struct Browsing {
    crm: Crm,
    scope: Arc<Scope>,
}

impl Crm {
    /// Browses the records of a workspace as somebody sees them now.
    pub async fn browse(&self, caller: &Caller) -> Result<Browsing> {
        let schema = self.schema(caller.workspace).await?;
        Ok(Browsing::new(self.clone(), Scope { schema, caller: caller.clone(), now: self.now() }))
    }
}

/// A list whose columns and order are known.
struct Plan<'s> {
    object: &'s Arc<Object>,
    columns: Vec<&'s Field>,
    /// Paths to the names of parents, and of which column.
    labels: Vec<(&'s Field, Path)>,
    condition: Option<Condition>,
    sorted: Sorted,
    sort: String,
    deleted: bool,
    /// Nothing can be found.
    is_empty: bool,
}

impl Browsing {
    /// For one request.
    pub fn new(crm: Crm, scope: Scope) -> Self {
        Self { crm, scope: Arc::new(scope) }
    }

    /// For whom, with which objects, and when.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    fn options(&self, all_rows: bool) -> QueryOptions {
        QueryOptions { all_rows, ..QueryOptions::new(Version::LATEST) }
    }

    /// An object whose records the caller browses.
    fn object(&self, name: &str) -> Result<&Arc<Object>, Refusal> {
        let object = self.scope.schema.object(name).filter(|object| form::is_browsed(&self.scope, object));
        object.ok_or_else(Refusal::not_found)
    }

    fn plan(&self, object: &str, listing: &Listing) -> Result<Plan<'_>, Unlisted> {
        let (object, scope) = (self.object(object)?, &*self.scope);
        if listing.columns.len() > MAX_COLUMNS {
            return Err(Wrong::new("columns", format!("a list has at most {MAX_COLUMNS} columns")).into());
        }
        let mut columns: Vec<&Field> = Vec::new();
        for name in &listing.columns {
            let field =
                ask::field(scope, object, name).ok_or_else(|| Wrong::new("columns", format!("{} has no such field", object.label)))?;
            if columns.iter().all(|known| known.name != field.name) {
                columns.push(field);
            }
        }
        if columns.is_empty() {
            columns = form::usual_columns(scope, object);
        }
        let mut conditions: Vec<_> = filter::condition(scope, object, &listing.filter)?.into_iter().collect();
        let text = listing.text.trim();
        let mut is_empty = false;
        if text.chars().count() > MAX_WORDS || text.contains('\0') {
            return Err(Wrong::new("text", format!("at most {MAX_WORDS} characters are looked for")).into());
        }
        if let Some(id) = Id::parse(text).ok().filter(|id| object.prefix == Some(id.prefix())) {
            conditions.push(filter::is_id(id));
        } else if !text.is_empty() {
            let sought: Vec<_> = shape::sought(object).into_iter().filter(|field| ask::is_shown(scope, object, field)).collect();
            match filter::words(&sought, text) {
                Some(condition) => conditions.push(condition),
                None => is_empty = true,
            }
        }
        if listing.deleted {
            if object.field("IsDeleted").is_none() {
                is_empty = true;
            } else {
                conditions.push(filter::is_deleted());
            }
        }
        let sort = listing.sort.as_deref().map(str::trim).filter(|sort| !sort.is_empty());
        let (sorted, sort) = match sort {
            Some(sort) => sorted(scope, object, sort)?,
            None => usual_order(scope, object),
        };
        let labels = labels(scope, object, &columns);
        Ok(Plan { object, columns, labels, condition: ask::all(conditions), sorted, sort, deleted: listing.deleted, is_empty })
    }

    /// A page of a list.
    ///
    /// # Errors
    /// [`Wrong`] for what means nothing; a refusal for an object that there is not for the caller, and for a list that takes too long; storage.
    pub async fn list(&self, object: &str, listing: &Listing, cursor: Option<&str>, rows: usize) -> Result<Rows, Unlisted> {
        let plan = self.plan(object, listing)?;
        let not_a_cursor = || Wrong::new("cursor", "a cursor is the `next` of the page before");
        let place = cursor.map(|cursor| Place::read(cursor, &plan.sort).ok_or_else(not_a_cursor)).transpose()?;
        if plan.is_empty {
            return Ok(Rows { items: Vec::new(), next: None, total: Some(0) });
        }
        let total = match &place {
            Some(place) => place.total,
            None => self.count(&plan).await?,
        };
        let options = self.options(plan.deleted);
        let mut snapshot = self.crm.store().record_snapshot(options.longest).await.map_err(Error::from)?;
        let reader = &mut Reader::Snapshot(&mut snapshot);
        let query = plan.query(of_rows(&self.scope, plan.object));
        let after = place.as_ref().map(|place| place.marks.as_slice());
        let Portion { records, last } =
            query::portion(reader, &self.scope, &query, &options, after, rows).await?.map_err(|_| not_a_cursor())?;
        let items = self.rows(reader, plan.object, &plan.columns, &plan.labels, records).await?;
        let next = last.map(|marks| Place { sort: plan.sort, marks, total }.print());
        Ok(Rows { items, next, total })
    }

    /// How many records a list has; none where counting takes long.
    async fn count(&self, plan: &Plan<'_>) -> Result<Option<u64>, Unlisted> {
        let mut snapshot = self.crm.store().record_snapshot(COUNTS_TAKE).await.map_err(Error::from)?;
        let query = ask::count(plan.object, plan.condition.clone(), MOST_COUNTED + 1);
        match query::count(&mut Reader::Snapshot(&mut snapshot), &self.scope, &query, &self.options(plan.deleted)).await {
            Ok(count) => Ok(Some(count).filter(|count| *count <= u64::from(MOST_COUNTED))),
            Err(Error::Refused(refusal)) if refusal.code() == Code::QueryTimeout => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A record with everything that the caller sees of it, in the recycle bin too.
    ///
    /// # Errors
    /// A refusal for a record that there is not for the caller; storage.
    pub async fn one(&self, object: &str, id: Id) -> Result<Row> {
        let (object, scope) = (self.object(object)?, &*self.scope);
        if object.prefix != Some(id.prefix()) {
            return Err(Refusal::not_found().into());
        }
        let columns: Vec<_> = object.fields.iter().filter(|field| ask::is_shown(scope, object, field)).collect();
        let (sorted, sort) = by_id();
        let labels = labels(scope, object, &columns);
        let plan = Plan { object, columns, labels, condition: Some(filter::is_id(id)), sorted, sort, deleted: true, is_empty: false };
        let options = self.options(true);
        let mut snapshot = self.crm.store().record_snapshot(options.longest).await?;
        let reader = &mut Reader::Snapshot(&mut snapshot);
        let query = plan.query(of_rows(scope, object));
        let Ok(portion) = query::portion(reader, scope, &query, &options, None, 1).await? else {
            return Err(store::Error::broken("a list's first place").into());
        };
        let mut rows = self.rows(reader, object, &plan.columns, &plan.labels, portion.records).await?;
        Ok(rows.pop().ok_or_else(Refusal::not_found)?)
    }

    /// Rows of records, with what the caller may do with each.
    async fn rows(
        &self,
        reader: &mut Reader<'_>,
        object: &Object,
        columns: &[&Field],
        labels: &[(&Field, Path)],
        records: Vec<Record>,
    ) -> Result<Vec<Row>> {
        let scope = &*self.scope;
        let read = |record| row(scope, object, columns, labels, record);
        let mut rows = records.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        if !ids.is_empty() && form::may_edit(scope, object) {
            let found = changeable(reader, scope, object, &ids).await?;
            rows.iter_mut().for_each(|row| row.can_edit = !row.deleted && found.contains(&row.id));
        }
        if !ids.is_empty() && form::may_delete(scope, object) {
            let found = deletable(reader, scope, object, &ids).await?;
            rows.iter_mut().for_each(|row| row.can_delete = found.contains(&row.id));
        }
        Ok(rows)
    }
}

impl Plan<'_> {
    /// The query with what rows need, its columns and the names of parents: each once.
    fn query(&self, first: Vec<Path>) -> Query {
        let mut paths = first;
        for path in self.columns.iter().map(|field| ask::path(&[&field.name])).chain(self.labels.iter().map(|(_, path)| path.clone())) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        ask::records(self.object, paths, self.condition.clone(), self.sorted.clone())
    }
}

/// What every row is made of, besides its columns.
fn of_rows(scope: &Scope, object: &Object) -> Vec<Path> {
    let name = object.name_field().filter(|field| ask::is_shown(scope, object, field));
    let deleted = ask::field(scope, object, "IsDeleted");
    let fields = ask::field(scope, object, "Id").into_iter().chain(name).chain(deleted).chain(stamp(scope, object));
    fields.map(|field| ask::path(&[&field.name])).collect()
}

/// The field that says when a record was changed last.
fn stamp<'o>(scope: &Scope, object: &'o Object) -> Option<&'o Field> {
    ["SystemModstamp", "LastModifiedDate"].iter().find_map(|name| ask::field(scope, object, name))
}

fn by_id() -> (Sorted, String) {
    (Sorted { path: ask::path(&["Id"]), descending: false, is_name: false }, "Id".to_owned())
}

/// The newest first, where an index has the order.
fn usual_order(scope: &Scope, object: &Object) -> (Sorted, String) {
    match ask::field(scope, object, "CreatedDate").filter(|field| field.sort && !field.nillable) {
        Some(field) => (Sorted { path: ask::path(&[&field.name]), descending: true, is_name: false }, format!("-{}", field.name)),
        None => by_id(),
    }
}

fn sorted(scope: &Scope, object: &Object, sort: &str) -> Result<(Sorted, String), Wrong> {
    let (name, descending) = match sort.strip_prefix('-') {
        Some(name) => (name, true),
        None => (sort, false),
    };
    let field = ask::field(scope, object, name).ok_or_else(|| Wrong::new("sort", format!("{} has no such field", object.label)))?;
    let unsortable = || Wrong::new("sort", format!("nothing can be sorted by {}", field.label));
    let path = match ask::label(scope, object, field).filter(|label| label.sort) {
        Some(label) => ask::path(&[label.relationship, label.name]),
        None if field.sort => ask::path(&[&field.name]),
        None => return Err(unsortable()),
    };
    let sort = format!("{}{}", if descending { "-" } else { "" }, field.name);
    Ok((Sorted { path, descending, is_name: field.is_name }, sort))
}

/// Paths to the names of the parents that columns refer to, as long as there are not too many tables.
fn labels<'s>(scope: &'s Scope, object: &Object, columns: &[&'s Field]) -> Vec<(&'s Field, Path)> {
    let mut joins = 0;
    let mut labels = Vec::new();
    for field in columns {
        let Some(label) = ask::label(scope, object, field) else { continue };
        if joins + label.joins <= MAX_JOINS {
            joins += label.joins;
            labels.push((*field, ask::path(&[label.relationship, label.name])));
        }
    }
    labels
}

fn row(scope: &Scope, object: &Object, columns: &[&Field], labels: &[(&Field, Path)], record: Record) -> Result<Row> {
    let value = |name: &str| record.fields.iter().find(|(known, _)| **known == *name).map(|(_, value)| value);
    let id = match value("Id") {
        Some(Value::Id(id)) => *id,
        _ => return Err(store::Error::broken("a record without its id").into()),
    };
    let name = match object.name_field().and_then(|field| value(&field.name)) {
        Some(Value::Text(name)) => name.clone(),
        _ => id.to_string(),
    };
    let changed_at = match stamp(scope, object).and_then(|field| value(&field.name)) {
        Some(Value::DateTime(at)) => Some(Timestamp(at.0.as_microsecond())),
        _ => None,
    };
    let mut references = Vec::new();
    for (field, path) in labels {
        let (Some(Value::Id(to)), Some(parent)) = (value(&field.name), path.names.first()) else { continue };
        let Some(Value::Parent(parent)) = value(&parent.text) else { continue };
        let target = scope.schema.object_of(to.prefix()).map_or("", |target| &target.name);
        let label = match parent.fields.first() {
            Some((_, Value::Text(label))) => label.clone(),
            _ => to.to_string(),
        };
        references.push((Arc::from(field.name.as_str()), Arc::from(target), label));
    }
    let deleted = matches!(value("IsDeleted"), Some(Value::Boolean(true)));
    let shown = |field: &&Field| {
        let value = value(&field.name)?.clone();
        Some((Arc::from(field.name.as_str()), if field.field_type == FieldType::Base64 { held(&value) } else { value }))
    };
    let values = columns.iter().filter_map(shown).collect();
    Ok(Row { id, name, values, references, can_edit: false, can_delete: false, deleted, changed_at })
}

/// Of bytes it is shown whether there are any.
fn held(value: &Value) -> Value {
    if matches!(value, Value::Null) { Value::Null } else { Value::Boolean(true) }
}
