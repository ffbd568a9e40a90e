//! When an agent does not take an offer, is lost, or is the last to leave.

use std::time::Duration;

use super::{Entry, Lane, Target, qualified};
use crate::{
    ids::{AgentId, ConversationId},
    time::Timestamp,
};

/// What follows when an offer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// It waits for those who have not been asked, in its old place.
    Wait,
    /// Everybody has refused and is asked again: a new round has begun.
    Again,
    /// Everybody has refused, and nobody is asked again. A new conversation fails as unavailable (or its next attempt is tried); one that an
    /// agent transferred goes back to him.
    Exhausted,
}

/// Notes that an agent declined an offer or let it time out, and says what follows.
///
/// An agent is asked once a round. The round is over when every qualified agent who is online was asked; then, where the settings have
/// declined requests re-routed (`liveagent.md` 7.6) and re-routes are left, a new round begins, else the conversation is
/// [`AfterRefusal::Exhausted`]. So without re-routing each agent is asked once, those who are busy now are waited for, and when all have
/// refused the conversation fails: each is "tried no more than once".
pub fn after_refusal(entry: &mut Entry, by: AgentId, lane: Lane<'_>) -> AfterRefusal {
    entry.tried.insert(by);
    reconsider(entry, lane)
}

/// The same without a new refusal: to be asked for each waiting conversation with refusals when an agent stops being online.
///
/// With no qualified agent online it waits: [`grace`] decides then.
pub fn reconsider(entry: &mut Entry, lane: Lane<'_>) -> AfterRefusal {
    let target = entry.target.clone();
    let mut somebody = false;
    for agent in qualified(lane, &target) {
        somebody = true;
        if !entry.tried.contains(&agent.id) {
            return AfterRefusal::Wait;
        }
    }
    if !somebody || entry.tried.is_empty() {
        return AfterRefusal::Wait;
    }
    let Some((_, routing)) = lane.routes.line(&target) else { return AfterRefusal::Wait };
    if routing.reroute_declined && routing.max_reroutes.is_none_or(|most| entry.reroutes < most) {
        entry.reroutes = entry.reroutes.saturating_add(1);
        entry.tried.clear();
        AfterRefusal::Again
    } else {
        AfterRefusal::Exhausted
    }
}

/// What follows for a conversation whose agent is lost (his lease lapsed, or he signed out).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// Others can take it: the visitor is told that he waits again.
    Requeued,
    /// Nobody is there who can: the visitor is told that the agent is gone; the grace runs.
    Nobody,
}

/// Puts the conversation of a lost agent at the head of its line, and says whether somebody is there.
///
/// `started_at` is when the conversation began; among several put ahead the older one comes first. The lost agent is not barred: when he
/// comes back he may be asked first. A target that names him alone can be taken by nobody else: give the button's, where there is one.
pub fn after_lapse(conversation: ConversationId, target: Target, started_at: Timestamp, lane: Lane<'_>) -> (Entry, Lapse) {
    let lapse = if qualified(lane, &target).next().is_some() { Lapse::Requeued } else { Lapse::Nobody };
    let priority = lane.routes.priority(&target);
    let entry = Entry { conversation, target, priority, queued_at: started_at, ahead: true, tried: Default::default(), reroutes: 0 };
    (entry, lapse)
}

/// Whether no qualified agent is online for a waiting conversation.
pub fn unserved(entry: &Entry, lane: Lane<'_>) -> bool {
    qualified(lane, &entry.target).next().is_none()
}

/// How a waiting conversation stands with its agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// Somebody is online: forget `since`.
    Served,
    /// Nobody is: keep `since`, look again at `until`.
    Running {
        /// When the last one left.
        since: Timestamp,
        /// When it fails.
        until: Timestamp,
    },
    /// Nobody came back in time: it fails as unavailable.
    Expired,
}

/// Whether a conversation whose last qualified agent has left goes on waiting. `since` is what was kept of the last look, if anything.
pub fn grace(unserved: bool, since: Option<Timestamp>, now: Timestamp, grace: Duration) -> Grace {
    if !unserved {
        return Grace::Served;
    }
    let since = since.unwrap_or(now);
    let until = since + grace;
    if now >= until { Grace::Expired } else { Grace::Running { since, until } }
}
