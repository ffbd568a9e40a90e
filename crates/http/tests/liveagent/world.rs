//! A server without sockets: an engine on SQLite or PostgreSQL, the facade's router, and one agent who accepts at once.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body};
use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, IdSource as _, RoleId, WorkspaceId},
    journal::{Author, EndedBecause},
    permission::Permissions,
    presence::Presence,
    time::Clock as _,
};
use engine::{
    App, Keys, OLD_IDS, Parts, Settings,
    conversation::{EndConversation, PostMessage},
    definition::{Agent, Button, Defined, Deployment, Role},
};
use futures_util::FutureExt as _;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use store::{NewDefinition, Options, Store, Workspace};
use switchboard_http::{
    api,
    facades::liveagent,
    files,
    pages::{self, BuiltFiles},
    serve::{AddressLimits, Admission},
};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

pub(crate) const ORGANISATION: &str = "00DSB0000000001";
pub(crate) const DEPLOYMENT: &str = "572SB0000000001";
pub(crate) const BUTTON: &str = "573SB0000000001";
pub(crate) const AGENT: &str = "005SB0000000001";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

/// Runs each of these tests on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($test:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $test() { super::$test(crate::world::On::Sqlite).await; })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $test() { super::$test(crate::world::On::Postgres).await; })*
        }
    };
}
pub(crate) use on_both;

/// Where the data is, until the test is over.
enum Data {
    Folder(tempfile::TempDir),
    Database(Database),
}

impl Data {
    async fn on(on: On) -> Self {
        match on {
            On::Sqlite => Self::Folder(tempfile::tempdir().unwrap()),
            On::Postgres => Self::Database(tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap()),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite:{}", folder.path().join("switchboard.sqlite").display()),
            Self::Database(database) => database.url().to_owned(),
        }
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) agent: AgentId,
    ids: Arc<CountingIds>,
    role: RoleId,
    closing: CancellationToken,
    _data: Data,
}

/// What differs from test to test.
pub(crate) struct Given {
    pub(crate) deployment: Value,
    pub(crate) button: Value,
    pub(crate) auto_accept: bool,
}

impl Default for Given {
    fn default() -> Self {
        Self { deployment: json!({"name": "Site"}), button: json!({"name": "Help"}), auto_accept: true }
    }
}

fn definition<T: Defined>(id: T::Id, json: Value) -> NewDefinition {
    let read: T = serde_json::from_value(json).unwrap();
    NewDefinition { kind: T::KIND, id: id.into(), name: read.name().to_owned(), body: serde_json::to_value(&read).unwrap() }
}

fn router_of(app: &App, admission: Admission) -> Router {
    liveagent::router(liveagent::Parts {
        app: app.clone(),
        admission: admission.clone(),
        addresses: Arc::new(AddressLimits::new(Default::default())),
        body_patience: Duration::from_secs(5),
    })
    .merge(files::router(app.clone()))
    .merge(pages::router(pages::Parts {
        app: app.clone(),
        admission,
        addresses: Arc::new(AddressLimits::new(Default::default())),
        body_patience: Duration::from_secs(5),
        widget: BuiltFiles::of::<Widget>(),
        console: BuiltFiles::of::<Widget>(),
    }))
}

/// Enough of the web build for the pages that need one.
#[derive(rust_embed::RustEmbed)]
#[folder = "tests/built/widget"]
struct Widget;

