//! Request bodies: how large they may be, and reading one whole.

use std::{error::Error, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, LengthLimitError};

/// How large a request body may be, by path. The longest matching prefix decides; of two that are equal, the one with an end.
#[derive(Clone, Debug)]
pub struct BodyLimits {
    default: usize,
    by_prefix: Vec<Limit>,
}

#[derive(Clone, Debug)]
struct Limit {
    prefix: Box<str>,
    end: Box<str>,
    bytes: usize,
}

impl BodyLimits {
    /// This many bytes everywhere, until [`BodyLimits::under`] says otherwise.
    pub fn new(default: usize) -> Self {
        Self { default, by_prefix: Vec::new() }
    }

    /// This many bytes for paths that begin with `prefix`.
    #[must_use]
    pub fn under(self, prefix: &str, limit: usize) -> Self {
        self.between(prefix, "", limit)
    }

    /// This many bytes for paths that begin with `prefix` and end with `end`.
    #[must_use]
    pub fn between(mut self, prefix: &str, end: &str, limit: usize) -> Self {
        self.by_prefix.push(Limit { prefix: prefix.into(), end: end.into(), bytes: limit });
        self.by_prefix.sort_by_key(|limit| std::cmp::Reverse((limit.prefix.len(), limit.end.len())));
        self
    }

    /// The limit of one path, bytes.
    pub fn of(&self, path: &str) -> usize {
        let found = self.by_prefix.iter().find(|limit| path.starts_with(&*limit.prefix) && path.ends_with(&*limit.end));
        found.map_or(self.default, |limit| limit.bytes)
    }
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Larger than the path's limit: answer 413.
    #[error("the request body is larger than is allowed here")]
    TooLarge,
    /// The client stopped in the middle: answer 408.
    #[error("the request body did not arrive in time")]
    TooSlow,
    /// The connection broke: no answer will be read.
    #[error("the request body broke off")]
    Broken(#[source] axum::Error),
}

/// Whether reading failed because the body is larger than its path allows; for extractors that read bodies themselves.
pub fn is_length_limit(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Reads a body whole. Its size is held by the [`super::Edge`]; `patience` bounds the time.
///
/// # Errors
/// See [`BodyError`].
pub async fn read_body(body: Body, patience: Duration) -> Result<Bytes, BodyError> {
    match tokio::time::timeout(patience, body.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if is_length_limit(&error) => Err(BodyError::TooLarge),
        Ok(Err(error)) => Err(BodyError::Broken(error)),
        Err(_) => Err(BodyError::TooSlow),
    }
}

/// The size that the head announces, bytes.
pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads and drops what a refused client is still sending, within bounds: a client that writes its whole body before it reads would else
/// see the connection reset instead of the refusal.
pub(crate) async fn drain<B>(mut body: B, at_most: u64, patience: Duration)
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let reading = async {
        let mut seen = 0_u64;
        while seen <= at_most {
            match body.frame().await {
                Some(Ok(frame)) => seen += frame.data_ref().map_or(0, |data| data.len() as u64),
                Some(Err(_)) | None => return,
            }
        }
    };
    let _ = tokio::time::timeout(patience, reading).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Limited;

    #[test]
    fn the_longest_prefix_decides() {
        let limits = BodyLimits::new(10).under("/chat/", 20).under("/chat/rest/file", 30);
        assert_eq!([limits.of("/x"), limits.of("/chat/rest/System"), limits.of("/chat/rest/file/1")], [10, 20, 30]);
        let limits = limits.under("/api/c/", 11).between("/api/c/", "/files", 40);
        assert_eq!([limits.of("/api/c/1/files"), limits.of("/api/c/1/messages"), limits.of("/files")], [40, 11, 10]);
    }

    #[tokio::test]
    async fn a_body_over_its_limit_is_told_from_a_broken_one() {
        let whole = Body::new(Limited::new(Body::from("1234"), 4));
        assert_eq!(read_body(whole, Duration::from_secs(5)).await.unwrap(), "1234");
        let large = Body::new(Limited::new(Body::from("12345"), 4));
        assert!(matches!(read_body(large, Duration::from_secs(5)).await, Err(BodyError::TooLarge)));
        let broken = Body::from_stream(futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]));
        assert!(matches!(read_body(broken, Duration::from_secs(5)).await, Err(BodyError::Broken(_))));
    }

    #[tokio::test]
    async fn a_body_that_stops_is_given_up() {
        let stalled = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        assert!(matches!(read_body(stalled, Duration::from_millis(10)).await, Err(BodyError::TooSlow)));
    }
}
