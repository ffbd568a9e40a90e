//! What a workspace's tables begin with: the organisation itself, and the values of statuses with what they mean.
//!
//! The values that a status can have are its picklist's; which of them close a case is a record of `CaseStatus` (`salesforce.md` 3.4). Whoever
//! changes the picklist changes those records.

use std::collections::HashMap;

use domain::{ids::WorkspaceId, time::Timestamp};
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, Func, Order, Query};
use store::{Tx, Workspace, sql::Built};

use super::{Field, Object, Schema, fold};
use crate::{Reader, Result, held, value::Value};

/// A status field, the object with its values, what is special about some of them, and which.
struct Status {
    object: &'static str,
    field: &'static str,
    values: &'static str,
    meaning: &'static str,
    those: &'static [&'static str],
}

const STATUSES: [Status; 4] = [
    Status { object: "Case", field: "Status", values: "CaseStatus", meaning: "IsClosed", those: &["Closed"] },
    Status { object: "Lead", field: "Status", values: "LeadStatus", meaning: "IsConverted", those: &["Closed - Converted"] },
    Status { object: "Task", field: "Status", values: "TaskStatus", meaning: "IsClosed", those: &["Completed"] },
    Status { object: "Task", field: "Priority", values: "TaskPriority", meaning: "IsHighPriority", those: &["High"] },
];

/// Fills what is empty.
pub(super) async fn fill(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    organisation: Option<&Workspace>,
    now: Timestamp,
) -> Result<()> {
    if let (Some(object), Some(row)) = (schema.object("Organization"), organisation)
        && is_empty(tx, schema, object).await?
    {
        let name = row.name.chars().take(80).collect::<String>();
        let values = [
            ("Name", Value::Text(name)),
            ("OrganizationType", Value::Text("Developer Edition".into())),
            ("InstanceName", Value::Text(schema.instance.as_str().into())),
            ("DefaultLocaleSidKey", Value::Text("en_US".into())),
            ("LanguageLocaleKey", Value::Text("en_US".into())),
            ("TimeZoneSidKey", Value::Text(row.zone.clone())),
        ];
        insert(tx, workspace, schema, object, &values, now).await?;
    }
    for status in &STATUSES {
        let field = schema.object(status.object).and_then(|object| object.field(status.field));
        if let (Some(field), Some(object)) = (field, schema.object(status.values)) {
            // What an administrator said of a value is not taken back when the standard schema grows.
            let first = |value: &str, is_new: bool| is_new.then(|| status.those.contains(&value));
            follow_picklist(tx, workspace, schema, (status, field, object), first, now).await?;
        }
    }
    Ok(())
}

fn status_of(object: &Object, field: &Field) -> Option<&'static Status> {
    STATUSES.iter().find(|status| status.object == object.name && status.field == field.name)
}

/// Each value of the field means something, and every record has one.
pub(super) fn is_status(object: &Object, field: &Field) -> bool {
    status_of(object, field).is_some()
}

/// After a picklist's change: if the field is a status, its values' records follow. `means` says of some values what is new about them.
pub(super) async fn follow(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    (object, field): (&Object, &Field),
    means: &HashMap<String, bool>,
    now: Timestamp,
) -> Result<()> {
    match status_of(object, field).and_then(|status| Some((status, schema.object(status.values)?))) {
        Some((status, values)) => {
            follow_picklist(tx, workspace, schema, (status, field, values), |value, _| means.get(value).copied(), now).await
        }
        None => Ok(()),
    }
}

/// What is said of the values of a status: which of them close a case, convert a lead, are a high priority. Of other fields nothing is.
pub(super) async fn meanings(reader: &mut Reader<'_>, schema: &Schema, object: &Object, field: &Field) -> Result<HashMap<String, bool>> {
    let Some((status, values)) = status_of(object, field).and_then(|status| Some((status, schema.object(status.values)?))) else {
        return Ok(HashMap::new());
    };
    let built = {
        let mut select = Query::select();
        select.columns(["apiname".to_owned(), status.meaning.to_ascii_lowercase()]).from(schema.table(values));
        Built::new("what the values of a status mean", reader.backend(), &select)?
    };
    let rows = reader.fetch(built).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get::<i64>(1)? != 0))).collect()
}

