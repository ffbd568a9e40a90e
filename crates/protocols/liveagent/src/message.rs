//! What a server tells a visitor: the elements of `messages` and the envelope around them (2.4, 3).
//!
//! Printed, a message has every field that the wire prints. Read, a missing or odd field is its default, and a message of an unknown
//! type or of a hopeless shape is [`ServerMessage::Unknown`]: a client never fails on one.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::chat::CustomEvent;
use crate::init::CustomDetail;
use crate::redacted::{Redacted, Sensitive};
use crate::tolerant;
use crate::visitor::{Availability, Breadcrumb, PrechatDetails, Settings, VisitorId};

/// Answer of Messages and of every resource whose answer is wrapped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Envelope {
    /// The messages, in order.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub messages: Vec<ServerMessage>,
    /// Number of the last event; only in an answer of Messages.
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// For ReconnectSession; opaque, below 2^53; only in an answer of Messages, and not in every one of the seed's.
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
}

impl Envelope {
    /// Answer of Messages.
    pub fn polled(messages: Vec<ServerMessage>, sequence: i64, offset: i64) -> Self {
        Self { messages, sequence: Some(sequence), offset: Some(offset) }
    }

    /// Answer of any other resource.
    pub fn wrapped(messages: impl IntoIterator<Item = ServerMessage>) -> Self {
        Self { messages: messages.into_iter().collect(), sequence: None, offset: None }
    }
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($body:ty),)*) => {
        /// One element of `messages`: `{"type": …, "message": {…}}`.
        #[derive(Debug, Clone, PartialEq)]
        pub enum ServerMessage {
            $($(#[$doc])* $name($body),)*
            /// A type that this crate does not know, or a known one whose body is not understood.
            Unknown {
                /// Its type.
                kind: String,
                /// Its body.
                message: Redacted<Value>,
            },
        }

        impl ServerMessage {
            /// The names of the known types.
            pub const KINDS: &[&str] = &[$(stringify!($name),)*];

            /// The type as the wire names it.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                    Self::Unknown { kind, .. } => kind,
                }
            }

            /// Reads a type and its body.
            pub fn from_parts(kind: &str, message: Value) -> Self {
                // A missing body is that of a type without fields.
                let message = if message.is_null() { Value::Object(serde_json::Map::new()) } else { message };
                let known = match kind {
                    $(stringify!($name) => <$body>::deserialize(&message).ok().map(Self::$name),)*
                    _ => None,
                };
                known.unwrap_or_else(|| Self::Unknown { kind: kind.to_owned(), message: Redacted(message) })
            }
        }

        impl Serialize for ServerMessage {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut element = serializer.serialize_struct("Message", 2)?;
                element.serialize_field("type", self.kind())?;
                match self {
                    $(Self::$name(body) => element.serialize_field("message", body)?,)*
                    Self::Unknown { message, .. } => element.serialize_field("message", message)?,
                }
                element.end()
            }
        }
    };
}

messages! {
    /// The request was accepted.
    ChatRequestSuccess(Box<ChatRequestSuccess>),
    /// The request failed; the session is finished.
    ChatRequestFail(ChatRequestFail),
    /// An agent answered.
    ChatEstablished(Established),
    /// An agent's words.
    ChatMessage(AgentText),
    /// An agent types.
    AgentTyping(AgentSign),
    /// An agent types no longer.
    AgentNotTyping(AgentSign),
    /// The agent's connection is lost.
    AgentDisconnect(AgentSign),
    /// Another agent has the chat; `userId` is his.
    ChatTransferred(Established),
    /// The chat goes back to a button's queue.
    TransferToButtonInitiated(Empty),
    /// The chat is over.
    ChatEnded(ChatEnded),
    /// The place in the queue changed.
    QueueUpdate(QueueUpdate),
    /// State after a reconnect.
    ChasitorSessionData(Box<ChasitorSessionData>),
    /// An event of the application's own.
    CustomEvent(CustomEvent),
    /// The visitor is on another page.
    NewVisitorBreadcrumb(Breadcrumb),
    /// Rules by which the client is to mask text.
    SensitiveDataRules(SensitiveDataRules),
    /// The agent asks for a file, or the transfer ended.
    FileTransfer(FileTransfer),
    /// Answer of ReconnectSession.
    ReconnectSession(ReconnectSession),
    /// Another host serves the organisation.
    SwitchServer(SwitchServer),
    /// Answer of Availability.
    Availability(Availability),
    /// Answer of Settings.
    Settings(Settings),
    /// Answer of PrechatDetails.
    PrechatDetails(PrechatDetails),
    /// Answer of VisitorId.
    VisitorId(VisitorId),
    /// What became of a POST; sessions of agents.
    AsyncResult(AsyncResult),
    /// The server killed the session.
    LiveAgentKitShutdown(Empty),
}

