//! The audit log: who changed or read what, newest first, by cursor.

use axum::{extract::State, response::Response};
use domain::ids::AuditId;
use engine::history::{AuditFilter, AuditLine as Stored};
use native::{
    Page, Problem,
    admin::{AuditLine, AuditQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{id_cursor, limit_of};
use crate::api::{Answered, ApiState, Query, SignedIn, json};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list))
}

fn line(mut stored: Stored) -> AuditLine {
    AuditLine {
        id: stored.id,
        at: stored.at.into(),
        agent: stored.actor.parse().ok(),
        address: stored.body["address"].as_str().map(str::to_owned),
        action: stored.action,
        subject: stored.subject.parse().ok(),
        change: stored.body["change"].take(),
    }
}

/// A page of the audit log.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", operation_id = "audit_list", params(AuditQuery),
    responses((status = 200, body = Page<AuditLine>), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn list(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<AuditQuery>) -> Answered<Response> {
    let before = id_cursor(query.cursor.as_deref())?.map(AuditId);
    let filter = AuditFilter {
        actor: query.agent.map(|agent| agent.to_string()),
        subject: query.subject.map(|subject| subject.to_string()),
        from: query.from.map(Into::into),
        until: query.until.map(Into::into),
        ..AuditFilter::default()
    };
    let page = state.app.audit_log(&who, &filter, before, limit_of(query.limit)? as u64).await?;
    let items = page.lines.into_iter().map(line).collect();
    Ok(json(&Page::<AuditLine> { items, next: page.next.map(|id| id.to_string()) }))
}
