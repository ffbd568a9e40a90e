//! The wire's events as the engine has them.

use std::net::IpAddr;

use domain::{
    customer_event::{EventBody, EventKind, Reason},
    time::Timestamp,
};
use engine::customer_event::{NOT_FOR_CHAT, OWN_EVENT, Told};
use segment::{
    Call, Code, Event, Problem, integrations,
    live_chat::INTEGRATION,
    settings::{DESTINATION, STARTED},
};

fn kind(call: Call) -> EventKind {
    match call {
        Call::Identify => EventKind::Identify,
        Call::Track => EventKind::Track,
        Call::Page => EventKind::Page,
        Call::Screen => EventKind::Screen,
        Call::Group => EventKind::Group,
        Call::Alias => EventKind::Alias,
    }
}

/// Names of the wire, as the engine calls what they name.
fn path(name: &'static str) -> &'static str {
    match name {
        "userId" => "user_key",
        "anonymousId" => "device_key",
        "groupId" => "group_key",
        "previousId" => "previous_key",
        "messageId" => "message_id",
        "event" => "name",
        "type" => "kind",
        "originalTimestamp" | "timestamp" => "original_at",
        "sentAt" => "sent_at",
        other => other,
    }
}

fn reason(problem: &Problem) -> Reason {
    Reason::new(problem.code.as_str(), problem.path.map(path))
}

/// Why an event that asks for a conversation does not: its sender keeps it from the destination (12.5), or we sent it (10, loop hazard).
fn kept_from_chat(event: &Event) -> Option<Reason> {
    if event.call != Some(Call::Track) || event.name.as_deref() != Some(STARTED) {
        return None;
    }
    let by_us = event.context.get("integration").and_then(|integration| integration.get("name")).and_then(serde_json::Value::as_str);
    if by_us == Some(INTEGRATION) {
        return Some(Reason::new(OWN_EVENT, Some("context.integration.name")));
    }
    (!integrations::allow(&event.integrations, DESTINATION)).then(|| Reason::new(NOT_FOR_CHAT, Some("integrations")))
}

/// An event that was read. Whose device it was is known by where it comes from, unless it says so itself (12.5).
pub(super) fn of(mut event: Event, received: Timestamp, address: Option<IpAddr>, signed: bool) -> Told {
    if let Some(address) = address
        && event.is_from_device()
        && !event.context.contains_key("ip")
    {
        event.context.insert("ip".into(), address.to_string().into());
    }
    let mut notes: Vec<Reason> = event.notes.iter().map(reason).collect();
    notes.extend(kept_from_chat(&event));
    Told {
        message_id: event.message_id,
        kind: event.call.map(kind),
        name: event.name,
        user_key: event.user_id,
        device_key: event.anonymous_id,
        group_key: event.group_id,
        at: event.at.map_or(received, super::instant),
        problem: event.problem.as_ref().map(reason),
        notes,
        body: EventBody {
            traits: event.traits,
            properties: event.properties,
            context: event.context,
            integrations: event.integrations,
            category: event.category,
            previous_key: event.previous_id,
            channel: event.channel,
            original_at: event.original_timestamp,
            sent_at: event.sent_at,
            signed,
            other: event.other,
        },
    }
}

/// A request of which nothing could be read.
pub(super) fn unread(code: Code, received: Timestamp) -> Told {
    Told {
        message_id: None,
        kind: None,
        name: None,
        user_key: None,
        device_key: None,
        group_key: None,
        at: received,
        problem: Some(Reason::new(code.as_str(), None)),
        notes: Vec::new(),
        body: EventBody::default(),
    }
}