impl<'de> Deserialize<'de> for ServerMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Received {
            #[serde(rename = "type", deserialize_with = "tolerant::text")]
            kind: String,
            message: Value,
        }
        let received = Received::deserialize(deserializer)?;
        Ok(Self::from_parts(&received.kind, received.message))
    }
}

/// A body without fields, `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// Body of `ChatRequestSuccess`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChatRequestSuccess {
    /// Milliseconds that the visitor may go without a poll; the seed prints 280000.
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub connection_timeout: Option<i64>,
    /// The details of the request.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub custom_details: Vec<CustomDetail>,
    /// Where the visitor seems to be; `{}` when unknown.
    #[serde(deserialize_with = "tolerant::salvaged_object")]
    pub geo_location: GeoLocation,
    /// 0 when an agent is being offered the chat, else the place from 1 (6.4).
    #[serde(deserialize_with = "tolerant::integer")]
    pub queue_position: i64,
    /// Seconds, −1 when unknown (47, with `receiveQueueUpdates`).
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub estimated_wait_time: Option<i64>,
    /// Rules by which the client is to mask text.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub sensitive_data_rules: Vec<SensitiveDataRule>,
    /// Whether the visitor may save the transcript.
    #[serde(deserialize_with = "tolerant::flag")]
    pub transcript_save_enabled: bool,
    /// The page that the visitor is on.
    #[serde(deserialize_with = "tolerant::text")]
    pub url: Sensitive,
    /// Where he came from first.
    #[serde(deserialize_with = "tolerant::text")]
    pub oref: Sensitive,
    /// Page after the chat.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub post_chat_url: Option<String>,
    /// The visitor, a uuid.
    #[serde(deserialize_with = "tolerant::text")]
    pub visitor_id: String,
}

/// Where a visitor seems to be (4).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GeoLocation {
    /// ISO 3166 code.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub country_code: Option<Sensitive>,
    /// Country.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub country_name: Option<Sensitive>,
    /// State or region.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub region: Option<Sensitive>,
    /// City.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub city: Option<Sensitive>,
    /// Who runs the network.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub organization: Option<Sensitive>,
    /// Degrees north.
    #[serde(deserialize_with = "tolerant::optional_number", skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(deserialize_with = "tolerant::optional_number", skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// Body of `ChatRequestFail`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChatRequestFail {
    /// One of the constants, or another.
    #[serde(deserialize_with = "tolerant::text")]
    pub reason: String,
    /// Page after the chat.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub post_chat_url: Option<String>,
}

impl ChatRequestFail {
    /// Nobody can take the chat.
    pub const UNAVAILABLE: &str = "Unavailable";
    /// `isPost` was false.
    pub const NO_POST: &str = "NoPost";
    /// The server failed.
    pub const INTERNAL_FAILURE: &str = "InternalFailure";
    /// The visitor is blocked.
    pub const BLOCKED: &str = "Blocked";

    /// A failure without a page after it.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), post_chat_url: None }
    }
}

/// Body of `ChatEstablished` and `ChatTransferred`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Established {
    /// The agent's public name.
    pub name: Sensitive,
    /// The agent's id.
    pub user_id: String,
    /// Whether the agent sees drafts, so that the client should send them.
    pub sneak_peek_enabled: bool,
    /// Always printed, because clients read it unguarded.
    pub chasitor_idle_timeout: IdleTimeout,
    /// Undocumented, `[]` on the wire.
    pub items: Vec<Value>,
}

