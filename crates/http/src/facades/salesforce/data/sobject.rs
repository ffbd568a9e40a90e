//! One object and its records by their ids (salesforce.md 1.5).

use std::sync::Arc;

use crm::{Operation, Outcome, schema::Object};
use flate2::Crc;
use futures_util::FutureExt as _;
use http::{
    HeaderName, StatusCode,
    header::{ETAG, LAST_MODIFIED, LOCATION},
};
use salesforce::{
    Error, Id,
    composite::Method,
    record::{Incoming, Record, RecordPath, Saved},
};

use super::{
    answer::Answer,
    ask::{Ask, changed},
    failure::Failure,
    transaction::{Asking, Transaction, together},
};

/// The only object whose rows have tags (salesforce.md 1.13).
const TAGGED: &str = "Account";

/// An object that the caller may know of.
pub(super) fn object(asking: &Asking, name: &str) -> Result<Arc<Object>, Error> {
    asking.schema().object(name).filter(|object| asking.caller().rights.sees(object)).cloned().ok_or_else(Error::not_found)
}

/// The id of a record of an object, from an address.
pub(super) fn row_id(object: &Object, text: &str) -> Result<Id, Error> {
    let of_object = |id: &Id| object.prefix.is_none_or(|prefix| prefix == id.prefix());
    Id::parse(text).ok().filter(of_object).ok_or_else(|| Error::malformed_id(&format!("{} ID", object.label), "Id", text))
}

/// `POST /sobjects/{T}`
pub(super) async fn create(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, object: &str) -> Result<Answer, Failure> {
    let object = self::object(asking, object)?;
    let record = Incoming::parse(&ask.body)?;
    let operation = Operation::Create { object: object.name.clone(), record, uploads: Vec::new() };
    created(ask, &object, records.change_one(asking, operation).await?)
}

/// What is answered when a record was to be made.
pub(super) fn created(ask: &Ask, object: &Object, outcome: Outcome) -> Result<Answer, Failure> {
    match outcome {
        Outcome::Saved(id) => {
            let path = RecordPath { version: ask.version, object: &object.name, id };
            Ok(Answer::json(StatusCode::CREATED, &Saved::written(id))?.with(LOCATION, path.to_string()))
        }
        other => Err(not_done(other)),
    }
}

/// What is answered when a record was to be changed or deleted.
pub(super) fn changed_or_deleted(outcome: Outcome) -> Result<Answer, Failure> {
    match outcome {
        Outcome::Saved(_) | Outcome::Deleted(_) => Ok(Answer::done()),
        other => Err(not_done(other)),
    }
}

/// Why nothing was written.
pub(super) fn not_done(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Refused(errors) => Failure::Refused(errors),
        _ => Failure::defect("an operation with another's outcome"),
    }
}

/// `/sobjects/{T}/{id}`
pub(super) async fn row(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, object: &str, id: &str) -> Result<Answer, Failure> {
    if id.eq_ignore_ascii_case("id") {
        return create(asking, records, ask, object).await;
    }
    let object = self::object(asking, object)?;
    row_of(asking, records, ask, &object, row_id(&object, id)?).await
}

/// The same, once it is known which record it is.
pub(super) async fn row_of(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    object: &Arc<Object>,
    id: Id,
) -> Result<Answer, Failure> {
    match ask.method {
        Method::Get | Method::Head => read(asking, records, ask, object, id).await,
        Method::Patch => {
            let record = Incoming::parse(&ask.body)?;
            let operation = Operation::Update { object: object.name.clone(), id, record, uploads: Vec::new() };
            changed_or_deleted(change_if(asking, records, ask, object, id, operation).await?)
        }
        Method::Delete => {
            let operation = Operation::Delete { object: Some(object.name.clone()), id };
            changed_or_deleted(change_if(asking, records, ask, object, id, operation).await?)
        }
        Method::Post | Method::Put => Err(Error::not_found().into()),
    }
}

