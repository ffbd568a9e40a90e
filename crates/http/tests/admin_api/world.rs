//! A workspace with an admin, a supervisor, an agent who answers by himself, and one who may nothing.

use std::{future::Future, net::IpAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use domain::{
    detail::Detail,
    ids::*,
    permission::BuiltInRole,
    presence::Presence,
    routing::Attempt,
    secret::{Secret, Text},
};
use engine::{
    App, Keys, Parts, Settings,
    conversation::{PostMessage, StartConversation, Started},
    definition::{Deployment, Polling},
    setup::{Demo, DemoAgent},
    sign_in::NewSignIn,
};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use store::{AuditFilter, Options, RootKey, Store};
use switchboard_http::{
    api::{ApiState, router},
    serve::{AddressLimitSettings, AddressLimits},
};
use testkit::{Cluster, CountingIds, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{crm::Maps, told::Told};

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer that is expected to be good.
    #[track_caller]
    pub(crate) fn good(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.body
    }

    /// Status and problem of one that is not.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status.as_u16(), "{self:?}");
        (self.status.as_u16(), self.body["type"].as_str().unwrap().to_owned())
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) demo: Demo,
    /// The CRM that the engine asks.
    pub(crate) crm: Maps,
    /// Other people's servers.
    pub(crate) told: Arc<Told>,
    /// The CRM inside the binary, which handlers ask.
    pub(crate) records: ::crm::Crm,
    pub(crate) closing: CancellationToken,
    keys: std::sync::atomic::AtomicU64,
}

impl World {
    async fn on(url: &str) -> Self {
        let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
        let (clock, closing, crm) = (Arc::new(TestClock::default()), CancellationToken::new(), Maps::default());
        let told = Arc::new(Told::default());
        let folder = tempfile::tempdir().unwrap();
        let root_key = RootKey::load_or_make(&folder.path().join("root-key"), &SeededRandomness::from_seed(3)).unwrap();
        let new_deployment = Deployment {
            connection_timeout_ms: 90_000,
            polling: Polling { hold_seconds: 20, ..Polling::default() },
            ..Deployment::default()
        };
        let app = App::start(Parts {
            store,
            clock: clock.clone(),
            ids: Arc::new(CountingIds::starting_at(1)),
            randomness: Arc::new(SeededRandomness::from_seed(1)),
            keys: Keys::new([1; 32]).with_root_key(Arc::new(root_key)),
            // The tests turn the clock and run the reconcilers themselves.
            settings: Settings {
                password_memory_kib: 64,
                reconcilers: false,
                journal_kept: 10 * DAY,
                new_deployment,
                ..Settings::default()
            },
            closing: closing.clone(),
            crm: Some(Arc::new(crm.clone())),
            outbound: Some(told.clone()),
        })
        .await
        .unwrap();
        let agent = |login: &str, role, robot| DemoAgent {
            login: login.into(),
            name: format!("The {login}"),
            password: Secret(PASSWORD.into()),
            role,
            robot,
        };
        let people = vec![
            agent("admin", BuiltInRole::Admin, false),
            agent("supervisor", BuiltInRole::Supervisor, false),
            agent("agent", BuiltInRole::Agent, true),
        ];
        let demo = app.seed_demo(people).await.unwrap();
        let limits = Arc::new(AddressLimits::new(AddressLimitSettings::default()));
        let records = ::crm::Crm::new(::crm::Parts {
            store: app.store().clone(),
            clock: clock.clone(),
            ids: Arc::new(CountingIds::starting_at(5_000_000)),
            randomness: Arc::new(SeededRandomness::from_seed(2)),
        });
        let router = router(ApiState { app: app.clone(), crm: records.clone(), limits });
        Self { app, router, clock, demo, crm, told, records, closing, keys: Default::default() }
    }

    /// Shows the CRM inside the binary who works here, and gives the tokens of an admin and of a standard user.
    pub(crate) async fn crm_users(&self) -> (String, String) {
        self.make_users().await;
        (self.token("admin").await, self.token("agent").await)
    }

