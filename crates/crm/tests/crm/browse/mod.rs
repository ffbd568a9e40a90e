//! Records as people browse them: lists, one record, and what is written of it.

mod files;
mod filters;
mod pages;
mod rights;
mod writing;

use switchboard_crm::{
    Scope,
    browse::{Browsing, Filter, FilterCondition, Is, Listing, Rows, Unlisted, Wrong},
};

use crate::query::data::Org;

fn browsing(org: &Org, scope: Scope) -> Browsing {
    Browsing::new(org.world.crm.clone(), scope)
}

fn condition(field: &str, is: Is, values: &[&str]) -> FilterCondition {
    FilterCondition { field: field.to_owned(), is, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn filter(field: &str, is: Is, values: &[&str]) -> Filter {
    Filter { any: false, conditions: vec![condition(field, is, values)] }
}

fn names(rows: &Rows) -> Vec<&str> {
    rows.items.iter().map(|row| row.name.as_str()).collect()
}

fn wrong<T: std::fmt::Debug>(answer: Result<T, Unlisted>) -> Wrong {
    match answer {
        Err(Unlisted::Wrong(wrong)) => wrong,
        other => panic!("{other:?}"),
    }
}

/// All pages, one after the other.
async fn all_pages(browsing: &Browsing, object: &str, listing: &Listing, rows: usize) -> Vec<switchboard_crm::browse::Row> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = browsing.list(object, listing, cursor.as_deref(), rows).await.unwrap();
        assert!(page.items.len() == rows || page.next.is_none());
        all.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}
