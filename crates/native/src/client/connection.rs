//! How requests go out: addresses, tokens, keys, attempts.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    ids::{FileRequestId, IdSource, Randomness},
    secret::Secret,
};
use reqwest::{Method, Response, Url, header};
use serde::{Serialize, de::DeserializeOwned};

use super::Error;
use crate::Problem;

/// Requests that are not streams end by then, each attempt.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// No byte for so long means that the connection is dead: three comments of an event stream are missing.
const READ_TIMEOUT: Duration = Duration::from_secs(45);
/// How often a request is tried unless told otherwise.
const ATTEMPTS: u32 = 4;
/// The wait before the second attempt, doubled for each further one.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait between attempts, unless the server says otherwise.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A server, and how it is talked to. Cheap to clone.
#[derive(Clone)]
pub struct Connection {
    http: reqwest::Client,
    base: Url,
    ids: Arc<dyn IdSource>,
    randomness: Arc<dyn Randomness>,
    token: Option<Secret>,
    key: Option<String>,
    attempts: u32,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("base", &self.base.as_str()).field("token", &self.token).finish_non_exhaustive()
    }
}

/// A file to send.
#[derive(Clone)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// Its media type, as the sender believes.
    pub media_type: String,
    /// Its content.
    pub content: Bytes,
    /// Which request it answers.
    pub request: Option<FileRequestId>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes)", self.content.len())
    }
}

