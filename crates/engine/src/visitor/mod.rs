//! A visitor's connection: its key, what it was told, how it waits for more.
//!
//! What must survive a restart is in the database; here is what one server knows of connections that use it: who waits, what was delivered, what
//! passes (typing, the place in the queue). Bounded by the number of connections; forgotten when they fall silent.

mod facts;
mod key;
mod marks;
mod note;
mod number;
mod poll;
mod reading;
mod report;
mod session;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, SessionId, WorkspaceId},
    journal::{Author, Event},
    time::Timestamp,
};
use store::Recorded;
use tokio::sync::{Notify, futures::Notified};

pub use facts::{ResumeView, SaidBy, SaidLine, ShownDetail, VisitorFacts};
pub use key::SessionKey;
pub(crate) use marks::{Hurry, keep_marks};
pub use note::{Noted, Once};
pub(crate) use number::take_number;
pub use poll::{Acknowledged, PollOutcome, PollRequest, Receipt};
pub use reading::{Cited, Reading};
pub use report::{PostNumbering, VisitorReport};
pub use session::{EndedSession, SessionState};

/// A connection on this server.
#[derive(Debug)]
pub struct Live {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Which session.
    pub session: SessionId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Where it came in.
    pub entrance: Entrance,
    /// The newest visitor sequence that is known to exist; -1 for none. A poll reads only when this is ahead of it.
    newest: AtomicI64,
    /// The conversation is over; what was to be told of it may still be told.
    ended: AtomicBool,
    /// The newest entry that is known to exist, of those that visitors are not told too; 0 for none. A stream reads only when this is ahead.
    newest_entry: AtomicI64,
    wake: Notify,
    /// Wakes streams, for every entry and for what passes. Polls are not woken by it: most entries are none of theirs.
    changed: Notify,
    state: Mutex<LiveState>,
}

/// Where a conversation came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entrance {
    /// The place it came from; an id that names nothing if that was not known.
    pub deployment: DeploymentId,
    /// The entry point.
    pub button: Option<ButtonId>,
    /// The visitor wants to be told its place in the queue.
    pub queue_updates: bool,
}

/// What passes without a trace, as it is now: streams tell what differs from what they told last, and take nothing from polls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passing {
    /// An agent types.
    pub typing: bool,
    /// The place in the queue, as it was told last; says nothing once the conversation does not wait.
    pub place: Option<QueuePlace>,
}

#[derive(Debug)]
struct LiveState {
    /// Told and arrived.
    delivered: i64,
    /// What the last poll acknowledged; `None` before the first on this server.
    last_ack: Option<i64>,
    /// Which poll is the newest.
    poll: u64,
    /// A poll waits now.
    polling: bool,
    /// When the visitor was last heard of.
    seen_at: Timestamp,
    /// What of that is saved.
    saved_seen_at: Timestamp,
    saved_delivered: i64,
    /// One answer was given since the conversation ended: the next one says that the session is over.
    farewell: bool,
    /// Reconnects.
    generation: i64,
    /// An agent types, or stopped: told once, then forgotten.
    typing: Option<Typing>,
    /// The place in the queue changed: told once, then forgotten.
    place: Option<QueuePlace>,
    /// The last place told, so that it is told only when it changes.
    told_place: Option<QueuePlace>,
    /// What passes, as streams see it.
    passing: Passing,
    /// The answer that is being written out, by its poll: the next poll waits for it, so that nothing is told twice.
    telling: Option<u64>,
    /// The client came back: it is told where things stand before anything else.
    resumed: bool,
    /// The rules by which clients mask text have changed: told once, then forgotten.
    rules: bool,
    /// The last request on this server carried a number.
    numbered: bool,
}

/// An agent types, or stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// Who.
    pub agent: AgentId,
    /// The name visitors see.
    pub name: String,
    /// Types.
    pub typing: bool,
}

