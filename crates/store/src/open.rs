//! Opening the database: connections, settings, migrations.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgPool, SqlSafeStr as _, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    blob::Blobs,
    driver::{Backend, Conn},
    error::{Error, Result},
    lock::FolderLock,
    record_reader::{RECORD_READERS, RecordReaders, Shelf},
};

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLite file; its folder holds the blobs' file too.
    Sqlite(PathBuf),
    /// A PostgreSQL URL.
    Postgres(Box<PgConnectOptions>),
}

impl FromStr for Location {
    type Err = Error;

    /// `sqlite:PATH` or `postgres://…`.
    fn from_str(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return url
                .parse::<PgConnectOptions>()
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|error| Error::Refused(format!("the database address cannot be read: {error}")));
        }
        Err(Error::Refused("the database address must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME".into()))
    }
}

/// How to open it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is.
    pub location: Location,
    /// Connections for reading.
    pub readers: u32,
    /// Connections for message sets on PostgreSQL (SQLite has one writer).
    pub message_writers: u32,
    /// Connections for all other writing on PostgreSQL.
    pub command_writers: u32,
    /// Longest time of one statement on PostgreSQL.
    pub statement_timeout: Duration,
    /// A folder of its own for the blobs' file (SQLite); none for the database's.
    pub blobs: Option<PathBuf>,
    /// No other process may use the data folder (SQLite). Off only for short work beside a running server.
    pub exclusive: bool,
}

impl Options {
    /// Defaults for a place.
    pub fn new(location: Location) -> Self {
        Self {
            location,
            readers: 4,
            message_writers: 2,
            command_writers: 4,
            statement_timeout: Duration::from_secs(2),
            blobs: None,
            exclusive: true,
        }
    }

    /// The blobs' file; none with PostgreSQL, which has them in tables.
    pub(crate) fn blobs_file(&self) -> Option<PathBuf> {
        const NAME: &str = "blobs.sqlite";
        match (&self.location, &self.blobs) {
            (Location::Sqlite(_), Some(folder)) => Some(folder.join(NAME)),
            (Location::Sqlite(path), None) => Some(path.with_file_name(NAME)),
            (Location::Postgres(_), _) => None,
        }
    }
}

/// The newest schema this server knows.
pub const SCHEMA_VERSION: i64 = 12;

const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (1, "first", include_str!("../migrations/sqlite/0001_first.sql"), include_str!("../migrations/postgres/0001_first.sql")),
    (2, "desk", include_str!("../migrations/sqlite/0002_desk.sql"), include_str!("../migrations/postgres/0002_desk.sql")),
    (3, "web", include_str!("../migrations/sqlite/0003_web.sql"), include_str!("../migrations/postgres/0003_web.sql")),
    (4, "figures", include_str!("../migrations/sqlite/0004_figures.sql"), include_str!("../migrations/postgres/0004_figures.sql")),
    (5, "crm", include_str!("../migrations/sqlite/0005_crm.sql"), include_str!("../migrations/postgres/0005_crm.sql")),
    (
        6,
        "transcripts",
        include_str!("../migrations/sqlite/0006_transcripts.sql"),
        include_str!("../migrations/postgres/0006_transcripts.sql"),
    ),
    (
        7,
        "authorization",
        include_str!("../migrations/sqlite/0007_authorization.sql"),
        include_str!("../migrations/postgres/0007_authorization.sql"),
    ),
    (
        8,
        "record blobs",
        include_str!("../migrations/sqlite/0008_record_blobs.sql"),
        include_str!("../migrations/postgres/0008_record_blobs.sql"),
    ),
    (9, "records", include_str!("../migrations/sqlite/0009_records.sql"), include_str!("../migrations/postgres/0009_records.sql")),
    (
        10,
        "deliveries",
        include_str!("../migrations/sqlite/0010_deliveries.sql"),
        include_str!("../migrations/postgres/0010_deliveries.sql"),
    ),
    (
        11,
        "customer events",
        include_str!("../migrations/sqlite/0011_customer_events.sql"),
        include_str!("../migrations/postgres/0011_customer_events.sql"),
    ),
    (
        12,
        "prepared details",
        include_str!("../migrations/sqlite/0012_prepared_details.sql"),
        include_str!("../migrations/postgres/0012_prepared_details.sql"),
    ),
];

