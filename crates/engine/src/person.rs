//! A person's right to be told and to be forgotten. Both are audited; neither leaves a trace of what was written.
//!
//! What a visitor types before it is sent is passed on and never stored, so there are no drafts to tell of or to forget.

use domain::{
    ids::VisitorId,
    journal::{Event, Numbered},
    permission::Permission,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{ConversationExport, OfflineMessage, Visitor};

use crate::{
    App, Error, ErrorKind, Result, SignedInAgent, audit,
    idempotency::{Done, Keep},
    view::{self, ConversationView},
    web_visit::Visit,
};

/// All that is stored of a person.
#[derive(Clone, Debug)]
pub struct Export {
    /// The person.
    pub visitor: Visitor,
    /// Every conversation, the oldest first, with hidden details and files' names; their bytes are read one by one.
    pub conversations: Vec<ExportedConversation>,
    /// Messages left when nobody was there, the oldest first.
    pub offline_messages: Vec<OfflineMessage>,
    /// What sites' pages said, and when last, the oldest first.
    pub visits: Vec<(Visit, Timestamp)>,
}

/// A conversation of an exported person.
#[derive(Clone, Debug)]
pub struct ExportedConversation {
    /// What is stored of it.
    pub stored: ConversationExport,
    /// What happened in it.
    pub view: ConversationView,
}

/// What erasing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedPerson {
    /// In how many conversations.
    pub conversations: u64,
    /// Messages, notes and custom events blanked, those left when nobody was there too.
    pub messages: u64,
    /// Files whose content is gone.
    pub files: u64,
}

impl App {
    /// All that is stored of a person.
    pub async fn export_person(&self, who: &SignedInAgent, visitor: VisitorId) -> Result<Export> {
        who.require(Permission::ExportPersons)?;
        let directory = self.directory(who.workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        let found = snapshot.export_visitor(who.workspace, visitor).await?.ok_or(ErrorKind::NotFound("person"))?;
        let mut conversations = Vec::with_capacity(found.conversations.len());
        for id in &found.conversations {
            let stored = snapshot.export_conversation(who.workspace, *id).await?;
            let view = view::conversation(&mut snapshot, &directory, *id).await?;
            conversations.extend(stored.zip(view).map(|(stored, view)| ExportedConversation { stored, view }));
        }
        drop(snapshot);
        let (scope, actor) = (self.scope(who.workspace)?, who.actor());
        let change = serde_json::json!({ "conversations": conversations.len() });
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, change) = (scope.clone(), change.clone());
                async move { audit::write(tx, &scope, actor, "person.exported", visitor.to_string(), change).await }.boxed()
            })
            .await?;
        let visits = found.visits.into_iter().map(|visit| Ok((serde_json::from_value(visit.body).map_err(Error::internal)?, visit.at)));
        let visits = visits.collect::<Result<Vec<_>>>()?;
        Ok(Export { visitor: found.visitor, conversations, offline_messages: found.offline_messages, visits })
    }

    /// Erases what is stored of a person: messages, details, pages, the rating's words, files, names and addresses in all conversations, and
    /// messages left when nobody was there. Agents
    /// who see one of them are told to look again. Blobs that nothing cites any more go within two hours.
    pub async fn erase_person(
        &self,
        who: &SignedInAgent,
        visitor: VisitorId,
        keep: Option<Keep<ErasedPerson>>,
    ) -> Result<Done<ErasedPerson>> {
        who.require(Permission::ErasePersons)?;
        let mut snapshot = self.store().snapshot().await?;
        let found = snapshot.export_visitor(who.workspace, visitor).await?.ok_or(ErrorKind::NotFound("person"))?;
        let mut erased = ErasedPerson { messages: found.offline_messages.len() as u64, ..ErasedPerson::default() };
        for id in &found.conversations {
            erased.messages += snapshot.messages(who.workspace, *id, i64::MIN, i64::MAX).await?.len() as u64;
            erased.files += snapshot.files(who.workspace, *id).await?.iter().filter(|file| file.blob.is_some()).count() as u64;
        }
        drop(snapshot);
        let (app, scope, actor) = (self.clone(), self.scope(who.workspace)?, who.actor());
        let work = std::sync::Arc::new((app, scope, keep));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, keep) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let conversations = tx.erase_visitor(scope.workspace(), visitor).await?;
                    for id in &conversations {
                        if let Some(mut conversation) = tx.conversation(scope.workspace(), *id).await? {
                            let recorded: Numbered = conversation.record(Event::Erased);
                            scope.journal(tx, recorded);
                            tx.save_conversation(scope.workspace(), &conversation).await?;
                        }
                    }
                    let erased = ErasedPerson { conversations: conversations.len() as u64, ..erased };
                    let change = serde_json::json!({
                        "conversations": erased.conversations, "messages": erased.messages, "files": erased.files,
                    });
                    audit::write(tx, scope, actor, "person.erased", visitor.to_string(), change).await?;
                    Keep::keep(keep.as_ref(), tx, app, &erased).await?;
                    Ok(Done::Now(erased))
                }
                .boxed()
            })
            .await
    }
}
