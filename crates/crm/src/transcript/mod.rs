//! Transcripts of conversations: `LiveChatTranscript` with its events, `LiveChatVisitor`, and a file for what is too long (`salesforce.md` 3.1).
//!
//! Nobody but the server writes these objects. Which record is which conversation's, and in which revision, stands in a table of its own that is
//! written in the same transaction: what was given twice is there once, and nothing older overwrites what is newer. A digest of what was written
//! tells later whether it still stands there as it was ([`kept`]).

mod fields;
mod kept;
mod write;

use std::sync::Arc;

use domain::ids::{ConversationId, WorkspaceId};
use engine::crm::{KeptTranscript, Put, SpanOfTranscripts, TranscriptRecord, Transcripts};
use futures_util::{FutureExt as _, future::BoxFuture, stream};
use store::Tx;

use crate::{Crm, Error, Result};

/// Most bytes of a file with a whole transcript: those of all messages that a conversation may have are far less.
const LONGEST_FILE: u64 = 512 * 1024 * 1024;
/// The field of a file's version that has its bytes.
const BYTES: &str = "VersionData";

/// What the engine is told of our failures. What is refused is a defect of ours: the server asked for it itself.
fn told(error: Error) -> engine::Error {
    match error {
        Error::Storage(error) => error.into(),
        Error::Refused(error) => engine::Error::internal(format!("the CRM refused what the server wrote: {}", error.code().as_str())),
    }
}

impl Transcripts for Crm {
    fn put_transcript<'a>(&'a self, workspace: WorkspaceId, record: TranscriptRecord) -> BoxFuture<'a, engine::Result<Put>> {
        async move { self.put(workspace, record).await.map_err(told) }.boxed()
    }

    fn forget_transcript<'a>(
        &'a self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        revision: i64,
    ) -> BoxFuture<'a, engine::Result<()>> {
        async move { self.forget(workspace, conversation, revision).await.map_err(told) }.boxed()
    }

    fn kept_transcripts<'a>(
        &'a self,
        workspace: WorkspaceId,
        span: SpanOfTranscripts,
    ) -> BoxFuture<'a, engine::Result<Vec<KeptTranscript>>> {
        async move { kept::of(self, workspace, span).await.map_err(told) }.boxed()
    }
}

/// How often a transaction is run that met another's.
const ATTEMPTS: usize = 8;

impl Crm {
    async fn put(&self, workspace: WorkspaceId, record: TranscriptRecord) -> Result<Put> {
        let records = self.records(&self.system(workspace).await?).await?;
        let file = match &record.whole {
            Some(whole) => {
                let bytes = stream::iter([Ok::<_, std::convert::Infallible>(whole.reveal().to_owned())]);
                Some(records.upload(BYTES, bytes, LONGEST_FILE).await.map_err(upload_failed)?)
            }
            None => None,
        };
        let work = Arc::new((records.scope().clone(), record, file));
        self.written(move |tx| {
            let work = work.clone();
            async move { write::put(tx, &work.0, &work.1, work.2.as_ref()).await }.boxed()
        })
        .await
    }

    async fn forget(&self, workspace: WorkspaceId, conversation: ConversationId, revision: i64) -> Result<()> {
        let scope = Arc::new(self.records(&self.system(workspace).await?).await?.scope().clone());
        self.written(move |tx| {
            let scope = scope.clone();
            async move { write::forget(tx, &scope, conversation, revision).await }.boxed()
        })
        .await
    }

    /// Runs a transaction, and again when somebody else wrote the same at the same moment: then theirs is found.
    async fn written<T: Send + 'static>(
        &self,
        work: impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
    ) -> Result<T> {
        let work = Arc::new(work);
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            let again = work.clone();
            match self.store().write_behind(move |tx| again(tx)).await {
                Err(Error::Storage(store::Error::Duplicate(_) | store::Error::Contended(_))) if left > 0 => {}
                result => return result,
            }
        }
    }
}

fn upload_failed(error: crate::record::UploadError) -> Error {
    match error {
        crate::record::UploadError::Storage(error) => error.into(),
        crate::record::UploadError::TooLarge { .. } | crate::record::UploadError::Source(_) => {
            store::Error::broken("the file of a transcript").into()
        }
    }
}
