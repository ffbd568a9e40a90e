//! Tables of records, made from what is described: one per object and workspace, with its columns and indexes.
//!
//! Statements for both databases are put together by `sea-query`; every name in them is quoted and comes from an [`Object`], whose names were
//! checked. Text is compared byte by byte everywhere; what is compared without regard to case has a second column with the folded text
//! ([`Field::folded_column`]), and that one is indexed.
//!
//! Indexes are few, since each makes every insertion dearer: references, names, addresses of e-mail, keys, and the two instants by which
//! clients follow changes; setup has fewer. Those of fields that are mostly empty leave the empty ones out. A unique one leaves deleted records out; a query
//! uses it when it says `isdeleted = 0` in its text, not as a bound value.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::WorkspaceId;
use sea_query::{ColumnDef, ConditionalStatement as _, Expr, ExprTrait as _, Index, IndexCreateStatement, Table};
use store::{Backend, Store, Tx, sql::Built};

use super::{Field, FieldType, Object, Schema};
use crate::Result;

/// PostgreSQL cuts longer names off.
const LONGEST_NAME: usize = 63;

/// Makes the tables and columns that the schema has and the database has not, in one transaction of their own.
pub async fn make(store: &Store, workspace: WorkspaceId, schema: &std::sync::Arc<Schema>) -> Result<()> {
    let schema = schema.clone();
    store.define(workspace, move |tx| Box::pin(async move { make_missing(tx, &schema).await })).await
}

/// The same within a definition that does more.
pub(crate) async fn make_missing(tx: &mut Tx, schema: &Schema) -> Result<()> {
    let backend = tx.backend();
    let there = tx.columns(&format!("crm{}_", schema.number)).await?;
    for object in schema.objects() {
        tx.run_definitions(&missing(schema, object, &there, backend)).await?;
    }
    Ok(())
}

fn missing(schema: &Schema, object: &Object, there: &BTreeMap<String, BTreeSet<String>>, backend: Backend) -> Vec<Built> {
    match there.get(&schema.table(object)) {
        None => create(schema, object, backend),
        Some(columns) => object
            .fields
            .iter()
            .filter(|field| field.is_stored() && !columns.contains(&field.column()))
            .flat_map(|field| add(schema, object, field, backend))
            .collect(),
    }
}

/// Makes an object's table with its indexes.
pub fn create(schema: &Schema, object: &Object, backend: Backend) -> Vec<Built> {
    let mut table = Table::create();
    table.table(schema.table(object));
    for field in object.fields.iter().filter(|field| field.is_stored()) {
        for column in columns(field, backend) {
            table.col(column);
        }
    }
    if backend == Backend::Sqlite {
        table.extra("STRICT");
    }
    let mut statements = vec![Built::definition("a table of records", backend, &table)];
    let indexes = object.fields.iter().filter_map(|field| index(schema, object, field));
    statements.extend(indexes.map(|index| Built::definition("an index of records", backend, &index)));
    statements
}

/// Adds a field to an object's table: its columns, and its index if it has one.
pub fn add(schema: &Schema, object: &Object, field: &Field, backend: Backend) -> Vec<Built> {
    let columns = columns(field, backend).into_iter().map(|column| {
        let mut table = Table::alter();
        table.table(schema.table(object)).add_column(column);
        Built::definition("a column of records", backend, &table)
    });
    let index = index(schema, object, field).map(|index| Built::definition("an index of records", backend, &index));
    columns.chain(index).collect()
}

/// Makes a field's index, if it has one.
pub(crate) fn add_index(schema: &Schema, object: &Object, field: &Field, backend: Backend) -> Option<Built> {
    index(schema, object, field).map(|index| Built::definition("an index of records", backend, &index))
}

/// Takes a field's index away, whether there is one or not.
pub(crate) fn drop_index(schema: &Schema, object: &Object, field: &Field, backend: Backend) -> Built {
    Built::definition("an index of records", backend, Index::drop().name(index_name(schema, object, field)).if_exists())
}

/// Takes a field's columns away, with all that is in them.
pub(crate) fn drop_columns(schema: &Schema, object: &Object, field: &Field, backend: Backend) -> Vec<Built> {
    let columns = [Some(field.column()), field.folded_column()];
    let columns = columns.into_iter().flatten().map(|column| {
        let mut table = Table::alter();
        table.table(schema.table(object)).drop_column(column);
        Built::definition("a column of records", backend, &table)
    });
    std::iter::once(drop_index(schema, object, field, backend)).chain(columns).collect()
}

