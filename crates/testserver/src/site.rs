//! What outlives a server: database, root key, and the demonstration's workspace.

use std::path::Path;

use domain::{
    ids::{ConversationId, WorkspaceId},
    journal::{Author, MessageKind},
    permission::BuiltInRole,
    secret::Secret,
};
use engine::{
    App,
    setup::{Demo, DemoAgent},
};
use server::{
    ambient::SystemRandomness,
    config::Config,
    wiring::{self, Ambient},
};
use store::{HistoryFilter, RootKey};
use testkit::{Cluster, Database};
use tokio_util::sync::CancellationToken;

/// The agent's login.
pub const LOGIN: &str = "ann";
/// The agent's name, as visitors see it.
pub const NAME: &str = "Ann Agent";
const PASSWORD: &str = "correct horse battery";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, in the site's folder.
    Sqlite,
    /// A database of a shared cluster that writes through to the disk.
    Postgres,
}

/// A database with a workspace in it: the demonstration's, and one agent who takes whatever comes.
#[derive(Debug)]
pub struct Site {
    folder: tempfile::TempDir,
    database: Option<Database>,
    demo: Option<Demo>,
}

/// A conversation as it is stored: who said what, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub id: ConversationId,
    /// What the visitor said.
    pub visitor: Vec<String>,
    /// What agents said.
    pub agent: Vec<String>,
}

impl Site {
    /// An empty database and a root key; nothing runs.
    pub(crate) async fn empty(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(tokio::task::spawn_blocking(|| Cluster::durable().database()).await.expect("a database")),
        };
        let site = Self { folder, database, demo: None };
        RootKey::load_or_make(Path::new(&site.config().secrets.root_key_file), &SystemRandomness).expect("a root key");
        site
    }

    /// A database with the demonstration's workspace.
    pub async fn new(backend: Backend) -> Self {
        let mut site = Self::empty(backend).await;
        let (app, closing) = site.open().await;
        site.seed(&app).await;
        close(app, &closing).await;
        site
    }

    pub(crate) async fn seed(&mut self, app: &App) {
        let agent = DemoAgent {
            login: LOGIN.to_owned(),
            name: NAME.to_owned(),
            password: Secret(PASSWORD.to_owned()),
            role: BuiltInRole::Agent,
            robot: true,
        };
        self.demo = Some(app.seed_demo(vec![agent]).await.expect("the demonstration's workspace"));
    }

    /// The settings of a server on this site, on a free port of loopback.
    pub fn config(&self) -> Config {
        let mut config = Config::default();
        config.server.listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        config.server.shutdown_s = 5;
        config.limits.exempt = vec!["127.0.0.0/8".parse().expect("a range")];
        config.data.dir = self.folder.path().display().to_string();
        config.secrets.root_key_file = self.folder.path().join("root.key").display().to_string();
        if let Some(database) = &self.database {
            database.url().clone_into(&mut config.database.url);
        }
        config
    }

    /// The engine on this site, without a server around it.
    async fn open(&self) -> (App, CancellationToken) {
        let closing = CancellationToken::new();
        let opened = wiring::open(&self.config(), &Ambient::default(), "http://127.0.0.1".to_owned(), closing.clone()).await;
        (opened.expect("the database opens").0, closing)
    }

    /// Does something with the engine on this site, without a server around it.
    pub async fn with_engine<T>(&self, work: impl AsyncFnOnce(&App) -> T) -> T {
        let (app, closing) = self.open().await;
        let done = work(&app).await;
        close(app, &closing).await;
        done
    }

    /// The workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.demo.as_ref().expect("the site was seeded").workspace
    }

    /// The workspace's name, and the agent's password.
    pub(crate) fn sign_in(&self) -> (String, Secret) {
        (self.demo.as_ref().expect("the site was seeded").workspace_name.clone(), Secret(PASSWORD.to_owned()))
    }

    /// All that is stored, read when no server runs any more; the database must be sound.
    ///
    /// # Panics
    /// When `doctor` finds anything.
    pub async fn stored(&self) -> Vec<Stored> {
        let (app, closing) = self.open().await;
        assert_sound(&app).await;
        let stored = stored(&app, self.workspace()).await;
        close(app, &closing).await;
        stored
    }
}

/// All conversations of a workspace, oldest first.
pub(crate) async fn stored(app: &App, workspace: WorkspaceId) -> Vec<Stored> {
    let mut snapshot = app.store().snapshot().await.expect("a snapshot");
    let mut lines = snapshot.history(workspace, &HistoryFilter::default(), None, 1000).await.expect("history");
    lines.reverse();
    let mut all = Vec::new();
    for line in lines {
        let messages = snapshot.messages(workspace, line.conversation, -1, 1_000_000).await.expect("messages");
        let said = |by: fn(&Author) -> bool| {
            let texts = messages.iter().filter(|message| message.kind == MessageKind::Text && by(&message.by));
            texts.map(|message| message.text.reveal().to_owned()).collect::<Vec<_>>()
        };
        all.push(Stored {
            id: line.conversation,
            visitor: said(|by| matches!(by, Author::Visitor)),
            agent: said(|by| matches!(by, Author::Agent { .. })),
        });
    }
    all
}

/// `doctor` finds nothing.
pub(crate) async fn assert_sound(app: &App) {
    let findings = app.store().examine(&server::ambient::SystemClock).await.expect("the database can be examined");
    assert!(findings.is_empty(), "doctor: {findings:#?}");
}

async fn close(app: App, closing: &CancellationToken) {
    closing.cancel();
    app.stopped().await;
    app.store().close().await;
}
