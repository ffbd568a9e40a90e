//! A18: the rate of appending with a million messages stored, ÷ that of an empty store; the time from start to ready likewise.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    conversation::{Conversation, Phase},
    ids::{AgentId, ConversationId, DeploymentId, SessionId, VisitorId, WorkspaceId},
    journal::{Author, MessageKind},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use server::wiring::Ambient;
use store::{Location, NewMessage, Options, Origin, Place, Store, VisitorSession, Workspace};

use crate::{
    Result,
    process::Process,
    table::{Figure, median},
};

/// Messages at once.
const AT_ONCE: usize = 64;
/// Messages of a conversation that is over.
const EACH: usize = 250;
/// Interleaved runs.
const RUNS: usize = 3;

/// A store, and conversations in it.
struct Stored {
    store: Store,
    workspace: WorkspaceId,
    ambient: Ambient,
}

impl Stored {
    async fn open(location: Location) -> Result<Self> {
        let store = Store::open(Options::new(location)).await?;
        let ambient = Ambient::default();
        let workspace = match store.heads().await?.first() {
            Some(head) => head.workspace,
            None => {
                let id = WorkspaceId(ambient.ids.next());
                let now = ambient.clock.now();
                let workspace = Workspace { id, name: "bench".into(), zone: "UTC".into(), settings: serde_json::json!({}) };
                store
                    .write::<_, store::Error, _>(move |tx| {
                        let workspace = workspace.clone();
                        async move { tx.insert_workspace(&workspace, 1, now).await }.boxed()
                    })
                    .await?;
                id
            }
        };
        Ok(Self { store, workspace, ambient })
    }

    /// Conversations that an agent has taken, with a visitor's session each.
    async fn conversations(&self, many: usize) -> Result<Arc<Vec<(ConversationId, SessionId)>>> {
        let ids = &self.ambient.ids;
        let made: Vec<_> = (0..many).map(|_| (ConversationId(ids.next()), SessionId(ids.next()))).collect();
        let made = Arc::new(made);
        let (workspace, now) = (self.workspace, self.ambient.clock.now());
        for some in made.chunks(200) {
            let some: Arc<[_]> = some.into();
            let agent = AgentId(ids.next());
            self.store
                .write::<_, store::Error, _>(move |tx| {
                    let some = some.clone();
                    async move {
                        for (id, session) in some.iter() {
                            let mut conversation = Conversation::new(*id);
                            conversation.phase = Phase::Active { agent };
                            tx.insert_conversation(workspace, &conversation, &place(now), &origin(*session, now)).await?;
                            let session = VisitorSession {
                                id: *session,
                                conversation: Some(*id),
                                generation: 0,
                                post_sequence: None,
                                delivered: -1,
                                seen_at: now,
                                timeout: Duration::from_secs(280),
                                open: true,
                            };
                            tx.insert_session(workspace, &session, now).await?;
                        }
                        Ok(())
                    }
                    .boxed()
                })
                .await?;
        }
        Ok(made)
    }

    /// They are over.
    async fn end(&self, conversations: &[(ConversationId, SessionId)]) -> Result<()> {
        let workspace = self.workspace;
        for some in conversations.chunks(200) {
            let some: Arc<[_]> = some.into();
            self.store
                .write::<_, store::Error, _>(move |tx| {
                    let some = some.clone();
                    async move {
                        for (id, session) in some.iter() {
                            if let Some(mut conversation) = tx.conversation(workspace, *id).await? {
                                conversation.phase = Phase::Ended;
                                tx.save_conversation(workspace, &conversation).await?;
                            }
                            tx.close_session(workspace, *session).await?;
                        }
                        Ok(())
                    }
                    .boxed()
                })
                .await?;
        }
        Ok(())
    }

    /// Messages a second, of as many visitors as there are conversations, each waiting for the one before.
    async fn rate(&self, lasting: Duration) -> Result<f64> {
        let conversations = self.conversations(AT_ONCE).await?;
        let begun = Instant::now();
        let tasks: Vec<_> = (0..conversations.len())
            .map(|n| {
                let ((conversation, session), store) = (conversations[n], self.store.clone());
                let (workspace, clock) = (self.workspace, self.ambient.clock.clone());
                tokio::spawn(async move {
                    let mut written = 0i64;
                    while begun.elapsed() < lasting {
                        let message = message(workspace, conversation, Some((session, Some(written + 2))), clock.now());
                        store.post(message).await??;
                        written += 1;
                    }
                    Ok::<_, crate::Error>(written)
                })
            })
            .collect();
        let mut written = 0;
        for task in tasks {
            written += task.await??;
        }
        let rate = written as f64 / begun.elapsed().as_secs_f64();
        self.end(&conversations).await?;
        Ok(rate)
    }

