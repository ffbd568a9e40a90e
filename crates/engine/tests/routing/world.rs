//! A workspace to route in, on SQLite or PostgreSQL, with a clock to turn.

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{keeper::Keeper, told::Told};
use domain::{
    conversation::Phase,
    ids::*,
    journal::Event,
    permission::{BuiltInRole, Permissions},
    presence::Presence,
    routing::Attempt,
    time::{Clock as _, Timestamp},
    transcript::Status,
};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use store::{NewDefinition, Options, RootKey, Store, Workspace};
use switchboard_engine::{
    App, Keys, Parts, Result, Settings, SignedInAgent,
    conversation::{StartConversation, Started},
    definition::{Agent, Button, Defined, Deployment, Queue, Role, Skill},
};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

/// What outlives a server: where the data is.
enum Data {
    Folder(tempfile::TempDir),
    Database(Database),
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) told: Arc<Told>,
    root_key: Arc<RootKey>,
    ids: Arc<CountingIds>,
    role: RoleId,
    closing: Vec<(App, CancellationToken)>,
    data: Data,
    capacity_holds: bool,
    started: std::sync::Mutex<Vec<ConversationId>>,
}

/// What all servers of a world share.
struct Shared<'w> {
    clock: &'w Arc<TestClock>,
    ids: &'w Arc<CountingIds>,
    keeper: &'w Arc<Keeper>,
    told: &'w Arc<Told>,
    root_key: &'w Arc<RootKey>,
}

async fn serve(data: &Data, shared: &Shared<'_>) -> (Store, Option<(App, CancellationToken)>) {
    let url = match data {
        Data::Folder(folder) => format!("sqlite:{}", folder.path().join("switchboard.sqlite").display()),
        Data::Database(database) => database.url().to_owned(),
    };
    let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
    if store.workspaces().await.unwrap().is_empty() {
        return (store, None);
    }
    let served = start(store.clone(), shared).await;
    (store, Some(served))
}

async fn start(store: Store, shared: &Shared<'_>) -> (App, CancellationToken) {
    let closing = CancellationToken::new();
    let parts = Parts {
        store,
        clock: shared.clock.clone(),
        ids: shared.ids.clone(),
        randomness: Arc::new(SeededRandomness::from_seed(7)),
        keys: Keys::new([1; 32]).with_root_key(shared.root_key.clone()),
        // The tests turn the clock and run the reconcilers themselves.
        settings: Settings { reconcilers: false, ..Settings::default() },
        closing: closing.clone(),
        crm: Some(shared.keeper.clone()),
        outbound: Some(shared.told.clone()),
    };
    (App::start(parts).await.unwrap(), closing)
}

