//! Answers to requests that carried an idempotency key, kept for a day, written in the transaction that did the work.

use std::time::Duration;

use domain::{ids::WorkspaceId, secret::Text, time::Timestamp};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::Result,
    tx::Tx,
};

/// How long answers are kept.
pub const REQUEST_KEYS_LIVE: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer to a request that carried a key.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestKey {
    /// Whose key it is: a sign-in's agent, a session, and the resource.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A hash of the request: the same key with another request is a mistake of the caller's.
    pub fingerprint: Vec<u8>,
    /// The answer's HTTP status.
    pub status: i64,
    /// The answer's body.
    pub answer: Text,
    /// When.
    pub at: Timestamp,
}

fn request_key(row: &Row) -> Result<RequestKey> {
    Ok(RequestKey {
        scope: row.get(0)?,
        key: row.get(1)?,
        fingerprint: row.get(2)?,
        status: row.get(3)?,
        answer: row.get(4)?,
        at: row.get(5)?,
    })
}

impl Store {
    /// The answer to an earlier request with this key.
    pub async fn request_key(&self, workspace: WorkspaceId, scope: &str, key: &str) -> Result<Option<RequestKey>> {
        self.borrow().await?.fetch_optional(FIND, values![workspace, scope, key]).await?.as_ref().map(request_key).transpose()
    }
}

impl Tx {
    /// The answer to an earlier request with this key. Another transaction with the same key waits until this one is over.
    pub async fn request_key(&mut self, workspace: WorkspaceId, scope: &str, key: &str) -> Result<Option<RequestKey>> {
        self.fetch_optional(WAIT_FOR_SAME, values![workspace, scope, key]).await?;
        self.fetch_optional(FIND, values![workspace, scope, key]).await?.as_ref().map(request_key).transpose()
    }

    /// Keeps the answer, in the transaction that did the work.
    ///
    /// # Errors
    /// [`crate::Error::Duplicate`] if the key was used before: look with [`Tx::request_key`] first, in the same transaction.
    pub async fn insert_request_key(&mut self, workspace: WorkspaceId, answer: &RequestKey) -> Result<()> {
        self.execute(
            INSERT,
            values![workspace, &answer.scope, &answer.key, answer.fingerprint.as_slice(), answer.status, &answer.answer, answer.at,],
        )
        .await?;
        Ok(())
    }

    /// Removes answers older than a day; tells how many went.
    pub async fn prune_request_keys(&mut self, workspace: WorkspaceId, now: Timestamp) -> Result<u64> {
        self.execute(PRUNE, values![workspace, now - REQUEST_KEYS_LIVE]).await
    }
}

statements! {
    FIND = Sql::Both(
        "SELECT scope, key, fingerprint, status, answer, at FROM request_key WHERE workspace = $1 AND scope = $2 AND key = $3"
    );
    WAIT_FOR_SAME = Sql::Each {
        // SQLite's one writer is the lock.
        sqlite: "SELECT workspace FROM request_key WHERE workspace = $1 AND scope = $2 AND key = $3",
        postgres: "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text || ' ' || $2::text || ' ' || $3::text, 0))) AS workspace",
    };
    INSERT = Sql::Both(
        "INSERT INTO request_key (workspace, scope, key, fingerprint, status, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    );
    PRUNE = Sql::Both("DELETE FROM request_key WHERE workspace = $1 AND at < $2");
}
