//! The records of a conversation as an agent may see them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    entity_plan::{Course, How, Instruction, Instructions, Part, State},
    ids::{AgentId, ConversationId},
    record::{FieldProblem, RecordRef},
    time::Timestamp,
};
use futures_util::StreamExt as _;

use super::{in_force, instructions, patiently, problem};
use crate::{
    App, Result, SignedInAgent,
    crm::{Asker, Crm, Entity, Record},
};

/// Records read at once.
const AT_ONCE: usize = 8;

/// The records that a conversation has, and those that it is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationRecords {
    /// Those that it has, or had until they were taken back.
    pub links: Vec<LinkedRecord>,
    /// Those that it is to have.
    pub pending: Vec<PendingRecord>,
    /// How often that has changed.
    pub revision: i64,
}

/// A record that a conversation has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedRecord {
    /// Names it within the conversation.
    pub part: String,
    /// Which.
    pub at: RecordRef,
    /// As the agent may see it; none if he may not, or it is gone.
    pub record: Option<Record>,
    /// How it came to be the conversation's.
    pub how: How,
    /// The agent who linked, made or took it back; none for the server.
    pub by: Option<AgentId>,
    /// When.
    pub since: Timestamp,
    /// It was taken back, or its link was taken away.
    pub undone: bool,
    /// It is to be shown at once.
    pub shows: bool,
    /// What was left out when it was made, and why.
    pub reasons: Vec<Reason>,
}

/// A record that a conversation is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Names it within the conversation.
    pub part: String,
    /// Of which entity.
    pub entity: String,
    /// The entity for people; its name where the agent may not use it.
    pub entity_label: String,
    /// What it waits for.
    pub state: PendingState,
    /// Those to choose from, as far as the agent may see them.
    pub candidates: Vec<Record>,
    /// There are more than these.
    pub more_candidates: bool,
    /// Why it is not there.
    pub reasons: Vec<Reason>,
    /// What the visitor said is enough to make a new one.
    pub can_make: bool,
}

/// What a record waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PendingState {
    /// The server, or the agent's acceptance.
    Waiting,
    /// An agent who chooses.
    Choosing,
    /// An agent who finds another way: it cannot be.
    Refused,
    /// The CRM, which failed.
    Failed,
}

/// Why something could not be, in the words of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The field's name; empty for the record as a whole.
    pub field: String,
    /// The field for people.
    pub label: String,
    /// For programs and translations.
    pub kind: String,
    /// In a sentence, without the value.
    pub reason: String,
}

/// What people call entities and fields.
#[derive(Debug, Default)]
pub(super) struct Words {
    entities: BTreeMap<String, Entity>,
}

impl Words {
    /// Of those entities that the agent may use. What cannot be read is called by its name.
    pub(super) async fn read(crm: &Arc<dyn Crm>, asker: Asker, names: BTreeSet<String>) -> Self {
        let mut entities = BTreeMap::new();
        for name in names {
            if let Ok(Some(entity)) = patiently(crm.entity(asker, &name)).await {
                entities.insert(name, entity);
            }
        }
        Self { entities }
    }

    fn entity(&self, name: &str) -> String {
        self.entities.get(name).map_or(name, |entity| &entity.label).to_owned()
    }

    pub(super) fn reasons(&self, entity: &str, problems: &[FieldProblem]) -> Vec<Reason> {
        let fields = self.entities.get(entity).map(|entity| entity.fields.as_slice()).unwrap_or_default();
        problems
            .iter()
            .map(|problem| Reason {
                field: problem.field.clone(),
                label: fields.iter().find(|field| field.name == problem.field).map_or(&problem.field, |field| &field.label).clone(),
                kind: problem.kind.clone(),
                reason: problem.reason.clone(),
            })
            .collect()
    }
}

fn pending(part: &Part, stuck: bool) -> Option<PendingState> {
    match part.state {
        State::Waiting | State::Making if stuck => Some(PendingState::Failed),
        State::Waiting | State::Making => Some(PendingState::Waiting),
        State::Choosing => Some(PendingState::Choosing),
        State::Refused => Some(PendingState::Refused),
        State::Linked | State::Nothing | State::Undone | State::Unlinked => None,
    }
}

