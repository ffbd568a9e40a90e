//! A workspace with an agent who takes what comes, and a clock to turn.

use std::{sync::Arc, time::Duration};

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, FileId, FileRequestId, WorkspaceId},
    journal::{Author, EndedBecause, Event},
    permission::BuiltInRole,
    routing::Attempt,
    secret::{Secret, Text},
};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use store::{NewDefinition, Options, Store};
use switchboard_engine::{
    App, Error, ErrorKind, Keys, Parts, Result, Settings, SignedInAgent,
    conversation::{EndConversation, StartConversation},
    definition::{Defined, Deployment},
    file::{Ceilings, Content, NewFile, Sender, SentFile},
    idempotency::Done,
    setup::DemoAgent,
    sign_in::NewSignIn,
    visitor::Live,
};
use testkit::{Cluster, CountingIds, Database, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) deployment: DeploymentId,
    pub(crate) button: ButtonId,
    pub(crate) ann: SignedInAgent,
    servers: Vec<(App, CancellationToken)>,
    ids: Arc<CountingIds>,
    ceilings: Ceilings,
    url: String,
    _folder: tempfile::TempDir,
    _database: Option<Database>,
}

async fn serve(url: &str, clock: &Arc<TestClock>, ids: &Arc<CountingIds>, ceilings: &Ceilings) -> (App, CancellationToken) {
    let closing = CancellationToken::new();
    let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
    let app = App::start(Parts {
        store,
        clock: clock.clone(),
        ids: ids.clone(),
        randomness: Arc::new(SeededRandomness::from_seed(7)),
        keys: Keys::new([1; 32]),
        // The tests turn the clock and run the reconcilers themselves.
        settings: Settings { reconcilers: false, password_memory_kib: 64, files: ceilings.clone(), ..Settings::default() },
        closing: closing.clone(),
        crm: None,
        outbound: None,
    })
    .await
    .unwrap();
    (app, closing)
}

