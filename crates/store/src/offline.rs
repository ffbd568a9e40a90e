//! Messages that visitors left when nobody was there.

use domain::{
    ids::{AgentId, ButtonId, DeploymentId, OfflineMessageId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};
use sea_query::{Cond, Expr, ExprTrait as _, Order, Query, SelectStatement};
use uuid::Uuid;

use crate::{
    driver::{Backend, Conn, Row, Sql, statements, values},
    error::{Error, Result},
    history::{built, holds},
    read::Snapshot,
    retention::Lapsing,
    tx::Tx,
};

/// A message that a visitor left.
#[derive(Clone, Debug, PartialEq)]
pub struct OfflineMessage {
    /// Names it, and sorts by time.
    pub id: OfflineMessageId,
    /// Who.
    pub visitor: VisitorId,
    /// Where.
    pub deployment: DeploymentId,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// The name given; empty for none.
    pub name: Text,
    /// Where an answer is to go; empty for nowhere.
    pub email: Text,
    /// A telephone number; empty for none.
    pub phone: Text,
    /// What was written; empty once erased.
    pub text: Text,
    /// The page that the visitor was on.
    pub page: Text,
    /// Its title.
    pub page_title: Text,
    /// Labelled values: the engine's own document.
    pub details: serde_json::Value,
    /// When.
    pub at: Timestamp,
    /// Nobody needs to do anything more.
    pub done: bool,
    /// Who sees to it.
    pub assigned_to: Option<AgentId>,
    /// Who said that it is done.
    pub done_by: Option<AgentId>,
    /// When.
    pub done_at: Option<Timestamp>,
}

/// Whose messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignedTo {
    /// Nobody's.
    Nobody,
    /// An agent's.
    Agent(AgentId),
}

/// Which messages.
#[derive(Clone, Debug, Default)]
pub struct OfflineFilter {
    /// Done, or not.
    pub done: Option<bool>,
    /// Whose.
    pub assigned: Option<AssignedTo>,
    /// With this in text, name, e-mail address or telephone number, in any case.
    pub text: Option<Text>,
}

const COLUMNS: [&str; 16] = [
    "id",
    "visitor",
    "deployment",
    "button",
    "name",
    "email",
    "phone",
    "text",
    "page",
    "page_title",
    "details",
    "at",
    "state",
    "assigned_to",
    "done_by",
    "done_at",
];

const OPEN: &str = "open";
const DONE: &str = "done";

fn state(done: bool) -> &'static str {
    if done { DONE } else { OPEN }
}

fn message(row: &Row) -> Result<OfflineMessage> {
    let (details, state): (String, String) = (row.get(10)?, row.get(12)?);
    Ok(OfflineMessage {
        id: row.get(0)?,
        visitor: row.get(1)?,
        deployment: row.get(2)?,
        button: row.get(3)?,
        name: row.get(4)?,
        email: row.get(5)?,
        phone: row.get(6)?,
        text: row.get(7)?,
        page: row.get(8)?,
        page_title: row.get(9)?,
        details: serde_json::from_str(&details)
            .map_err(|error| Error::Broken { what: "offline_message.details", source: Some(Box::new(error)) })?,
        at: row.get(11)?,
        done: state == DONE,
        assigned_to: row.get(13)?,
        done_by: row.get(14)?,
        done_at: row.get(15)?,
    })
}

