//! A server on a free port: the engine on SQLite or PostgreSQL, the native API to set things up with, and Salesforce's interfaces.

use std::{
    collections::BTreeMap,
    future::Future,
    io::Read as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::FromRef, routing::get};
use bytes::Bytes;
use crm::Crm;
use domain::{permission::BuiltInRole, secret::Secret};
use engine::{
    App, Keys, Parts, Settings,
    crm::Definitions,
    setup::{Demo, DemoAgent, demo_ids},
    sign_in::NewSignIn,
};
use flate2::read::GzDecoder;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use store::{Options, RootKey, Store};
use switchboard_http::{
    ByProtocol, api,
    facades::salesforce::{caller::Caller, data, oauth},
    serve::{
        AddressLimitSettings, AddressLimits, Admission, AdmissionSettings, BodyLimits, ConnectionSettings, Edge, EdgeSettings, Serving,
        TrustedProxies,
    },
};
use testkit::{Cluster, CountingIds, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;

pub(crate) const PASSWORD: &str = "correct horse battery";
/// What the server believes that it is called.
pub(crate) const PUBLIC: &str = "https://crm.example";

/// How many requests of the data API a workspace may make in a day.
pub(crate) const REQUESTS: u64 = 150;

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| unreachable!("{self:?}"))
    }

    /// The body of an answer that is expected to be good.
    #[track_caller]
    pub(crate) fn good(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json()
    }

    /// Status, error and description of OAuth's refusal.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, String, String) {
        let body = self.json();
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store", "{self:?}");
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (self.status.as_u16(), text("error"), text("error_description"))
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) demo: Demo,
    pub(crate) admin: String,
    address: SocketAddr,
    serving: Serving,
    closing: CancellationToken,
    numbers: AtomicU64,
}

#[derive(Clone)]
struct Probe(App);

impl FromRef<Probe> for App {
    fn from_ref(probe: &Probe) -> Self {
        probe.0.clone()
    }
}

/// Any resource of the data API: it tells who calls.
async fn probe(caller: Caller) -> String {
    format!("{} {} {}", caller.organization, caller.user, caller.by.scopes)
}

