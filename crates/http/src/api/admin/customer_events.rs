//! Events of customers as they come, with what became of each; what is known of a customer; where another's webhooks go.

use std::time::Duration;

use axum::{extract::State, response::Response};
use domain::{
    ids::EventSourceId,
    permission::Permission,
    profile::{Key, ProfileKind},
    secret::Text,
};
use engine::{
    ErrorKind,
    customer_event::{self as stored, CustomerEventFilter, EVENTS_PAGE, ProfileView},
};
use native::{
    Problem, ProblemKind,
    admin::{CustomerEvent, CustomerEvents, CustomerEventsQuery, EventWebhook, InTheClear, Profile, ProfileKey},
};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{Answered, ApiState, Failure, Path, Query, SignedIn, json as answer, nothing};

/// Events of a page, if nothing else is said.
const PAGE: u32 = 100;
/// How long somebody waits for new ones, if nothing else is said, and at most. Seconds.
const WAIT: u32 = 25;
const LONGEST_WAIT: u32 = 60;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(profile, forget)).routes(routes!(webhook))
}

fn text(text: Option<String>) -> Option<Text> {
    text.map(Text)
}

fn event(event: stored::CustomerEvent) -> CustomerEvent {
    let body = event.body;
    let more = json!({
        "category": body.category, "previous_key": body.previous_key, "channel": body.channel, "original_at": body.original_at,
        "sent_at": body.sent_at, "signed": body.signed, "other": body.other,
    });
    CustomerEvent {
        position: event.position,
        source: event.source,
        message_id: event.message_id,
        kind: event.kind,
        name: text(event.name),
        user_key: text(event.user_key),
        device_key: text(event.device_key),
        group_key: text(event.group_key),
        at: event.at.into(),
        received_at: event.received_at.into(),
        verdict: event.verdict,
        reasons: event.reasons,
        repeats: event.repeats,
        traits: body.traits.into(),
        properties: body.properties.into(),
        context: body.context.into(),
        integrations: body.integrations.into(),
        more,
    }
}

/// The latest events, or those that come after a position: then it waits for one.
#[utoipa::path(get, path = "/admin/events", tag = "admin", operation_id = "customer_events_list", params(CustomerEventsQuery),
    responses((status = 200, body = CustomerEvents), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<CustomerEventsQuery>) -> Answered<Response> {
    let limit = query.limit.map_or(i64::from(PAGE), i64::from);
    if !(1..=EVENTS_PAGE).contains(&limit) {
        return Err(Failure::new(ProblemKind::InvalidParameter, format!("a page has 1 to {EVENTS_PAGE} events")).at("limit"));
    }
    let wait = query.wait_s.unwrap_or(WAIT);
    if wait > LONGEST_WAIT {
        return Err(Failure::new(ProblemKind::InvalidParameter, format!("nobody waits for more than {LONGEST_WAIT} seconds")).at("wait_s"));
    }
    let filter = CustomerEventFilter {
        source: query.source,
        kind: query.kind,
        verdict: query.verdict,
        search: query.search.map(|search| search.reveal().trim().to_owned()).filter(|search| !search.is_empty()),
    };
    let events = match (query.after, query.before) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(ProblemKind::InvalidParameter, "events are before a position or after one").at("after"));
        }
        (Some(after), None) => {
            let found = state.app.customer_events_after(&who, &filter, after, Duration::from_secs(wait.into())).await?;
            CustomerEvents { items: found.events.into_iter().map(event).collect(), next: None, head: found.head }
        }
        (None, before) => {
            let page = state.app.customer_events(&who, &filter, before, limit).await?;
            CustomerEvents { items: page.events.into_iter().map(event).collect(), next: page.next, head: page.head }
        }
    };
    Ok(answer(&events))
}

/// One event; in the clear only for those who may read hidden details.
#[utoipa::path(get, path = "/admin/events/{position}", tag = "admin", operation_id = "customer_events_read",
    params(("position" = i64, Path), InTheClear),
    responses((status = 200, body = CustomerEvent), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn one(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(position): Path<i64>,
    Query(how): Query<InTheClear>,
) -> Answered<Response> {
    Ok(answer(&event(state.app.customer_event(&who, position, how.clear).await?)))
}

fn key(kind: &str, key: String) -> Answered<Key> {
    Ok((ProfileKind::from_stored(kind).ok_or(ErrorKind::NotFound("profile"))?, key))
}

fn shown(view: ProfileView) -> Profile {
    let ((kind, key), profile) = (view.key, view.profile);
    Profile {
        kind,
        key: Text(key),
        traits: Value::from(profile.traits),
        user_key: text(profile.user_key),
        group_key: text(profile.group_key),
        devices: view.devices.into_iter().map(|(kind, key)| ProfileKey { kind, key: Text(key) }).collect(),
        first_at: profile.first_at.into(),
        last_at: profile.last_at.into(),
    }
}

/// What is known of a customer by exactly this key; in the clear only for those who may read hidden details.
#[utoipa::path(get, path = "/admin/profiles/{kind}/{key}", tag = "admin", operation_id = "profiles_read",
    params(("kind" = String, Path, description = "`user`, `device` or `group`"), ("key" = String, Path), InTheClear),
    responses((status = 200, body = Profile), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn profile(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((kind, named)): Path<(String, String)>,
    Query(how): Query<InTheClear>,
) -> Answered<Response> {
    Ok(answer(&shown(state.app.profile(&who, &key(&kind, named)?, how.clear).await?)))
}

/// Forgets what is known of a customer, a user with all devices, and has the events blanked.
#[utoipa::path(delete, path = "/admin/profiles/{kind}/{key}", tag = "admin", operation_id = "profiles_forget",
    params(("kind" = String, Path, description = "`user`, `device` or `group`"), ("key" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn forget(State(state): State<ApiState>, SignedIn(who): SignedIn, Path((kind, named)): Path<(String, String)>) -> Answered<Response> {
    state.app.forget_profile(&who, key(&kind, named)?).await?;
    Ok(nothing())
}

/// Where another's webhooks are to be sent for a source's key, and the secret with which they are signed.
#[utoipa::path(get, path = "/admin/event-sources/{id}/keys/{key}/webhook", tag = "admin", operation_id = "event_sources_webhook",
    params(("id" = EventSourceId, Path), ("key" = String, Path)),
    responses((status = 200, body = EventWebhook), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn webhook(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, key)): Path<(EventSourceId, String)>,
) -> Answered<Response> {
    who.require(Permission::ManageWorkspace)?;
    let directory = state.app.directory(who.workspace)?;
    let source = directory.event_sources.get(&id).ok_or(ErrorKind::NotFound("event_source"))?;
    let known = source.write_keys.iter().find(|known| known.key == key).ok_or(ErrorKind::NotFound("key"))?;
    let secret = state.app.event_webhook_secrets(who.workspace, id, &known.key).into_iter().next().ok_or(ErrorKind::Internal)?;
    let address = format!("{}/v1/segment/webhook/{}", state.app.settings().public_url, known.key);
    Ok(answer(&EventWebhook { address, secret }))
}
