//! What a visitor talked about before.

use domain::ids::{AgentId, ConversationId, VisitorId, WorkspaceId};
use store::Snapshot;

use crate::{
    App, ErrorKind, Result, SignedInAgent,
    history::{HISTORY_PAGE, HistoryCursor, HistoryFilter, HistoryLine, Lines},
};

impl App {
    /// A page of the earlier conversations of a conversation's visitor, newest first, for whoever may read that conversation.
    ///
    /// # Errors
    /// Those of [`App::may_read`].
    pub async fn past_conversations(
        &self,
        who: &SignedInAgent,
        id: ConversationId,
        after: Option<HistoryCursor>,
        limit: u64,
    ) -> Result<Lines<HistoryLine, HistoryCursor>> {
        self.reads(who, id).await?;
        let limit = limit.clamp(1, HISTORY_PAGE);
        let mut snapshot = self.store().snapshot().await?;
        let origin = snapshot.origin(who.workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
        // Before this one is after it in a list that begins with the newest.
        let this = HistoryCursor { requested_at: origin.requested_at, conversation: id };
        let filter = HistoryFilter { visitor: Some(origin.visitor), ..HistoryFilter::default() };
        let place = |cursor: &HistoryCursor| (cursor.requested_at, cursor.conversation);
        let after = after.filter(|after| place(after) < place(&this)).unwrap_or(this);
        let mut lines = snapshot.history(who.workspace, &filter, Some(after), limit + 1).await?;
        let more = lines.len() as u64 > limit;
        lines.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = lines.last().filter(|_| more).map(HistoryLine::cursor);
        Ok(Lines { lines, next })
    }
}

/// Whether an agent talks with a visitor, or finishes up after it.
pub(crate) async fn has_visitor(snapshot: &mut Snapshot, workspace: WorkspaceId, agent: AgentId, visitor: VisitorId) -> Result<bool> {
    let owned = snapshot.conversations_of(workspace, agent).await?;
    let mut current: Vec<ConversationId> =
        owned.into_iter().filter(|conversation| conversation.phase.owner() == Some(agent)).map(|conversation| conversation.id).collect();
    current.extend(snapshot.after_work_of(workspace, agent).await?.into_iter().map(|(id, _)| id));
    for id in current {
        if snapshot.origin(workspace, id).await?.is_some_and(|origin| origin.visitor == visitor) {
            return Ok(true);
        }
    }
    Ok(false)
}
