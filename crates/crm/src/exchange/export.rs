//! Queries of a file's worth of records, and their pages to the end.

use salesforce::{Version, query::Page};

use super::{Column, columns};
use crate::{
    Crm, QueryOptions, Result, Scope,
    access::Caller,
    phrase,
    schema::{FieldType, Object},
};

/// The query of an object's records: of these columns, or of all that stand in a cell; those for which the condition holds, as SOQL has it
/// behind WHERE.
///
/// # Errors
/// There is no such object for this caller.
pub fn query_of(scope: &Scope, object: &str, columns: Option<&[String]>, condition: Option<&str>) -> Result<String> {
    let rights = &scope.caller.rights;
    let object = scope.schema.object(object).filter(|object| rights.sees(object)).ok_or_else(salesforce::Error::not_found)?;
    Ok(match columns {
        Some(columns) => phrase::all_where(object, columns, condition),
        None => phrase::all_where(object, &of_all(scope, object), condition),
    })
}

/// Compound fields are there by their parts; bytes are no cell, and who is deleted is not there.
fn of_all(scope: &Scope, object: &Object) -> Vec<String> {
    let is_cell = |field_type| !matches!(field_type, FieldType::Base64 | FieldType::Address | FieldType::Location);
    let fields = object.fields.iter().filter(|field| is_cell(field.field_type) && field.name != "IsDeleted");
    fields.filter(|field| scope.caller.rights.sees_field(object, field)).map(|field| field.name.clone()).collect()
}

/// A query's pages, one after another.
#[derive(Debug)]
pub struct Pages {
    crm: Crm,
    caller: Caller,
    options: QueryOptions,
    columns: Vec<Column>,
    next: Next,
}

#[derive(Debug)]
enum Next {
    /// This one, which is there already.
    First(Page),
    /// Behind this place.
    At(salesforce::query::Locator),
    End,
}

impl Pages {
    /// Asks for the first page.
    ///
    /// # Errors
    /// Those of [`Crm::query`].
    pub async fn of(crm: &Crm, caller: &Caller, query: &str, all_rows: bool) -> Result<Self> {
        let options = QueryOptions { all_rows, ..QueryOptions::new(Version::LATEST) };
        let scope = crm.records(caller).await?.scope().clone();
        let columns = columns(&scope, query)?;
        let first = crm.query_in(&scope, query, &options).await?;
        Ok(Self { crm: crm.clone(), caller: caller.clone(), options, columns, next: Next::First(first) })
    }

    /// Its columns; none of `COUNT()`, which is the total of its only page.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next page; none behind the last.
    ///
    /// # Errors
    /// Those of [`Crm::next_page`].
    pub async fn next(&mut self) -> Result<Option<Page>> {
        let page = match std::mem::replace(&mut self.next, Next::End) {
            Next::First(page) => page,
            Next::At(locator) => self.crm.next_page(&self.caller, locator, &self.options).await?,
            Next::End => return Ok(None),
        };
        if let Some((_, locator)) = page.next {
            self.next = Next::At(locator);
        }
        Ok(Some(page))
    }
}
