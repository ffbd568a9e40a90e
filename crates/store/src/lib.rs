//! Durable state: SQLite or PostgreSQL, the same to everything above.
//!
//! [`Store::write`] runs a closure in a transaction that it shares with others on SQLite; [`Store::post`] is the hot path for messages, in sets;
//! [`Store::snapshot`] reads one instant. Nothing is answered before it is on the disk. This crate knows SQL and no use case: what is to be
//! done is decided in `domain` and put together in `engine`.

mod audit;
mod authorization;
mod backup;
mod blob;
mod board;
mod catalogue;
mod checkpoint;
mod conversation;
mod credential;
mod crm;
mod customer_event;
mod definition;
mod delivery;
mod destination;
mod detail;
mod doctor;
mod driver;
mod erase;
mod error;
mod fate;
mod figure;
mod file;
mod flag;
mod hint;
mod history;
mod journal;
mod lock;
mod message;
mod monitor;
mod offline;
mod offline_record;
mod open;
mod partition;
mod presence;
mod profile;
mod read;
mod record_part;
mod record_reader;
mod request_key;
mod retention;
mod root_key;
mod rows;
mod session;
pub mod sql;
mod timer;
mod transcript;
mod tx;
mod visit;
mod workspace;
mod writer;

#[cfg(test)]
mod prepared;
mod prepared_details;
#[cfg(test)]
mod tests;

use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use arc_swap::ArcSwapOption;
use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use crate::{
    audit::{AuditFilter, AuditLine},
    authorization::{AppGrant, AppSecret, AppToken, AppTokenKind},
    backup::{BackupSummary, Progress, backup, restore},
    blob::{BlobError, BlobId, BlobReader, BlobWriter, StoredBlob, UNREFERENCED_BLOBS_LIVE},
    board::Running,
    conversation::{Load, Origin, Place, PlaceWatcher, Waiting},
    credential::{Credential, CredentialSummary, SignIn},
    crm::{CrmDefinition, CrmWorkspace},
    customer_event::{CustomerEvent, CustomerEventFilter, CustomerEventPage, EVENTS_KNOWN_FOR, EVENTS_SEARCHED, NewCustomerEvent, TakenIn},
    definition::{Definition, NewDefinition},
    delivery::{Attempt, ChatCourse, Delivery, DeliveryFilter, DeliveryState, NewDelivery, Settled, TakenDelivery},
    destination::{DestinationSecret, Funnel, Lane},
    detail::{Breadcrumb, Detail, Rating, Visitor},
    doctor::{CLOCK_SKEW, Finding, Severity},
    driver::Backend,
    erase::{ConversationExport, VisitorExport},
    error::{Error, Result},
    figure::{FigureFilter, FigureMark, FigureSpan},
    file::{File, FileRequest, FileRequestState},
    flag::Flag,
    hint::Hints,
    history::{HistoryCursor, HistoryFilter, HistoryLine},
    journal::{Head, Recorded, Told},
    message::{Message, NewMessage, NotWritten, Written},
    monitor::Monitor,
    offline::{AssignedTo, OfflineFilter, OfflineMessage},
    offline_record::OfflineRecord,
    open::{Location, Options, SCHEMA_VERSION},
    partition::Partitions,
    prepared_details::{PreparedDetails, PreparedFor},
    presence::{Offer, Presence},
    profile::ProfileErasure,
    read::Snapshot,
    record_part::{DueRecords, RecordCourse},
    request_key::{REQUEST_KEYS_LIVE, RequestKey},
    retention::{Lapsed, Lapsing},
    root_key::{DerivedKey, Purpose, RootKey},
    session::{QuietSession, SessionSeen, VisitorSession},
    timer::Timer,
    transcript::{TranscriptBacklog, TranscriptGiven, TranscriptLine, TranscriptTurn},
    tx::Tx,
    visit::WebVisit,
    workspace::{Knock, Workspace},
    writer::{Failure, Function},
};
use crate::{
    blob::Blobs,
    lock::FolderLock,
    message::Hot,
    open::{Connector, Pool},
    record_reader::RecordReaders,
    writer::{HotJob, Inbox, IntakeJob, Typed, Work, Writer},
};

