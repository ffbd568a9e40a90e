//! The journal's partitions on PostgreSQL: one a week, made ahead, dropped whole when all their entries are too old. SQLite has none.

use std::collections::HashMap;

use domain::{ids::WorkspaceId, time::Timestamp};

use crate::{
    Store,
    driver::{Backend, Conn, Sql, statements, values},
    error::{Error, Result},
    open::Connector,
};

const WEEK: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// What [`Store::keep_partitions`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partitions {
    /// Made for weeks to come.
    pub made: u64,
    /// Dropped with all they held.
    pub dropped: u64,
}

impl Store {
    /// Makes the journal's partitions for the coming `weeks` and drops those that end before `keep_from`, having noted in each workspace what is
    /// gone; one that figures or transcripts have not followed to its end stays. For a reconciler; the first week, and times that no partition has, lie in a default one, which [`crate::Tx::prune_journal`] clears.
    pub async fn keep_partitions(&self, now: Timestamp, weeks: i64, keep_from: Timestamp) -> Result<Partitions> {
        let mut done = Partitions::default();
        if self.backend() == Backend::Sqlite {
            return Ok(done);
        }
        let mut conn = self.alone().await?;
        // One server at a time: two that make the same table would fail. The lock goes with the connection.
        let alone: i64 = conn.fetch_optional(ALONE, vec![]).await?.ok_or(Error::broken("partition"))?.get(0)?;
        if alone == 0 {
            return Ok(done);
        }
        let known: Vec<String> = conn.fetch_all(KNOWN, vec![]).await?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
        let this_week = now.0.div_euclid(WEEK);
        // This week's entries are in the default partition already: only weeks to come can be made.
        for week in this_week + 1..=this_week + weeks {
            let name = format!("journal_w{week}");
            if known.contains(&name) {
                continue;
            }
            let (from, to) = (week * WEEK, (week + 1) * WEEK);
            let sql = format!("CREATE TABLE IF NOT EXISTS {name} PARTITION OF journal FOR VALUES FROM ({from}) TO ({to})");
            done.made += u64::from(ddl(&mut conn, sql).await?);
        }
        for name in known {
            let Some(week) = name.strip_prefix("journal_w").and_then(|week| week.parse::<i64>().ok()) else { continue };
            if (week + 1) * WEEK > keep_from.0 {
                continue;
            }
            // Followers are told of what is gone before it goes. Whoever is this far back gets `reset` either way.
            let last = conn
                .fetch_built("partition", format!("SELECT workspace, max(position) FROM {name} GROUP BY workspace"), vec![], false)
                .await?;
            let last = last.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<(WorkspaceId, i64)>>>()?;
            let followed: HashMap<WorkspaceId, i64> =
                conn.fetch_all(FOLLOWED, vec![]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
            if last.iter().any(|(workspace, position)| followed.get(workspace).is_none_or(|followed| followed < position)) {
                continue;
            }
            for (workspace, position) in last {
                conn.execute(MARK_PRUNED, values![workspace, position]).await?;
            }
            done.dropped += u64::from(ddl(&mut conn, format!("DROP TABLE IF EXISTS {name}")).await?);
        }
        Ok(done)
    }

    /// A connection of its own, without a limit on time.
    pub(crate) async fn alone(&self) -> Result<Conn> {
        let options = crate::Options { statement_timeout: std::time::Duration::ZERO, ..crate::Options::new(self.location().clone()) };
        Connector::new(options).connect().await
    }
}

/// Alone in its transaction, with a short wait for locks; false if it has to wait for another time.
async fn ddl(conn: &mut Conn, sql: String) -> Result<bool> {
    match conn.execute_built("partition", sql, vec![]).await {
        Ok(_) => Ok(true),
        Err(Error::Contended(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

statements! {
    ALONE = Sql::Each {
        sqlite: "SELECT 1",
        postgres: "SELECT pg_try_advisory_lock(hashtextextended('switchboard partitions', 0))::int::bigint",
    };
    KNOWN = Sql::Each {
        sqlite: "SELECT '' WHERE 1 = 0",
        postgres: "SELECT c.relname::text FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
                   WHERE i.inhparent = 'journal'::regclass ORDER BY c.relname",
    };
    // Transcripts follow only where there is a CRM.
    FOLLOWED = Sql::Both(
        "SELECT f.workspace, CASE WHEN t.position < f.position THEN t.position ELSE f.position END
         FROM figure_mark f LEFT JOIN transcript_mark t ON t.workspace = f.workspace"
    );
    MARK_PRUNED = Sql::Both("UPDATE journal_head SET pruned = $2 WHERE workspace = $1 AND pruned < $2");
}
