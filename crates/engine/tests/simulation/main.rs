//! Whole worlds of visitors and agents, drawn from a seed, with a clock that runs as fast as the machine can.
//!
//! Conversations are asked for, offered, declined, left unanswered, picked, sent on, watched, taken over, lost with their agents and ended, in
//! every order that chance finds; after every step the [`laws`] are held against the journal and the database. On SQLite one thing happens after the other, so
//! a seed replays exactly; on PostgreSQL two servers share the database and everything of a step happens at once (the seed fixes what people
//! try to do, not who is first).

#![allow(clippy::print_stdout, reason = "cargo xtask soak reads the closing line; a test's output says what it has seen")]

mod deeds;
mod laws;
#[path = "../recount/mod.rs"]
mod recount;
mod site;
mod world;

use site::On;
use world::{Figures, Plan, simulate};

/// Worlds are small, so that many different ones are seen.
const CONVERSATIONS: usize = 40;

/// What must have happened for the laws to have been tried.
const EVERYTHING: &[&str] = &[
    "requested",
    "refused",
    "queued",
    "offered",
    "offer_declined",
    "offer_timed_out",
    "offer_withdrawn",
    "established",
    "posted",
    "transfer_started",
    "transfer_failed",
    "agent_lost",
    "ended",
    "after_work_started",
    "after_work_ended",
    "critical_wait",
    "flag_raised",
    "flag_lowered",
    "monitor_started",
    "monitor_ended",
    "taken over",
];

async fn worlds(on: On, seeds: std::ops::Range<u64>, must: &[&str]) {
    let mut all = Figures::default();
    for seed in seeds {
        all.add(simulate(Plan { seed, on, conversations: CONVERSATIONS }).await);
    }
    println!("{all:?}");
    for kind in must {
        assert!(all.seen.contains_key(kind), "{kind} never happened: {:?}", all.seen);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_conversation_is_lost_doubled_or_out_of_turn_on_sqlite() {
    worlds(On::Sqlite, 1..6, EVERYTHING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_conversation_is_lost_doubled_or_out_of_turn_on_two_servers_with_postgres() {
    worlds(On::Postgres { servers: 2 }, 101..103, &["offered", "established", "posted", "transfer_started"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_is_the_same_world() {
    let plan = Plan { seed: 7, on: On::Sqlite, conversations: 15 };
    assert_eq!(simulate(plan).await, simulate(plan).await);
    assert_ne!(simulate(Plan { seed: 8, ..plan }).await.digest, simulate(plan).await.digest);
}

fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).and_then(|text| text.into_string().ok()).and_then(|text| text.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "for a person who looks for a fault: SWITCHBOARD_SIMULATION_SEED says which world"]
async fn one_seed() {
    let seed = setting("SWITCHBOARD_SIMULATION_SEED").expect("SWITCHBOARD_SIMULATION_SEED is a number");
    let conversations = setting("SWITCHBOARD_SIMULATION_CONVERSATIONS").unwrap_or(CONVERSATIONS as u64) as usize;
    let on = if (101..103).contains(&seed) || seed.is_multiple_of(10) { On::Postgres { servers: 2 } } else { On::Sqlite };
    println!("{:?}", simulate(Plan { seed, on, conversations }).await);
}

/// A hundred thousand conversations, or as many as `SWITCHBOARD_SOAK_CONVERSATIONS` says, in worlds of 500; every tenth on PostgreSQL with
/// two servers. `SWITCHBOARD_SOAK_SEED` is the first seed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half an hour: cargo xtask soak"]
async fn soak() {
    const WORLD: u64 = 500;
    let all = setting("SWITCHBOARD_SOAK_CONVERSATIONS").unwrap_or(100_000);
    let first = setting("SWITCHBOARD_SOAK_SEED").unwrap_or(1_000);
    let mut total = Figures::default();
    let mut seeds = first..first + all.div_ceil(WORLD);
    let mut running = tokio::task::JoinSet::new();
    loop {
        while running.len() < 2
            && let Some(seed) = seeds.next()
        {
            let on = if seed.is_multiple_of(10) { On::Postgres { servers: 2 } } else { On::Sqlite };
            running.spawn(async move { (seed, simulate(Plan { seed, on, conversations: WORLD as usize }).await) });
        }
        let Some(done) = running.join_next().await else { break };
        let (seed, figures) = done.expect("no law is broken");
        total.add(figures);
        println!("seed {seed}: {} conversations, {} messages so far", total.conversations, total.messages);
    }
    println!("all that happened: {:?}", total.seen);
    println!("soaked: {} conversations with {} messages, none lost, doubled or out of turn", total.conversations, total.messages);
}
