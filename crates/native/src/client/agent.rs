//! An agent's client.

use bytes::Bytes;
use domain::{
    ids::{ConversationId, FileId, FileRequestId, OfferId},
    secret::{Secret, Text},
};

use super::{AdminClient, Connection, Error, EventStream, Upload, Watch};
use crate::{
    Position,
    admin::HiddenDetails,
    agent::{
        AgentEvent, AgentSnapshot, ChangePassword, DeclineOffer, Entries, EntriesQuery, FileRequested, Files, Me, SetPresence, SignIn,
        SignedIn, TakeConversation, Taken, TotpCode, TotpEnrolment, TransferConversation, TransferTargets,
    },
    conversation::{AgentConversation, Transcript},
    desk::{RaiseFlag, WriteNote},
    figures::{Figures, FiguresQuery},
    view::AgentView,
    visitor::{Accepted, EndConversation, FileLink, SendCustomEvent, SendMessage, SetTyping, UploadedFile},
};

/// An agent who is signed in.
#[derive(Clone, Debug)]
pub struct AgentClient {
    connection: Connection,
}

/// All methods fail as [`Error`] says.
#[allow(clippy::missing_errors_doc, reason = "every method fails in the same ways, which Error documents")]
impl AgentClient {
    /// Signs in.
    pub async fn sign_in(connection: Connection, request: &SignIn) -> Result<(Self, SignedIn), Error> {
        let signed_in: SignedIn = connection.post("sign-in", request).await?;
        Ok((Self::resume(connection.without_key(), signed_in.token.clone()), signed_in))
    }

    /// Goes on with a token.
    pub fn resume(connection: Connection, token: Secret) -> Self {
        Self { connection: connection.with_token(token) }
    }

