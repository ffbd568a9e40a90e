//! SOQL over the records: from a query's text to SQL, and from rows to records (`salesforce.md` 1.7, 2).
//!
//! A query is read by [`soql`], its names are looked up in the caller's sight of the schema, and `sea-query` makes one statement of it, with
//! every value bound. What the caller may not see is not there, wherever in a query it is named: hidden fields and objects give the errors of
//! unknown ones, and records of others are no rows, no parents, no children and no part of any count. What SOQL has and this server has not is
//! refused by its name: [`Unsupported`].
//!
//! A query whose rows fill one page writes nothing. Of a longer one the ids are kept for two days ([`cursor`]), and each page reads its records
//! anew with the rights of that moment.

mod calendar;
mod children;
mod condition;
mod cursor;
mod group;
mod literal;
mod names;
mod operand;
mod order;
mod portion;
mod select;
mod supposing;
mod unsupported;

use std::{cell::Cell, time::Duration};

use salesforce::{
    Version,
    query::{DEFAULT_PAGE, Locator, MIN_PAGE, Page},
};
use sea_query::{ColumnRef, Expr, OrderedStatement, Query as Sql, SelectStatement};
use soql::ast::{AccessMode, Query, Select, SelectItem, Statistic, With};
use store::{
    Backend,
    sql::{Built, Row},
};

pub use calendar::Calendar;
pub(crate) use portion::{Mark, Portion, count, portion};
pub(crate) use select::is_grouped;
pub use unsupported::Unsupported;

use self::{
    children::Child,
    condition::require_filter,
    group::Grouped,
    names::Compiler,
    operand::SortKey,
    select::{Columns, Making, Node, id_at},
};
use crate::{Crm, Error, Reader, Result, Scope, access::Caller};

/// The largest OFFSET (`salesforce.md` 2.3).
const MAX_OFFSET: u32 = 2_000;
/// How many child queries a query has (`salesforce.md` 2.3).
const MAX_CHILDREN: usize = 20;
/// Statements with more values than this are not kept prepared: they hardly come again.
const KEPT_VALUES: usize = 50;

/// How a query is answered.
#[derive(Clone, Debug)]
pub struct QueryOptions {
    /// In the addresses of records.
    pub version: Version,
    /// How many rows a page has, from 200 to 2,000.
    pub page: u16,
    /// Deleted records too: `queryAll`.
    pub all_rows: bool,
    /// Where the user's record says nothing of their zone and locale.
    pub calendar: Calendar,
    /// After which the query is given up.
    pub longest: Duration,
}

impl QueryOptions {
    /// A page of the usual size, of records that were not deleted, by the user's calendar.
    pub fn new(version: Version) -> Self {
        Self { version, page: DEFAULT_PAGE, all_rows: false, calendar: Calendar::default(), longest: Duration::from_secs(10) }
    }

    fn rows(&self) -> u64 {
        self.page.clamp(MIN_PAGE, DEFAULT_PAGE).into()
    }
}

/// A query of records, compiled.
#[derive(Clone, Debug)]
struct Compiled {
    /// FROM with its joins, and which records there are for the caller.
    present: SelectStatement,
    condition: Option<Expr>,
    columns: Columns,
    node: Node,
    order: Vec<SortKey>,
    /// The object's own id.
    id: ColumnRef,
    children: Vec<Child>,
}

