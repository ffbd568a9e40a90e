//! Records of the CRM: those of conversations, and those that an agent looks for.

use axum::{extract::State, response::Response};
use domain::{ids::ConversationId, record::RecordRef};
use engine::{
    App, SignedInAgent,
    idempotency::Answer,
    records::{MadeRecord, NewRecordOf},
};
use http::StatusCode;
use native::{
    Problem, ProblemKind,
    record::{
        ChooseRecord, ConversationRecords, FoundRecords, LinkRecord, MakeRecord, RecordEntities, RecordForm, RecordFormQuery, RecordsQuery,
    },
};

use crate::api::{Answered, ApiState, Failure, Path, Posted, Query, SignedIn, answer, view};

/// The records as they are now: what every change of them is answered with.
async fn now(app: &App, who: &SignedInAgent, id: ConversationId) -> Answered<Answer> {
    Ok(answer(200, &view::conversation_records(&app.conversation_records(who, id).await?)))
}

/// The records that a conversation has and is to have. Reading what is another's is audited.
#[utoipa::path(get, path = "/conversations/{id}/records", tag = "agent", operation_id = "conversation_records", params(("id" = String, Path)),
    responses((status = 200, body = ConversationRecords), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<ConversationId>,
) -> Answered<axum::Json<ConversationRecords>> {
    Ok(axum::Json(view::conversation_records(&state.app.conversation_records(&who, id).await?)))
}

/// Links a record that the agent may read. One that is linked stays so.
#[utoipa::path(post, path = "/conversations/{id}/records", tag = "agent", operation_id = "record_link", params(("id" = String, Path)),
    request_body = LinkRecord,
    responses((status = 200, body = ConversationRecords), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn link(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<LinkRecord>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    posted
        .once(&state, &who, move |link, _| async move {
            app.link_record(&agent, id, RecordRef { entity: link.entity, id: link.record }).await?;
            now(&app, &agent, id).await
        })
        .await
}

/// Makes a record and links it: once, however often it is asked with the same key.
#[utoipa::path(post, path = "/conversations/{id}/records/new", tag = "agent", operation_id = "record_make", params(("id" = String, Path)),
    request_body = MakeRecord,
    responses((status = 200, body = ConversationRecords), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn make(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<MakeRecord>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    posted
        .once(&state, &who, move |make, once| async move {
            let new = NewRecordOf {
                entity: make.entity,
                fields: make.fields.into_iter().collect(),
                part: make.part,
                name: format!("agent-{}", once.name_of_work()),
            };
            match app.make_record(&agent, id, new).await? {
                MadeRecord::Made(records) => Ok(answer(200, &view::conversation_records(&records))),
                MadeRecord::Refused(reasons) => {
                    let reasons = view::field_reasons(&reasons);
                    let first = reasons.first().cloned();
                    let detail = first.as_ref().map_or("the CRM refuses this record", |first| &first.reason).to_owned();
                    let mut failure = Failure::new(ProblemKind::Invalid, detail).because(reasons);
                    if let Some(field) = first.map(|first| first.field).filter(|field| !field.is_empty()) {
                        failure = failure.at(format!("fields.{field}"));
                    }
                    Err(failure)
                }
            }
        })
        .await
}

/// Chooses one of several that were found.
#[utoipa::path(post, path = "/conversations/{id}/records/{part}/choose", tag = "agent", operation_id = "record_choose",
    params(("id" = String, Path), ("part" = String, Path)), request_body = ChooseRecord,
    responses((status = 200, body = ConversationRecords), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn choose(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, part)): Path<(ConversationId, String)>,
    posted: Posted<ChooseRecord>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    posted
        .once(&state, &who, move |choose, _| async move {
            app.choose_record(&agent, id, part, choose.record).await?;
            now(&app, &agent, id).await
        })
        .await
}

/// Has a record made of what the visitor said, instead of those that were found.
#[utoipa::path(post, path = "/conversations/{id}/records/{part}/make", tag = "agent", operation_id = "record_make_planned",
    params(("id" = String, Path), ("part" = String, Path)),
    responses((status = 200, body = ConversationRecords), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn make_planned(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, part)): Path<(ConversationId, String)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            app.make_planned_record(&agent, id, part).await?;
            now(&app, &agent, id).await
        })
        .await
}

/// Has tried again what was refused.
#[utoipa::path(post, path = "/conversations/{id}/records/{part}/retry", tag = "agent", operation_id = "record_retry",
    params(("id" = String, Path), ("part" = String, Path)),
    responses((status = 200, body = ConversationRecords), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn retry(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, part)): Path<(ConversationId, String)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            app.retry_record(&agent, id, part).await?;
            now(&app, &agent, id).await
        })
        .await
}

/// Takes back what was done: a record that was made goes, unless somebody has changed it since; any other loses its link.
#[utoipa::path(post, path = "/conversations/{id}/records/{part}/undo", tag = "agent", operation_id = "record_undo",
    params(("id" = String, Path), ("part" = String, Path)),
    responses((status = 200, body = ConversationRecords), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn undo(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, part)): Path<(ConversationId, String)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            app.undo_record(&agent, id, part).await?;
            now(&app, &agent, id).await
        })
        .await
}

/// Takes a link away. The record stays as it is.
#[utoipa::path(delete, path = "/conversations/{id}/records/{part}", tag = "agent", operation_id = "record_unlink",
    params(("id" = String, Path), ("part" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn unlink(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((id, part)): Path<(ConversationId, String)>,
) -> Answered<StatusCode> {
    state.app.unlink_record(&who, id, part).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Records in whose telling fields a text stands.
#[utoipa::path(get, path = "/records/search", tag = "agent", operation_id = "records_search", params(RecordsQuery),
    responses((status = 200, body = FoundRecords), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn search(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Query(query): Query<RecordsQuery>,
) -> Answered<axum::Json<FoundRecords>> {
    let found = state.app.search_records(&who, &query.entity, &query.text).await?;
    Ok(axum::Json(FoundRecords { records: found.iter().map(view::record).collect() }))
}

/// The entities that the agent may use.
#[utoipa::path(get, path = "/records/entities", tag = "agent", operation_id = "record_entities",
    responses((status = 200, body = RecordEntities), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn entities(State(state): State<ApiState>, SignedIn(who): SignedIn) -> Answered<axum::Json<RecordEntities>> {
    let entities = state.app.record_entities(&who).await?;
    Ok(axum::Json(RecordEntities { entities: entities.iter().map(view::record_entity).collect() }))
}

/// What a form for a new record needs.
#[utoipa::path(get, path = "/records/form", tag = "agent", operation_id = "record_form", params(RecordFormQuery),
    responses((status = 200, body = RecordForm), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn form(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Query(query): Query<RecordFormQuery>,
) -> Answered<axum::Json<RecordForm>> {
    Ok(axum::Json(view::record_form(state.app.record_form(&who, &query.entity).await?)))
}
