//! Agents as routing sees them: presence and lease, offers, after-conversation work; and the average wait of a button.

use std::time::Duration;

use domain::{
    ids::{AgentId, ButtonId, ConversationId, OfferId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    driver::{Row, Sql, statements, values},
    error::Result,
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// Whether an agent is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Who.
    pub agent: AgentId,
    /// `online`, `away`, `offline`.
    pub status: String,
    /// Why the status is as it is: the engine's name of the reason.
    pub reason: Option<String>,
    /// In the agent's own words, such as `Lunch`.
    pub note: Option<String>,
    /// Present until then, unless renewed.
    pub lease_until: Timestamp,
    /// Since when the status.
    pub changed_at: Timestamp,
    /// When somebody was last sent to this agent.
    pub assigned_at: Timestamp,
}

/// One agent was asked to take one conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Who was asked.
    pub agent: AgentId,
    /// When.
    pub made_at: Timestamp,
    /// Until when he may answer, if that is limited.
    pub expires_at: Option<Timestamp>,
    /// `accepted`, `declined`, `timed_out`, `withdrawn`; none while it is open.
    pub outcome: Option<String>,
}

fn offer(row: &Row) -> Result<Offer> {
    Ok(Offer { conversation: row.get(0)?, agent: row.get(1)?, made_at: row.get(2)?, expires_at: row.get(3)?, outcome: row.get(4)? })
}

fn presence(row: &Row) -> Result<Presence> {
    Ok(Presence {
        agent: row.get(0)?,
        status: row.get(1)?,
        reason: row.get(2)?,
        note: row.get(3)?,
        lease_until: row.get(4)?,
        changed_at: row.get(5)?,
        assigned_at: row.get(6)?,
    })
}

impl Snapshot {
    /// Everybody's presence.
    pub async fn presences(&mut self, workspace: WorkspaceId) -> Result<Vec<Presence>> {
        self.conn.fetch_all(PRESENCES, values![workspace]).await?.iter().map(presence).collect()
    }

    /// Agents whose lease is over at `now` and who are not marked offline.
    pub async fn lapsed(&mut self, workspace: WorkspaceId, now: Timestamp) -> Result<Vec<AgentId>> {
        self.conn.fetch_all(LAPSED, values![workspace, now]).await?.iter().map(|row| row.get(0)).collect()
    }

    /// A button's average wait.
    pub async fn wait_average(&mut self, workspace: WorkspaceId, button: ButtonId) -> Result<Option<Duration>> {
        wait(self.conn.fetch_optional(WAIT, values![workspace, button]).await?)
    }

    /// After-conversation work of an agent: conversation and its end, if limited.
    pub async fn after_work_of(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<(ConversationId, Option<Timestamp>)>> {
        self.conn.fetch_all(AFTER_WORK_OF, values![workspace, agent]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// When an offer was made, and until when it may be answered.
    pub async fn offer_times(&mut self, workspace: WorkspaceId, offer: OfferId) -> Result<Option<(Timestamp, Option<Timestamp>)>> {
        self.conn.fetch_optional(OFFER_TIMES, values![workspace, offer]).await?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
    }
}

fn wait(row: Option<Row>) -> Result<Option<Duration>> {
    Ok(row.map(|row| row.get::<i64>(0)).transpose()?.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0))))
}