impl Compiled {
    fn records(compiler: &mut Compiler<'_>, options: &QueryOptions, query: &Query, items: &[SelectItem], depth: usize) -> Result<Self> {
        let at = query.span;
        check_clauses(compiler, query)?;
        if let Some(having) = &query.having {
            return Err(compiler.malformed(having.span(), "HAVING needs GROUP BY"));
        }
        let selected = compiler.select(query, items)?;
        // SQLite and PostgreSQL both answer so many columns.
        if selected.columns.0.len() > 1_500 {
            return Err(salesforce::Error::query_too_complicated("The query has more than 1,500 fields.".to_owned()).into());
        }
        let condition = query.condition.as_ref().map(|condition| compiler.filter(condition)).transpose()?;
        require_filter(compiler, compiler.root(), query.condition.as_ref(), at)?;
        let scope = query.scope.as_ref().map(|scope| compiler.scope_of(scope)).transpose()?.flatten();
        if let (Some(scope), false) = (&query.scope, selected.children.is_empty()) {
            return Err(compiler.malformed(scope.span, "USING SCOPE cannot be used with child queries"));
        }
        let condition = match (condition, scope) {
            (Some(condition), Some(scope)) => Some(condition::all(vec![condition, scope])),
            (condition, scope) => condition.or(scope),
        };
        compiler.check_order(&query.order)?;
        let order = compiler.order(&query.order)?;
        // Five levels down, two before version 58 (salesforce.md 2.3).
        let deepest = if options.version.number() >= 58 { 5 } else { 2 };
        if selected.children.len() > MAX_CHILDREN {
            return Err(compiler.malformed(at, "a query has no more than 20 child queries"));
        }
        let mut children = Vec::new();
        for child in selected.children {
            if depth + 1 >= deepest {
                return Err(compiler.malformed(child.span, format_args!("child queries go no deeper than {deepest} levels")));
            }
            children.push(Child::compile(compiler, options, child, depth + 1)?);
        }
        let mut present = Sql::select();
        compiler.read(&mut present);
        let id = ColumnRef::from((compiler.tables[0].alias.clone(), "id".to_owned()));
        Ok(Self { present, condition, columns: selected.columns, node: selected.node, order, id, children })
    }

    /// All records that the query has, without their columns.
    fn base(&self) -> SelectStatement {
        let mut select = self.present.clone();
        if let Some(condition) = &self.condition {
            select.and_where(condition.clone());
        }
        select
    }

    fn select(&self, mut select: SelectStatement) -> SelectStatement {
        for column in &self.columns.0 {
            select.expr(column.clone());
        }
        select
    }

    /// The statement of the first rows.
    fn first(&self, limit: u64, offset: u64) -> SelectStatement {
        self.bounded(self.select(self.base()), limit, offset)
    }

    /// The same, for whoever needs no other statement of this query: it is not copied, and nothing is left here but how rows are read.
    fn take_first(&mut self, limit: u64, offset: u64) -> SelectStatement {
        let mut select = self.present.take();
        if let Some(condition) = self.condition.take() {
            select.and_where(condition);
        }
        select.exprs(std::mem::take(&mut self.columns.0));
        self.bounded(select, limit, offset)
    }

    fn bounded(&self, mut select: SelectStatement, limit: u64, offset: u64) -> SelectStatement {
        sort(&mut select, &self.order);
        select.limit(limit);
        if offset > 0 {
            select.offset(offset);
        }
        select
    }

    /// Records of rows, with their children.
    async fn page(&self, reader: &mut Reader<'_>, options: &QueryOptions, rows: &[Row]) -> Result<Vec<salesforce::record::Record>> {
        let mut making = Making { version: options.version, children: Vec::new() };
        if !self.children.is_empty() {
            let ids = rows.iter().filter_map(|row| id_at(row, self.node.id).transpose()).collect::<Result<Vec<_>>>()?;
            for child in &self.children {
                making.children.push(child.fetch(reader, options, &ids).await?);
            }
        }
        rows.iter().filter_map(|row| making.record(&self.node, row).transpose()).collect()
    }
}

/// What a query is once its names are known.
#[derive(Debug)]
enum Plan {
    /// `COUNT()`
    Count(Box<SelectStatement>),
    Groups(Box<Grouped>),
    Records(Box<Compiled>),
}

impl Plan {
    /// Nothing else is asked for its first page.
    fn is_one_statement(&self) -> bool {
        match self {
            Self::Count(_) | Self::Groups(_) => true,
            Self::Records(compiled) => compiled.children.is_empty(),
        }
    }

    /// The first statement.
    fn first(&self, window: Window, most: u64) -> SelectStatement {
        match self {
            Self::Count(statement) => SelectStatement::clone(statement),
            Self::Groups(grouped) => grouped.bounded(grouped.statement.clone(), window, most),
            Self::Records(compiled) => compiled.first(Ord::min(window.limit, most + 1), window.offset),
        }
    }

    /// The same, for whoever needs no other one.
    fn take_first(&mut self, window: Window, most: u64) -> SelectStatement {
        match self {
            Self::Count(statement) => statement.take(),
            Self::Groups(grouped) => {
                let statement = grouped.statement.take();
                grouped.bounded(statement, window, most)
            }
            Self::Records(compiled) => compiled.take_first(Ord::min(window.limit, most + 1), window.offset),
        }
    }
}

