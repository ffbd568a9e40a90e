//! Which deployment a page belongs to, by the ids that are in its address.

use std::sync::Arc;

use domain::ids::DeploymentId;
use engine::{App, Directory, definition::Deployment};
use liveagent::ids::identity;

use crate::facades::liveagent::old_id;

/// A known deployment.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) directory: Arc<Directory>,
    pub(super) id: DeploymentId,
}

impl Place {
    /// By ids of the switched-off service, or our own. Without an organisation every workspace is looked through, as ids are unique.
    pub(super) fn find(app: &App, organisation: Option<&str>, deployment: Option<&str>) -> Option<Self> {
        let directories = app.directories();
        let deployment = deployment?;
        let of = |directory: &Arc<Directory>| Some(Self { directory: directory.clone(), id: old_id::deployment(directory, deployment)? });
        match organisation {
            Some(organisation) => directories.by_organisation(identity(organisation)).and_then(of),
            None => directories.all().find_map(of),
        }
    }

    pub(super) fn deployment(&self) -> &Deployment {
        &self.directory.deployments[&self.id]
    }

    /// The language that it speaks, a BCP 47 tag.
    pub(super) fn language(&self) -> Option<&str> {
        self.deployment().appearance.language.as_deref()
    }
}