impl Tx {
    /// Conversations that an agent finishes up.
    pub async fn after_work_of(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<ConversationId>> {
        self.fetch_all(AFTER_WORK_OF, values![workspace, agent]).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Everybody's presence.
    pub async fn presences(&mut self, workspace: WorkspaceId) -> Result<Vec<Presence>> {
        self.fetch_all(PRESENCES, values![workspace]).await?.iter().map(presence).collect()
    }

    /// One agent's presence.
    pub async fn presence(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Option<Presence>> {
        self.fetch_optional(PRESENCE, values![workspace, agent]).await?.as_ref().map(presence).transpose()
    }

    /// Sets an agent's status, reason, note, lease and the instant of the change; when somebody was last sent to him stays as it is.
    pub async fn save_presence(&mut self, workspace: WorkspaceId, presence: &Presence) -> Result<()> {
        self.execute(
            SAVE,
            values![
                workspace,
                presence.agent,
                &presence.status,
                presence.reason.clone(),
                presence.note.clone(),
                presence.lease_until,
                presence.changed_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// Renews the leases of agents who are not offline.
    pub async fn renew_leases(&mut self, agents: &[(WorkspaceId, AgentId)], until: Timestamp) -> Result<()> {
        let mut rows = Rows::of(RENEW, agents.len());
        for (workspace, agent) in agents {
            rows.push([(*workspace).into(), (*agent).into(), until.into()]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Somebody was sent to this agent.
    pub async fn mark_assigned(&mut self, workspace: WorkspaceId, agent: AgentId, at: Timestamp) -> Result<()> {
        self.execute(ASSIGNED, values![workspace, agent, at]).await?;
        Ok(())
    }

    /// Writes an offer.
    pub async fn insert_offer(
        &mut self,
        workspace: WorkspaceId,
        id: OfferId,
        conversation: ConversationId,
        agent: AgentId,
        made_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<()> {
        self.execute(INSERT_OFFER, values![workspace, id, conversation, agent, made_at, expires_at]).await?;
        Ok(())
    }

    /// An offer, open or over.
    pub async fn offer(&mut self, workspace: WorkspaceId, id: OfferId) -> Result<Option<Offer>> {
        self.fetch_optional(OFFER, values![workspace, id]).await?.as_ref().map(offer).transpose()
    }

    /// Why the agent did not take it, in his words.
    pub async fn save_offer_reason(&mut self, workspace: WorkspaceId, id: OfferId, reason: &str) -> Result<()> {
        self.execute(OFFER_REASON, values![workspace, id, reason]).await?;
        Ok(())
    }

    /// An offer is over: `accepted`, `declined`, `timed_out`, `withdrawn`.
    pub async fn end_offer(&mut self, workspace: WorkspaceId, id: OfferId, outcome: &str, at: Timestamp) -> Result<()> {
        self.execute(END_OFFER, values![workspace, id, at, outcome]).await?;
        Ok(())
    }

    /// Begins after-conversation work.
    pub async fn insert_after_work(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        until: Option<Timestamp>,
    ) -> Result<()> {
        self.execute(INSERT_AFTER_WORK, values![workspace, agent, conversation, until]).await?;
        Ok(())
    }

    /// Ends after-conversation work; tells who did it.
    pub async fn end_after_work(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<AgentId>> {
        self.fetch_optional(END_AFTER_WORK, values![workspace, conversation]).await?.map(|row| row.get(0)).transpose()
    }

    /// A button's average wait.
    pub async fn wait_average(&mut self, workspace: WorkspaceId, button: ButtonId) -> Result<Option<Duration>> {
        wait(self.fetch_optional(WAIT, values![workspace, button]).await?)
    }

    /// Saves a button's average wait.
    pub async fn save_wait_average(&mut self, workspace: WorkspaceId, button: ButtonId, average: Duration) -> Result<()> {
        self.execute(SAVE_WAIT, values![workspace, button, i64::try_from(average.as_micros()).unwrap_or(i64::MAX)]).await?;
        Ok(())
    }
}

statements! {
    PRESENCES = Sql::Both("SELECT agent, status, reason, note, lease_until, changed_at, assigned_at FROM presence WHERE workspace = $1 ORDER BY agent");
    PRESENCE = Sql::Both("SELECT agent, status, reason, note, lease_until, changed_at, assigned_at FROM presence WHERE workspace = $1 AND agent = $2");
    LAPSED = Sql::Both("SELECT agent FROM presence WHERE workspace = $1 AND lease_until <= $2 AND status <> 'offline' ORDER BY agent");
    SAVE = Sql::Both(
        "INSERT INTO presence (workspace, agent, status, reason, note, lease_until, changed_at, assigned_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
         ON CONFLICT (workspace, agent) DO UPDATE SET status = excluded.status, reason = excluded.reason, note = excluded.note,
            lease_until = excluded.lease_until, changed_at = excluded.changed_at"
    );
    ASSIGNED = Sql::Both("UPDATE presence SET assigned_at = $3 WHERE workspace = $1 AND agent = $2");
    INSERT_OFFER = Sql::Both(
        "INSERT INTO offer (workspace, id, conversation, agent, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)"
    );
    END_OFFER = Sql::Both("UPDATE offer SET ended_at = $3, outcome = $4 WHERE workspace = $1 AND id = $2");
    OFFER_TIMES = Sql::Both("SELECT made_at, expires_at FROM offer WHERE workspace = $1 AND id = $2");
    OFFER = Sql::Both("SELECT conversation, agent, made_at, expires_at, outcome FROM offer WHERE workspace = $1 AND id = $2");
    OFFER_REASON = Sql::Both("UPDATE offer SET reason = $3 WHERE workspace = $1 AND id = $2");
    INSERT_AFTER_WORK = Sql::Both(
        "INSERT INTO after_work (workspace, agent, conversation, until) VALUES ($1, $2, $3, $4) ON CONFLICT (workspace, agent, conversation) DO NOTHING"
    );
    AFTER_WORK_OF = Sql::Both("SELECT conversation, until FROM after_work WHERE workspace = $1 AND agent = $2 ORDER BY conversation");
    END_AFTER_WORK = Sql::Both("DELETE FROM after_work WHERE workspace = $1 AND conversation = $2 RETURNING agent");
    WAIT = Sql::Both("SELECT average_us FROM wait_average WHERE workspace = $1 AND button = $2");
    SAVE_WAIT = Sql::Both(
        "INSERT INTO wait_average (workspace, button, average_us) VALUES ($1, $2, $3)
         ON CONFLICT (workspace, button) DO UPDATE SET average_us = excluded.average_us"
    );
}

row_statements! {
    RENEW (workspace Id, agent Id, until Int) = Sql::Each {
        sqlite: "UPDATE presence SET lease_until = max(lease_until, k.until)
                 FROM k WHERE presence.workspace = k.workspace AND presence.agent = k.agent AND presence.status <> 'offline'",
        postgres: "UPDATE presence SET lease_until = greatest(lease_until, k.until)
                   FROM k WHERE presence.workspace = k.workspace AND presence.agent = k.agent AND presence.status <> 'offline'",
    };
}