impl<'de> Deserialize<'de> for Established {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Received {
            #[serde(deserialize_with = "tolerant::text")]
            name: Sensitive,
            #[serde(deserialize_with = "tolerant::text")]
            user_id: String,
            #[serde(deserialize_with = "tolerant::flag")]
            sneak_peek_enabled: bool,
            chasitor_idle_timeout: Option<IdleTimeout>,
            // The guide's table spells it so (3).
            #[serde(rename = "chasitorIdletimeout")]
            misspelt_idle_timeout: Option<IdleTimeout>,
            #[serde(deserialize_with = "tolerant::salvaged_list")]
            items: Vec<Value>,
        }
        let received = Received::deserialize(deserializer)?;
        Ok(Self {
            name: received.name,
            user_id: received.user_id,
            sneak_peek_enabled: received.sneak_peek_enabled,
            chasitor_idle_timeout: received.chasitor_idle_timeout.or(received.misspelt_idle_timeout).unwrap_or_default(),
            items: received.items,
        })
    }
}

/// How long a visitor may be idle; the client's clock decides (6.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdleTimeout {
    /// Whether there is a limit.
    #[serde(deserialize_with = "tolerant::flag")]
    pub is_enabled: bool,
    /// Seconds to the warning.
    #[serde(deserialize_with = "tolerant::integer")]
    pub warning_time: i64,
    /// Seconds to the end.
    #[serde(deserialize_with = "tolerant::integer")]
    pub timeout: i64,
}

/// Body of the agent's `ChatMessage`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AgentText {
    /// The agent's id.
    #[serde(deserialize_with = "tolerant::text")]
    pub agent_id: String,
    /// The agent's public name.
    #[serde(deserialize_with = "tolerant::text")]
    pub name: Sensitive,
    /// What he says.
    #[serde(deserialize_with = "tolerant::text")]
    pub text: Sensitive,
    /// When the client is to show it; bots send it.
    #[serde(deserialize_with = "tolerant::salvaged_object", skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
}

/// When a message is to be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Schedule {
    /// Milliseconds after its arrival.
    #[serde(deserialize_with = "tolerant::integer")]
    pub response_delay_milliseconds: i64,
}

/// Body of `AgentTyping`, `AgentNotTyping`, `AgentDisconnect`: documented as empty, on the wire with both fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AgentSign {
    /// The agent's public name.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub name: Option<Sensitive>,
    /// The agent's id.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
}

/// Body of `ChatEnded`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChatEnded {
    /// One of the constants, or another.
    #[serde(deserialize_with = "tolerant::text")]
    pub reason: String,
    /// The records that the chat was attached to; only with post-chat. The guide says a string, the wire has an array: both are read.
    #[serde(deserialize_with = "attached_records", skip_serializing_if = "Option::is_none")]
    pub attached_records: Option<Vec<AttachedRecord>>,
}

impl ChatEnded {
    /// The agent ended it.
    pub const AGENT: &str = "agent";
    /// The visitor ended it.
    pub const CLIENT: &str = "client";
    /// Something failed.
    pub const ERROR: &str = "error";
    /// The visitor's idle clock ran out.
    pub const CLIENT_IDLE_TIMEOUT: &str = "clientIdleTimeout";
    /// Nobody could take it.
    pub const AGENTS_UNAVAILABLE: &str = "agentsUnavailable";
}

/// A record that the chat was attached to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachedRecord {
    /// Field of the transcript.
    #[serde(deserialize_with = "tolerant::text")]
    pub field_name: String,
    /// Id of the record.
    #[serde(deserialize_with = "tolerant::text")]
    pub field_value: String,
}

fn attached_records<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<AttachedRecord>>, D::Error> {
    let records = match Value::deserialize(deserializer)? {
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        other => other,
    };
    Ok(match records {
        Value::Array(records) => Some(records.into_iter().filter_map(|record| serde_json::from_value(record).ok()).collect()),
        _ => None,
    })
}

/// Body of `QueueUpdate`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueueUpdate {
    /// As `queuePosition` of [`ChatRequestSuccess`].
    #[serde(deserialize_with = "tolerant::integer")]
    pub position: i64,
    /// Seconds, −1 when unknown (47).
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub estimated_wait_time: Option<i64>,
}

