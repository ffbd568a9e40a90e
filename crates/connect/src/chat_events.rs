//! What other people's servers are told of conversations: as calls of a tracking API, or as signed webhooks.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use domain::{
    delivery::{ChatEvent, ChatEventKind, Transport},
    secret::{Secret, Text},
    time::Timestamp,
};
use engine::{
    definition::DestinationKind,
    delivery::{Outbound, Received, Sending, Sent, Target},
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use segment::{
    live_chat::{LiveChatCall, LiveChatEvent, Properties, batch_of_one},
    signature::{X_SIGNATURE, secret_of, webhook_signature, x_signature},
};
use serde_json::{Map, Value, json};

use crate::Client;

/// Tells them, by the guarded client.
#[derive(Clone, Debug)]
pub struct ChatEvents {
    client: Arc<Client>,
}

impl ChatEvents {
    /// By this client.
    pub fn new(client: Client) -> Self {
        Self { client: Arc::new(client) }
    }

    async fn deliver(&self, sending: Sending) -> Sent {
        let Sending { target, event, at, payload } = sending;
        let url = match target.kind {
            DestinationKind::Endpoint => batch_address(&target.url),
            DestinationKind::Webhook => target.url.clone(),
        };
        let Some((headers, shown, body)) = dressed(&target, &event, at, payload) else {
            return Sent { request: json!({ "method": "POST", "url": url }), outcome: Err(Transport::Unsigned) };
        };
        let request = json!({ "method": "POST", "url": url, "headers": shown });
        let outcome = self.client.post(&url, headers, body).await.map(|answer| Received {
            status: answer.status,
            retry_after: answer.header("retry-after").map(str::to_owned),
            response: json!({
                "headers": answer.headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect::<Map<_, _>>(),
                "body": answer.body,
                "cut": answer.cut,
            }),
        });
        Sent { request, outcome }
    }
}

/// Where a tracking API takes batches: people give its host, its `/v1`, or the whole address.
fn batch_address(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else { return url.to_owned() };
    let whole = match parsed.path() {
        "" | "/" => "/v1/batch".to_owned(),
        path if path.trim_end_matches('/').ends_with("/v1") => format!("{}/batch", path.trim_end_matches('/')),
        _ => return url.to_owned(),
    };
    parsed.set_path(&whole);
    parsed.into()
}

/// RFC 3339 in UTC with milliseconds, as clients of such APIs write instants.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| at.to_string(), |at| format!("{at:.3}"))
}

/// Headers, the same for people to read, and the body. None if a secret cannot stand in a header, or the payload is no JSON.
fn dressed(target: &Target, event: &str, at: Timestamp, payload: Text) -> Option<(HeaderMap, Map<String, Value>, Bytes)> {
    let newest = target.secrets.first()?;
    let mut headers = HeaderMap::new();
    let mut shown = Map::new();
    let mut put = |name: HeaderName, value: String, is_secret: bool| -> Option<()> {
        let mut header = HeaderValue::from_str(&value).ok()?;
        header.set_sensitive(is_secret);
        shown.insert(name.as_str().to_owned(), if is_secret { "…".into() } else { value.into() });
        headers.insert(name, header);
        Some(())
    };
    put(header::CONTENT_TYPE, "application/json".to_owned(), false)?;
    let body = match target.kind {
        DestinationKind::Endpoint => {
            put(header::AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(format!("{}:", newest.reveal()))), true)?;
            batch_of_one(payload.reveal(), &instant(at), newest.reveal()).ok()?
        }
        DestinationKind::Webhook => {
            let body = payload.0;
            let seconds = at.0.div_euclid(1_000_000);
            let secrets = target.secrets.iter().map(Secret::reveal);
            put(HeaderName::from_static(X_SIGNATURE), x_signature(newest.reveal(), body.as_bytes()), false)?;
            put(HeaderName::from_static("webhook-id"), event.to_owned(), false)?;
            put(HeaderName::from_static("webhook-timestamp"), seconds.to_string(), false)?;
            let signature = webhook_signature(secrets, event, seconds, body.as_bytes());
            put(HeaderName::from_static("webhook-signature"), signature, false)?;
            body
        }
    };
    Some((headers, shown, body.into()))
}

