//! A conversation: who has it, and what may happen next.
//!
//! It is in exactly one phase (field.md 5.1 promise 6). Each function either changes it and records what happened, in order, or refuses and
//! changes nothing. Who is the right agent is `routing`'s question; rights are the engine's.

use crate::{
    ids::{AgentId, ConversationId, OfferId},
    journal::{Author, EndedBecause, Event, MessageKind, Numbered, RefusedBecause, TransferTarget},
    time::Timestamp,
};

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// In a queue, nobody asked.
    Waiting,
    /// One agent is being asked.
    Offered {
        /// The question.
        offer: OfferId,
        /// Who is asked.
        agent: AgentId,
    },
    /// An agent owns it.
    Active {
        /// Who.
        agent: AgentId,
    },
    /// Over, for good.
    Ended,
}

impl Phase {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered { .. } => "offered",
            Self::Active { .. } => "active",
            Self::Ended => "ended",
        }
    }

    /// From its stored columns; `None` for a combination that no code of ours writes.
    pub fn from_stored(name: &str, agent: Option<AgentId>, offer: Option<OfferId>) -> Option<Self> {
        match (name, agent, offer) {
            ("waiting", _, _) => Some(Self::Waiting),
            ("offered", Some(agent), Some(offer)) => Some(Self::Offered { offer, agent }),
            ("active", Some(agent), _) => Some(Self::Active { agent }),
            ("ended", _, _) => Some(Self::Ended),
            _ => None,
        }
    }

    /// Who owns it.
    pub fn owner(self) -> Option<AgentId> {
        match self {
            Self::Active { agent } => Some(agent),
            Self::Waiting | Self::Offered { .. } | Self::Ended => None,
        }
    }

    /// Whose capacity it takes: the owner's, or that of the agent being asked.
    pub fn agent(self) -> Option<AgentId> {
        match self {
            Self::Active { agent } | Self::Offered { agent, .. } => Some(agent),
            Self::Waiting | Self::Ended => None,
        }
    }
}

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The conversation is over.
    #[error("the conversation has ended")]
    Ended,
    /// Somebody else has it, or nobody.
    #[error("the conversation belongs to somebody else")]
    NotYours,
    /// The offer is no longer open.
    #[error("the offer is no longer open")]
    OfferGone,
    /// It is not waiting.
    #[error("the conversation is not waiting")]
    NotWaiting,
}

/// The part of a conversation that decisions need: small, loaded by every command.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Which one.
    pub id: ConversationId,
    /// Where it is.
    pub phase: Phase,
    /// The last entry's number; 0 before the first.
    pub sequence: i64,
    /// The next number among what the visitor is told.
    pub next_visitor_sequence: i64,
    /// An agent had it at some time: a later one is announced as a transfer.
    pub was_established: bool,
    /// Since when the visitor waits for the agent's answer.
    pub unanswered_since: Option<Timestamp>,
    /// When the agent last wrote: idleness of the visitor counts from here.
    pub agent_wrote_at: Option<Timestamp>,
    /// The visitor has waited critically long.
    pub critical: bool,
    /// The last message or file of a visitor or agent; greetings and notes are none.
    pub last_message: Option<LastMessage>,
}

/// When somebody last wrote, and who.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastMessage {
    /// When.
    pub at: Timestamp,
    /// It was an agent; else the visitor.
    pub by_agent: bool,
}

/// What an accepting agent shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFace {
    /// The name visitors see.
    pub name: String,
    /// The agent sees what the visitor types.
    pub sneak_peek: bool,
}

impl Conversation {
    /// A new one, before anything happened.
    pub fn new(id: ConversationId) -> Self {
        Self {
            id,
            phase: Phase::Waiting,
            sequence: 0,
            next_visitor_sequence: 0,
            was_established: false,
            unanswered_since: None,
            agent_wrote_at: None,
            critical: false,
            last_message: None,
        }
    }

    /// Gives an event its numbers. For what changes no phase (a page visited, a rating), callers use it directly.
    pub fn record(&mut self, event: Event) -> Numbered {
        self.sequence += 1;
        let visitor_sequence = event.reaches_visitor().then(|| {
            let n = self.next_visitor_sequence;
            self.next_visitor_sequence += 1;
            n
        });
        Numbered { conversation: Some(self.id), sequence: self.sequence, visitor_sequence, event }
    }

    /// Somebody writes. Visitors may write while they wait; agents only in what they own.
    pub fn post(
        &mut self,
        by: Author,
        message: MessageKind,
        name: Option<&str>,
        file: Option<crate::ids::FileId>,
        now: Timestamp,
    ) -> Result<Numbered, Refusal> {
        match (by, self.phase) {
            (_, Phase::Ended) => return Err(Refusal::Ended),
            (Author::Visitor, _) => {
                if message == MessageKind::Text || message == MessageKind::File {
                    self.unanswered_since.get_or_insert(now);
                }
            }
            (Author::System, _) => {}
            (Author::Agent { agent }, Phase::Active { agent: owner }) if agent == owner => {
                if message != MessageKind::Note {
                    self.unanswered_since = None;
                    self.critical = false;
                    self.agent_wrote_at = Some(now);
                }
            }
            (Author::Agent { .. }, _) => return Err(Refusal::NotYours),
        }
        if by != Author::System && matches!(message, MessageKind::Text | MessageKind::File) {
            self.last_message = Some(LastMessage { at: now, by_agent: by != Author::Visitor });
        }
        Ok(self.record(Event::Posted { by, message, name: name.map(str::to_owned), file }))
    }

