//! How a conversation went, in numbers: what a CRM keeps of it (`liveagent.md` 7.6). In whole seconds, each rounded.

use std::time::Duration;

use serde::Serialize;

use super::Side;
use crate::{figures::Seconds, journal::EndedBecause, time::Timestamp};

/// When a conversation came from one state into the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the first agent took it.
    pub accepted_at: Option<Timestamp>,
    /// How it ended, if it has.
    pub end: Option<End>,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Side,
    /// Why.
    pub because: EndedBecause,
    /// It was turned away because the visitor's address is blocked.
    pub blocked: bool,
}

/// What became of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has taken it yet.
    Waiting,
    /// It goes on.
    InProgress,
    /// An agent had it, and it is over.
    Completed,
    /// It was over before an agent took it.
    Missed,
    /// It was turned away because of the visitor's address.
    Blocked,
    /// An agent had it, and we lost it: nobody was left to go on, or we failed.
    Dropped,
}

/// A message or file of the visitor or an agent: notes and custom events are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// It was an agent; else the visitor.
    pub by_agent: bool,
}

/// How long one side let the other wait for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Responses {
    /// The mean; none without an answer.
    pub average: Option<i64>,
    /// The longest; none without an answer.
    pub max: Option<i64>,
}

/// The numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Numbers {
    /// From asking to the first agent's taking it, or to the end if nobody did; none while it waits.
    pub wait: Option<i64>,
    /// From asking to the end, if the visitor left before anybody took it: ended it, was lost, or was idle.
    pub abandoned: Option<i64>,
    /// From the first agent's taking it to the end; none while it goes on, and if nobody took it.
    pub duration: Option<i64>,
    /// How long agents took to answer: from the visitor's first message after an agent's (not before the first agent took it) to the next message
    /// of whichever agent. Messages without an answer do not count.
    pub agent: Responses,
    /// The same of the visitor, from the first message of an agent after one of the visitor's.
    pub visitor: Responses,
    /// Messages and files of agents. A greeting that is sent by itself when the first agent takes it is none, nor does it answer or ask anything.
    pub agent_messages: i64,
    /// Messages and files of the visitor.
    pub visitor_messages: i64,
}

/// Response times of one side, added up.
#[derive(Default)]
struct Answers {
    /// Since when the other side waits.
    asked_at: Option<Timestamp>,
    sum: Duration,
    count: u32,
    max: Duration,
}

impl Answers {
    fn asked(&mut self, at: Timestamp) {
        self.asked_at.get_or_insert(at);
    }

    fn answered(&mut self, at: Timestamp) {
        if let Some(asked_at) = self.asked_at.take() {
            let took = at.since(asked_at);
            self.sum = self.sum.saturating_add(took);
            self.count += 1;
            self.max = self.max.max(took);
        }
    }

    fn responses(&self) -> Responses {
        match self.sum.checked_div(self.count) {
            Some(average) => Responses { average: Some(seconds(average)), max: Some(seconds(self.max)) },
            None => Responses::default(),
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    Seconds::once(duration).sum
}

impl Course {
    /// What became of it so far.
    pub fn status(&self) -> Status {
        match (self.accepted_at, self.end) {
            (None, None) => Status::Waiting,
            (Some(_), None) => Status::InProgress,
            (_, Some(End { blocked: true, .. })) => Status::Blocked,
            (None, Some(_)) => Status::Missed,
            (Some(_), Some(end)) => match end.because {
                EndedBecause::AgentsUnavailable | EndedBecause::Error | EndedBecause::Refused => Status::Dropped,
                EndedBecause::Visitor | EndedBecause::Agent | EndedBecause::ConnectionTimeout | EndedBecause::VisitorIdle => {
                    Status::Completed
                }
            },
        }
    }
}

/// Counts what was said, in its order.
pub fn count(course: &Course, said: impl IntoIterator<Item = Said>) -> Numbers {
    let (mut agent, mut visitor) = (Answers::default(), Answers::default());
    let mut numbers = Numbers::default();
    for Said { at, by_agent } in said {
        if by_agent {
            // A greeting is written with the taking, at the same instant.
            if numbers.agent_messages == 0 && course.accepted_at == Some(at) {
                continue;
            }
            numbers.agent_messages += 1;
            agent.answered(at);
            visitor.asked(at);
        } else {
            numbers.visitor_messages += 1;
            visitor.answered(at);
            // Who writes before anybody is there waits for an answer from then on.
            agent.asked(course.accepted_at.map_or(at, |accepted_at| at.max(accepted_at)));
        }
    }
    let since_request = |at: Timestamp| seconds(at.since(course.requested_at));
    let left = |end: &End| {
        end.by == Side::Visitor
            || matches!(end.because, EndedBecause::Visitor | EndedBecause::ConnectionTimeout | EndedBecause::VisitorIdle)
    };
    numbers.wait = course.accepted_at.or(course.end.map(|end| end.at)).map(since_request);
    numbers.abandoned = course.end.filter(|end| course.accepted_at.is_none() && left(end)).map(|end| since_request(end.at));
    numbers.duration = course.accepted_at.zip(course.end).map(|(accepted_at, end)| seconds(end.at.since(accepted_at)));
    numbers.agent = agent.responses();
    numbers.visitor = visitor.responses();
    numbers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_772_442_000_000 + millis)
    }