    /// A key that no other request has.
    pub(crate) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    pub(crate) async fn raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status, headers, body }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, token: &str, key: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("idempotency-key", key);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.raw(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(Method::GET, path, token, "none", None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, token, &self.key(), Some(body)).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, token, "none", Some(body)).await
    }

    pub(crate) async fn patch(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, token, "none", Some(body)).await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Answer {
        self.send(Method::DELETE, path, token, "none", None).await
    }

    pub(crate) async fn token(&self, login: &str) -> String {
        self.token_with(login, PASSWORD).await
    }

    pub(crate) async fn token_with(&self, login: &str, password: &str) -> String {
        let new = NewSignIn {
            workspace: None,
            login: login.into(),
            password: Secret(password.into()),
            code: None,
            address: Some("192.0.2.7".parse().unwrap()),
        };
        self.app.sign_in(new).await.unwrap().token.reveal().to_owned()
    }

    /// An agent without any permission, and his token.
    pub(crate) async fn nobody(&self) -> (AgentId, String) {
        let admin = self.token("admin").await;
        let settings = json!({"login": "nobody", "name": "No Body"});
        let made = self.post(&admin, "/admin/agents", json!({"settings": settings, "password": "to be changed soon"})).await.good();
        self.app.reset_password(self.demo.workspace, "nobody", Secret(PASSWORD.into()), false).await.unwrap();
        (made["id"].as_str().unwrap().parse().unwrap(), self.token("nobody").await)
    }

    /// Makes agents users of the CRM inside the binary, as a reconciler does.
    pub(crate) async fn make_users(&self) {
        let directory = self.app.directory(self.demo.workspace).unwrap();
        let definitions = engine::crm::Definitions { directory, organisation_ids: Vec::new() };
        engine::crm::Crm::definitions_changed(&self.records, definitions).await.unwrap();
    }

    pub(crate) fn agent(&self) -> AgentId {
        self.demo.agents["agent"]
    }

    /// A visitor who is answered at once, with a visible detail and a hidden one, and has written.
    pub(crate) async fn conversation(&self, name: &str, words: &str) -> Started {
        self.conversation_of(None, name, words).await
    }

    /// The same, with a visitor who may have been here before.
    pub(crate) async fn conversation_of(&self, visitor: Option<VisitorId>, name: &str, words: &str) -> Started {
        self.app.set_presence(self.demo.workspace, self.agent(), Presence::Online, None).await.unwrap();
        let started = self.app.start_conversation(self.asks(visitor, name)).await.unwrap();
        self.app.visitor_posts(&started.live, PostMessage::text(words)).await.unwrap();
        started
    }

    /// Whether a visitor from this address may ask for a conversation.
    pub(crate) async fn lets_in(&self, address: IpAddr) -> bool {
        self.app.set_presence(self.demo.workspace, self.agent(), Presence::Online, None).await.unwrap();
        let asks = StartConversation { address: Some(address), ..self.asks(None, "Vera") };
        !self.app.start_conversation(asks).await.unwrap().refused
    }

    pub(crate) fn asks(&self, visitor: Option<VisitorId>, name: &str) -> StartConversation {
        let detail = |label: &str, value: &str, visible_to_agent| Detail {
            label: label.into(),
            value: Text(value.into()),
            transcript_fields: vec!["Email__c".into()],
            visible_to_agent,
            entity_maps: Vec::new(),
            knowledge_search: false,
        };
        StartConversation {
            workspace: self.demo.workspace,
            session: self.app.new_session_key().session,
            deployment: Some(self.demo.deployment),
            button: Some(self.demo.button),
            attempts: vec![Attempt::Button(self.demo.button)],
            visitor,
            name: name.into(),
            language: "en".into(),
            user_agent: "test".into(),
            screen: String::new(),
            address: Some("192.0.2.50".parse().unwrap()),
            page: "https://shop.example/cart".into(),
            referrer: String::new(),
            details: vec![detail("Mail", "vera@example.org", true), detail("Account", "hunter2", false)],
            entity_plan: Default::default(),
            queue_updates: false,
            refuse: None,
            post_number: None,
            visit: None,
        }
    }

    pub(crate) async fn agent_ends(&self, conversation: ConversationId) {
        self.app.agent_ends(self.demo.workspace, self.agent(), conversation, false).await.unwrap();
    }

    /// The actions of the audit log about something of the CRM, oldest first: its name or its record's id.
    pub(crate) async fn crm_audited(&self, subject: &str) -> Vec<String> {
        let filter = AuditFilter { subject: Some(subject.to_owned()), ..AuditFilter::default() };
        let lines = self.app.store().snapshot().await.unwrap().audit(self.demo.workspace, &filter, None, 500).await.unwrap();
        lines.into_iter().rev().map(|line| line.action).collect()
    }

    /// The actions of the audit log about a thing, oldest first.
    pub(crate) async fn audited(&self, subject: impl std::fmt::Display) -> Vec<String> {
        let admin = self.token("admin").await;
        let page = self.get(&admin, &format!("/admin/audit?subject={subject}")).await.good();
        let mut actions: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect();
        actions.reverse();
        actions
    }
}

async fn end(world: Arc<World>) {
    world.closing.cancel();
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
