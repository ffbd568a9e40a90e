//! D14, D15: durable events of customers a second, as SDKs of Segment's family post them: one at a time ÷ a bare echo of the same JSON by the same
//! load generator; in batches of 100, with a million stored, ÷ a loop that inserts the same rows into the same table with the same indexes.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    customer_event::{EventBody, EventKind},
    ids::{EventSourceId, WorkspaceId},
};
use server::wiring::Ambient;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqlSafeStr as _, SqliteConnection};
use store::{Location, NewCustomerEvent, Options, Store};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    Result,
    client::{Connection, Target, json},
    process::Process,
    serving::ADMIN,
    stocked::{file, native, options, sign_in},
    table::{Figure, median},
};

/// Connections at once that post single events, and that post batches.
const CONNECTIONS: usize = 64;
const SENDERS: usize = 8;
/// Events of a batch.
const BATCH: usize = 100;
/// Interleaved runs.
const RUNS: usize = 3;
const KEY: &str = "the-bench-key";
/// Users among whom events are spread.
const USERS: u64 = 1_000;

/// The bare loop.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The data folder
    #[arg(long)]
    data: PathBuf,
    /// For so many seconds
    #[arg(long)]
    seconds: u64,
}

/// Ids as SDKs make them: all over the index (splitmix64).
fn message_id(n: u64) -> String {
    let mut mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("bench-{:016x}-{n:012}", mixed ^ (mixed >> 31))
}

/// An event as analytics.js writes it.
fn event(n: u64) -> String {
    let (id, user) = (message_id(n), n % USERS);
    format!(
        r#"{{"timestamp":"2026-11-22T10:00:00.000Z","integrations":{{}},"userId":"user-{user}","anonymousId":"device-{user}","event":"Order Completed","type":"track","properties":{{"plan":"pro","price":19.5,"currency":"EUR","products":["a","b"]}},"context":{{"page":{{"path":"/pricing","title":"Pricing","url":"https://shop.example/pricing"}},"userAgent":"Mozilla/5.0 (X11; Linux x86_64)","locale":"en-US","library":{{"name":"analytics.js","version":"next-1.84.3"}}}},"messageId":"{id}","writeKey":"{KEY}","sentAt":"2026-11-22T10:00:00.250Z"}}"#
    )
}

async fn server(data: &Path) -> Result<Process> {
    Process::start(&["server", "--data", &data.to_string_lossy(), "--agents", "1"]).await
}

/// A source that sends with the key.
async fn source(server: &Process) -> Result<()> {
    let (_, session) = sign_in(server, ADMIN).await?;
    let mut connection = Target::plain(&server.ready.address).connect().await?;
    let made = native(&mut connection, &session, "/admin/event-sources", &serde_json::json!({"name": "Bench"})).await?;
    let made: serde_json::Value = serde_json::from_slice(&made)?;
    let id = made["id"].as_str().ok_or("a source without an id")?;
    let key = serde_json::json!({"note": "", "key": KEY});
    native(&mut connection, &session, &format!("/admin/event-sources/{id}/keys"), &key).await?;
    Ok(())
}

/// Requests a second over these connections, each waiting for its answer; and the connections again.
async fn rate(
    connections: Vec<Connection>,
    lasting: Duration,
    path: &'static str,
    numbers: &Arc<AtomicU64>,
    body: fn(&AtomicU64) -> String,
) -> Result<(f64, Vec<Connection>)> {
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let numbers = numbers.clone();
            tokio::spawn(async move {
                let mut answered = 0u64;
                while begun.elapsed() < lasting {
                    connection.succeed(json(path, body(&numbers))?).await?;
                    answered += 1;
                }
                Ok::<_, crate::Error>((answered, connection))
            })
        })
        .collect();
    let (mut answered, mut back) = (0, Vec::new());
    for task in tasks {
        let (own, connection) = task.await??;
        answered += own;
        back.push(connection);
    }
    Ok((answered as f64 / begun.elapsed().as_secs_f64(), back))
}