fn select(
    workspace: WorkspaceId,
    filter: &OfflineFilter,
    before: Option<OfflineMessageId>,
    limit: u64,
    backend: Backend,
) -> SelectStatement {
    let own = |column: &'static str| Expr::col(("o", column));
    let mut query = Query::select();
    for column in COLUMNS {
        query.expr(own(column));
    }
    query.from_as("offline_message", "o").and_where(own("workspace").eq(Uuid::from(workspace)));
    if let Some(before) = before {
        query.and_where(own("id").lt(Uuid::from(before)));
    }
    if let Some(done) = filter.done {
        query.and_where(own("state").eq(state(done)));
    }
    match filter.assigned {
        None => {}
        Some(AssignedTo::Nobody) => {
            query.and_where(own("assigned_to").is_null());
        }
        Some(AssignedTo::Agent(agent)) => {
            query.and_where(own("assigned_to").eq(Uuid::from(agent)));
        }
    }
    if let Some(text) = &filter.text {
        let mut any = Cond::any();
        for column in ["text", "name", "email", "phone"] {
            any = any.add(holds(("o", column), text, backend));
        }
        query.cond_where(any);
    }
    query.order_by(("o", "id"), Order::Desc).limit(limit);
    query
}

async fn find(conn: &mut Conn, workspace: WorkspaceId, id: OfflineMessageId) -> Result<Option<OfflineMessage>> {
    conn.fetch_optional(FIND, values![workspace, id]).await?.as_ref().map(message).transpose()
}

impl Snapshot {
    /// A message.
    pub async fn offline_message(&mut self, workspace: WorkspaceId, id: OfflineMessageId) -> Result<Option<OfflineMessage>> {
        find(&mut self.conn, workspace, id).await
    }

    /// A page of messages, the newest first: those before `before`, at most `limit`.
    pub async fn offline_messages(
        &mut self,
        workspace: WorkspaceId,
        filter: &OfflineFilter,
        before: Option<OfflineMessageId>,
        limit: u64,
    ) -> Result<Vec<OfflineMessage>> {
        let backend = self.conn.backend();
        let (sql, values) = built(&select(workspace, filter, before, limit, backend), backend)?;
        self.conn.fetch_built("offline_messages", sql, values, false).await?.iter().map(message).collect()
    }

