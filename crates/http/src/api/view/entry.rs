//! One entry of a conversation.

use domain::{
    ids::AgentId,
    journal::{self, Event, MessageKind},
    secret::Text,
};
use engine::{
    Directory,
    file::SentFile,
    view::{self, Supplement, ViewEntry},
};
use native::{
    Instant,
    conversation::{
        Author, ClosedBy, Closure, Connection, Detail, EndedBecause, Entry, File, FileRequest, FileRequestOutcome, OfferOutcome,
        RefusedBecause, TransferTarget, WebPage, What,
    },
};

use super::transcript::{named, rating};

/// Who, with the name that visitors saw or, without one, see now.
pub(crate) fn author(directory: &Directory, by: journal::Author, name: Option<&str>) -> Author {
    match by {
        journal::Author::Visitor => Author::Visitor,
        journal::Author::System => Author::System,
        journal::Author::Agent { agent } => {
            let known = || directory.agents.get(&agent).map_or_else(String::new, |profile| profile.face(None).to_owned());
            Author::Agent { id: agent, name: name.map_or_else(known, str::to_owned) }
        }
    }
}

/// An agent under the name that colleagues see.
fn colleague(directory: &Directory, agent: AgentId) -> Author {
    Author::Agent { id: agent, name: directory.agents.get(&agent).map_or_else(String::new, |profile| profile.name.clone()) }
}

/// What was said with an entry, if anything was and is still there.
fn entry_words(seen: &ViewEntry) -> Option<Text> {
    seen.message.as_ref().map(|message| message.text.clone()).filter(|text| !text.reveal().is_empty())
}

pub(crate) fn file(directory: &Directory, file: &view::File) -> File {
    File {
        id: file.id,
        name: file.name.clone(),
        media_type: file.mime.clone(),
        size: u64::try_from(file.size).unwrap_or(0),
        author: author(directory, file.by, None),
        erased: file.blob.is_none(),
    }
}

/// A file that was just sent, under the name that visitors see.
pub(crate) fn sent_file(directory: &Directory, sent: &SentFile) -> File {
    File { author: author(directory, sent.file.by, sent.author_name.as_deref()), ..file(directory, &sent.file) }
}

pub(crate) fn file_request(directory: &Directory, request: &view::FileRequest) -> FileRequest {
    FileRequest {
        id: request.id,
        author: author(directory, journal::Author::Agent { agent: request.agent }, None),
        expires_at: Some(request.expires_at.into()),
    }
}

pub(crate) fn detail(detail: &view::Detail) -> Detail {
    Detail { label: detail.label.clone(), value: detail.value.clone() }
}

pub(crate) fn transfer_target(target: journal::TransferTarget) -> TransferTarget {
    match target {
        journal::TransferTarget::Agent { agent } => TransferTarget::Agent { id: agent },
        journal::TransferTarget::Button { button } => TransferTarget::Button { id: button },
        journal::TransferTarget::Skill { skill } => TransferTarget::Skill { id: skill },
        journal::TransferTarget::Queue { queue } => TransferTarget::Queue { id: queue },
    }
}

pub(crate) fn transfer_target_from(target: TransferTarget) -> journal::TransferTarget {
    match target {
        TransferTarget::Agent { id } => journal::TransferTarget::Agent { agent: id },
        TransferTarget::Button { id } => journal::TransferTarget::Button { button: id },
        TransferTarget::Skill { id } => journal::TransferTarget::Skill { skill: id },
        TransferTarget::Queue { id } => journal::TransferTarget::Queue { queue: id },
    }
}

