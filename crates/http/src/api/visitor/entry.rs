//! What of a conversation's entries a visitor sees, in the shapes of the native API.

use domain::{
    ids::AgentId,
    journal::{self, Event, MessageKind},
};
use engine::visitor::Cited;
use native::{
    conversation::{Author, ClosedBy, Closure, EndedBecause, File, FileRequest, FileRequestOutcome, Rating, RefusedBecause},
    visitor::{AgentCard, VisitorEntry, VisitorWhat},
};

/// An entry as the visitor sees it; `None` for what visitors do not see.
pub(super) fn shown(cited: Cited) -> Option<VisitorEntry> {
    let Cited { entry, message, file, request, rating, agent_name, reason } = cited;
    let at = entry.at.into();
    let what = match entry.event {
        Event::Requested { .. } => VisitorWhat::Requested,
        Event::Refused { because } => VisitorWhat::Refused { because: refused(because) },
        Event::Queued { .. } => VisitorWhat::Waiting,
        Event::Established { agent, name, .. } => VisitorWhat::Joined { agent: AgentCard { id: agent, name } },
        Event::TransferStarted { .. } => VisitorWhat::Transferring,
        Event::TransferFailed { .. } => VisitorWhat::TransferFailed,
        Event::AgentLost { nobody_left, .. } => VisitorWhat::AgentLost { nobody_left },
        Event::Posted { message: MessageKind::Note, .. } => return None,
        Event::Posted { by, message: kind, name, .. } => {
            let author = author(by, name);
            let (text, label) = message.map(|message| (message.text, message.label)).unwrap_or_default();
            match kind {
                MessageKind::Text => VisitorWhat::Message { author, text },
                MessageKind::CustomEvent => VisitorWhat::CustomEvent { author, name: label.unwrap_or_default(), data: text },
                MessageKind::File => {
                    let file = file?;
                    let size = u64::try_from(file.size).unwrap_or(0);
                    VisitorWhat::File {
                        file: File { id: file.id, name: file.name, media_type: file.mime, size, author, erased: file.blob.is_none() },
                    }
                }
                MessageKind::Note => return None,
            }
        }
        Event::FileRequested { request: id, agent } => VisitorWhat::FileRequested {
            request: FileRequest {
                id,
                author: Author::Agent { id: agent, name: agent_name.unwrap_or_default() },
                expires_at: request.map(|request| request.expires_at.into()),
            },
        },
        Event::FileRequestEnded { request, outcome: how, .. } => VisitorWhat::FileRequestEnded { request, outcome: outcome(how) },
        Event::IdleWarning { triggered } => VisitorWhat::IdleWarning { raised: triggered },
        Event::Rated => VisitorWhat::Rated {
            rating: Rating {
                score: rating.as_ref().and_then(|rating| u8::try_from(rating.score).ok()).unwrap_or(0),
                comment: rating.map(|rating| rating.comment).filter(|comment| !comment.reveal().is_empty()),
            },
        },
        Event::Ended { by, because, .. } => {
            VisitorWhat::Ended { closure: Closure { by: closed_by(by), because: ended(because), reason, at } }
        }
        Event::Erased => VisitorWhat::Erased,
        // Long after the end, what is kept no longer is empty when it is read.
        Event::Expired
        | Event::Offered { .. }
        | Event::OfferDeclined { .. }
        | Event::OfferTimedOut { .. }
        | Event::OfferWithdrawn { .. }
        | Event::PageVisited
        | Event::ConnectionWarning { .. }
        | Event::TextMasked { .. }
        | Event::CriticalWait { .. }
        | Event::FlagRaised { .. }
        | Event::FlagLowered { .. }
        | Event::MonitorStarted { .. }
        | Event::MonitorEnded { .. }
        | Event::Reconnected
        | Event::AfterWorkStarted { .. }
        | Event::AfterWorkEnded { .. }
        | Event::RecordsChanged { .. }
        | Event::PresenceChanged { .. }
        | Event::DefinitionChanged { .. } => return None,
    };
    Some(VisitorEntry { sequence: number(entry.sequence), at, what })
}

/// A number of a conversation on the wire.
pub(super) fn number(sequence: i64) -> u64 {
    u64::try_from(sequence).unwrap_or(0)
}

/// Who did it; agents by the name that the visitor saw.
fn author(by: journal::Author, name: Option<String>) -> Author {
    match by {
        journal::Author::Visitor => Author::Visitor,
        journal::Author::Agent { agent } => Author::Agent { id: agent, name: name.unwrap_or_default() },
        journal::Author::System => Author::System,
    }
}

/// The card of an agent.
pub(super) fn card(id: AgentId, name: &str) -> AgentCard {
    AgentCard { id, name: name.to_owned() }
}

fn refused(because: journal::RefusedBecause) -> RefusedBecause {
    match because {
        journal::RefusedBecause::Unavailable => RefusedBecause::Unavailable,
        journal::RefusedBecause::Blocked => RefusedBecause::Blocked,
        journal::RefusedBecause::NotARequest => RefusedBecause::NotARequest,
        journal::RefusedBecause::Internal => RefusedBecause::Internal,
    }
}

fn outcome(outcome: journal::FileRequestOutcome) -> FileRequestOutcome {
    match outcome {
        journal::FileRequestOutcome::Received => FileRequestOutcome::Received,
        journal::FileRequestOutcome::CancelledByAgent => FileRequestOutcome::CancelledByAgent,
        journal::FileRequestOutcome::CancelledByVisitor => FileRequestOutcome::CancelledByVisitor,
        journal::FileRequestOutcome::Failed => FileRequestOutcome::Failed,
    }
}

fn closed_by(by: journal::Author) -> ClosedBy {
    match by {
        journal::Author::Visitor => ClosedBy::Visitor,
        journal::Author::Agent { .. } => ClosedBy::Agent,
        journal::Author::System => ClosedBy::System,
    }
}

pub(super) fn ended(because: journal::EndedBecause) -> EndedBecause {
    match because {
        journal::EndedBecause::Visitor => EndedBecause::Visitor,
        journal::EndedBecause::Agent => EndedBecause::Agent,
        journal::EndedBecause::ConnectionTimeout => EndedBecause::ConnectionTimeout,
        journal::EndedBecause::VisitorIdle => EndedBecause::VisitorIdle,
        journal::EndedBecause::AgentsUnavailable => EndedBecause::AgentsUnavailable,
        journal::EndedBecause::Error => EndedBecause::Error,
        journal::EndedBecause::Refused => EndedBecause::Refused,
    }
}
