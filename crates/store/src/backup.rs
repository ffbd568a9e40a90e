//! Backup and restore: one file, whichever database it comes from and goes to.
//!
//! A backup is a SQLite database with our schema, the blobs' tables, and a manifest of counts and checksums. It is filled table by table from one
//! instant of the source while the servers go on; blobs come last, so that whatever a message cites is there. Tables of records, which servers
//! make at run time, are made in the backup and where it is restored, and get their indexes there. The root key is in no database and so in no
//! backup. A restored server begins a new epoch: cursors of the old one are told to start anew.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::time::Timestamp;
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use crate::{
    catalogue::{self, IndexOf, IndexedRows, Kind, Table},
    driver::{Backend, Conn, Sql, Value, statements, values},
    error::{Error, Result},
    open::{Connector, Location, Options, SCHEMA_VERSION},
    tx::Tx,
};

/// The version of the file's form.
const FORMAT: i64 = 1;
/// Tables that say what a database is, not what it holds.
const NOT_COPIED: &[&str] = &["schema_reader", "backup_about", "backup_manifest", "backup_index"];
/// Tables of blobs, in the order in which they refer to each other.
const BLOBS: &[&str] = &["blob", "blob_chunk"];

const MANIFEST_SCHEMA: &str = "CREATE TABLE backup_about (
  one INTEGER NOT NULL, format INTEGER NOT NULL, schema INTEGER NOT NULL, made_at INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (one)
) STRICT, WITHOUT ROWID;
CREATE TABLE backup_manifest (
  name TEXT NOT NULL, rows INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
CREATE TABLE backup_index (
  name TEXT NOT NULL, records TEXT NOT NULL, is_unique INTEGER NOT NULL, columns TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;";

/// How far a backup or restore is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The table it is at.
    pub table: String,
    /// Rows of it that are done.
    pub rows: u64,
    /// The table is done.
    pub done: bool,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSummary {
    /// When it was made.
    pub made_at: Timestamp,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
}

fn refused(what: impl Into<String>) -> Error {
    Error::Refused(what.into())
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |error| Error::Refused(format!("{}: {error}", path.display()))
}

/// Adds a row to a table's checksum: kind and length of each value, then the value.
fn digest(hash: &mut Sha256, row: &[Value]) {
    let mut part = |tag: u8, bytes: &[u8]| {
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for value in row {
        match value {
            Value::Int(Some(value)) => part(1, &value.to_be_bytes()),
            Value::Double(Some(value)) => part(4, &value.to_bits().to_be_bytes()),
            Value::Text(Some(value)) => part(2, value.as_bytes()),
            Value::Bytes(Some(value)) => part(3, value),
            Value::Id(Some(value)) => part(3, value.as_bytes()),
            Value::Int(None) | Value::Double(None) | Value::Text(None) | Value::Bytes(None) | Value::Id(None) => part(0, &[]),
        }
    }
}

/// Values for a table of the target: ids are UUIDs on PostgreSQL and bytes on SQLite.
fn fit(table: &Table, row: Vec<Value>) -> Result<Vec<Value>> {
    table
        .columns
        .iter()
        .zip(row)
        .map(|(column, value)| match (column.kind, value) {
            (Kind::Id, Value::Bytes(bytes)) => {
                bytes.map(|bytes| uuid::Uuid::from_slice(&bytes)).transpose().map(Value::Id).map_err(|_| Error::broken("an id in a backup"))
            }
            (_, value) => Ok(value),
        })
        .collect()
}

/// Copies a table's rows in the order of its key; gives their number and checksum.
async fn copy(
    from: &mut Conn,
    from_table: &Table,
    to: &mut Conn,
    to_table: &Table,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(u64, [u8; 32])> {
    let name = from_table.name.as_str();
    let columns = from_table.columns.len().max(1);
    let most = if BLOBS.contains(&name) { 8 } else { (8000 / columns).min(200) };
    // Names of our own schema only. Unfinished blobs stay behind.
    let only = match name {
        "blob" => " WHERE id IS NOT NULL",
        "blob_chunk" => " WHERE (workspace, place) IN (SELECT workspace, place FROM blob WHERE id IS NOT NULL)",
        _ => "",
    };
    let select = format!("SELECT {} FROM {name}{only} ORDER BY {}", from_table.names(), from_table.key());
    let (mut hash, mut rows, mut group) = (Sha256::new(), 0u64, Vec::new());
    {
        let mut stream = from.stream_built("backup", select);
        loop {
            let row = stream.try_next().await?;
            if let Some(row) = &row {
                let values = from_table.values(row)?;
                digest(&mut hash, &values);
                rows += 1;
                group.extend(fit(to_table, values)?);
            }
            if !group.is_empty() && (row.is_none() || group.len() >= most * columns) {
                insert(to, to_table, std::mem::take(&mut group)).await?;
                progress(Progress { table: name.to_owned(), rows, done: false });
            }
            if row.is_none() {
                break;
            }
        }
    }
    progress(Progress { table: name.to_owned(), rows, done: true });
    Ok((rows, hash.finalize().into()))
}

async fn insert(to: &mut Conn, table: &Table, values: Vec<Value>) -> Result<()> {
    let columns = table.columns.len();
    let rows: Vec<String> = (0..values.len() / columns)
        .map(|row| format!("({})", (1..=columns).map(|n| format!("${}", row * columns + n)).collect::<Vec<_>>().join(", ")))
        .collect();
    let sql = format!("INSERT INTO {} ({}) VALUES {}", table.name, table.names(), rows.join(", "));
    to.execute_built("restore", sql, values).await.map(drop)
}

/// The tables of the main database, in a fixed order, and those of the blobs.
fn parts(tables: &BTreeMap<String, Table>) -> (Vec<&Table>, Vec<&Table>) {
    let main =
        tables.values().filter(|table| !NOT_COPIED.contains(&table.name.as_str()) && !BLOBS.contains(&table.name.as_str())).collect();
    let blobs = BLOBS.iter().filter_map(|name| tables.get(*name)).collect();
    (main, blobs)
}

fn found<'t>(tables: &'t BTreeMap<String, Table>, table: &Table) -> Result<&'t Table> {
    let other = tables.get(&table.name).ok_or(Error::broken("a table that is missing"))?;
    let same = other.columns.len() == table.columns.len() && other.columns.iter().zip(&table.columns).all(|(a, b)| a.name == b.name);
    if same { Ok(other) } else { Err(Error::broken("a table with other columns")) }
}

/// Makes a backup at `to`, which must not exist, while servers go on using the database.
///
/// # Errors
/// [`Error::Refused`] with a sentence: no database there, a schema of another version, a file that cannot be written.
pub async fn backup(from: &Options, to: &Path, now: Timestamp, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<BackupSummary> {
    if to.exists() {
        return Err(refused(format!("{} is there already: choose another name", to.display())));
    }
    let connector = Connector::new(Options { statement_timeout: Duration::ZERO, ..from.clone() });
    if let Location::Sqlite(path) = &from.location
        && !path.exists()
    {
        return Err(refused(format!("there is no database at {}", path.display())));
    }
    let mut source = connector.snapshot_alone().await?;
    match catalogue::schema_version(&mut source).await? {
        Some(SCHEMA_VERSION) => {}
        Some(version) => {
            return Err(refused(format!(
                "the database has schema {version} and this program knows {SCHEMA_VERSION}: use the program of the server, or run `switchboard migrate` first"
            )));
        }
        None => return Err(refused("the database holds nothing of ours yet: start the server once")),
    }

    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    private_file(&partial)?;
    let target = Connector::new(Options::new(Location::Sqlite(partial.clone())));
    let mut conn = target.plain_file(true).await?;
    target.migrate_on(&mut conn).await?;
    for script in [crate::open::BLOBS_SCHEMA, MANIFEST_SCHEMA] {
        conn.command(script, script).await.map_err(|error| Error::from_sqlx(error, "a backup's schema"))?;
    }
    conn.command("BEGIN", "BEGIN").await.map_err(|error| Error::from_sqlx(error, "BEGIN"))?;

    let from_tables = catalogue::tables(&mut source).await?;
    make_tables(&mut conn, &from_tables).await?.ok_or(Error::broken("a table of records"))?;
    for index in catalogue::indexes(&mut source).await? {
        let IndexOf { name, table, unique, columns, rows } = index;
        conn.execute(ADD_INDEX, values![name, table, unique, columns, rows as i64]).await?;
    }
    let to_tables = catalogue::tables(&mut conn).await?;
    let (main, blobs) = parts(&to_tables);
    let mut rows = BTreeMap::new();
    for table in main {
        let (count, sha256) = copy(&mut source, found(&from_tables, table)?, &mut conn, table, progress).await?;
        conn.execute(ADD_TO_MANIFEST, values![&table.name, as_count(count), sha256.as_slice()]).await?;
        rows.insert(table.name.clone(), count);
    }
    // Blobs last. SQLite has them in another file: what was cited above was finished before, and lives at least an hour uncited.
    if let Some(file) = from.blobs_file() {
        drop(source);
        let file = Connector::new(Options::new(Location::Sqlite(file)));
        source = file.snapshot_alone().await?;
    }
    let from_tables = catalogue::tables(&mut source).await?;
    for table in blobs {
        let (count, sha256) = copy(&mut source, found(&from_tables, table)?, &mut conn, table, progress).await?;
        conn.execute(ADD_TO_MANIFEST, values![&table.name, as_count(count), sha256.as_slice()]).await?;
        rows.insert(table.name.clone(), count);
    }
    let kind = if connector.backend() == Backend::Sqlite { "sqlite" } else { "postgres" };
    conn.execute(WRITE_ABOUT, values![FORMAT, SCHEMA_VERSION, now, kind]).await?;
    conn.command("COMMIT", "COMMIT").await.map_err(|error| Error::from_sqlx(error, "COMMIT"))?;
    conn.close().await?;
    std::fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(file_error(&partial))?;
    std::fs::rename(&partial, to).map_err(file_error(to))?;
    Ok(BackupSummary { made_at: now, rows })
}

/// Makes the tables of records that another database has and this one has not; none if one of them is none of ours.
async fn make_tables(conn: &mut Conn, others: &BTreeMap<String, Table>) -> Result<Option<()>> {
    let there = catalogue::tables(conn).await?;
    for table in others.values().filter(|table| catalogue::is_of_records(&table.name) && !there.contains_key(&table.name)) {
        let Some(text) = catalogue::make_table(table, conn.backend()) else { return Ok(None) };
        conn.script_built("a table of records", text).await?;
    }
    Ok(Some(()))
}

/// Makes the indexes that a backup tells of; none if one of them is none of ours.
async fn make_indexes(source: &mut Conn, conn: &mut Conn) -> Result<Option<()>> {
    for row in source.fetch_all(ALL_INDEXES, vec![]).await? {
        let rows: i64 = row.get(4)?;
        let Some(rows) = IndexedRows::ALL.into_iter().find(|known| *known as i64 == rows) else { return Ok(None) };
        let index = IndexOf { name: row.get(0)?, table: row.get(1)?, unique: row.get(2)?, columns: row.get(3)?, rows };
        let Some(text) = catalogue::make_index(&index) else { return Ok(None) };
        conn.script_built("an index of records", text).await?;
    }
    Ok(Some(()))
}

fn as_count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Made for its owner only: it holds what people wrote.
fn private_file(path: &Path) -> Result<()> {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(file_error(path)(error));
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(file_error(path))
}

/// Restores a backup into an empty database, whichever kind; everything or nothing. Workspaces get a new epoch.
///
/// # Errors
/// [`Error::Refused`] with a sentence: the target holds something, the file is no backup, is of another version, or is damaged.
pub async fn restore(from: &Path, to: &Options, now: Timestamp, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<BackupSummary> {
    if !from.exists() {
        return Err(refused(format!("there is no file {}", from.display())));
    }
    let damaged = || refused(format!("{} is not a whole backup of this program: take another one", from.display()));
    let file = Connector::new(Options::new(Location::Sqlite(from.to_owned())));
    let mut source = file.plain_file(false).await?;
    let from_tables = catalogue::tables(&mut source).await.map_err(|_| damaged())?;
    if !from_tables.contains_key("backup_about") {
        return Err(damaged());
    }
    let about = source.fetch_optional(ABOUT, vec![]).await.map_err(|_| damaged())?.ok_or_else(damaged)?;
    let (format, schema, made_at): (i64, i64, Timestamp) = (about.get(0)?, about.get(1)?, about.get(2)?);
    if format != FORMAT || schema != SCHEMA_VERSION {
        return Err(refused(format!(
            "{} was made with schema {schema} and this program knows {SCHEMA_VERSION}: restore it with the program that made it, then upgrade",
            from.display()
        )));
    }
    let mut manifest = BTreeMap::new();
    for row in source.fetch_all(MANIFEST, vec![]).await.map_err(|_| damaged())? {
        let (name, rows, sha256): (String, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        manifest.insert(name, (rows, sha256));
    }

    let target = Connector::new(Options { statement_timeout: Duration::ZERO, ..to.clone() });
    target.make_folder()?;
    let _locks = target.lock_folders()?;
    target.migrate().await?;
    let mut tx = Tx::new(target.connect().await?);
    let to_tables = catalogue::tables(&mut tx.conn).await?;
    for table in ["workspace", "journal_head", "conversation"] {
        let any = tx.conn.fetch_built("restore", format!("SELECT 1 FROM {table} LIMIT 1"), vec![], false).await?;
        if !any.is_empty() {
            return Err(refused("the database holds something already: restore into an empty one (a new --data folder or a new database)"));
        }
    }
    let mut rows = BTreeMap::new();
    // Blobs first: on SQLite they are another file, and whoever sees a message finds what it cites.
    let mut blobs_conn = match to.blobs_file() {
        Some(file) => {
            target.blobs().await?.close().await;
            let mut conn = Connector::new(Options::new(Location::Sqlite(file))).connect().await?;
            conn.command("BEGIN IMMEDIATE", "BEGIN").await.map_err(|error| Error::from_sqlx(error, "BEGIN"))?;
            conn.command("DELETE FROM blob", "").await.map_err(|error| Error::from_sqlx(error, "restore"))?;
            Some(conn)
        }
        None => None,
    };
    let blob_tables = match &mut blobs_conn {
        Some(conn) => catalogue::tables(conn).await?,
        None => to_tables.clone(),
    };
    tx.conn.command("BEGIN IMMEDIATE", "BEGIN").await.map_err(|error| Error::from_sqlx(error, "BEGIN"))?;
    make_tables(&mut tx.conn, &from_tables).await?.ok_or_else(damaged)?;
    let to_tables = catalogue::tables(&mut tx.conn).await?;
    let (main, blobs) = parts(&from_tables);
    for table in blobs.into_iter().chain(main) {
        let is_blob = BLOBS.contains(&table.name.as_str());
        let conn = match &mut blobs_conn {
            Some(conn) if is_blob => conn,
            _ => &mut tx.conn,
        };
        let (count, sha256) =
            copy(&mut source, table, conn, found(if is_blob { &blob_tables } else { &to_tables }, table)?, progress).await?;
        if manifest.remove(&table.name).is_none_or(|(rows, expected)| rows != as_count(count) || expected != sha256) {
            return Err(damaged());
        }
        rows.insert(table.name.clone(), count);
    }
    if !manifest.is_empty() {
        return Err(damaged());
    }
    make_indexes(&mut source, &mut tx.conn).await?.ok_or_else(damaged)?;
    tx.new_epoch(now.as_millis() / 1000).await?;
    if let Some(conn) = &mut blobs_conn {
        conn.command("COMMIT", "COMMIT").await.map_err(|error| Error::from_sqlx(error, "COMMIT"))?;
    }
    tx.conn.command("COMMIT", "COMMIT").await.map_err(|error| Error::from_sqlx(error, "COMMIT"))?;
    tx.conn.close().await?;
    if let Some(conn) = blobs_conn {
        conn.close().await?;
    }
    source.close().await?;
    Ok(BackupSummary { made_at, rows })
}

statements! {
    WRITE_ABOUT = Sql::Both("INSERT INTO backup_about (one, format, schema, made_at, source) VALUES (1, $1, $2, $3, $4)");
    ABOUT = Sql::Both("SELECT format, schema, made_at FROM backup_about");
    ADD_TO_MANIFEST = Sql::Both("INSERT INTO backup_manifest (name, rows, sha256) VALUES ($1, $2, $3)");
    ADD_INDEX = Sql::Both("INSERT INTO backup_index (name, records, is_unique, columns, rows) VALUES ($1, $2, $3, $4, $5)");
    ALL_INDEXES = Sql::Both("SELECT name, records, is_unique, columns, rows FROM backup_index ORDER BY name");
    MANIFEST = Sql::Both("SELECT name, rows, sha256 FROM backup_manifest ORDER BY name");
}
