//! A conversation ends.

use std::sync::Arc;

use domain::{
    conversation::{Conversation, Phase},
    ids::{AgentId, ConversationId, WorkspaceId},
    journal::{Author, EndedBecause, Event},
    permission::Permission,
    rules::AuthorKind,
    secret::Text,
    text_limits,
};
use futures_util::FutureExt as _;
use store::{Place, Tx};
use uuid::Uuid;

use super::message::masked;
use crate::{
    App, Error, ErrorKind, Result, Scope,
    definition::OwnEnd,
    desk::monitor,
    routing::{self, Loaded, OFFER_TIMER},
};

/// The timer that ends after-conversation work; its subject is the conversation.
pub(crate) const AFTER_WORK_TIMER: &str = "after_work";

/// The most characters of a reason in somebody's own words.
const REASON_CHARACTERS: usize = 255;

/// Who ends it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndConversation {
    /// By whom.
    pub by: Author,
    /// Why.
    pub because: EndedBecause,
}

impl App {
    /// Ends a conversation. Ending an ended one is a success that changes nothing (false).
    pub async fn end_conversation(&self, workspace: WorkspaceId, id: ConversationId, end: EndConversation) -> Result<bool> {
        self.end_conversation_saying(workspace, id, end, None).await
    }

    /// The same, with a reason of at most 255 characters in the words of who ends it; masked like a message, and kept if this ends it.
    ///
    /// # Errors
    /// `Invalid` for a longer reason.
    pub async fn end_conversation_saying(
        &self,
        workspace: WorkspaceId,
        id: ConversationId,
        end: EndConversation,
        reason: Option<&Text>,
    ) -> Result<bool> {
        let scope = self.scope(workspace)?;
        let reason = match reason {
            Some(reason) => worded(&scope, end.by, reason)?,
            None => None,
        };
        let work = Arc::new((scope, reason));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, reason) = &*work;
                    let mut loaded = Loaded::lock(tx, scope).await?;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    if conversation.phase == Phase::Ended {
                        return Ok(false);
                    }
                    finish(tx, scope, &mut loaded, &mut conversation, end).await?;
                    if let Some(reason) = reason {
                        tx.save_end_reason(workspace, id, reason).await?;
                    }
                    routing::settle(tx, scope, &mut loaded).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    /// An agent ends a conversation that he owns; with `anybody`, any (a supervisor's right, checked by the caller).
    pub async fn agent_ends(&self, workspace: WorkspaceId, agent: AgentId, id: ConversationId, anybody: bool) -> Result<bool> {
        self.agent_ends_saying(workspace, agent, id, anybody, None).await
    }

    /// The same, with a reason in the agent's words, as for [`App::end_conversation_saying`].
    pub async fn agent_ends_saying(
        &self,
        workspace: WorkspaceId,
        agent: AgentId,
        id: ConversationId,
        anybody: bool,
        reason: Option<&Text>,
    ) -> Result<bool> {
        if !anybody {
            self.require(workspace, agent, Permission::AnswerConversations)?;
            let mut snapshot = self.store().snapshot().await?;
            let conversation = snapshot.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
            match conversation.phase {
                Phase::Ended => return Ok(false),
                phase if phase.owner() == Some(agent) => {}
                _ => return Err(ErrorKind::Conflict("the conversation belongs to somebody else").into()),
            }
        }
        let end = EndConversation { by: Author::Agent { agent }, because: EndedBecause::Agent };
        self.end_conversation_saying(workspace, id, end, reason).await
    }
}

/// The words of who ends it, as they are stored; none if nothing is left of them.
fn worded(scope: &Scope, by: Author, reason: &Text) -> Result<Option<Text>> {
    if reason.reveal().chars().nth(REASON_CHARACTERS).is_some() {
        return Err(Error::invalid("reason", format!("a reason has at most {REASON_CHARACTERS} characters")));
    }
    let author = match by {
        Author::Visitor => AuthorKind::Visitor,
        Author::Agent { .. } | Author::System => AuthorKind::Agent,
    };
    let (masked, _) = masked(&scope.directory, author, text_limits::storable(reason.reveal().trim()));
    Ok(Some(Text(masked)).filter(|reason| !reason.reveal().is_empty()))
}

/// Ends it inside a transaction that holds the lane; the caller settles the lane.
pub(crate) async fn finish(
    tx: &mut Tx,
    scope: &Scope,
    loaded: &mut Loaded,
    conversation: &mut Conversation,
    end: EndConversation,
) -> Result<()> {
    let workspace = scope.workspace();
    let before = conversation.phase;
    let origin = tx.origin(workspace, conversation.id).await?;
    let polling =
        origin.as_ref().and_then(|origin| scope.directory.deployments.get(&origin.deployment)).map(|deployment| &deployment.polling);
    let form = origin
        .as_ref()
        .and_then(|origin| origin.button)
        .and_then(|id| scope.directory.buttons.get(&id))
        .is_some_and(|button| button.form_after.as_deref().is_some_and(|form| !form.is_empty()));
    let told_after_own_end = match polling.map_or(OwnEnd::AfterForm, |polling| polling.own_end) {
        OwnEnd::AfterForm => form,
        OwnEnd::Always => true,
        OwnEnd::Never => false,
    };
    for recorded in conversation.end(end.by, end.because, told_after_own_end)? {
        scope.journal(tx, recorded);
    }
    if let Phase::Offered { offer, agent } = before {
        tx.end_offer(workspace, offer, "withdrawn", scope.now).await?;
        tx.cancel_timer(workspace, OFFER_TIMER, Uuid::from(offer)).await?;
        loaded.loads(agent, |load| load.offered = load.offered.saturating_sub(1));
    }
    if let Phase::Active { agent } = before {
        loaded.loads(agent, |load| load.active = load.active.saturating_sub(1));
        after_work(tx, scope, loaded, conversation, agent).await?;
    }
    if let Some(place) = loaded.leaves(conversation.id) {
        tx.save_place(workspace, conversation.id, &Place { waiting: false, ..place }).await?;
    }
    let by = match end.by {
        Author::Visitor => "visitor",
        Author::Agent { .. } => "agent",
        Author::System => "system",
    };
    let because = serde_json::to_value(end.because).map_err(Error::internal)?;
    monitor::all_leave(tx, scope, conversation).await?;
    if conversation.was_established {
        tx.lower_flag(workspace, conversation.id).await?;
    }
    tx.mark_ended(workspace, conversation.id, by, because.as_str().unwrap_or_default(), scope.now).await?;
    tx.save_conversation(workspace, conversation).await?;
    Ok(())
}

async fn after_work(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, conversation: &mut Conversation, agent: AgentId) -> Result<()> {
    let seconds = scope.directory.agents.get(&agent).map_or(Some(0), |profile| profile.after_work_seconds);
    if seconds == Some(0) {
        return Ok(());
    }
    let until = seconds.map(|seconds| scope.now + std::time::Duration::from_secs(u64::from(seconds)));
    tx.insert_after_work(scope.workspace(), agent, conversation.id, until).await?;
    if let Some(due) = until {
        tx.set_timer(scope.workspace(), AFTER_WORK_TIMER, Uuid::from(conversation.id), due, "").await?;
    }
    let started = conversation.record(Event::AfterWorkStarted { agent, until });
    scope.journal(tx, started);
    loaded.loads(agent, |load| load.after_work += 1);
    Ok(())
}
