//! The workspace's settings, sensitive-data rules tried out, old ids, and unknown ids that knocked.

use axum::{extract::State, response::Response};
use engine::admin::{KnockedAs, Named, UnknownId};
use native::{
    Instant, Page, PageQuery, Problem, ProblemKind,
    admin::{Knock, OldId, OldIdKind, OldIdSettings, TriedRule, TryRule, Workspace, WorkspaceSettings},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{definitions::convert, limit_of, not_a_cursor};
use crate::api::{Answered, ApiState, Failure, Json, Path, Posted, Query, SignedIn, answer, json, nothing};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read, replace))
        .routes(routes!(try_rule))
        .routes(routes!(old_ids))
        .routes(routes!(set_old_id, remove_old_id))
        .routes(routes!(knocks))
        .routes(routes!(forget_knock))
}

fn shown(state: &ApiState, workspace: domain::ids::WorkspaceId) -> Answered<Workspace> {
    let (directories, directory) = (state.app.directories(), state.app.directory(workspace)?);
    let settings = engine::admin::WorkspaceSettings::of(&directory.workspace);
    Ok(Workspace {
        id: workspace,
        old_ids: directories.organisations_of(workspace).map(str::to_owned).collect(),
        settings: WorkspaceSettings {
            name: directory.workspace.name.clone(),
            time_zone: directory.workspace.zone.clone(),
            file_quota_bytes: settings.file_quota_bytes,
            audit_retention_days: settings.audit_retention_days,
            away_reasons: settings.away_reasons,
            decline_reasons: settings.decline_reasons,
        },
    })
}

/// The workspace.
#[utoipa::path(get, path = "/admin/workspace", tag = "admin", operation_id = "workspace_read",
    responses((status = 200, body = Workspace), (status = 403, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn) -> Answered<Response> {
    who.require(domain::permission::Permission::ManageWorkspace)?;
    Ok(json(&shown(&state, who.workspace)?))
}

/// Replaces the workspace's settings.
#[utoipa::path(put, path = "/admin/workspace", tag = "admin", operation_id = "workspace_replace", request_body = WorkspaceSettings,
    responses((status = 200, body = Workspace), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn replace(State(state): State<ApiState>, SignedIn(who): SignedIn, Json(settings): Json<WorkspaceSettings>) -> Answered<Response> {
    let others = engine::admin::WorkspaceSettings {
        file_quota_bytes: settings.file_quota_bytes,
        audit_retention_days: settings.audit_retention_days,
        away_reasons: settings.away_reasons,
        decline_reasons: settings.decline_reasons,
    };
    state.app.replace_workspace(&who, &settings.name, &settings.time_zone, others).await?;
    Ok(json(&shown(&state, who.workspace)?))
}

/// What a rule would do. Nothing is stored, so nothing is kept under the key either.
#[utoipa::path(post, path = "/admin/rules/try", tag = "admin", request_body = TryRule,
    responses((status = 200, body = TriedRule), (status = 422, body = Problem)))]
async fn try_rule(State(state): State<ApiState>, SignedIn(who): SignedIn, posted: Posted<TryRule>) -> Answered<Response> {
    let tried = state.app.try_rule(&who, &convert(&posted.body.rule)?, posted.body.text.reveal())?;
    Ok(crate::api::rendered(&answer(200, &TriedRule { masked: tried.1, text: tried.0 })))
}

/// A page of a list that is short enough to be held whole: the cursor is the place in it by its key.
fn page<T>(all: Vec<T>, key: impl Fn(&T) -> String, query: &PageQuery) -> Answered<Page<T>> {
    let limit = limit_of(query.limit)?;
    let from = match &query.cursor {
        Some(cursor) => all.iter().position(|item| key(item) == *cursor).map(|place| place + 1).ok_or_else(not_a_cursor)?,
        None => 0,
    };
    let more = all.len() > from + limit;
    let items: Vec<T> = all.into_iter().skip(from).take(limit).collect();
    Ok(Page { next: items.last().filter(|_| more).map(key), items })
}

