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

/// Renews the leases of all agents who have a stream on this server, and what supervisors among them watch, in one statement each.
pub(super) async fn renew(app: &App) -> Result<Round> {
    let mut here = app.fanout().agents_here();
    here.sort_unstable();
    let who_may = |permission| -> Vec<(WorkspaceId, AgentId)> {
        here.iter().copied().filter(|(workspace, agent)| app.require(*workspace, *agent, permission).is_ok()).collect()
    };
    let (answer, supervise) = (who_may(Permission::AnswerConversations), who_may(Permission::SuperviseConversations));
    if answer.is_empty() && supervise.is_empty() {
        return Ok(Round::default());
    }
    let until = presence::lease_until(app.now());
    let agents = Arc::new((answer, supervise));
    app.store()
        .write::<_, Error, _>(move |tx| {
            let agents = agents.clone();
            async move {
                let (answer, supervise) = &*agents;
                tx.renew_leases(answer, until).await?;
                Ok(tx.renew_monitors(supervise, until).await?)
            }
            .boxed()
        })
        .await?;
    Ok(Round::default())
}

/// Agents who are not heard from any more, or may not answer any more, go offline; their conversations go back to their queues. Supervisors who
/// are not heard from any more, or may not supervise any more, watch nothing.
pub(super) async fn lapses(app: &App) -> Result<Round> {
    let now = app.now();
    // Nobody could renew a lease while no server ran: those who were here have as long as a lease to come back.
    let just_started = now < app.started_at() + LEASE;
    for directory in app.directories().all() {
        let workspace = directory.id();
        let (gone, unwatched) = {
            let mut snapshot = app.store().snapshot().await?;
            let may_not = |agent| !directory.allows(agent, Permission::SuperviseConversations);
            let mut unwatched: Vec<(AgentId, bool)> = snapshot
                .monitors(workspace)
                .await?
                .into_iter()
                .filter(|watched| may_not(watched.agent) || !just_started && presence::lapsed(watched.lease_until, now))
                .map(|watched| (watched.agent, may_not(watched.agent)))
                .collect();
            unwatched.sort_unstable();
            unwatched.dedup();
            let presences = snapshot.presences(workspace).await?;
            let gone: Vec<AgentId> = presences
                .into_iter()
                .filter(|stored| stored.status != "offline")
                .filter(|stored| {
                    let lapsed = !just_started && presence::lapsed(stored.lease_until, now);
                    lapsed || !directory.allows(stored.agent, Permission::AnswerConversations) && stored.status == "online"
                })
                .map(|stored| stored.agent)
                .collect();
            (gone, unwatched)
        };
        for (agent, may_not) in unwatched {
            app.watches_nothing(workspace, agent, Some(now).filter(|_| !may_not)).await?;
        }
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
    Ok(Round { backlog, next: None, ..Round::default() })
}
