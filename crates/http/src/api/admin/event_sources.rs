//! What sources of events have besides their settings: keys, settings read from what a person pastes, a look at what would come of an event.

use axum::{extract::State, response::Response};
use domain::{
    detail::Detail,
    ids::EventSourceId,
    mapping::{self, Known, Layer, Said, Warning},
    permission::Permission,
    secret::Text,
};
use engine::{
    definition::{self, WriteKey as Key},
    idempotency::{Done, Keep},
};
use liveagent::ids::identity;
use native::{
    Problem, ProblemKind,
    admin::{
        DetailLayer, EventSourceReading, EventSourceSettingsRead, IdentityKey, MappingPreview, NewWriteKey, PreviewDetail, PreviewMapping,
        ReadEventSource, SaidDetail, SettingsWarning, WriteKey,
    },
    visitor::{EntityField, EntityLink, EntityPlan},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::definitions::convert;
use crate::{
    api::{Answered, ApiState, Failure, Path, Posted, SignedIn, answer, json, nothing, rendered},
    facades::segment::mapping::mapping_of,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(identity_key))
        .routes(routes!(make_key))
        .routes(routes!(remove_key))
        .routes(routes!(read))
        .routes(routes!(preview))
}

/// Makes a key beside those in use, or takes one that pages and apps know already.
#[utoipa::path(post, path = "/admin/event-sources/{id}/keys", tag = "admin", operation_id = "event_sources_make_key",
    params(("id" = EventSourceId, Path)), request_body = NewWriteKey,
    responses((status = 201, body = WriteKey), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn make_key(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<EventSourceId>,
    posted: Posted<NewWriteKey>,
) -> Answered<Response> {
    let (app, agent) = (state.app.clone(), who.clone());
    Ok(posted
        .once(&state, &who, move |asked, once| async move {
            let render = |made: &Key| answer(201, &WriteKey { key: made.key.clone(), note: made.note.clone() });
            match app.make_write_key(&agent, id, asked.note, asked.key, Some(Keep::new(once, render))).await? {
                Done::Now(made) => Ok(render(&made)),
                Done::Before(answer) => Ok(answer),
            }
        })
        .await)
}

/// The key with which the source's site signs the ids of its users. It is a secret; each reading is audited.
#[utoipa::path(get, path = "/admin/event-sources/{id}/identity-key", tag = "admin", operation_id = "event_sources_identity_key",
    params(("id" = EventSourceId, Path)), responses((status = 200, body = IdentityKey), (status = 404, body = Problem)))]
async fn identity_key(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<EventSourceId>) -> Answered<Response> {
    Ok(json(&IdentityKey { key: state.app.identity_key(&who, id).await? }))
}

/// Removes a key: what still sends with it is nobody's from now on.
#[utoipa::path(delete, path = "/admin/event-sources/{id}/keys/{key}", tag = "admin", operation_id = "event_sources_remove_key",
    params(("id" = EventSourceId, Path), ("key" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn remove_key(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, key)): Path<(EventSourceId, String)>,
) -> Answered<Response> {
    state.app.remove_write_key(&who, id, key).await?;
    Ok(nothing())
}

/// Reads what a person pasted. Nothing is run, fetched or kept, so nothing is kept under the key either.
#[utoipa::path(post, path = "/admin/event-sources/read", tag = "admin", operation_id = "event_sources_read_settings", request_body = ReadEventSource,
    responses((status = 200, body = EventSourceReading), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, posted: Posted<ReadEventSource>) -> Answered<Response> {
    who.require(Permission::ManageWorkspace)?;
    let read = segment::settings::read(posted.body.text.reveal())
        .map_err(|problem| Failure::new(ProblemKind::Invalid, problem.to_string()).at("text"))?;
    let directory = state.app.directory(who.workspace)?;
    let settings = read.settings;
    let mut warnings: Vec<SettingsWarning> = read
        .warnings
        .into_iter()
        .map(|warning| SettingsWarning { code: warning.code.as_str().to_owned(), detail: warning.detail, path: warning.path })
        .collect();
    let deployment = directory
        .by_old_id(identity(&settings.deployment_id))
        .map(Into::into)
        .filter(|deployment| directory.deployments.contains_key(deployment));
    if deployment.is_none() && !settings.deployment_id.is_empty() {
        warnings.push(SettingsWarning {
            code: "deployment_unknown".to_owned(),
            detail: "No deployment here has this id: choose one, or give the id to one of yours.".to_owned(),
            path: "deploymentId".to_owned(),
        });
    }
    let browser = native::admin::BrowserMapping { enabled: true, strict: settings.strict, logging: settings.enable_logging };
    let reading = EventSourceReading {
        settings: EventSourceSettingsRead { deployment, mapping: convert(&mapping_of(&settings))?, browser },
        hostname: settings.hostname,
        endpoint: settings.live_agent_endpoint_url,
        deployment_id: settings.deployment_id,
        organisation_id: settings.org_id,
        warnings,
    };
    Ok(rendered(&answer(200, &reading)))
}

