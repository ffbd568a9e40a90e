//! Events of customers: taken in by the hot path, in sets; and the reading of them.
//!
//! A group of events costs one statement that takes their positions, one that looks which are there already, and one that writes them, whatever
//! its size. Positions are taken first, in a row of the workspace that stays locked until the commit: so their order is the order of commits, and
//! of two servers that get the same event at once the second finds it. A position that nothing needed is a gap.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use domain::{
    customer_event::{EventBody, EventKind, Reason},
    ids::{EventSourceId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// For how long the same event again is known to be the same.
pub const EVENTS_KNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Events that one transaction takes in at most: what is written beside them does not wait longer for that.
pub(crate) const MOST_OF_A_GROUP: usize = 512;
/// How far one page of a search looks.
pub const EVENTS_SEARCHED: i64 = 20_000;

/// An event that has come.
#[derive(Clone, Debug)]
pub struct NewCustomerEvent {
    /// Who sends.
    pub source: EventSourceId,
    /// The sender's id of it: the same one within a day is the same event.
    pub message_id: String,
    /// What it says; none if that could not be read.
    pub kind: Option<EventKind>,
    /// What it is called.
    pub name: Option<String>,
    /// The user's key.
    pub user_key: Option<String>,
    /// The device's key.
    pub device_key: Option<String>,
    /// The group's key.
    pub group_key: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
    /// What is to become of it, by the engine's stable names.
    pub verdict: &'static str,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The rest.
    pub body: EventBody,
}

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenIn {
    /// It is on the disk, at this position.
    New(i64),
    /// It was there already, at this position.
    Again(i64),
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerEvent {
    /// Its place among the workspace's events.
    pub position: i64,
    /// Who sent.
    pub source: EventSourceId,
    /// The sender's id of it.
    pub message_id: String,
    /// What it says.
    pub kind: Option<EventKind>,
    /// What it is called.
    pub name: Option<String>,
    /// The user's key.
    pub user_key: Option<String>,
    /// The device's key.
    pub device_key: Option<String>,
    /// The group's key.
    pub group_key: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
    /// What became of it.
    pub verdict: String,
    /// Why.
    pub reasons: Vec<Reason>,
    /// How often it came again.
    pub repeats: i64,
    /// The rest.
    pub body: EventBody,
}

/// Which events are wanted. What is none does not matter.
#[derive(Clone, Debug, Default)]
pub struct CustomerEventFilter {
    /// Of this source.
    pub source: Option<EventSourceId>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// Of which this became; `duplicate` for those that came again.
    pub verdict: Option<String>,
    /// With exactly this id or key, or this in its name.
    pub search: Option<String>,
}

impl CustomerEventFilter {
    /// Whether an event is wanted: the same as storage finds.
    pub fn fits(&self, event: &CustomerEvent) -> bool {
        let is = |key: &Option<String>, sought: &str| key.as_deref() == Some(sought);
        self.source.is_none_or(|source| source == event.source)
            && self.kind.is_none_or(|kind| Some(kind) == event.kind)
            && self
                .verdict
                .as_deref()
                .is_none_or(|verdict| if verdict == "duplicate" { event.repeats > 0 } else { verdict == event.verdict })
            && self.search.as_deref().is_none_or(|sought| {
                event.message_id == sought
                    || is(&event.user_key, sought)
                    || is(&event.device_key, sought)
                    || is(&event.group_key, sought)
                    || event.name.as_ref().is_some_and(|name| name.to_ascii_lowercase().contains(&sought.to_ascii_lowercase()))
            })
    }
}

/// A page of events.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerEventPage {
    /// The events.
    pub events: Vec<CustomerEvent>,
    /// From where the next page goes on; none at the end.
    pub next: Option<i64>,
}

/// The events of one request on their way through a group.
pub(crate) struct IntakeItem {
    pub(crate) workspace: WorkspaceId,
    pub(crate) events: Vec<NewCustomerEvent>,
    pub(crate) result: Option<Vec<TakenIn>>,
}

/// Takes a group in. An error is the whole group's.
pub(crate) async fn take_in(tx: &mut Tx, items: &mut [IntakeItem]) -> Result<()> {
    let count = items.iter().map(|item| item.events.len()).sum();
    let mut counts: BTreeMap<WorkspaceId, i64> = BTreeMap::new();
    for item in items.iter() {
        *counts.entry(item.workspace).or_default() += item.events.len() as i64;
    }
    let mut wanted = Rows::of(ALLOCATE, counts.len());
    for (workspace, count) in &counts {
        wanted.push([(*workspace).into(), (*count).into()]);
    }
    let mut next: HashMap<WorkspaceId, i64> = HashMap::with_capacity(counts.len());
    for row in tx.fetch_rows(wanted).await? {
        let (workspace, last): (WorkspaceId, i64) = (row.get(0)?, row.get(1)?);
        next.insert(workspace, last - counts.get(&workspace).copied().unwrap_or(0));
    }

    let mut asked = Rows::of(KNOWN, count);
    for item in items.iter() {
        for event in &item.events {
            asked.push([item.workspace.into(), (&event.message_id).into(), (event.received_at - EVENTS_KNOWN_FOR).into()]);
        }
    }
    let mut known: HashMap<WorkspaceId, HashMap<String, i64>> = HashMap::new();
    if !asked.is_empty() {
        for row in tx.fetch_rows(asked).await? {
            known.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
        }
    }

    let (mut lines, mut again) = (Rows::of(INSERT, count), BTreeMap::<(WorkspaceId, i64), i64>::new());
    for item in items.iter_mut() {
        let position = next.get_mut(&item.workspace).ok_or(Error::broken("customer_event_head"))?;
        let known = known.entry(item.workspace).or_default();
        let mut results = Vec::with_capacity(item.events.len());
        for event in &item.events {
            if let Some(there) = known.get(&event.message_id) {
                *again.entry((item.workspace, *there)).or_default() += 1;
                results.push(TakenIn::Again(*there));
                continue;
            }
            *position += 1;
            known.insert(event.message_id.clone(), *position);
            lines.push([
                item.workspace.into(),
                (*position).into(),
                event.source.into(),
                (&event.message_id).into(),
                event.kind.map(EventKind::as_str).into(),
                event.name.as_ref().into(),
                event.user_key.as_ref().into(),
                event.device_key.as_ref().into(),
                event.group_key.as_ref().into(),
                event.at.into(),
                event.received_at.into(),
                event.verdict.into(),
                crate::json(&event.reasons)?.into(),
                crate::json(&event.body)?.into(),
            ]);
            results.push(TakenIn::New(*position));
        }
        item.result = Some(results);
    }
    if !lines.is_empty() {
        tx.execute_rows(lines).await?;
    }
    if !again.is_empty() {
        let mut repeated = Rows::of(REPEAT, again.len());
        for ((workspace, position), times) in again {
            repeated.push([workspace.into(), position.into(), times.into()]);
        }
        tx.execute_rows(repeated).await?;
    }
    Ok(())
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Broken { what, source: Some(Box::new(error)) })
}