    /// What a person left, the oldest first.
    pub async fn offline_messages_of(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Vec<OfflineMessage>> {
        self.conn.fetch_all(OF_VISITOR, values![workspace, visitor]).await?.iter().map(message).collect()
    }
}

impl Tx {
    /// Writes a new message.
    pub async fn insert_offline_message(&mut self, workspace: WorkspaceId, new: &OfflineMessage) -> Result<()> {
        let details = crate::json(&new.details)?;
        self.execute(
            INSERT,
            values![
                workspace,
                new.id,
                new.visitor,
                new.deployment,
                new.button,
                &new.name,
                &new.email,
                &new.phone,
                &new.text,
                &new.page,
                &new.page_title,
                details,
                new.at,
                state(new.done),
                new.assigned_to,
                new.done_by,
                new.done_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// A message, locked: whoever else changes it waits.
    pub async fn offline_message(&mut self, workspace: WorkspaceId, id: OfflineMessageId) -> Result<Option<OfflineMessage>> {
        self.fetch_optional(LOCK, values![workspace, id]).await?.as_ref().map(message).transpose()
    }

    /// Saves who sees to a message and whether it is done.
    pub async fn save_offline_message(&mut self, workspace: WorkspaceId, kept: &OfflineMessage) -> Result<()> {
        self.execute(SAVE, values![workspace, kept.id, state(kept.done), kept.assigned_to, kept.done_by, kept.done_at]).await?;
        Ok(())
    }

    /// Blanks what a person wrote and said of himself.
    pub(crate) async fn erase_offline_messages_of(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<u64> {
        self.execute(ERASE_OF_VISITOR, values![workspace, visitor]).await
    }

    /// Takes away what has lapsed of messages that came in a deployment before `before`, of at most `limit`, the oldest first; tells of how
    /// many. Counted from when they came: nothing is said in them that ends.
    pub async fn lapse_offline_messages(
        &mut self,
        workspace: WorkspaceId,
        deployment: DeploymentId,
        what: Lapsing,
        before: Timestamp,
        limit: i64,
    ) -> Result<u64> {
        let statement = match what {
            Lapsing::Messages => BLANK_TEXTS,
            Lapsing::Details => {
                let gone = self.execute(BLANK_PEOPLE, values![workspace, deployment, before, limit]).await?;
                self.execute(BLANK_VISITORS, values![workspace, deployment, before]).await?;
                return Ok(gone);
            }
            Lapsing::Conversations => {
                let gone = self.fetch_all(REMOVE, values![workspace, deployment, before, limit]).await?;
                for row in &gone {
                    let (visitor, message): (VisitorId, OfflineMessageId) = (row.get(0)?, row.get(1)?);
                    self.execute(REMOVE_VISITOR, values![workspace, visitor]).await?;
                    self.execute(REMOVE_RECORD, values![workspace, message]).await?;
                }
                return Ok(gone.len() as u64);
            }
            Lapsing::Files => return Ok(0),
        };
        self.execute(statement, values![workspace, deployment, before, limit]).await
    }
}

macro_rules! selected {
    ($($tail:literal)?) => {
        concat!(
            "SELECT id, visitor, deployment, button, name, email, phone, text, page, page_title, details, at, state, assigned_to, done_by, done_at
             FROM offline_message",
            $($tail)?
        )
    };
}

/// Of a batch of old messages of a deployment.
macro_rules! old {
    ($head:literal, $also:literal $(, $tail:literal)?) => {
        Sql::Both(concat!(
            $head,
            " WHERE workspace = $1 AND id IN (
               SELECT id FROM offline_message WHERE workspace = $1 AND deployment = $2 AND at < $3",
            $also,
            " ORDER BY at LIMIT $4)"
            $(, $tail)?
        ))
    };
}

statements! {
    FIND = Sql::Both(selected!(" WHERE workspace = $1 AND id = $2"));
    LOCK = Sql::Each {
        sqlite: selected!(" WHERE workspace = $1 AND id = $2"),
        postgres: selected!(" WHERE workspace = $1 AND id = $2 FOR UPDATE"),
    };
    OF_VISITOR = Sql::Both(selected!(" WHERE workspace = $1 AND visitor = $2 ORDER BY id"));
    INSERT = Sql::Both(
        "INSERT INTO offline_message (workspace, id, visitor, deployment, button, name, email, phone, text, page, page_title, details, at, state,
            assigned_to, done_by, done_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    );
    SAVE = Sql::Both(
        "UPDATE offline_message SET state = $3, assigned_to = $4, done_by = $5, done_at = $6 WHERE workspace = $1 AND id = $2"
    );
    ERASE_OF_VISITOR = Sql::Both(
        "UPDATE offline_message SET name = '', email = '', phone = '', text = '', page = '', page_title = '', details = '[]'
         WHERE workspace = $1 AND visitor = $2"
    );
    BLANK_TEXTS = old!("UPDATE offline_message SET text = ''", " AND text <> ''");
    BLANK_PEOPLE = old!(
        "UPDATE offline_message SET name = '', email = '', phone = '', page = '', page_title = '', details = '[]'",
        " AND (name <> '' OR email <> '' OR phone <> '' OR page <> '' OR page_title <> '' OR details <> '[]')"
    );
    BLANK_VISITORS = Sql::Both(
        "UPDATE visitor SET name = '', address = '' WHERE workspace = $1 AND last_at < $3 AND (name <> '' OR address <> '')
           AND id IN (SELECT o.visitor FROM offline_message o WHERE o.workspace = $1 AND o.deployment = $2 AND o.at < $3)"
    );
    REMOVE = old!("DELETE FROM offline_message", "", " RETURNING visitor, id");
    REMOVE_RECORD = Sql::Both("DELETE FROM offline_record WHERE workspace = $1 AND message = $2");
    REMOVE_VISITOR = Sql::Both(
        "DELETE FROM visitor WHERE workspace = $1 AND id = $2
           AND NOT EXISTS (SELECT 1 FROM origin o WHERE o.workspace = visitor.workspace AND o.visitor = visitor.id)
           AND NOT EXISTS (SELECT 1 FROM offline_message m WHERE m.workspace = visitor.workspace AND m.visitor = visitor.id)"
    );
}
