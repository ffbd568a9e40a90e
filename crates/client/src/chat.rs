//! A chat: a handle to send with, a stream of events, and the background task between them and the endpoint.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use liveagent::Post;
use liveagent::chat::{
    ChatEnd, ChatMessage, CustomEvent, IdleWarning, IdleWarningEvent, ResyncState, RichMessageAnswer, SensitiveDataRuleTriggered,
    SneakPeek, TriggeredRule,
};
use liveagent::init::ChasitorInit;
use tokio::sync::{Notify, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::driver::Driver;
use crate::environment::{Backoff, fresh_key};
use crate::event::Event;
use crate::saved::{Ending, SavedSession};
use crate::state::State;
use crate::{Endpoint, Error, IMAGE_LIMIT, posts};

/// Keeps a copy of the session; see [`ChatOptions::persist`].
pub type Persist = Arc<dyn Fn(&SavedSession) + Send + Sync>;

/// Settings of a chat.
#[derive(Clone)]
#[non_exhaustive]
pub struct ChatOptions {
    /// The waits after failures.
    pub backoff: Backoff,
    /// How often SessionId is tried before [`Chat::start`] fails; 3 unless told. A running chat never gives up by itself:
    /// the endpoint's 403 tells when the session is gone.
    pub start_attempts: u32,
    /// Events that may wait for the app; then polling stops until it takes some. 1,000 unless told. An app that takes none
    /// for longer than the endpoint's connection time-out loses its session.
    pub unread_limit: usize,
    /// Bytes of an image sent as custom event; [`IMAGE_LIMIT`] unless told.
    pub image_limit: usize,
    /// How long to wait for the endpoint's last word after our own end; 5 s unless told.
    pub linger: Duration,
    /// Called with the session **before** anything that it says is told to the endpoint: before a poll acknowledges what
    /// arrived, and before a POST is sent. When it writes to disk, a crash loses neither an event nor a POST; an event that
    /// was taken since may come again, with the same number. It runs on the chat's task, so it should be quick.
    pub persist: Option<Persist>,
}

impl Default for ChatOptions {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            start_attempts: 3,
            unread_limit: 1000,
            image_limit: IMAGE_LIMIT,
            linger: Duration::from_secs(5),
            persist: None,
        }
    }
}

impl ChatOptions {
    /// These options, with this keeper.
    #[must_use]
    pub fn persist(mut self, keep: impl Fn(&SavedSession) + Send + Sync + 'static) -> Self {
        self.persist = Some(Arc::new(keep));
        self
    }
}

/// What handle, stream and task share.
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Wakes the task: something was queued or taken.
    pub(crate) wake: Notify,
    /// Tells handles and stream that the state changed.
    version: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between any two statements of its methods' callers, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn changed(&self) {
        self.version.send_modify(|_| ());
    }

    /// The task has stopped for good.
    pub(crate) fn stopped(&self) {
        self.lock().stop();
        self.version.send_replace(true);
    }
}

struct Handle {
    shared: Arc<Shared>,
    endpoint: Endpoint,
    options: ChatOptions,
    drafts: AtomicI64,
    stop: CancellationToken,
    /// Stops the task when the last handle and the stream are gone.
    _guard: DropGuard,
}

/// A handle to a running chat. Cloning is cheap; all clones are the same chat.
///
/// Nothing here waits: each call puts its POST into the queue at once, in call order, and gives back a [`Posted`] that may be
/// awaited or dropped. When the last `Chat` and the [`Events`] are dropped, the background task stops; the session lives on
/// at the endpoint until it expires, and can be resumed from what was saved.
#[derive(Clone)]
pub struct Chat(Arc<Handle>);

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chat").field(&self.0.endpoint).finish()
    }
}

/// A POST in the queue. Awaiting it tells when the endpoint has acknowledged it; dropping it changes nothing: the POST is
/// sent, in its place, and sent again until it is acknowledged, refused, or the session is over.
///
/// Errors: [`Error::Refused`] (this one only; the chat goes on), [`Error::SessionOver`], [`Error::QueueFull`],
/// [`Error::Paused`] (it is part of the saved session).
#[derive(Debug)]
pub struct Posted(Result<oneshot::Receiver<Result<(), Error>>, Option<Error>>);

impl Future for Posted {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(receiver) => Pin::new(receiver).poll(cx).map(|outcome| outcome.unwrap_or(Err(Error::Paused))),
            Err(error) => Poll::Ready(Err(error.take().unwrap_or(Error::SessionOver))),
        }
    }
}

