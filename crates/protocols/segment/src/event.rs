//! The message model (12.5): one event, whoever wrote it and however.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    answer::{Code, Problem},
    body::{Shared, depth, doubly_encoded},
    call::Call,
    limits, time, write_key,
};

/// An event as far as it could be read.
#[derive(Clone, Default, PartialEq)]
pub struct Event {
    /// Which call; none when its `type` is unknown or it could not be read.
    pub call: Option<Call>,
    /// The SDK's id of this event: the same one again is the same event.
    pub message_id: Option<String>,
    /// Whom the site knows it by.
    pub user_id: Option<String>,
    /// What the browser or device is known by.
    pub anonymous_id: Option<String>,
    /// Of a group call.
    pub group_id: Option<String>,
    /// Of an alias: the id of before.
    pub previous_id: Option<String>,
    /// The name of what was done, or of the page or screen.
    pub name: Option<String>,
    /// The category of a page or screen.
    pub category: Option<String>,
    /// What an identify or group call says.
    pub traits: Map<String, Value>,
    /// What the other calls say.
    pub properties: Map<String, Value>,
    /// Where it happened, a batch's own included.
    pub context: Map<String, Value>,
    /// For which destinations it is, a batch's own included.
    pub integrations: Map<String, Value>,
    /// `browser`, `server` or `mobile`.
    pub channel: Option<String>,
    /// When it happened, by the server's clock; none if it could not be read.
    pub at: Option<Timestamp>,
    /// When the device's clock said that it happened, as it wrote it.
    pub original_timestamp: Option<String>,
    /// When the device's clock said that it was sent, as it wrote it.
    pub sent_at: Option<String>,
    /// What else stood in it.
    pub other: Map<String, Value>,
    /// Why it is not valid; none if it is.
    pub problem: Option<Problem>,
    /// What was wrong with it and did no harm.
    pub notes: Vec<Problem>,
    pub(crate) write_key: Option<String>,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("call", &self.call)
            .field("message_id", &self.message_id)
            .field("traits", &self.traits.len())
            .field("properties", &self.properties.len())
            .field("at", &self.at)
            .field("problem", &self.problem)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

impl Event {
    /// It comes from somebody's browser or device, whose address therefore says something about that person (12.5).
    #[must_use]
    pub fn is_from_device(&self) -> bool {
        let library = || self.context.get("library").and_then(|library| library.get("name")).and_then(Value::as_str);
        matches!(self.channel.as_deref(), Some("browser" | "mobile"))
            || self.context.get("direct") == Some(&Value::Bool(true))
            || (self.channel.is_none() && matches!(library(), Some("analytics.js" | "@segment/analytics-next")))
    }

    fn refused(code: Code) -> Self {
        Self { problem: Some(code.into()), ..Self::default() }
    }

    /// Reads an event's JSON. The call is the path's, or its own `type`.
    pub(crate) fn read(json: &str, call: Option<Call>, shared: &Shared, received: Timestamp) -> Self {
        if json.len() + shared.bytes > limits::EVENT_BYTES {
            return Self::refused(Code::TooLarge);
        }
        if depth(json) > limits::DEPTH {
            return Self::refused(Code::TooDeep);
        }
        match serde_json::from_str::<Value>(json) {
            Ok(Value::Object(fields)) => Reader { fields, event: Self::default() }.read(call, shared, received),
            Ok(Value::String(_)) => Self::refused(doubly_encoded(json)),
            Ok(_) => Self::refused(Code::NotAnObject),
            Err(_) => Self::refused(Code::InvalidJson),
        }
    }
}

struct Reader {
    fields: Map<String, Value>,
    event: Event,
}

impl Reader {
    fn read(mut self, call: Option<Call>, shared: &Shared, received: Timestamp) -> Event {
        self.event.write_key = self.fields.remove("writeKey").and_then(|key| write_key::accepted(key.as_str()?));
        // What SDKs say about themselves.
        self.fields.remove("_metadata");
        self.call(call);
        self.event.message_id = self.id("messageId", limits::MESSAGE_ID, Code::MessageIdTooLong);
        self.event.user_id = self.id("userId", limits::ID, Code::IdTooLong);
        self.event.anonymous_id = self.id("anonymousId", limits::ID, Code::IdTooLong).or_else(|| shared.anonymous_id.clone());
        self.event.group_id = self.id("groupId", limits::ID, Code::IdTooLong);
        self.event.previous_id = self.id("previousId", limits::ID, Code::IdTooLong);
        let (did, named) = (self.id("event", limits::NAME, Code::NameTooLong), self.id("name", limits::NAME, Code::NameTooLong));
        self.event.name = if self.event.call == Some(Call::Track) { did } else { named };
        self.event.category = self.id("category", limits::NAME, Code::NameTooLong);
        self.event.channel = self.id("channel", limits::ID, Code::IdTooLong);
        self.event.traits = self.object("traits", true);
        self.event.properties = self.object("properties", true);
        self.event.context = self.object("context", false);
        self.event.integrations = self.object("integrations", false);
        // The event's own word comes before the batch's (12.3).
        for (own, shared) in [(&mut self.event.context, &shared.context), (&mut self.event.integrations, &shared.integrations)] {
            for (name, value) in shared {
                if !own.contains_key(name) {
                    own.insert(name.clone(), value.clone());
                }
            }
        }
        // RudderStack has the user's traits in the context (12.3).
        if self.event.call == Some(Call::Identify)
            && self.event.traits.is_empty()
            && let Some(Value::Object(traits)) = self.event.context.remove("traits")
        {
            self.event.traits = traits;
        }
        self.instants(shared, received);
        self.identity();
        self.event.other = self.fields;
        self.event
    }