impl World {
    pub(crate) async fn new(on: On, given: Given) -> Self {
        let data = Data::on(on).await;
        let store = Store::open(Options::new(data.url().parse().unwrap())).await.unwrap();
        let ids = Arc::new(CountingIds::default());
        let clock = Arc::new(TestClock::default());
        let new = || ids.next();
        let (workspace, deployment, button) = (WorkspaceId(new()), DeploymentId(new()), ButtonId(new()));
        let (agent, role) = (AgentId(new()), RoleId(new()));
        let now = clock.now();
        let definitions = Arc::new([
            definition::<Deployment>(deployment, given.deployment),
            definition::<Button>(button, given.button),
            definition::<Role>(role, json!({"name": "agent", "permissions": Permissions::all()})),
            definition::<Agent>(
                agent,
                json!({"login": "ann", "name": "Ann Lee", "public_name": "Ann", "roles": [role.0], "auto_accept": given.auto_accept}),
            ),
        ]);
        store
            .write::<_, store::Error, _>(move |tx| {
                let definitions = definitions.clone();
                async move {
                    let made = Workspace { id: workspace, name: "demo".into(), zone: "UTC".into(), settings: json!({}) };
                    tx.insert_workspace(&made, 1, now).await?;
                    for new in &*definitions {
                        tx.save_definition(workspace, new, now).await?;
                    }
                    tx.set_workspace_alias(OLD_IDS, ORGANISATION, workspace).await?;
                    tx.set_alias(workspace, OLD_IDS, DEPLOYMENT, deployment.0).await?;
                    tx.set_alias(workspace, OLD_IDS, BUTTON, button.0).await?;
                    tx.set_alias(workspace, OLD_IDS, AGENT, agent.0).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
            .unwrap();
        let closing = CancellationToken::new();
        let app = App::start(Parts {
            store,
            clock: clock.clone(),
            ids: ids.clone(),
            randomness: Arc::new(SeededRandomness::from_seed(1)),
            keys: Keys::new([1; 32]),
            settings: Settings::default(),
            closing: closing.clone(),
            crm: None,
            outbound: None,
        })
        .await
        .unwrap();
        app.set_presence(workspace, agent, Presence::Online, None).await.unwrap();
        let router = router_of(&app, Admission::new(Default::default()));
        Self { app, router, clock, workspace, agent, ids, role, closing, _data: data }
    }

    /// The native API on the same engine.
    pub(crate) fn native(&self, limits: AddressLimits) -> Router {
        let crm = crm::Crm::new(crm::Parts {
            store: self.app.store().clone(),
            clock: self.clock.clone(),
            ids: Arc::new(CountingIds::starting_at(5_000_000)),
            randomness: Arc::new(SeededRandomness::from_seed(2)),
        });
        api::router(api::ApiState { app: self.app.clone(), crm, limits: Arc::new(limits) })
    }

    pub(crate) async fn default(on: On) -> Self {
        Self::new(on, Given::default()).await
    }

    /// The facade under other limits of how much there is to do.
    pub(crate) fn router_with(&self, admission: Admission) -> Router {
        router_of(&self.app, admission)
    }

    /// Writes a definition and has it known.
    pub(crate) async fn define<T: Defined>(&self, id: impl Into<uuid::Uuid>, body: Value) {
        let read: T = serde_json::from_value(body).unwrap();
        let new = Arc::new((id.into(), read.name().to_owned(), serde_json::to_value(&read).unwrap()));
        let (workspace, now) = (self.workspace, self.clock.now());
        self.app
            .store()
            .write::<_, store::Error, _>(move |tx| {
                let new = new.clone();
                async move {
                    let (id, name, body) = &*new;
                    let new = NewDefinition { kind: T::KIND, id: *id, name: name.clone(), body: body.clone() };
                    tx.save_definition(workspace, &new, now).await
                }
                .boxed()
            })
            .await
            .unwrap();
        self.app.reload().await.unwrap();
    }

    pub(crate) fn id<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.ids.next())
    }

    /// One more agent, who is online and accepts at once unless told.
    pub(crate) async fn colleague(&self, name: &str, more: Value) -> AgentId {
        let id: AgentId = self.id();
        self.agent_is(id, name, more).await;
        self.presence(id, Presence::Online).await;
        id
    }

    /// An agent who accepts at once is so from now on, unless told.
    pub(crate) async fn agent_is(&self, id: AgentId, name: &str, more: Value) {
        let mut body = json!({"login": name, "name": name, "roles": [self.role.0], "auto_accept": true});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.define::<Agent>(id, body).await;
    }

    pub(crate) async fn presence(&self, agent: AgentId, presence: Presence) {
        self.app.set_presence(self.workspace, agent, presence, None).await.unwrap();
    }

    /// Sends a request and reads its answer whole.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        receive(self.router.clone(), request).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers, "")).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(request("POST", path, headers, body)).await
    }

