//! Waiting for what happens, one answer at a time.
//!
//! The rules of acknowledgement are `liveagent.md` 2.4's: they work with clients that count events, that count answers, and that count nothing.
//! An answer counts as told once it was written out whole; a poll that was given up costs nothing.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::journal::Event;
use store::Told;

use super::{Live, QueuePlace, Typing, lock};
use crate::{App, Result};

/// What a poll asks.
#[derive(Clone, Copy, Debug)]
pub struct PollRequest {
    /// "I have what came up to here"; none from clients that do not say.
    pub acknowledged: Option<i64>,
    /// Most events of one answer.
    pub most: i64,
    /// How long to wait.
    pub hold: Duration,
    /// Refuse a second poll instead of ending the first.
    pub refuse_overlap: bool,
}

/// What a poll gives.
#[derive(Debug)]
pub enum PollOutcome {
    /// Things that happened, in order. Tell the receipt when the answer was written out.
    Told(Vec<Told>, Receipt),
    /// An agent types, or stopped. With the number of the last event told.
    Typing(Typing, i64),
    /// The place in the queue changed. With the number of the last event told.
    Place(QueuePlace, i64),
    /// The client came back: it is told where things stand, before anything else. With the number of the last event told. Tell the receipt when
    /// the answer was written out.
    Resumed(Receipt, i64),
    /// The rules by which clients mask text have changed. With the number of the last event told.
    Rules(i64),
    /// Nothing happened.
    Nothing,
    /// Another poll came.
    Superseded,
    /// Another poll waits, and overlapping is refused.
    Overlaps,
    /// The session is over, and everything was told.
    Over,
}

/// To be told when an answer was written out. Dropped untold, the events are told again.
#[derive(Debug)]
pub struct Receipt {
    app: App,
    live: Arc<Live>,
    poll: u64,
    upto: i64,
    acknowledges: bool,
    /// The end is among what was told.
    farewell: bool,
    /// What was told is where things stand.
    resumed: bool,
}

/// How long a poll waits for the answer to the one before to be written out.
const TELLING: Duration = Duration::from_secs(1);

impl Receipt {
    /// The answer was written out whole.
    pub fn arrived(self) {
        let mut state = lock(&self.live.state);
        state.delivered = state.delivered.max(self.upto);
        state.seen_at = state.seen_at.max(self.app.now());
        state.farewell |= self.farewell;
        if self.resumed {
            state.resumed = false;
        }
        drop(state);
        // Clients that acknowledge bring the number themselves; for the others it must be saved soon, or a restart tells it twice.
        self.app.visitors_marks(!self.acknowledges);
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let mut state = lock(&self.live.state);
        if state.telling == Some(self.poll) {
            state.telling = None;
            drop(state);
            self.live.wake.notify_waiters();
        }
    }
}

/// What an acknowledgement means, given what was delivered and what the previous poll said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Tell what comes after this.
    pub after: i64,
}

impl Acknowledged {
    /// `liveagent.md` 2.4: no number, or one that is not below what was delivered, acknowledges all; the same number again asks for what came
    /// after it again; any other lower one comes from a client that counts answers, and acknowledges.
    pub fn of(acknowledged: Option<i64>, previous: Option<i64>, delivered: i64, most: i64) -> Self {
        let after = match (acknowledged, previous) {
            (Some(ack), Some(previous)) if ack < delivered && ack == previous => ack,
            // The first poll that this server sees of the session, after a restart: one that is short by no more than one answer asks again.
            (Some(ack), None) if ack < delivered && delivered - ack <= most && (ack >= 0 || delivered == 0) => ack,
            _ => delivered,
        };
        Self { after }
    }
}

/// Marks that a poll no longer waits, also when it is given up.
struct Waiting<'l> {
    live: &'l Live,
    poll: u64,
    app: &'l App,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let now = self.app.now();
        let mut state = lock(&self.live.state);
        state.seen_at = state.seen_at.max(now);
        if state.poll == self.poll {
            state.polling = false;
        }
    }
}

impl App {
    /// Waits until the answer that is being written out has arrived or is given up: else a client that asks again at once, on another
    /// connection, would be told the same twice.
    async fn answer_written(live: &Live) {
        let patience = tokio::time::sleep(TELLING);
        tokio::pin!(patience);
        loop {
            let woken = live.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            if lock(&live.state).telling.is_none() {
                return;
            }
            tokio::select! {
                () = woken => {}
                () = &mut patience => return,
            }
        }
    }