impl Grouped {
    fn bounded(&self, mut statement: SelectStatement, window: Window, most: u64) -> SelectStatement {
        if !self.is_single {
            statement.limit(Ord::min(window.limit, most + 1));
            if window.offset > 0 {
                statement.offset(window.offset);
            }
        }
        statement
    }
}

fn check_clauses(compiler: &Compiler<'_>, query: &Query) -> Result<()> {
    for with in &query.with {
        let (what, span) = match with {
            With::Access { mode: AccessMode::SecurityEnforced | AccessMode::User, .. } => continue,
            With::Access { mode: AccessMode::System, span } => (Unsupported::SystemMode, span),
            With::DataCategory { span, .. } => (Unsupported::DataCategory, span),
            With::Equals { span, .. } | With::Named { span, .. } => (Unsupported::Division, span),
        };
        return Err(compiler.unsupported(*span, what));
    }
    if let Some(statistic) = query.statistics.first() {
        let (what, span) = match statistic {
            Statistic::Tracking(span) => (Unsupported::Tracking, span),
            Statistic::Viewstat(span) => (Unsupported::Viewstat, span),
        };
        return Err(compiler.unsupported(*span, what));
    }
    if let Some(span) = query.for_update {
        return Err(compiler.unsupported(span, Unsupported::ForUpdate));
    }
    if let Some(span) = query.all_rows {
        return Err(compiler.unsupported(span, Unsupported::AllRows));
    }
    if query.offset.is_some_and(|offset| offset.rows > MAX_OFFSET) {
        return Err(salesforce::Error::offset_too_large().into());
    }
    Ok(())
}

/// Compiles a query, by the calendar of its user if its answer depends on one.
async fn compile(reader: &mut Reader<'_>, scope: &Scope, text: &str, query: &Query, options: &QueryOptions) -> Result<Plan> {
    let backend = reader.backend();
    let (plan, asks) = compile_by(&options.calendar, scope, text, query, options, backend)?;
    if !asks {
        return Ok(plan);
    }
    let calendar = Calendar::of(reader, scope, &options.calendar).await?;
    Ok(compile_by(&calendar, scope, text, query, options, backend)?.0)
}

/// Compiles a query; tells whether its answer depends on the calendar.
fn compile_by(
    calendar: &Calendar,
    scope: &Scope,
    text: &str,
    query: &Query,
    options: &QueryOptions,
    backend: Backend,
) -> Result<(Plan, bool)> {
    let source = query.from.first().expect("FROM is not empty");
    let Some(name) = source.path.single() else {
        let place = soql::Place::of(text, source.path.span);
        return Err(salesforce::Error::unsupported_type(&place, &source.path.to_string()).into());
    };
    let object = names::object(scope, text, name)?;
    let asks = Cell::new(false);
    let mut compiler = Compiler::new(scope, text, (calendar, &asks), backend, options.all_rows, object, 't');
    compiler.sources(&query.from)?;
    let plan = match &query.select {
        Select::Count(at) => Plan::Count(Box::new(compiler.count(query, *at)?)),
        Select::Items(items) if select::is_grouped(query, items) => {
            check_clauses(&compiler, query)?;
            compiler.check_order(&query.order)?;
            Plan::Groups(Box::new(compiler.grouped(query, items)?))
        }
        Select::Items(items) => Plan::Records(Box::new(Compiled::records(&mut compiler, options, query, items, 0)?)),
    };
    Ok((plan, asks.get()))
}

