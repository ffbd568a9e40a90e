//! Bodies as SDKs post them (12.3): the content type says nothing, so the body itself is looked at; it may be gzip; a batch may say for all
//! its events what they do not say themselves.
//!
//! What is wrong with an event of a batch is that event's own [`Event::problem`]: its neighbours are read all the same.

use std::{borrow::Cow, io::Read as _};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{
    answer::Code,
    call::{Call, Endpoint},
    event::Event,
    limits, time, write_key,
};

/// The bytes that begin every gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What some programs write before UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What the events of one request have in common.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) context: Map<String, Value>,
    pub(crate) integrations: Map<String, Value>,
    /// Bytes of both, which every event has more.
    pub(crate) bytes: usize,
    pub(crate) sent: Option<Timestamp>,
    pub(crate) anonymous_id: Option<String>,
    /// Segment has put the instants right already, and delivers some time later.
    pub(crate) relayed: bool,
}

/// What was posted.
#[derive(Debug)]
pub struct Posted {
    /// The key that the body names.
    pub write_key: Option<String>,
    /// The events in their order, those with a problem too.
    pub events: Vec<Event>,
}

/// The body as text: unpacked if it is gzip, at most `most` bytes then. Bytes that are no UTF-8 become U+FFFD, so that they cost their event only.
///
/// # Errors
/// [`Code::TooLarge`] and [`Code::BadCompression`].
pub fn text(bytes: &[u8], most: usize) -> Result<Cow<'_, str>, Code> {
    if !bytes.starts_with(&GZIP) {
        return if bytes.len() > most { Err(Code::TooLarge) } else { Ok(String::from_utf8_lossy(bytes)) };
    }
    let mut unpacked = Vec::with_capacity(bytes.len().saturating_mul(4).min(most));
    // One byte more than allowed tells that there is more, however much that were.
    let mut limited = MultiGzDecoder::new(bytes).take(most as u64 + 1);
    limited.read_to_end(&mut unpacked).map_err(|_| Code::BadCompression)?;
    if unpacked.len() > most {
        return Err(Code::TooLarge);
    }
    Ok(Cow::Owned(String::from_utf8(unpacked).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())))
}

/// How many bytes a body of this endpoint may have, unpacked.
#[must_use]
pub fn most_bytes(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::One(_) => limits::EVENT_BYTES,
        Endpoint::Batch | Endpoint::Metrics => limits::BATCH_BYTES,
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    batch: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "writeKey")]
    write_key: Option<&'a RawValue>,
    #[serde(borrow, rename = "sentAt")]
    sent_at: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    #[serde(borrow)]
    integrations: Option<&'a RawValue>,
}

/// Reads one event, whose call is known from the path.
///
/// # Errors
/// What makes the whole unreadable; what is wrong with an event that can be read is in the event.
pub fn one(call: Call, text: &str, received: Timestamp, anonymous_id: Option<String>) -> Result<Posted, Code> {
    let text = object(text)?;
    let shared = Shared { anonymous_id, ..Shared::default() };
    let mut event = Event::read(text, Some(call), &shared, received);
    match event.problem.as_ref().map(|problem| problem.code) {
        Some(code @ (Code::InvalidJson | Code::TooLarge)) => Err(code),
        _ => Ok(Posted { write_key: event.write_key.take(), events: vec![event] }),
    }
}

