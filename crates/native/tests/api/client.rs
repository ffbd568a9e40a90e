//! The client against a stub server that misbehaves.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use domain::ids::{IdSource, Randomness};
use native::{
    Position, Problem, ProblemKind,
    agent::AgentEvent,
    client::{AgentClient, Connection, Error, VisitorClient, Watched},
    visitor::{ResetReason, VisitorEvent},
};
use tokio_stream::StreamExt;
use uuid::Uuid;

/// Ids and draws in a known order.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl IdSource for Counter {
    fn next(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

impl Randomness for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// What came in.
#[derive(Clone, Debug)]
struct Seen {
    line: String,
    headers: HeaderMap,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Answers with the next of its answers, whatever is asked; hangs up when there is none left.
#[derive(Clone, Default)]
struct Stub {
    answers: Arc<Mutex<VecDeque<Response>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    async fn start(answers: impl IntoIterator<Item = Response>) -> (Self, Connection) {
        // The second test of the process finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stub = Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() };
        let router = Router::new().fallback(answer).with_state(stub.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let connection =
            Connection::new(&format!("http://{address}/"), Arc::new(Counter::default()), Arc::new(Counter::default())).unwrap();
        (stub, connection)
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(State(stub): State<Stub>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let seen =
        Seen { line: format!("{} {}", parts.method, parts.uri), headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() };
    stub.seen.lock().unwrap().push(seen);
    let answer = stub.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| problem(ProblemKind::NotSignedIn))
}

fn problem(kind: ProblemKind) -> Response {
    let body = serde_json::to_vec(&Problem::new(kind, "because", "r-1")).unwrap();
    Response::builder().status(kind.status()).header("content-type", "application/problem+json").body(Body::from(body)).unwrap()
}

fn accepted() -> Response {
    Response::new(Body::from(r#"{"sequence":7,"at":"2026-11-21T04:05:06Z"}"#))
}

fn stream(chunks: &[&str]) -> Response {
    let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(chunk.to_string())).collect();
    Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(tokio_stream::iter(chunks))).unwrap()
}

/// A stream that never ends by itself.
fn open_stream(chunks: &[&str]) -> Response {
    let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(chunk.to_string())).collect();
    let body = tokio_stream::iter(chunks).chain(tokio_stream::pending());
    Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(body)).unwrap()
}

fn visitor(connection: Connection) -> VisitorClient {
    VisitorClient::resume(connection, "resume-1".to_owned().into())
}

fn agent(connection: Connection) -> AgentClient {
    AgentClient::resume(connection, "token-1".to_owned().into())
}

fn start() -> Position {
    Position { epoch: 1, position: 0 }
}

#[tokio::test]
async fn a_post_is_sent_again_with_the_same_key_and_body_until_it_is_acknowledged() {
    let broken = Response::new(Body::from_stream(tokio_stream::iter([Ok("{\"seq"), Err(std::io::Error::other("cut"))])));
    let (stub, connection) = Stub::start([problem(ProblemKind::Busy), broken, accepted()]).await;
    let sent = visitor(connection).send_message("hello").await.unwrap();
    assert_eq!(sent.sequence, 7);
    let seen = stub.seen();
    assert_eq!(seen.len(), 3);
    for seen in &seen {
        assert_eq!(seen.line, "POST /api/v1/visitor/messages");
        assert_eq!(seen.header("idempotency-key"), Some("00000000-0000-0000-0000-000000000000"));
        assert_eq!(seen.header("authorization"), Some("Bearer resume-1"));
        assert_eq!(seen.body, r#"{"text":"hello"}"#);
    }
}

#[tokio::test]
async fn two_posts_have_two_keys_and_a_key_of_the_callers_is_kept() {
    let (stub, connection) = Stub::start([accepted(), accepted(), accepted()]).await;
    let visitor = visitor(connection);
    visitor.send_message("one").await.unwrap();
    visitor.send_message("two").await.unwrap();
    visitor.with_key("mine").send_message("three").await.unwrap();
    let keys: Vec<_> = stub.seen().iter().map(|seen| seen.header("idempotency-key").unwrap().to_owned()).collect();
    assert_ne!(keys[0], keys[1]);
    assert_eq!(keys[2], "mine");
}

#[tokio::test]
async fn a_refusal_comes_back_at_once_as_a_typed_problem() {
    let (stub, connection) = Stub::start([problem(ProblemKind::Unavailable)]).await;
    let refused = visitor(connection).send_message("hello").await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::Unavailable));
    assert!(!refused.is_transient());
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn attempts_run_out() {
    let (stub, connection) = Stub::start([problem(ProblemKind::Busy), problem(ProblemKind::Busy), accepted()]).await;
    let busy = visitor(connection.attempts(2)).send_message("hello").await.unwrap_err();
    assert_eq!(busy.kind(), Some(ProblemKind::Busy));
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_foreign_id_cannot_leave_its_place_in_the_path() {
    let (stub, connection) = Stub::start([Response::builder().status(204).body(Body::empty()).unwrap()]).await;
    agent(connection).admin().delete_old_id("../agents?x#y").await.unwrap();
    assert_eq!(stub.seen()[0].line, "DELETE /api/v1/admin/old-ids/..%2Fagents%3Fx%23y");
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_id_whatever_the_chunks() {
    let (stub, connection) = Stub::start([
        // Comments, fields without a space, split lines and characters, an event that is cut off.
        stream(&[
            ": hello\n\nretry:5\n\nid:1:3\nda",
            "ta:{\"event\":\"advan",
            "ced\"}\r\n\r",
            "\ndata: {\"event\":\"typing\",\ndata: \"conversation\":",
        ]),
        problem(ProblemKind::StorageUnavailable),
        open_stream(&["id: 1:9\ndata: {\"event\":\"advanced\"}\n\n"]),
    ])
    .await;
    let mut events = agent(connection).events(start());
    let first = events.next().await.unwrap();
    assert_eq!((first.position, first.event), (Some(Position { epoch: 1, position: 3 }), AgentEvent::Advanced));
    let second = events.next().await.unwrap();
    assert_eq!(second.position, Some(Position { epoch: 1, position: 9 }));
    assert_eq!(events.position(), second.position);
    let ids: Vec<_> = stub.seen().iter().map(|seen| seen.header("last-event-id").map(str::to_owned)).collect();
    assert_eq!(ids, [Some("1:0".to_owned()), Some("1:3".to_owned()), Some("1:3".to_owned())]);
}

#[tokio::test]
async fn a_call_that_is_dropped_loses_no_event() {
    let chunks: Vec<String> =
        (1..=50).flat_map(|n| [format!("id: 1:{n}\ndata: {{\"event\":"), format!("\"typing\",\"typing\":{}}}\n\n", n % 2 == 0)]).collect();
    let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
    let (_stub, connection) = Stub::start([stream(&["retry: 1\n\n"]), open_stream(&chunks)]).await;
    let mut events = visitor(connection).events(start());
    let mut seen = Vec::new();
    let mut dropped = 0;
    while seen.len() < 50 {
        tokio::select! {
            biased;
            streamed = events.next() => seen.push(streamed.unwrap().position.unwrap().position),
            () = tokio::task::yield_now() => dropped += 1,
        }
    }
    assert_eq!(seen, (1..=50).collect::<Vec<_>>());
    assert!(dropped > 0, "nothing was dropped, so nothing was tested");
}

#[tokio::test]
async fn a_reset_is_given_out_once_and_ends_the_stream() {
    let (_stub, connection) = Stub::start([open_stream(&["data: {\"event\":\"reset\",\"reason\":\"too_old\"}\n\n"])]).await;
    let mut events = visitor(connection).events(start());
    assert_eq!(events.next().await.unwrap().event, VisitorEvent::Reset { reason: ResetReason::TooOld });
    assert!(matches!(events.next().await, Err(Error::Ended)));
}

#[tokio::test]
async fn a_server_that_stops_is_come_back_to_and_a_refused_token_ends_it() {
    let (stub, connection) = Stub::start([
        open_stream(&[
            "retry: 1\n\nid: 1:4\ndata: {\"event\":\"advanced\"}\n\ndata: {\"event\":\"reset\",\"reason\":\"shutting_down\"}\n\n",
        ]),
        problem(ProblemKind::NotSignedIn),
    ])
    .await;
    let mut events = agent(connection).events(start());
    events.next().await.unwrap();
    assert_eq!(events.next().await.unwrap_err().kind(), Some(ProblemKind::NotSignedIn));
    assert_eq!(stub.seen()[1].header("last-event-id"), Some("1:4"));
}

#[tokio::test]
async fn a_watch_reads_the_snapshot_anew_after_a_reset() {
    let snapshot = |position: u64, state: &str| {
        let body = serde_json::json!({
            "id": Uuid::from_u128(1), "position": format!("1:{position}"), "state": state, "started_at": "2026-11-21T04:05:06Z",
            "agent": null, "transferring": false, "file_requests": [], "rating": null, "closure": null, "timeline": [], "earlier": false,
        });
        Response::new(Body::from(body.to_string()))
    };
    let (stub, connection) = Stub::start([
        snapshot(3, "waiting"),
        open_stream(&["data: {\"event\":\"typing\",\"typing\":true}\n\ndata: {\"event\":\"reset\",\"reason\":\"too_slow\"}\n\n"]),
        snapshot(8, "active"),
        open_stream(&["data: {\"event\":\"typing\",\"typing\":true}\n\n"]),
    ])
    .await;
    let mut watch = visitor(connection).watch().await.unwrap();
    assert_eq!(watch.next().await.unwrap(), Watched::Event(VisitorEvent::Typing { typing: true }));
    assert!(watch.view().typing);
    assert_eq!(watch.next().await.unwrap(), Watched::Resynced);
    assert!(!watch.view().typing);
    assert_eq!(watch.next().await.unwrap(), Watched::Event(VisitorEvent::Typing { typing: true }));
    assert_eq!(stub.seen()[3].header("last-event-id"), Some("1:8"));
}
