//! Files are given out, piece by piece.

use bytes::Bytes;
use domain::ids::{ConversationId, FileId, WorkspaceId};
use futures_util::{Stream, TryStreamExt as _};
use store::{BlobReader, File};

use crate::{App, Error, ErrorKind, Result};

/// A file and its bytes.
#[derive(Debug)]
pub struct FileContent {
    /// The file.
    pub file: File,
    reader: BlobReader,
}

impl FileContent {
    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.reader.size()
    }

    /// The bytes, a chunk of at most 256 KiB at a time. No connection to the database is held while nobody takes more.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        self.reader.stream().map_err(Error::from)
    }
}

impl App {
    /// A conversation's files, in the order sent, the erased ones too.
    pub async fn files_of(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<File>> {
        Ok(self.store().snapshot().await?.files(workspace, conversation).await?)
    }

    /// A file of a conversation, for whoever may read that; the caller has checked.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it is none of the conversation's, or was erased.
    pub async fn file_content(&self, workspace: WorkspaceId, conversation: ConversationId, id: FileId) -> Result<FileContent> {
        let file = self.store().file(workspace, id).await?.filter(|file| file.conversation == conversation);
        self.open(workspace, file.ok_or(ErrorKind::NotFound("file"))?).await?.ok_or_else(|| ErrorKind::NotFound("file").into())
    }

    /// Opens a file's bytes; none if they were erased.
    pub(super) async fn open(&self, workspace: WorkspaceId, file: File) -> Result<Option<FileContent>> {
        let Some(blob) = file.blob else { return Ok(None) };
        let reader = self.store().blob(workspace, blob).await?;
        let reader = reader.ok_or_else(|| Error::internal("a file cites bytes that are not there"))?;
        Ok(Some(FileContent { file, reader }))
    }
}
