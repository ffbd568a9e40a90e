//! A conversation as a document: text for people, a structure for programs.
//!
//! Hidden details are in neither, whoever asks; notes among agents only in what agents get. In the text nothing that anybody wrote can pass
//! for something else: every line of a message after its first is indented, and characters that control a terminal, break lines or turn the
//! direction of writing are shown as escapes (`\u{202e}`), a tab as a space. The structure keeps texts as they are; whoever
//! shows it takes care.
//!
//! What a CRM keeps of a conversation besides: its body as a page ([`body`]), numbers ([`count`]), and what happened ([`occurrences`]).

mod body;
mod numbers;
mod occurrence;

use std::fmt::Write as _;

pub use body::{BODY_CHARACTERS, Body, body};
pub use numbers::{Course, End, Numbers, Responses, Said, Status, count};
pub use occurrence::{Occurrence, OccurrenceKind, Place, occurrences};

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::{
    detail::{self, Detail},
    ids::{ConversationId, FileId},
    journal::{EndedBecause, Event, FileRequestOutcome, RefusedBecause},
    secret::Text,
    text_limits::is_invisible,
    time::Timestamp,
};

/// For whom a transcript is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The visitor: what he said and was told.
    Visitor,
    /// Agents and administrators: notes and visible details as well.
    Agent,
}

/// On which side somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The person on the customer's side.
    Visitor,
    /// A person who answers.
    Agent,
    /// Switchboard itself.
    System,
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "Visitor",
            Self::Agent => "Agent",
            Self::System => "System",
        }
    }
}

/// What happened besides words, as far as a reader of a transcript wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// The visitor asked for a conversation.
    Requested,
    /// An agent took it.
    Joined,
    /// An agent took it over from another.
    TookOver,
    /// An agent began to hand it over.
    TransferStarted,
    /// The agent's connection was lost.
    AgentLost,
    /// An agent asked for a file.
    FileRequested,
    /// A file request ended without a file.
    FileRequestEnded {
        /// How.
        outcome: FileRequestOutcome,
    },
    /// It was turned away.
    Refused {
        /// Why.
        because: RefusedBecause,
    },
    /// It ended.
    Ended {
        /// Why.
        because: EndedBecause,
    },
}

impl Happening {
    /// What a reader of a transcript wants to know of a journal entry; `None` for what is not told (offers, messages, presence …).
    pub fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Requested { .. } => Self::Requested,
            Event::Established { transferred: false, .. } => Self::Joined,
            Event::Established { transferred: true, .. } => Self::TookOver,
            Event::TransferStarted { .. } => Self::TransferStarted,
            Event::AgentLost { .. } => Self::AgentLost,
            Event::FileRequested { .. } => Self::FileRequested,
            Event::FileRequestEnded { outcome: FileRequestOutcome::Received, .. } => return None,
            Event::FileRequestEnded { outcome, .. } => Self::FileRequestEnded { outcome: *outcome },
            Event::Refused { because } => Self::Refused { because: *because },
            Event::Ended { because, .. } => Self::Ended { because: *because },
            _ => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Requested => "asked for a conversation",
            Self::Joined => "joined the conversation",
            Self::TookOver => "took over the conversation",
            Self::TransferStarted => "started a transfer",
            Self::AgentLost => "lost the connection",
            Self::FileRequested => "asked for a file",
            Self::FileRequestEnded { outcome } => match outcome {
                FileRequestOutcome::Received => "sent the file that was asked for",
                FileRequestOutcome::CancelledByAgent => "withdrew the request for a file",
                FileRequestOutcome::CancelledByVisitor => "declined the request for a file",
                FileRequestOutcome::Failed => "could not send the file that was asked for",
            },
            Self::Refused { because } => match because {
                RefusedBecause::Unavailable => "could not be connected: no agent was available",
                RefusedBecause::Blocked => "could not be connected: the address is blocked",
                RefusedBecause::NotARequest | RefusedBecause::Internal => "could not be connected",
            },
            Self::Ended { because } => match because {
                EndedBecause::Visitor | EndedBecause::Agent => "ended the conversation",
                EndedBecause::ConnectionTimeout => "was disconnected for too long; the conversation ended",
                EndedBecause::VisitorIdle => "was idle for too long; the conversation ended",
                EndedBecause::AgentsUnavailable => "had no agent left; the conversation ended",
                EndedBecause::Error => "could not go on: the conversation ended by an error",
                EndedBecause::Refused => "could not be connected; the conversation ended",
            },
        }
    }
}

