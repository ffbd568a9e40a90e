//! `POST /visitor/conversations`: a visitor asks for a conversation.
//!
//! A request that nobody can take is a conversation too: it is made, and refused at once; `state` is `ended` and the timeline says why. Only
//! what names nothing or makes no sense is a problem.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use domain::{
    detail::{self, Detail},
    ids::{ButtonId, DeploymentId, VisitorId},
    routing::Attempt,
};
use engine::{
    App, Directory,
    conversation::{Arrival, StartConversation},
    definition::Deployment,
    visitor::Entrance,
};
use http::{HeaderMap, StatusCode, header};
use native::{
    Problem, ProblemKind,
    visitor::{self as wire, RouteOverride, StartedConversation, VisitorSettings},
};

use super::{
    allows,
    keyed::Keyed,
    snapshot,
    token::{self, Caller},
};
use crate::{
    api::{Answered, ApiState, Failure},
    own_origin::is_own_origin,
    serve::RequestInfo,
};

/// Asks for a conversation. The same `Idempotency-Key` in the same deployment gets the same conversation and token.
#[utoipa::path(
    post, path = "/visitor/conversations", tag = "visitor", security(()), request_body = wire::StartConversation,
    responses(
        (status = 201, body = StartedConversation),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "the page's origin may not use the deployment"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "no such deployment"),
    )
)]
pub(super) async fn start(
    State(ApiState { app, limits, .. }): State<ApiState>,
    info: Option<Extension<RequestInfo>>,
    headers: HeaderMap,
    Keyed { value: asked, once }: Keyed<wire::StartConversation>,
) -> Answered<(StatusCode, Json<StartedConversation>)> {
    let directory = directory_of(&app, asked.deployment)?;
    let deployment = &directory.deployments[&asked.deployment];
    check_origin(&app, deployment, &headers)?;
    let client = info.as_ref().map(|info| info.client());
    if let Some(client) = client {
        limits.new_session(client)?;
    }
    let attempts = attempts(&directory, &asked)?;
    let visitor = match &asked.known_as {
        Some(earlier) => known(&app, &directory, earlier.reveal()).await?,
        None => None,
    };
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let entrance = Entrance { deployment: asked.deployment, button: asked.button, queue_updates: deployment.show_queue_position };
    let start = StartConversation {
        workspace: directory.id(),
        session: app.new_session_key().session,
        deployment: Some(asked.deployment),
        button: asked.button,
        attempts,
        visitor,
        name: asked.name.map(|name| name.0).unwrap_or_default(),
        language: asked.language.unwrap_or_default(),
        user_agent,
        screen: asked.screen_resolution.unwrap_or_default(),
        address: client.map(|client| client.0),
        page: asked.page.map(|page| page.url).unwrap_or_default(),
        referrer: asked.referrer.unwrap_or_default(),
        details: asked.details.into_iter().map(detail).collect(),
        entity_plan: detail::EntityPlan { steps: asked.entity_plans.into_iter().map(step).collect() },
        queue_updates: deployment.show_queue_position,
        refuse: None,
        post_number: None,
        visit: asked.visit,
    };
    let settings = settings(&app, &directory, entrance);
    let user = match (&asked.user, &asked.user_signature) {
        (Some(user), Some(signature)) => app.signed_user(&directory, asked.deployment, user, signature.reveal()),
        _ => None,
    };
    let arrival = Arrival { device: asked.device, user, ..Arrival::default() };
    let (key, _) = app.start_conversation_once(start, once, arrival).await?;
    let made_at = domain::time::Timestamp::from_millis(key.millis);
    let caller = Caller::of(&app, key.session, made_at).await?;
    let conversation = snapshot::of(&app, &caller).await?;
    Ok((StatusCode::CREATED, Json(StartedConversation { resume_token: token::print(key), conversation, settings })))
}

/// The workspace that a deployment belongs to.
pub(super) fn directory_of(app: &App, deployment: DeploymentId) -> Answered<Arc<Directory>> {
    let directories = app.directories();
    let found = directories.all().find(|directory| directory.deployments.contains_key(&deployment)).cloned();
    found.ok_or_else(|| Failure::new(ProblemKind::NotFound, "there is no such deployment").at("deployment"))
}

/// Refuses pages that the deployment does not allow. The chat window is a page of our own, and a request without an origin is no page's.
pub(super) fn check_origin(app: &App, deployment: &Deployment, headers: &HeaderMap) -> Answered<()> {
    match headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
        Some(origin) if !allows(deployment, origin) && !is_own_origin(&app.settings().public_url, origin) => {
            Err(Failure::new(ProblemKind::NotPermitted, "pages of this origin may not use the deployment"))
        }
        _ => Ok(()),
    }
}

