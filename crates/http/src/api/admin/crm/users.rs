//! Users of the CRM, who are the agents: their profiles and permission sets.

use ::crm::access::{UserRights, UserRightsAsked};
use axum::{extract::State, response::Response};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use native::{
    Instant, Page, Problem,
    admin::{AssignCrmSet, CrmUser, CrmUserProfile, CrmUserSet, CrmUsersQuery, SetCrmUser},
};
use salesforce::Id;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::rights::{id_in, id_of, refused};
use crate::api::{
    Answered, ApiState, Json, Path, Query, SignedIn,
    admin::{limit_of, not_a_cursor},
    json,
};

/// How much of what is looked for counts.
const LONGEST_SEARCH: usize = 200;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(change)).routes(routes!(assign, unassign))
}

fn shown(user: UserRights) -> CrmUser {
    let sets = user.sets.into_iter();
    CrmUser {
        id: user.id.to_string(),
        name: user.name,
        login: user.login,
        active: user.active,
        profile: user.profile.map(|(id, label)| CrmUserProfile { id: id.to_string(), label }),
        sets: sets.map(|set| CrmUserSet { id: set.id.to_string(), label: set.label, until: set.until.map(Instant) }).collect(),
    }
}

/// The last user of a page: `{id}.{name}`, the name written so that it can stand in an address as it is.
fn place(user: &CrmUser) -> String {
    format!("{}.{}", user.id, BASE64_URL_SAFE_NO_PAD.encode(&user.name))
}

fn read_place(cursor: &str) -> Option<(String, Id)> {
    let (id, name) = cursor.split_once('.')?;
    let name = BASE64_URL_SAFE_NO_PAD.decode(name).ok()?;
    Some((String::from_utf8(name).ok()?, Id::parse(id).ok()?))
}

/// A page of users, by name. What is looked for is cut off after 200 characters.
#[utoipa::path(get, path = "/admin/crm/users", tag = "admin", operation_id = "crm_users_list", params(CrmUsersQuery),
    responses((status = 200, body = Page<CrmUser>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<CrmUsersQuery>) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let limit = limit_of(query.limit)?;
    let search: Option<String> = query.search.map(|search| search.chars().take(LONGEST_SEARCH).collect());
    let holder = query.holder.as_deref().map(|holder| id_in("holder", holder)).transpose()?;
    let after = query.cursor.as_deref().map(|cursor| read_place(cursor).ok_or_else(not_a_cursor)).transpose()?;
    let asked = UserRightsAsked {
        search: search.as_deref(),
        holder,
        after: after.as_ref().map(|(name, id)| (name.as_str(), *id)),
        // One more tells whether there are more.
        limit: limit + 1,
    };
    let mut items: Vec<_> = state.crm.users(&caller, asked).await?.into_iter().map(shown).collect();
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| has_more).map(place);
    Ok(json(&Page { items, next }))
}

/// Gives a user another profile.
#[utoipa::path(put, path = "/admin/crm/users/{id}", tag = "admin", operation_id = "crm_users_change", params(("id" = String, Path)),
    request_body = SetCrmUser,
    responses((status = 200, body = CrmUser), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<String>,
    Json(set): Json<SetCrmUser>,
) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let user = id_of(&id)?;
    state.crm.set_profile(&caller, user, id_in("profile", &set.profile)?).await.map_err(refused)?;
    Ok(json(&shown(state.crm.user(&caller, user).await?)))
}

/// Assigns a permission set to a user, or changes until when.
#[utoipa::path(put, path = "/admin/crm/users/{id}/sets/{set}", tag = "admin", operation_id = "crm_users_assign",
    params(("id" = String, Path), ("set" = String, Path)), request_body = AssignCrmSet,
    responses((status = 200, body = CrmUser), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn assign(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, set)): Path<(String, String)>,
    Json(asked): Json<AssignCrmSet>,
) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let (user, set) = (id_of(&id)?, id_of(&set)?);
    state.crm.assign(&caller, user, set, asked.until.map(Into::into)).await.map_err(refused)?;
    Ok(json(&shown(state.crm.user(&caller, user).await?)))
}

/// Takes a permission set from a user.
#[utoipa::path(delete, path = "/admin/crm/users/{id}/sets/{set}", tag = "admin", operation_id = "crm_users_unassign",
    params(("id" = String, Path), ("set" = String, Path)),
    responses((status = 200, body = CrmUser), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn unassign(State(state): State<ApiState>, SignedIn(who): SignedIn, Path((id, set)): Path<(String, String)>) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let (user, set) = (id_of(&id)?, id_of(&set)?);
    state.crm.unassign(&caller, user, set).await.map_err(refused)?;
    Ok(json(&shown(state.crm.user(&caller, user).await?)))
}