/// What an entry holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Words.
    Message {
        /// What was written.
        text: Text,
    },
    /// A note among agents.
    Note {
        /// What was written.
        text: Text,
    },
    /// A file.
    File {
        /// Which.
        file: FileId,
        /// Its name, as its sender called it.
        file_name: Text,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Something happened.
    Event(Happening),
    /// The text was erased.
    Erased,
}

/// One thing in a conversation, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// On whose side.
    pub side: Side,
    /// The name that is shown. May be anything.
    pub name: String,
    /// What.
    pub content: Content,
}

/// What a transcript is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Which conversation.
    pub conversation: ConversationId,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// Why, in the words of who ended it.
    pub end_reason: Option<&'a Text>,
    /// All its details, hidden ones too: those are left out here.
    pub details: &'a [Detail],
    /// In order.
    pub entries: &'a [Entry],
}

/// A transcript as a structure. Instants are RFC 3339 with milliseconds and the offset of the zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The IANA name of the zone that instants are given in.
    pub zone: String,
    /// When it was asked for.
    pub started_at: String,
    /// When it ended; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// The visible details; empty for visitors.
    pub details: Vec<TranscriptDetail>,
    /// What was said and what happened.
    pub entries: Vec<TranscriptEntry>,
}

/// A visible detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptDetail {
    /// What it is called.
    pub label: String,
    /// Its value.
    pub value: Text,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptEntry {
    /// When.
    pub at: String,
    /// On whose side.
    pub side: Side,
    /// The name that is shown.
    pub name: String,
    /// What; its fields stand beside these.
    #[serde(flatten)]
    pub content: Content,
}

/// No time zone has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no time zone is called {0:?}: give an IANA name such as Europe/Vienna")]
pub struct UnknownZone(pub String);

/// The zone with an IANA name, from the data in the binary: the same on every machine.
pub fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| UnknownZone(name.chars().take(64).collect()))
}

fn instant(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    match jiff::Timestamp::from_microsecond(at.0) {
        Ok(instant) => instant.to_zoned(zone.clone()).strftime(format).to_string(),
        Err(_) => at.to_string(),
    }
}

const RFC_3339: &str = "%Y-%m-%dT%H:%M:%S%.3f%:z";
const FOR_PEOPLE: &str = "%Y-%m-%d %H:%M:%S";
const FOR_PEOPLE_WITH_OFFSET: &str = "%Y-%m-%d %H:%M:%S %:z";

fn told<'a>(source: &Source<'a>, audience: Audience) -> impl Iterator<Item = &'a Entry> {
    source.entries.iter().filter(move |entry| audience == Audience::Agent || !matches!(entry.content, Content::Note { .. }))
}

fn shown<'a>(source: &Source<'a>, audience: Audience) -> impl Iterator<Item = &'a Detail> {
    detail::visible(source.details).filter(move |_| audience == Audience::Agent)
}

/// The transcript as a structure.
pub fn structure(source: &Source<'_>, audience: Audience, zone: &TimeZone) -> Transcript {
    Transcript {
        conversation: source.conversation,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        started_at: instant(source.started_at, zone, RFC_3339),
        ended_at: source.ended_at.map(|at| instant(at, zone, RFC_3339)),
        details: shown(source, audience)
            .map(|detail| TranscriptDetail { label: detail.label.clone(), value: detail.value.clone() })
            .collect(),
        entries: told(source, audience)
            .map(|entry| TranscriptEntry {
                at: instant(entry.at, zone, RFC_3339),
                side: entry.side,
                name: entry.name.clone(),
                content: entry.content.clone(),
            })
            .collect(),
    }
}