/// Gives every value of a status a record, in the picklist's order, and takes away those of values that it has no longer.
async fn follow_picklist(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    (status, field, object): (&Status, &Field, &Object),
    means: impl Fn(&str, bool) -> Option<bool> + Send,
    now: Timestamp,
) -> Result<()> {
    let table = schema.table(object);
    let built = {
        let mut select = Query::select();
        select.columns(["id", "apiname"]).from(table.clone()).order_by("id", Order::Asc);
        Built::new("the values of a status", tx.backend(), &select)?
    };
    let mut known = HashMap::new();
    for row in tx.fetch_built(built).await? {
        known.insert(row.get::<String>(1)?, row.get::<String>(0)?);
    }
    let active = field.picklist.iter().filter(|value| value.active);
    for (value, place) in active.zip(1..) {
        let there = known.remove(&value.value);
        let meaning = means(&value.value, there.is_none());
        let mut values = vec![
            ("MasterLabel", Value::Text(value.label.clone())),
            ("SortOrder", Value::Int(place)),
            ("IsDefault", Value::Boolean(value.default_value)),
        ];
        values.extend(meaning.map(|is_so| (status.meaning, Value::Boolean(is_so))));
        match there {
            Some(id) => {
                values.push(("SystemModstamp", Value::Instant(now.0)));
                let built = {
                    let mut update = Query::update();
                    update.table(table.clone()).and_where(Expr::col("id").eq(id)).values(columns(object, &values));
                    Built::new("a value of a status", tx.backend(), &update)?
                };
                tx.run_built(built).await?;
            }
            None => {
                values.push(("ApiName", Value::Text(value.value.clone())));
                insert(tx, workspace, schema, object, &values, now).await?;
            }
        }
    }
    if !known.is_empty() {
        let built = {
            let mut delete = Query::delete();
            delete.from_table(table).and_where(Expr::col("id").is_in(known.into_values()));
            Built::new("values of a status", tx.backend(), &delete)?
        };
        tx.run_built(built).await?;
    }
    Ok(())
}

async fn is_empty(tx: &mut Tx, schema: &Schema, object: &Object) -> Result<bool> {
    let built = {
        let mut select = Query::select();
        select.expr(Func::count(Expr::col("id"))).from(schema.table(object));
        Built::new("how many records there are", tx.backend(), &select)?
    };
    let rows = tx.fetch_built(built).await?;
    Ok(rows.first().map(|row| row.get::<i64>(0)).transpose()? == Some(0))
}

/// Values by column, those that text is compared by among them.
fn columns(object: &Object, values: &[(&str, Value)]) -> Vec<(String, Expr)> {
    let mut columns = Vec::with_capacity(values.len() * 2);
    for (name, value) in values {
        let Some(field) = object.field(name) else { continue };
        let bound = match value {
            Value::Text(text) => {
                columns.extend(field.folded_column().map(|folded| (folded, Expr::val(fold(text)))));
                Expr::val(text.as_str())
            }
            Value::Boolean(value) => Expr::val(i64::from(*value)),
            Value::Int(value) | Value::Instant(value) | Value::Time(value) => Expr::val(*value),
            Value::Double(value) => Expr::val(*value),
            Value::Id(id) => Expr::val(id.short()),
            Value::Null => continue,
        };
        columns.push((field.column(), bound));
    }
    columns
}

/// Writes a record that nobody owns, of an object that the server alone writes.
async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    object: &Object,
    values: &[(&str, Value)],
    now: Timestamp,
) -> Result<()> {
    let counter = u64::try_from(held::raise(tx, workspace, &object.name, "Id", 1).await? - 1).ok();
    let id = object.prefix.zip(counter).and_then(|(prefix, counter)| Id::numbered(prefix, schema.instance, counter));
    let id = id.ok_or(store::Error::broken("a record's id"))?;
    let built = {
        let instants = ["CreatedDate", "LastModifiedDate", "SystemModstamp"].map(|name| (name, Value::Instant(now.0)));
        let mut all = columns(object, values);
        all.extend(columns(object, &instants));
        all.push(("id".to_owned(), Expr::val(id.short())));
        let (names, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let mut insert = Query::insert();
        insert.into_table(schema.table(object)).columns(names).values_panic(values);
        Built::new("a first record", tx.backend(), &insert)?
    };
    tx.run_built(built).await?;
    Ok(())
}
