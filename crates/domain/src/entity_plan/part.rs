//! One record that a conversation is to have.

use serde::{Deserialize, Serialize};

use crate::{
    ids::AgentId,
    record::{FieldProblem, RecordRef},
    time::Timestamp,
};

use super::{Change, Instruction, MAX_CANDIDATES};

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is looked for.
    Waiting,
    /// There is none, or an agent wants another: it is made. Written down before it is made.
    Making,
    /// Several were found: an agent chooses.
    Choosing,
    /// It has its record.
    Linked,
    /// It cannot be; the reasons say why.
    Refused,
    /// None was found, and none is to be made.
    Nothing,
    /// What was done was taken back.
    Undone,
    /// An agent said that the record has nothing to do with the conversation.
    Unlinked,
}

impl State {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Waiting, "waiting"),
        (Self::Making, "making"),
        (Self::Choosing, "choosing"),
        (Self::Linked, "linked"),
        (Self::Refused, "refused"),
        (Self::Nothing, "nothing"),
        (Self::Undone, "undone"),
        (Self::Unlinked, "unlinked"),
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    /// From the stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored)| *stored == name).map(|(state, _)| *state)
    }
}

/// How a part came by its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was the only one that was found.
    Found,
    /// None was found, and it was made.
    Created,
    /// An agent chose it among several, or linked it.
    Chosen,
    /// An agent made it.
    MadeByAgent,
}

/// Whether a part's id stands in the field of the record that is to refer to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Not yet.
    #[default]
    Open,
    /// It does.
    Done,
    /// The field refers to another record.
    Taken,
    /// The field cannot be set.
    Refused,
}

/// One record that a conversation is to have. Holds no more of the record than which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Names it within the conversation.
    pub name: String,
    /// The entity, as the plan or the agent said it.
    pub entity: String,
    /// How far it is.
    pub state: State,
    /// The record that it has, or had.
    pub record: Option<RecordRef>,
    /// How it came by it.
    pub how: Option<How>,
    /// Who did the last thing; none for the server.
    pub by: Option<AgentId>,
    /// When.
    pub at: Timestamp,
    /// Those that were found, if there were several.
    pub candidates: Vec<RecordRef>,
    /// There were more of them.
    pub more_candidates: bool,
    /// Why it cannot be, or what was left out of what was made.
    pub reasons: Vec<FieldProblem>,
    /// Whether its id stands where it is to.
    pub link: LinkState,
    /// The field of the transcript's record that gets its id.
    pub save_to: Option<String>,
    /// The agent is to be shown the record.
    pub shows: bool,
    /// The part in whose name the record was made, if it was another's.
    pub made_as: Option<String>,
}

impl Part {
    pub(super) fn begin(instruction: &Instruction, at: Timestamp) -> Self {
        Self {
            name: instruction.part.clone(),
            entity: instruction.entity.clone(),
            state: instruction.first(),
            record: None,
            how: None,
            by: None,
            at,
            candidates: Vec::new(),
            more_candidates: false,
            reasons: instruction.refused.clone().into_iter().collect(),
            link: LinkState::Open,
            save_to: instruction.save_to.clone(),
            shows: instruction.show_on_find,
            made_as: None,
        }
    }

    pub(super) fn added(name: &str, record: RecordRef, how: How, by: AgentId, at: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            entity: record.entity.clone(),
            state: State::Linked,
            record: Some(record),
            how: Some(how),
            by: Some(by),
            at,
            candidates: Vec::new(),
            more_candidates: false,
            reasons: Vec::new(),
            link: LinkState::Open,
            save_to: None,
            shows: false,
            made_as: None,
        }
    }

    /// The record that it has now.
    pub fn linked(&self) -> Option<&RecordRef> {
        self.record.as_ref().filter(|_| self.state == State::Linked)
    }

    /// Its record was made for this conversation: its fields may be written, and it may be taken back.
    pub fn was_made(&self) -> bool {
        self.state == State::Linked && matches!(self.how, Some(How::Created | How::MadeByAgent))
    }

    /// The server or an agent has still something to do.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Waiting | State::Making | State::Choosing)
    }

    /// An agent may give it a record of his making.
    pub(super) fn takes_a_record(&self) -> bool {
        matches!(self.state, State::Choosing | State::Refused | State::Nothing | State::Undone | State::Unlinked)
    }

    /// An agent added it.
    pub fn is_added(&self) -> bool {
        self.name.starts_with("agent-")
    }

    pub(super) fn link_to(&mut self, record: RecordRef, how: How, by: Option<AgentId>, at: Timestamp) {
        (self.state, self.record, self.how, self.by, self.at) = (State::Linked, Some(record), Some(how), by, at);
        self.reasons.clear();
    }

    pub(super) fn found(&mut self, mut records: Vec<RecordRef>, makes: bool, at: Timestamp) -> Change {
        match records.len() {
            0 => {
                (self.state, self.at) = (if makes { State::Making } else { State::Nothing }, at);
                if makes { Change::Inner } else { Change::Visible }
            }
            1 => {
                self.link_to(records.remove(0), How::Found, None, at);
                Change::Visible
            }
            several => {
                self.more_candidates = several > MAX_CANDIDATES;
                records.truncate(MAX_CANDIDATES);
                (self.state, self.at, self.candidates) = (State::Choosing, at, records);
                Change::Visible
            }
        }
    }

    pub(super) fn made(&mut self, record: RecordRef, shows: bool, at: Timestamp) {
        let how = if self.by.is_some() { How::MadeByAgent } else { How::Created };
        self.link_to(record, how, self.by, at);
        self.shows = shows;
    }

    pub(super) fn refused(&mut self, reasons: Vec<FieldProblem>, at: Timestamp) -> Change {
        (self.state, self.reasons, self.at) = (State::Refused, reasons, at);
        Change::Visible
    }
}
