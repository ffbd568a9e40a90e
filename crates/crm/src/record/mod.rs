//! Records: made, changed, deleted, taken back and read, one or many at once.
//!
//! Whatever changes records is a list of [`Operation`]s, carried out in one transaction and answered one [`Outcome`] each. What can be refused
//! is known before a record is written ([`check`], [`lookup`]), so that one bad record of many costs the others nothing. What follows from
//! what is in [`rules`].

mod bin;
mod change;
pub(crate) mod check;
pub(crate) mod column;
mod draft;
mod lookup;
mod make;
mod once;
mod operation;
mod read;
mod rules;
mod unit;
mod upload;
mod write;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use salesforce::{
    Error as Refusal, Id, Version,
    record::{Record, Scalar},
};
use store::Tx;

pub use bin::{BIN_KEEPS, Emptied};
pub use change::MOST_OPERATIONS;
pub use once::Once;
pub use operation::{Operation, Outcome, Upload};
pub use unit::Unit;
pub use upload::UploadError;
pub(crate) use {
    change::change_in,
    draft::key_field,
    lookup::{changeable, deletable},
    rules::is_kept,
    write::numbered,
};

use crate::{Crm, Error, Reader, Result, Scope, access::Caller};

/// How long reading records by id may take.
const READS_TAKE: Duration = Duration::from_secs(30);
/// How often work is run that met another's.
const ATTEMPTS: usize = 4;
/// More changes than this at once are a batch.
const MANY: usize = 25;

/// Why a transaction was not kept.
enum Stopped {
    Failed(Error),
    /// One of a list was refused, and with it the others.
    Undone(Vec<Outcome>),
}

impl From<store::Error> for Stopped {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl store::Failure for Stopped {
    fn storage(&self) -> Option<&store::Error> {
        match self {
            Self::Failed(Error::Storage(error)) => Some(error),
            Self::Failed(Error::Refused(_)) | Self::Undone(_) => None,
        }
    }
}

/// Somebody else wrote the same at the same moment. What was unique is not any more: looked at again, that is known before it is written.
fn met_another(error: &store::Error) -> bool {
    matches!(error, store::Error::Duplicate(_) | store::Error::Contended(_))
}

/// The records of a workspace, for one caller and one request.
#[derive(Clone, Debug)]
pub struct Records {
    crm: Crm,
    scope: Arc<Scope>,
}

impl Records {
    /// As somebody sees them now.
    pub fn new(crm: Crm, scope: Scope) -> Self {
        Self { crm, scope: Arc::new(scope) }
    }

    /// For whom, with which objects, and when.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Carries out up to [`MOST_OPERATIONS`], in their order and in one transaction; an outcome each. With `all_or_none` nothing is written
    /// when one is refused, and the others are answered as undone (`salesforce.md` 1.9).
    ///
    /// # Errors
    /// A refusal of the list as a whole; storage.
    pub async fn change(&self, mut operations: Vec<Operation>, all_or_none: bool) -> Result<Vec<Outcome>> {
        if operations.len() > MOST_OPERATIONS {
            let sentence = format!("record limit reached. cannot submit more than {MOST_OPERATIONS} records into this call");
            return Err(Refusal::limit_exceeded(sentence).into());
        }
        // One by one: bytes that cannot be read refuse their own record.
        let mut unread = Vec::new();
        for (at, operation) in operations.iter_mut().enumerate() {
            if let Operation::Create { object, record, uploads }
            | Operation::Update { object, record, uploads, .. }
            | Operation::Upsert { object, record, uploads, .. } = operation
            {
                match self.stage(object, record).await {
                    Ok(staged) => uploads.extend(staged),
                    Err(Error::Refused(error)) => unread.push((at, error)),
                    Err(error) => return Err(error),
                }
            }
        }
        for (at, _) in unread.iter().rev() {
            operations.remove(*at);
        }
        if all_or_none && !unread.is_empty() {
            let mut outcomes = vec![Outcome::Refused(vec![Refusal::all_or_none_rolled_back()]); operations.len()];
            put_back(&mut outcomes, unread);
            return Ok(outcomes);
        }
        let operations = Arc::new(operations);
        let mut outcomes = self.attempts(|| Box::pin(self.attempt(operations.clone(), all_or_none))).await?;
        put_back(&mut outcomes, unread);
        Ok(outcomes)
    }

