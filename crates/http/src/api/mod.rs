//! Our own API, `/api/v1`: JSON, problems, one event stream. Its shapes are `native`'s, its use cases `engine`'s; here they meet.
//!
//! A family of endpoints is a file with `routes()`; [`router`] puts them together. Everything that all share: [`SignedIn`] (who asks),
//! [`Json`], [`Query`], [`Path`] (what they say), [`Posted`] (done once), [`Failure`] (what went wrong).

mod admin;
mod admission;
mod agent;
mod crm;
mod crm_data;
mod describe;
mod extract;
mod once;
mod problem;
mod sign_in;
mod upload;
mod view;
mod visitor;

use std::sync::{Arc, LazyLock};

use ::crm::Crm;
use axum::{Router, http::Method, response::IntoResponse as _, routing::get};
use bytes::Bytes;
use engine::App;
use native::ProblemKind;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use admission::admitting;
pub use extract::{Json, Path, Query, SignedIn, SignedInAnyhow, bearer, json, nothing};
pub use once::{Posted, answer, key_of, no_content, once, rendered};
pub use problem::{Answered, Failure, ProblemRefusals};

use crate::serve::AddressLimits;

/// What every handler of the API has.
#[derive(Clone, Debug)]
pub struct ApiState {
    /// The engine.
    pub app: App,
    /// The CRM inside the binary: the one that the engine asks too.
    pub crm: Crm,
    /// Limits by client address.
    pub limits: Arc<AddressLimits>,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Switchboard", description = "Switchboard's own API. Every POST but sign-in carries `Idempotency-Key`."),
    servers((url = "/api/v1"))
)]
struct Document;

fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(sign_in::routes())
        .merge(admin::routes())
        .merge(agent::routes())
        .merge(crm_data::routes())
        .merge(visitor::routes())
}

/// The document that describes the API: what `/api/v1/openapi.json` answers.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    describe::complete(&mut document);
    document
}

/// Written when somebody first asks for it: what it takes to write it would else stay in the memory of every server.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi().to_json().expect("names and texts can be written as JSON").into());

/// Everything below `/api/v1`.
pub fn router(state: ApiState) -> Router {
    let (routes, _) = routes().split_for_parts();
    let api = routes
        .route("/openapi.json", get(|| async { ([(http::header::CONTENT_TYPE, "application/json")], DOCUMENT.clone()) }))
        .fallback(|| async { Failure::new(ProblemKind::NotFound, "there is nothing at this path").into_response() })
        .method_not_allowed_fallback(|method: Method| async move {
            Failure::new(ProblemKind::MethodNotAllowed, format!("this path does not know the method {method}")).into_response()
        })
        .layer(visitor::cross_origin(state.app.clone()))
        .with_state(state);
    Router::new().nest("/api/v1", api)
}
