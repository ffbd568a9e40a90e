//! Blobs: the bytes of files, in chunks, named by their SHA-256 within a workspace.
//!
//! A blob is on the disk before the message that cites it is written, and its bytes never pass through the writers of messages: SQLite keeps
//! them in a file of their own, PostgreSQL in tables reached by connections of their own. Nobody counts references: what no file and no record
//! cites for an hour is removed by [`Store::remove_unreferenced_blobs`], which also removes what was never finished.

use std::{fmt, time::Duration};

use bytes::{Bytes, BytesMut};
use domain::{ids::WorkspaceId, time::Timestamp};
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Store,
    driver::{Sql, statements, values},
    error::{Error, Result},
    open::Pool,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// The most bytes of a chunk.
pub(crate) const CHUNK: usize = 256 * 1024;
/// How long a blob lives without being cited: much longer than it takes to write the message that cites it.
pub const UNREFERENCED_BLOBS_LIVE: Duration = Duration::from_secs(60 * 60);
/// Most blobs looked at with one statement.
const PAGE: i64 = 500;

/// The SHA-256 of a blob's bytes: its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub [u8; 32]);

impl fmt::Display for BlobId {
    /// As 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for BlobId {
    type Err = Error;

    /// From 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self> {
        let mut id = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::broken("a blob's name"));
        }
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).map_err(|_| Error::broken("a blob's name"))?;
        }
        Ok(Self(id))
    }
}

/// Why a blob was not written.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There are more bytes than allowed.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// How many are allowed.
        limit: u64,
    },
    /// Reading the bytes failed: the sender went away.
    #[error("the bytes could not be read")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A blob that is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its name.
    pub id: BlobId,
    /// How many bytes.
    pub size: u64,
}

/// Connections for blobs only.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    pub(crate) writers: Pool,
    pub(crate) readers: Pool,
}

impl Blobs {
    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

/// Writes a blob piece by piece. Dropped without [`BlobWriter::finish`], what it wrote is removed within two hours.
#[derive(Debug)]
pub struct BlobWriter {
    pool: Pool,
    workspace: WorkspaceId,
    place: Uuid,
    at: Timestamp,
    limit: u64,
    size: u64,
    chunks: i64,
    waiting: BytesMut,
    hash: Sha256,
}

impl BlobWriter {
    /// Takes more bytes.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] with the first byte beyond the limit.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(BlobError::TooLarge { limit: self.limit });
        }
        self.hash.update(bytes);
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
            if self.waiting.len() == CHUNK {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let mut conn = self.pool.borrow().await?;
        if self.chunks == 0 {
            conn.execute(BEGIN, values![self.workspace, self.place, self.at]).await?;
        }
        conn.execute(INSERT_CHUNK, values![self.workspace, self.place, self.chunks, self.waiting.as_ref()]).await?;
        self.chunks += 1;
        self.waiting.clear();
        Ok(())
    }

    /// Makes it a blob. When this answers, it is on the disk under its name; the same bytes written before are used again.
    pub async fn finish(mut self) -> Result<StoredBlob> {
        if !self.waiting.is_empty() || self.chunks == 0 {
            self.flush().await?;
        }
        let id = BlobId(self.hash.clone().finalize().into());
        let mut conn = self.pool.borrow().await?;
        // Twice: the blob that is there already may be removed between the two statements.
        for _ in 0..2 {
            let size = i64::try_from(self.size).unwrap_or(i64::MAX);
            match conn.execute(FINISH, values![self.workspace, self.place, id.0.as_slice(), size]).await {
                Ok(1) => return Ok(StoredBlob { id, size: self.size }),
                Ok(_) => return Err(Error::Unavailable("the blob took longer to write than unfinished ones live".into())),
                Err(Error::Duplicate(_)) => {
                    if conn.execute(TOUCH, values![self.workspace, id.0.as_slice(), self.at]).await? == 1 {
                        conn.execute(REMOVE, values![self.workspace, self.place, i64::MAX]).await?;
                        return Ok(StoredBlob { id, size: self.size });
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::Unavailable("the blob was removed while it was written again".into()))
    }
}

/// Reads a blob chunk by chunk.
#[derive(Debug)]
pub struct BlobReader {
    pool: Pool,
    workspace: WorkspaceId,
    place: Uuid,
    size: u64,
    read: u64,
    next: i64,
}

impl BlobReader {
    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The next chunk; none after the last.
    ///
    /// # Errors
    /// [`Error::Broken`] if bytes are missing: it was removed meanwhile, or is damaged.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.read >= self.size {
            return Ok(None);
        }
        let row = self.pool.borrow().await?.fetch_optional(CHUNK_AT, values![self.workspace, self.place, self.next]).await?;
        let bytes: Vec<u8> = row.ok_or(Error::broken("a blob without its bytes"))?.get(0)?;
        self.read += bytes.len() as u64;
        self.next += 1;
        Ok(Some(bytes.into()))
    }

    /// The chunks as a stream.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes>> + Send {
        futures_util::stream::try_unfold(self, |mut reader| async move { Ok(reader.next().await?.map(|bytes| (bytes, reader))) })
    }
}

impl Store {
    /// Begins a blob of at most `limit` bytes. `place` is a new id of the caller's, where it lies while it has no name.
    pub fn blob_writer(&self, workspace: WorkspaceId, place: Uuid, limit: u64, now: Timestamp) -> BlobWriter {
        BlobWriter {
            pool: self.blobs.writers.clone(),
            workspace,
            place,
            at: now,
            limit,
            size: 0,
            chunks: 0,
            waiting: BytesMut::new(),
            hash: Sha256::new(),
        }
    }