fn refused(because: journal::RefusedBecause) -> RefusedBecause {
    match because {
        journal::RefusedBecause::Unavailable => RefusedBecause::Unavailable,
        journal::RefusedBecause::Blocked => RefusedBecause::Blocked,
        journal::RefusedBecause::NotARequest => RefusedBecause::NotARequest,
        journal::RefusedBecause::Internal => RefusedBecause::Internal,
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

fn closed_by(by: journal::Author) -> ClosedBy {
    match by {
        journal::Author::Visitor => ClosedBy::Visitor,
        journal::Author::Agent { .. } => ClosedBy::Agent,
        journal::Author::System => ClosedBy::System,
    }
}

/// How an event ended an offer, if it did.
pub(crate) fn offer_outcome(event: &Event) -> Option<OfferOutcome> {
    match event {
        Event::OfferDeclined { .. } => Some(OfferOutcome::Declined),
        Event::OfferTimedOut { .. } => Some(OfferOutcome::TimedOut),
        Event::OfferWithdrawn { .. } => Some(OfferOutcome::Withdrawn),
        Event::Established { .. } => Some(OfferOutcome::Accepted),
        _ => None,
    }
}

fn posted(directory: &Directory, entry: &ViewEntry, by: journal::Author, kind: MessageKind, name: Option<&str>) -> What {
    let author = author(directory, by, name);
    // A message whose row is gone was erased: its place stays, empty.
    let text = entry.message.as_ref().map(|message| message.text.clone()).unwrap_or_default();
    match (kind, &entry.supplement) {
        (MessageKind::File, Some(Supplement::File(sent))) => What::File { file: file(directory, sent) },
        (MessageKind::CustomEvent, _) => {
            let name = entry.message.as_ref().and_then(|message| message.label.clone()).unwrap_or_default();
            What::CustomEvent { author, name, data: text }
        }
        (MessageKind::Note, _) => What::Note { author, text },
        (MessageKind::Text | MessageKind::File, _) => What::Message { author, text },
    }
}

/// An entry as agents see it; none for what is not of a conversation.
pub(crate) fn entry(directory: &Directory, seen: &ViewEntry) -> Option<Entry> {
    let at: Instant = match &seen.supplement {
        // A page of before the conversation is told of when it began.
        Some(Supplement::Page(page)) => page.at,
        _ => seen.entry.at,
    }
    .into();
    let what = match &seen.entry.event {
        Event::Requested { .. } => What::Requested,
        Event::Refused { because } => What::Refused { because: refused(*because) },
        Event::Queued { ahead, .. } => What::Queued { ahead: *ahead },
        Event::Offered { offer, agent, expires_at } => {
            What::Offered { offer: *offer, agent: *agent, expires_at: expires_at.map(Into::into) }
        }
        Event::OfferDeclined { offer, agent } => What::OfferEnded { offer: *offer, agent: *agent, outcome: OfferOutcome::Declined },
        Event::OfferTimedOut { offer, agent } => What::OfferEnded { offer: *offer, agent: *agent, outcome: OfferOutcome::TimedOut },
        Event::OfferWithdrawn { offer, agent } => What::OfferEnded { offer: *offer, agent: *agent, outcome: OfferOutcome::Withdrawn },
        Event::Established { agent, name, transferred, .. } => {
            What::Joined { agent: *agent, name: name.clone(), transferred: *transferred }
        }
        Event::Posted { by, message, name, .. } => posted(directory, seen, *by, *message, name.as_deref()),
        Event::TransferStarted { by, target } => What::TransferStarted { agent: *by, target: transfer_target(*target) },
        Event::TransferFailed { by, target } => What::TransferFailed { agent: *by, target: transfer_target(*target) },
        Event::AgentLost { agent, nobody_left } => What::AgentLost { agent: *agent, nobody_left: *nobody_left },
        Event::FileRequested { request, agent } => What::FileRequested {
            request: match &seen.supplement {
                Some(Supplement::FileRequest(open)) => file_request(directory, open),
                _ => FileRequest {
                    id: *request,
                    author: author(directory, journal::Author::Agent { agent: *agent }, None),
                    expires_at: None,
                },
            },
        },
        Event::FileRequestEnded { request, outcome, .. } => What::FileRequestEnded {
            request: *request,
            outcome: match outcome {
                journal::FileRequestOutcome::Received => FileRequestOutcome::Received,
                journal::FileRequestOutcome::CancelledByAgent => FileRequestOutcome::CancelledByAgent,
                journal::FileRequestOutcome::CancelledByVisitor => FileRequestOutcome::CancelledByVisitor,
                journal::FileRequestOutcome::Failed => FileRequestOutcome::Failed,
            },
        },
        Event::PageVisited => What::PageVisited {
            page: match &seen.supplement {
                Some(Supplement::Page(page)) => {
                    WebPage { url: page.location.reveal().to_owned(), title: named(&page.title).map(|title| title.0) }
                }
                _ => WebPage { url: String::new(), title: None },
            },
        },
        Event::IdleWarning { triggered } => What::IdleWarning { raised: *triggered },
        Event::ConnectionWarning { triggered } => {
            What::ConnectionChanged { connection: if *triggered { Connection::Silent } else { Connection::Connected } }
        }
        Event::TextMasked { by, rules } => {
            What::TextMasked { author: author(directory, *by, None), rules: u32::try_from(*rules).unwrap_or(u32::MAX) }
        }
        Event::CriticalWait { triggered } => What::CriticalWait { raised: *triggered },
        Event::FlagRaised { by } => What::FlagRaised { author: colleague(directory, *by), note: entry_words(seen) },
        Event::FlagLowered { by } => What::FlagLowered { author: colleague(directory, *by) },
        Event::MonitorStarted { agent } => What::MonitorStarted { agent: *agent },
        Event::MonitorEnded { agent } => What::MonitorEnded { agent: *agent },
        Event::Reconnected => What::Reconnected,
        Event::Rated => match &seen.supplement {
            Some(Supplement::Rating(stored)) => What::Rated { rating: rating(stored) },
            _ => return None,
        },
        Event::Ended { by, because, .. } => {
            let reason = match &seen.supplement {
                Some(Supplement::EndReason(reason)) => Some(reason.clone()),
                _ => None,
            };
            What::Ended { closure: Closure { by: closed_by(*by), because: ended(*because), reason, at } }
        }
        Event::AfterWorkStarted { until, .. } => What::AfterWorkStarted { until: until.map(Into::into) },
        Event::AfterWorkEnded { .. } => What::AfterWorkEnded,
        Event::RecordsChanged { revision } => What::RecordsChanged { revision: u64::try_from(*revision).unwrap_or(0) },
        Event::Erased | Event::Expired => What::Erased,
        Event::PresenceChanged { .. } | Event::DefinitionChanged { .. } => return None,
    };
    Some(Entry { sequence: u64::try_from(seen.entry.sequence).unwrap_or(0), at, what })
}
