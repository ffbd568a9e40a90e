//! What a chat knows and how it decides: no IO and no waiting here. The driver asks for the next step, carries it out, and
//! hands the answer back.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use liveagent::message::{ChatEnded, FileTransfer};
use liveagent::{Envelope, ServerMessage, sequence};
use tokio::sync::oneshot;

use crate::Error;
use crate::environment::{Backoff, Environment};
use crate::saved::{Ending, SavedEvent, SavedPost, SavedSession};
use crate::transport::Answer;

/// Posts that may wait at once.
pub(crate) const QUEUE_LIMIT: usize = 1000;
/// Fingerprints kept to recognise a repeat after a reconnect.
const RECENT_LIMIT: usize = 512;
/// A post that the server answers with 500 this often is given up (liveagent.md 5).
const TRIES_AT_500: u32 = 5;
/// Conflicts of one post before a reconnect is tried; one more and the post is given up.
const CONFLICTS: u32 = 5;
/// Polls refused (4xx) or unreadable in a row before we stop insisting.
const BAD_POLLS: u32 = 3;

/// What arrived for the app.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    Wire(SavedEvent),
    Lost,
    Restored,
    Unreadable,
}

/// Where the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Polls and posts flow.
    Talking,
    /// ReconnectSession is due; nothing else may be sent.
    Reconnecting,
    /// Reconnected; posts wait for the first answer of a poll.
    Settling,
}

pub(crate) struct State {
    pub(crate) saved: SavedSession,
    pub(crate) inbox: VecDeque<Incoming>,
    waiters: HashMap<String, oneshot::Sender<Result<(), Error>>>,
    phase: Phase,
    /// Whether an earlier attempt of the post in flight, with the same number, has no known answer.
    doubt: bool,
    /// Whether posts wait for an agent, because the server answered an early one with 500.
    held: bool,
    /// Whether a post was answered with 403.
    refused: bool,
    /// Whether the task is gone, so that nothing will be sent any more.
    stopped: bool,
    lost: bool,
    poll_failures: u32,
    post_failures: u32,
    tries_at_500: u32,
    conflicts: u32,
    reconnects: u32,
    bad_polls: u32,
    empty_polls: u32,
    /// Answers in a row that told nothing but what was told before.
    stale_polls: u32,
    poll_wait: Duration,
    post_wait: Duration,
    reconnect_wait: Duration,
    /// After a reconnect: numbers up to this one may be repeats.
    guard: Option<i64>,
    /// Whether the endpoint counts answers and not events (liveagent.md 2.4), as an answer of several events has shown.
    counts_answers: bool,
    inbox_limit: usize,
    backoff: Backoff,
    environment: Arc<dyn Environment>,
}

impl State {
    pub(crate) fn new(mut saved: SavedSession, inbox_limit: usize, backoff: Backoff, environment: Arc<dyn Environment>) -> Self {
        let inbox = std::mem::take(&mut saved.unread).into_iter().map(Incoming::Wire).collect();
        // A stale copy may hold numbers that were used since, so they start anew; the chat request goes first in any case.
        let phase = if saved.requested && !saved.exact { Phase::Reconnecting } else { Phase::Talking };
        saved.exact = false;
        Self {
            saved,
            inbox,
            waiters: HashMap::new(),
            phase,
            doubt: false,
            held: false,
            refused: false,
            stopped: false,
            lost: false,
            poll_failures: 0,
            post_failures: 0,
            tries_at_500: 0,
            conflicts: 0,
            reconnects: 0,
            bad_polls: 0,
            empty_polls: 0,
            stale_polls: 0,
            poll_wait: Duration::ZERO,
            post_wait: Duration::ZERO,
            reconnect_wait: Duration::ZERO,
            guard: None,
            counts_answers: false,
            inbox_limit,
            backoff,
            environment,
        }
    }

    pub(crate) fn snapshot(&self, exact: bool) -> SavedSession {
        let mut saved = self.saved.clone();
        saved.unread = self
            .inbox
            .iter()
            .filter_map(|i| match i {
                Incoming::Wire(event) => Some(event.clone()),
                _ => None,
            })
            .collect();
        saved.exact = exact;
        saved
    }

    /// What one request needs, without the queues.
    pub(crate) fn credentials(&mut self) -> SavedSession {
        let (posts, recent) = (std::mem::take(&mut self.saved.posts), std::mem::take(&mut self.saved.recent));
        let slim = self.saved.clone();
        (self.saved.posts, self.saved.recent) = (posts, recent);
        slim
    }

    pub(crate) fn is_over(&self) -> bool {
        self.saved.ended.is_some()
    }

