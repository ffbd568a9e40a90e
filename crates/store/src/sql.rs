//! Statements that are put together at run time, for what has no tables until somebody defines them: records.
//!
//! `sea-query` makes the text, every value is bound, and only names that were checked become identifiers. Everything else in this crate has
//! its statements as constants. Reading has connections of its own and an end: whoever asks too much waits for nobody's conversation.

use std::time::Duration;

use domain::ids::WorkspaceId;
use futures_util::future::BoxFuture;
use sea_query::{PostgresQueryBuilder, QueryStatementWriter, SchemaStatementBuilder, SqliteQueryBuilder};

use crate::{
    Store,
    driver::{Backend, Conn},
    error::{Error, Result},
    record_reader::RecordReaders,
    tx::Tx,
    writer::Failure,
};

pub use crate::driver::{Column, Row, Value};

/// A statement with its values, for one database.
#[derive(Clone, Debug)]
pub struct Built {
    name: &'static str,
    text: String,
    values: Vec<Value>,
    keep: bool,
}

impl Built {
    /// A query or a change. The name is for errors and logs.
    ///
    /// # Errors
    /// [`Error::Broken`] for a value of a kind that columns do not have.
    pub fn new(name: &'static str, backend: Backend, statement: &impl QueryStatementWriter) -> Result<Self> {
        let (text, values) = match backend {
            Backend::Sqlite => statement.build_any(&SqliteQueryBuilder),
            Backend::Postgres => statement.build_any(&PostgresQueryBuilder),
        };
        let values = values.into_iter().map(|value| bound(name, value)).collect::<Result<_>>()?;
        Ok(Self { name, text, values, keep: false })
    }

    /// A change of what tables there are: see [`Store::define`].
    pub fn definition(name: &'static str, backend: Backend, statement: &impl SchemaStatementBuilder) -> Self {
        let text = match backend {
            Backend::Sqlite => statement.build(SqliteQueryBuilder),
            Backend::Postgres => statement.build(PostgresQueryBuilder),
        };
        Self { name, text, values: Vec::new(), keep: false }
    }

    /// It will come again in the same words: worth keeping prepared.
    #[must_use]
    pub fn kept(self) -> Self {
        Self { keep: true, ..self }
    }

    /// How the database would carry it out, a line in each row's last column, instead of carrying it out.
    #[must_use]
    pub fn explained(self, backend: Backend) -> Self {
        let explain = match backend {
            Backend::Sqlite => "EXPLAIN QUERY PLAN ",
            Backend::Postgres => "EXPLAIN ",
        };
        Self { text: format!("{explain}{}", self.text), keep: false, ..self }
    }

    /// How many values it binds.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The text, with `?` or `$1` for its values.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn bound(name: &'static str, value: sea_query::Value) -> Result<Value> {
    use sea_query::Value as Given;
    Ok(match value {
        Given::Bool(value) => Value::Int(value.map(i64::from)),
        Given::Int(value) => Value::Int(value.map(i64::from)),
        Given::BigInt(value) => Value::Int(value),
        // LIMIT and OFFSET come so.
        Given::BigUnsigned(value) => Value::Int(value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))),
        Given::Double(value) => Value::Double(value),
        Given::String(value) => Value::Text(value),
        Given::Bytes(value) => Value::Bytes(value),
        Given::Uuid(value) => Value::Id(value),
        _ => return Err(Error::broken(name)),
    })
}

impl Conn {
    async fn fetch(&mut self, built: Built) -> Result<Vec<Row>> {
        self.fetch_built(built.name, built.text, built.values, built.keep).await
    }
}

impl Tx {
    /// Runs a change; tells how many rows it touched.
    pub async fn run_built(&mut self, built: Built) -> Result<u64> {
        self.conn.execute_built(built.name, built.text, built.values).await
    }

    /// Runs definitions one after the other, told to the database at once.
    pub async fn run_definitions(&mut self, definitions: &[Built]) -> Result<()> {
        let Some(first) = definitions.first() else { return Ok(()) };
        let text = definitions.iter().map(|definition| definition.text.as_str()).collect::<Vec<_>>().join(";\n");
        self.conn.script_built(first.name, text).await
    }

