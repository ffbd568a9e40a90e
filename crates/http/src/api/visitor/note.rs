//! What a visitor's side says besides messages: the page, idleness, the rating.

use axum::{Json, extract::State};
use engine::visitor::Noted;
use http::StatusCode;
use native::{
    Problem, ProblemKind,
    conversation::Rating,
    visitor::{Accepted, SetIdleWarning, VisitPage},
};

use super::{entry::number, keyed::Keyed, token::Caller};
use crate::api::{Answered, ApiState, Failure};

/// Longest address of a page, in characters.
const MAX_URL: usize = 2_000;
/// Longest comment of a rating, in characters.
const MAX_COMMENT: usize = 4_000;

/// The visitor is on another page.
#[utoipa::path(
    post, path = "/visitor/page", tag = "visitor", request_body = VisitPage,
    responses((status = 200, body = Accepted))
)]
pub(super) async fn visit(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value, once }: Keyed<VisitPage>,
) -> Answered<Json<Accepted>> {
    let url = value.page.url;
    if url.trim().is_empty() || url.chars().nth(MAX_URL).is_some() {
        return Err(Failure::new(ProblemKind::Invalid, format!("an address has 1 to {MAX_URL} characters")).at("page.url"));
    }
    accepted(app.visitor_visits(caller.names(), &url, value.page.title.as_deref(), once).await?)
}

/// The visitor's side shows the idle warning, or took it back.
#[utoipa::path(
    post, path = "/visitor/idle-warning", tag = "visitor", request_body = SetIdleWarning,
    responses((status = 204))
)]
pub(super) async fn idle(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value, once }: Keyed<SetIdleWarning>,
) -> Answered<StatusCode> {
    app.visitor_idles(caller.names(), value.raised, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Judges the conversation, while it goes on or afterwards, once.
#[utoipa::path(
    post, path = "/visitor/rating", tag = "visitor", request_body = Rating,
    responses(
        (status = 200, body = Accepted),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "it has been rated"),
    )
)]
pub(super) async fn rate(
    State(ApiState { app, .. }): State<ApiState>,
    caller: Caller,
    Keyed { value, once }: Keyed<Rating>,
) -> Answered<Json<Accepted>> {
    if !(1..=5).contains(&value.score) {
        return Err(Failure::new(ProblemKind::Invalid, "a score is 1 to 5").at("score"));
    }
    let comment = value.comment.as_ref().map_or("", |comment| comment.reveal());
    if comment.chars().nth(MAX_COMMENT).is_some() {
        return Err(Failure::new(ProblemKind::TooLarge, format!("a comment has at most {MAX_COMMENT} characters")).at("comment"));
    }
    accepted(app.visitor_rates(caller.names(), value.score, comment, once).await?)
}

fn accepted(noted: Noted) -> Answered<Json<Accepted>> {
    Ok(Json(Accepted { sequence: number(noted.sequence), at: noted.at.into() }))
}
