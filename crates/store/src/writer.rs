//! The writers: take the waiting work, run it in one transaction, commit, and only then answer.
//!
//! SQLite has one writer for everything: what somebody waits for first, and behind it what nobody does (transcripts, figures, imports). On
//! PostgreSQL message sets have writers of their own, conversations hashed over them, events of customers have one, and every other work is a
//! transaction of its own, since it may wait for a routing lane.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::ids::WorkspaceId;
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::{mpsc, oneshot};

use crate::{
    customer_event::{self, IntakeItem, MOST_OF_A_GROUP, NewCustomerEvent, TakenIn},
    driver::Backend,
    error::{Error, Result},
    fate::{self, Fate, Transaction},
    hint::Hints,
    message::{self, Hot, Item, NotWritten, Written},
    open::Connector,
    tx::Tx,
};

/// A hot command waiting for its turn.
pub(crate) struct HotJob {
    pub(crate) hot: Hot,
    pub(crate) answer: oneshot::Sender<Result<Result<Written, NotWritten>>>,
}

/// Events of customers, of one request, waiting for their turn.
pub(crate) struct IntakeJob {
    pub(crate) workspace: WorkspaceId,
    pub(crate) events: Vec<NewCustomerEvent>,
    pub(crate) answer: oneshot::Sender<Result<Vec<TakenIn>>>,
}

/// Where a writer's work comes from. One that gets none of a kind has a receiver that nobody sends to.
pub(crate) struct Inbox {
    pub(crate) hot: mpsc::Receiver<HotJob>,
    pub(crate) intake: mpsc::Receiver<IntakeJob>,
    pub(crate) works: mpsc::Receiver<Box<dyn Work>>,
    pub(crate) behind: mpsc::Receiver<Box<dyn Work>>,
}

/// What shares a transaction.
#[derive(Default)]
struct Group {
    hot: Vec<HotJob>,
    intake: Vec<IntakeJob>,
    works: Vec<Box<dyn Work>>,
}

impl Group {
    fn of(work: Box<dyn Work>) -> Self {
        Self { works: vec![work], ..Self::default() }
    }

    fn events(&self) -> usize {
        self.intake.iter().map(|job| job.events.len()).sum()
    }
}

/// Any other work waiting for its turn.
pub(crate) trait Work: Send {
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Outcome>;
    /// Answers. `Some` replaces what the work itself said: its changes were not kept.
    fn finish(self: Box<Self>, instead: Option<Error>);
}

/// What a work says.
pub(crate) enum Outcome {
    /// Keep its changes.
    Keep,
    /// It refused: undo its changes; the others of the group go on.
    Undo,
    /// Storage failed it: undo, and run it again if that may help.
    Failed { again: bool },
}

/// Errors that a work may return: it must be told from them whether storage was at fault.
pub trait Failure: From<Error> + Send + 'static {
    /// The storage error inside, if that is what it is.
    fn storage(&self) -> Option<&Error>;
}

impl Failure for Error {
    fn storage(&self) -> Option<&Error> {
        Some(self)
    }
}

/// A work as the writer runs it: owns its inputs, may run twice.
pub type Function<T, E> = Arc<dyn for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync>;

pub(crate) struct Typed<T, E> {
    pub(crate) function: Function<T, E>,
    pub(crate) result: Option<Result<T, E>>,
    pub(crate) answer: oneshot::Sender<Result<T, E>>,
}

impl<T: Send + 'static, E: Failure> Work for Typed<T, E> {
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Outcome> {
        async move {
            let result = match AssertUnwindSafe((self.function)(tx)).catch_unwind().await {
                Ok(result) => result,
                Err(_) => Err(E::from(Error::Panicked)),
            };
            let outcome = match &result {
                Ok(_) => Outcome::Keep,
                Err(error) => match error.storage() {
                    Some(storage) => Outcome::Failed { again: storage.may_run_again() },
                    None => Outcome::Undo,
                },
            };
            self.result = Some(result);
            outcome
        }
        .boxed()
    }

    fn finish(self: Box<Self>, instead: Option<Error>) {
        let result = match (instead, self.result) {
            (None, Some(result)) | (Some(_), Some(result @ Err(_))) => result,
            (Some(error), _) => Err(E::from(error)),
            (None, None) => Err(E::from(Error::broken("work that was never run"))),
        };
        // The asker may have gone (a dropped request): the work is done all the same.
        let _ = self.answer.send(result);
    }
}

