//! A visitor's `POST`: its body, its idempotency key, and what tells it from another request with that key.

use axum::extract::{FromRequest, Request};
use engine::visitor::Once;
use serde::de::DeserializeOwned;

use crate::api::{
    ApiState, Failure,
    extract::{read_json, whole_body},
    key_of,
};

/// What a `POST` says, and what makes it the same request again. The engine keeps the key in the transaction that does the work.
#[derive(Debug)]
pub(super) struct Keyed<T> {
    /// What the body says.
    pub(super) value: T,
    /// The key with a code of path and body.
    pub(super) once: Once,
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Keyed<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Failure> {
        let key = key_of(request.headers())?;
        let path = request.uri().path().to_owned();
        let bytes = whole_body(request).await?;
        let fingerprint = state.app.fingerprint(&[path.as_bytes(), &bytes]);
        Ok(Self { value: read_json(&bytes)?, once: Once::new(key, fingerprint) })
    }
}
