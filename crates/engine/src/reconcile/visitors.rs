//! Visitors who are not heard from: their agents are warned, then their conversations end and their sessions close.

use std::{sync::Arc, time::Duration};

use domain::{
    conversation::Phase,
    ids::{ConversationId, WorkspaceId},
    journal::{Author, EndedBecause, Event},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{Backend, QuietSession};

use super::Round;
use crate::{
    App, Directory, Error, Result,
    conversation::{EndConversation, finish},
    routing::{self, Loaded},
};

/// Other servers save that a visitor was heard of at most so long after it was.
const SAVED_WITHIN: Duration = Duration::from_secs(12);

pub(super) async fn run(app: &App) -> Result<Round> {
    let now = app.now();
    for directory in app.directories().all() {
        let soonest = directory.deployments.values().filter_map(|deployment| deployment.connection_warning_ms).min();
        let quiet = soonest.map_or(Timestamp(i64::MIN), |soonest| now - Duration::from_millis(u64::from(soonest)));
        for quiet in app.store().quiet_sessions(directory.id(), now, quiet).await? {
            look_after(app, directory, quiet, now).await?;
        }
    }
    Ok(Round::default())
}

async fn look_after(app: &App, directory: &Arc<Directory>, quiet: QuietSession, now: Timestamp) -> Result<()> {
    let session = &quiet.session;
    let Some(conversation) = session.conversation else { return Ok(()) };
    let here = app.visitors().get(session.id).map(|live| live.heard_of_at(now));
    let heard_at = here.map_or(session.seen_at, |here| here.max(session.seen_at));
    // Who may be on another server gets more time: what is stored is older than what that server knows.
    let allowance = |limit: Duration| {
        if here.is_some_and(|here| here >= session.seen_at) {
            Duration::ZERO
        } else if app.store().backend() == Backend::Postgres {
            (limit / 4).max(SAVED_WITHIN)
        } else {
            limit / 4
        }
    };
    // While no server ran nobody could be heard from: everybody has the whole time again.
    let is_silent_for = |limit: Duration| now >= heard_at + limit + allowance(limit) && now >= app.started_at() + limit;
    if is_silent_for(session.timeout) {
        return time_out(app, directory, &quiet, conversation, heard_at).await;
    }
    let warning = directory.deployments.get(&quiet.deployment).and_then(|deployment| deployment.connection_warning_ms);
    let silent = warning.is_some_and(|warning| is_silent_for(Duration::from_millis(u64::from(warning))));
    if silent != quiet.warned {
        warn(app, directory.id(), &quiet, conversation, silent).await?;
    }
    Ok(())
}

/// The visitor is gone: the conversation ends unless another connection of the visitor's is open, and the session closes.
async fn time_out(
    app: &App,
    directory: &Arc<Directory>,
    quiet: &QuietSession,
    conversation: ConversationId,
    heard_at: Timestamp,
) -> Result<()> {
    let (workspace, session) = (directory.id(), quiet.session.id);
    let alone = app.store().sessions_of(workspace, conversation).await?.iter().all(|other| other.id == session);
    let scope = Arc::new(app.scope(workspace)?);
    let closed = app
        .store()
        .write::<_, Error, _>(move |tx| {
            let scope = scope.clone();
            async move {
                let mut loaded = Loaded::lock(tx, &scope).await?;
                let state = tx.conversation(workspace, conversation).await?;
                let Some(stored) = tx.session(workspace, session).await? else { return Ok(false) };
                if !stored.open || stored.seen_at > heard_at {
                    // It was heard of on another server in the meantime.
                    return Ok(false);
                }
                tx.close_session(workspace, session).await?;
                if let Some(mut state) = state.filter(|state| alone && state.phase != Phase::Ended) {
                    let end = EndConversation { by: Author::System, because: EndedBecause::ConnectionTimeout };
                    finish(tx, &scope, &mut loaded, &mut state, end).await?;
                    routing::settle(tx, &scope, &mut loaded).await?;
                }
                Ok(true)
            }
            .boxed()
        })
        .await?;
    if closed {
        app.visitors().remove(session);
    }
    Ok(())
}

/// The agent is told that the visitor is silent, or is there again.
async fn warn(app: &App, workspace: WorkspaceId, quiet: &QuietSession, id: ConversationId, triggered: bool) -> Result<()> {
    let session = quiet.session.id;
    let scope = Arc::new(app.scope(workspace)?);
    app.store()
        .write::<_, Error, _>(move |tx| {
            let scope = scope.clone();
            async move {
                let Some(mut conversation) = tx.conversation(workspace, id).await? else { return Ok(()) };
                if tx.mark_warned(workspace, session, triggered).await? && conversation.phase != Phase::Ended {
                    let recorded = conversation.record(Event::ConnectionWarning { triggered });
                    scope.journal(tx, recorded);
                    tx.save_conversation(workspace, &conversation).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}
