//! How much may be asked, and how much there is (salesforce.md 1.4, 1.16).

use crm::phrase::count_of;
use salesforce::limits::{Limit, Limits, RecordCount, RecordCounts};

use super::{
    answer::Answer,
    ask::Ask,
    failure::Failure,
    transaction::{Asking, Transaction},
};

/// `GET /limits`: those that there are here.
pub(super) fn limits(asking: &Asking) -> Result<Answer, Failure> {
    let used = asking.used;
    let requests = Limit { max: used.max, remaining: used.max.saturating_sub(used.used) };
    Answer::ok(&Limits(vec![("DailyApiRequests", requests)]))
}

/// `GET /limits/recordCount?sObjects=A,B`: of the records that the caller sees. Names of objects that there are not are passed over.
pub(super) async fn record_count(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask) -> Result<Answer, Failure> {
    let schema = asking.schema();
    let asked = ask.listed("sObjects");
    let mut counted: Vec<_> = schema
        .objects()
        .iter()
        .filter(|object| object.can.query && asking.caller().rights.sees(object))
        .filter(|object| asked.as_ref().is_none_or(|names| names.iter().any(|name| name.eq_ignore_ascii_case(&object.name))))
        .collect();
    counted.sort_by(|one, other| one.name.cmp(&other.name));
    let mut counts = RecordCounts::default();
    for object in counted {
        let count = records.query(asking, &count_of(object), &asking.query_options(ask, false)).await?.total_size;
        counts.objects.push(RecordCount { count, name: object.name.clone() });
    }
    Answer::ok(&counts)
}
