//! What a conversation is made of, as agents, supervisors and transcripts see it.
//!
//! Everything that happens to a conversation is an [`Entry`]: the visible form of a journal entry. A snapshot carries the latest ones, the event
//! stream brings each new one, history and transcripts page through all of them, and it is always the same type.

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, FileId, FileRequestId, OfferId, QueueId, SkillId, VisitorId},
    secret::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Instant;

/// Where a conversation stands. It is in exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// In a queue, or in the list that agents pick from.
    Waiting,
    /// One agent is being asked. Visitors are told `waiting`.
    Offered,
    /// With an agent.
    Active,
    /// Over. The owner may still have after-conversation work.
    Ended,
}

/// Who said or did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Author {
    /// The visitor.
    Visitor,
    /// An agent; `name` is the one that visitors see.
    Agent {
        /// Which agent.
        id: AgentId,
        /// The agent's public name then.
        name: String,
    },
    /// The server itself: a greeting of the button, a time-out.
    System,
}

/// A labelled pre-chat value. Values that are not for agents never appear here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// What is asked, such as `E-mail`.
    pub label: String,
    /// The answer; empty when the visitor gave none.
    pub value: Text,
}

/// A pre-chat value that the deployment keeps from agents. Needs the permission `details.read_hidden`; each reading is audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HiddenDetail {
    /// What was asked.
    pub label: String,
    /// The answer.
    pub value: Text,
    /// Names of the transcript fields it is saved to.
    pub transcript_fields: Vec<String>,
}

/// What is known of the visitor's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorCard {
    /// Who, over conversations.
    pub id: VisitorId,
    /// The name given; null when none was.
    pub name: Option<Text>,
    /// BCP 47 tag of the visitor's language.
    pub language: Option<String>,
    /// The browser or app as it calls itself.
    pub user_agent: Option<String>,
    /// `width x height` in pixels.
    pub screen_resolution: Option<String>,
    /// The page from which the visitor came to the site.
    pub referrer: Option<String>,
    /// The address as the server or a trusted proxy saw it. Null without the permission to see it.
    pub address: Option<String>,
    /// The page that the visitor is on: the newest of `pages`.
    pub page: Option<WebPage>,
    /// The pages that the visitor saw, on the visit that led here too, the newest first; at most [`crate::view::PAGES`].
    pub pages: Vec<VisitedPage>,
    /// Whether the visitor's device is heard from.
    pub connection: Connection,
}

/// A page, and when a visitor came to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitedPage {
    /// Which.
    pub page: WebPage,
    /// When.
    pub at: Instant,
}

/// A page that a visitor looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebPage {
    /// Its address, at most 2,000 characters.
    pub url: String,
    /// Its title.
    pub title: Option<String>,
}

/// Whether the visitor's device is heard from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Reads, or has read lately.
    Connected,
    /// Has been silent long enough for the deployment's connection warning.
    Silent,
}

/// A file of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct File {
    /// Names it within the workspace.
    pub id: FileId,
    /// Its name as the sender called it, stripped of folders and control characters.
    pub name: Text,
    /// Media type, judged by content, such as `image/png`.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Who sent it.
    pub author: Author,
    /// Whether its content was erased by retention or on request.
    pub erased: bool,
}

/// An open request for a file from the visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileRequest {
    /// Names it.
    pub id: FileRequestId,
    /// Who asked.
    pub author: Author,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Instant>,
}

/// How a request for a file came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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

/// Where a conversation is sent by a transfer. A button routes anew by its own rules; a skill asks any agent who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TransferTarget {
    /// One agent, who is offered it.
    Agent {
        /// Whom.
        id: AgentId,
    },
    /// Whoever the button routes to.
    Button {
        /// Which.
        id: ButtonId,
    },
    /// Any agent with the skill.
    Skill {
        /// Which.
        id: SkillId,
    },
    /// The end of a queue.
    Queue {
        /// Which.
        id: QueueId,
    },
}

/// Why an offer ended without being accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// The agent accepted it.
    Accepted,
    /// The agent declined it.
    Declined,
    /// The push time-out passed.
    TimedOut,
    /// It was taken back: the visitor left, or the agent did.
    Withdrawn,
}

/// Who or what ended a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent,
    /// The server: a time-out, no agent left.
    System,
}

