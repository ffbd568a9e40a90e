//! Fields of objects, and the values of their picklists.

use ::crm::{
    access::Caller,
    schema::{
        FieldType,
        define::{DefinedField, FieldDefinition, Kind, StandardFieldDefinition},
    },
};
use axum::{extract::State, response::Response};
use native::{
    Instant, Problem, ProblemKind,
    admin::{CrmField, CrmFieldDefinition, CrmFieldPage, CrmPicklistValue, CrmStandardFieldDefinition},
};
use salesforce::Id;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::author;
use crate::api::{Answered, ApiState, Failure, Json, Path, Posted, SignedIn, admin::convert, answer, json, no_content, nothing};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(read, change, remove))
        .routes(routes!(change_standard))
        .routes(routes!(restore))
        .routes(routes!(erase))
}

pub(super) fn shown(defined: &DefinedField) -> Answered<CrmField> {
    let (field, definition) = (&defined.field, defined.definition.as_ref());
    let is_number = matches!(field.field_type, FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent);
    let field_type = field.field_type.as_str();
    Ok(CrmField {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: definition.map_or_else(|| Ok(field_type.to_owned()), |definition| convert(&definition.kind))?,
        field_type: field_type.to_owned(),
        length: Some(field.length).filter(|length| *length > 0 && field.field_type.is_text()),
        precision: Some(field.precision).filter(|digits| *digits > 0 && is_number),
        scale: Some(field.scale).filter(|_| field.precision > 0 && is_number),
        custom: field.custom,
        required: match definition {
            Some(definition) => definition.required || definition.kind == Kind::MasterDetail,
            None => !field.nillable && !field.defaulted && field.create,
        },
        unique: field.unique,
        external_id: field.external_id,
        help: field.help.clone(),
        refers_to: field.reference.as_ref().map(|reference| reference.to.clone()).unwrap_or_default(),
        values: u32::try_from(field.picklist.len()).unwrap_or(u32::MAX),
        dropped_at: defined.dropped_at.map(Instant),
        changeable: defined.dropped_at.is_none() && (field.custom || defined.values_changeable || field.create || field.update),
    })
}

/// A definition as the CRM takes it.
fn definition(given: &CrmFieldDefinition) -> Answered<FieldDefinition> {
    let mut holders = given.seen_by.iter().flatten();
    if let Some(wrong) = holders.find(|id| Id::parse(id).is_err()) {
        let detail = format!("{wrong:.40?} is the id of no profile and no permission set");
        return Err(Failure::new(ProblemKind::Invalid, detail).at("seen_by"));
    }
    convert(given)
}

async fn now(state: &ApiState, caller: &Caller, object: &str, field: &str) -> Answered<CrmField> {
    shown(&state.crm.defined_field(caller, object, field).await?.0)
}

/// Adds a field to an object.
#[utoipa::path(post, path = "/admin/crm/objects/{object}/fields", tag = "admin", operation_id = "crm_fields_create",
    params(("object" = String, Path)), request_body = CrmFieldDefinition,
    responses((status = 201, body = CrmField), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn create(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(object): Path<String>,
    posted: Posted<CrmFieldDefinition>,
) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |made, _| async move {
            let caller = api.crm_customizer(&agent).await?;
            let field = api.crm.define_field(&caller, author(&agent), &object, definition(&made)?).await?;
            Ok(answer(201, &now(&api, &caller, &object, &field.name).await?))
        })
        .await
}

/// A field with what can be changed of it.
#[utoipa::path(get, path = "/admin/crm/objects/{object}/fields/{field}", tag = "admin", operation_id = "crm_fields_read",
    params(("object" = String, Path), ("field" = String, Path)),
    responses((status = 200, body = CrmFieldPage), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, Path((object, name)): Path<(String, String)>) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    let (defined, values) = state.crm.defined_field(&caller, &object, &name).await?;
    let values: Vec<CrmPicklistValue> = convert(&values)?;
    let standard = (!defined.field.custom).then(|| CrmStandardFieldDefinition {
        help: defined.field.help.clone(),
        values: defined.values_changeable.then(|| values.clone()),
    });
    Ok(json(&CrmFieldPage {
        field: shown(&defined)?,
        definition: defined.definition.as_ref().map(convert).transpose()?,
        standard,
        values,
        values_changeable: defined.values_changeable,
    }))
}