/// Where a visitor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// 0: an agent is being asked; else counted from 1.
    pub position: i64,
    /// Seconds; none if unknown.
    pub estimated_wait: Option<i64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held; and what is here can be read anew from the database.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    /// The conversation is over.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// When the visitor was last heard of: now, while it waits.
    pub fn heard_of_at(&self, now: Timestamp) -> Timestamp {
        let state = lock(&self.state);
        if state.polling { now } else { state.seen_at }
    }

    /// The visitor was heard of.
    pub fn heard_of(&self, now: Timestamp) {
        let mut state = lock(&self.state);
        state.seen_at = state.seen_at.max(now);
    }

    /// How often it reconnected, as far as this server knows.
    pub fn generation(&self) -> i64 {
        lock(&self.state).generation
    }

    /// Its client came back. `has` is the last event that it says to have.
    pub(crate) fn resumes(&self, generation: i64, has: Option<i64>) {
        let mut state = lock(&self.state);
        if generation <= state.generation {
            return;
        }
        state.generation = generation;
        state.resumed = true;
        state.numbered = false;
        // Nobody who waits on the old connection is told anything, and no number of the old one asks for anything again.
        state.poll += 1;
        state.polling = false;
        state.last_ack = Some(i64::MIN);
        if let Some(has) = has.filter(|has| (-1..state.delivered).contains(has)) {
            state.delivered = has;
        }
        drop(state);
        // Whoever still waits on the old connection is let go.
        self.wake.notify_waiters();
    }

    /// Its client lost what it knew of the conversation, and keeps its connection: it is told where things stand.
    pub(crate) fn restates(&self) {
        lock(&self.state).resumed = true;
        self.wake.notify_waiters();
    }

    /// The workspace's sensitive-data rules have changed: the client is told, so that it goes on masking what it should.
    pub(crate) fn rules_changed(&self) {
        lock(&self.state).rules = true;
        self.wake.notify_waiters();
    }

    /// The last event that arrived; -1 for none.
    pub fn delivered(&self) -> i64 {
        lock(&self.state).delivered
    }

    /// The place last told, or about to be.
    pub fn place(&self) -> Option<QueuePlace> {
        let state = lock(&self.state);
        state.place.or(state.told_place)
    }

    /// Notes whether this request carries a number; tells whether the one before did, as far as this server knows.
    pub(crate) fn carries_number(&self, numbered: bool) -> bool {
        std::mem::replace(&mut lock(&self.state).numbered, numbered)
    }

    /// An agent types, or stopped.
    pub fn agent_types(&self, typing: Typing) {
        let mut state = lock(&self.state);
        state.passing.typing = typing.typing;
        state.typing = Some(typing);
        drop(state);
        self.wake.notify_waiters();
        self.changed.notify_waiters();
    }

    /// The place in the queue, told if it is news.
    pub fn stands_at(&self, place: QueuePlace) {
        let mut state = lock(&self.state);
        let news = state.told_place != Some(place);
        if news {
            state.place = Some(place);
        }
        let passes = state.passing.place.replace(place) != Some(place);
        drop(state);
        if news {
            self.wake.notify_waiters();
        }
        if passes {
            self.changed.notify_waiters();
        }
    }

    /// The first place was told with the request itself.
    pub(crate) fn place_was_told(&self, place: QueuePlace) {
        let mut state = lock(&self.state);
        state.told_place = Some(place);
        state.passing.place = Some(place);
    }

    /// Something durable is there to tell.
    fn came(&self, visitor_sequence: i64) {
        self.newest.fetch_max(visitor_sequence, Ordering::AcqRel);
        self.wake.notify_waiters();
    }

    /// How far its conversation is, as read from the database.
    pub(crate) fn stands(&self, newest: i64, ended: bool) {
        self.came(newest);
        if ended {
            self.ended.store(true, Ordering::Release);
            self.wake();
        }
    }

    /// Wakes whoever waits, to look again.
    pub fn wake(&self) {
        self.wake.notify_waiters();
        self.changed.notify_waiters();
    }

    /// Resolves at the next entry of the conversation, whoever is told of it, and at what passes. Enable it before looking: no change is missed.
    pub fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// The newest entry that this server has heard of; 0 for none yet.
    pub fn newest_entry(&self) -> i64 {
        self.newest_entry.load(Ordering::Acquire)
    }

    /// What passes, as it is now.
    pub fn passing(&self) -> Passing {
        lock(&self.state).passing
    }

    /// The journal tells of an entry: streams look, and what has passed by it is over.
    fn entry_came(&self, entry: &Recorded) {
        self.newest_entry.fetch_max(entry.sequence, Ordering::AcqRel);
        let wrote = matches!(entry.event, Event::Posted { by: Author::Agent { .. }, .. });
        let moved = matches!(
            entry.event,
            Event::Established { .. }
                | Event::Refused { .. }
                | Event::Ended { .. }
                | Event::AgentLost { .. }
                | Event::TransferStarted { .. }
        );
        if wrote || moved {
            let mut state = lock(&self.state);
            state.passing.typing = false;
            if moved {
                state.passing.place = None;
            }
        }
        self.changed.notify_waiters();
    }
}

