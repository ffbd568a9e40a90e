//! The statements that write: whole batches, in as few as the databases' limits to bound values allow.

use std::collections::BTreeMap;

use salesforce::{Error as Refusal, Id};
use sea_query::{Expr, ExprTrait as _, OnConflict, Query, TableRef, Value as Bound, ValueTuple};
use store::{Backend, Tx, sql::Built};

use super::{column, draft::Draft};
use crate::{
    Error, Result, Scope,
    schema::{FieldType, Object, Schema},
    value::Value,
};

/// Most values of one statement: SQLite binds 32,766.
const MOST_VALUES: usize = 30_000;
/// The counter of an object's ids.
const IDS: &str = "Id";

/// Gives new records their ids and their own numbers, with one statement for all of them.
pub(super) async fn number(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let counting: Vec<_> = object.fields.iter().enumerate().filter(|(_, field)| field.auto_number.is_some()).collect();
    let names = std::iter::once(IDS).chain(counting.iter().map(|(_, field)| field.name.as_str()));
    let count = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
    let next = take(tx, scope, &object.name, names, count).await?;
    let first = |name: &str| next.get(name).map(|next| next - count).ok_or(store::Error::broken("crm_counter"));
    let ids = first(IDS)?;
    let prefix = object.prefix.ok_or(store::Error::broken("an object without a prefix"))?;
    for (draft, counter) in drafts.iter_mut().zip(ids..) {
        let id = u64::try_from(counter).ok().and_then(|counter| Id::numbered(prefix, scope.schema.instance, counter));
        draft.id = Some(id.ok_or_else(Refusal::storage_limit)?);
    }
    for (place, field) in counting {
        let form = field.auto_number.as_deref().unwrap_or_default();
        for (draft, counter) in drafts.iter_mut().zip(first(&field.name)?..) {
            if draft.get(place).is_null() {
                draft.set(place, Value::Text(numbered(form, counter)));
            }
        }
    }
    Ok(())
}

/// Waits for others who make records of the object, and lets no more of them: what is looked for then is found, or nobody has it.
pub(super) async fn make_alone(tx: &mut Tx, scope: &Scope, object: &Object) -> Result<()> {
    match tx.backend() {
        // It has one writer.
        Backend::Sqlite => Ok(()),
        Backend::Postgres => take(tx, scope, &object.name, std::iter::once(IDS), 0).await.map(drop),
    }
}

/// Raises counters; gives what each is afterwards. They begin with 1.
async fn take<'a>(
    tx: &mut Tx,
    scope: &Scope,
    object: &str,
    names: impl Iterator<Item = &'a str>,
    count: i64,
) -> Result<BTreeMap<String, i64>> {
    let mut insert = Query::insert();
    insert.into_table("crm_counter").columns(["workspace", "object", "name", "next"]);
    let workspace = uuid::Uuid::from(scope.caller.workspace);
    for name in names {
        insert.values_panic([workspace.into(), object.into(), name.into(), (count + 1).into()]);
    }
    let raised = Expr::col(("crm_counter", "next")).add(count);
    insert.on_conflict(OnConflict::columns(["workspace", "object", "name"]).value("next", raised).to_owned());
    insert.returning(Query::returning().columns(["name", "next"]));
    let rows = tx.fetch_built(Built::new("record counters", tx.backend(), &insert)?.kept()).await?;
    Ok(rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<store::Result<_>>()?)
}

/// `INV-{0000}` and 7 are `INV-0007`.
pub(crate) fn numbered(form: &str, number: i64) -> String {
    match form.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (digits, after))) => format!("{before}{number:0width$}{after}", width = digits.len()),
        None => format!("{form}{number}"),
    }
}

/// Writes new records. Columns that none of them has a value for are left to be null.
pub(super) async fn insert(tx: &mut Tx, schema: &Schema, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let places: Vec<_> = (0..object.fields.len())
        .filter(|place| {
            let field = &object.fields[*place];
            let filled = field.field_type == FieldType::Id || drafts.iter().any(|draft| !draft.get(*place).is_null());
            field.is_stored() && filled
        })
        .collect();
    let mut columns = Vec::with_capacity(places.len() * 2);
    for place in &places {
        columns.push(object.fields[*place].column());
        columns.extend(object.fields[*place].folded_column());
    }
    for chunk in drafts.chunks_mut((MOST_VALUES / columns.len()).max(1)) {
        let mut insert = Query::insert();
        insert.into_table(schema.table(object)).columns(columns.iter().cloned());
        for draft in chunk {
            insert.values_panic(row(object, &places, draft).into_iter().map(Expr::val));
        }
        let built = Built::new("new records", tx.backend(), &insert)?;
        tx.run_built(built).await?;
    }
    Ok(())
}

fn row(object: &Object, places: &[usize], draft: &mut Draft) -> Vec<Bound> {
    let mut values = Vec::with_capacity(places.len() * 2);
    for place in places {
        let field = &object.fields[*place];
        let value = match field.field_type {
            FieldType::Id => draft.id.map_or(Value::Null, Value::Id),
            FieldType::Boolean if draft.get(*place).is_null() => Value::Boolean(false),
            _ => draft.get(*place).clone(),
        };
        let folded = field.is_folded().then(|| column::folded(&value));
        values.push(column::bound(field, value));
        values.extend(folded);
    }
    values
}

/// Writes changed records. Rows that change different fields get what they had in the others: they are locked.
pub(super) async fn update(tx: &mut Tx, schema: &Schema, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let id = object.position("Id").ok_or(store::Error::broken("an object without ids"))?;
    let mut places = vec![id];
    places.extend((0..object.fields.len()).filter(|place| {
        let field = &object.fields[*place];
        field.is_stored() && field.field_type != FieldType::Id && drafts.iter().any(|draft| draft.new[*place].is_some())
    }));
    if drafts.is_empty() || places.len() == 1 {
        return Ok(());
    }
    let mut columns = Vec::with_capacity(places.len() * 2);
    for place in &places[1..] {
        columns.push(object.fields[*place].column());
        columns.extend(object.fields[*place].folded_column());
    }
    let table = schema.table(object);
    for chunk in drafts.chunks_mut((MOST_VALUES / (columns.len() + 1)).max(1)) {
        let rows = chunk.iter_mut().map(|draft| ValueTuple::Many(row(object, &places, draft))).collect();
        let mut update = Query::update();
        update.table(table.clone()).from(TableRef::ValuesList(rows, "k".into()));
        for (at, column) in columns.iter().enumerate() {
            // Both databases call the columns of VALUES so; the first is the id.
            update.value(column.clone(), Expr::col(("k", format!("column{}", at + 2))));
        }
        update.and_where(Expr::col((table.clone(), "id")).equals(("k", "column1")));
        let touched = tx.run_built(Built::new("changed records", tx.backend(), &update)?).await?;
        if touched != chunk.len() as u64 {
            return Err(Error::Storage(store::Error::broken("records that were locked are gone")));
        }
    }
    Ok(())
}
