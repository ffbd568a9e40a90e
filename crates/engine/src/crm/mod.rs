//! The port to a CRM: what the engine needs of whoever keeps records of customers.
//!
//! The CRM inside the binary implements it, and a connector to one elsewhere can: nothing here says how records are stored, and one suite of
//! tests is written against it. Everything may be asked twice: what makes something carries a key, and the same key is the same record.
//! Nothing is asked while a transaction of the engine is open.

mod collect;
mod device;
#[cfg(feature = "suite")]
pub mod suite;
mod transcript;

use std::{fmt::Debug, sync::Arc};

pub use domain::record::{Criterion, FieldProblem, RecordRef};
use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, OfflineMessageId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};
use futures_util::future::BoxFuture;

use crate::{Directory, Result};

pub(crate) use collect::collect;
pub use transcript::{
    Kept, KeptTranscript, LinkedRecord, Put, SpanOfTranscripts, TranscriptDetail, TranscriptEvent, TranscriptRecord, Transcripts,
};

/// Somebody who keeps records.
pub trait Crm: Debug + Send + Sync {
    /// The entities that this asker may use, with what a form or a table of them needs.
    fn entities<'a>(&'a self, asker: Asker) -> BoxFuture<'a, Result<Vec<Entity>>>;

    /// One entity; names are matched exactly as plans demand it (`liveagent.md` 4). None if there is none for this asker.
    fn entity<'a>(&'a self, asker: Asker, name: &'a str) -> BoxFuture<'a, Result<Option<Entity>>>;

    /// Records that fulfil all criteria, the latest changed first, at most `limit`.
    fn find<'a>(&'a self, asker: Asker, entity: &'a str, criteria: &'a [Criterion], limit: usize) -> BoxFuture<'a, Result<Found>>;

    /// Records of an entity in whose name or other telling fields this stands, for a person who looks for one.
    fn search<'a>(&'a self, asker: Asker, entity: &'a str, text: &'a Text, limit: usize) -> BoxFuture<'a, Result<Vec<Record>>>;

    /// One record, or none for this asker.
    fn read<'a>(&'a self, asker: Asker, record: &'a RecordRef) -> BoxFuture<'a, Result<Option<Record>>>;

    /// Makes a record, or says which one was made under this key before.
    fn create<'a>(&'a self, asker: Asker, record: NewRecord) -> BoxFuture<'a, Result<Created>>;

    /// Sets one field of a record to the id of another, if it has none. Repeating it changes nothing.
    fn link<'a>(&'a self, asker: Asker, child: &'a RecordRef, field: &'a str, parent: &'a RecordRef) -> BoxFuture<'a, Result<Linked>>;

    /// Takes back what was made under this key, if nobody has changed it since.
    fn remove<'a>(&'a self, asker: Asker, record: &'a RecordRef, key: &'a str) -> BoxFuture<'a, Result<Removed>>;

    /// Makes a case, or whatever the CRM calls a matter that somebody has to see to, of a message that a visitor left when nobody was there; or
    /// says which one was made under the message's key before. Which entity and fields is the CRM's to know.
    fn file_offline_message<'a>(&'a self, asker: Asker, message: OfflineMatter) -> BoxFuture<'a, Result<Created>>;

    /// Where it keeps transcripts; none if it keeps no such thing.
    fn transcripts(&self) -> Option<&dyn Transcripts> {
        None
    }

    /// Removes for good what has been deleted for as long as it can be taken back: a bounded step of it. Whether there is more to remove. Asked
    /// once a day, and until there is no more; for a CRM that does not do it by itself.
    fn empty_bin<'a>(&'a self, _workspace: WorkspaceId) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    /// Who works here and how visitors come in is so now: for a CRM that has records of agents, queues or entry points. It is told at the start,
    /// by the time whoever changed something is answered, and again now and then. Told the same, it does nothing.
    fn definitions_changed<'a>(&'a self, _definitions: Definitions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// What there is in a workspace.
