//! Profiles and permission sets, and what they give.

use ::crm::{
    Error,
    access::{Caller, FieldRight, ObjectGrant, ObjectRights, RightsHolder},
};
use axum::{extract::State, response::Response};
use engine::ErrorKind;
use native::{
    Problem, ProblemKind,
    admin::{
        CrmFieldRight, CrmFieldRights, CrmHolderKind, CrmHolderRights, CrmObjectFieldRights, CrmObjectRights, CrmRightsHolder,
        CrmRightsHolders, CrmSystemRight, NewCrmRightsHolder, SetCrmObjectRights, SetCrmSystemRights,
    },
};
use salesforce::{Id, error::Code};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{Answered, ApiState, Failure, Json, Path, Posted, SignedIn, answer, json, nothing};

/// The most rights of one request.
const MOST: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, remove))
        .routes(routes!(set_system))
        .routes(routes!(read_object, set_object))
}

/// An id in an address. What is none names nothing.
pub(super) fn id_of(text: &str) -> Answered<Id> {
    Id::parse(text).map_err(|_| ErrorKind::NotFound("profile or permission set").into())
}

/// An id in a body.
pub(super) fn id_in(property: &str, text: &str) -> Answered<Id> {
    Id::parse(text).map_err(|_| Failure::new(ProblemKind::Invalid, "this is no id").at(property))
}

/// A refusal to change rights: what it names of the CRM's own rows is a property of the request, or in its address.
pub(super) fn refused(error: Error) -> Failure {
    let named = match &error {
        Error::Refused(refusal) => match refusal.fields().first().map(String::as_str) {
            Some("ParentId" | "PermissionSetId" | "AssigneeId") => return ErrorKind::NotFound("profile or permission set").into(),
            Some("Field" | "PermissionsEdit") => Some("fields"),
            Some("ExpirationDate") => Some("until"),
            Some("ProfileId") => Some("profile"),
            None if refusal.code() == Code::InvalidField => Some("rights"),
            _ => None,
        },
        Error::Storage(_) => None,
    };
    match (named, Failure::from(error)) {
        (Some(property), failure) => failure.at(property),
        (None, failure) => failure,
    }
}

/// A refusal to make a profile or a permission set.
fn not_made(error: Error) -> Failure {
    let named = match &error {
        Error::Refused(refusal) => match (refusal.code(), refusal.fields().first().map(String::as_str)) {
            (Code::InvalidCrossReferenceKey, _) => Some("source"),
            (Code::DuplicateValue, _) | (_, Some("Name")) => Some("name"),
            (_, Some("Label")) => Some("label"),
            _ => None,
        },
        Error::Storage(_) => None,
    };
    match (named, Failure::from(error)) {
        (Some(property), failure) => failure.at(property),
        (None, failure) => failure,
    }
}

fn holder_shown(holder: &RightsHolder) -> CrmRightsHolder {
    CrmRightsHolder {
        id: holder.id.to_string(),
        name: holder.name.clone(),
        label: holder.label.clone(),
        kind: if holder.is_profile { CrmHolderKind::Profile } else { CrmHolderKind::PermissionSet },
        fixed: holder.fixed,
        users: u32::try_from(holder.users).unwrap_or(u32::MAX),
    }
}

fn object_shown(grant: &ObjectGrant) -> CrmObjectRights {
    let ObjectRights { read, create, edit, delete, view_all, modify_all, .. } = grant.rights;
    let (name, label, settable) = (grant.name.clone(), grant.label.clone(), grant.settable);
    CrmObjectRights { name, label, read, create, edit, delete, view_all, modify_all, settable }
}

async fn given(state: &ApiState, caller: &Caller, holder: Id) -> Answered<Response> {
    let given = state.crm.rights_given(caller, holder).await?;
    let system = given.system.into_iter();
    Ok(json(&CrmHolderRights {
        holder: holder_shown(&given.holder),
        system: system.map(|right| CrmSystemRight { name: right.name, label: right.label, granted: right.granted }).collect(),
        objects: given.objects.iter().map(object_shown).collect(),
    }))
}

async fn of_object(state: &ApiState, caller: &Caller, holder: Id, object: &str) -> Answered<Response> {
    let (object, fields) = state.crm.object_rights_given(caller, holder, object).await?;
    let fields = fields.into_iter().map(|field| CrmFieldRights {
        name: field.name,
        label: field.label,
        right: match field.right {
            FieldRight::None => CrmFieldRight::None,
            FieldRight::Read => CrmFieldRight::Read,
            FieldRight::Edit => CrmFieldRight::Edit,
        },
        settable: field.settable,
        editable: field.editable,
    });
    Ok(json(&CrmObjectFieldRights { object: object_shown(&object), fields: fields.collect() }))
}

/// Every profile and permission set.
#[utoipa::path(get, path = "/admin/crm/rights", tag = "admin", operation_id = "crm_rights_list",
    responses((status = 200, body = CrmRightsHolders), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let holders = state.crm.rights_holders(&caller).await?;
    Ok(json(&CrmRightsHolders { items: holders.iter().map(holder_shown).collect() }))
}