impl World {
    pub(crate) async fn new(on: On) -> Self {
        let data = match on {
            On::Sqlite => Data::Folder(tempfile::tempdir().unwrap()),
            On::Postgres => Data::Database(tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap()),
        };
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(CountingIds::default()));
        let (keeper, told) = (Arc::new(Keeper::default()), Arc::new(Told::default()));
        let folder = tempfile::tempdir().unwrap();
        let root_key = Arc::new(RootKey::load_or_make(&folder.path().join("root-key"), &SeededRandomness::from_seed(3)).unwrap());
        let shared = Shared { clock: &clock, ids: &ids, keeper: &keeper, told: &told, root_key: &root_key };
        let (store, _) = serve(&data, &shared).await;
        let (workspace, role, now) = (WorkspaceId(ids.next()), RoleId(ids.next()), clock.now());
        store
            .write::<_, store::Error, _>(move |tx| {
                async move {
                    let made = Workspace { id: workspace, name: "demo".into(), zone: "UTC".into(), settings: json!({}) };
                    tx.insert_workspace(&made, 1, now).await
                }
                .boxed()
            })
            .await
            .unwrap();
        let (app, token) = start(store, &shared).await;
        let world = Self {
            closing: vec![(app.clone(), token)],
            app,
            clock,
            workspace,
            keeper,
            told,
            root_key,
            ids,
            role,
            data,
            capacity_holds: true,
            started: Default::default(),
        };
        let permissions: Permissions = BuiltInRole::Supervisor.permissions();
        world.define::<Role>(role.0, json!({"name": "agent", "permissions": permissions})).await;
        world
    }

    /// Transfers may take agents over their capacity: to one who is asked for by name, and back to the sender.
    pub(crate) fn may_exceed_capacity(&mut self) {
        self.capacity_holds = false;
    }

    /// Another server on the same database.
    pub(crate) async fn second_server(&mut self) -> App {
        let shared = Shared { clock: &self.clock, ids: &self.ids, keeper: &self.keeper, told: &self.told, root_key: &self.root_key };
        let (_, served) = serve(&self.data, &shared).await;
        let (app, token) = served.unwrap();
        self.closing.push((app.clone(), token));
        app
    }

    pub(crate) fn id<T: From<Uuid>>(&self) -> T {
        T::from(self.ids.next())
    }

    /// Writes a definition and has it known here.
    pub(crate) async fn define<T: Defined>(&self, id: Uuid, body: Value) {
        let read: T = serde_json::from_value(body).unwrap();
        let new = NewDefinition { kind: T::KIND, id, name: read.name().to_owned(), body: serde_json::to_value(&read).unwrap() };
        let (workspace, now) = (self.workspace, self.clock.now());
        self.app
            .store()
            .write::<_, store::Error, _>(move |tx| {
                let new = NewDefinition { kind: new.kind, id: new.id, name: new.name.clone(), body: new.body.clone() };
                async move { tx.save_definition(workspace, &new, now).await }.boxed()
            })
            .await
            .unwrap();
        for (app, _) in &self.closing {
            app.reload().await.unwrap();
        }
    }

    pub(crate) async fn deployment(&self, more: Value) -> DeploymentId {
        let id: DeploymentId = self.id();
        self.define::<Deployment>(id.0, merged(json!({"name": "Site"}), more)).await;
        id
    }

    /// A button with these routing settings.
    pub(crate) async fn button(&self, routing: Value) -> ButtonId {
        let id: ButtonId = self.id();
        self.define::<Button>(id.0, json!({"name": "Help", "routing": routing})).await;
        id
    }

    pub(crate) async fn skill(&self) -> SkillId {
        let id: SkillId = self.id();
        self.define::<Skill>(id.0, json!({"name": "Skill"})).await;
        id
    }

    pub(crate) async fn queue(&self, more: Value) -> QueueId {
        let id: QueueId = self.id();
        self.define::<Queue>(id.0, merged(json!({"name": "Line"}), more)).await;
        id
    }

    pub(crate) async fn agent(&self, more: Value) -> AgentId {
        let id: AgentId = self.id();
        self.redefine_agent(id, more).await;
        id
    }

    pub(crate) async fn redefine_agent(&self, id: AgentId, more: Value) {
        let base = json!({"login": id.to_string(), "name": "Ann", "roles": [self.role], "capacity": 1});
        self.define::<Agent>(id.0, merged(base, more)).await;
    }

    /// An agent who is online.
    pub(crate) async fn online(&self, more: Value) -> AgentId {
        let id = self.agent(more).await;
        self.presence(id, Presence::Online).await;
        id
    }

    pub(crate) async fn presence(&self, agent: AgentId, presence: Presence) {
        self.app.set_presence(self.workspace, agent, presence, None).await.unwrap();
    }

    pub(crate) async fn ask(
        &self,
        app: &App,
        deployment: DeploymentId,
        button: Option<ButtonId>,
        attempts: Vec<Attempt>,
    ) -> Result<Started> {
        self.ask_with(app, deployment, button, attempts, |_| {}).await
    }

    /// A visitor asks for more than others.
    pub(crate) async fn ask_with(
        &self,
        app: &App,
        deployment: DeploymentId,
        button: Option<ButtonId>,
        attempts: Vec<Attempt>,
        more: impl FnOnce(&mut StartConversation),
    ) -> Result<Started> {
        let mut start = StartConversation {
            workspace: self.workspace,
            session: app.new_session_key().session,
            deployment: Some(deployment),
            button,
            attempts,
            visitor: None,
            name: "Ana".into(),
            language: "en-US".into(),
            user_agent: "test".into(),
            screen: String::new(),
            address: None,
            page: String::new(),
            referrer: String::new(),
            details: Vec::new(),
            entity_plan: Default::default(),
            queue_updates: true,
            refuse: None,
            post_number: None,
            visit: None,
        };
        more(&mut start);
        let started = app.start_conversation(start).await?;
        self.started.lock().unwrap().push(started.conversation);
        Ok(started)
    }

    /// A visitor asks at a button.
    pub(crate) async fn start(&self, deployment: DeploymentId, button: ButtonId) -> Started {
        self.ask(&self.app, deployment, Some(button), vec![Attempt::Button(button)]).await.unwrap()
    }

    pub(crate) async fn phase(&self, id: ConversationId) -> Phase {
        self.conversation(id).await.phase
    }

    pub(crate) async fn conversation(&self, id: ConversationId) -> domain::conversation::Conversation {
        let mut snapshot = self.app.store().snapshot().await.unwrap();
        snapshot.conversation(self.workspace, id).await.unwrap().unwrap()
    }

    /// The open offer of a conversation, and who is asked.
    pub(crate) async fn offer(&self, id: ConversationId) -> (OfferId, AgentId) {
        match self.phase(id).await {
            Phase::Offered { offer, agent } => (offer, agent),
            other => panic!("{id} is not offered but {other:?}"),
        }
    }

    /// The agent who is asked accepts.
    pub(crate) async fn accept(&self, id: ConversationId) -> AgentId {
        let (offer, agent) = self.offer(id).await;
        assert_eq!(self.app.accept_offer(self.workspace, agent, offer).await.unwrap(), id);
        agent
    }

    /// The kinds of all that happened in a conversation.
    pub(crate) async fn events(&self, id: ConversationId) -> Vec<Event> {
        self.app.store().conversation_after(self.workspace, id, 0, 10_000).await.unwrap().into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) async fn kinds(&self, id: ConversationId) -> Vec<&'static str> {
        self.events(id).await.iter().map(Event::kind).collect()
    }

    /// Turns the clock in steps and runs what is due, while agents with a stream stay there.
    pub(crate) async fn pass(&self, time: Duration) {
        let end = self.clock.now() + time;
        while self.clock.now() < end {
            self.clock.advance(SECOND.min(end.since(self.clock.now())));
            self.app.run_due().await.unwrap();
        }
    }

    /// An admin, signed in.
    pub(crate) fn admin(&self) -> SignedInAgent {
        SignedInAgent {
            workspace: self.workspace,
            agent: AgentId(Uuid::nil()),
            sign_in: SignInId(Uuid::nil()),
            permissions: Permissions::all(),
            address: None,
            expires_at: Timestamp(i64::MAX),
            must_change_password: false,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What must be true whatever happened.
    pub(crate) async fn check(&self) {
        let mut snapshot = self.app.store().snapshot().await.unwrap();
        let waiting: Vec<ConversationId> =
            snapshot.waiting(self.workspace, 100_000).await.unwrap().into_iter().map(|waiting| waiting.conversation).collect();
        let mut of_agents: HashMap<AgentId, (i64, i64)> = HashMap::new();
        let all = self.started.lock().unwrap().clone();
        for id in &all {
            let conversation = snapshot.conversation(self.workspace, *id).await.unwrap().unwrap();
            let place = snapshot.place(self.workspace, *id).await.unwrap().unwrap();
            assert_eq!(place.waiting, conversation.phase == Phase::Waiting, "{id}: the flag matches the phase");
            assert_eq!(waiting.contains(id), place.waiting, "{id}");
            match conversation.phase {
                Phase::Active { agent } => of_agents.entry(agent).or_default().0 += 1,
                Phase::Offered { agent, .. } => of_agents.entry(agent).or_default().1 += 1,
                Phase::Waiting | Phase::Ended => {}
            }
            let entries = self.app.store().conversation_after(self.workspace, *id, 0, 10_000).await.unwrap();
            let (mut told, mut owner, mut asked, mut ends) = (0, None, None, 0);
            for (i, entry) in entries.iter().enumerate() {
                assert_eq!(entry.sequence, i as i64 + 1, "{id}: the numbers are dense");
                if let Some(n) = entry.visitor_sequence {
                    assert_eq!(n, told, "{id}: what the visitor is told is dense");
                    told += 1;
                }
                match &entry.event {
                    Event::Offered { offer, agent, .. } => {
                        assert_eq!((owner, asked), (None, None), "{id}: one agent at a time is asked, and nobody has it");
                        asked = Some((*offer, *agent));
                    }
                    Event::OfferDeclined { offer, agent }
                    | Event::OfferTimedOut { offer, agent }
                    | Event::OfferWithdrawn { offer, agent } => {
                        assert_eq!(asked.take(), Some((*offer, *agent)), "{id}: only an open offer ends");
                    }
                    Event::Established { agent, .. } => {
                        assert_eq!(owner.replace(*agent), None, "{id}: never two agents");
                        assert!(asked.take().is_none_or(|(_, who)| who == *agent), "{id}: who was asked has it");
                    }
                    Event::TransferStarted { by, .. } => assert_eq!(owner.take(), Some(*by), "{id}"),
                    Event::TransferFailed { by, .. } => assert_eq!(owner.replace(*by), None, "{id}"),
                    Event::AgentLost { agent, .. } => assert_eq!(owner.take(), Some(*agent), "{id}"),
                    Event::Ended { .. } | Event::Refused { .. } => {
                        ends += 1;
                        (owner, asked) = (None, None);
                    }
                    _ => {}
                }
            }
            assert_eq!(ends, i32::from(conversation.phase == Phase::Ended), "{id}: it ends once");
            assert_eq!(owner, conversation.phase.owner(), "{id}: the journal says who has it");
        }
        for load in snapshot.loads(self.workspace).await.unwrap() {
            let counted = of_agents.get(&load.agent).copied().unwrap_or_default();
            assert_eq!((load.active, load.offered), counted, "{}: the loads are counted", load.agent);
            let directory = self.app.directory(self.workspace).unwrap();
            if let Some(agent) = directory.agents.get(&load.agent).filter(|_| self.capacity_holds) {
                let most = i64::from(agent.capacity);
                assert!(load.active + load.offered + load.after_work <= most, "{}: within capacity: {load:?}", load.agent);
            }
        }
    }

    /// Whatever happened, and however many servers gave transcripts: each conversation has one, and it says how the conversation stands.
    async fn check_transcripts(&self, apps: &[App]) {
        self.clock.advance(SECOND * 120);
        for outcome in futures_util::future::join_all(apps.iter().map(App::run_due)).await {
            outcome.unwrap();
        }
        apps[0].run_due().await.unwrap();
        let started = self.started.lock().unwrap().clone();
        assert_eq!(self.keeper.state().kept.len(), started.len());
        for id in started {
            let (kept, conversation) = (self.keeper.kept(id), self.conversation(id).await);
            let status = match (conversation.phase, conversation.was_established) {
                (Phase::Ended, true) => [Status::Completed, Status::Dropped].contains(&kept.status),
                (Phase::Ended, false) => [Status::Missed, Status::Blocked].contains(&kept.status),
                (_, true) => kept.status == Status::InProgress,
                (_, false) => kept.status == Status::Waiting,
            };
            assert!(status, "{id}: {:?} is kept as {:?}", conversation.phase, kept.status);
            assert_eq!(kept.ended_at.is_some(), conversation.phase == Phase::Ended, "{id}");
            if let Some(owner) = conversation.phase.owner() {
                assert_eq!(kept.owner, Some(owner), "{id}");
            }
            assert!(kept.complete && !kept.events.is_empty(), "{id}");
        }
    }

    /// Checks, and closes every server.
    pub(crate) async fn finish(self) {
        self.check().await;
        let apps: Vec<App> = self.closing.iter().map(|(app, _)| app.clone()).collect();
        crate::recount::check(&apps, self.workspace).await;
        self.check_transcripts(&apps).await;
        for (app, token) in &self.closing {
            token.cancel();
            app.stopped().await;
            app.store().close().await;
        }
    }
}

pub(crate) fn merged(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

/// One test on both databases.
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn body(mut $world: World) {
                let _ = &mut $world;
                $body
                $world.finish().await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                body(World::new(On::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                body(World::new(On::Postgres).await).await;
            }
        }
    };
}
pub(crate) use on_both;
