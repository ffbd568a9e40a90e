//! Files to the agent (liveagent.md 2.6), and images by custom event where nobody asked for a file.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use liveagent::message::FileTransfer;
use liveagent::query::UploadQuery;
use serde::Serialize;
use tokio::sync::oneshot;

use crate::Error;
use crate::chat::{Chat, Posted};
use crate::transport::Answer;

/// The largest image that travels inside a custom event, in bytes before base64: 1 MiB, which is 1.4 MB of JSON and fits the body
/// limit that Switchboard has unless told.
/// Larger ones need a request for a file; see [`ChatOptions::image_limit`](crate::ChatOptions).
pub const IMAGE_LIMIT: usize = 1024 * 1024;
/// The type of the custom event that carries an image.
pub const IMAGE_EVENT: &str = "image";
/// An upload may take this long.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// The data of the custom event `image`, as JSON text.
#[derive(Serialize)]
struct ImageData<'a> {
    name: &'a str,
    mime: &'a str,
    base64: String,
}

/// How an image went.
#[derive(Debug)]
#[non_exhaustive]
pub enum ImageSent {
    /// As the file that the agent asked for.
    Uploaded(Uploaded),
    /// As a custom event of type [`IMAGE_EVENT`].
    Event(Posted),
}

impl ImageSent {
    /// Waits until the endpoint has it.
    ///
    /// # Errors
    /// As [`Uploaded`] and [`Posted`].
    pub async fn done(self) -> Result<(), Error> {
        match self {
            Self::Uploaded(upload) => upload.await,
            Self::Event(posted) => posted.await,
        }
    }
}

/// An upload on its way. Dropping it does not stop it; awaiting it says how it went:
/// [`Error::Refused`], [`Error::Unreachable`], [`Error::TimedOut`]. A failed upload leaves the request open, so that it
/// can be tried again. Uploads are not part of the saved session.
#[derive(Debug)]
pub struct Uploaded(oneshot::Receiver<Result<(), Error>>);

impl Future for Uploaded {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|outcome| outcome.unwrap_or(Err(Error::Paused)))
    }
}

impl Chat {
    /// Whether the agent has asked for a file and waits for it.
    #[must_use]
    pub fn is_file_requested(&self) -> bool {
        !self.shared().lock().saved.file_requests.is_empty()
    }

    /// Sends a file in answer to the agent's oldest open request, as multipart parts `file` and `filename`.
    ///
    /// # Errors
    /// At once [`Error::NoFileRequest`] or [`Error::UploadAddress`]; the rest when the [`Uploaded`] is awaited.
    pub fn send_file(&self, name: &str, mime: &str, bytes: impl Into<Bytes>) -> Result<Uploaded, Error> {
        let (request, organization, key) = {
            let state = self.shared().lock();
            let request = state.saved.file_requests.first().cloned().ok_or(Error::NoFileRequest)?;
            (request, state.saved.organization_id.clone(), state.saved.key.clone())
        };
        let endpoint = self.endpoint().clone();
        let named = request.upload_servlet_url.as_deref().ok_or(Error::UploadAddress)?;
        let mut url = endpoint.follow(named).ok_or(Error::UploadAddress)?;
        let query = UploadQuery {
            organization_id: Some(organization),
            chat_key: Some(liveagent::key::chat_key(&key).to_owned().into()),
            file_token: request.file_token.clone(),
            encoding: None,
        };
        let query = match url.query() {
            Some(own) if !own.is_empty() => format!("{own}&{}", query.encode()),
            _ => query.encode(),
        };
        url.set_query(Some(&query));
        let bytes: Bytes = bytes.into();
        let length = bytes.len() as u64;
        let name = name.to_owned();
        // A type that is none travels as plain bytes; the server judges by content anyway.
        let part = |mime: &str| reqwest::multipart::Part::stream_with_length(bytes.clone(), length).file_name(name.clone()).mime_str(mime);
        let part = part(mime).or_else(|_| part("application/octet-stream")).map_err(|e| Error::Unreachable(e.without_url()))?;
        let form = reqwest::multipart::Form::new().part("file", part).text("filename", name);
        let (sender, receiver) = oneshot::channel();
        let shared = self.shared().clone();
        tokio::spawn(async move {
            let answer = endpoint.upload(url, form, request.cdm_servlet_url.as_deref(), UPLOAD_TIMEOUT).await;
            let outcome = verdict(answer);
            if outcome.is_ok() {
                shared.lock().saved.file_requests.retain(|open| !is_same(open, &request));
                shared.changed();
            }
            let _ = sender.send(outcome);
        });
        Ok(Uploaded(receiver))
    }

    /// Sends an image: as the file that the agent asked for, if he did, else as a custom event of type [`IMAGE_EVENT`]
    /// whose data is `{"name", "mime", "base64"}` as JSON text.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more than [`ChatOptions::image_limit`](crate::ChatOptions) bytes without an open request.
    pub fn send_image(&self, name: &str, mime: &str, bytes: impl Into<Bytes>) -> Result<ImageSent, Error> {
        let bytes: Bytes = bytes.into();
        if self.is_file_requested() {
            return self.send_file(name, mime, bytes).map(ImageSent::Uploaded);
        }
        let limit = self.image_limit();
        if bytes.len() > limit {
            return Err(Error::TooLarge { size: bytes.len(), limit });
        }
        let data = crate::endpoint::json(&ImageData { name, mime, base64: STANDARD.encode(&bytes) });
        Ok(ImageSent::Event(self.custom_event(IMAGE_EVENT, data)))
    }
}

fn is_same(one: &FileTransfer, other: &FileTransfer) -> bool {
    one.file_token == other.file_token
}

fn verdict(answer: Answer) -> Result<(), Error> {
    match answer {
        Answer::Done(body) => {
            let text = String::from_utf8_lossy(&body[..body.len().min(200)]).trim().to_owned();
            // Exactly `Success` says the reference; a server that answers nothing is not doubted.
            if text.is_empty() || text.eq_ignore_ascii_case(liveagent::status::UPLOADED) || text == liveagent::status::OK {
                Ok(())
            } else {
                Err(Error::Refused { status: 200, text })
            }
        }
        Answer::Nothing => Ok(()),
        Answer::Forbidden => Err(Error::Refused { status: 403, text: "the upload is not permitted".to_owned() }),
        other => Err(other.into_error("the upload address")),
    }
}
