//! A workspace with an admin, a supervisor and an agent, on a database of its own.

use std::sync::Arc;

use domain::{ids::*, permission::BuiltInRole, secret::Secret, time::Clock as _};
use store::{Options, RootKey, Store};
use switchboard_engine::{
    App, Keys, Parts, Settings, SignedInAgent,
    crm::Crm,
    setup::{Demo, DemoAgent},
    sign_in::NewSignIn,
};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;

use crate::keeper::Keeper;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) demo: Demo,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) closing: CancellationToken,
    pub(crate) url: String,
    pub(crate) root_key: Arc<RootKey>,
    _folder: tempfile::TempDir,
    _database: Option<Database>,
}

/// Another server of the same database starts its ids elsewhere.
pub(crate) async fn server(url: &str, first_id: u64, clock: &Arc<TestClock>, root_key: &Arc<RootKey>, closing: &CancellationToken) -> App {
    serve(url, first_id, clock, root_key, closing, None).await
}

async fn serve(
    url: &str,
    first_id: u64,
    clock: &Arc<TestClock>,
    root_key: &Arc<RootKey>,
    closing: &CancellationToken,
    crm: Option<Arc<dyn Crm>>,
) -> App {
    let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
    App::start(Parts {
        store,
        clock: clock.clone(),
        ids: Arc::new(CountingIds::starting_at(first_id)),
        randomness: Arc::new(SeededRandomness::from_seed(first_id)),
        keys: Keys::new([1; 32]).with_root_key(root_key.clone()),
        settings: Settings { password_memory_kib: 64, ..Settings::default() },
        closing: closing.clone(),
        crm,
        outbound: None,
    })
    .await
    .unwrap()
}

fn agent(login: &str, role: BuiltInRole) -> DemoAgent {
    DemoAgent { login: login.into(), name: format!("The {login}"), password: Secret(PASSWORD.into()), role, robot: false }
}

impl World {
    async fn new(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite:{}", folder.path().join("switchboard.sqlite").display()),
        };
        let randomness = SeededRandomness::from_seed(99);
        let root_key = Arc::new(RootKey::load_or_make(&folder.path().join("root-key"), &randomness).unwrap());
        let clock = Arc::new(TestClock::default());
        let closing = CancellationToken::new();
        let keeper = Arc::new(Keeper::default());
        let app = serve(&url, 1, &clock, &root_key, &closing, Some(keeper.clone())).await;
        let demo = app
            .seed_demo(vec![
                agent("admin", BuiltInRole::Admin),
                agent("supervisor", BuiltInRole::Supervisor),
                agent("agent", BuiltInRole::Agent),
            ])
            .await
            .unwrap();
        Self { app, clock, demo, keeper, closing, url, root_key, _folder: folder, _database: database }
    }

    pub(crate) fn new_sign_in(&self, login: &str, password: &str) -> NewSignIn {
        NewSignIn {
            workspace: None,
            login: login.into(),
            password: Secret(password.into()),
            code: None,
            address: Some("192.0.2.7".parse().unwrap()),
        }
    }

    pub(crate) async fn signed_in(&self, login: &str) -> SignedInAgent {
        self.app.sign_in(self.new_sign_in(login, PASSWORD)).await.unwrap().agent
    }

    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.demo.workspace
    }

    pub(crate) async fn end(self) {
        self.closing.cancel();
        self.app.stopped().await;
        self.app.store().close().await;
    }

    /// What a code shows now.
    pub(crate) fn code(&self, secret: &Secret) -> Secret {
        switchboard_engine::sign_in::code_at(secret, self.clock.now()).unwrap()
    }
}

/// One on each database.
pub(crate) async fn worlds() -> Vec<World> {
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    vec![World::new(None).await, World::new(Some(database)).await]
}
