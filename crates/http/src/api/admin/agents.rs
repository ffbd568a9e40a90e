//! Agents: their settings, passwords, and what they are doing.

use std::collections::HashMap;

use axum::{extract::State, response::Response};
use domain::ids::AgentId;
use engine::{
    Directory, SignedInAgent,
    admin::Administered as _,
    definition::Agent as Definition,
    idempotency::{Done, Keep},
};
use native::{
    Instant, ListQuery, Page, Problem,
    admin::{Agent, AgentSettings, NewAgent, ResetPassword},
    agent::Capacity,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    after_name, asked,
    definitions::{convert, old_ids},
    name_cursor,
};
use crate::api::{
    Answered, ApiState, Failure, Json, Path, Posted, Query, SignedIn, answer, json, no_content, nothing,
    sign_in::{never_present, presence},
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, replace, remove)).routes(routes!(reset_password))
}

/// An agent who has done nothing yet.
fn fresh(id: AgentId, definition: &Definition, directory: &Directory) -> Answered<Agent> {
    Ok(Agent {
        id,
        old_ids: old_ids(id, directory),
        settings: convert(definition)?,
        presence: never_present(),
        capacity: Capacity { total: definition.capacity, used: 0 },
        totp: false,
        last_sign_in_at: None,
    })
}

/// Agents with what they are doing, read at one instant for all.
async fn shown(state: &ApiState, who: &SignedInAgent, agents: Vec<(AgentId, Definition)>) -> Answered<Vec<Agent>> {
    let directory = state.app.directory(who.workspace)?;
    let doing = state.app.agents_doing(who).await?;
    let (presences, loads, credentials): (HashMap<_, _>, HashMap<_, _>, HashMap<_, _>) = (
        doing.presences.into_iter().map(|one| (one.agent, one)).collect(),
        doing.loads.into_iter().map(|one| (one.agent, one)).collect(),
        doing.credentials.into_iter().map(|one| (one.agent, one)).collect(),
    );
    let now = state.app.now();
    agents
        .into_iter()
        .map(|(id, definition)| {
            let mut agent = fresh(id, &definition, &directory)?;
            if let Some(stored) = presences.get(&id) {
                agent.presence =
                    presence(&stored.status, stored.reason.as_deref(), stored.note.as_deref(), stored.changed_at, stored.lease_until, now);
            }
            if let Some(load) = loads.get(&id) {
                agent.capacity.used = u32::try_from(load.active + load.offered + load.after_work).unwrap_or(u32::MAX);
            }
            if let Some(credential) = credentials.get(&id) {
                agent.totp = credential.totp;
                agent.last_sign_in_at = credential.last_sign_in_at.map(Instant);
            }
            Ok(agent)
        })
        .collect()
}

async fn one(state: &ApiState, who: &SignedInAgent, id: AgentId, definition: Definition) -> Answered<Response> {
    let agents = shown(state, who, vec![(id, definition)]).await?;
    Ok(json(&agents.first()))
}

/// A page of agents.
#[utoipa::path(get, path = "/admin/agents", tag = "admin", operation_id = "agents_list", params(ListQuery),
    responses((status = 200, body = Page<Agent>), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<ListQuery>) -> Answered<Response> {
    let after = after_name(&query)?;
    let listed = state.app.list::<Definition>(&who, &asked(&query, after.as_ref())?)?;
    Ok(json(&Page { items: shown(&state, &who, listed.items).await?, next: listed.next.map(name_cursor) }))
}

/// Makes an agent. The password must be changed at the first sign-in.
#[utoipa::path(post, path = "/admin/agents", tag = "admin", operation_id = "agents_create", request_body = NewAgent,
    responses((status = 201, body = Agent), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(State(state): State<ApiState>, SignedIn(who): SignedIn, posted: Posted<NewAgent>) -> Answered<Response> {
    let (app, agent) = (state.app.clone(), who.clone());
    let directory = app.directory(who.workspace)?;
    Ok(posted
        .once(&state, &who, move |new, once| async move {
            let render = move |made: &(AgentId, Definition)| match fresh(made.0, &made.1, &directory) {
                Ok(body) => answer(201, &body),
                Err(failure) => answer(failure.status(), failure.problem()),
            };
            let kept = render.clone();
            match app.create_agent(&agent, convert(&new.settings)?, new.password, Some(Keep::new(once, kept))).await? {
                Done::Now(made) => Ok(render(&made)),
                Done::Before(answer) => Ok(answer),
            }
        })
        .await)
}

/// An agent.
#[utoipa::path(get, path = "/admin/agents/{id}", tag = "admin", operation_id = "agents_read", params(("id" = AgentId, Path)),
    responses((status = 200, body = Agent), (status = 404, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<AgentId>) -> Answered<Response> {
    let definition = state.app.read::<Definition>(&who, id)?;
    one(&state, &who, id, definition).await
}

/// Replaces all that can be set of an agent.
#[utoipa::path(put, path = "/admin/agents/{id}", tag = "admin", operation_id = "agents_replace", params(("id" = AgentId, Path)),
    request_body = AgentSettings,
    responses((status = 200, body = Agent), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn replace(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<AgentId>,
    Json(settings): Json<AgentSettings>,
) -> Answered<Response> {
    let kept = state.app.replace::<Definition>(&who, id, convert(&settings)?).await?;
    one(&state, &who, id, kept).await
}

/// Removes an agent who has no conversation.
#[utoipa::path(delete, path = "/admin/agents/{id}", tag = "admin", operation_id = "agents_remove", params(("id" = AgentId, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<AgentId>) -> Answered<Response> {
    who.require(Definition::PERMISSION)?;
    state.app.remove::<Definition>(&who, id).await?;
    Ok(nothing())
}

/// Sets an agent's password, to be changed at the next sign-in; all sign-ins end.
#[utoipa::path(post, path = "/admin/agents/{id}/password", tag = "admin", params(("id" = AgentId, Path)), request_body = ResetPassword,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn reset_password(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<AgentId>,
    posted: Posted<ResetPassword>,
) -> Answered<Response> {
    let (app, agent) = (state.app.clone(), who.clone());
    Ok(posted
        .once(&state, &who, move |reset, _| async move {
            app.reset_agents_password(&agent, id, reset.password, reset.remove_totp).await.map_err(Failure::from)?;
            Ok(no_content())
        })
        .await)
}
