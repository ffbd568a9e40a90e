//! Who is there: leases of agents with a stream on this server are renewed, those of agents who are gone lapse.

use std::sync::Arc;

use domain::{
    ids::{AgentId, WorkspaceId},
    permission::Permission,
    presence::{self, LEASE},
};
use futures_util::FutureExt as _;

use super::Round;
use crate::{
    App, Error, Result,
    routing::{self, Loaded},
};

/// Renews the leases of all agents who have a stream on this server, in one statement.
pub(super) async fn renew(app: &App) -> Result<Round> {
    let mut agents = app.fanout().agents_here();
    agents.retain(|(workspace, agent)| app.require(*workspace, *agent, Permission::AnswerConversations).is_ok());
    if agents.is_empty() {
        return Ok(Round::default());
    }
    agents.sort_unstable();
    let until = presence::lease_until(app.now());
    let agents: Arc<[(WorkspaceId, AgentId)]> = agents.into();
    app.store()
        .write::<_, Error, _>(move |tx| {
            let agents = agents.clone();
            async move { Ok(tx.renew_leases(&agents, until).await?) }.boxed()
        })
        .await?;
    Ok(Round::default())
}

/// Agents who are not heard from any more, or may not answer any more, go offline; their conversations go back to their queues.
pub(super) async fn lapses(app: &App) -> Result<Round> {
    let now = app.now();
    // Nobody could renew a lease while no server ran: those who were here have as long as a lease to come back.
    let just_started = now < app.started_at() + LEASE;
    for directory in app.directories().all() {
        let workspace = directory.id();
        let gone: Vec<AgentId> = {
            let mut snapshot = app.store().snapshot().await?;
            let presences = snapshot.presences(workspace).await?;
            presences
                .into_iter()
                .filter(|stored| stored.status != "offline")
                .filter(|stored| {
                    let lapsed = !just_started && presence::lapsed(stored.lease_until, now);
                    lapsed || !directory.allows(stored.agent, Permission::AnswerConversations) && stored.status == "online"
                })
                .map(|stored| stored.agent)
                .collect()
        };
        for agent in gone {
            let scope = Arc::new(app.scope(workspace)?);
            app.store()
                .write::<_, Error, _>(move |tx| {
                    let scope = scope.clone();
                    async move {
                        let mut loaded = Loaded::lock(tx, &scope).await?;
                        if routing::lapse(tx, &scope, &mut loaded, agent).await? {
                            routing::settle(tx, &scope, &mut loaded).await?;
                        }
                        Ok(())
                    }
                    .boxed()
                })
                .await?;
        }
    }
    Ok(Round::default())
}

/// Settles every lane in which somebody waits: definitions have changed, or a lease has run out between two transactions.
pub(super) async fn lanes(app: &App) -> Result<Round> {
    let mut backlog = 0;
    for directory in app.directories().all() {
        let workspace = directory.id();
        let waiting: i64 = {
            let mut snapshot = app.store().snapshot().await?;
            snapshot.waiting_counts(workspace).await?.into_iter().map(|(_, count)| count).sum()
        };
        if waiting == 0 {
            continue;
        }
        backlog += u64::try_from(waiting).unwrap_or(0);
        let scope = Arc::new(app.scope(workspace)?);
        app.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let mut loaded = Loaded::lock(tx, &scope).await?;
                    routing::settle(tx, &scope, &mut loaded).await
                }
                .boxed()
            })
            .await?;
    }
    Ok(Round { backlog, next: None })
}
