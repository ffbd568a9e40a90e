//! The order of those who wait, and a visitor's place in it.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{Entry, Line, Routes};
use crate::ids::ConversationId;

/// Who comes first: those put ahead, then the lower priority, then who came first; equal instants by id.
///
/// Ahead comes before priority: such a visitor was already talking to an agent, who was lost.
pub fn compare(a: &Entry, b: &Entry) -> Ordering {
    key(a).cmp(&key(b))
}

fn key(entry: &Entry) -> impl Ord {
    (!entry.ahead, entry.priority, entry.queued_at, entry.conversation)
}

/// A conversation's place in its line (`liveagent.md` 6.4): 1 for the head, 0 when it does not wait (being offered, or no queue).
pub fn position(conversation: ConversationId, waiting: &[Entry], routes: &Routes) -> u32 {
    let Some(entry) = waiting.iter().find(|entry| entry.conversation == conversation) else {
        return 0;
    };
    let line = routes.line(&entry.target).map(|(line, _)| line);
    let ahead = waiting
        .iter()
        .filter(|other| routes.line(&other.target).map(|(line, _)| line) == line && compare(other, entry) == Ordering::Less)
        .count();
    u32::try_from(ahead).unwrap_or(u32::MAX).saturating_add(1)
}

/// Everybody's place at once, in order of routing: what to compare with what visitors were last told.
pub fn positions(waiting: &[Entry], routes: &Routes) -> Vec<(ConversationId, u32)> {
    let mut order: Vec<&Entry> = waiting.iter().collect();
    order.sort_unstable_by(|a, b| compare(a, b));
    let mut lengths: BTreeMap<Option<Line<'_>>, u32> = BTreeMap::new();
    order
        .into_iter()
        .map(|entry| {
            let length = lengths.entry(routes.line(&entry.target).map(|(line, _)| line)).or_default();
            *length = length.saturating_add(1);
            (entry.conversation, *length)
        })
        .collect()
}
