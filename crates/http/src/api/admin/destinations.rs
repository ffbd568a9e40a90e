//! Secrets, trials and figures of destinations. The destinations themselves are definitions like others.

use std::time::Duration;

use axum::{extract::State, response::Response};
use domain::{ids::DestinationId, time::Timestamp};
use engine::delivery::{FunnelShown, Secrets};
use http::HeaderMap;
use native::{
    Instant, Problem, ProblemKind,
    admin::{
        DestinationSecret, DestinationState, DestinationTest, Funnel, FunnelCounts, FunnelHour, FunnelQuery, NewDestinationSecret,
        ReplaceDestinationSecret,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::definitions::convert;
use crate::api::{Answered, ApiState, Failure, Json, Path, Query, SignedIn, answer, json, key_of, nothing, rendered};

/// The one before stays good for so long, unless told.
const OVERLAP_HOURS: u32 = 24;
/// Figures are shown of so long, unless told.
const SHOWN: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(replace_secret))
        .routes(routes!(state_of))
        .routes(routes!(resume))
        .routes(routes!(test))
        .routes(routes!(funnel))
}

/// Gives a destination another secret or write key; the one before stays good for a while. It is shown in this answer only.
#[utoipa::path(post, path = "/admin/destinations/{id}/secret", tag = "admin", operation_id = "destinations_replace_secret",
    params(("id" = DestinationId, Path)), request_body = ReplaceDestinationSecret,
    responses((status = 201, body = NewDestinationSecret), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn replace_secret(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DestinationId>,
    headers: HeaderMap,
    Json(asked): Json<ReplaceDestinationSecret>,
) -> Answered<Response> {
    // The answer is a secret: it is not kept. The same request again makes another one.
    key_of(&headers)?;
    let overlap = Duration::from_secs(u64::from(asked.overlap_hours.unwrap_or(OVERLAP_HOURS)) * 60 * 60);
    let made = state.app.replace_destination_secret(&who, id, Secrets { own: asked.secret, overlap }).await?;
    let shown = NewDestinationSecret { number: made.number, secret: made.secret, created_at: Instant(made.created_at) };
    Ok(rendered(&answer(201, &shown)))
}

/// How a destination does: what waits, whether it is held and why, and since when it has its secrets.
#[utoipa::path(get, path = "/admin/destinations/{id}/state", tag = "admin", operation_id = "destinations_state",
    params(("id" = DestinationId, Path)), responses((status = 200, body = DestinationState), (status = 404, body = Problem)))]
async fn state_of(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<DestinationId>) -> Answered<Response> {
    let found = state.app.destination_state(&who, id).await?;
    let secrets = found.secrets.into_iter().map(|secret| DestinationSecret {
        number: secret.number,
        created_at: Instant(secret.created_at),
        until: secret.until.map(Instant),
    });
    Ok(json(&DestinationState {
        waiting: found.waiting,
        held_until: found.held_until.map(Instant),
        because: found.because.map(|because| convert(&because)).transpose()?,
        code: found.code,
        secrets: secrets.collect(),
    }))
}

/// What a destination was held for is mended: it is tried at once.
#[utoipa::path(post, path = "/admin/destinations/{id}/resume", tag = "admin", operation_id = "destinations_resume",
    params(("id" = DestinationId, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn resume(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DestinationId>,
    headers: HeaderMap,
) -> Answered<Response> {
    // To resume twice is to resume.
    key_of(&headers)?;
    state.app.resume_destination(&who, id).await?;
    Ok(nothing())
}

/// Sends a made-up event at once and tells what came of it.
#[utoipa::path(post, path = "/admin/destinations/{id}/test", tag = "admin", operation_id = "destinations_test",
    params(("id" = DestinationId, Path)), responses((status = 200, body = DestinationTest), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn test(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DestinationId>,
    headers: HeaderMap,
) -> Answered<Response> {
    key_of(&headers)?;
    let outcome = state.app.test_destination(&who, id).await?;
    let (status, response) = match outcome.sent.outcome {
        Ok(received) => (Some(received.status), received.response),
        Err(_) => (None, serde_json::Value::Null),
    };
    Ok(json(&DestinationTest {
        delivered: outcome.failure.is_none(),
        class: outcome.failure.map(|failure| convert(&failure.class)).transpose()?,
        code: outcome.failure.map(|failure| failure.code.to_owned()),
        status,
        took_ms: u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
        payload: outcome.payload,
        request: outcome.sent.request,
        response,
    }))
}

fn counts(funnel: engine::delivery::Funnel) -> FunnelCounts {
    let engine::delivery::Funnel { received, filtered, retried, failed, delivered } = funnel;
    FunnelCounts { received, filtered, retried, failed, delivered }
}

/// What became of a destination's events: received, filtered, retried, failed, delivered, by the hour.
#[utoipa::path(get, path = "/admin/destinations/{id}/funnel", tag = "admin", operation_id = "destinations_funnel",
    params(("id" = DestinationId, Path), FunnelQuery), responses((status = 200, body = Funnel), (status = 404, body = Problem)))]
async fn funnel(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<DestinationId>,
    Query(query): Query<FunnelQuery>,
) -> Answered<Response> {
    // The hour that runs is shown too, also at the instant at which it begins.
    let until = query.until.map_or_else(|| state.app.now() + Duration::from_micros(1), Timestamp::from);
    let from = query.from.map_or_else(|| until - SHOWN, Timestamp::from);
    if from > until {
        return Err(Failure::new(ProblemKind::InvalidParameter, "`from` must not be after `until`").at("from"));
    }
    let FunnelShown { total, hours } = state.app.funnel(&who, id, from, until).await?;
    let hours = hours.into_iter().map(|(begins, funnel)| FunnelHour { begins_at: Instant(begins), counts: counts(funnel) });
    Ok(json(&Funnel { total: counts(total), hours: hours.collect() }))
}
