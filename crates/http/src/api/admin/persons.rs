//! A person's right to be told and to be forgotten.

use axum::{extract::State, response::Response};
use domain::{entity_plan::Part, ids::VisitorId};
use engine::{
    Directory,
    idempotency::{Done, Keep},
    person::{ErasedPerson, ExportedConversation as Found},
};
use native::{
    Problem,
    admin::{Erased, ExportedConversation, ExportedRecord, PersonExport},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{Answered, ApiState, Path, Posted, SignedIn, answer, json, view};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(erase))
}

fn exported(directory: &Directory, found: Found) -> ExportedConversation {
    ExportedConversation {
        transcript: view::everything(directory, &found.view),
        visitor: view::visitor_card(&found.stored.origin, true),
        hidden_details: found.stored.details.iter().filter(|detail| !detail.visible).map(view::hidden_detail).collect(),
        entity_plan: found.stored.origin.entity_plan,
        records: found.stored.records.into_iter().map(exported_record).collect(),
    }
}

fn exported_record(part: Part) -> ExportedRecord {
    ExportedRecord {
        entity: part.entity,
        id: part.record.map(|record| record.id),
        candidates: part.candidates.into_iter().map(|candidate| candidate.id).collect(),
        at: part.at.into(),
    }
}

/// Everything that is stored of a person. Audited.
#[utoipa::path(get, path = "/admin/persons/{visitor}/export", tag = "admin", operation_id = "person_export",
    params(("visitor" = VisitorId, Path)),
    responses((status = 200, body = PersonExport), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn export(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(visitor): Path<VisitorId>) -> Answered<Response> {
    let found = state.app.export_person(&who, visitor).await?;
    let directory = state.app.directory(who.workspace)?;
    Ok(json(&PersonExport {
        visitor,
        name: view::named(&found.visitor.name),
        address: Some(found.visitor.address).filter(|address| !address.is_empty()),
        first_at: found.visitor.first_at.into(),
        last_at: found.visitor.last_at.into(),
        conversations: found.conversations.into_iter().map(|found| exported(&directory, found)).collect(),
        offline_messages: found.offline_messages.iter().map(view::exported_offline_message).collect::<Answered<_>>()?,
        visits: found.visits.iter().map(|(visit, at)| view::visit(visit, *at)).collect::<Answered<_>>()?,
    }))
}

/// Erases all that is stored of a person; that there were conversations remains. Audited.
#[utoipa::path(post, path = "/admin/persons/{visitor}/erase", tag = "admin", operation_id = "person_erase",
    params(("visitor" = VisitorId, Path)),
    responses((status = 200, body = Erased), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn erase(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(visitor): Path<VisitorId>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, agent) = (state.app.clone(), who.clone());
    let rendered = |erased: &ErasedPerson| {
        answer(200, &Erased { conversations: erased.conversations, messages: erased.messages, files: erased.files })
    };
    posted
        .once(&state, &who, move |_, once| async move {
            match app.erase_person(&agent, visitor, Some(Keep::new(once, rendered))).await? {
                Done::Now(erased) => Ok(rendered(&erased)),
                Done::Before(answer) => Ok(answer),
            }
        })
        .await
}
