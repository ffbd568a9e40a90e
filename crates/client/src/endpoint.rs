//! A Live Agent endpoint and its single requests. Nothing is retried here; [`Chat`](crate::Chat) does that.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use liveagent::message::{Envelope, ReconnectSession, ServerMessage};
use liveagent::query::write_id_list;
use liveagent::resource::Resource;
use liveagent::session::{SessionCreated, SessionResynced};
use liveagent::visitor::{Availability, Breadcrumb, Settings, VisitorId};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Certificate, Method, Url};

use crate::saved::{SavedPost, SavedSession};
use crate::transport::{Answer, Headers, build, exchange};
use crate::{Address, Environment, Error, System};

/// The version that requests carry unless told otherwise; it gates only a few fields (liveagent.md 1.2).
const API_VERSION: u16 = 50;
/// How often a SwitchServer answer is followed.
const SWITCHES: usize = 3;

/// One endpoint, with its own pool of connections. Cloning is cheap.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    address: Address,
    http: reqwest::Client,
    api_version: u16,
    request_timeout: Duration,
    idempotency: bool,
    environment: Arc<dyn Environment>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Endpoint").field(&self.0.address).finish()
    }
}

/// Settings of an [`Endpoint`].
pub struct EndpointBuilder {
    address: Address,
    certificates: Vec<Vec<u8>>,
    api_version: u16,
    connect_timeout: Duration,
    request_timeout: Duration,
    idempotency: bool,
    environment: Arc<dyn Environment>,
}

impl EndpointBuilder {
    /// Trusts the certificates of this PEM file too, beside those of the system: for an authority of your own, or a
    /// self-signed server.
    #[must_use]
    pub fn trust(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificates.push(pem.into());
        self
    }

    /// Sends this `X-LIVEAGENT-API-VERSION`; 50 unless told.
    #[must_use]
    pub fn api_version(mut self, version: u16) -> Self {
        self.api_version = version;
        self
    }

    /// Gives a request up after this time; 30 s unless told. The long poll has its own limit, which the endpoint names.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Whether POSTs carry an `Idempotency-Key` (yes unless told), by which Switchboard removes repeats across reconnects.
    /// Others ignore it.
    #[must_use]
    pub fn idempotency(mut self, on: bool) -> Self {
        self.idempotency = on;
        self
    }

