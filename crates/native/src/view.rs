//! What a client makes of a snapshot and the events after it.
//!
//! Pure: no IO, no clock. Snapshot + events equals a fresh snapshot, which is what the robot, the console's tests and the server's own are
//! held to.

use std::collections::BTreeMap;

use domain::{
    ids::{ConversationId, OfferId},
    secret::Text,
};

use crate::{
    Position,
    agent::{AgentEvent, AgentSnapshot, Me, Offer, WaitingConversation},
    conversation::{AgentConversation, Author, ConversationState, Entry, File, Flag, VisitedPage, VisitorCard, What},
    visitor::{AgentCard, QueuePlace, ResetReason, VisitorEvent, VisitorSnapshot, VisitorWhat},
};

/// How many entries a snapshot's timeline holds at most, and a view keeps. Earlier ones are read by page.
pub const TIMELINE: usize = 500;

/// How many of the pages that a visitor saw are shown.
pub const PAGES: usize = 25;

/// An event as the stream brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed<E> {
    /// The SSE id: absent for ephemeral events, and for all but the last event of one position.
    pub position: Option<Position>,
    /// The event.
    pub event: E,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applied {
    /// The view includes it now.
    Changed,
    /// It said nothing new: it was known already, or is of something that is not in view.
    Nothing,
    /// The view cannot go on: read a fresh snapshot.
    Resync,
}

/// What an agent sees.
///
/// Equality compares durable state only where [`AgentView::snapshot`] is compared; `typing` and `drafts` are ephemeral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentView {
    /// The last position that is included.
    pub position: Position,
    /// The agent.
    pub me: Me,
    /// Open offers.
    pub offers: BTreeMap<OfferId, Offer>,
    /// Conversations in view.
    pub conversations: BTreeMap<ConversationId, AgentConversation>,
    /// Conversations to pick from.
    pub waiting: BTreeMap<ConversationId, WaitingConversation>,
    /// Ephemeral: in which conversations the visitor types.
    pub typing: BTreeMap<ConversationId, bool>,
    /// Ephemeral: what visitors are typing.
    pub drafts: BTreeMap<ConversationId, Text>,
}

impl From<AgentSnapshot> for AgentView {
    fn from(snapshot: AgentSnapshot) -> Self {
        Self {
            position: snapshot.position,
            me: snapshot.me,
            offers: snapshot.offers.into_iter().map(|offer| (offer.id, offer)).collect(),
            conversations: snapshot.conversations.into_iter().map(|conversation| (conversation.id, conversation)).collect(),
            waiting: snapshot.waiting.into_iter().map(|waiting| (waiting.conversation, waiting)).collect(),
            typing: BTreeMap::new(),
            drafts: BTreeMap::new(),
        }
    }
}

impl AgentView {
    /// The durable part in the order in which a server writes it.
    pub fn snapshot(&self) -> AgentSnapshot {
        let mut waiting: Vec<_> = self.waiting.values().cloned().collect();
        waiting.sort_by_key(|waiting| (waiting.priority, waiting.since, waiting.conversation));
        AgentSnapshot {
            position: self.position,
            me: self.me.clone(),
            offers: self.offers.values().cloned().collect(),
            conversations: self.conversations.values().cloned().collect(),
            waiting,
        }
    }

    /// Takes one event in.
    pub fn apply(&mut self, streamed: Streamed<AgentEvent>) -> Applied {
        if let Some(position) = streamed.position {
            if position.epoch != self.position.epoch {
                return Applied::Resync;
            }
            if position.is_covered_by(self.position) {
                return Applied::Nothing;
            }
            self.position = position;
        }
        match streamed.event {
            AgentEvent::ConversationEntered { conversation } => {
                if self.conversations.get(&conversation.id).is_some_and(|known| known.sequence > conversation.sequence) {
                    return Applied::Nothing;
                }
                self.conversations.insert(conversation.id, *conversation);
                Applied::Changed
            }
            AgentEvent::ConversationLeft { conversation, .. } => {
                self.typing.remove(&conversation);
                self.drafts.remove(&conversation);
                changed(self.conversations.remove(&conversation).is_some())
            }
            AgentEvent::Entry { conversation, entry } => {
                if matches!(entry.what, What::Message { author: Author::Visitor, .. } | What::Ended { .. }) {
                    self.typing.remove(&conversation);
                    self.drafts.remove(&conversation);
                }
                self.conversations.get_mut(&conversation).map_or(Applied::Nothing, |known| known.apply(entry))
            }
            AgentEvent::OfferMade { offer } => {
                self.offers.insert(offer.id, offer);
                Applied::Changed
            }
            AgentEvent::OfferEnded { offer, .. } => changed(self.offers.remove(&offer).is_some()),
            AgentEvent::MeChanged { me } => {
                self.me = me;
                Applied::Changed
            }
            AgentEvent::WaitingChanged { waiting } => {
                self.waiting.insert(waiting.conversation, waiting);
                Applied::Changed
            }
            AgentEvent::WaitingLeft { conversation } => changed(self.waiting.remove(&conversation).is_some()),
            AgentEvent::Advanced => Applied::Nothing,
            AgentEvent::Typing { conversation, typing } => {
                if !self.conversations.contains_key(&conversation) {
                    return Applied::Nothing;
                }
                changed(self.typing.insert(conversation, typing) != Some(typing))
            }
            AgentEvent::Draft { conversation, text } => {
                if !self.conversations.contains_key(&conversation) {
                    return Applied::Nothing;
                }
                self.drafts.insert(conversation, text);
                Applied::Changed
            }
            AgentEvent::Reset { reason } => reset(reason),
        }
    }
}

