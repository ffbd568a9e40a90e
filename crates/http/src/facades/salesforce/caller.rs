//! Who calls the data API: the app and the user of the access token (salesforce.md 1.1).
//!
//! A handler whose state gives the engine takes it as an argument, `caller: Caller`; without a good token the request ends in the data API's
//! own refusal, 401 `INVALID_SESSION_ID`. Whoever is no handler calls [`Caller::of`].

use std::net::IpAddr;

use axum::{
    extract::{FromRef, FromRequestParts},
    response::{IntoResponse, Response},
};
use domain::ids::{AgentId, WorkspaceId};
use engine::{
    App, ErrorKind,
    admin::Named,
    authorization::{AppCaller, GivenToken},
    definition::Scope,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE},
    request::Parts,
};
use salesforce::{Id, headers, id::KeyPrefix, oauth};

use crate::serve::{ClientAddr, current_request_id};

/// An app that acts as a user.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Which app acts as which agent, and what it may do.
    pub by: AppCaller,
    /// The organisation, as the token names it.
    pub organization: Id,
    /// The user.
    pub user: Id,
}

/// Why a request is not carried out, as the data API says it: an array of one.
#[derive(Clone, Debug)]
pub struct Refused(pub salesforce::Error);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(self.0.body()).unwrap_or_default();
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8")),
            (CACHE_CONTROL, HeaderValue::from_static(headers::CACHE_CONTROL)),
        ];
        (status, headers, body).into_response()
    }
}

/// A failure of the engine that says nothing of the request: logged here, told by its number.
fn failed(error: &engine::Error) -> salesforce::Error {
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::TooMany => {
            tracing::warn!(error = error as &dyn std::error::Error, "a caller cannot be looked up now");
            salesforce::Error::unavailable()
        }
        _ => {
            tracing::error!(error = error as &dyn std::error::Error, "a caller could not be looked up");
            salesforce::Error::unknown(&current_request_id().unwrap_or_default())
        }
    }
}

/// The 15-character id of the organisation that a workspace is to Salesforce's clients; made once where it has none.
pub async fn organization_id(app: &App, workspace: WorkspaceId) -> engine::Result<Id> {
    own_id(app, workspace, Named::Workspace(workspace), KeyPrefix::ORGANIZATION).await
}

/// The 15-character id of the user that an agent is to Salesforce's clients: one that the agent has, else one that is made once and kept among
/// the agent's old ids. Records of users carry the same.
pub async fn user_id(app: &App, workspace: WorkspaceId, agent: AgentId) -> engine::Result<Id> {
    own_id(app, workspace, Named::Agent(agent.into()), KeyPrefix::USER).await
}

async fn own_id(app: &App, workspace: WorkspaceId, names: Named, prefix: KeyPrefix) -> engine::Result<Id> {
    let id = app.own_old_id(workspace, names, prefix.as_str()).await?;
    Id::parse(&id).map_err(engine::Error::internal)
}

/// Which app acts as which agent, by an access token; none for a token that is good for nothing.
pub(super) async fn by_token(app: &App, token: &str, address: Option<IpAddr>) -> engine::Result<Option<(Id, AppCaller)>> {
    let Some((organization, given)) = oauth::organization_of(token).and_then(|(id, rest)| Some((id, GivenToken::read(rest)?))) else {
        return Ok(None);
    };
    let Some(workspace) = app.directories().by_organisation(organization.short()).map(|directory| directory.id()) else { return Ok(None) };
    match app.authenticate_app(workspace, &given, address).await {
        Ok(by) => Ok(Some((organization, by))),
        Err(error) if error.kind == ErrorKind::NotSignedIn => Ok(None),
        Err(error) => Err(error),
    }
}

impl Caller {
    /// By the `Authorization` header: `Bearer T`, or `OAuth T` as some clients write it.
    ///
    /// # Errors
    /// `INVALID_SESSION_ID` without a good token, or with one that is not for the data API.
    pub async fn of(app: &App, map: &HeaderMap, address: Option<IpAddr>) -> Result<Self, salesforce::Error> {
        let header = map.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = headers::authorization(header)?;
        let found = by_token(app, token.reveal(), address).await.map_err(|error| failed(&error))?;
        let (organization, by) = found.filter(|(_, by)| by.scopes.allows(Scope::Api)).ok_or_else(salesforce::Error::invalid_session)?;
        let user = user_id(app, by.workspace, by.agent).await.map_err(|error| failed(&error))?;
        Ok(Self { by, organization, user })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let address = ClientAddr::from_request_parts(parts, state).await.ok().map(|address| address.0);
        Self::of(&App::from_ref(state), &parts.headers, address).await.map_err(Refused)
    }
}
