//! An agent asks the visitor for a file, or no longer does.
//!
//! A request is open until its file came, somebody cancelled it, or its time is up. In an ended conversation none is open, whatever its row says.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    conversation::{Conversation, Phase, Refusal},
    ids::{AgentId, ConversationId, FileRequestId, SessionId, WorkspaceId},
    journal::{Event, FileRequestOutcome},
    permission::Permission,
    secret::Secret,
};
use futures_util::FutureExt as _;
use sha2::{Digest as _, Sha256};
use store::{FileRequest, FileRequestState, Tx};
use uuid::Uuid;

use crate::{
    App, Error, ErrorKind, Keys, Purpose, Result, Scope, SignedInAgent,
    idempotency::{Done, Keep},
};

/// The timer that ends a request; its subject is the request.
pub(crate) const REQUEST_TIMER: &str = "file_request";
/// How long a request is open.
const REQUESTS_LIVE: Duration = Duration::from_secs(60 * 60);

/// A request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestedFile {
    /// Names it.
    pub request: FileRequestId,
    /// Its entry's number in the conversation.
    pub sequence: i64,
}

/// What the visitor sends with the file: made of the request's id, so that it need not be stored, and can be told again.
fn token(keys: &Keys, workspace: WorkspaceId, request: FileRequestId) -> String {
    let code = keys.sign(Purpose::FileRequest, &[Uuid::from(workspace).as_bytes(), Uuid::from(request).as_bytes()]);
    BASE64_URL_SAFE_NO_PAD.encode(&code[..24])
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// Fails unless the agent owns the running conversation.
fn owned(conversation: &Conversation, agent: AgentId) -> Result<()> {
    match conversation.phase {
        Phase::Ended => Err(Refusal::Ended.into()),
        phase if phase.owner() == Some(agent) => Ok(()),
        _ => Err(Refusal::NotYours.into()),
    }
}

impl App {
    /// The token of a request, for the connection that it is told to.
    pub fn file_request_token(&self, workspace: WorkspaceId, request: FileRequestId) -> Secret {
        Secret(token(self.keys(), workspace, request))
    }

    /// The request of a token, and its workspace. Who sends it names the session or at least the workspace; a token is good for the conversation
    /// of its own session only.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if the token is none of ours, or another conversation's.
    pub async fn file_request_by_token(
        &self,
        workspace: Option<WorkspaceId>,
        session: Option<SessionId>,
        token: &str,
    ) -> Result<(WorkspaceId, FileRequest)> {
        const NONE: ErrorKind = ErrorKind::NotFound("request for a file");
        let workspace = match session {
            Some(session) => self.store().session_workspace(session).await?,
            None => workspace,
        };
        let workspace = workspace.ok_or(NONE)?;
        let request = self.store().file_request_by_token(workspace, &hash(token)).await?.ok_or(NONE)?;
        if let Some(session) = session {
            let session = self.store().session(workspace, session).await?.ok_or(NONE)?;
            if session.conversation != Some(request.conversation) {
                return Err(NONE.into());
            }
        }
        Ok((workspace, request))
    }

    /// An agent asks the visitor for a file, in a conversation that is his. One request is open at a time: old clients know of one.
    pub async fn request_file(
        &self,
        who: &SignedInAgent,
        id: ConversationId,
        keep: Option<Keep<RequestedFile>>,
    ) -> Result<Done<RequestedFile>> {
        who.require(Permission::ExchangeFiles)?;
        let (workspace, agent) = (who.workspace, who.agent);
        let request: FileRequestId = self.id();
        let token_hash = hash(self.file_request_token(workspace, request).reveal());
        let work = Arc::new((self.clone(), self.scope(workspace)?, keep, token_hash));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, keep, token_hash) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    owned(&conversation, agent)?;
                    let origin = tx.origin(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    if !app.settings().files.within(&scope.directory, origin.deployment).allow_any() {
                        return Err(ErrorKind::Conflict("no files may be sent here").into());
                    }
                    if tx.open_file_requests(workspace, id).await?.iter().any(|open| open.is_open(scope.now)) {
                        return Err(ErrorKind::Conflict("a request for a file is open already").into());
                    }
                    let new = FileRequest {
                        id: request,
                        conversation: id,
                        agent,
                        token_hash: token_hash.clone(),
                        state: FileRequestState::Open,
                        asked_at: scope.now,
                        expires_at: scope.now + REQUESTS_LIVE,
                    };
                    tx.insert_file_request(workspace, &new).await?;
                    tx.set_timer(workspace, REQUEST_TIMER, request.into(), new.expires_at, "").await?;
                    let recorded = conversation.record(Event::FileRequested { request, agent });
                    let sequence = recorded.sequence;
                    scope.journal(tx, recorded);
                    tx.save_conversation(workspace, &conversation).await?;
                    let requested = RequestedFile { request, sequence };
                    Keep::keep(keep.as_ref(), tx, app, &requested).await?;
                    Ok(Done::Now(requested))
                }
                .boxed()
            })
            .await
    }

    /// An agent withdraws a request, in a conversation that is his. Withdrawing again changes nothing.
    pub async fn cancel_file_request(&self, who: &SignedInAgent, id: ConversationId, request: FileRequestId) -> Result<()> {
        who.require(Permission::ExchangeFiles)?;
        let (workspace, agent) = (who.workspace, who.agent);
        let scope = self.scope(workspace)?;
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let known = tx.file_request(workspace, request).await?.filter(|known| known.conversation == id);
                    let known = known.ok_or(ErrorKind::NotFound("request for a file"))?;
                    let outcome = FileRequestOutcome::CancelledByAgent;
                    match known.state {
                        FileRequestState::Over(over) if over == outcome => return Ok(()),
                        _ => owned(&conversation, agent)?,
                    }
                    end(tx, &scope, &mut conversation, request, outcome).await
                }
                .boxed()
            })
            .await
    }
}