impl Outbound for ChatEvents {
    fn payload(&self, event: &ChatEvent) -> Text {
        let (conversation, visitor, timestamp) = (event.conversation.to_string(), event.visitor.to_string(), instant(event.at));
        let message = event.message.map(|number| format!("{conversation}-{number}"));
        let agent = event.agent.as_ref().map(|(id, ..)| id.to_string());
        let named = |text: &'_ str| !text.is_empty();
        let call = LiveChatCall {
            event: match event.kind {
                ChatEventKind::Started => LiveChatEvent::ConversationStarted,
                ChatEventKind::Ended => LiveChatEvent::ConversationEnded,
                ChatEventKind::MessageSent => LiveChatEvent::MessageSent,
                ChatEventKind::MessageReceived => LiveChatEvent::MessageReceived,
            },
            message_id: &event.id,
            anonymous_id: &visitor,
            timestamp: &timestamp,
            properties: Properties {
                agent_id: agent.as_deref(),
                agent_name: event.agent.as_ref().map(|(_, name, _)| name.as_str()).filter(|name| named(name)),
                agent_username: event.agent.as_ref().map(|(.., login)| login.as_str()).filter(|login| named(login)),
                conversation_id: &conversation,
                conversation_duration: event.duration.as_secs(),
                message_id: message.as_deref(),
                message_body: event.body.as_ref().map(Text::reveal),
            },
        };
        call.json().into()
    }

