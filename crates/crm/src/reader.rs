//! Where something is read: at one instant beside the writers, or in a transaction that has changed something.

use std::time::Duration;

use store::{
    Backend, Store, Tx,
    sql::{Built, RecordSnapshot, Row},
};

use crate::Result;

/// A place to read from.
#[derive(Debug)]
pub enum Reader<'a> {
    /// One instant of the database, with a limit to how long it may take.
    Snapshot(&'a mut RecordSnapshot),
    /// A transaction, with what it has changed.
    Tx(&'a mut Tx),
    /// Each statement by itself, with a limit to how long it may take: for whoever has but one.
    Alone(&'a Store, Duration),
}

impl Reader<'_> {
    /// Which database.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Snapshot(snapshot) => snapshot.backend(),
            Self::Tx(tx) => tx.backend(),
            Self::Alone(store, _) => store.backend(),
        }
    }

    /// Runs a query.
    pub async fn fetch(&mut self, built: Built) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Snapshot(snapshot) => snapshot.fetch_built(built).await?,
            Self::Tx(tx) => tx.fetch_built(built).await?,
            Self::Alone(store, longest) => store.record_rows(*longest, built).await?,
        })
    }
}