/// A server that stops takes no position away: the same one goes on after it.
fn reset(reason: ResetReason) -> Applied {
    if reason == ResetReason::ShuttingDown { Applied::Nothing } else { Applied::Resync }
}

fn changed(yes: bool) -> Applied {
    if yes { Applied::Changed } else { Applied::Nothing }
}

impl AgentConversation {
    /// Takes one entry in, unless its sequence is included already.
    ///
    /// This is also the definition of a conversation's state: a server may build its snapshot in any way that gives the same.
    pub fn apply(&mut self, entry: Entry) -> Applied {
        if entry.sequence <= self.sequence {
            return Applied::Nothing;
        }
        self.sequence = entry.sequence;
        match &entry.what {
            What::Requested | What::Note { .. } | What::TextMasked { .. } | What::Reconnected => {}
            What::Message { author, .. } | What::CustomEvent { author, .. } | What::File { file: File { author, .. } } => {
                if matches!(author, Author::Agent { .. }) {
                    // The visitor has an answer.
                    self.critical_wait = false;
                }
            }
            What::Erased => return Applied::Resync,
            What::Refused { .. } => {
                self.state = ConversationState::Ended;
                self.monitored_by.clear();
            }
            What::Queued { .. } | What::AgentLost { .. } => {
                self.state = ConversationState::Waiting;
                self.owner = None;
                self.transfer = None;
            }
            What::Offered { .. } => {
                if self.owner.is_none() {
                    self.state = ConversationState::Offered;
                }
            }
            What::OfferEnded { .. } => {
                if self.state == ConversationState::Offered {
                    self.state = ConversationState::Waiting;
                }
            }
            What::Joined { agent, .. } => {
                self.state = ConversationState::Active;
                self.transfer = None;
                self.owner = Some(*agent);
            }
            What::TransferStarted { target, .. } => {
                self.state = ConversationState::Waiting;
                self.owner = None;
                self.transfer = Some(*target);
            }
            What::TransferFailed { agent, .. } => {
                self.state = ConversationState::Active;
                self.owner = Some(*agent);
                self.transfer = None;
            }
            What::FileRequested { request } => self.file_requests.push(request.clone()),
            What::FileRequestEnded { request, .. } => self.file_requests.retain(|open| open.id != *request),
            What::PageVisited { page } => self.visitor.came_to(VisitedPage { page: page.clone(), at: entry.at }),
            What::ConnectionChanged { connection } => self.visitor.connection = *connection,
            What::IdleWarning { raised } => self.idle_warning = *raised,
            What::CriticalWait { raised } => self.critical_wait = *raised,
            What::FlagRaised { author, note } => {
                if let Author::Agent { id, .. } = author {
                    self.flag = Some(Flag { by: *id, note: note.clone(), at: entry.at });
                }
            }
            What::FlagLowered { .. } => self.flag = None,
            What::MonitorStarted { agent } => {
                if let Err(place) = self.monitored_by.binary_search(agent) {
                    self.monitored_by.insert(place, *agent);
                }
            }
            What::MonitorEnded { agent } => self.monitored_by.retain(|other| other != agent),
            What::Rated { rating } => {
                // There is one rating: a later one takes the place of an earlier one wherever that is shown.
                for earlier in &mut self.timeline {
                    if let What::Rated { rating: shown } = &mut earlier.what {
                        *shown = rating.clone();
                    }
                }
                self.rating = Some(rating.clone());
            }
            What::Ended { closure } => {
                self.state = ConversationState::Ended;
                self.closure = Some(closure.clone());
                self.transfer = None;
                self.file_requests.clear();
                self.idle_warning = false;
                self.critical_wait = false;
                self.flag = None;
                self.monitored_by.clear();
            }
            What::RecordsChanged { revision } => self.records_revision = *revision,
            What::AfterWorkStarted { .. } => self.after_work = true,
            What::AfterWorkEnded => self.after_work = false,
        }
        push(&mut self.timeline, &mut self.earlier, entry);
        Applied::Changed
    }
}

