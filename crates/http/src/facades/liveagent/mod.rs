//! The Live Agent REST protocol: `/chat/rest/*` and file uploads, as clients of the switched-off service speak it (liveagent.md 1 to 6).
//!
//! Each resource is a function from a request to an answer; the wire shapes are `liveagent`'s, every decision is the engine's. What is here is
//! the adapting: headers and keys to sessions, bodies to commands, events to messages, errors to the texts that clients compare with.
//!
//! One [`tower::Service`] serves all of it, so that a parked poll holds one small future and nothing of its request.

mod caller;
mod error;
mod image;
pub(crate) mod init;
mod invitation;
mod messages;
pub(crate) mod old_id;
mod post;
pub(crate) mod post_chat;
mod render;
mod session;
mod telling;
mod upload;
pub(crate) mod visitor;

use std::{
    convert::Infallible,
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
    routing::any_service,
};
use engine::App;
use http::{
    HeaderValue, Method, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
};
use liveagent::{
    Resource,
    resource::{BASE_PATH, RouteError, UPLOAD_PATH, route},
};
use tower::Service;

use self::error::Failure;
pub use self::error::LiveAgentRefusals;
use crate::serve::{AddressLimits, Admission};

/// What the facade is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The engine.
    pub app: App,
    /// Who is turned away when there is too much to do.
    pub admission: Admission,
    /// How many sessions one address may begin.
    pub addresses: Arc<AddressLimits>,
    /// How long a request's body may take to arrive.
    pub body_patience: Duration,
}

/// The routes under `/chat/rest/`, and the one for uploads. Wants [`crate::serve::Edge`] around it, which says where requests come from.
pub fn router(parts: Parts) -> Router {
    let facade = Facade { parts: Arc::new(parts) };
    let mut router = Router::new();
    let mut paths: Vec<String> = Resource::ALL.iter().map(|resource| resource.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    // A route for each name, so that metrics tell them apart.
    for path in paths {
        router = router.route_service(&format!("{path}/"), any_service(facade.clone())).route_service(&path, any_service(facade.clone()));
    }
    let session_id = Resource::EndSession.path();
    router
        .route_service(&format!("{session_id}/{{*key}}"), any_service(facade.clone()))
        .route_service(&format!("{BASE_PATH}{{*unknown}}"), any_service(facade.clone()))
        .route_service(UPLOAD_PATH, any_service(facade))
}

#[derive(Clone, Debug)]
struct Facade {
    parts: Arc<Parts>,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl Service<Request> for Facade {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Answering {
        answer(&self.parts, request)
    }
}

fn answer(parts: &Arc<Parts>, request: Request) -> Answering {
    let path = request.uri().path();
    if path == UPLOAD_PATH {
        let parts = Arc::clone(parts);
        return Box::pin(async move { Ok(upload::take(&parts, request).await.unwrap_or_else(IntoResponse::into_response)) });
    }
    let head = *request.method() == Method::HEAD;
    let found = route(if head { "GET" } else { request.method().as_str() }, path);
    let (resource, key) = match found {
        Ok(found) => (found.resource, found.key.map(std::borrow::Cow::into_owned)),
        Err(RouteError::MethodNotAllowed { allow }) if *request.method() == Method::OPTIONS => return done(allowed(&allow)),
        Err(RouteError::MethodNotAllowed { allow }) => return done(Failure::WrongMethod(allow).into_response()),
        Err(RouteError::NotFound) => return done(Failure::NoResource.into_response()),
    };
    if head && resource == Resource::Messages {
        // Its answer would be told to nobody.
        return done(Failure::WrongMethod(resource.method().as_str().to_owned()).into_response());
    }
    let parts = Arc::clone(parts);
    match resource {
        Resource::Messages => messages::poll(parts, &request),
        Resource::SessionId => done(session::begin(&parts, &request).unwrap_or_else(IntoResponse::into_response)),
        Resource::EndSession => {
            Box::pin(async move { Ok(session::end(&parts, &key.unwrap_or_default()).await.unwrap_or_else(IntoResponse::into_response)) })
        }
        Resource::ReconnectSession => {
            Box::pin(async move { Ok(session::reconnect(&parts, request).await.unwrap_or_else(IntoResponse::into_response)) })
        }
        Resource::ResyncSession => {
            Box::pin(async move { Ok(session::resync(&parts, request).await.unwrap_or_else(IntoResponse::into_response)) })
        }
        Resource::Availability
        | Resource::Settings
        | Resource::VisitorId
        | Resource::AvailabilityJsonp
        | Resource::SettingsJsonp
        | Resource::VisitorIdJsonp
        | Resource::PrechatDetails
        | Resource::PrechatDetailsJsonp
        | Resource::BreadcrumbJsonp
        | Resource::MultiNounJsonp => {
            Box::pin(async move { Ok(visitor::ask(&parts, resource, request).await.unwrap_or_else(IntoResponse::into_response)) })
        }
        Resource::Breadcrumb => {
            Box::pin(async move { Ok(visitor::breadcrumb(&parts, request).await.unwrap_or_else(IntoResponse::into_response)) })
        }
        Resource::MultiNoun
        | Resource::ChasitorInit
        | Resource::ChasitorResyncState
        | Resource::ChatMessage
        | Resource::ChasitorTyping
        | Resource::ChasitorNotTyping
        | Resource::ChasitorSneakPeek
        | Resource::CustomEvent
        | Resource::ChatEnd
        | Resource::IdleWarning
        | Resource::ChasitorSensitiveData
        | Resource::AgentSensitiveData
        | Resource::RichMessage => {
            Box::pin(async move { Ok(post::take(&parts, resource, request).await.unwrap_or_else(IntoResponse::into_response)) })
        }
    }
}

fn done(response: Response) -> Answering {
    Box::pin(ready(Ok(response)))
}

fn allowed(allow: &str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(allow) = HeaderValue::from_str(&format!("{allow}, OPTIONS")) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// JSON, never kept by anybody on the way.
fn json(value: &impl serde::Serialize) -> Result<Response, Failure> {
    let text = serde_json::to_string(value).map_err(engine::Error::internal)?;
    Ok(typed("application/json;charset=UTF-8", Body::from(text)))
}

/// The body of a successful POST: `OK`, without quotes (liveagent.md 2).
fn ok() -> Response {
    typed("text/plain;charset=UTF-8", Body::from(liveagent::status::OK))
}

fn typed(kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
