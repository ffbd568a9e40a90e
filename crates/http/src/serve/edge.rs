//! What happens around every request, in one future, so that a parked poll carries one layer and not eight.

use std::{convert::Infallible, fmt, future::Future, panic::AssertUnwindSafe, pin::Pin, sync::Arc, task, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    response::{IntoResponse, Response},
};
use domain::ids::IdSource;
use futures_util::{FutureExt, future::Either};
use http::{
    HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, RETRY_AFTER},
};
use http_body::Body as _;
use http_body_util::Limited;
use hyper::body::Incoming;
use tower::Service;
use tower_http::cors::{AllowHeaders, Any, Cors, CorsLayer};

use super::{
    BodyLimits, PageSecurity, RequestInfo, TrustedProxies,
    body::{announced, drain},
    connection::{Answer, Connection, InFlight},
    request_info::{CURRENT, acceptable_id},
    route_metrics::RouteMetrics,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A refusal that is made before or instead of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The body is larger than this many bytes: 413.
    BodyTooLarge {
        /// Bytes that are allowed on this path.
        limit: usize,
    },
    /// No place for another request: 503 with `Retry-After`.
    Busy {
        /// When to come again, whole seconds.
        retry_after: Duration,
    },
    /// The handler broke: 500 without a word of why.
    Failed,
    /// There is nothing at this path: 404.
    NoSuchPath,
    /// The path does not take this verb: 405.
    WrongMethod,
}

impl Refusal {
    /// The status that goes with it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}

/// Writes refusals in the caller's own protocol. The path says which one it speaks.
pub trait Refusals: Send + Sync {
    /// The answer to a request for `path`. The edge adds `Retry-After` itself if it is missing.
    fn refuse(&self, path: &str, refusal: Refusal) -> Response;
}

/// Refusals as plain text, for paths that no facade owns.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainRefusals;

impl PlainRefusals {
    /// The refusal as a status and a sentence.
    pub fn render(refusal: Refusal) -> Response {
        let text = match refusal {
            Refusal::BodyTooLarge { limit } => format!("The request body is larger than {limit} bytes."),
            Refusal::Busy { .. } => "The server is busy. Please try again.".to_owned(),
            Refusal::Failed => "The server failed to answer.".to_owned(),
            Refusal::NoSuchPath => "There is nothing at this path.".to_owned(),
            Refusal::WrongMethod => "This path does not take this method.".to_owned(),
        };
        (refusal.status(), text).into_response()
    }
}

impl Refusals for PlainRefusals {
    fn refuse(&self, _: &str, refusal: Refusal) -> Response {
        Self::render(refusal)
    }
}

/// What the edge is built from.
#[derive(Clone)]
pub struct EdgeSettings {
    /// Makes request ids.
    pub ids: Arc<dyn IdSource>,
    /// How bodies are limited.
    pub bodies: BodyLimits,
    /// Who may say for whom a request comes.
    pub proxies: TrustedProxies,
    /// What browsers are told.
    pub pages: PageSecurity,
    /// How refusals look.
    pub refusals: Arc<dyn Refusals>,
    /// Path prefixes that scripts of any origin may call, without credentials (liveagent.md 1.6).
    pub open_to_every_origin: Vec<Box<str>>,
}

impl fmt::Debug for EdgeSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeSettings").field("bodies", &self.bodies).field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

impl EdgeSettings {
    /// Bodies up to 1 MiB, no trusted proxy, pages in nobody's frame, plain refusals, `/chat/rest/` open to scripts.
    pub fn new(ids: Arc<dyn IdSource>) -> Self {
        Self {
            ids,
            bodies: BodyLimits::new(1 << 20),
            proxies: TrustedProxies::default(),
            pages: PageSecurity::new(&[], 0).expect("no origin, so none is wrong"),
            refusals: Arc::new(PlainRefusals),
            open_to_every_origin: vec!["/chat/rest/".into()],
        }
    }
}

/// The router with everything around it. One a server, shared by all its connections.
pub struct Edge {
    settings: EdgeSettings,
    routes: Router,
    preflight: Cors<Router>,
    metrics: RouteMetrics,
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Edge {
    /// `routes` must hold at least one route, and no fallback at their root: paths and verbs that nothing takes are the edge's to refuse. They
    /// need no layer for what the edge does; axum's own body limit is switched off, since the edge holds [`BodyLimits`].
    pub fn new(settings: EdgeSettings, routes: Router) -> Arc<Self> {
        let refusing = |refusal| {
            let refusals = Arc::clone(&settings.refusals);
            move |uri: Uri| std::future::ready(refusals.refuse(uri.path(), refusal))
        };
        let routes = routes.fallback(refusing(Refusal::NoSuchPath)).method_not_allowed_fallback(refusing(Refusal::WrongMethod));
        let routes = routes.route_layer(tower::layer::layer_fn(|inner| NotesRoute { inner }));
        let cors = CorsLayer::new()
            .allow_origin(Any)
            .allow_methods([Method::GET, Method::POST, Method::DELETE, Method::OPTIONS])
            .allow_headers(AllowHeaders::mirror_request())
            .max_age(Duration::from_secs(86_400));
        let preflight = tower::Layer::layer(&cors, routes.clone());
        Arc::new(Self { settings, routes, preflight, metrics: RouteMetrics::default() })
    }

    /// Whether scripts of any origin may call a path.
    fn open(&self, path: &str) -> bool {
        self.settings.open_to_every_origin.iter().any(|prefix| path.starts_with(&**prefix))
    }

    fn begin(self: &Arc<Self>, in_flight: InFlight, request: http::Request<Incoming>) -> Exchange {
        let connection = in_flight.connection();
        let headers = request.headers();
        let proxies = &self.settings.proxies;
        let id = acceptable_id(headers.get(REQUEST_ID)).unwrap_or_else(|| {
            let mut text = uuid::Uuid::encode_buffer();
            let text = self.settings.ids.next().simple().encode_lower(&mut text);
            HeaderValue::from_str(text).expect("hexadecimal digits are a header value")
        });
        let info = RequestInfo::new(
            id,
            proxies.client(connection.peer, headers),
            connection.peer,
            proxies.secure(connection.peer, connection.tls, headers),
            request.method().clone(),
        );
        let path = request.uri().path();
        let limit = self.settings.bodies.of(path);
        if announced(headers).is_some_and(|size| size > limit as u64) {
            return Box::pin(Arc::clone(self).refuse_large(in_flight, info, request, limit));
        }
        let open = self.open(path);
        // Only preflights go through the CORS layer: it would keep a header map for each parked poll.
        let preflight = open && request.method() == Method::OPTIONS;
        let mut request: Request =
            request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(Limited::new(body, limit)) });
        request.extensions_mut().insert(info.clone());
        DefaultBodyLimit::disable().apply(&mut request);
        let answering =
            if preflight { Either::Left(self.preflight.clone().call(request)) } else { Either::Right(self.routes.clone().call(request)) };
        let edge = Arc::clone(self);
        // Combinators, not an async block: that would hold what it awaits twice, and this is what each parked poll keeps.
        Box::pin(AssertUnwindSafe(CURRENT.scope(info.clone(), answering)).catch_unwind().map(move |outcome| {
            let response = match outcome {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(_) => {
                    // What the panic says may hold content: its place is logged by the process's panic hook, the request here.
                    tracing::error!(request = info.id(), route = info.route(), "a handler panicked");
                    edge.refuse(&info, info.route(), Refusal::Failed)
                }
            };
            Ok(edge.end(in_flight, &info, response, open && !preflight))
        }))
    }

