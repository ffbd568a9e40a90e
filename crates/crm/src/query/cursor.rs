//! The pages of a long query: which records they have is kept when the query is asked, so that none comes twice or is left out because others
//! came or went meanwhile (`salesforce.md` 1.7, 2.6).
//!
//! Each page reads its records anew, with what its caller may see at that moment; those that were deleted are left out.

use std::collections::HashMap;

use domain::{
    ids::{Randomness, WorkspaceId},
    time::Timestamp,
};
use salesforce::{
    Id,
    id::KeyPrefix,
    query::{Locator, Page},
};
use sea_query::{Expr, ExprTrait as _, Func, Order, Query as Sql, WindowStatement};
use serde::{Deserialize, Serialize};
use store::{
    Backend, Store, Tx,
    sql::{Built, Row},
};

use super::{Answer, Compiled, Plan, QueryOptions, compile, fetch, select::id_at, sort};
use crate::{Crm, Reader, Result, Scope};

/// For how long the next page can be asked for, in microseconds.
const KEPT: i64 = 2 * super::calendar::DAY;
/// How many pages are written at once: some hundred thousand characters.
const AT_ONCE: usize = 20;
/// Characters of an id in a page.
const ID: usize = 15;
/// How many a user has; the oldest gives way.
const OPEN: u64 = 10;
/// How many rows a query has at most.
const MAX_ROWS: u64 = 5_000_000;

/// What was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    soql: String,
    all_rows: bool,
    page: u64,
}

/// A cursor that is not yet written.
#[derive(Clone, Debug)]
pub(super) struct New {
    workspace: WorkspaceId,
    id: Id,
    user: Id,
    body: String,
    total: i64,
    now: Timestamp,
    pages: Vec<String>,
}

/// The first page of a query with more, and its cursor.
#[expect(clippy::too_many_arguments, reason = "what a query is asked with, and what it was compiled to")]
pub(super) async fn begin(
    randomness: &dyn Randomness,
    reader: &mut Reader<'_>,
    scope: &Scope,
    text: &str,
    compiled: &Compiled,
    options: &QueryOptions,
    limit: u64,
    offset: u64,
) -> Result<Answer> {
    let size = options.rows();
    let mut window = WindowStatement::new();
    sort(&mut window, &compiled.order);
    if compiled.order.is_empty() {
        window.order_by(compiled.id.clone(), Order::Asc);
    }
    let number = |number: u64| Expr::val(i64::try_from(number).unwrap_or(i64::MAX));
    let mut numbered = compiled.base();
    numbered.expr_as(Expr::Column(compiled.id.clone()), "id").expr_window_as(Func::cust("ROW_NUMBER"), window, "n");
    let n = || Expr::col(("w", "n"));
    // Rows are numbered from 1.
    let paged = Sql::select()
        .expr_as(Expr::col(("w", "id")), "id")
        .expr_as(n(), "n")
        .expr_as(n().sub(number(offset + 1)).div(number(size)), "p")
        .from_subquery(numbered, "w")
        .and_where(n().gt(number(offset)))
        .and_where(n().lte(number(offset.saturating_add(Ord::min(limit, MAX_ROWS + 1)))))
        .take();
    let packed = Sql::select()
        .expr(Expr::cust("STRING_AGG(x.id, '' ORDER BY x.n)"))
        .from_subquery(paged, "x")
        .group_by_col(("x", "p"))
        .order_by(("x", "p"), Order::Asc)
        .take();
    let rows = fetch(reader, "a query's ids", &packed).await?;
    let pages = rows.iter().map(|row| Ok(row.get::<String>(0)?)).collect::<Result<Vec<_>>>()?;
    let total = pages.iter().map(|page| page.len() / ID).sum::<usize>() as u64;
    if total > MAX_ROWS {
        return Err(
            salesforce::Error::operation_too_large(format!("The query has more than {MAX_ROWS} rows: use LIMIT, or a filter.")).into()
        );
    }
    let records = read(reader, compiled, options, &unpack(pages.first().map_or("", String::as_str))?).await?;
    let id = fresh(randomness, scope);
    let asked = Asked { soql: text.to_owned(), all_rows: options.all_rows, page: size };
    let new = New {
        workspace: scope.caller.workspace,
        id,
        user: scope.caller.user,
        body: serde_json::to_string(&asked).expect("texts and numbers are JSON"),
        total: i64::try_from(total).unwrap_or(i64::MAX),
        now: scope.now,
        pages,
    };
    let next = Locator { id, offset: u32::try_from(size).unwrap_or(u32::MAX) };
    Ok(Answer { page: Page { total_size: total, next: Some((options.version, next)), records }, cursor: Some(new) })
}

