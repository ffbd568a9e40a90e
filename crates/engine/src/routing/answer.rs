//! An agent answers an offer: yes, no, or nothing in time; or picks from those who wait.

use std::sync::Arc;

use domain::{
    conversation::{Conversation, OfferEnd, Phase},
    ids::{AgentId, ConversationId, OfferId, WorkspaceId},
    permission::Permission,
    presence::{AutoAway, Refusal},
    routing::{self, AfterRefusal, PickRefusal},
    text_limits,
};
use futures_util::FutureExt as _;
use store::Tx;
use uuid::Uuid;

use super::{
    lane::Loaded,
    offer::{OFFER_TIMER, count_wait, establish, leave_line},
    presence::changes,
    settle::{give_up, reconsider, settle},
};
use crate::{App, Error, ErrorKind, Result, Scope};

const OFFER_GONE: ErrorKind = ErrorKind::OfferGone;

impl App {
    /// The asked agent says yes. Saying it again is a success while the conversation is his by that offer.
    ///
    /// # Errors
    /// `NotFound` for an offer that was not made to this agent; `OfferGone` for one that is no longer open.
    pub async fn accept_offer(&self, workspace: WorkspaceId, agent: AgentId, offer: OfferId) -> Result<ConversationId> {
        self.require(workspace, agent, Permission::AnswerConversations)?;
        let scope = Arc::new(self.scope(workspace)?);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let mut loaded = Loaded::lock(tx, &scope).await?;
                    let made = tx.offer(workspace, offer).await?.filter(|made| made.agent == agent).ok_or(ErrorKind::NotFound("offer"))?;
                    let mut conversation = tx.conversation(workspace, made.conversation).await?.ok_or(OFFER_GONE)?;
                    if made.outcome.as_deref() == Some("accepted") && conversation.phase == (Phase::Active { agent }) {
                        return Ok(conversation.id);
                    }
                    let place = tx.place(workspace, conversation.id).await?.ok_or(OFFER_GONE)?;
                    establish(tx, &scope, &mut conversation, &place, agent, Some(offer)).await?;
                    count_wait(tx, &scope, &place).await?;
                    loaded.loads(agent, |load| {
                        load.offered = load.offered.saturating_sub(1);
                        load.active += 1;
                    });
                    settle(tx, &scope, &mut loaded).await?;
                    Ok(conversation.id)
                }
                .boxed()
            })
            .await
    }

    /// The asked agent says no, with a reason in his words if he likes (its beginning is kept). Others are asked; where the agent's settings say
    /// so he is away from now on. Saying it again is a success.
    ///
    /// # Errors
    /// `NotFound` for an offer that was not made to this agent; `OfferGone` for one that ended otherwise.
    pub async fn decline_offer(&self, workspace: WorkspaceId, agent: AgentId, offer: OfferId, reason: Option<&str>) -> Result<()> {
        self.require(workspace, agent, Permission::AnswerConversations)?;
        let scope = self.scope(workspace)?;
        let reason = reason.and_then(|reason| text_limits::shortened_line(reason, text_limits::LABEL_CHARACTERS));
        let work = Arc::new((scope, reason));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, reason) = &*work;
                    let mut loaded = Loaded::lock(tx, scope).await?;
                    let made = tx.offer(workspace, offer).await?.filter(|made| made.agent == agent).ok_or(ErrorKind::NotFound("offer"))?;
                    match made.outcome.as_deref() {
                        None => {}
                        Some("declined") => return Ok(()),
                        Some(_) => return Err(OFFER_GONE.into()),
                    }
                    let mut conversation = tx.conversation(workspace, made.conversation).await?.ok_or(OFFER_GONE)?;
                    not_taken(tx, scope, &mut loaded, &mut conversation, OfferEnd::Declined).await?;
                    if let Some(reason) = reason {
                        tx.save_offer_reason(workspace, offer, reason).await?;
                    }
                    settle(tx, scope, &mut loaded).await
                }
                .boxed()
            })
            .await
    }

    /// Picks a waiting conversation from a line where agents choose. Picking it again is a success while it is his.
    ///
    /// # Errors
    /// `Conflict`, with a sentence, if it does not wait any more, is offered instead of picked, or the agent is not online, not qualified or
    /// at capacity.
    pub async fn take_conversation(&self, workspace: WorkspaceId, agent: AgentId, id: ConversationId) -> Result<()> {
        self.require(workspace, agent, Permission::AnswerConversations)?;
        self.require(workspace, agent, Permission::SeeWaiting)?;
        let scope = Arc::new(self.scope(workspace)?);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let mut loaded = Loaded::lock(tx, &scope).await?;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    if conversation.phase == (Phase::Active { agent }) {
                        return Ok(());
                    }
                    routing::may_pick(agent, id, loaded.lane(&scope)).map_err(pick_refused)?;
                    let place = leave_line(tx, &scope, &mut loaded, id).await?.ok_or_else(|| pick_refused(PickRefusal::NotWaiting))?;
                    tx.mark_assigned(workspace, agent, scope.now).await?;
                    loaded.assigned(agent, scope.now);
                    loaded.loads(agent, |load| load.active += 1);
                    establish(tx, &scope, &mut conversation, &place, agent, None).await?;
                    count_wait(tx, &scope, &place).await?;
                    settle(tx, &scope, &mut loaded).await
                }
                .boxed()
            })
            .await
    }
}

