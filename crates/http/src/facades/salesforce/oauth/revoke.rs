//! Taking tokens back, and asking what one is (salesforce.md 1.2, RFC 7009, RFC 7662).

use std::sync::Arc;

use axum::{
    extract::{RawQuery, Request, State},
    response::{IntoResponse as _, Response},
};
use engine::{App, authorization::GivenToken};
use http::StatusCode;
use salesforce::oauth::{self, Identity, Introspected, Introspection, OAuthError};

use super::{Parts, authorization, base, failure::Failure, form, json, token::prove};
use crate::{
    facades::salesforce::caller::{organization_id, user_id},
    serve::{Class, ClientAddr},
};

/// `POST /services/oauth2/revoke`
pub(super) async fn revoke(State(parts): State<Arc<Parts>>, request: Request) -> Response {
    let revoked = async {
        let (head, body) = request.into_parts();
        take_back(&parts, &form(&parts, &head.headers, body).await?).await
    };
    revoked.await.unwrap_or_else(Failure::into_response)
}

/// `GET /services/oauth2/revoke?token=…`
pub(super) async fn revoke_by_query(State(parts): State<Arc<Parts>>, RawQuery(query): RawQuery) -> Response {
    take_back(&parts, query.unwrap_or_default().as_bytes()).await.unwrap_or_else(Failure::into_response)
}

/// Who has a token may take it back; what is none any more needs no more to be done (RFC 7009, 2.2).
async fn take_back(parts: &Parts, form: &[u8]) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::Running)?;
    let mut tokens = form_urlencoded::parse(form).filter(|(name, value)| name == "token" && !value.is_empty());
    let token = match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) => token,
        (Some(_), Some(_)) => return Err(OAuthError::repeated().into()),
        (None, _) => return Err(OAuthError::missing("token").into()),
    };
    if let Some((workspace, given)) = read(&parts.app, &token) {
        parts.app.revoke_app_token(workspace, &given).await?;
    }
    Ok(StatusCode::OK.into_response())
}

/// A token of either kind, and whose it is.
fn read(app: &App, token: &str) -> Option<(domain::ids::WorkspaceId, GivenToken)> {
    match oauth::organization_of(token) {
        Some((organization, opaque)) => {
            let workspace = app.directories().by_organisation(organization.short()).map(|directory| directory.id())?;
            Some((workspace, GivenToken::read(opaque)?))
        }
        None => GivenToken::read_refresh(token),
    }
}

/// `POST /services/oauth2/introspect`
pub(super) async fn introspect(State(parts): State<Arc<Parts>>, from: ClientAddr, request: Request) -> Response {
    let asked = async {
        let _permit = parts.admission.admit(Class::Running)?;
        let (head, body) = request.into_parts();
        let body = form(&parts, &head.headers, body).await?;
        let Introspection { token, client: shown } = Introspection::parse(&body, authorization(&head.headers))?;
        let app = &parts.app;
        let client = app.client(&shown.id)?;
        prove(&parts, from, &client, shown.secret.as_ref(), true).await?;
        let given = read(app, token.reveal()).filter(|(workspace, _)| *workspace == client.workspace());
        let known = match given {
            Some((_, given)) => app.introspect(&client, &given).await?,
            None => None,
        };
        let Some(known) = known else { return Ok(json(StatusCode::OK, &serde_json::json!({ "active": false }))) };
        let organization = organization_id(app, client.workspace()).await?;
        let user = user_id(app, client.workspace(), known.agent).await?;
        let instant = |at: domain::time::Timestamp| jiff::Timestamp::from_microsecond(at.0).ok();
        let login = client.directory.agents.get(&known.agent).map(|agent| agent.login.clone());
        Ok(json(
            StatusCode::OK,
            &Introspected {
                active: true,
                scope: known.scopes.to_string(),
                client_id: shown.id,
                username: login.unwrap_or_default(),
                sub: Identity { base: base(app), organization, user }.to_string(),
                token_type: if known.is_refresh { "refresh_token" } else { "access_token" },
                exp: known.expires_at.and_then(instant),
                iat: instant(known.created_at),
                nbf: instant(known.created_at),
            },
        ))
    };
    asked.await.unwrap_or_else(Failure::into_response)
}
