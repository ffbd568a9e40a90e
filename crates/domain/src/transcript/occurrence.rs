//! What happened in a conversation besides words, as a CRM lists it under a transcript (`salesforce.md` 3.2): made of the journal.

use serde::Serialize;

use crate::{
    ids::{AgentId, ButtonId, DeploymentId, QueueId, SkillId},
    journal::{Author, EndedBecause, Event, FileRequestOutcome, MessageKind, RefusedBecause, TransferTarget},
    time::Timestamp,
};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OccurrenceKind {
    /// The visitor asked for a conversation.
    Requested,
    /// It was turned away because of the visitor's address.
    TurnedAwayBlocked,
    /// It was turned away, or ended, because nobody could take it.
    TurnedAwayNobody,
    /// It was turned away for another reason.
    TurnedAway,
    /// It waits in a queue.
    Queued,
    /// One agent was asked.
    Assigned,
    /// The asked agent said no.
    Declined,
    /// The asked agent did not answer in time.
    DeclinedByTimeout,
    /// The question was taken back.
    Unassigned,
    /// An agent took it.
    Accepted,
    /// Another agent took it over.
    TakenOver,
    /// Its agent began to send it to another agent.
    TransferToAgent,
    /// Its agent sent it to a button.
    TransferToButton,
    /// Its agent sent it to those with a skill.
    TransferToSkill,
    /// Its agent sent it to a queue.
    TransferToQueue,
    /// The other agent did not take it.
    TransferToAgentFailed,
    /// Nobody of the button could take it.
    TransferToButtonFailed,
    /// Nobody with the skill could take it.
    TransferToSkillFailed,
    /// Nobody of the queue could take it.
    TransferToQueueFailed,
    /// The agent's connection was lost.
    AgentLeft,
    /// An agent asked for a file.
    FileRequested,
    /// The file came.
    FileReceived,
    /// The agent took the request back.
    FileCancelledByAgent,
    /// The visitor refused.
    FileCancelledByVisitor,
    /// The file was refused, or its time was up.
    FileFailed,
    /// An agent sent a file.
    FileSentByAgent,
    /// The visitor was warned of being idle.
    IdleWarning,
    /// The visitor was there after all.
    IdleWarningCleared,
    /// The visitor has not been heard of for a while.
    ConnectionWarning,
    /// A rule masked what an agent wrote.
    MaskedOfAgent,
    /// A rule masked what the visitor wrote.
    MaskedOfVisitor,
    /// The visitor has waited critically long for an answer.
    CriticalWait,
    /// The visitor got one.
    CriticalWaitCleared,
    /// The owner asked for a supervisor's help.
    FlagRaised,
    /// The owner needs it no longer.
    FlagLoweredByOwner,
    /// A supervisor has helped.
    FlagLoweredBySupervisor,
    /// The visitor left before anybody took it.
    Cancelled,
    /// The visitor ended it.
    EndedByVisitor,
    /// An agent ended it.
    EndedByAgent,
    /// The visitor's connection was lost for too long.
    EndedByConnection,
    /// The visitor was idle for too long.
    EndedByIdleness,
    /// It could not go on.
    EndedByError,
}

/// What else an occurrence names; the CRM knows it by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A deployment.
    Deployment(DeploymentId),
    /// A button.
    Button(ButtonId),
    /// A skill.
    Skill(SkillId),
    /// A queue.
    Queue(QueueId),
    /// An agent.
    Agent(AgentId),
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The number of the journal's entry in the conversation: each makes one at most.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: OccurrenceKind,
    /// Which agent it was about.
    pub agent: Option<AgentId>,
    /// What else it names.
    pub place: Option<Place>,
}

/// What a transcript lists of a conversation's entries, which come in their order, each with its number and when it was. Whoever has
/// lost the first entries gets what the others say.
pub fn occurrences<'e>(entries: impl IntoIterator<Item = (i64, Timestamp, &'e Event)>) -> Vec<Occurrence> {
    let mut owner: Option<AgentId> = None;
    let mut accepted = false;
    let mut listed = Vec::new();
    for (sequence, at, event) in entries {
        if let Some((kind, agent, place)) = of(event, owner, accepted) {
            listed.push(Occurrence { sequence, at, kind, agent, place });
        }
        match event {
            Event::Established { agent, .. } => (owner, accepted) = (Some(*agent), true),
            Event::TransferFailed { by, .. } => owner = Some(*by),
            Event::TransferStarted { .. } | Event::AgentLost { .. } => owner = None,
            _ => {}
        }
    }
    listed
}