    /// Waits until something can be told, at most for `hold`. Given up at any point it loses nothing.
    pub async fn poll(&self, live: &Arc<Live>, request: PollRequest) -> Result<PollOutcome> {
        if lock(&live.state).telling.is_some() {
            Self::answer_written(live).await;
        }
        let (poll, after) = {
            let mut state = lock(&live.state);
            if state.polling && request.refuse_overlap {
                return Ok(PollOutcome::Overlaps);
            }
            state.poll += 1;
            state.polling = true;
            let known = Acknowledged::of(request.acknowledged, state.last_ack, state.delivered, request.most);
            if request.acknowledged.is_some() {
                state.last_ack = request.acknowledged;
            }
            (state.poll, known.after)
        };
        // The older poll finds that it is not the newest any more.
        live.wake.notify_waiters();
        let _waiting = Waiting { live, poll, app: self };
        let hold = tokio::time::sleep(request.hold);
        tokio::pin!(hold);
        loop {
            let woken = live.wake.notified();
            tokio::pin!(woken);
            // From here on no wake is missed, whatever is looked at below.
            woken.as_mut().enable();
            {
                let mut state = lock(&live.state);
                if state.poll != poll {
                    return Ok(PollOutcome::Superseded);
                }
                if state.resumed {
                    state.telling = Some(poll);
                    let upto = state.delivered;
                    drop(state);
                    let acknowledges = request.acknowledged.is_some();
                    let receipt =
                        Receipt { app: self.clone(), live: live.clone(), poll, upto, acknowledges, farewell: false, resumed: true };
                    return Ok(PollOutcome::Resumed(receipt, upto));
                }
            }
            if live.newest.load(Ordering::Acquire) > after {
                // In a box: a waiting poll is thousands of times in memory, and reads only for an instant of its life.
                let told = Box::pin(self.store().visitor_after(live.workspace, live.conversation, after, request.most)).await?;
                if let Some(last) = told.last().and_then(|told| told.entry.visitor_sequence) {
                    let farewell = told.iter().any(|told| matches!(told.entry.event, Event::Ended { .. } | Event::Refused { .. }));
                    {
                        let mut state = lock(&live.state);
                        if state.poll != poll {
                            return Ok(PollOutcome::Superseded);
                        }
                        state.telling = Some(poll);
                    }
                    let acknowledges = request.acknowledged.is_some();
                    let receipt =
                        Receipt { app: self.clone(), live: live.clone(), poll, upto: last, acknowledges, farewell, resumed: false };
                    return Ok(PollOutcome::Told(told, receipt));
                }
            }
            {
                let mut state = lock(&live.state);
                if state.poll != poll {
                    return Ok(PollOutcome::Superseded);
                }
                if live.has_ended() {
                    // Whoever waited when it ended, or asks for the first time since, hears that there is nothing; after that the session is over.
                    return Ok(if std::mem::replace(&mut state.farewell, true) { PollOutcome::Over } else { PollOutcome::Nothing });
                }
                if let Some(place) = state.place.take() {
                    state.told_place = Some(place);
                    return Ok(PollOutcome::Place(place, state.delivered));
                }
                if let Some(typing) = state.typing.take() {
                    return Ok(PollOutcome::Typing(typing, state.delivered));
                }
                if std::mem::take(&mut state.rules) {
                    return Ok(PollOutcome::Rules(state.delivered));
                }
            }
            if self.visitors().get(live.session).is_none() {
                return Ok(PollOutcome::Over);
            }
            tokio::select! {
                () = woken => {}
                () = &mut hold => return Ok(PollOutcome::Nothing),
                () = self.closing().cancelled() => return Ok(PollOutcome::Nothing),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(ack: Option<i64>, previous: Option<i64>, delivered: i64) -> i64 {
        Acknowledged::of(ack, previous, delivered, 1).after
    }

    #[test]
    fn the_same_number_again_asks_for_the_same_events_again() {
        assert_eq!(after(Some(3), Some(3), 4), 3);
        assert_eq!(after(Some(-1), Some(-1), 0), -1);
    }

    #[test]
    fn whoever_counts_answers_or_nothing_goes_on() {
        assert_eq!(after(None, None, 4), 4, "no number acknowledges everything");
        assert_eq!(after(Some(9), Some(8), 4), 4, "a number beyond is fine");
        assert_eq!(after(Some(2), Some(1), 4), 4, "a lower number that grows counts answers");
        assert_eq!(after(Some(-1), Some(4), 4), 4, "a page that was loaded again simply waits");
    }

    #[test]
    fn after_a_restart_one_lost_answer_is_told_again() {
        assert_eq!(after(Some(3), None, 4), 3);
        assert_eq!(after(Some(-1), None, 0), -1);
        assert_eq!(after(Some(-1), None, 5), 5, "a page that was loaded again simply waits");
    }
}