/// What a request carries.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    /// Nothing.
    Empty,
    /// JSON, serialised once, so that a second attempt is the same to the byte.
    Json(&'a Bytes),
    /// A file, as `multipart/form-data`.
    File(&'a Upload),
}

impl Connection {
    /// A connection to the server at `base`, such as `https://chat.example.com`; what goes before `/api/v1`.
    ///
    /// # Errors
    /// When `base` is not an http or https address, or the TLS set-up fails.
    pub fn new(base: &str, ids: Arc<dyn IdSource>, randomness: Arc<dyn Randomness>) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(READ_TIMEOUT)
            .user_agent(concat!("switchboard-native/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Self::with_http(http, base, ids, randomness)
    }

    /// The same over a client of the caller's: for own roots of trust, or a proxy. It should have a read time-out of about 45 s.
    ///
    /// # Errors
    /// When `base` is not an http or https address.
    pub fn with_http(http: reqwest::Client, base: &str, ids: Arc<dyn IdSource>, randomness: Arc<dyn Randomness>) -> Result<Self, Error> {
        let address = base.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https") && !url.cannot_be_a_base());
        let base = address.ok_or_else(|| Error::Address(base.to_owned()))?;
        Ok(Self { http, base, ids, randomness, token: None, key: None, attempts: ATTEMPTS })
    }

    /// How often a request that may succeed later is tried; at least once, 4 unless told.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The same server, with a Bearer token.
    #[must_use]
    pub fn with_token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }

    /// The same, where each `POST` carries this idempotency key: for one request that is to be repeated.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub(super) fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    pub(super) fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// `/api/v1/{path}`, with one more segment that may hold anything.
    fn url(&self, path: &str, last: Option<&str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path.split('/')).extend(last);
        }
        url
    }

    pub(super) async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, Error> {
        decode(&self.send(Method::GET, self.url(path, None), Body::Empty).await?)
    }

    pub(super) async fn query<A: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> Result<A, Error> {
        let request = self.http.get(self.url(path, None)).query(query).build()?;
        decode(&self.send(Method::GET, request.url().clone(), Body::Empty).await?)
    }

    pub(super) async fn bytes(&self, path: &str) -> Result<Bytes, Error> {
        self.send(Method::GET, self.url(path, None), Body::Empty).await
    }

    pub(super) async fn text(&self, path: &str) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.send(Method::GET, self.url(path, None), Body::Empty).await?).into_owned())
    }

    pub(super) async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A, Error> {
        decode(&self.send(Method::POST, self.url(path, None), Body::Json(&json(body)?)).await?)
    }

    /// A `POST` that says all it has to say by its path.
    pub(super) async fn post_empty<A: DeserializeOwned>(&self, path: &str) -> Result<A, Error> {
        decode(&self.send(Method::POST, self.url(path, None), Body::Empty).await?)
    }

    /// The same, answered 204.
    pub(super) async fn act_empty(&self, path: &str) -> Result<(), Error> {
        self.send(Method::POST, self.url(path, None), Body::Empty).await.map(drop)
    }

    /// A `POST` that is answered 204.
    pub(super) async fn act(&self, path: &str, body: &impl Serialize) -> Result<(), Error> {
        self.send(Method::POST, self.url(path, None), Body::Json(&json(body)?)).await.map(drop)
    }

    pub(super) async fn upload<A: DeserializeOwned>(&self, path: &str, upload: &Upload) -> Result<A, Error> {
        decode(&self.send(Method::POST, self.url(path, None), Body::File(upload)).await?)
    }

    pub(super) async fn put<A: DeserializeOwned>(&self, path: &str, last: Option<&str>, body: &impl Serialize) -> Result<A, Error> {
        decode(&self.send(Method::PUT, self.url(path, last), Body::Json(&json(body)?)).await?)
    }

    pub(super) async fn delete(&self, path: &str, last: Option<&str>) -> Result<(), Error> {
        self.send(Method::DELETE, self.url(path, last), Body::Empty).await.map(drop)
    }

    /// Opens an event stream: one attempt, no time limit on the whole.
    pub(super) async fn open(self, path: &'static str, last_event_id: Option<String>) -> Result<Response, Error> {
        let mut request = self.authorised(Method::GET, self.url(path, None)).header(header::ACCEPT, "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        checked(request.send().await?).await
    }

    /// Sends, again while that may help and attempts are left, always with the same key and body.
    async fn send(&self, method: Method, url: Url, body: Body<'_>) -> Result<Bytes, Error> {
        let key = (method == Method::POST).then(|| self.key.clone().unwrap_or_else(|| self.ids.next().to_string()));
        let mut attempt = 1;
        loop {
            let mut request = self.authorised(method.clone(), url.clone()).timeout(REQUEST_TIMEOUT);
            if let Some(key) = &key {
                request = request.header("idempotency-key", key);
            }
            request = match body {
                Body::Empty => request,
                Body::Json(json) => request.header(header::CONTENT_TYPE, "application/json").body(json.clone()),
                Body::File(upload) => request.multipart(form(upload)?),
            };
            let error = match request.send().await.map_err(Error::from) {
                Ok(response) => match whole(response).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if attempt >= self.attempts || !error.is_transient() {
                return Err(error);
            }
            tokio::time::sleep(self.wait(FIRST_WAIT, attempt - 1, error.retry_after())).await;
            attempt += 1;
        }
    }

    fn authorised(&self, method: Method, url: Url) -> reqwest::RequestBuilder {
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }

    /// How long to wait after `failures` failures: half to one and a half of `first` doubled each time, at least what the server asked for.
    /// Spread, so that all clients of a server that restarts do not come at once.
    pub(super) fn wait(&self, first: Duration, failures: u32, asked: Option<Duration>) -> Duration {
        let mut draw = [0; 4];
        self.randomness.fill(&mut draw);
        let spread = 0.5 + f64::from(u32::from_le_bytes(draw)) / f64::from(u32::MAX);
        let doubled = first.saturating_mul(1 << failures.min(10)).min(LONGEST_WAIT.max(first));
        let asked = asked.unwrap_or_default();
        // Past what was asked there is still a spread, or those who were told the same would come together.
        doubled.mul_f64(spread).max(asked.mul_f64(1.0 + spread / 4.0))
    }
}

fn json(body: &impl Serialize) -> Result<Bytes, Error> {
    serde_json::to_vec(body).map(Bytes::from).map_err(Error::Decode)
}

fn form(upload: &Upload) -> Result<reqwest::multipart::Form, Error> {
    let length = upload.content.len() as u64;
    let part = reqwest::multipart::Part::stream_with_length(upload.content.clone(), length)
        .file_name(upload.name.clone())
        .mime_str(&upload.media_type)?;
    let form = reqwest::multipart::Form::new();
    let form = match upload.request {
        Some(request) => form.text("request", request.to_string()),
        None => form,
    };
    Ok(form.part("file", part))
}

/// The answer, or what went wrong in the server's words.
async fn checked(response: Response) -> Result<Response, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after =
        response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
    let body = response.bytes().await?;
    Err(match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Error::Problem { problem: Box::new(problem), retry_after },
        Err(_) => Error::Status { status: status.as_u16(), retry_after },
    })
}

/// The answer's body to its end: one that breaks off is asked for again like one that never came.
async fn whole(response: Response) -> Result<Bytes, Error> {
    Ok(checked(response).await?.bytes().await?)
}

fn decode<A: DeserializeOwned>(answer: &Bytes) -> Result<A, Error> {
    serde_json::from_slice(answer).map_err(Error::Decode)
}