    /// Writes a blob from a stream of bytes; when this answers, it is on the disk.
    pub async fn write_blob<B, E>(
        &self,
        workspace: WorkspaceId,
        place: Uuid,
        bytes: impl Stream<Item = Result<B, E>>,
        limit: u64,
        now: Timestamp,
    ) -> Result<StoredBlob, BlobError>
    where
        B: AsRef<[u8]>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut writer = self.blob_writer(workspace, place, limit, now);
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            writer.push(piece.map_err(|error| BlobError::Source(error.into()))?.as_ref()).await?;
        }
        Ok(writer.finish().await?)
    }

    /// Opens a blob for reading.
    pub async fn blob(&self, workspace: WorkspaceId, id: BlobId) -> Result<Option<BlobReader>> {
        let pool = &self.blobs.readers;
        let row = pool.borrow().await?.fetch_optional(FIND, values![workspace, id.0.as_slice()]).await?;
        row.map(|row| {
            let size = u64::try_from(row.get::<i64>(1)?).map_err(|_| Error::broken("blob.size"))?;
            Ok(BlobReader { pool: pool.clone(), workspace, place: row.get(0)?, size, read: 0, next: 0 })
        })
        .transpose()
    }

    /// Removes blobs that no file and no record cites and unfinished ones, if they are older than an hour; tells how many went. For a reconciler.
    pub async fn remove_unreferenced_blobs(&self, now: Timestamp) -> Result<u64> {
        let before = now - UNREFERENCED_BLOBS_LIVE;
        let (mut gone, mut after) = (0, (Timestamp(i64::MIN), Uuid::nil()));
        loop {
            let rows = self.blobs.readers.borrow().await?.fetch_all(OLD, values![after.0, after.1, before, PAGE]).await?;
            let Some(last) = rows.last() else { return Ok(gone) };
            after = (last.get(3)?, last.get(1)?);
            let candidates = rows
                .iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .collect::<Result<Vec<(WorkspaceId, Uuid, Option<Vec<u8>>)>>>()?;
            let finished: Vec<_> = candidates.iter().filter_map(|(workspace, _, id)| Some((*workspace, id.clone()?))).collect();
            let cited = self.cited_blobs(&finished).await?;
            for (workspace, place, id) in candidates {
                if id.is_none_or(|id| !cited.contains(&(workspace, id))) {
                    // Only if nobody wrote the same bytes again meanwhile.
                    gone += self.blobs.writers.borrow().await?.execute(REMOVE, values![workspace, place, before]).await?;
                }
            }
        }
    }
}

impl Tx {
    /// Says which fields of records have which blobs, instead of those that they had.
    pub async fn cite_blobs(&mut self, workspace: WorkspaceId, cited: &[(String, String, BlobId)]) -> Result<()> {
        let mut rows = Rows::of(CITE, cited.len());
        for (record, field, blob) in cited {
            rows.push([workspace.into(), record.into(), field.into(), blob.0.as_slice().into()]);
        }
        if !rows.is_empty() {
            self.execute_rows(rows).await?;
        }
        Ok(())
    }

    /// These records are gone for good: they cite nothing any more.
    pub async fn uncite_blobs(&mut self, workspace: WorkspaceId, records: &[String]) -> Result<()> {
        let mut rows = Rows::of(UNCITE, records.len());
        for record in records {
            rows.push([workspace.into(), record.into()]);
        }
        if !rows.is_empty() {
            self.execute_rows(rows).await?;
        }
        Ok(())
    }
}

statements! {
    BEGIN = Sql::Both("INSERT INTO blob (workspace, place, size, at) VALUES ($1, $2, 0, $3)");
    INSERT_CHUNK = Sql::Both("INSERT INTO blob_chunk (workspace, place, n, bytes) VALUES ($1, $2, $3, $4)");
    FINISH = Sql::Both("UPDATE blob SET id = $3, size = $4 WHERE workspace = $1 AND place = $2");
    TOUCH = Sql::Both("UPDATE blob SET at = CASE WHEN at < $3 THEN $3 ELSE at END WHERE workspace = $1 AND id = $2");
    REMOVE = Sql::Both("DELETE FROM blob WHERE workspace = $1 AND place = $2 AND at < $3");
    FIND = Sql::Both("SELECT place, size FROM blob WHERE workspace = $1 AND id = $2");
    CHUNK_AT = Sql::Both("SELECT bytes FROM blob_chunk WHERE workspace = $1 AND place = $2 AND n = $3");
    OLD = Sql::Both(
        "SELECT workspace, place, id, at FROM blob WHERE (at > $1 OR (at = $1 AND place > $2)) AND at < $3 ORDER BY at, place LIMIT $4"
    );
}

row_statements! {
    CITE (workspace Id, record Text, field Text, blob Bytes) = Sql::Both(
        "INSERT INTO record_blob (workspace, record, field, blob)
         SELECT workspace, record, field, blob FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, record, field) DO UPDATE SET blob = excluded.blob"
    );
    UNCITE (workspace Id, record Text) = Sql::Both(
        "DELETE FROM record_blob WHERE (workspace, record) IN (SELECT workspace, record FROM k)"
    );
}
