//! The admin's side: `/api/v1/admin/…`. One family of endpoints a file.

mod agents;
mod audit;
mod definitions;
pub(super) mod history;
mod import;
mod persons;
mod presence;
mod snippets;
mod workspace;

pub(super) use definitions::{Shown, convert};
use native::ProblemKind;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::{Answered, ApiState, Failure};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(definitions::routes())
        .merge(agents::routes())
        .merge(presence::routes())
        .merge(snippets::routes())
        .merge(import::routes())
        .merge(workspace::routes())
        .merge(history::routes())
        .merge(persons::routes())
        .merge(audit::routes())
}

/// The most items of a page; 100 unless told.
pub(super) fn limit_of(limit: Option<u32>) -> Answered<usize> {
    match limit.unwrap_or(100) {
        limit @ 1..=500 => Ok(limit as usize),
        _ => Err(Failure::new(ProblemKind::InvalidParameter, "a page has 1 to 500 items").at("limit")),
    }
}

/// A cursor that is the id of the last item.
pub(super) fn id_cursor(cursor: Option<&str>) -> Answered<Option<Uuid>> {
    cursor.map(|cursor| cursor.parse().map_err(|_| not_a_cursor())).transpose()
}

/// What was given as a cursor is none of ours.
pub(super) fn not_a_cursor() -> Failure {
    Failure::new(ProblemKind::InvalidParameter, "a cursor is the `next` of the page before").at("cursor")
}
