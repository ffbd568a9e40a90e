//! Records with bytes, as `multipart/form-data` (salesforce.md 1.10): the record first, then the bytes of its fields, which go to the disk as
//! they come.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest as _, Multipart, Request, multipart::Field},
};
use bytes::Bytes;
use crm::{
    Operation,
    record::{Upload, UploadError},
    schema::Object,
};
use futures_util::stream;
use http::StatusCode;
use salesforce::{
    Error,
    blob::{MAX_CONTENT_VERSION, MAX_OTHER, Part},
    composite::{Collection, Method},
    record::Incoming,
};

use super::{
    answer::Answer,
    ask::Ask,
    collection::{carry_out, plan},
    failure::Failure,
    resource::Resource,
    sobject::{changed_or_deleted, created, object, row_id},
    transaction::{Asking, Transaction},
};
use crate::serve;

/// The most bytes of a record, or of a collection of them, beside the bytes of their fields.
const RECORD: usize = 4 << 20;
/// The most parts of bytes: one field each of as many records as a collection may have.
const PARTS: usize = salesforce::composite::MAX_COLLECTION + 1;
/// The longest time of an upload. Unfinished bytes are kept for an hour.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// How large what comes may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The bytes of a field, as the server is set up.
    pub(super) file: u64,
    /// How long nothing may come.
    pub(super) patience: Duration,
}

/// A request whose body is a record with bytes.
pub(super) async fn carry(asking: &Asking, ask: &Ask, request: Request<Body>, bounds: Bounds) -> Result<Answer, Failure> {
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| Error::json_shape("The boundary of the multipart body is missing"))?;
    let work = async {
        match (&ask.resource, ask.method) {
            (Resource::Object(name), Method::Post) => one(asking, ask, form, bounds, name, None).await,
            (Resource::Row { object, id }, Method::Patch) => one(asking, ask, form, bounds, object, Some(id)).await,
            (Resource::Collection, Method::Post | Method::Patch) => many(asking, ask, form, bounds).await,
            _ => Err(Failure::media_type("multipart/form-data")),
        }
    };
    tokio::time::timeout(LONGEST, work).await.unwrap_or_else(|_| Err(serve_error(serve::BodyError::TooSlow, bounds)))
}

async fn one(asking: &Asking, ask: &Ask, mut form: Multipart, bounds: Bounds, name: &str, id: Option<&str>) -> Result<Answer, Failure> {
    let object = object(asking, name)?;
    let id = id.map(|id| row_id(&object, id)).transpose()?;
    let record = Incoming::parse(&first(&mut form, bounds).await?)?;
    let mut uploads = Vec::new();
    for _ in 0..PARTS {
        let Some(part) = next(&mut form, bounds).await? else {
            let object_name = object.name.clone();
            let operation = match id {
                None => Operation::Create { object: object_name, record, uploads },
                Some(id) => Operation::Update { object: object_name, id, record, uploads },
            };
            let outcome = Transaction::Each.change_one(asking, operation).await?;
            return if id.is_none() { created(ask, &object, outcome) } else { changed_or_deleted(outcome) };
        };
        let field = blob_name(&part)?;
        uploads.push(upload(asking, &object, &field, part, bounds).await?);
    }
    Err(too_many())
}

/// A collection: each part with bytes has the name that a record gives it, with the field that it is of.
async fn many(asking: &Asking, ask: &Ask, mut form: Multipart, bounds: Bounds) -> Result<Answer, Failure> {
    let Collection { all_or_none, records } = Collection::parse(&first(&mut form, bounds).await?, None)?;
    let mut uploads: Vec<Vec<Upload>> = records.iter().map(|_| Vec::new()).collect();
    for _ in 0..PARTS {
        let Some(part) = next(&mut form, bounds).await? else {
            let planned = records.into_iter().zip(uploads).map(|(record, own)| {
                plan(ask.method, record).map(|operation| match operation {
                    Operation::Create { object, record, .. } => Operation::Create { object, record, uploads: own },
                    Operation::Update { object, id, record, .. } => Operation::Update { object, id, record, uploads: own },
                    other => other,
                })
            });
            return carry_out(asking, &mut Transaction::Each, planned.collect(), all_or_none).await;
        };
        let name = blob_name(&part)?;
        let place = records.iter().position(|record| record.attributes.binary_part_name.as_deref() == Some(&*name));
        let of = place.map(|place| (place, records[place].attributes.clone())).ok_or_else(|| nameless(&name))?;
        let (place, attributes) = of;
        let object = object(asking, attributes.object.as_deref().unwrap_or_default())?;
        let field = attributes.binary_part_name_alias.ok_or_else(|| nameless(&name))?;
        uploads[place].push(upload(asking, &object, &field, part, bounds).await?);
    }
    Err(too_many())
}

