//! Background workers: what is to happen by time or in the end.
//!
//! A reconciler takes no input and is idempotent: it looks at what is stored and does what is due. It runs at an interval and on a hint, on every
//! server at once; whoever comes first does the work, in a transaction that checks again. One that fails says so and runs again.

mod attention;
mod bin;
mod customer_events;
mod deliveries;
mod figures;
mod leases;
mod pictures;
mod prune;
mod records;
mod retention;
mod timers;
mod transcripts;
mod visitors;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::time::Timestamp;
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::Notify;

use crate::{App, Error, Result};

/// What one run says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Round {
    /// How many things were due and are still undone.
    backlog: u64,
    /// When there will be something to do, if that is known to be before the interval is over.
    next: Option<Timestamp>,
    /// Why some of it could not be done, where the rest was: that is tried again by itself. Holds no content.
    trouble: Option<String>,
}

#[derive(Clone, Copy)]
struct Reconciler {
    name: &'static str,
    every: Duration,
    run: for<'a> fn(&'a App) -> BoxFuture<'a, Result<Round>>,
}

/// Who keeps what events tell of customers.
pub(crate) const CUSTOMER_EVENTS: &str = "customer_events";

const ALL: &[Reconciler] = &[
    Reconciler { name: "renewals", every: Duration::from_secs(10), run: |app| leases::renew(app).boxed() },
    Reconciler { name: "timers", every: Duration::from_secs(1), run: |app| timers::run(app).boxed() },
    Reconciler { name: "leases", every: Duration::from_secs(2), run: |app| leases::lapses(app).boxed() },
    Reconciler { name: "lanes", every: Duration::from_secs(10), run: |app| leases::lanes(app).boxed() },
    Reconciler { name: "visitors", every: Duration::from_secs(2), run: |app| visitors::run(app).boxed() },
    Reconciler { name: "critical_wait", every: Duration::from_secs(2), run: |app| attention::critical(app).boxed() },
    Reconciler { name: "idle", every: Duration::from_secs(15), run: |app| attention::idle(app).boxed() },
    Reconciler { name: "retention", every: Duration::from_secs(600), run: |app| retention::run(app).boxed() },
    Reconciler { name: crate::records::RECONCILER, every: Duration::from_secs(5), run: |app| records::run(app).boxed() },
    // Not on a hint: one transaction for what came in a second costs the senders less than one for each.
    Reconciler { name: CUSTOMER_EVENTS, every: Duration::from_secs(1), run: |app| customer_events::run(app).boxed() },
    // Before the journal is pruned: what figures, transcripts and deliveries have not followed stays.
    Reconciler { name: "figures", every: Duration::from_secs(5), run: |app| figures::run(app).boxed() },
    Reconciler { name: pictures::NAME, every: Duration::from_secs(300), run: |app| pictures::run(app).boxed() },
    Reconciler { name: "transcripts", every: Duration::from_secs(2), run: |app| transcripts::run(app).boxed() },
    Reconciler { name: "transcript_comparison", every: Duration::from_secs(60), run: |app| transcripts::compare(app).boxed() },
    Reconciler { name: "deliveries", every: Duration::from_secs(1), run: |app| deliveries::run(app).boxed() },
    Reconciler { name: "delivery_retention", every: Duration::from_secs(600), run: |app| deliveries::prune(app).boxed() },
    Reconciler { name: "recycle_bin", every: Duration::from_secs(24 * 60 * 60), run: |app| bin::run(app).boxed() },
    Reconciler { name: "prune", every: Duration::from_secs(600), run: |app| prune::run(app).boxed() },
];

/// How a reconciler does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReconcilerReport {
    /// Which one.
    pub name: &'static str,
    /// How often it runs at least.
    pub every: Duration,
    /// When it ran last; none before the first time.
    pub last_run: Option<Timestamp>,
    /// Why its last run failed; none if it did not. Holds no content.
    pub last_error: Option<String>,
    /// How many things were due after its last run and are still undone.
    pub backlog: u64,
    /// How often it has run.
    pub runs: u64,
}

/// Reports of all reconcilers, and hints to them.
#[derive(Debug)]
pub(crate) struct Board {
    reports: Mutex<BTreeMap<&'static str, ReconcilerReport>>,
    hints: BTreeMap<&'static str, Notify>,
}

impl Default for Board {
    fn default() -> Self {
        let report = |one: &Reconciler| (one.name, ReconcilerReport { name: one.name, every: one.every, ..ReconcilerReport::default() });
        Self { reports: Mutex::new(ALL.iter().map(report).collect()), hints: ALL.iter().map(|one| (one.name, Notify::new())).collect() }
    }
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, ReconcilerReport>> {
        // Nothing panics while it is held.
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// How every reconciler does, in the order in which they run.
    pub fn reconcilers(&self) -> Vec<ReconcilerReport> {
        let reports = self.inner.board.lock();
        ALL.iter().filter_map(|one| reports.get(one.name).cloned()).collect()
    }

    /// Runs every reconciler once, as it is due now. For tests that turn the clock.
    ///
    /// # Errors
    /// The first failure, after all have run.
    pub async fn run_due(&self) -> Result<()> {
        let mut outcome = Ok(());
        for one in ALL {
            if let Err(error) = round(self, one).await {
                outcome = outcome.and(Err(error));
            }
        }
        outcome
    }

    /// A reconciler has something to do: it runs soon, if reconcilers run.
    pub(crate) fn reconcile_soon(&self, name: &'static str) {
        if let Some(hint) = self.inner.board.hints.get(name) {
            hint.notify_one();
        }
    }
}

async fn round(app: &App, one: &Reconciler) -> Result<Round> {
    let result = (one.run)(app).await;
    let mut reports = app.inner.board.lock();
    let report = reports.entry(one.name).or_default();
    report.last_run = Some(app.now());
    report.runs += 1;
    match &result {
        Ok(round) => {
            report.last_error.clone_from(&round.trouble);
            report.backlog = round.backlog;
        }
        Err(error) => {
            metrics::counter!("switchboard_reconciler_errors_total", "reconciler" => one.name).increment(1);
            report.last_error = Some(said(error));
        }
    }
    metrics::gauge!("switchboard_reconciler_backlog", "reconciler" => one.name).set(report.backlog as f64);
    result
}

/// The error and what storage says of it, which names statements and never content.
fn said(error: &Error) -> String {
    match &error.source {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Runs all until the server closes.
pub(crate) fn start(app: &App) {
    for one in ALL {
        let worker = app.clone();
        app.spawn(async move {
            let hint = &worker.inner.board.hints[one.name];
            let mut failures = 0u32;
            loop {
                let pause = match round(&worker, one).await {
                    Ok(round) => {
                        failures = 0;
                        let until_next = round.next.map_or(one.every, |next| next.since(worker.now()));
                        one.every.min(until_next.max(Duration::from_millis(10)))
                    }
                    Err(error) => {
                        failures = failures.saturating_add(1);
                        tracing::warn!(
                            reconciler = one.name,
                            error = &error as &dyn std::error::Error,
                            "a reconciler failed and runs again"
                        );
                        one.every.max(Duration::from_secs(1)).saturating_mul(failures.min(5))
                    }
                };
                tokio::select! {
                    () = worker.closing().cancelled() => return,
                    () = hint.notified() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        });
    }
}