/// The transcript as text: a head, then one line an entry, `[time] Side Name: words`; events have `*` after the time.
///
/// Lines end with a line feed. Further lines of a message or value are indented by four spaces; no line of the frame is.
pub fn text(source: &Source<'_>, audience: Audience, zone: &TimeZone) -> String {
    let mut out = format!("Conversation {}\n", source.conversation);
    let zone_name = zone.iana_name().unwrap_or("UTC");
    let mut head = |label: &str, at: Timestamp| {
        out.push_str(label);
        out.push_str(&instant(at, zone, FOR_PEOPLE_WITH_OFFSET));
        out.push_str(" (");
        out.push_str(zone_name);
        out.push_str(")\n");
    };
    head("Started: ", source.started_at);
    if let Some(at) = source.ended_at {
        head("Ended: ", at);
    }
    if let Some(reason) = source.end_reason {
        out.push_str("Reason: ");
        indented(&mut out, reason.reveal());
        out.push('\n');
    }
    for detail in shown(source, audience) {
        out.push_str("- ");
        one_line(&mut out, &detail.label);
        out.push_str(": ");
        indented(&mut out, detail.value.reveal());
        out.push('\n');
    }
    out.push('\n');
    for entry in told(source, audience) {
        out.push('[');
        out.push_str(&instant(entry.at, zone, FOR_PEOPLE));
        out.push_str("] ");
        if matches!(entry.content, Content::Event(_)) {
            out.push_str("* ");
        }
        // The side comes first: nobody's name can speak for the other.
        out.push_str(entry.side.as_str());
        out.push(' ');
        one_line(&mut out, &entry.name);
        match &entry.content {
            Content::Message { text } => {
                out.push_str(": ");
                indented(&mut out, text.reveal());
            }
            Content::Note { text } => {
                out.push_str(", note: ");
                indented(&mut out, text.reveal());
            }
            Content::File { file_name, bytes, .. } => {
                out.push_str(" sent a file: ");
                one_line(&mut out, file_name.reveal());
                // Writing to a String cannot fail.
                let _ = write!(out, " ({bytes} {})", if *bytes == 1 { "byte" } else { "bytes" });
            }
            Content::Event(happening) => {
                out.push(' ');
                out.push_str(happening.words());
            }
            Content::Erased => out.push_str(" wrote something that was erased"),
        }
        out.push('\n');
    }
    out
}

