//! `GET /visitor/settings`: what a page shows before a conversation. Needs no token.

use axum::{Extension, Json, extract::State};
use domain::{
    hours::Openness,
    ids::{ButtonId, DeploymentId},
    routing::Target,
};
use engine::{App, Directory, admin::old_identity};
use http::HeaderMap;
use native::{
    Problem, ProblemKind,
    entry::{EntryFiles, EntryQuery, VisitorEntrySettings},
};
use std::sync::Arc;
use uuid::Uuid;

use super::start::{check_origin, is_usable};
use crate::{
    api::{Answered, ApiState, Failure, Query, admin::convert},
    serve::RequestInfo,
};

/// What an id names in a workspace: our own, or one of 15 or 18 characters that shipped apps know.
fn named(directory: &Directory, text: &str) -> Option<Uuid> {
    match text.parse() {
        Ok(id) => Some(id),
        Err(_) => old_identity(text).ok().and_then(|identity| directory.by_old_id(&identity)),
    }
}

/// The deployment that an id names, and its workspace. An old id that is a deployment's in two workspaces names none: ask with ours.
fn deployment_named(app: &App, text: &str) -> Answered<(Arc<Directory>, DeploymentId)> {
    let directories = app.directories();
    let mut found = directories.all().filter_map(|directory| {
        let id = named(directory, text).map(DeploymentId).filter(|id| directory.deployments.contains_key(id))?;
        Some((directory.clone(), id))
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(Failure::new(ProblemKind::NotFound, "there is no such deployment").at("deployment")),
    }
}

/// Everything that a page needs before a conversation. Ids of shipped apps are understood, and answered as ours.
#[utoipa::path(
    get, path = "/visitor/settings", tag = "visitor", operation_id = "settings", security(()), params(EntryQuery),
    responses(
        (status = 200, body = VisitorEntrySettings),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "the page's origin may not use the deployment"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "no such deployment, or it has no such button"),
    )
)]
pub(super) async fn read(
    State(ApiState { app, .. }): State<ApiState>,
    info: Option<Extension<RequestInfo>>,
    headers: HeaderMap,
    Query(query): Query<EntryQuery>,
) -> Answered<Json<VisitorEntrySettings>> {
    let (directory, deployment_id) = deployment_named(&app, &query.deployment)?;
    let deployment = &directory.deployments[&deployment_id];
    check_origin(&app, deployment, &headers)?;
    let button_id = named(&directory, &query.button).map(ButtonId).filter(|id| is_usable(&directory, deployment_id, *id));
    let button_id = button_id.ok_or_else(|| Failure::new(ProblemKind::NotFound, "the deployment has no such button").at("button"))?;
    let button = &directory.buttons[&button_id];
    let told = app.availability(directory.id(), &[Target::Button(button_id)]).await?.into_iter().next();
    // Who is blocked would be turned away.
    let blocked = info.is_some_and(|info| directory.blocks(info.client().0));
    let told = told.filter(|told| !blocked && told.is_available());
    let open_again_at = directory.routes.hours.get(&button_id).and_then(|hours| match hours.openness(app.now()) {
        Openness::Open => None,
        Openness::Closed { opens_at } => opens_at,
    });
    let limits = app.settings().files.within(&directory, deployment_id);
    Ok(Json(VisitorEntrySettings {
        deployment: deployment_id,
        button: button_id,
        appearance: convert(&deployment.appearance)?,
        language: button.language.clone().or_else(|| deployment.appearance.language.clone()),
        available: told.is_some(),
        estimated_wait_seconds: told.and_then(|told| told.estimated_wait).and_then(|seconds| u32::try_from(seconds).ok()),
        prechat_form: button.prechat_form.as_ref().map(convert).transpose()?,
        prechat_page: button.form_before.clone(),
        survey: button.survey.as_ref().map(convert).transpose()?,
        survey_page: button.form_after.clone(),
        offline_form: button.offline_form.as_ref().map(convert).transpose()?,
        drafts: button.drafts,
        transcript: deployment.visitor_transcript,
        show_queue_position: deployment.show_queue_position,
        max_message_chars: deployment.max_message_chars,
        files: EntryFiles { max_bytes: limits.max_bytes, media_types: deployment.files.media_types.clone(), unasked: limits.unasked },
        open_again_at: open_again_at.map(Into::into),
    }))
}