    /// An agent is asked.
    pub fn offer(&mut self, offer: OfferId, agent: AgentId, expires_at: Option<Timestamp>) -> Result<Numbered, Refusal> {
        if self.phase != Phase::Waiting {
            return Err(Refusal::NotWaiting);
        }
        self.phase = Phase::Offered { offer, agent };
        Ok(self.record(Event::Offered { offer, agent, expires_at }))
    }

    /// The asked agent says yes.
    pub fn accept(&mut self, offer: OfferId, by: AgentId, face: &AgentFace, now: Timestamp) -> Result<Numbered, Refusal> {
        match self.phase {
            Phase::Offered { offer: open, agent } if open == offer && agent == by => Ok(self.establish(agent, face, now)),
            _ => Err(Refusal::OfferGone),
        }
    }

    /// A waiting conversation is taken without being offered: picked from the list, or accepted automatically.
    pub fn take(&mut self, by: AgentId, face: &AgentFace, now: Timestamp) -> Result<Numbered, Refusal> {
        if self.phase != Phase::Waiting {
            return Err(Refusal::NotWaiting);
        }
        Ok(self.establish(by, face, now))
    }

    fn establish(&mut self, agent: AgentId, face: &AgentFace, now: Timestamp) -> Numbered {
        self.phase = Phase::Active { agent };
        let transferred = std::mem::replace(&mut self.was_established, true);
        if self.unanswered_since.is_some() {
            self.unanswered_since = Some(now);
        }
        self.agent_wrote_at = None;
        self.record(Event::Established { agent, name: face.name.clone(), transferred, sneak_peek: face.sneak_peek })
    }

    /// The open offer ends without a yes; the conversation waits again.
    pub fn end_offer(&mut self, offer: OfferId, how: OfferEnd) -> Result<Numbered, Refusal> {
        let Phase::Offered { offer: open, agent } = self.phase else { return Err(Refusal::OfferGone) };
        if open != offer {
            return Err(Refusal::OfferGone);
        }
        self.phase = Phase::Waiting;
        Ok(self.record(match how {
            OfferEnd::Declined => Event::OfferDeclined { offer, agent },
            OfferEnd::TimedOut => Event::OfferTimedOut { offer, agent },
            OfferEnd::Withdrawn => Event::OfferWithdrawn { offer, agent },
        }))
    }

    /// The owner sends it elsewhere: it waits for the target.
    pub fn transfer(&mut self, by: AgentId, target: TransferTarget) -> Result<Numbered, Refusal> {
        match self.phase {
            Phase::Active { agent } if agent == by => {
                self.phase = Phase::Waiting;
                Ok(self.record(Event::TransferStarted { by, target }))
            }
            Phase::Ended => Err(Refusal::Ended),
            _ => Err(Refusal::NotYours),
        }
    }

    /// A transfer failed: whoever sent it has it again, without announcement.
    pub fn transfer_failed(&mut self, by: AgentId, target: TransferTarget) -> Result<Numbered, Refusal> {
        if self.phase != Phase::Waiting {
            return Err(Refusal::NotWaiting);
        }
        self.phase = Phase::Active { agent: by };
        Ok(self.record(Event::TransferFailed { by, target }))
    }

    /// The owner's lease has lapsed: back to waiting.
    pub fn lose_agent(&mut self, nobody_left: bool) -> Result<Numbered, Refusal> {
        match self.phase {
            Phase::Active { agent } => {
                self.phase = Phase::Waiting;
                Ok(self.record(Event::AgentLost { agent, nobody_left }))
            }
            Phase::Ended => Err(Refusal::Ended),
            _ => Err(Refusal::NotYours),
        }
    }

    /// It is over. Ending an ended conversation is refused, so that it ends once. `told_after_own_end`: a post-chat page waits for the
    /// visitor's own end (liveagent.md 6.5; otherwise the seed: no message after the visitor's own end).
    pub fn end(&mut self, by: Author, because: EndedBecause, told_after_own_end: bool) -> Result<Vec<Numbered>, Refusal> {
        let mut recorded = Vec::with_capacity(2);
        match self.phase {
            Phase::Ended => return Err(Refusal::Ended),
            Phase::Offered { offer, agent } => recorded.push(self.record(Event::OfferWithdrawn { offer, agent })),
            Phase::Waiting | Phase::Active { .. } => {}
        }
        self.phase = Phase::Ended;
        let own = by == Author::Visitor;
        recorded.push(self.record(Event::Ended { by, because, announce: !own || told_after_own_end }));
        Ok(recorded)
    }

