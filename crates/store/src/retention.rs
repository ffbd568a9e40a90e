//! Retention: what conversations leave behind lapses some days after their end, a small batch at a time.
//!
//! How far it has gone is a mark for each deployment and kind, so that a run looks at what has lapsed since the last one and at nothing else.
//! What lapses is blanked like what is erased ([`crate::erase`]); only whole conversations lose their rows.

use std::collections::BTreeSet;

use domain::{
    ids::{ConversationId, DeploymentId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    driver::{Sql, statements, values},
    error::Result,
    rows::{Rows, RowsStatement, row_statements},
    tx::Tx,
};

/// What lapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lapsing {
    /// What was written: messages, custom events, notes, the words of ratings, ends and declined offers; and what others were told of it, or
    /// were to be told.
    Messages,
    /// Files and their names.
    Files,
    /// Pre-chat values, the hidden ones too, pages seen, and what is known of the visitor's device.
    Details,
    /// The conversations themselves, with all that belongs to them, and visitors who have no other one.
    Conversations,
}

impl Lapsing {
    /// All kinds. Whole conversations come first: what they hold need not be blanked before.
    pub const ALL: [Self; 4] = [Self::Conversations, Self::Messages, Self::Files, Self::Details];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Files => "files",
            Self::Details => "details",
            Self::Conversations => "conversations",
        }
    }

    /// What blanks it in conversations, and tells which lost something. Erasing a person runs them all.
    pub(crate) fn blanked(self) -> &'static [RowsStatement] {
        match self {
            Self::Messages => &[BLANK_MESSAGES, BLANK_RATINGS, BLANK_END_REASONS, BLANK_OFFER_REASONS, BLANK_DELIVERIES, BLANK_ATTEMPTS],
            Self::Files => &[BLANK_FILES],
            Self::Details => &[BLANK_DETAILS, BLANK_BREADCRUMBS, BLANK_ORIGINS, BLANK_CANDIDATES, STOP_COURSES],
            Self::Conversations => &[],
        }
    }
}

/// What one batch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lapsed {
    /// Conversations that lost something, in order.
    pub conversations: Vec<ConversationId>,
    /// The batch was full: there may be more.
    pub more: bool,
}

impl Tx {
    /// Takes away what has lapsed of conversations of a deployment that were over before `before`: of at most `limit` of them, the oldest first.
    pub async fn lapse(
        &mut self,
        workspace: WorkspaceId,
        deployment: DeploymentId,
        what: Lapsing,
        before: Timestamp,
        limit: i64,
    ) -> Result<Lapsed> {
        let mark = self.fetch_optional(MARK, values![workspace, deployment, what.as_str()]).await?;
        let (from, after): (Timestamp, ConversationId) = match mark {
            Some(row) => (row.get(0)?, row.get(1)?),
            None => (Timestamp(i64::MIN), ConversationId(uuid::Uuid::nil())),
        };
        let batch = self
            .fetch_all(BATCH, values![workspace, deployment, before, from, after, limit])
            .await?
            .iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?)))
            .collect::<Result<Vec<(ConversationId, Timestamp)>>>()?;
        let Some((last, ended_at)) = batch.last().copied() else { return Ok(Lapsed::default()) };
        let ids: BTreeSet<ConversationId> = batch.iter().map(|(id, _)| *id).collect();
        // Whatever else is written in one of them waits for its lock.
        for id in &ids {
            self.conversation(workspace, *id).await?;
        }
        let ids: Vec<ConversationId> = ids.into_iter().collect();
        let lost = if what == Lapsing::Conversations {
            let visitors = self.visitors_of(workspace, &ids).await?;
            for statement in REMOVED {
                self.execute_rows(Rows::ids(*statement, workspace, &ids)).await?;
            }
            self.execute_rows(Rows::ids(REMOVE_VISITORS, workspace, &visitors)).await?;
            ids
        } else {
            let mut lost: BTreeSet<ConversationId> = BTreeSet::new();
            for statement in what.blanked() {
                for row in self.fetch_rows(Rows::ids(*statement, workspace, &ids)).await? {
                    lost.insert(row.get(0)?);
                }
            }
            if what == Lapsing::Details {
                let visitors = self.visitors_of(workspace, &ids).await?;
                let mut rows = Rows::of(BLANK_VISITORS, visitors.len());
                for visitor in visitors {
                    rows.push([workspace.into(), visitor.into(), before.into()]);
                }
                self.execute_rows(rows).await?;
            }
            lost.into_iter().collect()
        };
        self.execute(SAVE_MARK, values![workspace, deployment, what.as_str(), ended_at, last]).await?;
        Ok(Lapsed { conversations: lost, more: batch.len() as i64 == limit })
    }

    async fn visitors_of(&mut self, workspace: WorkspaceId, conversations: &[ConversationId]) -> Result<Vec<domain::ids::VisitorId>> {
        self.fetch_rows(Rows::ids(VISITORS_OF, workspace, conversations)).await?.iter().map(|row| row.get(0)).collect()
    }
}

