//! A server on a free port: the engine on SQLite or PostgreSQL, the native API to set things up with, and the tracking API.

use std::{
    future::Future,
    io::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use bytes::Bytes;
use crm::Crm;
use domain::{customer_event::Reason, ids::WorkspaceId, permission::BuiltInRole, secret::Secret};
use engine::{App, Keys, Parts, Settings, customer_event::CustomerEvent, setup::DemoAgent, sign_in::NewSignIn};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use store::{Options, RootKey, Store};
use switchboard_http::{
    ByProtocol, api,
    facades::segment::tracking,
    serve::{
        AddressLimitSettings, AddressLimits, Admission, AdmissionSettings, BodyLimits, ConnectionSettings, Edge, EdgeSettings, Serving,
    },
};
use testkit::{Cluster, CountingIds, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "correct horse battery";
/// The key of the world's source.
pub(crate) const KEY: &str = "the-write-key";

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| unreachable!("{self:?}"))
    }

    #[track_caller]
    pub(crate) fn good(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json()
    }

    /// Status and code of a refusal; both parts that the Python library reads are there.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, String) {
        let body = self.json();
        assert!(!body["message"].as_str().unwrap().is_empty(), "{self:?}");
        assert_eq!(body["success"], false);
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) workspace: WorkspaceId,
    /// The id of the world's source.
    pub(crate) source: String,
    admin: String,
    address: SocketAddr,
    serving: Serving,
    closing: CancellationToken,
    numbers: AtomicU64,
}

/// What an operator may set.
#[derive(Clone, Copy)]
pub(crate) struct Set {
    pub(crate) per_second: u32,
    pub(crate) refuse_unknown_keys: bool,
}

