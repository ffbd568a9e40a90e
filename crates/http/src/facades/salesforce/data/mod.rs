//! The data API: `/services/data` (salesforce.md 1, tier T1), for clients that were made for Salesforce.
//!
//! An address is taken apart once ([`resource`]), a request is read into what is asked ([`ask`]) and carried out by whoever knows the resource,
//! alone or within another request ([`composite`]). Everything about records is the CRM's to decide; what is here is how it is asked and
//! answered. Whatever is refused is refused in the vendor's own shape ([`failure`]).
//!
//! Pages of other origins may call it where an app has said that it is there ([`super::cross_origin`]).

mod answer;
mod ask;
mod below;
mod body;
mod collection;
mod composite;
mod describe;
mod elsewhere;
mod failure;
mod limits;
mod multipart;
mod query;
mod resource;
mod sobject;
mod transaction;
mod tree;
mod usage;

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::salesforce::{
    Error, Version,
    composite::Method,
    headers::{self, LIMIT_INFO, LimitInfo},
    oauth::Identity,
    version::Resources,
};
use axum::{Router, extract::Request, response::Response, routing::any_service};
use crm::{Crm, Scope, query::Calendar, record::Records};
use domain::ids::WorkspaceId;
use engine::App;
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, TRANSFER_ENCODING},
    request,
};
use tower::Service;

use self::{
    answer::{Answer, takes_gzip},
    ask::{Ask, Conditions, method_named, page_of, parameter},
    body::Kind,
    failure::Failure,
    multipart::Bounds,
    resource::{PATTERNS, Place, Resource},
    transaction::{Asking, Transaction},
};
pub use self::{body::MAX_JSON, failure::SalesforceRefusals, usage::Usage};
use super::caller::Caller;
use crate::serve::{Admission, Class, RequestInfo};

/// The longest address, bytes (salesforce.md 1.1).
const LONGEST_ADDRESS: usize = 16_384;
/// The most bytes of an address and its headers together.
const LARGEST_HEAD: usize = 16_384;
/// How many bytes of a body that is not wanted are read on: a client that sends all of it before it reads the answer would else see the
/// connection reset.
const PASSED_OVER: u64 = 64 << 20;
/// What the address of a version tells that there is. What is answered as not enabled is not among it.
const OFFERED: &[&str] = &["sobjects", "query", "queryAll", "composite", "limits"];

/// What the data API is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The engine, which knows who calls.
    pub app: App,
    /// The records.
    pub crm: Crm,
    /// Who is turned away when there is too much to do.
    pub admission: Admission,
    /// How much each workspace may ask for.
    pub usage: Arc<Usage>,
    /// How long a request's body may take to arrive.
    pub body_patience: Duration,
    /// The most bytes of a field that come as multipart.
    pub max_file: u64,
}

#[derive(Debug)]
struct Shared {
    parts: Parts,
    told: describe::Told,
}

/// The routes below `/services/data`, and those of interfaces that are not offered. Wants [`crate::serve::Edge`] around it, which says where
/// requests come from.
pub fn router(parts: Parts) -> Router {
    let cross_origin = super::cross_origin::layer(parts.app.clone());
    let facade = Facade { shared: Arc::new(Shared { parts, told: describe::Told::default() }) };
    let mut router = Router::new();
    // A route for each kind of address, so that metrics tell them apart.
    for pattern in PATTERNS {
        router =
            router.route_service(&format!("{pattern}/"), any_service(facade.clone())).route_service(pattern, any_service(facade.clone()));
    }
    router.route_service("/services/data/{version}/{*rest}", any_service(facade)).layer(cross_origin).merge(elsewhere::router())
}

#[derive(Clone, Debug)]
struct Facade {
    shared: Arc<Shared>,
}

impl Service<Request> for Facade {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(answer(&shared, request).await) })
    }
}

async fn answer(shared: &Arc<Shared>, request: Request) -> Response {
    let compress = takes_gzip(request.headers());
    let mut told = None;
    let answered = take(shared, request, &mut told).await.unwrap_or_else(Failure::into_answer);
    let mut response = answered.into_response(compress);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(headers::CACHE_CONTROL));
    if let Some(info) = told.and_then(|info: LimitInfo| HeaderValue::from_str(&info.to_string()).ok()) {
        headers.insert(HeaderName::from_bytes(LIMIT_INFO.as_bytes()).expect("a header's name"), info);
    }
    response
}

