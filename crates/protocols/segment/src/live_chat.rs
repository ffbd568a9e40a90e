//! Segment's Live Chat events (11), as a source of them sends them.
//!
//! Four track calls. Each carries who made it in `context.integration`, and `integrations` that keep it from the destination that would take
//! `Live Chat Conversation Started` for a customer's wish to begin a chat (10, loop hazard). [`is_ours`] is for whoever receives such calls.

use serde::Serialize;
use serde_json::Value;

/// `context.integration.name` of what we send.
pub const INTEGRATION: &str = "Switchboard";
/// The destination that must not see these events.
pub const GUARDED_DESTINATION: &str = "Salesforce Live Agent";

/// Which event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiveChatEvent {
    /// The customer wrote for the first time.
    ConversationStarted,
    /// The conversation is over.
    ConversationEnded,
    /// The customer wrote.
    MessageSent,
    /// The customer got a message.
    MessageReceived,
}

impl LiveChatEvent {
    /// The event's name, exactly as the specification has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConversationStarted => "Live Chat Conversation Started",
            Self::ConversationEnded => "Live Chat Conversation Ended",
            Self::MessageSent => "Live Chat Message Sent",
            Self::MessageReceived => "Live Chat Message Received",
        }
    }
}

/// The properties of all four (11). What is not known is left out.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Properties<'a> {
    /// Who answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<&'a str>,
    /// How customers see that one called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<&'a str>,
    /// How that one signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_username: Option<&'a str>,
    /// Which conversation.
    pub conversation_id: &'a str,
    /// Seconds since it was asked for.
    pub conversation_duration: u64,
    /// Which message, for a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<&'a str>,
    /// What was written: people's words, which are told only where somebody allowed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_body: Option<&'a str>,
}

/// A track call of one of the four.
#[derive(Clone, PartialEq)]
pub struct LiveChatCall<'a> {
    /// Which event.
    pub event: LiveChatEvent,
    /// The same for the same event, at most 100 characters (12.4).
    pub message_id: &'a str,
    /// Whose chat it is, as the receiver may know him from other calls.
    pub anonymous_id: &'a str,
    /// RFC 3339.
    pub timestamp: &'a str,
    /// What is said of it.
    pub properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    r#type: &'static str,
    message_id: &'a str,
    anonymous_id: &'a str,
    event: &'static str,
    timestamp: &'a str,
    properties: &'a Properties<'a>,
    context: Context,
    integrations: Integrations,
}

#[derive(Serialize)]
struct Context {
    integration: Integration,
}

#[derive(Serialize)]
struct Integration {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Integrations {
    #[serde(rename = "Salesforce Live Agent")]
    guarded: bool,
}

impl LiveChatCall<'_> {
    /// As JSON, compact: bytes that a receiver who parses and prints them again gets back (14).
    pub fn json(&self) -> String {
        let wire = Wire {
            r#type: "track",
            message_id: self.message_id,
            anonymous_id: self.anonymous_id,
            event: self.event.name(),
            timestamp: self.timestamp,
            properties: &self.properties,
            context: Context { integration: Integration { name: INTEGRATION, version: env!("CARGO_PKG_VERSION") } },
            integrations: Integrations { guarded: false },
        };
        serde_json::to_string(&wire).expect("texts and numbers are JSON")
    }
}

/// The body of a call of `/v1/batch` with one event in it, which must be a JSON object: `sentAt` and the write key stand beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    batch: [&'a serde_json::value::RawValue; 1],
    sent_at: &'a str,
    write_key: &'a str,
}

/// The body of a call of `/v1/batch` with one event in it.
///
/// # Errors
/// The event is no JSON.
pub fn batch_of_one(event: &str, sent_at: &str, write_key: &str) -> Result<String, serde_json::Error> {
    let event: &serde_json::value::RawValue = serde_json::from_str(event)?;
    serde_json::to_string(&Batch { batch: [event], sent_at, write_key })
}

/// Whether an event is one of those that [`LiveChatCall`] makes, so that whoever receives it does not begin a chat because of it.
pub fn is_ours(event: &Value) -> bool {
    event.pointer("/context/integration/name").and_then(Value::as_str) == Some(INTEGRATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(event: LiveChatEvent, properties: Properties<'a>) -> LiveChatCall<'a> {
        LiveChatCall { event, message_id: "m-1", anonymous_id: "v-1", timestamp: "2026-01-02T03:04:05.678000Z", properties }
    }

    #[test]
    fn a_message_is_a_track_call_with_the_guard() {
        let properties = Properties {
            agent_id: Some("a-1"),
            agent_name: Some("Ann"),
            agent_username: Some("ann@example.com"),
            conversation_id: "c-1",
            conversation_duration: 12,
            message_id: Some("c-1-7"),
            message_body: Some("Grüße \"you\"\n"),
        };
        let json = call(LiveChatEvent::MessageReceived, properties).json();
        let expected = concat!(
            r#"{"type":"track","messageId":"m-1","anonymousId":"v-1","event":"Live Chat Message Received","#,
            r#""timestamp":"2026-01-02T03:04:05.678000Z","properties":{"agent_id":"a-1","agent_name":"Ann","#,
            r#""agent_username":"ann@example.com","conversation_id":"c-1","conversation_duration":12,"message_id":"c-1-7","#,
            r#""message_body":"Grüße \"you\"\n"},"context":{"integration":{"name":"Switchboard","version":"VERSION"}},"#,
            r#""integrations":{"Salesforce Live Agent":false}}"#
        );
        assert_eq!(json, expected.replace("VERSION", env!("CARGO_PKG_VERSION")));
        let read: Value = serde_json::from_str(&json).unwrap();
        assert!(is_ours(&read));
        assert_eq!(read["integrations"][GUARDED_DESTINATION], false);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let properties = Properties { conversation_id: "c-1", ..Properties::default() };
        let read: Value = serde_json::from_str(&call(LiveChatEvent::ConversationStarted, properties).json()).unwrap();
        assert_eq!(read["event"], "Live Chat Conversation Started");
        assert_eq!(read["properties"], serde_json::json!({ "conversation_id": "c-1", "conversation_duration": 0 }));
    }

    #[test]
    fn other_peoples_events_are_not_ours() {
        for other in [
            serde_json::json!(null),
            serde_json::json!({ "event": "Live Chat Conversation Started" }),
            serde_json::json!({ "context": { "integration": "Switchboard" } }),
            serde_json::json!({ "context": { "integration": { "name": "Olark" } } }),
        ] {
            assert!(!is_ours(&other), "{other}");
        }
    }

    #[test]
    fn a_batch_holds_the_event_as_it_is() {
        let body = batch_of_one(r#"{"z":1,"a":1.50}"#, "2026-01-02T03:04:05Z", "key\"").unwrap();
        assert_eq!(body, r#"{"batch":[{"z":1,"a":1.50}],"sentAt":"2026-01-02T03:04:05Z","writeKey":"key\""}"#);
        assert!(batch_of_one("{", "", "").is_err());
    }
}
