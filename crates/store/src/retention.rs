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
    driver::{Sql, Statement, statements, values},
    erase::set,
    error::Result,
    tx::Tx,
};

/// What lapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lapsing {
    /// What was written: messages, custom events, notes, the words of ratings, ends and declined offers.
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

    fn statements(self) -> &'static [Statement] {
        match self {
            Self::Messages => &[LAPSE_MESSAGES, LAPSE_RATINGS, LAPSE_END_REASONS, LAPSE_OFFER_REASONS],
            Self::Files => &[LAPSE_FILES],
            Self::Details => &[LAPSE_DETAILS, LAPSE_BREADCRUMBS, LAPSE_ORIGINS],
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
            let removed = self.remove_conversations(workspace, &ids).await?;
            self.execute(REMOVE_VISITORS, values![workspace, set(&visitors)?]).await?;
            removed.conversations
        } else {
            let conversations = set(&ids)?;
            let mut lost: BTreeSet<ConversationId> = BTreeSet::new();
            for statement in what.statements() {
                for row in self.fetch_all(*statement, values![workspace, &conversations]).await? {
                    lost.insert(row.get(0)?);
                }
            }
            if what == Lapsing::Details {
                let visitors = self.visitors_of(workspace, &ids).await?;
                self.execute(LAPSE_VISITORS, values![workspace, set(&visitors)?, before]).await?;
            }
            lost.into_iter().collect()
        };
        self.execute(SAVE_MARK, values![workspace, deployment, what.as_str(), ended_at, last]).await?;
        Ok(Lapsed { conversations: lost, more: batch.len() as i64 == limit })
    }

    async fn visitors_of(&mut self, workspace: WorkspaceId, conversations: &[ConversationId]) -> Result<Vec<domain::ids::VisitorId>> {
        self.fetch_all(VISITORS_OF, values![workspace, set(conversations)?]).await?.iter().map(|row| row.get(0)).collect()
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
    LAPSE_MESSAGES = Sql::Each {
        sqlite: "UPDATE message SET text = '', label = CASE WHEN label IS NULL THEN NULL ELSE '' END
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (text <> '' OR label <> '') RETURNING conversation",
        postgres: "UPDATE message SET text = '', label = CASE WHEN label IS NULL THEN NULL ELSE '' END
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (text <> '' OR label <> '') RETURNING conversation",
    };
    LAPSE_RATINGS = Sql::Each {
        sqlite: "UPDATE rating SET comment = ''
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (comment <> '') RETURNING conversation",
        postgres: "UPDATE rating SET comment = ''
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (comment <> '') RETURNING conversation",
    };
    LAPSE_END_REASONS = Sql::Each {
        sqlite: "UPDATE origin SET ended_reason = NULL
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (ended_reason IS NOT NULL) RETURNING conversation",
        postgres: "UPDATE origin SET ended_reason = NULL
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (ended_reason IS NOT NULL) RETURNING conversation",
    };
    LAPSE_OFFER_REASONS = Sql::Each {
        sqlite: "UPDATE offer SET reason = NULL
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (reason IS NOT NULL) RETURNING conversation",
        postgres: "UPDATE offer SET reason = NULL
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (reason IS NOT NULL) RETURNING conversation",
    };
    LAPSE_FILES = Sql::Each {
        sqlite: "UPDATE file SET name = '', blob = NULL, size = 0
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (blob IS NOT NULL) RETURNING conversation",
        postgres: "UPDATE file SET name = '', blob = NULL, size = 0
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (blob IS NOT NULL) RETURNING conversation",
    };
    LAPSE_DETAILS = Sql::Each {
        sqlite: "UPDATE detail SET value = ''
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (value <> '') RETURNING conversation",
        postgres: "UPDATE detail SET value = ''
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (value <> '') RETURNING conversation",
    };
    LAPSE_BREADCRUMBS = Sql::Each {
        sqlite: "UPDATE breadcrumb SET location = ''
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (location <> '') RETURNING conversation",
        postgres: "UPDATE breadcrumb SET location = ''
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (location <> '') RETURNING conversation",
    };
    LAPSE_ORIGINS = Sql::Each {
        sqlite: "UPDATE origin SET name = '', user_agent = '', address = '', page = '', referrer = '', screen = '', entity_plan = 'null'
                 WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND (name <> '' OR user_agent <> '' OR address <> '' OR page <> '' OR referrer <> '' OR screen <> '' OR entity_plan <> 'null') RETURNING conversation",
        postgres: "UPDATE origin SET name = '', user_agent = '', address = '', page = '', referrer = '', screen = '', entity_plan = 'null'
                 WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND (name <> '' OR user_agent <> '' OR address <> '' OR page <> '' OR referrer <> '' OR screen <> '' OR entity_plan <> 'null') RETURNING conversation",
    };
    VISITORS_OF = Sql::Each {
        sqlite: "SELECT DISTINCT visitor FROM origin WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2)) ORDER BY visitor",
        postgres: "SELECT DISTINCT visitor FROM origin WHERE workspace = $1 AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json)) ORDER BY visitor",
    };
    LAPSE_VISITORS = Sql::Each {
        sqlite: "UPDATE visitor SET name = '', address = '' WHERE workspace = $1 AND id IN (SELECT unhex(value) FROM json_each($2)) AND last_at < $3",
        postgres: "UPDATE visitor SET name = '', address = '' WHERE workspace = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json)) AND last_at < $3",
    };
    REMOVE_VISITORS = Sql::Each {
        sqlite: "DELETE FROM visitor WHERE workspace = $1 AND id IN (SELECT unhex(value) FROM json_each($2))
                   AND NOT EXISTS (SELECT 1 FROM origin o WHERE o.workspace = $1 AND o.visitor = visitor.id)",
        postgres: "DELETE FROM visitor WHERE workspace = $1 AND id IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                   AND NOT EXISTS (SELECT 1 FROM origin o WHERE o.workspace = $1 AND o.visitor = visitor.id)",
    };
}
