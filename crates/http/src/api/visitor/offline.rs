//! `POST /visitor/offline-messages`: a visitor leaves a message when nobody is there. Needs no token.

use axum::{Extension, Json, extract::State};
use engine::offline::NewOfflineMessage;
use http::{HeaderMap, StatusCode};
use native::{
    Problem, ProblemKind,
    offline::{LeaveOfflineMessage, LeftOfflineMessage},
};

use super::{
    keyed::Keyed,
    start::{check_origin, detail, directory_of, is_usable},
};
use crate::{
    api::{Answered, ApiState, Failure},
    serve::RequestInfo,
};

/// Leaves a message for when somebody is there again. The same `Idempotency-Key` in the same deployment is the same message.
#[utoipa::path(
    post, path = "/visitor/offline-messages", tag = "visitor", operation_id = "leave_offline_message", security(()),
    request_body = LeaveOfflineMessage,
    responses(
        (status = 201, body = LeftOfflineMessage),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "the page's origin may not use the deployment"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "no such deployment"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "no button here has a form for it"),
    )
)]
pub(super) async fn leave(
    State(ApiState { app, limits, .. }): State<ApiState>,
    info: Option<Extension<RequestInfo>>,
    headers: HeaderMap,
    Keyed { value: left, once }: Keyed<LeaveOfflineMessage>,
) -> Answered<(StatusCode, Json<LeftOfflineMessage>)> {
    let directory = directory_of(&app, left.deployment)?;
    check_origin(&app, &directory.deployments[&left.deployment], &headers)?;
    let client = info.as_ref().map(|info| info.client());
    if let Some(client) = client {
        limits.new_session(client)?;
    }
    if left.button.is_some_and(|button| !is_usable(&directory, left.deployment, button)) {
        return Err(Failure::new(ProblemKind::Invalid, "the deployment has no such button").at("button"));
    }
    let (page, title) = left.page.map(|page| (page.url, page.title)).unwrap_or_default();
    let new = NewOfflineMessage {
        button: left.button,
        name: left.name.unwrap_or_default(),
        email: left.email.unwrap_or_default(),
        phone: left.phone.unwrap_or_default(),
        text: left.text,
        page,
        page_title: title.unwrap_or_default(),
        details: left.details.into_iter().map(detail).collect(),
        address: client.map(|client| client.0),
    };
    let id = app.leave_offline_message(directory.id(), left.deployment, new, once).await?;
    Ok((StatusCode::CREATED, Json(LeftOfflineMessage { id })))
}
