//! What happened, as the journal keeps it.
//!
//! A journal entry says that a thing happened, to which conversation, in which order. It holds ids, enums and configuration (an agent's public
//! name), never what people wrote: text lives once, in `message`, so that erasure blanks rows and touches no journal.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, FileId, FileRequestId, OfferId, QueueId, SkillId},
    time::Timestamp,
};

/// Who did something in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Author {
    /// The person on the customer's side.
    Visitor,
    /// A person who answers.
    Agent {
        /// Which one.
        agent: AgentId,
    },
    /// Switchboard itself: greetings, notices, time-outs.
    System,
}

impl Author {
    /// The agent, if it was one.
    pub fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent { agent } => Some(agent),
            Self::Visitor | Self::System => None,
        }
    }
}

/// What a message row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Words.
    Text,
    /// A custom event: a type (the label) and data (the text).
    CustomEvent,
    /// A file; the text is its caption or empty.
    File,
    /// A note among agents that no visitor sees (a transfer note).
    Note,
}

impl MessageKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::CustomEvent => "custom_event",
            Self::File => "file",
            Self::Note => "note",
        }
    }

    /// From the stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        [Self::Text, Self::CustomEvent, Self::File, Self::Note].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Why a conversation was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedBecause {
    /// Nobody can take it: no agent, no place in the queue, an unknown entry point.
    Unavailable,
    /// The visitor's address is blocked.
    Blocked,
    /// The request was not marked as a chat request, and the deployment insists.
    NotARequest,
    /// We failed.
    Internal,
}

/// Why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBecause {
    /// The visitor ended it.
    Visitor,
    /// The agent ended it.
    Agent,
    /// The visitor's connection was lost for longer than the deployment allows.
    ConnectionTimeout,
    /// The visitor was idle: its own client said so, or the server's backstop did.
    VisitorIdle,
    /// No agent was left who could take it.
    AgentsUnavailable,
    /// We failed.
    Error,
    /// It was refused before anybody took it.
    Refused,
}

/// Where a conversation is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum TransferTarget {
    /// One agent.
    Agent {
        /// Which one.
        agent: AgentId,
    },
    /// A button's queue.
    Button {
        /// Which one.
        button: ButtonId,
    },
    /// Anybody who has a skill.
    Skill {
        /// Which one.
        skill: SkillId,
    },
    /// A queue.
    Queue {
        /// Which one.
        queue: QueueId,
    },
}

/// How a file request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRequestOutcome {
    /// The file came.
    Received,
    /// The agent took the request back.
    CancelledByAgent,
    /// The visitor refused.
    CancelledByVisitor,
    /// The file was refused, or its time was up.
    Failed,
}