/// What would come of an event, and who counts where several say something of one label. Nothing is kept, under the key neither.
#[utoipa::path(post, path = "/admin/event-sources/{id}/preview", tag = "admin", operation_id = "event_sources_preview",
    params(("id" = EventSourceId, Path)), request_body = PreviewMapping,
    responses((status = 200, body = MappingPreview), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn preview(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<EventSourceId>,
    posted: Posted<PreviewMapping>,
) -> Answered<Response> {
    let source: definition::EventSource = state.app.read(&who, id)?;
    let asked = posted.body;
    let mapping = match &asked.mapping {
        Some(edited) => engine::admin::checked_mapping(convert(edited)?)?,
        None => source.mapping,
    };
    let known = Known { user: &asked.user, group: &asked.group, event: &asked.properties };
    let mapped = mapping.apply(known, source.browser.enabled && source.browser.strict);
    let of_mapping = |layer| Said { layer, details: mapped.details.clone(), plan: mapped.plan.clone() };
    let of_person = |layer, details: &[SaidDetail]| Said { layer, details: details.iter().map(said).collect(), plan: Default::default() };
    let layers = [
        source.server.enabled.then(|| of_mapping(Layer::Server)),
        (source.browser.enabled || !source.server.enabled).then(|| of_mapping(Layer::Browser)),
        Some(of_person(Layer::Page, &asked.page)),
        Some(of_person(Layer::Form, &asked.form)),
    ];
    let together = mapping::together(layers.into_iter().flatten().collect());
    let details = together.details.into_iter().map(|won| PreviewDetail {
        label: won.detail.label,
        value: won.detail.value,
        from: layer(won.from),
        display_to_agent: won.detail.visible_to_agent,
        wins_over: won.wins_over.into_iter().map(layer).collect(),
    });
    let preview = MappingPreview {
        initialised: !mapped.refused,
        name: mapped.name,
        details: details.collect(),
        entities: together.plan.steps.into_iter().map(plan).collect(),
        warnings: mapped.warnings.iter().map(warning).collect::<Answered<_>>()?,
    };
    Ok(rendered(&answer(200, &preview)))
}

fn said(detail: &SaidDetail) -> Detail {
    Detail {
        label: detail.label.clone(),
        value: Text(detail.value.reveal().to_owned()),
        transcript_fields: Vec::new(),
        visible_to_agent: true,
        entity_maps: Vec::new(),
        knowledge_search: false,
    }
}

fn layer(layer: Layer) -> DetailLayer {
    match layer {
        Layer::Server => DetailLayer::Server,
        Layer::Browser => DetailLayer::Browser,
        Layer::Page => DetailLayer::Page,
        Layer::Form => DetailLayer::Form,
    }
}

fn plan(step: domain::detail::EntityStep) -> EntityPlan {
    EntityPlan {
        entity: step.entity,
        show: step.show_on_create,
        transcript_field: step.save_to,
        link_to: step.link.map(|link| EntityLink { entity: link.entity, field: link.field }),
        fields: step
            .fields
            .into_iter()
            .map(|map| EntityField { field: map.field, label: map.label, find: map.find, exact: map.exact, create: map.create })
            .collect(),
    }
}

fn warning(warning: &Warning) -> Answered<SettingsWarning> {
    Ok(SettingsWarning { code: convert(&warning.code)?, detail: warning.code.sentence().to_owned(), path: warning.path.clone() })
}
