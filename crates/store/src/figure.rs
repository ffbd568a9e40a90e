//! Figures: sums over conversations, kept as rows that a follower of the journal adds to, so that nobody scans messages to read them.
//!
//! The follower's mark, what it knows of conversations, and the sums are written in one transaction: every entry is counted once.

use domain::{
    figures::{Course, Grain, Numbers, Seconds, Subject},
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, QueueId, WorkspaceId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    driver::{Row, Sql, Statement, Value, statements, values},
    error::Result,
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// How far figures have followed a workspace's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureMark {
    /// Up to this position of the journal.
    pub position: i64,
    /// The latest instant of what was followed.
    pub at: Timestamp,
    /// The IANA name of the zone by whose days sums are kept.
    pub zone: String,
    /// Days from here on are whole and of that zone.
    pub days_from: Timestamp,
}

/// Which figures. Everything that is set must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FigureFilter {
    /// Of conversations from this deployment.
    pub deployment: Option<DeploymentId>,
    /// Through this button.
    pub button: Option<ButtonId>,
    /// That waited last in this queue.
    pub queue: Option<QueueId>,
    /// Of this agent.
    pub agent: Option<AgentId>,
}

/// Sums of one grain from an instant on, up to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureSpan {
    /// The grain.
    pub grain: Grain,
    /// From, inclusive.
    pub from: Timestamp,
    /// Until, exclusive.
    pub until: Timestamp,
}

fn grain(grain: Grain) -> i64 {
    match grain {
        Grain::Quarter => 0,
        Grain::Day => 1,
    }
}

/// An id that is part of a key, where nothing may be NULL.
fn or_nil<I: Into<Uuid>>(id: Option<I>) -> Value {
    id.map_or(Uuid::nil(), Into::into).into()
}

fn not_nil<I: From<Uuid>>(id: Uuid) -> Option<I> {
    (!id.is_nil()).then(|| id.into())
}

/// Numbers from column 1 on.
fn numbers(row: &Row) -> Result<Numbers> {
    let n = |at| row.get::<i64>(at);
    let seconds = |at| Ok::<_, crate::Error>(Seconds { sum: n(at)?, count: n(at + 1)?, max: n(at + 2)? });
    Ok(Numbers {
        asked: n(1)?,
        answered: n(2)?,
        missed: n(3)?,
        abandoned: n(4)?,
        ended: n(5)?,
        waiting: seconds(6)?,
        first_response: seconds(9)?,
        handling: seconds(12)?,
        messages_visitor: n(15)?,
        messages_agent: n(16)?,
        ratings: [n(17)?, n(18)?, n(19)?, n(20)?, n(21)?],
    })
}

fn mark(row: &Row) -> Result<FigureMark> {
    Ok(FigureMark { position: row.get(0)?, at: row.get(1)?, zone: row.get(2)?, days_from: row.get(3)? })
}

impl Snapshot {
    /// How far figures have followed the journal; none before they began to.
    pub async fn figure_mark(&mut self, workspace: WorkspaceId) -> Result<Option<FigureMark>> {
        self.conn.fetch_optional(READ_MARK, values![workspace]).await?.as_ref().map(mark).transpose()
    }

    /// Sums by when they begin, in order.
    pub async fn figures_by_time(
        &mut self,
        workspace: WorkspaceId,
        span: FigureSpan,
        filter: &FigureFilter,
    ) -> Result<Vec<(Timestamp, Numbers)>> {
        self.summed(BY_TIME, workspace, span, filter).await?.iter().map(|row| Ok((row.get(0)?, numbers(row)?))).collect()
    }

    /// Sums by agent; none is what belongs to nobody.
    pub async fn figures_by_agent(
        &mut self,
        workspace: WorkspaceId,
        span: FigureSpan,
        filter: &FigureFilter,
    ) -> Result<Vec<(Option<AgentId>, Numbers)>> {
        self.summed(BY_AGENT, workspace, span, filter).await?.iter().map(|row| Ok((not_nil(row.get(0)?), numbers(row)?))).collect()
    }

    /// Sums by button; none is what came through no button.
    pub async fn figures_by_button(
        &mut self,
        workspace: WorkspaceId,
        span: FigureSpan,
        filter: &FigureFilter,
    ) -> Result<Vec<(Option<ButtonId>, Numbers)>> {
        self.summed(BY_BUTTON, workspace, span, filter).await?.iter().map(|row| Ok((not_nil(row.get(0)?), numbers(row)?))).collect()
    }

