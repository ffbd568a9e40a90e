//! `/services/oauth2/authorize`: a person signs in and lets an app in (salesforce.md 1.2). The page needs no script.
//!
//! A browser is sent to an address that an admin registered for the app, compared byte by byte, or nowhere: what is wrong with app or address is
//! told to the person, everything else to the app.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum::{
    extract::{RawQuery, Request, State},
    response::{IntoResponse as _, Response},
};
use domain::{ids::AgentId, secret::Secret};
use engine::{
    ErrorKind,
    authorization::{Client, Denied, NewCode},
    definition::{AppUsers, Flow, Scopes},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE},
};
use salesforce::oauth::{AuthorizeRequest, OAuthError};
use url::Url;

use super::{
    Parts,
    consent::{Asked, Browser, is_own_form, who_agreed},
    failure::Failure,
    form,
    wording::Wording,
};
use crate::{
    pages::{html, wording::Language},
    serve::{Class, RequestInfo},
};

/// Where the page's style is.
pub(super) const STYLE: &str = "/services/oauth2/authorize.css";

pub(super) async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, include_str!("../../../../templates/authorize.css")).into_response()
}

/// What is asked of the person now.
enum Step<'p> {
    SignIn { app: &'p str, workspace: &'p str, request: &'p str, login: &'p str },
    Consent { app: &'p str, workspace: &'p str, person: &'p str, may: Vec<&'static str>, to: &'p str, request: &'p str, ticket: String },
    Refused,
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct Page<'p> {
    wording: &'static Wording,
    title: &'p str,
    message: Option<&'p str>,
    step: Step<'p>,
}

/// Why the page is not shown.
enum Stopped {
    /// Told to the person: a status and a sentence.
    Page(StatusCode, &'static str),
    /// Told to the app, by the browser.
    Back(Box<AuthorizeRequest>, OAuthError),
}

/// A request that is in order: of an app that there is, to an address of its own.
struct Wanted {
    client: Client,
    request: AuthorizeRequest,
    scopes: Scopes,
}

/// What a browser says of itself.
struct Visit {
    info: RequestInfo,
    wording: &'static Wording,
    browser: Browser,
    /// It had loaded the page before.
    known: bool,
}

impl Visit {
    fn of(parts: &Parts, info: RequestInfo, headers: &HeaderMap) -> Self {
        let known = Browser::known(headers);
        Self {
            info,
            wording: Wording::of(Language::pick(None, None, headers)),
            known: known.is_some(),
            browser: known.unwrap_or_else(|| Browser::new(&parts.app)),
        }
    }

    fn refused(&self, status: StatusCode, sentence: &str) -> Response {
        self.page(status, &Page { wording: self.wording, title: self.wording.cannot, message: Some(sentence), step: Step::Refused }, None)
    }

    fn stopped(&self, stopped: Stopped) -> Response {
        match stopped {
            Stopped::Page(status, sentence) => self.refused(status, sentence),
            Stopped::Back(request, error) => back(&request.refused(&error)),
        }
    }

    /// A page that runs nothing, loads nothing but its style, stands in no frame, and whose form leads to us and on to the app.
    fn page(&self, status: StatusCode, page: &Page<'_>, to: Option<&str>) -> Response {
        let mut response = html(status, page);
        let target = to.and_then(form_target).map_or_else(String::new, |target| format!(" {target}"));
        let policy = format!("default-src 'none'; style-src 'self'; form-action 'self'{target}; base-uri 'none'; frame-ancestors 'none'");
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).expect("a registered address is visible ASCII"));
        if !self.known
            && let Ok(cookie) = HeaderValue::from_str(&self.browser.cookie(self.info.secure()))
        {
            headers.insert(SET_COOKIE, cookie);
        }
        response
    }

    fn sign_in(&self, status: StatusCode, wanted: &Wanted, request: &str, login: &str, message: Option<&str>) -> Response {
        let page = Page {
            wording: self.wording,
            title: self.wording.sign_in,
            message,
            step: Step::SignIn { app: &wanted.client.app.name, workspace: &wanted.client.directory.workspace.name, request, login },
        };
        self.page(status, &page, Some(&wanted.request.redirect_uri))
    }
}

