//! From the journal to deliveries.
//!
//! Entries are read beside the writer, for they never change; the transaction takes the mark, which says that nobody has followed them yet. What
//! people wrote is read inside it, under the conversations' locks, so that what is erased at the same time is not told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    delivery::{ChatEvent, ChatEventKind, Course},
    ids::{AgentId, ConversationId, DestinationId, WorkspaceId},
    journal::{Author, Event, MessageKind},
    secret::Text,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{ChatCourse, Funnel, NewDelivery, Recorded, Tx};

use super::Outbound;
use crate::{App, Directory, Error, Result, Scope, definition::Destination};

/// Entries of one transaction.
const ENTRIES: i64 = 400;
/// An entry is several events at the most.
const EVENTS_OF_AN_ENTRY: i64 = 4;

/// Figures of deliveries are kept by the hour.
pub(super) fn hour_of(at: Timestamp) -> Timestamp {
    const HOUR: i64 = 3_600_000_000;
    Timestamp(at.0.div_euclid(HOUR) * HOUR)
}

/// What one transaction adds.
struct Batch {
    scope: Scope,
    outbound: Arc<dyn Outbound>,
    /// Where the mark was when the entries were read.
    after: i64,
    /// Where it is then.
    up_to: i64,
    /// Those that may be events for others.
    entries: Vec<Recorded>,
}

/// Follows the journal by one batch. False if there was nothing to follow, nobody is told, or another server is at it.
pub(crate) async fn follow(app: &App, outbound: &Arc<dyn Outbound>, directory: &Arc<Directory>) -> Result<bool> {
    let workspace = directory.id();
    let mut snapshot = app.store().snapshot().await?;
    let mark = snapshot.delivery_mark(workspace).await?;
    let told = active(directory).next().is_some();
    let after = match (mark, told) {
        (None, false) => return Ok(false),
        (None, true) => {
            drop(snapshot);
            return begin(app, workspace).await;
        }
        (Some(_), false) => {
            drop(snapshot);
            return rest(app, workspace).await;
        }
        (Some(after), true) => after,
    };
    let head = snapshot.head(workspace).await?.at.position;
    if after >= head {
        return Ok(false);
    }
    let mut entries = snapshot.journal_entries(workspace, after, ENTRIES).await?;
    drop(snapshot);
    // Gaps are legal: after the last entry there may be positions without any.
    let full = entries.len() as i64 == ENTRIES;
    let up_to = entries.last().map(|entry| entry.position).filter(|_| full).unwrap_or(head);
    entries.retain(|entry| entry.conversation.is_some() && may_be_told(&entry.event));
    let scope = Scope { directory: directory.clone(), ..app.scope(workspace)? };
    let batch = Arc::new(Batch { scope, outbound: outbound.clone(), after, up_to, entries });
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let batch = batch.clone();
            async move { deliver(tx, &batch).await }.boxed()
        })
        .await
}

fn active(directory: &Directory) -> impl Iterator<Item = (DestinationId, &Destination)> {
    directory.destinations.iter().filter(|(_, destination)| destination.active).map(|(id, destination)| (*id, destination))
}

/// From now on: what happened before there was anybody to tell is told to nobody.
async fn begin(app: &App, workspace: WorkspaceId) -> Result<bool> {
    app.store().write_behind::<_, Error, _>(move |tx| async move { Ok(tx.begin_deliveries(workspace).await?) }.boxed()).await?;
    Ok(true)
}

