//! What a real server streamed, kept as files that the browser's reducers are held to: `console/golden`, `widget/golden`.
//!
//! A file is `{ snapshot, events: [{ id, data }], expected }`: what events make of the snapshot is what a fresh snapshot said then. Each story
//! is told anew here and must still consist of the events that its file has; `SWITCHBOARD_WRITE_GOLDEN=1` writes the files.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{ids::OfferId, permission::BuiltInRole, secret::Secret};
use engine::setup::{Demo, DemoAgent};
use native::{
    admin::{Agent as AgentRecord, AgentSettings, Button, ButtonSettings},
    agent::{AgentEvent, AgentSnapshot, DeclineOffer, PresenceStatus, SetPresence, SignIn, TakeConversation, TransferConversation},
    client::{AgentClient, Connection, EventStream, VisitorClient},
    conversation::{Rating, TransferTarget, WebPage},
    desk::RaiseFlag,
    view::{AgentView, Applied, Streamed, VisitorView},
    visitor::{EndConversation, SendCustomEvent, StartConversation, VisitPage, VisitorEvent, VisitorSnapshot},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use server::ambient::{FreshIds, SystemRandomness};
use switchboard_testserver::{Backend, PATIENCE, TestServer};
use tokio::{sync::watch, task::JoinHandle};

const PASSWORD: &str = "correct horse battery";

/// A reducer and what it is fed with.
trait View: From<Self::Snapshot> + Send + 'static {
    type Snapshot: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    type Event: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Where its files are.
    const FOLDER: &str;

    fn take(&mut self, event: Streamed<Self::Event>) -> Applied;
    fn durable(&self) -> Self::Snapshot;
    /// The same at another position: a fresh snapshot's is of the whole journal.
    fn at(snapshot: &Self::Snapshot, position: native::Position) -> Self::Snapshot;
    fn position(snapshot: &Self::Snapshot) -> native::Position;
}

impl View for AgentView {
    type Snapshot = AgentSnapshot;
    type Event = AgentEvent;
    const FOLDER: &str = "console/golden";

    fn take(&mut self, event: Streamed<AgentEvent>) -> Applied {
        self.apply(event)
    }
    fn durable(&self) -> AgentSnapshot {
        self.snapshot()
    }
    fn at(snapshot: &AgentSnapshot, position: native::Position) -> AgentSnapshot {
        AgentSnapshot { position, ..snapshot.clone() }
    }
    fn position(snapshot: &AgentSnapshot) -> native::Position {
        snapshot.position
    }
}

impl View for VisitorView {
    type Snapshot = VisitorSnapshot;
    type Event = VisitorEvent;
    const FOLDER: &str = "widget/golden";

    fn take(&mut self, event: Streamed<VisitorEvent>) -> Applied {
        self.apply(event)
    }
    fn durable(&self) -> VisitorSnapshot {
        self.conversation.clone()
    }
    fn at(snapshot: &VisitorSnapshot, position: native::Position) -> VisitorSnapshot {
        VisitorSnapshot { position, ..snapshot.clone() }
    }
    fn position(snapshot: &VisitorSnapshot) -> native::Position {
        snapshot.position
    }
}

/// A stream that is written down from a snapshot on, the ephemeral events too.
struct Recording<V: View> {
    name: &'static str,
    snapshot: V::Snapshot,
    events: watch::Receiver<Vec<Streamed<V::Event>>>,
    task: JoinHandle<()>,
}

