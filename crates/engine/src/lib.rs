//! Use cases, reconcilers and ports.
//!
//! A use case loads, asks `domain` what follows, saves, journals, and answers after the commit. Rights are checked here, whoever asks. This
//! crate speaks no protocol: facades and the native API call it.

pub mod admin;
mod audit;
pub mod authorization;
pub mod conversation;
pub mod crm;
pub mod customer_event;
pub mod definition;
pub mod delivery;
pub mod desk;
mod directory;
mod error;
mod fanout;
pub mod figures;
pub mod file;
pub mod history;
pub mod idempotency;
mod keys;
pub mod listing;
pub mod offline;
pub mod person;
pub mod prepared;
mod reconcile;
pub mod records;
pub mod routing;
pub mod setup;
pub mod sign_in;
pub mod view;
pub mod visitor;
pub mod web_visit;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use domain::{
    ids::{AgentId, IdSource, Randomness, WorkspaceId},
    journal::{Event, Numbered},
    permission::Permission,
    time::{Clock, Timestamp},
};
use store::{Store, Tx};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use crate::fanout::moves_queues;
pub use store::Told;

pub use crate::{
    audit::Actor,
    directory::{Directories, Directory, OLD_IDS, RECORD_IDS},
    error::{Error, ErrorKind, Result},
    fanout::{AgentStream, Ephemeral, Fanout, Published, Streamed},
    keys::{Keys, Purpose},
    reconcile::ReconcilerReport,
    sign_in::{CREDENTIAL, SignedInAgent},
};

/// What the engine needs from outside.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Unguessable bytes.
    pub randomness: Arc<dyn Randomness>,
    /// Keys derived from the root key.
    pub keys: Keys,
    /// What an operator sets.
    pub settings: Settings,
    /// Cancelled when the server closes: polls and streams end.
    pub closing: CancellationToken,
    /// Who keeps records of customers; none where nobody does: then nothing is looked for or made.
    pub crm: Option<Arc<dyn crm::Crm>>,
    /// Who calls other people's servers; none where nobody does: then nobody is told anything.
    pub outbound: Option<Arc<dyn delivery::Outbound>>,
}

/// What an operator sets, as far as use cases need it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses that begin links to us, without a slash at the end: `https://chat.example.com`.
    pub public_url: String,
    /// How long a session that never asked for a conversation is valid.
    pub unused_session: Duration,
    /// Where visitors are told to upload files; none for the facade's own place under `public_url`.
    pub upload_url: Option<String>,
    /// What files may be sent at most, whatever a deployment says.
    pub files: file::Ceilings,
    /// Longest message that any deployment allows, in bytes.
    pub max_message_bytes: usize,
    /// An agent's sign-in that is not used for so long is over.
    pub sign_in_idle: Duration,
    /// An agent's sign-in is over after so long, used or not.
    pub sign_in_longest: Duration,
    /// What hashing a password takes, in KiB.
    pub password_memory_kib: u32,
    /// What a new deployment is like where nothing else is said; its name is not looked at.
    pub new_deployment: definition::Deployment,
    /// How long clients that poll are told to wait for an answer.
    pub client_poll_timeout: Duration,
    /// How long the journal is kept: readers that were away longer take a snapshot.
    pub journal_kept: Duration,
    /// How long events of customers are kept; none for ever.
    pub events_kept: Option<Duration>,
    /// How long what is known of a customer is kept after the last event; none for ever.
    pub profiles_kept: Option<Duration>,
    /// Reconcilers run by themselves. A test that turns the clock switches them off and calls [`App::run_due`].
    pub reconcilers: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            unused_session: Duration::from_secs(600),
            upload_url: None,
            files: file::Ceilings::default(),
            max_message_bytes: 128 * 1024,
            sign_in_idle: Duration::from_secs(12 * 60 * 60),
            sign_in_longest: Duration::from_secs(30 * 24 * 60 * 60),
            password_memory_kib: 19 * 1024,
            new_deployment: definition::Deployment::default(),
            client_poll_timeout: Duration::from_secs(40),
            journal_kept: Duration::from_secs(30 * 24 * 60 * 60),
            events_kept: Some(Duration::from_secs(30 * 24 * 60 * 60)),
            profiles_kept: Some(Duration::from_secs(365 * 24 * 60 * 60)),
            reconcilers: true,
        }
    }
}

/// The engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    directories: ArcSwap<Directories>,
    reloading: tokio::sync::Mutex<()>,
    showing: tokio::sync::Mutex<()>,
    fanout: Fanout,
    visitors: visitor::Registry,
    hurry: visitor::Hurry,
    hashing: sign_in::Hashing,
    in_work: idempotency::InWork,
    sign_ins: sign_in::Known,
    app_tokens: authorization::Known,
    board: reconcile::Board,
    moved: routing::Moved,
    lanes: delivery::Lanes,
    started_at: Timestamp,
    uploads: file::Uploads,
    tasks: TaskTracker,
}

/// What a transaction of a use case owns: everything decided before it began.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The workspace's definitions.
    pub(crate) directory: Arc<Directory>,
    /// Now.
    pub(crate) now: Timestamp,
    /// New ids; a rerun takes new ones, which is harmless.
    pub(crate) ids: Arc<dyn IdSource>,
}

