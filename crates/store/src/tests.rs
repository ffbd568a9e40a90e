//! The same tests on both databases: each asks for [`fixtures`] and runs its body on every one.

mod backup;
mod blobs;
mod customer_events;
mod deliveries;
mod doctor;
mod history;
mod record_reader;
mod records;
mod retention;
mod root_key;
mod schema;
mod web;
mod writer;
mod writer_lost;
mod writer_storage;

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    conversation::{AgentFace, Conversation},
    ids::{AgentId, ConversationId, DeploymentId, SessionId, VisitorId, WorkspaceId},
    journal::{Author, MessageKind},
    secret::Text,
    time::Timestamp,
};
use testkit::{Cluster, Database};
use uuid::Uuid;

use crate::{Location, NewMessage, Options, Origin, Place, Store, VisitorSession, Workspace};

/// An instant to count from.
pub(crate) const NOON: Timestamp = Timestamp(1_790_000_000_000_000);

/// Ids in order, as version 7 makes them.
pub(crate) fn id<T: From<Uuid>>() -> T {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    T::from(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(NEXT.fetch_add(1, Ordering::Relaxed))))
}

/// What goes away after the test.
#[expect(dead_code, reason = "held, not read")]
pub(crate) enum Guard {
    Folder(tempfile::TempDir),
    Database(Database),
    None,
}

/// A store with one workspace.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) options: Options,
    pub(crate) workspace: WorkspaceId,
    _guard: Guard,
}

impl Fixture {
    pub(crate) async fn new(options: Options, guard: Guard) -> Self {
        let store = Store::open(options.clone()).await.unwrap();
        let workspace = id();
        let row = Workspace { id: workspace, name: "Acme".into(), zone: "UTC".into(), settings: serde_json::json!({}) };
        store
            .write(move |tx| {
                let row = row.clone();
                Box::pin(async move { tx.insert_workspace(&row, 1, NOON).await })
            })
            .await
            .unwrap();
        Self { store, options, workspace, _guard: guard }
    }

    /// Runs work that cannot refuse.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'t> Fn(&'t mut crate::Tx) -> futures_util::future::BoxFuture<'t, crate::Result<T>> + Send + Sync + 'static,
    ) -> T {
        self.store.write(work).await.unwrap()
    }

    /// Figures have followed the journal up to a position.
    pub(crate) async fn figures_followed(&self, position: i64) {
        let workspace = self.workspace;
        let mark = crate::FigureMark { position, at: NOON, zone: "UTC".into(), days_from: Timestamp(0) };
        self.write(move |tx| {
            let mark = mark.clone();
            Box::pin(async move {
                tx.begin_figures(workspace, "UTC").await?;
                tx.save_figure_mark(workspace, &mark).await
            })
        })
        .await;
    }

    /// A conversation that an agent has, from this visitor.
    pub(crate) async fn conversation_of(&self, visitor: VisitorId, name: &str, requested_at: Timestamp) -> Conversed {
        let (workspace, agent): (WorkspaceId, AgentId) = (self.workspace, id());
        let conversed = Conversed { id: id(), session: id(), deployment: id(), agent, visitor };
        let mut conversation = Conversation::new(conversed.id);
        let entry = conversation.take(agent, &AgentFace { name: "Ann".into(), sneak_peek: false }, requested_at).unwrap();
        let place = Place {
            target: serde_json::json!(null),
            button: None,
            priority: 1,
            ahead: false,
            queued_at: requested_at,
            attempts: serde_json::json!([]),
            tried: vec![],
            tries: 0,
            waiting: false,
        };
        let origin = Origin {
            session: conversed.session,
            visitor,
            deployment: conversed.deployment,
            button: None,
            name: name.into(),
            language: "en-US".into(),
            user_agent: "Browser/1".into(),
            screen: "1280x800".into(),
            address: "192.0.2.7".into(),
            page: "https://shop.example/cart".into(),
            referrer: "https://search.example/".into(),
            queue_updates: false,
            entity_plan: serde_json::json!({"steps": ["secret"]}),
            requested_at,
            established_at: None,
            ended_at: None,
            ended_by: None,
            ended_because: None,
            ended_reason: None,
            answered_by: None,
        };
        let session = VisitorSession {
            id: conversed.session,
            conversation: Some(conversed.id),
            generation: 0,
            post_sequence: None,
            delivered: -1,
            seen_at: requested_at,
            timeout: std::time::Duration::from_secs(280),
            open: true,
        };
        let name = Text::from(name);
        self.write(move |tx| {
            let (conversation, place, origin, session, entry, name) =
                (conversation.clone(), place.clone(), origin.clone(), session.clone(), entry.clone(), name.clone());
            Box::pin(async move {
                tx.insert_conversation(workspace, &conversation, &place, &origin).await?;
                tx.insert_session(workspace, &session, requested_at).await?;
                tx.touch_visitor(workspace, visitor, &name, &origin.address, requested_at).await?;
                tx.mark_established(workspace, conversation.id, agent, requested_at).await?;
                tx.journal(workspace, requested_at, entry);
                Ok(())
            })
        })
        .await;
        conversed
    }

    /// A conversation that an agent has.
    pub(crate) async fn conversation(&self) -> Conversed {
        self.conversation_of(id(), "Vera", NOON).await
    }

    /// A message of the visitor's, not yet posted.
    pub(crate) fn says(&self, conversed: &Conversed, text: &str) -> NewMessage {
        NewMessage {
            workspace: self.workspace,
            conversation: conversed.id,
            session: None,
            by: Author::Visitor,
            kind: MessageKind::Text,
            name: None,
            label: None,
            text: text.into(),
            file: None,
            client_key: None,
            at: NOON,
        }
    }
}

/// Who talks in a fixture's conversation.
#[derive(Clone, Copy)]
pub(crate) struct Conversed {
    pub(crate) id: ConversationId,
    pub(crate) session: SessionId,
    pub(crate) deployment: DeploymentId,
    pub(crate) agent: AgentId,
    pub(crate) visitor: VisitorId,
}

/// A store on SQLite.
pub(crate) async fn sqlite() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    Fixture::new(Options::new(Location::Sqlite(folder.path().join("switchboard.sqlite"))), Guard::Folder(folder)).await
}

/// An empty PostgreSQL database.
pub(crate) fn empty_postgres() -> (Location, Database) {
    let database = Cluster::fast().database();
    (database.url().parse().unwrap(), database)
}

/// A store on PostgreSQL.
pub(crate) async fn postgres() -> Fixture {
    let (location, database) = empty_postgres();
    Fixture::new(Options::new(location), Guard::Database(database)).await
}

/// A store on every database.
pub(crate) async fn fixtures() -> Vec<Fixture> {
    vec![sqlite().await, postgres().await]
}
