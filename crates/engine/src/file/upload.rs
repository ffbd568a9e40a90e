//! Bytes come in: into a blob, within the limits, while their type is judged.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    conversation::{Phase, Refusal},
    ids::{AgentId, ConversationId, WorkspaceId},
};
use store::{BlobError, BlobWriter, StoredBlob};

use super::{Limits, kind::Judge};
use crate::{App, Error, ErrorKind, Result};

/// Uploads at once on one server. Each holds a chunk of 256 KiB.
const AT_ONCE: usize = 128;
/// Uploads at once into one conversation, so that one sender cannot take all places.
const AT_ONCE_INTO_ONE: usize = 4;

/// Who sends a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The visitor.
    Visitor,
    /// The agent who owns the conversation.
    Agent(AgentId),
}

/// Uploads under way on this server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uploads(Arc<Mutex<HashMap<ConversationId, usize>>>);

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, usize>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, conversation: ConversationId) -> Result<UploadPlace> {
        let mut all = self.lock();
        if all.values().sum::<usize>() >= AT_ONCE || all.get(&conversation).is_some_and(|own| *own >= AT_ONCE_INTO_ONE) {
            return Err(ErrorKind::TooMany.into());
        }
        *all.entry(conversation).or_default() += 1;
        Ok(UploadPlace { uploads: self.clone(), conversation })
    }
}

/// A place among the uploads under way; dropped, it is free.
#[derive(Debug)]
struct UploadPlace {
    uploads: Uploads,
    conversation: ConversationId,
}

impl Drop for UploadPlace {
    fn drop(&mut self) {
        let mut all = self.uploads.lock();
        if let Some(own) = all.get_mut(&self.conversation) {
            *own -= 1;
            if *own == 0 {
                all.remove(&self.conversation);
            }
        }
    }
}

/// A file whose bytes are coming. Dropped, what came is forgotten.
pub struct Upload {
    writer: BlobWriter,
    judge: Judge,
    limits: Limits,
    _place: UploadPlace,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").finish_non_exhaustive()
    }
}

/// Bytes that are on the disk, and what they are. No part of any conversation yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub(super) blob: StoredBlob,
    pub(super) mime: &'static str,
}

impl Content {
    /// The SHA-256 of the bytes: what tells two requests with the same key apart.
    pub fn digest(&self) -> &[u8; 32] {
        &self.blob.id.0
    }

    /// The type, judged by the bytes.
    pub fn mime(&self) -> &'static str {
        self.mime
    }
}

fn refused(error: BlobError) -> Error {
    match error {
        BlobError::TooLarge { limit } => ErrorKind::TooLarge { limit }.into(),
        // The bytes are handed over one by one: nothing here reads a source.
        BlobError::Source(source) => Error { kind: ErrorKind::Internal, source: Some(source) },
        BlobError::Store(error) => error.into(),
    }
}

impl App {
    /// Begins to take a file in. What is certain to be refused is refused here, before its bytes come; the rest when it is sent.
    /// With `repeated`, the same request was answered before: its bytes are only compared, so the conversation may have ended meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] with the room that is left when there is none, [`ErrorKind::TypeRefused`] where no files may be sent,
    /// [`ErrorKind::TooMany`] while too many others come.
    pub async fn begin_upload(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        sender: Sender,
        repeated: bool,
    ) -> Result<Upload> {
        let directory = self.directory(workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        let state = snapshot.conversation(workspace, conversation).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        let origin = snapshot.origin(workspace, conversation).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        drop(snapshot);
        let limits = self.settings().files.within(&directory, origin.deployment);
        let mut most = limits.max_bytes;
        if !repeated {
            match (state.phase, sender) {
                (Phase::Ended, _) => return Err(ErrorKind::ConversationEnded.into()),
                (phase, Sender::Agent(agent)) if phase.owner() != Some(agent) => return Err(Refusal::NotYours.into()),
                _ => {}
            }
            if !limits.allow_any() {
                return Err(ErrorKind::TypeRefused.into());
            }
            let of_conversation = self.store().file_bytes_of_conversation(workspace, conversation).await?;
            let of_workspace = self.store().file_bytes_of_workspace(workspace).await?;
            most = most.min(limits.room(of_conversation, of_workspace));
            if most == 0 {
                return Err(ErrorKind::TooLarge { limit: 0 }.into());
            }
        }
        let place = self.inner.uploads.enter(conversation)?;
        let writer = self.store().blob_writer(workspace, self.id(), most, self.now());
        Ok(Upload { writer, judge: Judge::new(), limits, _place: place })
    }
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], [`ErrorKind::TypeRefused`]: no more is worth sending.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(mime) = self.judge.push(bytes)
            && !self.limits.allow(mime)
        {
            return Err(ErrorKind::TypeRefused.into());
        }
        self.writer.push(bytes).await.map_err(refused)
    }

    /// All bytes came.
    ///
    /// # Errors
    /// [`ErrorKind::TypeRefused`].
    pub async fn finish(self) -> Result<Content> {
        let mime = self.judge.finish();
        if !self.limits.allow(mime) {
            return Err(ErrorKind::TypeRefused.into());
        }
        Ok(Content { blob: self.writer.finish().await?, mime })
    }
}
