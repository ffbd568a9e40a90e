//! The same as `faults_crash`, for longer.

use switchboard_testserver::{Backend, crash};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes an hour: soak"]
async fn what_was_acknowledged_survives_a_thousand_kills() {
    crash::survives(Backend::Sqlite, 1000, 22).await;
}