statements! {
    MARK = Sql::Each {
        sqlite: "SELECT ended_at, conversation FROM retention_mark WHERE workspace = $1 AND deployment = $2 AND what = $3",
        postgres: "SELECT ended_at, conversation FROM retention_mark WHERE workspace = $1 AND deployment = $2 AND what = $3 FOR UPDATE",
    };
    BATCH = Sql::Both(
        "SELECT conversation, ended_at FROM origin
         WHERE workspace = $1 AND deployment = $2 AND ended_at < $3 AND (ended_at, conversation) > ($4, $5)
         ORDER BY ended_at, conversation LIMIT $6"
    );
    SAVE_MARK = Sql::Both(
        "INSERT INTO retention_mark (workspace, deployment, what, ended_at, conversation) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace, deployment, what) DO UPDATE SET ended_at = excluded.ended_at, conversation = excluded.conversation"
    );
}

/// A statement on what belongs to conversations.
macro_rules! of_conversations {
    ($head:literal, $column:literal $(, $tail:literal)?) => {
        Sql::Both(concat!($head, " WHERE (workspace, ", $column, ") IN (SELECT workspace, conversation FROM k)" $(, $tail)?))
    };
}

row_statements! {
    BLANK_MESSAGES (workspace Id, conversation Id) = of_conversations!(
        "UPDATE message SET text = '', label = CASE WHEN label IS NULL THEN NULL ELSE '' END", "conversation",
        " AND (text <> '' OR label <> '') RETURNING conversation"
    );
    BLANK_RATINGS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE rating SET comment = ''", "conversation", " AND comment <> '' RETURNING conversation"
    );
    BLANK_END_REASONS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE origin SET ended_reason = NULL", "conversation", " AND ended_reason IS NOT NULL RETURNING conversation"
    );
    BLANK_OFFER_REASONS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE offer SET reason = NULL", "conversation", " AND reason IS NOT NULL RETURNING conversation"
    );
    BLANK_DELIVERIES (workspace Id, conversation Id) = of_conversations!(
        "UPDATE delivery SET payload = '', original = NULL, code = CASE WHEN state = 'delivered' THEN code ELSE 'erased' END,
           state = CASE WHEN state = 'delivered' THEN state ELSE 'discarded' END", "conversation",
        " AND payload <> '' RETURNING conversation"
    );
    BLANK_ATTEMPTS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE attempt SET request = '', response = ''", "conversation", " AND (request <> '' OR response <> '') RETURNING conversation"
    );
    BLANK_FILES (workspace Id, conversation Id) = of_conversations!(
        "UPDATE file SET name = '', blob = NULL, size = 0", "conversation", " AND blob IS NOT NULL RETURNING conversation"
    );
    BLANK_DETAILS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE detail SET value = ''", "conversation", " AND value <> '' RETURNING conversation"
    );
    BLANK_BREADCRUMBS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE breadcrumb SET location = '', title = ''", "conversation", " AND location <> '' RETURNING conversation"
    );
    BLANK_ORIGINS (workspace Id, conversation Id) = of_conversations!(
        "UPDATE origin SET name = '', user_agent = '', address = '', page = '', referrer = '', screen = '', entity_plan = 'null'", "conversation",
        " AND (name <> '' OR user_agent <> '' OR address <> '' OR page <> '' OR referrer <> '' OR screen <> '' OR entity_plan <> 'null')
         RETURNING conversation"
    );
    BLANK_CANDIDATES (workspace Id, conversation Id) = of_conversations!(
        "UPDATE record_part SET candidates = '[]', more = 0, reasons = '[]',
           state = CASE WHEN state IN ('waiting', 'making', 'choosing', 'refused') THEN 'nothing' ELSE state END", "conversation",
        " AND (candidates <> '[]' OR reasons <> '[]' OR state IN ('waiting', 'making', 'choosing', 'refused')) RETURNING conversation"
    );
    STOP_COURSES (workspace Id, conversation Id) = of_conversations!(
        "UPDATE record_course SET planned = 0, held = 0, due = NULL, trouble = NULL", "conversation",
        " AND (planned <> 0 OR due IS NOT NULL) RETURNING conversation"
    );
    VISITORS_OF (workspace Id, conversation Id) = Sql::Both(
        "SELECT DISTINCT visitor FROM origin WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k) ORDER BY visitor"
    );
    BLANK_VISITORS (workspace Id, visitor Id, before Int) = Sql::Both(
        "UPDATE visitor SET name = '', address = '' FROM k
         WHERE visitor.workspace = k.workspace AND visitor.id = k.visitor AND visitor.last_at < k.before"
    );
    REMOVE_VISITORS (workspace Id, visitor Id) = Sql::Both(
        "DELETE FROM visitor WHERE (workspace, id) IN (SELECT workspace, visitor FROM k)
           AND NOT EXISTS (SELECT 1 FROM origin o WHERE o.workspace = visitor.workspace AND o.visitor = visitor.id)
           AND NOT EXISTS (SELECT 1 FROM offline_message m WHERE m.workspace = visitor.workspace AND m.visitor = visitor.id)"
    );
    REMOVE_ATTEMPTS (workspace Id, conversation Id) = of_conversations!("DELETE FROM attempt", "conversation");
    REMOVE_DELIVERIES (workspace Id, conversation Id) = of_conversations!("DELETE FROM delivery", "conversation");
    REMOVE_RECORD_PARTS (workspace Id, conversation Id) = of_conversations!("DELETE FROM record_part", "conversation");
    REMOVE_RECORD_COURSES (workspace Id, conversation Id) = of_conversations!("DELETE FROM record_course", "conversation");
    REMOVE_MESSAGES (workspace Id, conversation Id) = of_conversations!("DELETE FROM message", "conversation");
    REMOVE_DETAILS (workspace Id, conversation Id) = of_conversations!("DELETE FROM detail", "conversation");
    REMOVE_BREADCRUMBS (workspace Id, conversation Id) = of_conversations!("DELETE FROM breadcrumb", "conversation");
    REMOVE_RATINGS (workspace Id, conversation Id) = of_conversations!("DELETE FROM rating", "conversation");
    REMOVE_FILE_REQUESTS (workspace Id, conversation Id) = of_conversations!("DELETE FROM file_request", "conversation");
    REMOVE_FILES (workspace Id, conversation Id) = of_conversations!("DELETE FROM file", "conversation");
    REMOVE_AFTER_WORK (workspace Id, conversation Id) = of_conversations!("DELETE FROM after_work", "conversation");
    REMOVE_FLAGS (workspace Id, conversation Id) = of_conversations!("DELETE FROM flag", "conversation");
    REMOVE_MONITORS (workspace Id, conversation Id) = of_conversations!("DELETE FROM monitor", "conversation");
    REMOVE_OFFERS (workspace Id, conversation Id) = of_conversations!("DELETE FROM offer", "conversation");
    REMOVE_SESSION_PLACES (workspace Id, conversation Id) = Sql::Both(
        "DELETE FROM session_place WHERE session IN (
           SELECT id FROM visitor_session WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k))"
    );
    REMOVE_SESSIONS (workspace Id, conversation Id) = of_conversations!("DELETE FROM visitor_session", "conversation");
    REMOVE_PLACES (workspace Id, conversation Id) = of_conversations!("DELETE FROM place", "conversation");
    REMOVE_ORIGINS (workspace Id, conversation Id) = of_conversations!("DELETE FROM origin", "conversation");
    // Whoever gives transcripts to the CRM finds nothing any more, and has it forget.
    TRANSCRIPTS_DUE (workspace Id, conversation Id) = of_conversations!(
        "UPDATE transcript SET due = 0, changes = changes + 1", "conversation"
    );
    REMOVE_CONVERSATIONS (workspace Id, conversation Id) = of_conversations!("DELETE FROM conversation", "id");
}

/// All that belongs to a conversation, and at last itself. The journal's entries go with their time.
const REMOVED: &[RowsStatement] = &[
    REMOVE_ATTEMPTS,
    REMOVE_DELIVERIES,
    REMOVE_RECORD_PARTS,
    REMOVE_RECORD_COURSES,
    REMOVE_MESSAGES,
    REMOVE_DETAILS,
    REMOVE_BREADCRUMBS,
    REMOVE_RATINGS,
    REMOVE_FILE_REQUESTS,
    REMOVE_FILES,
    REMOVE_AFTER_WORK,
    REMOVE_FLAGS,
    REMOVE_MONITORS,
    REMOVE_OFFERS,
    REMOVE_SESSION_PLACES,
    REMOVE_SESSIONS,
    REMOVE_PLACES,
    REMOVE_ORIGINS,
    TRANSCRIPTS_DUE,
    REMOVE_CONVERSATIONS,
];
