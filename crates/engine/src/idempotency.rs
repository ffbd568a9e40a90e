//! Requests that are done once, however often they are sent.
//!
//! A request carries a key. Its answer is kept for a day under the key, and the same key gets the same answer. Work that is one transaction keeps
//! its answer in it ([`Once::keep`]), so that both are there or neither is; other work keeps it right after.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{ids::WorkspaceId, secret::Text};
use sha2::{Digest as _, Sha256};
use store::{RequestKey, Tx};
use subtle::ConstantTimeEq as _;

use crate::{App, Error, ErrorKind, Purpose, Result};

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; empty for none.
    pub body: Text,
}

/// What makes two requests one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestName {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Whose keys these are: an agent's, a visitor's session's, a deployment's.
    pub scope: String,
    /// The key, as the client gave it.
    pub key: String,
}

/// A request in work, with the means to keep its answer.
#[derive(Clone, Debug)]
pub struct Once {
    name: RequestName,
    fingerprint: Vec<u8>,
    kept: Arc<AtomicBool>,
}

/// How work that keeps its own answer went.
#[derive(Clone, Debug)]
pub enum Done<T> {
    /// It was done now.
    Now(T),
    /// It had been done by another server, which answered this.
    Before(Answer),
}

/// Work's own answer, kept in the work's transaction.
pub struct Keep<T> {
    once: Once,
    answer: Arc<dyn Fn(&T) -> Answer + Send + Sync>,
}

impl<T> Clone for Keep<T> {
    fn clone(&self) -> Self {
        Self { once: self.once.clone(), answer: self.answer.clone() }
    }
}

impl<T> std::fmt::Debug for Keep<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keep").field("name", &self.once.name).finish_non_exhaustive()
    }
}

impl<T> Keep<T> {
    /// Keeps what `answer` makes of the work's result.
    pub fn new(once: Once, answer: impl Fn(&T) -> Answer + Send + Sync + 'static) -> Self {
        Self { once, answer: Arc::new(answer) }
    }

    /// Before the work, in its transaction: what was answered meanwhile.
    pub(crate) async fn earlier(keep: Option<&Self>, tx: &mut Tx) -> Result<Option<Answer>> {
        match keep {
            Some(keep) => keep.once.earlier(tx).await,
            None => Ok(None),
        }
    }

    /// After the work, in its transaction.
    pub(crate) async fn keep(keep: Option<&Self>, tx: &mut Tx, app: &App, result: &T) -> Result<()> {
        match keep {
            Some(keep) => keep.once.keep(tx, app, &(keep.answer)(result)).await,
            None => Ok(()),
        }
    }
}

impl Once {
    /// A name for what the request makes elsewhere: the same for the same request and no other, in hexadecimal digits.
    pub fn name_of_work(&self) -> String {
        let RequestName { workspace, scope, key } = &self.name;
        let mut digest = Sha256::new();
        for part in [workspace.to_string().as_bytes(), scope.as_bytes(), key.as_bytes()] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    fn check(&self, found: RequestKey) -> Result<Answer> {
        if bool::from(found.fingerprint.as_slice().ct_eq(&self.fingerprint)) {
            Ok(Answer { status: u16::try_from(found.status).unwrap_or(500), body: found.answer })
        } else {
            Err(ErrorKind::KeyReused.into())
        }
    }

    /// What was answered meanwhile; another transaction with the same key waits until this one is over.
    pub(crate) async fn earlier(&self, tx: &mut Tx) -> Result<Option<Answer>> {
        tx.request_key(self.name.workspace, &self.name.scope, &self.name.key).await?.map(|found| self.check(found)).transpose()
    }

    /// Keeps the answer.
    pub(crate) async fn keep(&self, tx: &mut Tx, app: &App, answer: &Answer) -> Result<()> {
        let row = RequestKey {
            scope: self.name.scope.clone(),
            key: self.name.key.clone(),
            fingerprint: self.fingerprint.clone(),
            status: i64::from(answer.status),
            answer: answer.body.clone(),
            at: app.now(),
        };
        tx.insert_request_key(self.name.workspace, &row).await?;
        // A transaction that is rolled back after this ends in an error, which keeps nothing either.
        self.kept.store(true, Ordering::Release);
        Ok(())
    }
}

/// Requests in work on this server.
#[derive(Debug, Default)]
pub(crate) struct InWork(Mutex<HashMap<RequestName, Arc<tokio::sync::Mutex<()>>>>);

impl InWork {
    fn lock(&self) -> MutexGuard<'_, HashMap<RequestName, Arc<tokio::sync::Mutex<()>>>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, name: &RequestName) -> Arc<tokio::sync::Mutex<()>> {
        self.lock().entry(name.clone()).or_default().clone()
    }