fn customer_event(row: &Row) -> Result<CustomerEvent> {
    let (kind, reasons, body): (Option<String>, String, String) = (row.get(3)?, row.get(11)?, row.get(13)?);
    Ok(CustomerEvent {
        position: row.get(0)?,
        source: row.get(1)?,
        message_id: row.get(2)?,
        kind: kind.as_deref().map(|kind| EventKind::from_stored(kind).ok_or(Error::broken("customer_event.kind"))).transpose()?,
        name: row.get(4)?,
        user_key: row.get(5)?,
        device_key: row.get(6)?,
        group_key: row.get(7)?,
        at: row.get(8)?,
        received_at: row.get(9)?,
        verdict: row.get(10)?,
        reasons: from_json(&reasons, "customer_event.reasons")?,
        repeats: row.get(12)?,
        body: from_json(&body, "customer_event.body")?,
    })
}

impl Store {
    /// Takes in the events of one request; answers when all are on the disk, with what became of each, in their order.
    ///
    /// So many that one transaction would hold up others become several: when one of them fails, those before it stay, and are the same events when
    /// they come again.
    pub async fn take_in(&self, workspace: WorkspaceId, mut events: Vec<NewCustomerEvent>) -> Result<Vec<TakenIn>> {
        let mut taken = Vec::with_capacity(events.len());
        while !events.is_empty() {
            let rest = events.split_off(events.len().min(MOST_OF_A_GROUP));
            taken.extend(self.intake(workspace, std::mem::replace(&mut events, rest)).await?);
        }
        Ok(taken)
    }
}

impl Snapshot {
    /// One event.
    pub async fn customer_event(&mut self, workspace: WorkspaceId, position: i64) -> Result<Option<CustomerEvent>> {
        self.conn.fetch_optional(ONE, values![workspace, position]).await?.as_ref().map(customer_event).transpose()
    }

