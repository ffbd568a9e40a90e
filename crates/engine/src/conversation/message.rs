//! Somebody writes.

use std::{borrow::Cow, sync::Arc};

use domain::{
    ids::{AgentId, ConversationId, FileId, WorkspaceId},
    journal::{Author, Event, MessageKind},
    permission::Permission,
    rules::{self, AuthorKind},
    secret::Text,
    text_limits,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{NewMessage, Written};

use crate::{
    App, Directory, Ephemeral, Error, ErrorKind, Result,
    visitor::{Live, Typing},
};

/// A text as it is stored, and how many rules changed it.
pub(crate) fn masked(directory: &Directory, author: AuthorKind, storable: Cow<'_, str>) -> (String, usize) {
    if directory.compiled_rules.is_empty_for(author) {
        return (storable.into_owned(), 0);
    }
    let masked = rules::apply(&directory.compiled_rules, author, &storable);
    let triggered = masked.triggered.len();
    (masked.text.into_owned(), triggered)
}

/// Something to be written.
#[derive(Clone, Debug)]
pub struct PostMessage {
    /// What.
    pub kind: MessageKind,
    /// A custom event's type.
    pub label: Option<String>,
    /// The words.
    pub text: Text,
    /// The file, stored already.
    pub file: Option<FileId>,
    /// The same key again is the same message.
    pub key: Option<String>,
    /// The request's number, if the client numbers them.
    pub post_number: Option<i64>,
}

impl PostMessage {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { kind: MessageKind::Text, label: None, text: Text(text.into()), file: None, key: None, post_number: None }
    }
}

/// It is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its number in the conversation; none if only the request's number told that it was there already.
    pub sequence: Option<i64>,
    /// It was there already.
    pub repeated: bool,
    /// When it was taken in; of a repeated one, when it was repeated.
    pub at: Timestamp,
}

impl App {
    /// The visitor writes.
    pub async fn visitor_posts(&self, live: &Live, post: PostMessage) -> Result<Posted> {
        live.heard_of(self.now());
        live.carries_number(post.post_number.is_some());
        let session = Some((live.session, post.post_number));
        self.write_message(live.workspace, live.conversation, Author::Visitor, AuthorKind::Visitor, session, None, post).await
    }

    /// The visitor writes, as a part of a request whose number counts for the whole: [`App::count_visitor_request`] comes last.
    pub async fn visitor_posts_part(&self, live: &Live, post: PostMessage) -> Result<Posted> {
        live.heard_of(self.now());
        self.write_message(live.workspace, live.conversation, Author::Visitor, AuthorKind::Visitor, None, None, post).await
    }

    /// An agent writes, in a conversation that is his.
    pub async fn agent_posts(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        conversation: ConversationId,
        post: PostMessage,
    ) -> Result<Posted> {
        self.require(workspace, agent, Permission::AnswerConversations)?;
        let name = self.face_in(workspace, agent, conversation).await?;
        self.write_message(workspace, conversation, Author::Agent { agent }, AuthorKind::Agent, None, Some(name), post).await
    }

