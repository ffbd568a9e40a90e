//! The admin's side: `/api/v1/admin/…`. One family of endpoints a file.

mod agents;
mod audit;
mod connected_apps;
mod crm;
mod customer_events;
mod definitions;
mod deliveries;
mod destinations;
mod event_sources;
pub(super) mod history;
mod import;
mod persons;
mod presence;
mod snippets;
mod workspace;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
pub(super) use definitions::{Shown, convert};
use engine::listing::{Asked, NamePlace};
use native::{ListQuery, ProblemKind};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::{Answered, ApiState, Failure};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(definitions::routes())
        .merge(agents::routes())
        .merge(connected_apps::routes())
        .merge(destinations::routes())
        .merge(deliveries::routes())
        .merge(crm::routes())
        .merge(customer_events::routes())
        .merge(event_sources::routes())
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

/// What is asked of a list.
pub(super) fn asked<'a, C>(query: &'a ListQuery, after: Option<&'a C>) -> Answered<Asked<'a, C>> {
    Ok(Asked { search: query.search.as_deref(), after, limit: limit_of(query.limit)? })
}

/// A place in a list by name: `{id}.{name}`, the name written so that it can stand in an address as it is.
pub(super) fn name_cursor(place: NamePlace) -> String {
    format!("{}.{}", place.id, BASE64_URL_SAFE_NO_PAD.encode(place.name))
}

/// Where the page of a list by name begins.
pub(super) fn after_name(query: &ListQuery) -> Answered<Option<NamePlace>> {
    read_cursor(query, |cursor| {
        let (id, name) = cursor.split_once('.')?;
        let name = BASE64_URL_SAFE_NO_PAD.decode(name).ok()?;
        Some(NamePlace { id: id.parse().ok()?, name: String::from_utf8(name).ok()? })
    })
}

/// The place that a cursor says.
fn read_cursor<C>(query: &ListQuery, read: impl Fn(&str) -> Option<C>) -> Answered<Option<C>> {
    query.cursor.as_deref().map(|cursor| read(cursor).ok_or_else(not_a_cursor)).transpose()
}

/// What was given as a cursor is none of ours.
pub(super) fn not_a_cursor() -> Failure {
    Failure::new(ProblemKind::InvalidParameter, "a cursor is the `next` of the page before").at("cursor")
}
