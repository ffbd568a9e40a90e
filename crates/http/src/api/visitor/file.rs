//! Files that a visitor was asked for.

use axum::extract::State;
use domain::ids::FileRequestId;
use http::StatusCode;
use native::Problem;

use super::token::Caller;
use crate::api::{Answered, ApiState, Path};

/// Declines a request for a file. Declining again changes nothing.
#[utoipa::path(
    delete, path = "/visitor/file-requests/{request}", tag = "visitor", security(("visitor" = [])),
    params(("request" = FileRequestId, Path, description = "the request")),
    responses(
        (status = 204),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn decline(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Path(request): Path<FileRequestId>,
) -> Answered<StatusCode> {
    app.visitor_declines_file(caller.names(), request).await?;
    Ok(StatusCode::NO_CONTENT)
}
