//! An agent sends a conversation on: to another agent, a button, a skill or a queue.

use std::sync::Arc;

use domain::{
    conversation::Phase,
    ids::{AgentId, ConversationId, WorkspaceId},
    journal::{Event, TransferTarget},
    permission::Permission,
    routing::{self, Admission, Target, Unavailable},
    rules::AuthorKind,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::Place;

use super::{
    lane::{Loaded, Ways, document},
    offer::{button_of, give},
    settle::settle,
};
use crate::{
    App, Directory, Error, ErrorKind, Result,
    desk::note,
    idempotency::{Done, Keep},
    view::queue_of,
};

/// A place to which an agent may send conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferChoice {
    /// Where to.
    pub target: TransferTarget,
    /// Its name.
    pub name: String,
    /// Somebody there can take one now, or will: it would be offered or wait.
    pub available: bool,
}

/// A conversation was sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// The entry's number in the conversation.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
}

impl App {
    /// Sends a conversation on. It leaves its owner, and returns to him if nobody takes it (to the head of its queue if he is gone by then). The
    /// note is for the next agent; the visitor never sees it. A supervisor may send on what others own.
    ///
    /// # Errors
    /// `Forbidden` without the permission for this kind of target, or for a button or skill that the agent may not send to; `Conflict`, with a
    /// sentence, if nobody there can take it: the owner keeps it.
    pub async fn transfer(
        &self,
        workspace: WorkspaceId,
        by: AgentId,
        id: ConversationId,
        target: TransferTarget,
        note: Option<&str>,
    ) -> Result<()> {
        self.transfer_once(workspace, by, id, target, note, None).await.map(drop)
    }

    /// The same, whose answer is kept under the request's key in the transaction that sends it on.
    pub async fn transfer_once(
        &self,
        workspace: WorkspaceId,
        by: AgentId,
        id: ConversationId,
        target: TransferTarget,
        note: Option<&str>,
        keep: Option<Keep<Transferred>>,
    ) -> Result<Done<Transferred>> {
        let scope = self.scope(workspace)?;
        may_send_to(&scope.directory, by, target)?;
        let supervises = scope.directory.allows(by, Permission::SuperviseConversations);
        let note = match note {
            Some(note) => note::words(&scope.directory, AuthorKind::Agent, "note", note)?,
            None => None,
        };
        let work = Arc::new((self.clone(), scope, note, keep));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, note, keep) = &*work;
                    let mut loaded = Loaded::lock(tx, scope).await?;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let owner = match conversation.phase {
                        Phase::Ended => return Err(ErrorKind::ConversationEnded.into()),
                        Phase::Active { agent } if agent == by || supervises => agent,
                        _ => return Err(ErrorKind::Conflict("the conversation belongs to somebody else").into()),
                    };
                    let wanted = routed(target);
                    let admission = routing::admit_transfer(id, &wanted, owner, loaded.lane(scope));
                    if let Admission::Refuse(reason) = admission {
                        return Err(refused(reason).into());
                    }
                    let transfer_note = match note {
                        Some((text, _)) => Some(note::record(tx, scope, &mut conversation, by, text).await?),
                        None => None,
                    };
                    let sent = conversation.transfer(owner, target)?;
                    let sent_on = Transferred { sequence: sent.sequence, at: scope.now };
                    scope.journal(tx, sent);
                    let target_document = document(&wanted)?;
                    let queue = queue_of(&scope.directory, &target_document);
                    let queued = conversation.record(Event::Queued { ahead: false, queue });
                    scope.journal(tx, queued);
                    loaded.loads(owner, |load| load.active = load.active.saturating_sub(1));
                    let ways = Ways { transferred_by: Some(owner), transfer_note, transfer_target: Some(target), ..Ways::default() };
                    let place = Place {
                        target: target_document,
                        button: button_of(&wanted),
                        priority: i64::from(scope.directory.routes.priority(&wanted)),
                        ahead: false,
                        queued_at: scope.now,
                        attempts: document(&ways)?,
                        tried: vec![owner],
                        tries: 0,
                        waiting: true,
                    };
                    tx.save_conversation(workspace, &conversation).await?;
                    tx.save_place(workspace, id, &place).await?;
                    loaded.joins(id, place)?;
                    if let (Admission::Offer(assignment), Target::Agent(_)) = (admission, &wanted) {
                        // An agent asked for by name is asked even when he is at capacity, which settling the lane would not do.
                        give(tx, scope, &mut loaded, assignment).await?;
                    }
                    settle(tx, scope, &mut loaded).await?;
                    Keep::keep(keep.as_ref(), tx, app, &sent_on).await?;
                    Ok(Done::Now(sent_on))
                }
                .boxed()
            })
            .await
    }

    /// Where an agent may send conversations, and whether anybody is there now. Agents by name, then buttons, skills and queues.
    pub async fn transfer_targets(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<TransferChoice>> {
        let scope = self.scope(workspace)?;
        let directory = &scope.directory;
        let mut known: Vec<(TransferTarget, &str)> = Vec::new();
        let colleagues = directory.agents.iter().filter(|(id, _)| **id != agent && directory.allows(**id, Permission::AnswerConversations));
        known.extend(colleagues.map(|(id, profile)| (TransferTarget::Agent { agent: *id }, profile.name.as_str())));
        known.extend(
            directory
                .buttons
                .iter()
                .filter(|(_, button)| button.active)
                .map(|(id, button)| (TransferTarget::Button { button: *id }, button.name.as_str())),
        );
        known.extend(directory.skills.iter().map(|(id, skill)| (TransferTarget::Skill { skill: *id }, skill.name.as_str())));
        known.extend(directory.queues.iter().map(|(id, queue)| (TransferTarget::Queue { queue: *id }, queue.name.as_str())));
        known.retain(|(target, _)| may_send_to(directory, agent, *target).is_ok());
        let mut snapshot = self.store().snapshot().await?;
        let loaded = Loaded::look(&mut snapshot, &scope).await?;
        let nobody = ConversationId(uuid::Uuid::max());
        let mut choices: Vec<TransferChoice> = known
            .into_iter()
            .map(|(target, name)| TransferChoice {
                target,
                name: name.to_owned(),
                available: !matches!(routing::admit_transfer(nobody, &routed(target), agent, loaded.lane(&scope)), Admission::Refuse(_)),
            })
            .collect();
        let sort = |target: &TransferTarget| match target {
            TransferTarget::Agent { .. } => 0,
            TransferTarget::Button { .. } => 1,
            TransferTarget::Skill { .. } => 2,
            TransferTarget::Queue { .. } => 3,
        };
        choices.sort_by(|a, b| (sort(&a.target), &a.name).cmp(&(sort(&b.target), &b.name)));
        Ok(choices)
    }
}