    /// Events after a position, in order, at most `limit`.
    pub async fn customer_events_after(&mut self, workspace: WorkspaceId, position: i64, limit: i64) -> Result<Vec<CustomerEvent>> {
        self.conn.fetch_all(AFTER, values![workspace, position, limit]).await?.iter().map(customer_event).collect()
    }

    /// Where a workspace's events stand.
    pub async fn customer_event_head(&mut self, workspace: WorkspaceId) -> Result<i64> {
        self.conn.fetch_optional(HEAD, values![workspace]).await?.map_or(Ok(0), |row| row.get(0))
    }

    /// How far profiles have followed.
    pub async fn customer_event_mark(&mut self, workspace: WorkspaceId) -> Result<i64> {
        self.conn.fetch_optional(FOLLOWED, values![workspace]).await?.map_or(Ok(0), |row| row.get(0))
    }

    /// The latest events before a position (of all: `i64::MAX`), the latest first, at most `limit`. One page looks at no more than
    /// [`EVENTS_SEARCHED`] events, so it may be short, or empty, and have a next one.
    pub async fn customer_events_before(
        &mut self,
        workspace: WorkspaceId,
        filter: &CustomerEventFilter,
        before: i64,
        limit: i64,
    ) -> Result<CustomerEventPage> {
        let before = before.min(self.customer_event_head(workspace).await? + 1);
        let from = before.saturating_sub(EVENTS_SEARCHED);
        let duplicate = filter.verdict.as_deref() == Some("duplicate");
        let verdict = filter.verdict.as_deref().filter(|_| !duplicate);
        let events: Vec<CustomerEvent> = self
            .conn
            .fetch_all(
                BEFORE,
                values![
                    workspace,
                    before,
                    from,
                    filter.source,
                    filter.kind.map(EventKind::as_str),
                    verdict,
                    i64::from(duplicate),
                    filter.search.as_ref(),
                    limit
                ],
            )
            .await?
            .iter()
            .map(customer_event)
            .collect::<Result<_>>()?;
        let next = match events.last() {
            Some(last) if events.len() as i64 == limit => Some(last.position),
            _ => Some(from),
        };
        Ok(CustomerEventPage { events, next: next.filter(|next| *next > 1) })
    }
}

impl Tx {
    /// Takes the following of events from where it stands; false if it does not stand at `after` (any more). Held until the transaction ends.
    pub async fn claim_customer_events(&mut self, workspace: WorkspaceId, after: i64) -> Result<bool> {
        self.execute(BEGIN_MARK_OF_EVENTS, values![workspace]).await?;
        let at: i64 = self.fetch_optional(LOCK_MARK, values![workspace]).await?.ok_or(Error::broken("customer_event_mark"))?.get(0)?;
        Ok(at == after)
    }

    /// Events have been followed up to a position.
    pub async fn save_customer_event_mark(&mut self, workspace: WorkspaceId, position: i64) -> Result<()> {
        self.execute(SAVE_MARK_OF_EVENTS, values![workspace, position]).await?;
        Ok(())
    }

    /// What became of events, and why: in place of what was said before.
    pub async fn save_verdicts(&mut self, workspace: WorkspaceId, verdicts: &[(i64, &str, &[Reason])]) -> Result<()> {
        let mut rows = Rows::of(SAVE_VERDICTS, verdicts.len());
        for (position, verdict, reasons) in verdicts {
            rows.push([workspace.into(), (*position).into(), (*verdict).into(), crate::json(reasons)?.into()]);
        }
        if !rows.is_empty() {
            self.execute_rows(rows).await?;
        }
        Ok(())
    }

    /// Removes events that came before `before` and have been followed, the oldest first, at most `limit`; tells how many went.
    pub async fn prune_customer_events(&mut self, workspace: WorkspaceId, before: Timestamp, limit: i64) -> Result<u64> {
        self.execute(PRUNE, values![workspace, before, limit]).await
    }
}

