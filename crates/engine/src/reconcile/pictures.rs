//! Shows the CRM, if there is one, what is defined: it may have records of agents, queues and entry points.
//!
//! It is shown a change with the change itself ([`App::reload`]); here it is shown everything at the start, and whatever it did not take then.

use std::sync::Arc;

use super::Round;
use crate::{App, Directories, Directory, Result, crm::Definitions};

/// The reconciler's name.
pub(super) const NAME: &str = "pictures";

pub(super) async fn run(app: &App) -> Result<Round> {
    show(app, |_| true).await?;
    Ok(Round::default())
}

/// Shows the CRM the workspaces that this says.
async fn show(app: &App, which: impl Fn(&Directory) -> bool) -> Result<()> {
    let Some(crm) = app.crm() else { return Ok(()) };
    // One at a time, and each shows the newest: what was shown last is how it is.
    let _turn = app.inner.showing.lock().await;
    let directories = app.directories();
    let mut outcome = Ok(());
    for directory in directories.all().filter(|directory| which(directory)) {
        let organisation_ids = directories.organisations_of(directory.id()).map(str::to_owned).collect();
        let shown = crm.definitions_changed(Definitions { directory: Arc::clone(directory), organisation_ids }).await;
        // One workspace's failure is not another's.
        outcome = outcome.and(shown);
    }
    outcome
}

impl App {
    /// Shows the CRM what differs from these pictures. What it does not take now, it is shown again soon.
    pub(crate) async fn show_changes(&self, before: &Directories) {
        let changed = |now: &Directory| before.get(now.id()).is_none_or(|before| !looks_alike(before, now));
        if let Err(error) = show(self, changed).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the CRM does not know yet of a change in what is defined");
            self.reconcile_soon(NAME);
        }
    }
}

/// What a CRM has records of is the same.
fn looks_alike(one: &Directory, other: &Directory) -> bool {
    one.workspace == other.workspace
        && one.agents == other.agents
        && one.roles == other.roles
        && one.queues == other.queues
        && one.skills == other.skills
        && one.buttons == other.buttons
        && one.deployments == other.deployments
}
