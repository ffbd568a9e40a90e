//! Files sent in conversations, and requests for them. Their bytes are blobs, written before the row that cites them.

use std::collections::HashSet;

use domain::{
    ids::{AgentId, ConversationId, FileId, FileRequestId, WorkspaceId},
    journal::{Author, FileRequestOutcome},
    secret::Text,
    time::Timestamp,
};

use crate::{
    Store,
    blob::BlobId,
    driver::{Conn, Row, Sql, statements, values},
    error::{Error, Result},
    message::{author_from, author_name},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// A file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Its bytes; none once it was erased.
    pub blob: Option<BlobId>,
    /// Its name, as the sender gave it.
    pub name: Text,
    /// Its type, judged by its content.
    pub mime: String,
    /// How many bytes.
    pub size: i64,
    /// Who sent it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
}

/// How a request for a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRequestState {
    /// The visitor may send a file.
    Open,
    /// It is over.
    Over(FileRequestOutcome),
}

impl FileRequestState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Over(FileRequestOutcome::Received) => "received",
            Self::Over(FileRequestOutcome::CancelledByAgent) => "cancelled_by_agent",
            Self::Over(FileRequestOutcome::CancelledByVisitor) => "cancelled_by_visitor",
            Self::Over(FileRequestOutcome::Failed) => "failed",
        }
    }

    fn from_stored(name: &str) -> Option<Self> {
        use FileRequestOutcome::{CancelledByAgent, CancelledByVisitor, Failed, Received};
        [Self::Open, Self::Over(Received), Self::Over(CancelledByAgent), Self::Over(CancelledByVisitor), Self::Over(Failed)]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// A request for a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRequest {
    /// Its id.
    pub id: FileRequestId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Who asked.
    pub agent: AgentId,
    /// The SHA-256 of the token that the visitor sends with the file.
    pub token_hash: Vec<u8>,
    /// How it stands.
    pub state: FileRequestState,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

impl FileRequest {
    /// A file that answers it may come now, as long as its conversation goes on.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == FileRequestState::Open && self.expires_at > now
    }
}

fn file(row: &Row) -> Result<File> {
    let author: String = row.get(6)?;
    let blob: Option<Vec<u8>> = row.get(2)?;
    Ok(File {
        id: row.get(0)?,
        conversation: row.get(1)?,
        blob: blob.map(|bytes| bytes.try_into().map(BlobId).map_err(|_| Error::broken("file.blob"))).transpose()?,
        name: row.get(3)?,
        mime: row.get(4)?,
        size: row.get(5)?,
        by: author_from(&author, row.get(7)?)?,
        at: row.get(8)?,
    })
}