/// Changes a custom field to this definition. What it is called and holds stays; records that do not allow a change are named.
#[utoipa::path(put, path = "/admin/crm/objects/{object}/fields/{field}", tag = "admin", operation_id = "crm_fields_change",
    params(("object" = String, Path), ("field" = String, Path)), request_body = CrmFieldDefinition,
    responses((status = 200, body = CrmField), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, name)): Path<(String, String)>,
    Json(given): Json<CrmFieldDefinition>,
) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    let bare = |name: &str| name.strip_suffix("__c").unwrap_or(name).to_ascii_lowercase();
    if bare(&given.name) != bare(&name) {
        return Err(Failure::new(ProblemKind::Invalid, "the name of a field cannot be changed").at("name"));
    }
    // Who sees it is said when it is made, and set as rights afterwards.
    let changed = FieldDefinition { seen_by: None, ..definition(&given)? };
    let field = state.crm.change_field(&caller, author(&who), &object, changed).await?;
    Ok(json(&now(&state, &caller, &object, &field.name).await?))
}

/// Changes what can be changed of a standard field: its help text, and the values of a picklist that takes others.
#[utoipa::path(put, path = "/admin/crm/objects/{object}/fields/{field}/standard", tag = "admin", operation_id = "crm_fields_change_standard",
    params(("object" = String, Path), ("field" = String, Path)), request_body = CrmStandardFieldDefinition,
    responses((status = 200, body = CrmField), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change_standard(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, name)): Path<(String, String)>,
    Json(change): Json<CrmStandardFieldDefinition>,
) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    let change: StandardFieldDefinition = convert(&change)?;
    let field = state.crm.change_standard_field(&caller, author(&who), &object, &name, change).await?;
    Ok(json(&now(&state, &caller, &object, &field.name).await?))
}

/// Drops a custom field: nobody sees it any more. Its values are kept until it is erased, and it can be restored.
#[utoipa::path(delete, path = "/admin/crm/objects/{object}/fields/{field}", tag = "admin", operation_id = "crm_fields_drop",
    params(("object" = String, Path), ("field" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn remove(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, name)): Path<(String, String)>,
) -> Answered<Response> {
    let caller = state.crm_customizer(&who).await?;
    state.crm.drop_field(&caller, author(&who), &object, &name).await?;
    Ok(nothing())
}

/// Takes a field that was dropped back, with its values. One that was required is so no longer if records are without a value by now.
#[utoipa::path(post, path = "/admin/crm/objects/{object}/fields/{field}/restore", tag = "admin", operation_id = "crm_fields_restore",
    params(("object" = String, Path), ("field" = String, Path)),
    responses((status = 200, body = CrmField), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn restore(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, name)): Path<(String, String)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            let caller = api.crm_customizer(&agent).await?;
            let field = api.crm.restore_field(&caller, author(&agent), &object, &name).await?;
            Ok(answer(200, &now(&api, &caller, &object, &field.name).await?))
        })
        .await
}

/// Erases a field that was dropped, with its values in all records. Nothing takes them back.
#[utoipa::path(post, path = "/admin/crm/objects/{object}/fields/{field}/erase", tag = "admin", operation_id = "crm_fields_erase",
    params(("object" = String, Path), ("field" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn erase(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, name)): Path<(String, String)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (api, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            let caller = api.crm_customizer(&agent).await?;
            api.crm.erase_field(&caller, author(&agent), &object, &name).await?;
            Ok(no_content())
        })
        .await
}