#[derive(Clone, Debug)]
pub struct Definitions {
    /// All definitions.
    pub directory: Arc<Directory>,
    /// Ids by which clients of another system know the workspace.
    pub organisation_ids: Vec<String>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asker {
    /// Whose records.
    pub workspace: WorkspaceId,
    /// The agent whose rights count; none for the server itself, for a plan that the workspace allows.
    pub agent: Option<AgentId>,
}

/// A record as a person tells it from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which.
    pub at: RecordRef,
    /// The entity for people: "Contact".
    pub entity_label: String,
    /// Its name or number.
    pub title: Text,
    /// What tells it from others of that name: label and value, the most telling first. Only what the asker may see.
    pub facts: Vec<(String, Text)>,
}

/// An entity as forms need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Canonical.
    pub name: String,
    /// For people.
    pub label: String,
    /// The asker may make records.
    pub can_create: bool,
    /// Those that the asker may give a value, the required and usual ones first.
    pub fields: Vec<EntityField>,
}

/// A field as forms need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityField {
    /// Canonical.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// A new record needs a value.
    pub required: bool,
    /// A form for a quick record shows it.
    pub usual: bool,
    /// The longest text, in characters.
    pub length: Option<u32>,
    /// Of a choice: value and label.
    pub choices: Vec<(String, String)>,
    /// What a new record has.
    pub default: Option<String>,
    /// To which entities it refers.
    pub refers_to: Vec<String>,
}

/// What a field holds, as far as a form differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line.
    Text,
    /// Several lines.
    LongText,
    /// An address of e-mail.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Yes or no.
    Checkbox,
    /// A number.
    Number,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of any day.
    Time,
    /// One of some.
    Choice,
    /// Some of some.
    Choices,
    /// Another record.
    Reference,
    /// What no form shows.
    Other,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// These; none if there are none.
    Records(Vec<Record>),
    /// It could not be looked for: a value cannot be read as its field's type, or there is no such field.
    Unreadable(Vec<FieldProblem>),
}

/// A record to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// The entity's name, exactly.
    pub entity: String,
    /// Field and value as somebody typed it.
    pub fields: Vec<(String, Text)>,
    /// The same key is the same record: `conversation:part`.
    pub key: String,
    /// A field whose value cannot be read is left out and reported; else the whole record is refused.
    pub lenient: bool,
}

/// What a visitor left when nobody was there, as a CRM needs it. Texts are empty where nothing was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineMatter {
    /// Which message.
    pub message: OfflineMessageId,
    /// The same key is the same record.
    pub key: String,
    /// The beginning of what was written, as one line.
    pub subject: Text,
    /// What was written.
    pub text: Text,
    /// The visitor's name.
    pub name: Text,
    /// Where an answer is to go.
    pub email: Text,
    /// A telephone number.
    pub phone: Text,
    /// The page that the visitor was on.
    pub page: Text,
    /// Where it was left.
    pub deployment: DeploymentId,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// When.
    pub at: Timestamp,
}

/// What became of a record to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    Made {
        /// As it is now.
        record: Record,
        /// It had been made under this key before.
        before: bool,
        /// Fields that were left out, and why.
        left_out: Vec<FieldProblem>,
    },
    /// It is not, and asking again will not help.
    Refused(Vec<FieldProblem>),
}

/// What became of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linked {
    /// The field has the id now, or had it.
    Done,
    /// It refers to another record already.
    Taken,
    /// It cannot.
    Refused(FieldProblem),
}

/// What became of taking a record back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, or was.
    Done,
    /// Somebody has changed it since it was made.
    Changed,
    /// The asker may not, or it was not made under this key.
    Refused,
}

/// The key of a record that a conversation makes: the same for the same part of it, whoever asks and however often.
pub fn key(conversation: ConversationId, part: &str) -> String {
    format!("{conversation}:{part}")
}
