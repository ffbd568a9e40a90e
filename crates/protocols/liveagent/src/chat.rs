//! Bodies of the POSTs during a conversation (2.3).

use serde::{Deserialize, Serialize};

use crate::error::{BodyError, decode, decode_or_default};
use crate::redacted::Sensitive;
use crate::tolerant;

/// `Chasitor/ChatMessage`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// What the visitor says; may be empty.
    #[serde(deserialize_with = "tolerant::required_text")]
    pub text: Sensitive,
}

/// `Chasitor/ChasitorSneakPeek`: the visitor's draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SneakPeek {
    /// Running number of the update; some clients always send 0, so nothing may be ordered by it alone.
    #[serde(default, deserialize_with = "tolerant::integer")]
    pub position: i64,
    /// The whole draft.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub text: Sensitive,
}

/// `Chasitor/CustomEvent`, and the message of that name to the visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomEvent {
    /// Its type, by which listeners choose.
    #[serde(rename = "type", deserialize_with = "tolerant::required_text")]
    pub kind: String,
    /// Its content.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub data: Sensitive,
}

/// `Chasitor/ChatEnd`, in any of its four bodies: `{reason}`, `{type, reason}`, `{ChatEndReason: {reason}}`, nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChatEnd {
    /// `client`, `clientIdleTimeout` or free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sensitive>,
}

impl ChatEnd {
    /// The documented reason.
    pub const CLIENT: &str = "client";
    /// The client's idle clock ran out.
    pub const IDLE: &str = "clientIdleTimeout";

    /// Ends with this reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into().into()) }
    }

    /// Whether the client's idle clock ended the chat, and not the visitor.
    pub fn is_idle_timeout(&self) -> bool {
        self.reason.as_ref().is_some_and(|reason| reason == Self::IDLE)
    }

    /// Decodes the body, which may be empty.
    ///
    /// # Errors
    /// [`BodyError`] for malformed JSON or a reason that is no text.
    pub fn decode(body: &[u8]) -> Result<Self, BodyError> {
        decode_or_default(body)
    }
}

impl<'de> Deserialize<'de> for ChatEnd {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Received {
            #[serde(default, deserialize_with = "tolerant::optional_text")]
            reason: Option<Sensitive>,
            #[serde(default, rename = "ChatEndReason")]
            nested: Option<Nested>,
        }

        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Nested {
            Object {
                #[serde(default, deserialize_with = "tolerant::optional_text")]
                reason: Option<Sensitive>,
            },
            Text(Sensitive),
        }

        let received = Received::deserialize(deserializer)?;
        let nested = received.nested.and_then(|nested| match nested {
            Nested::Object { reason } => reason,
            Nested::Text(reason) => Some(reason).filter(|reason| !reason.is_empty()),
        });
        Ok(Self { reason: received.reason.or(nested) })
    }
}

/// `Chasitor/ChasitorIdleTimeoutWarningEvent` (since 35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleWarning {
    /// What happened.
    #[serde(rename = "idleTimeoutWarningEvent")]
    pub event: IdleWarningEvent,
}

/// Whether the visitor was warned or came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IdleWarningEvent {
    /// The warning is shown.
    Triggered,
    /// The visitor came back.
    Cleared,
}

impl<'de> Deserialize<'de> for IdleWarningEvent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match tolerant::required_text::<D, String>(deserializer)?.as_str() {
            "triggered" => Ok(Self::Triggered),
            "cleared" => Ok(Self::Cleared),
            // Serde's own message would repeat the value.
            _ => Err(serde::de::Error::custom("expected \"triggered\" or \"cleared\"")),
        }
    }
}

/// `Chasitor/SensitiveDataRuleTriggered` and `Agent/SensitiveDataRuleTriggered`: text was masked on the sender's side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensitiveDataRuleTriggered {
    /// The rules that matched.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub rules: Vec<TriggeredRule>,
    /// The chat; the agent's variant only.
    #[serde(default, rename = "chatId", deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
}

/// One rule that matched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggeredRule {
    /// Its id `0GO…`; the visitor's variant only.
    #[serde(default, deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub name: String,
}

/// `Chasitor/ChasitorResyncState` (2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResyncState {
    /// Organisation, 15 or 18 characters.
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    pub organization_id: Option<String>,
}

/// `Chasitor/RichMessage`: the answer to a rich message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RichMessageAnswer {
    /// What was chosen.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub actions: Vec<RichMessageAction>,
}

/// One choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RichMessageAction {
    /// Index into the message's `items`, from 0.
    #[serde(default, deserialize_with = "tolerant::integer")]
    pub index: i64,
    /// `ChatWindowMenu`, `ChatWindowButton` or `ChatFooterMenu`.
    #[serde(rename = "type", default, deserialize_with = "tolerant::text")]
    pub kind: String,
    /// The text of the choice.
    #[serde(default, deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub value: Option<Sensitive>,
}

impl ChatMessage {
    /// A message of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into().into() }
    }

    /// Decodes the body.
    ///
    /// # Errors
    /// [`BodyError`] for malformed JSON or a missing `text`.
    pub fn decode(body: &[u8]) -> Result<Self, BodyError> {
        decode(body)
    }
}