/// Most messages of one group.
const MESSAGES: usize = 256;
/// Most other works of one group (SQLite).
const WORKS: usize = 32;
/// After so many groups that somebody waited for, what nobody waits for has its turn too.
const PATIENCE: u32 = 8;

/// Why a group was not answered with success.
enum Failed {
    /// Nothing of it was kept: it may be run again.
    Undone(Error),
    /// The answer to COMMIT was lost and nobody could say what became of the transaction. Run again it might be there twice.
    Unknown(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Undone(error)
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Undone(error) | Failed::Unknown(error) => error,
        }
    }
}

pub(crate) struct Writer {
    connector: Connector,
    tx: Option<Tx>,
    hints: Hints,
}

impl Writer {
    pub(crate) fn new(connector: Connector, hints: Hints) -> Self {
        Self { connector, tx: None, hints }
    }

    /// Opens the connection ahead of the first work, so that opening the store fails early.
    pub(crate) async fn connect(&mut self) -> Result<()> {
        self.tx = Some(Tx::marked(self.connector.connect().await?).await?);
        Ok(())
    }

    /// Runs until all queues are closed and empty. What is `behind` has its turn when nothing else waits, or has waited for long enough; it is
    /// alone in its transaction.
    pub(crate) async fn run(mut self, mut inbox: Inbox) {
        // PostgreSQL: a work may lock a lane, and locks come in one order; so one work a transaction.
        let most_works = if self.connector.backend() == Backend::Sqlite { WORKS } else { 1 };
        let mut groups = 0;
        loop {
            let Inbox { hot, intake, works, behind } = &mut inbox;
            if groups >= PATIENCE {
                groups = 0;
                if let Ok(work) = behind.try_recv() {
                    self.group(Group::of(work)).await;
                }
            }
            let mut group = Group::default();
            // A queue that is closed and empty says so at once, and is asked no more.
            tokio::select! {
                biased;
                Some(work) = works.recv() => group.works.push(work),
                Some(job) = hot.recv() => group.hot.push(job),
                Some(job) = intake.recv() => group.intake.push(job),
                Some(work) = behind.recv() => {
                    groups = 0;
                    self.group(Group::of(work)).await;
                    continue;
                }
                else => return,
            }
            // What has come in the meantime shares the commit.
            while group.hot.len() < MESSAGES
                && let Ok(job) = hot.try_recv()
            {
                group.hot.push(job);
            }
            while group.events() < MOST_OF_A_GROUP
                && let Ok(job) = intake.try_recv()
            {
                group.intake.push(job);
            }
            while group.works.len() < most_works
                && let Ok(work) = works.try_recv()
            {
                group.works.push(work);
            }
            groups += 1;
            self.group(group).await;
        }
    }