/// Brings a database to `version`.
pub(crate) fn migrator(backend: Backend, version: i64) -> Migrator {
    let mut migrator = Migrator::DEFAULT;
    migrator.migrations = MIGRATIONS
        .iter()
        .filter(|(known, ..)| *known <= version)
        .map(|&(version, name, sqlite, postgres)| {
            let text = if backend == Backend::Sqlite { sqlite } else { postgres };
            Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
        })
        .collect();
    migrator.ignore_missing = true;
    migrator
}

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: an answered commit is on the disk (field.md 5.1 promise 1).
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(2))
        .statement_cache_capacity(400)
        // Most of a checkpoint is done beside the writer (checkpoint.rs); at this length of the log the writer does the rest and begins it anew.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "memory")
        // What was erased is overwritten wherever that costs no more writing.
        .pragma("secure_delete", "fast")
        .disable_statement_logging()
}

/// How long a reading waits for a connection: when all visitors come back at once, they are served one after the other.
const READERS_WAIT: Duration = Duration::from_secs(10);

/// The tables of the blobs' file.
pub(crate) const BLOBS_SCHEMA: &str = include_str!("../migrations/sqlite/blobs.sql");
/// Uploads and downloads share few connections: they wait longer for one than commands do.
const BLOBS_WAIT: Duration = Duration::from_secs(10);

fn postgres_options(options: &PgConnectOptions, statement_timeout: Duration) -> PgConnectOptions {
    options
        .clone()
        .application_name("switchboard")
        .statement_cache_capacity(400)
        .options([
            ("statement_timeout", format!("{}ms", statement_timeout.as_millis())),
            ("lock_timeout", "2s".to_owned()),
            ("idle_in_transaction_session_timeout", "10s".to_owned()),
            // It takes up to a second to compile what runs for milliseconds: wherever the planner has no figures of a table yet.
            ("jit", "off".to_owned()),
        ])
        .disable_statement_logging()
}

/// Makes writing connections.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    options: Options,
}

impl Connector {
    pub(crate) fn new(options: Options) -> Self {
        Self { options }
    }

    pub(crate) fn backend(&self) -> Backend {
        match self.options.location {
            Location::Sqlite(_) => Backend::Sqlite,
            Location::Postgres(_) => Backend::Postgres,
        }
    }

    pub(crate) async fn connect(&self) -> Result<Conn> {
        let result = match &self.options.location {
            Location::Sqlite(path) => sqlite_options(path).connect().await.map(|conn| Conn::Sqlite(Box::new(conn))),
            Location::Postgres(options) => {
                postgres_options(options, self.options.statement_timeout).connect().await.map(|conn| Conn::Postgres(Box::new(conn)))
            }
        };
        result.map_err(|error| Error::Unavailable(Box::new(error)))
    }

    /// Makes the data folder, and that of blobs.
    pub(crate) fn make_folder(&self) -> Result<()> {
        let Location::Sqlite(path) = &self.options.location else { return Ok(()) };
        let data = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        for (what, folder) in [("data folder", data), ("folder of files", self.options.blobs.as_deref())] {
            if let Some(folder) = folder {
                std::fs::create_dir_all(folder)
                    .map_err(|error| Error::Refused(format!("the {what} {} cannot be made: {error}", folder.display())))?;
            }
        }
        Ok(())
    }

    /// Takes the folders for this process: the data folder, and that of blobs if it is another one.
    pub(crate) fn lock_folders(&self) -> Result<Vec<FolderLock>> {
        let Location::Sqlite(path) = &self.options.location else { return Ok(Vec::new()) };
        let mut locks = vec![FolderLock::take(path)?];
        let folder = |file: &Path| file.parent().and_then(|folder| folder.canonicalize().ok());
        if let (Some(_), Some(blobs)) = (&self.options.blobs, self.options.blobs_file())
            && folder(&blobs) != folder(path)
        {
            locks.push(FolderLock::take(&blobs)?);
        }
        Ok(locks)
    }

    /// Brings the schema up to date, or refuses before touching anything.
    pub(crate) async fn migrate(&self) -> Result<()> {
        self.make_folder()?;
        let mut conn = match &self.options.location {
            // Migrations may take long: no statement time-out on theirs.
            Location::Postgres(options) => postgres_options(options, Duration::ZERO)
                .connect()
                .await
                .map(|conn| Conn::Postgres(Box::new(conn)))
                .map_err(|error| Error::Refused(format!("the database cannot be reached: {error}")))?,
            Location::Sqlite(path) => self
                .connect()
                .await
                .map_err(|error| Error::Refused(format!("the database file {} cannot be opened: {}", path.display(), chain(&error))))?,
        };
        self.migrate_on(&mut conn).await
    }

