//! The load generator's side of a connection: as cheap as it gets, since it shares the machine with what is measured.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Result;

/// Where to connect, and how.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) tls: Option<TlsConnector>,
}

impl Target {
    /// Without TLS.
    pub(crate) fn plain(address: &str) -> Self {
        Self { address: address.to_owned(), tls: None }
    }

    /// With TLS, believing this certificate.
    pub(crate) fn tls(address: &str, certificate: rustls::pki_types::CertificateDer<'static>) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(certificate)?;
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        // Sessions are not taken up again: each visitor is somebody else.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Self { address: address.to_owned(), tls: Some(TlsConnector::from(Arc::new(config))) })
    }

    /// One connection, kept alive.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let sender = match &self.tls {
            None => handshake(TokioIo::new(stream)).await?,
            Some(tls) => {
                let stream = tls.connect(ServerName::try_from("localhost")?, stream).await?;
                handshake(TokioIo::new(stream)).await?
            }
        };
        Ok(Connection { sender })
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Full<Bytes>>>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::Builder::new().max_buf_size(16 << 10).handshake(stream).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// A connection to a server.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// The answer, its body unread.
    pub(crate) async fn open(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>> {
        self.sender.ready().await?;
        Ok(self.sender.send_request(request).await?)
    }

    /// The answer, whole.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes)> {
        let response = self.open(request).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// The answer, which must be a good one.
    pub(crate) async fn succeed(&mut self, request: Request<Full<Bytes>>) -> Result<Bytes> {
        let path = request.uri().path().to_owned();
        let (status, body) = self.send(request).await?;
        if status.is_success() { Ok(body) } else { Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&body)).into()) }
    }
}

/// A request with JSON in it.
pub(crate) fn json(path: &str, body: impl Into<Bytes>) -> hyper::http::Result<Request<Full<Bytes>>> {
    Request::post(path).header("host", "localhost").header("content-type", "application/json").body(Full::new(body.into()))
}
