//! Details that are hidden from agents, for who has the permission.

use axum::extract::State;
use domain::ids::ConversationId;
use native::{Problem, admin::HiddenDetails, conversation::HiddenDetail};

use crate::api::{Answered, ApiState, Path, SignedIn};

/// Pre-chat values that are kept from agents. Each reading is audited.
#[utoipa::path(get, path = "/conversations/{id}/hidden-details", tag = "agent", operation_id = "hidden_details_read",
    params(("id" = String, Path)),
    responses((status = 200, body = HiddenDetails), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
) -> Answered<axum::Json<HiddenDetails>> {
    let hidden = state.app.hidden_details(&agent, id).await?;
    let details = hidden
        .into_iter()
        .map(|detail| HiddenDetail { label: detail.label, value: detail.value, transcript_fields: detail.transcript_fields })
        .collect();
    Ok(axum::Json(HiddenDetails { details }))
}
