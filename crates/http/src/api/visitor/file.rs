//! Files of a visitor's conversation, and those that an agent asks for.

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use domain::ids::{FileId, FileRequestId};
use engine::file::Sender;
use http::StatusCode;
use native::{
    Problem,
    visitor::{UploadFile, UploadedFile},
};

use super::token::Caller;
use crate::{
    api::{Answered, ApiState, Path, upload},
    files,
};

/// Sends a file: in answer to a request, or unasked where the deployment allows that. It is on disk when this is answered; the same key with
/// the same content again is the same file.
#[utoipa::path(
    post, path = "/visitor/files", tag = "visitor", operation_id = "file_send",
    request_body(content = UploadFile, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = UploadedFile),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "nobody asked for it, or the request is over"),
    )
)]
pub(super) async fn send(State(state): State<ApiState>, caller: Caller, request: Request<Body>) -> Answered<Response> {
    let (workspace, session, conversation) = caller.names();
    let incoming = upload::Incoming { workspace, conversation, sender: Sender::Visitor, scope: format!("visitor {session} file") };
    let app = state.app.clone();
    upload::take(&state, incoming, request, move |new, keep| async move {
        app.visitor_sends_file(workspace, conversation, new, Some(keep)).await
    })
    .await
}

/// The content of a file, the visitor's own or the agent's.
#[utoipa::path(
    get, path = "/visitor/files/{file}", tag = "visitor", operation_id = "file_read", params(("file" = FileId, Path, description = "the file")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(super) async fn content(State(ApiState { app, .. }): State<ApiState>, caller: Caller, Path(file): Path<FileId>) -> Answered<Response> {
    Ok(files::answer(app.file_content(caller.workspace, caller.conversation, file).await?))
}

/// Declines a request for a file. Declining again changes nothing.
#[utoipa::path(
    delete, path = "/visitor/file-requests/{request}", tag = "visitor", operation_id = "file_request_decline",
    params(("request" = FileRequestId, Path, description = "the request")),
    responses((status = 204))
)]
pub(super) async fn decline(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Path(request): Path<FileRequestId>,
) -> Answered<StatusCode> {
    app.visitor_declines_file(caller.names(), request).await?;
    Ok(StatusCode::NO_CONTENT)
}