impl<V: View> Drop for Recording<V> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<V: View> Recording<V>
where
    EventStream<V::Event>: Streams<V::Event>,
{
    fn begin(name: &'static str, snapshot: V::Snapshot, mut stream: EventStream<V::Event>) -> Self {
        let (written, events) = watch::channel(Vec::new());
        let task = tokio::spawn(async move {
            while let Some(event) = stream.one().await {
                written.send_modify(|events: &mut Vec<_>| events.push(event));
            }
        });
        Self { name, snapshot, events, task }
    }

    /// Waits for an event that makes the view such.
    async fn until(&self, what: &str, holds: impl Fn(&V) -> bool) {
        testkit::wait_for(what, PATIENCE, async || holds(&self.view())).await;
    }

    fn view(&self) -> V {
        let mut view = V::from(self.snapshot.clone());
        for event in self.events.borrow().clone() {
            assert_ne!(view.take(event), Applied::Resync, "{}: nothing here begins anew", self.name);
        }
        view
    }

    /// Waits until the events make what a fresh snapshot says, then writes the file or compares with it.
    async fn end(self, fresh: impl AsyncFn() -> V::Snapshot) {
        let found = testkit::wait_for_some("the events that make a fresh snapshot", PATIENCE, async || {
            let fresh = fresh().await;
            let seen = self.view().durable();
            (V::at(&fresh, V::position(&seen)) == seen).then_some(seen)
        });
        let expected = found.await;
        let events: Vec<Value> = (self.events.borrow().iter())
            .map(|event| json!({ "id": event.position.map(|position| position.to_string()), "data": event.event }))
            .collect();
        let golden = json!({ "snapshot": self.snapshot, "events": events, "expected": expected });
        let path = folder::<V>().join(format!("{}.json", self.name));
        if std::env::var_os("SWITCHBOARD_WRITE_GOLDEN").is_some() {
            fs::create_dir_all(folder::<V>()).expect("a folder");
            fs::write(&path, serde_json::to_string_pretty(&golden).expect("JSON") + "\n").expect("a file");
        }
        let kept: Value =
            serde_json::from_str(&fs::read_to_string(&path).expect("the golden file: SWITCHBOARD_WRITE_GOLDEN=1 makes it")).expect("JSON");
        assert_eq!(
            kinds(&kept),
            kinds(&golden),
            "{}: the story has other events than its file; SWITCHBOARD_WRITE_GOLDEN=1 writes it",
            path.display()
        );
        // The shapes of today read it, and lead to what it expects.
        let snapshot: V::Snapshot = serde_json::from_value(kept["snapshot"].clone()).expect("a snapshot of today's shape");
        let mut view = V::from(snapshot);
        for event in kept["events"].as_array().expect("events") {
            let position = event["id"].as_str().map(|id| id.parse().expect("a position"));
            let event = serde_json::from_value(event["data"].clone()).expect("an event of today's shape");
            assert_ne!(view.take(Streamed { position, event }), Applied::Resync);
        }
        let expected: V::Snapshot = serde_json::from_value(kept["expected"].clone()).expect("a snapshot of today's shape");
        assert_eq!(view.durable(), expected, "{}", path.display());
    }
}

/// The two kinds of streams, as one.
trait Streams<E> {
    /// The next event; none when the stream is over.
    fn one(&mut self) -> impl Future<Output = Option<Streamed<E>>> + Send;
}

impl Streams<AgentEvent> for EventStream<AgentEvent> {
    async fn one(&mut self) -> Option<Streamed<AgentEvent>> {
        self.next().await.ok()
    }
}

impl Streams<VisitorEvent> for EventStream<VisitorEvent> {
    async fn one(&mut self) -> Option<Streamed<VisitorEvent>> {
        self.next().await.ok()
    }
}

fn folder<V: View>() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(V::FOLDER)
}

/// Which kinds of events there are, durable ones, and what happens in them.
fn kinds(golden: &Value) -> BTreeSet<String> {
    let events = golden["events"].as_array().into_iter().flatten().map(|event| &event["data"]);
    let durable = events.filter(|data| !matches!(data["event"].as_str(), Some("typing" | "draft" | "advanced" | "queue_place")));
    durable
        .map(|data| format!("{} {}", data["event"].as_str().unwrap_or_default(), data["entry"]["kind"].as_str().unwrap_or_default()))
        .collect()
}

struct World {
    server: TestServer,
    demo: Demo,
    admin: AgentClient,
}

impl World {
    async fn new() -> Self {
        let server = TestServer::start(Backend::Sqlite).await;
        let people =
            [("admin", BuiltInRole::Admin), ("ben", BuiltInRole::Agent), ("carla", BuiltInRole::Agent), ("sue", BuiltInRole::Supervisor)];
        let agents = people.map(|(login, role)| DemoAgent {
            login: login.to_owned(),
            name: login.to_owned(),
            password: Secret(PASSWORD.to_owned()),
            role,
            robot: false,
        });
        let demo = server.app().seed_demo(agents.into()).await.expect("agents");
        let admin = sign_in(&server, &demo, "admin").await;
        Self { server, demo, admin }
    }

