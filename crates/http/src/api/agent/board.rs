//! All that a supervisor looks over at once.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use domain::journal::Position;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use native::{Problem, desk::Board};

use crate::api::{Answered, ApiState, SignedIn, json, view};

/// The board is a function of the journal's position; weak, since the time of reading is on it too.
fn etag(position: Position) -> String {
    format!("W/\"{position}\"")
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == etag)
}

/// Agents, queues and conversations that run. 304 while nothing on it can have changed.
#[utoipa::path(get, path = "/board", tag = "agent", operation_id = "board_read", params(("If-None-Match" = Option<String>, Header)),
    responses((status = 200, body = Board, headers(("ETag" = String))), (status = 304), (status = 403, body = Problem)))]
pub(super) async fn read(State(state): State<ApiState>, SignedIn(agent): SignedIn, headers: HeaderMap) -> Answered<Response> {
    let now = etag(state.app.board_position(&agent).await?);
    let (mut response, etag) = if is_known(&headers, &now) {
        (StatusCode::NOT_MODIFIED.into_response(), now)
    } else {
        let board = state.app.board(&agent).await?;
        (json(&view::board(&board)), etag(board.position))
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}