    /// The name under which visitors know an agent in a conversation.
    pub(crate) async fn face_in(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<String> {
        let directory = self.directory(workspace)?;
        let profile = directory.agents.get(&agent).ok_or(ErrorKind::NotFound("agent"))?;
        // Only a button's own name for its agents depends on the conversation; without one there is nothing to read.
        if !directory.buttons.values().any(|button| button.agent_name.as_deref().is_some_and(|name| !name.is_empty())) {
            return Ok(profile.face(None).to_owned());
        }
        let mut snapshot = self.store().snapshot().await?;
        let origin = snapshot.origin(workspace, conversation).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        let button = origin.button.and_then(|id| directory.buttons.get(&id));
        Ok(profile.face(button.and_then(|button| button.agent_name.as_deref())).to_owned())
    }

    #[expect(clippy::too_many_arguments, reason = "one private place puts the parts of a message together")]
    async fn write_message(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        by: Author,
        author: AuthorKind,
        session: Option<(domain::ids::SessionId, Option<i64>)>,
        name: Option<String>,
        post: PostMessage,
    ) -> Result<Posted> {
        let directory = self.directory(workspace)?;
        let limit = self.settings().max_message_bytes;
        if post.text.reveal().len() > limit {
            return Err(ErrorKind::TooLarge { limit: limit as u64 }.into());
        }
        let label =
            post.label.as_deref().map(|label| text_limits::shortened_line(label, text_limits::LABEL_CHARACTERS).unwrap_or_default());
        let storable = text_limits::storable(post.text.reveal());
        // Applied before anything is stored, and outside the writer: a slow pattern holds up nobody else.
        let (text, triggered) = masked(&directory, author, storable);
        let at = self.now();
        let message = NewMessage {
            workspace,
            conversation,
            session,
            by,
            kind: post.kind,
            name,
            label,
            text: Text(text),
            file: post.file,
            client_key: post.key,
            at,
        };
        let written = self.store().post(message).await??;
        if triggered > 0 && matches!(written, Written::New(_)) {
            self.note(workspace, conversation, Event::TextMasked { by, rules: i64::try_from(triggered).unwrap_or(i64::MAX) }).await?;
        }
        Ok(match written {
            Written::New(sequence) => Posted { sequence: Some(sequence), repeated: false, at },
            Written::Again(sequence) => Posted { sequence, repeated: true, at },
        })
    }

    /// The visitor writes with a key ([`PostMessage::key`]): the same key with the same message again is that message.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] when the key came with another message.
    pub async fn visitor_posts_once(&self, live: &Live, post: PostMessage) -> Result<Posted> {
        let (kind, label, text) = (post.kind, post.label.clone(), post.text.clone());
        let posted = self.visitor_posts(live, post).await?;
        let (true, Some(sequence)) = (posted.repeated, posted.sequence) else { return Ok(posted) };
        let mut snapshot = self.store().snapshot().await?;
        let first = snapshot.message(live.workspace, live.conversation, sequence).await?.ok_or(ErrorKind::NotFound("message"))?;
        let directory = self.directory(live.workspace)?;
        let (text, _) = masked(&directory, AuthorKind::Visitor, text_limits::storable(text.reveal()));
        let label = label.as_deref().map(|label| text_limits::shortened_line(label, text_limits::LABEL_CHARACTERS).unwrap_or_default());
        // What was erased since cannot be compared.
        let erased = first.text.reveal().is_empty();
        if first.kind != kind || (!erased && (first.text.reveal() != text || first.label != label)) {
            return Err(ErrorKind::KeyReused.into());
        }
        Ok(Posted { at: first.at, ..posted })
    }

    /// Records something that changes no phase.
    pub(crate) async fn note(&self, workspace: WorkspaceId, id: ConversationId, event: Event) -> Result<i64> {
        let scope = self.scope(workspace)?;
        let work = Arc::new((scope, event));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, event) = &*work;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let recorded = conversation.record(event.clone());
                    let sequence = recorded.sequence;
                    scope.journal(tx, recorded);
                    tx.save_conversation(workspace, &conversation).await?;
                    Ok(sequence)
                }
                .boxed()
            })
            .await
    }

    /// The visitor types, or stopped.
    pub fn visitor_types(&self, live: &Live, typing: bool) {
        live.heard_of(self.now());
        self.fanout().pass(live.conversation, &Ephemeral::VisitorTyping { conversation: live.conversation, typing });
    }

    /// What the visitor has typed so far; masked like a message. Never stored. Passed on only where the entry point lets agents see it.
    pub fn visitor_drafts(&self, live: &Live, text: &str) -> Result<()> {
        live.heard_of(self.now());
        let directory = self.directory(live.workspace)?;
        let storable = text_limits::storable(text);
        let most = storable.floor_char_boundary(text_limits::DRAFT_BYTES);
        let masked = rules::apply(&directory.compiled_rules, AuthorKind::Visitor, &storable[..most]);
        let draft = Ephemeral::Draft { conversation: live.conversation, text: Text(masked.text.into_owned()) };
        self.fanout().pass(live.conversation, &draft);
        Ok(())
    }

    /// An agent types, or stopped: the visitor's connections on this server are told.
    pub async fn agent_types(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId, typing: bool) -> Result<()> {
        self.require(workspace, agent, Permission::AnswerConversations)?;
        let lives = self.visitors().of_conversation(conversation);
        if lives.iter().all(|live| live.workspace != workspace) {
            return Ok(());
        }
        let name = self.face_in(workspace, agent, conversation).await?;
        for live in lives.iter().filter(|live| live.workspace == workspace) {
            live.agent_types(Typing { agent, name: name.clone(), typing });
        }
        Ok(())
    }
}
