//! A scripted endpoint: answers polls and POSTs as it is told, and remembers every request.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use switchboard_client::liveagent::init::ChasitorInit;
use switchboard_client::{Backoff, Chat, ChatOptions, Endpoint, Environment, Event, Events};
use tokio::sync::watch;

pub(crate) const KEY: &str = "24e6a6f3-5601-446b-9250-cea8e0955a3e!1495522493087!Wkr3R+LhSXlgl9xc7vpVc0S2d4o=";

/// What the stub answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16, String),
    Busy(u64),
    Json(Value),
    /// The headers, then the connection breaks.
    Broken,
    /// No answer as long as the client waits.
    Hang,
    /// `OK`, once the stub is told.
    Late,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }
    pub(crate) fn sequence(&self) -> Option<u64> {
        self.header("x-liveagent-sequence").map(|v| v.parse().unwrap())
    }
    pub(crate) fn text(&self) -> String {
        serde_json::from_str::<Value>(&self.body).unwrap()["text"].as_str().unwrap_or_default().to_owned()
    }
    pub(crate) fn noun(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }
}

#[derive(Default)]
struct Script {
    polls: VecDeque<Reply>,
    posts: VecDeque<Reply>,
    reconnects: VecDeque<Reply>,
    visitors: VecDeque<Reply>,
    seen: Vec<Seen>,
}

#[derive(Clone)]
pub(crate) struct Stub {
    script: Arc<Mutex<Script>>,
    changed: Arc<watch::Sender<()>>,
    pub(crate) address: String,
    pub(crate) naps: Arc<Mutex<Vec<Duration>>>,
    late: Arc<tokio::sync::Notify>,
}

/// Short waits pass at once and are remembered; waits of five seconds and more never pass.
struct Hasty(Arc<Mutex<Vec<Duration>>>, std::sync::atomic::AtomicU64);

impl Environment for Hasty {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if duration >= Duration::from_secs(5) {
            return Box::pin(std::future::pending());
        }
        if !duration.is_zero() {
            self.0.lock().unwrap().push(duration);
        }
        Box::pin(tokio::task::yield_now())
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
    fn random(&self) -> u64 {
        self.1.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed)
    }
}

pub(crate) fn envelope(sequence: i64, messages: &[Value]) -> Reply {
    Reply::Json(json!({"messages": messages, "sequence": sequence, "offset": 1000 + sequence}))
}
pub(crate) fn requested() -> Value {
    json!({"type": "ChatRequestSuccess", "message": {"queuePosition": 1, "visitorId": "v", "geoLocation": {}, "customDetails": []}})
}
pub(crate) fn established() -> Value {
    json!({"type": "ChatEstablished", "message": {"name": "John", "userId": "005", "sneakPeekEnabled": true}})
}
pub(crate) fn said(text: &str) -> Value {
    json!({"type": "ChatMessage", "message": {"name": "John", "text": text, "agentId": "005"}})
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stub = Self {
            script: Arc::default(),
            changed: Arc::new(watch::channel(()).0),
            address: format!("http://{}", listener.local_addr().unwrap()),
            naps: Arc::default(),
            late: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::builder(&self.address).unwrap().environment(Hasty(self.naps.clone(), 1.into())).build().unwrap()
    }

    pub(crate) async fn chat(&self) -> (Chat, Events) {
        self.chat_with(ChatOptions::default()).await
    }

    pub(crate) async fn chat_with(&self, mut options: ChatOptions) -> (Chat, Events) {
        options.backoff = Backoff { first: Duration::from_millis(10), most: Duration::from_millis(100) };
        let request = ChasitorInit {
            organization_id: "00DSB0000000001".into(),
            deployment_id: "572SB0000000001".into(),
            button_id: Some("573SB0000000001".into()),
            ..Default::default()
        };
        Chat::start(&self.endpoint(), request, options).await.unwrap()
    }

    pub(crate) fn poll(&self, reply: Reply) {
        self.script.lock().unwrap().polls.push_back(reply);
        self.changed.send_modify(|()| ());
    }
    pub(crate) fn release(&self) {
        self.late.notify_one();
    }
    pub(crate) fn post(&self, reply: Reply) {
        self.script.lock().unwrap().posts.push_back(reply);
    }
    pub(crate) fn reconnect(&self, reply: Reply) {
        self.script.lock().unwrap().reconnects.push_back(reply);
    }

    pub(crate) fn visitor(&self, reply: Reply) {
        self.script.lock().unwrap().visitors.push_back(reply);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }
    pub(crate) fn posts(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|s| s.method == Method::POST).collect()
    }
    pub(crate) fn polls(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|s| s.noun() == "Messages").collect()
    }

    /// Waits until what was seen satisfies `condition`.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        let mut changes = self.changed.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                if condition(self) {
                    return;
                }
                changes.changed().await.unwrap();
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), wait).await.is_err() {
            panic!("waited in vain for: {what}; seen: {:#?}", self.seen());
        }
    }
}