    /// A session's visitor, before it asked for anything.
    pub(crate) async fn visitor(&self) -> Visitor<'_> {
        let answer = self.get("/chat/rest/System/SessionId", &[("X-LIVEAGENT-API-VERSION", "38"), ("X-LIVEAGENT-AFFINITY", "null")]).await;
        assert_eq!(answer.status, StatusCode::OK);
        let made = answer.json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Visitor { world: self, id: text("id"), key: text("key"), affinity: text("affinityToken") }
    }

    /// A visitor whose conversation an agent has, told so far: `ChatRequestSuccess` and `ChatEstablished`.
    pub(crate) async fn chatting(&self) -> Visitor<'_> {
        let visitor = self.visitor().await;
        assert_eq!(visitor.init(json!({})).await.ok(), "OK");
        assert_eq!(visitor.poll("").await.kinds(), ["ChatRequestSuccess"]);
        assert_eq!(visitor.poll("").await.kinds(), ["ChatEstablished"]);
        visitor
    }

    /// The agent says something.
    pub(crate) async fn agent_says(&self, conversation: ConversationId, text: &str) {
        self.app.agent_posts(self.workspace, self.agent, conversation, PostMessage::text(text)).await.unwrap();
    }

    /// The agent ends it.
    pub(crate) async fn agent_ends(&self, conversation: ConversationId) {
        let end = EndConversation { by: Author::Agent { agent: self.agent }, because: EndedBecause::Agent };
        assert!(self.app.end_conversation(self.workspace, conversation, end).await.unwrap());
    }

    /// What was said, in order: who and what.
    pub(crate) async fn said(&self, conversation: ConversationId) -> Vec<String> {
        let mut snapshot = self.app.store().snapshot().await.unwrap();
        let messages = snapshot.messages(self.workspace, conversation, 0, 1000).await.unwrap();
        messages
            .iter()
            .map(|message| {
                let who = if message.by == Author::Visitor { "visitor" } else { "agent" };
                match &message.label {
                    Some(label) => format!("{who} {label}: {}", message.text.reveal()),
                    None => format!("{who}: {}", message.text.reveal()),
                }
            })
            .collect()
    }

    /// What happened, in order.
    pub(crate) async fn happened(&self, conversation: ConversationId) -> Vec<&'static str> {
        let entries = self.app.store().conversation_after(self.workspace, conversation, 0, 1000).await.unwrap();
        entries.iter().map(|entry| entry.event.kind()).collect()
    }

    pub(crate) async fn finish(self) {
        self.closing.cancel();
        self.app.stopped().await;
        self.app.store().close().await;
    }
}

/// A router's answer, read whole.
pub(crate) async fn receive(router: Router, request: Request<Body>) -> Answer {
    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = tokio::time::timeout(Duration::from_secs(20), body.collect()).await.unwrap().unwrap().to_bytes();
    Answer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// One session's client.
pub(crate) struct Visitor<'w> {
    pub(crate) world: &'w World,
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) affinity: String,
}

impl Visitor<'_> {
    pub(crate) fn headers(&self) -> Vec<(&str, &str)> {
        vec![("X-LIVEAGENT-API-VERSION", "38"), ("X-LIVEAGENT-AFFINITY", &self.affinity), ("X-LIVEAGENT-SESSION-KEY", &self.key)]
    }

    pub(crate) async fn init(&self, more: Value) -> Answer {
        self.post("Chasitor/ChasitorInit", &self.init_body(more).to_string()).await
    }

    pub(crate) fn init_body(&self, more: Value) -> Value {
        let mut body = json!({
            "organizationId": ORGANISATION, "deploymentId": DEPLOYMENT, "buttonId": BUTTON, "sessionId": self.id,
            "visitorName": "Ana", "isPost": true, "receiveQueueUpdates": true,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    /// A POST without a number.
    pub(crate) async fn post(&self, noun: &str, body: &str) -> Answer {
        self.world.post(&format!("/chat/rest/{noun}"), &self.headers(), body).await
    }

    /// A POST with a number.
    pub(crate) async fn numbered(&self, number: u32, noun: &str, body: &str) -> Answer {
        let number = number.to_string();
        let mut headers = self.headers();
        headers.push(("X-LIVEAGENT-SEQUENCE", &number));
        self.world.post(&format!("/chat/rest/{noun}"), &headers, body).await
    }

    /// A poll; `query` such as `?ack=-1`.
    pub(crate) async fn poll(&self, query: &str) -> Answer {
        self.world.get(&format!("/chat/rest/System/Messages{query}"), &self.headers()).await
    }

    pub(crate) fn conversation(&self) -> ConversationId {
        self.world.app.visitors().get(self.id.parse().unwrap()).unwrap().conversation
    }
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The text of a success.
    pub(crate) fn ok(&self) -> &str {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        &self.body
    }

    /// Status and text.
    pub(crate) fn says(&self) -> (u16, &str) {
        (self.status.as_u16(), &self.body)
    }

    /// The types of its messages.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let json = self.json();
        json["messages"].as_array().unwrap().iter().map(|message| message["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The body of its first message.
    pub(crate) fn message(&self) -> Value {
        self.json()["messages"][0]["message"].clone()
    }

    pub(crate) fn sequence(&self) -> i64 {
        self.json()["sequence"].as_i64().unwrap()
    }
}
