//! TLS over real sockets: both protocols, and a certificate that is replaced while a poll is parked.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use domain::ids::IdSource;
use http_body_util::Empty;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use switchboard_http::serve::{Certificates, ConnectionSettings, Edge, EdgeSettings, Serving};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
struct Nil;

impl IdSource for Nil {
    fn next(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}

/// Writes a new self-signed certificate for `localhost` and its key, and gives the certificate.
fn write_pair(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

fn connector(trusted: &CertificateDer<'static>, alpn: &[&[u8]]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn connect(address: SocketAddr, trusted: &CertificateDer<'static>, alpn: &[&[u8]]) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    connector(trusted, alpn).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

struct Server {
    address: SocketAddr,
    serving: Serving,
    certificates: Arc<Certificates>,
    closing: CancellationToken,
    entered: Arc<Notify>,
}

async fn park(State((closing, entered)): State<(CancellationToken, Arc<Notify>)>) -> StatusCode {
    entered.notify_one();
    closing.cancelled().await;
    StatusCode::NO_CONTENT
}

fn start(folder: &Path) -> Server {
    let (closing, entered) = (CancellationToken::new(), Arc::new(Notify::new()));
    let routes =
        Router::new().route("/park", get(park)).route("/ok", get(async || "ok")).with_state((closing.clone(), Arc::clone(&entered)));
    let certificates = Certificates::load(folder.join("cert.pem"), folder.join("key.pem")).unwrap();
    let serving = Serving::new(Edge::new(EdgeSettings::new(Arc::new(Nil)), routes), ConnectionSettings::default(), closing.clone());
    let listener = Serving::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = serving.listen(listener, Some(certificates.server_config().unwrap())).unwrap();
    Server { address, serving, certificates, closing, entered }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it happens within ten seconds")
}

async fn status(stream: &mut TlsStream<TcpStream>) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(line).unwrap()
}

#[tokio::test]
async fn a_new_certificate_is_used_while_a_parked_poll_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let old = write_pair(folder.path());
    let server = start(folder.path());
    let mut parked = connect(server.address, &old, &[b"http/1.1"]).await.unwrap();
    parked.write_all(b"GET /park HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    within(server.entered.notified()).await;

    assert!(!server.certificates.changed());
    let new = write_pair(folder.path());
    assert!(server.certificates.changed());
    server.certificates.reload().unwrap();
    assert!(!server.certificates.changed());
    assert!(connect(server.address, &old, &[]).await.is_err());
    connect(server.address, &new, &[]).await.unwrap();

    server.closing.cancel();
    assert!(within(status(&mut parked)).await.starts_with("HTTP/1.1 204"));
}

#[tokio::test]
async fn a_broken_new_certificate_leaves_the_old_one_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let old = write_pair(folder.path());
    let server = start(folder.path());
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("key.pem"), other.signing_key.serialize_pem()).unwrap();
    let error = server.certificates.reload().unwrap_err();
    assert!(error.to_string().contains("cannot be used together"), "{error}");
    std::fs::write(folder.path().join("cert.pem"), "rubbish").unwrap();
    server.certificates.reload().unwrap_err();
    assert!(!server.certificates.changed(), "a broken pair is complained of once");
    connect(server.address, &old, &[]).await.unwrap();
}

#[tokio::test]
async fn the_files_are_watched() {
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path());
    let server = start(folder.path());
    let watching = tokio::spawn(Arc::clone(&server.certificates).watch(Duration::from_millis(5)));
    let new = write_pair(folder.path());
    within(async { while connect(server.address, &new, &[]).await.is_err() {} }).await;
    watching.abort();
}

#[tokio::test]
async fn http2_is_spoken_to_those_who_offer_it_and_ends_gracefully() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = write_pair(folder.path());
    let server = start(folder.path());
    let stream = connect(server.address, &trusted, &[b"h2", b"http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake::<_, _, Empty<bytes::Bytes>>(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let get = |path: &str| hyper::Request::get(format!("https://localhost{path}")).body(Empty::new()).unwrap();
    let answer = within(sender.send_request(get("/ok"))).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let parked = sender.send_request(get("/park"));
    within(server.entered.notified()).await;
    let serving = server.serving.clone();
    let closing = tokio::spawn(async move { serving.close(Duration::from_secs(10)).await });
    assert_eq!(within(parked).await.unwrap().status(), StatusCode::NO_CONTENT);
    drop(sender);
    assert_eq!(within(closing).await.unwrap().cut, 0);
    within(connection).await.unwrap().unwrap();
}

#[tokio::test]
async fn whoever_does_not_speak_tls_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = write_pair(folder.path());
    let server = start(folder.path());
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain.write_all(b"GET /ok HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = within(plain.read_to_end(&mut answer)).await;
    assert!(!answer.starts_with(b"HTTP"));
    connect(server.address, &trusted, &[]).await.unwrap();
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let load = || Certificates::load(folder.path().join("cert.pem"), folder.path().join("key.pem")).unwrap_err().to_string();
    assert!(load().contains("cannot read a certificate from"), "{}", load());
    write_pair(folder.path());
    std::fs::write(folder.path().join("cert.pem"), "").unwrap();
    assert!(load().contains("there is no certificate in"), "{}", load());
    write_pair(folder.path());
    std::fs::write(folder.path().join("key.pem"), "").unwrap();
    assert!(load().contains("cannot read a private key from"), "{}", load());
}