/// Makes a profile that gives what another gives, or a permission set.
#[utoipa::path(post, path = "/admin/crm/rights", tag = "admin", operation_id = "crm_rights_create", request_body = NewCrmRightsHolder,
    responses((status = 201, body = CrmRightsHolder), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(State(state): State<ApiState>, SignedIn(who): SignedIn, posted: Posted<NewCrmRightsHolder>) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |new, _| async move {
            let caller = api.crm_manager(&agent).await?;
            let source = new.source.as_deref().map(|source| id_in("source", source)).transpose()?;
            let made = match (new.kind, source, &new.label) {
                (CrmHolderKind::Profile, Some(source), None) => api.crm.clone_profile(&caller, source, &new.name).await,
                (CrmHolderKind::Profile, None, _) => {
                    return Err(Failure::new(ProblemKind::Invalid, "a profile begins like another one: say which").at("source"));
                }
                (CrmHolderKind::Profile, _, Some(_)) => {
                    return Err(Failure::new(ProblemKind::Invalid, "a profile has no label beside its name").at("label"));
                }
                (CrmHolderKind::PermissionSet, source, label) => {
                    api.crm.create_permission_set(&caller, &new.name, label.as_deref().unwrap_or_default(), source).await
                }
            };
            let made = made.map_err(not_made)?;
            Ok(answer(201, &holder_shown(&api.crm.rights_given(&caller, made).await?.holder)))
        })
        .await
}

/// What a profile or a permission set gives.
#[utoipa::path(get, path = "/admin/crm/rights/{id}", tag = "admin", operation_id = "crm_rights_read", params(("id" = String, Path)),
    responses((status = 200, body = CrmHolderRights), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<String>) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    given(&state, &caller, id_of(&id)?).await
}

/// Deletes a profile or a permission set that nobody has. Those that every workspace begins with stay.
#[utoipa::path(delete, path = "/admin/crm/rights/{id}", tag = "admin", operation_id = "crm_rights_remove", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(id): Path<String>) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    state.crm.delete_rights_holder(&caller, id_of(&id)?).await.map_err(|error| match error {
        Error::Refused(refusal) if refusal.code() == Code::FieldIntegrityException => Failure::new(ProblemKind::InUse, refusal.message()),
        error => refused(error),
    })?;
    Ok(nothing())
}

/// Gives system rights, or takes them.
#[utoipa::path(put, path = "/admin/crm/rights/{id}/system", tag = "admin", operation_id = "crm_rights_set_system",
    params(("id" = String, Path)), request_body = SetCrmSystemRights,
    responses((status = 200, body = CrmHolderRights), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn set_system(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<String>,
    Json(set): Json<SetCrmSystemRights>,
) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let id = id_of(&id)?;
    if set.rights.len() > MOST {
        return Err(Failure::new(ProblemKind::Invalid, format!("at most {MOST} rights are set at once")).at("rights"));
    }
    let rights = set.rights.into_iter().map(|right| (right.name, right.granted)).collect();
    state.crm.set_system_rights(&caller, id, rights).await.map_err(refused)?;
    given(&state, &caller, id).await
}

/// What a profile or a permission set gives of an object and its fields.
#[utoipa::path(get, path = "/admin/crm/rights/{id}/objects/{object}", tag = "admin", operation_id = "crm_rights_read_object",
    params(("id" = String, Path), ("object" = String, Path)),
    responses((status = 200, body = CrmObjectFieldRights), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read_object(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, object)): Path<(String, String)>,
) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    of_object(&state, &caller, id_of(&id)?, &object).await
}

/// Sets what it gives of them: all of it, or nothing.
#[utoipa::path(put, path = "/admin/crm/rights/{id}/objects/{object}", tag = "admin", operation_id = "crm_rights_set_object",
    params(("id" = String, Path), ("object" = String, Path)), request_body = SetCrmObjectRights,
    responses((status = 200, body = CrmObjectFieldRights), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn set_object(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, object)): Path<(String, String)>,
    Json(set): Json<SetCrmObjectRights>,
) -> Answered<Response> {
    let caller = state.crm_manager(&who).await?;
    let id = id_of(&id)?;
    if set.fields.len() > MOST {
        return Err(Failure::new(ProblemKind::Invalid, format!("at most {MOST} fields are set at once")).at("fields"));
    }
    let SetCrmObjectRights { read, create, edit, delete, view_all, modify_all, fields } = set;
    let rights = ObjectRights { read, create, edit, delete, view_all, modify_all, ..ObjectRights::default() };
    let fields = fields.into_iter().map(|field| {
        let right = match field.right {
            CrmFieldRight::None => FieldRight::None,
            CrmFieldRight::Read => FieldRight::Read,
            CrmFieldRight::Edit => FieldRight::Edit,
        };
        (field.name, right)
    });
    state.crm.set_rights(&caller, id, &object, rights, fields.collect()).await.map_err(refused)?;
    of_object(&state, &caller, id, &object).await
}
