//! The one client for addresses that somebody typed in.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use domain::delivery::Transport;
use http::HeaderMap;
use ipnet::IpNet;
use url::{Host, Url};

use crate::resolver::{Guard, NoAddress, Resolve};

/// What of an answer's head is kept, for people who look for what went wrong. Cookies and the like are nobody's business.
const HEADERS: &[&str] = &["content-type", "date", "location", "retry-after", "server", "www-authenticate", "x-request-id"];
/// The most characters of one of them.
const HEADER_CHARACTERS: usize = 300;

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A call is over after so long, whatever the other side does.
    pub timeout: Duration,
    /// Bytes of an answer's body that are kept; of what follows nothing is read.
    pub answer_bytes: usize,
    /// Plain HTTP may be spoken.
    pub plain_http: bool,
    /// Networks that are called although they are private.
    pub allowed_networks: Vec<IpNet>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(15), answer_bytes: 16 * 1024, plain_http: false, allowed_networks: Vec::new() }
    }
}

/// Why an address cannot be called at all. The sentences are for whoever typed it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// It is no address.
    #[error("this is not an address such as https://hooks.example.com/chat")]
    NoAddress,
    /// Another scheme, or plain HTTP where it is not allowed.
    #[error("the address must begin with https://")]
    Scheme,
    /// A name and password in it.
    #[error("the address must not hold a name or password")]
    Credentials,
    /// A number, and of a network that is not called.
    #[error("the address is one of a private network, which this server does not call")]
    Private,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Some of its headers, by their names in small letters.
    pub headers: Vec<(&'static str, String)>,
    /// What was kept of its body; what is not UTF-8 is replaced.
    pub body: String,
    /// There was more of it.
    pub cut: bool,
}

impl Answer {
    /// A header, if it was there and is kept.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// Calls other people's servers. Cheap to clone; connections are kept for a while and shared.
#[derive(Clone, Debug)]
pub struct Client {
    /// Made for the first call: most servers make none, and the system's certificates take memory.
    http: Arc<OnceLock<reqwest::Client>>,
    guard: Guard,
    settings: Arc<Settings>,
}

impl Client {
    /// A client.
    pub fn new(settings: Settings, resolver: Arc<dyn Resolve>) -> Self {
        let guard = Guard { resolver, allowed_networks: settings.allowed_networks.clone().into() };
        Self { http: Arc::default(), guard, settings: Arc::new(settings) }
    }

    fn http(&self) -> &reqwest::Client {
        self.http.get_or_init(|| self.made())
    }

    fn made(&self) -> reqwest::Client {
        // rustls needs one provider in the process. When another was installed first, that one serves as well.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("Switchboard/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(self.guard.clone())
                // A proxy of the environment would resolve names for itself, behind the guard's back.
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .connect_timeout(self.settings.timeout)
                // A name is looked up and judged again before long.
                .pool_idle_timeout(Duration::from_secs(30))
                .pool_max_idle_per_host(8)
        };
        match builder().build() {
            Ok(http) => http,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "this system has no certificates to trust: only plain HTTP can be called"
                );
                builder().tls_certs_only([]).build().expect("a client that trusts nobody needs nothing of the system")
            }
        }
    }

    /// What an operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether an address can be called, as far as that can be said without looking up its name.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, address: &str) -> Result<Url, NotAllowed> {
        let url = Url::parse(address.trim()).map_err(|_| NotAllowed::NoAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if self.settings.plain_http => {}
            _ => return Err(NotAllowed::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAllowed::Credentials);
        }
        // Numbers are connected to without a look-up.
        let number = match url.host() {
            None => return Err(NotAllowed::NoAddress),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
        };
        if number.is_some_and(|number| !self.guard.allows(number)) {
            return Err(NotAllowed::Private);
        }
        Ok(url)
    }

    /// Posts a body and reads the answer.
    ///
    /// # Errors
    /// There was no whole answer, or the address is none that is called.
    pub async fn post(&self, address: &str, headers: HeaderMap, body: Bytes) -> Result<Answer, Transport> {
        let url = self.check(address).map_err(|_| Transport::Guarded)?;
        let exchange = async {
            let response = self.http().post(url).headers(headers).body(body).send().await?;
            let status = response.status().as_u16();
            let kept = |name: &&'static str| {
                let value = response.headers().get(*name)?;
                Some((*name, String::from_utf8_lossy(value.as_bytes()).chars().take(HEADER_CHARACTERS).collect()))
            };
            let headers = HEADERS.iter().filter_map(kept).collect();
            let (body, cut) = self.kept(response).await?;
            Ok::<_, reqwest::Error>(Answer { status, headers, body, cut })
        };
        match tokio::time::timeout(self.settings.timeout, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(sorted(&error)),
            Err(_) => Err(Transport::Timeout),
        }
    }

    async fn kept(&self, mut response: reqwest::Response) -> Result<(String, bool), reqwest::Error> {
        let most = self.settings.answer_bytes;
        let mut body: Vec<u8> = Vec::new();
        let mut cut = false;
        while let Some(chunk) = response.chunk().await? {
            let room = most - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                cut = true;
                break;
            }
        }
        Ok((String::from_utf8_lossy(&body).into_owned(), cut))
    }
}

/// What kind of failure it is.
fn sorted(error: &reqwest::Error) -> Transport {
    let mut found = None;
    visit(error, &mut |source| {
        if let Some(address) = source.downcast_ref::<NoAddress>() {
            found = found.or(Some(match address {
                NoAddress::Unresolved => Transport::Unresolved,
                NoAddress::Guarded => Transport::Guarded,
            }));
        } else if let Some(rustls::Error::InvalidCertificate(_)) = source.downcast_ref() {
            found = found.or(Some(Transport::Certificate));
        }
    });
    match found {
        Some(found) => found,
        None if error.is_timeout() => Transport::Timeout,
        None if error.is_connect() => Transport::Unreachable,
        None => Transport::Broken,
    }
}

/// An error and all that it came of. What an IO error wraps is no source of it.
fn visit(error: &(dyn std::error::Error + 'static), look: &mut dyn FnMut(&(dyn std::error::Error + 'static))) {
    look(error);
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        visit(inner, look);
    }
    if let Some(source) = error.source() {
        visit(source, look);
    }
}