impl Default for Set {
    fn default() -> Self {
        Self { per_second: 0, refuse_unknown_keys: true }
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

impl World {
    async fn on(url: &str, set: Set) -> Self {
        let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
        let (clock, closing) = (Arc::new(TestClock::default()), CancellationToken::new());
        let randomness = Arc::new(SeededRandomness::from_seed(1));
        let folder = tempfile::tempdir().unwrap();
        let root_key = RootKey::load_or_make(&folder.path().join("root.key"), &*randomness).unwrap();
        let app = App::start(Parts {
            store,
            clock: clock.clone(),
            ids: Arc::new(CountingIds::starting_at(1)),
            randomness,
            keys: Keys::new([1; 32]).with_root_key(Arc::new(root_key)),
            // The tests turn the clock.
            settings: Settings { password_memory_kib: 64, reconcilers: false, ..Settings::default() },
            closing: closing.clone(),
            crm: None,
            outbound: None,
        })
        .await
        .unwrap();
        let admin = DemoAgent {
            login: "admin".into(),
            name: "The Admin".into(),
            password: Secret(PASSWORD.into()),
            role: BuiltInRole::Admin,
            robot: false,
        };
        let demo = app.seed_demo(vec![admin]).await.unwrap();
        let addresses = Arc::new(AddressLimits::new(AddressLimitSettings::default()));
        let admission = Admission::new(AdmissionSettings::default());
        let crm = Crm::new(crm::Parts {
            store: app.store().clone(),
            clock: clock.clone(),
            ids: Arc::new(CountingIds::starting_at(5_000_000)),
            randomness: Arc::new(SeededRandomness::from_seed(2)),
        });
        let events = tracking::Parts {
            app: app.clone(),
            admission,
            pace: Arc::new(tracking::Pace::new(set.per_second)),
            refuse_unknown_keys: set.refuse_unknown_keys,
            body_patience: Duration::from_secs(5),
        };
        let routes =
            Router::new().merge(api::router(api::ApiState { app: app.clone(), crm, limits: addresses })).merge(tracking::router(events));
        let mut settings = EdgeSettings::new(Arc::new(CountingIds::starting_at(9_000)));
        settings.refusals = Arc::new(ByProtocol);
        settings.bodies = BodyLimits::new(1 << 20).under("/v1/", tracking::MAX_BODY);
        settings.open_to_every_origin = vec!["/v1/".into()];
        let serving = Serving::new(Edge::new(settings, routes), ConnectionSettings::default(), closing.clone());
        let address = serving.listen(Serving::bind("127.0.0.1:0".parse().unwrap()).unwrap(), None).unwrap();
        let sign_in = NewSignIn { workspace: None, login: "admin".into(), password: Secret(PASSWORD.into()), code: None, address: None };
        let admin = app.sign_in(sign_in).await.unwrap().token.reveal().to_owned();
        let mut world = Self {
            app,
            clock,
            workspace: demo.workspace,
            source: String::new(),
            admin,
            address,
            serving,
            closing,
            numbers: AtomicU64::default(),
        };
        world.source = world.source_with_key("The shop", KEY).await;
        world
    }

    /// One more source, which sends with this key; its id.
    pub(crate) async fn source_with_key(&self, name: &str, key: &str) -> String {
        let made = self.native(Method::POST, "/admin/event-sources", json!({ "name": name })).await.good();
        let id = made["id"].as_str().unwrap().to_owned();
        self.native(Method::POST, &format!("/admin/event-sources/{id}/keys"), json!({ "note": "", "key": key })).await.good();
        id
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "us.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = client.send_request(request.body(Full::new(Bytes::copy_from_slice(body))).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        drop(client);
        connection.await.unwrap().unwrap();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Posts bytes as they are, and reads what comes back until the connection ends.
    pub(crate) async fn raw(&self, path: &str, chunks: &[&[u8]]) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let length: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        let head = format!("POST {path} HTTP/1.1\r\nhost: us.example\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for chunk in chunks {
            // The server may have refused already.
            if stream.write_all(chunk).await.is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A request of the native API by the admin.
    pub(crate) async fn native(&self, method: Method, path: &str, body: Value) -> Answer {
        let key = format!("key-{}", self.numbers.fetch_add(1, Ordering::Relaxed));
        let token = format!("Bearer {}", self.admin);
        let headers = [("authorization", token.as_str()), ("idempotency-key", key.as_str())];
        self.send(method, &format!("/api/v1{path}"), &headers, body.to_string().as_bytes()).await
    }

    /// Posts with the world's key in `Authorization`.
    pub(crate) async fn post(&self, path: &str, body: &[u8]) -> Answer {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{KEY}:")));
        self.send(Method::POST, path, &[("authorization", &basic), ("content-type", "text/plain")], body).await
    }

    /// Posts an event that is expected to be taken.
    pub(crate) async fn tell(&self, path: &str, event: Value) {
        let answer = self.post(path, event.to_string().as_bytes()).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "success": true })), "{event}");
    }

    /// What is stored.
    pub(crate) async fn stored(&self) -> Vec<CustomerEvent> {
        self.app.store().snapshot().await.unwrap().customer_events_after(self.workspace, 0, 10_000).await.unwrap()
    }

    /// The last that was stored: what became of it, and why.
    pub(crate) async fn last(&self) -> (String, Vec<Reason>) {
        let last = self.stored().await.pop().unwrap();
        (last.verdict, last.reasons)
    }
}

async fn end(world: Arc<World>) {
    world.closing.cancel();
    let world = Arc::into_inner(world).expect("the test has given it back");
    world.serving.close(Duration::from_secs(5)).await;
    world.app.stopped().await;
    world.app.store().close().await;
}

/// Runs a test on SQLite and on PostgreSQL.
pub(crate) async fn on_both<F: Future<Output = ()>>(test: impl Fn(Arc<World>) -> F) {
    on_both_with(Set::default(), test).await;
}

/// The same with what an operator sets.
pub(crate) async fn on_both_with<F: Future<Output = ()>>(set: Set, test: impl Fn(Arc<World>) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World::on(&format!("sqlite:{}", folder.path().join("s.sqlite").display()), set).await);
    test(world.clone()).await;
    end(world).await;
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    let world = Arc::new(World::on(database.url(), set).await);
    test(world.clone()).await;
    end(world).await;
}
