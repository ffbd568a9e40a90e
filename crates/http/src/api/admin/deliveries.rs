//! Deliveries: read, repaired, sent again, discarded; one, or all that a filter finds.

use axum::{extract::State, response::Response};
use domain::ids::DeliveryId;
use engine::delivery as engine_delivery;
use http::HeaderMap;
use native::{
    Instant, Page, Problem, ProblemKind,
    admin::{
        ChatEventKind, DeliveriesDone, DeliveriesQuery, Delivery, DeliveryAttempt, DeliveryFilter, DeliveryState, FailureClass,
        FilteredDeliveries, RepairDelivery, WholeDelivery,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{id_cursor, limit_of};
use crate::api::{Answered, ApiState, Failure, Json, Path, Query, SignedIn, json, key_of, nothing};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(repair))
        .routes(routes!(send))
        .routes(routes!(discard))
        .routes(routes!(send_filtered))
        .routes(routes!(discard_filtered))
}

fn state_of(state: engine_delivery::DeliveryState) -> DeliveryState {
    match state {
        engine_delivery::DeliveryState::Waiting => DeliveryState::Waiting,
        engine_delivery::DeliveryState::Delivered => DeliveryState::Delivered,
        engine_delivery::DeliveryState::Dead => DeliveryState::Dead,
        engine_delivery::DeliveryState::Discarded => DeliveryState::Discarded,
    }
}

fn stored(state: DeliveryState) -> engine_delivery::DeliveryState {
    match state {
        DeliveryState::Waiting => engine_delivery::DeliveryState::Waiting,
        DeliveryState::Delivered => engine_delivery::DeliveryState::Delivered,
        DeliveryState::Dead => engine_delivery::DeliveryState::Dead,
        DeliveryState::Discarded => engine_delivery::DeliveryState::Discarded,
    }
}

/// A value by the name that is stored, which is that of the API.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Answered<T> {
    serde_json::from_value(name.into()).map_err(|error| engine::Error::internal(error).into())
}

fn class_of(class: Option<&String>) -> Answered<Option<FailureClass>> {
    class.map(|class| named(class)).transpose()
}

/// The name under which something is stored.
fn name_of(value: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned))
}

fn shown(stored: &engine_delivery::Delivery) -> Answered<Delivery> {
    Ok(Delivery {
        id: stored.id,
        destination: stored.destination,
        event: stored.event.clone(),
        kind: named::<ChatEventKind>(&stored.kind)?,
        conversation: stored.conversation,
        visitor: stored.subject,
        at: Instant(stored.at),
        state: state_of(stored.state),
        changed_at: Instant(stored.changed_at),
        due_at: (stored.state == engine_delivery::DeliveryState::Waiting).then_some(Instant(stored.due)),
        tries: stored.tries,
        class: class_of(stored.class.as_ref())?,
        code: stored.code.clone(),
        status: stored.status,
        repaired: stored.original.is_some(),
    })
}

fn filter_of(filter: DeliveryFilter) -> Answered<engine_delivery::DeliveryFilter> {
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && from > until
    {
        return Err(Failure::new(ProblemKind::InvalidParameter, "`from` must not be after `until`").at("from"));
    }
    let search = filter.search.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let about = search.as_deref().and_then(|text| text.parse().ok());
    Ok(engine_delivery::DeliveryFilter {
        destination: filter.destination,
        state: filter.state.map(stored),
        class: filter.class.and_then(name_of),
        kind: filter.kind.and_then(name_of),
        from: filter.from.map(Into::into),
        until: filter.until.map(Into::into),
        event: search.filter(|_| about.is_none()),
        about,
    })
}

/// A page of deliveries, the latest first.
#[utoipa::path(get, path = "/admin/deliveries", tag = "admin", operation_id = "deliveries_list", params(DeliveriesQuery),
    responses((status = 200, body = Page<Delivery>), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<DeliveriesQuery>) -> Answered<Response> {
    let DeliveriesQuery { cursor, limit, destination, state: stands, class, kind, from, until, search } = query;
    let before = id_cursor(cursor.as_deref())?.map(DeliveryId);
    let filter = filter_of(DeliveryFilter { destination, state: stands, class, kind, from, until, search })?;
    let listed = state.app.deliveries(&who, &filter, before, limit_of(limit)?).await?;
    let items = listed.items.iter().map(shown).collect::<Answered<Vec<_>>>()?;
    Ok(json(&Page { items, next: listed.next.map(|id| id.to_string()) }))
}