fn of(event: &Event, owner: Option<AgentId>, accepted: bool) -> Option<(OccurrenceKind, Option<AgentId>, Option<Place>)> {
    use OccurrenceKind as Kind;
    let plain = |kind| Some((kind, None, None));
    let of_agent = |kind, agent: &AgentId| Some((kind, Some(*agent), None));
    match event {
        Event::Requested { deployment, button, .. } => {
            Some((Kind::Requested, None, Some(button.map_or(Place::Deployment(*deployment), Place::Button))))
        }
        Event::Refused { because } => plain(match because {
            RefusedBecause::Blocked => Kind::TurnedAwayBlocked,
            RefusedBecause::Unavailable => Kind::TurnedAwayNobody,
            RefusedBecause::NotARequest | RefusedBecause::Internal => Kind::TurnedAway,
        }),
        Event::Queued { queue, .. } => Some((Kind::Queued, None, queue.map(Place::Queue))),
        Event::Offered { agent, .. } => of_agent(Kind::Assigned, agent),
        Event::OfferDeclined { agent, .. } => of_agent(Kind::Declined, agent),
        Event::OfferTimedOut { agent, .. } => of_agent(Kind::DeclinedByTimeout, agent),
        Event::OfferWithdrawn { agent, .. } => of_agent(Kind::Unassigned, agent),
        Event::Established { agent, transferred, .. } => of_agent(if *transferred { Kind::TakenOver } else { Kind::Accepted }, agent),
        Event::Posted { by: Author::Agent { agent }, message: MessageKind::File, .. } => of_agent(Kind::FileSentByAgent, agent),
        Event::TransferStarted { by, target } => {
            let kind = match target {
                TransferTarget::Agent { .. } => Kind::TransferToAgent,
                TransferTarget::Button { .. } => Kind::TransferToButton,
                TransferTarget::Skill { .. } => Kind::TransferToSkill,
                TransferTarget::Queue { .. } => Kind::TransferToQueue,
            };
            Some((kind, Some(*by), Some(place(*target))))
        }
        Event::TransferFailed { by, target } => {
            let kind = match target {
                TransferTarget::Agent { .. } => Kind::TransferToAgentFailed,
                TransferTarget::Button { .. } => Kind::TransferToButtonFailed,
                TransferTarget::Skill { .. } => Kind::TransferToSkillFailed,
                TransferTarget::Queue { .. } => Kind::TransferToQueueFailed,
            };
            Some((kind, Some(*by), Some(place(*target))))
        }
        Event::AgentLost { agent, .. } => of_agent(Kind::AgentLeft, agent),
        Event::FileRequested { agent, .. } => of_agent(Kind::FileRequested, agent),
        Event::FileRequestEnded { outcome, .. } => plain(match outcome {
            FileRequestOutcome::Received => Kind::FileReceived,
            FileRequestOutcome::CancelledByAgent => Kind::FileCancelledByAgent,
            FileRequestOutcome::CancelledByVisitor => Kind::FileCancelledByVisitor,
            FileRequestOutcome::Failed => Kind::FileFailed,
        }),
        Event::IdleWarning { triggered } => plain(if *triggered { Kind::IdleWarning } else { Kind::IdleWarningCleared }),
        Event::ConnectionWarning { triggered: true } => plain(Kind::ConnectionWarning),
        Event::TextMasked { by: Author::Visitor, .. } => plain(Kind::MaskedOfVisitor),
        Event::TextMasked { by: Author::Agent { agent }, .. } => of_agent(Kind::MaskedOfAgent, agent),
        Event::CriticalWait { triggered } => Some((if *triggered { Kind::CriticalWait } else { Kind::CriticalWaitCleared }, owner, None)),
        Event::FlagRaised { by } => of_agent(Kind::FlagRaised, by),
        Event::FlagLowered { by } => {
            of_agent(if owner == Some(*by) { Kind::FlagLoweredByOwner } else { Kind::FlagLoweredBySupervisor }, by)
        }
        Event::Ended { by, because, .. } => {
            let kind = match because {
                EndedBecause::Visitor if !accepted => Kind::Cancelled,
                EndedBecause::Visitor => Kind::EndedByVisitor,
                EndedBecause::Agent => Kind::EndedByAgent,
                EndedBecause::ConnectionTimeout => Kind::EndedByConnection,
                EndedBecause::VisitorIdle => Kind::EndedByIdleness,
                EndedBecause::AgentsUnavailable => Kind::TurnedAwayNobody,
                EndedBecause::Error => Kind::EndedByError,
                EndedBecause::Refused => Kind::TurnedAway,
            };
            Some((kind, by.agent(), None))
        }
        // What changes nothing that is told, or is told by the record's own fields.
        Event::Posted { .. }
        | Event::PageVisited
        | Event::ConnectionWarning { triggered: false }
        | Event::TextMasked { by: Author::System, .. }
        | Event::MonitorStarted { .. }
        | Event::MonitorEnded { .. }
        | Event::Reconnected
        | Event::Rated
        | Event::AfterWorkStarted { .. }
        | Event::AfterWorkEnded { .. }
        | Event::RecordsChanged { .. }
        | Event::Erased
        | Event::Expired
        | Event::PresenceChanged { .. }
        | Event::DefinitionChanged { .. } => None,
    }
}

