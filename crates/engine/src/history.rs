//! Reading what was: history, the audit log, details that are hidden from agents.

use std::sync::Arc;

use domain::{
    conversation::Phase,
    detail::Detail,
    ids::{AuditId, ConversationId, QueueId},
    permission::Permission,
};
use futures_util::FutureExt as _;
pub use store::{AuditFilter, AuditLine, HistoryCursor, HistoryFilter, HistoryLine};

use crate::{
    App, Directory, Error, ErrorKind, Result, SignedInAgent, audit, desk,
    view::{self, ConversationView},
};

/// The most lines of a page.
pub const HISTORY_PAGE: u64 = 500;

/// A page, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Lines<T, C> {
    /// The lines, newest first.
    pub lines: Vec<T>,
    /// After the last of them; none if there are no more.
    pub next: Option<C>,
}

/// The queue in which a conversation waits or waited last.
pub fn queue_of(directory: &Directory, line: &HistoryLine) -> Option<QueueId> {
    line.target.as_ref().and_then(|target| view::queue_of(directory, target))
}

impl App {
    /// A page of conversations, newest first. Details that agents may not see are not searched. Audited, without what was searched for.
    pub async fn history(
        &self,
        who: &SignedInAgent,
        filter: &HistoryFilter,
        after: Option<HistoryCursor>,
        limit: u64,
    ) -> Result<Lines<HistoryLine, HistoryCursor>> {
        who.require(Permission::ReadHistory)?;
        let limit = limit.clamp(1, HISTORY_PAGE);
        let mut lines = self.store().snapshot().await?.history(who.workspace, filter, after, limit + 1).await?;
        let more = lines.len() as u64 > limit;
        lines.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = lines.last().filter(|_| more).map(HistoryLine::cursor);
        let change = serde_json::json!({ "filters": filters_of(filter), "lines": lines.len() });
        self.audit(who, "history.read", who.workspace.to_string(), change).await?;
        Ok(Lines { lines, next })
    }

    /// A page of the audit log, newest first.
    pub async fn audit_log(
        &self,
        who: &SignedInAgent,
        filter: &AuditFilter,
        before: Option<AuditId>,
        limit: u64,
    ) -> Result<Lines<AuditLine, AuditId>> {
        who.require(Permission::ReadAudit)?;
        let limit = limit.clamp(1, HISTORY_PAGE);
        let asked = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let mut lines = self.store().snapshot().await?.audit(who.workspace, filter, before, asked).await?;
        let more = lines.len() as u64 > limit;
        lines.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = lines.last().filter(|_| more).map(|line| line.id);
        Ok(Lines { lines, next })
    }

    /// Writes a line of the audit log for a reading.
    pub(crate) async fn audit(&self, who: &SignedInAgent, action: &'static str, subject: String, change: serde_json::Value) -> Result<()> {
        let work = Arc::new((self.scope(who.workspace)?, who.actor(), subject, change));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, actor, subject, change) = &*work;
                    audit::write(tx, scope, *actor, action, subject.clone(), change.clone()).await
                }
                .boxed()
            })
            .await
    }

    /// Fails unless an agent may read a conversation: it is his, he supervises, or it is over and he reads history or talks with its visitor
    /// again. True if it is his.
    ///
    /// # Errors
    /// `Forbidden` without any permission to read conversations, or for one that still runs; `NotFound` for another agent's, as if it were not
    /// there.
    pub async fn may_read(&self, who: &SignedInAgent, conversation: ConversationId) -> Result<bool> {
        let [answers, supervises, reads_history] =
            [Permission::AnswerConversations, Permission::SuperviseConversations, Permission::ReadHistory]
                .map(|permission| who.permissions.allows(permission));
        if !(answers || supervises || reads_history) {
            return Err(ErrorKind::Forbidden.into());
        }
        if self.is_in_view(who.workspace, who.agent, conversation).await? {
            return Ok(true);
        }
        let mut snapshot = self.store().snapshot().await?;
        let state = snapshot.conversation(who.workspace, conversation).await?;
        if answers
            && state.as_ref().is_some_and(|state| state.phase == Phase::Ended)
            && let Some(origin) = snapshot.origin(who.workspace, conversation).await?
            && desk::has_visitor(&mut snapshot, who.workspace, who.agent, origin.visitor).await?
        {
            return Ok(false);
        }
        match state {
            Some(_) if supervises => Ok(false),
            Some(state) if reads_history && state.phase == Phase::Ended => Ok(false),
            Some(_) if reads_history => Err(ErrorKind::Forbidden.into()),
            _ => Err(ErrorKind::NotFound("conversation").into()),
        }
    }

    /// An agent reads something of a conversation: fails unless he may. Reading what is another's is audited before it is answered.
    pub async fn reads(&self, who: &SignedInAgent, conversation: ConversationId) -> Result<()> {
        if self.may_read(who, conversation).await? {
            return Ok(());
        }
        self.audit(who, "conversation.read", conversation.to_string(), serde_json::Value::Null).await
    }

    /// A conversation as an agent may see it. Reading what is another's is audited.
    pub async fn read_conversation_of(&self, who: &SignedInAgent, conversation: ConversationId) -> Result<ConversationView> {
        self.reads(who, conversation).await?;
        self.conversation_view(who.workspace, conversation).await
    }

    /// Details of a conversation that agents do not see. Each reading is audited before it is answered.
    pub async fn hidden_details(&self, who: &SignedInAgent, conversation: ConversationId) -> Result<Vec<Detail>> {
        who.require(Permission::ReadHiddenDetails)?;
        self.may_read(who, conversation).await?;
        let (scope, actor, workspace) = (self.scope(who.workspace)?, who.actor(), who.workspace);
        let details = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let details = tx.details(workspace, conversation).await?;
                    let read = details.iter().filter(|detail| !detail.visible).count();
                    let change = serde_json::json!({ "details": read });
                    audit::write(tx, &scope, actor, "conversation.hidden_details_read", conversation.to_string(), change).await?;
                    Ok(details)
                }
                .boxed()
            })
            .await?;
        Ok(details.into_iter().filter(|detail| !detail.visible).map(domain_detail).collect())
    }
}

/// Which filters were set, never to what: words that are searched for are somebody's.
fn filters_of(filter: &HistoryFilter) -> Vec<&'static str> {
    let HistoryFilter { from, until, deployment, button, agent, visitor, name, detail, phase, ended_because, message, anywhere } = filter;
    [
        ("from", from.is_some()),
        ("until", until.is_some()),
        ("deployment", deployment.is_some()),
        ("button", button.is_some()),
        ("agent", agent.is_some()),
        ("visitor", visitor.is_some()),
        ("name", name.is_some()),
        ("detail", detail.is_some()),
        ("phase", phase.is_some()),
        ("ended_because", ended_because.is_some()),
        ("message", message.is_some()),
        ("anywhere", anywhere.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, is_set)| is_set.then_some(name))
    .collect()
}

/// A stored detail as `domain` has it, without what only the CRM needs.
pub(crate) fn domain_detail(stored: store::Detail) -> Detail {
    Detail {
        label: stored.label,
        value: stored.value,
        transcript_fields: stored.fields,
        visible_to_agent: stored.visible,
        entity_maps: Vec::new(),
        knowledge_search: false,
    }
}
