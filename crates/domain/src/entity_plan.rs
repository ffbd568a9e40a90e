//! Carrying out a plan: what to ask a CRM next, and what follows from its answer.
//!
//! A [`Part`] is one record that a conversation is to have. What is asked and what was answered may be repeated, may come late, and whoever asks
//! may die in between: an answer counts only while its question stands, and what is made is decided on before it is made. So a plan ends in the
//! same records whoever carries it out and however often, and never in two for a part.
//!
//! Decided where the reference leaves it open (`deployment_segment.md` 4, 6): a value that is empty is no criterion and sets no field; where
//! every value to look for is empty nothing is looked for, and a record is made if there is something to make it of. The field of a link is set
//! on records that the plan made and on no other; of several that want the same field the first in the plan has it.

mod instructions;
mod part;
#[cfg(test)]
mod tests;

pub use instructions::{Instruction, Instructions};
pub use part::{How, LinkState, Part, State};

use crate::{
    ids::AgentId,
    record::{Criterion, FieldProblem, RecordRef},
    secret::Text,
    time::Timestamp,
};

/// Records of several that an agent chooses from, at most.
pub const MAX_CANDIDATES: usize = 20;
/// Records that agents add to a conversation, at most.
pub const MAX_ADDED: usize = 100;

/// What to ask the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Look for records: at most one more than [`MAX_CANDIDATES`].
    Find {
        /// For which part.
        part: String,
        /// Of which entity.
        entity: String,
        /// All must hold.
        criteria: Vec<Criterion>,
    },
    /// Make the part's record, once for ever.
    Make {
        /// For which part.
        part: String,
        /// Of which entity.
        entity: String,
        /// What it says, with the ids of other records.
        fields: Vec<(String, Text)>,
        /// The parts whose ids are among the fields.
        links: Vec<String>,
        /// By whose rights; none for the server's own.
        by: Option<AgentId>,
    },
    /// Write the id of one record into a field of another, if the field is empty.
    Link {
        /// Whose id.
        part: String,
        /// The record that refers.
        child: RecordRef,
        /// Its field.
        field: String,
        /// What it refers to.
        parent: RecordRef,
    },
}

/// What the CRM answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These were found, the latest changed first.
    Found(Vec<RecordRef>),
    /// It could not be looked for.
    Unreadable(Vec<FieldProblem>),
    /// It is there.
    Made {
        /// Which record.
        record: RecordRef,
        /// It had been made before.
        before: bool,
        /// What was left out.
        left_out: Vec<FieldProblem>,
    },
    /// It cannot be made.
    Refused(Vec<FieldProblem>),
    /// The link stands.
    Linked,
    /// The field refers to another record.
    Taken,
    /// The field cannot be set.
    NotLinked(FieldProblem),
}

/// What an answer or an agent's word changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it was known, or its question stands no longer.
    None,
    /// Something that only the next step needs.
    Inner,
    /// Something that agents see.
    Visible,
}

/// Why an agent's word was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such part.
    #[error("the conversation has no such record")]
    NoSuchPart,
    /// It is not a state for that.
    #[error("that cannot be done with this record now")]
    NotNow,
    /// It is not one of those that were found.
    #[error("this record is not one of those that were found")]
    NoCandidate,
    /// Nothing says what to make a record of.
    #[error("nothing that the visitor said is to be written into a new record")]
    NothingToMake,
    /// There are too many already.
    #[error("a conversation has at most {MAX_ADDED} records that agents added")]
    TooMany,
}

/// All records of a conversation, as far as they have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// In the order in which they are carried out; those that agents added come last.
    pub parts: Vec<Part>,
}

impl Course {
    /// Before anything was asked.
    pub fn begin(instructions: &Instructions, at: Timestamp) -> Self {
        Self::resume(instructions, Vec::new(), at)
    }

    /// As it was kept. Parts that were not begun are begun.
    pub fn resume(instructions: &Instructions, mut kept: Vec<Part>, at: Timestamp) -> Self {
        let mut parts: Vec<Part> = Vec::with_capacity(kept.len().max(instructions.all.len()));
        for instruction in &instructions.all {
            parts.push(match kept.iter().position(|part| part.name == instruction.part) {
                Some(known) => kept.remove(known),
                None => Part::begin(instruction, at),
            });
        }
        parts.append(&mut kept);
        Self { parts }
    }

