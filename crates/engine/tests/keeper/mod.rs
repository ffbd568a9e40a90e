//! A CRM that keeps transcripts in memory and does what a test tells it to: fail, refuse a field, hang after it has written, lose things.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use domain::{
    ids::{ConversationId, WorkspaceId},
    secret::Text,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use switchboard_engine::{
    Error, ErrorKind, Result,
    crm::{
        Asker, Created, Criterion, Crm, Entity, FieldProblem, Found, Kept, KeptTranscript, Linked, NewRecord, OfflineMatter, Put, Record,
        RecordRef, Removed, SpanOfTranscripts, TranscriptRecord, Transcripts,
    },
};

/// What it does with the next ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Keeps them.
    #[default]
    Willing,
    /// Answers that it cannot now.
    Down,
    /// Keeps them, and never answers.
    SilentAfter,
    /// Never answers, and keeps nothing.
    SilentBefore,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) mood: Mood,
    pub(crate) kept: BTreeMap<ConversationId, TranscriptRecord>,
    /// Behind the engine's back somebody changed these.
    pub(crate) damaged: Vec<ConversationId>,
    pub(crate) forgotten: Vec<ConversationId>,
    /// Every transcript that was given and kept.
    pub(crate) puts: Vec<(ConversationId, i64)>,
    /// A field that it has not.
    pub(crate) lacks: Option<&'static str>,
}

#[derive(Debug, Default)]
pub(crate) struct Keeper(Mutex<State>);

impl Keeper {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn kept(&self, id: ConversationId) -> TranscriptRecord {
        self.state().kept.get(&id).cloned().unwrap_or_else(|| panic!("{id} has no transcript"))
    }

    /// How often a conversation's transcript was written.
    pub(crate) fn writes(&self, id: ConversationId) -> usize {
        self.state().puts.iter().filter(|(of, _)| *of == id).count()
    }

    fn keep(&self, record: TranscriptRecord) -> Put {
        let mut state = self.state();
        let id = record.conversation;
        if let Some(before) = state.kept.get(&id).filter(|before| before.revision > record.revision) {
            return Put::Older(before.revision);
        }
        let lacks = state.lacks;
        let lacking = record.details.iter().filter(|detail| lacks == Some(detail.field.as_str()));
        let left_out = lacking
            .map(|detail| FieldProblem { field: detail.field.clone(), kind: "unknown_field".into(), reason: "there is none".into() })
            .collect();
        state.puts.push((id, record.revision));
        state.damaged.retain(|damaged| *damaged != id);
        state.kept.insert(id, record);
        Put::Kept(Kept { left_out })
    }
}

impl Transcripts for Keeper {
    fn put_transcript<'a>(&'a self, _workspace: WorkspaceId, record: TranscriptRecord) -> BoxFuture<'a, Result<Put>> {
        async move {
            let mood = self.state().mood;
            match mood {
                Mood::Willing => Ok(self.keep(record)),
                Mood::Down => Err(ErrorKind::Unavailable.into()),
                Mood::SilentAfter => {
                    self.keep(record);
                    std::future::pending().await
                }
                Mood::SilentBefore => std::future::pending().await,
            }
        }
        .boxed()
    }

    fn forget_transcript<'a>(&'a self, _workspace: WorkspaceId, conversation: ConversationId, _revision: i64) -> BoxFuture<'a, Result<()>> {
        async move {
            if self.state().mood != Mood::Willing {
                return Err(ErrorKind::Unavailable.into());
            }
            self.state().kept.remove(&conversation);
            self.state().forgotten.push(conversation);
            Ok(())
        }
        .boxed()
    }

    fn kept_transcripts<'a>(&'a self, _workspace: WorkspaceId, span: SpanOfTranscripts) -> BoxFuture<'a, Result<Vec<KeptTranscript>>> {
        async move {
            let state = self.state();
            let place = |record: &TranscriptRecord| (record.requested_at, record.conversation);
            let inside = |at| at > span.after && span.up_to.is_none_or(|up_to| at <= up_to);
            Ok(state
                .kept
                .values()
                .filter(|record| inside(place(record)))
                .map(|record| KeptTranscript {
                    conversation: record.conversation,
                    revision: record.revision,
                    intact: !state.damaged.contains(&record.conversation),
                })
                .collect())
        }
        .boxed()
    }
}

fn unasked<T>() -> Result<T> {
    Err(Error::internal("nobody asks this here"))
}

impl Crm for Keeper {
    fn entities<'a>(&'a self, _: Asker) -> BoxFuture<'a, Result<Vec<Entity>>> {
        async { unasked() }.boxed()
    }

    fn entity<'a>(&'a self, _: Asker, _: &'a str) -> BoxFuture<'a, Result<Option<Entity>>> {
        async { unasked() }.boxed()
    }

    fn find<'a>(&'a self, _: Asker, _: &'a str, _: &'a [Criterion], _: usize) -> BoxFuture<'a, Result<Found>> {
        async { unasked() }.boxed()
    }

    fn search<'a>(&'a self, _: Asker, _: &'a str, _: &'a Text, _: usize) -> BoxFuture<'a, Result<Vec<Record>>> {
        async { unasked() }.boxed()
    }

    fn read<'a>(&'a self, _: Asker, _: &'a RecordRef) -> BoxFuture<'a, Result<Option<Record>>> {
        async { unasked() }.boxed()
    }

    fn create<'a>(&'a self, _: Asker, _: NewRecord) -> BoxFuture<'a, Result<Created>> {
        async { unasked() }.boxed()
    }

    fn link<'a>(&'a self, _: Asker, _: &'a RecordRef, _: &'a str, _: &'a RecordRef) -> BoxFuture<'a, Result<Linked>> {
        async { unasked() }.boxed()
    }

    fn remove<'a>(&'a self, _: Asker, _: &'a RecordRef, _: &'a str) -> BoxFuture<'a, Result<Removed>> {
        async { unasked() }.boxed()
    }

    fn file_offline_message<'a>(&'a self, _: Asker, _: OfflineMatter) -> BoxFuture<'a, Result<Created>> {
        async { unasked() }.boxed()
    }

    fn transcripts(&self) -> Option<&dyn Transcripts> {
        Some(self)
    }
}