/// Why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBecause {
    /// The visitor ended it.
    Visitor,
    /// The agent ended it.
    Agent,
    /// The visitor's device was not heard from for the connection time-out.
    ConnectionTimeout,
    /// The visitor was idle for too long.
    VisitorIdle,
    /// No agent was left who could take it.
    AgentsUnavailable,
    /// A fault of the server.
    Error,
    /// It was turned away before anybody took it.
    Refused,
}

/// Why a request for a conversation was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusedBecause {
    /// Nobody can take it.
    Unavailable,
    /// The visitor's address is blocked.
    Blocked,
    /// It was not marked as a request, and the deployment insists.
    NotARequest,
    /// A fault of the server.
    Internal,
}

/// The end of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Closure {
    /// Who ended it.
    pub by: ClosedBy,
    /// Why.
    pub because: EndedBecause,
    /// In the words of who ended it; null when none were given. Visitors see their own only.
    pub reason: Option<Text>,
    /// When.
    pub at: Instant,
}

/// How content the visitor was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5)]
    pub score: u8,
    /// In the visitor's words, at most 4,000 characters.
    pub comment: Option<Text>,
}

/// One thing that happened in a conversation.
///
/// `(conversation, sequence)` cites it for ever. Sequences of a conversation only grow; gaps are entries that the reader may not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its place in the conversation.
    pub sequence: u64,
    /// When.
    pub at: Instant,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. The name of the variant is the JSON's `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The visitor asked for a conversation, and it was taken on.
    Requested,
    /// It was turned away, at once or after waiting.
    Refused {
        /// Why.
        because: RefusedBecause,
    },
    /// It waits in its queue, or in the list to pick from.
    Queued {
        /// At the head, because it lost its agent.
        ahead: bool,
    },
    /// One agent is being asked.
    Offered {
        /// Names the offer.
        offer: OfferId,
        /// Whom.
        agent: AgentId,
        /// When it times out; null where there is no push time-out.
        expires_at: Option<Instant>,
    },
    /// That agent did not take it; what follows says where it went.
    OfferEnded {
        /// Which offer.
        offer: OfferId,
        /// Who was asked.
        agent: AgentId,
        /// How it ended.
        outcome: OfferOutcome,
    },
    /// An agent owns it now: the first one, or the next after a transfer.
    Joined {
        /// Who.
        agent: AgentId,
        /// The name that visitors see.
        name: String,
        /// Another agent had it before.
        transferred: bool,
    },
    /// The owner sends it on.
    TransferStarted {
        /// Who.
        agent: AgentId,
        /// Where to.
        target: TransferTarget,
    },
    /// It could not be sent there; the owner keeps it.
    TransferFailed {
        /// Who tried.
        agent: AgentId,
        /// Where to.
        target: TransferTarget,
    },
    /// Its agent was lost, and it went back to its queue.
    AgentLost {
        /// Who.
        agent: AgentId,
        /// Nobody else could take it: the visitor was told.
        nobody_left: bool,
    },
    /// A message that visitor and agents see.
    Message {
        /// Who wrote it.
        author: Author,
        /// What; empty once erased.
        text: Text,
    },
    /// A note among agents, such as one that goes with a transfer. No visitor sees it.
    Note {
        /// Who wrote it.
        author: Author,
        /// What; empty once erased.
        text: Text,
    },
    /// Sensitive-data rules changed a text before it was stored.
    TextMasked {
        /// Whose text.
        author: Author,
        /// How many rules matched.
        rules: u32,
    },
    /// Texts and files were erased; a view begins anew.
    Erased,
    /// A program on one side told a program on the other something.
    CustomEvent {
        /// Who sent it.
        author: Author,
        /// The event's own name.
        name: String,
        /// The event's own data.
        data: Text,
    },
    /// The visitor is asked for a file.
    FileRequested {
        /// The request.
        request: FileRequest,
    },
    /// A request for a file ended.
    FileRequestEnded {
        /// Which.
        request: FileRequestId,
        /// How.
        outcome: FileRequestOutcome,
    },
    /// A file came, or was sent.
    File {
        /// The file; its content is fetched by its id.
        file: File,
    },
    /// The visitor is on another page.
    PageVisited {
        /// Which.
        page: WebPage,
    },
    /// The visitor's device fell silent, or is heard from again.
    ConnectionChanged {
        /// Now.
        connection: Connection,
    },
    /// The visitor came back after its side had given the connection up.
    Reconnected,
    /// The visitor is warned that the conversation will end for want of an answer (true), or answered in time (false).
    IdleWarning {
        /// Whether the warning stands.
        raised: bool,
    },
    /// The visitor waits for the agent's answer too long (true), or was answered (false).
    CriticalWait {
        /// Whether the mark stands.
        raised: bool,
    },
    /// The owner asks for a supervisor's help. No visitor sees it.
    FlagRaised {
        /// Who.
        author: Author,
        /// In whose words; null when none were given, and once they are erased.
        note: Option<Text>,
    },
    /// Help came, or is needed no longer.
    FlagLowered {
        /// Who says so.
        author: Author,
    },
    /// A supervisor watches it from now on. No visitor sees it.
    MonitorStarted {
        /// Who.
        agent: AgentId,
    },
    /// He does no longer.
    MonitorEnded {
        /// Who.
        agent: AgentId,
    },
    /// The visitor judged the conversation.
    Rated {
        /// How.
        rating: Rating,
    },
    /// It is over.
    Ended {
        /// How.
        closure: Closure,
    },
    /// The owner has something to finish after the end; the conversation still uses capacity.
    AfterWorkStarted {
        /// Until when, if limited.
        until: Option<Instant>,
    },
    /// The owner finished what was to be done after the end; the conversation no longer uses capacity.
    AfterWorkEnded,
    /// The records of the CRM that it has or is to have are others now: read `GET /conversations/{id}/records`. No visitor sees it.
    RecordsChanged {
        /// How often they have changed.
        revision: u64,
    },
}

