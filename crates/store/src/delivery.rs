//! Deliveries: what a destination is to be told of a conversation, what became of it, and each attempt.
//!
//! A row is made in the transaction that moves the mark along the journal. Whoever takes one that is due raises its turn and has it until its
//! new due; what he says of it later counts only if nobody took it meanwhile. Of one visitor a destination is told one thing at a time, in the
//! journal's order.

use domain::{
    ids::{AgentId, ConversationId, DeliveryId, DestinationId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    driver::{Row, Sql, Statement, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be sent, or on its way.
    Waiting,
    /// It was taken.
    Delivered,
    /// It was tried and will not be any more, unless somebody says so.
    Dead,
    /// Somebody said that it need not be sent, or what it said was erased.
    Discarded,
}

impl DeliveryState {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Dead, Self::Discarded];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }

    /// From the stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Something to tell a destination.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Whom.
    pub destination: DestinationId,
    /// About whom: such deliveries go one after the other.
    pub subject: VisitorId,
    /// In which conversation it happened.
    pub conversation: ConversationId,
    /// Which event: a destination is told each once.
    pub event: String,
    /// What kind of event.
    pub kind: &'static str,
    /// Its place among all: the journal's order.
    pub place: i64,
    /// When it happened.
    pub at: Timestamp,
    /// What is sent.
    pub payload: Text,
}

/// A delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Whom.
    pub destination: DestinationId,
    /// About whom.
    pub subject: VisitorId,
    /// In which conversation it happened.
    pub conversation: ConversationId,
    /// Which event.
    pub event: String,
    /// What kind of event.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// How it stands.
    pub state: DeliveryState,
    /// While it waits: when it is sent at the earliest.
    pub due: Timestamp,
    /// How often it was sent.
    pub tries: i64,
    /// When it came to stand so.
    pub changed_at: Timestamp,
    /// Of the last attempt, if it failed.
    pub class: Option<String>,
    /// Of the last attempt, if it failed; or why it was discarded.
    pub code: Option<String>,
    /// What the last attempt was answered with.
    pub status: Option<i64>,
    /// What is sent; empty once it was erased.
    pub payload: Text,
    /// What was sent before somebody repaired it.
    pub original: Option<Text>,
}

/// A delivery that was taken, to be sent now.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenDelivery {
    /// Which one.
    pub id: DeliveryId,
    /// The how manieth taking this is.
    pub turn: i64,
    /// In which conversation it happened.
    pub conversation: ConversationId,
    /// Which event.
    pub event: String,
    /// How often in a row it has failed for a while.
    pub failures: i64,
    /// When it was sent first; none before.
    pub first_at: Option<Timestamp>,
    /// What is sent.
    pub payload: Text,
}

/// What came of a delivery that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// How it stands now.
    pub state: DeliveryState,
    /// When it is sent again, if it waits.
    pub due: Timestamp,
    /// How often in a row it has failed for a while.
    pub failures: i64,
    /// The attempt.
    pub attempt: Attempt,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Counted over all takings; some may be missing, where a server died.
    pub number: i64,
    /// When it began.
    pub at: Timestamp,
    /// Microseconds until there was an answer, or none.
    pub took: i64,
    /// Why it failed; none if it did not.
    pub class: Option<String>,
    /// What happened; none if it did not fail.
    pub code: Option<String>,
    /// What was answered; none without an answer.
    pub status: Option<i64>,
    /// What was asked, without its body: the engine's own document, empty once erased.
    pub request: Text,
    /// What was answered: the engine's own document, empty once erased.
    pub response: Text,
}

/// Which deliveries. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Whom.
    pub destination: Option<DestinationId>,
    /// How they stand.
    pub state: Option<DeliveryState>,
    /// Why the last attempt failed.
    pub class: Option<String>,
    /// What kind of event.
    pub kind: Option<String>,
    /// What happened from then on.
    pub from: Option<Timestamp>,
    /// And before then.
    pub until: Option<Timestamp>,
    /// The delivery, the conversation or the visitor with this id.
    pub about: Option<Uuid>,
    /// The event with this id.
    pub event: Option<String>,
}