    /// The same, where each `POST` carries this idempotency key: for one request that is to be repeated.
    #[must_use]
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self { connection: self.connection.clone().with_key(key) }
    }

    /// The same person as an admin.
    pub fn admin(&self) -> AdminClient {
        AdminClient::new(self.connection.clone())
    }

    /// Signs out: the token is worth nothing after it.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.connection.delete("sign-in", None).await
    }

    /// Who it is.
    pub async fn me(&self) -> Result<Me, Error> {
        self.connection.get("me").await
    }

    /// Sets whether offers come.
    pub async fn set_presence(&self, presence: &SetPresence) -> Result<Me, Error> {
        self.connection.put("me/presence", None, presence).await
    }

    /// Changes the password.
    pub async fn change_password(&self, change: &ChangePassword) -> Result<(), Error> {
        self.connection.act("me/password", change).await
    }

    /// Begins to enrol a second factor.
    pub async fn enrol_totp(&self) -> Result<TotpEnrolment, Error> {
        self.connection.post_empty("me/totp").await
    }

    /// Confirms it.
    pub async fn confirm_totp(&self, code: &TotpCode) -> Result<(), Error> {
        self.connection.act("me/totp/confirm", code).await
    }

    /// Takes it away.
    pub async fn remove_totp(&self, code: &TotpCode) -> Result<(), Error> {
        self.connection.act("me/totp/remove", code).await
    }

    /// All that the agent sees now.
    pub async fn snapshot(&self) -> Result<AgentSnapshot, Error> {
        self.connection.get("snapshot").await
    }

    /// Events after a position. While this is read the agent's presence is kept.
    pub fn events(&self, after: Position) -> EventStream<AgentEvent> {
        EventStream::new(self.connection.clone(), "events", Some(after))
    }

    /// A view that keeps itself up to date. While this is read the agent's presence is kept.
    pub async fn watch(&self) -> Result<Watch<AgentView>, Error> {
        Watch::begin(self.connection.clone()).await
    }

    /// Where conversations may be sent.
    pub async fn transfer_targets(&self) -> Result<TransferTargets, Error> {
        self.connection.get("transfer-targets").await
    }

    /// Accepts an offer.
    pub async fn accept(&self, offer: OfferId) -> Result<Taken, Error> {
        self.connection.post_empty(&format!("offers/{offer}/accept")).await
    }

    /// Declines an offer.
    pub async fn decline(&self, offer: OfferId, decline: &DeclineOffer) -> Result<(), Error> {
        self.connection.act(&format!("offers/{offer}/decline"), decline).await
    }

    /// Picks a waiting conversation.
    pub async fn take(&self, conversation: ConversationId) -> Result<Taken, Error> {
        self.connection.post_empty(&format!("conversations/{conversation}/take")).await
    }

    /// Takes a conversation over from its owner. For supervisors.
    pub async fn take_over(&self, conversation: ConversationId, take: &TakeConversation) -> Result<Taken, Error> {
        self.connection.post(&format!("conversations/{conversation}/take"), take).await
    }

    /// How much was asked, answered and missed, and how long it took. For supervisors.
    pub async fn figures(&self, query: &FiguresQuery) -> Result<Figures, Error> {
        self.connection.query("figures", query).await
    }

    /// Watches a conversation of another. For supervisors.
    pub async fn monitor(&self, conversation: ConversationId) -> Result<Accepted, Error> {
        self.connection.post_empty(&format!("conversations/{conversation}/monitor")).await
    }

    /// Lets it be.
    pub async fn end_monitor(&self, conversation: ConversationId) -> Result<(), Error> {
        self.connection.delete(&format!("conversations/{conversation}/monitor"), None).await
    }

    /// Notes something among colleagues.
    pub async fn note(&self, conversation: ConversationId, text: impl Into<Text>) -> Result<Accepted, Error> {
        self.connection.post(&format!("conversations/{conversation}/notes"), &WriteNote { text: text.into() }).await
    }

    /// Asks for a supervisor's help.
    pub async fn raise_flag(&self, conversation: ConversationId, flag: &RaiseFlag) -> Result<Accepted, Error> {
        self.connection.post(&format!("conversations/{conversation}/flag"), flag).await
    }

    /// Help came, or is needed no longer.
    pub async fn lower_flag(&self, conversation: ConversationId) -> Result<(), Error> {
        self.connection.delete(&format!("conversations/{conversation}/flag"), None).await
    }

    /// A conversation.
    pub async fn conversation(&self, conversation: ConversationId) -> Result<AgentConversation, Error> {
        self.connection.get(&format!("conversations/{conversation}")).await
    }

    /// Entries before one.
    pub async fn entries(&self, conversation: ConversationId, query: &EntriesQuery) -> Result<Entries, Error> {
        self.connection.query(&format!("conversations/{conversation}/entries"), query).await
    }

    /// Sends a message. It is on disk when this returns.
    pub async fn send_message(&self, conversation: ConversationId, text: impl Into<Text>) -> Result<Accepted, Error> {
        self.connection.post(&format!("conversations/{conversation}/messages"), &SendMessage { text: text.into() }).await
    }

    /// Sends a custom event.
    pub async fn send_custom_event(&self, conversation: ConversationId, event: &SendCustomEvent) -> Result<Accepted, Error> {
        self.connection.post(&format!("conversations/{conversation}/custom-events"), event).await
    }

    /// Says that the agent types, or stopped.
    pub async fn set_typing(&self, conversation: ConversationId, typing: bool) -> Result<(), Error> {
        self.connection.act(&format!("conversations/{conversation}/typing"), &SetTyping { typing }).await
    }

    /// Asks the visitor for a file.
    pub async fn request_file(&self, conversation: ConversationId) -> Result<FileRequested, Error> {
        self.connection.post_empty(&format!("conversations/{conversation}/file-requests")).await
    }

    /// Withdraws a request for a file.
    pub async fn cancel_file_request(&self, conversation: ConversationId, request: FileRequestId) -> Result<(), Error> {
        self.connection.delete(&format!("conversations/{conversation}/file-requests/{request}"), None).await
    }

    /// The files of a conversation.
    pub async fn files(&self, conversation: ConversationId) -> Result<Files, Error> {
        self.connection.get(&format!("conversations/{conversation}/files")).await
    }

    /// Sends a file.
    pub async fn send_file(&self, conversation: ConversationId, upload: &Upload) -> Result<UploadedFile, Error> {
        self.connection.upload(&format!("conversations/{conversation}/files"), upload).await
    }

    /// The content of a file.
    pub async fn file(&self, conversation: ConversationId, file: FileId) -> Result<Bytes, Error> {
        self.connection.bytes(&format!("conversations/{conversation}/files/{file}")).await
    }

    /// A link to a file that works without a token for a while.
    pub async fn file_link(&self, conversation: ConversationId, file: FileId) -> Result<FileLink, Error> {
        self.connection.post_empty(&format!("conversations/{conversation}/files/{file}/link")).await
    }

    /// Sends a conversation on.
    pub async fn transfer(&self, conversation: ConversationId, transfer: &TransferConversation) -> Result<Accepted, Error> {
        self.connection.post(&format!("conversations/{conversation}/transfer"), transfer).await
    }

    /// Ends a conversation.
    pub async fn end(&self, conversation: ConversationId, end: &EndConversation) -> Result<Accepted, Error> {
        self.connection.post(&format!("conversations/{conversation}/end"), end).await
    }

    /// Says that after-conversation work is done.
    pub async fn finish(&self, conversation: ConversationId) -> Result<(), Error> {
        self.connection.act_empty(&format!("conversations/{conversation}/finish")).await
    }

    /// What was said, for programs.
    pub async fn transcript(&self, conversation: ConversationId) -> Result<Transcript, Error> {
        self.connection.get(&format!("conversations/{conversation}/transcript")).await
    }

    /// What was said, for people.
    pub async fn transcript_text(&self, conversation: ConversationId) -> Result<Text, Error> {
        self.connection.text(&format!("conversations/{conversation}/transcript.txt")).await.map(Text)
    }

    /// Pre-chat values that are kept from agents. Audited.
    pub async fn hidden_details(&self, conversation: ConversationId) -> Result<HiddenDetails, Error> {
        self.connection.get(&format!("conversations/{conversation}/hidden-details")).await
    }
}