/// One delivery with what was sent, asked and answered.
#[utoipa::path(get, path = "/admin/deliveries/{id}", tag = "admin", operation_id = "deliveries_read", params(("id" = DeliveryId, Path)),
    responses((status = 200, body = WholeDelivery), (status = 404, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<DeliveryId>) -> Answered<Response> {
    let found = state.app.delivery(&who, id).await?;
    let attempts = found.attempts.into_iter().map(|one| {
        Ok(DeliveryAttempt {
            number: one.attempt.number,
            at: Instant(one.attempt.at),
            took_ms: one.attempt.took / 1_000,
            class: class_of(one.attempt.class.as_ref())?,
            code: one.attempt.code,
            status: one.attempt.status,
            request: one.request,
            response: one.response,
        })
    });
    let attempts = attempts.collect::<Answered<Vec<_>>>()?;
    let delivery = shown(&found.delivery)?;
    Ok(json(&WholeDelivery { delivery, payload: found.delivery.payload, original: found.delivery.original, attempts }))
}

/// Sends something else for an event, which keeps its id: when it is due, or when it is told to.
#[utoipa::path(put, path = "/admin/deliveries/{id}/payload", tag = "admin", operation_id = "deliveries_repair",
    params(("id" = DeliveryId, Path)), request_body = RepairDelivery,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn repair(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DeliveryId>,
    Json(repaired): Json<RepairDelivery>,
) -> Answered<Response> {
    state.app.repair_delivery(&who, id, repaired.payload.reveal()).await?;
    Ok(nothing())
}

/// Sends one again under the same id. One that is to be sent already is a conflict, and so the same request again changes nothing.
#[utoipa::path(post, path = "/admin/deliveries/{id}/send", tag = "admin", operation_id = "deliveries_send", params(("id" = DeliveryId, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn send(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DeliveryId>,
    headers: HeaderMap,
) -> Answered<Response> {
    key_of(&headers)?;
    state.app.send_delivery(&who, id).await?;
    Ok(nothing())
}

/// Does not send one any more.
#[utoipa::path(post, path = "/admin/deliveries/{id}/discard", tag = "admin", operation_id = "deliveries_discard", params(("id" = DeliveryId, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn discard(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DeliveryId>,
    headers: HeaderMap,
) -> Answered<Response> {
    key_of(&headers)?;
    state.app.discard_delivery(&who, id).await?;
    Ok(nothing())
}

/// Sends all again that a filter finds, each under its own id; dead letters unless told.
#[utoipa::path(post, path = "/admin/deliveries/send", tag = "admin", operation_id = "deliveries_send_filtered", request_body = FilteredDeliveries,
    responses((status = 200, body = DeliveriesDone), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn send_filtered(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    headers: HeaderMap,
    Json(asked): Json<FilteredDeliveries>,
) -> Answered<Response> {
    key_of(&headers)?;
    let deliveries = state.app.send_deliveries(&who, filter_of(asked.filter)?).await?;
    Ok(json(&DeliveriesDone { deliveries }))
}

/// Does not send any of those any more that a filter finds; dead letters unless told.
#[utoipa::path(post, path = "/admin/deliveries/discard", tag = "admin", operation_id = "deliveries_discard_filtered",
    request_body = FilteredDeliveries,
    responses((status = 200, body = DeliveriesDone), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn discard_filtered(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    headers: HeaderMap,
    Json(asked): Json<FilteredDeliveries>,
) -> Answered<Response> {
    key_of(&headers)?;
    let deliveries = state.app.discard_deliveries(&who, filter_of(asked.filter)?).await?;
    Ok(json(&DeliveriesDone { deliveries }))
}