fn kind_of(named: Named) -> (OldIdKind, uuid::Uuid) {
    match named {
        Named::Workspace(id) => (OldIdKind::Workspace, id.into()),
        Named::Deployment(id) => (OldIdKind::Deployment, id),
        Named::Button(id) => (OldIdKind::Button, id),
        Named::Agent(id) => (OldIdKind::Agent, id),
    }
}

/// Ids that shipped apps use.
#[utoipa::path(get, path = "/admin/old-ids", tag = "admin", params(PageQuery),
    responses((status = 200, body = Page<OldId>), (status = 403, body = Problem)))]
async fn old_ids(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<PageQuery>) -> Answered<Response> {
    let all = state.app.old_ids(&who)?.into_iter().map(|(old_id, named)| {
        let (kind, id) = kind_of(named);
        OldId { old_id, names: OldIdSettings { kind, id } }
    });
    Ok(json(&page(all.collect(), |one| one.old_id.clone(), &query)?))
}

/// An id as a person typed it: the last three of 18 characters must fit.
fn typed(old_id: &str) -> Answered<String> {
    liveagent::ids::Id::parse_checked(old_id.trim())
        .map(|id| id.as_str().to_owned())
        .map_err(|error| Failure::new(ProblemKind::Invalid, error.to_string()).at("old_id"))
}

/// Lets an old id name a thing.
#[utoipa::path(put, path = "/admin/old-ids/{old_id}", tag = "admin", params(("old_id" = String, Path)), request_body = OldIdSettings,
    responses((status = 200, body = OldId), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set_old_id(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(old_id): Path<String>,
    Json(names): Json<OldIdSettings>,
) -> Answered<Response> {
    let named = match names.kind {
        OldIdKind::Workspace => Named::Workspace(names.id.into()),
        OldIdKind::Deployment => Named::Deployment(names.id),
        OldIdKind::Button => Named::Button(names.id),
        OldIdKind::Agent => Named::Agent(names.id),
    };
    let old_id = state.app.set_old_id(&who, &typed(&old_id)?, named).await?;
    Ok(json(&OldId { old_id, names }))
}

/// An old id names nothing any more.
#[utoipa::path(delete, path = "/admin/old-ids/{old_id}", tag = "admin", params(("old_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn remove_old_id(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(old_id): Path<String>) -> Answered<Response> {
    state.app.remove_old_id(&who, &typed(&old_id)?).await?;
    Ok(nothing())
}

fn knock(unknown: UnknownId) -> Knock {
    let kind = match unknown.as_what {
        KnockedAs::Workspace => OldIdKind::Workspace,
        KnockedAs::Deployment => OldIdKind::Deployment,
        // Where a button is asked for, an agent may be meant: the id itself says so.
        KnockedAs::Button if liveagent::ids::Id::parse(&unknown.old_id).is_ok_and(|id| id.kind() == liveagent::ids::IdKind::Agent) => {
            OldIdKind::Agent
        }
        KnockedAs::Button => OldIdKind::Button,
    };
    Knock {
        old_id: unknown.old_id,
        kind,
        first_at: Instant(unknown.first_at),
        last_at: Instant(unknown.last_at),
        count: u64::try_from(unknown.times).unwrap_or(0),
        origin: None,
    }
}

/// Unknown ids that clients came with, the latest first.
#[utoipa::path(get, path = "/admin/knocks", tag = "admin", params(PageQuery),
    responses((status = 200, body = Page<Knock>), (status = 403, body = Problem)))]
async fn knocks(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<PageQuery>) -> Answered<Response> {
    let all = state.app.knocks(&who).await?.into_iter().map(knock).collect();
    Ok(json(&page(all, |one| format!("{:?} {}", one.kind, one.old_id), &query)?))
}

/// Forgets an unknown id.
#[utoipa::path(delete, path = "/admin/knocks/{old_id}", tag = "admin", params(("old_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn forget_knock(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(old_id): Path<String>) -> Answered<Response> {
    state.app.forget_knock(&who, &old_id).await?;
    Ok(nothing())
}
