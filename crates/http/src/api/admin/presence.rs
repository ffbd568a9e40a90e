//! A supervisor says whether offers come to an agent.

use axum::extract::State;
use domain::{ids::AgentId, presence::Presence as Status};
use native::{
    Problem,
    admin::SetAgentPresence,
    agent::{Presence, PresenceStatus},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{Answered, ApiState, Json, Path, SignedIn, view};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(set))
}

/// Sets an agent's presence. Online lasts only as long as the agent is heard from. Audited.
#[utoipa::path(put, path = "/admin/agents/{id}/presence", tag = "admin", operation_id = "agents_set_presence",
    params(("id" = AgentId, Path)), request_body = SetAgentPresence,
    responses((status = 200, body = Presence), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn set(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<AgentId>,
    Json(set): Json<SetAgentPresence>,
) -> Answered<axum::Json<Presence>> {
    let status = match set.status {
        PresenceStatus::Online => Status::Online,
        PresenceStatus::Away => Status::Away,
        PresenceStatus::Offline => Status::Offline,
    };
    state.app.supervise_presence(who.workspace, who.actor(), id, status, set.note.as_deref()).await?;
    Ok(axum::Json(view::agent_presence(state.app.presence_of(who.workspace, id).await?)))
}
