//! An agent finishes up after a conversation: until then it takes a part of his capacity.

use std::sync::Arc;

use domain::{
    ids::{AgentId, ConversationId, WorkspaceId},
    journal::Event,
    permission::Permission,
};
use futures_util::FutureExt as _;
use store::Tx;
use uuid::Uuid;

use super::{lane::Loaded, settle::settle};
use crate::{App, Error, ErrorKind, Result, Scope, conversation::AFTER_WORK_TIMER};

impl App {
    /// The agent has finished up: he has room for another conversation. False if there was nothing to finish.
    ///
    /// # Errors
    /// `Forbidden` for another agent's work.
    pub async fn end_after_work(&self, workspace: WorkspaceId, agent: AgentId, conversation: ConversationId) -> Result<bool> {
        self.require(workspace, agent, Permission::AnswerConversations)?;
        let scope = Arc::new(self.scope(workspace)?);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let mut loaded = Loaded::lock(tx, &scope).await?;
                    match finish_up(tx, &scope, &mut loaded, conversation).await? {
                        None => Ok(false),
                        Some(other) if other != agent => Err(ErrorKind::Forbidden.into()),
                        Some(_) => {
                            settle(tx, &scope, &mut loaded).await?;
                            Ok(true)
                        }
                    }
                }
                .boxed()
            })
            .await
    }
}

/// After-conversation work is over; tells whose it was. The caller holds the lane and settles it.
pub(crate) async fn finish_up(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, id: ConversationId) -> Result<Option<AgentId>> {
    let workspace = scope.workspace();
    let Some(agent) = tx.end_after_work(workspace, id).await? else { return Ok(None) };
    tx.cancel_timer(workspace, AFTER_WORK_TIMER, Uuid::from(id)).await?;
    loaded.loads(agent, |load| load.after_work = load.after_work.saturating_sub(1));
    if let Some(mut conversation) = tx.conversation(workspace, id).await? {
        let ended = conversation.record(Event::AfterWorkEnded { agent });
        scope.journal(tx, ended);
        tx.save_conversation(workspace, &conversation).await?;
    }
    Ok(Some(agent))
}
