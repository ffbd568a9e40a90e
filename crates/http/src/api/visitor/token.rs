//! The resume token: `sbv1.{session}.{millis}.{code}`, the Bearer token of a visitor's requests.
//!
//! It is a session key in a form of its own, checked without a look into the database; the code is base64url without padding.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::{ConversationId, SessionId, WorkspaceId},
    secret::Secret,
    time::Timestamp,
};
use engine::{
    App, ErrorKind,
    visitor::{Entrance, Live, SessionKey, SessionState},
};
use http::request::Parts;
use native::ProblemKind;

use crate::api::{Answered, ApiState, Failure, bearer};

const FORM: &str = "sbv1";

/// A session key as a resume token.
pub(super) fn print(key: SessionKey) -> Secret {
    Secret(format!("{FORM}.{}.{}.{}", key.session, key.millis, BASE64_URL_SAFE_NO_PAD.encode(key.code)))
}

/// The session of a genuine token and when it was made.
pub(super) fn read(app: &App, token: &str) -> Option<(SessionId, Timestamp)> {
    let mut parts = token.split('.');
    let (form, session, millis, code) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if form != FORM || parts.next().is_some() {
        return None;
    }
    let session: SessionId = session.parse().ok()?;
    let code = BASE64_URL_SAFE_NO_PAD.decode(code).ok()?;
    let made_at = app.check_session_key(session, millis.parse().ok()?, &code).ok()?;
    Some((session, made_at))
}

/// Who asks: the visitor of one conversation.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// In which workspace.
    pub(super) workspace: WorkspaceId,
    /// The visitor's session.
    pub(super) session: SessionId,
    /// Its conversation.
    pub(super) conversation: ConversationId,
    /// The connection, while it is one: a session that was given up can still read.
    pub(super) live: Option<Arc<Live>>,
}

impl Caller {
    /// What a genuine token leads to.
    pub(super) async fn of(app: &App, session: SessionId, made_at: Timestamp) -> Answered<Self> {
        let gone = || Failure::new(ProblemKind::NotSignedIn, "the resume token is not valid any more");
        match app.find_session(session, made_at).await {
            Ok(SessionState::Live(live)) => {
                Ok(Self { workspace: live.workspace, session, conversation: live.conversation, live: Some(live) })
            }
            Ok(SessionState::Ended(ended)) => {
                let conversation = ended.session.conversation.ok_or_else(gone)?;
                Ok(Self { workspace: ended.workspace, session, conversation, live: None })
            }
            Ok(SessionState::Unused) => Err(gone()),
            Err(error) if error.kind == ErrorKind::SessionInvalid => Err(gone()),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of the three, as the engine takes them.
    pub(super) fn names(&self) -> (WorkspaceId, SessionId, ConversationId) {
        (self.workspace, self.session, self.conversation)
    }

    /// The connection.
    ///
    /// # Errors
    /// `conversation_ended`, for a session that was given up has no conversation to go on with.
    pub(super) fn live(&self) -> Answered<&Arc<Live>> {
        self.live.as_ref().ok_or_else(|| Failure::new(ProblemKind::ConversationEnded, "the conversation has ended"))
    }

    /// Where the conversation came in.
    pub(super) async fn entrance(&self, app: &App) -> Answered<Entrance> {
        Ok(match &self.live {
            Some(live) => app.entrance(live).await?,
            None => app.entrance_of(self.workspace, self.conversation).await?,
        })
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Answered<Self> {
        let token = bearer(&parts.headers)
            .ok_or_else(|| Failure::new(ProblemKind::NotSignedIn, "send the resume token as Authorization: Bearer"))?;
        let (session, made_at) =
            read(&state.app, token.reveal()).ok_or_else(|| Failure::new(ProblemKind::NotSignedIn, "this is not a resume token of ours"))?;
        Self::of(&state.app, session, made_at).await
    }
}