fn pick_refused(refusal: PickRefusal) -> ErrorKind {
    ErrorKind::Conflict(match refusal {
        PickRefusal::NotWaiting => "the conversation is not waiting any more",
        PickRefusal::NotChoice => "conversations of this queue are offered, not picked",
        PickRefusal::NotOnline => "only an agent who is online can pick a conversation",
        PickRefusal::NotQualified => "the agent does not serve this queue",
        PickRefusal::AtCapacity => "the agent is at capacity",
    })
}

/// An open offer ends without a yes: the conversation waits again in its old place, or what comes after everybody's refusal. The caller holds
/// the lane and settles it. Saves the conversation and its place.
pub(crate) async fn not_taken(
    tx: &mut Tx,
    scope: &Scope,
    loaded: &mut Loaded,
    conversation: &mut Conversation,
    how: OfferEnd,
) -> Result<()> {
    let workspace = scope.workspace();
    let Phase::Offered { offer, agent } = conversation.phase else { return Err(OFFER_GONE.into()) };
    let recorded = conversation.end_offer(offer, how)?;
    scope.journal(tx, recorded);
    let (outcome, refusal) = match how {
        OfferEnd::Declined => ("declined", Some(Refusal::Declined)),
        OfferEnd::TimedOut => ("timed_out", Some(Refusal::TimedOut)),
        OfferEnd::Withdrawn => ("withdrawn", None),
    };
    tx.end_offer(workspace, offer, outcome, scope.now).await?;
    tx.cancel_timer(workspace, OFFER_TIMER, Uuid::from(offer)).await?;
    loaded.loads(agent, |load| load.offered = load.offered.saturating_sub(1));
    let mut place = tx.place(workspace, conversation.id).await?.ok_or(ErrorKind::Internal)?;
    place.waiting = true;
    tx.save_conversation(workspace, conversation).await?;
    let Some(refusal) = refusal else {
        loaded.joins(conversation.id, place.clone())?;
        tx.save_place(workspace, conversation.id, &place).await?;
        return Ok(());
    };
    // His presence first: who is away now is not one of those who could still be asked.
    let away = scope
        .directory
        .agents
        .get(&agent)
        .map(|profile| AutoAway { on_decline: profile.away_on_decline, on_timeout: profile.away_on_timeout })
        .unwrap_or_default();
    let present = loaded.agents.iter().find(|other| other.id == agent).map(|other| other.effective_presence(scope.now));
    if let Some((presence, reason)) = present.and_then(|presence| away.after(refusal, presence)) {
        Box::pin(changes(tx, scope, loaded, agent, presence, reason, None)).await?;
    }
    match reconsider(scope, loaded, conversation.id, &mut place, Some(agent))? {
        AfterRefusal::Wait | AfterRefusal::Again => {
            loaded.joins(conversation.id, place.clone())?;
            tx.save_place(workspace, conversation.id, &place).await?;
            Ok(())
        }
        AfterRefusal::Exhausted => give_up(tx, scope, loaded, conversation, place).await,
    }
}

/// Nobody answered in time. The caller holds the lane and settles it.
pub(crate) async fn offer_timed_out(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, offer: OfferId) -> Result<()> {
    let Some(made) = tx.offer(scope.workspace(), offer).await?.filter(|made| made.outcome.is_none()) else { return Ok(()) };
    let Some(mut conversation) = tx.conversation(scope.workspace(), made.conversation).await? else { return Ok(()) };
    if conversation.phase != (Phase::Offered { offer, agent: made.agent }) {
        return Ok(());
    }
    not_taken(tx, scope, loaded, &mut conversation, OfferEnd::TimedOut).await
}
