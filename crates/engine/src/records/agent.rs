//! What agents do with the records of a conversation.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    conversation::Phase,
    entity_plan::{Change, Course, How, Instructions},
    ids::ConversationId,
    permission::Permission,
    record::RecordRef,
    secret::Text,
    text_limits::{self, LABEL_CHARACTERS, MESSAGE_BYTES},
    time::Timestamp,
};
use futures_util::FutureExt as _;

use super::{
    Held, instructions, patiently,
    read::{ConversationRecords, Reason, Words},
};
use crate::{
    App, Error, ErrorKind, Result, SignedInAgent,
    crm::{self, Asker, Created, Crm, Entity, NewRecord, Record, Removed},
};

/// The most fields of a record that an agent makes.
const FIELDS: usize = 200;
/// Records that a search shows, at most.
const FOUND: usize = 25;

/// A record that an agent makes by a form.
#[derive(Clone, Debug)]
pub struct NewRecordOf {
    /// Its entity.
    pub entity: String,
    /// Field and value, as the agent typed it.
    pub fields: Vec<(String, Text)>,
    /// The part of the plan in whose place it stands, if it does.
    pub part: Option<String>,
    /// The same for the same request, and no other: however often it is asked, one record is made.
    pub name: String,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum MadeRecord {
    /// It is there, and linked.
    Made(ConversationRecords),
    /// It is not; why.
    Refused(Vec<Reason>),
}

/// What a form for a new record needs.
pub type Form = Entity;

const NO_CRM: ErrorKind = ErrorKind::Conflict("there is no CRM");

/// The record is as the CRM has it, or there is none.
fn not_found() -> Error {
    ErrorKind::NotFound("record").into()
}

impl App {
    fn crm_of(&self, who: &SignedInAgent) -> Result<(&Arc<dyn Crm>, Asker)> {
        may_ever(who)?;
        Ok((self.crm().ok_or(NO_CRM)?, Asker { workspace: who.workspace, agent: Some(who.agent) }))
    }

    /// The entities of which an agent may look for records, or make some.
    ///
    /// # Errors
    /// `Forbidden` without the permission to answer or to supervise; `Conflict` where there is no CRM.
    pub async fn record_entities(&self, who: &SignedInAgent) -> Result<Vec<Entity>> {
        let (crm, asker) = self.crm_of(who)?;
        patiently(crm.entities(asker)).await
    }

    /// What a form for a new record needs.
    ///
    /// # Errors
    /// As [`App::record_entities`]; `NotFound` for an entity that there is not, or not for this agent.
    pub async fn record_form(&self, who: &SignedInAgent, entity: &str) -> Result<Form> {
        let (crm, asker) = self.crm_of(who)?;
        patiently(crm.entity(asker, entity)).await?.ok_or_else(|| ErrorKind::NotFound("kind of record").into())
    }

    /// Records in whose telling fields a text stands.
    ///
    /// # Errors
    /// As [`App::record_entities`].
    pub async fn search_records(&self, who: &SignedInAgent, entity: &str, text: &Text) -> Result<Vec<Record>> {
        let (crm, asker) = self.crm_of(who)?;
        let text = text_limits::line(text.reveal(), LABEL_CHARACTERS).map_err(|problem| Error::invalid("text", problem.to_string()))?;
        patiently(crm.search(asker, entity, &Text(text), FOUND)).await
    }

