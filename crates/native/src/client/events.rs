//! Event streams that go on by themselves, and views that are kept up to date from them.

use std::{fmt, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use serde::de::DeserializeOwned;
use sse_stream::SseByteStream;
use tokio::time::Sleep;

use super::{Connection, Error};
use crate::{
    Position,
    agent::{AgentEvent, AgentSnapshot},
    view::{AgentView, Applied, Streamed, VisitorView},
    visitor::{ResetReason, VisitorEvent, VisitorSnapshot},
};

/// The wait before reconnecting, until the server says another by `retry`.
const RETRY: Duration = Duration::from_secs(1);

enum State {
    Idle,
    Waiting(Pin<Box<Sleep>>),
    Connecting(BoxFuture<'static, Result<reqwest::Response, Error>>),
    Open(Pin<Box<SseByteStream<BoxStream<'static, reqwest::Result<Bytes>>>>>),
    Ended,
}

/// A stream of events from a position on. Reconnects with `Last-Event-ID` and a jittered wait until it is told to begin anew, or refused.
pub struct EventStream<E> {
    connection: Connection,
    path: &'static str,
    /// Sent verbatim: a server may one day write ids that say more.
    last_event_id: Option<String>,
    position: Option<Position>,
    retry: Duration,
    failures: u32,
    state: State,
    event: std::marker::PhantomData<fn() -> E>,
}

impl<E> fmt::Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("path", &self.path).field("position", &self.position).finish_non_exhaustive()
    }
}

impl<E: DeserializeOwned + Event> EventStream<E> {
    pub(super) fn new(connection: Connection, path: &'static str, after: Option<Position>) -> Self {
        Self {
            connection,
            path,
            last_event_id: after.map(|position| position.to_string()),
            position: after,
            retry: RETRY,
            failures: 0,
            state: State::Idle,
            event: std::marker::PhantomData,
        }
    }

    /// The position of the last event that [`EventStream::next`] gave out, or the one it began after.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The next event. May be dropped and called again: nothing is lost.
    ///
    /// A `reset` is given out once, and ends the stream; only one for `shutting_down` is not seen, for the stream goes on after it.
    ///
    /// # Errors
    /// What waiting cannot mend: the token is refused, an event is not understood, the stream has ended.
    pub async fn next(&mut self) -> Result<Streamed<E>, Error> {
        loop {
            match &mut self.state {
                State::Idle => {
                    let opening = self.connection.clone().open(self.path, self.last_event_id.clone());
                    self.state = State::Connecting(opening.boxed());
                }
                State::Waiting(sleep) => {
                    sleep.as_mut().await;
                    self.state = State::Idle;
                }
                State::Connecting(opening) => match opening.await {
                    Ok(response) => self.state = State::Open(Box::pin(SseByteStream::new(response.bytes_stream().boxed()))),
                    Err(error) if error.is_transient() => self.reconnect(error.retry_after()),
                    Err(error) => {
                        self.state = State::Ended;
                        return Err(error);
                    }
                },
                State::Open(stream) => match stream.next().await {
                    Some(Ok(block)) => {
                        self.failures = 0;
                        if let Some(retry) = block.retry {
                            self.retry = Duration::from_millis(retry);
                        }
                        let streamed = self.read(block)?;
                        if let Some(streamed) = streamed {
                            return Ok(streamed);
                        }
                    }
                    // Broken, or closed: the same position goes on.
                    Some(Err(_)) | None => self.reconnect(None),
                },
                State::Ended => return Err(Error::Ended),
            }
        }
    }

    /// What a block of the stream says; `None` where that is nothing for the caller.
    fn read(&mut self, block: sse_stream::Sse) -> Result<Option<Streamed<E>>, Error> {
        let Some(data) = block.data else {
            self.advance(block.id);
            return Ok(None);
        };
        let event: E = match serde_json::from_str(&data) {
            Ok(event) => event,
            Err(error) => {
                self.state = State::Ended;
                return Err(Error::Decode(error));
            }
        };
        match event.reset() {
            Some(ResetReason::ShuttingDown) => {
                self.reconnect(None);
                return Ok(None);
            }
            Some(_) => {
                self.state = State::Ended;
                return Ok(Some(Streamed { position: None, event }));
            }
            None => {}
        }
        let position = self.advance(block.id);
        Ok(Some(Streamed { position, event }))
    }

    fn advance(&mut self, id: Option<String>) -> Option<Position> {
        let id = id?;
        let position = id.parse().ok();
        if position.is_some() {
            self.position = position;
        }
        self.last_event_id = Some(id);
        position
    }

    fn reconnect(&mut self, asked: Option<Duration>) {
        let wait = self.connection.wait(self.retry, self.failures, asked);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting(Box::pin(tokio::time::sleep(wait)));
    }
}

/// What streams bring.
pub trait Event {
    /// Why the stream begins anew, if this says so.
    fn reset(&self) -> Option<ResetReason>;
}

impl Event for AgentEvent {
    fn reset(&self) -> Option<ResetReason> {
        match self {
            Self::Reset { reason } => Some(*reason),
            _ => None,
        }
    }
}

impl Event for VisitorEvent {
    fn reset(&self) -> Option<ResetReason> {
        match self {
            Self::Reset { reason } => Some(*reason),
            _ => None,
        }
    }
}

/// A view that a snapshot begins and events continue.
pub trait View: From<Self::Snapshot> {
    /// What it begins with.
    type Snapshot: DeserializeOwned + Send + 'static;
    /// What continues it.
    type Event: DeserializeOwned + Event + Clone;
    /// Where the snapshot is read, below `/api/v1`.
    const SNAPSHOT: &'static str;
    /// Where the events are.
    const EVENTS: &'static str;

    /// Where it stands.
    fn position(&self) -> Position;
    /// Takes an event in.
    fn apply(&mut self, streamed: Streamed<Self::Event>) -> Applied;
}

impl View for AgentView {
    type Snapshot = AgentSnapshot;
    type Event = AgentEvent;
    const SNAPSHOT: &'static str = "snapshot";
    const EVENTS: &'static str = "events";

    fn position(&self) -> Position {
        self.position
    }

    fn apply(&mut self, streamed: Streamed<AgentEvent>) -> Applied {
        Self::apply(self, streamed)
    }
}

impl View for VisitorView {
    type Snapshot = VisitorSnapshot;
    type Event = VisitorEvent;
    const SNAPSHOT: &'static str = "visitor/conversation";
    const EVENTS: &'static str = "visitor/events";

    fn position(&self) -> Position {
        self.conversation.position
    }

    fn apply(&mut self, streamed: Streamed<VisitorEvent>) -> Applied {
        Self::apply(self, streamed)
    }
}

/// What [`Watch::next`] brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched<E> {
    /// The view was read anew: anything in it may be different.
    Resynced,
    /// The view took this event in.
    Event(E),
}