fn single(numbers: &AtomicU64) -> String {
    event(numbers.fetch_add(1, Ordering::Relaxed))
}

fn batch(numbers: &AtomicU64) -> String {
    let first = numbers.fetch_add(BATCH as u64, Ordering::Relaxed);
    let events: Vec<String> = (first..first + BATCH as u64).map(event).collect();
    format!(r#"{{"batch":[{}],"writeKey":"{KEY}","sentAt":"2026-11-22T10:00:00.250Z"}}"#, events.join(","))
}

async fn connections(target: &Target, many: usize) -> Result<Vec<Connection>> {
    let mut made = Vec::with_capacity(many);
    for _ in 0..many {
        made.push(target.connect().await?);
    }
    Ok(made)
}

async fn singles(quick: bool) -> Result<Figure> {
    let lasting = Duration::from_secs(if quick { 3 } else { 10 });
    let folder = tempfile::tempdir()?;
    let (server, echo) = (server(folder.path()).await?, Process::start(&["echo"]).await?);
    source(&server).await?;
    let mut ours = connections(&Target::plain(&server.ready.address), CONNECTIONS).await?;
    let mut theirs = connections(&Target::plain(&echo.ready.address), CONNECTIONS).await?;
    let numbers = Arc::new(AtomicU64::new(0));
    let (mut rates, mut echoes) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let measured;
        (measured, theirs) = rate(theirs, lasting, "/echo", &numbers, single).await?;
        echoes.push(measured);
        let measured;
        (measured, ours) = rate(ours, lasting, "/v1/track", &numbers, single).await?;
        rates.push(measured);
    }
    drop((ours, theirs));
    server.end().await?;
    let (rate, echo) = (median(rates), median(echoes));
    Ok(Figure {
        what: "D14 events, one a call".into(),
        ours: format!("{rate:.0}/s"),
        baseline: format!("echo {echo:.0}/s"),
        figure: format!("{:.3}", rate / echo),
        asked: "≥ 0.15".into(),
        met: rate / echo >= 0.15,
        limit: "processors",
    })
}

/// A data folder with so many events of the source; the first number that none of them has.
async fn stocked(events: u64) -> Result<(TempDir, u64)> {
    let folder = tempfile::tempdir()?;
    let server = server(folder.path()).await?;
    source(&server).await?;
    let mut connection = connections(&Target::plain(&server.ready.address), 1).await?;
    let numbers = Arc::new(AtomicU64::new(events));
    // One batch, as the server stores it: the pattern of the others.
    connection[0].succeed(json("/v1/batch", batch(&numbers))?).await?;
    drop(connection);
    server.end().await?;
    let store = Store::open(Options::new(Location::Sqlite(file(folder.path())))).await?;
    let (workspace, pattern) = pattern(&store).await?;
    for first in (0..events).step_by(5_000) {
        let some = (first..(first + 5_000).min(events)).map(|n| NewCustomerEvent {
            message_id: message_id(n),
            user_key: Some(format!("user-{}", n % USERS)),
            device_key: Some(format!("device-{}", n % USERS)),
            ..pattern.clone()
        });
        store.take_in(workspace, some.collect()).await?;
    }
    store.close().await;
    Ok((folder, numbers.load(Ordering::Relaxed)))
}

async fn pattern(store: &Store) -> Result<(WorkspaceId, NewCustomerEvent)> {
    for head in store.heads().await? {
        let found = store.snapshot().await?.customer_events_after(head.workspace, 0, 1).await?;
        if let Some(stored) = found.into_iter().next() {
            let source: EventSourceId = stored.source;
            let (kind, body): (Option<EventKind>, EventBody) = (stored.kind, stored.body);
            let pattern = NewCustomerEvent {
                source,
                message_id: String::new(),
                kind,
                name: stored.name,
                user_key: None,
                device_key: None,
                group_key: None,
                at: stored.at,
                received_at: Ambient::default().clock.now(),
                verdict: "accepted",
                reasons: Vec::new(),
                body,
            };
            return Ok((head.workspace, pattern));
        }
    }
    Err("no event was stored".into())
}

