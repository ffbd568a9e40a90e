//! Conversations: the hot row, the place in a queue, the origin.

use std::time::Duration;

use domain::{
    conversation::{Conversation, LastMessage, Phase},
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, SessionId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    driver::{Row, Sql, Value, statements, values},
    error::{Error, Result},
    read::Snapshot,
    tx::Tx,
};

pub(crate) fn last_message(at: Option<Timestamp>, by_agent: Option<bool>) -> Option<LastMessage> {
    at.map(|at| LastMessage { at, by_agent: by_agent.unwrap_or_default() })
}

pub(crate) fn conversation_from(row: &Row) -> Result<Conversation> {
    let phase: String = row.get(1)?;
    Ok(Conversation {
        id: row.get(0)?,
        phase: Phase::from_stored(&phase, row.get(2)?, row.get(3)?).ok_or(Error::broken("conversation.phase"))?,
        sequence: row.get(4)?,
        next_visitor_sequence: row.get(5)?,
        was_established: row.get(6)?,
        unanswered_since: row.get(7)?,
        agent_wrote_at: row.get(8)?,
        critical: row.get(9)?,
        last_message: last_message(row.get(10)?, row.get(11)?),
    })
}

/// Where a conversation waits, or waited last.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Whom it waits for: the engine's own document.
    pub target: serde_json::Value,
    /// The button whose queue it is in, for counting.
    pub button: Option<ButtonId>,
    /// Lower first.
    pub priority: i64,
    /// Before all others of its priority, because it lost its agent.
    pub ahead: bool,
    /// Since when.
    pub queued_at: Timestamp,
    /// Targets to try after this one fails, in order: the engine's own document.
    pub attempts: serde_json::Value,
    /// Agents who were asked and did not take it.
    pub tried: Vec<AgentId>,
    /// How often somebody was asked.
    pub tries: i64,
    /// It waits now (nobody asked, nobody owns it).
    pub waiting: bool,
}

fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Broken { what, source: Some(Box::new(error)) })
}

fn place(row: &Row, first: usize) -> Result<Place> {
    let (target, attempts, tried): (String, String, String) = (row.get(first)?, row.get(first + 5)?, row.get(first + 6)?);
    Ok(Place {
        target: from_json(&target, "place.target")?,
        button: row.get(first + 1)?,
        priority: row.get(first + 2)?,
        ahead: row.get::<i64>(first + 3)? == 0,
        queued_at: row.get(first + 4)?,
        attempts: from_json(&attempts, "place.attempts")?,
        tried: from_json(&tried, "place.tried")?,
        tries: row.get(first + 7)?,
        waiting: row.get(first + 8)?,
    })
}

/// Where a conversation came from, and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The visitor's connection.
    pub session: SessionId,
    /// The visitor.
    pub visitor: VisitorId,
    /// Where from.
    pub deployment: DeploymentId,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// The visitor's name.
    pub name: Text,
    /// As `en-US`.
    pub language: String,
    /// The client's own word.
    pub user_agent: String,
    /// As `1280x800`.
    pub screen: String,
    /// The address it came from.
    pub address: String,
    /// The page the visitor was on.
    pub page: String,
    /// Where the visitor came from.
    pub referrer: String,
    /// The visitor's connection wants its place in the queue.
    pub queue_updates: bool,
    /// What to find or create in the CRM: the engine's own document, `null` if nothing.
    pub entity_plan: serde_json::Value,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the first agent took it.
    pub established_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Who ended it: `visitor`, `agent`, `system`.
    pub ended_by: Option<String>,
    /// Why: `domain::journal::EndedBecause` as it is stored.
    pub ended_because: Option<String>,
    /// In the words of who ended it.
    pub ended_reason: Option<Text>,
    /// Who had it last.
    pub answered_by: Option<AgentId>,
}

