//! One operation on many records (salesforce.md 1.9).

use crm::{Operation, Outcome};
use http::StatusCode;
use salesforce::{
    Error, Id,
    composite::{Collection, Deletion, Method, Reading},
    record::{Given, Incoming, Record, Saved, Scalar, Upserted},
};

use super::{
    answer::Answer,
    ask::{Ask, parameter},
    failure::Failure,
    sobject::object,
    transaction::{Asking, Transaction},
};

/// What is to be done with a record, or why it cannot be.
pub(super) type Planned = Result<Operation, Error>;

/// `/composite/sobjects`
pub(super) async fn change(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask) -> Result<Answer, Failure> {
    if ask.method == Method::Delete {
        let Deletion { all_or_none, ids } = Deletion::parse(&ask.query)?;
        let planned = ids.into_iter().map(|id| id.map(|id| Operation::Delete { object: None, id })).collect();
        return carry_out(asking, records, planned, all_or_none).await;
    }
    let Collection { all_or_none, records: given } = Collection::parse(&ask.body, None)?;
    let planned = given.into_iter().map(|record| plan(ask.method, record)).collect();
    carry_out(asking, records, planned, all_or_none).await
}

/// What is to be done with a record of a collection.
pub(super) fn plan(method: Method, mut record: Incoming) -> Planned {
    let object = record.attributes.object.clone().unwrap_or_default();
    if method == Method::Post {
        return Ok(Operation::Create { object, record, uploads: Vec::new() });
    }
    match record.take("Id") {
        Some(Given::Scalar(Scalar::Text(id))) => {
            let id = Id::parse(&id).map_err(|_| Error::malformed_id("ID", "Id", &id))?;
            Ok(Operation::Update { object, id, record, uploads: Vec::new() })
        }
        _ => Err(Error::missing_id()),
    }
}

/// `PATCH /composite/sobjects/{T}/{Field}`
pub(super) async fn upsert(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, name: &str, key: &str) -> Result<Answer, Failure> {
    let object = object(asking, name)?;
    let sees = |name: &str| object.field(name).is_some_and(|field| asking.caller().rights.sees_field(&object, field));
    if !sees(key) {
        return Err(Error::no_such_key(key).into());
    }
    let Collection { all_or_none, records: given } = Collection::parse(&ask.body, Some(name))?;
    let update_only = parameter(&ask.query, "updateOnly").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let planned = given
        .into_iter()
        .map(|mut record| {
            let value = match record.take(key) {
                Some(Given::Scalar(value)) => value,
                None => Scalar::Null,
                Some(_) => return Err(Error::json_shape("The value of a key is no record")),
            };
            let (object, key) = (object.name.clone(), key.to_owned());
            Ok(Operation::Upsert { object, key, value, record, uploads: Vec::new(), update_only })
        })
        .collect();
    carry_out(asking, records, planned, all_or_none).await
}

/// Carries out what can be. With `all_or_none`, one that cannot be keeps all others from being begun.
pub(super) async fn carry_out(
    asking: &Asking,
    records: &mut Transaction<'_>,
    planned: Vec<Planned>,
    all_or_none: bool,
) -> Result<Answer, Failure> {
    // What is in a composite that is undone as a whole is so itself (1.9).
    let all_or_none = all_or_none || records.is_shared();
    if all_or_none && planned.iter().any(Result::is_err) {
        let rows: Vec<_> =
            planned.into_iter().map(|planned| Saved::Refused(vec![planned.err().unwrap_or_else(Error::all_or_none_rolled_back)])).collect();
        return answer(&rows);
    }
    let mut places = Vec::with_capacity(planned.len());
    let mut operations = Vec::with_capacity(planned.len());
    for planned in planned {
        match planned {
            Ok(operation) => {
                let key = match &operation {
                    Operation::Upsert { key, .. } => Some(key.clone()),
                    _ => None,
                };
                operations.push(operation);
                places.push(Ok(key));
            }
            Err(error) => places.push(Err(error)),
        }
    }
    let mut outcomes = records.change(asking, operations, all_or_none).await?.into_iter();
    let rows = places
        .into_iter()
        .map(|place| match place {
            Ok(key) => {
                let outcome = outcomes.next().ok_or_else(|| Failure::defect("an operation without an outcome"))?;
                Ok(saved(outcome, key.as_deref().unwrap_or("Id")))
            }
            Err(error) => Ok(Saved::Refused(vec![error])),
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    answer(&rows)
}

/// A row of the answer.
fn saved(outcome: Outcome, key: &str) -> Saved {
    match outcome {
        Outcome::Saved(id) | Outcome::Deleted(id) | Outcome::Undeleted(id) => Saved::written(id),
        Outcome::Upserted(Upserted::Created(id)) => Saved::Written { id, created: Some(true) },
        Outcome::Upserted(Upserted::Updated(id)) => Saved::Written { id, created: Some(false) },
        Outcome::Upserted(Upserted::Several(_)) => Saved::Refused(vec![Error::duplicate_external_id(key)]),
        Outcome::Refused(errors) => Saved::Refused(errors),
    }
}

/// 200 in any case; whoever holds several requests together must know whether all rows went well.
fn answer(rows: &[Saved]) -> Result<Answer, Failure> {
    let answer = Answer::json(StatusCode::OK, &rows)?;
    Ok(Answer { refused_rows: rows.iter().any(|row| matches!(row, Saved::Refused(_))), ..answer })
}

/// `GET` and `POST /composite/sobjects/{T}`
pub(super) async fn read(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, name: &str) -> Result<Answer, Failure> {
    let object = object(asking, name)?;
    let Reading { ids, fields } = if ask.method == Method::Post { Reading::parse(&ask.body)? } else { Reading::parse_query(&ask.query)? };
    let of_object = |id: &Id| object.prefix.is_none_or(|prefix| prefix == id.prefix());
    let ids: Vec<_> = ids.into_iter().map(|id| id.filter(of_object)).collect();
    let known: Vec<Id> = ids.iter().flatten().copied().collect();
    let mut found = records.read(asking, &object.name, &known, Some(&fields), ask.version).await?.into_iter();
    let rows: Vec<Option<Record>> = ids.iter().map(|id| id.and_then(|_| found.next().flatten())).collect();
    Answer::ok(&rows)
}