    /// A waiting request is turned away, at once or after all.
    pub fn refuse(&mut self, because: RefusedBecause) -> Result<Numbered, Refusal> {
        if self.phase != Phase::Waiting {
            return Err(Refusal::NotWaiting);
        }
        self.phase = Phase::Ended;
        Ok(self.record(Event::Refused { because }))
    }
}

/// How an offer ends without a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// The agent said no.
    Declined,
    /// The agent said nothing.
    TimedOut,
    /// Taken back.
    Withdrawn,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        VisitorPosts,
        AgentPosts(u8),
        Offer(u8, u8),
        Accept(u8, u8),
        Take(u8),
        EndOffer(u8, OfferEnd),
        Transfer(u8, u8),
        Lose(bool),
        End(bool),
        Refuse,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::VisitorPosts),
            (0u8..3).prop_map(Step::AgentPosts),
            (0u8..3, 0u8..3).prop_map(|(o, a)| Step::Offer(o, a)),
            (0u8..3, 0u8..3).prop_map(|(o, a)| Step::Accept(o, a)),
            (0u8..3).prop_map(Step::Take),
            (0u8..3, prop_oneof![Just(OfferEnd::Declined), Just(OfferEnd::TimedOut), Just(OfferEnd::Withdrawn)])
                .prop_map(|(o, e)| Step::EndOffer(o, e)),
            (0u8..3, 0u8..3).prop_map(|(a, b)| Step::Transfer(a, b)),
            any::<bool>().prop_map(Step::Lose),
            any::<bool>().prop_map(Step::End),
            Just(Step::Refuse),
        ]
    }

    fn agent(n: u8) -> AgentId {
        AgentId(Uuid::from_u128(u128::from(n) + 1))
    }

    fn offer(n: u8) -> OfferId {
        OfferId(Uuid::from_u128(u128::from(n) + 100))
    }

    proptest! {
        #[test]
        fn no_sequence_of_commands_breaks_an_invariant(steps in proptest::collection::vec(step(), 0..60)) {
            let face = AgentFace { name: "Ann".into(), sneak_peek: true };
            let mut c = Conversation::new(ConversationId(Uuid::from_u128(7)));
            let mut journal: Vec<Numbered> = Vec::new();
            for (i, step) in steps.into_iter().enumerate() {
                let now = Timestamp(i as i64);
                let before = c.clone();
                let result: Result<Vec<Numbered>, Refusal> = match step {
                    Step::VisitorPosts => c.post(Author::Visitor, MessageKind::Text, None, None, now).map(|n| vec![n]),
                    Step::AgentPosts(a) => c.post(Author::Agent { agent: agent(a) }, MessageKind::Text, Some("Ann"), None, now).map(|n| vec![n]),
                    Step::Offer(o, a) => c.offer(offer(o), agent(a), None).map(|n| vec![n]),
                    Step::Accept(o, a) => c.accept(offer(o), agent(a), &face, now).map(|n| vec![n]),
                    Step::Take(a) => c.take(agent(a), &face, now).map(|n| vec![n]),
                    Step::EndOffer(o, how) => c.end_offer(offer(o), how).map(|n| vec![n]),
                    Step::Transfer(a, b) => c.transfer(agent(a), TransferTarget::Agent { agent: agent(b) }).map(|n| vec![n]),
                    Step::Lose(nobody) => c.lose_agent(nobody).map(|n| vec![n]),
                    Step::End(told) => c.end(Author::Visitor, EndedBecause::Visitor, told),
                    Step::Refuse => c.refuse(RefusedBecause::Unavailable).map(|n| vec![n]),
                };
                match result {
                    Ok(events) => {
                        prop_assert_ne!(before.phase, Phase::Ended, "nothing happens after the end");
                        journal.extend(events);
                    }
                    Err(_) => prop_assert_eq!(&before, &c, "a refusal changes nothing"),
                }
            }
            for (i, entry) in journal.iter().enumerate() {
                prop_assert_eq!(entry.sequence, i as i64 + 1, "the sequence is dense");
            }
            let told: Vec<i64> = journal.iter().filter_map(|e| e.visitor_sequence).collect();
            prop_assert_eq!(told.clone(), (0..told.len() as i64).collect::<Vec<_>>(), "the visitor's sequence is dense");
            let ends = journal.iter().filter(|e| matches!(e.event, Event::Ended { .. } | Event::Refused { .. })).count();
            prop_assert!(ends <= 1 && (ends == 1) == (c.phase == Phase::Ended));
        }
    }

    #[test]
    fn a_visitors_own_end_is_silent_unless_a_post_chat_page_waits_for_it() {
        for (post_chat, told) in [(false, None), (true, Some(0))] {
            let mut c = Conversation::new(ConversationId(Uuid::nil()));
            let events = c.end(Author::Visitor, EndedBecause::Visitor, post_chat).unwrap();
            assert_eq!(events[0].visitor_sequence, told);
        }
    }
}