/// One that nobody guesses.
fn fresh(randomness: &dyn Randomness, scope: &Scope) -> Id {
    let mut bytes = [0; 8];
    randomness.fill(&mut bytes);
    let counter = u64::from_be_bytes(bytes) % Id::MAX_COUNTER;
    Id::numbered(KeyPrefix::QUERY_LOCATOR, scope.schema.instance, counter).expect("it is below the largest")
}

fn unpack(page: &str) -> Result<Vec<Id>> {
    let ids = page.as_bytes().chunks(ID).map(|id| std::str::from_utf8(id).ok().and_then(|id| Id::parse(id).ok()));
    Ok(ids.collect::<Option<Vec<_>>>().ok_or_else(|| store::Error::broken("crm_cursor_page.body"))?)
}

/// The records of these ids that there are for the caller, in this order.
async fn read(reader: &mut Reader<'_>, compiled: &Compiled, options: &QueryOptions, ids: &[Id]) -> Result<Vec<salesforce::record::Record>> {
    let mut statement = compiled.select(compiled.present.clone());
    statement.and_where(Expr::Column(compiled.id.clone()).is_in(ids.iter().map(|id| id.short().to_owned())));
    let rows = fetch(reader, "a page", &statement).await?;
    let mut by_id: HashMap<Id, Row> = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(id) = id_at(&row, compiled.node.id)? {
            by_id.insert(id, row);
        }
    }
    let rows: Vec<Row> = ids.iter().filter_map(|id| by_id.remove(id)).collect();
    compiled.page(reader, options, &rows).await
}

impl New {
    fn built(&self, backend: Backend, from: usize) -> Result<Vec<Built>> {
        let mut statements = Vec::new();
        if from == 0 {
            let mut insert = Sql::insert();
            insert.into_table("crm_cursor").columns(["workspace", "cursor", "by_user", "body", "total", "expires_at"]).values_panic([
                self.workspace.0.into(),
                self.id.short().into(),
                self.user.short().into(),
                self.body.as_str().into(),
                self.total.into(),
                (self.now.0 + KEPT).into(),
            ]);
            statements.push(Built::new("a cursor", backend, &insert)?);
            // Those whose time is over, and the user's oldest.
            let newest = Sql::select()
                .column("cursor")
                .from("crm_cursor")
                .and_where(Expr::col("workspace").eq(self.workspace.0))
                .and_where(Expr::col("by_user").eq(self.user.short()))
                .order_by("expires_at", Order::Desc)
                .order_by("cursor", Order::Desc)
                .limit(OPEN)
                .take();
            let gone = || {
                let over = Expr::col("expires_at").lte(self.now.0);
                let one_too_many = Expr::col("by_user").eq(self.user.short()).and(Expr::col("cursor").not_in_subquery(newest.clone()));
                Expr::col("workspace").eq(self.workspace.0).and(over.or(one_too_many)).and(Expr::col("cursor").ne(self.id.short()))
            };
            let cursors = Sql::select().column("cursor").from("crm_cursor").and_where(gone()).take();
            let mut pages = Sql::delete();
            pages
                .from_table("crm_cursor_page")
                .and_where(Expr::col("workspace").eq(self.workspace.0))
                .and_where(Expr::col("cursor").in_subquery(cursors));
            statements.push(Built::new("pages of old cursors", backend, &pages)?);
            let mut cursors = Sql::delete();
            cursors.from_table("crm_cursor").and_where(gone());
            statements.push(Built::new("old cursors", backend, &cursors)?);
        }
        let mut insert = Sql::insert();
        insert.into_table("crm_cursor_page").columns(["workspace", "cursor", "place", "body"]);
        for (place, page) in self.pages.iter().enumerate().skip(from).take(AT_ONCE) {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            insert.values_panic([self.workspace.0.into(), self.id.short().into(), place.into(), page.as_str().into()]);
        }
        statements.push(Built::new("a cursor's pages", backend, &insert)?);
        Ok(statements)
    }