impl Compiler<'_> {
    /// `COUNT()`: of no more rows than LIMIT says.
    fn count(&mut self, query: &Query, at: soql::Span) -> Result<SelectStatement> {
        check_clauses(self, query)?;
        if query.group.is_some() || !query.order.is_empty() {
            return Err(self.malformed(at, "COUNT() alone is of all rows: without GROUP BY and ORDER BY"));
        }
        let condition = query.condition.as_ref().map(|condition| self.filter(condition)).transpose()?;
        require_filter(self, self.root(), query.condition.as_ref(), query.span)?;
        let scope = query.scope.as_ref().map(|scope| self.scope_of(scope)).transpose()?.flatten();
        let mut select = Sql::select();
        self.read(&mut select);
        for condition in condition.into_iter().chain(scope) {
            select.and_where(condition);
        }
        if query.limit.is_none() && query.offset.is_none() {
            return Ok(select.expr(Expr::cust("COUNT(*)")).take());
        }
        select.expr_as(Expr::cust("1"), "one").limit(query.limit.map_or(u64::from(u32::MAX), |limit| limit.rows.into()));
        if let Some(offset) = query.offset {
            select.offset(offset.rows.into());
        }
        Ok(Sql::select().expr(Expr::cust("COUNT(*)")).from_subquery(select, "q").take())
    }
}

/// ORDER BY of a statement or a window.
fn sort(statement: &mut impl OrderedStatement, keys: &[SortKey]) {
    for SortKey { expr, order, nulls, .. } in keys {
        match nulls {
            Some(nulls) => statement.order_by_expr_with_nulls(expr.clone(), order.clone(), *nulls),
            None => statement.order_by_expr(expr.clone(), order.clone()),
        };
    }
}

/// Runs a statement; one that took too long is the caller's to change.
async fn fetch(reader: &mut Reader<'_>, name: &'static str, statement: &SelectStatement) -> Result<Vec<Row>> {
    let built = Built::new(name, reader.backend(), statement)?;
    let built = if built.count() <= KEPT_VALUES { built.kept() } else { built };
    reader.fetch(built).await.map_err(in_time)
}

fn in_time(error: Error) -> Error {
    match error {
        Error::Storage(error) if error.is_over_time() => salesforce::Error::query_timeout().into(),
        error => error,
    }
}

/// What a query gives, and what is left to be written for its next pages.
pub(crate) struct Answer {
    page: Page,
    cursor: Option<cursor::New>,
}

/// How many rows a query may have, and how many are left out before them.
#[derive(Clone, Copy, Debug)]
struct Window {
    limit: u64,
    offset: u64,
}

impl Window {
    fn of(query: &Query) -> Self {
        Self { limit: query.limit.map_or(u64::MAX, |limit| limit.rows.into()), offset: query.offset.map_or(0, |offset| offset.rows.into()) }
    }
}

/// Runs a compiled query's first statement: the answer, if all of it is one page.
async fn first_page(reader: &mut Reader<'_>, plan: &Plan, statement: &SelectStatement, options: &QueryOptions) -> Result<Option<Page>> {
    let most = options.rows();
    match plan {
        Plan::Count(_) => {
            let rows = fetch(reader, "a count", statement).await?;
            let count: i64 = rows.first().ok_or_else(|| store::Error::broken("a count"))?.get(0)?;
            Ok(Some(Page::count(u64::try_from(count).unwrap_or(0))))
        }
        Plan::Groups(grouped) => {
            let rows = fetch(reader, "a query of groups", statement).await?;
            if rows.len() as u64 > most {
                return Err(salesforce::Error::aggregate_has_no_more().into());
            }
            let records = rows.iter().map(|row| grouped.record(row)).collect::<Result<Vec<_>>>()?;
            Ok(Some(Page { total_size: records.len() as u64, next: None, records }))
        }
        Plan::Records(compiled) => {
            let rows = fetch(reader, "a query", statement).await?;
            if rows.len() as u64 > most {
                return Ok(None);
            }
            let records = compiled.page(reader, options, &rows).await?;
            Ok(Some(Page { total_size: rows.len() as u64, next: None, records }))
        }
    }
}

/// Runs a query where the reader reads.
async fn run(
    randomness: &dyn domain::ids::Randomness,
    reader: &mut Reader<'_>,
    scope: &Scope,
    text: &str,
    query: &Query,
    options: &QueryOptions,
) -> Result<Answer> {
    let window = Window::of(query);
    let plan = compile(reader, scope, text, query, options).await?;
    let statement = plan.first(window, options.rows());
    match (first_page(reader, &plan, &statement, options).await?, plan) {
        (Some(page), _) => Ok(Answer { page, cursor: None }),
        (None, Plan::Records(compiled)) => {
            cursor::begin(randomness, reader, scope, text, &compiled, options, window.limit, window.offset).await
        }
        (None, _) => Err(store::Error::broken("a query of more than a page").into()),
    }
}