    /// Signed in and, if so wished, online.
    async fn person(&self, login: &str, online: bool) -> AgentClient {
        let client = sign_in(&self.server, &self.demo, login).await;
        if online {
            client.set_presence(&SetPresence { status: PresenceStatus::Online, note: None }).await.expect("an agent may be online");
        }
        client
    }

    async fn record(&self, name: &'static str, client: &AgentClient) -> Recording<AgentView> {
        let snapshot = client.snapshot().await.expect("a snapshot");
        let stream = client.events(snapshot.position);
        Recording::begin(name, snapshot, stream)
    }

    async fn visitor(&self, start: Value) -> VisitorClient {
        let mut asked = json!({ "deployment": self.demo.deployment, "button": self.demo.button, "name": "Vera" });
        asked.as_object_mut().expect("an object").extend(start.as_object().expect("an object").clone());
        let start: StartConversation = serde_json::from_value(asked).expect("a request");
        VisitorClient::start(connection(&self.server), &start).await.expect("a conversation may be asked for").0
    }

    async fn change(&self, login: &str, change: impl FnOnce(&mut AgentSettings)) {
        let (admin, id) = (self.admin.admin(), self.demo.agents[login]);
        let mut settings = admin.read::<AgentRecord>(id).await.expect("the agent").settings;
        change(&mut settings);
        admin.replace::<AgentRecord>(id, &settings).await.expect("an agent may be changed");
    }
}

fn connection(server: &TestServer) -> Connection {
    Connection::new(&server.url(), Arc::new(FreshIds), Arc::new(SystemRandomness)).expect("an address")
}

async fn sign_in(server: &TestServer, demo: &Demo, login: &str) -> AgentClient {
    let (workspace, login) = (Some(demo.workspace_name.clone()), login.to_owned());
    let request = SignIn { workspace, login, password: Secret(PASSWORD.to_owned()), totp: None };
    AgentClient::sign_in(connection(server), &request).await.expect("the sign-in is right").0
}