/// Reads a batch.
///
/// # Errors
/// What makes the whole unreadable, or too much.
pub fn batch(text: &str, received: Timestamp, anonymous_id: Option<String>) -> Result<Posted, Code> {
    let text = object(text)?;
    let envelope: Envelope<'_> =
        serde_json::from_str(text).map_err(|error| if error.is_data() { Code::NoBatch } else { Code::InvalidJson })?;
    let items = envelope.batch.ok_or(Code::NoBatch)?;
    if items.len() > limits::BATCH_EVENTS {
        return Err(Code::TooManyEvents);
    }
    let raw = |value: Option<&RawValue>| value.map_or(0, |value| value.get().len());
    let bytes = raw(envelope.context) + raw(envelope.integrations);
    if bytes > limits::SHARED_BYTES {
        return Err(Code::TooLarge);
    }
    // What a batch says for all in a shape that cannot be is as if it said nothing.
    let shared_object = |value: Option<&RawValue>| {
        value.filter(|raw| depth(raw.get()) < limits::DEPTH).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    };
    let said = |value: Option<&RawValue>| value.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    let shared = Shared {
        context: shared_object(envelope.context),
        integrations: shared_object(envelope.integrations),
        bytes,
        sent: said(envelope.sent_at).as_deref().and_then(time::read),
        anonymous_id,
        relayed: false,
    };
    let mut events: Vec<Event> = items.iter().map(|item| Event::read(item.get(), None, &shared, received)).collect();
    // Some write the key into each event only.
    let of_events = events.iter_mut().fold(None, |found: Option<String>, event| found.or(event.write_key.take()));
    let write_key = said(envelope.write_key).as_deref().and_then(write_key::accepted).or(of_events);
    Ok(Posted { write_key, events })
}

/// Reads what Segment's Webhooks destination posts (14): an event, or a list of them.
///
/// # Errors
/// What makes the whole unreadable, or too much.
pub fn webhook(text: &str, received: Timestamp) -> Result<Vec<Event>, Code> {
    let shared = Shared { relayed: true, ..Shared::default() };
    let trimmed = trimmed(text);
    if !trimmed.starts_with('[') {
        let event = Event::read(object(trimmed)?, None, &shared, received);
        return match event.problem.as_ref().map(|problem| problem.code) {
            Some(code @ (Code::InvalidJson | Code::TooLarge)) => Err(code),
            _ => Ok(vec![event]),
        };
    }
    let items: Vec<&RawValue> = serde_json::from_str(trimmed).map_err(|_| Code::InvalidJson)?;
    if items.len() > limits::BATCH_EVENTS {
        return Err(Code::TooManyEvents);
    }
    Ok(items.iter().map(|item| Event::read(item.get(), None, &shared, received)).collect())
}

/// The first event of a list, byte for byte: what Segment signs when it delivers several at once (14).
#[must_use]
pub fn first_of_list(text: &str) -> Option<&str> {
    let trimmed = trimmed(text);
    if !trimmed.starts_with('[') {
        return None;
    }
    let items: Vec<&RawValue> = serde_json::from_str(trimmed).ok()?;
    items.first().map(|raw| raw.get())
}

fn trimmed(text: &str) -> &str {
    text.trim_start_matches(BYTE_ORDER_MARK).trim_matches([' ', '\t', '\r', '\n'])
}

/// The text of what must be an object, or what else it is.
fn object(text: &str) -> Result<&str, Code> {
    let text = trimmed(text);
    match text.bytes().next() {
        Some(b'{') => Ok(text),
        Some(b'"') => Err(doubly_encoded(text)),
        Some(_) if serde_json::from_str::<&RawValue>(text).is_ok() => Err(Code::NotAnObject),
        _ => Err(Code::InvalidJson),
    }
}

/// A JSON string instead of an object: is it one that holds an object?
pub(crate) fn doubly_encoded(text: &str) -> Code {
    match serde_json::from_str::<String>(text) {
        Ok(inner) if inner.trim_start().starts_with(['{', '[', '"']) => Code::DoublyEncoded,
        Ok(_) => Code::NotAnObject,
        Err(_) => Code::InvalidJson,
    }
}

/// How many objects and lists are inside each other. Counted before reading, for reading costs a call each.
pub(crate) fn depth(json: &str) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0usize, 0, false, false);
    for byte in json.bytes() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_text = true,
                b'{' | b'[' => {
                    now += 1;
                    most = most.max(now);
                }
                b'}' | b']' => now = now.saturating_sub(1),
                _ => {}
            }
        }
    }
    most
}
