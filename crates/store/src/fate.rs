//! What became of a transaction when the answer to its COMMIT was lost (PostgreSQL).
//!
//! Its id alone does not tell: ids of transactions that were not on the disk when the database died are given out again, and then another's
//! commit would pass for ours. So each writing connection has a row of its own, its mark, into which every transaction writes the next number:
//! what was committed left its number there. The id tells when that may be judged, for a server that lost its client may still be committing.

use uuid::Uuid;

use crate::{
    driver::{Backend, Conn, Sql, statements, values},
    error::{Error, Result},
};

/// The mark of one writing connection.
#[derive(Debug)]
pub(crate) struct Mark {
    writer: Uuid,
    number: i64,
}

/// How a transaction is known after its connection is gone.
#[derive(Debug)]
pub(crate) struct Transaction {
    /// The id that PostgreSQL gave it.
    pub(crate) id: String,
    /// Whose mark it wrote.
    pub(crate) writer: Uuid,
    /// Which number it wrote there.
    pub(crate) number: i64,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is there.
    Committed,
    /// It is not, and never will be.
    Undone,
    /// Not decided yet, or nobody can say.
    Unknown,
}

impl Mark {
    /// A connection's mark; SQLite needs none. Those that nobody has used for a month go.
    pub(crate) async fn begin(conn: &mut Conn) -> Result<Option<Self>> {
        if conn.backend() == Backend::Sqlite {
            return Ok(None);
        }
        let row = conn.fetch_optional(BEGIN_MARK, values![]).await?.ok_or(Error::broken("writer_mark"))?;
        Ok(Some(Self { writer: row.get(0)?, number: 0 }))
    }

    /// The next transaction's number.
    pub(crate) fn next(&mut self) -> (Uuid, i64) {
        self.number += 1;
        (self.writer, self.number)
    }
}

/// Asks what became of a transaction, over another connection, outside of any transaction.
pub(crate) async fn ask(conn: &mut Conn, transaction: &Transaction) -> Result<Fate> {
    let status: Option<String> = match conn.fetch_optional(STATUS, values![&transaction.id]).await? {
        Some(row) => row.get(0)?,
        None => None,
    };
    match status.as_deref() {
        // By itself: this sees all that was committed before the status was read.
        Some("committed") => match conn.fetch_optional(MARK, values![transaction.writer]).await? {
            Some(row) if row.get::<i64>(0)? == transaction.number => Ok(Fate::Committed),
            Some(_) => {
                tracing::warn!("the database died and gave a transaction's id out again: ours is done once more");
                Ok(Fate::Undone)
            }
            None => Ok(Fate::Unknown),
        },
        Some("aborted") => Ok(Fate::Undone),
        _ => Ok(Fate::Unknown),
    }
}

// Only PostgreSQL sees these.
statements! {
    BEGIN_MARK = Sql::Both(
        "WITH unused AS (DELETE FROM writer_mark WHERE at < now() - interval '1 month')
         INSERT INTO writer_mark (number, at) VALUES (0, now()) RETURNING writer"
    );
    STATUS = Sql::Both("SELECT pg_xact_status($1::xid8)");
    MARK = Sql::Both("SELECT number FROM writer_mark WHERE writer = $1");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Options, open::Connector};

    /// Two connections to an empty database of ours.
    async fn two() -> (Conn, Conn, testkit::Database) {
        let (location, database) = crate::tests::empty_postgres();
        let connector = Connector::new(Options::new(location));
        connector.migrate().await.unwrap();
        (connector.connect().await.unwrap(), connector.connect().await.unwrap(), database)
    }

    /// A transaction that has left its number and still runs.
    async fn running(conn: &mut Conn, mark: &mut Mark) -> Transaction {
        let (writer, number) = mark.next();
        conn.command("BEGIN", "BEGIN").await.unwrap();
        let text = "UPDATE writer_mark SET number = $2 WHERE writer = $1 RETURNING pg_current_xact_id()::text".to_owned();
        let id = conn.fetch_built("a transaction", text, values![writer, number], false).await.unwrap()[0].get(0).unwrap();
        Transaction { id, writer, number }
    }

    async fn committed(conn: &mut Conn, mark: &mut Mark) -> Transaction {
        let transaction = running(conn, mark).await;
        conn.command("COMMIT", "COMMIT").await.unwrap();
        transaction
    }

    #[tokio::test]
    async fn a_commit_of_another_under_the_same_id_does_not_pass_for_ours() {
        let (mut conn, mut another, _database) = two().await;
        let mut mark = Mark::begin(&mut conn).await.unwrap().unwrap();
        let ours = committed(&mut conn, &mut mark).await;
        assert_eq!(ask(&mut another, &ours).await.unwrap(), Fate::Committed);

        // What the database forgot: our next one, whose id another's got after the restart.
        let mut of_another = Mark::begin(&mut another).await.unwrap().unwrap();
        let other = committed(&mut another, &mut of_another).await;
        let (writer, number) = mark.next();
        assert_eq!(ask(&mut another, &Transaction { id: other.id, writer, number }).await.unwrap(), Fate::Undone);

        // A mark that is gone says nothing.
        let unmarked = Transaction { id: ours.id, writer: Uuid::nil(), number: 1 };
        assert_eq!(ask(&mut another, &unmarked).await.unwrap(), Fate::Unknown);
    }

    #[tokio::test]
    async fn one_that_runs_is_not_judged_and_one_that_was_undone_is() {
        let (mut conn, mut another, _database) = two().await;
        let mut mark = Mark::begin(&mut conn).await.unwrap().unwrap();
        let transaction = running(&mut conn, &mut mark).await;
        assert_eq!(ask(&mut another, &transaction).await.unwrap(), Fate::Unknown);
        conn.command("ROLLBACK", "ROLLBACK").await.unwrap();
        assert_eq!(ask(&mut another, &transaction).await.unwrap(), Fate::Undone);
    }

    #[tokio::test]
    async fn sqlite_needs_no_mark() {
        let folder = tempfile::tempdir().unwrap();
        let connector = Connector::new(Options::new(Location::Sqlite(folder.path().join("switchboard.sqlite"))));
        assert!(Mark::begin(&mut connector.connect().await.unwrap()).await.unwrap().is_none());
    }
}
