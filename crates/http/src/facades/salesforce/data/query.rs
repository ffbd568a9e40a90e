//! Queries and their pages (salesforce.md 1.7).

use crm::access::Supposed;
use salesforce::{Error, query::Locator};

use super::{
    answer::Answer,
    ask::Ask,
    failure::Failure,
    resource::Resource,
    transaction::{Asking, Transaction},
};

/// `GET /query?q=`, `GET /queryAll?q=`. Without a query, the empty one says in its own words that it is none.
pub(super) async fn first(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, all_rows: bool) -> Result<Answer, Failure> {
    let soql = match ask.parameter("q") {
        Some(soql) => soql,
        // Plans are not told.
        None if ask.parameter("explain").is_some() => return Err(Error::functionality_not_enabled().into()),
        None => String::new(),
    };
    Answer::ok(&records.query(asking, &soql, &asking.query_options(ask, all_rows)).await?)
}

/// The same by what the caller might do before; none if that is not so any more, or if it is not simple: then [`first`] answers.
pub(super) async fn supposing(asking: &Asking, supposed: &Supposed, ask: &Ask) -> Result<Option<Answer>, Failure> {
    let Some(soql) = ask.parameter("q") else { return Ok(None) };
    let options = asking.query_options(ask, matches!(ask.resource, Resource::QueryAll));
    let page = asking.crm.query_supposing(asking.records.scope(), supposed, &soql, &options).await?;
    page.map(|page| Answer::ok(&page)).transpose()
}

/// `GET /query/{locator}`
pub(super) async fn next(asking: &Asking, ask: &Ask, locator: &str) -> Result<Answer, Failure> {
    let locator = Locator::parse(locator)?;
    Answer::ok(&asking.crm.next_page_in(asking.records.scope(), locator, &asking.query_options(ask, false)).await?)
}
