//! The records of a CRM that conversations have: found or made by a plan, chosen, linked and made by agents.
//!
//! What follows from what is `domain::entity_plan`'s; here it is kept, asked of the CRM ([`crate::crm`]) outside any transaction, and told. An
//! answer is taken in by a transaction that looks again whether its question still stands: so it does not matter how many servers ask, how often
//! they die, or how late they are.

mod agent;
mod carry;
mod offline;
mod read;

use domain::{
    detail::{Detail, EntityMap, EntityPlan},
    entity_plan::{Change, Course, Instructions, Part, Refusal},
    ids::{ButtonId, ConversationId, DeploymentId, WorkspaceId},
    journal::Event,
    record::{FieldProblem, RecordRef},
    time::Timestamp,
};
use serde::Deserialize;
use store::{RecordCourse, Snapshot, Tx};

use crate::{App, Directory, Error, ErrorKind, Result, Scope, admin::WorkspaceSettings, definition::RecordTiming};

pub use agent::{Form, MadeRecord, NewRecordOf};
pub(crate) use carry::due as carry_due;
pub use domain::entity_plan::{How, State};
pub(crate) use offline::due as file_due;
pub use read::{ConversationRecords, LinkedRecord, PendingRecord, PendingState, Reason};

/// The reconciler that looks after them.
pub(crate) const RECONCILER: &str = "records";

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchPart => ErrorKind::NotFound("record of the conversation"),
            Refusal::NotNow => ErrorKind::Conflict("that cannot be done with this record now"),
            Refusal::NoCandidate => ErrorKind::Conflict("this record is not one of those that were found"),
            Refusal::NothingToMake => ErrorKind::Conflict("nothing that the visitor said is to be written into a new record"),
            Refusal::TooMany => ErrorKind::Conflict("agents have added as many records as a conversation may have"),
        }
        .into()
    }
}

/// When a new conversation's records are looked after: none if none are wanted.
pub(crate) fn timing(
    directory: &Directory,
    deployment: Option<DeploymentId>,
    button: Option<ButtonId>,
    plan: &EntityPlan,
    details: &[Detail],
) -> Option<RecordTiming> {
    let wanted = !plan.is_empty() || details.iter().any(|detail| detail.entity_maps.iter().any(|map| map.find));
    if !wanted || deployment.is_none() || !WorkspaceSettings::of(&directory.workspace).records.find_or_create {
        return None;
    }
    // Without an entry point no queue is known to find the agent.
    Some(button.and_then(|id| directory.buttons.get(&id)).map_or(RecordTiming::OnAcceptance, crate::definition::Button::records_at))
}

/// What a stored detail says of entities.
#[derive(Deserialize)]
struct Maps {
    #[serde(default)]
    entities: Vec<EntityMap>,
}

pub(crate) fn with_maps(stored: store::Detail) -> Result<Detail> {
    let maps: Maps = serde_json::from_value(stored.maps.clone()).map_err(Error::internal)?;
    Ok(Detail { entity_maps: maps.entities, ..crate::history::domain_detail(stored) })
}

/// What a conversation's plan comes to; nothing if it has none, or it is blank by now.
async fn instructions(snapshot: &mut Snapshot, directory: &Directory, id: ConversationId) -> Result<Instructions> {
    let workspace = directory.id();
    let origin = snapshot.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
    let plan: Option<EntityPlan> = serde_json::from_value(origin.entity_plan).map_err(Error::internal)?;
    let details = snapshot.details(workspace, id).await?.into_iter().map(with_maps).collect::<Result<Vec<_>>>()?;
    let settings = WorkspaceSettings::of(&directory.workspace).records;
    Ok(Instructions::of_plan(&plan.unwrap_or_default(), &details, |entity| settings.allows(entity)))
}

/// The instructions that count: none while the plan is held, or where there is none.
fn in_force<'i>(kept: Option<&RecordCourse>, instructions: &'i Instructions, none: &'i Instructions) -> &'i Instructions {
    if kept.is_some_and(|kept| kept.planned && !kept.held) { instructions } else { none }
}