fn inert(out: &mut String, c: char) {
    match c {
        '\t' => out.push(' '),
        c if c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}') => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// A text in one line: line breaks are spaces.
fn one_line(out: &mut String, text: &str) {
    for c in text.chars() {
        inert(out, if matches!(c, '\n' | '\r') { ' ' } else { c });
    }
}

/// A text whose further lines are indented. CR, LF and CR LF all end a line.
fn indented(out: &mut String, text: &str) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' | '\n' => {
                if c == '\r' {
                    rest.next_if_eq(&'\n');
                }
                out.push_str("\n    ");
            }
            c => inert(out, c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    // 2026-03-29T00:45:00Z, a quarter of an hour before the clocks of Europe go forward.
    const START: Timestamp = Timestamp(1_774_745_100_000_000);

    fn detail(label: &str, value: &str, visible_to_agent: bool) -> Detail {
        Detail {
            label: label.to_owned(),
            value: value.into(),
            transcript_fields: Vec::new(),
            visible_to_agent,
            entity_maps: Vec::new(),
            knowledge_search: false,
        }
    }

    fn entry(seconds: u64, side: Side, name: &str, content: Content) -> Entry {
        Entry { at: START + std::time::Duration::from_secs(seconds), side, name: name.to_owned(), content }
    }

    fn message(text: &str) -> Content {
        Content::Message { text: text.into() }
    }

    fn example() -> (Vec<Detail>, Vec<Entry>) {
        let file = Content::File { file: FileId(Uuid::from_u128(9)), file_name: "a\n[b].png".into(), bytes: 1 };
        (
            vec![detail("Email", "ana@example.org", true), detail("Session Key", "hunter2", false)],
            vec![
                entry(0, Side::Visitor, "Ana", Content::Event(Happening::Requested)),
                entry(5, Side::Agent, "Ben", Content::Event(Happening::Joined)),
                entry(1_800, Side::Visitor, "Ana", message("hello\r\n[2026-03-29 01:30:00] Agent Ben: I owe you\u{202e}")),
                entry(1_801, Side::Agent, "Ben", Content::Note { text: "careful".into() }),
                entry(1_802, Side::Visitor, "Ana", file),
                entry(1_803, Side::Agent, "Ben", Content::Erased),
                entry(1_804, Side::Visitor, "Ana", Content::Event(Happening::Ended { because: EndedBecause::Visitor })),
            ],
        )
    }

    fn source<'a>(details: &'a [Detail], entries: &'a [Entry]) -> Source<'a> {
        let ended_at = Some(START + std::time::Duration::from_secs(1_804));
        Source { conversation: ConversationId(Uuid::from_u128(1)), started_at: START, ended_at, end_reason: None, details, entries }
    }

    #[test]
    fn the_text_cannot_be_forged_and_follows_the_zone_over_its_change_of_hour() {
        let (details, entries) = example();
        insta::assert_snapshot!(text(&source(&details, &entries), Audience::Agent, &zone("Europe/Vienna").unwrap()), @r#"
        Conversation 00000000-0000-0000-0000-000000000001
        Started: 2026-03-29 01:45:00 +01:00 (Europe/Vienna)
        Ended: 2026-03-29 03:15:04 +02:00 (Europe/Vienna)
        - Email: ana@example.org

        [2026-03-29 01:45:00] * Visitor Ana asked for a conversation
        [2026-03-29 01:45:05] * Agent Ben joined the conversation
        [2026-03-29 03:15:00] Visitor Ana: hello
            [2026-03-29 01:30:00] Agent Ben: I owe you\u{202e}
        [2026-03-29 03:15:01] Agent Ben, note: careful
        [2026-03-29 03:15:02] Visitor Ana sent a file: a [b].png (1 byte)
        [2026-03-29 03:15:03] Agent Ben wrote something that was erased
        [2026-03-29 03:15:04] * Visitor Ana ended the conversation
        "#);
    }

    #[test]
    fn the_structure_has_the_same_and_visitors_get_no_notes_and_no_details() {
        let (details, entries) = example();
        let made = structure(&source(&details, &entries[2..5]), Audience::Visitor, &zone("UTC").unwrap());
        let json = serde_json::to_string_pretty(&made).unwrap();
        assert_eq!(serde_json::from_str::<Transcript>(&json).unwrap(), made);
        insta::assert_snapshot!(json.replace('\u{202e}', "<202e>"), @r#"
        {
          "conversation": "00000000-0000-0000-0000-000000000001",
          "zone": "UTC",
          "started_at": "2026-03-29T00:45:00.000+00:00",
          "ended_at": "2026-03-29T01:15:04.000+00:00",
          "details": [],
          "entries": [
            {
              "at": "2026-03-29T01:15:00.000+00:00",
              "side": "visitor",
              "name": "Ana",
              "kind": "message",
              "text": "hello\r\n[2026-03-29 01:30:00] Agent Ben: I owe you<202e>"
            },
            {
              "at": "2026-03-29T01:15:02.000+00:00",
              "side": "visitor",
              "name": "Ana",
              "kind": "file",
              "file": "00000000-0000-0000-0000-000000000009",
              "file_name": "a\n[b].png",
              "bytes": 1
            }
          ]
        }
        "#);
        let for_agents = structure(&source(&details, &entries), Audience::Agent, &zone("UTC").unwrap());
        assert_eq!((for_agents.details.len(), for_agents.entries.len()), (1, entries.len()));
    }

    #[test]
    fn hidden_details_are_in_no_form_for_nobody() {
        let (details, entries) = example();
        let utc = zone("UTC").unwrap();
        for audience in [Audience::Agent, Audience::Visitor] {
            let source = source(&details, &entries);
            let json = serde_json::to_string(&structure(&source, audience, &utc)).unwrap();
            for made in [text(&source, audience, &utc), json] {
                assert!(!made.contains("hunter2") && !made.contains("Session Key"));
            }
        }
    }

    #[test]
    fn an_unknown_zone_is_refused_and_instants_outside_the_calendar_are_shown_somehow() {
        assert_eq!(zone("Europe/Atlantis").unwrap_err(), UnknownZone("Europe/Atlantis".to_owned()));
        assert_eq!(instant(Timestamp(i64::MAX), &TimeZone::UTC, RFC_3339), "9223372036854775807us");
    }

    proptest! {
        #[test]
        fn whatever_is_written_stays_in_its_entry(name in any::<String>(), words in any::<String>(), label in any::<String>()) {
            let details = [detail(&label, &words, true)];
            let entries = [entry(0, Side::Visitor, &name, message(&words)), entry(1, Side::Agent, &name, message("end"))];
            let reason = Text::from(words.as_str());
            let source = Source { end_reason: Some(&reason), ..source(&details, &entries) };
            let made = text(&source, Audience::Agent, &zone("UTC").unwrap());
            prop_assert!(!made.chars().any(|c| c != '\n' && (c.is_control() || is_invisible(c))));
            let frame: Vec<&str> = made.split('\n').filter(|line| !line.starts_with("    ")).collect();
            // Conversation, Started, Ended, Reason, one detail, an empty line, two entries, and what follows the last line feed.
            prop_assert_eq!(frame.len(), 9);
            prop_assert!(frame[6].starts_with("[2026-03-29 ") && frame[7].starts_with("[2026-03-29 "));
        }
    }
}