row_statements! {
    ALLOCATE (workspace Id, taken Int) = Sql::Both(
        "INSERT INTO customer_event_head (workspace, position) SELECT workspace, taken FROM k WHERE workspace IS NOT NULL ORDER BY workspace
         ON CONFLICT (workspace) DO UPDATE SET position = customer_event_head.position + excluded.position RETURNING workspace, position"
    );
    KNOWN (workspace Id, message_id Text, since Int) = Sql::Both(
        "SELECT e.workspace, e.message_id, e.position
         FROM k JOIN customer_event e ON e.workspace = k.workspace AND e.message_id = k.message_id AND e.received_at > k.since"
    );
    INSERT (workspace Id, position Int, source Id, message_id Text, kind Text, name Text, user_key Text, device_key Text, group_key Text,
            at Int, received_at Int, verdict Text, reasons Text, body Text) = Sql::Both(
        "INSERT INTO customer_event (workspace, position, source, message_id, kind, name, user_key, device_key, group_key, at, received_at,
                                     verdict, reasons, repeats, body)
         SELECT workspace, position, source, message_id, kind, name, user_key, device_key, group_key, at, received_at, verdict, reasons, 0, body
         FROM k WHERE workspace IS NOT NULL"
    );
    REPEAT (workspace Id, position Int, times Int) = Sql::Both(
        "UPDATE customer_event SET repeats = customer_event.repeats + k.times
         FROM k WHERE customer_event.workspace = k.workspace AND customer_event.position = k.position"
    );
    SAVE_VERDICTS (workspace Id, position Int, verdict Text, reasons Text) = Sql::Both(
        "UPDATE customer_event SET verdict = k.verdict, reasons = k.reasons
         FROM k WHERE customer_event.workspace = k.workspace AND customer_event.position = k.position"
    );
}

statements! {
    ONE = Sql::Both(
        "SELECT position, source, message_id, kind, name, user_key, device_key, group_key, at, received_at, verdict, reasons, repeats, body
         FROM customer_event WHERE workspace = $1 AND position = $2"
    );
    AFTER = Sql::Both(
        "SELECT position, source, message_id, kind, name, user_key, device_key, group_key, at, received_at, verdict, reasons, repeats, body
         FROM customer_event WHERE workspace = $1 AND position > $2 ORDER BY position LIMIT $3"
    );
    BEFORE = Sql::Each {
        sqlite: "SELECT position, source, message_id, kind, name, user_key, device_key, group_key, at, received_at, verdict, reasons, repeats, body
                 FROM customer_event
                 WHERE workspace = $1 AND position < $2 AND position >= $3
                   AND ($4 IS NULL OR source = $4) AND ($5 IS NULL OR kind = $5) AND ($6 IS NULL OR verdict = $6)
                   AND ($7 = 0 OR repeats > 0)
                   AND ($8 IS NULL OR message_id = $8 OR user_key = $8 OR device_key = $8 OR group_key = $8
                        OR instr(lower(name), lower($8)) > 0)
                 ORDER BY position DESC LIMIT $9",
        postgres: "SELECT position, source, message_id, kind, name, user_key, device_key, group_key, at, received_at, verdict, reasons, repeats, body
                   FROM customer_event
                   WHERE workspace = $1 AND position < $2 AND position >= $3
                     AND ($4::uuid IS NULL OR source = $4) AND ($5::text IS NULL OR kind = $5) AND ($6::text IS NULL OR verdict = $6)
                     AND ($7 = 0::bigint OR repeats > 0)
                     AND ($8::text IS NULL OR message_id = $8 OR user_key = $8 OR device_key = $8 OR group_key = $8
                          OR position(lower($8) in lower(name)) > 0)
                   ORDER BY position DESC LIMIT $9",
    };
    HEAD = Sql::Both("SELECT position FROM customer_event_head WHERE workspace = $1");
    FOLLOWED = Sql::Both("SELECT position FROM customer_event_mark WHERE workspace = $1");
    BEGIN_MARK_OF_EVENTS = Sql::Both("INSERT INTO customer_event_mark (workspace, position) VALUES ($1, 0) ON CONFLICT (workspace) DO NOTHING");
    LOCK_MARK = Sql::Each {
        sqlite: "SELECT position FROM customer_event_mark WHERE workspace = $1",
        postgres: "SELECT position FROM customer_event_mark WHERE workspace = $1 FOR UPDATE",
    };
    SAVE_MARK_OF_EVENTS = Sql::Both("UPDATE customer_event_mark SET position = $2 WHERE workspace = $1");
    PRUNE = Sql::Both(
        "DELETE FROM customer_event WHERE workspace = $1 AND position <= (
           SELECT max(position) FROM (SELECT position, received_at FROM customer_event WHERE workspace = $1 ORDER BY position LIMIT $3) AS oldest
           WHERE received_at < $2 AND position <= (SELECT m.position FROM customer_event_mark m WHERE m.workspace = $1))"
    );
}
