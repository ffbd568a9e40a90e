//! Files of a conversation, and asking the visitor for one.

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use domain::{
    ids::{ConversationId, FileId, FileRequestId},
    permission::Permission,
};
use engine::{
    file::{RequestedFile, Sender},
    idempotency::{Done, Keep},
};
use http::StatusCode;
use native::{
    agent::{FileRequested, Files, RequestFile},
    visitor::{FileLink, UploadFile, UploadedFile},
};

use crate::{
    api::{Answered, ApiState, Path, Posted, SignedIn, answer, upload, view},
    files,
};

/// Asks the visitor for a file. One request is open at a time.
#[utoipa::path(post, path = "/conversations/{id}/file-requests", tag = "agent", operation_id = "file_request", params(("id" = String, Path)), request_body = RequestFile, responses((status = 201, body = FileRequested)))]
pub(super) async fn request(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<RequestFile>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |_, once| async move {
            let told = |asked: &RequestedFile| {
                answer(201, &FileRequested { request: asked.request, sequence: u64::try_from(asked.sequence).unwrap_or(0) })
            };
            Ok(match app.request_file(&who, id, Some(Keep::new(once, told))).await? {
                Done::Now(asked) => told(&asked),
                Done::Before(earlier) => earlier,
            })
        })
        .await
}

/// Withdraws a request for a file. Withdrawing it again changes nothing.
#[utoipa::path(delete, path = "/conversations/{id}/file-requests/{request}", tag = "agent", operation_id = "file_request_withdraw", params(("id" = String, Path), ("request" = String, Path)), responses((status = 204)))]
pub(super) async fn withdraw(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path((id, request)): Path<(ConversationId, FileRequestId)>,
) -> Answered<StatusCode> {
    state.app.cancel_file_request(&agent, id, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every file of the conversation, the erased ones too.
#[utoipa::path(get, path = "/conversations/{id}/files", tag = "agent", operation_id = "files_list", params(("id" = String, Path)), responses((status = 200, body = Files)))]
pub(super) async fn list(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
) -> Answered<axum::Json<Files>> {
    state.app.reads(&agent, id).await?;
    let directory = state.app.directory(agent.workspace)?;
    let files = state.app.files_of(agent.workspace, id).await?;
    Ok(axum::Json(Files { files: files.iter().map(|file| view::file(&directory, file)).collect() }))
}

/// Sends the visitor a file. The same key with the same content again is the same file.
#[utoipa::path(
    post, path = "/conversations/{id}/files", tag = "agent", operation_id = "file_send", params(("id" = String, Path)),
    request_body(content = UploadFile, content_type = "multipart/form-data"), responses((status = 201, body = UploadedFile))
)]
pub(super) async fn send(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    request: Request<Body>,
) -> Answered<Response> {
    agent.require(Permission::ExchangeFiles)?;
    let app = state.app.clone();
    let incoming = upload::Incoming {
        workspace: agent.workspace,
        conversation: id,
        sender: Sender::Agent(agent.agent),
        scope: format!("agent {}", agent.agent),
    };
    upload::take(&state, incoming, request, move |new, keep| async move { app.agent_sends_file(&agent, id, new, Some(keep)).await }).await
}

/// The content of a file.
#[utoipa::path(
    get, path = "/conversations/{id}/files/{file}", tag = "agent", operation_id = "file_read", params(("id" = String, Path), ("file" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(super) async fn content(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path((id, file)): Path<(ConversationId, FileId)>,
) -> Answered<Response> {
    state.app.reads(&agent, id).await?;
    Ok(files::answer(state.app.file_content(agent.workspace, id, file).await?))
}

/// A link to a file that works without a token for a while.
#[utoipa::path(post, path = "/conversations/{id}/files/{file}/link", tag = "agent", operation_id = "file_link", params(("id" = String, Path), ("file" = String, Path)), responses((status = 200, body = FileLink)))]
pub(super) async fn link(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path((id, file)): Path<(ConversationId, FileId)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |_, _| async move {
            app.reads(&who, id).await?;
            let link = app.file_link(who.workspace, id, file).await?;
            Ok(answer(200, &FileLink { file, url: link.url, expires_at: link.expires_at.into() }))
        })
        .await
}