/// The same once more, for what changes it.
fn copy(data: &Path) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for entry in std::fs::read_dir(data)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
    }
    Ok(folder)
}

/// Rows a second of the bare loop, on a folder of its own.
async fn bare(data: &Path, seconds: u64) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["bare-events", "--seconds", &seconds.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    Ok(std::str::from_utf8(&output.stdout)?.trim().parse().map_err(|_| "the bare loop did not say how much it wrote")?)
}

/// Inserts rows like the newest one, a batch a transaction, each with a position and an id of its own.
#[expect(clippy::print_stdout, reason = "how a process tells what it measured")]
pub(crate) async fn insert(arguments: Arguments) -> Result<()> {
    const COLUMNS: &str =
        "workspace, source, kind, name, at, received_at, verdict, reasons, repeats, body, position, message_id, user_key, device_key";
    let mut conn = SqliteConnection::connect_with(&options(&arguments.data)).await?;
    let newest = format!("SELECT {COLUMNS} FROM customer_event ORDER BY position DESC LIMIT 1");
    let row = sqlx::query(AssertSqlSafe(newest)).fetch_one(&mut conn).await?;
    let (workspace, source): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    let (kind, name): (String, String) = (row.try_get(2)?, row.try_get(3)?);
    let (at, received_at): (i64, i64) = (row.try_get(4)?, row.try_get(5)?);
    let (verdict, reasons, body): (String, String, String) = (row.try_get(6)?, row.try_get(7)?, row.try_get(9)?);
    let mut position: i64 = row.try_get(10)?;
    let places = format!("({})", ["?"; 14].join(", "));
    let text = AssertSqlSafe(format!("INSERT INTO customer_event ({COLUMNS}) VALUES {}", vec![places; BATCH].join(", "))).into_sql_str();
    let (lasting, begun) = (Duration::from_secs(arguments.seconds), Instant::now());
    let mut written = 0u64;
    while begun.elapsed() < lasting {
        let mut transaction = conn.begin().await?;
        let mut query = sqlx::query(text.clone());
        for _ in 0..BATCH {
            position += 1;
            written += 1;
            // Numbers that no stored event has.
            let (id, user) = (message_id((1 << 40) + written), written % USERS);
            query = query.bind(&workspace).bind(&source).bind(&kind).bind(&name).bind(at).bind(received_at).bind(&verdict).bind(&reasons);
            query = query.bind(0i64).bind(&body).bind(position).bind(id).bind(format!("user-{user}")).bind(format!("device-{user}"));
        }
        query.execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    println!("{:.0}", written as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

async fn batches(quick: bool) -> Result<Figure> {
    let (events, seconds) = if quick { (100_000, 3) } else { (1_000_000, 10) };
    let (folder, next) = stocked(events).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // Each run begins with as many rows as the other's.
        theirs.push(bare(copy(folder.path())?.path(), seconds).await?);
        let own = copy(folder.path())?;
        let server = server(own.path()).await?;
        let senders = connections(&Target::plain(&server.ready.address), SENDERS).await?;
        let numbers = Arc::new(AtomicU64::new(next));
        let (measured, senders) = rate(senders, Duration::from_secs(seconds), "/v1/batch", &numbers, batch).await?;
        ours.push(measured * BATCH as f64);
        drop(senders);
        server.end().await?;
    }
    let (ours, theirs) = (median(ours), median(theirs));
    Ok(Figure {
        what: format!("D15 events in batches of {BATCH}, beside {events}"),
        ours: format!("{ours:.0}/s"),
        baseline: format!("bare insert {theirs:.0} rows/s"),
        figure: format!("{:.2}", ours / theirs),
        asked: "≥ 0.40".into(),
        met: ours / theirs >= 0.4,
        limit: "processors: one writer",
    })
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    Ok(vec![singles(quick).await?, batches(quick).await?])
}