    /// Changes a conversation's records, by its owner, who had it last, or a supervisor.
    async fn change_records(
        &self,
        who: &SignedInAgent,
        id: ConversationId,
        work: impl Fn(&mut Course, &Instructions, Timestamp) -> Result<Change> + Send + Sync + 'static,
    ) -> Result<()> {
        may_ever(who)?;
        let scope = self.scope(who.workspace)?;
        let planned = instructions(&mut self.store().snapshot().await?, &scope.directory, id).await?;
        let work = Arc::new((scope, planned, Instructions::default(), who.clone(), work));
        let goes_on = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, planned, none, who, change) = &*work;
                    let held = Held::lock(tx, scope, id, planned, none).await?;
                    let mut held = held.ok_or(ErrorKind::NotFound("conversation"))?;
                    let answered_by = match held.conversation.phase {
                        Phase::Ended => tx.origin(who.workspace, id).await?.and_then(|origin| origin.answered_by),
                        phase => phase.owner(),
                    };
                    owns(who, answered_by)?;
                    let change = change(&mut held.course, held.instructions, scope.now)?;
                    if change == Change::None {
                        return Ok(false);
                    }
                    let goes_on = held.has_more();
                    if goes_on {
                        (held.kept.due, held.kept.since, held.kept.tries) = (Some(scope.now), scope.now, 0);
                    }
                    held.save(tx, scope, change).await?;
                    Ok(goes_on)
                }
                .boxed()
            })
            .await?;
        if goes_on {
            self.records_wait();
        }
        Ok(())
    }

    /// Chooses one of several that were found.
    ///
    /// # Errors
    /// `NotFound` for what is not there, `Conflict` in a conversation of another, or where there is nothing to choose, or not this.
    pub async fn choose_record(&self, who: &SignedInAgent, id: ConversationId, part: String, record: String) -> Result<()> {
        let by = who.agent;
        self.change_records(who, id, move |course, _, at| {
            let of_part = course.part(&part).ok_or(ErrorKind::NotFound("record of the conversation"))?;
            let known = of_part.candidates.iter().chain(of_part.linked()).find(|candidate| candidate.id == record).cloned();
            let chosen = known.unwrap_or(RecordRef { entity: of_part.entity.clone(), id: record.clone() });
            Ok(course.choose(&part, &chosen, by, at)?)
        })
        .await
    }

    /// Has a record made of what the visitor said, instead of those that were found.
    ///
    /// # Errors
    /// As [`App::choose_record`].
    pub async fn make_planned_record(&self, who: &SignedInAgent, id: ConversationId, part: String) -> Result<()> {
        let by = who.agent;
        self.change_records(who, id, move |course, planned, at| Ok(course.make(planned, &part, by, at)?)).await
    }

    /// Has tried again what was refused or given up.
    ///
    /// # Errors
    /// As [`App::choose_record`].
    pub async fn retry_record(&self, who: &SignedInAgent, id: ConversationId, part: String) -> Result<()> {
        self.change_records(who, id, move |course, planned, at| Ok(course.retry(planned, &part, at)?)).await
    }

    /// Links a record that the agent may read.
    ///
    /// # Errors
    /// As [`App::choose_record`].
    pub async fn link_record(&self, who: &SignedInAgent, id: ConversationId, record: RecordRef) -> Result<()> {
        let (crm, asker) = self.crm_of(who)?;
        let found = patiently(crm.read(asker, &record)).await?.ok_or_else(not_found)?.at;
        let (by, name) = (who.agent, format!("agent-{}", self.id::<uuid::Uuid>().simple()));
        self.change_records(who, id, move |course, _, at| Ok(course.add(&name, found.clone(), How::Chosen, by, at)?)).await
    }

    /// Takes a link away. The record stays as it is.
    ///
    /// # Errors
    /// As [`App::choose_record`].
    pub async fn unlink_record(&self, who: &SignedInAgent, id: ConversationId, part: String) -> Result<()> {
        let by = who.agent;
        self.change_records(who, id, move |course, planned, at| Ok(course.unlink(planned, &part, by, at)?)).await
    }

    /// Takes back what was done for a part: a record that was made goes, unless somebody has changed it since; any other loses its link.
    ///
    /// # Errors
    /// As [`App::choose_record`]; `Conflict` if the record was changed, `Forbidden` if the CRM does not let this agent.
    pub async fn undo_record(&self, who: &SignedInAgent, id: ConversationId, part: String) -> Result<()> {
        self.may_change_records(who, id).await?;
        let (crm, asker) = self.crm_of(who)?;
        let kept = self.store().snapshot().await?.record_parts(who.workspace, id).await?;
        let known = kept.into_iter().find(|kept| kept.name == part).ok_or(ErrorKind::NotFound("record of the conversation"))?;
        let undone = known.linked().cloned();
        if let Some(record) = undone.as_ref().filter(|_| known.was_made()) {
            let key = crm::key(id, known.made_as.as_deref().unwrap_or(&known.name));
            match patiently(crm.remove(asker, record, &key)).await? {
                Removed::Done => {}
                Removed::Changed => return Err(ErrorKind::Conflict("somebody has changed the record since it was made").into()),
                Removed::Refused => return Err(ErrorKind::Forbidden.into()),
            }
        }
        let by = who.agent;
        self.change_records(who, id, move |course, planned, at| {
            if course.part(&part).and_then(|now| now.linked()) != undone.as_ref() {
                return Err(ErrorKind::Conflict("that cannot be done with this record now").into());
            }
            Ok(course.undo(planned, &part, by, at)?)
        })
        .await
    }

    /// Makes a record by a form and links it.
    ///
    /// # Errors
    /// As [`App::choose_record`]; `Invalid` for too many or too long values.
    pub async fn make_record(&self, who: &SignedInAgent, id: ConversationId, new: NewRecordOf) -> Result<MadeRecord> {
        self.may_change_records(who, id).await?;
        let (crm, asker) = self.crm_of(who)?;
        if new.fields.len() > FIELDS {
            return Err(Error::invalid("fields", format!("at most {FIELDS} fields are allowed")));
        }
        if let Some((name, _)) = new.fields.iter().find(|(_, value)| value.reveal().len() > MESSAGE_BYTES) {
            let name: String = name.chars().take(LABEL_CHARACTERS).collect();
            return Err(Error::invalid("fields", format!("{name}: at most {MESSAGE_BYTES} bytes are allowed")));
        }
        let NewRecordOf { entity, fields, part, name } = new;
        let record = NewRecord { entity: entity.clone(), fields, key: crm::key(id, &name), lenient: false };
        let made = match patiently(crm.create(asker, record)).await? {
            Created::Made { record, .. } => record.at,
            Created::Refused(problems) => {
                let words = Words::read(crm, asker, BTreeSet::from([entity.clone()])).await;
                return Ok(MadeRecord::Refused(words.reasons(&entity, &problems)));
            }
        };
        let by = who.agent;
        self.change_records(who, id, move |course, _, at| Ok(course.made_by_agent(part.as_deref(), &name, made.clone(), by, at)?)).await?;
        Ok(MadeRecord::Made(self.conversation_records(who, id).await?))
    }

    /// Before the CRM is asked; [`App::change_records`] looks again.
    async fn may_change_records(&self, who: &SignedInAgent, id: ConversationId) -> Result<()> {
        may_ever(who)?;
        let mut snapshot = self.store().snapshot().await?;
        let conversation = snapshot.conversation(who.workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        let answered_by = match conversation.phase {
            Phase::Ended => snapshot.origin(who.workspace, id).await?.and_then(|origin| origin.answered_by),
            phase => phase.owner(),
        };
        owns(who, answered_by)
    }
}

/// Fails unless the agent may work with records at all.
fn may_ever(who: &SignedInAgent) -> Result<()> {
    let may = [Permission::AnswerConversations, Permission::SuperviseConversations].iter().any(|one| who.permissions.allows(*one));
    if may { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
}

/// Fails unless the agent has the conversation, or had it last, or supervises.
fn owns(who: &SignedInAgent, answered_by: Option<domain::ids::AgentId>) -> Result<()> {
    if who.permissions.allows(Permission::SuperviseConversations) {
        return Ok(());
    }
    if answered_by == Some(who.agent) { Ok(()) } else { Err(ErrorKind::NotFound("conversation").into()) }
}
