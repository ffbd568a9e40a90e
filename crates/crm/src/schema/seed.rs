//! What a workspace's tables begin with: the organisation itself, and the values of statuses with what they mean.
//!
//! The values that a status can have are its picklist's; which of them close a case is a record of `CaseStatus` (`salesforce.md` 3.4).

use domain::{ids::WorkspaceId, time::Timestamp};
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, Func, OnConflict, Order, Query};
use store::{Tx, Workspace, sql::Built};

use super::{Field, Object, Schema, fold};
use crate::{Result, value::Value};

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
            follow_picklist(tx, workspace, schema, status, field, object, now).await?;
        }
    }
    Ok(())
}

/// Gives every value of a status that has no record one, and puts all in the picklist's order.
async fn follow_picklist(
    tx: &mut Tx,
    workspace: WorkspaceId,
    schema: &Schema,
    status: &Status,
    field: &Field,
    object: &Object,
    now: Timestamp,
) -> Result<()> {
    let built = {
        let mut select = Query::select();
        select.columns(["id", "apiname"]).from(schema.table(object)).order_by("id", Order::Asc);
        Built::new("the values of a status", tx.backend(), &select)?
    };
    let mut known = std::collections::HashMap::new();
    for row in tx.fetch_built(built).await? {
        known.insert(row.get::<String>(1)?, row.get::<String>(0)?);
    }
    for (place, value) in field.picklist.iter().enumerate() {
        let order = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1);
        let values = [
            ("MasterLabel", Value::Text(value.label.clone())),
            ("SortOrder", Value::Int(order)),
            ("IsDefault", Value::Boolean(value.default_value)),
        ];
        match known.get(&value.value) {
            Some(id) => {
                let built = {
                    let mut update = Query::update();
                    update.table(schema.table(object)).and_where(Expr::col("id").eq(id.as_str()));
                    for (column, value) in columns(object, &values) {
                        update.value(column, value);
                    }
                    Built::new("a value of a status", tx.backend(), &update)?
                };
                tx.run_built(built).await?;
            }
            None => {
                let means = status.those.contains(&value.value.as_str());
                let own = [("ApiName", Value::Text(value.value.clone())), (status.meaning, Value::Boolean(means))];
                let values: Vec<_> = values.into_iter().chain(own).collect();
                insert(tx, workspace, schema, object, &values, now).await?;
            }
        }
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
fn columns(object: &Object, values: &[(&str, Value)]) -> Vec<(String, sea_query::Value)> {
    let mut columns = Vec::with_capacity(values.len() * 2);
    for (name, value) in values {
        let Some(field) = object.field(name) else { continue };
        let bound = match value {
            Value::Text(text) => {
                columns.extend(field.folded_column().map(|folded| (folded, fold(text).into())));
                text.as_str().into()
            }
            Value::Boolean(value) => i64::from(*value).into(),
            Value::Int(value) | Value::Instant(value) | Value::Time(value) => (*value).into(),
            Value::Double(value) => (*value).into(),
            Value::Id(id) => id.short().into(),
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
    let counter = next(tx, workspace, &object.name).await?;
    let id =
        object.prefix.and_then(|prefix| Id::numbered(prefix, schema.instance, counter)).ok_or(store::Error::broken("a record's id"))?;
    let built = {
        let instants = ["CreatedDate", "LastModifiedDate", "SystemModstamp"].map(|name| (name, Value::Instant(now.0)));
        let mut all = columns(object, values);
        all.extend(columns(object, &instants));
        all.push(("id".to_owned(), id.short().into()));
        let (names, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let mut insert = Query::insert();
        insert.into_table(schema.table(object)).columns(names).values_panic(values.into_iter().map(Expr::val));
        Built::new("a first record", tx.backend(), &insert)?
    };
    tx.run_built(built).await?;
    Ok(())
}

/// The next number of an object's records.
async fn next(tx: &mut Tx, workspace: WorkspaceId, object: &str) -> Result<u64> {
    let built = {
        let mut insert = Query::insert();
        let values: [Expr; 4] = [Expr::val(workspace.0), Expr::val(object), Expr::val("Id"), Expr::val(2)];
        let taken =
            OnConflict::columns(["workspace", "object", "name"]).value("next", Expr::col(("crm_counter", "next")).add(1)).to_owned();
        insert.into_table("crm_counter").columns(["workspace", "object", "name", "next"]).values_panic(values);
        insert.on_conflict(taken).returning_col("next");
        Built::new("a record's number", tx.backend(), &insert)?
    };
    let rows = tx.fetch_built(built).await?;
    let next: i64 = rows.first().ok_or(store::Error::broken("crm_counter"))?.get(0)?;
    Ok(u64::try_from(next - 1).unwrap_or(u64::MAX))
}
