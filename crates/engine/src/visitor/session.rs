//! Opening, finding, reconnecting and closing visitors' sessions.

use std::{sync::Arc, time::Duration};

use domain::{
    conversation::Phase,
    ids::{SessionId, WorkspaceId},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::VisitorSession;

use super::{Entrance, Live};
use crate::{App, Error, ErrorKind, Result};

/// What is known of a genuine session key.
#[derive(Clone, Debug)]
pub enum SessionState {
    /// It has asked for no conversation yet.
    Unused,
    /// It has a conversation.
    Live(Arc<Live>),
    /// It is over: what remains to be told can still be fetched.
    Ended(EndedSession),
}

/// A session whose conversation is over, or that timed out.
#[derive(Clone, Debug)]
pub struct EndedSession {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// What is stored of it.
    pub session: VisitorSession,
}

impl App {
    /// What a genuine key, made at `made_at`, leads to.
    pub async fn find_session(&self, session: SessionId, made_at: Timestamp) -> Result<SessionState> {
        if let Some(live) = self.visitors().get(session) {
            return Ok(SessionState::Live(live));
        }
        let Some(workspace) = self.store().session_workspace(session).await? else {
            return if self.now().since(made_at) < self.settings().unused_session {
                Ok(SessionState::Unused)
            } else {
                Err(ErrorKind::SessionInvalid.into())
            };
        };
        let stored = self.store().session(workspace, session).await?.ok_or(ErrorKind::SessionInvalid)?;
        match (stored.open, stored.conversation) {
            (true, Some(conversation)) => {
                let mut snapshot = self.store().snapshot().await?;
                let state = snapshot.conversation(workspace, conversation).await?.ok_or(ErrorKind::SessionInvalid)?;
                let origin = snapshot.origin(workspace, conversation).await?.ok_or(ErrorKind::SessionInvalid)?;
                // What follows reads on a connection of its own: whoever holds one while waiting for another is waited for by all who come back at once.
                drop(snapshot);
                let entrance = Entrance { deployment: origin.deployment, button: origin.button, queue_updates: origin.queue_updates };
                let ended = state.phase == Phase::Ended;
                let live =
                    self.visitors().insert(workspace, &stored, conversation, entrance, state.next_visitor_sequence - 1, ended, self.now());
                self.bring_up_to_date(&live).await?;
                Ok(SessionState::Live(live))
            }
            _ => Ok(SessionState::Ended(EndedSession { workspace, session: stored })),
        }
    }

    /// Looks how far a connection's conversation is, once it is known here: what was journalled before that woke nobody.
    pub(crate) async fn bring_up_to_date(&self, live: &Live) -> Result<()> {
        let mut snapshot = self.store().snapshot().await?;
        if let Some(state) = snapshot.conversation(live.workspace, live.conversation).await? {
            live.stands(state.next_visitor_sequence - 1, state.phase == Phase::Ended);
        }
        Ok(())
    }

    /// Waits until a session that has asked for no conversation yet does so, at most for `hold`.
    pub async fn await_session(&self, session: SessionId, made_at: Timestamp, hold: Duration) -> Result<Option<Arc<Live>>> {
        let hold = tokio::time::sleep(hold);
        tokio::pin!(hold);
        loop {
            let joined = self.visitors().joined.notified();
            tokio::pin!(joined);
            joined.as_mut().enable();
            if let Some(live) = self.visitors().get(session) {
                return Ok(Some(live));
            }
            tokio::select! {
                () = joined => {}
                // It may have asked another server.
                () = tokio::time::sleep(Duration::from_secs(1)) => match self.find_session(session, made_at).await? {
                    SessionState::Unused => {}
                    SessionState::Live(live) => return Ok(Some(live)),
                    SessionState::Ended(_) => return Err(ErrorKind::SessionInvalid.into()),
                },
                () = &mut hold => return Ok(None),
                () = self.closing().cancelled() => return Ok(None),
            }
        }
    }

    /// How often a session has reconnected, also on other servers.
    pub async fn newest_generation(&self, live: &Live) -> Result<i64> {
        let stored = self.store().session(live.workspace, live.session).await?.ok_or(ErrorKind::SessionInvalid)?;
        live.resumes(stored.generation, None);
        Ok(live.generation())
    }

    /// The session is over for good: its key is worthless from now on. Does not end the conversation.
    pub async fn close_session(&self, live: &Live) -> Result<()> {
        let (workspace, session) = (live.workspace, live.session);
        self.store().write::<_, Error, _>(move |tx| async move { Ok(tx.close_session(workspace, session).await?) }.boxed()).await?;
        self.visitors().remove(session);
        Ok(())
    }

    /// The session's client lost its connection and comes back: its requests are numbered anew, and requests sent before are refused. `has` is
    /// the last event that it says to have; what came after it is told again. Gives the new generation.
    pub async fn reconnect_session(&self, live: &Live, has: Option<i64>) -> Result<i64> {
        let (workspace, session, now) = (live.workspace, live.session, self.now());
        let generation = self
            .store()
            .write::<_, Error, _>(move |tx| {
                async move { tx.reconnect_session(workspace, session, now).await?.ok_or_else(|| ErrorKind::SessionInvalid.into()) }.boxed()
            })
            .await?;
        live.resumes(generation, has);
        live.heard_of(now);
        Ok(generation)
    }

    /// Requests are numbered anew.
    pub async fn renumber_session(&self, live: &Live) -> Result<()> {
        let (workspace, session) = (live.workspace, live.session);
        self.store()
            .write::<_, Error, _>(move |tx| async move { Ok(tx.reset_post_sequence(workspace, session, None).await?) }.boxed())
            .await?;
        live.carries_number(false);
        live.heard_of(self.now());
        Ok(())
    }

    /// The session's client lost what it knew, and not its connection: its requests are numbered anew, and the next thing it is told is where
    /// things stand. On the server that is asked; a poll that another one holds goes on.
    pub async fn resynchronise_session(&self, live: &Live) -> Result<()> {
        self.renumber_session(live).await?;
        live.restates();
        Ok(())
    }

    /// A session that asked for no conversation is given up: its key is worthless from now on.
    pub async fn discard_unused_session(&self, session: SessionId) -> Result<()> {
        let Some(workspace) = self.directories().all().next().map(|directory| directory.id()) else { return Ok(()) };
        let now = self.now();
        self.store()
            .write::<_, Error, _>(move |tx| {
                async move {
                    let closed = VisitorSession {
                        id: session,
                        conversation: None,
                        generation: 0,
                        post_sequence: None,
                        delivered: -1,
                        seen_at: now,
                        timeout: std::time::Duration::ZERO,
                        open: false,
                    };
                    Ok(tx.insert_session(workspace, &closed, now).await?)
                }
                .boxed()
            })
            .await
    }
}
