//! What an object's records say to a change of its fields.

use sea_query::{Alias, Cond, Expr, ExprTrait as _, Func, Order, Query, SelectStatement};
use store::{Tx, sql::Built};

use crate::{
    Result,
    schema::{Field, Object, Schema},
};

/// How many records are named.
const NAMED: u64 = 3;

fn alive(object: &Object) -> Cond {
    // A constant, not a value: unique indexes are found by it.
    Cond::all().add_option(object.field("IsDeleted").map(|_| Expr::cust("isdeleted = 0")))
}

async fn number(tx: &mut Tx, name: &'static str, select: impl FnOnce() -> SelectStatement) -> Result<i64> {
    let built = Built::new(name, tx.backend(), &select())?;
    Ok(tx.fetch_built(built).await?.first().map_or(Ok(0), |row| row.get(0))?)
}

/// How many records there are, deleted ones too.
pub(super) async fn count(tx: &mut Tx, schema: &Schema, object: &Object) -> Result<i64> {
    number(tx, "how many records there are", || Query::select().expr(Func::count(Expr::col("id"))).from(schema.table(object)).take()).await
}

/// How many have no value in a field, and the first of them.
pub(super) async fn without(tx: &mut Tx, schema: &Schema, object: &Object, field: &Field) -> Result<Option<(i64, String)>> {
    let condition = || alive(object).add(Expr::col(field.column()).is_null());
    some(tx, schema, object, condition).await
}

/// How many have a longer text than this, and the first of them.
pub(super) async fn longer(tx: &mut Tx, schema: &Schema, object: &Object, field: &Field, length: u32) -> Result<Option<(i64, String)>> {
    let condition = || alive(object).add(Expr::expr(Func::char_length(Expr::col(field.column()))).gt(i64::from(length)));
    some(tx, schema, object, condition).await
}

async fn some(tx: &mut Tx, schema: &Schema, object: &Object, condition: impl Fn() -> Cond) -> Result<Option<(i64, String)>> {
    let count = number(tx, "how many records there are", || {
        Query::select().expr(Func::count(Expr::col("id"))).from(schema.table(object)).cond_where(condition()).take()
    })
    .await?;
    if count == 0 {
        return Ok(None);
    }
    let built = {
        let mut select = Query::select();
        select.column("id").from(schema.table(object)).cond_where(condition()).order_by("id", Order::Asc).limit(NAMED);
        Built::new("some records", tx.backend(), &select)?
    };
    let rows = tx.fetch_built(built).await?;
    let ids = rows.iter().map(|row| row.get::<String>(0)).collect::<store::Result<Vec<_>>>()?;
    Ok(Some((count, ids.join(", "))))
}

/// How many values more than one record has, and some of those records in pairs.
pub(super) async fn duplicates(tx: &mut Tx, schema: &Schema, object: &Object, field: &Field) -> Result<Option<(i64, String)>> {
    let column = match field.folded_column() {
        Some(folded) if !field.case_sensitive => folded,
        _ => field.column(),
    };
    let groups = || {
        let mut select = Query::select();
        select.expr_as(Func::min(Expr::col("id")), Alias::new("one")).expr_as(Func::max(Expr::col("id")), Alias::new("other"));
        select.from(schema.table(object)).cond_where(alive(object).add(Expr::col(column.clone()).is_not_null()));
        select.group_by_col(column.clone()).and_having(Expr::expr(Func::count(Expr::col("id"))).gt(1));
        select
    };
    let count = number(tx, "how many values are not unique", || {
        Query::select().expr(Func::count(Expr::col("one"))).from_subquery(groups(), Alias::new("found")).take()
    })
    .await?;
    if count == 0 {
        return Ok(None);
    }
    let built = {
        let mut select = groups();
        select.order_by("one", Order::Asc).limit(NAMED);
        Built::new("some records with one value", tx.backend(), &select)?
    };
    let mut pairs = Vec::new();
    for row in tx.fetch_built(built).await? {
        pairs.push(format!("{} and {}", row.get::<String>(0)?, row.get::<String>(1)?));
    }
    Ok(Some((count, pairs.join("; "))))
}

/// Gives every record a value in a field that it has not.
pub(super) async fn fill(tx: &mut Tx, schema: &Schema, object: &Object, values: impl FnOnce() -> Vec<(String, Expr)>) -> Result<()> {
    let built = {
        let mut update = Query::update();
        update.table(schema.table(object)).values(values());
        Built::new("a default for all records", tx.backend(), &update)?
    };
    tx.run_built(built).await?;
    Ok(())
}
