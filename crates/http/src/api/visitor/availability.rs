//! `GET /visitor/availability`: told before anybody asks for a conversation. Needs no token.

use axum::{Extension, Json, extract::State};
use domain::{
    ids::{AgentId, ButtonId},
    routing::Target,
};
use http::HeaderMap;
use native::{
    Problem, ProblemKind,
    visitor::{AgentAvailability, Availability, AvailabilityQuery, ButtonAvailability},
};
use uuid::Uuid;

use super::start::{check_origin, directory_of, is_usable};
use crate::{
    api::{Answered, ApiState, Failure, Query},
    serve::RequestInfo,
};

/// The most ids of one request.
const MOST: usize = 100;

fn ids(text: &str, property: &str) -> Answered<Vec<Uuid>> {
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    let ids: Vec<Uuid> = ids
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Failure::new(ProblemKind::InvalidParameter, "give ids with commas between them").at(property))?;
    if ids.len() > MOST {
        return Err(Failure::new(ProblemKind::InvalidParameter, format!("at most {MOST} ids can be asked about")).at(property));
    }
    Ok(ids)
}

/// Whether conversations can be asked for now. What does not exist, or not in this deployment, is left out.
#[utoipa::path(
    get, path = "/visitor/availability", tag = "visitor", operation_id = "availability", security(()), params(AvailabilityQuery),
    responses(
        (status = 200, body = Availability),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "the page's origin may not use the deployment"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "no such deployment"),
    )
)]
pub(super) async fn read(
    State(ApiState { app, .. }): State<ApiState>,
    info: Option<Extension<RequestInfo>>,
    headers: HeaderMap,
    Query(query): Query<AvailabilityQuery>,
) -> Answered<Json<Availability>> {
    let directory = directory_of(&app, query.deployment)?;
    check_origin(&app, &directory.deployments[&query.deployment], &headers)?;
    let mut buttons: Vec<ButtonId> = ids(&query.buttons, "buttons")?.into_iter().map(ButtonId).collect();
    buttons.retain(|id| is_usable(&directory, query.deployment, *id));
    let mut agents: Vec<AgentId> = ids(&query.agents, "agents")?.into_iter().map(AgentId).collect();
    agents.retain(|id| directory.agents.get(id).is_some_and(|agent| agent.active));
    let targets: Vec<Target> = buttons.iter().copied().map(Target::Button).chain(agents.iter().copied().map(Target::Agent)).collect();
    let told = app.availability(directory.id(), &targets).await?;
    // Who is blocked would be turned away.
    let blocked = info.is_some_and(|info| directory.blocks(info.client().0));
    let mut told = told.into_iter();
    Ok(Json(Availability {
        buttons: buttons
            .into_iter()
            .zip(told.by_ref())
            .map(|(button, told)| ButtonAvailability {
                button,
                available: !blocked && told.is_available(),
                estimated_wait_seconds: told.estimated_wait.and_then(|seconds| u32::try_from(seconds).ok()).filter(|_| !blocked),
            })
            .collect(),
        agents: agents
            .into_iter()
            .zip(told)
            .map(|(agent, told)| AgentAvailability { agent, available: !blocked && told.is_available() })
            .collect(),
    }))
}
