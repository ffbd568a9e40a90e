//! A17: from one side to the other. A visitor's POST until it is in the agent's event stream, an agent's POST until it is in the visitor's
//! poll, ÷ an echo that appends 4 KiB with fdatasync a call, at the same pace.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use native::{agent::SignIn, client::AgentClient};
use server::wiring::Ambient;
use tokio::{sync::mpsc, time::Instant};

use crate::{
    Result,
    client::{Connection, Target, json},
    process::Process,
    serving::PASSWORD,
    table::{Figure, median},
    visitor::{Polls, Session, establish},
};

/// Conversations, each with a connection that writes.
const CONVERSATIONS: usize = 20;
/// Between two messages: 200 a second.
const PACE: Duration = Duration::from_millis(5);
/// Nothing is waited for longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whoever writes at a pace: connection `k` sends messages `k`, `k + CONVERSATIONS`, ….
struct Paced {
    begun: Instant,
    /// When each was sent, nanoseconds after the beginning.
    sent: Vec<AtomicU64>,
}

impl Paced {
    fn new(messages: usize) -> Arc<Self> {
        Arc::new(Self { begun: Instant::now() + Duration::from_millis(50), sent: (0..messages).map(|_| AtomicU64::new(0)).collect() })
    }

    /// Waits until it is message `n`'s turn. A writer that is late is late by its own fault: its message counts from when it was due.
    async fn turn(&self, n: usize) {
        let due = self.begun + PACE * u32::try_from(n).unwrap_or(u32::MAX);
        let at = if Instant::now() >= due {
            due
        } else {
            tokio::time::sleep_until(due).await;
            Instant::now()
        };
        self.sent[n].store(u64::try_from((at - self.begun).as_nanos()).unwrap_or(u64::MAX), Ordering::Release);
    }

    /// Seconds since message `n` was sent.
    fn since(&self, n: usize) -> Option<f64> {
        let sent = self.sent.get(n)?.load(Ordering::Acquire);
        Some(((Instant::now() - self.begun).as_secs_f64() - sent as f64 / 1e9).max(0.0))
    }
}

