//! `POST /services/oauth2/token`: each kind of proof, and the token for it (salesforce.md 1.2).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use domain::time::Timestamp;
use engine::{
    App, ErrorKind,
    authorization::{Assertion, Client, Denied, GivenToken, Issued, Proven},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use salesforce::oauth::{self, Challenge, Claims, Grant, Identity, OAuthError, Secret, TokenAnswer, TokenRequest, TokenType};
use sha2::Sha256;

use super::{Parts, authorization, base, engines, failure::Failure, form, json};
use crate::{
    facades::salesforce::caller::{organization_id, user_id},
    serve::{Class, ClientAddr},
};

pub(super) async fn give(State(parts): State<Arc<Parts>>, client: ClientAddr, request: Request) -> Response {
    match answer(&parts, client, request).await {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(failure) => failure.into_response(),
    }
}

async fn answer(parts: &Parts, from: ClientAddr, request: Request) -> Result<TokenAnswer, Failure> {
    let _permit = parts.admission.admit(Class::New)?;
    let (head, body) = request.into_parts();
    let body = form(parts, &head.headers, body).await?;
    let TokenRequest { grant, client: shown } = TokenRequest::parse(&body, authorization(&head.headers))?;
    let app = &parts.app;
    let issuer = match &grant {
        Grant::JwtBearer { assertion } => Some(App::issuer_of(&engines(assertion))?),
        _ => None,
    };
    let (client_id, secret) = match (shown, issuer) {
        (Some(shown), Some(issuer)) if shown.id != issuer => return Err(OAuthError::invalid_client_id().into()),
        (Some(shown), _) => (shown.id, shown.secret),
        (None, Some(issuer)) => (issuer, None),
        (None, None) => return Err(OAuthError::missing("client_id").into()),
    };
    let client = app.client(&client_id)?;
    let must = match &grant {
        Grant::JwtBearer { .. } => false,
        Grant::ClientCredentials => true,
        Grant::AuthorizationCode { .. } | Grant::Refresh { .. } | Grant::Password { .. } => client.app.confidential,
    };
    let proven = prove(parts, from, &client, secret.as_ref(), must).await?;
    let issued = match grant {
        Grant::ClientCredentials => app.issue_to_itself(&client, proven).await?,
        Grant::JwtBearer { assertion } => by_assertion(app, &client, proven, &assertion).await?,
        Grant::AuthorizationCode { code, redirect_uri, code_verifier } => {
            let code = GivenToken::read(code.reveal()).ok_or(Denied::CodeExpired)?;
            let needed = client.app.pkce_required || !client.app.confidential;
            let proves = move |challenge: Option<&str>| proves(challenge, code_verifier.as_ref(), needed);
            app.exchange_code(&client, proven, &code, &redirect_uri, proves).await?
        }
        Grant::Refresh { refresh_token } => {
            let given = GivenToken::read_refresh(refresh_token.reveal()).filter(|(workspace, _)| *workspace == client.workspace());
            let (_, given) = given.ok_or(Denied::TokenExpired)?;
            app.refresh(&client, proven, &given).await?
        }
        Grant::Password { username, password } => by_password(parts, from, &client, proven, &username, &password).await?,
    };
    shown_as(app, &issued, secret.as_ref()).await
}

/// That the app is itself. Whoever tries out secrets is held up like whoever tries out passwords.
pub(super) async fn prove(
    parts: &Parts,
    from: ClientAddr,
    client: &Client,
    secret: Option<&Secret>,
    must: bool,
) -> Result<Proven, Failure> {
    if secret.is_some() {
        parts.addresses.may_sign_in(from)?;
    }
    let proven = parts.app.prove_client(client, secret.map(engines).as_ref(), must, Some(from.0)).await;
    if secret.is_some() && matches!(proven, Err(Denied::WrongSecret)) {
        parts.addresses.sign_in_failed(from);
    }
    Ok(proven?)
}

/// The proof of who asked for a code (RFC 7636). One that nobody asked for is as wrong as one that is missing (RFC 9700, 2.1.1).
fn proves(challenge: Option<&str>, verifier: Option<&Secret>, needed: bool) -> bool {
    match challenge {
        None => !needed && verifier.is_none(),
        Some(challenge) => Challenge::parse(challenge, None).and_then(|challenge| challenge.check(verifier.map(Secret::reveal))).is_ok(),
    }
}

async fn by_assertion(app: &App, client: &Client, proven: Proven, assertion: &Secret) -> Result<Issued, Failure> {
    let claims = App::verify_assertion(client, &engines(assertion))?;
    let claims: Claims = serde_json::from_value(claims).map_err(|_| OAuthError::invalid_assertion())?;
    if !claims.are_for(&[base(app)]) {
        return Err(OAuthError::invalid_audience().into());
    }
    let assertion = Assertion { subject: claims.subject, expires: Timestamp(claims.expires.as_microsecond()) };
    Ok(app.issue_by_assertion(client, proven, &assertion).await?)
}

async fn by_password(
    parts: &Parts,
    from: ClientAddr,
    client: &Client,
    proven: Proven,
    username: &str,
    password: &Secret,
) -> Result<Issued, Failure> {
    parts.addresses.may_sign_in(from)?;
    let issued = parts.app.issue_by_password(client, proven, username, engines(password)).await;
    if let Err(Denied::Failed(error)) = &issued
        && error.kind == ErrorKind::SignInRefused
    {
        parts.addresses.sign_in_failed(from);
    }
    Ok(issued?)
}

/// Tokens as they are answered.
async fn shown_as(app: &App, issued: &Issued, secret: Option<&Secret>) -> Result<TokenAnswer, Failure> {
    let organization = organization_id(app, issued.workspace).await?;
    let user = user_id(app, issued.workspace, issued.agent).await?;
    let id = Identity { base: base(app), organization, user }.to_string();
    let at = jiff::Timestamp::from_microsecond(issued.at.0).map_err(engine::Error::internal)?;
    let access_token = oauth::access_token(organization, issued.access.reveal());
    Ok(TokenAnswer {
        access_token: access_token.ok_or_else(|| engine::Error::internal("a token of other characters"))?,
        refresh_token: issued.refresh.as_ref().map(|refresh| refresh.reveal().into()),
        signature: secret.map(|secret| signature(secret, &oauth::signed_text(&id, at))),
        scope: issued.scopes.to_string(),
        id_token: None,
        instance_url: base(app).to_owned(),
        id,
        token_type: TokenType::Bearer,
        issued_at: at,
    })
}

/// By which an app knows that the answer is for it. Without a secret there is nothing to sign with.
fn signature(secret: &Secret, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}
