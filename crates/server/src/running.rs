//! The life of a server: addresses are taken, routes are answered, the end is graceful.
//!
//! [`Server::bind`] takes the addresses first, so that routes can be built knowing by which address clients reach them;
//! [`Server::start`] answers; [`RunningServer::shutdown`] and [`RunningServer::wait`] end.

use std::{fmt, future::Future, io, net::SocketAddr, num::NonZeroU32, pin::Pin, sync::Arc, time::Duration};

use domain::ids::IdSource;
use http_api::{
    Router,
    serve::{
        AddressLimitSettings, AddressLimits, Admission, AdmissionSettings, BodyLimits, CertificateError, Certificates, Closed,
        ConnectionSettings, Edge, EdgeSettings, ForwardedBy, PageSecurity, PlainRefusals, Refusals, Serving, TrustedProxies,
        probes::{self, MetricsFor, Readiness},
    },
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, ForwardedHeader};

/// Why a server cannot start. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The certificate cannot be used.
    #[error("{error}{}", std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default())]
    Certificate {
        /// Which, and why.
        error: CertificateError,
    },
}

/// Where a server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Plain HTTP.
    pub http: Option<SocketAddr>,
    /// HTTP over TLS.
    pub https: Option<SocketAddr>,
    /// `/metrics` on an address of its own.
    pub metrics: Option<SocketAddr>,
}

impl Addresses {
    /// The scheme and address by which the server is best reached, e.g. `https://127.0.0.1:8443`.
    pub fn url(&self) -> String {
        match (self.https, self.http) {
            (Some(address), _) => format!("https://{address}"),
            (None, Some(address)) => format!("http://{address}"),
            (None, None) => String::new(),
        }
    }
}

/// What a server answers with.
pub struct Parts {
    /// All routes but the probes.
    pub routes: Router,
    /// Whether what the routes need is there.
    pub readiness: Arc<dyn Readiness>,
    /// How each protocol writes refusals.
    pub refusals: Arc<dyn Refusals>,
    /// Makes request ids.
    pub ids: Arc<dyn IdSource>,
    /// Awaited after the last answer: ends what the routes used, the store last.
    pub end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Parts {
    /// These routes, which need nothing else; the fields say what else there can be.
    pub fn new(routes: Router, ids: Arc<dyn IdSource>) -> Self {
        Self { routes, readiness: Arc::new(NeedsNothing), refusals: Arc::new(PlainRefusals), ids, end: Box::pin(async {}) }
    }
}

struct NeedsNothing;

impl Readiness for NeedsNothing {
    fn ready(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async { Ok(()) })
    }
}

/// Ready while not ending, as far as the parts are.
struct UntilClosing {
    closing: CancellationToken,
    parts: Arc<dyn Readiness>,
}

impl Readiness for UntilClosing {
    fn ready(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        if self.closing.is_cancelled() {
            return Box::pin(async { Err("shutting down".to_owned()) });
        }
        self.parts.ready()
    }
}

/// A server that has its addresses and does not answer yet: clients that connect wait.
#[derive(Debug)]
pub struct Server {
    config: Config,
    http: Option<TcpListener>,
    https: Option<(TcpListener, Arc<Certificates>)>,
    metrics: Option<TcpListener>,
    addresses: Addresses,
    closing: CancellationToken,
}

impl Server {
    /// Takes the addresses and reads the certificate. Needs a Tokio runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn bind(config: Config) -> Result<Self, StartError> {
        let bind = |address| Serving::bind(address).map_err(|source| StartError::Listen { address, source });
        let tls = &config.tls;
        let certificates = if tls.certificate.is_empty() {
            None
        } else {
            Some(
                Certificates::load(tls.certificate.clone().into(), tls.key.clone().into())
                    .map_err(|error| StartError::Certificate { error })?,
            )
        };
        let main = bind(config.server.listen)?;
        let (http, https) = match (certificates, tls.listen.parse()) {
            (None, _) => (Some(main), None),
            (Some(certificates), Ok(own)) => (Some(main), Some((bind(own)?, certificates))),
            (Some(certificates), Err(_)) => (None, Some((main, certificates))),
        };
        let metrics = config.metrics.listen.parse().ok().map(bind).transpose()?;
        let address = |listener: &TcpListener| listener.local_addr().ok();
        let addresses = Addresses {
            http: http.as_ref().and_then(address),
            https: https.as_ref().and_then(|(listener, _)| address(listener)),
            metrics: metrics.as_ref().and_then(address),
        };
        Ok(Self { config, http, https, metrics, addresses, closing: CancellationToken::new() })
    }

    /// Where it listens; a port 0 of the settings is the real one here.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The address by which clients reach it: `server.public_url`, else as it listens. No slash at the end.
    pub fn public_url(&self) -> String {
        let given = self.config.server.public_url.trim_end_matches('/');
        if given.is_empty() { self.addresses.url() } else { given.to_owned() }
    }

    /// Cancelled when the server ends: whatever waits selects on it.
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// The limits by client address, as set.
    pub fn address_limits(&self) -> AddressLimits {
        let limits = &self.config.limits;
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        AddressLimits::new(AddressLimitSettings {
            sessions_per_minute: at_least_one(limits.sessions_per_minute),
            failed_sign_ins: at_least_one(limits.failed_sign_ins),
            exempt: limits.exempt.clone(),
            remembered: limits.remembered_addresses,
        })
    }

    /// The limits on requests in flight, as set.
    pub fn admission(&self) -> Admission {
        let server = &self.config.server;
        Admission::new(AdmissionSettings {
            running: server.max_requests,
            new: server.max_requests_new,
            report: server.max_requests_new / 2,
        })
    }

    /// Answers.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn start(self, parts: Parts) -> Result<RunningServer, StartError> {
        let Self { config, http, https, metrics, addresses, closing } = self;
        let handle = crate::metrics::handle();
        let readiness: Arc<dyn Readiness> = Arc::new(UntilClosing { closing: closing.clone(), parts: parts.readiness });
        let mut routes = parts.routes.merge(probes::health(Arc::clone(&readiness)));
        if metrics.is_none() {
            routes = routes.merge(probes::metrics(handle.clone(), MetricsFor::Loopback));
        }
        let edge = edge_settings(&config, parts.refusals, parts.ids);
        let serving = Serving::new(Edge::new(edge.clone(), routes), connection_settings(&config), closing.clone());
        let listen = |serving: &Serving, listener: TcpListener, tls| {
            serving.listen(listener, tls).map_err(|source| StartError::Listen { address: config.server.listen, source })
        };
        let mut background = JoinSet::new();
        if let Some(listener) = http {
            listen(&serving, listener, None)?;
        }
        if let Some((listener, certificates)) = https {
            let tls = certificates.server_config().map_err(|error| StartError::Certificate { error })?;
            listen(&serving, listener, Some(tls))?;
            background.spawn(Arc::clone(&certificates).watch(Duration::from_secs(5)));
            #[cfg(unix)]
            background.spawn(reload_on_hangup(certificates));
        }
        let mut measuring = None;
        if let Some(listener) = metrics {
            // The probes are here too, for supervisors that reach this address only. It goes on to the very end.
            let routes = probes::health(readiness).merge(probes::metrics(handle.clone(), MetricsFor::Anyone));
            let own = Serving::new(
                Edge::new(edge, routes),
                ConnectionSettings { connections: 64, ..Default::default() },
                CancellationToken::new(),
            );
            listen(&own, listener, None)?;
            measuring = Some(own);
        }
        let counted = serving.clone();
        background.spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs(5));
            loop {
                ticks.tick().await;
                ::metrics::gauge!("http_connections").set(counted.open() as f64);
                handle.run_upkeep();
            }
        });
        let limit = Duration::from_secs(config.server.shutdown_s);
        Ok(RunningServer { addresses, closing, serving, measuring, background, limit, end: parts.end })
    }
}

