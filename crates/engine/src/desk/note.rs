//! Words among colleagues in a conversation: notes, and what goes with a transfer or a flag. No visitor is told of them.

use std::sync::Arc;

use domain::{
    conversation::{Conversation, Phase},
    ids::{AgentId, ConversationId},
    journal::{Author, Event, MessageKind},
    permission::Permission,
    rules::AuthorKind,
    secret::Text,
    text_limits,
};
use futures_util::FutureExt as _;
use store::{NewMessage, Tx};

use crate::{
    App, Directory, Error, ErrorKind, Result, Scope, SignedInAgent,
    conversation::masked,
    idempotency::{Done, Keep},
    visitor::Noted,
};

/// The name under which colleagues know an agent.
pub(crate) fn colleague(directory: &Directory, agent: AgentId) -> Option<String> {
    directory.agents.get(&agent).map(|profile| profile.name.clone())
}

/// Words as they are stored, and how many rules changed them; none for words of nothing but spaces.
pub(crate) fn words(directory: &Directory, author: AuthorKind, property: &'static str, given: &str) -> Result<Option<(Text, usize)>> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    let given = text_limits::text(given, text_limits::MESSAGE_BYTES).map_err(|problem| Error::invalid(property, problem.to_string()))?;
    let (masked, rules) = masked(directory, author, given);
    Ok(Some((Text(masked), rules)))
}

/// Stores an agent's words under the number of the entry that tells of them.
pub(crate) async fn store_words(
    tx: &mut Tx,
    scope: &Scope,
    conversation: ConversationId,
    by: AgentId,
    sequence: i64,
    text: &Text,
) -> Result<()> {
    let message = NewMessage {
        workspace: scope.workspace(),
        conversation,
        session: None,
        by: Author::Agent { agent: by },
        kind: MessageKind::Note,
        name: colleague(&scope.directory, by),
        label: None,
        text: text.clone(),
        file: None,
        client_key: None,
        at: scope.now,
    };
    Ok(tx.insert_message(&message, sequence).await?)
}

/// Records a note and stores its words; tells its number. The caller saves the conversation.
pub(crate) async fn record(tx: &mut Tx, scope: &Scope, conversation: &mut Conversation, by: AgentId, text: &Text) -> Result<i64> {
    let name = colleague(&scope.directory, by);
    // Recorded, not posted: a supervisor's note is welcome in a conversation that is another's.
    let noted = conversation.record(Event::Posted { by: Author::Agent { agent: by }, message: MessageKind::Note, name, file: None });
    let sequence = noted.sequence;
    scope.journal(tx, noted);
    store_words(tx, scope, conversation.id, by, sequence, text).await?;
    Ok(sequence)
}

/// Records that rules changed somebody's words, if they did.
pub(crate) fn record_masking(tx: &mut Tx, scope: &Scope, conversation: &mut Conversation, by: AgentId, rules: usize) {
    if rules > 0 {
        let rules = i64::try_from(rules).unwrap_or(i64::MAX);
        let masked = conversation.record(Event::TextMasked { by: Author::Agent { agent: by }, rules });
        scope.journal(tx, masked);
    }
}

impl App {
    /// An agent notes something among colleagues: the owner, also while finishing up after the end, or a supervisor in any conversation that runs
    /// (which is whispering).
    ///
    /// # Errors
    /// `Forbidden` without the permission to answer or to supervise; `ConversationEnded`; `Conflict` in a conversation of another.
    pub async fn write_note(&self, who: &SignedInAgent, id: ConversationId, text: &Text, keep: Option<Keep<Noted>>) -> Result<Done<Noted>> {
        let supervises = who.permissions.allows(Permission::SuperviseConversations);
        if !supervises {
            who.require(Permission::AnswerConversations)?;
        }
        let scope = self.scope(who.workspace)?;
        let (directory, by) = (scope.directory.clone(), who.agent);
        // Whether it is the owner who writes is known only under the lock: rules for either are applied before it, being slow.
        let as_owner = words(&directory, AuthorKind::Agent, "text", text.reveal())?;
        let as_supervisor = words(&directory, AuthorKind::Supervisor, "text", text.reveal())?;
        let (Some(as_owner), Some(as_supervisor)) = (as_owner, as_supervisor) else {
            return Err(Error::invalid("text", "a note must not be empty"));
        };
        let work = Arc::new((self.clone(), scope, as_owner, as_supervisor, keep));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, as_owner, as_supervisor, keep) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let workspace = scope.workspace();
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let (text, rules) = match conversation.phase {
                        Phase::Ended if tx.after_work_of(workspace, by).await?.contains(&id) => as_owner,
                        Phase::Ended => return Err(ErrorKind::ConversationEnded.into()),
                        phase if phase.owner() == Some(by) => as_owner,
                        _ if supervises => as_supervisor,
                        _ => return Err(ErrorKind::Conflict("the conversation belongs to somebody else").into()),
                    };
                    let sequence = record(tx, scope, &mut conversation, by, text).await?;
                    record_masking(tx, scope, &mut conversation, by, *rules);
                    tx.save_conversation(workspace, &conversation).await?;
                    let noted = Noted { sequence, at: scope.now };
                    Keep::keep(keep.as_ref(), tx, app, &noted).await?;
                    Ok(Done::Now(noted))
                }
                .boxed()
            })
            .await
    }
}
