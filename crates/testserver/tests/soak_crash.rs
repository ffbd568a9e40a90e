//! The same as `faults_crash`, for longer: `cargo xtask soak`.

#![expect(clippy::print_stdout, reason = "cargo xtask soak reads the closing line")]

use switchboard_testserver::{Backend, crash};

/// Servers that are killed at the same time, each with a database and clients of its own: most of a kill's time is spent in waiting until clients
/// come back.
const SERVERS: usize = 8;

/// A thousand kills, or as many as `SWITCHBOARD_SOAK_KILLS` says.
async fn soak(backend: Backend, seed: u64) {
    let setting = |name: &str| std::env::var_os(name).and_then(|text| text.into_string().ok()?.parse::<u64>().ok());
    let kills = usize::try_from(setting("SWITCHBOARD_SOAK_KILLS").unwrap_or(1000)).expect("a number of kills");
    let seed = setting("SWITCHBOARD_SOAK_SEED").unwrap_or(0) + seed;
    let each = (0..SERVERS).map(|n| crash::survives(backend, (kills + n) / SERVERS, seed + 100 * n as u64));
    let messages: usize = futures_util::future::join_all(each).await.into_iter().sum();
    println!("soaked: {kills} kills on {backend:?}, {messages} acknowledged messages, each there once and in order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo xtask soak"]
async fn what_was_acknowledged_survives_a_thousand_kills_on_sqlite() {
    soak(Backend::Sqlite, 22).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo xtask soak"]
async fn what_was_acknowledged_survives_a_thousand_kills_on_postgres() {
    soak(Backend::Postgres, 23).await;
}
