//! C12: contacts a second that are inserted over REST, 200 a call, ÷ those that a bare loop inserts into the same table ([`crate::bare`]).

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    Result,
    stocked::{OF_AN_ACCOUNT, Serving, Stocked, contact},
    table::{Figure, median},
};

/// Records of a call.
pub(crate) const A_CALL: usize = 200;
/// Clients at once: one's records are read while another's are written.
const CLIENTS: usize = 4;
/// Interleaved runs.
const RUNS: usize = 3;
/// Contacts that are there before.
const BEFORE: usize = 10_000;

/// Rows a second over REST.
async fn rate(stocked: &Arc<Stocked>, server: &Arc<Serving>, lasting: Duration) -> Result<f64> {
    let next = Arc::new(AtomicUsize::new(stocked.contacts));
    let mut connections = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        connections.push(server.target().connect().await?);
    }
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (stocked, server, next) = (stocked.clone(), server.clone(), next.clone());
            tokio::spawn(async move {
                let mut written = 0;
                while begun.elapsed() < lasting {
                    let from = next.fetch_add(A_CALL, Ordering::Relaxed);
                    let account = |n: usize| stocked.account(n / OF_AN_ACCOUNT % stocked.accounts());
                    let records: Vec<Value> = (from..from + A_CALL).map(|n| contact(n, &account(n))).collect();
                    let request = server.post("/composite/sobjects", &json!({"allOrNone": true, "records": records}))?;
                    let answer: Vec<Value> = serde_json::from_slice(&connection.succeed(request).await?)?;
                    if let Some(refused) = answer.iter().find(|row| row["success"] != true) {
                        return Err(format!("a contact was refused: {refused}").into());
                    }
                    written += answer.len();
                }
                Ok::<_, crate::Error>(written)
            })
        })
        .collect();
    let mut written = 0;
    for task in tasks {
        written += task.await??;
    }
    Ok(written as f64 / begun.elapsed().as_secs_f64())
}

/// Rows a second of the bare loop, on a folder of its own.
async fn bare(stocked: &Stocked, seconds: u64) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["bare", "--tables", &stocked.tables, "--insert", &seconds.to_string(), "--data"])
        .arg(stocked.data())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    Ok(std::str::from_utf8(&output.stdout)?.trim().parse().map_err(|_| "the bare loop did not say how much it wrote")?)
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let seconds = if quick { 2 } else { 10 };
    let stocked = Stocked::with(BEFORE).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // Each run begins with as many rows as the other's.
        theirs.push(bare(&stocked.copy()?, seconds).await?);
        let own = Arc::new(stocked.copy()?);
        let server = Arc::new(own.serve().await?);
        ours.push(rate(&own, &server, Duration::from_secs(seconds)).await?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    Ok(vec![Figure {
        what: format!("C12 collections insert, {A_CALL} a call"),
        ours: format!("{ours:.0} rows/s"),
        baseline: format!("bare insert {theirs:.0} rows/s"),
        figure: format!("{:.2}", ours / theirs),
        asked: "≥ 0.15".into(),
        met: ours / theirs >= 0.15,
        limit: "processors: one writer",
    }])
}
