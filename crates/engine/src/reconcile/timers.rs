//! What was to happen at a time: offers that time out, after-conversation work that is over, graces that end.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::ids::{ConversationId, FileRequestId, OfferId};
use futures_util::{FutureExt as _, StreamExt as _};
use store::Timer;

use super::Round;
use crate::{
    App, Error, ErrorKind, Result,
    conversation::AFTER_WORK_TIMER,
    file::{self, REQUEST_TIMER},
    routing::{self, GRACE_TIMER, Loaded, OFFER_TIMER},
};

/// Timers read at once.
const CHUNK: i64 = 200;
/// Timers in work at once: on SQLite they share a commit.
const AT_ONCE: usize = 8;
/// A timer whose work fails is tried again after so long, so that it holds up no other.
const AGAIN: Duration = Duration::from_secs(30);

pub(super) async fn run(app: &App) -> Result<Round> {
    let now = app.now();
    let mut seen = HashSet::new();
    let mut backlog = 0;
    loop {
        let mut due = app.store().due_timers(now, CHUNK).await?;
        due.retain(|timer| seen.insert((timer.workspace, timer.kind.clone(), timer.subject, timer.due)));
        if due.is_empty() {
            break;
        }
        let mut fired = futures_util::stream::iter(due.into_iter().map(|timer| fire(app, timer))).buffered(AT_ONCE);
        while let Some(result) = fired.next().await {
            backlog += u64::from(!result?);
        }
    }
    Ok(Round { backlog, next: app.store().next_timer().await?, ..Round::default() })
}

/// Does what a timer was set for, in the transaction that claims it. False if it was put off.
///
/// # Errors
/// Only when nothing can be stored.
async fn fire(app: &App, timer: Timer) -> Result<bool> {
    let timer = Arc::new(timer);
    let Err(error) = attempt(app, timer.clone()).await else { return Ok(true) };
    if error.kind == ErrorKind::Unavailable {
        return Err(error);
    }
    tracing::error!(kind = %timer.kind, subject = %timer.subject, error = &error as &dyn std::error::Error, "a timer's work failed; putting it off");
    let again = app.now() + AGAIN;
    app.store()
        .write::<_, Error, _>(move |tx| {
            let timer = timer.clone();
            async move {
                if tx.claim_timer(&timer).await? {
                    tx.set_timer(timer.workspace, &timer.kind, timer.subject, again, &timer.body).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await?;
    Ok(false)
}

async fn attempt(app: &App, timer: Arc<Timer>) -> Result<()> {
    if app.directory(timer.workspace).is_err() {
        // A workspace made elsewhere.
        app.reload().await?;
    }
    let scope = Arc::new(app.scope(timer.workspace)?);
    app.store()
        .write::<_, Error, _>(move |tx| {
            let (scope, timer) = (scope.clone(), timer.clone());
            async move {
                let mut loaded = Loaded::lock(tx, &scope).await?;
                if !tx.claim_timer(&timer).await? {
                    // Another server was faster, or it was moved or taken back.
                    return Ok(());
                }
                match timer.kind.as_str() {
                    OFFER_TIMER => routing::offer_timed_out(tx, &scope, &mut loaded, OfferId(timer.subject)).await?,
                    AFTER_WORK_TIMER => {
                        routing::finish_up(tx, &scope, &mut loaded, ConversationId(timer.subject)).await?;
                    }
                    REQUEST_TIMER => file::request_over(tx, &scope, FileRequestId(timer.subject)).await?,
                    GRACE_TIMER => routing::grace_over(tx, &scope, &mut loaded, ConversationId(timer.subject)).await?,
                    other => return Err(Error::internal(format!("no work is known for timers of kind {other}"))),
                }
                routing::settle(tx, &scope, &mut loaded).await
            }
            .boxed()
        })
        .await
}