    async fn attempt(&self, operations: Arc<Vec<Operation>>, all_or_none: bool) -> Result<Vec<Outcome>> {
        let (store, scope) = (self.crm.store(), self.scope.clone());
        let done = if operations.len() > MANY {
            // They must not hold up what people say to each other.
            store.write_behind(move |tx| change_all(tx, scope.clone(), operations.clone(), all_or_none)).await
        } else {
            store.write(move |tx| change_all(tx, scope.clone(), operations.clone(), all_or_none)).await
        };
        match done {
            Ok(outcomes) | Err(Stopped::Undone(outcomes)) => Ok(outcomes),
            Err(Stopped::Failed(error)) => Err(error),
        }
    }

    /// Runs something again that met another's work, and gives up in the vendor's words.
    async fn attempts<'a, T>(&'a self, work: impl Fn() -> BoxFuture<'a, Result<T>> + Send + Sync) -> Result<T> {
        for _ in 1..ATTEMPTS {
            match work().await {
                Err(Error::Storage(error)) if met_another(&error) => tracing::debug!(%error, "records met another writer"),
                result => return result,
            }
        }
        match work().await {
            Err(Error::Storage(error)) if met_another(&error) => Err(Refusal::unable_to_lock_row().into()),
            result => result,
        }
    }

    /// Does several things in one transaction: see [`Unit`]. An error undoes all of it.
    pub async fn together<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(Unit<'t>) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        self.attempts(|| {
            let (crm, scope, work) = (self.crm.clone(), self.scope.clone(), work.clone());
            Box::pin(self.crm.store().write(move |tx| work(Unit::new(crm.clone(), tx, scope.clone()))))
        })
        .await
    }

    /// Reads records that the caller sees and that are not deleted, in the order of the ids; none for each that there is not. Without a list,
    /// all fields that the caller sees.
    ///
    /// # Errors
    /// A refusal for an object or a field that there is not for this caller; storage.
    pub async fn read(&self, object: &str, ids: &[Id], fields: Option<&[String]>, version: Version) -> Result<Vec<Option<Record>>> {
        let mut snapshot = self.crm.store().record_snapshot(READS_TAKE).await?;
        read::read_in(&mut Reader::Snapshot(&mut snapshot), &self.scope, object, ids, fields, version).await
    }

    /// Which records the caller sees that have this value in an external id or another field by which records are found.
    ///
    /// # Errors
    /// A refusal for an object or a field that there is not for this caller, or a value that is not of its type; storage.
    pub async fn by_key(&self, object: &str, field: &str, value: &Scalar) -> Result<Vec<Id>> {
        let mut snapshot = self.crm.store().record_snapshot(READS_TAKE).await?;
        read::by_key_in(&mut Reader::Snapshot(&mut snapshot), &self.scope, object, field, value).await
    }
}

impl Crm {
    /// The records of a workspace as somebody sees them now, for one request.
    pub async fn records(&self, caller: &Caller) -> Result<Records> {
        let schema = self.schema(caller.workspace).await?;
        Ok(Records::new(self.clone(), Scope { schema, caller: caller.clone(), now: self.now() }))
    }

    /// See [`Records::change`].
    pub async fn change(&self, caller: &Caller, operations: Vec<Operation>, all_or_none: bool) -> Result<Vec<Outcome>> {
        self.records(caller).await?.change(operations, all_or_none).await
    }

    /// See [`Records::read`].
    pub async fn read(
        &self,
        caller: &Caller,
        object: &str,
        ids: &[Id],
        fields: Option<&[String]>,
        version: Version,
    ) -> Result<Vec<Option<Record>>> {
        self.records(caller).await?.read(object, ids, fields, version).await
    }

    /// See [`Records::by_key`].
    pub async fn by_key(&self, caller: &Caller, object: &str, field: &str, value: &Scalar) -> Result<Vec<Id>> {
        self.records(caller).await?.by_key(object, field, value).await
    }

    /// See [`Records::together`].
    pub async fn together<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(Unit<'t>) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
    {
        self.records(caller).await?.together(work).await
    }
}

fn change_all(
    tx: &mut Tx,
    scope: Arc<Scope>,
    operations: Arc<Vec<Operation>>,
    all_or_none: bool,
) -> BoxFuture<'_, Result<Vec<Outcome>, Stopped>> {
    Box::pin(async move {
        let outcomes = change::change_in(tx, &scope, &operations).await?;
        if all_or_none { change::together(outcomes).map_err(Stopped::Undone) } else { Ok(outcomes) }
    })
}

/// Puts outcomes where they belong that were known before the others.
fn put_back(outcomes: &mut Vec<Outcome>, known: Vec<(usize, Refusal)>) {
    for (at, error) in known {
        outcomes.insert(at, Outcome::Refused(vec![error]));
    }
}
