//! Texts to insert.

use axum::{extract::State, response::Response};
use domain::ids::QuickTextId;
use engine::desk::QuickTextCursor;
use native::{Page, Problem, admin::QuickText, desk::QuickTextsQuery};

use crate::api::{
    Answered, ApiState, Query, SignedIn,
    admin::{Shown as _, limit_of, not_a_cursor},
    json,
};

/// `{id}.{folded name}` of the last one.
fn print(cursor: QuickTextCursor) -> String {
    format!("{}.{}", cursor.id, cursor.name)
}

fn read(cursor: &str) -> Option<QuickTextCursor> {
    let (id, name) = cursor.split_once('.')?;
    Some(QuickTextCursor { name: name.to_owned(), id: id.parse::<QuickTextId>().ok()? })
}

/// A page of texts to insert, by name.
#[utoipa::path(get, path = "/quick-texts", tag = "agent", operation_id = "quick_texts_search", params(QuickTextsQuery),
    responses((status = 200, body = Page<QuickText>), (status = 400, body = Problem)))]
pub(super) async fn list(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Query(query): Query<QuickTextsQuery>,
) -> Answered<Response> {
    let after = query.cursor.as_deref().map(|cursor| read(cursor).ok_or_else(not_a_cursor)).transpose()?;
    let found = state.app.quick_texts(&agent, query.search.as_deref(), after.as_ref(), limit_of(query.limit)?)?;
    let directory = state.app.directory(agent.workspace)?;
    let items = found.items.iter().map(|(id, text)| text.shown(*id, &directory)).collect::<Answered<Vec<_>>>()?;
    Ok(json(&Page { items, next: found.next.map(print) }))
}
