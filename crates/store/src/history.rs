//! History: conversations by what they were, newest first, by cursor.
//!
//! The only statement that is put together at run time; sea-query does it, and binds every value. Text is found without regard to case, the
//! same way on both databases: neither folds case beyond ASCII on its own terms, so each letter is looked for in all its cases (GLOB on SQLite,
//! a regular expression on PostgreSQL). Details that agents may not see never match.

use std::collections::HashMap;

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};
use sea_query::{BinOper, Cond, Expr, ExprTrait as _, Order, PostgresQueryBuilder, Query, SelectStatement, SqliteQueryBuilder};
use uuid::Uuid;

use crate::{
    conversation::{Origin, origin_from},
    detail::Rating,
    driver::{Backend, Sql, Value},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
};

/// The most characters of a text that is searched for; more are ignored.
const MOST_CHARACTERS: usize = 200;

/// Which conversations. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Asked for at or after.
    pub from: Option<Timestamp>,
    /// Asked for before.
    pub until: Option<Timestamp>,
    /// Came from this deployment.
    pub deployment: Option<DeploymentId>,
    /// Came through this button.
    pub button: Option<ButtonId>,
    /// This agent has it, had it last, or wrote in it.
    pub agent: Option<AgentId>,
    /// Of this visitor.
    pub visitor: Option<VisitorId>,
    /// The visitor's name holds this.
    pub name: Option<Text>,
    /// A detail that agents may see holds this.
    pub detail: Option<Text>,
    /// Stands there: `waiting`, `offered`, `active`, `ended`.
    pub phase: Option<&'static str>,
    /// Ended for this reason, as it is stored.
    pub ended_because: Option<String>,
    /// A message (not a note) holds this.
    pub message: Option<Text>,
    /// The visitor's name, a visible detail, or a message holds this.
    pub anywhere: Option<Text>,
}

/// Where a page ended: the next one begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryCursor {
    /// The last line's.
    pub requested_at: Timestamp,
    /// The last line's.
    pub conversation: ConversationId,
}

/// A conversation in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// Which one.
    pub conversation: ConversationId,
    /// Where it stands: `waiting`, `offered`, `active`, `ended`.
    pub phase: String,
    /// The agent who has it.
    pub agent: Option<AgentId>,
    /// Where it came from and how it went.
    pub origin: Origin,
    /// Where it waits or waited last: the engine's own document.
    pub target: Option<serde_json::Value>,
    /// What the visitor thought of it.
    pub rating: Option<Rating>,
    /// What the visitor wrote or sent.
    pub visitor_messages: i64,
    /// What agents wrote or sent, notes not counted.
    pub agent_messages: i64,
}

impl HistoryLine {
    /// The cursor of the page that begins after this line.
    pub fn cursor(&self) -> HistoryCursor {
        HistoryCursor { requested_at: self.origin.requested_at, conversation: self.conversation }
    }
}

/// A pattern that matches what holds the text, in any case.
fn holding(text: &str, backend: Backend) -> String {
    let mut pattern = String::with_capacity(text.len() * 4 + 2);
    if backend == Backend::Sqlite {
        pattern.push('*');
    }
    for c in text.chars().take(MOST_CHARACTERS) {
        // Only one-to-one pairs: a letter whose other case is several letters stands for itself.
        let one = |mut chars: std::vec::IntoIter<char>| if chars.len() == 1 { chars.next() } else { None };
        let mut cases = vec![c];
        for other in [one(c.to_lowercase().collect::<Vec<_>>().into_iter()), one(c.to_uppercase().collect::<Vec<_>>().into_iter())] {
            cases.extend(other.filter(|other| !cases.contains(other)));
        }
        if cases.len() > 1 {
            pattern.push('[');
            pattern.extend(cases);
            pattern.push(']');
        } else {
            match backend {
                Backend::Sqlite if matches!(c, '*' | '?' | '[') => {
                    pattern.extend(['[', c, ']']);
                }
                Backend::Postgres if c.is_ascii_punctuation() => pattern.extend(['\\', c]),
                Backend::Sqlite | Backend::Postgres => pattern.push(c),
            }
        }
    }
    if backend == Backend::Sqlite {
        pattern.push('*');
    }
    pattern
}

