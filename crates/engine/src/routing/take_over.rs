//! A supervisor takes a conversation out of another agent's hands, or out of the queue.

use std::sync::Arc;

use domain::{
    conversation::Phase,
    ids::{AgentId, ConversationId},
    journal::{Event, TransferTarget},
    permission::Permission,
};
use futures_util::FutureExt as _;

use super::{
    lane::Loaded,
    offer::{count_wait, establish, leave_line},
    settle::settle,
};
use crate::{App, Error, ErrorKind, Result, SignedInAgent, audit};

impl App {
    /// A supervisor takes a conversation over from its owner, who is left without it, or takes one that waits, whoever it waits for; over his
    /// capacity, if need be. Answers the owner's flag. Taking it again is a success while it is his. Audited.
    ///
    /// `from`: only if that agent still has it, so that of two supervisors who take over at once one is told that he came late.
    ///
    /// # Errors
    /// `Forbidden` without the permissions to answer and to supervise; `ConversationEnded`; `Conflict`, with a sentence, if another than `from`
    /// has it, if it is being offered to an agent, or if the supervisor is offline: nobody would notice that he is gone.
    pub async fn take_over(&self, who: &SignedInAgent, id: ConversationId, from: Option<AgentId>) -> Result<()> {
        who.require(Permission::AnswerConversations)?;
        who.require(Permission::SuperviseConversations)?;
        let work = Arc::new((self.scope(who.workspace)?, who.clone()));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who) = &*work;
                    let (workspace, by) = (scope.workspace(), who.agent);
                    let mut loaded = Loaded::lock(tx, scope).await?;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let owner = match conversation.phase {
                        Phase::Ended => return Err(ErrorKind::ConversationEnded.into()),
                        Phase::Active { agent } if agent == by => return Ok(()),
                        Phase::Active { agent } => Some(agent),
                        Phase::Waiting => None,
                        Phase::Offered { .. } => {
                            return Err(ErrorKind::Conflict("an agent is being asked to take the conversation").into());
                        }
                    };
                    if from.is_some() && from != owner {
                        return Err(ErrorKind::Conflict("the conversation is not with that agent any more").into());
                    }
                    if !loaded.is_there(by, scope.now) {
                        return Err(ErrorKind::Conflict("go online or away first: who is offline has no conversations").into());
                    }
                    let place = match owner {
                        Some(owner) => {
                            let sent = conversation.transfer(owner, TransferTarget::Agent { agent: by })?;
                            scope.journal(tx, sent);
                            loaded.loads(owner, |load| load.active = load.active.saturating_sub(1));
                            tx.place(workspace, id).await?.ok_or(ErrorKind::Internal)?
                        }
                        None => leave_line(tx, scope, &mut loaded, id)
                            .await?
                            .ok_or(ErrorKind::Conflict("too many wait before it: take one of those first"))?,
                    };
                    tx.mark_assigned(workspace, by, scope.now).await?;
                    loaded.assigned(by, scope.now);
                    loaded.loads(by, |load| load.active += 1);
                    establish(tx, scope, &mut conversation, &place, by, None).await?;
                    if owner.is_none() {
                        count_wait(tx, scope, &place).await?;
                    }
                    if tx.lower_flag(workspace, id).await? {
                        let lowered = conversation.record(Event::FlagLowered { by });
                        scope.journal(tx, lowered);
                        tx.save_conversation(workspace, &conversation).await?;
                    }
                    let change = serde_json::json!({ "from": owner });
                    audit::write(tx, scope, who.actor(), "conversation.taken_over", id.to_string(), change).await?;
                    settle(tx, scope, &mut loaded).await
                }
                .boxed()
            })
            .await
    }
}
