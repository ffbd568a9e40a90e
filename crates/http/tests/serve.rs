//! The serve loop over real sockets: what a client sees, and what the server holds.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::ids::IdSource;
use http::StatusCode;
use switchboard_http::serve::{
    BodyError, BodyLimits, ClientAddr, Closed, ConnectionSettings, Edge, EdgeSettings, PlainRefusals, Refusal, Refusals, RequestInfo,
    Serving, TrustedProxies, read_body,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
struct Counting(AtomicUsize);

impl IdSource for Counting {
    fn next(&self) -> uuid::Uuid {
        uuid::Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed) as u128)
    }
}

#[derive(Clone, Default)]
struct Parked {
    closing: CancellationToken,
    entered: Arc<Notify>,
    left: Arc<Notify>,
    waiting: Arc<AtomicUsize>,
}

struct Leaves(Parked);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        self.0.left.notify_one();
    }
}

async fn park(State(parked): State<Parked>) -> StatusCode {
    parked.waiting.fetch_add(1, Ordering::SeqCst);
    let _leaves = Leaves(parked.clone());
    parked.entered.notify_one();
    parked.closing.cancelled().await;
    StatusCode::NO_CONTENT
}

async fn swallow(body: Body) -> Response {
    match read_body(body, Duration::from_secs(5)).await {
        Ok(bytes) => bytes.len().to_string().into_response(),
        Err(BodyError::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "too large, says the handler").into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

struct Own;

impl Refusals for Own {
    fn refuse(&self, path: &str, refusal: Refusal) -> Response {
        if path.starts_with("/chat/rest/") {
            (refusal.status(), "in its own words").into_response()
        } else {
            PlainRefusals::render(refusal)
        }
    }
}

#[expect(clippy::panic, reason = "the test needs a handler that panics")]
async fn broken() -> &'static str {
    panic!("secret content")
}

struct Server {
    address: SocketAddr,
    serving: Serving,
    parked: Parked,
}

fn start_with(settings: ConnectionSettings) -> Server {
    let parked = Parked::default();
    let routes = Router::new()
        .route("/park", get(park))
        .route("/stubborn", get(std::future::pending::<StatusCode>))
        .route("/chat/rest/swallow", post(swallow))
        .route("/chat/rest/key/{key}", get(async |info: RequestInfo, Path(_): Path<String>| info.route().to_owned()))
        .route("/chat/rest/broken", get(broken))
        .route("/who", get(async |ClientAddr(address): ClientAddr| address.to_string()))
        .route("/page", get(async || axum::response::Html("<p>hello</p>")))
        .route(
            "/endless",
            get(async || {
                Body::from_stream(futures_util::stream::repeat_with(|| Ok::<_, io::Error>(bytes::Bytes::from_static(&[7; 16384]))))
            }),
        )
        .with_state(parked.clone());
    let mut edge = EdgeSettings::new(Arc::new(Counting(AtomicUsize::new(0))));
    edge.bodies = BodyLimits::new(1000).under("/chat/rest/", 100_000);
    edge.refusals = Arc::new(Own);
    edge.proxies = TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()], Default::default());
    let serving = Serving::new(Edge::new(edge, routes), settings, parked.closing.clone());
    let address = serving.listen(Serving::bind("127.0.0.1:0".parse().unwrap()).unwrap(), None).unwrap();
    Server { address, serving, parked }
}

fn start() -> Server {
    start_with(ConnectionSettings::default())
}

async fn connect(server: &Server) -> BufReader<TcpStream> {
    BufReader::new(TcpStream::connect(server.address).await.unwrap())
}

/// Sends a request as written and reads one answer: its head, and a body of known length.
async fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> (String, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

async fn answer(stream: &mut BufReader<TcpStream>) -> (String, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "the connection ended within: {head}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it happens within ten seconds")
}