#[derive(Debug, Default)]
struct Maps {
    by_session: HashMap<SessionId, Arc<Live>>,
    by_conversation: HashMap<ConversationId, Vec<Arc<Live>>>,
}

/// Connections on this server.
#[derive(Debug, Default)]
pub struct Registry {
    maps: RwLock<Maps>,
    joined: Notify,
}

impl Registry {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, Maps> {
        self.maps.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Maps> {
        self.maps.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection, if this server knows it.
    pub fn get(&self, session: SessionId) -> Option<Arc<Live>> {
        self.read().by_session.get(&session).cloned()
    }

    /// Connections of a conversation on this server.
    pub fn of_conversation(&self, conversation: ConversationId) -> Vec<Arc<Live>> {
        self.read().by_conversation.get(&conversation).cloned().unwrap_or_default()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Live>> {
        self.read().by_session.values().cloned().collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.read().by_session.len()
    }

    #[expect(clippy::too_many_arguments, reason = "the two places that know a connection hand over what they know")]
    pub(crate) fn insert(
        &self,
        workspace: WorkspaceId,
        session: &store::VisitorSession,
        conversation: ConversationId,
        entrance: Entrance,
        newest: i64,
        ended: bool,
        now: Timestamp,
    ) -> Arc<Live> {
        let mut maps = self.write();
        if let Some(live) = maps.by_session.get(&session.id) {
            return live.clone();
        }
        let live = Arc::new(Live {
            workspace,
            session: session.id,
            conversation,
            entrance,
            newest: AtomicI64::new(newest),
            ended: AtomicBool::new(ended),
            newest_entry: AtomicI64::new(0),
            wake: Notify::new(),
            changed: Notify::new(),
            state: Mutex::new(LiveState {
                delivered: session.delivered,
                last_ack: None,
                poll: 0,
                polling: false,
                farewell: false,
                seen_at: now,
                saved_seen_at: session.seen_at,
                saved_delivered: session.delivered,
                generation: session.generation,
                typing: None,
                place: None,
                told_place: None,
                passing: Passing::default(),
                telling: None,
                resumed: false,
                rules: false,
                numbered: session.post_sequence.is_some(),
            }),
        });
        maps.by_session.insert(session.id, live.clone());
        maps.by_conversation.entry(conversation).or_default().push(live.clone());
        drop(maps);
        self.joined.notify_waiters();
        live
    }

    /// Forgets a connection; whoever waits on it looks again.
    pub fn remove(&self, session: SessionId) {
        let mut maps = self.write();
        let Some(live) = maps.by_session.remove(&session) else { return };
        if let Some(of) = maps.by_conversation.get_mut(&live.conversation) {
            of.retain(|other| other.session != session);
            if of.is_empty() {
                maps.by_conversation.remove(&live.conversation);
            }
        }
        drop(maps);
        live.wake();
    }

    /// The journal tells of an entry of a conversation.
    pub(crate) fn entry_came(&self, conversation: ConversationId, entry: &Recorded) {
        let ended = matches!(entry.event, Event::Ended { .. } | Event::Refused { .. });
        if let Some(lives) = self.read().by_conversation.get(&conversation) {
            for live in lives {
                live.entry_came(entry);
                if entry.visitor_sequence.is_none() && !ended {
                    continue;
                }
                if ended {
                    live.ended.store(true, Ordering::Release);
                }
                live.came(entry.visitor_sequence.unwrap_or(-1));
            }
        }
    }
}
