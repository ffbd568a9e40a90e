//! How much was asked, answered and missed, and how long it took.

use axum::{extract::State, response::Response};
use engine::figures::{FigureFilter, FiguresAsked, Step};
use native::{
    Problem,
    figures::{FigureStep, Figures, FiguresQuery},
};

use crate::api::{Answered, ApiState, Query, SignedIn, json, view};

/// Figures over a time, in steps of the workspace's time zone: a week of days unless told otherwise.
#[utoipa::path(get, path = "/figures", tag = "agent", operation_id = "figures", params(FiguresQuery),
    responses((status = 200, body = Figures), (status = 400, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<FiguresQuery>) -> Answered<Response> {
    let asked = FiguresAsked {
        from: query.from.map(Into::into),
        until: query.until.map(Into::into),
        step: match query.step {
            FigureStep::Hour => Step::Hour,
            FigureStep::Day => Step::Day,
            FigureStep::Week => Step::Week,
        },
        filter: FigureFilter { deployment: query.deployment, button: query.button, queue: query.queue, agent: query.agent },
    };
    Ok(json(&view::figures(&state.app.figures(&who, asked).await?)))
}