/// A request from its head to its answer. What is counted of it is told in any case.
async fn take(shared: &Arc<Shared>, request: Request, told: &mut Option<LimitInfo>) -> Result<Answer, Failure> {
    let (head, body) = request.into_parts();
    let (asking, mut ask, _permit) = match begin(shared, &head, told).await {
        Ok(Begun::Answered(answer)) => return Ok(answer),
        Ok(Begun::Asked(asked)) => *asked,
        Err(failure) => {
            crate::upload::pass_over_up_to(Request::from_parts(head, body), PASSED_OVER).await;
            return Err(failure);
        }
    };
    let asking = match &asking.supposed {
        Some(supposed) => match query::supposing(&asking, supposed, &ask).await? {
            Some(answer) => return Ok(answer),
            // Rare, and larger than all that went before it.
            None => Box::pin(asking.made_certain()).await?,
        },
        None => asking,
    };
    if has_body(&head.headers) {
        let parts = &shared.parts;
        if Kind::of(&head.headers)? == Kind::Multipart {
            let bounds = Bounds { file: parts.max_file, patience: parts.body_patience };
            return Box::pin(multipart::carry(&asking, &ask, Request::from_parts(head, body), bounds)).await;
        }
        ask.body = body::read(&head.headers, body, parts.body_patience).await?;
    }
    // In boxes, so that what is asked most does not carry the room for what is largest.
    match ask.resource {
        Resource::Composite => Box::pin(composite::composite(shared, &asking, &ask)).await,
        Resource::Graph => Box::pin(composite::graph(shared, &asking, &ask)).await,
        Resource::Batch => Box::pin(composite::batch(shared, &asking, &ask)).await,
        _ => Box::pin(carry_out(shared, &asking, &mut Transaction::Each, &ask)).await,
    }
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING) || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}

/// What is known of a request by its head.
enum Begun {
    /// All there is to know.
    Answered(Answer),
    /// Who asks what, and a place among the requests that are worked on.
    Asked(Box<(Asking, Ask, crate::serve::Permit)>),
}

async fn begin(shared: &Shared, request: &request::Parts, told: &mut Option<LimitInfo>) -> Result<Begun, Failure> {
    let Parts { app, crm, admission, usage, .. } = &shared.parts;
    let (uri, map) = (&request.uri, &request.headers);
    check_size(request)?;
    check_accept(map)?;
    let query = uri.query().unwrap_or_default();
    let method = method_of(request, query)?;
    let place = Place::parse(uri.path());
    if let Ok(Place::Versions) = place {
        return match method {
            Method::Get | Method::Head => Ok(Begun::Answered(Answer::ok(&Version::all().collect::<Vec<_>>())?)),
            _ => Err(Failure::WrongMethod { method: request.method.to_string(), allowed: &["GET", "HEAD"] }),
        };
    }
    // Integrations can ask again; whoever is in a conversation cannot.
    let permit = admission.admit(if matches!(method, Method::Get | Method::Head) { Class::Report } else { Class::New })?;
    let address = request.extensions.get::<RequestInfo>().map(|info| info.client().0);
    let from = Caller::of(app, map, address).await?;
    count(usage, crm, from.by.workspace, told)?;
    // A query's statement says itself whether rights are as they were.
    let queries = matches!(place, Ok(Place::In(_, Resource::Query | Resource::QueryAll))) && matches!(method, Method::Get);
    let supposed = if queries { crm.supposed(from.by.workspace, from.by.agent).await? } else { None };
    let supposed = supposed.filter(|supposed| supposed.caller.rights.api);
    let caller = match &supposed {
        Some(supposed) => supposed.caller.clone(),
        None => Box::pin(crm.caller(from.by.workspace, from.by.agent)).await?,
    };
    if !caller.rights.api {
        return Err(Error::api_disabled().into());
    }
    // Who has no token is not told what there is.
    let Place::In(version, resource) = place? else { return Err(Error::not_found().into()) };
    let ask = Ask {
        method,
        version,
        resource,
        query: query.to_owned(),
        body: bytes::Bytes::new(),
        conditions: Conditions::of(|name| map.get(name).and_then(|value| value.to_str().ok())),
        page: page_of(map),
    };
    ask.check_method()?;
    let base = app.settings().public_url.as_str();
    let identity = Identity { base, organization: from.organization, user: from.user }.to_string();
    let calendar = calendar_of(app, from.by.workspace);
    let scope = Scope { schema: crm.schema(caller.workspace).await?, caller, now: crm.now() };
    let records = Records::new(crm.clone(), scope);
    let used = told.unwrap_or(LimitInfo { used: 0, max: 0 });
    let asking = Asking { crm: crm.clone(), records, supposed, calendar, identity, used };
    Ok(Begun::Asked(Box::new((asking, ask, permit))))
}

