//! Listeners and connections, from accept to the end of the process.

use std::{future::poll_fn, io, net::SocketAddr, pin::Pin, sync::Arc, task::Poll, time::Duration};

use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Edge,
    connection::{Connection, Guarded, Patience},
    edge::ToEdge,
};

/// What a connection may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// Connections at once, all listeners together; more wait in the kernel's queue.
    pub connections: usize,
    /// How long a connection may be open between requests. Longer than the keep-alive of the proxies in front, or they send into a closing connection.
    pub idle: Duration,
    /// How long a request's head may take to arrive, and a TLS handshake.
    pub head: Duration,
    /// How long a client may take no byte of its answer before it is cut.
    pub write: Duration,
    /// Size of a request's head at most, bytes; at least 8192.
    pub head_bytes: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            connections: 50_000,
            idle: Duration::from_secs(90),
            head: Duration::from_secs(15),
            write: Duration::from_secs(30),
            head_bytes: 32 << 10,
            streams: 128,
        }
    }
}

/// How the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Connections that had not ended within the limit and were dropped.
    pub cut: usize,
}

/// Everything that accepts and answers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Serving {
    edge: Arc<Edge>,
    settings: ConnectionSettings,
    patience: Arc<Patience>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    closing: CancellationToken,
    cutoff: CancellationToken,
}

impl Serving {
    /// Answers by `edge`, until `closing` is cancelled. Handlers that wait (polls, event streams) select on the same token: a poll then
    /// answers 204, a stream ends with `reset`.
    pub fn new(edge: Arc<Edge>, settings: ConnectionSettings, closing: CancellationToken) -> Self {
        let patience = Arc::new(Patience { idle: settings.idle, head: settings.head, write: settings.write });
        Self {
            edge,
            settings,
            patience,
            places: Arc::new(Semaphore::new(settings.connections.clamp(1, Semaphore::MAX_PERMITS))),
            tasks: TaskTracker::new(),
            closing,
            cutoff: CancellationToken::new(),
        }
    }

