//! Messages left when nobody was there that become records of a CRM.

use domain::{
    ids::{OfflineMessageId, WorkspaceId},
    record::RecordRef,
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::Result,
    read::Snapshot,
    tx::Tx,
};

/// How far a message is on its way to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineRecord {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Which message.
    pub message: OfflineMessageId,
    /// Since when it is wanted.
    pub since: Timestamp,
    /// When somebody looks after it next; none once that is of no use.
    pub due: Option<Timestamp>,
    /// How often it was tried.
    pub tries: i64,
    /// Why it did not get on the last time. Holds no content.
    pub trouble: Option<String>,
    /// What was made of it.
    pub record: Option<RecordRef>,
}

fn wanted(row: &Row) -> Result<OfflineRecord> {
    let (id, entity): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(OfflineRecord {
        workspace: row.get(0)?,
        message: row.get(1)?,
        since: row.get(2)?,
        due: row.get(3)?,
        tries: row.get(4)?,
        trouble: row.get(5)?,
        record: id.zip(entity).map(|(id, entity)| RecordRef { entity, id }),
    })
}

impl Store {
    /// Messages that are due, at most `limit`, the longest due first. Each is claimed before it is looked after.
    pub async fn due_offline_records(&self, now: Timestamp, limit: i64) -> Result<Vec<OfflineRecord>> {
        self.borrow().await?.fetch_all(DUE, values![now, limit]).await?.iter().map(wanted).collect()
    }

    /// When the next one is due.
    pub async fn next_due_offline_record(&self) -> Result<Option<Timestamp>> {
        Ok(self.borrow().await?.fetch_optional(NEXT_DUE, vec![]).await?.map(|row| row.get(0)).transpose()?.flatten())
    }
}

impl Snapshot {
    /// How far a message is; none if it is to become nothing.
    pub async fn offline_record(&mut self, workspace: WorkspaceId, message: OfflineMessageId) -> Result<Option<OfflineRecord>> {
        self.conn.fetch_optional(ONE, values![workspace, message]).await?.as_ref().map(wanted).transpose()
    }
}

impl Tx {
    /// A message is to become a record.
    pub async fn want_offline_record(&mut self, workspace: WorkspaceId, message: OfflineMessageId, now: Timestamp) -> Result<()> {
        self.execute(WANT, values![workspace, message, now]).await?;
        Ok(())
    }

    /// Takes a turn: nobody else looks after it until `until`. False if somebody else has, or it is not wanted any more.
    pub async fn claim_offline_record(&mut self, turn: &OfflineRecord, until: Timestamp) -> Result<bool> {
        Ok(self.execute(CLAIM, values![turn.workspace, turn.message, turn.due, until]).await? > 0)
    }

    /// Saves how far it is, while it is wanted.
    pub async fn save_offline_record(&mut self, kept: &OfflineRecord) -> Result<()> {
        let OfflineRecord { workspace, message, since: _, due, tries: _, trouble, record } = kept;
        let (id, entity) = record.clone().map(|record| (record.id, record.entity)).unzip();
        self.execute(SAVE, values![*workspace, *message, *due, trouble.clone(), id, entity]).await?;
        Ok(())
    }
}

statements! {
    DUE = Sql::Both(
        "SELECT workspace, message, since, due, tries, trouble, record, record_entity FROM offline_record WHERE due <= $1 ORDER BY due LIMIT $2"
    );
    NEXT_DUE = Sql::Both("SELECT min(due) FROM offline_record WHERE due IS NOT NULL AND workspace IS NOT NULL");
    ONE = Sql::Both(
        "SELECT workspace, message, since, due, tries, trouble, record, record_entity FROM offline_record
         WHERE workspace = $1 AND message = $2"
    );
    WANT = Sql::Both("INSERT INTO offline_record (workspace, message, since, due, tries) VALUES ($1, $2, $3, $3, 0)");
    CLAIM = Sql::Both("UPDATE offline_record SET due = $4, tries = tries + 1 WHERE workspace = $1 AND message = $2 AND due = $3");
    SAVE = Sql::Both(
        "UPDATE offline_record SET due = $3, trouble = $4, record = $5, record_entity = $6 WHERE workspace = $1 AND message = $2"
    );
}
