//! A workspace with a supervisor and two agents, a database of its own, and a CRM that outlives servers.

use std::{sync::Arc, time::Duration};

use domain::{
    detail::{Detail, EntityLink, EntityPlan, EntityStep, FieldMap},
    ids::*,
    permission::BuiltInRole,
    presence::Presence,
    routing::Attempt,
    secret::Secret,
};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use store::{Options, RootKey, Store, Workspace};
use switchboard_engine::{
    App, Keys, Parts, Settings, SignedInAgent,
    conversation::{StartConversation, Started},
    definition::Button,
    records::{ConversationRecords, PendingState},
    setup::{Demo, DemoAgent},
    sign_in::NewSignIn,
};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;

use crate::crm::Maps;

const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) crm: Maps,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) demo: Demo,
    closing: CancellationToken,
    others: Vec<App>,
    url: String,
    root_key: Arc<RootKey>,
    _folder: tempfile::TempDir,
    _database: Option<Database>,
}

async fn server(url: &str, first_id: u64, clock: &Arc<TestClock>, root_key: &Arc<RootKey>, closing: &CancellationToken, crm: &Maps) -> App {
    App::start(Parts {
        store: Store::open(Options::new(url.parse().unwrap())).await.unwrap(),
        clock: clock.clone(),
        ids: Arc::new(CountingIds::starting_at(first_id)),
        randomness: Arc::new(SeededRandomness::from_seed(first_id)),
        keys: Keys::new([1; 32]).with_root_key(root_key.clone()),
        // The tests run the reconcilers themselves.
        settings: Settings { password_memory_kib: 64, reconcilers: false, ..Settings::default() },
        closing: closing.clone(),
        crm: Some(Arc::new(crm.clone())),
        outbound: None,
    })
    .await
    .unwrap()
}

