//! Conversations that stand still: a visitor who waits too long for an answer, and one in which nobody says anything any more.

use std::{sync::Arc, time::Duration};

use domain::{
    conversation::Phase,
    journal::{Author, EndedBecause, Event},
};
use futures_util::FutureExt as _;

use super::Round;
use crate::{
    App, Error, Result,
    conversation::{EndConversation, finish},
    routing::{self, Loaded},
};

/// Marks conversations whose visitors have waited for an answer longer than their agents' settings allow.
pub(super) async fn critical(app: &App) -> Result<Round> {
    let now = app.now();
    for directory in app.directories().all() {
        let workspace = directory.id();
        let limit = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let Some(least) = directory.agents.values().filter_map(|agent| agent.critical_wait_seconds).min().map(limit) else { continue };
        let unanswered = {
            let mut snapshot = app.store().snapshot().await?;
            snapshot.unanswered(workspace, now - least).await?
        };
        for (id, agent, beyond) in unanswered {
            let Some(own) = directory.agents.get(&agent).and_then(|agent| agent.critical_wait_seconds).map(limit) else { continue };
            if least + beyond < own {
                continue;
            }
            let scope = Arc::new(app.scope(workspace)?);
            app.store()
                .write::<_, Error, _>(move |tx| {
                    let scope = scope.clone();
                    async move {
                        let Some(mut conversation) = tx.conversation(workspace, id).await? else { return Ok(()) };
                        let waits = conversation.unanswered_since.is_some_and(|since| scope.now >= since + own);
                        if conversation.critical || !waits || conversation.phase != (Phase::Active { agent }) {
                            return Ok(());
                        }
                        conversation.critical = true;
                        let recorded = conversation.record(Event::CriticalWait { triggered: true });
                        scope.journal(tx, recorded);
                        Ok(tx.save_conversation(workspace, &conversation).await?)
                    }
                    .boxed()
                })
                .await?;
        }
    }
    Ok(Round::default())
}

/// Ends conversations in which nobody has said anything for as long as their deployment allows: clients that should end them themselves may be
/// gone without a trace (liveagent.md 6.3).
pub(super) async fn idle(app: &App) -> Result<Round> {
    let now = app.now();
    for directory in app.directories().all() {
        let workspace = directory.id();
        for (deployment, settings) in &directory.deployments {
            let Some(seconds) = settings.idle_backstop_seconds else { continue };
            let before = now - Duration::from_secs(u64::from(seconds));
            let idle = {
                let mut snapshot = app.store().snapshot().await?;
                snapshot.idle(workspace, *deployment, before).await?
            };
            for (id, agent) in idle {
                let scope = Arc::new(app.scope(workspace)?);
                app.store()
                    .write::<_, Error, _>(move |tx| {
                        let scope = scope.clone();
                        async move {
                            let mut loaded = Loaded::lock(tx, &scope).await?;
                            let Some(mut conversation) = tx.conversation(workspace, id).await? else { return Ok(()) };
                            if conversation.phase != (Phase::Active { agent }) || tx.wrote_since(workspace, id, before).await? {
                                return Ok(());
                            }
                            let end = EndConversation { by: Author::System, because: EndedBecause::VisitorIdle };
                            finish(tx, &scope, &mut loaded, &mut conversation, end).await?;
                            routing::settle(tx, &scope, &mut loaded).await
                        }
                        .boxed()
                    })
                    .await?;
            }
        }
    }
    Ok(Round::default())
}