impl Chat {
    /// Opens a session and asks for a chat. `request.session_id` is filled in. Must run inside a tokio runtime.
    ///
    /// Whether the request succeeds comes as an event: `ChatRequestSuccess`, then `ChatEstablished`; or `ChatRequestFail`.
    ///
    /// # Errors
    /// As [`Endpoint::session`], after [`ChatOptions::start_attempts`] tries.
    pub async fn start(endpoint: &Endpoint, mut request: ChasitorInit, options: ChatOptions) -> Result<(Self, Events), Error> {
        let mut failures = 0;
        let session = loop {
            match endpoint.session().await {
                Ok(session) => break session,
                Err(Error::Unreachable(_) | Error::TimedOut | Error::Refused { status: 429 | 500.., .. })
                    if failures + 1 < options.start_attempts =>
                {
                    failures += 1;
                    let environment = endpoint.environment();
                    environment.sleep(options.backoff.delay(failures, environment)).await;
                }
                Err(error) => return Err(error),
            }
        };
        request.session_id = Some(session.id.clone().into());
        request.is_post.get_or_insert(true);
        let saved = SavedSession {
            host: endpoint.address().as_str().to_owned(),
            organization_id: request.organization_id.clone(),
            id: session.id,
            key: session.key.into_inner(),
            affinity: Some(session.affinity_token).filter(|t| !t.is_empty()),
            poll_timeout: u64::try_from(session.client_poll_timeout).ok().filter(|t| *t > 0).unwrap_or(40),
            sequence: 1,
            ack: -1,
            offset: None,
            posts: [posts::ready(&Post::Init(Box::new(request)), fresh_key(endpoint.environment()))].into(),
            unread: Default::default(),
            recent: Default::default(),
            requested: false,
            established: false,
            left: false,
            file_requests: Vec::new(),
            ended: None,
            exact: true,
        };
        Ok(Self::run(endpoint, saved, options))
    }

    /// Carries a saved chat on: unread events come first, unacknowledged POSTs are sent. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::OtherEndpoint`] when it was saved with another address.
    pub fn resume(endpoint: &Endpoint, saved: SavedSession, options: ChatOptions) -> Result<(Self, Events), Error> {
        if saved.host != endpoint.address().as_str() {
            return Err(Error::OtherEndpoint { saved: saved.host });
        }
        Ok(Self::run(endpoint, saved, options))
    }