    /// Whether all that was queued has its verdict.
    pub(crate) fn is_settled(&self) -> bool {
        self.stopped || self.refused || self.saved.posts.is_empty()
    }

    /// Takes a post into the queue.
    pub(crate) fn enqueue(&mut self, post: SavedPost) -> Result<oneshot::Receiver<Result<(), Error>>, Error> {
        if self.stopped && !self.is_over() {
            return Err(Error::Paused);
        }
        if self.is_over() || self.refused || self.saved.left || self.saved.posts.iter().any(SavedPost::is_end) {
            return Err(Error::SessionOver);
        }
        if self.saved.posts.len() >= QUEUE_LIMIT {
            return Err(Error::QueueFull(QUEUE_LIMIT));
        }
        let replaces = |old: &SavedPost| {
            post.is_fleeting()
                && old.is_fleeting()
                && old.sequence.is_none()
                && (post.noun == "ChasitorSneakPeek") == (old.noun == "ChasitorSneakPeek")
        };
        if self.saved.posts.back().is_some_and(replaces)
            && let Some(old) = self.saved.posts.pop_back()
        {
            self.resolve(&old.key, Ok(()));
        }
        let (sender, receiver) = oneshot::channel();
        self.waiters.insert(post.key.clone(), sender);
        self.saved.posts.push_back(post);
        Ok(receiver)
    }

