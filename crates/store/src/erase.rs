//! A person's right to be forgotten and to be told.
//!
//! Erasing blanks what was written and leaves the rows, so that numbers and journal stay whole; conversations can be removed whole, too. Blobs
//! that nobody cites any more are told, and removed afterwards (or by the reconciler, if that is missed).

use std::collections::BTreeSet;

use domain::{
    conversation::Conversation,
    ids::{ConversationId, VisitorId, WorkspaceId},
};
use uuid::Uuid;

use crate::{
    blob::BlobId,
    conversation::Origin,
    detail::{Breadcrumb, Detail, Rating, Visitor, hex},
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    file::File,
    message::Message,
    read::Snapshot,
    tx::Tx,
};

/// What erasing or removing did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Erased {
    /// Which conversations.
    pub conversations: Vec<ConversationId>,
    /// Blobs that no file of the workspace cites any more.
    pub blobs: Vec<BlobId>,
}

/// All that is stored about a visitor, but for the conversations.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitorExport {
    /// The visitor.
    pub visitor: Visitor,
    /// Whose conversations these are, the oldest first: read each with [`Snapshot::export_conversation`].
    pub conversations: Vec<ConversationId>,
}

/// All that is stored about a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationExport {
    /// How it stands.
    pub conversation: Conversation,
    /// Where it came from and how it went.
    pub origin: Origin,
    /// What the form said, hidden values too.
    pub details: Vec<Detail>,
    /// What was written.
    pub messages: Vec<Message>,
    /// Files; their bytes are blobs.
    pub files: Vec<File>,
    /// Pages seen.
    pub breadcrumbs: Vec<Breadcrumb>,
    /// The rating.
    pub rating: Option<Rating>,
}

/// Ids as sets carry them.
pub(crate) fn set<I: Copy + Into<Uuid>>(ids: &[I]) -> Result<String> {
    crate::json(&ids.iter().map(|id| hex(*id)).collect::<Vec<_>>())
}

fn blob(row: &Row) -> Result<BlobId> {
    row.get::<Vec<u8>>(0)?.try_into().map(BlobId).map_err(|_| Error::broken("file.blob"))
}

