//! Sending a conversation on.

use axum::{extract::State, response::Response};
use domain::ids::ConversationId;
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
        .once(&state, &agent, move |transfer, _| async move {
            app.transfer(
                who.workspace,
                who.agent,
                id,
                view::transfer_target_from(transfer.to),
                transfer.note.as_ref().map(|note| note.reveal()),
            )
            .await?;
            let seen = app.conversation_view(who.workspace, id).await?;
            Ok(answer(200, &Accepted { sequence: u64::try_from(seen.conversation.sequence).unwrap_or(0), at: app.now().into() }))
        })
        .await
}