    async fn summed(&mut self, by: Statement, workspace: WorkspaceId, span: FigureSpan, filter: &FigureFilter) -> Result<Vec<Row>> {
        let FigureFilter { deployment, button, queue, agent } = *filter;
        self.conn.fetch_all(by, values![workspace, grain(span.grain), span.from, span.until, deployment, button, queue, agent]).await
    }
}

impl Tx {
    /// Figures begin to follow the journal where it begins now, unless they do already.
    pub async fn begin_figures(&mut self, workspace: WorkspaceId, zone: &str) -> Result<()> {
        self.execute(BEGIN, values![zone, workspace]).await?;
        Ok(())
    }

    /// Takes the mark for this transaction; none if it is not where the caller saw it, or another transaction has it.
    pub async fn claim_figures(&mut self, workspace: WorkspaceId, position: i64) -> Result<Option<FigureMark>> {
        self.fetch_optional(CLAIM, values![workspace, position]).await?.as_ref().map(mark).transpose()
    }

    /// Moves the mark.
    pub async fn save_figure_mark(&mut self, workspace: WorkspaceId, mark: &FigureMark) -> Result<()> {
        self.execute(SAVE_MARK, values![workspace, mark.position, mark.at, mark.zone.as_str(), mark.days_from]).await?;
        Ok(())
    }

    /// What is known of these conversations.
    pub async fn figure_courses(
        &mut self,
        workspace: WorkspaceId,
        conversations: &[ConversationId],
    ) -> Result<Vec<(ConversationId, Course)>> {
        self.fetch_rows(Rows::ids(COURSES, workspace, conversations))
            .await?
            .iter()
            .map(|row| {
                let course = Course {
                    deployment: row.get(1)?,
                    button: row.get(2)?,
                    queue: row.get(3)?,
                    queue_before: row.get(4)?,
                    agent: row.get(5)?,
                    asked_at: row.get(6)?,
                    answered_at: row.get(7)?,
                    greeting: row.get(8)?,
                    responded: row.get(9)?,
                    held_since: row.get(10)?,
                    ended_at: row.get(11)?,
                };
                Ok((row.get(0)?, course))
            })
            .collect()
    }

