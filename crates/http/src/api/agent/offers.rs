//! Answering offers.

use axum::{extract::State, response::Response};
use domain::{ids::OfferId, permission::Permission};
use native::agent::{DeclineOffer, Taken};

use crate::api::{ApiState, Path, Posted, SignedIn, answer, no_content, view};

/// Takes the offered conversation. The same agent accepting the same offer again gets the same answer.
#[utoipa::path(post, path = "/offers/{offer}/accept", tag = "agent", params(("offer" = String, Path)), responses((status = 200, body = Taken)))]
pub(super) async fn accept(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(offer): Path<OfferId>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |_, _| async move {
            let conversation = app.accept_offer(who.workspace, who.agent, offer).await?;
            let directory = app.directory(who.workspace)?;
            let seen = app.conversation_view(who.workspace, conversation).await?;
            let conversation = view::conversation(&directory, &seen, who.permissions.allows(Permission::BlockVisitors));
            Ok(answer(200, &Taken { conversation }))
        })
        .await
}

/// Says no. Saying it again changes nothing.
#[utoipa::path(post, path = "/offers/{offer}/decline", tag = "agent", params(("offer" = String, Path)), request_body = DeclineOffer, responses((status = 204)))]
pub(super) async fn decline(
    State(state): State<ApiState>,
    SignedIn(agent): SignedIn,
    Path(offer): Path<OfferId>,
    posted: Posted<DeclineOffer>,
) -> Response {
    let (app, who) = (state.app.clone(), agent.clone());
    posted
        .once(&state, &agent, move |decline, _| async move {
            app.decline_offer(who.workspace, who.agent, offer, decline.reason.as_deref()).await?;
            Ok(no_content())
        })
        .await
}