    /// Binds an address, with a queue long enough for all clients to reconnect at once after a restart. Port 0 takes a free one.
    ///
    /// # Errors
    /// As the operating system says, e.g. the address is in use.
    pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(4096)
    }

    /// Answers on a listener: TLS (h2 and http/1.1 by ALPN) if `tls` is given, else http/1.1. Ends with [`Serving::close`].
    ///
    /// # Errors
    /// When the listener has no address, i.e. never in practice.
    pub fn listen(&self, listener: TcpListener, tls: Option<Arc<rustls::ServerConfig>>) -> io::Result<SocketAddr> {
        let address = listener.local_addr()?;
        let serving = self.clone();
        let tls = tls.map(TlsAcceptor::from);
        self.tasks.spawn(async move { serving.accept_all(listener, tls).await });
        Ok(address)
    }

    async fn accept_all(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let Some(Ok(place)) = self.closing.run_until_cancelled(Arc::clone(&self.places).acquire_owned()).await else { return };
            let Some(accepted) = self.closing.run_until_cancelled(listener.accept()).await else { return };
            match accepted {
                Ok((stream, peer)) => self.welcome(stream, peer, tls.clone(), place),
                // A connection that was gone before it was accepted is nobody's concern.
                Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
                Err(error) => {
                    // Out of file descriptors or memory: to spin would make it worse; connections that end give some back.
                    tracing::error!(%error, "cannot accept connections; trying again in a second");
                    self.closing.run_until_cancelled(tokio::time::sleep(Duration::from_secs(1))).await;
                }
            }
        }
    }

    fn welcome(&self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, place: OwnedSemaphorePermit) {
        let socket = SockRef::from(&stream);
        // Errors mean that the peer has gone already; the first read says so.
        let _ = stream.set_nodelay(true);
        let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(15)));
        let connection = Connection::new(peer, tls.is_some());
        let Some(tls) = tls else {
            self.tasks.spawn(self.clone().talk_http1(stream, connection, place));
            return;
        };
        let serving = self.clone();
        // The handshake has a task of its own: its state is larger than a parked poll's and would else stay with it.
        self.tasks.spawn(async move {
            let handshake = tokio::time::timeout(serving.settings.head, tls.accept(stream));
            match serving.closing.run_until_cancelled(handshake).await {
                Some(Ok(Ok(stream))) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                    serving.tasks.spawn(serving.clone().talk_http2(stream, connection, place));
                }
                Some(Ok(Ok(stream))) => {
                    serving.tasks.spawn(serving.clone().talk_http1(stream, connection, place));
                }
                Some(Ok(Err(error))) => tracing::debug!(%error, "TLS handshake failed"),
                Some(Err(_)) => tracing::debug!("TLS handshake took too long"),
                None => {}
            }
        });
    }

    fn talk_http1<T>(self, stream: T, connection: Arc<Connection>, place: OwnedSemaphorePermit) -> impl Future<Output = ()> + Send + 'static
    where
        T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Self { edge, settings, patience, closing, cutoff, .. } = self;
        let stream = Guarded::new(stream, Arc::clone(&connection), patience, true);
        // Half-closed connections end: a peer that closes while a poll is parked has gone, and its poll must be dropped, not delivered to.
        let conversation = http1::Builder::new()
            .half_close(false)
            .max_buf_size(settings.head_bytes.max(8192))
            .max_header_size(settings.head_bytes.max(8192))
            .serve_connection(TokioIo::new(stream), ToEdge { edge, connection });
        end_when(conversation, Box::pin(closing.cancelled_owned()), cutoff, place, |conversation| conversation.graceful_shutdown())
    }

    async fn talk_http2<T>(self, stream: T, connection: Arc<Connection>, place: OwnedSemaphorePermit)
    where
        T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Self { edge, settings, patience, closing, cutoff, .. } = self;
        let stream = Guarded::new(stream, Arc::clone(&connection), patience, false);
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(settings.streams)
            .initial_stream_window_size(64 << 10)
            .initial_connection_window_size(256 << 10)
            .max_send_buf_size(64 << 10)
            .max_header_list_size(u32::try_from(settings.head_bytes).unwrap_or(u32::MAX))
            // Finds clients that have gone without a word, as TCP keep-alive does too slowly.
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(20));
        let conversation = builder.serve_connection(TokioIo::new(stream), ToEdge { edge, connection: Arc::clone(&connection) });
        let quiet = CancellationToken::new();
        let watch = async {
            let mut seen = connection.begun();
            loop {
                tokio::time::sleep(settings.idle).await;
                if connection.idle() && connection.begun() == seen {
                    quiet.cancel();
                    return std::future::pending::<()>().await;
                }
                seen = connection.begun();
            }
        };
        let either = async {
            tokio::select! {
                () = closing.cancelled() => {}
                () = quiet.cancelled() => {}
                () = watch => {}
            }
        };
        end_when(Box::pin(conversation), Box::pin(either), cutoff, place, |conversation| {
            conversation.get_mut().as_mut().graceful_shutdown()
        })
        .await;
    }

    /// Ends: accepts no more, lets requests in flight finish for at most `limit`, then drops what is left. Waiting handlers are woken by the token given to [`Serving::new`].
    pub async fn close(&self, limit: Duration) -> Closed {
        self.closing.cancel();
        self.tasks.close();
        if tokio::time::timeout(limit, self.tasks.wait()).await.is_ok() {
            return Closed { cut: 0 };
        }
        let cut = self.tasks.len();
        self.cutoff.cancel();
        self.tasks.wait().await;
        Closed { cut }
    }

    /// Connections (and handshakes) open now, listeners included.
    pub fn open(&self) -> usize {
        self.tasks.len()
    }
}

/// Runs a connection; on `end` asks it to finish what is in flight; on `cutoff` drops it.
///
/// A block that uses its connection where it was captured, not an `async fn` that pins its argument: that would hold it twice, and over
/// TLS it is the largest thing that a parked poll keeps.
#[expect(clippy::manual_async_fn, reason = "an async fn holds its arguments twice")]
fn end_when<C, E>(
    mut conversation: C,
    mut end: impl Future<Output = ()> + Send + Unpin,
    cutoff: CancellationToken,
    place: OwnedSemaphorePermit,
    ask_to_end: impl FnOnce(Pin<&mut C>) + Send,
) -> impl Future<Output = ()> + Send
where
    C: Future<Output = Result<(), E>> + Send + Unpin,
    E: std::fmt::Display + Send,
{
    async move {
        let _place = &place;
        let ended = poll_fn(|cx| match Pin::new(&mut conversation).poll(cx) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => Pin::new(&mut end).poll(cx).map(|()| None),
        })
        .await;
        let result = match ended {
            Some(result) => result,
            None => {
                ask_to_end(Pin::new(&mut conversation));
                match cutoff.run_until_cancelled(&mut conversation).await {
                    Some(result) => result,
                    None => return,
                }
            }
        };
        if let Err(error) = result {
            // A client that goes, stalls or talks rubbish: its own concern, and too frequent for more than debugging.
            tracing::debug!(%error, "connection ended");
        }
    }
}
