//! The part of the port by which a CRM keeps transcripts.

use std::fmt::Debug;

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, SkillId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
    transcript::{Numbers, OccurrenceKind, Side, Status},
};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::{FieldProblem, RecordRef};
use crate::Result;

/// A CRM that keeps transcripts: of each conversation one, of each visitor one record that its transcripts refer to.
pub trait Transcripts: Debug + Send + Sync {
    /// Keeps a conversation's transcript as it is now: makes it, or brings it up to date, with all that hangs on it, wholly or not at all. What
    /// cannot be kept of it is left out and reported.
    fn put_transcript<'a>(&'a self, workspace: WorkspaceId, record: TranscriptRecord) -> BoxFuture<'a, Result<Put>>;

    /// The conversation is gone: of its transcript only numbers and names of our own people stay. Repeating it changes nothing, nor does it for
    /// one that was never kept.
    fn forget_transcript<'a>(&'a self, workspace: WorkspaceId, conversation: ConversationId, revision: i64) -> BoxFuture<'a, Result<()>>;

    /// What is kept of conversations of a span, in its order, but for those that it was told to forget.
    fn kept_transcripts<'a>(&'a self, workspace: WorkspaceId, span: SpanOfTranscripts) -> BoxFuture<'a, Result<Vec<KeptTranscript>>>;
}

/// Conversations in the order in which they were asked for, then of their ids: after one, up to and with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanOfTranscripts {
    /// After this one.
    pub after: (Timestamp, ConversationId),
    /// Up to this one; none for all that come after.
    pub up_to: Option<(Timestamp, ConversationId)>,
}

/// What became of a transcript to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is kept.
    Kept(Kept),
    /// A later one is kept already, of this revision: nothing was changed.
    Older(i64),
}

/// How a transcript is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What of it is not, and why.
    pub left_out: Vec<FieldProblem>,
}

/// A transcript that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptTranscript {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// The revision that was given last.
    pub revision: i64,
    /// There is one of it, and all that was given stands in it as it was given.
    pub intact: bool,
}

/// A conversation's transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TranscriptRecord {
    /// Which conversation.
    pub conversation: ConversationId,
    /// What has a higher one was read later.
    #[serde(skip)]
    pub revision: i64,
    /// What visitors' clients call the conversation.
    pub key: String,
    /// The visitor: the same for all their conversations.
    pub visitor: VisitorId,
    /// Where it came from; none if that is not known.
    pub deployment: Option<DeploymentId>,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// The skill that the entry point asks for; the first, if several.
    pub skill: Option<SkillId>,
    /// Who has it, or had it last.
    pub owner: Option<AgentId>,
    /// The journal told all: else `status` and `events` of one that is kept already stay as they are.
    pub complete: bool,
    /// What became of it.
    pub status: Status,
    /// Who ended it.
    pub ended_by: Option<Side>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the first agent took it.
    pub accepted_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How it went.
    pub numbers: Numbers,
    /// What was said, as a page; at most [`domain::transcript::BODY_CHARACTERS`].
    pub body: Text,
    /// The same with notes among agents.
    pub supervisor_body: Text,
    /// All that was said, as text, where `body` was cut and the conversation is over.
    pub whole: Option<Text>,
    /// The visitor's language, as `en-US`.
    pub language: String,
    /// The visitor's browser and its version, as far as its own word tells.
    pub browser: String,
    /// The visitor's operating system, likewise.
    pub platform: String,
    /// The visitor's client's own word.
    pub user_agent: String,
    /// As `1280x800`.
    pub screen: String,
    /// The address it came from.
    pub address: String,
    /// Where the visitor came from.
    pub referrer: String,
    /// Values for fields of the CRM's own. An empty one empties the field.
    pub details: Vec<TranscriptDetail>,
    /// Records that it is linked to.
    pub records: Vec<LinkedRecord>,
    /// What happened, in its order.
    pub events: Vec<TranscriptEvent>,
}

/// A value that somebody said is to be kept with the transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TranscriptDetail {
    /// The transcript's field, as it was named.
    pub field: String,
    /// What it is called where it was asked for.
    pub label: String,
    /// As it was typed.
    pub value: Text,
}

/// A record that a conversation is linked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkedRecord {
    /// Which.
    pub record: RecordRef,
    /// The transcript's field that gets its id.
    pub save_to: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TranscriptEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: OccurrenceKind,
    /// Which agent it was about.
    pub agent: Option<AgentId>,
    /// What else it names: a queue, a button, another agent; empty for none.
    pub detail: String,
}
