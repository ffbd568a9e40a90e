//! A TCP proxy that breaks things: it stands between a client and an upstream address, and does what a test tells it to.
//!
//! Knows bytes, and of HTTP only as much as [`Proxy::answer_next`] needs.

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// What the proxy does to every connection, open or new. Changed at run time with [`Proxy::set`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Passes everything on.
    #[default]
    Pass,
    /// Resets each new connection at once, before a byte; open ones go on ([`Proxy::cut`] ends them).
    Refuse,
    /// Resets the connection when so many bytes have passed in a direction since this was set (or the connection was made).
    CutAfter(Direction, usize),
    /// Takes nothing from a direction, and closes nothing: both ends believe the connection open.
    Stall(Direction),
    /// Passes at most so many bytes a second in a direction.
    Slow(Direction, usize),
    /// Passes each piece later by this much.
    Delay(Duration),
    /// Reads what upstream answers, and throws it away: the request was carried out, its sender never learns.
    DropResponses,
}

/// Which way bytes flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to upstream.
    ToUpstream,
    /// From upstream to the client.
    ToClient,
    /// Each way.
    Both,
}

impl Direction {
    fn takes(self, way: Self) -> bool {
        self == Self::Both || self == way
    }
}

/// A listening proxy. Ends, with all its connections, when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    fault: watch::Sender<Fault>,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    upstream: Mutex<SocketAddr>,
    /// Raises with every [`Proxy::cut`].
    cuts: watch::Sender<u64>,
    open: AtomicUsize,
    accepted: AtomicUsize,
    answers: Mutex<VecDeque<Vec<u8>>>,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1 and passes on to `upstream`, which need not listen yet.
    pub async fn to(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (fault, _) = watch::channel(Fault::Pass);
        let state = Arc::new(State {
            upstream: Mutex::new(upstream),
            cuts: watch::channel(0).0,
            open: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            answers: Mutex::default(),
        });
        let task = tokio::spawn(accept(listener, fault.subscribe(), state.clone()));
        Ok(Self { address, fault, state, task })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happens from now on to open and new connections.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Where new connections go from now on: a server that was started again listens elsewhere.
    pub fn retarget(&self, upstream: SocketAddr) {
        *self.state.upstream.lock().unwrap_or_else(PoisonError::into_inner) = upstream;
    }

    /// Resets every open connection, now.
    pub fn cut(&self) {
        self.state.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.state.open.load(Ordering::SeqCst)
    }

    /// How many connections were ever accepted, the refused included.
    pub fn accepted(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// The next HTTP/1.1 request is not passed on: it is read whole, gets exactly these bytes as its answer, and its connection is
    /// closed. Called twice, it is the next two requests. Needs [`Fault::Pass`].
    pub fn answer_next(&self, response: impl Into<Vec<u8>>) {
        self.state.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(response.into());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, fault: watch::Receiver<Fault>, state: Arc<State>) {
    while let Ok((client, _)) = listener.accept().await {
        state.accepted.fetch_add(1, Ordering::SeqCst);
        if *fault.borrow() == Fault::Refuse {
            reset(client);
            continue;
        }
        state.open.fetch_add(1, Ordering::SeqCst);
        let (fault, cuts, state) = (fault.clone(), state.cuts.subscribe(), state.clone());
        tokio::spawn(async move {
            connection(client, fault, cuts, &state).await;
            state.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Closes with RST instead of FIN, as a crash or a broken path does.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
    drop(stream);
}

/// Why a connection ends before both ends have closed it.
enum End {
    Cut,
    Broken,
    Answer(Vec<u8>),
}

async fn connection(mut client: TcpStream, fault: watch::Receiver<Fault>, mut cuts: watch::Receiver<u64>, state: &State) {
    let upstream = *state.upstream.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(mut server) = TcpStream::connect(upstream).await else { return reset(client) };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let end = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let up = pump(&mut from_client, &mut to_server, Direction::ToUpstream, fault.clone(), Some(&state.answers));
        let down = pump(&mut from_server, &mut to_client, Direction::ToClient, fault, None);
        tokio::select! {
            ended = async { tokio::try_join!(up, down) } => ended.err(),
            _ = cuts.changed() => Some(End::Cut),
        }
    };
    match end {
        None => {}
        Some(End::Answer(response)) => {
            let _ = client.write_all(&response).await;
            let _ = client.shutdown().await;
            // Closing with unread bytes would be a reset, which may overtake the answer.
            let _ = timeout(Duration::from_secs(1), tokio::io::copy(&mut client, &mut tokio::io::sink())).await;
        }
        Some(End::Cut | End::Broken) => {
            reset(client);
            reset(server);
        }
    }
}

/// Moves bytes one way until that way is closed.
async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    way: Direction,
    mut fault: watch::Receiver<Fault>,
    answers: Option<&Mutex<VecDeque<Vec<u8>>>>,
) -> Result<(), End> {
    let mut buffer = vec![0; 16 * 1024];
    // Bytes passed since the fault in force was set.
    let mut passed = 0;
    loop {
        if fault.has_changed().unwrap_or(false) {
            passed = 0;
        }
        let now = *fault.borrow_and_update();
        if let Fault::Stall(direction) = now
            && direction.takes(way)
        {
            changed(&mut fault).await;
            continue;
        }
        let read = tokio::select! {
            read = from.read(&mut buffer) => read.map_err(|_| End::Broken)?,
            () = changed(&mut fault) => { passed = 0; continue }
        };
        if read == 0 {
            let _ = to.shutdown().await;
            return Ok(());
        }
        if let Some(response) = answers.filter(|_| starts_request(&buffer[..read])).and_then(next) {
            rest_of_request(from, buffer[..read].to_vec()).await?;
            return Err(End::Answer(response));
        }
        deliver(to, &buffer[..read], way, &mut fault, &mut passed).await?;
    }
}

fn next(answers: &Mutex<VecDeque<Vec<u8>>>) -> Option<Vec<u8>> {
    answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Waits for another fault to be set; for ever when the proxy is gone, as its drop cuts the connection anyway.
async fn changed(fault: &mut watch::Receiver<Fault>) {
    if fault.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Writes what was read, in the manner of the fault in force; a fault that is set meanwhile takes over the rest.
async fn deliver(
    to: &mut (impl AsyncWrite + Unpin),
    mut bytes: &[u8],
    way: Direction,
    fault: &mut watch::Receiver<Fault>,
    passed: &mut usize,
) -> Result<(), End> {
    while !bytes.is_empty() {
        if fault.has_changed().unwrap_or(false) {
            *passed = 0;
        }
        let now = *fault.borrow_and_update();
        let mut piece = bytes.len();
        match now {
            Fault::Stall(direction) if direction.takes(way) => {
                changed(fault).await;
                *passed = 0;
                continue;
            }
            Fault::DropResponses if way == Direction::ToClient => return Ok(()),
            Fault::CutAfter(direction, limit) if direction.takes(way) => {
                piece = piece.min(limit.saturating_sub(*passed));
                if piece == 0 {
                    let _ = to.flush().await;
                    return Err(End::Cut);
                }
            }
            Fault::Slow(direction, per_second) if direction.takes(way) => {
                let per_second = per_second.max(1);
                piece = piece.min(per_second.div_ceil(20));
                let pause = Duration::from_secs_f64(piece as f64 / per_second as f64);
                tokio::select! {
                    () = sleep(pause) => {}
                    () = changed(fault) => { *passed = 0; continue }
                }
            }
            Fault::Delay(by) => tokio::select! {
                () = sleep(by) => {}
                () = changed(fault) => { *passed = 0; continue }
            },
            _ => {}
        }
        to.write_all(&bytes[..piece]).await.map_err(|_| End::Broken)?;
        *passed += piece;
        bytes = &bytes[piece..];
        if let Fault::CutAfter(direction, limit) = now
            && direction.takes(way)
            && *passed >= limit
        {
            let _ = to.flush().await;
            return Err(End::Cut);
        }
    }
    Ok(())
}

/// Whether these bytes begin an HTTP/1.1 request. A body that begins like one is not told apart.
fn starts_request(bytes: &[u8]) -> bool {
    ["GET /", "POST /", "PUT /", "PATCH /", "DELETE /", "HEAD /", "OPTIONS /"].iter().any(|start| bytes.starts_with(start.as_bytes()))
}

/// Reads on until the request is whole.
async fn rest_of_request(from: &mut (impl AsyncRead + Unpin), mut request: Vec<u8>) -> Result<(), End> {
    while !is_whole(&request) {
        if from.read_buf(&mut request).await.map_err(|_| End::Broken)? == 0 {
            return Err(End::Broken);
        }
    }
    Ok(())
}

fn is_whole(request: &[u8]) -> bool {
    let Some(head) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let body = &request[head + 4..];
    let header = |name: &str| {
        let lines = request[..head].split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
        lines.filter_map(|line| line.split_once(':')).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return body.ends_with(b"0\r\n\r\n");
    }
    body.len() >= header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