/// Body of `ChasitorSessionData`, the first message after a reconnect.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChasitorSessionData {
    /// As in [`ChatRequestSuccess`].
    #[serde(deserialize_with = "tolerant::integer")]
    pub queue_position: i64,
    /// As in [`ChatRequestSuccess`].
    #[serde(deserialize_with = "tolerant::salvaged_object")]
    pub geo_location: GeoLocation,
    /// As in [`ChatRequestSuccess`].
    #[serde(deserialize_with = "tolerant::text")]
    pub url: Sensitive,
    /// As in [`ChatRequestSuccess`].
    #[serde(deserialize_with = "tolerant::text")]
    pub oref: Sensitive,
    /// As in [`ChatRequestSuccess`].
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub post_chat_url: Option<String>,
    /// As in [`Established`].
    #[serde(deserialize_with = "tolerant::flag")]
    pub sneak_peek_enabled: bool,
    /// What was said so far.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub chat_messages: Vec<TranscriptEntry>,
}

/// One line of what was said (4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptEntry {
    /// [`TranscriptEntry::AGENT`], [`TranscriptEntry::CHASITOR`] or [`TranscriptEntry::OPERATOR_TRANSFERRED`].
    #[serde(rename = "type", deserialize_with = "tolerant::text")]
    pub kind: String,
    /// Who said it.
    #[serde(deserialize_with = "tolerant::text")]
    pub name: Sensitive,
    /// What he said.
    #[serde(deserialize_with = "tolerant::text")]
    pub content: Sensitive,
    /// When, in epoch milliseconds.
    #[serde(deserialize_with = "tolerant::integer")]
    pub timestamp: i64,
    /// Its place.
    #[serde(deserialize_with = "tolerant::integer")]
    pub sequence: i64,
}

impl TranscriptEntry {
    /// An agent said it.
    pub const AGENT: &str = "Agent";
    /// The visitor said it.
    pub const CHASITOR: &str = "Chasitor";
    /// Another agent took over.
    pub const OPERATOR_TRANSFERRED: &str = "OperatorTransferred";
}

/// Body of `SensitiveDataRules`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SensitiveDataRules {
    /// The rules.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub sensitive_data_rules: Vec<SensitiveDataRule>,
}

/// A rule by which a client masks text (4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SensitiveDataRule {
    /// Its id, `0GO…`.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "tolerant::text")]
    pub name: String,
    /// A regular expression of JavaScript.
    #[serde(deserialize_with = "tolerant::text")]
    pub pattern: String,
    /// What takes the place of the text.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// [`SensitiveDataRule::REMOVE`] or [`SensitiveDataRule::REPLACE`].
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
}

impl SensitiveDataRule {
    /// The text goes.
    pub const REMOVE: &str = "Remove";
    /// The replacement takes its place.
    pub const REPLACE: &str = "Replace";
}

/// Body of `FileTransfer` (2.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileTransfer {
    /// One of the constants; clients take anything but [`FileTransfer::REQUESTED`] for the end.
    #[serde(rename = "type", deserialize_with = "tolerant::text")]
    pub kind: String,
    /// Names the request.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub file_token: Option<Sensitive>,
    /// Where the file goes; see [`crate::query::UploadQuery`].
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub upload_servlet_url: Option<String>,
    /// Sent back as `Referer` by some clients.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub cdm_servlet_url: Option<String>,
}

impl FileTransfer {
    /// The agent asks for a file.
    pub const REQUESTED: &str = "Requested";
    /// The agent asks no longer.
    pub const CANCELED: &str = "Canceled";
    /// The file arrived; the name is uncertain.
    pub const SUCCESS: &str = "Success";
    /// The file did not arrive; the name is uncertain.
    pub const FAILURE: &str = "Failure";
}

/// Body of `ReconnectSession` (2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReconnectSession {
    /// Always true; may be missing, which also means true.
    #[serde(deserialize_with = "tolerant::flag_or_true")]
    pub reset_sequence: bool,
    /// The new routing token.
    #[serde(deserialize_with = "tolerant::text")]
    pub affinity_token: String,
}

impl Default for ReconnectSession {
    fn default() -> Self {
        Self { reset_sequence: true, affinity_token: String::new() }
    }
}

/// Body of `SwitchServer` (1.5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SwitchServer {
    /// Ends with `/chat`.
    #[serde(deserialize_with = "tolerant::text")]
    pub new_url: String,
}

/// Body of `AsyncResult`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AsyncResult {
    /// Number of the POST.
    #[serde(deserialize_with = "tolerant::integer")]
    pub sequence: i64,
    /// What became of it.
    #[serde(deserialize_with = "tolerant::flag")]
    pub is_success: bool,
}
