//! Reading what was: history, the audit log, details that are hidden from agents.

use domain::{
    detail::Detail,
    ids::{AuditId, ConversationId},
    permission::Permission,
};
use futures_util::FutureExt as _;
use store::{AuditFilter, AuditLine, HistoryCursor, HistoryFilter, HistoryLine};

use crate::{App, Error, ErrorKind, Result, SignedInAgent, audit};

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

impl App {
    /// A page of conversations, newest first. Details that agents may not see are not searched.
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

    /// Whether an agent may read a conversation: it is his, he supervises, or he reads history and it is over.
    pub async fn may_read(&self, who: &SignedInAgent, conversation: ConversationId) -> Result<()> {
        if self.is_in_view(who.workspace, who.agent, conversation).await? || who.permissions.allows(Permission::SuperviseConversations) {
            return Ok(());
        }
        let state = self.store().snapshot().await?.conversation(who.workspace, conversation).await?;
        match state {
            Some(state) if state.phase == domain::conversation::Phase::Ended => who.require(Permission::ReadHistory),
            Some(_) => Err(ErrorKind::Forbidden.into()),
            None => Err(ErrorKind::NotFound("conversation").into()),
        }
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
