//! Import of how another system was set up.

use axum::{
    extract::{Request, State},
    response::Response,
};
use engine::{admin::Importing, idempotency::RequestName};
use native::{
    Problem,
    admin::{ImportQuery, ImportReport},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answered, ApiState, Failure, Query, SignedIn, answer, extract::whole_body, key_of, once},
    metadata::{self, Files},
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(import_metadata))
}

/// Takes over deployments, buttons, skills, rules and agents' settings from Salesforce's metadata files.
#[utoipa::path(post, path = "/admin/import/metadata", tag = "admin", params(ImportQuery),
    request_body(content = String, content_type = "application/zip", description = "a zip of metadata files, or one of them"),
    responses((status = 200, body = ImportReport), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn import_metadata(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Answered<Response> {
    who.require(domain::permission::Permission::ManageDeployments)?;
    let key = key_of(request.headers())?;
    let path = request.uri().to_string();
    let bytes = whole_body(request).await?;
    let fingerprint = state.app.fingerprint(&[path.as_bytes(), &bytes]);
    let name = RequestName { workspace: who.workspace, scope: format!("agent {}", who.agent), key };
    let app = state.app.clone();
    let work = move |_| async move {
        // Unpacking takes a while.
        let files = tokio::task::spawn_blocking(move || Files::of_bytes(query.file_name.as_deref().unwrap_or("file.xml"), bytes.into()));
        let files = files.await.map_err(engine::Error::internal)??;
        let importing = Importing::begin(&app, &who, query.dry_run == Some(true)).await?;
        let report = metadata::import(importing, files, &mut |_| {}).await?;
        Ok::<_, Failure>(answer(200, &report))
    };
    Ok(once(&state, name, fingerprint, work).await)
}