impl World {
    async fn on(url: &str) -> Self {
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
            settings: Settings { password_memory_kib: 64, reconcilers: false, public_url: PUBLIC.into(), ..Settings::default() },
            closing: closing.clone(),
            crm: None,
            outbound: None,
        })
        .await
        .unwrap();
        let agent = |login: &str, name: &str, role| DemoAgent {
            login: login.into(),
            name: name.into(),
            password: Secret(PASSWORD.into()),
            role,
            robot: false,
        };
        let people = vec![
            agent("admin", "The Admin", BuiltInRole::Admin),
            agent("ada@example.com", "Ada Lovelace", BuiltInRole::Agent),
            agent("bob", "Bob", BuiltInRole::Agent),
        ];
        let demo = app.seed_demo(people).await.unwrap();
        let addresses = Arc::new(AddressLimits::new(AddressLimitSettings::default()));
        let admission = Admission::new(AdmissionSettings::default());
        let crm = Crm::new(crm::Parts {
            store: app.store().clone(),
            clock: clock.clone(),
            ids: Arc::new(CountingIds::starting_at(5_000_000)),
            randomness: Arc::new(SeededRandomness::from_seed(2)),
        });
        let organisation_ids = vec![demo_ids::ORGANISATION.to_owned()];
        crm.mirror(Definitions { directory: app.directory(demo.workspace).unwrap(), organisation_ids }).await.unwrap();
        let records = data::Parts {
            app: app.clone(),
            crm: crm.clone(),
            admission: admission.clone(),
            usage: Arc::new(data::Usage::new(REQUESTS)),
            body_patience: Duration::from_secs(30),
            max_file: 1 << 20,
        };
        let logins = oauth::Parts { app: app.clone(), admission, addresses: addresses.clone(), body_patience: Duration::from_secs(5) };
        let routes = Router::new()
            .route("/services/data/probe", get(probe))
            .with_state(Probe(app.clone()))
            .merge(api::router(api::ApiState { app: app.clone(), crm, limits: addresses }))
            .merge(oauth::router(logins))
            .merge(data::router(records));
        let mut settings = EdgeSettings::new(Arc::new(CountingIds::starting_at(9_000)));
        settings.refusals = Arc::new(ByProtocol);
        settings.bodies = BodyLimits::new(1 << 20).under("/services/data/", data::MAX_JSON);
        settings.proxies = TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()], Default::default());
        let serving = Serving::new(Edge::new(settings, routes), ConnectionSettings::default(), closing.clone());
        let address = serving.listen(Serving::bind("127.0.0.1:0".parse().unwrap()).unwrap(), None).unwrap();
        let sign_in = NewSignIn { workspace: None, login: "admin".into(), password: Secret(PASSWORD.into()), code: None, address: None };
        let admin = app.sign_in(sign_in).await.unwrap().token.reveal().to_owned();
        Self { app, clock, demo, admin, address, serving, closing, numbers: AtomicU64::default() }
    }

    /// Sends a request and reads its answer; nothing is followed.
    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send_bytes(method, path, headers, body.as_bytes()).await
    }

    /// The same with any body; a compressed answer is unpacked.
    pub(crate) async fn send_bytes(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "crm.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = client.send_request(request.body(Full::new(Bytes::copy_from_slice(body))).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let mut text = String::new();
        if head.headers.contains_key(header::CONTENT_ENCODING) {
            GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes.to_vec()).unwrap();
        }
        drop(client);
        connection.await.unwrap().unwrap();
        Answer { status: head.status, headers: head.headers, text }
    }

    /// A request of the native API by the admin.
    pub(crate) async fn native(&self, method: Method, path: &str, body: Value) -> Answer {
        let key = format!("key-{}", self.numbers.fetch_add(1, Ordering::Relaxed));
        let token = format!("Bearer {}", self.admin);
        let headers = [("authorization", token.as_str()), ("idempotency-key", key.as_str())];
        self.send(method, &format!("/api/v1{path}"), &headers, &body.to_string()).await
    }

    /// A connected app with these settings, and a secret: its id, its client id and the secret.
    pub(crate) async fn app_with(&self, mut settings: Value) -> AnApp {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        settings["name"] = settings.get("name").cloned().unwrap_or_else(|| json!(format!("App {number}")));
        let made = self.native(Method::POST, "/admin/connected-apps", settings).await.good();
        let id = made["id"].as_str().unwrap().to_owned();
        let secret = self.native(Method::POST, &format!("/admin/connected-apps/{id}/secret"), json!({})).await.good();
        AnApp {
            id,
            client_id: made["settings"]["client_id"].as_str().unwrap().to_owned(),
            secret: secret["secret"].as_str().unwrap().to_owned(),
            settings: made["settings"].clone(),
        }
    }

    /// A token of the data API, to act as the admin.
    pub(crate) async fn admins_token(&self) -> String {
        let app = self.app_with(json!({"flows": ["client_credentials"], "run_as": self.agent("admin")})).await;
        let told = self.token(&app.shows(&[("grant_type", "client_credentials")])).await.good();
        told["access_token"].as_str().unwrap().to_owned()
    }

    /// An agent's id, as the API writes it.
    pub(crate) fn agent(&self, login: &str) -> Value {
        json!(self.demo.agents[login])
    }

    /// A form of OAuth's.
    pub(crate) async fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.form_with(path, pairs, &[]).await
    }

    pub(crate) async fn form_with(&self, path: &str, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.send(Method::POST, path, &all, &body).await
    }

    pub(crate) async fn token(&self, pairs: &[(&str, &str)]) -> Answer {
        self.form("/services/oauth2/token", pairs).await
    }

    /// What the data API says to a token.
    pub(crate) async fn calls(&self, token: &str) -> Answer {
        self.send(Method::GET, "/services/data/probe", &[("authorization", &format!("Bearer {token}"))], "").await
    }

    /// The token is good for the data API.
    pub(crate) async fn works(&self, token: &Value) -> bool {
        let answer = self.calls(token.as_str().unwrap()).await;
        if answer.status != StatusCode::OK {
            let expected = json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]);
            assert_eq!((answer.status, answer.json()), (StatusCode::UNAUTHORIZED, expected));
        }
        answer.status == StatusCode::OK
    }

    /// The actions of the audit log about a thing, oldest first, each with what it changed.
    pub(crate) async fn audited(&self, subject: &str) -> Vec<(String, Value)> {
        let page = self.native(Method::GET, &format!("/admin/audit?subject={subject}"), Value::Null).await.good();
        let line = |line: &Value| (line["action"].as_str().unwrap().to_owned(), line["change"].clone());
        page["items"].as_array().unwrap().iter().rev().map(line).collect()
    }
}

/// A connected app that was made.
#[derive(Clone, Debug)]
pub(crate) struct AnApp {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) settings: Value,
}

impl AnApp {
    /// What it shows of itself, with more.
    pub(crate) fn shows<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [("client_id", self.client_id.as_str()), ("client_secret", self.secret.as_str())].into_iter().chain(more.iter().copied()).collect()
    }

    pub(crate) fn path(&self) -> String {
        format!("/admin/connected-apps/{}", self.id)
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
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World::on(&format!("sqlite:{}", folder.path().join("s.sqlite").display())).await);
    test(world.clone()).await;
    end(world).await;
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    let world = Arc::new(World::on(database.url()).await);
    test(world.clone()).await;
    end(world).await;
}

/// The parameters behind the question mark of an address.
pub(crate) fn query(address: &str) -> BTreeMap<String, String> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
