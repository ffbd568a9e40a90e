//! A supervisor watches a conversation of another: it is in his view until he lets it be, it ends, or he is gone.
//!
//! Watching stands on a lease that his event stream renews, like presence, but apart from it: who watches need not take offers. Whoever comes to
//! own a conversation does not watch it any longer.

use std::sync::Arc;

use domain::{
    conversation::{Conversation, Phase},
    ids::{AgentId, ConversationId, WorkspaceId},
    journal::Event,
    permission::Permission,
    presence::lease_until,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{Monitor, Tx};

use crate::{
    App, Error, ErrorKind, Result, Scope, SignedInAgent, audit,
    idempotency::{Done, Keep},
    visitor::Noted,
};

/// The most conversations that one supervisor watches: all of them are in his snapshot.
const MOST: usize = 50;

impl App {
    /// A supervisor watches a conversation from now on: it enters his view. Watching it already renews the lease. Audited, as all reading of
    /// what is another's.
    ///
    /// # Errors
    /// `Forbidden` without the permission to supervise; `ConversationEnded`; `Conflict` for his own conversation, or for one too many.
    pub async fn start_monitoring(&self, who: &SignedInAgent, id: ConversationId, keep: Option<Keep<Noted>>) -> Result<Done<Noted>> {
        who.require(Permission::SuperviseConversations)?;
        let work = Arc::new((self.clone(), self.scope(who.workspace)?, who.clone(), keep));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, who, keep) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let workspace = scope.workspace();
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    match conversation.phase {
                        Phase::Ended => return Err(ErrorKind::ConversationEnded.into()),
                        phase if phase.owner() == Some(who.agent) => return Err(ErrorKind::Conflict("the conversation is yours").into()),
                        _ => {}
                    }
                    let lease_until = lease_until(scope.now);
                    let watched = tx.monitored_by(workspace, who.agent).await?;
                    let noted = if watched.iter().any(|watched| watched.conversation == id) {
                        tx.renew_monitors(&[(workspace, who.agent)], lease_until).await?;
                        Noted { sequence: conversation.sequence, at: scope.now }
                    } else {
                        if watched.len() >= MOST {
                            return Err(ErrorKind::Conflict("you watch as many conversations as is allowed: let one be first").into());
                        }
                        let started = conversation.record(Event::MonitorStarted { agent: who.agent });
                        let noted = Noted { sequence: started.sequence, at: scope.now };
                        scope.journal(tx, started);
                        tx.start_monitor(workspace, &Monitor { conversation: id, agent: who.agent, lease_until }, scope.now).await?;
                        tx.save_conversation(workspace, &conversation).await?;
                        audit::write(tx, scope, who.actor(), "conversation.monitored", id.to_string(), serde_json::Value::Null).await?;
                        noted
                    };
                    Keep::keep(keep.as_ref(), tx, app, &noted).await?;
                    Ok(Done::Now(noted))
                }
                .boxed()
            })
            .await
    }

    /// He lets it be. One that he does not watch stays so.
    pub async fn end_monitoring(&self, who: &SignedInAgent, id: ConversationId) -> Result<()> {
        who.require(Permission::SuperviseConversations)?;
        let (scope, agent) = (Arc::new(self.scope(who.workspace)?), who.agent);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let workspace = scope.workspace();
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    if leaves(tx, &scope, &mut conversation, agent).await? {
                        tx.save_conversation(workspace, &conversation).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// An agent watches nothing any longer; with `lapsed_at`, nothing whose lease was over then.
    pub(crate) async fn watches_nothing(&self, workspace: WorkspaceId, agent: AgentId, lapsed_at: Option<Timestamp>) -> Result<()> {
        let scope = Arc::new(self.scope(workspace)?);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    // In the order of their ids, as all who lock several conversations.
                    for watched in tx.monitored_by(workspace, agent).await? {
                        if lapsed_at.is_some_and(|at| watched.lease_until > at) {
                            continue;
                        }
                        let Some(mut conversation) = tx.conversation(workspace, watched.conversation).await? else { continue };
                        if leaves(tx, &scope, &mut conversation, agent).await? {
                            tx.save_conversation(workspace, &conversation).await?;
                        }
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Whether an agent watches a conversation now.
    pub async fn is_monitoring(&self, workspace: WorkspaceId, agent: AgentId, id: ConversationId) -> Result<bool> {
        Ok(self.store().snapshot().await?.monitors_of(workspace, id).await?.contains(&agent))
    }
}

/// An agent does not watch a conversation any longer; false if he did not. The caller holds its lock and saves it.
pub(crate) async fn leaves(tx: &mut Tx, scope: &Scope, conversation: &mut Conversation, agent: AgentId) -> Result<bool> {
    let watched = tx.end_monitor(scope.workspace(), conversation.id, agent).await?;
    if watched {
        let ended = conversation.record(Event::MonitorEnded { agent });
        scope.journal(tx, ended);
    }
    Ok(watched)
}

/// Nobody watches a conversation that is over. The caller holds its lock and saves it.
pub(crate) async fn all_leave(tx: &mut Tx, scope: &Scope, conversation: &mut Conversation) -> Result<()> {
    for agent in tx.end_monitors(scope.workspace(), conversation.id).await? {
        let ended = conversation.record(Event::MonitorEnded { agent });
        scope.journal(tx, ended);
    }
    Ok(())
}
