//! What the journal says of one conversation, as far as figures need it.

use std::time::Duration;

use super::{Numbers, Seconds, Subject};
use crate::{
    ids::{AgentId, ButtonId, DeploymentId, QueueId},
    journal::{Author, EndedBecause, Event, MessageKind},
    time::Timestamp,
};

/// How long after its end a conversation's course is kept: a rating that comes later is not counted.
pub const MENTIONED_UP_TO: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The number of the entry that says where a new conversation waits: the one after the request.
const WAITS: i64 = 2;

/// An entry of the journal.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'e> {
    /// Its number in the conversation.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: &'e Event,
    /// The conversation's rating, for [`Event::Rated`]; none if it is gone.
    pub score: Option<i64>,
}

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// Where it came from.
    pub deployment: DeploymentId,
    /// Through which entry point.
    pub button: Option<ButtonId>,
    /// In which queue it waits, or waited last.
    pub queue: Option<QueueId>,
    /// In which it was before it was sent on: it returns there if nobody takes it.
    pub queue_before: Option<QueueId>,
    /// Who has it, or had it last.
    pub agent: Option<AgentId>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the first agent took it.
    pub answered_at: Option<Timestamp>,
    /// Which number a greeting that is sent by itself would have: it is written with the answer, at the same instant.
    pub greeting: Option<i64>,
    /// An agent has written.
    pub responded: bool,
    /// Since when the agent has it; none while nobody has.
    pub held_since: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

impl Course {
    fn begins(deployment: DeploymentId, button: Option<ButtonId>, asked_at: Timestamp) -> Self {
        Self {
            deployment,
            button,
            queue: None,
            queue_before: None,
            agent: None,
            asked_at,
            answered_at: None,
            greeting: None,
            responded: false,
            held_since: None,
            ended_at: None,
        }
    }

    fn subject(&self, agent: Option<AgentId>) -> Subject {
        Subject { deployment: self.deployment, button: self.button, queue: self.queue, agent }
    }

    /// Goes on by one entry and books what follows from it. A conversation whose request is not in the journal any more has no course, and nothing
    /// of it is booked.
    pub fn follow(course: &mut Option<Self>, seen: Seen<'_>, book: &mut impl FnMut(Timestamp, Subject, Numbers)) {
        match (course.as_mut(), seen.event) {
            (_, Event::Requested { deployment, button, .. }) => *course = Some(Self::begins(*deployment, *button, seen.at)),
            (Some(running), Event::Rated) => {
                running.rated(seen, book);
                if running.ended_at.is_some() {
                    *course = None;
                }
            }
            (Some(running), _) => running.goes_on(seen, book),
            (None, _) => {}
        }
    }

    fn goes_on(&mut self, seen: Seen<'_>, book: &mut impl FnMut(Timestamp, Subject, Numbers)) {
        let at = seen.at;
        match seen.event {
            Event::Queued { queue, .. } => {
                // Waiting for an agent by name is waiting in no queue: it stays with the one before.
                self.queue = queue.or(self.queue);
                if seen.sequence == WAITS {
                    book(self.asked_at, self.subject(None), Numbers { asked: 1, ..Numbers::default() });
                }
            }
            Event::OfferDeclined { agent, .. } | Event::OfferTimedOut { agent, .. } => {
                book(at, self.subject(Some(*agent)), Numbers { missed: 1, ..Numbers::default() });
            }
            Event::Established { agent, .. } => {
                self.agent = Some(*agent);
                self.held_since = Some(at);
                self.queue_before = None;
                if self.answered_at.is_none() {
                    self.answered_at = Some(at);
                    self.greeting = Some(seen.sequence + 1);
                    let waiting = Seconds::once(at.since(self.asked_at));
                    book(at, self.subject(self.agent), Numbers { answered: 1, waiting, ..Numbers::default() });
                }
            }
            Event::TransferStarted { .. } => {
                self.released(at, book);
                self.queue_before = self.queue;
            }
            Event::TransferFailed { by, .. } => {
                self.agent = Some(*by);
                self.held_since = Some(at);
                self.queue = self.queue_before.take();
            }
            Event::AgentLost { .. } => self.released(at, book),
            Event::Posted { by, message: MessageKind::Text | MessageKind::File, .. } => self.posted(*by, seen, book),
            Event::Ended { by, because, .. } => {
                self.released(at, book);
                let left = *by == Author::Visitor || matches!(because, EndedBecause::ConnectionTimeout | EndedBecause::VisitorIdle);
                let abandoned = i64::from(left && self.answered_at.is_none());
                book(at, self.subject(self.agent), Numbers { ended: 1, abandoned, ..Numbers::default() });
                self.ended_at = Some(at);
            }
            Event::Refused { .. } => {
                book(at, self.subject(self.agent), Numbers { ended: 1, ..Numbers::default() });
                self.ended_at = Some(at);
            }
            _ => {}
        }
    }

    fn released(&mut self, at: Timestamp, book: &mut impl FnMut(Timestamp, Subject, Numbers)) {
        if let Some(since) = self.held_since.take() {
            let handling = Seconds::once(at.since(since));
            book(at, self.subject(self.agent), Numbers { handling, ..Numbers::default() });
        }
    }

    fn posted(&mut self, by: Author, seen: Seen<'_>, book: &mut impl FnMut(Timestamp, Subject, Numbers)) {
        let at = seen.at;
        match by {
            Author::Visitor => {
                let holder = self.agent.filter(|_| self.held_since.is_some());
                book(at, self.subject(holder), Numbers { messages_visitor: 1, ..Numbers::default() });
            }
            Author::Agent { agent } => {
                if self.greeting == Some(seen.sequence) && self.answered_at == Some(at) {
                    return;
                }
                let mut numbers = Numbers { messages_agent: 1, ..Numbers::default() };
                if let Some(answered_at) = self.answered_at
                    && !std::mem::replace(&mut self.responded, true)
                {
                    numbers.first_response = Seconds::once(at.since(answered_at));
                }
                book(at, self.subject(Some(agent)), numbers);
            }
            Author::System => {}
        }
    }

    fn rated(&self, seen: Seen<'_>, book: &mut impl FnMut(Timestamp, Subject, Numbers)) {
        let mut numbers = Numbers::default();
        let place = seen.score.and_then(|score| usize::try_from(score - 1).ok());
        if let Some(count) = place.and_then(|place| numbers.ratings.get_mut(place)) {
            *count = 1;
            book(seen.at, self.subject(self.agent), numbers);
        }
    }
}
