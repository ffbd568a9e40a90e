//! SIGKILL at any moment loses nothing that was acknowledged.

use switchboard_testserver::{Backend, crash};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_dozen_kills_on_sqlite() {
    crash::survives(Backend::Sqlite, 12, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_dozen_kills_on_postgres() {
    crash::survives(Backend::Postgres, 12, 21).await;
}
