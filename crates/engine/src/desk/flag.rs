//! An owner asks for a supervisor's help.

use std::sync::Arc;

use domain::{conversation::Phase, ids::ConversationId, journal::Event, permission::Permission, rules::AuthorKind, secret::Text};
use futures_util::FutureExt as _;
use store::Flag;

use super::note::{record_masking, store_words, words};
use crate::{
    App, Error, ErrorKind, Result, SignedInAgent,
    idempotency::{Done, Keep},
    visitor::Noted,
};

impl App {
    /// The owner raises the flag, with a note if he likes. One that is up stays as it is: its number is told again.
    ///
    /// # Errors
    /// `Forbidden` without the permission to answer; `ConversationEnded`; `Conflict` in a conversation of another.
    pub async fn raise_flag(
        &self,
        who: &SignedInAgent,
        id: ConversationId,
        note: Option<&Text>,
        keep: Option<Keep<Noted>>,
    ) -> Result<Done<Noted>> {
        who.require(Permission::AnswerConversations)?;
        let scope = self.scope(who.workspace)?;
        let note = match note {
            Some(note) => words(&scope.directory, AuthorKind::Agent, "note", note.reveal())?,
            None => None,
        };
        let by = who.agent;
        let work = Arc::new((self.clone(), scope, note, keep));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, note, keep) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let workspace = scope.workspace();
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    match conversation.phase {
                        Phase::Ended => return Err(ErrorKind::ConversationEnded.into()),
                        phase if phase.owner() == Some(by) => {}
                        _ => return Err(ErrorKind::Conflict("the conversation belongs to somebody else").into()),
                    }
                    let noted = match tx.flag(workspace, id).await? {
                        Some(up) => Noted { sequence: up.sequence, at: up.at },
                        None => {
                            let raised = conversation.record(Event::FlagRaised { by });
                            let noted = Noted { sequence: raised.sequence, at: scope.now };
                            scope.journal(tx, raised);
                            let flag = Flag { conversation: id, by, sequence: noted.sequence, at: noted.at };
                            tx.raise_flag(workspace, &flag).await?;
                            if let Some((text, rules)) = note {
                                store_words(tx, scope, id, by, noted.sequence, text).await?;
                                record_masking(tx, scope, &mut conversation, by, *rules);
                            }
                            tx.save_conversation(workspace, &conversation).await?;
                            noted
                        }
                    };
                    Keep::keep(keep.as_ref(), tx, app, &noted).await?;
                    Ok(Done::Now(noted))
                }
                .boxed()
            })
            .await
    }

    /// The owner or a supervisor lowers the flag. One that is down stays so. The end of a conversation lowers it, too.
    ///
    /// # Errors
    /// `Forbidden` without the permission to answer or to supervise; `ConversationEnded`; `Conflict` in a conversation of another.
    pub async fn lower_flag(&self, who: &SignedInAgent, id: ConversationId) -> Result<()> {
        let supervises = who.permissions.allows(Permission::SuperviseConversations);
        if !supervises {
            who.require(Permission::AnswerConversations)?;
        }
        let (scope, by, workspace) = (Arc::new(self.scope(who.workspace)?), who.agent, who.workspace);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    match conversation.phase {
                        Phase::Ended => return Err(ErrorKind::ConversationEnded.into()),
                        phase if supervises || phase.owner() == Some(by) => {}
                        _ => return Err(ErrorKind::Conflict("the conversation belongs to somebody else").into()),
                    }
                    if tx.lower_flag(workspace, id).await? {
                        let lowered = conversation.record(Event::FlagLowered { by });
                        scope.journal(tx, lowered);
                        tx.save_conversation(workspace, &conversation).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
