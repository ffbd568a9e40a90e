//! One connection: what is in flight on it, and a stream that gives up on a peer that has gone quiet.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

/// What the connection's stream and its requests know of each other.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) tls: bool,
    in_flight: AtomicU32,
    begun: AtomicU32,
}

impl Connection {
    pub(super) fn new(peer: SocketAddr, tls: bool) -> Arc<Self> {
        Arc::new(Self { peer, tls, in_flight: AtomicU32::new(0), begun: AtomicU32::new(0) })
    }

    /// Marks one request as in flight until its answer is written or given up.
    pub(super) fn enter(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        self.begun.fetch_add(1, Ordering::AcqRel);
        InFlight(Arc::clone(self))
    }

    pub(super) fn idle(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) == 0
    }

    /// How many requests it has carried; wraps.
    pub(super) fn begun(&self) -> u32 {
        self.begun.load(Ordering::Acquire)
    }
}

/// One request in flight.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Connection>);

impl InFlight {
    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An answer's body; while it lives, its request is in flight.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Body,
    pub(super) _in_flight: InFlight,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How long a peer may be quiet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Between requests.
    pub(super) idle: Duration,
    /// From the first byte of a request's head to its last.
    pub(super) head: Duration,
    /// Without taking a byte of what is written to it.
    pub(super) write: Duration,
}

/// A stream that fails with `TimedOut` when its peer is quiet for too long. While a request is in flight it holds no timer, so that a parked poll costs none.
#[derive(Debug)]
pub(super) struct Guarded<T> {
    stream: T,
    connection: Arc<Connection>,
    patience: Arc<Patience>,
    /// Not for HTTP/2, whose pings do what the two read limits do here.
    limit_reads: bool,
    in_head: bool,
    seen: u32,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<T> Guarded<T> {
    pub(super) fn new(stream: T, connection: Arc<Connection>, patience: Arc<Patience>, limit_reads: bool) -> Self {
        Self { stream, connection, patience, limit_reads, in_head: false, seen: 0, reading: None, writing: None }
    }

    /// A request that has begun had its head read: what is quiet from now on is the time between requests.
    fn notice_request(&mut self) {
        let begun = self.connection.begun();
        if begun != self.seen {
            self.seen = begun;
            self.in_head = false;
            self.reading = None;
        }
    }

    fn wrote<R>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if result.is_ready() {
            self.writing = None;
            return result;
        }
        let limit = self.patience.write;
        let timer = self.writing.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Guarded<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let result = Pin::new(&mut this.stream).poll_read(cx, buf);
        if !this.limit_reads {
            return result;
        }
        this.notice_request();
        if !this.connection.idle() {
            this.reading = None;
            return result;
        }
        if result.is_ready() {
            if buf.filled().len() > before && !this.in_head {
                this.in_head = true;
                if let Some(timer) = &mut this.reading {
                    timer.as_mut().reset(Instant::now() + this.patience.head);
                }
            }
            return result;
        }
        let limit = if this.in_head { this.patience.head } else { this.patience.idle };
        let timer = this.reading.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Guarded<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(cx, result)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        // An answer is out. hyper, which found nothing to read while it was made, does not look again by itself: the time between
        // requests begins here, and the timer wakes the connection to a read that fails.
        self.notice_request();
        if self.limit_reads && result.is_ready() && self.connection.idle() && !self.in_head {
            let limit = self.patience.idle;
            let timer = self.reading.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
            let _ = timer.as_mut().poll(cx);
        }
        self.wrote(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.wrote(cx, result)
    }
}