    /// Runs a query, or a change that returns rows.
    pub async fn fetch_built(&mut self, built: Built) -> Result<Vec<Row>> {
        self.conn.fetch(built).await
    }
}

/// One instant of the database, for records; ends when dropped, and when its time is over.
#[derive(Debug)]
pub struct RecordSnapshot {
    conn: Conn,
}

impl RecordSnapshot {
    /// Which database it is of.
    pub fn backend(&self) -> Backend {
        self.conn.backend()
    }

    /// Runs a query.
    ///
    /// # Errors
    /// One of which [`Error::is_over_time`] is true, when the time given for the snapshot was over before.
    pub async fn fetch_built(&mut self, built: Built) -> Result<Vec<Row>> {
        if let Conn::SqliteLent(lent) = &mut self.conn {
            lent.begins();
        }
        let rows = self.conn.fetch(built).await?;
        if let Conn::SqliteLent(lent) = &mut self.conn {
            lent.has_ended();
        }
        Ok(rows)
    }
}

impl Store {
    /// Opens a snapshot for records, on a connection that nothing else reads by. Each statement (PostgreSQL), or all of them together (SQLite),
    /// may take this long.
    pub async fn record_snapshot(&self, longest: Duration) -> Result<RecordSnapshot> {
        let mut conn = self.record_readers.snapshot(longest).await?;
        if conn.backend() == Backend::Postgres {
            let text = format!("SET LOCAL statement_timeout = {}", longest.as_millis().max(1));
            conn.execute_built("a snapshot's limit", text, Vec::new()).await?;
        }
        Ok(RecordSnapshot { conn })
    }

    /// Runs one query by itself, which sees one instant too and costs less than a snapshot.
    ///
    /// # Errors
    /// One of which [`Error::is_over_time`] is true, when it took longer.
    pub async fn record_rows(&self, longest: Duration, built: Built) -> Result<Vec<Row>> {
        match &self.record_readers {
            RecordReaders::Sqlite(shelf) => {
                let conn = Conn::SqliteLent(shelf.lend(longest).await?);
                RecordSnapshot { conn }.fetch_built(built).await
            }
            // Only a transaction of its own has a limit of its own.
            RecordReaders::Postgres(_) => self.record_snapshot(longest).await?.fetch_built(built).await,
        }
    }

    /// Changes what tables there are: alone in its transaction, on a connection of its own, which waits two seconds for its locks and then gives
    /// up. Like any work it awaits nothing but the transaction; it is run once.
    ///
    /// # Errors
    /// The function's own; [`Error::Contended`] when somebody held the lock.
    pub async fn define<T, E, F>(&self, workspace: WorkspaceId, function: F) -> Result<T, E>
    where
        E: Failure,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send,
    {
        let fail = |error: sqlx::Error| E::from(Error::from_sqlx(error, "a definition"));
        let mut tx = Tx::new(self.connector.connect().await?);
        tx.conn.command("BEGIN IMMEDIATE", "BEGIN").await.map_err(fail)?;
        let result = async {
            if tx.backend() == Backend::Postgres {
                // One at a time, also of two servers: otherwise both make the same table.
                let key = i64::from_be_bytes(workspace.0.as_bytes()[8..].try_into().expect("an id has 16 bytes"));
                let text = "SELECT pg_advisory_xact_lock($1)".to_owned();
                tx.conn.fetch_built("a definition", text, vec![Value::Int(Some(key))], false).await?;
            }
            let value = function(&mut tx).await?;
            tx.append().await?;
            Ok(value)
        }
        .await;
        match result {
            Ok(value) => {
                tx.conn.command("COMMIT", "COMMIT").await.map_err(fail)?;
                tx.conn.close().await?;
                self.hints.committed();
                Ok(value)
            }
            Err(error) => {
                // The connection is closed whatever it says: so is its transaction.
                let _ = tx.conn.command("ROLLBACK", "ROLLBACK").await;
                Err(error)
            }
        }
    }
}
