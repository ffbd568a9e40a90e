//! The agent himself: profile, presence, and the whole view.

use axum::extract::State;
use domain::presence;
use native::agent::{AgentSnapshot, Me, PresenceStatus, SetPresence};

use crate::api::{Answered, ApiState, Json, SignedIn, view};

/// Who asks.
#[utoipa::path(get, path = "/me", tag = "agent", operation_id = "me_read", responses((status = 200, body = Me)))]
pub(super) async fn show(State(state): State<ApiState>, SignedIn(agent): SignedIn) -> Answered<axum::Json<Me>> {
    let me = state.app.me(agent.workspace, agent.agent).await?;
    Ok(axum::Json(view::me(&me)))
}

/// Whether offers shall come.
#[utoipa::path(put, path = "/me/presence", tag = "agent", request_body = SetPresence, responses((status = 200, body = Me)))]
pub(super) async fn set_presence(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Json(set): Json<SetPresence>,
) -> Answered<axum::Json<Me>> {
    let status = match set.status {
        PresenceStatus::Online => presence::Presence::Online,
        PresenceStatus::Away => presence::Presence::Away,
        PresenceStatus::Offline => presence::Presence::Offline,
    };
    state.app.set_presence(agent.workspace, agent.agent, status, set.note.as_deref()).await?;
    let me = state.app.me(agent.workspace, agent.agent).await?;
    Ok(axum::Json(view::me(&me)))
}

/// All that the agent sees, and where the event stream goes on.
#[utoipa::path(get, path = "/snapshot", tag = "agent", responses((status = 200, body = AgentSnapshot)))]
pub(super) async fn snapshot(State(state): State<ApiState>, SignedIn(agent): SignedIn) -> Answered<axum::Json<AgentSnapshot>> {
    let seen = state.app.agent_view(agent.workspace, agent.agent).await?;
    let directory = state.app.directory(agent.workspace)?;
    Ok(axum::Json(view::agent_snapshot(&directory, &seen)))
}