/// One thing that happened. Serialised as `{"kind": …, …}`; new fields get defaults, a changed meaning gets a new kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A visitor asked for a conversation, and it was taken on.
    Requested {
        /// Where from.
        deployment: DeploymentId,
        /// Through which entry point.
        button: Option<ButtonId>,
        /// The place in the queue at that moment: 0 when an agent is being asked already.
        position: i64,
        /// Seconds, if known.
        estimated_wait: Option<i64>,
    },
    /// A visitor's request was turned away, at once or after waiting.
    Refused {
        /// Why.
        because: RefusedBecause,
    },
    /// It waits.
    Queued {
        /// At the head, because it lost its agent.
        ahead: bool,
        /// In which queue, if it waits in one: not in a button's own line, nor for an agent or a skill alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// One agent is being asked.
    Offered {
        /// Which offer.
        offer: OfferId,
        /// Who.
        agent: AgentId,
        /// Until when, if the button sets a push time-out.
        expires_at: Option<Timestamp>,
    },
    /// The asked agent said no.
    OfferDeclined {
        /// Which offer.
        offer: OfferId,
        /// Who.
        agent: AgentId,
    },
    /// The asked agent did not answer in time.
    OfferTimedOut {
        /// Which offer.
        offer: OfferId,
        /// Who.
        agent: AgentId,
    },
    /// The question was taken back: the visitor left, or the agent did.
    OfferWithdrawn {
        /// Which offer.
        offer: OfferId,
        /// Who.
        agent: AgentId,
    },
    /// An agent has it now.
    Established {
        /// Who.
        agent: AgentId,
        /// The name visitors see.
        name: String,
        /// Another agent had it before.
        transferred: bool,
        /// The agent sees what the visitor types.
        sneak_peek: bool,
    },
    /// A message row was written, under this entry's sequence.
    Posted {
        /// By whom.
        by: Author,
        /// What the row holds.
        message: MessageKind,
        /// The name visitors see, for an agent's message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The file, for a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<FileId>,
    },
    /// The owner sends it elsewhere.
    TransferStarted {
        /// Who sends.
        by: AgentId,
        /// Where to.
        target: TransferTarget,
    },
    /// It could not be sent there; the owner keeps it.
    TransferFailed {
        /// Who sent.
        by: AgentId,
        /// Where to.
        target: TransferTarget,
    },
    /// Its agent's connection was lost and it went back to its queue.
    AgentLost {
        /// Who.
        agent: AgentId,
        /// Nobody else can take it: the visitor is told.
        nobody_left: bool,
    },
    /// The agent asks the visitor for a file.
    FileRequested {
        /// Which request.
        request: FileRequestId,
        /// Who asks.
        agent: AgentId,
    },
    /// A file request is over.
    FileRequestEnded {
        /// Which request.
        request: FileRequestId,
        /// How.
        outcome: FileRequestOutcome,
        /// The file, if it came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<FileId>,
    },
    /// The visitor opened a page; its address is in `breadcrumb` under this entry's sequence.
    PageVisited,
    /// The visitor's client warned of idleness, or took the warning back.
    IdleWarning {
        /// Warned, not cleared.
        triggered: bool,
    },
    /// The visitor has not been heard of for a while, or was heard of again.
    ConnectionWarning {
        /// Warned, not cleared.
        triggered: bool,
    },
    /// The visitor's client or the server masked text by rules.
    TextMasked {
        /// By whom it was written.
        by: Author,
        /// How many rules matched.
        rules: i64,
    },
    /// The visitor has waited for an answer longer than the agent's critical wait time, or has got one.
    CriticalWait {
        /// Marked, not cleared.
        triggered: bool,
    },
    /// The owner asks for a supervisor's help; what he says of it is a message row under this entry's sequence, if he says anything.
    FlagRaised {
        /// Who asks.
        by: AgentId,
    },
    /// Help came, or is needed no longer.
    FlagLowered {
        /// Who says so.
        by: AgentId,
    },
    /// A supervisor watches it from now on.
    MonitorStarted {
        /// Who.
        agent: AgentId,
    },
    /// He does no longer.
    MonitorEnded {
        /// Who.
        agent: AgentId,
    },
    /// The visitor came back with the same session after its connection had been given up by its client.
    Reconnected,
    /// The visitor rated it; the rating row holds score and comment.
    Rated,
    /// It is over.
    Ended {
        /// By whom.
        by: Author,
        /// Why.
        because: EndedBecause,
        /// The visitor's connection is told (not after its own end, unless a post-chat page waits for it).
        announce: bool,
    },
    /// The agent finishes up after the end.
    AfterWorkStarted {
        /// Who.
        agent: AgentId,
        /// Until when, if limited.
        until: Option<Timestamp>,
    },
    /// The agent has finished up.
    AfterWorkEnded {
        /// Who.
        agent: AgentId,
    },
    /// Which records of a CRM it has, or is to have, is different now.
    RecordsChanged {
        /// How often it has changed.
        revision: i64,
    },
    /// Personal data of the conversation was erased.
    Erased,
    /// Something of it was not kept any longer: retention took it away after the end.
    Expired,
    /// An agent's presence changed.
    PresenceChanged {
        /// Who.
        agent: AgentId,
    },
    /// A definition (deployment, button, skill, agent …) was made, changed or removed: caches drop what they hold.
    DefinitionChanged {
        /// Its kind.
        definition: String,
        /// Which one.
        id: uuid::Uuid,
    },
}

