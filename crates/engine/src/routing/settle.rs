//! What follows for those who wait, after anything has changed in the lane.

use std::collections::BTreeMap;

use domain::{
    conversation::{Conversation, Phase},
    ids::{AgentId, ConversationId},
    journal::{Author, EndedBecause, Event, RefusedBecause},
    routing::{self, AfterRefusal, Entry, Grace, Lane, Target},
};
use store::{Place, Tx};
use uuid::Uuid;

use super::{
    lane::{Loaded, Ways, document, entry, target_of, ways_of},
    offer::{button_of, give},
};
use crate::{
    Result, Scope,
    conversation::{EndConversation, finish},
    desk::monitor,
    view::queue_of,
};

/// The timer that sends away who waits for agents who all have left; its subject is the conversation.
pub(crate) const GRACE_TIMER: &str = "grace";

/// Offers what waits to whoever is free, until nothing more fits; goes on with those whom everybody has refused; starts and stops the grace of
/// those whom nobody is there for. To be called after every change of the lane, in the same transaction.
pub(crate) async fn settle(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded) -> Result<()> {
    review(tx, scope, loaded).await?;
    let mut assignments = routing::assign(loaded.lane(scope));
    // Rows are locked in one order wherever several are: message sets do the same.
    assignments.sort_unstable_by_key(|assignment| assignment.conversation);
    for assignment in assignments {
        give(tx, scope, loaded, assignment).await?;
    }
    note_unserved(tx, scope, loaded).await
}

/// Looks again at those whom somebody has refused: the last one who had not may have left.
async fn review(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded) -> Result<()> {
    let refused: Vec<ConversationId> =
        loaded.waiting.iter().filter(|entry| !entry.tried.is_empty()).map(|entry| entry.conversation).collect();
    for id in refused {
        let Some(mut place) = loaded.places.get(&id).cloned() else { continue };
        match reconsider(scope, loaded, id, &mut place, None)? {
            AfterRefusal::Wait => {}
            AfterRefusal::Again => {
                loaded.joins(id, place.clone())?;
                tx.save_place(scope.workspace(), id, &place).await?;
            }
            AfterRefusal::Exhausted => {
                let Some(mut conversation) = tx.conversation(scope.workspace(), id).await? else { continue };
                loaded.leaves(id);
                give_up(tx, scope, loaded, &mut conversation, place).await?;
            }
        }
    }
    Ok(())
}

/// What follows for a waiting conversation when `by` has refused it, or when nobody has but others may have left.
pub(crate) fn reconsider(
    scope: &Scope,
    loaded: &Loaded,
    id: ConversationId,
    place: &mut Place,
    by: Option<AgentId>,
) -> Result<AfterRefusal> {
    let sender = ways_of(place)?.transferred_by;
    let mut entry: Entry = entry(id, place)?;
    let agents = loaded.without(sender);
    let lane = Lane { agents: &agents, ..loaded.lane(scope) };
    let follows = match by {
        Some(agent) => routing::after_refusal(&mut entry, agent, lane),
        None => routing::reconsider(&mut entry, lane),
    };
    // A new round asks everybody but the one who sent it on.
    entry.tried.extend(sender);
    place.tried = entry.tried.into_iter().collect();
    place.tries = i64::from(entry.reroutes);
    Ok(follows)
}

/// Nobody takes it the way it was asked for: back to the agent who sent it on; else the next way; else it is over. The conversation waits and
/// is not in the lane's picture. Saves it and its place.
pub(crate) async fn give_up(
    tx: &mut Tx,
    scope: &Scope,
    loaded: &mut Loaded,
    conversation: &mut Conversation,
    mut place: Place,
) -> Result<()> {
    let workspace = scope.workspace();
    tx.cancel_timer(workspace, GRACE_TIMER, Uuid::from(conversation.id)).await?;
    let ways = ways_of(&place)?;
    if let (Some(sender), Some(target)) = (ways.transferred_by, ways.transfer_target) {
        if !loaded.is_there(sender, scope.now) {
            let target = home(tx, scope, conversation.id, &place).await?;
            return requeue(tx, scope, loaded, conversation, place, target).await;
        }
        monitor::leaves(tx, scope, conversation, sender).await?;
        let returned = conversation.transfer_failed(sender, target)?;
        scope.journal(tx, returned);
        loaded.loads(sender, |load| load.active += 1);
        place.waiting = false;
        place.attempts = document(&Ways::default())?;
        tx.save_place(workspace, conversation.id, &place).await?;
        tx.save_conversation(workspace, conversation).await?;
        return Ok(());
    }
    let next = routing::next_attempt(conversation.id, &ways.attempts, ways.step + 1, loaded.lane(scope));
    if let Ok(taken) = next {
        place = Place {
            target: document(&taken.target)?,
            button: button_of(&taken.target),
            priority: i64::from(scope.directory.routes.priority(&taken.target)),
            attempts: document(&Ways { step: taken.step, unserved_since: None, ..ways })?,
            tried: Vec::new(),
            tries: 0,
            waiting: true,
            ..place
        };
        loaded.joins(conversation.id, place.clone())?;
        let queued = conversation.record(Event::Queued { ahead: place.ahead, queue: queue_of(&scope.directory, &place.target) });
        scope.journal(tx, queued);
        tx.save_place(workspace, conversation.id, &place).await?;
        tx.save_conversation(workspace, conversation).await?;
        return Ok(());
    }
    place.waiting = false;
    tx.save_place(workspace, conversation.id, &place).await?;
    if conversation.was_established {
        let end = EndConversation { by: Author::System, because: EndedBecause::AgentsUnavailable };
        return finish(tx, scope, loaded, conversation, end).await;
    }
    let refused = conversation.refuse(RefusedBecause::Unavailable)?;
    scope.journal(tx, refused);
    monitor::all_leave(tx, scope, conversation).await?;
    tx.mark_ended(workspace, conversation.id, "system", "refused", scope.now).await?;
    tx.save_conversation(workspace, conversation).await?;
    Ok(())
}