/// 99 of 100 are as fast.
pub(crate) fn p99(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get((of.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The numbers of messages in what was received: `#17#`.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.split(|byte| *byte == b'#').skip(1).step_by(2).filter_map(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
}

fn text(n: usize) -> String {
    format!(r##"{{"text":"#{n}# Hello, I would like to know where my order is."}}"##)
}

async fn write<F>(paced: &Arc<Paced>, connections: Vec<Connection>, request: F) -> Result<Vec<(Connection, Vec<f64>)>>
where
    F: Fn(usize, usize) -> Result<Request<Full<Bytes>>> + Send + Sync + 'static,
{
    let request = Arc::new(request);
    let writers: Vec<_> = connections
        .into_iter()
        .enumerate()
        .map(|(own, mut connection)| {
            let (paced, request) = (paced.clone(), request.clone());
            tokio::spawn(async move {
                let mut answered = Vec::new();
                for n in (own..paced.sent.len()).step_by(CONVERSATIONS) {
                    paced.turn(n).await;
                    connection.succeed(request(own, n)?).await?;
                    answered.extend(paced.since(n));
                }
                Ok::<_, crate::Error>((connection, answered))
            })
        })
        .collect();
    let mut back = Vec::new();
    for writer in writers {
        back.push(writer.await??);
    }
    Ok(back)
}

/// Collects until all have come.
async fn collect(arrived: &mut mpsc::UnboundedReceiver<(usize, Instant)>, paced: &Paced) -> Result<Vec<f64>> {
    let mut latencies = Vec::with_capacity(paced.sent.len());
    while latencies.len() < paced.sent.len() {
        let (n, at) = tokio::time::timeout(PATIENCE, arrived.recv())
            .await
            .map_err(|_| format!("{} of {} messages arrived", latencies.len(), paced.sent.len()))?
            .ok_or("a reader ended")?;
        let sent = paced.sent.get(n).map(|sent| sent.load(Ordering::Acquire)).unwrap_or_default();
        latencies.push(((at - paced.begun).as_secs_f64() - sent as f64 / 1e9).max(0.0));
    }
    Ok(latencies)
}

/// Reads an agent's stream and tells which messages were in it.
async fn hear(target: Target, token: String, after: String, heard: mpsc::UnboundedSender<(usize, Instant)>) -> Result<()> {
    let request = Request::get(format!("/api/v1/events?after={after}"))
        .header("host", "localhost")
        .header("accept", "text/event-stream")
        .header("authorization", format!("Bearer {token}"))
        .body(Full::default())?;
    let mut connection = target.connect().await?;
    let response = connection.open(request).await?;
    if !response.status().is_success() {
        return Err(format!("the event stream: {}", response.status()).into());
    }
    let (mut body, mut rest) = (response.into_body(), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let at = Instant::now();
        rest.extend_from_slice(&data);
        while let Some(end) = rest.windows(2).position(|two| two == b"\n\n") {
            for n in numbers(&rest[..end]) {
                let _ = heard.send((n, at));
            }
            rest.drain(..end + 2);
        }
    }
    Err("the event stream ended".into())
}

async fn poll(mut polls: Polls, heard: mpsc::UnboundedSender<(usize, Instant)>) -> Result<()> {
    loop {
        if let Some(body) = polls.next().await? {
            let at = Instant::now();
            for n in numbers(&body) {
                let _ = heard.send((n, at));
            }
        }
    }
}

/// One run: p99 of the baseline, to the agent, to the visitor; seconds.
async fn run(messages: usize) -> Result<[f64; 3]> {
    let folder = tempfile::tempdir()?;
    let (data, file) = (folder.path().join("data"), folder.path().join("appended"));
    let (data, file) = (data.to_string_lossy().into_owned(), file.to_string_lossy().into_owned());
    let echo = {
        let process = Process::start(&["echo", "--append", &file]).await?;
        let target = Target::plain(&process.ready.address);
        let mut connections = Vec::new();
        for _ in 0..CONVERSATIONS {
            connections.push(target.connect().await?);
        }
        let paced = Paced::new(messages);
        let answered = write(&paced, connections, |_, n| Ok(json("/echo", text(n))?)).await?;
        p99(answered.into_iter().flat_map(|(_, answered)| answered).collect())
    };

    let server = Process::start(&["server", "--data", &data, "--agents", "1"]).await?;
    let target = Target::plain(&server.ready.address);
    let visitors = establish(&target, CONVERSATIONS).await?;
    let ambient = Ambient::default();
    let connection = native::client::Connection::new(&format!("http://{}", server.ready.address), ambient.ids.clone(), ambient.randomness)?;
    let sign_in = SignIn {
        workspace: Some(server.ready.workspace.clone()),
        login: server.ready.agents.first().cloned().unwrap_or_default(),
        password: domain::secret::Secret(PASSWORD.to_owned()),
        totp: None,
    };
    let (client, signed_in) = AgentClient::sign_in(connection, &sign_in).await?;
    let snapshot = client.snapshot().await?;
    let token = signed_in.token.reveal().to_owned();
    let conversations: Vec<String> = snapshot.conversations.iter().map(|conversation| conversation.id.to_string()).collect();
    if conversations.len() < CONVERSATIONS {
        return Err(format!("the agent has {} of {CONVERSATIONS} conversations", conversations.len()).into());
    }

    let (heard_by_agent, mut at_agent) = mpsc::unbounded_channel();
    let stream = tokio::spawn(hear(target.clone(), token.clone(), snapshot.position.to_string(), heard_by_agent));
    let (heard_by_visitors, mut at_visitors) = mpsc::unbounded_channel();
    let (mut sessions, mut polling): (Vec<Session>, Vec<_>) = (Vec::new(), Vec::new());
    for (session, polls) in visitors {
        sessions.push(session);
        polling.push(tokio::spawn(poll(polls, heard_by_visitors.clone())));
    }
    let mut connections = Vec::new();
    for _ in 0..CONVERSATIONS {
        connections.push(target.connect().await?);
    }
    let paced = Paced::new(messages);
    let written = write(&paced, connections, move |own, n| {
        let sequence = i64::try_from(n / CONVERSATIONS).unwrap_or(i64::MAX).saturating_add(2);
        sessions[own].message(sequence, text(n))
    });
    let (written, to_agent) = tokio::join!(written, collect(&mut at_agent, &paced));
    let connections: Vec<Connection> = written?.into_iter().map(|(connection, _)| connection).collect();
    let to_agent = p99(to_agent?);

    let paced = Paced::new(messages);
    let written = write(&paced, connections, move |own, n| {
        Ok(Request::post(format!("/api/v1/conversations/{}/messages", conversations[own]))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("bench-{n}"))
            .body(Full::new(text(n).into()))?)
    });
    let (written, to_visitor) = tokio::join!(written, collect(&mut at_visitors, &paced));
    written?;
    let to_visitor = p99(to_visitor?);
    stream.abort();
    polling.iter().for_each(tokio::task::JoinHandle::abort);
    Ok([echo, to_agent, to_visitor])
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (runs, messages) = if quick { (1, 2_000) } else { (5, 20_000) };
    let mut measured = Vec::new();
    for _ in 0..runs {
        measured.push(run(messages).await?);
    }
    let ways = [("visitor's POST to agent's stream", 1), ("agent's POST to visitor's poll", 2)];
    Ok(ways
        .into_iter()
        .map(|(name, way)| {
            let ratio = median(measured.iter().map(|run| run[way] / run[0]).collect());
            let of = |way: usize| median(measured.iter().map(|run| run[way]).collect()) * 1e3;
            Figure {
                what: format!("A17 {name}, p99"),
                ours: format!("{:.1} ms", of(way)),
                baseline: format!("append {:.1} ms", of(0)),
                figure: format!("{ratio:.2}"),
                asked: "≤ 4".into(),
                met: ratio <= 4.0,
                limit: "waiting, not processors; a message: one sync, 0.2 ms in the mean, and 20 page writes",
            }
        })
        .collect())
}
