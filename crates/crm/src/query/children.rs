//! Child queries: one further query for all parents of a page (`salesforce.md` 2.3).
//!
//! ORDER BY and LIMIT inside are of each parent's children. All of them are answered with their parent, and none on a page of their own; a
//! query whose page would have too many is refused, and says what would do.

use std::{collections::HashMap, sync::Arc};

use futures_util::future::BoxFuture;
use salesforce::{Id, query::Page, record::Record};
use sea_query::{Expr, ExprTrait as _, Func, Query as Sql, SelectStatement, WindowStatement};
use soql::ast::{Path, Query, Select};

use super::{
    Compiled, QueryOptions, Unsupported,
    names::Compiler,
    select::{Making, id_at},
};
use crate::{
    Reader, Result,
    schema::{Field, Object},
};

/// How many children one child query gives for a page.
const MAX_CHILDREN: usize = 50_000;
/// How many parents one statement is of.
const PARENTS: usize = 10_000;

/// The object, the field that refers to the parent, and the canonical name of a child relationship.
pub(super) fn relationship<'s>(compiler: &Compiler<'s>, parent: &'s Object, path: &Path) -> Result<(&'s Arc<Object>, &'s Field, &'s str)> {
    let scope: &'s crate::Scope = compiler.scope;
    let name = path.last();
    let rights = &scope.caller.rights;
    // The parent itself may stand before it.
    let reaches = match path.parents() {
        [] => true,
        [before] => before.is(&parent.name),
        _ => false,
    };
    let found = scope.schema.children(parent).find_map(|(child, field, reference)| {
        let canonical = reference.child_name.as_deref().filter(|child| reaches && name.is(child))?;
        (rights.sees(child) && child.can.query && rights.sees_field(child, field)).then_some((child, field, canonical))
    });
    found.ok_or_else(|| salesforce::Error::no_such_relationship_in_query(&compiler.place(name.span), &name.text).into())
}

/// A compiled child query, without the parents that it is for.
#[derive(Clone, Debug)]
pub(super) struct Child {
    pub(super) compiled: Compiled,
    /// The column of the reference to the parent, in SQL and among the columns that are read.
    pub(super) by: (String, String),
    pub(super) at: usize,
    pub(super) limit: Option<u32>,
}

impl Child {
    pub(super) fn compile(parent: &Compiler<'_>, options: &QueryOptions, query: &Query, depth: usize) -> Result<Self> {
        if let Some(offset) = query.offset {
            return Err(parent.malformed(offset.span, "OFFSET cannot be used in a child query"));
        }
        if let Some(scope) = &query.scope {
            return Err(parent.malformed(scope.span, "USING SCOPE cannot be used in a child query"));
        }
        let items = match &query.select {
            Select::Items(items) if !super::select::is_grouped(query, items) => items,
            _ => return Err(parent.unsupported(query.span, Unsupported::GroupedChildren)),
        };
        let (object, field, _) = relationship(parent, parent.root(), &query.from[0].path)?;
        let mut compiler = parent.beside(object, 't');
        compiler.sources(&query.from)?;
        let by = (compiler.tables[0].alias.clone(), field.column());
        let mut compiled = Compiled::records(&mut compiler, options, query, items, depth)?;
        let at = compiled.columns.add(Expr::col(by.clone()));
        Ok(Self { compiled, by, at, limit: query.limit.map(|limit| limit.rows) })
    }

    fn statement(&self, parents: &[Id]) -> SelectStatement {
        let mut select = self.compiled.base();
        for column in &self.compiled.columns.0 {
            select.expr(column.clone());
        }
        select.and_where(Expr::col(self.by.clone()).is_in(parents.iter().map(|id| id.short().to_owned())));
        let most = u64::try_from(MAX_CHILDREN).unwrap_or(u64::MAX) + 1;
        let Some(limit) = self.limit else {
            super::sort(&mut select, &self.compiled.order);
            return select.limit(most).take();
        };
        // The best of each parent.
        let mut window = WindowStatement::partition_by(self.by.clone());
        super::sort(&mut window, &self.compiled.order);
        if self.compiled.order.is_empty() {
            window.order_by(self.compiled.id.clone(), sea_query::Order::Asc);
        }
        let mut inner = self.compiled.base();
        for (at, column) in self.compiled.columns.0.iter().enumerate() {
            inner.expr_as(column.clone(), format!("c{at}"));
        }
        inner.and_where(Expr::col(self.by.clone()).is_in(parents.iter().map(|id| id.short().to_owned())));
        inner.expr_window_as(Func::cust("ROW_NUMBER"), window, "n");
        let mut outer = Sql::select();
        for at in 0..self.compiled.columns.0.len() {
            outer.column(("w", format!("c{at}")));
        }
        outer
            .from_subquery(inner, "w")
            .and_where(Expr::col(("w", "n")).lte(i64::from(limit)))
            .order_by(("w", "n"), sea_query::Order::Asc)
            .limit(most)
            .take()
    }

    /// The children of these parents, each with its own.
    pub(super) fn fetch<'a>(
        &'a self,
        reader: &'a mut Reader<'_>,
        options: &'a QueryOptions,
        parents: &'a [Id],
    ) -> BoxFuture<'a, Result<HashMap<Id, Page>>> {
        Box::pin(async move {
            let mut rows = Vec::new();
            for parents in parents.chunks(PARENTS) {
                rows.extend(super::fetch(reader, "a child query", &self.statement(parents)).await?);
                if rows.len() > MAX_CHILDREN {
                    return Err(salesforce::Error::operation_too_large(format!(
                        "A child query has more than {MAX_CHILDREN} rows on one page: use LIMIT in it, or a smaller batchSize."
                    ))
                    .into());
                }
            }
            let ids =
                rows.iter().map(|row| Ok(id_at(row, self.compiled.node.id)?.expect("a record has an id"))).collect::<Result<Vec<_>>>()?;
            let mut making = Making { version: options.version, children: Vec::new() };
            for child in &self.compiled.children {
                making.children.push(child.fetch(reader, options, &ids).await?);
            }
            let mut found: HashMap<Id, Vec<Record>> = HashMap::new();
            for row in &rows {
                if let (Some(parent), Some(record)) = (id_at(row, self.at)?, making.record(&self.compiled.node, row)?) {
                    found.entry(parent).or_default().push(record);
                }
            }
            let page = |records: Vec<Record>| Page { total_size: records.len() as u64, next: None, records };
            Ok(found.into_iter().map(|(parent, records)| (parent, page(records))).collect())
        })
    }
}