fn place(target: TransferTarget) -> Place {
    match target {
        TransferTarget::Agent { agent } => Place::Agent(agent),
        TransferTarget::Button { button } => Place::Button(button),
        TransferTarget::Skill { skill } => Place::Skill(skill),
        TransferTarget::Queue { queue } => Place::Queue(queue),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_transferred_conversation_is_told_step_by_step() {
        let agent = |n| AgentId(Uuid::from_u128(n));
        let (ann, ben) = (agent(1), agent(2));
        let queue = QueueId(Uuid::from_u128(3));
        let established = |agent, transferred| Event::Established { agent, name: "A".into(), transferred, sneak_peek: false };
        let to_ben = TransferTarget::Agent { agent: ben };
        let events = [
            Event::Requested { deployment: DeploymentId(Uuid::from_u128(4)), button: None, position: 1, estimated_wait: None },
            Event::Queued { ahead: false, queue: Some(queue) },
            Event::PageVisited,
            established(ann, false),
            Event::FlagRaised { by: ann },
            Event::FlagLowered { by: ann },
            Event::TransferStarted { by: ann, target: to_ben },
            Event::TransferFailed { by: ann, target: to_ben },
            Event::TransferStarted { by: ann, target: to_ben },
            established(ben, true),
            Event::FlagLowered { by: ann },
            Event::Ended { by: Author::Visitor, because: EndedBecause::Visitor, announce: false },
            Event::Rated,
        ];
        let listed = occurrences((1..).zip(&events).map(|(n, event)| (n, Timestamp(n), event)));
        use OccurrenceKind as Kind;
        assert_eq!(
            listed.iter().map(|one| (one.sequence, one.kind, one.agent)).collect::<Vec<_>>(),
            [
                (1, Kind::Requested, None),
                (2, Kind::Queued, None),
                (4, Kind::Accepted, Some(ann)),
                (5, Kind::FlagRaised, Some(ann)),
                (6, Kind::FlagLoweredByOwner, Some(ann)),
                (7, Kind::TransferToAgent, Some(ann)),
                (8, Kind::TransferToAgentFailed, Some(ann)),
                (9, Kind::TransferToAgent, Some(ann)),
                (10, Kind::TakenOver, Some(ben)),
                (11, Kind::FlagLoweredBySupervisor, Some(ann)),
                (12, Kind::EndedByVisitor, None),
            ]
        );
        assert_eq!((listed[1].place, listed[5].place), (Some(Place::Queue(queue)), Some(Place::Agent(ben))));
        let cancelled = occurrences([(1, Timestamp(1), &events[0]), (2, Timestamp(2), &events[11])]);
        assert_eq!(cancelled[1].kind, Kind::Cancelled);
    }
}