/// Work waiting for the writers, before askers have to wait.
const QUEUE: usize = 4096;

/// The database.
#[derive(Clone)]
pub struct Store {
    connector: Connector,
    readers: Pool,
    record_readers: RecordReaders,
    blobs: Blobs,
    queues: Arc<Queues>,
    hints: Hints,
    backend: Backend,
    closing: CancellationToken,
    tasks: TaskTracker,
    location: Location,
    locks: Vec<FolderLock>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend).finish_non_exhaustive()
    }
}

/// The writers' inboxes; empty once the store is closing.
struct Queues {
    hot: Vec<ArcSwapOption<mpsc::Sender<HotJob>>>,
    intake: ArcSwapOption<mpsc::Sender<IntakeJob>>,
    works: ArcSwapOption<mpsc::Sender<Box<dyn Work>>>,
    behind: ArcSwapOption<mpsc::Sender<Box<dyn Work>>>,
}

/// A queue in which nothing ever comes.
fn nothing<T>() -> mpsc::Receiver<T> {
    mpsc::channel(1).1
}

pub(crate) fn json(value: &impl serde::Serialize) -> Result<String> {
    conversation::to_json(value)
}

impl Store {
    /// Opens the database, bringing its schema up to date.
    pub async fn open(options: Options) -> Result<Self> {
        let location = options.location.clone();
        let connector = Connector::new(options.clone());
        connector.make_folder()?;
        let locks = if options.exclusive { connector.lock_folders()? } else { Vec::new() };
        connector.migrate().await?;
        let backend = connector.backend();
        let readers = connector.readers().await?;
        let record_readers = connector.record_readers();
        let blobs = connector.blobs().await?;
        let hints = Hints::new(backend == Backend::Postgres);
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());

        let (works_in, works_out) = mpsc::channel(QUEUE);
        // PostgreSQL writes side by side: there is nothing to get behind.
        let mut behind_in = works_in.clone();
        let (intake_in, intake) = mpsc::channel(QUEUE);
        let mut hot = Vec::new();
        match backend {
            Backend::Sqlite => {
                let (hot_in, hot_out) = mpsc::channel(QUEUE);
                hot.push(ArcSwapOption::from_pointee(hot_in));
                let mut writer = Writer::new(connector.clone(), hints.clone());
                writer.connect().await?;
                let (sender, behind) = mpsc::channel(QUEUE);
                behind_in = sender;
                tasks.spawn(writer.run(Inbox { hot: hot_out, intake, works: works_out, behind }));
                tasks.spawn(checkpoint::keep(connector.clone(), hints.subscribe(), closing.clone()));
            }
            Backend::Postgres => {
                for _ in 0..options.message_writers.max(1) {
                    let (hot_in, hot_out) = mpsc::channel(QUEUE);
                    hot.push(ArcSwapOption::from_pointee(hot_in));
                    let mut writer = Writer::new(connector.clone(), hints.clone());
                    writer.connect().await?;
                    tasks.spawn(writer.run(Inbox { hot: hot_out, intake: nothing(), works: nothing(), behind: nothing() }));
                }
                // One is enough: whoever takes events in holds the workspace's positions until the commit.
                let mut writer = Writer::new(connector.clone(), hints.clone());
                writer.connect().await?;
                tasks.spawn(writer.run(Inbox { hot: nothing(), intake, works: nothing(), behind: nothing() }));
                // Works share one queue: each command writer takes the next one.
                let works_out = Arc::new(Mutex::new(works_out));
                for _ in 0..options.command_writers.max(1) {
                    let (lane_in, lane_out) = mpsc::channel(1);
                    let works_out = works_out.clone();
                    tasks.spawn(async move {
                        loop {
                            // A place first, then a work: a work is never taken by a writer that is busy.
                            let Ok(place) = lane_in.reserve().await else { return };
                            let Some(work) = works_out.lock().await.recv().await else { return };
                            place.send(work);
                        }
                    });
                    let writer = Writer::new(connector.clone(), hints.clone());
                    tasks.spawn(writer.run(Inbox { hot: nothing(), intake: nothing(), works: lane_out, behind: nothing() }));
                }
                if let Some(listen) = connector.postgres() {
                    tasks.spawn(hints.clone().send(listen.clone(), closing.clone()));
                    tasks.spawn(hints.clone().hear(listen, closing.clone()));
                }
            }
        }
        let queues = Arc::new(Queues {
            hot,
            intake: ArcSwapOption::from_pointee(intake_in),
            works: ArcSwapOption::from_pointee(works_in),
            behind: ArcSwapOption::from_pointee(behind_in),
        });
        Ok(Self { connector, readers, record_readers, blobs, queues, hints, backend, closing, tasks, location, locks })
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Hints that something was committed.
    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    /// Runs work in a transaction; answers when it is on the disk. An error of the work's own undoes it. The work goes on when the asker goes.
    ///
    /// The function owns its inputs (ids, now), awaits only the transaction, and may run twice.
    pub async fn write<T, E, F>(&self, function: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        Self::queued(&self.queues.works, function).await
    }

