//! Texts to insert.

use axum::{extract::State, response::Response};
use native::{ListQuery, Page, Problem, admin::QuickText};

use crate::api::{
    Answered, ApiState, Query, SignedIn,
    admin::{Shown as _, after_name, asked, name_cursor},
    json,
};

/// A page of texts to insert, by name.
#[utoipa::path(get, path = "/quick-texts", tag = "agent", operation_id = "quick_texts_search", params(ListQuery),
    responses((status = 200, body = Page<QuickText>), (status = 400, body = Problem)))]
pub(super) async fn list(State(state): State<ApiState>, SignedIn(agent): SignedIn, Query(query): Query<ListQuery>) -> Answered<Response> {
    let after = after_name(&query)?;
    let listed = state.app.quick_texts(&agent, &asked(&query, after.as_ref())?)?;
    let directory = state.app.directory(agent.workspace)?;
    let items = listed.items.iter().map(|(id, text)| text.shown(*id, &directory)).collect::<Answered<Vec<_>>>()?;
    Ok(json(&Page { items, next: listed.next.map(name_cursor) }))
}
