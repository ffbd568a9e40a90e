//! A visitor's client.

use bytes::Bytes;
use domain::{
    ids::{FileId, FileRequestId},
    secret::{Secret, Text},
};

use super::{Connection, Error, EventStream, Upload, Watch};
use crate::{
    Position,
    conversation::Rating,
    view::VisitorView,
    visitor::{
        Accepted, Availability, AvailabilityQuery, EndConversation, SendCustomEvent, SendMessage, SetDraft, SetIdleWarning, SetTyping,
        StartConversation, StartedConversation, UploadedFile, VisitPage, VisitorEvent, VisitorSnapshot, VisitorTranscript,
    },
};

/// A visitor in one conversation.
#[derive(Clone, Debug)]
pub struct VisitorClient {
    connection: Connection,
}

/// All methods fail as [`Error`] says.
#[allow(clippy::missing_errors_doc, reason = "every method fails in the same ways, which Error documents")]
impl VisitorClient {
    /// Whether a conversation can be asked for now.
    pub async fn availability(connection: &Connection, query: &AvailabilityQuery) -> Result<Availability, Error> {
        connection.query("visitor/availability", query).await
    }

    /// Asks for a conversation. To be able to ask again after a broken connection without a second one, give `connection` a key.
    pub async fn start(connection: Connection, request: &StartConversation) -> Result<(Self, StartedConversation), Error> {
        let started: StartedConversation = connection.post("visitor/conversations", request).await?;
        Ok((Self::resume(connection.without_key(), started.resume_token.clone()), started))
    }

    /// Goes on with a conversation.
    pub fn resume(connection: Connection, resume_token: Secret) -> Self {
        Self { connection: connection.with_token(resume_token) }
    }

    /// The same, where each `POST` carries this idempotency key: for one request that is to be repeated.
    #[must_use]
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self { connection: self.connection.clone().with_key(key) }
    }

    /// What [`VisitorClient::resume`] needs.
    pub fn resume_token(&self) -> Option<&Secret> {
        self.connection.token()
    }

    /// The conversation now.
    pub async fn snapshot(&self) -> Result<VisitorSnapshot, Error> {
        self.connection.get("visitor/conversation").await
    }

    /// Events after a position.
    pub fn events(&self, after: Position) -> EventStream<VisitorEvent> {
        EventStream::new(self.connection.clone(), "visitor/events", Some(after))
    }

    /// A view that keeps itself up to date.
    pub async fn watch(&self) -> Result<Watch<VisitorView>, Error> {
        Watch::begin(self.connection.clone()).await
    }

    /// The same from a snapshot that is at hand.
    pub fn watch_from(&self, snapshot: VisitorSnapshot) -> Watch<VisitorView> {
        Watch::from_view(self.connection.clone(), snapshot.into())
    }

    /// Sends a message. It is on disk when this returns.
    pub async fn send_message(&self, text: impl Into<Text>) -> Result<Accepted, Error> {
        self.connection.post("visitor/messages", &SendMessage { text: text.into() }).await
    }

    /// Sends a custom event.
    pub async fn send_custom_event(&self, event: &SendCustomEvent) -> Result<Accepted, Error> {
        self.connection.post("visitor/custom-events", event).await
    }

    /// Says which page the visitor is on.
    pub async fn visit_page(&self, visit: &VisitPage) -> Result<Accepted, Error> {
        self.connection.post("visitor/page", visit).await
    }

    /// Says that the visitor types, or stopped.
    pub async fn set_typing(&self, typing: bool) -> Result<(), Error> {
        self.connection.act("visitor/typing", &SetTyping { typing }).await
    }

    /// Shows the agent what is being typed.
    pub async fn set_draft(&self, text: impl Into<Text>) -> Result<(), Error> {
        self.connection.act("visitor/draft", &SetDraft { text: text.into() }).await
    }

    /// Says that the idle warning is shown, or was taken back.
    pub async fn set_idle_warning(&self, raised: bool) -> Result<(), Error> {
        self.connection.act("visitor/idle-warning", &SetIdleWarning { raised }).await
    }

    /// Sends a file.
    pub async fn send_file(&self, upload: &Upload) -> Result<UploadedFile, Error> {
        self.connection.upload("visitor/files", upload).await
    }

    /// The content of a file.
    pub async fn file(&self, file: FileId) -> Result<Bytes, Error> {
        self.connection.bytes(&format!("visitor/files/{file}")).await
    }

    /// Declines a request for a file.
    pub async fn decline_file_request(&self, request: FileRequestId) -> Result<(), Error> {
        self.connection.delete(&format!("visitor/file-requests/{request}"), None).await
    }

    /// Judges the conversation.
    pub async fn rate(&self, rating: &Rating) -> Result<Accepted, Error> {
        self.connection.post("visitor/rating", rating).await
    }

    /// What was said, for programs.
    pub async fn transcript(&self) -> Result<VisitorTranscript, Error> {
        self.connection.get("visitor/transcript").await
    }

    /// What was said, for people.
    pub async fn transcript_text(&self) -> Result<Text, Error> {
        self.connection.text("visitor/transcript.txt").await.map(Text)
    }

    /// Ends the conversation.
    pub async fn end(&self, end: &EndConversation) -> Result<Accepted, Error> {
        self.connection.post("visitor/end", end).await
    }
}
