//! How a request comes to records: each thing in a transaction of its own, or all of them in one.

use std::sync::{Arc, Mutex, PoisonError};

use crm::{
    Crm, Operation, Outcome, Scope,
    access::{Caller, Supposed},
    query::{Calendar, QueryOptions},
    record::{Records, Unit},
    schema::Schema,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use salesforce::{
    Id, Version,
    query::Page,
    record::{Incoming, Record, Scalar},
};

use super::{ask::Ask, failure::Failure};

/// Who asks, of what.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) crm: Crm,
    /// As they are for the caller.
    pub(super) records: Records,
    /// By what the caller might do before: then nothing but [`super::query::supposing`] may be asked.
    pub(super) supposed: Option<Supposed>,
    /// The days of the caller's zone.
    pub(super) calendar: Calendar,
    /// The whole address of the caller's identity.
    pub(super) identity: String,
    /// How much of the day's requests is used.
    pub(super) used: salesforce::headers::LimitInfo,
}

impl Asking {
    /// Who.
    pub(super) fn caller(&self) -> &Caller {
        &self.records.scope().caller
    }

    /// The same, by what the caller may do now.
    pub(super) async fn made_certain(mut self) -> Result<Self, Failure> {
        if let Some(supposed) = self.supposed.take() {
            let caller = self.crm.certain(&supposed).await?;
            if !caller.rights.api {
                return Err(salesforce::Error::api_disabled().into());
            }
            let scope = Scope { caller, schema: Arc::clone(self.schema()), now: self.records.scope().now };
            self.records = Records::new(self.crm.clone(), scope);
        }
        Ok(self)
    }

    /// What there is.
    pub(super) fn schema(&self) -> &Arc<Schema> {
        &self.records.scope().schema
    }

    /// How a query of theirs is answered.
    pub(super) fn query_options(&self, ask: &Ask, all_rows: bool) -> QueryOptions {
        QueryOptions { page: ask.page, all_rows, calendar: self.calendar.clone(), ..QueryOptions::new(ask.version) }
    }
}

/// Where records are read and changed.
#[derive(Debug)]
pub(super) enum Transaction<'t> {
    /// In one of its own for each step.
    Each,
    /// In one that somebody else ends.
    Shared(Unit<'t>),
}

/// Carries work out in one transaction, which is undone if it fails. It may be carried out twice, if the transaction meets another one.
pub(super) async fn together<T: Send + 'static>(
    asking: &Asking,
    work: impl for<'t> Fn(Transaction<'t>) -> BoxFuture<'t, Result<T, Failure>> + Clone + Send + Sync + 'static,
) -> Result<T, Failure> {
    let failed: Arc<Mutex<Option<Failure>>> = Arc::default();
    let told = Arc::clone(&failed);
    let done = asking.records.together(move |unit| {
        let (work, told) = (work.clone(), Arc::clone(&told));
        async move {
            work(Transaction::Shared(unit)).await.map_err(|failure| match failure {
                Failure::Storage(error) => error,
                other => {
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
                    // Undoes what was done; nobody reads what it says.
                    salesforce::Error::processing_halted().into()
                }
            })
        }
        .boxed()
    });
    match done.await {
        Ok(done) => Ok(done),
        Err(error @ crm::Error::Refused(_)) => {
            Err(failed.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(|| error.into()))
        }
        Err(error) => Err(error.into()),
    }
}

impl Transaction<'_> {
    /// Whether what is done is undone if a later step fails.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// Carries operations out, in their order.
    pub(super) async fn change(&mut self, asking: &Asking, operations: Vec<Operation>, all_or_none: bool) -> Result<Vec<Outcome>, Failure> {
        match self {
            Self::Each => Ok(asking.records.change(operations, all_or_none).await?),
            Self::Shared(unit) => {
                let mut staged = Vec::with_capacity(operations.len());
                for operation in operations {
                    staged.push(stage(asking, operation).await?);
                }
                Ok(unit.change(&staged, all_or_none).await?)
            }
        }
    }

    /// Carries one operation out.
    pub(super) async fn change_one(&mut self, asking: &Asking, operation: Operation) -> Result<Outcome, Failure> {
        let mut outcomes = self.change(asking, vec![operation], true).await?;
        outcomes.pop().ok_or_else(|| Failure::defect("an operation without an outcome"))
    }

    /// Reads records; those that there are not, or not for the caller, are none.
    pub(super) async fn read(
        &mut self,
        asking: &Asking,
        object: &str,
        ids: &[Id],
        fields: Option<&[String]>,
        version: Version,
    ) -> Result<Vec<Option<Record>>, Failure> {
        Ok(match self {
            Self::Each => asking.records.read(object, ids, fields, version).await?,
            Self::Shared(unit) => unit.read(object, ids, fields, version).await?,
        })
    }

    /// Reads one record.
    pub(super) async fn read_one(
        &mut self,
        asking: &Asking,
        object: &str,
        id: Id,
        fields: Option<&[String]>,
        version: Version,
    ) -> Result<Option<Record>, Failure> {
        Ok(self.read(asking, object, &[id], fields, version).await?.pop().flatten())
    }

    /// The records that have a key.
    pub(super) async fn by_key(&mut self, asking: &Asking, object: &str, field: &str, value: &Scalar) -> Result<Vec<Id>, Failure> {
        Ok(match self {
            Self::Each => asking.records.by_key(object, field, value).await?,
            Self::Shared(unit) => unit.by_key(object, field, value).await?,
        })
    }

    /// The first page of a query.
    pub(super) async fn query(&mut self, asking: &Asking, soql: &str, options: &QueryOptions) -> Result<Page, Failure> {
        Ok(match self {
            Self::Each => asking.crm.query_in(asking.records.scope(), soql, options).await?,
            Self::Shared(unit) => unit.query(soql, options).await?,
        })
    }
}

/// Bytes that stand in a record's JSON are written before the transaction goes on with it.
async fn stage(asking: &Asking, operation: Operation) -> Result<Operation, Failure> {
    let taken = |object: String, mut record: Incoming| async move {
        let uploads = asking.records.stage(&object, &mut record).await?;
        Ok::<_, Failure>((object, record, uploads))
    };
    Ok(match operation {
        Operation::Create { object, record, uploads } => {
            let (object, record, more) = taken(object, record).await?;
            Operation::Create { object, record, uploads: uploads.into_iter().chain(more).collect() }
        }
        Operation::Update { object, id, record, uploads } => {
            let (object, record, more) = taken(object, record).await?;
            Operation::Update { object, id, record, uploads: uploads.into_iter().chain(more).collect() }
        }
        Operation::Upsert { object, key, value, record, uploads, update_only } => {
            let (object, record, more) = taken(object, record).await?;
            Operation::Upsert { object, key, value, record, uploads: uploads.into_iter().chain(more).collect(), update_only }
        }
        other @ (Operation::Delete { .. } | Operation::Undelete { .. }) => other,
    })
}