    /// Like [`Store::write`], for what no person waits for, and for long works: on SQLite, which writes one thing at a time, it comes after what
    /// somebody waits for and is alone in its transaction, so that nobody's message waits for more than one such work.
    pub async fn write_behind<T, E, F>(&self, function: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        Self::queued(&self.queues.behind, function).await
    }

    async fn queued<T, E, F>(queue: &ArcSwapOption<mpsc::Sender<Box<dyn Work>>>, function: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        let (answer, result) = oneshot::channel();
        let work: Box<dyn Work> = Box::new(Typed::<T, E> { function: Arc::new(function), result: None, answer });
        let queue = queue.load_full().ok_or(Error::Closing)?;
        queue.send(work).await.map_err(|_| Error::Closing)?;
        result.await.map_err(|_| E::from(Error::Closing))?
    }

    /// Writes a message; answers when it is on the disk.
    pub async fn post(&self, message: NewMessage) -> Result<Result<Written, NotWritten>> {
        let conversation = message.conversation;
        self.hot(conversation, Hot::Message(message)).await
    }

    /// Counts a numbered request that writes nothing.
    pub async fn count_request(
        &self,
        workspace: domain::ids::WorkspaceId,
        conversation: domain::ids::ConversationId,
        session: domain::ids::SessionId,
        number: i64,
    ) -> Result<Result<Written, NotWritten>> {
        self.hot(conversation, Hot::Count { workspace, session, number }).await
    }

    async fn hot(&self, conversation: domain::ids::ConversationId, hot: Hot) -> Result<Result<Written, NotWritten>> {
        let queues = &self.queues.hot;
        let place = BuildHasherDefault::<DefaultHasher>::default().hash_one(conversation) as usize % queues.len();
        let queue = queues[place].load_full().ok_or(Error::Closing)?;
        let (answer, result) = oneshot::channel();
        queue.send(HotJob { hot, answer }).await.map_err(|_| Error::Closing)?;
        result.await.map_err(|_| Error::Closing)?
    }

    async fn intake(&self, workspace: domain::ids::WorkspaceId, events: Vec<NewCustomerEvent>) -> Result<Vec<TakenIn>> {
        let queue = self.queues.intake.load_full().ok_or(Error::Closing)?;
        let (answer, result) = oneshot::channel();
        queue.send(IntakeJob { workspace, events, answer }).await.map_err(|_| Error::Closing)?;
        result.await.map_err(|_| Error::Closing)?
    }

    /// Finishes all accepted work, then closes every connection.
    pub async fn close(&self) {
        self.closing.cancel();
        for queue in &self.queues.hot {
            queue.store(None);
        }
        self.queues.intake.store(None);
        self.queues.works.store(None);
        self.queues.behind.store(None);
        self.tasks.close();
        self.tasks.wait().await;
        self.readers.close().await;
        self.record_readers.close().await;
        self.blobs.close().await;
        self.locks.iter().for_each(FolderLock::release);
    }
}