/// Nobody is told any more: nothing is followed, and nothing keeps the journal from being pruned. Another server may know better.
async fn rest(app: &App, workspace: WorkspaceId) -> Result<bool> {
    let scope = app.scope(workspace)?;
    app.store()
        .write_behind::<_, Error, _>(move |tx| {
            let scope = scope.clone();
            async move {
                let present = crate::admin::present(tx, &scope).await?;
                if active(&present).next().is_none() {
                    tx.forget_delivery_mark(workspace).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await?;
    Ok(false)
}

/// Whether it can be an event for others, as far as the entry alone says.
fn may_be_told(event: &Event) -> bool {
    // As if the customer had written under this number, and earlier.
    [1, 0].into_iter().any(|first| !ChatEventKind::of(event, 1, Course { first_written: Some(first) }).is_empty())
}

/// Makes deliveries of a batch, unless somebody has.
async fn deliver(tx: &mut Tx, batch: &Batch) -> Result<bool> {
    let (workspace, directory) = (batch.scope.workspace(), &batch.scope.directory);
    if !tx.claim_delivery_mark(workspace, batch.after).await? {
        return Ok(false);
    }
    let conversations: BTreeSet<ConversationId> = batch.entries.iter().filter_map(|entry| entry.conversation).collect();
    let with_bodies = active(directory).any(|(_, destination)| destination.with_bodies);
    let bodies = if with_bodies { bodies(tx, workspace, &conversations, &batch.entries).await? } else { BTreeMap::new() };
    let conversations: Vec<ConversationId> = conversations.into_iter().collect();
    let courses: BTreeMap<ConversationId, ChatCourse> =
        tx.chat_courses(workspace, &conversations).await?.into_iter().map(|course| (course.conversation, course)).collect();

    let mut new: Vec<NewDelivery> = Vec::new();
    let mut funnels: BTreeMap<DestinationId, Funnel> = BTreeMap::new();
    for entry in &batch.entries {
        // Of one that is gone by now there is nothing to tell.
        let Some(course) = entry.conversation.and_then(|id| courses.get(&id)) else { continue };
        let kinds = ChatEventKind::of(&entry.event, entry.sequence, Course { first_written: course.first_written });
        for (nth, kind) in (0..).zip(kinds) {
            let mut event = event_of(directory, *kind, entry, course);
            let bare = batch.outbound.payload(&event);
            // The first message is told by itself: that it began with it says nothing more.
            event.body = bodies.get(&(course.conversation, entry.sequence)).cloned().filter(|_| *kind != ChatEventKind::Started);
            let whole = event.body.is_some().then(|| batch.outbound.payload(&event));
            for (id, destination) in active(directory) {
                let funnel = funnels.entry(id).or_default();
                funnel.received += 1;
                if !destination.events.contains(kind) {
                    funnel.filtered += 1;
                    continue;
                }
                new.push(NewDelivery {
                    id: batch.scope.id(),
                    destination: id,
                    subject: course.visitor,
                    conversation: course.conversation,
                    event: event.id.clone(),
                    kind: kind.as_str(),
                    place: entry.position * EVENTS_OF_AN_ENTRY + nth,
                    at: entry.at,
                    payload: whole.as_ref().filter(|_| destination.with_bodies).unwrap_or(&bare).clone(),
                });
            }
        }
    }
    tx.insert_deliveries(workspace, &new, batch.scope.now).await?;
    let hour = hour_of(batch.scope.now);
    let funnels: Vec<_> = funnels.into_iter().map(|(id, funnel)| (id, hour, funnel)).collect();
    tx.add_to_funnel(workspace, &funnels).await?;
    tx.save_delivery_mark(workspace, batch.up_to).await?;
    Ok(true)
}

/// What people wrote in these entries. Whoever erases waits for our locks, or we for his.
async fn bodies(
    tx: &mut Tx,
    workspace: WorkspaceId,
    conversations: &BTreeSet<ConversationId>,
    entries: &[Recorded],
) -> Result<BTreeMap<(ConversationId, i64), Text>> {
    for id in conversations {
        tx.conversation(workspace, *id).await?;
    }
    let written = |entry: &Recorded| match entry.event {
        Event::Posted { message: MessageKind::Text | MessageKind::File, .. } => Some((entry.conversation?, entry.sequence)),
        _ => None,
    };
    let at: Vec<(ConversationId, i64)> = entries.iter().filter_map(written).collect();
    let texts = tx.texts_at(workspace, &at).await?.into_iter();
    Ok(texts.filter(|(.., text)| !text.reveal().is_empty()).map(|(id, sequence, text)| ((id, sequence), text)).collect())
}

fn event_of(directory: &Directory, kind: ChatEventKind, entry: &Recorded, course: &ChatCourse) -> ChatEvent {
    let face = |id: AgentId, called: Option<&String>| {
        let agent = directory.agents.get(&id);
        let name = called.map(String::as_str).or_else(|| agent.map(|agent| agent.face(None)));
        (id, name.unwrap_or_default().to_owned(), agent.map(|agent| agent.login.clone()).unwrap_or_default())
    };
    let agent = match &entry.event {
        Event::Posted { by: Author::Agent { agent }, name, .. } => Some(face(*agent, name.as_ref())),
        _ => course.answered_by.map(|agent| face(agent, None)),
    };
    ChatEvent {
        kind,
        id: ChatEvent::id_of(kind, course.conversation, entry.sequence, entry.at),
        conversation: course.conversation,
        visitor: course.visitor,
        at: entry.at,
        duration: entry.at.since(course.requested_at),
        agent,
        message: (kind != ChatEventKind::Ended).then_some(entry.sequence),
        body: None,
    }
}
