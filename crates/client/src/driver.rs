//! The background task of a chat: at most one poll and one POST at a time, or one ReconnectSession and nothing else.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Endpoint;
use crate::chat::{ChatOptions, Persist, Shared};
use crate::saved::{Ending, SavedSession};
use crate::transport::Answer;

type Step<T> = Option<Pin<Box<dyn Future<Output = T> + Send>>>;
/// New affinity token and, from ResyncSession, the new key.
type Reconnected = Result<(Option<String>, Option<String>), Answer>;

pub(crate) struct Driver {
    endpoint: Endpoint,
    shared: Arc<Shared>,
    persist: Option<Persist>,
    linger: Duration,
    stop: CancellationToken,
}

/// What is under way. Dropping a step breaks its request off.
#[derive(Default)]
struct Steps {
    reconnect: Step<Reconnected>,
    poll: Step<(Answer, Duration)>,
    post: Step<Answer>,
    linger: Step<()>,
    /// The copy that was kept last.
    kept: Option<SavedSession>,
}

enum Outcome {
    Woken,
    Stopped,
    Reconnected(Reconnected),
    Polled(Answer, Duration),
    Posted(Answer),
    Lingered,
}

/// However the task ends, also with its runtime: nobody waits for it any more.
impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.stopped();
    }
}

impl Driver {
    pub(crate) fn new(endpoint: Endpoint, shared: Arc<Shared>, options: &ChatOptions, stop: CancellationToken) -> Self {
        Self { endpoint, shared, persist: options.persist.clone(), linger: options.linger, stop }
    }

    pub(crate) async fn run(self) {
        let mut steps = Steps::default();
        while self.begin(&mut steps) {
            match self.wait(&mut steps).await {
                Outcome::Woken => {}
                Outcome::Stopped => break,
                Outcome::Reconnected(outcome) => {
                    steps.reconnect = None;
                    let mut state = self.shared.lock();
                    match outcome {
                        Ok((affinity, key)) => state.reconnected(affinity, key),
                        Err(answer) => state.reconnect_failed(&answer),
                    }
                }
                Outcome::Polled(answer, took) => {
                    tracing::debug!(answer = answer.name(), "polled");
                    steps.poll = None;
                    self.shared.lock().on_poll(answer, took);
                }
                Outcome::Posted(answer) => {
                    tracing::debug!(answer = answer.name(), "posted");
                    steps.post = None;
                    self.shared.lock().on_post(answer);
                }
                Outcome::Lingered => self.shared.lock().finish(Ending::Left),
            }
        }
        // A post on its way when the chat ended may have arrived: its sender is told.
        if !self.stop.is_cancelled() && steps.post.is_some() {
            let linger = self.endpoint.environment().sleep(self.linger);
            tokio::select! {
                biased;
                answer = step(&mut steps.post) => self.shared.lock().on_post(answer),
                () = linger => {}
                () = self.stop.cancelled() => {}
            }
        }
        // Break requests off first, so that nothing is sent after the last copy was kept.
        drop(steps);
        if let Some(persist) = &self.persist {
            let saved = self.shared.lock().snapshot(true);
            persist(&saved);
        }
    }

    /// Begins what is due; false when the chat is over.
    fn begin(&self, steps: &mut Steps) -> bool {
        let mut state = self.shared.lock();
        if state.is_over() {
            drop(state);
            self.shared.changed();
            return false;
        }
        let reconnect = if steps.reconnect.is_none() { state.reconnect_due() } else { None };
        if reconnect.is_some() {
            // The protocol asks for it: first cancel everything (liveagent.md 2.1).
            steps.poll = None;
            steps.post = None;
        }
        let poll = if steps.poll.is_none() { state.poll_due() } else { None };
        let post = if steps.post.is_none() { state.post_due() } else { None };
        let lingers = state.saved.left && steps.linger.is_none();
        let saved = if self.persist.is_some() { state.snapshot(true) } else { state.credentials() };
        drop(state);

        // What the endpoint is about to be told is kept first.
        if let Some(persist) = &self.persist
            && steps.kept.as_ref() != Some(&saved)
        {
            persist(&saved);
            steps.kept = Some(saved.clone());
        }
        self.shared.changed();
        let environment = self.endpoint.environment().clone();
        if lingers {
            steps.linger = Some(environment.sleep(self.linger));
        }
        if let Some(wait) = reconnect {
            let (endpoint, saved, environment) = (self.endpoint.clone(), saved.clone(), environment.clone());
            steps.reconnect = Some(Box::pin(async move {
                environment.sleep(wait).await;
                endpoint.reconnect(&saved).await
            }));
        }
        if let Some(wait) = poll {
            let (endpoint, saved, environment) = (self.endpoint.clone(), saved.clone(), environment.clone());
            steps.poll = Some(Box::pin(async move {
                environment.sleep(wait).await;
                let begun = environment.elapsed();
                let answer = endpoint.poll(&saved).await;
                (answer, environment.elapsed().saturating_sub(begun))
            }));
        }
        if let Some((post, wait)) = post {
            let endpoint = self.endpoint.clone();
            steps.post = Some(Box::pin(async move {
                environment.sleep(wait).await;
                endpoint.send_post(&saved, &post).await
            }));
        }
        true
    }

    async fn wait(&self, steps: &mut Steps) -> Outcome {
        // In order: a stop before all; answers before new work, so that a post's number is known before the next is sent.
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Outcome::Stopped,
            outcome = step(&mut steps.reconnect) => Outcome::Reconnected(outcome),
            (answer, took) = step(&mut steps.poll) => Outcome::Polled(answer, took),
            answer = step(&mut steps.post) => Outcome::Posted(answer),
            () = self.shared.wake.notified() => Outcome::Woken,
            () = step(&mut steps.linger) => Outcome::Lingered,
        }
    }
}

async fn step<T>(step: &mut Step<T>) -> T {
    match step {
        Some(future) => future.await,
        None => pending().await,
    }
}
