//! Rows that the server itself holds: profiles that come with a workspace, and pictures of what the conversation server knows.
//!
//! They are in the tables of records, and no caller's request made them: nothing is checked here that the server would not do wrong. What is
//! held is compared with what should be, and only what differs is written.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use domain::{ids::WorkspaceId, time::Timestamp};
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use store::{Tx, sql::Built};

use crate::{
    Error, Result,
    record::column,
    schema::{Field, FieldType, Object, Schema},
    value::Value,
};

/// Most values of one statement: SQLite binds 32,766.
const MOST_VALUES: usize = 30_000;
/// Numbers below are for what comes with every workspace and has the same id in it always.
pub(crate) const FIRST_NUMBER: i64 = 101;

/// A row as it should be. Fields that the object has not are left out.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: Id,
    /// What is kept equal, by the fields' canonical names; the same fields in all rows of a table.
    pub(crate) values: Vec<(Cow<'static, str>, Value)>,
    /// What only a new row gets.
    pub(crate) at_first: Vec<(Cow<'static, str>, Value)>,
}

impl Held {
    pub(crate) fn new(id: Id) -> Self {
        Self { id, values: Vec::new(), at_first: Vec::new() }
    }

    pub(crate) fn with(mut self, field: impl Into<Cow<'static, str>>, value: Value) -> Self {
        self.values.push((field.into(), value));
        self
    }

    pub(crate) fn at_first(mut self, field: impl Into<Cow<'static, str>>, value: Value) -> Self {
        self.at_first.push((field.into(), value));
        self
    }

    pub(crate) fn text(self, field: impl Into<Cow<'static, str>>, text: &str) -> Self {
        let value = if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) };
        self.with(field, value)
    }
}

/// When rows are written, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) at: Timestamp,
    pub(crate) by: Id,
}

impl Stamp {
    fn made(self) -> [(&'static str, Value); 5] {
        let at = Value::Instant(self.at.0);
        let [changed_at, changed_by, touched_at] = self.changed();
        [("CreatedDate", at), ("CreatedById", Value::Id(self.by)), changed_at, changed_by, touched_at]
    }

    fn changed(self) -> [(&'static str, Value); 3] {
        let at = Value::Instant(self.at.0);
        [("LastModifiedDate", at.clone()), ("LastModifiedById", Value::Id(self.by)), ("SystemModstamp", at)]
    }
}

/// What a comparison did.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// Something was written.
    pub(crate) changed: bool,
    /// Rows that are there and should not be: what becomes of them is the caller's to say.
    pub(crate) gone: Vec<Id>,
}

/// The id of something that comes with every workspace: the same, however often it is made.
pub(crate) fn built_in(schema: &Schema, object: &Object, number: u64) -> Result<Id> {
    let prefix = object.prefix.ok_or(store::Error::broken("an object without a prefix"))?;
    Id::numbered(prefix, schema.instance, number).ok_or_else(|| salesforce::Error::storage_limit().into())
}

/// New ids, as many as are asked for.
pub(crate) async fn new_ids(tx: &mut Tx, workspace: WorkspaceId, schema: &Schema, object: &Object, count: usize) -> Result<Vec<Id>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let prefix = object.prefix.ok_or(store::Error::broken("an object without a prefix"))?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let next = raise(tx, workspace, &object.name, "Id", count).await?;
    (next - count..next)
        .map(|number| {
            let id = u64::try_from(number).ok().and_then(|number| Id::numbered(prefix, schema.instance, number));
            id.ok_or_else(|| Error::from(salesforce::Error::storage_limit()))
        })
        .collect()
}