impl App {
    /// The records that a conversation has and is to have, for whoever may read it. Reading what is another's is audited.
    ///
    /// # Errors
    /// Those of [`App::may_read`].
    pub async fn conversation_records(&self, who: &SignedInAgent, id: ConversationId) -> Result<ConversationRecords> {
        self.reads(who, id).await?;
        let directory = self.directory(who.workspace)?;
        let (kept, planned, parts) = {
            let mut snapshot = self.store().snapshot().await?;
            let planned = instructions(&mut snapshot, &directory, id).await?;
            (snapshot.record_course(who.workspace, id).await?, planned, snapshot.record_parts(who.workspace, id).await?)
        };
        let none = Instructions::default();
        // What is held is shown as what waits.
        let shown = if kept.as_ref().is_some_and(|kept| kept.held) { &planned } else { in_force(kept.as_ref(), &planned, &none) };
        let course = Course::resume(shown, parts, self.now());
        let trouble = kept.as_ref().and_then(|kept| kept.trouble.as_deref());
        let asker = Asker { workspace: who.workspace, agent: Some(who.agent) };
        let seen = self.seen(asker, &course).await?;
        let told = course.parts.iter().filter(|part| pending(part, false).is_some() || !part.reasons.is_empty());
        let told: BTreeSet<String> = told.map(|part| part.entity.clone()).collect();
        let words = match self.crm() {
            Some(crm) => Words::read(crm, asker, told).await,
            None => Words::default(),
        };
        let mut all = ConversationRecords { revision: kept.as_ref().map_or(0, |kept| kept.revision), ..ConversationRecords::default() };
        for part in &course.parts {
            if let Some(state) = pending(part, trouble.is_some()) {
                let why = match (state, trouble) {
                    (PendingState::Failed, Some(trouble)) => vec![problem("unavailable", trouble)],
                    _ => part.reasons.clone(),
                };
                let candidates = if state == PendingState::Choosing { part.candidates.as_slice() } else { &[] };
                all.pending.push(PendingRecord {
                    part: part.name.clone(),
                    entity: part.entity.clone(),
                    entity_label: words.entity(&part.entity),
                    state,
                    candidates: candidates.iter().filter_map(|candidate| seen.get(candidate).cloned()).collect(),
                    more_candidates: part.more_candidates,
                    reasons: words.reasons(&part.entity, &why),
                    can_make: shown.of(&part.name).is_some_and(Instruction::can_make),
                });
            } else if let (Some(at), Some(how)) = (&part.record, part.how) {
                all.links.push(LinkedRecord {
                    part: part.name.clone(),
                    at: at.clone(),
                    record: seen.get(at).cloned(),
                    how,
                    by: part.by,
                    since: part.at,
                    undone: part.state != State::Linked,
                    shows: part.shows,
                    reasons: words.reasons(&part.entity, &part.reasons),
                });
            }
        }
        Ok(all)
    }

    /// The records that are linked or to choose from, as far as the asker may see them.
    async fn seen(&self, asker: Asker, course: &Course) -> Result<BTreeMap<RecordRef, Record>> {
        let Some(crm) = self.crm() else { return Ok(BTreeMap::new()) };
        let choices = course.parts.iter().filter(|part| part.state == State::Choosing).flat_map(|part| &part.candidates);
        let mut wanted: Vec<RecordRef> = course.parts.iter().filter_map(|part| part.record.clone()).chain(choices.cloned()).collect();
        wanted.sort();
        wanted.dedup();
        let reads = wanted.into_iter().map(|at| async move {
            let record = patiently(crm.read(asker, &at)).await?;
            Ok::<_, crate::Error>(record.map(|record| (at, record)))
        });
        let read: Vec<_> = futures_util::stream::iter(reads).buffered(AT_ONCE).collect().await;
        let found: Vec<Option<(RecordRef, Record)>> = read.into_iter().collect::<Result<_>>()?;
        Ok(found.into_iter().flatten().collect())
    }
}
