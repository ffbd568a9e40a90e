//! Segment's tracking API, `/v1/…`, for its SDKs and all of that family (deployment_segment.md 12), and for the webhooks of Segment itself (14).
//!
//! An SDK looks at a status and little else: 200 means that it may forget, and is said only of what is on the disk; 400 that it must not try again;
//! 429 and 503 that it shall. An event that is not valid costs nobody a retry: it is kept with the reason, and answered 200 like its neighbours.

mod failure;
mod pace;
mod told;

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, Request, State},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bytes::Bytes;
use domain::{
    ids::{EventSourceId, WorkspaceId},
    time::Timestamp,
};
use engine::{App, customer_event::Told};
use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE},
};
use segment::{
    Call, Code, Endpoint, answer,
    body::{self, Posted},
    limits, pixel, signature, write_key,
};

use self::failure::Failure;
pub use self::{failure::TrackingRefusals, pace::Pace};
use crate::serve::{Admission, Class, RequestInfo, read_body};

/// The largest body, as it is sent: a batch, and what an SDK may have miscounted. It is read whole before it is judged.
pub const MAX_BODY: usize = limits::BATCH_BYTES + (64 << 10);

/// What the facade is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The engine.
    pub app: App,
    /// Who is turned away when there is too much to do.
    pub admission: Admission,
    /// How many requests a workspace's sources may make.
    pub pace: Arc<Pace>,
    /// Requests with a key that nobody knows are refused; else they are answered as if all were well, as Segment does (12.2).
    pub refuse_unknown_keys: bool,
    /// How long a request's body may take to arrive.
    pub body_patience: Duration,
}

/// Paths under `/v1/` that take events: each is a route of its own, so that metrics tell them apart.
const PATHS: &[&str] =
    &["identify", "track", "page", "screen", "group", "alias", "i", "t", "p", "s", "g", "a", "batch", "b", "import", "m"];

/// The routes. Wants [`crate::serve::Edge`] around it, which answers the preflights of browsers.
pub fn router(parts: Parts) -> Router {
    let mut router = Router::new();
    for path in PATHS {
        let Some(endpoint) = Endpoint::from_path(path) else { continue };
        let take = move |State(parts): State<Arc<Parts>>, request: Request| async move {
            take(&parts, endpoint, request).await.unwrap_or_else(Failure::into_response)
        };
        router = router.route(&format!("/v1/{path}"), post(take));
    }
    router.route("/v1/pixel/{call}", get(picture)).route("/v1/segment/webhook/{key}", post(webhook)).with_state(Arc::new(parts))
}

/// Whose events these are.
#[derive(Clone, Copy, Debug)]
struct Sender {
    workspace: WorkspaceId,
    source: EventSourceId,
}

