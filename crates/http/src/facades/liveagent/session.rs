//! `System/SessionId`, `System/ReconnectSession`, `System/ResyncSession` (liveagent.md 2.1).

use axum::{extract::Request, response::Response};
use domain::journal::{Author, EndedBecause};
use engine::{
    App, ErrorKind,
    conversation::EndConversation,
    visitor::{SessionKey, SessionState},
};
use liveagent::{
    key,
    message::ReconnectSession,
    query::{ReconnectQuery, ResyncQuery},
    session::{SessionCreated, SessionResynced},
};

use super::{Parts, caller::Caller, caller::read_key, error::Failure, json, messages, ok};
use crate::serve::{Class, RequestInfo};

fn print(key: &SessionKey) -> String {
    let millis = u64::try_from(key.millis).unwrap_or_default();
    key::SessionKey { id: key.session.to_string().into(), millis, mac: key.code }.to_string()
}

/// A new session. Nothing is stored until it asks for a conversation.
pub(super) fn begin(parts: &Parts, request: &Request) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::New)?;
    if let Some(info) = request.extensions().get::<RequestInfo>() {
        parts.addresses.new_session(info.client()).map_err(Failure::Limited)?;
    }
    let key = parts.app.new_session_key();
    json(&SessionCreated {
        id: key.session.to_string(),
        key: print(&key).into(),
        affinity_token: parts.app.affinity_token(0),
        client_poll_timeout: i64::try_from(parts.app.settings().client_poll_timeout.as_secs()).unwrap_or(i64::MAX),
    })
}

/// The session is gone; its chat is ended as by the visitor.
pub(super) async fn end(parts: &Parts, key: &str) -> Result<Response, Failure> {
    let (session, made_at) = read_key(&parts.app, key)?;
    match parts.app.find_session(session, made_at).await? {
        SessionState::Unused => parts.app.discard_unused_session(session).await?,
        SessionState::Live(live) => {
            let end = EndConversation { by: Author::Visitor, because: EndedBecause::Visitor };
            parts.app.end_conversation(live.workspace, live.conversation, end).await?;
            parts.app.close_session(&live).await?;
        }
        SessionState::Ended(_) => return Err(ErrorKind::SessionInvalid.into()),
    }
    Ok(ok())
}

/// A new routing token; POSTs are numbered from 1 again.
pub(super) async fn reconnect(parts: &Parts, request: Request) -> Result<Response, Failure> {
    let (head, _) = request.into_parts();
    let app = &parts.app;
    // The routing token is what the client has lost: it is not looked at.
    let caller = Caller::of(app, &head.headers)?;
    let generation = match app.find_session(caller.session, caller.made_at).await? {
        SessionState::Unused => 0,
        SessionState::Live(live) => {
            let offset = ReconnectQuery::parse(head.uri.query().unwrap_or_default()).offset;
            app.reconnect_session(&live, offset.and_then(messages::last_told)).await?
        }
        SessionState::Ended(_) => return Err(ErrorKind::SessionInvalid.into()),
    };
    let message = ReconnectSession { reset_sequence: true, affinity_token: app.affinity_token(generation) };
    // The guide has both inside `message`; genutility 0.0.123 reads them beside it. Both find them.
    json(&serde_json::json!({ "messages": [{
        "type": "ReconnectSession",
        "message": message,
        "resetSequence": message.reset_sequence,
        "affinityToken": message.affinity_token,
    }] }))
}

/// A new key and token, as old guides have it.
pub(super) async fn resync(parts: &Parts, request: Request) -> Result<Response, Failure> {
    let (head, _) = request.into_parts();
    let app = &parts.app;
    let asked = ResyncQuery::parse(head.uri.query().unwrap_or_default());
    let caller = match &asked.session_key {
        Some(key) => Caller::with_key(app, key, &head.headers)?,
        None => Caller::of(app, &head.headers)?,
    };
    let generation = match caller.session(app).await? {
        SessionState::Unused => 0,
        SessionState::Live(live) => {
            app.renumber_session(&live).await?;
            live.generation()
        }
        SessionState::Ended(_) => return Err(ErrorKind::SessionInvalid.into()),
    };
    json(&resynced(app, &app.session_key(caller.session), generation))
}

fn resynced(app: &App, key: &SessionKey, generation: i64) -> SessionResynced {
    SessionResynced { is_valid: true, key: print(key).into(), affinity_token: app.affinity_token(generation) }
}
