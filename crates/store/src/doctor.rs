//! Is the database sound? Each finding says what is wrong and what to do about it.

use std::time::Duration;

use domain::time::{Clock, Timestamp};

use crate::{
    Store,
    driver::{Backend, Sql, statements, values},
    error::{Error, Result},
};

/// The furthest that this machine's clock may be from the database's.
pub const CLOCK_SKEW: Duration = Duration::from_secs(2);
/// How late a timer may be before something is wrong with whoever does them.
const LATE: Duration = Duration::from_secs(2 * 60 * 60);
/// Most findings of one check; more say nothing new.
const MOST: i64 = 20;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The server works; somebody should look.
    Warning,
    /// Something is damaged or will fail.
    Error,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Which check found it: a stable name.
    pub check: &'static str,
    /// What it is, with ids and numbers; never content.
    pub what: String,
    /// What to do.
    pub cure: &'static str,
}

impl Store {
    /// How far this machine's clock is from the database's; zero with SQLite, which has none of its own.
    pub async fn clock_skew(&self, clock: &dyn Clock) -> Result<Duration> {
        if self.backend() == Backend::Sqlite {
            return Ok(Duration::ZERO);
        }
        let mut conn = self.borrow().await?;
        let before = clock.now();
        let row = conn.fetch_optional(NOW, vec![]).await?.ok_or(Error::broken("the database's clock"))?;
        let after = clock.now();
        let theirs: Timestamp = row.get(0)?;
        // It was read at some time between the two: only what lies outside counts.
        Ok(before.since(theirs).max(theirs.since(after)))
    }

    /// Refuses to work with a clock that is more than two seconds from the database's: leases and timers of several servers would disagree.
    ///
    /// # Errors
    /// [`Error::Refused`] with a sentence that names the cure.
    pub async fn refuse_clock_skew(&self, clock: &dyn Clock) -> Result<()> {
        let skew = self.clock_skew(clock).await?;
        if skew > CLOCK_SKEW {
            return Err(Error::Refused(format!(
                "this machine's clock is {:.1} seconds from the database's: set both by NTP (for example with chrony) and start again",
                skew.as_secs_f64()
            )));
        }
        Ok(())
    }

    /// Looks for what is not as it should be. Reads everything: minutes for millions of messages; servers may go on meanwhile.
    pub async fn examine(&self, clock: &dyn Clock) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let mut add = |severity, check, what: String, cure| findings.push(Finding { severity, check, what, cure });
        let restore = "stop the servers, keep a copy of the data, and restore the last backup";