    /// Writes it, some pages at once; it is whole before its first page is answered.
    pub(super) async fn keep(self, store: &Store) -> Result<()> {
        let count = self.pages.len();
        let new = std::sync::Arc::new(self);
        for from in (0..count).step_by(AT_ONCE) {
            let new = new.clone();
            store
                .write(move |tx| {
                    let new = new.clone();
                    Box::pin(async move { new.part(tx, from).await })
                })
                .await?;
        }
        Ok(())
    }

    /// The same in a transaction that asked.
    pub(super) async fn keep_within(self, tx: &mut Tx) -> Result<()> {
        for from in (0..self.pages.len()).step_by(AT_ONCE) {
            self.part(tx, from).await?;
        }
        Ok(())
    }

    async fn part(&self, tx: &mut Tx, from: usize) -> Result<()> {
        for statement in self.built(tx.backend(), from)? {
            tx.run_built(statement).await?;
        }
        Ok(())
    }
}

impl Crm {
    /// A further page of a query.
    ///
    /// # Errors
    /// `INVALID_QUERY_LOCATOR` for a cursor that is none, of somebody else, or too old.
    pub async fn next_page_in(&self, scope: &Scope, locator: Locator, options: &QueryOptions) -> Result<Page> {
        let mut snapshot = self.store().record_snapshot(options.longest).await?;
        let reader = &mut Reader::Snapshot(&mut snapshot);
        let of_cursor =
            |column: &'static str| Expr::col(column).eq(scope.caller.workspace.0).and(Expr::col("cursor").eq(locator.id.short()));
        let cursor = Sql::select()
            .columns(["body", "total"])
            .from("crm_cursor")
            .and_where(of_cursor("workspace"))
            .and_where(Expr::col("by_user").eq(scope.caller.user.short()))
            .and_where(Expr::col("expires_at").gt(scope.now.0))
            .take();
        let invalid = salesforce::Error::invalid_query_locator;
        let rows = fetch(reader, "a cursor", &cursor).await?;
        let row = rows.first().ok_or_else(invalid)?;
        let broken = || store::Error::broken("crm_cursor.body");
        let asked: Asked = serde_json::from_str(&row.get::<String>(0)?).map_err(|_| broken())?;
        let total = u64::try_from(row.get::<i64>(1)?).map_err(|_| broken())?;
        let place = u64::from(locator.offset).checked_div(asked.page).ok_or_else(broken)?;
        if place * asked.page != u64::from(locator.offset) {
            return Err(invalid().into());
        }
        let page = Sql::select()
            .column("body")
            .from("crm_cursor_page")
            .and_where(of_cursor("workspace"))
            .and_where(Expr::col("place").eq(i64::try_from(place).unwrap_or(i64::MAX)))
            .take();
        let rows = fetch(reader, "a cursor's page", &page).await?;
        let ids = unpack(&rows.first().ok_or_else(invalid)?.get::<String>(0)?)?;
        let options = QueryOptions { all_rows: asked.all_rows, ..options.clone() };
        let query = soql::parse(&asked.soql).map_err(|error| salesforce::Error::not_soql(&error))?;
        let Plan::Records(compiled) = compile(reader, scope, &asked.soql, &query, &options).await? else {
            return Err(broken().into());
        };
        let records = read(reader, &compiled, &options, &ids).await?;
        let end = u64::from(locator.offset) + ids.len() as u64;
        let next = (end < total).then(|| Locator { id: locator.id, offset: u32::try_from(end).unwrap_or(u32::MAX) });
        Ok(Page { total_size: total, next: next.map(|next| (options.version, next)), records })
    }
}
