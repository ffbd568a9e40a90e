//! The records of a CRM that conversations have or are to have, and when somebody looks after them next.

use domain::{
    entity_plan::{How, LinkState, Part, State},
    ids::{ConversationId, WorkspaceId},
    record::RecordRef,
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Store,
    driver::{Conn, Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// How far a conversation is with its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordCourse {
    /// Its plan, or the older form of one, is carried out; else records are only what agents add.
    pub planned: bool,
    /// The plan waits until an agent accepts.
    pub held: bool,
    /// Since when they are wanted.
    pub since: Timestamp,
    /// When somebody looks after them next; none while there is nothing to do, or an agent has to accept first.
    pub due: Option<Timestamp>,
    /// How often it was tried since something came of it.
    pub tries: i64,
    /// Why it did not get on the last time. Holds no content.
    pub trouble: Option<String>,
    /// Grows with whatever agents see of it.
    pub revision: i64,
}

/// A conversation whose records are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRecords {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Which.
    pub conversation: ConversationId,
    /// Since when: names the turn that is taken.
    pub due: Timestamp,
}

fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Broken { what, source: Some(Box::new(error)) })
}

/// A name that serde writes as a word.
fn word<T: DeserializeOwned>(name: String, what: &'static str) -> Result<T> {
    serde_json::from_value(name.into()).map_err(|error| Error::Broken { what, source: Some(Box::new(error)) })
}

fn named(word: impl Serialize) -> Result<String> {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(Error::broken("a word that cannot be written")),
    }
}

fn course(row: &Row) -> Result<RecordCourse> {
    Ok(RecordCourse {
        planned: row.get(0)?,
        held: row.get(1)?,
        since: row.get(2)?,
        due: row.get(3)?,
        tries: row.get(4)?,
        trouble: row.get(5)?,
        revision: row.get(6)?,
    })
}

fn part(row: &Row) -> Result<Part> {
    let (state, link): (String, String) = (row.get(2)?, row.get(11)?);
    let (candidates, reasons): (String, String) = (row.get(8)?, row.get(10)?);
    let (id, entity): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(Part {
        name: row.get(0)?,
        entity: row.get(1)?,
        state: State::from_stored(&state).ok_or(Error::broken("record_part.state"))?,
        record: id.zip(entity).map(|(id, entity)| RecordRef { entity, id }),
        how: row.get::<Option<String>>(5)?.map(|how| word::<How>(how, "record_part.how")).transpose()?,
        by: row.get(6)?,
        at: row.get(7)?,
        candidates: read(&candidates, "record_part.candidates")?,
        more_candidates: row.get(9)?,
        reasons: read(&reasons, "record_part.reasons")?,
        link: word::<LinkState>(link, "record_part.link")?,
        save_to: row.get(12)?,
        shows: row.get(13)?,
        made_as: row.get(14)?,
    })
}