#[tokio::test]
async fn a_parked_poll_is_dropped_when_its_client_goes() {
    let server = start();
    let mut client = connect(&server).await;
    client.write_all(b"GET /park HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    within(server.parked.entered.notified()).await;
    assert_eq!(server.parked.waiting.load(Ordering::SeqCst), 1);
    drop(client);
    within(server.parked.left.notified()).await;
    assert_eq!(server.parked.waiting.load(Ordering::SeqCst), 0);
    assert_eq!(within(server.serving.close(Duration::from_secs(5))).await, Closed { cut: 0 });
}

#[tokio::test]
async fn closing_answers_parked_polls_and_ends_idle_connections() {
    let server = start();
    let mut idle = connect(&server).await;
    ask(&mut idle, "GET /who HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut parked = connect(&server).await;
    parked.write_all(b"GET /park HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    within(server.parked.entered.notified()).await;
    let serving = server.serving.clone();
    let closing = tokio::spawn(async move { serving.close(Duration::from_secs(10)).await });
    let (head, _) = within(answer(&mut parked)).await;
    assert!(head.starts_with("HTTP/1.1 204"), "{head}");
    assert_eq!(within(idle.read_u8()).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(within(closing).await.unwrap(), Closed { cut: 0 });
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_handler_that_does_not_end_is_cut_after_the_limit() {
    let server = start();
    let mut client = connect(&server).await;
    client.write_all(b"GET /stubborn HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut other = connect(&server).await;
    ask(&mut other, "GET /who HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(within(server.serving.close(Duration::from_millis(200))).await, Closed { cut: 1 });
    assert_eq!(server.serving.open(), 0);
}

#[tokio::test]
async fn a_body_over_its_limit_is_refused_in_the_callers_protocol_though_it_was_sent_whole() {
    let server = start();
    let body = "x".repeat(200_000);
    let mut client = connect(&server).await;
    let request = format!("POST /chat/rest/swallow HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (head, text) = within(ask(&mut client, &request)).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert_eq!(text, "in its own words");
    // The same connection goes on: nothing of the refused body is left in it.
    let (head, _) = within(ask(&mut client, "GET /who HTTP/1.1\r\nhost: a\r\n\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

#[tokio::test]
async fn a_client_that_asks_before_sending_is_refused_at_once() {
    let server = start();
    let mut client = connect(&server).await;
    let request = "POST /chat/rest/swallow HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 200000\r\n\r\n";
    let (head, _) = within(ask(&mut client, request)).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
}

#[tokio::test]
async fn a_chunked_body_over_its_limit_reaches_the_handler_as_too_large() {
    let server = start();
    let mut client = connect(&server).await;
    let chunk = format!("{:x}\r\n{}\r\n", 60_000, "x".repeat(60_000));
    let request = format!("POST /chat/rest/swallow HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n");
    let (head, text) = within(ask(&mut client, &request)).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert_eq!(text, "too large, says the handler");
}

#[tokio::test]
async fn a_panic_is_an_answer_without_content_and_the_connection_goes_on() {
    let server = start();
    let mut client = connect(&server).await;
    let (head, text) = ask(&mut client, "GET /chat/rest/broken HTTP/1.1\r\nhost: a\r\nx-request-id: mine-7\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 500"), "{head}");
    assert!(head.contains("x-request-id: mine-7\r\n"), "{head}");
    assert_eq!(text, "in its own words");
    let (head, _) = ask(&mut client, "GET /who HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

#[tokio::test]
async fn the_route_is_known_by_its_pattern_and_the_client_by_the_proxy() {
    let server = start();
    let mut client = connect(&server).await;
    let (head, text) = ask(&mut client, "GET /chat/rest/key/secret HTTP/1.1\r\nhost: a\r\nx-request-id: not fit!\r\n\r\n").await;
    assert_eq!(text, "/chat/rest/key/{key}");
    assert!(head.contains("x-request-id: 00000000000000000000000000000000\r\n"), "{head}");
    let (_, text) = ask(&mut client, "GET /who HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 6.6.6.6, 192.0.2.4\r\n\r\n").await;
    assert_eq!(text, "192.0.2.4");
}

#[tokio::test]
async fn scripts_of_any_origin_may_call_the_chat_and_nothing_else() {
    let server = start();
    let mut client = connect(&server).await;
    let preflight = "OPTIONS /chat/rest/swallow HTTP/1.1\r\nhost: a\r\norigin: https://shop.example\r\naccess-control-request-method: POST\r\n\
                     access-control-request-headers: x-liveagent-session-key,x-liveagent-affinity\r\n\r\n";
    let (head, _) = ask(&mut client, preflight).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("access-control-allow-origin: *\r\n"), "{head}");
    assert!(head.contains("access-control-allow-headers: x-liveagent-session-key,x-liveagent-affinity\r\n"), "{head}");
    assert!(head.contains("access-control-allow-methods: GET,POST,DELETE,OPTIONS\r\n"), "{head}");
    let (head, _) = ask(&mut client, "GET /chat/rest/key/1 HTTP/1.1\r\nhost: a\r\norigin: https://shop.example\r\n\r\n").await;
    assert!(head.contains("access-control-allow-origin: *\r\n"), "{head}");
    let (head, _) = ask(&mut client, "GET /page HTTP/1.1\r\nhost: a\r\norigin: https://shop.example\r\n\r\n").await;
    assert!(!head.contains("access-control"), "{head}");
    assert!(head.contains("frame-ancestors 'none'"), "{head}");
    assert!(head.contains("x-content-type-options: nosniff\r\n"), "{head}");
}

#[tokio::test]
async fn a_head_that_trickles_and_a_connection_that_idles_are_cut_but_a_parked_poll_is_not() {
    let quick = Duration::from_millis(150);
    let server = start_with(ConnectionSettings { idle: quick * 2, head: quick, ..Default::default() });
    let mut parked = connect(&server).await;
    parked.write_all(b"GET /park HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    within(server.parked.entered.notified()).await;
    let mut trickling = connect(&server).await;
    trickling.write_all(b"GET /who HTT").await.unwrap();
    assert_eq!(within(trickling.read_u8()).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    let mut idle = connect(&server).await;
    ask(&mut idle, "GET /who HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(within(idle.read_u8()).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    let mut silent = connect(&server).await;
    assert_eq!(within(silent.read_u8()).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    // All three were opened after the poll was parked and waited longer than any limit: it is still there.
    assert_eq!(server.parked.waiting.load(Ordering::SeqCst), 1);
    server.parked.closing.cancel();
    assert!(within(answer(&mut parked)).await.0.starts_with("HTTP/1.1 204"));
}

#[tokio::test]
async fn a_client_that_stops_reading_is_cut() {
    let server = start_with(ConnectionSettings { write: Duration::from_millis(150), ..Default::default() });
    let mut client = connect(&server).await;
    client.write_all(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    client.read_u8().await.unwrap();
    // One task listens; the connection's own ends although its client keeps the socket open.
    within(async {
        while server.serving.open() > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let server = start_with(ConnectionSettings { connections: 1, ..Default::default() });
    let mut first = connect(&server).await;
    ask(&mut first, "GET /who HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut second = connect(&server).await;
    second.write_all(b"GET /who HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut byte = [0];
    assert_eq!(second.get_ref().try_read(&mut byte).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    drop(first);
    assert!(within(answer(&mut second)).await.0.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = start();
    let mut client = connect(&server).await;
    let (head, _) = within(ask(&mut client, &format!("GET /who HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "y".repeat(40_000)))).await;
    assert!(head.starts_with("HTTP/1.1 431"), "{head}");
}