impl World {
    pub(crate) async fn new(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite:{}", folder.path().join("switchboard.sqlite").display()),
        };
        let root_key = Arc::new(RootKey::load_or_make(&folder.path().join("root-key"), &SeededRandomness::from_seed(99)).unwrap());
        let (clock, closing, crm) = (Arc::new(TestClock::default()), CancellationToken::new(), Maps::default());
        let app = server(&url, 1, &clock, &root_key, &closing, &crm).await;
        let agent = |login: &str, role| DemoAgent {
            login: login.into(),
            name: login.into(),
            password: Secret(PASSWORD.into()),
            role,
            robot: false,
        };
        let all = vec![
            agent("admin", BuiltInRole::Admin),
            agent("supervisor", BuiltInRole::Supervisor),
            agent("agent", BuiltInRole::Agent),
            agent("other", BuiltInRole::Agent),
        ];
        let demo = app.seed_demo(all).await.unwrap();
        Self { app, crm, clock, demo, closing, others: Vec::new(), url, root_key, _folder: folder, _database: database }
    }

    /// Another server on the same database and CRM.
    pub(crate) async fn another(&mut self) -> App {
        let first_id = 1_000_000 * (self.others.len() as u64 + 1);
        let app = server(&self.url, first_id, &self.clock, &self.root_key, &self.closing, &self.crm).await;
        self.others.push(app.clone());
        app
    }

    pub(crate) async fn who(&self, login: &str) -> SignedInAgent {
        let new = NewSignIn { workspace: None, login: login.into(), password: Secret(PASSWORD.into()), code: None, address: None };
        self.app.sign_in(new).await.unwrap().agent
    }

    /// The workspace's settings of records.
    pub(crate) async fn set(&self, records: Value) {
        let made = Workspace {
            id: self.demo.workspace,
            name: self.demo.workspace_name.clone(),
            zone: "UTC".into(),
            settings: json!({ "records": records }),
        };
        self.app
            .store()
            .write::<_, store::Error, _>(move |tx| {
                let made = made.clone();
                async move { tx.save_workspace(&made).await }.boxed()
            })
            .await
            .unwrap();
        self.app.reload().await.unwrap();
    }

    /// The demonstration's button, otherwise.
    pub(crate) async fn button(&self, settings: Value) {
        let admin = self.who("admin").await;
        let mut all = json!({"name": "Help", "routing": {"queueing": true}});
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let button: Button = serde_json::from_value(all).unwrap();
        self.app.replace(&admin, self.demo.button, button).await.unwrap();
    }

    /// A visitor asks with a plan; nobody has accepted yet.
    pub(crate) async fn asks(&self, plan: EntityPlan, details: Vec<Detail>) -> Started {
        self.app
            .start_conversation(StartConversation {
                workspace: self.demo.workspace,
                session: self.app.new_session_key().session,
                deployment: Some(self.demo.deployment),
                button: Some(self.demo.button),
                attempts: vec![Attempt::Button(self.demo.button)],
                visitor: None,
                name: "Ada".into(),
                language: "en".into(),
                user_agent: "test".into(),
                screen: String::new(),
                address: None,
                page: String::new(),
                referrer: String::new(),
                details,
                entity_plan: plan,
                queue_updates: false,
                refuse: None,
                post_number: None,
                visit: None,
            })
            .await
            .unwrap()
    }

    pub(crate) async fn online(&self, login: &str) {
        self.app.set_presence(self.demo.workspace, self.demo.agents[login], Presence::Online, None).await.unwrap();
    }

    pub(crate) async fn accepts(&self, login: &str, id: ConversationId) {
        let mut snapshot = self.app.store().snapshot().await.unwrap();
        let phase = snapshot.conversation(self.demo.workspace, id).await.unwrap().unwrap().phase;
        let domain::conversation::Phase::Offered { offer, agent } = phase else { panic!("{phase:?}") };
        assert_eq!(agent, self.demo.agents[login]);
        self.app.accept_offer(self.demo.workspace, agent, offer).await.unwrap();
    }

    /// A conversation that the agent has accepted, before the CRM was asked anything.
    pub(crate) async fn accepted(&self, plan: EntityPlan, details: Vec<Detail>) -> ConversationId {
        self.online("agent").await;
        let started = self.asks(plan, details).await;
        self.accepts("agent", started.conversation).await;
        started.conversation
    }

    /// The same, carried out.
    pub(crate) async fn carried_out(&self, plan: EntityPlan, details: Vec<Detail>) -> ConversationId {
        let id = self.accepted(plan, details).await;
        self.app.run_due().await.unwrap();
        self.crm.asked();
        id
    }

    pub(crate) async fn records(&self, login: &str, id: ConversationId) -> ConversationRecords {
        let who = self.who(login).await;
        self.app.conversation_records(&who, id).await.unwrap()
    }

    /// What a conversation's records are, in lines.
    pub(crate) async fn told(&self, id: ConversationId) -> String {
        let records = self.records("supervisor", id).await;
        let links = records.links.iter().map(|link| {
            let title = link.record.as_ref().map_or("-", |record| record.title.reveal());
            let undone = if link.undone { " undone" } else { "" };
            format!("{} {} {title} {:?}{undone}", link.part, link.at.entity, link.how)
        });
        let pending = records.pending.iter().map(|pending| {
            let why = pending.reasons.iter().map(|reason| format!(" {}:{}", reason.label, reason.kind)).collect::<String>();
            let waits = match pending.state {
                PendingState::Choosing => format!("{} of", pending.candidates.len()),
                other => format!("{other:?}"),
            };
            format!("{} {} {waits}{why}", pending.part, pending.entity)
        });
        links.chain(pending).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(crate) async fn end(self) {
        self.closing.cancel();
        for app in self.others.iter().chain([&self.app]) {
            app.stopped().await;
            app.store().close().await;
        }
    }
}

/// One on each database.
pub(crate) async fn worlds() -> Vec<World> {
    vec![World::new(None).await, on_postgres().await]
}

pub(crate) async fn on_postgres() -> World {
    World::new(Some(tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap())).await
}

pub(crate) fn detail(label: &str, value: &str) -> Detail {
    Detail {
        label: label.into(),
        value: value.into(),
        transcript_fields: Vec::new(),
        visible_to_agent: false,
        entity_maps: Vec::new(),
        knowledge_search: false,
    }
}

pub(crate) fn map(field: &str, label: &str, find: bool, create: bool) -> FieldMap {
    FieldMap { field: field.into(), label: label.into(), find, exact: true, create }
}

pub(crate) fn step(entity: &str, fields: Vec<FieldMap>, link: Option<(&str, &str)>) -> EntityStep {
    let link = link.map(|(entity, field)| EntityLink { entity: entity.into(), field: field.into() });
    EntityStep { entity: entity.into(), fields, show_on_create: true, save_to: Some(format!("{entity}Id")), link }
}

/// A contact by its e-mail address, and a case of it.
pub(crate) fn contact_and_case() -> EntityPlan {
    EntityPlan {
        steps: vec![
            step("Case", vec![map("Subject", "Topic", false, true)], None),
            step("Contact", vec![map("Email", "Mail", true, true), map("LastName", "Name", false, true)], Some(("Case", "ContactId"))),
        ],
    }
}

pub(crate) fn ada() -> Vec<Detail> {
    vec![detail("Topic", "Broken"), detail("Mail", "ada@example.com"), detail("Name", "Ada")]
}