/// Where a form's answer may lead, as a policy says it: browsers hold redirects to it too.
fn form_target(address: &str) -> Option<String> {
    let address = Url::parse(address).ok()?;
    let numbered = address.host_str().is_some_and(|host| host.starts_with('['));
    if address.origin().is_tuple() && !numbered {
        Some(address.origin().ascii_serialization())
    } else {
        Some(format!("{}:", address.scheme()))
    }
}

/// Sends the browser on. Only to an address that was found to be the app's.
fn back(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => {
            (StatusCode::SEE_OTHER, [(LOCATION, address), (CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The only value of a parameter.
fn only(query: &str, wanted: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| name == wanted && !value.is_empty());
    let first = values.next()?.1;
    values.next().is_none().then(|| first.into_owned())
}

/// Reads a request. App and address come first: what else is wrong is told to the app only if the address is its own.
fn wanted(parts: &Parts, query: &str, wording: &'static Wording) -> Result<Wanted, Stopped> {
    let page = |sentence| Stopped::Page(StatusCode::BAD_REQUEST, sentence);
    let client_id = only(query, "client_id").ok_or(page(wording.malformed))?;
    let client = parts.app.client(&client_id).map_err(|_| page(wording.unknown_app))?;
    let redirect = only(query, "redirect_uri").ok_or(page(wording.malformed))?;
    if !client.may_return_to(&redirect) {
        return Err(page(wording.wrong_address));
    }
    let known = AuthorizeRequest::only_back_to(client_id, redirect, only(query, "state"));
    let to_app = |error| Stopped::Back(Box::new(known.clone()), error);
    let request = AuthorizeRequest::parse(query).map_err(to_app)?;
    client.require(Flow::AuthorizationCode).map_err(|_| to_app(OAuthError::unauthorized_client()))?;
    let proof_needed = client.app.pkce_required || !client.app.confidential;
    if proof_needed && request.challenge.is_none() {
        return Err(to_app(OAuthError::missing("code_challenge")));
    }
    if request.prompts.iter().any(|prompt| prompt == "none") {
        return Err(to_app(OAuthError::login_required()));
    }
    let asked = Scopes::named(request.scopes.iter().map(String::as_str)).map_err(|_| to_app(OAuthError::invalid_scope()))?;
    let scopes = client.scopes(&asked).map_err(|_| to_app(OAuthError::invalid_scope()))?;
    Ok(Wanted { client, request, scopes })
}

/// `GET`
pub(super) async fn open(State(parts): State<Arc<Parts>>, info: RequestInfo, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let visit = Visit::of(&parts, info, &headers);
    let Ok(_permit) = parts.admission.admit(Class::New) else {
        return visit.refused(StatusCode::SERVICE_UNAVAILABLE, visit.wording.not_now);
    };
    let query = query.unwrap_or_default();
    match wanted(&parts, &query, visit.wording) {
        Ok(wanted) => {
            let hint = wanted.request.login_hint.clone().unwrap_or_default();
            visit.sign_in(StatusCode::OK, &wanted, &query, &hint, None)
        }
        Err(stopped) => visit.stopped(stopped),
    }
}

/// What the page's form says.
struct Said<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Said<'_> {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// `POST`: who signs in, or what was decided.
pub(super) async fn answer(State(parts): State<Arc<Parts>>, info: RequestInfo, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let visit = Visit::of(&parts, info, &head.headers);
    let Ok(_permit) = parts.admission.admit(Class::New) else {
        return visit.refused(StatusCode::SERVICE_UNAVAILABLE, visit.wording.not_now);
    };
    if !is_own_form(&parts.app, &head.headers) {
        return visit.refused(StatusCode::FORBIDDEN, visit.wording.foreign_form);
    }
    let body = match form(&parts, &head.headers, body).await {
        Ok(body) => body,
        Err(failure) => return failure.into_response(),
    };
    let said = Said(form_urlencoded::parse(&body).collect());
    let query = said.get("request");
    let wanted = match wanted(&parts, query, visit.wording) {
        Ok(wanted) => wanted,
        Err(stopped) => return visit.stopped(stopped),
    };
    match said.get("ticket") {
        "" => sign_in(&parts, &visit, &wanted, &said).await,
        ticket => match who_agreed(&parts.app, ticket, wanted.client.id, query, &visit.browser).filter(|_| visit.known) {
            None => visit.sign_in(StatusCode::BAD_REQUEST, &wanted, query, "", Some(visit.wording.again)),
            Some(_) if said.get("decision") != "allow" => back(&wanted.request.refused(&OAuthError::access_denied())),
            Some(agent) => let_in(&parts, &visit, &wanted, agent).await,
        },
    }
}

async fn sign_in(parts: &Parts, visit: &Visit, wanted: &Wanted, said: &Said<'_>) -> Response {
    let (app, client, wording) = (&parts.app, &wanted.client, visit.wording);
    let (query, login) = (said.get("request"), said.get("login"));
    let again = |status, message| visit.sign_in(status, wanted, query, login, Some(message));
    if !visit.known {
        return again(StatusCode::BAD_REQUEST, wording.again);
    }
    let from = visit.info.client();
    if let Err(limited) = parts.addresses.may_sign_in(from) {
        let mut response = again(StatusCode::TOO_MANY_REQUESTS, wording.too_many);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(limited.0.as_secs().max(1)));
        return response;
    }
    let code = Some(said.get("code").trim()).filter(|code| !code.is_empty()).map(|code| Secret(code.to_owned()));
    let password = Secret(said.get("password").to_owned());
    let agent = match app.recognise(client.workspace(), login, password, code.as_ref()).await {
        Ok(agent) => agent,
        Err(error) => {
            return match error.kind {
                ErrorKind::SignInRefused => {
                    parts.addresses.sign_in_failed(from);
                    again(StatusCode::FORBIDDEN, wording.refused)
                }
                ErrorKind::CodeNeeded => again(StatusCode::FORBIDDEN, wording.code_needed),
                ErrorKind::PasswordChangeNeeded => again(StatusCode::FORBIDDEN, wording.password_change),
                _ => failed(visit, error.into()),
            };
        }
    };
    match app.may_be_let_in(client, agent) {
        Ok(()) => {}
        Err(Denied::InactiveUser) => return again(StatusCode::FORBIDDEN, wording.refused),
        Err(_) => return back(&wanted.request.refused(&OAuthError::not_admin_approved())),
    }
    // Whom an admin chose is not asked.
    if client.app.users == AppUsers::Chosen {
        return let_in(parts, visit, wanted, agent).await;
    }
    let mut may: Vec<&str> = wanted.scopes.iter().map(|scope| wording.scope(scope)).collect();
    may.dedup();
    let page = Page {
        wording,
        title: wording.let_in,
        message: None,
        step: Step::Consent {
            app: &client.app.name,
            workspace: &client.directory.workspace.name,
            person: client.directory.agents.get(&agent).map_or("", |agent| agent.name.as_str()),
            may,
            to: &wanted.request.redirect_uri,
            request: query,
            ticket: Asked { app: client.id, agent, request: query, browser: &visit.browser }.ticket(app),
        },
    };
    visit.page(StatusCode::OK, &page, Some(&wanted.request.redirect_uri))
}

async fn let_in(parts: &Parts, visit: &Visit, wanted: &Wanted, agent: AgentId) -> Response {
    let new = NewCode {
        agent,
        scopes: wanted.scopes.clone(),
        redirect: wanted.request.redirect_uri.clone(),
        challenge: wanted.request.challenge.map(|challenge| challenge.to_string()),
        address: Some(visit.info.client().0),
    };
    match parts.app.let_in(&wanted.client, new).await {
        Ok(code) => back(&wanted.request.granted(code.reveal())),
        Err(denied) => failed(visit, denied.into()),
    }
}

/// Nothing that the person did: logged where it was made a failure.
fn failed(visit: &Visit, failure: Failure) -> Response {
    match failure.error.status() {
        500 => visit.refused(StatusCode::INTERNAL_SERVER_ERROR, visit.wording.failed),
        503 => visit.refused(StatusCode::SERVICE_UNAVAILABLE, visit.wording.not_now),
        _ => visit.refused(StatusCode::FORBIDDEN, visit.wording.not_now),
    }
}
