//! Hints that something was committed. They carry nothing: whoever is woken reads the journal. A lost one costs latency, never data.

use std::{sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, Executor as _,
    postgres::{PgConnectOptions, PgListener},
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

const CHANNEL: &str = "switchboard";

/// Tells readers in this process, and with PostgreSQL those in others, that something was committed.
#[derive(Clone, Debug)]
pub struct Hints {
    here: Arc<watch::Sender<u64>>,
    elsewhere: Option<Arc<Notify>>,
}

impl Hints {
    pub(crate) fn new(shared: bool) -> Self {
        Self { here: Arc::new(watch::Sender::new(0)), elsewhere: shared.then(Arc::default) }
    }

    /// Something was committed here.
    pub(crate) fn committed(&self) {
        self.wake();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.notify_one();
        }
    }

    /// Wakes readers here.
    pub fn wake(&self) {
        self.here.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// A receiver that changes with every hint.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.here.subscribe()
    }

    /// Sends NOTIFY after commits, on a connection of its own, many commits at a time.
    pub(crate) async fn send(self, options: PgConnectOptions, closing: CancellationToken) {
        let Some(elsewhere) = self.elsewhere else { return };
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                () = elsewhere.notified() => {}
            }
            let Ok(mut conn) = options.connect().await else {
                // The database is away; readers elsewhere look by themselves now and then.
                tokio::select! { () = closing.cancelled() => return, () = tokio::time::sleep(Duration::from_secs(1)) => continue }
            };
            loop {
                if conn.execute("NOTIFY switchboard").await.is_err() {
                    elsewhere.notify_one();
                    break;
                }
                tokio::select! {
                    () = closing.cancelled() => return,
                    () = elsewhere.notified() => {}
                }
            }
        }
    }

    /// Hears other processes' NOTIFY and wakes readers here.
    pub(crate) async fn hear(self, options: PgConnectOptions, closing: CancellationToken) {
        loop {
            let heard = async {
                let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
                let mut listener = PgListener::connect_with(&pool).await?;
                listener.listen(CHANNEL).await?;
                // What was committed while nobody listened.
                self.wake();
                loop {
                    // `None`: the connection was lost and made again; notifications may have been missed. Either way: look.
                    listener.try_recv().await?;
                    self.wake();
                }
                #[expect(unreachable_code, reason = "names the type of the block")]
                Ok::<(), sqlx::Error>(())
            };
            tokio::select! {
                () = closing.cancelled() => return,
                _ = heard => {}
            }
            tokio::select! { () = closing.cancelled() => return, () = tokio::time::sleep(Duration::from_secs(1)) => {} }
        }
    }
}
