//! Secrets of connected apps, and what they were granted. The apps themselves are definitions like others.

use std::cmp::Reverse;

use axum::{extract::State, response::Response};
use domain::ids::{AppGrantId, AppSecretId, ConnectedAppId};
use engine::{admin::GrantPlace, definition::Scopes, listing::Asked};
use http::HeaderMap;
use native::{
    Instant, ListQuery, Page, Problem, ProblemKind,
    admin::{AppGrant, AppGrantsTakenBack, AppSecret, AppSecrets, MakeAppSecret, NewAppSecret},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{definitions::convert, id_cursor, limit_of};
use crate::api::{Answered, ApiState, Failure, Json, Path, Query, SignedIn, answer, json, key_of, nothing, rendered};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(make_secret))
        .routes(routes!(secrets))
        .routes(routes!(remove_secret))
        .routes(routes!(grants))
        .routes(routes!(remove_grant))
        .routes(routes!(take_all_back))
}

/// Makes a secret beside the one in use, which stays good until it is removed; at most two at once. It is shown in this answer only.
#[utoipa::path(post, path = "/admin/connected-apps/{id}/secret", tag = "admin", operation_id = "connected_apps_make_secret",
    params(("id" = ConnectedAppId, Path)), request_body = MakeAppSecret,
    responses((status = 201, body = NewAppSecret), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn make_secret(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<ConnectedAppId>,
    headers: HeaderMap,
    Json(asked): Json<MakeAppSecret>,
) -> Answered<Response> {
    // The answer is a secret: it is not kept. The same request again makes another one, and what was lost can be removed.
    key_of(&headers)?;
    let made = state.app.make_app_secret(&who, id, asked.secret).await?;
    Ok(rendered(&answer(201, &NewAppSecret { id: made.id, secret: made.secret, created_at: Instant(made.created_at) })))
}

/// An app's secrets: when they were made and used, never what they are.
#[utoipa::path(get, path = "/admin/connected-apps/{id}/secrets", tag = "admin", operation_id = "connected_apps_secrets",
    params(("id" = ConnectedAppId, Path)), responses((status = 200, body = AppSecrets), (status = 404, body = Problem)))]
async fn secrets(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<ConnectedAppId>) -> Answered<Response> {
    let secrets = state.app.app_secrets(&who, id).await?;
    let shown = secrets.into_iter().map(|secret| AppSecret {
        id: secret.id,
        ending: secret.ending,
        created_at: Instant(secret.created_at),
        last_used_at: secret.used_at.map(Instant),
    });
    Ok(json(&AppSecrets { items: shown.collect() }))
}

/// Removes a secret. Tokens that were given for it stay good.
#[utoipa::path(delete, path = "/admin/connected-apps/{id}/secrets/{secret}", tag = "admin", operation_id = "connected_apps_remove_secret",
    params(("id" = ConnectedAppId, Path), ("secret" = AppSecretId, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn remove_secret(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, secret)): Path<(ConnectedAppId, AppSecretId)>,
) -> Answered<Response> {
    state.app.remove_app_secret(&who, id, secret).await?;
    Ok(nothing())
}

/// A page of what an app was granted and can still use, the latest first. Searched by the names and logins of the agents it acts as.
#[utoipa::path(get, path = "/admin/connected-apps/{id}/grants", tag = "admin", operation_id = "connected_apps_grants",
    params(("id" = ConnectedAppId, Path), ListQuery), responses((status = 200, body = Page<AppGrant>), (status = 404, body = Problem)))]
async fn grants(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<ConnectedAppId>,
    Query(query): Query<ListQuery>,
) -> Answered<Response> {
    let after: Option<GrantPlace> = id_cursor(query.cursor.as_deref())?.map(|id| Reverse(AppGrantId(id)));
    let asked = Asked { search: query.search.as_deref(), after: after.as_ref(), limit: limit_of(query.limit)? };
    let listed = state.app.app_grants(&who, id, &asked).await?;
    let items = listed.items.into_iter().map(|grant| {
        let scopes: Scopes = grant.scopes.parse().map_err(|_| Failure::new(ProblemKind::Internal, "a scope that there is not"))?;
        Ok(AppGrant {
            id: grant.id,
            agent: grant.agent,
            flow: convert(&grant.flow)?,
            scopes: convert(&scopes)?,
            address: Some(grant.address).filter(|address| !address.is_empty()),
            created_at: Instant(grant.created_at),
            last_used_at: Instant(grant.used_at),
        })
    });
    let items = items.collect::<Answered<Vec<_>>>()?;
    Ok(json(&Page { items, next: listed.next.map(|place| place.0.to_string()) }))
}

/// Takes one grant back: its tokens are worth nothing from now on.
#[utoipa::path(delete, path = "/admin/connected-apps/{id}/grants/{grant}", tag = "admin", operation_id = "connected_apps_remove_grant",
    params(("id" = ConnectedAppId, Path), ("grant" = AppGrantId, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn remove_grant(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, grant)): Path<(ConnectedAppId, AppGrantId)>,
) -> Answered<Response> {
    state.app.take_app_grants_back(&who, id, Some(grant)).await?;
    Ok(nothing())
}

/// Takes all that an app was granted back: all its codes and tokens are worth nothing from now on.
#[utoipa::path(delete, path = "/admin/connected-apps/{id}/tokens", tag = "admin", operation_id = "connected_apps_take_all_back",
    params(("id" = ConnectedAppId, Path)), responses((status = 200, body = AppGrantsTakenBack), (status = 404, body = Problem)))]
async fn take_all_back(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<ConnectedAppId>) -> Answered<Response> {
    let grants = state.app.take_app_grants_back(&who, id, None).await?;
    Ok(json(&AppGrantsTakenBack { grants }))
}
