//! Bad input (C9), by what it does and where it comes in. A line names the tests that show it; those without a module are in this one's.
//!
//! | | queries | records | collections, composite | over HTTP and OAuth |
//! |---|---|---|---|---|
//! | injection | `query::rows`, `query::paging::text_in_a_query_stays_text`, `what_looks_like_sql_is_text_or_no_name` | `what_looks_like_sql_is_text_or_no_name` | | `salesforce::records::hostile_requests_are_refused_with_a_clear_word` |
//! | 100 kB, deep nesting | `long_and_deep_queries_are_answered_or_refused`, `query::paging::what_would_not_finish_is_given_up…` | | `record::values::two_hundred_at_once_and_no_more` | `hostile_requests_…`; fuzz of `soql` |
//! | unknown fields and objects | `query::rows` (`refused.soql`) | `record::values::what_does_not_fit_is_refused_by_its_own_code…` | the same | `what_cannot_be_is_refused_in_the_vendors_codes` |
//! | wrong types | `query::rows` (`refused.soql`), `a_literal_of_another_type_is_refused` | `every_value_in_every_field_is_kept_or_refused` | | `hostile_requests_…` |
//! | text over length | | `a_text_is_as_long_as_its_field_and_no_longer` | | |
//! | duplicate external ids | | `record::keys::a_unique_value_is_had_once`, `one_of_many_servers_has_a_key` | `record::keys::an_upsert_that_is_not_clear_writes_nothing`, `record::batches` | `a_record_is_found_made_and_changed_by_a_key` |
//! | ids of the wrong object | `query::rows` | `an_id_is_of_its_object` | the same, `all_or_none_leaves_every_table_as_it_was` | `what_cannot_be_is_refused_…` |
//! | cycles of parents | | `record::keys::nobody_is_above_themselves`, `no_hierarchy_has_a_circle` | `all_or_none_…` | |
//! | deleted records | `query::property` | `what_is_deleted_is_neither_changed_nor_referred_to` | `all_or_none_…` | `a_record_is_made_read_changed_and_deleted` |
//! | foreign owners | | `whoever_cannot_own_does_not` | `all_or_none_…` | |
//! | other workspaces | `nothing_of_another_workspace_is_there` | the same | the same | `salesforce::identity` |
//! | `allOrNone` | | | `all_or_none_leaves_every_table_as_it_was`, `record::keys::several_requests_succeed_together_or_not_at_all` | `requests_in_requests_hold_together_or_do_not` |
//! | zip bombs | | | | `hostile_requests_are_refused_with_a_clear_word` |
//! | tokens forged, expired, foreign | | | | `salesforce::assertions`, `oauth`, `refresh` |
//! | addresses not registered | | | | `salesforce::browser::nobody_is_sent_where_no_admin_said_so…` |
//!
//! Whatever is refused is refused in the vendor's code; a failure of storage, which would be a 500, fails the test.

mod queries;
mod together;
mod values;
mod workspaces;

use salesforce::{Code, Version};
use sea_query::{Order, Query};
use store::sql::Built;
use switchboard_crm::{Error, QueryOptions, schema::FieldType};

use crate::record::office::Office;

/// Every table of records, row for row.
pub(super) async fn everything(office: &Office) -> String {
    let mut snapshot = office.world.crm.store().record_snapshot(std::time::Duration::from_secs(60)).await.unwrap();
    let mut told = String::new();
    for object in office.schema.objects() {
        let stored: Vec<_> = object.fields.iter().filter(|field| field.is_stored()).collect();
        let mut query = Query::select();
        query.columns(stored.iter().map(|field| field.column())).from(office.schema.table(object)).order_by("id", Order::Asc);
        for row in snapshot.fetch_built(Built::new("a table", snapshot.backend(), &query).unwrap()).await.unwrap() {
            told.push_str(&object.name);
            for (at, field) in stored.iter().enumerate() {
                let value = match field.field_type {
                    FieldType::Boolean | FieldType::Int | FieldType::Date | FieldType::DateTime | FieldType::Time => {
                        format!("{:?}", row.get::<Option<i64>>(at).unwrap())
                    }
                    FieldType::Double | FieldType::Currency | FieldType::Percent => format!("{:?}", row.get::<Option<f64>>(at).unwrap()),
                    _ => format!("{:?}", row.get::<Option<String>>(at).unwrap()),
                };
                told.push_str(&format!(" {}={value}", field.name));
            }
            told.push('\n');
        }
    }
    told
}

/// The refusals of a query, or none.
pub(super) async fn asked(office: &Office, soql: &str) -> Option<Code> {
    let scope = office.records(&office.boss).scope().clone();
    match office.world.crm.query_in(&scope, soql, &QueryOptions::new(Version::LATEST)).await {
        Ok(_) => None,
        Err(Error::Refused(error)) => Some(error.code()),
        Err(error) => panic!("{error}: {}", &soql[..soql.len().min(500)]),
    }
}

pub(super) fn is_refusal(error: Error) -> bool {
    matches!(error, Error::Refused(_))
}

/// Another server of the same database; of SQLite, which has one, another request of the same.
pub(super) async fn second(office: &Office) -> switchboard_crm::Crm {
    match office.world.crm.store().backend() {
        store::Backend::Postgres => office.world.another_server(9).await,
        store::Backend::Sqlite => office.world.crm.clone(),
    }
}