/// Whether a deployment has a button.
pub(super) fn is_usable(directory: &Directory, deployment: DeploymentId, button: ButtonId) -> bool {
    directory.buttons.get(&button).is_some_and(|button| button.deployments.is_empty() || button.deployments.contains(&deployment))
}

/// Whom to try, in order: the agent that was asked for, the overrides, the button. With an agent who was asked for without falling back,
/// the button is not tried.
fn attempts(directory: &Directory, asked: &wire::StartConversation) -> Answered<Vec<Attempt>> {
    let button = |id: ButtonId, property: &str| {
        if is_usable(directory, asked.deployment, id) {
            Ok(id)
        } else {
            Err(Failure::new(ProblemKind::Invalid, "the deployment has no such button").at(property))
        }
    };
    let own = asked.button.map(|id| button(id, "button")).transpose()?;
    let mut attempts = Vec::new();
    match (asked.agent, asked.fall_back, own) {
        (None, _, _) => {}
        (Some(_), true, None) => return Err(Failure::new(ProblemKind::Invalid, "falling back needs a button").at("fall_back")),
        // The button comes after the overrides.
        (Some(agent), _, _) => attempts.push(Attempt::Agent(agent)),
    }
    for (n, way) in asked.overrides.iter().enumerate() {
        attempts.push(match *way {
            RouteOverride::Button { id } => Attempt::Button(button(id, &format!("overrides[{n}].id"))?),
            RouteOverride::Agent { id, or_button: None } => Attempt::Agent(id),
            RouteOverride::Agent { id, or_button: Some(or) } => {
                Attempt::AgentThenButton(id, button(or, &format!("overrides[{n}].or_button"))?)
            }
        });
    }
    if asked.agent.is_none() || asked.fall_back {
        attempts.extend(own.map(Attempt::Button));
    }
    if attempts.is_empty() {
        return Err(Failure::new(ProblemKind::Invalid, "name a button, an agent, or overrides").at("button"));
    }
    Ok(attempts)
}

/// The visitor of an earlier conversation of the same workspace; none if that is no longer stored. The token is the proof.
async fn known(app: &App, directory: &Directory, token: &str) -> Answered<Option<VisitorId>> {
    let (session, made_at) =
        token::read(app, token).ok_or_else(|| Failure::new(ProblemKind::Invalid, "this is not a resume token of ours").at("known_as"))?;
    let earlier = match Caller::of(app, session, made_at).await {
        Ok(earlier) if earlier.workspace == directory.id() => earlier,
        Ok(_) => return Ok(None),
        Err(gone) if gone.problem().kind == ProblemKind::NotSignedIn => return Ok(None),
        Err(failure) => return Err(failure),
    };
    Ok(Some(app.visitor_of(earlier.workspace, earlier.conversation).await?))
}

pub(super) fn detail(new: wire::NewDetail) -> Detail {
    Detail {
        label: new.label,
        value: new.value,
        transcript_fields: new.transcript_fields,
        visible_to_agent: new.visible_to_agent,
        entity_maps: Vec::new(),
        knowledge_search: new.knowledge_search,
    }
}

fn step(plan: wire::EntityPlan) -> detail::EntityStep {
    detail::EntityStep {
        entity: plan.entity,
        fields: plan
            .fields
            .into_iter()
            .map(|field| detail::FieldMap {
                field: field.field,
                label: field.label,
                find: field.find,
                exact: field.exact,
                create: field.create,
            })
            .collect(),
        show_on_create: plan.show,
        save_to: plan.transcript_field,
        link: plan.link_to.map(|link| detail::EntityLink { entity: link.entity, field: link.field }),
    }
}

fn settings(app: &App, directory: &Directory, entrance: Entrance) -> VisitorSettings {
    let deployment = directory.deployments.get(&entrance.deployment);
    let button = entrance.button.and_then(|id| directory.buttons.get(&id));
    VisitorSettings {
        drafts: button.is_some_and(|button| button.drafts),
        idle_warning_seconds: button.and_then(|button| button.idle_warning_seconds),
        idle_timeout_seconds: button.and_then(|button| button.idle_timeout_seconds),
        show_queue_position: deployment.is_some_and(|deployment| deployment.show_queue_position),
        transcript: deployment.is_some_and(|deployment| deployment.visitor_transcript),
        max_message_chars: deployment.map_or(0, |deployment| deployment.max_message_chars),
        max_file_bytes: app.settings().files.within(directory, entrance.deployment).max_bytes,
    }
}