/// Whose queue a conversation belongs to that has no agent any more: the one it was in; for an agent asked for by name the entry point's,
/// and without one the same agent's.
pub(crate) async fn home(tx: &mut Tx, scope: &Scope, id: ConversationId, place: &Place) -> Result<Target> {
    let target = target_of(place)?;
    let known = scope.directory.routes.line(&target).is_some();
    if known && !matches!(target, Target::Agent(_)) && ways_of(place)?.transferred_by.is_none() {
        return Ok(target);
    }
    let button = tx.origin(scope.workspace(), id).await?.and_then(|origin| origin.button).map(Target::Button);
    Ok(button.filter(|button| scope.directory.routes.line(button).is_some()).unwrap_or(target))
}

/// Puts a waiting conversation at the head of its queue. Saves it and its place.
pub(crate) async fn requeue(
    tx: &mut Tx,
    scope: &Scope,
    loaded: &mut Loaded,
    conversation: &mut Conversation,
    place: Place,
    target: Target,
) -> Result<()> {
    let workspace = scope.workspace();
    let started_at = tx.origin(workspace, conversation.id).await?.map_or(place.queued_at, |origin| origin.requested_at);
    let (entry, _) = routing::after_lapse(conversation.id, target, started_at, loaded.lane(scope));
    let place = Place {
        button: button_of(&entry.target),
        target: document(&entry.target)?,
        priority: i64::from(entry.priority),
        ahead: entry.ahead,
        queued_at: entry.queued_at,
        attempts: document(&Ways::default())?,
        tried: Vec::new(),
        tries: 0,
        waiting: true,
    };
    let queued = conversation.record(Event::Queued { ahead: true, queue: queue_of(&scope.directory, &place.target) });
    scope.journal(tx, queued);
    loaded.joins(conversation.id, place.clone())?;
    tx.save_place(workspace, conversation.id, &place).await?;
    tx.save_conversation(workspace, conversation).await?;
    Ok(())
}

/// The grace of those whom nobody is there for begins; of those whom somebody is there for again it is forgotten.
async fn note_unserved(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded) -> Result<()> {
    let workspace = scope.workspace();
    let mut changed = Vec::new();
    {
        let lane = loaded.lane(scope);
        let mut known: BTreeMap<&Target, bool> = BTreeMap::new();
        for entry in &loaded.waiting {
            let Some(place) = loaded.places.get(&entry.conversation) else { continue };
            let ways = ways_of(place)?;
            let unserved = match ways.transferred_by {
                Some(sender) => routing::unserved(entry, Lane { agents: &loaded.without(Some(sender)), ..lane }),
                None => *known.entry(&entry.target).or_insert_with(|| routing::unserved(entry, lane)),
            };
            if unserved != ways.unserved_since.is_some() {
                changed.push((entry.conversation, place.button, ways, unserved));
            }
        }
    }
    for (id, button, mut ways, unserved) in changed {
        let subject = Uuid::from(id);
        match routing::grace(unserved, None, scope.now, scope.directory.grace(button)) {
            Grace::Served => tx.cancel_timer(workspace, GRACE_TIMER, subject).await?,
            Grace::Running { until, .. } => tx.set_timer(workspace, GRACE_TIMER, subject, until, "").await?,
            // No grace at all: the timer is due at once.
            Grace::Expired => tx.set_timer(workspace, GRACE_TIMER, subject, scope.now, "").await?,
        }
        ways.unserved_since = unserved.then_some(scope.now);
        if let Some(place) = loaded.places.get_mut(&id) {
            place.attempts = document(&ways)?;
            tx.save_place(workspace, id, place).await?;
        }
    }
    Ok(())
}

/// The grace is over: whoever still waits for nobody goes the next way, or is sent away. The caller holds the lane and settles it.
pub(crate) async fn grace_over(tx: &mut Tx, scope: &Scope, loaded: &mut Loaded, id: ConversationId) -> Result<()> {
    let place = match loaded.places.get(&id) {
        Some(place) => place.clone(),
        // So many wait that the lane's picture does not hold all.
        None => match tx.place(scope.workspace(), id).await?.filter(|place| place.waiting) {
            Some(place) => place,
            None => return Ok(()),
        },
    };
    let ways = ways_of(&place)?;
    let agents = loaded.without(ways.transferred_by);
    let unserved = routing::unserved(&entry(id, &place)?, Lane { agents: &agents, ..loaded.lane(scope) });
    let since = ways.unserved_since;
    match routing::grace(unserved, since, scope.now, scope.directory.grace(place.button)) {
        Grace::Served => Ok(()),
        // The settings have changed since the timer was set.
        Grace::Running { until, .. } => Ok(tx.set_timer(scope.workspace(), GRACE_TIMER, Uuid::from(id), until, "").await?),
        Grace::Expired => {
            let Some(mut conversation) = tx.conversation(scope.workspace(), id).await? else { return Ok(()) };
            if conversation.phase != Phase::Waiting {
                return Ok(());
            }
            loaded.leaves(id);
            give_up(tx, scope, loaded, &mut conversation, place).await
        }
    }
}
