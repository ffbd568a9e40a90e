//! A record that is made once, however often it is asked for.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use salesforce::{Error as Refusal, Id, record::Incoming};
use sea_query::{Expr, ExprTrait as _, Query};
use store::{Tx, sql::Built};

use super::{Operation, Outcome, Records, change, lookup};
use crate::{Error, Result, Scope};

/// What became of a record that is to be made under a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Once {
    /// It was made.
    Made(Id),
    /// It had been made under this key before, whatever became of it since.
    Before(Id),
    /// It was not made, and the key is free.
    Refused(Vec<Refusal>),
}

impl Records {
    /// Makes a record, or says which one was made under this key.
    pub async fn create_once(&self, key: &str, object: &str, mut record: Incoming) -> Result<Once> {
        let uploads = match self.stage(object, &mut record).await {
            Ok(uploads) => uploads,
            Err(Error::Refused(error)) => return Ok(Once::Refused(vec![error])),
            Err(error) => return Err(error),
        };
        let work = Arc::new((key.to_owned(), Operation::Create { object: object.to_owned(), record, uploads }));
        self.attempts(|| {
            let (scope, work) = (self.scope.clone(), work.clone());
            Box::pin(self.crm.store().write(move |tx| make(tx, scope.clone(), work.clone())))
        })
        .await
    }

    /// The record that was made under a key, and when.
    pub async fn made_under(&self, key: &str) -> Result<Option<(Id, domain::time::Timestamp)>> {
        let mut snapshot = self.crm.store().record_snapshot(super::READS_TAKE).await?;
        let query = query(&self.scope, key);
        let rows = snapshot.fetch_built(Built::new("a record under a key", snapshot.backend(), &query)?.kept()).await?;
        rows.first().map(|row| Ok((lookup::id_at(row, 0)?, row.get(1)?))).transpose()
    }
}

fn query(scope: &Scope, key: &str) -> sea_query::SelectStatement {
    Query::select()
        .columns(["record", "at"])
        .from("crm_key")
        .and_where(Expr::col("workspace").eq(uuid::Uuid::from(scope.caller.workspace)))
        .and_where(Expr::col("key").eq(key))
        .take()
}

fn make(tx: &mut Tx, scope: Arc<Scope>, work: Arc<(String, Operation)>) -> BoxFuture<'_, Result<Once>> {
    Box::pin(async move {
        let (key, operation) = &*work;
        let built = Built::new("a record under a key", tx.backend(), &query(&scope, key))?;
        if let Some(row) = tx.fetch_built(built.kept()).await?.first() {
            return Ok(Once::Before(lookup::id_at(row, 0)?));
        }
        let id = match change::change_in(tx, &scope, std::slice::from_ref(operation)).await?.pop() {
            Some(Outcome::Saved(id)) => id,
            Some(Outcome::Refused(errors)) => return Ok(Once::Refused(errors)),
            _ => return Err(store::Error::broken("a creation that is none").into()),
        };
        let object = scope.schema.object_of(id.prefix()).map_or("", |object| &object.name);
        let mut insert = Query::insert();
        insert.into_table("crm_key").columns(["workspace", "key", "object", "record", "at"]).values_panic([
            uuid::Uuid::from(scope.caller.workspace).into(),
            key.as_str().into(),
            object.into(),
            id.short().into(),
            scope.now.0.into(),
        ]);
        // Somebody who was quicker makes this fail: then it is asked again, and theirs is found.
        tx.run_built(Built::new("the key of a record", tx.backend(), &insert)?).await?;
        Ok(Once::Made(id))
    })
}
