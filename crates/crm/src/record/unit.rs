//! Several requests in one transaction: a composite one whose parts succeed together or not at all (`salesforce.md` 1.9).

use std::sync::Arc;

use domain::time::Timestamp;
use salesforce::{
    Error as Refusal, Id, Version,
    query::Page,
    record::{Record, Scalar},
};
use sea_query::LockType;
use store::Tx;

use super::{Operation, Outcome, change, lookup, read};
use crate::{Crm, QueryOptions, Reader, Result, Scope, value::Value};

/// A transaction in which records are changed and read again, with what was changed before.
///
/// Work with it may run twice, and awaits nothing else. Whatever was written when it refuses something is undone by returning an error.
#[derive(Debug)]
pub struct Unit<'t> {
    crm: Crm,
    tx: &'t mut Tx,
    scope: Arc<Scope>,
}

impl<'t> Unit<'t> {
    pub(crate) fn new(crm: Crm, tx: &'t mut Tx, scope: Arc<Scope>) -> Self {
        Self { crm, tx, scope }
    }

    /// For whom, with which objects, and when.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Where to read from.
    pub fn reader(&mut self) -> Reader<'_> {
        Reader::Tx(self.tx)
    }

    /// Changes records. With `all_or_none` the sound ones of a list with a refused one are answered as undone: they are when the whole is.
    pub async fn change(&mut self, operations: &[Operation], all_or_none: bool) -> Result<Vec<Outcome>> {
        let outcomes = change::change_in(self.tx, &self.scope, operations).await?;
        Ok(if all_or_none { change::together(outcomes).unwrap_or_else(|undone| undone) } else { outcomes })
    }

    /// Reads records: see [`super::Records::read`].
    pub async fn read(&mut self, object: &str, ids: &[Id], fields: Option<&[String]>, version: Version) -> Result<Vec<Option<Record>>> {
        read::read_in(&mut Reader::Tx(self.tx), &self.scope, object, ids, fields, version).await
    }

    /// Runs a query over what is there now: see [`Crm::query`].
    pub async fn query(&mut self, text: &str, options: &QueryOptions) -> Result<Page> {
        self.crm.query_within(self.tx, &self.scope, text, options).await
    }

    /// When a record was changed last, if the caller sees it: nobody else changes it until the transaction ends. None within, where its object
    /// does not keep that.
    pub(crate) async fn changed_at(&mut self, object: &str, id: Id) -> Result<Option<Option<Timestamp>>> {
        let scope = self.scope.clone();
        let object = scope.schema.object(object).filter(|object| scope.caller.rights.sees(object)).ok_or_else(Refusal::not_found)?;
        let reader = &mut Reader::Tx(self.tx);
        let Some(record) = lookup::load(reader, &scope, object, &[id], Some(LockType::Update)).await?.remove(&id) else { return Ok(None) };
        if !lookup::visible(reader, &scope, object, &[id]).await?.contains(&id) {
            return Ok(None);
        }
        let stamp = ["SystemModstamp", "LastModifiedDate"].iter().find_map(|name| object.position(name));
        Ok(Some(match stamp.and_then(|place| record.get(place)) {
            Some(Value::Instant(at)) => Some(Timestamp(*at)),
            _ => None,
        }))
    }

    /// Which records have a key: see [`super::Records::by_key`].
    pub async fn by_key(&mut self, object: &str, field: &str, value: &Scalar) -> Result<Vec<Id>> {
        read::by_key_in(&mut Reader::Tx(self.tx), &self.scope, object, field, value).await
    }
}