/// A conversation's records in a transaction that holds the conversation.
struct Held<'i> {
    conversation: domain::conversation::Conversation,
    kept: RecordCourse,
    course: Course,
    before: Vec<Part>,
    instructions: &'i Instructions,
}

impl<'i> Held<'i> {
    /// Takes the conversation's lock and reads. None if the conversation is gone.
    async fn lock(
        tx: &mut Tx,
        scope: &Scope,
        id: ConversationId,
        planned: &'i Instructions,
        none: &'i Instructions,
    ) -> Result<Option<Held<'i>>> {
        let workspace = scope.workspace();
        let Some(conversation) = tx.conversation(workspace, id).await? else { return Ok(None) };
        let kept = tx.record_course(workspace, id).await?;
        let instructions = in_force(kept.as_ref(), planned, none);
        let before = tx.record_parts(workspace, id).await?;
        let course = Course::resume(instructions, before.clone(), scope.now);
        let kept =
            kept.unwrap_or(RecordCourse { planned: false, held: false, since: scope.now, due: None, tries: 0, trouble: None, revision: 0 });
        Ok(Some(Held { conversation, kept, course, before, instructions }))
    }

    /// Saves what is different, sees to it that what is left to do is done, and tells of what agents see.
    async fn save(mut self, tx: &mut Tx, scope: &Scope, change: Change) -> Result<Course> {
        let (workspace, id) = (scope.workspace(), self.conversation.id);
        let parts = self.course.parts.iter().enumerate().filter(|(_, part)| !self.before.contains(part));
        // Those that agents added stand behind the plan's, also where the plan begins after them.
        let placed = parts.map(|(at, part)| (if part.is_added() { ADDED_AT + at } else { at }, part)).collect::<Vec<_>>();
        tx.save_record_parts(workspace, id, placed.into_iter()).await?;
        if change == Change::Visible {
            self.kept.revision += 1;
            let changed = self.conversation.record(Event::RecordsChanged { revision: self.kept.revision });
            scope.journal(tx, changed);
            tx.save_conversation(workspace, &self.conversation).await?;
        }
        tx.save_record_course(workspace, id, &self.kept).await?;
        Ok(self.course)
    }

    /// There is something to ask the CRM.
    fn has_more(&self) -> bool {
        self.course.next(self.instructions).is_some()
    }
}

/// Where those that agents added begin in the order.
const ADDED_AT: usize = 1_000;

/// A problem of the record as a whole.
fn problem(kind: &str, reason: &str) -> FieldProblem {
    FieldProblem { field: String::new(), kind: kind.to_owned(), reason: reason.to_owned() }
}

impl App {
    /// The records that a conversation has now, in order, with whatever rights its caller has checked.
    pub async fn linked_records(&self, workspace: WorkspaceId, id: ConversationId) -> Result<Vec<RecordRef>> {
        let parts = self.store().snapshot().await?.record_parts(workspace, id).await?;
        Ok(parts.iter().filter_map(|part| part.linked().cloned()).collect())
    }

    /// The CRM has something to do.
    pub(crate) fn records_wait(&self) {
        if self.crm().is_some() {
            self.reconcile_soon(RECONCILER);
        }
    }
}

/// When what failed is tried again: twice as late each time, five minutes at most.
fn again_at(now: Timestamp, tries: i64) -> Timestamp {
    let seconds = 1_u64 << tries.clamp(0, 9);
    now + std::time::Duration::from_secs(seconds.min(300))
}

/// What is tried for so long in vain is given up; an agent can have it tried again.
const GIVEN_UP_AFTER: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
/// Nobody else takes a turn that began less than this ago. Whoever dies in it holds the others up for so long.
const TURN: std::time::Duration = std::time::Duration::from_secs(5);
/// The CRM is waited for so long.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// What a look at all that is due came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looked {
    /// When there is something again.
    pub(crate) next: Option<Timestamp>,
    /// Why something did not get on.
    pub(crate) trouble: Option<&'static str>,
}

/// Waits for the CRM, not for ever.
async fn patiently<T>(asked: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|late| Err(Error { kind: ErrorKind::Unavailable, source: Some(late.into()) }))
}
