//! Retention: what a deployment does not keep for ever goes some days after a conversation's end, or after a message was left, a small batch a transaction.
//!
//! A conversation that lost something says so in the journal; the audit log has a line for each batch.

use std::sync::Arc;

use domain::{
    ids::{DeploymentId, WorkspaceId},
    journal::Event,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{Lapsed, Lapsing};

use super::Round;
use crate::{Actor, App, Error, Result, audit};

/// Conversations of one transaction.
const BATCH: i64 = 50;
/// Messages that visitors left, of one transaction.
const OFFLINE_BATCH: i64 = 500;
/// Transactions of one run for one deployment and kind; what is left over waits for the next, which comes at once.
const BATCHES: usize = 20;

pub(super) async fn run(app: &App) -> Result<Round> {
    let now = app.now();
    let mut backlog = 0;
    for directory in app.directories().all() {
        for (deployment, settings) in &directory.deployments {
            for what in Lapsing::ALL {
                let Some(kept) = settings.retention.kept(what) else { continue };
                let mut more = true;
                for _ in 0..BATCHES {
                    more = lapse(app, directory.id(), *deployment, what, now - kept).await?.more;
                    if !more {
                        break;
                    }
                }
                let offline = lapse_offline(app, directory.id(), *deployment, what, now - kept).await?;
                backlog += u64::from(more) + u64::from(offline);
            }
        }
    }
    Ok(Round { backlog, next: (backlog > 0).then_some(now), ..Round::default() })
}

/// Messages that were left when nobody was there; tells whether there may be more.
async fn lapse_offline(app: &App, workspace: WorkspaceId, deployment: DeploymentId, what: Lapsing, before: Timestamp) -> Result<bool> {
    let scope = Arc::new(app.scope(workspace)?);
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let scope = scope.clone();
            async move {
                let lapsed = tx.lapse_offline_messages(workspace, deployment, what, before, OFFLINE_BATCH).await?;
                if lapsed > 0 {
                    let change = serde_json::json!({ "what": what.as_str(), "offline_messages": lapsed });
                    audit::write(tx, &scope, Actor::System, "retention.applied", deployment.to_string(), change).await?;
                }
                Ok(lapsed == OFFLINE_BATCH.unsigned_abs())
            }
            .boxed()
        })
        .await
}

async fn lapse(app: &App, workspace: WorkspaceId, deployment: DeploymentId, what: Lapsing, before: Timestamp) -> Result<Lapsed> {
    let scope = Arc::new(app.scope(workspace)?);
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let scope = scope.clone();
            async move {
                let lapsed = tx.lapse(workspace, deployment, what, before, BATCH).await?;
                for id in &lapsed.conversations {
                    // Of whole conversations nothing is left that could say it.
                    if let Some(mut conversation) = tx.conversation(workspace, *id).await? {
                        let expired = conversation.record(Event::Expired);
                        scope.journal(tx, expired);
                        tx.save_conversation(workspace, &conversation).await?;
                    }
                }
                if !lapsed.conversations.is_empty() {
                    let change = serde_json::json!({ "what": what.as_str(), "conversations": lapsed.conversations.len() });
                    audit::write(tx, &scope, Actor::System, "retention.applied", deployment.to_string(), change).await?;
                }
                Ok(lapsed)
            }
            .boxed()
        })
        .await
}