        let skew = self.clock_skew(clock).await?;
        if skew > CLOCK_SKEW {
            let what = format!("this machine's clock is {:.1} seconds from the database's", skew.as_secs_f64());
            add(Severity::Error, "clock", what, "set both by NTP and start again");
        }
        let mut conn = self.alone().await?;
        for row in conn.fetch_all(INTEGRITY, vec![]).await? {
            let said: String = row.get(0)?;
            if said != "ok" {
                add(Severity::Error, "integrity", format!("the database file is damaged: {said}"), restore);
            }
        }
        let checks = [
            ("sequence", GAPS, "is missing numbers of its messages or events", restore),
            ("sequence", AHEAD, "has messages or events beyond its last number", restore),
            (
                "offer",
                OFFER_MISSING,
                "is offered, but its offer is over or missing",
                "restart the server: the offer's timer gives it back to the queue",
            ),
            ("offer", OFFER_LEFT, "has an open offer, but is not offered by it", "restart the server; if it stays, report it as a defect"),
            (
                "place",
                NOT_WAITING,
                "waits, but has no waiting place, or the other way round",
                "restart the server; if it stays, report it as a defect",
            ),
            ("origin", NO_ORIGIN, "has no origin", restore),
        ];
        for (check, statement, what, cure) in checks {
            for row in conn.fetch_all(statement, values![MOST]).await? {
                let id: domain::ids::ConversationId = row.get(0)?;
                add(Severity::Error, check, format!("conversation {id} {what}"), cure);
            }
        }
        for row in conn.fetch_all(LATE_TIMERS, values![clock.now() - LATE]).await? {
            let (kind, count): (String, i64) = (row.get(0)?, row.get(1)?);
            let timers = if count == 1 { "timer is" } else { "timers are" };
            let what = format!("{count} {kind} {timers} more than two hours late");
            add(Severity::Warning, "timer", what, "see that a server is running, and look for its errors");
        }
        for row in conn.fetch_all(CITED_BLOBS, vec![]).await? {
            let (workspace, bytes): (domain::ids::WorkspaceId, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let id = crate::BlobId(bytes.try_into().map_err(|_| Error::broken("file.blob"))?);
            if !self.blob_is_whole(workspace, id).await? {
                let cure = "the file is lost: restore it from a backup into another database, and send it again";
                add(Severity::Error, "blob", format!("the bytes of blob {id} are missing or damaged"), cure);
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Ok(findings)
    }

    async fn blob_is_whole(&self, workspace: domain::ids::WorkspaceId, id: crate::BlobId) -> Result<bool> {
        use sha2::Digest as _;
        let Some(mut reader) = self.blob(workspace, id).await? else { return Ok(false) };
        let mut hash = sha2::Sha256::new();
        loop {
            match reader.next().await {
                Ok(Some(bytes)) => hash.update(&bytes),
                Ok(None) => return Ok(<[u8; 32]>::from(hash.finalize()) == id.0),
                Err(Error::Broken { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
}

statements! {
    NOW = Sql::Each {
        sqlite: "SELECT 0",
        postgres: "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
    };
    INTEGRITY = Sql::Each { sqlite: "PRAGMA integrity_check(20)", postgres: "SELECT 'ok'" };
    // Whatever of the journal is still kept is dense from its first number to the conversation's last.
    GAPS = Sql::Both(
        "SELECT c.id FROM conversation c
         JOIN (SELECT workspace, conversation, min(sequence) AS first, count(DISTINCT sequence) AS n FROM journal
               WHERE conversation IS NOT NULL AND sequence > 0 GROUP BY workspace, conversation) j
           ON j.workspace = c.workspace AND j.conversation = c.id
         WHERE j.n <> c.sequence - j.first + 1 ORDER BY c.id LIMIT $1"
    );
    AHEAD = Sql::Both(
        "SELECT c.id FROM conversation c
         WHERE EXISTS (SELECT 1 FROM message m WHERE m.workspace = c.workspace AND m.conversation = c.id AND m.sequence > c.sequence)
            OR EXISTS (SELECT 1 FROM journal j WHERE j.workspace = c.workspace AND j.conversation = c.id AND j.sequence > c.sequence)
         ORDER BY c.id LIMIT $1"
    );
    OFFER_MISSING = Sql::Both(
        "SELECT c.id FROM conversation c
         LEFT JOIN offer o ON o.workspace = c.workspace AND o.id = c.offer AND o.conversation = c.id AND o.agent = c.agent AND o.ended_at IS NULL
         WHERE c.phase = 'offered' AND o.id IS NULL ORDER BY c.id LIMIT $1"
    );
    OFFER_LEFT = Sql::Both(
        "SELECT o.conversation FROM offer o
         LEFT JOIN conversation c ON c.workspace = o.workspace AND c.id = o.conversation AND c.phase = 'offered' AND c.offer = o.id
         WHERE o.ended_at IS NULL AND c.id IS NULL ORDER BY o.conversation LIMIT $1"
    );
    NOT_WAITING = Sql::Both(
        "SELECT c.id FROM conversation c LEFT JOIN place p ON p.workspace = c.workspace AND p.conversation = c.id
         WHERE (c.phase = 'waiting') <> (coalesce(p.waiting, 0) = 1) ORDER BY c.id LIMIT $1"
    );
    NO_ORIGIN = Sql::Both(
        "SELECT c.id FROM conversation c LEFT JOIN origin o ON o.workspace = c.workspace AND o.conversation = c.id
         WHERE o.conversation IS NULL ORDER BY c.id LIMIT $1"
    );
    LATE_TIMERS = Sql::Both("SELECT kind, count(*) FROM timer WHERE due < $1 GROUP BY kind ORDER BY kind");
    CITED_BLOBS = Sql::Both("SELECT DISTINCT workspace, blob FROM file WHERE blob IS NOT NULL");
}
