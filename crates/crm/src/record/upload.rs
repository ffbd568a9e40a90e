//! Bytes of records: written before the record that cites them, and read back by it.

use std::str::FromStr as _;

use futures_util::{Stream, StreamExt as _};
use md5::{Digest as _, Md5};
use salesforce::{
    Error as Refusal, Id,
    record::{Given, Incoming},
};
use sea_query::ExprTrait as _;
use store::{BlobError, BlobId, BlobReader, BlobWriter, sql::Built};

use super::{Records, Upload, column, lookup};
use crate::{
    Error, Result, access,
    schema::{FieldType, Object},
    value::Value,
};

/// Why bytes were not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// There are more than allowed.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// How many are allowed.
        limit: u64,
    },
    /// The sender went away.
    #[error("the bytes could not be read")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] store::Error),
}

impl From<BlobError> for UploadError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::TooLarge { limit } => Self::TooLarge { limit },
            BlobError::Source(error) => Self::Source(error),
            BlobError::Store(error) => Self::Storage(error),
        }
    }
}

/// A blob on its way, and its checksum.
struct Uploading {
    writer: BlobWriter,
    md5: Md5,
}

impl Uploading {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.md5.update(bytes);
        self.writer.push(bytes).await
    }

    async fn finish(self, field: &str) -> Result<Upload, BlobError> {
        let blob = self.writer.finish().await?;
        Ok(Upload { field: field.to_owned(), blob, md5: self.md5.finalize().into() })
    }
}

impl Records {
    fn uploading(&self, limit: u64) -> Uploading {
        let place = self.crm.inner.parts.ids.next();
        let writer = self.crm.store().blob_writer(self.scope.caller.workspace, place, limit, self.scope.now);
        Uploading { writer, md5: Md5::new() }
    }

    /// Takes the bytes of a field, at most `limit`. What no record cites within an hour goes by itself.
    pub async fn upload<B, E>(&self, field: &str, bytes: impl Stream<Item = Result<B, E>> + Send, limit: u64) -> Result<Upload, UploadError>
    where
        B: AsRef<[u8]> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut uploading = self.uploading(limit);
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            uploading.push(piece.map_err(|error| UploadError::Source(error.into()))?.as_ref()).await?;
        }
        Ok(uploading.finish(field).await?)
    }

    /// Takes base64 out of a record, and its bytes to where records find them (`salesforce.md` 1.10): the uploads go with the operation.
    /// [`Self::change`] does it by itself; what is done [`Self::together`] needs it before.
    ///
    /// # Errors
    /// A refusal for what is no base64, or more than JSON may carry.
    pub async fn stage(&self, object: &str, record: &mut Incoming) -> Result<Vec<Upload>> {
        let Some(object) = self.scope.schema.object(object) else { return Ok(Vec::new()) };
        let mut uploads = Vec::new();
        let mut at = 0;
        while at < record.fields.len() {
            let (name, given) = &record.fields[at];
            let is_bytes = object.field(name).is_some_and(|field| field.field_type == FieldType::Base64);
            let bytes = match given {
                Given::Scalar(scalar) if is_bytes => scalar.bytes()?,
                _ => None,
            };
            let Some(bytes) = bytes else {
                at += 1;
                continue;
            };
            let (name, _) = record.fields.remove(at);
            let mut uploading = self.uploading(salesforce::blob::MAX_IN_JSON);
            let written = async {
                uploading.push(&bytes).await?;
                uploading.finish(&name).await
            };
            match written.await {
                Ok(upload) => uploads.push(upload),
                Err(BlobError::TooLarge { limit }) => {
                    return Err(Refusal::limit_exceeded(format!("{name}: base64 may stand for at most {limit} bytes")).into());
                }
                Err(BlobError::Store(error)) => return Err(error.into()),
                Err(BlobError::Source(_)) => return Err(store::Error::broken("bytes that were in memory").into()),
            }
        }
        Ok(uploads)
    }

    /// Opens the bytes of a record's field: none if the field has none.
    ///
    /// # Errors
    /// A refusal if there is no such record or field for the caller.
    pub async fn blob(&self, object: &str, id: Id, field: &str) -> Result<Option<BlobReader>> {
        let scope = &*self.scope;
        let rights = &scope.caller.rights;
        let object: &Object = scope.schema.object(object).filter(|object| rights.sees(object)).ok_or_else(Refusal::not_found)?;
        let field = object.field(field).filter(|field| field.field_type == FieldType::Base64 && rights.sees_field(object, field));
        let field = field.ok_or_else(Refusal::not_found)?;
        let mut snapshot = self.crm.store().record_snapshot(super::READS_TAKE).await?;
        let mut query = lookup::select(scope, object);
        query.expr(lookup::col(field.column())).and_where(lookup::col("id").eq(id.short()));
        if lookup::has_bin(object) {
            query.and_where(lookup::col("isdeleted").eq(0_i64));
        }
        if let Some(condition) = access::visible(&scope.schema, object, rights, lookup::ALIAS) {
            query.cond_where(condition);
        }
        let rows = snapshot.fetch_built(Built::new("bytes of a record", snapshot.backend(), &query)?.kept()).await?;
        drop(snapshot);
        let row = rows.first().ok_or_else(Refusal::not_found)?;
        let Value::Text(blob) = column::read(row, 0, field)? else { return Ok(None) };
        let blob = BlobId::from_str(&blob).map_err(|_| store::Error::broken("a record's bytes"))?;
        let reader = self.crm.store().blob(scope.caller.workspace, blob).await?;
        reader.map(Some).ok_or_else(|| Error::Storage(store::Error::broken("a record without its bytes")))
    }
}