/// What deliveries say of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatCourse {
    /// Which one.
    pub conversation: ConversationId,
    /// Whose.
    pub visitor: VisitorId,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Who has it, or had it last.
    pub answered_by: Option<AgentId>,
    /// The number of the entry by which the visitor wrote first.
    pub first_written: Option<i64>,
}

const STATE: &str = "delivery.state";

fn delivery(row: &Row) -> Result<Delivery> {
    let state: String = row.get(7)?;
    Ok(Delivery {
        id: row.get(0)?,
        destination: row.get(1)?,
        subject: row.get(2)?,
        conversation: row.get(3)?,
        event: row.get(4)?,
        kind: row.get(5)?,
        at: row.get(6)?,
        state: DeliveryState::from_stored(&state).ok_or(Error::broken(STATE))?,
        due: row.get(8)?,
        tries: row.get(9)?,
        changed_at: row.get(10)?,
        class: row.get(11)?,
        code: row.get(12)?,
        status: row.get(13)?,
        payload: row.get(14)?,
        original: row.get(15)?,
    })
}

fn attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        number: row.get(0)?,
        at: row.get(1)?,
        took: row.get(2)?,
        class: row.get(3)?,
        code: row.get(4)?,
        status: row.get(5)?,
        request: row.get(6)?,
        response: row.get(7)?,
    })
}

impl Snapshot {
    /// How far deliveries have followed the journal; none before they began to.
    pub async fn delivery_mark(&mut self, workspace: WorkspaceId) -> Result<Option<i64>> {
        self.conn.fetch_optional(MARK, values![workspace]).await?.map(|row| row.get(0)).transpose()
    }

    /// One delivery.
    pub async fn delivery(&mut self, workspace: WorkspaceId, id: DeliveryId) -> Result<Option<Delivery>> {
        self.conn.fetch_optional(ONE, values![workspace, id]).await?.as_ref().map(delivery).transpose()
    }

    /// Its attempts, the latest first, at most `limit`.
    pub async fn attempts(&mut self, workspace: WorkspaceId, id: DeliveryId, limit: i64) -> Result<Vec<Attempt>> {
        self.conn.fetch_all(ATTEMPTS, values![workspace, id, limit]).await?.iter().map(attempt).collect()
    }

