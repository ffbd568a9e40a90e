//! Forms that browsers post by themselves.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};

use super::failure::Failure;
use crate::serve::read_body;

/// A form's bytes, encoded as forms are unless their page says otherwise.
///
/// # Errors
/// [`Failure::Encoding`] for another encoding, [`Failure::Unread`] for a body that is too large, too slow or broken off.
pub(super) async fn form(headers: &HeaderMap, body: Body, patience: Duration) -> Result<Bytes, Failure> {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if !essence.is_empty() && !essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        return Err(Failure::Encoding);
    }
    Ok(read_body(body, patience).await?)
}