    /// Within the request, so that what is said can cite its id.
    fn refuse(&self, info: &RequestInfo, path: &str, refusal: Refusal) -> Response {
        CURRENT.sync_scope(info.clone(), || self.settings.refusals.refuse(path, refusal))
    }

    async fn refuse_large(
        self: Arc<Self>,
        in_flight: InFlight,
        info: RequestInfo,
        request: http::Request<Incoming>,
        limit: usize,
    ) -> Result<Response<Answer>, Infallible> {
        let (head, body) = request.into_parts();
        // A client that asks first (`Expect: 100-continue`) has sent nothing yet and sends nothing once it is refused.
        if !head.headers.contains_key(http::header::EXPECT) {
            drain(body, (limit as u64).saturating_mul(2).max(4 << 20), Duration::from_secs(5)).await;
        }
        let path = head.uri.path();
        let response = self.refuse(&info, path, Refusal::BodyTooLarge { limit });
        let open = self.open(path);
        Ok(self.end(in_flight, &info, response, open))
    }

    fn end(&self, in_flight: InFlight, info: &RequestInfo, mut response: Response, open: bool) -> Response<Answer> {
        let took = info.started().elapsed();
        let status = response.status();
        self.metrics.record(info.method(), info.route(), status, took);
        let (request, method, route, code, ms) =
            (info.id(), info.method().as_str(), info.route(), status.as_u16(), took.as_millis() as u64);
        // 503 is how overload, a stale affinity token and a closing server are said: an answer like others, whose cause is logged where it arose.
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(request, method, route, status = code, ms, "answered");
        } else if status.is_client_error() || status.is_server_error() {
            tracing::info!(request, method, route, status = code, ms, "answered");
        } else {
            tracing::debug!(request, method, route, status = code, ms, "answered");
        }
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, info.id_header());
        self.settings.pages.apply(headers, info.secure());
        if open {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id,retry-after"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(RETRY_AFTER) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.map(|body| Answer { body, _in_flight: in_flight })
    }
}

type Exchange = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>> + Send>>;

/// One connection's way to the edge: two pointers.
#[derive(Clone, Debug)]
pub(super) struct ToEdge {
    pub(super) edge: Arc<Edge>,
    pub(super) connection: Arc<Connection>,
}

impl hyper::service::Service<http::Request<Incoming>> for ToEdge {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Exchange;

    fn call(&self, request: http::Request<Incoming>) -> Exchange {
        self.edge.begin(self.connection.enter(), request)
    }
}

/// Notes the route's pattern for the log line, where it is known: inside the router. Adds no future of its own.
#[derive(Clone, Debug)]
struct NotesRoute<S> {
    inner: S,
}

impl<S: Service<Request>> Service<Request> for NotesRoute<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        if let (Some(info), Some(route)) = (request.extensions().get::<RequestInfo>(), request.extensions().get::<MatchedPath>()) {
            info.set_route(route);
        }
        self.inner.call(request)
    }
}
