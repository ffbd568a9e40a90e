//! Queries by rights that were read before: whether these still held is read by the query's own statement, and not ahead of it.

use salesforce::query::Page;
use sea_query::{Expr, SubQueryStatement};

use super::{Plan, QueryOptions, Window, compile_by, fetch, first_page};
use crate::{
    Crm, Error, Reader, Result, Scope,
    access::{Supposed, load::revision_statement},
};

impl Crm {
    /// Runs a query by what its caller might do when that was last read. None if it was changed since, if the query would be refused by it, or
    /// needs more than one statement: then it is for [`Crm::query_in`], by what the caller may do now.
    ///
    /// The scope's caller is the supposed one. What is answered is right for the instant at which the query read: rows count only together with
    /// the revision of rights that stands beside them; without rows it is read after them, and it never falls.
    ///
    /// # Errors
    /// When the query does not finish, or storage fails.
    pub async fn query_supposing(&self, scope: &Scope, supposed: &Supposed, text: &str, options: &QueryOptions) -> Result<Option<Page>> {
        let Ok(query) = soql::parse(text) else { return Ok(None) };
        let (mut plan, asks) = match compile_by(&options.calendar, scope, text, &query, options, self.store().backend()) {
            Err(Error::Refused(_)) => return Ok(None),
            compiled => compiled?,
        };
        if asks || !plan.is_one_statement() {
            return Ok(None);
        }
        let reader = &mut Reader::Alone(self.store(), options.longest);
        let beside = match &plan {
            Plan::Records(compiled) => Some(compiled.columns.0.len()),
            Plan::Count(_) | Plan::Groups(_) => None,
        };
        let mut statement = plan.take_first(Window::of(&query), options.rows());
        let (page, read) = match (&plan, beside) {
            (Plan::Records(compiled), Some(beside)) => {
                let revision = revision_statement(scope.caller.workspace);
                statement.expr(Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(revision))));
                let rows = fetch(reader, "a query", &statement).await?;
                if rows.len() as u64 > options.rows() {
                    return Ok(None);
                }
                let read = rows.first().map(|row| row.get::<Option<i64>>(beside)).transpose()?;
                let records = compiled.page(reader, options, &rows).await?;
                (Page { total_size: rows.len() as u64, next: None, records }, read.map(|revision| revision.unwrap_or(0)))
            }
            _ => match first_page(reader, &plan, &statement, options).await? {
                Some(page) => (page, None),
                None => return Ok(None),
            },
        };
        let holds = match read {
            Some(revision) => revision == supposed.revision,
            None => self.still_holds(supposed).await?,
        };
        Ok(holds.then_some(page))
    }
}