    pub(crate) async fn migrate_on(&self, conn: &mut Conn) -> Result<()> {
        if conn.backend() == Backend::Postgres {
            let version: String = conn.fetch_all(SERVER_VERSION, vec![]).await?.first().ok_or(Error::broken("server version"))?.get(0)?;
            if version.parse::<i64>().unwrap_or(0) < 150_000 {
                return Err(Error::Refused(format!("PostgreSQL 15 or newer is needed; this one says {version}")));
            }
        }
        self.refuse_newer(conn).await?;
        let migrator = migrator(conn.backend(), SCHEMA_VERSION);
        match conn {
            Conn::Sqlite(conn) => migrator.run_direct(None, &mut **conn, false).await,
            Conn::Postgres(conn) => migrator.run_direct(None, &mut **conn, false).await,
            Conn::SqliteBorrowed(_)
            | Conn::SqliteLent(_)
            | Conn::PostgresBorrowed(_)
            | Conn::SqliteSnapshot(_)
            | Conn::PostgresSnapshot(_) => {
                return Err(Error::broken("migrations run on a connection of their own"));
            }
        }
        .map_err(|error| match error {
            MigrateError::VersionMismatch(version) => Error::Refused(format!(
                "schema version {version} in this database is not the one this server made; restore a backup or use the server that made it"
            )),
            error => Error::Broken { what: "migration", source: Some(Box::new(error)) },
        })?;
        conn.execute(MARK_READER, crate::driver::values![SCHEMA_VERSION, SCHEMA_VERSION]).await?;
        Ok(())
    }

    /// A database of a newer server is opened only if that server said that we may.
    async fn refuse_newer(&self, conn: &mut Conn) -> Result<()> {
        let known: i64 = conn.fetch_all(HAS_READERS, vec![]).await?.first().ok_or(Error::broken("catalogue"))?.get(0)?;
        if known == 0 {
            return Ok(());
        }
        let newest = conn.fetch_optional(NEWEST_READER, vec![]).await?;
        if let Some(row) = newest {
            let (version, min_reader): (i64, i64) = (row.get(0)?, row.get(1)?);
            if min_reader > SCHEMA_VERSION {
                return Err(Error::Refused(format!(
                    "this database has schema {version}, which needs a server that knows schema {min_reader}; this one knows {SCHEMA_VERSION}: use the newer server"
                )));
            }
        }
        Ok(())
    }

    pub(crate) async fn readers(&self) -> Result<Pool> {
        let size = self.options.readers.max(1);
        match &self.options.location {
            Location::Sqlite(path) => SqlitePoolOptions::new()
                .max_connections(size)
                .min_connections(1)
                .acquire_timeout(READERS_WAIT)
                .test_before_acquire(false)
                .connect_with(sqlite_options(path).pragma("query_only", "1"))
                .await
                .map(Pool::Sqlite),
            Location::Postgres(options) => PgPoolOptions::new()
                .max_connections(size)
                .min_connections(1)
                .acquire_timeout(READERS_WAIT)
                .connect_with(postgres_options(options, self.options.statement_timeout))
                .await
                .map(Pool::Postgres),
        }
        .map_err(|error| Error::Unavailable(Box::new(error)))
    }

    /// Connections for reading records, opened when they are needed: a long query holds up nobody's conversation.
    pub(crate) fn record_readers(&self) -> RecordReaders {
        match &self.options.location {
            Location::Sqlite(path) => {
                RecordReaders::Sqlite(Arc::new(Shelf::new(sqlite_options(path).pragma("query_only", "1"), READERS_WAIT)))
            }
            Location::Postgres(options) => RecordReaders::Postgres(
                PgPoolOptions::new()
                    .max_connections(RECORD_READERS)
                    .acquire_timeout(READERS_WAIT)
                    .connect_lazy_with(postgres_options(options, self.options.statement_timeout)),
            ),
        }
    }