async fn parts(conn: &mut Conn, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Part>> {
    conn.fetch_all(PARTS, values![workspace, conversation]).await?.iter().map(part).collect()
}

impl Store {
    /// Conversations whose records are due, at most `limit`, the longest due first. Each is claimed before it is looked after.
    pub async fn due_records(&self, now: Timestamp, limit: i64) -> Result<Vec<DueRecords>> {
        self.borrow()
            .await?
            .fetch_all(DUE, values![now, limit])
            .await?
            .iter()
            .map(|row| Ok(DueRecords { workspace: row.get(0)?, conversation: row.get(1)?, due: row.get(2)? }))
            .collect()
    }

    /// When the next ones are due.
    pub async fn next_due_records(&self) -> Result<Option<Timestamp>> {
        Ok(self.borrow().await?.fetch_optional(NEXT_DUE, vec![]).await?.map(|row| row.get(0)).transpose()?.flatten())
    }
}

impl Snapshot {
    /// How far a conversation is with its records; none if it never wanted any.
    pub async fn record_course(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<RecordCourse>> {
        self.conn.fetch_optional(COURSE, values![workspace, conversation]).await?.as_ref().map(course).transpose()
    }

    /// Its records, in order.
    pub async fn record_parts(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Part>> {
        parts(&mut self.conn, workspace, conversation).await
    }
}

impl Tx {
    /// A conversation's plan is to be carried out: at once, or, if it is held, when [`Tx::release_records`] says so.
    pub async fn plan_records(&mut self, workspace: WorkspaceId, conversation: ConversationId, held: bool, now: Timestamp) -> Result<()> {
        self.execute(PLAN, values![workspace, conversation, held, now, (!held).then_some(now)]).await?;
        Ok(())
    }

    /// Its plan is due, if it is held.
    pub async fn release_records(&mut self, workspace: WorkspaceId, conversation: ConversationId, now: Timestamp) -> Result<()> {
        self.execute(RELEASE, values![workspace, conversation, now]).await?;
        Ok(())
    }

    /// Takes a turn: nobody else looks after these records until `until`. False if somebody else has, or nothing is due any more.
    pub async fn claim_records(&mut self, turn: &DueRecords, until: Timestamp) -> Result<bool> {
        Ok(self.execute(CLAIM, values![turn.workspace, turn.conversation, turn.due, until]).await? > 0)
    }

    /// How far a conversation is. The caller holds the conversation's lock.
    pub async fn record_course(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<RecordCourse>> {
        self.fetch_optional(COURSE, values![workspace, conversation]).await?.as_ref().map(course).transpose()
    }

    /// Its records, in order. The caller holds the conversation's lock.
    pub async fn record_parts(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Part>> {
        parts(&mut self.conn, workspace, conversation).await
    }

    /// Saves how far it is.
    pub async fn save_record_course(&mut self, workspace: WorkspaceId, conversation: ConversationId, course: &RecordCourse) -> Result<()> {
        let RecordCourse { planned, held, since, due, tries, trouble, revision } = course;
        let values = values![workspace, conversation, *planned, *held, *since, *due, *tries, trouble.clone(), *revision];
        self.execute(SAVE_COURSE, values).await?;
        Ok(())
    }

    /// Saves parts, each with its place in the order.
    pub async fn save_record_parts<'p>(
        &mut self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        parts: impl Iterator<Item = (usize, &'p Part)>,
    ) -> Result<()> {
        let mut rows = Rows::of(SAVE_PARTS, parts.size_hint().0);
        for (n, part) in parts {
            rows.push([
                workspace.into(),
                conversation.into(),
                part.name.as_str().into(),
                i64::try_from(n).unwrap_or(i64::MAX).into(),
                part.entity.as_str().into(),
                part.state.as_str().into(),
                part.record.as_ref().map(|record| record.id.clone()).into(),
                part.record.as_ref().map(|record| record.entity.clone()).into(),
                part.how.map(named).transpose()?.into(),
                part.by.into(),
                part.at.into(),
                crate::json(&part.candidates)?.into(),
                part.more_candidates.into(),
                crate::json(&part.reasons)?.into(),
                named(part.link)?.into(),
                part.save_to.clone().into(),
                part.shows.into(),
                part.made_as.clone().into(),
            ]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }
}

statements! {
    DUE = Sql::Both("SELECT workspace, conversation, due FROM record_course WHERE due <= $1 ORDER BY due LIMIT $2");
    NEXT_DUE = Sql::Both("SELECT min(due) FROM record_course WHERE due IS NOT NULL AND workspace IS NOT NULL");
    COURSE = Sql::Both("SELECT planned, held, since, due, tries, trouble, revision FROM record_course WHERE workspace = $1 AND conversation = $2");
    PARTS = Sql::Both(
        "SELECT part, entity, state, record, record_entity, how, agent, at, candidates, more, reasons, link, save_to, shows, made_as
         FROM record_part WHERE workspace = $1 AND conversation = $2 ORDER BY n, part"
    );
    PLAN = Sql::Both(
        "INSERT INTO record_course (workspace, conversation, planned, held, since, due, tries, revision) VALUES ($1, $2, 1, $3, $4, $5, 0, 0)"
    );
    RELEASE = Sql::Both(
        "UPDATE record_course SET due = $3, since = $3, held = 0 WHERE workspace = $1 AND conversation = $2 AND held = 1"
    );
    CLAIM = Sql::Both(
        "UPDATE record_course SET due = $4, tries = tries + 1 WHERE workspace = $1 AND conversation = $2 AND due = $3"
    );
    SAVE_COURSE = Sql::Both(
        "INSERT INTO record_course (workspace, conversation, planned, held, since, due, tries, trouble, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (workspace, conversation) DO UPDATE SET planned = excluded.planned, held = excluded.held, since = excluded.since,
           due = excluded.due, tries = excluded.tries, trouble = excluded.trouble, revision = excluded.revision"
    );
}

row_statements! {
    SAVE_PARTS (workspace Id, conversation Id, part Text, n Int, entity Text, state Text, record Text, record_entity Text, how Text, agent Id,
        at Int, candidates Text, more Int, reasons Text, link Text, save_to Text, shows Int, made_as Text) = Sql::Both(
        "INSERT INTO record_part (workspace, conversation, part, n, entity, state, record, record_entity, how, agent, at, candidates, more,
           reasons, link, save_to, shows, made_as)
         SELECT workspace, conversation, part, n, entity, state, record, record_entity, how, agent, at, candidates, more, reasons, link,
           save_to, shows, made_as FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, conversation, part) DO UPDATE SET entity = excluded.entity, state = excluded.state, record = excluded.record,
           record_entity = excluded.record_entity, how = excluded.how, agent = excluded.agent, at = excluded.at,
           candidates = excluded.candidates, more = excluded.more, reasons = excluded.reasons, link = excluded.link,
           save_to = excluded.save_to, shows = excluded.shows, made_as = excluded.made_as"
    );
}
