//! A person's right to be forgotten and to be told.
//!
//! Erasing blanks what was written and leaves the rows, so that numbers and journal stay whole. What lapses with time is blanked by the same
//! statements ([`crate::retention`]). Blobs that no file cites any more are removed by their reconciler.

use std::collections::BTreeSet;

use domain::{
    conversation::Conversation,
    entity_plan::Part,
    ids::{ConversationId, VisitorId, WorkspaceId},
};
use uuid::Uuid;

use crate::{
    conversation::Origin,
    detail::{Breadcrumb, Detail, Rating, Visitor},
    driver::{Sql, statements, values},
    error::{Error, Result},
    file::File,
    message::Message,
    offline::OfflineMessage,
    read::Snapshot,
    retention::Lapsing,
    rows::{Rows, row_statements},
    tx::Tx,
    visit::WebVisit,
};

/// All that is stored about a visitor, but for the conversations.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitorExport {
    /// The visitor.
    pub visitor: Visitor,
    /// Whose conversations these are, the oldest first: read each with [`Snapshot::export_conversation`].
    pub conversations: Vec<ConversationId>,
    /// Messages left when nobody was there, the oldest first.
    pub offline_messages: Vec<OfflineMessage>,
    /// Visits of sites that conversations came of, while they are kept, the oldest first.
    pub visits: Vec<WebVisit>,
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
    /// The records of a CRM that it has, had, or is to have.
    pub records: Vec<Part>,
}

impl Snapshot {
    /// All that is stored about a visitor.
    pub async fn export_visitor(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Option<VisitorExport>> {
        let Some(found) = self.visitor(workspace, visitor).await? else { return Ok(None) };
        let conversations =
            self.conn.fetch_all(OF_VISITOR, values![workspace, visitor]).await?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
        let offline_messages = self.offline_messages_of(workspace, visitor).await?;
        let visits = self.web_visits_of(workspace, visitor).await?;
        Ok(Some(VisitorExport { visitor: found, conversations, offline_messages, visits }))
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
            records: self.record_parts(workspace, id).await?,
        }))
    }
}

impl Tx {
    /// Blanks what is stored about a person: the visitor's row and, in all the visitor's conversations, every message (agents repeat names and
    /// numbers), details, pages, the rating's words, the words of who ended it, files and their names, and where they came from; messages left when
    /// nobody was there, too, and which records of a CRM they had. Rows and numbers stay, but for visits of sites. Gives the conversations, the oldest first.
    pub async fn erase_visitor(&mut self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Vec<ConversationId>> {
        let conversations: Vec<ConversationId> =
            self.fetch_all(OF_VISITOR, values![workspace, visitor]).await?.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
        // Everything that a running conversation writes waits for its lock, so nothing slips in between.
        for conversation in conversations.iter().collect::<BTreeSet<_>>() {
            self.conversation(workspace, *conversation).await?;
        }
        for statement in Lapsing::ALL.iter().flat_map(|what| what.blanked()) {
            self.fetch_rows(Rows::ids(*statement, workspace, &conversations)).await?;
        }
        self.execute_rows(Rows::ids(FORGET_RECORDS, workspace, &conversations)).await?;
        self.execute(FORGET_OFFLINE_RECORDS, values![workspace, visitor]).await?;
        // Kept answers to agents' requests may show a conversation as it was.
        let mut named = Rows::of(FORGET_ANSWERS, conversations.len());
        for id in &conversations {
            named.push([workspace.into(), Uuid::from(*id).hyphenated().to_string().into()]);
        }
        self.execute_rows(named).await?;
        self.erase_offline_messages_of(workspace, visitor).await?;
        self.remove_web_visits_of(workspace, visitor).await?;
        self.execute(ERASE_VISITOR, values![workspace, visitor]).await?;
        Ok(conversations)
    }
}

statements! {
    OF_VISITOR = Sql::Both("SELECT conversation FROM origin WHERE workspace = $1 AND visitor = $2 ORDER BY requested_at, conversation");
    FORGET_OFFLINE_RECORDS = Sql::Both(
        "DELETE FROM offline_record WHERE workspace = $1
           AND message IN (SELECT id FROM offline_message WHERE workspace = $1 AND visitor = $2)"
    );
    ERASE_VISITOR = Sql::Both("UPDATE visitor SET name = '', address = '' WHERE workspace = $1 AND id = $2");
}

row_statements! {
    FORGET_RECORDS (workspace Id, conversation Id) = Sql::Both(
        "UPDATE record_part SET record = NULL, record_entity = NULL, state = 'nothing', made_as = NULL
         WHERE (workspace, conversation) IN (SELECT workspace, conversation FROM k)"
    );
    FORGET_ANSWERS (workspace Id, named Text) = Sql::Each {
        sqlite: "DELETE FROM request_key WHERE workspace IN (SELECT workspace FROM k) AND scope LIKE 'agent %'
                   AND EXISTS (SELECT 1 FROM k WHERE k.workspace = request_key.workspace AND instr(request_key.answer, k.named) > 0)",
        postgres: "DELETE FROM request_key WHERE workspace IN (SELECT workspace FROM k) AND scope LIKE 'agent %'
                     AND EXISTS (SELECT 1 FROM k WHERE k.workspace = request_key.workspace AND position(k.named in request_key.answer) > 0)",
    };
}