impl World {
    async fn new(database: Option<Database>, ceilings: Ceilings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite:{}", folder.path().join("switchboard.sqlite").display()),
        };
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(CountingIds::default()));
        let (app, closing) = serve(&url, &clock, &ids, &ceilings).await;
        let agent = |login: &str, role, robot| DemoAgent {
            login: login.into(),
            name: format!("The {login}"),
            password: Secret(PASSWORD.into()),
            role,
            robot,
        };
        let agents = vec![
            agent("ann", BuiltInRole::Agent, true),
            agent("sue", BuiltInRole::Supervisor, false),
            agent("adam", BuiltInRole::Admin, false),
        ];
        let demo = app.seed_demo(agents).await.unwrap();
        Self {
            ann: sign_in(&app, "ann").await,
            servers: vec![(app.clone(), closing)],
            app,
            clock,
            workspace: demo.workspace,
            deployment: demo.deployment,
            button: demo.button,
            ids,
            ceilings,
            url,
            _folder: folder,
            _database: database,
        }
    }

    /// Another server on the same database.
    pub(crate) async fn second_server(&mut self) -> App {
        let served = serve(&self.url, &self.clock, &self.ids, &self.ceilings).await;
        self.servers.push(served.clone());
        served.0
    }

    pub(crate) async fn signed_in(&self, login: &str) -> SignedInAgent {
        sign_in(&self.app, login).await
    }

    /// Changes what the deployment says of files.
    pub(crate) async fn deployment_says(&self, files: Value) {
        let body: Deployment = serde_json::from_value(json!({"name": "Site", "files": files})).unwrap();
        let body = serde_json::to_value(&body).unwrap();
        let (workspace, id, now) = (self.workspace, self.deployment.0, self.app.now());
        self.app
            .store()
            .write::<_, store::Error, _>(move |tx| {
                let new = NewDefinition { kind: Deployment::KIND, id, name: "Site".into(), body: body.clone() };
                async move { tx.save_definition(workspace, &new, now).await }.boxed()
            })
            .await
            .unwrap();
        self.app.reload().await.unwrap();
    }

    /// A visitor whose conversation Ann has.
    pub(crate) async fn chat(&self) -> Arc<Live> {
        // The clock may have been turned: her lease with it.
        self.app.set_presence(self.workspace, self.ann.agent, domain::presence::Presence::Online, None).await.unwrap();
        let started = self
            .app
            .start_conversation(StartConversation {
                workspace: self.workspace,
                session: self.app.new_session_key().session,
                deployment: Some(self.deployment),
                button: Some(self.button),
                attempts: vec![Attempt::Button(self.button)],
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
            })
            .await
            .unwrap();
        let mut snapshot = self.app.store().snapshot().await.unwrap();
        let state = snapshot.conversation(self.workspace, started.conversation).await.unwrap().unwrap();
        assert_eq!(state.phase.owner(), Some(self.ann.agent));
        started.live
    }

    pub(crate) async fn end(&self, id: ConversationId, by: Author) {
        let because = if by == Author::Visitor { EndedBecause::Visitor } else { EndedBecause::Agent };
        assert!(self.app.end_conversation(self.workspace, id, EndConversation { by, because }).await.unwrap());
    }

    /// Bytes that are on the disk, as the visitor's.
    pub(crate) async fn upload(&self, id: ConversationId, bytes: &[u8]) -> Result<Content> {
        upload(&self.app, self.workspace, id, Sender::Visitor, bytes).await
    }

    pub(crate) async fn visitor_sends(
        &self,
        id: ConversationId,
        name: &str,
        bytes: &[u8],
        request: Option<FileRequestId>,
    ) -> Result<SentFile> {
        let content = self.upload(id, bytes).await?;
        now(self.app.visitor_sends_file(self.workspace, id, NewFile { name: Text(name.into()), content, request }, None).await?)
    }

    pub(crate) async fn ann_sends(&self, id: ConversationId, name: &str, bytes: &[u8]) -> Result<SentFile> {
        let content = upload(&self.app, self.workspace, id, Sender::Agent(self.ann.agent), bytes).await?;
        now(self.app.agent_sends_file(&self.ann, id, NewFile { name: Text(name.into()), content, request: None }, None).await?)
    }

    pub(crate) async fn ann_asks(&self, id: ConversationId) -> FileRequestId {
        match self.app.request_file(&self.ann, id, None).await.unwrap() {
            Done::Now(asked) => asked.request,
            Done::Before(answer) => panic!("{answer:?}"),
        }
    }

    /// The whole of a file.
    pub(crate) async fn read(&self, id: ConversationId, file: FileId) -> Result<Vec<u8>> {
        whole(self.app.file_content(self.workspace, id, file).await?).await
    }

    pub(crate) async fn events(&self, id: ConversationId) -> Vec<Event> {
        let entries = self.app.store().conversation_after(self.workspace, id, 0, 10_000).await.unwrap();
        for (n, entry) in entries.iter().enumerate() {
            assert_eq!(entry.sequence, n as i64 + 1, "the numbers are dense");
        }
        entries.into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) async fn kinds(&self, id: ConversationId) -> Vec<&'static str> {
        self.events(id).await.iter().map(Event::kind).collect()
    }

    pub(crate) async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.app.run_due().await.unwrap();
    }

    pub(crate) async fn finish(self) {
        for (app, token) in &self.servers {
            token.cancel();
            app.stopped().await;
            app.store().close().await;
        }
    }
}

async fn sign_in(app: &App, login: &str) -> SignedInAgent {
    let request = NewSignIn { workspace: None, login: login.into(), password: Secret(PASSWORD.into()), code: None, address: None };
    app.sign_in(request).await.unwrap().agent
}

pub(crate) async fn upload(app: &App, workspace: WorkspaceId, id: ConversationId, sender: Sender, bytes: &[u8]) -> Result<Content> {
    let mut upload = app.begin_upload(workspace, id, sender, false).await?;
    for piece in bytes.chunks(100_000) {
        upload.push(piece).await?;
    }
    upload.finish().await
}

pub(crate) fn now<T>(done: Done<T>) -> Result<T> {
    match done {
        Done::Now(result) => Ok(result),
        Done::Before(answer) => panic!("{answer:?}"),
    }
}

pub(crate) async fn whole(content: switchboard_engine::file::FileContent) -> Result<Vec<u8>> {
    use futures_util::TryStreamExt as _;
    let size = content.size();
    let bytes: Vec<u8> = content
        .stream()
        .try_fold(Vec::new(), async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok::<_, Error>(all)
        })
        .await?;
    assert_eq!(bytes.len() as u64, size);
    Ok(bytes)
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.unwrap_err().kind
}

pub(crate) fn agent(world: &World) -> AgentId {
    world.ann.agent
}

/// One on each database.
pub(crate) async fn worlds(ceilings: Ceilings) -> Vec<World> {
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    vec![World::new(None, ceilings.clone()).await, World::new(Some(database), ceilings).await]
}