async fn answer(State(stub): State<Stub>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let seen = Seen {
        method: method.clone(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let noun = seen.noun().to_owned();
    stub.script.lock().unwrap().seen.push(seen);
    stub.changed.send_modify(|()| ());
    let reply = match (method, noun.as_str()) {
        (Method::GET, "SessionId") => {
            Reply::Json(json!({"id": KEY.split('!').next().unwrap(), "key": KEY, "affinityToken": "73061fa0", "clientPollTimeout": 40}))
        }
        (Method::GET, "Messages") => {
            let mut changes = stub.changed.subscribe();
            loop {
                changes.borrow_and_update();
                let next = stub.script.lock().unwrap().polls.pop_front();
                if let Some(reply) = next {
                    break reply;
                }
                changes.changed().await.unwrap();
            }
        }
        (Method::GET, "ReconnectSession") => {
            let scripted = stub.script.lock().unwrap().reconnects.pop_front();
            scripted.unwrap_or_else(|| {
                let message = json!({"resetSequence": true, "affinityToken": "aaaa1fa0"});
                Reply::Json(json!({"messages": [{"type": "ReconnectSession", "message": message}]}))
            })
        }
        (Method::POST, _) => stub.script.lock().unwrap().posts.pop_front().unwrap_or(Reply::Status(200, "OK".into())),
        _ => stub.script.lock().unwrap().visitors.pop_front().unwrap_or(Reply::Status(404, String::new())),
    };
    match reply {
        Reply::Status(status, text) => Response::builder().status(status).body(Body::from(text)).unwrap(),
        Reply::Busy(after) => Response::builder().status(503).header("retry-after", after).body(Body::from("busy")).unwrap(),
        Reply::Json(value) => Response::builder().header("content-type", "application/json").body(Body::from(value.to_string())).unwrap(),
        Reply::Broken => {
            let cut = futures_util::stream::iter([Ok(Bytes::from_static(b"O")), Err(std::io::Error::other("cut"))]);
            Response::new(Body::from_stream(cut))
        }
        Reply::Hang => std::future::pending().await,
        Reply::Late => {
            stub.late.notified().await;
            Response::new(Body::from("OK"))
        }
    }
}

/// The next event, or a panic after a while.
pub(crate) async fn next(events: &mut Events) -> Option<Event> {
    tokio::time::timeout(Duration::from_secs(20), events.next()).await.expect("an event, or the end")
}

/// The texts of the agent's messages up to the end, or `count` of them.
pub(crate) async fn texts(events: &mut Events, count: usize) -> Vec<String> {
    use switchboard_client::liveagent::ServerMessage;
    let mut texts = Vec::new();
    while texts.len() < count {
        match next(events).await {
            Some(Event::Server { message: ServerMessage::ChatMessage(said), .. }) => texts.push(said.text.0),
            Some(_) => {}
            None => break,
        }
    }
    texts
}
