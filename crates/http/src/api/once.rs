//! `POST`s that are done once: the idempotency key of a request, and the answers kept under it.

use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{ids::WorkspaceId, secret::Text};
use engine::{
    SignedInAgent,
    idempotency::{Answer, Once, RequestName},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use native::ProblemKind;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    ApiState, Failure,
    extract::{read_json, whole_body},
    problem::PROBLEM_JSON,
};

/// The most characters of a key.
const KEY_CHARACTERS: usize = 255;

/// A `POST` with its key and its whole body.
#[derive(Debug)]
pub struct Posted<T> {
    /// What the body says.
    pub body: T,
    key: String,
    fingerprint: Vec<u8>,
}

/// The request's idempotency key.
///
/// # Errors
/// [`ProblemKind::IdempotencyKeyMissing`] without one, or with one that is malformed.
pub fn key_of(headers: &HeaderMap) -> Result<String, Failure> {
    headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .filter(|key| (1..=KEY_CHARACTERS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or_else(|| {
            let detail = format!("send the header Idempotency-Key with 1 to {KEY_CHARACTERS} visible ASCII characters");
            Failure::new(ProblemKind::IdempotencyKeyMissing, detail)
        })
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Posted<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Failure> {
        let key = key_of(request.headers())?;
        let path = request.uri().path().to_owned();
        let bytes: Bytes = whole_body(request).await?;
        let fingerprint = state.app.fingerprint(&[path.as_bytes(), &bytes]);
        Ok(Self { body: read_json(&bytes)?, key, fingerprint })
    }
}

impl<T> Posted<T> {
    /// Does the work once for an agent's key.
    pub async fn once<F, W>(self, state: &ApiState, who: &SignedInAgent, work: F) -> Response
    where
        F: FnOnce(T, Once) -> W + Send + 'static,
        W: Future<Output = Result<Answer, Failure>> + Send,
        T: Send + 'static,
    {
        let Self { body, key, fingerprint } = self;
        let name = RequestName { workspace: who.workspace, scope: format!("agent {}", who.agent), key };
        once(state, name, fingerprint, move |once| work(body, once)).await
    }

    /// The same, where keys belong to something else: `scope` says to what.
    pub async fn once_for<F, W>(self, state: &ApiState, workspace: WorkspaceId, scope: String, work: F) -> Response
    where
        F: FnOnce(T, Once) -> W + Send + 'static,
        W: Future<Output = Result<Answer, Failure>> + Send,
        T: Send + 'static,
    {
        let Self { body, key, fingerprint } = self;
        once(state, RequestName { workspace, scope, key }, fingerprint, move |once| work(body, once)).await
    }
}

/// Does the work once. Problems that say "never" are kept like answers; those that say "later" are not.
pub async fn once<F, W>(state: &ApiState, name: RequestName, fingerprint: Vec<u8>, work: F) -> Response
where
    F: FnOnce(Once) -> W + Send + 'static,
    W: Future<Output = Result<Answer, Failure>> + Send,
{
    // A failure that is not kept goes around the engine, which knows only its own.
    let (around, failed) = tokio::sync::oneshot::channel();
    let request = crate::serve::current_request();
    let result = state
        .app
        .once(name, fingerprint, move |once| async move {
            let done = match request {
                Some(request) => crate::serve::in_request(request, work(once)).await,
                None => work(once).await,
            };
            match done {
                Ok(answer) => Ok(answer),
                Err(failure) if failure.is_final() => Ok(answer(failure.status(), failure.problem())),
                Err(failure) => {
                    // The asker may have gone.
                    let _ = around.send(failure);
                    Err(engine::ErrorKind::Unavailable.into())
                }
            }
        })
        .await;
    match result {
        Ok(answer) => rendered(&answer),
        Err(error) => match failed.await {
            Ok(failure) => failure.into_response(),
            Err(_) => Failure::from(error).into_response(),
        },
    }
}

/// An answer with a JSON body.
pub fn answer<T: Serialize>(status: u16, body: &T) -> Answer {
    match serde_json::to_string(body) {
        Ok(body) => Answer { status, body: Text(body) },
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            Answer { status: 500, body: Text(String::new()) }
        }
    }
}

/// `204`.
pub fn no_content() -> Answer {
    Answer { status: 204, body: Text(String::new()) }
}

/// An answer, new or kept.
pub fn rendered(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if answer.body.reveal().is_empty() {
        return status.into_response();
    }
    let media_type = if status.is_client_error() || status.is_server_error() { PROBLEM_JSON } else { "application/json" };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], answer.body.reveal().to_owned()).into_response()
}