    /// Deliveries before one, the latest first, at most `limit`.
    pub async fn deliveries(
        &mut self,
        workspace: WorkspaceId,
        filter: &DeliveryFilter,
        before: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Vec<Delivery>> {
        // By destination and state there may be few among millions, and there is an index for them.
        let statement: Statement = if filter.destination.is_some() && filter.state.is_some() { LIST_OF_STATE } else { LIST };
        let before = before.map_or(Uuid::max(), Uuid::from);
        let values = values![
            workspace,
            before,
            filter.destination,
            filter.state.map(DeliveryState::as_str),
            filter.class.as_ref(),
            filter.kind.as_ref(),
            filter.from,
            filter.until,
            filter.about,
            filter.event.as_ref(),
            limit,
        ];
        self.conn.fetch_all(statement, values).await?.iter().map(delivery).collect()
    }

    /// How many wait, by destination.
    pub async fn waiting_deliveries(&mut self, workspace: WorkspaceId) -> Result<Vec<(DestinationId, i64)>> {
        self.conn.fetch_all(WAITING, values![workspace]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// Whether something is due to be sent to a destination. It may have to wait for another one of the same visitor.
    pub async fn is_delivery_due(&mut self, workspace: WorkspaceId, destination: DestinationId, now: Timestamp) -> Result<bool> {
        Ok(self.conn.fetch_optional(IS_DUE, values![workspace, destination, now]).await?.is_some())
    }

    /// When a delivery to a destination is due next, after now.
    pub async fn next_delivery(&mut self, workspace: WorkspaceId, destination: DestinationId, now: Timestamp) -> Result<Option<Timestamp>> {
        let row = self.conn.fetch_optional(NEXT, values![workspace, destination, now]).await?;
        Ok(row.map(|row| row.get::<Option<Timestamp>>(0)).transpose()?.flatten())
    }
}

impl Tx {
    /// Deliveries begin to follow the journal where it stands now, unless they do already.
    pub async fn begin_deliveries(&mut self, workspace: WorkspaceId) -> Result<()> {
        self.execute(BEGIN, values![workspace]).await?;
        Ok(())
    }

    /// Takes the mark for this transaction; false if it is not where the caller saw it, or another transaction has it.
    pub async fn claim_delivery_mark(&mut self, workspace: WorkspaceId, position: i64) -> Result<bool> {
        Ok(self.fetch_optional(CLAIM_MARK, values![workspace, position]).await?.is_some())
    }

    /// Moves the mark.
    pub async fn save_delivery_mark(&mut self, workspace: WorkspaceId, position: i64) -> Result<()> {
        self.execute(SAVE_MARK, values![workspace, position]).await?;
        Ok(())
    }

    /// Deliveries do not follow the journal any more.
    pub async fn forget_delivery_mark(&mut self, workspace: WorkspaceId) -> Result<()> {
        self.execute(FORGET_MARK, values![workspace]).await?;
        Ok(())
    }

    /// What deliveries say of conversations.
    pub async fn chat_courses(&mut self, workspace: WorkspaceId, conversations: &[ConversationId]) -> Result<Vec<ChatCourse>> {
        self.fetch_rows(Rows::ids(COURSES, workspace, conversations))
            .await?
            .iter()
            .map(|row| {
                Ok(ChatCourse {
                    conversation: row.get(0)?,
                    visitor: row.get(1)?,
                    requested_at: row.get(2)?,
                    answered_by: row.get(3)?,
                    first_written: row.get(4)?,
                })
            })
            .collect()
    }

    /// What was written under these numbers of these conversations. Whoever keeps it has locked them, so that nobody erases it in between.
    pub async fn texts_at(&mut self, workspace: WorkspaceId, at: &[(ConversationId, i64)]) -> Result<Vec<(ConversationId, i64, Text)>> {
        let mut rows = Rows::of(TEXTS, at.len());
        for (conversation, sequence) in at {
            rows.push([workspace.into(), (*conversation).into(), (*sequence).into()]);
        }
        self.fetch_rows(rows).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
    }

    /// New deliveries, due now. A destination that was told of an event already, or is to be, is not told again; tells how many are new.
    pub async fn insert_deliveries(&mut self, workspace: WorkspaceId, new: &[NewDelivery], now: Timestamp) -> Result<u64> {
        let mut rows = Rows::of(INSERT, new.len());
        for one in new {
            rows.push([
                workspace.into(),
                one.id.into(),
                one.destination.into(),
                one.subject.into(),
                one.conversation.into(),
                (&one.event).into(),
                one.kind.into(),
                one.place.into(),
                one.at.into(),
                now.into(),
                (&one.payload).into(),
            ]);
        }
        self.execute_rows(rows).await
    }

    /// Takes deliveries that are due, the longest due first: of each visitor the first that waits. They are due again at `until` unless what
    /// came of them is told before.
    pub async fn take_deliveries(
        &mut self,
        workspace: WorkspaceId,
        destination: DestinationId,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<TakenDelivery>> {
        self.fetch_all(TAKE, values![workspace, destination, now, until, limit])
            .await?
            .iter()
            .map(|row| {
                Ok(TakenDelivery {
                    id: row.get(0)?,
                    turn: row.get(1)?,
                    conversation: row.get(2)?,
                    event: row.get(3)?,
                    failures: row.get(4)?,
                    first_at: row.get(5)?,
                    payload: row.get(6)?,
                })
            })
            .collect()
    }

    /// What came of a delivery that was taken; false if somebody else took it meanwhile, or it waits no more: then nothing is written.
    pub async fn settle_delivery(&mut self, workspace: WorkspaceId, taken: &TakenDelivery, settled: &Settled) -> Result<bool> {
        let attempt = &settled.attempt;
        let first_at = taken.first_at.unwrap_or(attempt.at);
        let (class, code) = (attempt.class.as_ref(), attempt.code.as_ref());
        let changed_at = Timestamp(attempt.at.0.saturating_add(attempt.took));
        let values = values![
            workspace,
            taken.id,
            taken.turn,
            settled.state.as_str(),
            settled.due,
            settled.failures,
            first_at,
            changed_at,
            class,
            code,
            attempt.status,
        ];
        if self.execute(SETTLE, values).await? == 0 {
            return Ok(false);
        }
        let (request, response) = (&attempt.request, &attempt.response);
        let values = values![
            workspace,
            taken.id,
            attempt.number,
            taken.conversation,
            attempt.at,
            attempt.took,
            class,
            code,
            attempt.status,
            request,
            response,
        ];
        self.execute(INSERT_ATTEMPT, values).await?;
        Ok(true)
    }

    /// A delivery, held for this transaction.
    pub async fn delivery(&mut self, workspace: WorkspaceId, id: DeliveryId) -> Result<Option<Delivery>> {
        self.fetch_optional(LOCK, values![workspace, id]).await?.as_ref().map(delivery).transpose()
    }

    /// Something else is sent; what was sent first is kept.
    pub async fn repair_delivery(&mut self, workspace: WorkspaceId, id: DeliveryId, payload: &Text) -> Result<()> {
        self.execute(REPAIR, values![workspace, id, payload]).await?;
        Ok(())
    }

    /// These are sent again, as if for the first time; but for those that wait, and those that were erased. Tells how many.
    pub async fn send_deliveries_again(&mut self, workspace: WorkspaceId, ids: &[DeliveryId], now: Timestamp) -> Result<u64> {
        self.each_delivery(SEND_AGAIN, workspace, ids, now).await
    }

    /// These are not sent any more, of those that wait or are dead. Tells how many.
    pub async fn discard_deliveries(&mut self, workspace: WorkspaceId, ids: &[DeliveryId], now: Timestamp) -> Result<u64> {
        self.each_delivery(DISCARD, workspace, ids, now).await
    }

    async fn each_delivery(
        &mut self,
        statement: crate::rows::RowsStatement,
        workspace: WorkspaceId,
        ids: &[DeliveryId],
        now: Timestamp,
    ) -> Result<u64> {
        let mut rows = Rows::of(statement, ids.len());
        for id in ids {
            rows.push([workspace.into(), (*id).into(), now.into()]);
        }
        self.execute_rows(rows).await
    }

    /// Removes deliveries of a destination that came to stand as they do before `before`, at most `limit`; tells how many. Those that wait stay.
    pub async fn prune_deliveries(
        &mut self,
        workspace: WorkspaceId,
        destination: DestinationId,
        before: Timestamp,
        limit: i64,
    ) -> Result<u64> {
        let old = self.fetch_all(OLD, values![workspace, destination, before, limit]).await?;
        self.remove_deliveries(workspace, &old).await
    }

    /// Removes deliveries of a destination that is gone, at most `limit`; tells how many.
    pub async fn remove_deliveries_of(&mut self, workspace: WorkspaceId, destination: DestinationId, limit: i64) -> Result<u64> {
        let all = self.fetch_all(OF_DESTINATION, values![workspace, destination, limit]).await?;
        self.remove_deliveries(workspace, &all).await
    }

    async fn remove_deliveries(&mut self, workspace: WorkspaceId, found: &[Row]) -> Result<u64> {
        let ids = found.iter().map(|row| row.get(0)).collect::<Result<Vec<DeliveryId>>>()?;
        self.execute_rows(Rows::ids(REMOVE_ATTEMPTS, workspace, &ids)).await?;
        self.execute_rows(Rows::ids(REMOVE, workspace, &ids)).await
    }
}

/// What [`delivery`] reads.
macro_rules! of_delivery {
    ($rest:literal) => {
        concat!(
            "SELECT id, destination, subject, conversation, event, kind, at, state, due, tries, changed_at, class, code, status, payload, original
             FROM delivery WHERE workspace = $1 AND ",
            $rest
        )
    };
}

/// The first one that waits of each visitor, of those that are due.
macro_rules! heads {
    () => {
        "SELECT d.id FROM delivery d
         WHERE d.workspace = $1 AND d.destination = $2 AND d.state = 'waiting' AND d.due <= $3
           AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.workspace = d.workspace AND e.destination = d.destination
                             AND e.subject = d.subject AND e.state = 'waiting' AND e.place < d.place)
         ORDER BY d.due, d.place LIMIT $5"
    };
}

statements! {
    MARK = Sql::Both("SELECT position FROM delivery_mark WHERE workspace = $1");
    BEGIN = Sql::Both(
        "INSERT INTO delivery_mark (workspace, position)
         SELECT workspace, position FROM journal_head WHERE workspace = $1 ON CONFLICT (workspace) DO NOTHING"
    );
    CLAIM_MARK = Sql::Each {
        sqlite: "SELECT position FROM delivery_mark WHERE workspace = $1 AND position = $2",
        postgres: "SELECT position FROM delivery_mark WHERE workspace = $1 AND position = $2 FOR UPDATE SKIP LOCKED",
    };
    FORGET_MARK = Sql::Both("DELETE FROM delivery_mark WHERE workspace = $1");
    SAVE_MARK = Sql::Both("UPDATE delivery_mark SET position = $2 WHERE workspace = $1");
    ONE = Sql::Both(of_delivery!("id = $2"));
    LOCK = Sql::Each { sqlite: of_delivery!("id = $2"), postgres: of_delivery!("id = $2 FOR UPDATE") };
    LIST = Sql::Both(of_delivery!(
        "id < $2 AND (destination = $3 OR $3 IS NULL) AND (state = $4 OR $4 IS NULL) AND (class = $5 OR $5 IS NULL)
           AND (kind = $6 OR $6 IS NULL) AND (at >= $7 OR $7 IS NULL) AND (at < $8 OR $8 IS NULL)
           AND (id = $9 OR conversation = $9 OR subject = $9 OR $9 IS NULL) AND (event = $10 OR $10 IS NULL)
         ORDER BY id DESC LIMIT $11"
    ));
    LIST_OF_STATE = Sql::Both(of_delivery!(
        "id < $2 AND destination = $3 AND state = $4 AND (class = $5 OR $5 IS NULL)
           AND (kind = $6 OR $6 IS NULL) AND (at >= $7 OR $7 IS NULL) AND (at < $8 OR $8 IS NULL)
           AND (id = $9 OR conversation = $9 OR subject = $9 OR $9 IS NULL) AND (event = $10 OR $10 IS NULL)
         ORDER BY id DESC LIMIT $11"
    ));
    ATTEMPTS = Sql::Both(
        "SELECT number, at, took, class, code, status, request, response FROM attempt
         WHERE workspace = $1 AND delivery = $2 ORDER BY number DESC LIMIT $3"
    );
    WAITING = Sql::Both(
        "SELECT destination, count(*) FROM delivery WHERE workspace = $1 AND state = 'waiting' GROUP BY destination ORDER BY destination"
    );
    IS_DUE = Sql::Both(
        "SELECT place FROM delivery WHERE workspace = $1 AND destination = $2 AND state = 'waiting' AND due <= $3 LIMIT 1"
    );
    NEXT = Sql::Both("SELECT min(due) FROM delivery WHERE workspace = $1 AND destination = $2 AND state = 'waiting' AND due > $3");
    TAKE = Sql::Each {
        sqlite: concat!(
            "UPDATE delivery SET turn = turn + 1, due = $4 WHERE workspace = $1 AND id IN (", heads!(), ")
             RETURNING id, turn, conversation, event, failures, first_at, payload"
        ),
        // An array: of a subquery the planner may run twice, it would take more.
        postgres: concat!(
            "UPDATE delivery SET turn = turn + 1, due = $4 WHERE workspace = $1 AND id = ANY (ARRAY(", heads!(), " FOR UPDATE OF d SKIP LOCKED))
             RETURNING id, turn, conversation, event, failures, first_at, payload"
        ),
    };
    SETTLE = Sql::Both(
        "UPDATE delivery SET state = $4, due = $5, tries = tries + 1, failures = $6, first_at = $7, changed_at = $8, class = $9, code = $10,
                             status = $11
         WHERE workspace = $1 AND id = $2 AND turn = $3 AND state = 'waiting'"
    );
    INSERT_ATTEMPT = Sql::Both(
        "INSERT INTO attempt (workspace, delivery, number, conversation, at, took, class, code, status, request, response)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    );
    REPAIR = Sql::Both(
        "UPDATE delivery SET original = CASE WHEN original IS NULL THEN payload ELSE original END, payload = $3 WHERE workspace = $1 AND id = $2"
    );
    OLD = Sql::Each {
        sqlite: "SELECT id FROM delivery WHERE workspace = $1 AND destination = $2 AND changed_at < $3 AND state <> 'waiting'
                 ORDER BY changed_at LIMIT $4",
        postgres: "SELECT id FROM delivery WHERE workspace = $1 AND destination = $2 AND changed_at < $3 AND state <> 'waiting'
                   ORDER BY changed_at LIMIT $4 FOR UPDATE SKIP LOCKED",
    };
    OF_DESTINATION = Sql::Each {
        sqlite: "SELECT id FROM delivery WHERE workspace = $1 AND destination = $2 LIMIT $3",
        postgres: "SELECT id FROM delivery WHERE workspace = $1 AND destination = $2 LIMIT $3 FOR UPDATE SKIP LOCKED",
    };
}

row_statements! {
    COURSES (workspace Id, conversation Id) = Sql::Both(
        "SELECT o.conversation, o.visitor, o.requested_at, o.answered_by,
                (SELECT m.sequence FROM message m
                 WHERE m.workspace = k.workspace AND m.conversation = k.conversation AND m.author = 'visitor' AND m.kind IN ('text', 'file')
                 ORDER BY m.sequence LIMIT 1)
         FROM k CROSS JOIN origin o WHERE o.workspace = k.workspace AND o.conversation = k.conversation"
    );
    TEXTS (workspace Id, conversation Id, sequence Int) = Sql::Both(
        "SELECT m.conversation, m.sequence, m.text
         FROM k CROSS JOIN message m WHERE m.workspace = k.workspace AND m.conversation = k.conversation AND m.sequence = k.sequence"
    );
    INSERT (workspace Id, id Id, destination Id, subject Id, conversation Id, event Text, kind Text, place Int, at Int, due Int, payload Text) = Sql::Both(
        "INSERT INTO delivery (workspace, id, destination, subject, conversation, event, kind, place, at, state, due, turn, tries, failures,
                               changed_at, payload)
         SELECT workspace, id, destination, subject, conversation, event, kind, place, at, 'waiting', due, 0, 0, 0, due, payload
         FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, destination, event) DO NOTHING"
    );
    SEND_AGAIN (workspace Id, id Id, due Int) = Sql::Both(
        "UPDATE delivery SET state = 'waiting', due = k.due, failures = 0, first_at = NULL, changed_at = k.due
         FROM k WHERE delivery.workspace = k.workspace AND delivery.id = k.id AND delivery.state <> 'waiting' AND delivery.payload <> ''"
    );
    DISCARD (workspace Id, id Id, due Int) = Sql::Both(
        "UPDATE delivery SET state = 'discarded', changed_at = k.due
         FROM k WHERE delivery.workspace = k.workspace AND delivery.id = k.id AND delivery.state IN ('waiting', 'dead')"
    );
    REMOVE_ATTEMPTS (workspace Id, id Id) = Sql::Both(
        "DELETE FROM attempt WHERE (workspace, delivery) IN (SELECT workspace, id FROM k)"
    );
    REMOVE (workspace Id, id Id) = Sql::Both("DELETE FROM delivery WHERE (workspace, id) IN (SELECT workspace, id FROM k)");
}