impl Snapshot {
    /// All that is stored about a visitor.
    pub async fn export_visitor(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Option<VisitorExport>> {
        let Some(found) = self.visitor(workspace, visitor).await? else { return Ok(None) };
        let conversations =
            self.conn.fetch_all(OF_VISITOR, values![workspace, visitor]).await?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
        Ok(Some(VisitorExport { visitor: found, conversations }))
    }

    /// All that is stored about a conversation.
    pub async fn export_conversation(&mut self, workspace: WorkspaceId, id: ConversationId) -> Result<Option<ConversationExport>> {
        let Some(conversation) = self.conversation(workspace, id).await? else { return Ok(None) };
        let origin = self.origin(workspace, id).await?.ok_or(Error::broken("a conversation without an origin"))?;
        Ok(Some(ConversationExport {
            conversation,
            origin,
            details: self.details(workspace, id).await?,
            messages: self.messages(workspace, id, i64::MIN, i64::MAX).await?,
            files: self.files(workspace, id).await?,
            breadcrumbs: self.breadcrumbs(workspace, id).await?,
            rating: self.rating(workspace, id).await?,
        }))
    }
}

impl Tx {
    /// Blanks what is stored about a person: the visitor's row and, in all the visitor's conversations, every message (agents repeat names and
    /// numbers), details, pages, the rating's words, the words of who ended it, files and their names, and where they came from. Rows and numbers stay.
    pub async fn erase_visitor(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Erased> {
        let conversations: Vec<ConversationId> =
            self.fetch_all(OF_VISITOR, values![workspace, visitor]).await?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
        // Everything that a running conversation writes waits for its lock, so nothing slips in between.
        for conversation in conversations.iter().collect::<BTreeSet<_>>() {
            self.conversation(workspace, *conversation).await?;
        }
        let set = set(&conversations)?;
        let blobs = self.blobs_only_of(workspace, &set).await?;
        for statement in [ERASE_MESSAGES, ERASE_DETAILS, ERASE_BREADCRUMBS, ERASE_RATINGS, ERASE_FILES, ERASE_ORIGINS, ERASE_OFFERS] {
            self.execute(statement, values![workspace, &set]).await?;
        }
        // Kept answers to agents' requests may show a conversation as it was.
        let named: Vec<String> = conversations.iter().map(|id| Uuid::from(*id).hyphenated().to_string()).collect();
        self.execute(FORGET_ANSWERS, values![workspace, crate::json(&named)?]).await?;
        self.execute(ERASE_VISITOR, values![workspace, visitor]).await?;
        Ok(Erased { conversations, blobs })
    }

    /// Removes conversations with all that belongs to them. The journal's entries go with their time.
    pub async fn remove_conversations(&mut self, workspace: WorkspaceId, conversations: &[ConversationId]) -> Result<Erased> {
        let mut conversations = conversations.to_vec();
        conversations.sort_unstable();
        conversations.dedup();
        for conversation in &conversations {
            self.conversation(workspace, *conversation).await?;
        }
        let set = set(&conversations)?;
        let blobs = self.blobs_only_of(workspace, &set).await?;
        for statement in [
            REMOVE_MESSAGES,
            REMOVE_DETAILS,
            REMOVE_BREADCRUMBS,
            REMOVE_RATINGS,
            REMOVE_FILE_REQUESTS,
            REMOVE_FILES,
            REMOVE_AFTER_WORK,
            REMOVE_OFFERS,
            REMOVE_SESSION_PLACES,
            REMOVE_SESSIONS,
            REMOVE_PLACES,
            REMOVE_ORIGINS,
            REMOVE_CONVERSATIONS,
        ] {
            self.execute(statement, values![workspace, &set]).await?;
        }
        Ok(Erased { conversations, blobs })
    }

    async fn blobs_only_of(&mut self, workspace: WorkspaceId, set: &str) -> Result<Vec<BlobId>> {
        self.fetch_all(BLOBS_ONLY_OF, values![workspace, set]).await?.iter().map(blob).collect()
    }
}

/// A statement on the rows of a set of conversations: `$1` the workspace, `$2` the set.
macro_rules! of_set {
    ($($head:literal)? => $column:literal) => {
        Sql::Each {
            sqlite: concat!($($head,)? " WHERE workspace = $1 AND ", $column, " IN (SELECT unhex(value) FROM json_each($2))"),
            postgres: concat!($($head,)? " WHERE workspace = $1 AND ", $column, " IN (SELECT value::uuid FROM json_array_elements_text($2::json))"),
        }
    };
}

statements! {
    OF_VISITOR = Sql::Both("SELECT conversation FROM origin WHERE workspace = $1 AND visitor = $2 ORDER BY requested_at, conversation");
    BLOBS_ONLY_OF = Sql::Each {
        sqlite: "SELECT DISTINCT f.blob FROM file f
                 WHERE f.workspace = $1 AND f.blob IS NOT NULL AND f.conversation IN (SELECT unhex(value) FROM json_each($2))
                   AND NOT EXISTS (SELECT 1 FROM file g WHERE g.workspace = $1 AND g.blob = f.blob
                                   AND g.conversation NOT IN (SELECT unhex(value) FROM json_each($2))) ORDER BY f.blob",
        postgres: "SELECT DISTINCT f.blob FROM file f
                   WHERE f.workspace = $1 AND f.blob IS NOT NULL AND f.conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json))
                     AND NOT EXISTS (SELECT 1 FROM file g WHERE g.workspace = $1 AND g.blob = f.blob
                                     AND g.conversation NOT IN (SELECT value::uuid FROM json_array_elements_text($2::json))) ORDER BY f.blob",
    };
    ERASE_MESSAGES = of_set!("UPDATE message SET text = '', label = CASE WHEN label IS NULL THEN NULL ELSE '' END" => "conversation");
    ERASE_DETAILS = of_set!("UPDATE detail SET value = ''" => "conversation");
    ERASE_BREADCRUMBS = of_set!("UPDATE breadcrumb SET location = ''" => "conversation");
    ERASE_RATINGS = of_set!("UPDATE rating SET comment = ''" => "conversation");
    ERASE_FILES = of_set!("UPDATE file SET name = '', blob = NULL, size = 0" => "conversation");
    ERASE_ORIGINS = of_set!(
        "UPDATE origin SET name = '', user_agent = '', address = '', page = '', referrer = '', screen = '', entity_plan = 'null',
                ended_reason = NULL" => "conversation"
    );
    ERASE_OFFERS = of_set!("UPDATE offer SET reason = NULL" => "conversation");
    FORGET_ANSWERS = Sql::Each {
        sqlite: "DELETE FROM request_key WHERE workspace = $1 AND scope LIKE 'agent %'
                   AND EXISTS (SELECT 1 FROM json_each($2) WHERE instr(answer, value) > 0)",
        postgres: "DELETE FROM request_key WHERE workspace = $1 AND scope LIKE 'agent %'
                     AND EXISTS (SELECT 1 FROM json_array_elements_text($2::json) named WHERE position(named.value in answer) > 0)",
    };
    ERASE_VISITOR = Sql::Both("UPDATE visitor SET name = '', address = '' WHERE workspace = $1 AND id = $2");
    REMOVE_MESSAGES = of_set!("DELETE FROM message" => "conversation");
    REMOVE_DETAILS = of_set!("DELETE FROM detail" => "conversation");
    REMOVE_BREADCRUMBS = of_set!("DELETE FROM breadcrumb" => "conversation");
    REMOVE_RATINGS = of_set!("DELETE FROM rating" => "conversation");
    REMOVE_FILE_REQUESTS = of_set!("DELETE FROM file_request" => "conversation");
    REMOVE_FILES = of_set!("DELETE FROM file" => "conversation");
    REMOVE_AFTER_WORK = of_set!("DELETE FROM after_work" => "conversation");
    REMOVE_OFFERS = of_set!("DELETE FROM offer" => "conversation");
    REMOVE_SESSION_PLACES = Sql::Each {
        sqlite: "DELETE FROM session_place WHERE session IN (
                   SELECT id FROM visitor_session WHERE workspace = $1 AND conversation IN (SELECT unhex(value) FROM json_each($2)))",
        postgres: "DELETE FROM session_place WHERE session IN (
                     SELECT id FROM visitor_session WHERE workspace = $1
                     AND conversation IN (SELECT value::uuid FROM json_array_elements_text($2::json)))",
    };
    REMOVE_SESSIONS = of_set!("DELETE FROM visitor_session" => "conversation");
    REMOVE_PLACES = of_set!("DELETE FROM place" => "conversation");
    REMOVE_ORIGINS = of_set!("DELETE FROM origin" => "conversation");
    REMOVE_CONVERSATIONS = of_set!("DELETE FROM conversation" => "id");
}
