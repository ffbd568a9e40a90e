//! The CRM inside the server as its administrators define it. Everything is the CRM's to decide; here it is asked and told.

mod fields;
mod objects;
mod rights;
mod users;

use ::crm::schema::define::Author;
use engine::SignedInAgent;
use utoipa_axum::router::OpenApiRouter;

use crate::api::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().merge(objects::routes()).merge(fields::routes()).merge(rights::routes()).merge(users::routes())
}

/// Who changes something, for the audit log.
fn author(who: &SignedInAgent) -> Author {
    Author { agent: Some(who.agent), address: who.address }
}