    /// Stores so many messages, in conversations that are over.
    async fn fill(&self, messages: usize) -> Result<()> {
        let conversations = self.conversations(messages / EACH).await?;
        let each = conversations.len().div_ceil(AT_ONCE).max(1);
        let tasks: Vec<_> = conversations
            .chunks(each)
            .map(|own| {
                let (own, store, workspace, clock) = (own.to_vec(), self.store.clone(), self.workspace, self.ambient.clock.clone());
                tokio::spawn(async move {
                    for (conversation, _) in own {
                        for _ in 0..EACH / 50 {
                            // Several at once, so that groups are large.
                            let posts = (0..50).map(|_| store.post(message(workspace, conversation, None, clock.now())));
                            for written in futures_util::future::join_all(posts).await {
                                written??;
                            }
                        }
                    }
                    Ok::<_, crate::Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        self.end(&conversations).await
    }
}

fn message(workspace: WorkspaceId, conversation: ConversationId, session: Option<(SessionId, Option<i64>)>, at: Timestamp) -> NewMessage {
    NewMessage {
        workspace,
        conversation,
        session,
        by: Author::Visitor,
        kind: MessageKind::Text,
        name: None,
        label: None,
        text: "Hello, I would like to know where my order is.".into(),
        file: None,
        client_key: None,
        at,
    }
}

fn place(now: Timestamp) -> Place {
    Place {
        target: serde_json::json!({}),
        button: None,
        priority: 0,
        ahead: false,
        queued_at: now,
        attempts: serde_json::json!([]),
        tried: vec![],
        tries: 0,
        waiting: false,
    }
}

fn origin(session: SessionId, now: Timestamp) -> Origin {
    Origin {
        session,
        visitor: VisitorId(session.0),
        deployment: DeploymentId(session.0),
        button: None,
        name: "A Visitor".into(),
        language: "en".into(),
        user_agent: "bench".into(),
        screen: String::new(),
        address: String::new(),
        page: String::new(),
        referrer: String::new(),
        queue_updates: false,
        entity_plan: serde_json::Value::Null,
        requested_at: now,
        established_at: None,
        ended_at: None,
        ended_by: None,
        ended_because: None,
        ended_reason: None,
        answered_by: None,
    }
}

/// Appends alone, for a profiler.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where: sqlite:PATH, postgres://…, or a database of its own on a temporary cluster
    #[arg(long, default_value = "sqlite:bench.sqlite")]
    database: String,
    /// How long, seconds
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

#[expect(clippy::print_stdout, reason = "the figure that was asked for")]
pub(crate) async fn alone(arguments: Arguments) -> Result<()> {
    let database = if arguments.database == "temporary" {
        Some(tokio::task::spawn_blocking(|| testkit::Cluster::durable().database()).await?)
    } else {
        None
    };
    let url = database.as_ref().map_or(arguments.database.as_str(), |database| database.url());
    let stored = Stored::open(url.parse()?).await?;
    let rate = stored.rate(Duration::from_secs(arguments.seconds)).await?;
    println!("{rate:.0} messages/s");
    stored.store.close().await;
    Ok(())
}

async fn start_to_ready(data: &Path) -> Result<f64> {
    let begun = Instant::now();
    let server = Process::start(&["server", "--data", &data.to_string_lossy()]).await?;
    let taken = begun.elapsed();
    server.end().await?;
    Ok(taken.as_secs_f64())
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let messages = if quick { 100_000 } else { 1_000_000 };
    let lasting = Duration::from_secs(if quick { 2 } else { 10 });
    let folder = tempfile::tempdir()?;
    let data = |name: &str| -> PathBuf { folder.path().join(name) };
    let (empty, full) = (data("empty"), data("full"));
    // A server makes its workspace when it starts for the first time.
    for data in [&empty, &full] {
        start_to_ready(data).await?;
    }
    let open = async |data: &Path| Stored::open(Location::Sqlite(data.join("switchboard.sqlite"))).await;
    {
        let stored = open(&full).await?;
        stored.fill(messages).await?;
        stored.store.close().await;
    }
    let (mut starts_empty, mut starts_full) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        starts_empty.push(start_to_ready(&empty).await?);
        starts_full.push(start_to_ready(&full).await?);
    }
    let (mut rates_empty, mut rates_full) = (Vec::new(), Vec::new());
    let stored = open(&full).await?;
    for run in 0..RUNS {
        // An empty one is empty only once.
        let fresh = data(&format!("fresh-{run}"));
        let bare = open(&fresh).await?;
        rates_empty.push(bare.rate(lasting).await?);
        bare.store.close().await;
        rates_full.push(stored.rate(lasting).await?);
    }
    stored.store.close().await;
    let (rate_empty, rate_full) = (median(rates_empty), median(rates_full));
    let (start_empty, start_full) = (median(starts_empty), median(starts_full));
    Ok(vec![
        Figure {
            what: format!("A18 appending beside {messages} messages"),
            ours: format!("{rate_full:.0}/s"),
            baseline: format!("empty {rate_empty:.0}/s"),
            figure: format!("{:.2}", rate_full / rate_empty),
            asked: "≥ 0.90".into(),
            met: rate_full / rate_empty >= 0.9,
            limit: "SQLite's threads: two thirds of the processor time",
        },
        Figure {
            what: format!("A18 start to ready beside {messages} messages"),
            ours: format!("{:.0} ms", start_full * 1e3),
            baseline: format!("empty {:.0} ms", start_empty * 1e3),
            figure: format!("{:.2}", start_full / start_empty),
            asked: "≤ 1.50".into(),
            met: start_full / start_empty <= 1.5,
            limit: "what an empty one takes: 46 % kernel, the rest program and C library",
        },
    ])
}