/// Raises a counter, which begins with 1; gives what it is afterwards.
pub(crate) async fn raise(tx: &mut Tx, workspace: WorkspaceId, object: &str, name: &str, count: i64) -> Result<i64> {
    let built = {
        let mut insert = Query::insert();
        insert
            .into_table("crm_counter")
            .columns(["workspace", "object", "name", "next"])
            .values_panic([uuid::Uuid::from(workspace).into(), object.into(), name.into(), (count + 1).into()])
            .on_conflict(
                OnConflict::columns(["workspace", "object", "name"])
                    .value("next", Expr::col(("crm_counter", "next")).add(count))
                    .to_owned(),
            )
            .returning_col("next");
        Built::new("a counter raised", tx.backend(), &insert)?.kept()
    };
    let rows = tx.fetch_built(built).await?;
    Ok(rows.first().ok_or(store::Error::broken("crm_counter"))?.get(0)?)
}

/// Leaves the numbers below [`FIRST_NUMBER`] to what comes with every workspace.
pub(crate) async fn reserve(tx: &mut Tx, workspace: WorkspaceId, object: &Object) -> Result<()> {
    let built = {
        let mut insert = Query::insert();
        insert
            .into_table("crm_counter")
            .columns(["workspace", "object", "name", "next"])
            .values_panic([uuid::Uuid::from(workspace).into(), object.name.as_str().into(), "Id".into(), FIRST_NUMBER.into()])
            .on_conflict(OnConflict::columns(["workspace", "object", "name"]).do_nothing().to_owned());
        Built::new("numbers kept back", tx.backend(), &insert)?
    };
    tx.run_built(built).await?;
    Ok(())
}

/// A value as the field takes it: a text no longer than it may be, and no boolean without a value.
fn fitting(field: &Field, value: Value) -> Value {
    match value {
        // Values of lists are names, which are worth nothing when they are cut.
        Value::Text(text) if !matches!(field.field_type, FieldType::Picklist | FieldType::Multipicklist) => {
            let longest = usize::try_from(field.length).unwrap_or(usize::MAX);
            match text.char_indices().nth(longest) {
                Some((end, _)) if longest > 0 => Value::Text(text[..end].trim_end().to_owned()),
                _ => Value::Text(text),
            }
        }
        Value::Null if field.field_type == FieldType::Boolean => Value::Boolean(false),
        value => value,
    }
}

/// A row's values by the places of their fields; the first that is said of a field counts.
fn placed<'a>(object: &Object, values: impl Iterator<Item = (&'a str, Value)>) -> BTreeMap<usize, Value> {
    let mut placed = BTreeMap::new();
    for (name, value) in values {
        if let Some(place) = object.fields.iter().position(|field| field.name == name && field.is_stored()) {
            placed.entry(place).or_insert_with(|| fitting(&object.fields[place], value));
        }
    }
    placed
}

/// Makes rows.
pub(crate) async fn insert(tx: &mut Tx, schema: &Schema, object: &Object, rows: Vec<Held>, stamp: Stamp) -> Result<()> {
    let rows: Vec<BTreeMap<usize, Value>> = rows
        .into_iter()
        .map(|row| {
            let id = ("Id", Value::Id(row.id));
            let said = row.values.iter().chain(&row.at_first).map(|(name, value)| (name.as_ref(), value.clone()));
            placed(object, std::iter::once(id).chain(said).chain(stamp.made()))
        })
        .collect();
    let places: BTreeSet<usize> = rows.iter().flat_map(BTreeMap::keys).copied().collect();
    let columns: Vec<String> = places
        .iter()
        .map(|place| &object.fields[*place])
        .flat_map(|field| std::iter::once(field.column()).chain(field.folded_column()))
        .collect();
    for part in rows.chunks((MOST_VALUES / columns.len().max(1)).max(1)) {
        let built = {
            let mut insert = Query::insert();
            insert.into_table(schema.table(object)).columns(columns.iter().cloned());
            for row in part {
                let values = places.iter().flat_map(|place| {
                    let field = &object.fields[*place];
                    let value = row.get(place).cloned().unwrap_or_else(|| fitting(field, Value::Null));
                    let folded = field.folded_column().map(|_| column::folded(&value));
                    std::iter::once(column::bound(field, value)).chain(folded)
                });
                insert.values_panic(values.map(Expr::val));
            }
            Built::new("rows held", tx.backend(), &insert)?
        };
        tx.run_built(built).await?;
    }
    Ok(())
}