    /// The scores of these conversations' ratings.
    pub async fn scores(&mut self, workspace: WorkspaceId, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, i64)>> {
        self.fetch_rows(Rows::ids(SCORES, workspace, conversations)).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// Keeps what is known of conversations.
    pub async fn save_figure_courses(&mut self, workspace: WorkspaceId, courses: &[(ConversationId, Course)]) -> Result<()> {
        let mut rows = Rows::of(SAVE_COURSES, courses.len());
        for (conversation, course) in courses {
            rows.push([
                workspace.into(),
                (*conversation).into(),
                course.deployment.into(),
                course.button.into(),
                course.queue.into(),
                course.queue_before.into(),
                course.agent.into(),
                course.asked_at.into(),
                course.answered_at.into(),
                course.greeting.into(),
                course.responded.into(),
                course.held_since.into(),
                course.ended_at.into(),
            ]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Forgets what was known of conversations.
    pub async fn remove_figure_courses(&mut self, workspace: WorkspaceId, conversations: &[ConversationId]) -> Result<()> {
        self.execute_rows(Rows::ids(REMOVE_COURSES, workspace, conversations)).await?;
        Ok(())
    }

    /// Forgets what was known of conversations that were over before `before`, of at most `limit` of them; tells of how many.
    pub async fn prune_figure_courses(&mut self, workspace: WorkspaceId, before: Timestamp, limit: i64) -> Result<u64> {
        self.execute(PRUNE_COURSES, values![workspace, before, limit]).await
    }

    /// Adds to sums: each once, in the order of their keys.
    pub async fn add_figures(
        &mut self,
        workspace: WorkspaceId,
        sums: impl ExactSizeIterator<Item = ((Grain, Timestamp, Subject), Numbers)>,
    ) -> Result<()> {
        let mut rows = Rows::of(ADD, sums.len());
        for ((of, at, subject), n) in sums {
            let [r1, r2, r3, r4, r5] = n.ratings;
            rows.push([
                workspace.into(),
                grain(of).into(),
                at.into(),
                subject.deployment.into(),
                or_nil(subject.button),
                or_nil(subject.queue),
                or_nil(subject.agent),
                n.asked.into(),
                n.answered.into(),
                n.missed.into(),
                n.abandoned.into(),
                n.ended.into(),
                n.waiting.sum.into(),
                n.waiting.count.into(),
                n.waiting.max.into(),
                n.first_response.sum.into(),
                n.first_response.count.into(),
                n.first_response.max.into(),
                n.handling.sum.into(),
                n.handling.count.into(),
                n.handling.max.into(),
                n.messages_visitor.into(),
                n.messages_agent.into(),
                r1.into(),
                r2.into(),
                r3.into(),
                r4.into(),
                r5.into(),
            ]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }
}

/// Sums of what a span and a filter select, by a column.
macro_rules! sums_by {
    ($column:literal) => {
        Sql::Both(concat!(
            "SELECT ",
            $column,
            ",
                CAST(sum(asked) AS BIGINT), CAST(sum(answered) AS BIGINT), CAST(sum(missed) AS BIGINT),
                CAST(sum(abandoned) AS BIGINT), CAST(sum(ended) AS BIGINT), CAST(sum(waiting_sum) AS BIGINT),
                CAST(sum(waiting_count) AS BIGINT), CAST(max(waiting_max) AS BIGINT), CAST(sum(first_response_sum) AS BIGINT),
                CAST(sum(first_response_count) AS BIGINT), CAST(max(first_response_max) AS BIGINT),
                CAST(sum(handling_sum) AS BIGINT), CAST(sum(handling_count) AS BIGINT), CAST(max(handling_max) AS BIGINT),
                CAST(sum(messages_visitor) AS BIGINT), CAST(sum(messages_agent) AS BIGINT), CAST(sum(rated_1) AS BIGINT),
                CAST(sum(rated_2) AS BIGINT), CAST(sum(rated_3) AS BIGINT), CAST(sum(rated_4) AS BIGINT),
                CAST(sum(rated_5) AS BIGINT)
             FROM figure
             WHERE workspace = $1 AND grain = $2 AND at >= $3 AND at < $4 AND (deployment = $5 OR $5 IS NULL)
               AND (button = $6 OR $6 IS NULL) AND (queue = $7 OR $7 IS NULL) AND (agent = $8 OR $8 IS NULL)
             GROUP BY ",
            $column,
            " ORDER BY ",
            $column
        ))
    };
}

statements! {
    READ_MARK = Sql::Both("SELECT position, at, zone, days_from FROM figure_mark WHERE workspace = $1");
    BEGIN = Sql::Both(
        "INSERT INTO figure_mark (workspace, position, at, zone, days_from)
         SELECT workspace, pruned, 0, $1, 0 FROM journal_head WHERE workspace = $2 ON CONFLICT (workspace) DO NOTHING"
    );
    CLAIM = Sql::Each {
        sqlite: "SELECT position, at, zone, days_from FROM figure_mark WHERE workspace = $1 AND position = $2",
        postgres: "SELECT position, at, zone, days_from FROM figure_mark WHERE workspace = $1 AND position = $2 FOR UPDATE SKIP LOCKED",
    };
    SAVE_MARK = Sql::Both("UPDATE figure_mark SET position = $2, at = $3, zone = $4, days_from = $5 WHERE workspace = $1");
    PRUNE_COURSES = Sql::Both(
        "DELETE FROM figure_course WHERE workspace = $1 AND conversation IN (
           SELECT conversation FROM figure_course WHERE workspace = $1 AND ended_at < $2 ORDER BY ended_at LIMIT $3)"
    );
    BY_TIME = sums_by!("at");
    BY_AGENT = sums_by!("agent");
    BY_BUTTON = sums_by!("button");
}

row_statements! {
    COURSES (workspace Id, conversation Id) = Sql::Both(
        "SELECT c.conversation, c.deployment, c.button, c.queue, c.queue_before, c.agent, c.asked_at, c.answered_at, c.greeting, c.responded,
                c.held_since, c.ended_at
         FROM k JOIN figure_course c ON c.workspace = k.workspace AND c.conversation = k.conversation"
    );
    SCORES (workspace Id, conversation Id) = Sql::Both(
        "SELECT r.conversation, r.score FROM k JOIN rating r ON r.workspace = k.workspace AND r.conversation = k.conversation"
    );
    SAVE_COURSES (workspace Id, conversation Id, deployment Id, button Id, queue Id, queue_before Id, agent Id, asked_at Int, answered_at Int,
                  greeting Int, responded Int, held_since Int, ended_at Int) = Sql::Both(
        "INSERT INTO figure_course (workspace, conversation, deployment, button, queue, queue_before, agent, asked_at, answered_at, greeting,
                                    responded, held_since, ended_at)
         SELECT workspace, conversation, deployment, button, queue, queue_before, agent, asked_at, answered_at, greeting, responded,
                held_since, ended_at
         FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, conversation) DO UPDATE SET
           deployment = excluded.deployment, button = excluded.button, queue = excluded.queue, queue_before = excluded.queue_before,
           agent = excluded.agent, asked_at = excluded.asked_at, answered_at = excluded.answered_at, greeting = excluded.greeting,
           responded = excluded.responded, held_since = excluded.held_since, ended_at = excluded.ended_at"
    );
    REMOVE_COURSES (workspace Id, conversation Id) = Sql::Both(
        "DELETE FROM figure_course WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k)"
    );
    ADD (workspace Id, grain Int, at Int, deployment Id, button Id, queue Id, agent Id, asked Int, answered Int, missed Int,
         abandoned Int, ended Int, waiting_sum Int, waiting_count Int, waiting_max Int, first_response_sum Int,
         first_response_count Int, first_response_max Int, handling_sum Int, handling_count Int, handling_max Int,
         messages_visitor Int, messages_agent Int, rated_1 Int, rated_2 Int, rated_3 Int, rated_4 Int, rated_5 Int) = Sql::Both(
        "INSERT INTO figure (workspace, grain, at, deployment, button, queue, agent, asked, answered, missed, abandoned,
                             ended, waiting_sum, waiting_count, waiting_max, first_response_sum, first_response_count,
                             first_response_max, handling_sum, handling_count, handling_max, messages_visitor,
                             messages_agent, rated_1, rated_2, rated_3, rated_4, rated_5)
         SELECT workspace, grain, at, deployment, button, queue, agent, asked, answered, missed, abandoned, ended,
                waiting_sum, waiting_count, waiting_max, first_response_sum, first_response_count, first_response_max,
                handling_sum, handling_count, handling_max, messages_visitor, messages_agent, rated_1, rated_2, rated_3,
                rated_4, rated_5
         FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, grain, at, deployment, button, queue, agent) DO UPDATE SET
           asked = figure.asked + excluded.asked, answered = figure.answered + excluded.answered,
           missed = figure.missed + excluded.missed, abandoned = figure.abandoned + excluded.abandoned,
           ended = figure.ended + excluded.ended, waiting_sum = figure.waiting_sum + excluded.waiting_sum,
           waiting_count = figure.waiting_count + excluded.waiting_count,
           waiting_max = CASE WHEN excluded.waiting_max > figure.waiting_max THEN excluded.waiting_max
             ELSE figure.waiting_max END,
           first_response_sum = figure.first_response_sum + excluded.first_response_sum,
           first_response_count = figure.first_response_count + excluded.first_response_count,
           first_response_max = CASE WHEN excluded.first_response_max > figure.first_response_max THEN excluded.first_response_max
             ELSE figure.first_response_max END,
           handling_sum = figure.handling_sum + excluded.handling_sum,
           handling_count = figure.handling_count + excluded.handling_count,
           handling_max = CASE WHEN excluded.handling_max > figure.handling_max THEN excluded.handling_max
             ELSE figure.handling_max END,
           messages_visitor = figure.messages_visitor + excluded.messages_visitor,
           messages_agent = figure.messages_agent + excluded.messages_agent, rated_1 = figure.rated_1 + excluded.rated_1,
           rated_2 = figure.rated_2 + excluded.rated_2, rated_3 = figure.rated_3 + excluded.rated_3,
           rated_4 = figure.rated_4 + excluded.rated_4, rated_5 = figure.rated_5 + excluded.rated_5"
    );
}