    /// Takes time and chance from here.
    #[must_use]
    pub fn environment(mut self, environment: impl Environment) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// Makes the endpoint. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Tls`] when a certificate cannot be read, or the system has no trust store and the address is `https`.
    pub fn build(self) -> Result<Endpoint, Error> {
        // rustls needs one provider in the process. When another was installed first, that one serves as well.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut certificates = Vec::new();
        for pem in &self.certificates {
            let found = Certificate::from_pem_bundle(pem).map_err(|e| Error::Tls(e.to_string()))?;
            if found.is_empty() {
                return Err(Error::Tls("the file to trust holds no PEM certificate".to_owned()));
            }
            certificates.extend(found);
        }
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("switchboard-client/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(self.connect_timeout)
                // A redirect would hand the session key to another host; liveagent.md 1.5 has SwitchServer for that.
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .tcp_keepalive(Duration::from_secs(30))
                .http2_keep_alive_interval(Duration::from_secs(20))
                .http2_keep_alive_timeout(Duration::from_secs(20))
        };
        let http = match builder().tls_certs_merge(certificates.clone()).build() {
            Ok(http) => http,
            // A machine without a trust store can still speak plain HTTP.
            Err(_) if !self.address.is_encrypted() => builder().tls_certs_only(certificates).build().map_err(|e| Error::Tls(chain(&e)))?,
            Err(e) => return Err(Error::Tls(chain(&e))),
        };
        Ok(Endpoint(Arc::new(Inner {
            address: self.address,
            http,
            api_version: self.api_version,
            request_timeout: self.request_timeout,
            idempotency: self.idempotency,
            environment: self.environment,
        })))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

/// Which organisation and deployment a `Visitor/*` request is about (liveagent.md 2.5).
#[derive(Debug, Clone)]
pub struct Site {
    /// Organisation id, 15 or 18 characters.
    pub organization_id: String,
    /// Deployment id, 15 or 18 characters.
    pub deployment_id: String,
}

impl Endpoint {
    /// An endpoint with the usual settings, by its address in any of the three forms (see [`Address::parse`]).
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Tls`].
    pub fn new(address: &str) -> Result<Self, Error> {
        Self::builder(address)?.build()
    }

    /// Settings for an endpoint at this address.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn builder(address: &str) -> Result<EndpointBuilder, Error> {
        Ok(EndpointBuilder {
            address: Address::parse(address)?,
            certificates: Vec::new(),
            api_version: API_VERSION,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            idempotency: true,
            environment: Arc::new(System::new()),
        })
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// `GET System/SessionId`: a new session (liveagent.md 2.1). [`Chat::start`](crate::Chat::start) does this itself.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::TimedOut`], [`Error::Refused`], [`Error::Unreadable`] when id or key is missing.
    pub async fn session(&self) -> Result<SessionCreated, Error> {
        const NAME: &str = "System/SessionId";
        let headers = Headers { affinity: Some(liveagent::headers::NO_AFFINITY), ..Headers::default() };
        let created: SessionCreated = match self.get(self.url(Resource::SessionId), headers).await {
            Answer::Done(body) => serde_json::from_slice(&body).map_err(|e| Error::unreadable(NAME, category(&e)))?,
            other => return Err(other.into_error(NAME)),
        };
        if created.id.is_empty() || created.key.is_empty() {
            return Err(Error::unreadable(NAME, "id or key is missing"));
        }
        Ok(created)
    }

    /// `DELETE System/SessionId/{key}`: drops a session, and ends its chat.
    ///
    /// # Errors
    /// As [`Endpoint::session`]; [`Error::SessionOver`] when it is gone already.
    pub async fn delete_session(&self, saved: &SavedSession) -> Result<(), Error> {
        let url = self.0.address.resource(&["System", "SessionId", &saved.key]);
        let request = build(&self.0.http, Method::DELETE, url, self.credentials(saved).map(self.0.api_version));
        match exchange(request, self.0.request_timeout).await {
            Answer::Done(_) | Answer::Nothing => Ok(()),
            other => Err(other.into_error("System/SessionId")),
        }
    }

    /// `GET Visitor/Availability` with estimated waits: one result an id (buttons `573…`, agents `005…`).
    ///
    /// # Errors
    /// As [`Endpoint::session`].
    pub async fn availability(&self, site: &Site, ids: &[&str]) -> Result<Availability, Error> {
        let query = [("Availability.ids", write_id_list(ids)), ("Availability.needEstimatedWaitTime", "1".to_owned())];
        self.visitor(Resource::Availability, "Visitor/Availability", site, &query, |m| match m {
            ServerMessage::Availability(found) => Some(found),
            _ => None,
        })
        .await
    }

    /// `GET Visitor/Settings`: these buttons, or all of the deployment when none is named.
    ///
    /// # Errors
    /// As [`Endpoint::session`].
    pub async fn settings(&self, site: &Site, buttons: &[&str]) -> Result<Settings, Error> {
        let query = [("Settings.buttonIds", write_id_list(buttons)), ("Settings.needEstimatedWaitTime", "1".to_owned())];
        self.visitor(Resource::Settings, "Visitor/Settings", site, &query, |m| match m {
            ServerMessage::Settings(found) => Some(found),
            _ => None,
        })
        .await
    }

    /// `GET Visitor/VisitorId`: a new visitor session, as a page of the site would have.
    ///
    /// # Errors
    /// As [`Endpoint::session`].
    pub async fn visitor_id(&self, site: &Site) -> Result<VisitorId, Error> {
        self.visitor(Resource::VisitorId, "Visitor/VisitorId", site, &[], |m| match m {
            ServerMessage::VisitorId(found) => Some(found),
            _ => None,
        })
        .await
    }

    /// `POST Visitor/Breadcrumb`: the page that the visitor is on. `visitor` is what [`Endpoint::visitor_id`] gave; it
    /// travels as `sid` (liveagent.md 2.7).
    ///
    /// # Errors
    /// As [`Endpoint::session`].
    pub async fn breadcrumb(&self, site: &Site, visitor: &VisitorId, location: &str) -> Result<(), Error> {
        const NAME: &str = "Visitor/Breadcrumb";
        let mut url = self.url(Resource::Breadcrumb);
        url.query_pairs_mut()
            .append_pair("org_id", &site.organization_id)
            .append_pair("deployment_id", &site.deployment_id)
            .append_pair("sid", &visitor.session_id);
        let body = serde_json::to_string(&Breadcrumb { location: location.into() }).map_err(|e| Error::unreadable(NAME, category(&e)))?;
        let request =
            build(&self.0.http, Method::POST, url, Headers::default().map(self.0.api_version)).header(CONTENT_TYPE, JSON).body(body);
        match exchange(request, self.0.request_timeout).await {
            Answer::Done(_) | Answer::Nothing => Ok(()),
            other => Err(other.into_error(NAME)),
        }
    }

    async fn visitor<T>(
        &self,
        resource: Resource,
        name: &'static str,
        site: &Site,
        query: &[(&str, String)],
        pick: impl Fn(ServerMessage) -> Option<T>,
    ) -> Result<T, Error> {
        let mut address = self.0.address.clone();
        for _ in 0..=SWITCHES {
            let mut url = address.resource(&[resource.prefix(), resource.noun()]);
            url.query_pairs_mut().append_pair("org_id", &site.organization_id).append_pair("deployment_id", &site.deployment_id);
            url.query_pairs_mut().extend_pairs(query);
            let envelope: Envelope = match self.get(url, Headers::default()).await {
                Answer::Done(body) => serde_json::from_slice(&body).map_err(|e| Error::unreadable(name, category(&e)))?,
                other => return Err(other.into_error(name)),
            };
            match envelope.messages.into_iter().next() {
                Some(ServerMessage::SwitchServer(to)) => {
                    let next = Address::parse(&to.new_url)?;
                    if address.is_encrypted() && !next.is_encrypted() {
                        return Err(Error::unreadable(name, "it sends us to an unencrypted address"));
                    }
                    address = next;
                }
                first => return first.and_then(&pick).ok_or_else(|| Error::unreadable(name, "it holds another message")),
            }
        }
        Err(Error::unreadable(name, "it sends us from server to server"))
    }

    // What the chat's driver sends.

    pub(crate) fn environment(&self) -> &Arc<dyn Environment> {
        &self.0.environment
    }

    pub(crate) async fn send_post(&self, saved: &SavedSession, post: &SavedPost) -> Answer {
        let headers =
            Headers { sequence: post.sequence, idempotency: self.0.idempotency.then_some(post.key.as_str()), ..self.credentials(saved) };
        let url = self.0.address.resource(&[&post.prefix, &post.noun]);
        let request = build(&self.0.http, Method::POST, url, headers.map(self.0.api_version)).header(CONTENT_TYPE, JSON);
        exchange(request.body(post.body.clone()), self.0.request_timeout).await
    }

    pub(crate) async fn poll(&self, saved: &SavedSession) -> Answer {
        let mut url = self.url(Resource::Messages);
        url.query_pairs_mut().append_pair("ack", &saved.ack.to_string());
        let request = build(&self.0.http, Method::GET, url, self.credentials(saved).map(self.0.api_version));
        exchange(request, Duration::from_secs(saved.poll_timeout.clamp(5, 600))).await
    }

    /// The new affinity token; with ResyncSession also the new key. `Err` holds an answer that is no success.
    pub(crate) async fn reconnect(&self, saved: &SavedSession) -> Result<(Option<String>, Option<String>), Answer> {
        let mut url = self.url(Resource::ReconnectSession);
        if let Some(offset) = saved.offset {
            url.query_pairs_mut().append_pair("ReconnectSession.offset", &offset.to_string());
        }
        let headers = Headers { affinity: Some(liveagent::headers::NO_AFFINITY), ..self.credentials(saved) };
        match self.get(url, headers).await {
            Answer::Done(body) => {
                let envelope: Envelope = serde_json::from_slice(&body).unwrap_or_default();
                let token = envelope.messages.into_iter().find_map(|m| match m {
                    ServerMessage::ReconnectSession(ReconnectSession { affinity_token, .. }) => Some(affinity_token),
                    _ => None,
                });
                Ok((token.filter(|t| !t.is_empty()), None))
            }
            // Endpoints before version 37 know only ResyncSession, and some neither.
            Answer::Other { status: 400 | 404 | 405, .. } => self.resync(saved).await,
            other => Err(other),
        }
    }

    async fn resync(&self, saved: &SavedSession) -> Result<(Option<String>, Option<String>), Answer> {
        let mut url = self.url(Resource::ResyncSession);
        url.query_pairs_mut().append_pair("SessionId", &saved.key);
        match self.get(url, self.credentials(saved)).await {
            Answer::Done(body) => match serde_json::from_slice::<SessionResynced>(&body) {
                Ok(answer) if answer.is_valid => {
                    let filled = |text: String| (!text.is_empty()).then_some(text);
                    Ok((filled(answer.affinity_token), filled(answer.key.into_inner())))
                }
                Ok(_) => Err(Answer::Forbidden),
                Err(_) => Ok((None, None)),
            },
            Answer::Other { status: 400 | 404 | 405, .. } => Ok((None, None)),
            other => Err(other),
        }
    }

    pub(crate) fn follow(&self, named: &str) -> Option<Url> {
        self.0.address.follow(named)
    }

    /// A POST to an address of the endpoint's choosing, without any Live Agent header (liveagent.md 2.6).
    pub(crate) async fn upload(&self, url: Url, form: reqwest::multipart::Form, referer: Option<&str>, limit: Duration) -> Answer {
        let mut request = self.0.http.post(url).multipart(form);
        if let Some(referer) = referer.and_then(|r| HeaderValue::from_str(r).ok()) {
            request = request.header(reqwest::header::REFERER, referer);
        }
        exchange(request, limit).await
    }

    fn url(&self, resource: Resource) -> Url {
        self.0.address.resource(&[resource.prefix(), resource.noun()])
    }

    fn credentials<'a>(&self, saved: &'a SavedSession) -> Headers<'a> {
        let affinity = saved.affinity.as_deref().unwrap_or(liveagent::headers::NO_AFFINITY);
        Headers { affinity: Some(affinity), key: Some(&saved.key), ..Headers::default() }
    }

    async fn get(&self, url: Url, headers: Headers<'_>) -> Answer {
        exchange(build(&self.0.http, Method::GET, url, headers.map(self.0.api_version)), self.0.request_timeout).await
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Where JSON is wrong, without what it says: serde's own text would repeat values.
pub(crate) fn category(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a value of another type",
        serde_json::error::Category::Eof => "it is cut off",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

/// The body of a request as JSON text. All wire types of requests are plain data, so this cannot fail for them.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
