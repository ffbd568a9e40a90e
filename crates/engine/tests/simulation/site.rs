//! The place in which a simulation happens: a database, one server or two, and what an administrator has set up.

use std::{path::Path, sync::Arc, time::Duration};

use domain::{
    ids::*,
    permission::BuiltInRole,
    time::{Clock as _, Timestamp},
};
use futures_util::FutureExt as _;
use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};
use store::{NewDefinition, Options, Store, Workspace};
use switchboard_engine::{
    App, Keys, Parts, Settings,
    definition::{Agent, Button, Defined, Deployment, Queue, Role, Skill},
};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Which database, and how many servers share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres { servers: usize },
}

#[expect(dead_code, reason = "held, not read: they go with the site")]
enum Data {
    Folder(tempfile::TempDir),
    Database(Database),
}

pub(crate) struct Site {
    pub(crate) apps: Vec<App>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) deployment: DeploymentId,
    pub(crate) buttons: Vec<ButtonId>,
    pub(crate) skills: Vec<SkillId>,
    pub(crate) queue: QueueId,
    pub(crate) agents: Vec<AgentId>,
    /// A visitor who is silent for so long is gone; none where nobody is missed.
    pub(crate) patience: Option<Duration>,
    closing: CancellationToken,
    _data: Data,
}

/// A folder in memory where the machine has one: what a simulation shows does not hang on the disk, and it writes a great deal.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a temporary folder")
}

async fn serve(store: Store, clock: &Arc<TestClock>, ids: &Arc<CountingIds>, seed: u64, closing: &CancellationToken) -> App {
    let parts = Parts {
        store,
        clock: clock.clone(),
        ids: ids.clone(),
        randomness: Arc::new(SeededRandomness::from_seed(seed)),
        keys: Keys::new([1; 32]),
        settings: Settings { reconcilers: false, ..Settings::default() },
        closing: closing.clone(),
        crm: None,
        outbound: None,
    };
    App::start(parts).await.expect("a server starts")
}

/// What an administrator writes, all at once.
struct Definitions<'s>(&'s CountingIds, Vec<NewDefinition>);

impl Definitions<'_> {
    fn add<T: Defined, I: From<Uuid>>(&mut self, body: Value) -> I {
        let read: T = serde_json::from_value(body).expect("a definition");
        let id = self.0.next();
        let body = serde_json::to_value(&read).expect("a definition is JSON");
        self.1.push(NewDefinition { kind: T::KIND, id, name: read.name().to_owned(), body });
        I::from(id)
    }
}

impl Site {
    pub(crate) async fn new(on: On, seed: u64, chance: &mut StdRng) -> Self {
        let (data, url, servers) = match on {
            On::Sqlite => {
                let folder = folder();
                let url = format!("sqlite:{}", folder.path().join("switchboard.sqlite").display());
                (Data::Folder(folder), url, 1)
            }
            On::Postgres { servers } => {
                let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.expect("a database");
                let url = database.url().to_owned();
                (Data::Database(database), url, servers)
            }
        };
        let (clock, ids, closing) = (Arc::new(TestClock::default()), Arc::new(CountingIds::default()), CancellationToken::new());
        let store = Store::open(Options::new(url.parse().expect("an address"))).await.expect("the database opens");
        let (workspace, now) = (WorkspaceId(ids.next()), clock.now());
        // What one server knows of a visitor who is there reaches the other within seconds, which are minutes of a clock that is turned this
        // fast: with two servers nobody is missed.
        let patience = (servers == 1).then_some(Duration::from_secs(60));
        let mut set_up = Definitions(&ids, Vec::new());
        let deployment = set_up.add::<Deployment, _>(match patience {
            Some(patience) => json!({
                "name": "Site", "connection_timeout_ms": patience.as_millis() as u64, "connection_warning_ms": 25_000, "idle_backstop_seconds": 600,
            }),
            None => json!({ "name": "Site", "connection_timeout_ms": 86_400_000 }),
        });
        let skills: Vec<SkillId> = (0..2).map(|n| set_up.add::<Skill, _>(json!({ "name": format!("Skill {n}") }))).collect();
        let queue: QueueId = set_up.add::<Queue, _>(json!({
            "name": "Line", "routing": { "queue_limit_overall": 9, "push_timeout_seconds": 15, "no_agent_grace_seconds": 60 },
        }));
        let buttons = [
            json!({ "push_timeout_seconds": 20, "no_agent_grace_seconds": 40, "queue_limit_overall": 12 }),
            json!({ "skills": [skills[0]], "priority": -1, "queue_limit_per_agent": 3, "push_timeout_seconds": 12, "reroute_declined": false }),
            json!({ "queue": queue, "priority": 2 }),
            json!({ "strategy": "choice", "no_agent_grace_seconds": 20 }),
            json!({ "strategy": "most_available", "auto_accept": true, "queueing": false, "max_reroutes": 2 }),
            json!({ "skills": skills, "skill_match": "all", "strategy": "most_available", "priority": 1, "max_reroutes": 1 }),
        ];
        let buttons = buttons.map(|routing| set_up.add::<Button, _>(json!({ "name": "Help", "routing": routing })));
        let permissions = BuiltInRole::Supervisor.permissions();
        let role: RoleId = set_up.add::<Role, _>(json!({ "name": "everything", "permissions": permissions }));
        let mut agents = Vec::new();
        for n in 0..chance.random_range(3..9) {
            let mut some = |all: &[Value]| all.iter().filter(|_| chance.random_bool(0.6)).cloned().collect::<Vec<_>>();
            let (skills, queues) = (some(&skills.iter().map(|id| json!(id)).collect::<Vec<_>>()), some(&[json!(queue)]));
            let after_work = [json!(0), json!(0), json!(8), json!(null)][chance.random_range(0..4)].clone();
            agents.push(set_up.add::<Agent, _>(json!({
                "login": format!("agent{n}"), "name": format!("Agent {n}"), "roles": [role], "skills": skills, "queues": queues,
                "capacity": chance.random_range(1..5), "auto_accept": chance.random_bool(0.1), "after_work_seconds": after_work,
                "away_on_decline": chance.random_bool(0.3), "away_on_timeout": chance.random_bool(0.5), "critical_wait_seconds": 20,
            })));
        }
        let definitions = Arc::new(set_up.1);
        store
            .write::<_, store::Error, _>(move |tx| {
                let definitions = definitions.clone();
                async move {
                    let made = Workspace { id: workspace, name: "simulated".into(), zone: "UTC".into(), settings: json!({}) };
                    tx.insert_workspace(&made, 1, now).await?;
                    for new in definitions.iter() {
                        tx.save_definition(workspace, new, now).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
            .expect("a workspace");
        let mut apps = vec![serve(store, &clock, &ids, seed, &closing).await];
        for n in 1..servers as u64 {
            let store = Store::open(Options::new(url.parse().expect("an address"))).await.expect("the database opens");
            apps.push(serve(store, &clock, &ids, seed + n, &closing).await);
        }
        let buttons = buttons.to_vec();
        Self { apps, clock, workspace, deployment, buttons, skills, queue, agents, patience, closing, _data: data }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn close(self) {
        self.closing.cancel();
        for app in &self.apps {
            app.stopped().await;
            app.store().close().await;
        }
    }
}