fn nameless(name: &str) -> Error {
    Error::json_shape(format!("No record says of which field the part '{name:.80}' is: binaryPartName and binaryPartNameAlias"))
}

fn too_many() -> Failure {
    Error::limit_exceeded(format!("parts of a multipart body: there may be {PARTS}")).into()
}

/// The part with the record, whole.
async fn first(form: &mut Multipart, bounds: Bounds) -> Result<Bytes, Failure> {
    let mut part = next(form, bounds).await?.ok_or_else(|| Error::json_shape("The multipart body is empty"))?;
    Part::of(0, part.name(), part.file_name(), part.content_type())?;
    let mut bytes = Vec::new();
    while let Some(more) = patiently(bounds, part.chunk()).await? {
        if bytes.len() + more.len() > RECORD {
            return Err(Failure::too_large(RECORD as u64));
        }
        bytes.extend_from_slice(&more);
    }
    Ok(bytes.into())
}

/// The name of a part with bytes.
fn blob_name(part: &Field<'_>) -> Result<String, Error> {
    match Part::of(1, part.name(), part.file_name(), part.content_type())? {
        Part::Blob { field, .. } => Ok(field.to_owned()),
        Part::Record => Err(Error::json_shape("A part with bytes has the name of its field, and a filename")),
    }
}

async fn upload(asking: &Asking, object: &Object, field: &str, part: Field<'_>, bounds: Bounds) -> Result<Upload, Failure> {
    let limit = bounds.file.min(if object.name == "ContentVersion" { MAX_CONTENT_VERSION } else { MAX_OTHER });
    let pieces = stream::try_unfold(part, |mut part| async move {
        let piece = tokio::time::timeout(bounds.patience, part.chunk()).await.map_err(Broken::Slow)?.map_err(Broken::Off)?;
        Ok::<_, Broken>(piece.map(|piece| (piece, part)))
    });
    asking.records.upload(field, Box::pin(pieces), limit).await.map_err(|error| match error {
        UploadError::TooLarge { limit } => Failure::too_large(limit),
        UploadError::Storage(error) => crm::Error::from(error).into(),
        UploadError::Source(error) if serve::is_length_limit(&*error) => Failure::too_large(bounds.file),
        UploadError::Source(error) => match error.downcast_ref() {
            Some(Broken::Slow(_)) => serve_error(serve::BodyError::TooSlow, bounds),
            _ => Error::json_shape("The multipart body is malformed or broke off").into(),
        },
    })
}

/// Why no more bytes come.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the bytes did not come in time")]
    Slow(#[source] tokio::time::error::Elapsed),
    #[error("the bytes broke off")]
    Off(#[source] axum::extract::multipart::MultipartError),
}

async fn next(form: &mut Multipart, bounds: Bounds) -> Result<Option<Field<'_>>, Failure> {
    patiently(bounds, form.next_field()).await
}

async fn patiently<T>(
    bounds: Bounds,
    reading: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(bounds.patience, reading).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE || serve::is_length_limit(&error) => {
            Err(serve_error(serve::BodyError::TooLarge, bounds))
        }
        Ok(Err(_)) => Err(Error::json_shape("The multipart body is malformed or broke off").into()),
        Err(_) => Err(serve_error(serve::BodyError::TooSlow, bounds)),
    }
}

fn serve_error(error: serve::BodyError, bounds: Bounds) -> Failure {
    super::failure::unread(error, bounds.file)
}