/// By whose day *today* is: the workspace's. One that says no zone that there is has days in UTC.
fn calendar_of(app: &App, workspace: WorkspaceId) -> Calendar {
    let directory = app.directory(workspace).ok();
    let zone = directory.and_then(|directory| jiff::tz::TimeZone::get(&directory.workspace.zone).ok());
    Calendar { zone: zone.unwrap_or(jiff::tz::TimeZone::UTC), ..Calendar::default() }
}

/// Counts a request, and refuses it if there were too many.
fn count(usage: &Usage, crm: &Crm, workspace: WorkspaceId, told: &mut Option<LimitInfo>) -> Result<(), Failure> {
    let (info, within) = usage.count(workspace, crm.now(), 1);
    *told = Some(info);
    if within { Ok(()) } else { Err(Error::request_limit().into()) }
}

fn check_size(request: &request::Parts) -> Result<(), Failure> {
    let uri = &request.uri;
    let address = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if address > LONGEST_ADDRESS {
        let message = format!("The address has more than {LONGEST_ADDRESS} bytes");
        return Err(Failure::Status(StatusCode::URI_TOO_LONG, message));
    }
    let head: usize = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if address + head > LARGEST_HEAD {
        let message = format!("The address and the headers have more than {LARGEST_HEAD} bytes");
        return Err(Failure::Status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, message));
    }
    Ok(())
}

/// JSON is all that is written here; whoever takes nothing else than XML is told so.
fn check_accept(headers: &HeaderMap) -> Result<(), Failure> {
    let mut given = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).peekable();
    let essence = |one: &str| one.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let xml = |one: &str| matches!(essence(one).as_str(), "application/xml" | "text/xml");
    if given.peek().is_some() && given.all(xml) {
        return Err(Failure::Status(StatusCode::NOT_ACCEPTABLE, "Answers are written as application/json only".to_owned()));
    }
    Ok(())
}

/// The method; clients without PATCH say it behind the question mark of a POST (salesforce.md 1.1).
fn method_of(request: &request::Parts, query: &str) -> Result<Method, Failure> {
    let wrong = |name: &str| Failure::WrongMethod { method: name.to_owned(), allowed: &["GET", "HEAD", "POST", "PATCH", "DELETE"] };
    let method = method_named(request.method.as_str()).ok_or_else(|| wrong(request.method.as_str()))?;
    match parameter(query, "_HttpMethod").filter(|_| method == Method::Post) {
        Some(meant) => method_named(&meant).ok_or_else(|| wrong(&meant)),
        None => Ok(method),
    }
}

/// Carries out what is no request of requests.
async fn carry_out(shared: &Shared, asking: &Asking, records: &mut Transaction<'_>, ask: &Ask) -> Result<Answer, Failure> {
    match &ask.resource {
        Resource::Resources => Answer::ok(&Resources { version: ask.version, offered: OFFERED, identity: &asking.identity }),
        Resource::Objects => describe::all(asking, &shared.told, ask).await,
        Resource::Object(name) if ask.reads() => describe::basic(asking, ask, name).await,
        Resource::Object(name) => sobject::create(asking, records, ask, name).await,
        Resource::Describe(name) => describe::whole(asking, &shared.told, ask, name).await,
        Resource::Row { object, id } => sobject::row(asking, records, ask, object, id).await,
        Resource::Below { object, step, last } => below::below(asking, records, ask, object, step, last).await,
        Resource::Query => query::first(asking, records, ask, false).await,
        Resource::QueryAll => query::first(asking, records, ask, true).await,
        Resource::QueryPage(locator) => query::next(asking, ask, locator).await,
        Resource::Collection => collection::change(asking, records, ask).await,
        Resource::CollectionOf(name) => collection::read(asking, records, ask, name).await,
        Resource::CollectionBy { object, field } => collection::upsert(asking, records, ask, object, field).await,
        Resource::Tree(name) => tree::plant(asking, records, ask, name).await,
        Resource::Limits => limits::limits(asking),
        Resource::RecordCount => limits::record_count(asking, records, ask).await,
        Resource::Unavailable => Err(Error::functionality_not_enabled().into()),
        // Told apart before; none holds another.
        Resource::Composite | Resource::Batch | Resource::Graph => Err(Error::not_found().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room<A, B, F>(_: impl FnOnce(A, B) -> F) -> usize {
        size_of::<F>()
    }

    /// Each request's is allocated, moved there, and freed.
    #[test]
    fn a_request_takes_little_room_while_it_is_answered() {
        let room = room::<&'static Arc<Shared>, Request, _>(answer);
        assert!(room <= 8 << 10, "{room} bytes");
    }
}