/// An owner asks for a supervisor's help. It is up until the owner or a supervisor lowers it, or the conversation ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flag {
    /// Who raised it.
    pub by: AgentId,
    /// In whose words; null when none were given, and once they are erased.
    pub note: Option<Text>,
    /// Since when.
    pub at: Instant,
}

/// A conversation as an agent sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentConversation {
    /// Which.
    pub id: ConversationId,
    /// The last entry that this state includes. Entries up to here are ignored by [`crate::view::AgentView`].
    pub sequence: u64,
    /// Where it stands.
    pub state: ConversationState,
    /// When the visitor asked for it.
    pub started_at: Instant,
    /// Who owns it.
    pub owner: Option<AgentId>,
    /// Where it came in.
    pub deployment: DeploymentId,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// In which queue it waits, or waited last.
    pub queue: Option<QueueId>,
    /// The visitor's side.
    pub visitor: VisitorCard,
    /// Pre-chat values, in order.
    pub details: Vec<Detail>,
    /// Where a running transfer leads to.
    pub transfer: Option<TransferTarget>,
    /// Requests for files that are open.
    pub file_requests: Vec<FileRequest>,
    /// Whether the idle warning stands.
    pub idle_warning: bool,
    /// Whether the visitor waits too long for an answer.
    pub critical_wait: bool,
    /// The flag that its owner raised.
    pub flag: Option<Flag>,
    /// Supervisors who watch it, in order.
    pub monitored_by: Vec<AgentId>,
    /// The visitor's judgement.
    pub rating: Option<Rating>,
    /// How it ended.
    pub closure: Option<Closure>,
    /// Whether it has ended and still uses the owner's capacity.
    pub after_work: bool,
    /// How often its records of the CRM have changed: those read with an older revision are read anew.
    pub records_revision: u64,
    /// The latest entries, oldest first, at most [`crate::view::TIMELINE`].
    pub timeline: Vec<Entry>,
    /// Whether there are entries before `timeline`: read them with `GET /conversations/{id}/entries`.
    pub earlier: bool,
}

/// Everything that was said and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Transcript {
    /// Which conversation.
    pub conversation: ConversationId,
    /// When it was asked for.
    pub started_at: Instant,
    /// When it ended; null while it goes on.
    pub ended_at: Option<Instant>,
    /// The visitor's name.
    pub visitor: Option<Text>,
    /// Pre-chat values that agents may see.
    pub details: Vec<Detail>,
    /// How it ended.
    pub closure: Option<Closure>,
    /// How it was judged.
    pub rating: Option<Rating>,
    /// Messages, notes, files, joins, transfers, the judgement and the end, oldest first.
    pub entries: Vec<Entry>,
}