/// Makes the table's rows, or those that have this value in this column, what they should be.
pub(crate) async fn keep_equal(
    tx: &mut Tx,
    schema: &Schema,
    object: &Object,
    wanted: Vec<Held>,
    ours: Option<(&'static str, &'static str)>,
    stamp: Stamp,
) -> Result<Difference> {
    let names: BTreeSet<&str> = wanted.iter().flat_map(|row| &row.values).map(|(name, _)| name.as_ref()).collect();
    let compared: Vec<usize> = object
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| names.contains(field.name.as_str()) && field.is_stored())
        .map(|(place, _)| place)
        .collect();
    let built = {
        let mut query = Query::select();
        query.column("id").from(schema.table(object));
        if let Some((column, value)) = ours {
            query.and_where(Expr::col(column).eq(value));
        }
        query.columns(compared.iter().map(|place| object.fields[*place].column()));
        Built::new("rows held before", tx.backend(), &query)?
    };
    let rows = tx.fetch_built(built).await?;
    let mut before = BTreeMap::new();
    for row in &rows {
        let id: String = row.get(0)?;
        let values = compared.iter().enumerate().map(|(at, place)| column::read(row, at + 1, &object.fields[*place]));
        before.insert(id, values.collect::<Result<Vec<_>>>()?);
    }
    let mut difference = Difference::default();
    let mut new = Vec::new();
    for row in wanted {
        let Some(before) = before.remove(row.id.short()) else {
            new.push(row);
            continue;
        };
        let now = placed(object, row.values.iter().map(|(name, value)| (name.as_ref(), value.clone())));
        let changed = compared.iter().zip(before).filter_map(|(place, before)| {
            let value = now.get(place)?;
            (*value != before).then(|| (object.fields[*place].name.as_str(), value.clone()))
        });
        let changed: Vec<_> = changed.collect();
        if !changed.is_empty() {
            update(tx, schema, object, row.id, changed.into_iter(), stamp).await?;
            difference.changed = true;
        }
    }
    difference.changed |= !new.is_empty();
    insert(tx, schema, object, new, stamp).await?;
    difference.gone =
        before.into_keys().map(|id| Id::parse(&id).map_err(|_| store::Error::broken("a record's id"))).collect::<Result<_, _>>()?;
    Ok(difference)
}

/// Changes some fields of a row.
pub(crate) async fn update<'a>(
    tx: &mut Tx,
    schema: &Schema,
    object: &Object,
    id: Id,
    values: impl Iterator<Item = (&'a str, Value)>,
    stamp: Stamp,
) -> Result<()> {
    let built = {
        let mut update = Query::update();
        update.table(schema.table(object)).and_where(Expr::col("id").eq(id.short()));
        for (place, value) in placed(object, values.chain(stamp.changed())) {
            let field = &object.fields[place];
            if let Some(folded) = field.folded_column() {
                update.value(folded, column::folded(&value));
            }
            update.value(field.column(), column::bound(field, value));
        }
        Built::new("a row held", tx.backend(), &update)?
    };
    tx.run_built(built).await?;
    Ok(())
}

/// Deletes rows of which nothing is kept.
pub(crate) async fn delete(tx: &mut Tx, schema: &Schema, object: &Object, ids: &[Id]) -> Result<()> {
    for part in ids.chunks(MOST_VALUES) {
        let built = {
            let mut delete = Query::delete();
            delete.from_table(schema.table(object)).and_where(Expr::col("id").is_in(part.iter().map(|id| id.short().to_owned())));
            Built::new("rows no longer held", tx.backend(), &delete)?
        };
        tx.run_built(built).await?;
    }
    Ok(())
}
