//! A file whose bytes are on the disk becomes part of a conversation.

use std::sync::Arc;

use domain::{
    conversation::Conversation,
    ids::{ConversationId, FileId, FileRequestId, WorkspaceId},
    journal::{Author, Event, FileRequestOutcome, MessageKind},
    permission::Permission,
    rules::AuthorKind,
    secret::Text,
};
use futures_util::FutureExt as _;
use store::{File, NewMessage, Tx};

use super::{Content, Limits, request::close_request, stored_name};
use crate::{
    App, Error, ErrorKind, Result, Scope, SignedInAgent,
    conversation::masked,
    idempotency::{Done, Keep},
};

/// A file to be sent.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// What its sender calls it; folders and what cannot be seen go.
    pub name: Text,
    /// Its bytes.
    pub content: Content,
    /// Which request it answers.
    pub request: Option<FileRequestId>,
}

/// A file that is part of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct SentFile {
    /// The file.
    pub file: File,
    /// Its entry's number in the conversation.
    pub sequence: i64,
    /// The name that visitors see, for an agent's file.
    pub author_name: Option<String>,
}

/// What one transaction writes.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    file: File,
    author_name: Option<String>,
    /// How many sensitive-data rules changed the name.
    triggered: usize,
}

impl Sending {
    /// The entries and rows of a file, in a transaction that holds the lock of the workspace's files and then the conversation's.
    pub(super) async fn write(&self, tx: &mut Tx, scope: &Scope, conversation: &mut Conversation, limits: &Limits) -> Result<SentFile> {
        let (workspace, file) = (scope.workspace(), &self.file);
        let of_conversation = tx.file_bytes_of_conversation(workspace, conversation.id).await?;
        let room = limits.room(of_conversation, tx.file_bytes_of_workspace(workspace).await?);
        if u64::try_from(file.size).unwrap_or(u64::MAX) > room {
            return Err(ErrorKind::TooLarge { limit: room }.into());
        }
        let posted = conversation.post(file.by, MessageKind::File, self.author_name.as_deref(), Some(file.id), scope.now)?;
        let sequence = posted.sequence;
        let message = NewMessage {
            workspace,
            conversation: conversation.id,
            session: None,
            by: file.by,
            kind: MessageKind::File,
            name: self.author_name.clone(),
            label: None,
            text: Text::default(),
            file: Some(file.id),
            client_key: None,
            at: scope.now,
        };
        tx.insert_file(workspace, file).await?;
        tx.insert_message(&message, sequence).await?;
        scope.journal(tx, posted);
        if self.triggered > 0 {
            let rules = i64::try_from(self.triggered).unwrap_or(i64::MAX);
            let noted = conversation.record(Event::TextMasked { by: file.by, rules });
            scope.journal(tx, noted);
        }
        Ok(SentFile { file: file.clone(), sequence, author_name: self.author_name.clone() })
    }
}

/// How a visitor's file comes to be accepted: by a request, or because files are welcome unasked.
async fn accept(tx: &mut Tx, scope: &Scope, conversation: &Conversation, request: Option<FileRequestId>, limits: &Limits) -> Result<()> {
    let Some(request) = request else {
        return if limits.unasked { Ok(()) } else { Err(ErrorKind::Conflict("the agent has not asked for a file").into()) };
    };
    let known = tx.file_request(scope.workspace(), request).await?.filter(|known| known.conversation == conversation.id);
    let known = known.ok_or(ErrorKind::NotFound("request for a file"))?;
    if !known.is_open(scope.now) {
        return Err(ErrorKind::Conflict("the request for a file is over").into());
    }
    close_request(tx, scope.workspace(), request, FileRequestOutcome::Received).await
}

impl App {
    /// The visitor sends a file: in answer to a request, or unasked where the deployment allows that.
    pub async fn visitor_sends_file(
        &self,
        workspace: WorkspaceId,
        id: ConversationId,
        new: NewFile,
        keep: Option<Keep<SentFile>>,
    ) -> Result<Done<SentFile>> {
        for live in self.visitors().of_conversation(id) {
            live.heard_of(self.now());
        }
        self.send(workspace, id, Author::Visitor, None, new, keep).await
    }

    /// An agent sends a file, in a conversation that is his.
    pub async fn agent_sends_file(
        &self,
        who: &SignedInAgent,
        id: ConversationId,
        new: NewFile,
        keep: Option<Keep<SentFile>>,
    ) -> Result<Done<SentFile>> {
        who.require(Permission::ExchangeFiles)?;
        let name = self.face_in(who.workspace, who.agent, id).await?;
        self.send(who.workspace, id, Author::Agent { agent: who.agent }, Some(name), NewFile { request: None, ..new }, keep).await
    }

    async fn send(
        &self,
        workspace: WorkspaceId,
        id: ConversationId,
        by: Author,
        author_name: Option<String>,
        new: NewFile,
        keep: Option<Keep<SentFile>>,
    ) -> Result<Done<SentFile>> {
        let sending = self.sending(workspace, id, by, author_name, &new)?;
        let work = Arc::new((self.clone(), self.scope(workspace)?, sending, new.request, keep));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, sending, request, keep) = &*work;
                    tx.lock_files(workspace).await?;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let origin = tx.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let limits = app.settings().files.within(&scope.directory, origin.deployment);
                    let sent = sending.write(tx, scope, &mut conversation, &limits).await?;
                    if by == Author::Visitor {
                        accept(tx, scope, &conversation, *request, &limits).await?;
                    }
                    if let Some(request) = *request {
                        let ended = Event::FileRequestEnded { request, outcome: FileRequestOutcome::Received, file: Some(sent.file.id) };
                        let ended = conversation.record(ended);
                        scope.journal(tx, ended);
                    }
                    tx.save_conversation(workspace, &conversation).await?;
                    Keep::keep(keep.as_ref(), tx, app, &sent).await?;
                    Ok(Done::Now(sent))
                }
                .boxed()
            })
            .await
    }

    /// A file as it will be stored; sensitive-data rules apply to its name, as to all that people write.
    pub(super) fn sending(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        by: Author,
        author_name: Option<String>,
        new: &NewFile,
    ) -> Result<Sending> {
        let directory = self.directory(workspace)?;
        let author = if by == Author::Visitor { AuthorKind::Visitor } else { AuthorKind::Agent };
        let (name, triggered) = masked(&directory, author, stored_name(new.name.reveal()).0.into());
        let file = File {
            id: self.id::<FileId>(),
            conversation,
            blob: Some(new.content.blob.id),
            name: Text(name),
            mime: new.content.mime.to_owned(),
            size: i64::try_from(new.content.blob.size).unwrap_or(i64::MAX),
            by,
            at: self.now(),
        };
        Ok(Sending { file, author_name, triggered })
    }
}