    fn problem(&mut self, code: Code, path: Option<&'static str>) {
        self.event.problem.get_or_insert(Problem { code, path });
    }

    fn call(&mut self, call: Option<Call>) {
        // Old libraries write `action` (11).
        let own = [self.fields.remove("type"), self.fields.remove("action")];
        self.event.call = call.or_else(|| own.into_iter().flatten().find_map(|name| name.as_str().and_then(Call::from_type)));
        if self.event.call.is_none() {
            self.problem(Code::UnknownType, Some("type"));
        }
    }

    /// Text; a number becomes its text, nothing and blanks are none.
    fn id(&mut self, name: &'static str, most: usize, too_long: Code) -> Option<String> {
        let text = match self.fields.remove(name)? {
            Value::Null => return None,
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.problem(Code::Mistyped, Some(name));
                return None;
            }
        };
        if text.trim().is_empty() {
            return None;
        }
        if text.len() > most && text.chars().count() > most {
            self.problem(too_long, Some(name));
            return None;
        }
        // PostgreSQL has no text with NUL.
        Some(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text })
    }

    /// An object; nothing, and PHP's empty list, are an empty one.
    fn object(&mut self, name: &'static str, needed: bool) -> Map<String, Value> {
        match self.fields.remove(name) {
            Some(Value::Object(object)) => return object,
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) if list.is_empty() => {}
            Some(_) if needed => self.problem(Code::Mistyped, Some(name)),
            Some(_) => self.event.notes.push(Problem { code: Code::Mistyped, path: Some(name) }),
        }
        Map::new()
    }

    /// An instant as it was written, and what it is.
    fn instant(&mut self, name: &'static str) -> (Option<String>, Option<Timestamp>) {
        match self.fields.remove(name) {
            None | Some(Value::Null) => (None, None),
            Some(Value::String(text)) => {
                let read = time::read(&text);
                if read.is_none() {
                    self.event.notes.push(Problem { code: Code::UnreadableTimestamp, path: Some(name) });
                }
                (Some(text.chars().take(limits::INSTANT).collect()), read)
            }
            Some(_) => {
                self.event.notes.push(Problem { code: Code::UnreadableTimestamp, path: Some(name) });
                (None, None)
            }
        }
    }

    fn instants(&mut self, shared: &Shared, received: Timestamp) {
        let (timestamp_text, timestamp) = self.instant("timestamp");
        let (original_text, original) = self.instant("originalTimestamp");
        let (sent_text, own_sent) = self.instant("sentAt");
        self.fields.remove("receivedAt");
        self.event.at = Some(match timestamp {
            Some(timestamp) if shared.relayed => timestamp,
            // A batch's instant is when it really went off.
            _ => time::corrected(received, shared.sent.or(own_sent), original.or(timestamp)),
        });
        self.event.original_timestamp = original_text.or(timestamp_text);
        self.event.sent_at = sent_text;
    }

    /// Whom it concerns (12.4).
    fn identity(&mut self) {
        let event = &self.event;
        let missing = match event.call {
            Some(Call::Alias) if event.user_id.is_none() => Some((Code::NoUserId, "userId")),
            Some(Call::Alias) if event.previous_id.is_none() => Some((Code::NoPreviousId, "previousId")),
            _ if event.user_id.is_none() && event.anonymous_id.is_none() => Some((Code::NoUserAnonId, "userId")),
            Some(Call::Group) if event.group_id.is_none() => Some((Code::NoGroupId, "groupId")),
            Some(Call::Track) if event.name.is_none() => Some((Code::NoEventName, "event")),
            _ => None,
        };
        if let Some((code, path)) = missing {
            self.problem(code, Some(path));
        }
    }
}