/// Takes an object's table away, with all that is in it.
pub(crate) fn drop(schema: &Schema, object: &Object, backend: Backend) -> Built {
    Built::definition("a table of records", backend, Table::drop().table(schema.table(object)).if_exists())
}

/// A field's column, and the one with its folded text.
fn columns(field: &Field, backend: Backend) -> Vec<ColumnDef> {
    let mut column = ColumnDef::new(field.column());
    column.custom(column_type(field.field_type, backend));
    match field.field_type {
        FieldType::Id => {
            column.not_null().primary_key();
        }
        FieldType::Boolean => {
            column.not_null().default(0);
        }
        _ => {}
    }
    let folded = field.folded_column().map(|name| ColumnDef::new(name).custom(column_type(FieldType::Text, backend)).take());
    std::iter::once(column).chain(folded).collect()
}

/// The words that the database's own catalogue has for it, too ([`store`] tells columns by them).
fn column_type(field_type: FieldType, backend: Backend) -> &'static str {
    match (field_type, backend) {
        (FieldType::Boolean | FieldType::Int | FieldType::Date | FieldType::DateTime | FieldType::Time, Backend::Sqlite) => "INTEGER",
        (FieldType::Boolean | FieldType::Int | FieldType::Date | FieldType::DateTime | FieldType::Time, Backend::Postgres) => "BIGINT",
        (FieldType::Double | FieldType::Currency | FieldType::Percent, Backend::Sqlite) => "REAL",
        (FieldType::Double | FieldType::Currency | FieldType::Percent, Backend::Postgres) => "DOUBLE PRECISION",
        (_, Backend::Sqlite) => "TEXT",
        (_, Backend::Postgres) => "TEXT COLLATE \"C\"",
    }
}

/// How records are found by a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// By its value.
    ByValue,
    /// By its value, and in its order.
    InOrder,
    /// By its value, which only one has that is not deleted.
    Alone,
}

fn found_by(object: &Object, field: &Field) -> Option<Found> {
    // Who made a record and who changed it last is on every one, and hardly ever asked for.
    const UNASKED: [&str; 4] = ["CreatedById", "LastModifiedById", "ContentModifiedById", "RecordTypeId"];
    if field.unique {
        return Some(Found::Alone);
    }
    if !field.filter || field.field_type == FieldType::Id {
        return None;
    }
    // Objects without a recycle bin have few records: users, rights, values.
    let has_many = object.field("IsDeleted").is_some();
    if field.is_name || (has_many && matches!(field.name.as_str(), "LastName" | "CreatedDate" | "SystemModstamp")) {
        return Some(Found::InOrder);
    }
    let by_value = field.external_id
        || field.id_lookup
        || field.auto_number.is_some()
        || (has_many && field.field_type == FieldType::Email)
        || (field.field_type == FieldType::Reference && !UNASKED.contains(&field.name.as_str()));
    by_value.then_some(Found::ByValue)
}

fn index(schema: &Schema, object: &Object, field: &Field) -> Option<IndexCreateStatement> {
    let found = found_by(object, field).filter(|_| field.is_stored())?;
    let column = match field.folded_column() {
        Some(folded) if !field.case_sensitive => folded,
        _ => field.column(),
    };
    let mut index = Index::create();
    index.name(index_name(schema, object, field)).table(schema.table(object)).col(column.clone());
    match found {
        Found::ByValue if field.nillable => {
            index.and_where(Expr::col(column).is_not_null());
        }
        Found::ByValue => {}
        Found::InOrder => {
            index.col("id");
        }
        Found::Alone => {
            index.unique();
            if object.field("IsDeleted").is_some() {
                index.and_where(Expr::col("isdeleted").eq(0));
            }
        }
    }
    Some(index)
}

/// Names of indexes are of the whole database's: `crm1_contact_email`. Where that is too long, the object is told by its prefix, in hexadecimal
/// digits since SQLite does not tell `00K` from `00k` there; no object's name begins with a digit.
fn index_name(schema: &Schema, object: &Object, field: &Field) -> String {
    let name = format!("{}_{}", schema.table(object), field.column());
    match object.prefix {
        Some(prefix) if name.len() > LONGEST_NAME => {
            let [a, b, c] = <[u8; 3]>::try_from(prefix.as_str().as_bytes()).expect("a prefix has three characters");
            format!("crm{}_{a:02x}{b:02x}{c:02x}_{}", schema.number, field.column())
        }
        _ => name,
    }
}
