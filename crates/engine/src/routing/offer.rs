//! A conversation looks for an agent, is offered to one, and gets one.

use domain::{
    conversation::{AgentFace, Conversation},
    ids::{AgentId, ButtonId, ConversationId, OfferId},
    journal::{Author, Event, MessageKind, RefusedBecause},
    routing::{self, Admission, Assignment, Attempt, WaitAverage},
    secret::Text,
};
use store::{NewMessage, Place, Tx};
use uuid::Uuid;

use super::{
    lane::{Loaded, Ways, document, ways_of},
    settle::GRACE_TIMER,
};
use crate::{Result, Scope, desk::monitor};

/// The timer that ends an unanswered offer; its subject is the offer.
pub(crate) const OFFER_TIMER: &str = "offer";

/// What became of a new conversation.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    /// The first place told, unless refused.
    pub(crate) standing: Option<(i64, Option<i64>)>,
    /// Where it waits or was sent.
    pub(crate) place: Place,
    /// What was recorded; to be journalled in this order.
    pub(crate) refused: bool,
}

/// A new conversation looks for an agent: it is offered, waits, or is refused. The caller saves the conversation and its place before anything
/// else, then calls [`settle`].
pub(crate) async fn begin(
    tx: &mut Tx,
    scope: &Scope,
    loaded: &mut Loaded,
    conversation: &mut Conversation,
    attempts: Vec<Attempt>,
    refuse: Option<RefusedBecause>,
) -> Result<Begun> {
    let empty = Place {
        target: document(&routing::Target::Skills(Default::default()))?,
        button: None,
        priority: 0,
        ahead: false,
        queued_at: scope.now,
        attempts: document(&Ways { attempts: attempts.clone(), ..Ways::default() })?,
        tried: Vec::new(),
        tries: 0,
        waiting: false,
    };
    let taken = match refuse {
        Some(because) => Err(because),
        None => routing::next_attempt(conversation.id, &attempts, 0, loaded.lane(scope)).map_err(|reason| {
            tracing::debug!(%reason, "a request was refused");
            RefusedBecause::Unavailable
        }),
    };
    let taken = match taken {
        Ok(taken) => taken,
        Err(because) => {
            let refused = conversation.refuse(because)?;
            scope.journal(tx, refused);
            return Ok(Begun { standing: None, place: empty, refused: true });
        }
    };
    let place = Place {
        target: document(&taken.target)?,
        button: button_of(&taken.target),
        priority: i64::from(scope.directory.routes.priority(&taken.target)),
        attempts: document(&Ways { attempts, step: taken.step, ..Ways::default() })?,
        waiting: true,
        ..empty
    };
    loaded.joins(conversation.id, place.clone())?;
    let standing = match taken.admission {
        Admission::Offer(_) => (0, None),
        Admission::Wait | Admission::Refuse(_) => loaded.standing(tx, scope, conversation.id).await?,
    };
    Ok(Begun { standing: Some(standing), place, refused: false })
}

/// The button whose line a target is in.
pub(crate) fn button_of(target: &routing::Target) -> Option<ButtonId> {
    match target {
        routing::Target::Button(button) => Some(*button),
        routing::Target::Skills(_) | routing::Target::Agent(_) | routing::Target::Queue(_) => None,
    }
}

/// Carries out one assignment: offers the conversation, or gives it to the agent where offers are accepted at once.
pub(crate) async fn give(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, assignment: Assignment) -> Result<()> {
    let workspace = scope.workspace();
    let Some(mut conversation) = tx.conversation(workspace, assignment.conversation).await? else { return Ok(()) };
    let Some(place) = leave_line(tx, scope, loaded, conversation.id).await? else { return Ok(()) };
    tx.mark_assigned(workspace, assignment.agent, scope.now).await?;
    loaded.assigned(assignment.agent, scope.now);
    let own = scope.directory.agents.get(&assignment.agent).is_some_and(|agent| agent.auto_accept);
    if assignment.auto_accept || own {
        loaded.loads(assignment.agent, |load| load.active += 1);
        establish(tx, scope, &mut conversation, &place, assignment.agent, None).await?;
        return count_wait(tx, scope, &place).await;
    }
    let offer: OfferId = scope.id();
    let expires_at = assignment.push_timeout.map(|time| scope.now + time);
    let offered = conversation.offer(offer, assignment.agent, expires_at)?;
    scope.journal(tx, offered);
    tx.save_conversation(workspace, &conversation).await?;
    tx.insert_offer(workspace, offer, conversation.id, assignment.agent, scope.now, expires_at).await?;
    if let Some(due) = expires_at {
        tx.set_timer(workspace, OFFER_TIMER, Uuid::from(offer), due, "").await?;
    }
    loaded.loads(assignment.agent, |load| load.offered += 1);
    Ok(())
}

