//! SIGKILL at any moment: what happens is told all the same, once for whoever honours ids.

use switchboard_testserver::{Backend, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_told_whenever_the_server_is_killed_on_sqlite() {
    assert!(told::of_everything(Backend::Sqlite, 5, 30).await > 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_told_whenever_the_server_is_killed_on_postgres() {
    assert!(told::of_everything(Backend::Postgres, 5, 31).await > 5);
}