impl Event {
    /// The stored name of the kind, the same as the serialised tag.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Refused { .. } => "refused",
            Self::Queued { .. } => "queued",
            Self::Offered { .. } => "offered",
            Self::OfferDeclined { .. } => "offer_declined",
            Self::OfferTimedOut { .. } => "offer_timed_out",
            Self::OfferWithdrawn { .. } => "offer_withdrawn",
            Self::Established { .. } => "established",
            Self::Posted { .. } => "posted",
            Self::TransferStarted { .. } => "transfer_started",
            Self::TransferFailed { .. } => "transfer_failed",
            Self::AgentLost { .. } => "agent_lost",
            Self::FileRequested { .. } => "file_requested",
            Self::FileRequestEnded { .. } => "file_request_ended",
            Self::PageVisited => "page_visited",
            Self::IdleWarning { .. } => "idle_warning",
            Self::ConnectionWarning { .. } => "connection_warning",
            Self::TextMasked { .. } => "text_masked",
            Self::CriticalWait { .. } => "critical_wait",
            Self::FlagRaised { .. } => "flag_raised",
            Self::FlagLowered { .. } => "flag_lowered",
            Self::MonitorStarted { .. } => "monitor_started",
            Self::MonitorEnded { .. } => "monitor_ended",
            Self::Reconnected => "reconnected",
            Self::Rated => "rated",
            Self::Ended { .. } => "ended",
            Self::AfterWorkStarted { .. } => "after_work_started",
            Self::AfterWorkEnded { .. } => "after_work_ended",
            Self::RecordsChanged { .. } => "records_changed",
            Self::Erased => "erased",
            Self::Expired => "expired",
            Self::PresenceChanged { .. } => "presence_changed",
            Self::DefinitionChanged { .. } => "definition_changed",
        }
    }

    /// A message row may be written under its sequence.
    pub fn has_text(&self) -> bool {
        matches!(self, Self::Posted { .. } | Self::FlagRaised { .. })
    }

    /// The visitor's connection is told of it: it gets a dense visitor sequence. A visitor's own messages are not echoed to it.
    pub fn reaches_visitor(&self) -> bool {
        match self {
            Self::Requested { .. } | Self::Refused { .. } | Self::Established { .. } => true,
            Self::Posted { by, message, .. } => *by != Author::Visitor && *message != MessageKind::Note,
            Self::TransferStarted { target, .. } => !matches!(target, TransferTarget::Agent { .. }),
            Self::AgentLost { nobody_left, .. } => *nobody_left,
            Self::FileRequested { .. } | Self::FileRequestEnded { .. } => true,
            Self::Ended { announce, .. } => *announce,
            Self::Queued { .. }
            | Self::Offered { .. }
            | Self::OfferDeclined { .. }
            | Self::OfferTimedOut { .. }
            | Self::OfferWithdrawn { .. }
            | Self::TransferFailed { .. }
            | Self::PageVisited
            | Self::IdleWarning { .. }
            | Self::ConnectionWarning { .. }
            | Self::TextMasked { .. }
            | Self::CriticalWait { .. }
            | Self::FlagRaised { .. }
            | Self::FlagLowered { .. }
            | Self::MonitorStarted { .. }
            | Self::MonitorEnded { .. }
            | Self::Reconnected
            | Self::Rated
            | Self::AfterWorkStarted { .. }
            | Self::AfterWorkEnded { .. }
            | Self::RecordsChanged { .. }
            | Self::Erased
            | Self::Expired
            | Self::PresenceChanged { .. }
            | Self::DefinitionChanged { .. } => false,
        }
    }
}

/// An event with its place in its conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    /// Which conversation; none for events of the workspace (presence, definitions).
    pub conversation: Option<ConversationId>,
    /// Dense from 1 in the conversation; 0 without one.
    pub sequence: i64,
    /// Dense from 0 among what the visitor's connection is told.
    pub visitor_sequence: Option<i64>,
    /// What happened.
    pub event: Event,
}

impl Numbered {
    /// An event of the workspace, outside any conversation.
    pub fn of_workspace(event: Event) -> Self {
        Self { conversation: None, sequence: 0, visitor_sequence: None, event }
    }
}

/// A place in a workspace's journal, as event ids print it: `epoch:position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Which life of the journal: a restore starts a new one.
    pub epoch: i64,
    /// Grows with every commit; gaps are legal.
    pub position: i64,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.epoch, self.position)
    }
}

impl std::str::FromStr for Position {
    type Err = NotAPosition;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, position) = text.split_once(':').ok_or(NotAPosition)?;
        Ok(Self { epoch: epoch.parse().map_err(|_| NotAPosition)?, position: position.parse().map_err(|_| NotAPosition)? })
    }
}

/// The text is not `epoch:position`.
#[derive(Debug, thiserror::Error)]
#[error("an event id is two numbers joined by a colon")]
pub struct NotAPosition;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_kind_is_the_serialised_tag() {
        let agent = AgentId(uuid::Uuid::nil());
        for event in [
            Event::Queued { ahead: false, queue: None },
            Event::PageVisited,
            Event::FlagRaised { by: agent },
            Event::Posted { by: Author::Agent { agent }, message: MessageKind::Text, name: Some("Ann".into()), file: None },
            Event::Ended { by: Author::Visitor, because: EndedBecause::Visitor, announce: false },
            Event::TransferStarted { by: agent, target: TransferTarget::Agent { agent } },
        ] {
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["kind"], event.kind());
            assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        }
    }

    proptest! {
        #[test]
        fn a_position_prints_what_it_reads(epoch in any::<i64>(), position in any::<i64>()) {
            let at = Position { epoch, position };
            prop_assert_eq!(at.to_string().parse::<Position>().unwrap(), at);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<Position>();
        }
    }
}
