//! Reading: one instant of the database, for as many statements as needed.

use crate::{Store, driver::Conn, error::Result};

/// One instant of the database; ends when dropped. Views take their state and their journal's head from the same one, so that the stream that
/// follows has no gap.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) conn: Conn,
}

impl Store {
    /// Opens a snapshot.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot { conn: self.readers.snapshot().await? })
    }

    /// A connection for single statements.
    pub(crate) async fn borrow(&self) -> Result<Conn> {
        self.readers.borrow().await
    }
}