    /// A connection of its own that sees one instant of the database, for as long as it likes.
    pub(crate) async fn snapshot_alone(&self) -> Result<Conn> {
        let mut conn = match &self.options.location {
            Location::Sqlite(path) => sqlite_options(path)
                .create_if_missing(false)
                .pragma("query_only", "1")
                .connect()
                .await
                .map(|conn| Conn::Sqlite(Box::new(conn))),
            Location::Postgres(options) => postgres_options(options, Duration::ZERO)
                .options([("idle_in_transaction_session_timeout", "0")])
                .connect()
                .await
                .map(|conn| Conn::Postgres(Box::new(conn))),
        }
        .map_err(|error| Error::Refused(format!("the database cannot be opened: {error}")))?;
        conn.command("BEGIN DEFERRED", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
            .map_err(|error| Error::from_sqlx(error, "a snapshot"))?;
        Ok(conn)
    }

    /// A SQLite file by itself, without a write-ahead log beside it: a backup.
    pub(crate) async fn plain_file(&self, to_write: bool) -> Result<Conn> {
        let Location::Sqlite(path) = &self.options.location else { return Err(Error::broken("a backup is a file")) };
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .read_only(!to_write)
            .disable_statement_logging()
            .connect()
            .await
            .map(|conn| Conn::Sqlite(Box::new(conn)))
            .map_err(|error| Error::Refused(format!("{} cannot be opened: {error}", path.display())))
    }

    /// Connections for blobs: on SQLite to a file of their own beside the main one.
    pub(crate) async fn blobs(&self) -> Result<Blobs> {
        match (&self.options.location, self.options.blobs_file()) {
            (_, Some(file)) => {
                let options = sqlite_options(&file);
                let mut conn = options.connect().await.map_err(|error| Error::Unavailable(Box::new(error)))?;
                conn.execute(BLOBS_SCHEMA).await.map_err(|error| Error::from_sqlx(error, "the blobs' schema"))?;
                conn.close().await.map_err(|error| Error::from_sqlx(error, "the blobs' schema"))?;
                let pool = |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(BLOBS_WAIT).test_before_acquire(false);
                Ok(Blobs {
                    // One connection writes a chunk at a time, so that uploads wait here and not for the file's lock.
                    writers: Pool::Sqlite(pool(1).connect_lazy_with(options.clone())),
                    readers: Pool::Sqlite(pool(2).connect_lazy_with(options.pragma("query_only", "1"))),
                })
            }
            (Location::Sqlite(_), None) => Err(Error::broken("SQLite without a file of blobs")),
            (Location::Postgres(options), None) => {
                let options = postgres_options(options, Duration::from_secs(10));
                let pool = || {
                    Pool::Postgres(PgPoolOptions::new().max_connections(2).acquire_timeout(BLOBS_WAIT).connect_lazy_with(options.clone()))
                };
                Ok(Blobs { writers: pool(), readers: pool() })
            }
        }
    }

    /// The URL's options, for a listener of notifications.
    pub(crate) fn postgres(&self) -> Option<PgConnectOptions> {
        match &self.options.location {
            Location::Sqlite(_) => None,
            // A listener waits for hours: no statement time-out concerns it.
            Location::Postgres(options) => Some(postgres_options(options, Duration::ZERO)),
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

/// Connections for reading.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// A connection for single statements.
    pub(crate) async fn borrow(&self) -> Result<Conn> {
        match self {
            Self::Sqlite(pool) => pool.acquire().await.map(Conn::SqliteBorrowed),
            Self::Postgres(pool) => pool.acquire().await.map(Conn::PostgresBorrowed),
        }
        .map_err(|error| Error::from_sqlx(error, "a reading connection"))
    }

    /// A connection that sees one instant of the database until it is dropped.
    pub(crate) async fn snapshot(&self) -> Result<Conn> {
        match self {
            Self::Sqlite(pool) => pool.begin_with("BEGIN DEFERRED").await.map(Conn::SqliteSnapshot),
            Self::Postgres(pool) => pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Conn::PostgresSnapshot),
        }
        .map_err(|error| Error::from_sqlx(error, "a snapshot"))
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

crate::driver::statements! {
    SERVER_VERSION = crate::driver::Sql::Each {
        sqlite: "SELECT '150000'",
        postgres: "SELECT current_setting('server_version_num')",
    };
    HAS_READERS = crate::driver::Sql::Each {
        sqlite: "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_reader'",
        postgres: "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_reader'",
    };
    NEWEST_READER = crate::driver::Sql::Both("SELECT version, min_reader FROM schema_reader ORDER BY version DESC LIMIT 1");
    MARK_READER = crate::driver::Sql::Both("INSERT INTO schema_reader (version, min_reader) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING");
}
