//! The workspace's settings, sensitive-data rules tried out, old ids, and unknown ids that knocked.

use std::cmp::Reverse;

use axum::{extract::State, response::Response};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use engine::admin::{KnockPlace, KnockedAs, Named, UnknownId};
use native::{
    Instant, ListQuery, Page, Problem, ProblemKind,
    admin::{Knock, OldId, OldIdKind, OldIdSettings, RecordSettings, TriedRule, TryRule, Workspace, WorkspaceSettings},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{asked, definitions::convert, read_cursor};
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
            records: RecordSettings {
                find_or_create: settings.records.find_or_create,
                entities: settings.records.entities,
                offline_messages: settings.records.offline_messages,
            },
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
        records: engine::admin::RecordSettings {
            find_or_create: settings.records.find_or_create,
            entities: settings.records.entities,
            offline_messages: settings.records.offline_messages,
        },
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

fn kind_of(named: Named) -> (OldIdKind, uuid::Uuid) {
    match named {
        Named::Workspace(id) => (OldIdKind::Workspace, id.into()),
        Named::Deployment(id) => (OldIdKind::Deployment, id),
        Named::Button(id) => (OldIdKind::Button, id),
        Named::Agent(id) => (OldIdKind::Agent, id),
    }
}

/// What an old id is to name.
fn named(names: &OldIdSettings) -> Named {
    match names.kind {
        OldIdKind::Workspace => Named::Workspace(names.id.into()),
        OldIdKind::Deployment => Named::Deployment(names.id),
        OldIdKind::Button => Named::Button(names.id),
        OldIdKind::Agent => Named::Agent(names.id),
    }
}

/// Of kinds of things, in cursors.
const KINDS: [(OldIdKind, &str); 4] =
    [(OldIdKind::Workspace, "w"), (OldIdKind::Deployment, "d"), (OldIdKind::Button, "b"), (OldIdKind::Agent, "a")];

/// `{kind}.{id}.{old id}` of the last one.
fn old_id_cursor((old_id, what): (String, Named)) -> String {
    let (kind, id) = kind_of(what);
    let letter = KINDS.into_iter().find(|(known, _)| *known == kind).map_or("", |(_, letter)| letter);
    format!("{letter}.{id}.{old_id}")
}

fn after_old_id(cursor: &str) -> Option<(String, Named)> {
    let mut parts = cursor.splitn(3, '.');
    let letter = parts.next()?;
    let (kind, _) = KINDS.into_iter().find(|(_, known)| *known == letter)?;
    let id = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_owned(), named(&OldIdSettings { kind, id })))
}

/// Ids that shipped apps use, in their order. A search is also among the names of what they name.
#[utoipa::path(get, path = "/admin/old-ids", tag = "admin", params(ListQuery),
    responses((status = 200, body = Page<OldId>), (status = 403, body = Problem)))]
async fn old_ids(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<ListQuery>) -> Answered<Response> {
    let after = read_cursor(&query, after_old_id)?;
    let listed = state.app.old_ids(&who, &asked(&query, after.as_ref())?)?;
    let items = listed.items.into_iter().map(|(old_id, named)| {
        let (kind, id) = kind_of(named);
        OldId { old_id, names: OldIdSettings { kind, id } }
    });
    Ok(json(&Page { items: items.collect(), next: listed.next.map(old_id_cursor) }))
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
    let old_id = state.app.set_old_id(&who, &typed(&old_id)?, named(&names)).await?;
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

const KNOCKED_AS: [(KnockedAs, &str); 3] = [(KnockedAs::Workspace, "w"), (KnockedAs::Deployment, "d"), (KnockedAs::Button, "b")];

/// `{microseconds}.{kind}.{old id}` of the last one; an unknown id may be anything.
fn knock_cursor(place: KnockPlace) -> String {
    let letter = KNOCKED_AS.into_iter().find(|(known, _)| *known == place.as_what).map_or("", |(_, letter)| letter);
    format!("{}.{letter}.{}", place.last_at.0.0, BASE64_URL_SAFE_NO_PAD.encode(place.old_id))
}

fn after_knock(cursor: &str) -> Option<KnockPlace> {
    let mut parts = cursor.splitn(3, '.');
    let last_at = Reverse(Timestamp(parts.next()?.parse().ok()?));
    let letter = parts.next()?;
    let (as_what, _) = KNOCKED_AS.into_iter().find(|(_, known)| *known == letter)?;
    let old_id = BASE64_URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    Some(KnockPlace { last_at, old_id: String::from_utf8(old_id).ok()?, as_what })
}

/// Unknown ids that clients came with, the latest first.
#[utoipa::path(get, path = "/admin/knocks", tag = "admin", params(ListQuery),
    responses((status = 200, body = Page<Knock>), (status = 403, body = Problem)))]
async fn knocks(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<ListQuery>) -> Answered<Response> {
    let after = read_cursor(&query, after_knock)?;
    let listed = state.app.knocks(&who, &asked(&query, after.as_ref())?).await?;
    Ok(json(&Page { items: listed.items.into_iter().map(knock).collect(), next: listed.next.map(knock_cursor) }))
}

/// Forgets an unknown id.
#[utoipa::path(delete, path = "/admin/knocks/{old_id}", tag = "admin", params(("old_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn forget_knock(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(old_id): Path<String>) -> Answered<Response> {
    state.app.forget_knock(&who, &old_id).await?;
    Ok(nothing())
}