    async fn group(&mut self, group: Group) {
        let Group { hot, intake, mut works } = group;
        let mut answers = Vec::with_capacity(hot.len());
        let mut items = Vec::with_capacity(hot.len());
        for job in hot {
            items.push(Item { hot: job.hot, result: None });
            answers.push(job.answer);
        }
        let (mut taken, takers): (Vec<_>, Vec<_>) =
            intake.into_iter().map(|job| (IntakeItem { workspace: job.workspace, events: job.events, result: None }, job.answer)).unzip();
        let undecided = || Error::broken("events that were never taken in");
        metrics::histogram!("switchboard_store_group_size").record((items.len() + taken.len() + works.len()) as f64);
        match self.attempt(&mut items, &mut taken, &mut works).await {
            Ok(verdicts) => {
                for (item, answer) in items.into_iter().zip(answers) {
                    let _ = answer.send(item.result.ok_or(Error::broken("a message that was never decided")));
                }
                for (item, answer) in taken.into_iter().zip(takers) {
                    let _ = answer.send(item.result.ok_or_else(undecided));
                }
                for (work, error) in works.into_iter().zip(verdicts) {
                    work.finish(error);
                }
            }
            Err(Failed::Unknown(error)) => {
                tracing::warn!(%error, "the answer to a commit was lost for good; whoever waits for it is told to try again");
                let unknown = || Error::Unavailable("the answer to the commit was lost".into());
                for answer in answers {
                    let _ = answer.send(Err(unknown()));
                }
                for answer in takers {
                    let _ = answer.send(Err(unknown()));
                }
                for work in works {
                    work.finish(Some(unknown()));
                }
            }
            Err(Failed::Undone(first)) => {
                let together = items.len() + taken.len() + works.len();
                if together > 1 {
                    tracing::debug!(error = %first, "a group failed; running it one by one");
                }
                let again = first.may_run_again();
                let alone = together == 1;
                for (item, answer) in items.into_iter().zip(answers) {
                    let mut one = [Item { hot: item.hot, result: None }];
                    let result = if alone && !again {
                        Err(Error::broken("a message that storage refuses").into())
                    } else {
                        self.attempt(&mut one, &mut [], &mut []).await
                    };
                    let [item] = one;
                    let _ = answer.send(match result {
                        Ok(_) => item.result.ok_or(Error::broken("a message that was never decided")),
                        Err(failed) => Err(failed.into()),
                    });
                }
                for (item, answer) in taken.into_iter().zip(takers) {
                    let mut one = [IntakeItem { result: None, ..item }];
                    let result = if alone && !again {
                        Err(Error::broken("events that storage refuses").into())
                    } else {
                        self.attempt(&mut [], &mut one, &mut []).await
                    };
                    let [item] = one;
                    let _ = answer.send(match result {
                        Ok(_) => item.result.ok_or_else(undecided),
                        Err(failed) => Err(failed.into()),
                    });
                }
                for work in works {
                    let mut one = [work];
                    let result = self.attempt(&mut [], &mut [], &mut one).await;
                    let [work] = one;
                    match result {
                        Ok(mut verdicts) => work.finish(verdicts.pop().flatten()),
                        Err(failed) => work.finish(Some(failed.into())),
                    }
                }
            }
        }
    }

    /// One transaction. `Ok`: it was committed; a work's own error, if it has one, is in the list.
    async fn attempt(
        &mut self,
        items: &mut [Item],
        taken: &mut [IntakeItem],
        works: &mut [Box<dyn Work>],
    ) -> Result<Vec<Option<Error>>, Failed> {
        let mut tx = self.begin().await?;
        let result = Self::fill(&mut tx, items, taken, works).await;
        match result {
            Ok((verdicts, transaction)) => match tx.conn.command("COMMIT", "COMMIT").await {
                Ok(()) => {
                    self.tx = Some(tx);
                    self.hints.committed();
                    Ok(verdicts)
                }
                Err(error) => {
                    let lost = Error::loses_connection(&error);
                    let error = Error::from_sqlx(error, "COMMIT");
                    if lost {
                        drop(tx);
                        return match transaction {
                            Some(transaction) => self.fate(&transaction, verdicts, error).await,
                            // It has journalled nothing and so has no number to ask about.
                            None => Err(Failed::Unknown(error)),
                        };
                    }
                    self.roll_back(tx).await;
                    Err(error.into())
                }
            },
            Err(error) => {
                self.roll_back(tx).await;
                Err(error.into())
            }
        }
    }

