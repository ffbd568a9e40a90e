//! The only place that knows which database this is.
//!
//! A statement is text that both understand, or one text for each; values and rows are ours. Everything above binds and reads the same way.

use domain::{
    ids::*,
    secret::{Secret, Text},
    time::Timestamp,
};
use futures_util::{StreamExt as _, stream::BoxStream};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection, pool::PoolConnection};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    record_reader::Lent,
};

/// A statement. `$1`, `$2` … are its values, on both databases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement {
    /// Its name, for errors and logs.
    pub(crate) name: &'static str,
    /// Its text.
    pub(crate) sql: Sql,
}

/// The text of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sql {
    /// Both databases understand it.
    Both(&'static str),
    /// They differ.
    Each {
        /// For SQLite.
        sqlite: &'static str,
        /// For PostgreSQL.
        postgres: &'static str,
    },
}

/// Declares statements as constants and lists them, so that a test prepares every one on both databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: $crate::driver::Statement =
            $crate::driver::Statement { name: stringify!($name), sql: $sql };)*
        #[cfg(test)]
        pub(crate) const ALL: &[$crate::driver::Statement] = &[$($name),*];
    };
}
pub(crate) use statements;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, in the data folder.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// A value to bind. `None` carries its type: PostgreSQL needs it.
#[derive(Clone)]
pub enum Value {
    /// A number, an instant, a flag.
    Int(Option<i64>),
    /// A number with a fraction.
    Double(Option<f64>),
    /// Text or JSON.
    Text(Option<String>),
    /// An id.
    Id(Option<Uuid>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value:?}"),
            Self::Double(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "text of {:?} bytes", value.as_ref().map(String::len)),
            Self::Id(value) => write!(f, "{value:?}"),
            Self::Bytes(value) => write!(f, "{:?} bytes", value.as_ref().map(Vec::len)),
        }
    }
}

impl Value {
    /// Takes the value out; what stays is NULL.
    pub(crate) fn take(&mut self) -> Self {
        match self {
            Self::Int(value) => Self::Int(value.take()),
            Self::Double(value) => Self::Double(value.take()),
            Self::Text(value) => Self::Text(value.take()),
            Self::Id(value) => Self::Id(value.take()),
            Self::Bytes(value) => Self::Bytes(value.take()),
        }
    }
}

macro_rules! into_value {
    ($($from:ty => $variant:ident, $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(Some(($convert)(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )*};
}

into_value! {
    i64 => Int, |v| v;
    f64 => Double, |v| v;
    bool => Int, i64::from;
    Timestamp => Int, |v: Timestamp| v.0;
    String => Text, |v| v;
    &str => Text, |v: &str| v.to_owned();
    &String => Text, |v: &String| v.clone();
    &Text => Text, |v: &Text| v.0.clone();
    &Secret => Text, |v: &Secret| v.0.clone();
    Uuid => Id, |v| v;
    WorkspaceId => Id, Uuid::from;
    VisitorId => Id, Uuid::from;
    AgentId => Id, Uuid::from;
    ConversationId => Id, Uuid::from;
    SessionId => Id, Uuid::from;
    DeploymentId => Id, Uuid::from;
    ButtonId => Id, Uuid::from;
    QueueId => Id, Uuid::from;
    OfferId => Id, Uuid::from;
    FileId => Id, Uuid::from;
    FileRequestId => Id, Uuid::from;
    OfflineMessageId => Id, Uuid::from;
    SignInId => Id, Uuid::from;
    AuditId => Id, Uuid::from;
    ConnectedAppId => Id, Uuid::from;
    AppSecretId => Id, Uuid::from;
    AppGrantId => Id, Uuid::from;
    AppTokenId => Id, Uuid::from;
    EventSourceId => Id, Uuid::from;
    DestinationId => Id, Uuid::from;
    DeliveryId => Id, Uuid::from;
    Vec<u8> => Bytes, |v| v;
    &[u8] => Bytes, |v: &[u8]| v.to_vec();
}

/// Values in the order of `$1`, `$2` ….
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::driver::Value::from($value)),*] };
}
pub(crate) use values;

/// A row that was read.
pub enum Row {
    /// From SQLite.
    Sqlite(sqlx::sqlite::SqliteRow),
    /// From PostgreSQL.
    Postgres(sqlx::postgres::PgRow),
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row")
    }
}

/// What a column can be read as.
pub trait Column: Sized {
    /// Reads column `index`.
    fn read(row: &Row, index: usize) -> Result<Self>;
}

macro_rules! native_columns {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn read(row: &Row, index: usize) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.try_get(index),
                    Row::Postgres(row) => row.try_get(index),
                }
                .map_err(|error| Error::from_sqlx(error, "a column's type"))
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row, index: usize) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.try_get(index),
                    Row::Postgres(row) => row.try_get(index),
                }
                .map_err(|error| Error::from_sqlx(error, "a column's type"))
            }
        }
    )*};
}

