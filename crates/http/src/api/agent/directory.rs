//! What ids are called.

use axum::extract::State;
use engine::admin::WorkspaceSettings;
use native::desk::{Directory, DirectoryAgent, DirectoryButton, DirectoryDeployment, DirectoryQueue, DirectorySkill, DirectoryWorkspace};

use crate::api::{Answered, ApiState, SignedIn};

/// What ids are called, and what agents pick from when they go away or decline.
#[utoipa::path(get, path = "/directory", tag = "agent", operation_id = "directory_read", responses((status = 200, body = Directory)))]
pub(super) async fn read(State(state): State<ApiState>, SignedIn(agent): SignedIn) -> Answered<axum::Json<Directory>> {
    macro_rules! named {
        ($known:expr, $shape:ident) => {{
            let mut all: Vec<_> = $known.iter().map(|(id, one)| $shape { id: *id, name: one.name.clone() }).collect();
            all.sort_by_cached_key(|one| one.name.to_lowercase());
            all
        }};
    }
    let known = state.app.directory(agent.workspace)?;
    let settings = WorkspaceSettings::of(&known.workspace);
    let mut agents: Vec<_> = known
        .agents
        .iter()
        .map(|(id, agent)| DirectoryAgent {
            id: *id,
            name: agent.name.clone(),
            public_name: agent.face(None).to_owned(),
            active: agent.active,
        })
        .collect();
    agents.sort_by_cached_key(|agent| agent.name.to_lowercase());
    Ok(axum::Json(Directory {
        workspace: DirectoryWorkspace { name: known.workspace.name.clone(), time_zone: known.workspace.zone.clone() },
        agents,
        deployments: named!(known.deployments, DirectoryDeployment),
        buttons: named!(known.buttons, DirectoryButton),
        queues: named!(known.queues, DirectoryQueue),
        skills: named!(known.skills, DirectorySkill),
        away_reasons: settings.away_reasons,
        decline_reasons: settings.decline_reasons,
    }))
}