    /// A part.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    fn part_mut(&mut self, name: &str) -> Result<&mut Part, Refusal> {
        self.parts.iter_mut().find(|part| part.name == name).ok_or(Refusal::NoSuchPart)
    }

    /// What is to be asked next; none when all is done that can be done without an agent.
    pub fn next(&self, instructions: &Instructions) -> Option<Ask> {
        let open = instructions.all.iter().find_map(|instruction| {
            let Instruction { part: name, entity, criteria, fields, .. } = instruction;
            let part = self.part(name)?;
            match part.state {
                State::Waiting => Some(Ask::Find { part: name.clone(), entity: entity.clone(), criteria: criteria.clone() }),
                State::Making => {
                    let mut fields = fields.clone();
                    let mut links = Vec::new();
                    for (parent, field) in instructions.parents_of(name) {
                        let is_free = fields.iter().all(|(set, _)| set != field);
                        if let Some(record) = self.writes(instructions, parent, name, field).filter(|_| is_free) {
                            fields.push((field.to_owned(), Text(record.id.clone())));
                            links.push(parent.to_owned());
                        }
                    }
                    Some(Ask::Make { part: name.clone(), entity: entity.clone(), fields, links, by: part.by })
                }
                _ => None,
            }
        });
        open.or_else(|| {
            instructions.links().find_map(|(name, child, field)| {
                let parent = self.writes(instructions, name, child, field)?.clone();
                let child = self.part(child).filter(|child| child.was_made())?.record.clone()?;
                Some(Ask::Link { part: name.to_owned(), child, field: field.to_owned(), parent })
            })
        })
    }

    /// The record whose id the part writes into the field of another: one that it has, that is not written yet, and that no earlier part of the
    /// plan is to be preferred to or may still be.
    fn writes(&self, instructions: &Instructions, name: &str, child: &str, field: &str) -> Option<&RecordRef> {
        let own = self.part(name).filter(|part| part.link == LinkState::Open)?;
        let record = own.linked()?;
        let first = instructions.links().filter(|(_, other, wanted)| *other == child && *wanted == field).find_map(|(earlier, _, _)| {
            let part = self.part(earlier)?;
            (earlier == name || part.linked().is_some() || part.is_open()).then_some(earlier)
        });
        (first == Some(name)).then_some(record)
    }

    /// Takes an answer in.
    pub fn answer(&mut self, instructions: &Instructions, ask: &Ask, answer: Answer, at: Timestamp) -> Change {
        match (ask, answer) {
            (Ask::Find { part, .. }, Answer::Found(records)) => {
                let makes = instructions.of(part).is_some_and(Instruction::can_make);
                let Some(part) = self.standing(part, State::Waiting) else { return Change::None };
                part.found(records, makes, at)
            }
            (Ask::Find { part, .. }, Answer::Unreadable(reasons)) => match self.standing(part, State::Waiting) {
                Some(part) => part.refused(reasons, at),
                None => Change::None,
            },
            (Ask::Make { part: name, links, .. }, Answer::Made { record, before, left_out }) => {
                let shows = instructions.of(name).is_some_and(|instruction| instruction.show_on_create);
                let Some(part) = self.standing(name, State::Making) else { return Change::None };
                part.made(record, shows, at);
                // What was made before may have been made without them.
                for parent in links.iter().filter(|_| !before) {
                    let problem = instructions
                        .of(parent)
                        .and_then(|parent| parent.link.as_ref())
                        .and_then(|(_, field)| left_out.iter().find(|problem| problem.field == *field));
                    if let Ok(parent) = self.part_mut(parent) {
                        parent.link = if problem.is_some() { LinkState::Refused } else { LinkState::Done };
                    }
                }
                if let Ok(part) = self.part_mut(name) {
                    part.reasons = left_out;
                }
                Change::Visible
            }
            (Ask::Make { part, .. }, Answer::Refused(reasons)) => match self.standing(part, State::Making) {
                Some(part) => part.refused(reasons, at),
                None => Change::None,
            },
            (Ask::Link { part: name, child, parent, .. }, answer) => {
                // Whoever it was asked for may have another record by now.
                let holder = instructions.of(name).and_then(|own| own.link.as_ref()).and_then(|(child, _)| self.part(child));
                if holder.and_then(Part::linked) != Some(child) {
                    return Change::None;
                }
                let Ok(part) = self.part_mut(name) else { return Change::None };
                if part.link != LinkState::Open || part.linked() != Some(parent) {
                    return Change::None;
                }
                match answer {
                    Answer::Linked => part.link = LinkState::Done,
                    Answer::Taken => part.link = LinkState::Taken,
                    Answer::NotLinked(problem) => {
                        part.link = LinkState::Refused;
                        part.reasons.push(problem);
                        return Change::Visible;
                    }
                    _ => return Change::None,
                }
                Change::Inner
            }
            _ => Change::None,
        }
    }

    /// The part, if it is in the state in which it was asked for.
    fn standing(&mut self, name: &str, state: State) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.name == name && part.state == state)
    }

    /// An agent chooses one of several.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn choose(&mut self, name: &str, record: &RecordRef, by: AgentId, at: Timestamp) -> Result<Change, Refusal> {
        let part = self.part_mut(name)?;
        match part.state {
            State::Linked if part.record.as_ref() == Some(record) => Ok(Change::None),
            State::Choosing if part.candidates.contains(record) => {
                part.link_to(record.clone(), How::Chosen, Some(by), at);
                Ok(Change::Visible)
            }
            State::Choosing => Err(Refusal::NoCandidate),
            _ => Err(Refusal::NotNow),
        }
    }

    /// An agent has a new record made of what the visitor said, instead of those that were found or of what could not be looked for.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn make(&mut self, instructions: &Instructions, name: &str, by: AgentId, at: Timestamp) -> Result<Change, Refusal> {
        let makes = instructions.of(name).is_some_and(Instruction::can_make);
        let part = self.part_mut(name)?;
        match part.state {
            State::Making => Ok(Change::None),
            State::Choosing | State::Refused | State::Nothing if makes => {
                (part.state, part.by, part.at) = (State::Making, Some(by), at);
                part.reasons.clear();
                Ok(Change::Visible)
            }
            State::Choosing | State::Refused | State::Nothing => Err(Refusal::NothingToMake),
            _ => Err(Refusal::NotNow),
        }
    }

    /// What was refused is tried from its beginning.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn retry(&mut self, instructions: &Instructions, name: &str, at: Timestamp) -> Result<Change, Refusal> {
        let part = self.part_mut(name)?;
        let instruction = instructions.of(name).filter(|instruction| instruction.refused.is_none());
        match (part.state, instruction) {
            (State::Waiting | State::Making, _) => Ok(Change::None),
            (State::Refused, Some(instruction)) => {
                part.state = instruction.first();
                (part.by, part.at) = (None, at);
                part.reasons.clear();
                Ok(Change::Visible)
            }
            _ => Err(Refusal::NotNow),
        }
    }

    /// An agent adds a record. One that is there already stays as it is.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn add(&mut self, name: &str, record: RecordRef, how: How, by: AgentId, at: Timestamp) -> Result<Change, Refusal> {
        if self.parts.iter().any(|part| part.linked() == Some(&record)) {
            return Ok(Change::None);
        }
        if let Ok(known) = self.part_mut(name) {
            known.link_to(record, how, Some(by), at);
            return Ok(Change::Visible);
        }
        if self.parts.iter().filter(|part| part.is_added()).count() >= MAX_ADDED {
            return Err(Refusal::TooMany);
        }
        self.parts.push(Part::added(name, record, how, by, at));
        Ok(Change::Visible)
    }

    /// An agent has made a record by a form: for a part that has none, else as one more.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn made_by_agent(
        &mut self,
        part: Option<&str>,
        name: &str,
        record: RecordRef,
        by: AgentId,
        at: Timestamp,
    ) -> Result<Change, Refusal> {
        if self.parts.iter().any(|part| part.linked() == Some(&record)) {
            return Ok(Change::None);
        }
        let wanted = part.and_then(|wanted| self.part_mut(wanted).ok());
        match wanted {
            Some(part) if part.takes_a_record() => {
                part.link_to(record, How::MadeByAgent, Some(by), at);
                part.made_as = Some(name.to_owned());
                Ok(Change::Visible)
            }
            _ => self.add(name, record, How::MadeByAgent, by, at),
        }
    }

    /// The conversation and the record have nothing to do with each other. The record itself stays as it is.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn unlink(&mut self, instructions: &Instructions, name: &str, by: AgentId, at: Timestamp) -> Result<Change, Refusal> {
        self.leave(instructions, name, State::Unlinked, by, at)
    }

    /// What was done for a part is taken back: the caller has removed what was made. Of several that were found an agent may choose again.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn undo(&mut self, instructions: &Instructions, name: &str, by: AgentId, at: Timestamp) -> Result<Change, Refusal> {
        let chosen_again = !self.part_mut(name)?.candidates.is_empty();
        self.leave(instructions, name, if chosen_again { State::Choosing } else { State::Undone }, by, at)
    }

    /// The CRM has failed for too long: what is still to be asked is refused.
    pub fn give_up(&mut self, reason: &FieldProblem, at: Timestamp) {
        for part in &mut self.parts {
            if matches!(part.state, State::Waiting | State::Making) {
                part.refused(vec![reason.clone()], at);
            } else if part.linked().is_some() && part.link == LinkState::Open {
                part.link = LinkState::Refused;
            }
        }
    }

    fn leave(&mut self, instructions: &Instructions, name: &str, to: State, by: AgentId, at: Timestamp) -> Result<Change, Refusal> {
        let part = self.part_mut(name)?;
        match part.state {
            State::Linked => {}
            State::Undone | State::Unlinked => return Ok(Change::None),
            State::Choosing if to == State::Choosing => return Ok(Change::None),
            _ => return Err(Refusal::NotNow),
        }
        (part.state, part.by, part.at, part.shows, part.made_as) = (to, Some(by), at, false, None);
        part.link = LinkState::Open;
        part.reasons.clear();
        if to == State::Choosing {
            (part.record, part.how) = (None, None);
        }
        // Another record in its place is written to anew.
        let parents: Vec<&str> = instructions.parents_of(name).map(|(parent, _)| parent).collect();
        for parent in self.parts.iter_mut().filter(|part| parents.contains(&part.name.as_str())) {
            parent.link = LinkState::Open;
        }
        Ok(Change::Visible)
    }
}