#[cfg(unix)]
async fn reload_on_hangup(certificates: Arc<Certificates>) {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        Ok(mut hangups) => {
            while hangups.recv().await.is_some() {
                certificates.reload_logged();
            }
        }
        Err(error) => tracing::warn!(%error, "SIGHUP cannot be received; the certificate is still read again when its files change"),
    }
}

/// A request for a token: its largest part is a signed statement.
const OAUTH_BODY_LIMIT: usize = 64 << 10;

fn edge_settings(config: &Config, refusals: Arc<dyn Refusals>, ids: Arc<dyn IdSource>) -> EdgeSettings {
    let server = &config.server;
    let header = match server.forwarded_header {
        ForwardedHeader::XForwardedFor => ForwardedBy::XForwardedFor,
        ForwardedHeader::Forwarded => ForwardedBy::Forwarded,
    };
    // A file comes as multipart with some text around it.
    let file = usize::try_from(config.files.max_bytes).unwrap_or(usize::MAX).saturating_add(64 << 10);
    EdgeSettings {
        ids,
        refusals,
        bodies: BodyLimits::new(server.body_limit_bytes)
            .under("/chat/rest/", server.chat_body_limit_bytes)
            .under("/services/liveagent/file", file)
            .under("/services/oauth2/", OAUTH_BODY_LIMIT)
            .under("/api/v1/visitor/files", file)
            .under("/api/v1/admin/import/metadata", http_api::metadata::LIMIT)
            .between("/api/v1/conversations/", "/files", file)
            // JSON with files in it, or files beside it: each has its own limit inside.
            .under("/services/data/", http_api::facades::salesforce::data::MAX_JSON.max(file))
            .under("/v1/", http_api::facades::segment::tracking::MAX_BODY),
        proxies: TrustedProxies::new(server.trusted_proxies.clone(), header),
        pages: PageSecurity::new(&server.frame_ancestors, server.hsts_days).expect("Config holds only origins"),
        open_to_every_origin: vec!["/chat/rest/".into(), "/services/liveagent/file".into(), "/files/".into(), "/v1/".into()],
    }
}

fn connection_settings(config: &Config) -> ConnectionSettings {
    let server = &config.server;
    ConnectionSettings {
        connections: server.max_connections,
        idle: Duration::from_secs(server.idle_s),
        head: Duration::from_secs(server.head_s),
        write: Duration::from_secs(server.write_s),
        head_bytes: server.head_limit_bytes,
        ..ConnectionSettings::default()
    }
}

/// A server that answers. Dropping it ends nothing; say [`RunningServer::shutdown`] and [`RunningServer::wait`].
pub struct RunningServer {
    addresses: Addresses,
    closing: CancellationToken,
    serving: Serving,
    measuring: Option<Serving>,
    background: JoinSet<()>,
    limit: Duration,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningServer").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl RunningServer {
    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Cancelled when the server ends; cancelling it ends the server.
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// Begins the end: no new connection is accepted, what waits is answered. Says so at once; [`RunningServer::wait`] waits for it.
    pub fn shutdown(&self) {
        self.closing.cancel();
    }

    /// Waits until [`RunningServer::shutdown`] is said (by whoever has the token), then for requests in flight, at most
    /// `server.shutdown_s`, then for [`Parts::end`].
    pub async fn wait(self) -> Closed {
        let Self { closing, serving, measuring, mut background, limit, end, .. } = self;
        closing.cancelled().await;
        let closed = serving.close(limit).await;
        end.await;
        if let Some(measuring) = measuring {
            measuring.close(Duration::from_secs(1)).await;
        }
        background.shutdown().await;
        closed
    }
}