impl Sender {
    fn by_key(app: &App, key: &str) -> Option<Self> {
        let directories = app.directories();
        let (directory, source, settings) = directories.by_write_key(key)?;
        settings.active.then(|| Self { workspace: directory.id(), source })
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn address_of(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<RequestInfo>().map(|info| info.client().0)
}

fn instant(at: jiff::Timestamp) -> Timestamp {
    Timestamp(at.as_microsecond())
}

/// Now, as the wire's crate has it; the clock of a test may stand anywhere.
fn now(app: &App) -> (Timestamp, jiff::Timestamp) {
    let now = app.now();
    (now, jiff::Timestamp::from_microsecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

fn done() -> Response {
    let mut response = Response::new(Body::from(answer::SUCCESS));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn take(parts: &Parts, endpoint: Endpoint, request: Request) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::Running)?;
    let (address, headers) = (address_of(&request), request.headers());
    let key = write_key::of_headers(header(headers, AUTHORIZATION.as_str()), header(headers, "x-write-key"));
    let anonymous_id = header(headers, "anonymousid").and_then(write_key::anonymous_id);
    let known = key.as_deref().and_then(|key| Sender::by_key(&parts.app, key));
    if let Some(sender) = known {
        parts.pace.take(sender.workspace)?;
    }
    let bytes = read_body(request.into_body(), parts.body_patience).await?;
    let (received, received_on_wire) = now(&parts.app);
    let posted = match read(endpoint, &bytes, received_on_wire, anonymous_id) {
        Ok(Some(posted)) => posted,
        Ok(None) => return Ok(done()),
        Err(code) => {
            // Who looks for the fault finds it among the events; without a key nobody would.
            if let Some(sender) = known {
                let unread = [told::unread(code, received)];
                parts.app.take_in(sender.workspace, sender.source, received, unread).await?;
            }
            return Err(code.into());
        }
    };
    // A key in a header counts, also one that nobody knows (12.2).
    let sender = match (known, &key, &posted.write_key) {
        (Some(sender), _, _) => sender,
        (None, None, Some(key)) => match Sender::by_key(&parts.app, key) {
            Some(sender) => {
                parts.pace.take(sender.workspace)?;
                sender
            }
            None => return unknown(parts),
        },
        _ => return unknown(parts),
    };
    let events = posted.events.into_iter().map(|event| told::of(event, received, address, false));
    parts.app.take_in(sender.workspace, sender.source, received, events).await?;
    Ok(done())
}

fn unknown(parts: &Parts) -> Result<Response, Failure> {
    if parts.refuse_unknown_keys { Err(Code::InvalidWriteKey.into()) } else { Ok(done()) }
}

/// None where there is nothing to be kept.
fn read(endpoint: Endpoint, bytes: &Bytes, received: jiff::Timestamp, anonymous_id: Option<String>) -> Result<Option<Posted>, Code> {
    let text = || body::text(bytes, body::most_bytes(endpoint));
    Ok(match endpoint {
        Endpoint::One(call) => Some(body::one(call, &text()?, received, anonymous_id)?),
        Endpoint::Batch => Some(body::batch(&text()?, received, anonymous_id)?),
        Endpoint::Metrics => None,
    })
}

/// An event in a picture's address. It is answered by the picture, whatever became of it: nobody reads anything else (12.1).
async fn picture(
    State(parts): State<Arc<Parts>>,
    Path(call): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    info: RequestInfo,
) -> Response {
    let address = Some(info.client().0);
    let (received, received_on_wire) = now(&parts.app);
    let said = || {
        let posted = body::one(Call::from_type(&call)?, &pixel::json(query.as_deref()?)?, received_on_wire, None).ok()?;
        let key = write_key::of_headers(header(&headers, AUTHORIZATION.as_str()), None).or(posted.write_key)?;
        Some((Sender::by_key(&parts.app, &key)?, posted.events))
    };
    if let Ok(_permit) = parts.admission.admit(Class::Running)
        && let Some((sender, events)) = said()
        && parts.pace.take(sender.workspace).is_ok()
    {
        let events = events.into_iter().map(|event| told::of(event, received, address, false));
        if let Err(error) = parts.app.take_in(sender.workspace, sender.source, received, events).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an event in a picture's address was lost");
        }
    }
    ([(CONTENT_TYPE, "image/gif"), (CACHE_CONTROL, "no-store")], pixel::GIF).into_response()
}

/// What Segment's Webhooks destination posts. Its signature is what makes it Segment's: the key in the path stands in pages, too.
async fn webhook(State(parts): State<Arc<Parts>>, Path(key): Path<String>, request: Request) -> Response {
    relayed(&parts, &key, request).await.unwrap_or_else(Failure::into_response)
}

async fn relayed(parts: &Parts, key: &str, request: Request) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::Running)?;
    let sender = Sender::by_key(&parts.app, key).ok_or(Code::InvalidWriteKey)?;
    parts.pace.take(sender.workspace)?;
    let given = header(request.headers(), "x-signature").map(str::to_owned).ok_or(Code::InvalidSignature)?;
    let bytes = read_body(request.into_body(), parts.body_patience).await?;
    let (received, received_on_wire) = now(&parts.app);
    let secrets = parts.app.event_webhook_secrets(sender.workspace, sender.source, key);
    let is_signed = |signed: &[u8]| signature::is_x_signature(&given, secrets.iter().map(|secret| secret.reveal()), signed);
    let text = body::text(&bytes, limits::BATCH_BYTES)?;
    let whole = is_signed(&bytes);
    // Of several events Segment signs the first alone (14). That one is Segment's; who has heard one such pair could have put any others
    // behind it, so these are worth as much as what comes with the public key, and say so.
    if !whole && !body::first_of_list(&text).is_some_and(|first| is_signed(first.as_bytes())) {
        parts.app.take_in(sender.workspace, sender.source, received, [told::unread(Code::InvalidSignature, received)]).await?;
        return Err(Code::InvalidSignature.into());
    }
    let events: Vec<Told> = match body::webhook(&text, received_on_wire) {
        Ok(events) => events.into_iter().enumerate().map(|(n, event)| told::of(event, received, None, whole || n == 0)).collect(),
        Err(code) => {
            parts.app.take_in(sender.workspace, sender.source, received, [told::unread(code, received)]).await?;
            return Err(code.into());
        }
    };
    parts.app.take_in(sender.workspace, sender.source, received, events).await?;
    Ok(done())
}
