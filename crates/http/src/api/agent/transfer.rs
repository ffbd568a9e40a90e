//! Sending a conversation on.

use axum::{extract::State, response::Response};
use domain::ids::ConversationId;
use engine::{
    idempotency::{Done, Keep},
    routing::Transferred,
};
use native::{
    agent::{TransferChoice, TransferConversation, TransferTargets},
    visitor::Accepted,
};

use crate::api::{Answered, ApiState, Path, Posted, SignedIn, answer, view};

/// Where the agent may send conversations now.
#[utoipa::path(get, path = "/transfer-targets", tag = "agent", responses((status = 200, body = TransferTargets)))]
pub(super) async fn targets(State(state): State<ApiState>, SignedIn(agent): SignedIn) -> Answered<axum::Json<TransferTargets>> {
    let choices = state.app.transfer_targets(agent.workspace, agent.agent).await?;
    let targets = choices
        .into_iter()
        .map(|choice| TransferChoice { to: view::transfer_target(choice.target), name: choice.name, available: choice.available })
        .collect();
    Ok(axum::Json(TransferTargets { targets }))
}

/// Sends it on; if nobody takes it, it comes back.
#[utoipa::path(post, path = "/conversations/{id}/transfer", tag = "agent", params(("id" = String, Path)), request_body = TransferConversation, responses((status = 200, body = Accepted)))]
pub(super) async fn transfer(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(id): Path<ConversationId>,
    posted: Posted<TransferConversation>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |transfer, once| async move {
            let rendered =
                |sent: &Transferred| answer(200, &Accepted { sequence: u64::try_from(sent.sequence).unwrap_or(0), at: sent.at.into() });
            let (to, note) = (view::transfer_target_from(transfer.to), transfer.note.as_ref().map(|note| note.reveal()));
            match app.transfer_once(who.workspace, who.agent, id, to, note, Some(Keep::new(once, rendered))).await? {
                Done::Now(sent) => Ok(rendered(&sent)),
                Done::Before(answer) => Ok(answer),
            }
        })
        .await
}
