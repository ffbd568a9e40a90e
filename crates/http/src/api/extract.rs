//! What handlers of the native API take: who is signed in, bodies, queries, paths. Each fails as a problem.

use std::time::Duration;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::secret::Secret;
use engine::{ErrorKind, SignedInAgent};
use http::{HeaderMap, header, request::Parts};
use native::ProblemKind;
use serde::de::DeserializeOwned;

use super::{ApiState, Failure};
use crate::serve::{BodyError, ClientAddr, read_body};

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// The agent whose token the request carries. With a password that must be changed first, it fails.
#[derive(Clone, Debug)]
pub struct SignedIn(pub SignedInAgent);

/// The same, whether the password must be changed or not.
#[derive(Clone, Debug)]
pub struct SignedInAnyhow(pub SignedInAgent);

/// The token of `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret(token.trim().to_owned()))
}

impl FromRequestParts<ApiState> for SignedInAnyhow {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Failure> {
        let address = ClientAddr::from_request_parts(parts, state).await.ok().map(|address| address.0);
        let token = bearer(&parts.headers).ok_or(ErrorKind::NotSignedIn)?;
        Ok(Self(state.app.authenticate(&token, address).await?))
    }
}

impl FromRequestParts<ApiState> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Failure> {
        let SignedInAnyhow(agent) = SignedInAnyhow::from_request_parts(parts, state).await?;
        if agent.must_change_password {
            return Err(ErrorKind::PasswordChangeNeeded.into());
        }
        Ok(Self(agent))
    }
}

/// A query string, of which every parameter is known.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| Failure::new(ProblemKind::InvalidParameter, reason(&error)))
    }
}

/// What is in the path. What is no id names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(_) => Err(ErrorKind::NotFound("thing").into()),
        }
    }
}

/// The innermost reason of an error: the outer ones say only that something is wrong.
fn reason(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// A JSON body, of which every property is known.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        read_json(&whole_body(request).await?).map(Self)
    }
}

/// A whole body.
pub(crate) async fn whole_body(request: Request) -> Result<Bytes, Failure> {
    read_body(request.into_body(), BODY_PATIENCE).await.map_err(|error| match error {
        BodyError::TooLarge => Failure::new(ProblemKind::TooLarge, "the body is larger than is allowed here"),
        BodyError::TooSlow | BodyError::Broken(_) => Failure::new(ProblemKind::InvalidBody, "the body did not arrive whole"),
    })
}

/// A body as JSON; an empty one is `{}`, so that requests that say all by their path need none.
pub(crate) fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    let mut read = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut read).map_err(|error| {
        let path = error.path().to_string();
        let failure = Failure::new(ProblemKind::InvalidBody, without_values(error.inner()));
        if path == "." { failure } else { failure.at(path) }
    })?;
    read.end().map_err(|error| Failure::new(ProblemKind::InvalidBody, without_values(&error)))?;
    Ok(value)
}

/// serde repeats what it found, which may be a password or what somebody wrote: only what was expected is told.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.split_once(", expected "), text.strip_prefix("unknown field `"), text.strip_prefix("missing field `")) {
        (_, Some(rest), _) => {
            format!("no property is called {:?} here", rest.split('`').next().unwrap_or_default().chars().take(64).collect::<String>())
        }
        (_, _, Some(rest)) => format!("the property {:?} is missing", rest.split('`').next().unwrap_or_default()),
        (Some((_, expected)), ..) => format!("expected {expected}"),
        _ if error.is_data() => text.split(" at line ").next().unwrap_or_default().chars().take(200).collect(),
        _ => format!("this is not JSON: line {}, column {}", error.line(), error.column()),
    }
}

/// `200` with a JSON body.
pub fn json<T: serde::Serialize>(body: &T) -> Response {
    super::once::rendered(&super::once::answer(200, body))
}

/// `204`.
pub fn nothing() -> Response {
    http::StatusCode::NO_CONTENT.into_response()
}