fn routed(target: TransferTarget) -> Target {
    match target {
        TransferTarget::Agent { agent } => Target::Agent(agent),
        TransferTarget::Button { button } => Target::Button(button),
        TransferTarget::Skill { skill } => Target::Skills([skill].into()),
        TransferTarget::Queue { queue } => Target::Queue(queue),
    }
}

/// An agent's roles and settings say where he may send conversations.
fn may_send_to(directory: &Directory, by: AgentId, target: TransferTarget) -> Result<()> {
    let profile = directory.agents.get(&by).ok_or(ErrorKind::Forbidden)?;
    let (permission, listed) = match target {
        TransferTarget::Agent { .. } => (Permission::TransferToAgent, true),
        TransferTarget::Button { button } => {
            (Permission::TransferToButton, profile.transfer_buttons.as_ref().is_none_or(|listed| listed.contains(&button)))
        }
        TransferTarget::Skill { skill } => {
            (Permission::TransferToSkill, profile.transfer_skills.as_ref().is_none_or(|listed| listed.contains(&skill)))
        }
        TransferTarget::Queue { .. } => (Permission::TransferToQueue, true),
    };
    if listed && directory.allows(by, permission) { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
}

fn refused(reason: Unavailable) -> ErrorKind {
    ErrorKind::Conflict(match reason {
        Unavailable::Unknown => "there is no such place to send it to",
        Unavailable::Inactive => "that button or queue is switched off",
        Unavailable::OutOfHours => "that button is closed at this hour",
        Unavailable::NoneOnline | Unavailable::NoneQualified => "nobody who could take it there is online",
        Unavailable::AllAway => "everybody who could take it there is away",
        Unavailable::AtCapacity => "everybody who could take it there is at capacity",
        Unavailable::AgentQueueFull | Unavailable::QueueFull => "the queue there is full",
        Unavailable::AllDeclined => "everybody there has declined it",
    })
}