fn request(row: &Row) -> Result<FileRequest> {
    let state: String = row.get(4)?;
    Ok(FileRequest {
        id: row.get(0)?,
        conversation: row.get(1)?,
        agent: row.get(2)?,
        token_hash: row.get(3)?,
        state: FileRequestState::from_stored(&state).ok_or(Error::broken("file_request.state"))?,
        asked_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

async fn bytes_of_conversation(conn: &mut Conn, workspace: WorkspaceId, conversation: ConversationId) -> Result<i64> {
    conn.fetch_optional(BYTES_OF_CONVERSATION, values![workspace, conversation]).await?.ok_or(Error::broken("a sum without a row"))?.get(0)
}

async fn bytes_of_workspace(conn: &mut Conn, workspace: WorkspaceId) -> Result<i64> {
    conn.fetch_optional(BYTES_OF_WORKSPACE, values![workspace]).await?.ok_or(Error::broken("a sum without a row"))?.get(0)
}

impl Store {
    /// A file.
    pub async fn file(&self, workspace: WorkspaceId, id: FileId) -> Result<Option<File>> {
        self.borrow().await?.fetch_optional(FILE, values![workspace, id]).await?.as_ref().map(file).transpose()
    }

    /// A request for a file.
    pub async fn file_request(&self, workspace: WorkspaceId, id: FileRequestId) -> Result<Option<FileRequest>> {
        self.borrow().await?.fetch_optional(REQUEST, values![workspace, id]).await?.as_ref().map(request).transpose()
    }

    /// The request that a token belongs to, by the token's SHA-256.
    pub async fn file_request_by_token(&self, workspace: WorkspaceId, token_hash: &[u8]) -> Result<Option<FileRequest>> {
        self.borrow().await?.fetch_optional(BY_TOKEN, values![workspace, token_hash]).await?.as_ref().map(request).transpose()
    }

    /// How many bytes of files a conversation has.
    pub async fn file_bytes_of_conversation(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<i64> {
        bytes_of_conversation(&mut self.borrow().await?, workspace, conversation).await
    }

    /// Which of these blobs a file or a record cites.
    pub(crate) async fn cited_blobs(&self, blobs: &[(WorkspaceId, Vec<u8>)]) -> Result<HashSet<(WorkspaceId, Vec<u8>)>> {
        let mut rows = Rows::of(CITED, blobs.len());
        for (workspace, blob) in blobs {
            rows.push([(*workspace).into(), blob.as_slice().into()]);
        }
        self.borrow().await?.fetch_rows(rows).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// How many bytes of files a workspace has.
    pub async fn file_bytes_of_workspace(&self, workspace: WorkspaceId) -> Result<i64> {
        bytes_of_workspace(&mut self.borrow().await?, workspace).await
    }
}

impl Snapshot {
    /// A conversation's files, in the order sent.
    pub async fn files(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<File>> {
        self.conn.fetch_all(FILES, values![workspace, conversation]).await?.iter().map(file).collect()
    }

    /// A request for a file, open or over.
    pub async fn file_request(&mut self, workspace: WorkspaceId, id: FileRequestId) -> Result<Option<FileRequest>> {
        self.conn.fetch_optional(REQUEST, values![workspace, id]).await?.as_ref().map(request).transpose()
    }

    /// A conversation's open requests for files, the oldest first.
    pub async fn open_file_requests(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<FileRequest>> {
        self.conn.fetch_all(OPEN_REQUESTS, values![workspace, conversation]).await?.iter().map(request).collect()
    }
}

impl Tx {
    /// Writes a file's row; its blob is on the disk already.
    pub async fn insert_file(&mut self, workspace: WorkspaceId, file: &File) -> Result<()> {
        self.execute(
            INSERT_FILE,
            values![
                workspace,
                file.id,
                file.conversation,
                file.blob.map(|blob| blob.0.to_vec()),
                &file.name,
                &file.mime,
                file.size,
                author_name(file.by),
                file.by.agent(),
                file.at,
            ],
        )
        .await?;
        Ok(())
    }

    /// A file.
    pub async fn file(&mut self, workspace: WorkspaceId, id: FileId) -> Result<Option<File>> {
        self.fetch_optional(FILE, values![workspace, id]).await?.as_ref().map(file).transpose()
    }

    /// How many bytes of files a conversation has. Exact while the conversation is locked.
    pub async fn file_bytes_of_conversation(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<i64> {
        bytes_of_conversation(&mut self.conn, workspace, conversation).await
    }

    /// How many bytes of files a workspace has.
    pub async fn file_bytes_of_workspace(&mut self, workspace: WorkspaceId) -> Result<i64> {
        bytes_of_workspace(&mut self.conn, workspace).await
    }

    /// Locks the sum of a workspace's files: until this transaction is over, no other one adds to it. Before any conversation's lock.
    pub async fn lock_files(&mut self, workspace: WorkspaceId) -> Result<()> {
        self.fetch_optional(LOCK_FILES, values![workspace]).await?.ok_or(Error::broken("workspace")).map(drop)
    }

    /// Writes a request for a file.
    pub async fn insert_file_request(&mut self, workspace: WorkspaceId, request: &FileRequest) -> Result<()> {
        self.execute(
            INSERT_REQUEST,
            values![
                workspace,
                request.id,
                request.conversation,
                request.agent,
                request.token_hash.as_slice(),
                request.state.as_str(),
                request.asked_at,
                request.expires_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// A request for a file.
    pub async fn file_request(&mut self, workspace: WorkspaceId, id: FileRequestId) -> Result<Option<FileRequest>> {
        self.fetch_optional(REQUEST, values![workspace, id]).await?.as_ref().map(request).transpose()
    }

    /// A conversation's open requests for files, the oldest first.
    pub async fn open_file_requests(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<FileRequest>> {
        self.fetch_all(OPEN_REQUESTS, values![workspace, conversation]).await?.iter().map(request).collect()
    }

    /// Changes how a request stands, if it stands as expected; tells whether it did. Two changes at once cannot both succeed.
    pub async fn set_file_request_state(
        &mut self,
        workspace: WorkspaceId,
        id: FileRequestId,
        expected: FileRequestState,
        to: FileRequestState,
    ) -> Result<bool> {
        Ok(self.execute(SET_STATE, values![workspace, id, expected.as_str(), to.as_str()]).await? == 1)
    }
}

statements! {
    FILE = Sql::Both("SELECT id, conversation, blob, name, mime, size, author, agent, at FROM file WHERE workspace = $1 AND id = $2");
    FILES = Sql::Both(
        "SELECT id, conversation, blob, name, mime, size, author, agent, at FROM file WHERE workspace = $1 AND conversation = $2 ORDER BY at, id"
    );
    INSERT_FILE = Sql::Both(
        "INSERT INTO file (workspace, id, conversation, blob, name, mime, size, author, agent, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    BYTES_OF_CONVERSATION = Sql::Both(
        "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM file WHERE workspace = $1 AND conversation = $2"
    );
    LOCK_FILES = Sql::Each {
        // SQLite's one writer is the lock.
        sqlite: "SELECT id FROM workspace WHERE id = $1",
        postgres: "SELECT id FROM workspace WHERE id = $1 FOR NO KEY UPDATE",
    };
    BYTES_OF_WORKSPACE = Sql::Both("SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM file WHERE workspace = $1");
    REQUEST = Sql::Both(
        "SELECT id, conversation, agent, token_hash, state, asked_at, expires_at FROM file_request WHERE workspace = $1 AND id = $2"
    );
    BY_TOKEN = Sql::Both(
        "SELECT id, conversation, agent, token_hash, state, asked_at, expires_at FROM file_request WHERE workspace = $1 AND token_hash = $2"
    );
    OPEN_REQUESTS = Sql::Both(
        "SELECT id, conversation, agent, token_hash, state, asked_at, expires_at FROM file_request
         WHERE workspace = $1 AND conversation = $2 AND state = 'open' ORDER BY asked_at, id"
    );
    INSERT_REQUEST = Sql::Both(
        "INSERT INTO file_request (workspace, id, conversation, agent, token_hash, state, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    SET_STATE = Sql::Both("UPDATE file_request SET state = $4 WHERE workspace = $1 AND id = $2 AND state = $3");
}

row_statements! {
    CITED (workspace Id, blob Bytes) = Sql::Both(
        "SELECT f.workspace, f.blob FROM k JOIN file f ON f.workspace = k.workspace AND f.blob = k.blob
         UNION SELECT r.workspace, r.blob FROM k CROSS JOIN record_blob r WHERE r.workspace = k.workspace AND r.blob = k.blob"
    );
}