impl Scope {
    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.directory.id()
    }

    pub(crate) fn id<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.ids.next())
    }

    /// Appends what happened.
    pub(crate) fn journal(&self, tx: &mut Tx, numbered: Numbered) {
        tx.journal(self.workspace(), self.now, numbered);
    }

    /// Appends what happened in the workspace, outside any conversation.
    pub(crate) fn journal_event(&self, tx: &mut Tx, event: Event) {
        self.journal(tx, Numbered::of_workspace(event));
    }
}

impl App {
    /// Starts the engine on an open store: loads definitions, follows the journal.
    pub async fn start(parts: Parts) -> Result<Self> {
        // Where the journal stands first, then the definitions: a change in between is read twice, not missed.
        let heads = parts.store.heads().await?;
        let directories = Directories::load(&parts.store).await?;
        let started_at = parts.clock.now();
        let app = Self {
            inner: Arc::new(Inner {
                directories: ArcSwap::from_pointee(directories),
                reloading: tokio::sync::Mutex::default(),
                showing: tokio::sync::Mutex::default(),
                fanout: Fanout::default(),
                visitors: visitor::Registry::default(),
                hurry: visitor::Hurry::default(),
                hashing: sign_in::Hashing::default(),
                in_work: idempotency::InWork::default(),
                sign_ins: sign_in::Known::default(),
                app_tokens: authorization::Known::default(),
                board: reconcile::Board::default(),
                moved: routing::Moved::default(),
                lanes: delivery::Lanes::default(),
                started_at,
                uploads: file::Uploads::default(),
                tasks: TaskTracker::new(),
                parts,
            }),
        };
        fanout::follow(&app, heads);
        visitor::keep_marks(&app);
        routing::keep_places(&app);
        if app.settings().reconcilers {
            reconcile::start(&app);
            delivery::keep_lanes(&app);
        }
        Ok(app)
    }

    /// Waits for the engine's own tasks after `closing` was cancelled.
    pub async fn stopped(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// What an operator set.
    pub fn settings(&self) -> &Settings {
        &self.inner.parts.settings
    }

    /// Keys derived from the root key.
    pub fn keys(&self) -> &Keys {
        &self.inner.parts.keys
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    /// A new id.
    pub fn id<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.inner.parts.ids.next())
    }

    /// Unguessable bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.inner.parts.randomness.fill(&mut bytes);
        bytes
    }

    /// Cancelled when the server closes.
    pub fn closing(&self) -> &CancellationToken {
        &self.inner.parts.closing
    }

    /// Who keeps records of customers, if somebody does.
    pub fn crm(&self) -> Option<&Arc<dyn crm::Crm>> {
        self.inner.parts.crm.as_ref()
    }

    /// Who calls other people's servers, if somebody does.
    pub fn outbound(&self) -> Option<&Arc<dyn delivery::Outbound>> {
        self.inner.parts.outbound.as_ref()
    }

    pub(crate) fn lanes(&self) -> &delivery::Lanes {
        &self.inner.lanes
    }

    /// When this server started.
    pub fn started_at(&self) -> Timestamp {
        self.inner.started_at
    }

    /// Who is told what happened.
    pub fn fanout(&self) -> &Fanout {
        &self.inner.fanout
    }

    /// Visitors' connections on this server.
    pub fn visitors(&self) -> &visitor::Registry {
        &self.inner.visitors
    }

    /// All definitions, as they are now.
    pub fn directories(&self) -> Arc<Directories> {
        self.inner.directories.load_full()
    }

    /// A workspace's definitions, as they are now.
    pub fn directory(&self, workspace: WorkspaceId) -> Result<Arc<Directory>> {
        self.inner.directories.load().get(workspace).cloned().ok_or_else(|| ErrorKind::NotFound("workspace").into())
    }

    /// Reads a workspace's definitions anew: after a change here, or when the journal tells of one elsewhere. A new workspace is found too.
    pub async fn reload(&self) -> Result<()> {
        let before = {
            // One at a time: the picture that was read first must not replace one that was read later.
            let _turn = self.inner.reloading.lock().await;
            let directories = Directories::load(self.store()).await?;
            self.inner.directories.swap(Arc::new(directories))
        };
        let now = self.directories();
        let masks_anew = |workspace| match (before.get(workspace), now.get(workspace)) {
            (Some(before), Some(now)) => before.rules != now.rules,
            _ => false,
        };
        if now.all().any(|directory| masks_anew(directory.id())) {
            self.visitors().all().iter().filter(|live| masks_anew(live.workspace)).for_each(|live| live.rules_changed());
        }
        self.show_changes(&before).await;
        Ok(())
    }

    /// Fails unless the agent may do it.
    pub fn require(&self, workspace: WorkspaceId, agent: AgentId, permission: Permission) -> Result<()> {
        if self.directory(workspace)?.allows(agent, permission) { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
    }

    pub(crate) fn scope(&self, workspace: WorkspaceId) -> Result<Scope> {
        Ok(Scope { directory: self.directory(workspace)?, now: self.now(), ids: self.inner.parts.ids.clone() })
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn(task);
    }
}