native_columns!(i64, f64, String, Uuid, Vec<u8>);

macro_rules! derived_columns {
    ($($type:ty: $from:ty, $convert:expr;)*) => {$(
        impl Column for $type {
            fn read(row: &Row, index: usize) -> Result<Self> {
                <$from>::read(row, index).map($convert)
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row, index: usize) -> Result<Self> {
                Ok(<Option<$from>>::read(row, index)?.map($convert))
            }
        }
    )*};
}

derived_columns! {
    bool: i64, |v| v != 0;
    Timestamp: i64, Timestamp;
    Text: String, Text;
    Secret: String, Secret;
    WorkspaceId: Uuid, WorkspaceId;
    VisitorId: Uuid, VisitorId;
    AgentId: Uuid, AgentId;
    ConversationId: Uuid, ConversationId;
    SessionId: Uuid, SessionId;
    DeploymentId: Uuid, DeploymentId;
    ButtonId: Uuid, ButtonId;
    QueueId: Uuid, QueueId;
    OfferId: Uuid, OfferId;
    FileId: Uuid, FileId;
    FileRequestId: Uuid, FileRequestId;
    OfflineMessageId: Uuid, OfflineMessageId;
    SignInId: Uuid, SignInId;
    AuditId: Uuid, AuditId;
    ConnectedAppId: Uuid, ConnectedAppId;
    AppSecretId: Uuid, AppSecretId;
    AppGrantId: Uuid, AppGrantId;
    AppTokenId: Uuid, AppTokenId;
    EventSourceId: Uuid, EventSourceId;
    DestinationId: Uuid, DestinationId;
    DeliveryId: Uuid, DeliveryId;
}

impl Row {
    /// Column `index`, counted from 0.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        T::read(self, index)
    }
}

/// One connection to the database: a writer's own, a borrowed one, or one inside a read-only transaction.
#[derive(Debug)]
pub(crate) enum Conn {
    /// To SQLite.
    Sqlite(Box<SqliteConnection>),
    /// To PostgreSQL.
    Postgres(Box<PgConnection>),
    /// Borrowed for one statement.
    SqliteBorrowed(PoolConnection<sqlx::Sqlite>),
    /// Borrowed for one statement.
    PostgresBorrowed(PoolConnection<sqlx::Postgres>),
    /// Lent for reading records.
    SqliteLent(Lent),
    /// In a transaction that ends when this is dropped.
    SqliteSnapshot(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// In a transaction that ends when this is dropped.
    PostgresSnapshot(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// A connection by its database.
pub(crate) enum Driver<'c> {
    /// To SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
}

macro_rules! bind {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Double(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Id(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}
pub(crate) use bind;

impl Conn {
    pub(crate) fn driver(&mut self) -> Driver<'_> {
        match self {
            Self::Sqlite(conn) => Driver::Sqlite(conn),
            Self::SqliteBorrowed(conn) => Driver::Sqlite(conn),
            Self::SqliteLent(lent) => Driver::Sqlite(lent.conn()),
            Self::SqliteSnapshot(conn) => Driver::Sqlite(conn),
            Self::Postgres(conn) => Driver::Postgres(conn),
            Self::PostgresBorrowed(conn) => Driver::Postgres(conn),
            Self::PostgresSnapshot(conn) => Driver::Postgres(conn),
        }
    }

    /// Which database it leads to.
    pub(crate) fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) | Self::SqliteBorrowed(_) | Self::SqliteLent(_) | Self::SqliteSnapshot(_) => Backend::Sqlite,
            Self::Postgres(_) | Self::PostgresBorrowed(_) | Self::PostgresSnapshot(_) => Backend::Postgres,
        }
    }

    /// Runs a statement; tells how many rows it touched.
    pub(crate) async fn execute(&mut self, statement: Statement, values: Vec<Value>) -> Result<u64> {
        match self.driver() {
            Driver::Sqlite(conn) => {
                bind!(sqlx::query(statement.sql.of(Backend::Sqlite)), values).execute(conn).await.map(|done| done.rows_affected())
            }
            Driver::Postgres(conn) => {
                bind!(sqlx::query(statement.sql.of(Backend::Postgres)), values).execute(conn).await.map(|done| done.rows_affected())
            }
        }
        .map_err(|error| Error::from_sqlx(error, statement.name))
    }

    /// Runs a statement; gives all its rows.
    pub(crate) async fn fetch_all(&mut self, statement: Statement, values: Vec<Value>) -> Result<Vec<Row>> {
        match self.driver() {
            Driver::Sqlite(conn) => bind!(sqlx::query(statement.sql.of(Backend::Sqlite)), values)
                .fetch_all(conn)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Driver::Postgres(conn) => bind!(sqlx::query(statement.sql.of(Backend::Postgres)), values)
                .fetch_all(conn)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|error| Error::from_sqlx(error, statement.name))
    }