impl VisitorCard {
    /// Takes a page in among those seen; what is erased is none. Pages of before the conversation are told after it began.
    fn came_to(&mut self, visited: VisitedPage) {
        if visited.page.url.is_empty() {
            return;
        }
        let place = self.pages.partition_point(|seen| seen.at > visited.at);
        let is_same = |seen: &VisitedPage| seen.page.url == visited.page.url;
        let newer = place.checked_sub(1).filter(|newer| is_same(&self.pages[*newer]));
        // The same page twice in a row is one, from the first time on.
        if let Some(newer) = newer.and_then(|newer| self.pages.get_mut(newer)) {
            newer.at = visited.at;
            newer.page.title = newer.page.title.take().or(visited.page.title);
        } else if self.pages.get(place).is_some_and(is_same) {
            let older = &mut self.pages[place];
            older.page.title = visited.page.title.or_else(|| older.page.title.take());
        } else {
            self.pages.insert(place, visited);
            self.pages.truncate(PAGES);
        }
        self.page = self.pages.first().map(|newest| newest.page.clone());
    }
}

/// Adds to a timeline and keeps it within [`TIMELINE`].
fn push<T>(timeline: &mut Vec<T>, earlier: &mut bool, entry: T) {
    if timeline.len() >= TIMELINE {
        timeline.drain(..=timeline.len() - TIMELINE);
        *earlier = true;
    }
    timeline.push(entry);
}

/// What a visitor sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorView {
    /// The durable part.
    pub conversation: VisitorSnapshot,
    /// Ephemeral: the agent types.
    pub typing: bool,
    /// Ephemeral: the place in the queue.
    pub place: Option<QueuePlace>,
}

impl From<VisitorSnapshot> for VisitorView {
    fn from(conversation: VisitorSnapshot) -> Self {
        Self { conversation, typing: false, place: None }
    }
}

impl VisitorView {
    /// Takes one event in.
    pub fn apply(&mut self, streamed: Streamed<VisitorEvent>) -> Applied {
        if let Some(position) = streamed.position {
            if position.epoch != self.conversation.position.epoch {
                return Applied::Resync;
            }
            if position.is_covered_by(self.conversation.position) {
                return Applied::Nothing;
            }
            self.conversation.position = position;
        }
        match streamed.event {
            VisitorEvent::Entry { entry } => {
                let view = &mut self.conversation;
                match &entry.what {
                    VisitorWhat::Requested
                    | VisitorWhat::CustomEvent { .. }
                    | VisitorWhat::File { .. }
                    | VisitorWhat::IdleWarning { .. } => {}
                    VisitorWhat::Message { author, .. } => {
                        if matches!(author, crate::conversation::Author::Agent { .. }) {
                            self.typing = false;
                        }
                    }
                    VisitorWhat::Waiting => {
                        view.state = ConversationState::Waiting;
                        view.agent = None;
                        view.transferring = false;
                    }
                    VisitorWhat::Joined { agent } => {
                        view.state = ConversationState::Active;
                        view.agent = Some(AgentCard::clone(agent));
                        view.transferring = false;
                        self.place = None;
                    }
                    VisitorWhat::Refused { .. } => {
                        view.state = ConversationState::Ended;
                        self.place = None;
                    }
                    VisitorWhat::Transferring => view.transferring = true,
                    VisitorWhat::TransferFailed => view.transferring = false,
                    VisitorWhat::AgentLost { .. } => {
                        view.agent = None;
                        self.typing = false;
                    }
                    VisitorWhat::Erased => return Applied::Resync,
                    VisitorWhat::FileRequested { request } => view.file_requests.push(request.clone()),
                    VisitorWhat::FileRequestEnded { request, .. } => {
                        view.file_requests.retain(|open| open.id != *request);
                    }
                    VisitorWhat::Rated { rating } => {
                        for earlier in &mut view.timeline {
                            if let VisitorWhat::Rated { rating: shown } = &mut earlier.what {
                                *shown = rating.clone();
                            }
                        }
                        view.rating = Some(rating.clone());
                    }
                    VisitorWhat::Ended { closure } => {
                        view.state = ConversationState::Ended;
                        view.closure = Some(closure.clone());
                        view.transferring = false;
                        view.file_requests.clear();
                        self.typing = false;
                        self.place = None;
                    }
                }
                push(&mut view.timeline, &mut view.earlier, entry);
                Applied::Changed
            }
            VisitorEvent::Typing { typing } => changed(std::mem::replace(&mut self.typing, typing) != typing),
            VisitorEvent::QueuePlace { place } => changed(self.place.replace(place) != Some(place)),
            VisitorEvent::Reset { reason } => reset(reason),
        }
    }
}
