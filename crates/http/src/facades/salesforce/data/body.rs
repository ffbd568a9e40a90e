//! The body of a request, read whole (salesforce.md 1.1): JSON, perhaps compressed.

use std::{io::Read as _, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use http_body_util::Limited;
use salesforce::{Error, composite::MAX_RESOLVED};

use super::failure::{Failure, unread};
use crate::serve;

/// The most bytes of a body, and of what it stands for if it is compressed.
pub const MAX_JSON: usize = MAX_RESOLVED;

/// How a body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
    Deflate,
}

/// What a body is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// JSON; also where nothing was said, as small clients do.
    Json,
    /// A record with bytes.
    Multipart,
}

impl Kind {
    /// By the headers.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(Self::Json) };
        let given = given.to_str().unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" | "" => Ok(Self::Json),
            "multipart/form-data" => Ok(Self::Multipart),
            _ => Err(Failure::media_type(given)),
        }
    }
}

fn coding(headers: &HeaderMap) -> Result<Coding, Failure> {
    let given = headers.get(CONTENT_ENCODING).map_or("", |value| value.to_str().unwrap_or("?"));
    match given.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Coding::Plain),
        "gzip" | "x-gzip" => Ok(Coding::Gzip),
        "deflate" => Ok(Coding::Deflate),
        _ => Err(Failure::media_type(given)),
    }
}

/// Reads a body and takes its compression off, each up to [`MAX_JSON`].
pub(super) async fn read(headers: &HeaderMap, body: Body, patience: Duration) -> Result<Bytes, Failure> {
    let coding = coding(headers)?;
    let limit = MAX_JSON as u64;
    let bytes = serve::read_body(Body::new(Limited::new(body, MAX_JSON)), patience).await.map_err(|error| unread(error, limit))?;
    if coding == Coding::Plain || bytes.is_empty() {
        return Ok(bytes);
    }
    // Little can stand for much, and takes its time.
    let unpacked = tokio::task::spawn_blocking(move || unpack(coding, &bytes)).await;
    unpacked.map_err(Failure::defect)?
}

fn unpack(coding: Coding, bytes: &[u8]) -> Result<Bytes, Failure> {
    let mut unpacked = Vec::new();
    let most = MAX_JSON as u64 + 1;
    let read = match coding {
        Coding::Deflate => ZlibDecoder::new(bytes).take(most).read_to_end(&mut unpacked),
        Coding::Gzip | Coding::Plain => MultiGzDecoder::new(bytes).take(most).read_to_end(&mut unpacked),
    };
    read.map_err(|_| Error::json_shape("The body is not compressed as its Content-Encoding says"))?;
    if unpacked.len() > MAX_JSON {
        return Err(Failure::too_large(MAX_JSON as u64));
    }
    Ok(unpacked.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_a_body_is_of_is_told_by_its_headers() {
        let kind = |text: &'static str| Kind::of(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(text))])).ok();
        assert_eq!(kind("Application/JSON; charset=UTF-8"), Some(Kind::Json));
        assert_eq!(kind("multipart/form-data; boundary=b"), Some(Kind::Multipart));
        assert_eq!((kind("application/xml"), kind("text/plain")), (None, None));
        assert_eq!(Kind::of(&HeaderMap::new()).ok(), Some(Kind::Json));
    }

    #[test]
    fn a_bomb_is_not_unpacked_and_rubbish_is_told() {
        assert_eq!(unpack(Coding::Gzip, &gzip(b"{}")).unwrap(), "{}");
        let bomb = gzip(&vec![b' '; MAX_JSON + 1]);
        assert!(bomb.len() < 1 << 20);
        let status = |result: Result<Bytes, Failure>| result.unwrap_err().into_answer().status.as_u16();
        assert_eq!(status(unpack(Coding::Gzip, &bomb)), 413);
        assert_eq!(status(unpack(Coding::Gzip, b"rubbish")), 400);
        assert_eq!(status(unpack(Coding::Deflate, b"rubbish")), 400);
        assert_eq!(status(unpack(Coding::Gzip, &gzip(b"{}")[..10])), 400, "cut off");
    }
}
