//! A workspace with a CRM, on a database of its own.

use std::sync::Arc;

use domain::{
    ids::{IdSource as _, WorkspaceId},
    time::Clock as _,
};
use store::{Options, Store, Workspace};
use switchboard_crm::{Crm, Parts, access::Caller};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};

pub(crate) struct World {
    pub(crate) crm: Crm,
    pub(crate) workspace: WorkspaceId,
    pub(crate) clock: Arc<TestClock>,
    url: String,
    _folder: tempfile::TempDir,
    _database: Option<Database>,
}

/// A server of a database.
pub(crate) async fn server(url: &str, number: u64, clock: &Arc<TestClock>) -> Crm {
    let mut options = Options::new(url.parse().unwrap());
    options.exclusive = false;
    Crm::new(Parts {
        store: Store::open(options).await.unwrap(),
        clock: clock.clone(),
        ids: Arc::new(CountingIds::starting_at(number * 1_000_000)),
        randomness: Arc::new(SeededRandomness::from_seed(number)),
    })
}

impl World {
    async fn new(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite:{}", folder.path().join("switchboard.sqlite").display()),
        };
        let clock = Arc::new(TestClock::default());
        let crm = server(&url, 1, &clock).await;
        let mut world =
            Self { crm, workspace: WorkspaceId(CountingIds::starting_at(1).next()), clock, url, _folder: folder, _database: database };
        world.workspace = world.another_workspace(2).await;
        world
    }

    /// One more workspace in the same database.
    pub(crate) async fn another_workspace(&self, number: u64) -> WorkspaceId {
        let id = WorkspaceId(CountingIds::starting_at(number).next());
        let row = Workspace { id, name: format!("Workspace {number}"), zone: "Europe/Berlin".into(), settings: serde_json::json!({}) };
        let now = self.clock.now();
        self.crm
            .store()
            .write(move |tx| {
                let row = row.clone();
                Box::pin(async move { tx.insert_workspace(&row, 1, now).await })
            })
            .await
            .unwrap();
        id
    }

    /// Where everything is.
    pub(crate) fn options(&self) -> Options {
        Options::new(self.url.parse().unwrap())
    }

    /// Another server of the same database.
    pub(crate) async fn another_server(&self, number: u64) -> Crm {
        server(&self.url, number, &self.clock).await
    }

    /// Who may everything.
    pub(crate) fn system(&self) -> Caller {
        Caller::system(self.workspace, salesforce::Id::parse("005000000000001").unwrap())
    }

    /// Where its database is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn end(self) {
        self.crm.store().close().await;
    }
}

/// One on each database.
pub(crate) async fn worlds() -> Vec<World> {
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    vec![World::new(None).await, World::new(Some(database)).await]
}