pub(crate) fn origin_from(row: &Row, first: usize) -> Result<Origin> {
    let plan: String = row.get(first + 12)?;
    Ok(Origin {
        session: row.get(first)?,
        visitor: row.get(first + 1)?,
        deployment: row.get(first + 2)?,
        button: row.get(first + 3)?,
        name: row.get(first + 4)?,
        language: row.get(first + 5)?,
        user_agent: row.get(first + 6)?,
        screen: row.get(first + 7)?,
        address: row.get(first + 8)?,
        page: row.get(first + 9)?,
        referrer: row.get(first + 10)?,
        queue_updates: row.get(first + 11)?,
        entity_plan: from_json(&plan, "origin.entity_plan")?,
        requested_at: row.get(first + 13)?,
        established_at: row.get(first + 14)?,
        ended_at: row.get(first + 15)?,
        ended_by: row.get(first + 16)?,
        ended_because: row.get(first + 17)?,
        answered_by: row.get(first + 18)?,
        ended_reason: row.get(first + 19)?,
    })
}

/// A conversation that waits, with what routing needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Which one.
    pub conversation: ConversationId,
    /// Where.
    pub place: Place,
}

/// A conversation whose visitor wants to know its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceWatcher {
    /// Which one.
    pub conversation: ConversationId,
    /// An agent is being asked; else it waits.
    pub offered: bool,
    /// Where from.
    pub deployment: DeploymentId,
}

/// How much of an agent's capacity is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Who.
    pub agent: AgentId,
    /// Conversations owned.
    pub active: i64,
    /// Conversations being asked about.
    pub offered: i64,
    /// Ended ones being finished up.
    pub after_work: i64,
}

impl Tx {
    /// Locks and loads a conversation.
    pub async fn conversation(&mut self, workspace: WorkspaceId, id: ConversationId) -> Result<Option<Conversation>> {
        self.fetch_optional(LOCK, values![workspace, id]).await?.as_ref().map(conversation_from).transpose()
    }

    /// Writes a new conversation with its place and origin.
    pub async fn insert_conversation(
        &mut self,
        workspace: WorkspaceId,
        conversation: &Conversation,
        place: &Place,
        origin: &Origin,
    ) -> Result<()> {
        self.execute(
            INSERT_ORIGIN,
            values![
                workspace,
                conversation.id,
                origin.session,
                origin.visitor,
                origin.deployment,
                origin.button,
                &origin.name,
                &origin.language,
                &origin.user_agent,
                &origin.screen,
                &origin.address,
                &origin.page,
                &origin.referrer,
                origin.queue_updates,
                crate::json(&origin.entity_plan)?,
                origin.requested_at,
            ],
        )
        .await?;
        self.execute(INSERT, hot_row(workspace, conversation)).await?;
        self.save_place(workspace, conversation.id, place).await
    }

    /// Saves the hot row.
    pub async fn save_conversation(&mut self, workspace: WorkspaceId, conversation: &Conversation) -> Result<()> {
        self.execute(SAVE, hot_row(workspace, conversation)).await?;
        Ok(())
    }

    /// Writes or rewrites where it waits.
    pub async fn save_place(&mut self, workspace: WorkspaceId, conversation: ConversationId, place: &Place) -> Result<()> {
        self.execute(
            SAVE_PLACE,
            values![
                workspace,
                conversation,
                crate::json(&place.target)?,
                place.button,
                place.priority,
                // 0 sorts first.
                i64::from(!place.ahead),
                place.queued_at,
                crate::json(&place.attempts)?,
                crate::json(&place.tried)?,
                place.tries,
                place.waiting,
            ],
        )
        .await?;
        Ok(())
    }

