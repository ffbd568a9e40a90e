//! The picture of what objects and fields a workspace has, kept in memory and made anew when it changed.
//!
//! The first question for a workspace's schema makes its tables, and so does the first one after the standard schema grew. A change that this
//! server makes is seen at once. One of another server is seen within [`FRESH`]: at most once in that time a question for the schema asks the
//! database for its revision, a look-up of one row by its key. In between a server works with an older picture, which does no harm: fields that
//! were dropped keep their columns until somebody erases them, and a new one is not asked for by who does not know it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use domain::ids::{Randomness, WorkspaceId};
use salesforce::id::Instance;
use store::{CrmDefinition, CrmWorkspace, Tx};

use super::{Schema, define, seed, standard, table};
use crate::{Crm, Result};

/// For how long a picture is taken for true, in microseconds.
pub const FRESH: i64 = 1_000_000;

/// How often making tables is tried while another server does it or somebody holds a lock; each waits up to two seconds.
const ATTEMPTS: usize = 10;

/// The pictures of all workspaces that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    kept: ArcSwap<HashMap<WorkspaceId, Arc<Picture>>>,
    /// One makes a picture, the others wait for it.
    making: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Picture {
    schema: Arc<Schema>,
    /// When the database was last asked whether it is true.
    checked: AtomicI64,
}

impl Pictures {
    fn keep(&self, workspace: WorkspaceId, schema: Arc<Schema>, now: i64) {
        let picture = Arc::new(Picture { schema, checked: AtomicI64::new(now) });
        self.kept.rcu(|kept| {
            let mut kept = HashMap::clone(kept);
            kept.insert(workspace, picture.clone());
            kept
        });
    }
}

impl Crm {
    /// What objects and fields there are in a workspace. Makes its tables if it has none.
    pub async fn schema(&self, workspace: WorkspaceId) -> Result<Arc<Schema>> {
        let now = self.now().0;
        if let Some(picture) = self.inner.pictures.kept.load().get(&workspace).cloned() {
            let checked = picture.checked.load(Ordering::Relaxed);
            let is_fresh = now.saturating_sub(checked) < FRESH;
            // One asks for all who come in this second.
            if is_fresh || picture.checked.compare_exchange(checked, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
                return Ok(picture.schema.clone());
            }
            let row = self.store().crm_workspace(workspace).await?;
            if row.is_some_and(|row| row.revision == picture.schema.revision) {
                return Ok(picture.schema.clone());
            }
        }
        self.schema_anew(workspace).await
    }

    /// As it is in the database now.
    pub(crate) async fn schema_anew(&self, workspace: WorkspaceId) -> Result<Arc<Schema>> {
        let pictures = &self.inner.pictures;
        let _one = pictures.making.lock().await;
        let mut attempt = 0;
        loop {
            let now = self.now().0;
            if let Some(schema) = self.read_schema(workspace).await? {
                let schema = Arc::new(schema);
                pictures.keep(workspace, schema.clone(), now);
                return Ok(schema);
            }
            attempt += 1;
            match self.install(workspace).await {
                Err(crate::Error::Storage(error)) if error.may_run_again() && attempt < ATTEMPTS => {
                    tracing::debug!(%error, "the tables of records are being made elsewhere");
                }
                result => result?,
            }
        }
    }

    /// None if its tables are of an older standard schema, or not there.
    async fn read_schema(&self, workspace: WorkspaceId) -> Result<Option<Schema>> {
        let mut snapshot = self.store().snapshot().await?;
        let Some(row) = snapshot.crm_workspace(workspace).await?.filter(|row| row.standard >= standard::REVISION) else { return Ok(None) };
        let definitions = snapshot.crm_definitions(workspace).await?;
        assemble(&row, &definitions).map(Some)
    }

    /// Makes the tables that are missing, and what the first ones begin with.
    async fn install(&self, workspace: WorkspaceId) -> Result<()> {
        if self.store().crm_workspace(workspace).await?.is_none() {
            let instance = instance(&*self.inner.parts.randomness);
            // Whoever was first, there is one now, or a number was taken twice and the next attempt takes another.
            self.store()
                .write(move |tx| {
                    let instance = instance.clone();
                    Box::pin(async move { tx.begin_crm(workspace, &instance).await })
                })
                .await?;
        }
        let organisation = self.store().workspaces().await?.into_iter().find(|row| row.id == workspace);
        let now = self.now();
        self.store()
            .define(workspace, move |tx| {
                Box::pin(async move {
                    let Some(row) = tx.crm_workspace(workspace).await?.filter(|row| row.standard < standard::REVISION) else {
                        return Ok(());
                    };
                    let schema = schema_in(tx, workspace, &row).await?;
                    table::make_missing(tx, &schema).await?;
                    seed::fill(tx, workspace, &schema, organisation.as_ref(), now).await?;
                    tx.crm_changed(workspace, standard::REVISION).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// The schema as a transaction sees it.
pub(super) async fn schema_in(tx: &mut Tx, workspace: WorkspaceId, row: &CrmWorkspace) -> Result<Schema> {
    let definitions = tx.crm_definitions(workspace).await?;
    assemble(row, &definitions)
}

/// Puts the standard schema and what administrators defined together.
pub(super) fn assemble(row: &CrmWorkspace, definitions: &[CrmDefinition]) -> Result<Schema> {
    let instance = Instance::parse(&row.instance).map_err(|_| store::Error::broken("crm_workspace.instance"))?;
    Ok(Schema::of(row.revision, row.number, instance, define::assemble(definitions)?))
}

/// Three letters or digits by chance, so that the ids of two organisations differ even if they come from two databases.
fn instance(randomness: &dyn Randomness) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut bytes = [0; 3];
    randomness.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}