    async fn begin(&mut self) -> Result<Tx> {
        let mut tx = match self.tx.take() {
            Some(tx) => tx,
            None => Tx::marked(self.connector.connect().await?).await?,
        };
        match tx.conn.command("BEGIN IMMEDIATE", "BEGIN").await {
            Ok(()) => Ok(tx),
            Err(error) if Error::loses_connection(&error) => {
                // The connection died while it was idle: one new one, then give up.
                let mut tx = Tx::marked(self.connector.connect().await?).await?;
                tx.conn.command("BEGIN IMMEDIATE", "BEGIN").await.map_err(|error| Error::from_sqlx(error, "BEGIN"))?;
                Ok(tx)
            }
            Err(error) => {
                self.tx = Some(tx);
                Err(Error::from_sqlx(error, "BEGIN"))
            }
        }
    }

    async fn fill(
        tx: &mut Tx,
        items: &mut [Item],
        taken: &mut [IntakeItem],
        works: &mut [Box<dyn Work>],
    ) -> Result<(Vec<Option<Error>>, Option<Transaction>)> {
        tx.return_to(0);
        if !items.is_empty() {
            message::write_set(tx, items).await?;
        }
        if !taken.is_empty() {
            customer_event::take_in(tx, taken).await?;
        }
        let mut verdicts = Vec::with_capacity(works.len());
        // A single work needs no savepoint: the transaction is its own.
        let alone = items.is_empty() && taken.is_empty() && works.len() == 1;
        for work in works.iter_mut() {
            let mark = tx.mark();
            if !alone {
                tx.conn.command("SAVEPOINT work", "SAVEPOINT work").await.map_err(|error| Error::from_sqlx(error, "SAVEPOINT"))?;
            }
            match work.run(tx).await {
                Outcome::Keep => {
                    if !alone {
                        tx.conn.command("RELEASE work", "RELEASE work").await.map_err(|error| Error::from_sqlx(error, "RELEASE"))?;
                    }
                    verdicts.push(None);
                }
                Outcome::Undo => {
                    tx.return_to(mark);
                    let undo = if alone { "ROLLBACK" } else { "ROLLBACK TO work; RELEASE work" };
                    tx.conn.command(undo, undo).await.map_err(|error| Error::from_sqlx(error, "ROLLBACK TO"))?;
                    if alone {
                        tx.conn.command("BEGIN IMMEDIATE", "BEGIN").await.map_err(|error| Error::from_sqlx(error, "BEGIN"))?;
                    }
                    verdicts.push(None);
                }
                // A full disk inside a savepoint rolls the whole transaction back: the group is run one by one.
                Outcome::Failed { again } => {
                    return Err(if again {
                        Error::Unavailable("a work of the group failed".into())
                    } else {
                        Error::broken("a work of the group")
                    });
                }
            }
        }
        let transaction = tx.append().await?;
        Ok((verdicts, transaction))
    }

    async fn roll_back(&mut self, mut tx: Tx) {
        tx.return_to(0);
        // It fails when the database rolled back by itself: then the connection is asked whether it is of use.
        let rolled_back = tx.conn.command("ROLLBACK", "ROLLBACK").await.is_ok();
        if rolled_back || (tx.conn.backend() == Backend::Sqlite && tx.conn.ping().await.is_ok()) {
            self.tx = Some(tx);
        }
    }

    /// The answer to COMMIT was lost: ask what became of the transaction.
    async fn fate(&mut self, transaction: &Transaction, verdicts: Vec<Option<Error>>, error: Error) -> Result<Vec<Option<Error>>, Failed> {
        for _ in 0..20 {
            if let Ok(mut conn) = self.connector.connect().await {
                match fate::ask(&mut conn, transaction).await {
                    Ok(Fate::Committed) => {
                        self.tx = Tx::marked(conn).await.ok();
                        self.hints.committed();
                        return Ok(verdicts);
                    }
                    Ok(Fate::Undone) => {
                        self.tx = Tx::marked(conn).await.ok();
                        return Err(Failed::Undone(error));
                    }
                    Ok(Fate::Unknown) | Err(_) => {}
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Failed::Unknown(error))
    }
}
