//! Connections that read records: a few of their own, so that a long query holds up nobody's conversation.
//!
//! On SQLite they are lent from here and not from a pool. Each has a watch, set once when it is opened, that ends whatever takes longer than its
//! borrower may; a pool cannot say which connection it lends, so that each loan would have to set the watch anew, which waits for the
//! connection's thread.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgPool, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
};

use crate::{
    driver::Conn,
    error::{Error, Result},
};

/// How many there are. One that sorts a large table fills a processor.
pub(crate) const RECORD_READERS: u32 = 3;
/// How many steps SQLite makes between two questions whether it may go on.
const STEPS: i32 = 4_000;

/// Where they come from.
#[derive(Clone, Debug)]
pub(crate) enum RecordReaders {
    Sqlite(Arc<Shelf>),
    Postgres(PgPool),
}

impl RecordReaders {
    /// One that sees one instant of the database until it is dropped, with a limit to how long it may take on SQLite.
    pub(crate) async fn snapshot(&self, longest: Duration) -> Result<Conn> {
        match self {
            Self::Sqlite(shelf) => {
                let mut lent = shelf.lend(longest).await?;
                lent.begin().await?;
                Ok(Conn::SqliteLent(lent))
            }
            Self::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Conn::PostgresSnapshot)
                .map_err(|error| Error::from_sqlx(error, "a snapshot")),
        }
    }

    /// Closes them when all are given back.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(shelf) => shelf.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Those that nobody has now; opened when they are needed.
pub(crate) struct Shelf {
    options: SqliteConnectOptions,
    /// How long is waited for one.
    patience: Duration,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Watched>>,
    begun: Instant,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

/// A connection, and when what it does is ended: nanoseconds after the shelf was made.
struct Watched {
    conn: SqliteConnection,
    ends: Arc<AtomicU64>,
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Shelf {
    pub(crate) fn new(options: SqliteConnectOptions, patience: Duration) -> Self {
        let places = Arc::new(Semaphore::new(RECORD_READERS as usize));
        Self { options, patience, places, idle: Mutex::default(), begun: Instant::now() }
    }

    /// One for somebody who may take so long.
    pub(crate) async fn lend(self: &Arc<Self>, longest: Duration) -> Result<Lent> {
        let place = match self.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(TryAcquireError::Closed) => return Err(Error::Closing),
            Err(TryAcquireError::NoPermits) => tokio::time::timeout(self.patience, self.places.clone().acquire_owned())
                .await
                .map_err(|late| Error::Unavailable(Box::new(late)))?
                .map_err(|_| Error::Closing)?,
        };
        // The latest one's pages are still in memory.
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let watched = match idle {
            Some(watched) => watched,
            None => self.open().await.map_err(|error| Error::from_sqlx(error, "a reading connection"))?,
        };
        watched.ends.store(nanos(self.begun.elapsed().saturating_add(longest)), Ordering::Relaxed);
        Ok(Lent { watched: Some(watched), shelf: self.clone(), place: Some(place), in_snapshot: false, in_statement: false })
    }

    async fn open(&self) -> Result<Watched, sqlx::Error> {
        let mut conn = self.options.connect().await?;
        let ends = Arc::new(AtomicU64::new(u64::MAX));
        let (asked, begun) = (ends.clone(), self.begun);
        conn.lock_handle().await?.set_progress_handler(STEPS, move || nanos(begun.elapsed()) < asked.load(Ordering::Relaxed));
        Ok(Watched { conn, ends })
    }

    fn put_back(&self, watched: Watched) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(watched);
    }

    async fn close(&self) {
        // Held until all are closed; who waits for one is told then.
        let Ok(_all) = self.places.acquire_many(RECORD_READERS).await else { return };
        self.places.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for watched in idle {
            if let Err(error) = watched.conn.close().await {
                tracing::debug!(%error, "a reading connection did not say goodbye");
            }
        }
    }
}

/// A connection that somebody has; goes back when it is dropped.
pub(crate) struct Lent {
    watched: Option<Watched>,
    shelf: Arc<Shelf>,
    place: Option<OwnedSemaphorePermit>,
    in_snapshot: bool,
    /// One was begun, and has not ended well.
    in_statement: bool,
}

impl std::fmt::Debug for Lent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lent")
    }
}

impl Lent {
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.watched.as_mut().expect("it is there until it is dropped").conn
    }

    /// From now on it sees this instant.
    async fn begin(&mut self) -> Result<()> {
        self.in_statement = true;
        self.conn().execute("BEGIN DEFERRED").await.map_err(|error| Error::from_sqlx(error, "a snapshot"))?;
        (self.in_statement, self.in_snapshot) = (false, true);
        Ok(())
    }

    /// A statement is begun.
    pub(crate) fn begins(&mut self) {
        self.in_statement = true;
    }

    /// The statement has ended well.
    pub(crate) fn has_ended(&mut self) {
        self.in_statement = false;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut watched) = self.watched.take() else { return };
        if self.in_statement {
            // Its borrower has gone in the middle of a statement, or it failed: the statement is ended, and the connection with it.
            watched.ends.store(0, Ordering::Relaxed);
            return;
        }
        if !self.in_snapshot {
            self.shelf.put_back(watched);
            return;
        }
        // Without a runtime everything ends, this too.
        let Ok(runtime) = Handle::try_current() else { return };
        let (shelf, place) = (self.shelf.clone(), self.place.take());
        runtime.spawn(async move {
            if watched.conn.execute("ROLLBACK").await.is_ok() {
                shelf.put_back(watched);
            }
            drop(place);
        });
    }
}