/// A record, with the fields that were asked for.
pub(super) async fn read(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, object: &Object, id: Id) -> Result<Answer, Failure> {
    let fields = ask.listed("fields").map(|mut fields| {
        if !fields.iter().any(|field| field.eq_ignore_ascii_case("Id")) {
            fields.push("Id".to_owned());
        }
        fields
    });
    let record = records.read_one(asking, &object.name, id, fields.as_deref(), ask.version).await?.ok_or_else(Error::not_found)?;
    let seen = match &fields {
        // The whole record says when it was changed, and what its tag is.
        None => Seen::of(object, &record)?,
        Some(_) if object.name == TAGGED || !ask.conditions.is_empty() => seen(asking, records, ask, object, id).await?.unwrap_or_default(),
        Some(_) => Seen::default(),
    };
    let answer = if ask.conditions.is_known(seen.seconds(), seen.tag.as_deref()) {
        Answer::empty(StatusCode::NOT_MODIFIED)
    } else if ask.conditions.hold(seen.seconds(), seen.tag.as_deref()) {
        Answer::ok(&record)?
    } else {
        return Err(Failure::precondition());
    };
    let headers = [(LAST_MODIFIED, seen.changed.map(|(_, text)| text)), (ETAG, seen.tag)];
    Ok(headers.into_iter().fold(answer, |answer, (name, value): (HeaderName, _)| match value {
        Some(value) => answer.with(name, value),
        None => answer,
    }))
}

/// What conditions are compared with.
#[derive(Debug, Default)]
struct Seen {
    changed: Option<(i64, String)>,
    tag: Option<String>,
}

impl Seen {
    fn of(object: &Object, record: &Record) -> Result<Self, Failure> {
        let tag = (object.name == TAGGED).then(|| tag(record)).transpose()?;
        Ok(Self { changed: changed(record), tag })
    }

    fn seconds(&self) -> Option<i64> {
        self.changed.as_ref().map(|(seconds, _)| *seconds)
    }
}

/// Another tag for another content, as far as a caller can see it.
fn tag(record: &Record) -> Result<String, Failure> {
    let mut crc = Crc::new();
    crc.update(&serde_json::to_vec(&record.fields.iter().map(|(name, value)| (name, value)).collect::<Vec<_>>()).map_err(Failure::defect)?);
    Ok(format!("\"{:08x}\"", crc.sum()))
}

async fn seen(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, object: &Object, id: Id) -> Result<Option<Seen>, Failure> {
    let date = ["LastModifiedDate".to_owned()];
    let fields = (object.name != TAGGED && object.field("LastModifiedDate").is_some()).then_some(&date[..]);
    let record = records.read_one(asking, &object.name, id, fields, ask.version).await?;
    record.map(|record| Seen::of(object, &record)).transpose()
}

/// Changes a record if it is as the request's conditions say; looked at and changed in one transaction.
async fn change_if(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    object: &Arc<Object>,
    id: Id,
    operation: Operation,
) -> Result<Outcome, Failure> {
    if ask.conditions.is_empty() {
        return records.change_one(asking, operation).await;
    }
    if records.is_shared() {
        return change_checked(asking, records, ask, object, id, operation).await;
    }
    let shared = Arc::new((asking.clone(), ask.without_body(), Arc::clone(object), operation));
    together(asking, move |mut records| {
        let shared = Arc::clone(&shared);
        async move {
            let (asking, ask, object, operation) = &*shared;
            change_checked(asking, &mut records, ask, object, id, operation.clone()).await
        }
        .boxed()
    })
    .await
}

async fn change_checked(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    object: &Object,
    id: Id,
    operation: Operation,
) -> Result<Outcome, Failure> {
    // One that there is not has its own refusal.
    if let Some(seen) = seen(asking, records, ask, object, id).await?
        && !ask.conditions.hold(seen.seconds(), seen.tag.as_deref())
    {
        return Err(Failure::precondition());
    }
    records.change_one(asking, operation).await
}
