//! SIGKILL at any moment loses nothing that was acknowledged.

use switchboard_testserver::{Backend, crash};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_dozen_kills_on_sqlite() {
    assert!(crash::survives(Backend::Sqlite, 12, 20).await > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_dozen_kills_on_postgres() {
    assert!(crash::survives(Backend::Postgres, 12, 21).await > 0);
}