async fn offered(recording: &Recording<AgentView>) -> OfferId {
    recording.until("an offer", |view| !view.offers.is_empty()).await;
    *recording.view().offers.keys().next().expect("an offer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_from_the_offer_to_the_end_of_after_work() {
    let world = World::new().await;
    world.change("ben", |ben| ben.after_work_seconds = None).await;
    let ben = world.person("ben", true).await;
    let agent = world.record("conversation", &ben).await;
    let visitor = world.visitor(json!({
        "details": [{ "label": "Order", "value": "4711" }], "page": { "url": "https://shop.example/a", "title": "A" }
    }));
    let visitor = visitor.await;
    let begun = visitor.snapshot().await.expect("a snapshot");
    let seen = Recording::<VisitorView>::begin("conversation", begun.clone(), visitor.events(begun.position));
    let offer = offered(&agent).await;
    let id = ben.accept(offer).await.expect("an offer may be accepted").conversation.id;
    visitor.send_message("Hello").await.expect("a message");
    ben.set_typing(id, true).await.expect("typing");
    seen.until("typing", |view| view.typing).await;
    ben.send_message(id, "Good morning").await.expect("a message");
    visitor.set_typing(true).await.expect("typing");
    agent.until("typing", |view| !view.typing.is_empty()).await;
    visitor.visit_page(&VisitPage { page: WebPage { url: "https://shop.example/b".to_owned(), title: None } }).await.expect("a page");
    visitor.send_custom_event(&SendCustomEvent { name: "cart".to_owned(), data: "3".into() }).await.expect("an event");
    visitor.set_idle_warning(true).await.expect("a warning");
    visitor.set_idle_warning(false).await.expect("a warning");
    let asked = ben.request_file(id).await.expect("a request");
    visitor.decline_file_request(asked.request).await.expect("it may be declined");
    visitor.end(&EndConversation { reason: Some("Thank you".into()) }).await.expect("an end");
    visitor.rate(&Rating { score: 5, comment: Some("Quick".into()) }).await.expect("a rating");
    agent.until("the rating", |view| view.conversations.values().any(|one| one.rating.is_some())).await;
    ben.finish(id).await.expect("after-conversation work may end");
    agent.end(async || ben.snapshot().await.expect("a snapshot")).await;
    seen.end(async || visitor.snapshot().await.expect("a snapshot")).await;
    world.server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_declined_taken_by_another_and_sent_back() {
    let world = World::new().await;
    let ben = world.person("ben", true).await;
    let before = world.record("declined", &ben).await;
    let visitor = world.visitor(json!({})).await;
    let begun = visitor.snapshot().await.expect("a snapshot");
    let seen = Recording::<VisitorView>::begin("transferred", begun.clone(), visitor.events(begun.position));
    let offer = offered(&before).await;
    let carla = world.person("carla", true).await;
    let other = world.record("transferred", &carla).await;
    ben.decline(offer, &DeclineOffer { reason: None }).await.expect("an offer may be declined");
    let id = carla.accept(offered(&other).await).await.expect("an offer may be accepted").conversation.id;
    carla.send_message(id, "I send you on").await.expect("a message");
    let to = TransferTarget::Agent { id: world.demo.agents["ben"] };
    carla.transfer(id, &TransferConversation { to, note: Some("knows the order".into()) }).await.expect("a transfer");
    let again = offered(&before).await;
    assert_eq!(before.view().offers[&again].note.as_ref().map(|note| note.reveal().to_owned()), Some("knows the order".to_owned()));
    ben.accept(again).await.expect("an offer may be accepted");
    ben.send_message(id, "Here I am").await.expect("a message");
    ben.end(id, &EndConversation { reason: None }).await.expect("an end");
    before.end(async || ben.snapshot().await.expect("a snapshot")).await;
    other.end(async || carla.snapshot().await.expect("a snapshot")).await;
    seen.end(async || visitor.snapshot().await.expect("a snapshot")).await;
    world.server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_watches_whispers_and_takes_over() {
    let world = World::new().await;
    let (ben, sue) = (world.person("ben", true).await, world.person("sue", false).await);
    sue.set_presence(&SetPresence { status: PresenceStatus::Away, note: None }).await.expect("a supervisor may be away");
    let helped = world.record("helped", &ben).await;
    let watches = world.record("watches", &sue).await;
    let visitor = world.visitor(json!({})).await;
    let id = ben.accept(offered(&helped).await).await.expect("an offer may be accepted").conversation.id;
    ben.raise_flag(id, &RaiseFlag { note: Some("a hard one".into()) }).await.expect("a flag");
    sue.monitor(id).await.expect("a supervisor may watch");
    watches.until("the conversation", |view| view.conversations.contains_key(&id)).await;
    sue.note(id, "I know this one").await.expect("a note");
    sue.lower_flag(id).await.expect("a flag may be lowered");
    visitor.send_message("Hello?").await.expect("a message");
    sue.take_over(id, &TakeConversation { from: None }).await.expect("a supervisor may take over");
    helped.until("it is gone", |view| view.conversations.is_empty()).await;
    sue.send_message(id, "I am here").await.expect("a message");
    sue.end(id, &EndConversation { reason: None }).await.expect("an end");
    helped.end(async || ben.snapshot().await.expect("a snapshot")).await;
    watches.end(async || sue.snapshot().await.expect("a snapshot")).await;
    world.server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_pick_from_those_who_wait() {
    let world = World::new().await;
    let settings: ButtonSettings =
        serde_json::from_value(json!({ "name": "choice", "routing": { "strategy": "choice" } })).expect("a button");
    let choice: Button = world.admin.admin().create(&settings).await.expect("a button");
    let (ben, carla) = (world.person("ben", true).await, world.person("carla", true).await);
    let picks = world.record("picks", &ben).await;
    let looks_on = world.record("looks-on", &carla).await;
    let visitor = world.visitor(json!({ "button": choice.id })).await;
    looks_on.until("who waits", |view| !view.waiting.is_empty()).await;
    picks.until("who waits", |view| !view.waiting.is_empty()).await;
    let id = *picks.view().waiting.keys().next().expect("who waits");
    ben.take(id).await.expect("it may be picked");
    looks_on.until("nobody waits", |view| view.waiting.is_empty()).await;
    visitor.send_message("Hello").await.expect("a message");
    picks.until("the message", |view| view.conversations.values().any(|one| one.timeline.len() > 1)).await;
    carla.set_presence(&SetPresence { status: PresenceStatus::Away, note: Some("Lunch".to_owned()) }).await.expect("an agent may be away");
    picks.end(async || ben.snapshot().await.expect("a snapshot")).await;
    looks_on.end(async || carla.snapshot().await.expect("a snapshot")).await;
    world.server.finish().await;
}