pub(crate) fn holds(column: (&'static str, &'static str), text: &Text, backend: Backend) -> Expr {
    let operator = match backend {
        Backend::Sqlite => "GLOB",
        Backend::Postgres => "~",
    };
    Expr::col(column).binary(BinOper::Custom(operator), Expr::val(holding(text.reveal(), backend)))
}

/// The text of a query and what it binds.
pub(crate) fn built(query: &SelectStatement, backend: Backend) -> Result<(String, Vec<Value>)> {
    let (sql, values) = match backend {
        Backend::Sqlite => query.build(SqliteQueryBuilder),
        Backend::Postgres => query.build(PostgresQueryBuilder),
    };
    Ok((sql, values.into_iter().map(bound).collect::<Result<Vec<Value>>>()?))
}

fn of_conversation(table: &'static str, workspace: WorkspaceId) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1i64))
        .from_as(table, "x")
        .and_where(Expr::col(("x", "workspace")).eq(Uuid::from(workspace)))
        .and_where(Expr::col(("x", "conversation")).equals(("o", "conversation")))
        .take()
}

fn detail_holds(workspace: WorkspaceId, text: &Text, backend: Backend) -> Expr {
    // Hidden details never match.
    Expr::exists(
        of_conversation("detail", workspace)
            .and_where(Expr::col(("x", "visible")).eq(1i64))
            .and_where(holds(("x", "value"), text, backend))
            .take(),
    )
}

fn message_holds(workspace: WorkspaceId, text: &Text, backend: Backend) -> Expr {
    Expr::exists(
        of_conversation("message", workspace)
            .and_where(Expr::col(("x", "kind")).ne("note"))
            .and_where(holds(("x", "text"), text, backend))
            .take(),
    )
}

fn select(workspace: WorkspaceId, filter: &HistoryFilter, after: Option<HistoryCursor>, limit: u64, backend: Backend) -> SelectStatement {
    let o = |column: &'static str| Expr::col(("o", column));
    let mut query = Query::select();
    query.expr(Expr::col(("c", "id"))).expr(Expr::col(("c", "phase"))).expr(Expr::col(("c", "agent")));
    // The order that `origin_from` reads.
    for column in [
        "session",
        "visitor",
        "deployment",
        "button",
        "name",
        "language",
        "user_agent",
        "screen",
        "address",
        "page",
        "referrer",
        "queue_updates",
        "entity_plan",
        "requested_at",
        "established_at",
        "ended_at",
        "ended_by",
        "ended_because",
        "answered_by",
        "ended_reason",
    ] {
        query.expr(o(column));
    }
    query
        .from_as("origin", "o")
        .join_as(
            sea_query::JoinType::InnerJoin,
            "conversation",
            "c",
            Cond::all()
                .add(Expr::col(("c", "workspace")).equals(("o", "workspace")))
                .add(Expr::col(("c", "id")).equals(("o", "conversation"))),
        )
        .and_where(o("workspace").eq(Uuid::from(workspace)));
    if let Some(from) = filter.from {
        query.and_where(o("requested_at").gte(from.0));
    }
    if let Some(until) = filter.until {
        query.and_where(o("requested_at").lt(until.0));
    }
    if let Some(deployment) = filter.deployment {
        query.and_where(o("deployment").eq(Uuid::from(deployment)));
    }
    if let Some(button) = filter.button {
        query.and_where(o("button").eq(Uuid::from(button)));
    }
    if let Some(visitor) = filter.visitor {
        query.and_where(o("visitor").eq(Uuid::from(visitor)));
    }
    if let Some(agent) = filter.agent {
        let agent = Uuid::from(agent);
        let wrote = of_conversation("message", workspace).and_where(Expr::col(("x", "agent")).eq(agent)).take();
        query.cond_where(Cond::any().add(o("answered_by").eq(agent)).add(Expr::col(("c", "agent")).eq(agent)).add(Expr::exists(wrote)));
    }
    if let Some(phase) = filter.phase {
        query.and_where(Expr::col(("c", "phase")).eq(phase));
    }
    if let Some(because) = &filter.ended_because {
        query.and_where(o("ended_because").eq(because.as_str()));
    }
    if let Some(text) = &filter.name {
        query.and_where(holds(("o", "name"), text, backend));
    }
    if let Some(text) = &filter.detail {
        query.and_where(detail_holds(workspace, text, backend));
    }
    if let Some(text) = &filter.message {
        query.and_where(message_holds(workspace, text, backend));
    }
    if let Some(text) = &filter.anywhere {
        query.cond_where(
            Cond::any()
                .add(holds(("o", "name"), text, backend))
                .add(detail_holds(workspace, text, backend))
                .add(message_holds(workspace, text, backend)),
        );
    }
    if let Some(after) = after {
        query.and_where(o("requested_at").lte(after.requested_at.0)).cond_where(
            Cond::any().add(o("requested_at").lt(after.requested_at.0)).add(o("conversation").lt(Uuid::from(after.conversation))),
        );
    }
    query.order_by(("o", "requested_at"), Order::Desc).order_by(("o", "conversation"), Order::Desc).limit(limit).take()
}