    /// Where it waits or waited.
    pub async fn place(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Place>> {
        self.fetch_optional(PLACE, values![workspace, conversation]).await?.as_ref().map(|row| place(row, 0)).transpose()
    }

    /// Where it came from.
    pub async fn origin(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Origin>> {
        self.fetch_optional(ORIGIN, values![workspace, conversation]).await?.as_ref().map(|row| origin_from(row, 0)).transpose()
    }

    /// The first agent took it, at `at`; a later one only becomes the last to have it.
    pub async fn mark_established(
        &mut self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<()> {
        self.execute(MARK_ESTABLISHED, values![workspace, conversation, agent, at]).await?;
        Ok(())
    }

    /// It is over.
    pub async fn mark_ended(
        &mut self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        by: &str,
        because: &str,
        at: Timestamp,
    ) -> Result<()> {
        self.execute(MARK_ENDED, values![workspace, conversation, at, by, because]).await?;
        Ok(())
    }

    /// Why it is over, in the words of who ended it.
    pub async fn save_end_reason(&mut self, workspace: WorkspaceId, conversation: ConversationId, reason: &Text) -> Result<()> {
        self.execute(SAVE_END_REASON, values![workspace, conversation, reason]).await?;
        Ok(())
    }

    /// Waiting conversations in order: those that lost their agent, then by priority, then first come. At most `limit`.
    pub async fn waiting(&mut self, workspace: WorkspaceId, limit: i64) -> Result<Vec<Waiting>> {
        self.fetch_all(WAITING, values![workspace, limit]).await?.iter().map(waiting).collect()
    }

    /// How many wait, by button.
    pub async fn waiting_counts(&mut self, workspace: WorkspaceId) -> Result<Vec<(Option<ButtonId>, i64)>> {
        self.fetch_all(WAITING_COUNTS, values![workspace]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// How much every agent has.
    pub async fn loads(&mut self, workspace: WorkspaceId) -> Result<Vec<Load>> {
        self.fetch_all(LOADS, values![workspace]).await?.iter().map(load).collect()
    }

    /// Whether anybody has written in it after `since`.
    pub async fn wrote_since(&mut self, workspace: WorkspaceId, id: ConversationId, since: Timestamp) -> Result<bool> {
        Ok(self.fetch_optional(WROTE_SINCE, values![workspace, id, since]).await?.is_some())
    }

    /// Conversations that an agent owns or is asked about.
    pub async fn conversations_of(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<Conversation>> {
        self.fetch_all(LOCK_OF_AGENT, values![workspace, agent]).await?.iter().map(conversation_from).collect()
    }
}

fn offer_of(phase: Phase) -> Option<domain::ids::OfferId> {
    match phase {
        Phase::Offered { offer, .. } => Some(offer),
        Phase::Waiting | Phase::Active { .. } | Phase::Ended => None,
    }
}

fn waiting(row: &Row) -> Result<Waiting> {
    Ok(Waiting { conversation: row.get(9)?, place: place(row, 0)? })
}

fn load(row: &Row) -> Result<Load> {
    Ok(Load { agent: row.get(0)?, active: row.get(1)?, offered: row.get(2)?, after_work: row.get(3)? })
}

impl Snapshot {
    /// Loads a conversation.
    pub async fn conversation(&mut self, workspace: WorkspaceId, id: ConversationId) -> Result<Option<Conversation>> {
        self.conn.fetch_optional(LOAD, values![workspace, id]).await?.as_ref().map(conversation_from).transpose()
    }

    /// Where it came from.
    pub async fn origin(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Origin>> {
        self.conn.fetch_optional(ORIGIN, values![workspace, conversation]).await?.as_ref().map(|row| origin_from(row, 0)).transpose()
    }

    /// Where it waits or waited.
    pub async fn place(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Place>> {
        self.conn.fetch_optional(PLACE, values![workspace, conversation]).await?.as_ref().map(|row| place(row, 0)).transpose()
    }

    /// Conversations that an agent owns or is asked about.
    pub async fn conversations_of(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<Conversation>> {
        self.conn.fetch_all(OF_AGENT, values![workspace, agent]).await?.iter().map(conversation_from).collect()
    }

    /// Waiting conversations in order, at most `limit`.
    pub async fn waiting(&mut self, workspace: WorkspaceId, limit: i64) -> Result<Vec<Waiting>> {
        self.conn.fetch_all(WAITING, values![workspace, limit]).await?.iter().map(waiting).collect()
    }

    /// How many wait, by button.
    pub async fn waiting_counts(&mut self, workspace: WorkspaceId) -> Result<Vec<(Option<ButtonId>, i64)>> {
        self.conn.fetch_all(WAITING_COUNTS, values![workspace]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// How much every agent has.
    pub async fn loads(&mut self, workspace: WorkspaceId) -> Result<Vec<Load>> {
        self.conn.fetch_all(LOADS, values![workspace]).await?.iter().map(load).collect()
    }

    /// Active conversations where the visitor waits for an answer since `before` or longer and nobody marked it yet.
    pub async fn unanswered(&mut self, workspace: WorkspaceId, before: Timestamp) -> Result<Vec<(ConversationId, AgentId, Duration)>> {
        self.conn
            .fetch_all(UNANSWERED, values![workspace, before])
            .await?
            .iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, before.since(row.get(2)?))))
            .collect()
    }

    /// Active conversations from a deployment in which nobody has said anything, and whom no agent has got, since `before`; with who has them.
    pub async fn idle(
        &mut self,
        workspace: WorkspaceId,
        deployment: DeploymentId,
        before: Timestamp,
    ) -> Result<Vec<(ConversationId, AgentId)>> {
        self.conn.fetch_all(IDLE, values![workspace, deployment, before]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// Conversations that wait or are offered, and whose visitors want to know their place.
    pub async fn place_watchers(&mut self, workspace: WorkspaceId) -> Result<Vec<PlaceWatcher>> {
        self.conn
            .fetch_all(WATCHERS, values![workspace])
            .await?
            .iter()
            .map(|row| {
                let phase: String = row.get(1)?;
                Ok(PlaceWatcher { conversation: row.get(0)?, offered: phase == "offered", deployment: row.get(2)? })
            })
            .collect()
    }
}

/// The values of [`INSERT`] and [`SAVE`].
fn hot_row(workspace: WorkspaceId, conversation: &Conversation) -> Vec<Value> {
    values![
        workspace,
        conversation.id,
        conversation.phase.as_str(),
        conversation.phase.agent(),
        offer_of(conversation.phase),
        conversation.sequence,
        conversation.next_visitor_sequence,
        conversation.was_established,
        conversation.unanswered_since,
        conversation.agent_wrote_at,
        conversation.critical,
        conversation.last_message.map(|last| last.at),
        conversation.last_message.map(|last| last.by_agent),
    ]
}

/// A document for a column.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Broken { what: "a document that cannot be written", source: Some(Box::new(error)) })
}

statements! {
    LOAD = Sql::Both(
        "SELECT id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since, agent_wrote_at, critical,
                last_message_at, last_message_by_agent
         FROM conversation WHERE workspace = $1 AND id = $2"
    );
    LOCK = Sql::Each {
        sqlite: "SELECT id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since, agent_wrote_at, critical,
                last_message_at, last_message_by_agent
                 FROM conversation WHERE workspace = $1 AND id = $2",
        postgres: "SELECT id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since, agent_wrote_at, critical,
                last_message_at, last_message_by_agent
                   FROM conversation WHERE workspace = $1 AND id = $2 FOR UPDATE",
    };
    OF_AGENT = Sql::Both(
        "SELECT id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since, agent_wrote_at, critical,
                last_message_at, last_message_by_agent
         FROM conversation WHERE workspace = $1 AND agent = $2 AND phase <> 'ended' ORDER BY id"
    );
    LOCK_OF_AGENT = Sql::Each {
        sqlite: "SELECT id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since, agent_wrote_at, critical,
                last_message_at, last_message_by_agent
                 FROM conversation WHERE workspace = $1 AND agent = $2 AND phase <> 'ended' ORDER BY id",
        postgres: "SELECT id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since, agent_wrote_at, critical,
                last_message_at, last_message_by_agent
                   FROM conversation WHERE workspace = $1 AND agent = $2 AND phase <> 'ended' ORDER BY id FOR UPDATE",
    };
    INSERT = Sql::Both(
        "INSERT INTO conversation (workspace, id, phase, agent, offer, sequence, next_visitor_sequence, was_established, unanswered_since,
                                   agent_wrote_at, critical, last_message_at, last_message_by_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    );
    SAVE = Sql::Both(
        "UPDATE conversation SET phase = $3, agent = $4, offer = $5, sequence = $6, next_visitor_sequence = $7, was_established = $8,
                unanswered_since = $9, agent_wrote_at = $10, critical = $11, last_message_at = $12, last_message_by_agent = $13
         WHERE workspace = $1 AND id = $2"
    );
    INSERT_ORIGIN = Sql::Both(
        "INSERT INTO origin (workspace, conversation, session, visitor, deployment, button, name, language, user_agent, screen, address, page,
                             referrer, queue_updates, entity_plan, requested_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    );
    ORIGIN = Sql::Both(
        "SELECT session, visitor, deployment, button, name, language, user_agent, screen, address, page, referrer, queue_updates, entity_plan,
                requested_at, established_at, ended_at, ended_by, ended_because, answered_by, ended_reason
         FROM origin WHERE workspace = $1 AND conversation = $2"
    );
    MARK_ESTABLISHED = Sql::Both(
        "UPDATE origin SET established_at = coalesce(established_at, $4), answered_by = $3 WHERE workspace = $1 AND conversation = $2"
    );
    MARK_ENDED = Sql::Both(
        "UPDATE origin SET ended_at = $3, ended_by = $4, ended_because = $5 WHERE workspace = $1 AND conversation = $2"
    );
    SAVE_END_REASON = Sql::Both("UPDATE origin SET ended_reason = $3 WHERE workspace = $1 AND conversation = $2");
    SAVE_PLACE = Sql::Both(
        "INSERT INTO place (workspace, conversation, target, button, priority, ahead, queued_at, attempts, tried, tries, waiting)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (workspace, conversation) DO UPDATE SET target = excluded.target, button = excluded.button, priority = excluded.priority,
            ahead = excluded.ahead, queued_at = excluded.queued_at, attempts = excluded.attempts, tried = excluded.tried,
            tries = excluded.tries, waiting = excluded.waiting"
    );
    PLACE = Sql::Both(
        "SELECT target, button, priority, ahead, queued_at, attempts, tried, tries, waiting FROM place WHERE workspace = $1 AND conversation = $2"
    );
    WAITING = Sql::Both(
        "SELECT target, button, priority, ahead, queued_at, attempts, tried, tries, waiting, conversation FROM place
         WHERE workspace = $1 AND waiting = 1 ORDER BY ahead, priority, queued_at, conversation LIMIT $2"
    );
    WAITING_COUNTS = Sql::Both("SELECT button, count(*) FROM place WHERE workspace = $1 AND waiting = 1 GROUP BY button");
    LOADS = Sql::Both(
        "SELECT agent, CAST(sum(active) AS BIGINT), CAST(sum(offered) AS BIGINT), CAST(sum(after_work) AS BIGINT) FROM (
           SELECT agent, count(*) AS active, 0 AS offered, 0 AS after_work FROM conversation WHERE workspace = $1 AND phase = 'active' GROUP BY agent
           UNION ALL
           SELECT agent, 0, count(*), 0 FROM conversation WHERE workspace = $1 AND phase = 'offered' GROUP BY agent
           UNION ALL
           SELECT agent, 0, 0, count(*) FROM after_work WHERE workspace = $1 GROUP BY agent
         ) AS part GROUP BY agent"
    );
    UNANSWERED = Sql::Both(
        "SELECT id, agent, unanswered_since FROM conversation
         WHERE workspace = $1 AND phase = 'active' AND phase <> 'ended' AND critical = 0 AND unanswered_since <= $2"
    );
    IDLE = Sql::Both(
        "SELECT c.id, c.agent FROM conversation c
         JOIN origin o ON o.workspace = c.workspace AND o.conversation = c.id
         WHERE c.workspace = $1 AND c.phase = 'active' AND c.phase <> 'ended' AND o.deployment = $2 AND o.established_at <= $3
           AND coalesce((SELECT j.at FROM journal j
                         WHERE j.workspace = c.workspace AND j.conversation = c.id AND j.kind IN ('posted', 'established', 'transfer_failed')
                         ORDER BY j.sequence DESC LIMIT 1), o.established_at) <= $3
         ORDER BY c.id"
    );
    WROTE_SINCE = Sql::Both(
        "SELECT at FROM message WHERE workspace = $1 AND conversation = $2 AND at > $3 ORDER BY sequence DESC LIMIT 1"
    );
    WATCHERS = Sql::Both(
        "SELECT c.id, c.phase, o.deployment FROM conversation c
         JOIN origin o ON o.workspace = c.workspace AND o.conversation = c.id
         WHERE c.workspace = $1 AND c.phase IN ('waiting', 'offered') AND c.phase <> 'ended' AND o.queue_updates = 1"
    );
}
