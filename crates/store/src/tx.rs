//! One writing transaction.

use std::collections::BTreeMap;

use domain::{ids::WorkspaceId, journal::Numbered, time::Timestamp};

use crate::{
    driver::{Backend, Conn, Row, Statement, Value},
    error::Result,
    fate::{Mark, Transaction},
    journal,
    rows::Rows,
};

/// A writing transaction, or one work's part of a shared one. Only the writer makes, commits and rolls it back.
///
/// Work awaits nothing but this, reads no journal, and may run twice.
#[derive(Debug)]
pub struct Tx {
    pub(crate) conn: Conn,
    mark: Option<Mark>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) workspace: WorkspaceId,
    pub(crate) at: Timestamp,
    pub(crate) numbered: Numbered,
}

impl Tx {
    /// For a connection whose transactions nobody asks about later.
    pub(crate) fn new(conn: Conn) -> Self {
        Self { conn, mark: None, entries: Vec::new() }
    }

    /// For a connection whose transactions' fate can be asked about.
    pub(crate) async fn marked(mut conn: Conn) -> Result<Self> {
        let mark = Mark::begin(&mut conn).await?;
        Ok(Self { conn, mark, entries: Vec::new() })
    }

    /// Appends to the workspace's journal when the transaction commits.
    pub fn journal(&mut self, workspace: WorkspaceId, at: Timestamp, numbered: Numbered) {
        self.entries.push(Entry { workspace, at, numbered });
    }

    /// How many entries wait to be appended: a mark to return to.
    pub(crate) fn mark(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn return_to(&mut self, mark: usize) {
        self.entries.truncate(mark);
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.conn.backend()
    }

    pub(crate) async fn execute(&mut self, statement: Statement, values: Vec<Value>) -> Result<u64> {
        self.conn.execute(statement, values).await
    }

    pub(crate) async fn fetch_all(&mut self, statement: Statement, values: Vec<Value>) -> Result<Vec<Row>> {
        self.conn.fetch_all(statement, values).await
    }

    pub(crate) async fn execute_rows(&mut self, rows: Rows) -> Result<u64> {
        self.conn.execute_rows(rows).await
    }

    pub(crate) async fn fetch_rows(&mut self, rows: Rows) -> Result<Vec<Row>> {
        self.conn.fetch_rows(rows).await
    }

    pub(crate) async fn fetch_optional(&mut self, statement: Statement, values: Vec<Value>) -> Result<Option<Row>> {
        self.conn.fetch_optional(statement, values).await
    }

    /// The file may not grow beyond so many pages: a full disk, for tests.
    #[cfg(test)]
    pub(crate) async fn limit_pages(&mut self, pages: i64) -> Result<()> {
        self.conn.fetch_built("limit", format!("PRAGMA max_page_count = {pages}"), vec![], false).await.map(drop)
    }

    /// Takes positions (last of all locks) and appends everything with one statement. Gives what PostgreSQL knows the transaction by, to ask for
    /// its fate if the answer to COMMIT is lost.
    pub(crate) async fn append(&mut self) -> Result<Option<Transaction>> {
        let entries = std::mem::take(&mut self.entries);
        if entries.is_empty() {
            return Ok(None);
        }
        let mut counts: BTreeMap<WorkspaceId, i64> = BTreeMap::new();
        for entry in &entries {
            *counts.entry(entry.workspace).or_default() += 1;
        }
        journal::append(&mut self.conn, &entries, counts, self.mark.as_mut()).await
    }
}
