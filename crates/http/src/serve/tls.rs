//! TLS by the server itself, with a certificate that can be replaced while it runs.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read or is not PEM.
    #[error("cannot read {} from {}", what, path.display())]
    File {
        /// `a certificate` or `a private key`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the PEM reader says.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// The certificate file holds none.
    #[error("there is no certificate in {}", .0.display())]
    Empty(PathBuf),
    /// The two do not belong together, or their kind is not supported.
    #[error("the certificate {} and the key {} cannot be used together", certificate.display(), key.display())]
    Pair {
        /// The certificate file.
        certificate: PathBuf,
        /// The key file.
        key: PathBuf,
        /// What rustls says.
        #[source]
        source: rustls::Error,
    },
    /// TLS cannot be set up at all.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// What tells one state of the files from another.
type Mark = [Option<(SystemTime, u64)>; 2];

/// A certificate and its key, from two PEM files, in use by every new handshake. Share it in an `Arc`.
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<CertifiedKey>,
    seen: Mutex<Mark>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("certificate", &self.certificate).field("key", &self.key).finish_non_exhaustive()
    }
}

impl Certificates {
    /// Reads the chain (the server's own certificate first) and the private key.
    ///
    /// # Errors
    /// See [`CertificateError`].
    pub fn load(certificate: PathBuf, key: PathBuf) -> Result<Arc<Self>, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let seen = mark(&certificate, &key);
        let current = read(&certificate, &key, &provider)?;
        Ok(Arc::new(Self { certificate, key, provider, current: ArcSwap::from_pointee(current), seen: Mutex::new(seen) }))
    }

    /// The TLS side of a listener: TLS 1.2 and 1.3, h2 and http/1.1. Sessions are resumed by tickets that the client keeps, so that the server keeps nothing for them.
    ///
    /// # Errors
    /// [`CertificateError::Setup`] when the cryptography library refuses, i.e. never in practice.
    pub fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, CertificateError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Resolver(Arc::clone(self))));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = ring::Ticketer::new().map_err(CertificateError::Setup)?;
        config.send_tls13_tickets = 1;
        Ok(Arc::new(config))
    }

    /// Reads the files again. New handshakes get the new certificate; connections go on.
    ///
    /// # Errors
    /// See [`CertificateError`]: the certificate that was in use stays in use.
    pub fn reload(&self) -> Result<(), CertificateError> {
        let seen = mark(&self.certificate, &self.key);
        let new = read(&self.certificate, &self.key, &self.provider);
        *self.lock() = seen;
        self.current.store(Arc::new(new?));
        Ok(())
    }

    /// Whether the files have changed since they were last read.
    pub fn changed(&self) -> bool {
        let now = mark(&self.certificate, &self.key);
        now.iter().all(Option::is_some) && *self.lock() != now
    }

    /// Looks at the files every `every`, for as long as it is polled, and reloads them when they have changed. A broken new certificate is logged, once, and the old one kept.
    pub async fn watch(self: Arc<Self>, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if self.changed() {
                self.reload_logged();
            }
        }
    }

    /// [`Certificates::reload`], with a log line of what came of it.
    pub fn reload_logged(&self) {
        match self.reload() {
            Ok(()) => tracing::info!(certificate = %self.certificate.display(), "the TLS certificate was replaced"),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, cause, "the new TLS certificate cannot be used; the old one stays in use");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Mark> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Resolver(Arc<Certificates>);

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.current.load_full())
    }
}

fn mark(certificate: &Path, key: &Path) -> Mark {
    let of = |path: &Path| -> io::Result<_> {
        let data = std::fs::metadata(path)?;
        Ok((data.modified()?, data.len()))
    };
    [of(certificate).ok(), of(key).ok()]
}

fn read(certificate: &Path, key: &Path, provider: &CryptoProvider) -> Result<CertifiedKey, CertificateError> {
    let file = |what, path: &Path| {
        let path = path.to_owned();
        move |source| CertificateError::File { what, path, source }
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(file("a certificate", certificate))?;
    if chain.is_empty() {
        return Err(CertificateError::Empty(certificate.to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(file("a private key", key))?;
    CertifiedKey::from_der(chain, private, provider).map_err(|source| CertificateError::Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        source,
    })
}