    fn repaired(&self, event: &str, text: &str) -> Result<Text, String> {
        let mut call: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| format!("it is not a JSON object: line {}, column {}", error.line(), error.column()))?;
        if call.get("type").and_then(Value::as_str).is_none() {
            return Err("it has no `type`, such as \"track\"".to_owned());
        }
        call.insert("messageId".to_owned(), event.into());
        Ok(Value::Object(call).to_string().into())
    }

    fn secret(&self, bytes: &[u8; 32]) -> Secret {
        Secret(secret_of(bytes))
    }

    fn longest(&self) -> Duration {
        self.client.settings().timeout
    }

    fn send(&self, sending: Sending) -> BoxFuture<'_, Sent> {
        Box::pin(self.deliver(sending))
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{AgentId, ConversationId, VisitorId};
    use segment::signature::{is_webhook_signature, is_x_signature};

    use super::*;
    use crate::{Settings, SystemResolver};

    const AT: Timestamp = Timestamp(1_767_323_045_678_000);

    fn events() -> ChatEvents {
        ChatEvents::new(Client::new(Settings::default(), Arc::new(SystemResolver)))
    }

    fn event(kind: ChatEventKind, body: Option<&str>) -> ChatEvent {
        let conversation = ConversationId(uuid::Uuid::from_u128(1));
        ChatEvent {
            kind,
            id: ChatEvent::id_of(kind, conversation, 7, AT),
            conversation,
            visitor: VisitorId(uuid::Uuid::from_u128(2)),
            at: AT,
            duration: Duration::from_millis(12_900),
            agent: Some((AgentId(uuid::Uuid::from_u128(3)), "Ann".to_owned(), String::new())),
            message: (kind != ChatEventKind::Ended).then_some(7),
            body: body.map(Text::from),
        }
    }

    #[test]
    fn an_event_is_a_track_call() {
        let payload = events().payload(&event(ChatEventKind::MessageReceived, Some("Grüße")));
        let read: Value = serde_json::from_str(payload.reveal()).unwrap();
        assert_eq!(
            read,
            json!({
                "type": "track", "event": "Live Chat Message Received", "timestamp": "2026-01-02T03:04:05.678Z",
                "messageId": format!("00000000000000000000000000000001-7-{:x}-message_received", AT.0),
                "anonymousId": "00000000-0000-0000-0000-000000000002",
                "properties": {
                    "agent_id": "00000000-0000-0000-0000-000000000003", "agent_name": "Ann",
                    "conversation_id": "00000000-0000-0000-0000-000000000001", "conversation_duration": 12,
                    "message_id": "00000000-0000-0000-0000-000000000001-7", "message_body": "Grüße"
                },
                "context": { "integration": { "name": "Switchboard", "version": env!("CARGO_PKG_VERSION") } },
                "integrations": { "Salesforce Live Agent": false }
            })
        );
        let ended: Value = serde_json::from_str(events().payload(&event(ChatEventKind::Ended, None)).reveal()).unwrap();
        assert_eq!(ended["properties"].get("message_id"), None);
        assert_eq!(ended["properties"].get("message_body"), None);
    }

    #[test]
    fn a_webhook_is_signed_by_both_secrets_and_an_endpoint_gets_its_key() {
        let secrets = vec![Secret("whsec_bmV3IHNlY3JldCBvZiBhIHdlYmhvb2s=".into()), Secret("the old one".into())];
        let target = |kind| Target { kind, url: "https://hooks.example/".into(), secrets: secrets.clone() };
        let payload = events().payload(&event(ChatEventKind::Started, None));
        let (headers, shown, body) = dressed(&target(DestinationKind::Webhook), "e-1", AT, payload.clone()).unwrap();
        assert_eq!(body, payload.reveal().as_bytes());
        let text = |name: &str| headers[name].to_str().unwrap();
        assert!(is_x_signature(text("x-signature"), [secrets[0].reveal()], &body));
        let seconds = AT.0 / 1_000_000;
        for secret in &secrets {
            assert!(is_webhook_signature(text("webhook-signature"), [secret.reveal()], "e-1", seconds, &body, seconds));
        }
        assert_eq!((text("webhook-id"), text("webhook-timestamp")), ("e-1", "1767323045"));
        assert_eq!(shown["webhook-id"], "e-1");

        let target = Target { secrets: vec![Secret("write-key".into())], ..target(DestinationKind::Endpoint) };
        let (headers, shown, body) = dressed(&target, "e-1", AT, payload.clone()).unwrap();
        assert_eq!(headers["authorization"], "Basic d3JpdGUta2V5Og==");
        assert_eq!(shown["authorization"], "…", "nobody is shown the key");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["batch"][0], serde_json::from_str::<Value>(payload.reveal()).unwrap());
        assert_eq!((body["sentAt"].as_str(), body["writeKey"].as_str()), (Some("2026-01-02T03:04:05.678Z"), Some("write-key")));
    }

    #[test]
    fn batches_go_where_the_api_takes_them() {
        for (given, batches) in [
            ("https://api.example.com", "https://api.example.com/v1/batch"),
            ("https://api.example.com/", "https://api.example.com/v1/batch"),
            ("https://api.example.com/v1", "https://api.example.com/v1/batch"),
            ("https://api.example.com/in/v1/", "https://api.example.com/in/v1/batch"),
            ("https://api.example.com/v1/batch?x=1", "https://api.example.com/v1/batch?x=1"),
            ("https://api.example.com/collect", "https://api.example.com/collect"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(batch_address(given), batches);
        }
    }

    #[test]
    fn what_is_repaired_is_still_that_event() {
        let repaired = events().repaired("e-1", r#" {"type": "track", "messageId": "another", "n": 1} "#).unwrap();
        assert_eq!(repaired.reveal(), r#"{"messageId":"e-1","n":1,"type":"track"}"#);
        for not in ["", "[]", "{", "{}", "{\"type\":1}"] {
            assert!(events().repaired("e-1", not).is_err(), "{not}");
        }
    }
}