    fn run(endpoint: &Endpoint, saved: SavedSession, options: ChatOptions) -> (Self, Events) {
        let state = State::new(saved, options.unread_limit.max(1), options.backoff, endpoint.environment().clone());
        let (version, seen) = watch::channel(false);
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Notify::new(), version });
        let stop = CancellationToken::new();
        tokio::spawn(Driver::new(endpoint.clone(), shared.clone(), &options, stop.clone()).run());
        let chat = Self(Arc::new(Handle {
            shared,
            endpoint: endpoint.clone(),
            options,
            drafts: AtomicI64::new(0),
            _guard: stop.clone().drop_guard(),
            stop,
        }));
        (chat.clone(), Events { chat, seen, finished: false })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(crate) fn image_limit(&self) -> usize {
        self.0.options.image_limit
    }

    /// Queues any POST.
    pub fn post(&self, post: &Post) -> Posted {
        let ready = posts::ready(post, fresh_key(self.0.endpoint.environment()));
        let queued = self.0.shared.lock().enqueue(ready);
        self.0.shared.wake.notify_one();
        Posted(queued.map_err(Some))
    }

    /// Says something.
    pub fn message(&self, text: impl Into<String>) -> Posted {
        self.post(&Post::Message(ChatMessage::new(text)))
    }

    /// The visitor types. Of several such signs in a row that wait, only the last is sent.
    pub fn typing(&self) -> Posted {
        self.post(&Post::Typing)
    }

    /// The visitor types no longer.
    pub fn not_typing(&self) -> Posted {
        self.post(&Post::NotTyping)
    }

    /// The visitor's draft, for agents that may see it. Of several drafts in a row that wait, only the last is sent.
    pub fn sneak_peek(&self, text: impl Into<String>) -> Posted {
        let position = self.0.drafts.fetch_add(1, Ordering::Relaxed);
        self.post(&Post::SneakPeek(SneakPeek { position, text: text.into().into() }))
    }

    /// An event of the app's own, to listeners of that type on the agent's side.
    pub fn custom_event(&self, kind: impl Into<String>, data: impl Into<String>) -> Posted {
        self.post(&Post::CustomEvent(CustomEvent { kind: kind.into(), data: data.into().into() }))
    }

    /// The visitor was warned of the idle time-out, or came back.
    pub fn idle_warning(&self, event: IdleWarningEvent) -> Posted {
        self.post(&Post::IdleWarning(IdleWarning { event }))
    }

    /// The answer to a bot's rich message.
    pub fn rich_answer(&self, answer: RichMessageAnswer) -> Posted {
        self.post(&Post::RichMessage(answer))
    }

    /// Text was masked on this side by these rules.
    pub fn masked(&self, rules: Vec<TriggeredRule>) -> Posted {
        self.post(&Post::SensitiveData(SensitiveDataRuleTriggered { rules, chat_id: None }))
    }

    /// Several POSTs as one: they arrive together, in order, or not at all.
    pub fn together(&self, posts: &[Post]) -> Posted {
        self.post(&posts::together(posts))
    }

    /// Asks the endpoint to restore the state of the chat's page (`ChasitorResyncState`).
    pub fn resync(&self) -> Posted {
        let organization_id = Some(self.0.shared.lock().saved.organization_id.clone());
        self.post(&Post::ResyncState(ResyncState { organization_id }))
    }

    /// Ends the chat, after everything that is queued. Then [`Events`] brings what the endpoint still has to say within
    /// [`ChatOptions::linger`], and [`Event::Ended`].
    pub fn end(&self, reason: impl Into<String>) -> Posted {
        self.post(&Post::End(ChatEnd::because(reason)))
    }

    /// Waits until nothing is queued any more: all is acknowledged or refused, or the session is over. Safe to drop.
    pub async fn flush(&self) {
        let mut seen = self.0.shared.version.subscribe();
        loop {
            let stopped = *seen.borrow_and_update();
            if stopped || self.0.shared.lock().is_settled() || seen.changed().await.is_err() {
                return;
            }
        }
    }

    /// How many POSTs wait for their acknowledgement.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.0.shared.lock().saved.posts.len()
    }

    /// How the chat ended, if it did; unread events may still be there.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.0.shared.lock().saved.ended.clone()
    }

    /// A copy of the session while it runs. Resuming from it begins with ReconnectSession, because the chat may have gone on
    /// since; [`ChatOptions::persist`] and [`Chat::pause`] give exact copies.
    #[must_use]
    pub fn save(&self) -> SavedSession {
        self.0.shared.lock().snapshot(false)
    }

    /// Stops the background task and gives the session back, exactly where it stands. Nothing is told to the endpoint: it
    /// keeps the session until its connection time-out. A request on its way is broken off and sent again on resuming.
    pub async fn pause(&self) -> SavedSession {
        self.0.stop.cancel();
        let mut seen = self.0.shared.version.subscribe();
        while !*seen.borrow_and_update() {
            if seen.changed().await.is_err() {
                break;
            }
        }
        self.0.shared.lock().snapshot(true)
    }
}

/// The events of a chat, in order.
#[derive(Debug)]
pub struct Events {
    chat: Chat,
    seen: watch::Receiver<bool>,
    finished: bool,
}

impl Events {
    /// The next event; None after [`Event::Ended`], or when the chat was paused and all that had arrived is taken. Safe to
    /// drop: an event is taken only when it is returned.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            // First mark what we have seen, then look: a change in between is not missed.
            let stopped = *self.seen.borrow_and_update();
            if let Some(event) = self.take() {
                return Some(event);
            }
            if self.finished || stopped || self.seen.changed().await.is_err() {
                return self.take();
            }
        }
    }

    /// The next event if one is there.
    pub fn take(&mut self) -> Option<Event> {
        if self.finished {
            return None;
        }
        let shared = &self.chat.0.shared;
        let mut state = shared.lock();
        if let Some(incoming) = state.inbox.pop_front() {
            drop(state);
            shared.wake.notify_one();
            return Some(incoming.into());
        }
        let ending = state.saved.ended.clone()?;
        self.finished = true;
        Some(Event::Ended(ending))
    }

    /// The same as a [`Stream`].
    pub fn into_stream(self) -> impl Stream<Item = Event> + Send {
        futures_util::stream::unfold(self, |mut events| async move { events.next().await.map(|event| (event, events)) })
    }
}