    fn ended(millis: i64, by: Side, because: EndedBecause) -> Option<End> {
        Some(End { at: at(millis), by, because, blocked: false })
    }

    fn visitor(millis: i64) -> Said {
        Said { at: at(millis), by_agent: false }
    }

    fn agent(millis: i64) -> Said {
        Said { at: at(millis), by_agent: true }
    }

    #[test]
    fn each_number_is_what_it_is_said_to_be() {
        let course =
            Course { requested_at: at(0), accepted_at: Some(at(10_000)), end: ended(100_000, Side::Visitor, EndedBecause::Visitor) };
        // While waiting; the greeting; two in a row are one question; an answer that is not answered.
        let said = [visitor(4_000), agent(10_000), agent(13_000), visitor(20_400), visitor(30_000), agent(31_000), agent(40_000)];
        let numbers = count(&course, said);
        assert_eq!((numbers.wait, numbers.abandoned, numbers.duration), (Some(10), None, Some(90)));
        assert_eq!((numbers.agent_messages, numbers.visitor_messages), (3, 3));
        // 3 s from the taking, and 10.6 s from the first of two.
        assert_eq!(numbers.agent, Responses { average: Some(7), max: Some(11) });
        assert_eq!(numbers.visitor, Responses { average: Some(7), max: Some(7) });
        assert_eq!(course.status(), Status::Completed);
    }

    #[test]
    fn one_that_nobody_took_was_missed_and_abandoned_only_by_a_visitor_who_left() {
        let of = |end| Course { requested_at: at(0), accepted_at: None, end };
        let waiting = of(None);
        assert_eq!((waiting.status(), count(&waiting, [visitor(1)]).wait), (Status::Waiting, None));
        for (by, because, abandoned) in [
            (Side::Visitor, EndedBecause::Visitor, Some(8)),
            (Side::System, EndedBecause::ConnectionTimeout, Some(8)),
            (Side::System, EndedBecause::VisitorIdle, Some(8)),
            (Side::System, EndedBecause::AgentsUnavailable, None),
            (Side::System, EndedBecause::Refused, None),
        ] {
            let missed = of(ended(7_500, by, because));
            let numbers = count(&missed, [visitor(1)]);
            assert_eq!((missed.status(), numbers.wait, numbers.abandoned, numbers.duration), (Status::Missed, Some(8), abandoned, None));
            assert_eq!((numbers.agent, numbers.visitor_messages), (Responses::default(), 1));
        }
        let blocked = of(Some(End { at: at(0), by: Side::System, because: EndedBecause::Refused, blocked: true }));
        assert_eq!(blocked.status(), Status::Blocked);
        let dropped = Course { accepted_at: Some(at(1)), ..of(ended(9, Side::System, EndedBecause::AgentsUnavailable)) };
        assert_eq!(dropped.status(), Status::Dropped);
    }

    /// The longest and the mean of the answers of one side, looked up message by message.
    fn recounted(said: &[Said], by_agent: bool, accepted_at: Timestamp) -> Responses {
        let mut took: Vec<Duration> = Vec::new();
        for (n, answer) in said.iter().enumerate().filter(|(_, one)| one.by_agent == by_agent) {
            let before = said[..n].iter().rposition(|one| one.by_agent == by_agent).map_or(0, |last| last + 1);
            if let Some(question) = said[before..n].first() {
                let from = if by_agent { question.at.max(accepted_at) } else { question.at };
                took.push(answer.at.since(from));
            }
        }
        let Some(max) = took.iter().max() else { return Responses::default() };
        let mean = took.iter().sum::<Duration>() / u32::try_from(took.len()).unwrap();
        Responses { average: Some(seconds(mean)), max: Some(seconds(*max)) }
    }

    proptest! {
        #[test]
        fn random_conversations_are_counted_as_a_plain_recount_counts(
            steps in prop::collection::vec((0i64..90_000, any::<bool>()), 0..60),
            accepted in 0i64..120_000,
            greets in any::<bool>(),
            over in any::<bool>(),
        ) {
            let mut now = 0;
            let mut said: Vec<Said> = steps
                .into_iter()
                .map(|(step, by_agent)| {
                    now += step + 1;
                    // Agents write only in what they have.
                    Said { at: at(now), by_agent: by_agent && now > accepted }
                })
                .collect();
            let plain = said.clone();
            if greets {
                let place = said.partition_point(|one| one.at <= at(accepted));
                said.insert(place, agent(accepted));
            }
            let end = now.max(accepted) + 1;
            let course = Course {
                requested_at: at(0),
                accepted_at: Some(at(accepted)),
                end: ended(end, Side::Agent, EndedBecause::Agent).filter(|_| over),
            };
            let numbers = count(&course, said);
            prop_assert_eq!(numbers.agent, recounted(&plain, true, at(accepted)));
            prop_assert_eq!(numbers.visitor, recounted(&plain, false, at(accepted)));
            let of = |by_agent| plain.iter().filter(|one| one.by_agent == by_agent).count() as i64;
            prop_assert_eq!((numbers.agent_messages, numbers.visitor_messages), (of(true), of(false)));
            prop_assert_eq!(numbers.wait, Some((accepted + 500) / 1_000));
            prop_assert_eq!(numbers.duration, over.then(|| (end - accepted + 500) / 1_000));
            prop_assert_eq!(numbers.abandoned, None);
        }
    }
}