/// How a database would carry out a query's first statement, in its own words: for whoever looks into why a query is slow.
///
/// # Errors
/// Those of the query.
pub async fn explain(reader: &mut Reader<'_>, scope: &Scope, text: &str, options: &QueryOptions) -> Result<String> {
    let query = soql::parse(text).map_err(|error| salesforce::Error::not_soql(&error))?;
    let backend = reader.backend();
    let limit = query.limit.map_or(options.rows() + 1, |limit| Ord::min(u64::from(limit.rows), options.rows() + 1));
    let statement = match compile(reader, scope, text, &query, options).await? {
        Plan::Count(statement) => *statement,
        Plan::Groups(grouped) => grouped.statement,
        Plan::Records(compiled) => compiled.first(limit, query.offset.map_or(0, |offset| offset.rows.into())),
    };
    let rows = reader.fetch(Built::new("a query's plan", backend, &statement)?.explained(backend)).await?;
    let last = match backend {
        Backend::Sqlite => 3,
        Backend::Postgres => 0,
    };
    Ok(rows.iter().map(|row| row.get::<String>(last)).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

impl Crm {
    /// Runs a query: its first page.
    ///
    /// # Errors
    /// What the vendor says of a query that is none, means nothing, is not carried out or does not finish (`salesforce.md` 1.14).
    pub async fn query(&self, caller: &Caller, text: &str, options: &QueryOptions) -> Result<Page> {
        self.query_in(&self.scope(caller).await?, text, options).await
    }

    /// A further page of a query.
    ///
    /// # Errors
    /// `INVALID_QUERY_LOCATOR` for a cursor that is none, of somebody else, or too old.
    pub async fn next_page(&self, caller: &Caller, locator: Locator, options: &QueryOptions) -> Result<Page> {
        self.next_page_in(&self.scope(caller).await?, locator, options).await
    }

    async fn scope(&self, caller: &Caller) -> Result<Scope> {
        Ok(Scope { schema: self.schema(caller.workspace).await?, caller: caller.clone(), now: self.now() })
    }

    /// Runs a query for somebody whose sight of the schema is known.
    ///
    /// # Errors
    /// What the vendor says of a query that is none, means nothing, is not carried out or does not finish (`salesforce.md` 1.14).
    pub async fn query_in(&self, scope: &Scope, text: &str, options: &QueryOptions) -> Result<Page> {
        let query = soql::parse(text).map_err(|error| salesforce::Error::not_soql(&error))?;
        // Most are one statement, which needs no snapshot around it.
        let (mut plan, asks) = compile_by(&options.calendar, scope, text, &query, options, self.store().backend())?;
        if !asks && plan.is_one_statement() {
            let reader = &mut Reader::Alone(self.store(), options.longest);
            let statement = plan.take_first(Window::of(&query), options.rows());
            if let Some(page) = first_page(reader, &plan, &statement, options).await? {
                return Ok(page);
            }
        }
        // Boxed, as it is larger than all of what comes before it, and rarer.
        Box::pin(self.query_of_more(scope, text, &query, options)).await
    }

    /// Runs a query that needs more than one statement.
    async fn query_of_more(&self, scope: &Scope, text: &str, query: &Query, options: &QueryOptions) -> Result<Page> {
        let mut snapshot = self.store().record_snapshot(options.longest).await?;
        let randomness = &*self.inner.parts.randomness;
        let answer = run(randomness, &mut Reader::Snapshot(&mut snapshot), scope, text, query, options).await?;
        drop(snapshot);
        if let Some(cursor) = answer.cursor {
            cursor.keep(self.store()).await?;
        }
        Ok(answer.page)
    }

    /// The same within a transaction, with what it has changed.
    pub async fn query_within(&self, tx: &mut store::Tx, scope: &Scope, text: &str, options: &QueryOptions) -> Result<Page> {
        let query = soql::parse(text).map_err(|error| salesforce::Error::not_soql(&error))?;
        let randomness = &*self.inner.parts.randomness;
        let answer = run(randomness, &mut Reader::Tx(tx), scope, text, &query, options).await?;
        if let Some(cursor) = answer.cursor {
            cursor.keep_within(tx).await?;
        }
        Ok(answer.page)
    }
}
