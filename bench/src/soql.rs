//! C10, C11: queries a second over REST, ÷ those of a server that was written by hand for this one statement ([`crate::bare`]) on the same
//! SQLite file; and with many contacts, ÷ with few.
//!
//! Two queries, each with an indexed filter and a parent's field: one contact by its address, and the ten of an account. The answers are
//! compared before anything is measured.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::Value;

use crate::{
    Result,
    client::{Connection, Target},
    process::Process,
    stocked::{Serving, Stocked, email},
    table::{Figure, median},
};

/// Connections at once.
const CONNECTIONS: usize = 32;
/// Interleaved runs.
const RUNS: usize = 3;
/// With how few contacts C11 compares.
const FEW: usize = 10_000;
/// A step between two that are asked for, so that neighbours do not follow each other; prime to all powers of ten.
const STEP: usize = 7_919;

/// What is asked.
#[derive(Clone, Copy)]
enum Asked {
    ByEmail,
    OfAccount,
}

impl Asked {
    /// Of the CRM.
    fn soql(self, stocked: &Stocked, server: &Serving, n: usize) -> Result<Request<Full<Bytes>>> {
        let of = "SELECT Id, Name, Email, Phone, Account.Name FROM Contact WHERE";
        server.query(&match self {
            Self::ByEmail => format!("{of} Email = '{}'", email(n % stocked.contacts)),
            Self::OfAccount => format!("{of} AccountId = '{}'", stocked.account(n % stocked.accounts())),
        })
    }

    /// Of the one by hand.
    fn by_hand(self, stocked: &Stocked, n: usize) -> Result<Request<Full<Bytes>>> {
        let path = match self {
            Self::ByEmail => format!("/by-email?value={}", email(n % stocked.contacts).replace('@', "%40")),
            Self::OfAccount => format!("/of-account?value={}", stocked.account(n % stocked.accounts())),
        };
        Ok(Request::get(path).header("host", "localhost").body(Full::default())?)
    }
}

type Ask = Arc<dyn Fn(usize) -> Result<Request<Full<Bytes>>> + Send + Sync>;

/// Answers a second.
async fn rate(target: &Target, ask: Ask, lasting: Duration) -> Result<f64> {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(target.connect().await?);
    }
    let (begun, numbers) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection: Connection| {
            let (ask, numbers) = (ask.clone(), numbers.clone());
            tokio::spawn(async move {
                let mut answered = 0_u64;
                while begun.elapsed() < lasting {
                    let n = numbers.fetch_add(STEP, Ordering::Relaxed);
                    connection.succeed(ask(n)?).await?;
                    answered += 1;
                }
                Ok::<_, crate::Error>(answered)
            })
        })
        .collect();
    let mut answered = 0;
    for task in tasks {
        answered += task.await??;
    }
    Ok(answered as f64 / begun.elapsed().as_secs_f64())
}

/// What is answered is the same, and not nothing.
async fn same(ours: &Target, bare: &Target, soql: &Ask, by_hand: &Ask) -> Result<()> {
    let (mut ours, mut bare) = (ours.connect().await?, bare.connect().await?);
    for n in [0, STEP, 3 * STEP] {
        let told: Value = serde_json::from_slice(&ours.succeed(soql(n)?).await?)?;
        let wanted: Value = serde_json::from_slice(&bare.succeed(by_hand(n)?).await?)?;
        if told != wanted || told["totalSize"] == 0 {
            return Err(format!("not the same is answered:\n{told}\n{wanted}").into());
        }
    }
    Ok(())
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let many = if quick { 100_000 } else { 1_000_000 };
    let lasting = Duration::from_secs(if quick { 2 } else { 10 });
    let (few, full) = (Arc::new(Stocked::with(FEW).await?), Arc::new(Stocked::with(many).await?));
    let (little, server) = (Arc::new(few.serve().await?), Arc::new(full.serve().await?));
    let by_hand = Process::start(&["bare", "--data", &full.data().to_string_lossy(), "--tables", &full.tables]).await?;
    let bare = Target::plain(&by_hand.ready.address);
    let mut figures = Vec::new();
    for (asked, name) in [(Asked::ByEmail, "one contact by its address"), (Asked::OfAccount, "the ten contacts of an account")] {
        let soql = |stocked: &Arc<Stocked>, server: &Arc<Serving>| -> Ask {
            let (stocked, server) = (stocked.clone(), server.clone());
            Arc::new(move |n| asked.soql(&stocked, &server, n))
        };
        let by_hand: Ask = {
            let stocked = full.clone();
            Arc::new(move |n| asked.by_hand(&stocked, n))
        };
        let (of_many, of_few) = (soql(&full, &server), soql(&few, &little));
        same(&server.target(), &bare, &of_many, &by_hand).await?;
        let (mut hand, mut with_many, mut with_few) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            hand.push(rate(&bare, by_hand.clone(), lasting).await?);
            with_many.push(rate(&server.target(), of_many.clone(), lasting).await?);
            with_few.push(rate(&little.target(), of_few.clone(), lasting).await?);
        }
        let (hand, with_many, with_few) = (median(hand), median(with_many), median(with_few));
        figures.push(Figure {
            what: format!("C10 SOQL over REST, {name}, of {many}"),
            ours: format!("{with_many:.0}/s"),
            baseline: format!("by hand {hand:.0}/s"),
            figure: format!("{:.2}", with_many / hand),
            asked: "≥ 0.50".into(),
            met: with_many / hand >= 0.5,
            limit: "processors",
        });
        figures.push(Figure {
            what: format!("C11 SOQL over REST, {name}, of {many}"),
            ours: format!("{with_many:.0}/s"),
            baseline: format!("of {FEW} {with_few:.0}/s"),
            figure: format!("{:.2}", with_many / with_few),
            asked: "≥ 0.80".into(),
            met: with_many / with_few >= 0.8,
            limit: "processors",
        });
    }
    Ok(figures)
}
