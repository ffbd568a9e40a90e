//! Objects: what kinds of records there are.

use ::crm::{
    access::Caller,
    schema::{
        Sharing, WrittenBy,
        define::{DefinedObject, ObjectChange, ObjectDefinition},
    },
};
use axum::{extract::State, response::Response};
use native::{
    Instant, Problem,
    admin::{CrmObject, CrmObjectChange, CrmObjectDefinition, CrmObjectPage, CrmObjects, CrmObjectsQuery, CrmSharing, CrmWriter},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{author, fields};
use crate::api::{Answered, ApiState, Json, Path, Posted, Query, SignedIn, admin::convert, answer, json, no_content, nothing};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, change, remove)).routes(routes!(restore)).routes(routes!(erase))
}

fn shown(defined: &DefinedObject) -> CrmObject {
    let object = &defined.object;
    let sharing = match object.sharing {
        Sharing::Private => Some(CrmSharing::Private),
        Sharing::Read => Some(CrmSharing::Read),
        Sharing::ReadWrite => Some(CrmSharing::ReadWrite),
        Sharing::Parent(_) | Sharing::Linked(_) | Sharing::Master => None,
    };
    CrmObject {
        name: object.name.clone(),
        label: object.label.clone(),
        label_plural: object.label_plural.clone(),
        custom: object.custom,
        written_by: match object.written_by {
            WrittenBy::Server => CrmWriter::Server,
            WrittenBy::Callers if defined.for_administrators => CrmWriter::Administrators,
            WrittenBy::Callers => CrmWriter::People,
        },
        sharing: sharing.filter(|_| object.is_owned()),
        custom_fields: u32::try_from(defined.custom_fields).unwrap_or(u32::MAX),
        takes_fields: defined.takes_fields,
        dropped_at: defined.dropped_at.map(Instant),
    }
}

async fn now(state: &ApiState, caller: &Caller, name: &str) -> Answered<CrmObject> {
    Ok(shown(&state.crm.defined_object(caller, name).await?.0))
}

/// Every object of the CRM.
#[utoipa::path(get, path = "/admin/crm/objects", tag = "admin", operation_id = "crm_objects_list", params(CrmObjectsQuery),
    responses((status = 200, body = CrmObjects), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<CrmObjectsQuery>) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    let search = query.search.unwrap_or_default().to_lowercase();
    let mut items: Vec<_> = state.crm.defined_objects(&caller).await?.iter().map(shown).collect();
    items.retain(|one| [&one.name, &one.label, &one.label_plural].into_iter().any(|text| text.to_lowercase().contains(&search)));
    Ok(json(&CrmObjects { items }))
}

/// Makes an object. Administrators see it at once; others when they are given rights to it.
#[utoipa::path(post, path = "/admin/crm/objects", tag = "admin", operation_id = "crm_objects_create", request_body = CrmObjectDefinition,
    responses((status = 201, body = CrmObject), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(State(state): State<ApiState>, SignedIn(who): SignedIn, posted: Posted<CrmObjectDefinition>) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |made, _| async move {
            let caller = api.crm_customizer(&agent).await?;
            let definition: ObjectDefinition = convert(&made)?;
            let object = api.crm.define_object(&caller, author(&agent), definition).await?;
            Ok(answer(201, &now(&api, &caller, &object.name).await?))
        })
        .await
}

/// An object with its fields, those that were dropped among them.
#[utoipa::path(get, path = "/admin/crm/objects/{object}", tag = "admin", operation_id = "crm_objects_read",
    params(("object" = String, Path)),
    responses((status = 200, body = CrmObjectPage), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(name): Path<String>) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    let (defined, all) = state.crm.defined_object(&caller, &name).await?;
    let definition = defined.definition.as_ref().map(convert).transpose()?;
    Ok(json(&CrmObjectPage { object: shown(&defined), definition, fields: all.iter().map(fields::shown).collect::<Answered<_>>()? }))
}

/// Changes an object's labels, or how its records are shared. A standard one keeps its labels.
#[utoipa::path(patch, path = "/admin/crm/objects/{object}", tag = "admin", operation_id = "crm_objects_change",
    params(("object" = String, Path)), request_body = CrmObjectChange,
    responses((status = 200, body = CrmObject), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(name): Path<String>,
    Json(change): Json<CrmObjectChange>,
) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    let change: ObjectChange = convert(&change)?;
    state.crm.change_object(&caller, author(&who), &name, change).await?;
    Ok(json(&now(&state, &caller, &name).await?))
}

/// Drops a custom object: nobody sees it any more. It is kept with its records until it is erased, and can be restored.
#[utoipa::path(delete, path = "/admin/crm/objects/{object}", tag = "admin", operation_id = "crm_objects_drop",
    params(("object" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn remove(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(name): Path<String>) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    state.crm.drop_object(&caller, author(&who), &name).await?;
    Ok(nothing())
}

/// Takes an object that was dropped back, with its records.
#[utoipa::path(post, path = "/admin/crm/objects/{object}/restore", tag = "admin", operation_id = "crm_objects_restore",
    params(("object" = String, Path)),
    responses((status = 200, body = CrmObject), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn restore(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(name): Path<String>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            let caller = api.crm_customizer(&agent).await?;
            api.crm.restore_object(&caller, author(&agent), &name).await?;
            Ok(answer(200, &now(&api, &caller, &name).await?))
        })
        .await
}

/// Erases an object that was dropped, with all its records. Nothing takes it back.
#[utoipa::path(post, path = "/admin/crm/objects/{object}/erase", tag = "admin", operation_id = "crm_objects_erase",
    params(("object" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn erase(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(name): Path<String>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            let caller = api.crm_customizer(&agent).await?;
            api.crm.erase_object(&caller, author(&agent), &name).await?;
            Ok(no_content())
        })
        .await
}
