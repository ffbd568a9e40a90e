//! A14, A15: acknowledged durable messages a second over HTTP, ÷ a bare echo of the same JSON by the same load generator.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;

use crate::{
    Result,
    client::{Connection, Target, json},
    process::Process,
    table::{Figure, median},
    visitor::{Session, establish},
};

/// Connections at once, each a conversation of its own.
const CONNECTIONS: usize = 64;
/// Interleaved runs.
const RUNS: usize = 3;
const BODY: &str = r#"{"text":"Hello, I would like to know where my order is."}"#;

/// What a connection sends next.
enum Next {
    Echo,
    Message(Session, i64),
}

impl Next {
    fn request(&mut self) -> Result<Request<Full<Bytes>>> {
        match self {
            Self::Echo => Ok(json("/echo", BODY)?),
            Self::Message(session, sequence) => {
                *sequence += 1;
                session.message(*sequence, BODY)
            }
        }
    }
}

async fn rate(connections: Vec<(Connection, Next)>, lasting: Duration) -> Result<(f64, Vec<(Connection, Next)>)> {
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|(mut connection, mut next)| {
            tokio::spawn(async move {
                let mut answered = 0u64;
                while begun.elapsed() < lasting {
                    connection.succeed(next.request()?).await?;
                    answered += 1;
                }
                Ok::<_, crate::Error>((answered, connection, next))
            })
        })
        .collect();
    let (mut answered, mut back) = (0, Vec::new());
    for task in tasks {
        let (own, connection, next) = task.await??;
        answered += own;
        back.push((connection, next));
    }
    Ok((answered as f64 / begun.elapsed().as_secs_f64(), back))
}

/// Both figures differ in the database alone.
pub(crate) async fn measure(quick: bool, postgres: bool) -> Result<Vec<Figure>> {
    let lasting = Duration::from_secs(if quick { 3 } else { 10 });
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_string_lossy().into_owned();
    // Makes a cluster and a database, and waits for programs.
    let database = if postgres { Some(tokio::task::spawn_blocking(|| testkit::Cluster::durable().database()).await?) } else { None };
    let mut arguments = vec!["server", "--data", &data, "--agents", "1"];
    if let Some(database) = &database {
        arguments.extend(["--database", database.url()]);
    }
    let server = Process::start(&arguments).await?;
    let echo = Process::start(&["echo"]).await?;

    let target = Target::plain(&server.ready.address);
    let mut ours = Vec::new();
    // Their polls are not kept: a client that only writes is the most that a connection can ask.
    for (session, _) in establish(&target, CONNECTIONS).await? {
        ours.push((target.connect().await?, Next::Message(session, 1)));
    }
    let bare = Target::plain(&echo.ready.address);
    let mut theirs = Vec::new();
    for _ in 0..CONNECTIONS {
        theirs.push((bare.connect().await?, Next::Echo));
    }
    let (mut rates, mut echoes) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (measured, back) = rate(theirs, lasting).await?;
        theirs = back;
        echoes.push(measured);
        let (measured, back) = rate(ours, lasting).await?;
        ours = back;
        rates.push(measured);
    }
    drop((ours, theirs));
    server.end().await?;

    let (rate, echo) = (median(rates), median(echoes));
    let asked = if postgres { 0.05 } else { 0.10 };
    Ok(vec![Figure {
        what: if postgres { "A15 messages, PostgreSQL".into() } else { "A14 messages, SQLite".into() },
        ours: format!("{rate:.0}/s"),
        baseline: format!("echo {echo:.0}/s"),
        figure: format!("{:.3}", rate / echo),
        asked: format!("≥ {asked:.2}"),
        met: rate / echo >= asked,
        limit: if postgres {
            "processors: of the server's own time HTTP and engine 56 %, kernel 43 %"
        } else {
            "processors: of the server's own time SQLite's threads 43 %, HTTP and engine 31 %, kernel 26 %"
        },
    }])
}