    /// Runs a statement that was built for this backend (by sea-query, its values bound); gives all its rows. One that will come again in the
    /// same words is worth keeping prepared.
    pub(crate) async fn fetch_built(&mut self, name: &'static str, sql: String, values: Vec<Value>, keep: bool) -> Result<Vec<Row>> {
        match self.driver() {
            // Safe: sea-query made the text, and every value of a caller's is bound.
            Driver::Sqlite(conn) => bind!(sqlx::query(AssertSqlSafe(sql)).persistent(keep), values)
                .fetch_all(conn)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Driver::Postgres(conn) => bind!(sqlx::query(AssertSqlSafe(sql)).persistent(keep), values)
                .fetch_all(conn)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|error| Error::from_sqlx(error, name))
    }

    /// Runs a statement that was built for this backend from our own names, its values bound.
    pub(crate) async fn execute_built(&mut self, name: &'static str, sql: String, values: Vec<Value>) -> Result<u64> {
        match self.driver() {
            Driver::Sqlite(conn) => bind!(sqlx::query(AssertSqlSafe(sql)), values).execute(conn).await.map(|done| done.rows_affected()),
            Driver::Postgres(conn) => bind!(sqlx::query(AssertSqlSafe(sql)), values).execute(conn).await.map(|done| done.rows_affected()),
        }
        .map_err(|error| Error::from_sqlx(error, name))
    }

    /// Runs statements that were built for this backend from our own names and take no values.
    pub(crate) async fn script_built(&mut self, name: &'static str, sql: String) -> Result<()> {
        match self.driver() {
            Driver::Sqlite(conn) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop),
            Driver::Postgres(conn) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop),
        }
        .map_err(|error| Error::from_sqlx(error, name))
    }

    /// Runs a statement that was built for this backend from our own names; gives its rows one by one.
    pub(crate) fn stream_built(&mut self, name: &'static str, sql: String) -> BoxStream<'_, Result<Row>> {
        match self.driver() {
            Driver::Sqlite(conn) => sqlx::query(AssertSqlSafe(sql))
                .persistent(false)
                .fetch(conn)
                .map(move |row| row.map(Row::Sqlite).map_err(|error| Error::from_sqlx(error, name)))
                .boxed(),
            Driver::Postgres(conn) => sqlx::query(AssertSqlSafe(sql))
                .persistent(false)
                .fetch(conn)
                .map(move |row| row.map(Row::Postgres).map_err(|error| Error::from_sqlx(error, name)))
                .boxed(),
        }
    }

    /// Says goodbye to the other side.
    pub(crate) async fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
            Self::SqliteBorrowed(_)
            | Self::SqliteLent(_)
            | Self::PostgresBorrowed(_)
            | Self::SqliteSnapshot(_)
            | Self::PostgresSnapshot(_) => Ok(()),
        }
        .map_err(|error| Error::from_sqlx(error, "closing"))
    }

    /// Runs a statement; gives its first row, if there is one.
    pub(crate) async fn fetch_optional(&mut self, statement: Statement, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch_all(statement, values).await?.into_iter().next())
    }

    /// Runs a command that takes no values and needs no plan: BEGIN, COMMIT, SAVEPOINT.
    pub(crate) async fn command(&mut self, sqlite: &'static str, postgres: &'static str) -> Result<(), sqlx::Error> {
        match self.driver() {
            Driver::Sqlite(conn) => conn.execute(sqlite).await.map(drop),
            Driver::Postgres(conn) => conn.execute(postgres).await.map(drop),
        }
    }

    /// Copies what was committed from SQLite's log into its file, as far as nobody must be waited for.
    pub(crate) async fn checkpoint(&mut self) -> Result<()> {
        self.command("PRAGMA wal_checkpoint(PASSIVE)", "SELECT 1").await.map_err(|error| Error::from_sqlx(error, "a checkpoint"))
    }

    /// The other side still answers.
    pub(crate) async fn ping(&mut self) -> Result<(), sqlx::Error> {
        match self.driver() {
            Driver::Sqlite(conn) => conn.ping().await,
            Driver::Postgres(conn) => conn.ping().await,
        }
    }

    #[cfg(test)]
    pub(crate) async fn prepare(&mut self, text: String) -> Result<(), sqlx::Error> {
        use sqlx::SqlSafeStr as _;
        match self.driver() {
            Driver::Sqlite(conn) => conn.prepare(AssertSqlSafe(text).into_sql_str()).await.map(drop),
            Driver::Postgres(conn) => conn.prepare(AssertSqlSafe(text).into_sql_str()).await.map(drop),
        }
    }
}

impl Sql {
    /// The text for one database.
    pub(crate) fn of(self, backend: Backend) -> &'static str {
        match (self, backend) {
            (Self::Both(text), _)
            | (Self::Each { sqlite: text, .. }, Backend::Sqlite)
            | (Self::Each { postgres: text, .. }, Backend::Postgres) => text,
        }
    }
}
