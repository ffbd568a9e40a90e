//! What can go wrong with storage, in the few kinds that callers tell apart.

/// A failure of storage.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Storage cannot take anything now: the disk is full, the database is away, a time-out. Nothing was acknowledged; the caller may try again.
    #[error("storage cannot take anything now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The transaction met another one and may be run again.
    #[error("the transaction met another one")]
    Contended(#[source] sqlx::Error),
    /// A row that must be unique is there already.
    #[error("such a row is there already")]
    Duplicate(#[source] sqlx::Error),
    /// Another process uses the data folder, or the schema is of a version that this server cannot use. Says what to do.
    #[error("{0}")]
    Refused(String),
    /// The statement or what it found is wrong: a defect of ours or damage.
    #[error("storage holds or was asked something that makes no sense: {what}")]
    Broken {
        /// Which statement or column; never content.
        what: &'static str,
        /// The driver's word.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The work itself panicked; its changes were rolled back.
    #[error("the work panicked and was rolled back")]
    Panicked,
    /// The store is closing.
    #[error("the store is closing")]
    Closing,
}

/// What storage answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A stored value that no code of ours writes.
    pub fn broken(what: &'static str) -> Self {
        Self::Broken { what, source: None }
    }

    /// Running the same work again may succeed.
    pub fn may_run_again(&self) -> bool {
        matches!(self, Self::Contended(_) | Self::Unavailable(_))
    }

    /// A statement took longer than it may.
    pub fn is_over_time(&self) -> bool {
        let source = match self {
            Self::Unavailable(source) => source,
            Self::Broken { source: Some(source), .. } => source,
            _ => return false,
        };
        let Some(sqlx::Error::Database(error)) = source.downcast_ref::<sqlx::Error>() else { return false };
        // PostgreSQL: query_canceled. SQLite: SQLITE_INTERRUPT.
        matches!(error.code().as_deref(), Some("57014" | "9"))
    }

    /// The whole transaction is gone, not only the statement.
    pub(crate) fn loses_connection(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_))
    }

    pub(crate) fn from_sqlx(error: sqlx::Error, what: &'static str) -> Self {
        match &error {
            sqlx::Error::Database(db) => {
                let code = db.code().unwrap_or_default();
                // PostgreSQL: SQLSTATE. SQLite: extended result codes, the primary one in the low byte.
                match code.as_ref() {
                    "40001" | "40P01" | "55P03" => return Self::Contended(error),
                    "57014" | "53100" | "53200" | "53300" | "57P01" | "57P02" | "57P03" | "58030" | "25006" => {
                        return Self::Unavailable(Box::new(error));
                    }
                    "23505" => return Self::Duplicate(error),
                    _ => {}
                }
                if let Ok(number) = code.parse::<i64>() {
                    match number & 0xff {
                        // SQLITE_BUSY, SQLITE_LOCKED
                        5 | 6 => return Self::Contended(error),
                        // SQLITE_READONLY, INTERRUPT, IOERR, FULL, CANTOPEN
                        8 | 9 | 10 | 13 | 14 => return Self::Unavailable(Box::new(error)),
                        // SQLITE_CONSTRAINT: unique 2067, primary key 1555
                        19 if number == 2067 || number == 1555 => return Self::Duplicate(error),
                        _ => {}
                    }
                }
                Self::Broken { what, source: Some(Box::new(error)) }
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Self::Unavailable(Box::new(error)),
            e if Self::loses_connection(e) => Self::Unavailable(Box::new(error)),
            _ => Self::Broken { what, source: Some(Box::new(error)) },
        }
    }
}