/// It waits no longer: somebody is asked, or has it. Gives its place, saved.
pub(crate) async fn leave_line(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, id: ConversationId) -> Result<Option<Place>> {
    let Some(mut place) = loaded.leaves(id) else { return Ok(None) };
    place.waiting = false;
    let mut ways = ways_of(&place)?;
    if ways.unserved_since.take().is_some() {
        tx.cancel_timer(scope.workspace(), GRACE_TIMER, Uuid::from(id)).await?;
        place.attempts = document(&ways)?;
    }
    tx.save_place(scope.workspace(), id, &place).await?;
    Ok(Some(place))
}

/// A visitor has waited in this place until now. Who was put at the head of a queue after losing an agent says nothing about how long others
/// wait.
pub(crate) async fn count_wait(tx: &mut Tx, scope: &Scope, place: &Place) -> Result<()> {
    let Some(button) = place.button.filter(|_| !place.ahead) else { return Ok(()) };
    let workspace = scope.workspace();
    let average = WaitAverage { micros: tx.wait_average(workspace, button).await?.map(|wait| wait.as_micros() as u64) };
    if let Some(micros) = average.accept(scope.now.since(place.queued_at)).micros {
        tx.save_wait_average(workspace, button, std::time::Duration::from_micros(micros)).await?;
    }
    Ok(())
}

/// An agent has it now: accepted (`offer`), picked, accepted automatically, or taken over. Saves the conversation; greets a visitor who is new.
/// The caller keeps the lane's picture of the agent's load, and counts the wait if there was one.
pub(crate) async fn establish(
    tx: &mut Tx,
    scope: &Scope,
    conversation: &mut Conversation,
    place: &Place,
    agent: AgentId,
    offer: Option<OfferId>,
) -> Result<()> {
    let workspace = scope.workspace();
    monitor::leaves(tx, scope, conversation, agent).await?;
    let first = !conversation.was_established;
    let origin = tx.origin(workspace, conversation.id).await?;
    let button = place.button.or_else(|| origin.as_ref().and_then(|origin| origin.button)).and_then(|id| scope.directory.buttons.get(&id));
    let profile = scope.directory.agents.get(&agent);
    let face = AgentFace {
        name: profile.map_or_else(String::new, |profile| profile.face(button.and_then(|button| button.agent_name.as_deref())).to_owned()),
        sneak_peek: button.is_some_and(|button| button.drafts),
    };
    let established = match offer {
        Some(offer) => conversation.accept(offer, agent, &face, scope.now)?,
        None => conversation.take(agent, &face, scope.now)?,
    };
    scope.journal(tx, established);
    tx.mark_established(workspace, conversation.id, agent, scope.now).await?;
    if first {
        tx.release_records(workspace, conversation.id, scope.now).await?;
    }
    if let Some(offer) = offer {
        tx.end_offer(workspace, offer, "accepted", scope.now).await?;
        tx.cancel_timer(workspace, OFFER_TIMER, Uuid::from(offer)).await?;
    }
    let ways = ways_of(place)?;
    if ways.transferred_by.is_some() {
        // It has arrived: from now on it is this line's.
        let arrived = Ways { transferred_by: None, transfer_note: None, transfer_target: None, ..ways };
        tx.save_place(workspace, conversation.id, &Place { attempts: document(&arrived)?, ..place.clone() }).await?;
    }
    let greeting = profile
        .and_then(|profile| profile.greeting.as_deref())
        .or(button.and_then(|button| button.greeting.as_deref()))
        .filter(|greeting| first && !greeting.trim().is_empty());
    if let Some(greeting) = greeting {
        let by = Author::Agent { agent };
        // Recorded by the system's hand in the agent's name: it answers nothing that the visitor wrote.
        let text = Text(greeting.replace("{agent}", &face.name));
        let greeted = conversation.record(Event::Posted { by, message: MessageKind::Text, name: Some(face.name.clone()), file: None });
        let message = NewMessage {
            workspace,
            conversation: conversation.id,
            session: None,
            by,
            kind: MessageKind::Text,
            name: Some(face.name.clone()),
            label: None,
            text,
            file: None,
            client_key: None,
            at: scope.now,
        };
        tx.insert_message(&message, greeted.sequence).await?;
        scope.journal(tx, greeted);
    }
    tx.save_conversation(workspace, conversation).await?;
    Ok(())
}
