//! What others are told of conversations: four events, and what of the journal becomes one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AgentId, ConversationId, VisitorId},
    journal::{Author, Event, MessageKind},
    secret::Text,
    time::Timestamp,
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatEventKind {
    /// The customer wrote for the first time.
    Started,
    /// A conversation in which the customer wrote is over.
    Ended,
    /// The customer wrote.
    MessageSent,
    /// An agent wrote to the customer.
    MessageReceived,
}

impl ChatEventKind {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Started, Self::Ended, Self::MessageSent, Self::MessageReceived];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Ended => "ended",
            Self::MessageSent => "message_sent",
            Self::MessageReceived => "message_received",
        }
    }

    /// From its name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is known of a conversation where an entry of its journal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// The number of the entry by which the customer wrote first.
    pub first_written: Option<i64>,
}

impl ChatEventKind {
    /// What an entry of the journal is to others, in order. Nothing, mostly: greetings, notes and what programs tell each other are no messages of
    /// people, and a conversation in which the customer never wrote neither starts nor ends.
    pub fn of(event: &Event, sequence: i64, course: Course) -> &'static [Self] {
        match event {
            Event::Posted { by, message: MessageKind::Text | MessageKind::File, .. } => match by {
                Author::Visitor if course.first_written == Some(sequence) => &[Self::Started, Self::MessageSent],
                Author::Visitor => &[Self::MessageSent],
                Author::Agent { .. } => &[Self::MessageReceived],
                Author::System => &[],
            },
            Event::Ended { .. } if course.first_written.is_some_and(|first| first < sequence) => &[Self::Ended],
            _ => &[],
        }
    }
}

/// One event, as others are told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatEvent {
    /// What happened.
    pub kind: ChatEventKind,
    /// The same for the same event, whenever and however often it is told.
    pub id: String,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Whose.
    pub visitor: VisitorId,
    /// When.
    pub at: Timestamp,
    /// How long the conversation had been going on.
    pub duration: Duration,
    /// The agent who has it, or had it last, and how he is called and signs in.
    pub agent: Option<(AgentId, String, String)>,
    /// The message, unless it is over: its number in the conversation.
    pub message: Option<i64>,
    /// What was written, where that may be told.
    pub body: Option<Text>,
}

impl ChatEvent {
    /// The id of an event: from what never changes about it, so that whoever makes it again makes the same. The instant is in it because numbers
    /// come again after a restore.
    pub fn id_of(kind: ChatEventKind, conversation: ConversationId, sequence: i64, at: Timestamp) -> String {
        format!("{}-{sequence}-{:x}-{}", conversation.0.simple(), at.0, kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::EndedBecause;

    fn posted(by: Author, message: MessageKind) -> Event {
        Event::Posted { by, message, name: None, file: None }
    }

    #[test]
    fn the_journal_says_which_events_there_are() {
        use ChatEventKind::{Ended, MessageReceived, MessageSent, Started};
        let agent = Author::Agent { agent: AgentId(uuid::Uuid::nil()) };
        let ended = Event::Ended { by: agent, because: EndedBecause::Agent, announce: true };
        let wrote = Course { first_written: Some(5) };
        for (event, sequence, course, expected) in [
            (posted(Author::Visitor, MessageKind::Text), 5, wrote, &[Started, MessageSent][..]),
            (posted(Author::Visitor, MessageKind::File), 5, wrote, &[Started, MessageSent]),
            (posted(Author::Visitor, MessageKind::Text), 6, wrote, &[MessageSent]),
            (posted(agent, MessageKind::Text), 4, wrote, &[MessageReceived]),
            (posted(agent, MessageKind::Note), 6, wrote, &[]),
            (posted(Author::System, MessageKind::Text), 6, wrote, &[]),
            (posted(Author::Visitor, MessageKind::CustomEvent), 6, wrote, &[]),
            (ended.clone(), 9, wrote, &[Ended]),
            (ended.clone(), 4, wrote, &[]),
            (ended, 9, Course::default(), &[]),
            (Event::Reconnected, 9, wrote, &[]),
        ] {
            assert_eq!(ChatEventKind::of(&event, sequence, course), expected, "{event:?} at {sequence}");
        }
    }

    #[test]
    fn an_id_is_short_and_the_events_own() {
        let conversation = ConversationId(uuid::Uuid::max());
        let id = |kind, sequence, at| ChatEvent::id_of(kind, conversation, sequence, Timestamp(at));
        let longest = id(ChatEventKind::MessageReceived, i64::MAX, i64::MAX);
        assert!(longest.len() <= 100, "{} characters", longest.len());
        assert_ne!(id(ChatEventKind::Started, 5, 1), id(ChatEventKind::MessageSent, 5, 1));
        assert_ne!(id(ChatEventKind::Started, 5, 1), id(ChatEventKind::Started, 5, 2));
        for kind in ChatEventKind::ALL {
            assert_eq!(ChatEventKind::from_stored(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