    fn leave(&self, name: &RequestName) {
        let mut all = self.lock();
        // One for the map, one for who leaves: nobody else waits.
        if all.get(name).is_some_and(|place| Arc::strong_count(place) <= 2) {
            all.remove(name);
        }
    }
}

impl App {
    /// What a request is recognised by: a keyed code of its parts, since a body may hold a password.
    pub fn fingerprint(&self, parts: &[&[u8]]) -> Vec<u8> {
        self.keys().sign(Purpose::Fingerprint, parts).to_vec()
    }

    /// Does the work unless the key was used before; then it gives the answer of that time. While the same request is in work here, the second
    /// one waits for the first. The work goes on when the asker goes.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] if the key came with another fingerprint; and what the work says, of which nothing is kept.
    pub async fn once<F, W>(&self, name: RequestName, fingerprint: Vec<u8>, work: F) -> Result<Answer>
    where
        F: FnOnce(Once) -> W + Send + 'static,
        W: Future<Output = Result<Answer>> + Send,
    {
        let app = self.clone();
        let task = self.inner.tasks.spawn(async move {
            let place = app.inner.in_work.enter(&name);
            let result = {
                let _turn = place.lock().await;
                app.once_in_turn(name.clone(), fingerprint, work).await
            };
            app.inner.in_work.leave(&name);
            result
        });
        task.await.map_err(Error::internal)?
    }

    async fn once_in_turn<F, W>(&self, name: RequestName, fingerprint: Vec<u8>, work: F) -> Result<Answer>
    where
        F: FnOnce(Once) -> W,
        W: Future<Output = Result<Answer>>,
    {
        let once = Once { name, fingerprint, kept: Arc::default() };
        if let Some(found) = self.store().request_key(once.name.workspace, &once.name.scope, &once.name.key).await? {
            if self.now().since(found.at) < store::REQUEST_KEYS_LIVE {
                return once.check(found);
            }
            let workspace = once.name.workspace;
            let now = self.now();
            self.store().write::<_, Error, _>(move |tx| Box::pin(async move { Ok(tx.prune_request_keys(workspace, now).await?) })).await?;
        }
        let answer = work(once.clone()).await?;
        if !once.kept.load(Ordering::Acquire) {
            let (app, keep, made) = (self.clone(), once.clone(), answer.clone());
            let earlier = self
                .store()
                .write::<_, Error, _>(move |tx| {
                    let (app, keep, made) = (app.clone(), keep.clone(), made.clone());
                    Box::pin(async move {
                        if let Some(earlier) = keep.earlier(tx).await? {
                            return Ok(Some(earlier));
                        }
                        keep.keep(tx, &app, &made).await?;
                        Ok(None)
                    })
                })
                .await?;
            return Ok(earlier.unwrap_or(answer));
        }
        Ok(answer)
    }

    /// Whether a request was answered before. For requests whose body is compared only after it came whole.
    pub async fn is_answered(&self, name: &RequestName) -> Result<bool> {
        Ok(self.store().request_key(name.workspace, &name.scope, &name.key).await?.is_some())
    }
}