/// Ends an open request without a file.
async fn end(
    tx: &mut Tx,
    scope: &Scope,
    conversation: &mut Conversation,
    request: FileRequestId,
    outcome: FileRequestOutcome,
) -> Result<()> {
    close_request(tx, scope.workspace(), request, outcome).await?;
    let recorded = conversation.record(Event::FileRequestEnded { request, outcome, file: None });
    scope.journal(tx, recorded);
    Ok(tx.save_conversation(scope.workspace(), conversation).await?)
}

/// Closes an open request.
///
/// # Errors
/// [`ErrorKind::Conflict`] if it is over: one request, one outcome.
pub(crate) async fn close_request(tx: &mut Tx, workspace: WorkspaceId, request: FileRequestId, outcome: FileRequestOutcome) -> Result<()> {
    let over = FileRequestState::Over(outcome);
    if tx.set_file_request_state(workspace, request, FileRequestState::Open, over).await? {
        tx.cancel_timer(workspace, REQUEST_TIMER, request.into()).await?;
        Ok(())
    } else {
        Err(ErrorKind::Conflict("the request for a file is over").into())
    }
}

/// A request's time is up.
pub(crate) async fn request_over(tx: &mut Tx, scope: &Scope, request: FileRequestId) -> Result<()> {
    let workspace = scope.workspace();
    let Some(known) = tx.file_request(workspace, request).await? else { return Ok(()) };
    let Some(mut conversation) = tx.conversation(workspace, known.conversation).await? else { return Ok(()) };
    // Read again: the conversation is locked now, and with it its requests.
    match tx.file_request(workspace, request).await? {
        Some(known) if known.state == FileRequestState::Open => {}
        _ => return Ok(()),
    }
    if conversation.phase == Phase::Ended {
        // It was over with the conversation: there is nobody to be told.
        tx.set_file_request_state(workspace, request, FileRequestState::Open, FileRequestState::Over(FileRequestOutcome::Failed)).await?;
        return Ok(());
    }
    end(tx, scope, &mut conversation, request, FileRequestOutcome::Failed).await
}