/// A view that keeps itself up to date: snapshot, stream, and again from the beginning when the server says so.
pub struct Watch<V: View> {
    connection: Connection,
    view: V,
    stream: EventStream<V::Event>,
    reading: Option<BoxFuture<'static, Result<V::Snapshot, Error>>>,
}

impl<V: View + fmt::Debug> fmt::Debug for Watch<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl<V: View> Watch<V> {
    pub(super) async fn begin(connection: Connection) -> Result<Self, Error> {
        let view = V::from(connection.get(V::SNAPSHOT).await?);
        Ok(Self::from_view(connection, view))
    }

    pub(super) fn from_view(connection: Connection, view: V) -> Self {
        let stream = EventStream::new(connection.clone(), V::EVENTS, Some(view.position()));
        Self { connection, view, stream, reading: None }
    }

    /// The view as of the last [`Watch::next`].
    pub fn view(&self) -> &V {
        &self.view
    }

    /// The next event that changed the view, or that the view began anew. May be dropped and called again.
    ///
    /// # Errors
    /// What waiting cannot mend: the token is refused, an answer is not understood.
    pub async fn next(&mut self) -> Result<Watched<V::Event>, Error> {
        loop {
            if let Some(reading) = &mut self.reading {
                let read = reading.await;
                self.reading = None;
                match read {
                    Ok(snapshot) => {
                        self.view = V::from(snapshot);
                        self.stream = EventStream::new(self.connection.clone(), V::EVENTS, Some(self.view.position()));
                        return Ok(Watched::Resynced);
                    }
                    Err(error) if error.is_transient() => {
                        self.resync();
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            let streamed = self.stream.next().await?;
            match self.view.apply(streamed.clone()) {
                Applied::Changed => return Ok(Watched::Event(streamed.event)),
                Applied::Nothing => {}
                Applied::Resync => self.resync(),
            }
        }
    }

    fn resync(&mut self) {
        let connection = self.connection.clone();
        self.reading = Some(async move { connection.get(V::SNAPSHOT).await }.boxed());
    }
}
