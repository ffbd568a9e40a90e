//! Ids as shipped apps know them, and as they are here.

use domain::ids::{AgentId, ButtonId, DeploymentId};
use engine::Directory;
use liveagent::ids::identity;
use uuid::Uuid;

/// What an id names: an old one of 15 or 18 characters, or our own.
fn named(directory: &Directory, text: &str) -> Option<Uuid> {
    let text = text.trim();
    directory.by_old_id(identity(text)).or_else(|| text.parse().ok())
}

pub(crate) fn deployment(directory: &Directory, text: &str) -> Option<DeploymentId> {
    named(directory, text).map(DeploymentId).filter(|id| directory.deployments.contains_key(id))
}

pub(crate) fn button(directory: &Directory, text: &str) -> Option<ButtonId> {
    named(directory, text).map(ButtonId).filter(|id| directory.buttons.contains_key(id))
}

pub(crate) fn agent(directory: &Directory, text: &str) -> Option<AgentId> {
    named(directory, text).map(AgentId).filter(|id| directory.agents.contains_key(id))
}

/// The id that clients know, if there is one, else ours.
pub(crate) fn shown(directory: &Directory, id: impl Into<Uuid>) -> String {
    let id = id.into();
    directory.old_ids_of(id).next().map_or_else(|| id.to_string(), str::to_owned)
}
