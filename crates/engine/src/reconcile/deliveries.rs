//! Deliveries: follows the journal for those who are told of it, and forgets what was kept long enough. Lanes send by themselves
//! ([`crate::delivery`]).

use std::time::Duration;

use domain::{ids::WorkspaceId, time::Timestamp};
use futures_util::FutureExt as _;

use super::Round;
use crate::{App, Error, Result, delivery};

/// Transactions of one run; what is left over waits for the next, which comes at once.
const BATCHES: usize = 25;
/// Deliveries of one transaction.
const DELIVERIES: i64 = 500;
/// Figures are kept for so long.
const FIGURES: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Follows the journal.
pub(super) async fn run(app: &App) -> Result<Round> {
    let Some(outbound) = app.outbound().cloned() else { return Ok(Round::default()) };
    let mut round = Round::default();
    for directory in app.directories().all() {
        let mut more = true;
        for _ in 0..BATCHES {
            more = delivery::follow(app, &outbound, directory).await?;
            if !more {
                break;
            }
            app.lanes().wake(directory.id());
        }
        if more {
            round.next = Some(app.now());
        }
        if directory.destinations.is_empty() {
            continue;
        }
        let mut snapshot = app.store().snapshot().await?;
        let head = snapshot.head(directory.id()).await?.at.position;
        let followed = snapshot.delivery_mark(directory.id()).await?.unwrap_or(head);
        round.backlog += u64::try_from(head - followed).unwrap_or(0);
        let held = snapshot.lanes(directory.id()).await?;
        let held = held.into_iter().filter(|(id, lane)| directory.destinations.contains_key(id) && lane.breaker.until.is_some()).count();
        if held > 0 {
            round.trouble = Some(format!("{held} of {} destinations do not take what they are told", directory.destinations.len()));
        }
    }
    if !app.settings().reconcilers {
        delivery::run_lanes(app, &outbound).await?;
    }
    Ok(round)
}

/// Forgets deliveries that are over for longer than their destination says, and all of destinations that are gone.
pub(super) async fn prune(app: &App) -> Result<Round> {
    let now = app.now();
    let mut backlog = 0;
    for directory in app.directories().all() {
        let workspace = directory.id();
        let known = app.store().snapshot().await?.lanes(workspace).await?;
        for (destination, _) in known {
            let before = directory
                .destinations
                .get(&destination)
                .map(|destination| now - Duration::from_secs(u64::from(destination.keep_days) * 24 * 60 * 60));
            let mut more = true;
            for _ in 0..BATCHES {
                let gone = app
                    .store()
                    .write_behind::<_, Error, _>(move |tx| {
                        async move {
                            Ok(match before {
                                Some(before) => tx.prune_deliveries(workspace, destination, before, DELIVERIES).await?,
                                None => tx.remove_deliveries_of(workspace, destination, DELIVERIES).await?,
                            })
                        }
                        .boxed()
                    })
                    .await?;
                more = gone > 0;
                if !more {
                    break;
                }
            }
            backlog += u64::from(more);
            if before.is_none() && !more {
                app.store()
                    .write_behind::<_, Error, _>(move |tx| async move { Ok(tx.remove_lane(workspace, destination).await?) }.boxed())
                    .await?;
            }
        }
        prune_figures(app, workspace, now - FIGURES).await?;
    }
    Ok(Round { backlog, next: (backlog > 0).then_some(now), ..Round::default() })
}

async fn prune_figures(app: &App, workspace: WorkspaceId, before: Timestamp) -> Result<()> {
    app.store().write_behind::<_, Error, _>(move |tx| async move { Ok(tx.prune_funnel(workspace, before).await?) }.boxed()).await?;
    Ok(())
}