fn bound(value: sea_query::Value) -> Result<Value> {
    match value {
        sea_query::Value::BigInt(value) => Ok(Value::Int(value)),
        sea_query::Value::BigUnsigned(value) => Ok(Value::Int(value.map(|value| i64::try_from(value).unwrap_or(i64::MAX)))),
        sea_query::Value::String(value) => Ok(Value::Text(value)),
        sea_query::Value::Uuid(value) => Ok(Value::Id(value)),
        _ => Err(Error::broken("a value of a kind that history does not bind")),
    }
}

impl Snapshot {
    /// A page of history, newest first: what comes after the cursor, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when a search of text took longer than the database's time-out: narrow it by time.
    pub async fn history(
        &mut self,
        workspace: WorkspaceId,
        filter: &HistoryFilter,
        after: Option<HistoryCursor>,
        limit: u64,
    ) -> Result<Vec<HistoryLine>> {
        let backend = self.conn.backend();
        // Not held while anything is awaited: what sea-query makes stays on its thread.
        let (sql, values) = built(&select(workspace, filter, after, limit, backend), backend)?;
        let mut lines = self
            .conn
            .fetch_built("history", sql, values, false)
            .await?
            .iter()
            .map(|row| {
                Ok(HistoryLine {
                    conversation: row.get(0)?,
                    phase: row.get(1)?,
                    agent: row.get(2)?,
                    origin: origin_from(row, 3)?,
                    target: None,
                    rating: None,
                    visitor_messages: 0,
                    agent_messages: 0,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        if lines.is_empty() {
            return Ok(lines);
        }
        let ids: Vec<ConversationId> = lines.iter().map(|line| line.conversation).collect();
        let mut by_id: HashMap<ConversationId, &mut HistoryLine> = lines.iter_mut().map(|line| (line.conversation, line)).collect();
        for row in self.conn.fetch_rows(Rows::ids(COUNTS, workspace, &ids)).await? {
            if let Some(line) = by_id.get_mut(&row.get::<ConversationId>(0)?) {
                (line.visitor_messages, line.agent_messages) = (row.get(1)?, row.get(2)?);
            }
        }
        for row in self.conn.fetch_rows(Rows::ids(RATINGS, workspace, &ids)).await? {
            if let Some(line) = by_id.get_mut(&row.get::<ConversationId>(0)?) {
                line.rating = Some(Rating { score: row.get(1)?, comment: row.get(2)?, at: row.get(3)? });
            }
        }
        for row in self.conn.fetch_rows(Rows::ids(TARGETS, workspace, &ids)).await? {
            if let Some(line) = by_id.get_mut(&row.get::<ConversationId>(0)?) {
                let target: String = row.get(1)?;
                line.target = Some(
                    serde_json::from_str(&target).map_err(|error| Error::Broken { what: "place.target", source: Some(Box::new(error)) })?,
                );
            }
        }
        Ok(lines)
    }
}

row_statements! {
    COUNTS (workspace Id, conversation Id) = Sql::Both(
        "SELECT conversation, count(CASE WHEN author = 'visitor' THEN 1 END), count(CASE WHEN author = 'agent' THEN 1 END) FROM message
         WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k) AND kind IN ('text', 'file') GROUP BY conversation"
    );
    RATINGS (workspace Id, conversation Id) = Sql::Both(
        "SELECT conversation, score, comment, at FROM rating WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k)"
    );
    TARGETS (workspace Id, conversation Id) = Sql::Both(
        "SELECT conversation, target FROM place WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k)"
    );
}