    /// Posts that a resumed session still holds have nobody who waits for them.
    fn resolve(&mut self, key: &str, outcome: Result<(), Error>) {
        if let Some(waiter) = self.waiters.remove(key) {
            let _ = waiter.send(outcome);
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stopped = true;
        let over = self.is_over();
        self.fail_waiters(if over { || Error::SessionOver } else { || Error::Paused });
    }

    fn fail_waiters(&mut self, error: fn() -> Error) {
        for (_, waiter) in self.waiters.drain() {
            let _ = waiter.send(Err(error()));
        }
    }

    // What is due.

    /// The wait before ReconnectSession, if one is due.
    pub(crate) fn reconnect_due(&mut self) -> Option<Duration> {
        (!self.is_over() && self.phase == Phase::Reconnecting).then(|| std::mem::take(&mut self.reconnect_wait))
    }

    /// The wait before the next poll, if one is due.
    pub(crate) fn poll_due(&mut self) -> Option<Duration> {
        let due = !self.is_over() && self.phase != Phase::Reconnecting && self.saved.requested && self.inbox.len() < self.inbox_limit;
        due.then(|| std::mem::take(&mut self.poll_wait))
    }

    /// The next post with its number, and the wait before it, if one is due. Its answer counts as unknown from now on.
    pub(crate) fn post_due(&mut self) -> Option<(SavedPost, Duration)> {
        if self.is_over() || self.refused || self.phase != Phase::Talking {
            return None;
        }
        let leaving = self.saved.posts.iter().any(SavedPost::is_end);
        let front = self.saved.posts.front_mut()?;
        if self.held && !self.saved.established && !leaving {
            return None;
        }
        if front.is_numbered() {
            front.sequence.get_or_insert(self.saved.sequence);
        }
        self.doubt = front.unanswered;
        front.unanswered = true;
        Some((front.clone(), std::mem::take(&mut self.post_wait)))
    }

    // What the answers mean.

    pub(crate) fn on_post(&mut self, answer: Answer) {
        let Some(front) = self.saved.posts.front_mut() else { return };
        let number = front.sequence;
        let doubt = self.doubt;
        if self.saved.ended.is_some() && !matches!(answer, Answer::Done(_) | Answer::Nothing) {
            return;
        }
        match answer {
            Answer::Done(_) | Answer::Nothing => self.accepted(number),
            // The session is gone, which is what an end asks for.
            Answer::Forbidden if front.is_end() => self.accepted(number),
            Answer::Forbidden => {
                front.unanswered = doubt;
                if self.saved.requested {
                    // The poll brings what is left, and then the verdict.
                    self.refused = true;
                    self.fail_waiters(|| Error::SessionOver);
                } else {
                    self.finish(Ending::Expired);
                }
            }
            Answer::Conflict(text) => {
                front.unanswered = false;
                self.conflict(number, doubt, text);
            }
            Answer::Moved => {
                front.unanswered = doubt;
                self.begin_reconnect();
            }
            Answer::Busy { after } => {
                front.unanswered = doubt;
                self.post_failures += 1;
                self.post_wait = after.unwrap_or_else(|| self.backoff.delay(self.post_failures, &self.environment));
            }
            Answer::Broken(_) | Answer::TimedOut => {
                self.post_failures += 1;
                self.post_wait = self.backoff.delay(self.post_failures, &self.environment);
                self.note_lost();
            }
            Answer::Other { status: 500, text } => {
                if self.saved.requested && !self.saved.established && !self.saved.posts.iter().any(SavedPost::is_end) {
                    // Posts before an agent is there can fail so (liveagent.md 2.3): they go when one is.
                    self.held = true;
                    return;
                }
                self.tries_at_500 += 1;
                if self.tries_at_500 >= TRIES_AT_500 {
                    self.reject(number, 500, text);
                } else {
                    self.post_wait = self.backoff.delay(self.tries_at_500, &self.environment);
                }
            }
            Answer::Other { status, .. } if status > 500 || status == 408 => {
                self.post_failures += 1;
                self.post_wait = self.backoff.delay(self.post_failures, &self.environment);
                self.note_lost();
            }
            Answer::Other { status, text } => self.reject(number, status, text),
        }
    }

    fn conflict(&mut self, number: Option<u64>, doubt: bool, text: String) {
        let expected = sequence::expected(&text);
        // Only we post on this session: when the count moved past a number whose answer we never saw, that post had arrived.
        if doubt && number.is_some() && expected == number.and_then(|n| n.checked_add(1)) {
            return self.accepted(number);
        }
        self.conflicts += 1;
        match expected {
            Some(expected) if self.conflicts <= CONFLICTS => {
                if let Some(front) = self.saved.posts.front_mut() {
                    front.sequence = Some(expected);
                }
                self.saved.sequence = expected;
                self.post_wait = self.backoff.delay(self.conflicts - 1, &self.environment);
            }
            _ if self.conflicts <= CONFLICTS + 1 => {
                self.conflicts = CONFLICTS + 1;
                self.begin_reconnect();
            }
            _ => self.reject(number, 409, text),
        }
    }

    fn accepted(&mut self, number: Option<u64>) {
        self.next_post(number);
        let Some(post) = self.saved.posts.pop_front() else { return };
        self.reconnects = 0;
        self.note_restored();
        if post.is_chat_request() {
            self.saved.requested = true;
        }
        if post.is_end() {
            self.saved.left = true;
        }
        self.resolve(&post.key, Ok(()));
    }

    /// Gives one post up. The server may or may not have counted its number: the next one is safe, for a 409 mends it.
    fn reject(&mut self, number: Option<u64>, status: u16, text: String) {
        self.next_post(number);
        let Some(post) = self.saved.posts.pop_front() else { return };
        if post.is_chat_request() {
            self.saved.posts.push_front(post.clone());
            self.resolve(&post.key, Err(Error::Refused { status, text }));
            return self.finish(Ending::Refused { status });
        }
        self.resolve(&post.key, Err(Error::Refused { status, text }));
    }

    fn next_post(&mut self, number: Option<u64>) {
        if let Some(number) = number {
            self.saved.sequence = number.saturating_add(1);
        }
        self.post_failures = 0;
        self.tries_at_500 = 0;
        self.conflicts = 0;
        self.post_wait = Duration::ZERO;
    }

    /// `took`: how long the poll hung.
    pub(crate) fn on_poll(&mut self, answer: Answer, took: Duration) {
        match answer {
            Answer::Done(body) => self.read_poll(&body),
            Answer::Nothing => {
                self.poll_is_well();
                self.settled();
                // A server that answers 204 at once must not make us spin.
                self.empty_polls = if took < Duration::from_millis(500) { self.empty_polls + 1 } else { 0 };
                self.poll_wait = self.backoff.delay(self.empty_polls.min(3), &self.environment);
                if self.saved.left {
                    self.finish(Ending::Left);
                }
            }
            Answer::TimedOut => {
                // Half-open connections look so; the endpoint gives the same events again for the same ack.
                self.poll_failures += 1;
                if self.poll_failures > 1 {
                    self.note_lost();
                }
                self.settled();
            }
            Answer::Forbidden => self.gone(),
            Answer::Conflict(_) => {
                self.empty_polls += 1;
                self.poll_wait = self.backoff.delay(self.empty_polls.min(3), &self.environment);
            }
            Answer::Moved => self.begin_reconnect(),
            Answer::Busy { after } => {
                self.poll_failures += 1;
                self.poll_wait = after.unwrap_or_else(|| self.backoff.delay(self.poll_failures, &self.environment));
            }
            Answer::Other { status, .. } if status < 500 && status != 408 => {
                self.bad_polls += 1;
                self.poll_wait = self.backoff.delay(self.bad_polls, &self.environment);
                if self.bad_polls >= BAD_POLLS {
                    self.finish(Ending::Refused { status });
                }
            }
            Answer::Broken(_) | Answer::Other { .. } => {
                self.poll_failures += 1;
                self.poll_wait = self.backoff.delay(self.poll_failures, &self.environment);
                self.note_lost();
            }
        }
    }

    fn poll_is_well(&mut self) {
        self.poll_failures = 0;
        self.bad_polls = 0;
        self.reconnects = 0;
        self.note_restored();
    }

    fn settled(&mut self) {
        if self.phase == Phase::Settling {
            self.phase = Phase::Talking;
        }
    }

    fn read_poll(&mut self, body: &Bytes) {
        let body = serde_json::from_slice::<Envelope>(body).ok().filter(|e| !e.messages.is_empty() || e.sequence.is_some());
        let Some(body) = body else {
            self.bad_polls += 1;
            self.poll_wait = self.backoff.delay(self.bad_polls, &self.environment);
            if self.bad_polls >= BAD_POLLS {
                // The same ack brings the same answer. Acknowledging the next number lets the endpoint go on.
                self.bad_polls = 0;
                self.saved.ack = self.saved.ack.saturating_add(1);
                self.inbox.push_back(Incoming::Unreadable);
            }
            return;
        };
        self.poll_is_well();
        self.empty_polls = 0;
        self.settled();
        let lasting = body.messages.iter().filter(|m| is_lasting(m)).count();
        let mut seen = 0_usize;
        let prints: Vec<Option<Print>> = body
            .messages
            .iter()
            .map(|message| {
                let sequence = body.sequence.filter(|_| is_lasting(message))?;
                seen += 1;
                Some((sequence.saturating_sub((lasting - seen) as i64), fingerprint(message)))
            })
            .collect();
        let told_before = self.told_before(body.sequence, &prints);
        // One that tells the same for ever must not make us spin.
        self.stale_polls = if !told_before.is_empty() && told_before.iter().all(|told| *told) { self.stale_polls + 1 } else { 0 };
        self.poll_wait = self.backoff.delay(self.stale_polls.saturating_sub(1).min(3), &self.environment);
        for ((message, print), told_before) in body.messages.into_iter().zip(prints).zip(told_before) {
            if !told_before {
                self.arrived(message, body.sequence, print);
            }
        }
        if let Some(sequence) = body.sequence {
            // One that repeats what was told before takes nothing back.
            self.saved.ack = self.saved.ack.max(sequence);
            if self.guard.is_some_and(|guard| sequence > guard) {
                self.guard = None;
            }
        }
        if body.offset.is_some() {
            self.saved.offset = body.offset;
        }
    }

    /// Which of an answer's messages were told before: those whose number we have, if they say what that number said. An endpoint that died
    /// before it noted our `ack` tells them again, and so may any after a reconnect.
    fn told_before(&mut self, sequence: Option<i64>, prints: &[Option<Print>]) -> Vec<bool> {
        let have = self.guard.map_or(self.saved.ack, |guard| guard.max(self.saved.ack));
        let news = sequence.is_none_or(|sequence| sequence > have);
        let known = |print: &Print| print.0 <= have && self.saved.recent.contains(print);
        // Events of which some have numbers that we have, and say something else, are counted by the answer: its number alone tells a repeat.
        let counts_answers = news && prints.iter().flatten().any(|print| print.0 <= have && !known(print));
        self.counts_answers |= counts_answers && self.guard.is_none();
        let whole_answers = news && self.counts_answers;
        prints.iter().map(|print| !whole_answers && print.as_ref().is_some_and(known)).collect()
    }

    fn arrived(&mut self, message: ServerMessage, sequence: Option<i64>, print: Option<Print>) {
        if let Some(print) = print {
            if self.saved.recent.len() >= RECENT_LIMIT {
                self.saved.recent.pop_front();
            }
            self.saved.recent.push_back(print);
        }
        let reason = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut ending = None;
        match &message {
            ServerMessage::ChatEstablished(_) | ServerMessage::ChatTransferred(_) => self.saved.established = true,
            ServerMessage::FileTransfer(transfer) => self.file_transfer(transfer),
            ServerMessage::ReconnectSession(answer) if !answer.affinity_token.is_empty() => {
                self.saved.affinity = Some(answer.affinity_token.clone());
            }
            ServerMessage::ChatEnded(ended) if ended.reason == ChatEnded::CLIENT && !self.saved.left => {
                return self.told_and_gone(sequence, message);
            }
            ServerMessage::ChatEnded(_) if self.saved.left => ending = Some(Ending::Left),
            ServerMessage::ChatEnded(ended) => ending = Some(Ending::Ended { reason: reason(&ended.reason) }),
            ServerMessage::LiveAgentKitShutdown(_) => ending = Some(Ending::Ended { reason: None }),
            ServerMessage::ChatRequestFail(fail) => ending = Some(Ending::RequestFailed { reason: reason(&fail.reason) }),
            _ => {}
        }
        self.inbox.push_back(Incoming::Wire(SavedEvent { sequence, message }));
        if let Some(ending) = ending {
            self.finish(ending);
        }
    }

    /// `ChatEnded` by the visitor: perhaps before the answer to our own end, perhaps because of another page of his.
    fn told_and_gone(&mut self, sequence: Option<i64>, message: ServerMessage) {
        self.inbox.push_back(Incoming::Wire(SavedEvent { sequence, message }));
        if self.saved.posts.front().is_some_and(|post| post.is_end() && post.unanswered) {
            self.gone();
        } else {
            self.finish(Ending::Ended { reason: Some(ChatEnded::CLIENT.to_owned()) });
        }
    }

    fn file_transfer(&mut self, transfer: &FileTransfer) {
        if transfer.kind == FileTransfer::REQUESTED {
            self.saved.file_requests.push(transfer.clone());
        } else if transfer.file_token.is_some() {
            self.saved.file_requests.retain(|open| open.file_token != transfer.file_token);
        } else {
            self.saved.file_requests.clear();
        }
    }

    fn begin_reconnect(&mut self) {
        self.reconnects += 1;
        // The first one goes at once; an endpoint that keeps asking for it is given time.
        self.reconnect_wait = self.backoff.delay(self.reconnects - 1, &self.environment);
        self.phase = Phase::Reconnecting;
    }

    /// ReconnectSession (or ResyncSession, with a new key) went through: everything counts anew (liveagent.md 2.1).
    pub(crate) fn reconnected(&mut self, affinity: Option<String>, key: Option<String>) {
        self.saved.affinity = affinity;
        if let Some(key) = key {
            self.saved.key = key;
        }
        self.guard = Some(self.saved.ack).max(self.guard);
        self.saved.sequence = 1;
        self.saved.ack = -1;
        for post in &mut self.saved.posts {
            post.sequence = None;
            post.unanswered = false;
        }
        self.doubt = false;
        self.post_wait = Duration::ZERO;
        self.poll_wait = Duration::ZERO;
        self.phase = if self.saved.requested { Phase::Settling } else { Phase::Talking };
    }

    pub(crate) fn reconnect_failed(&mut self, answer: &Answer) {
        if matches!(answer, Answer::Forbidden) {
            return self.gone();
        }
        self.reconnects += 1;
        let after = if let Answer::Busy { after } = answer { *after } else { None };
        self.reconnect_wait = after.unwrap_or_else(|| self.backoff.delay(self.reconnects, &self.environment));
        self.note_lost();
    }

    pub(crate) fn finish(&mut self, ending: Ending) {
        if self.saved.ended.is_none() {
            self.saved.ended = Some(ending);
            self.saved.file_requests.clear();
        }
    }

    /// The endpoint lets the session go: because of our own end, if that is on its way, whichever answer came first.
    fn gone(&mut self) {
        if let Some(end) = self.saved.posts.front().filter(|post| post.is_end() && post.unanswered) {
            let number = end.sequence;
            self.accepted(number);
        }
        self.finish(if self.saved.left { Ending::Left } else { Ending::Expired });
    }

    fn note_lost(&mut self) {
        if !std::mem::replace(&mut self.lost, true) {
            self.inbox.push_back(Incoming::Lost);
        }
    }

    fn note_restored(&mut self) {
        if std::mem::replace(&mut self.lost, false) {
            self.inbox.push_back(Incoming::Restored);
        }
    }
}

/// The number of an event, and what it says.
type Print = (i64, u64);

/// Typing and the place in the queue have no number of their own: they repeat the last one.
fn is_lasting(message: &ServerMessage) -> bool {
    !matches!(
        message,
        ServerMessage::AgentTyping(_)
            | ServerMessage::AgentNotTyping(_)
            | ServerMessage::QueueUpdate(_)
            | ServerMessage::ChasitorSessionData(_)
            | ServerMessage::SensitiveDataRules(_)
            | ServerMessage::ReconnectSession(_)
    )
}

/// FNV-1a of the JSON text: stable between versions, for it is saved. It guards against repeats, not against attackers.
fn fingerprint(message: &ServerMessage) -> u64 {
    let text = serde_json::to_vec(message).unwrap_or_default();
    text.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
