//! What binds the steps of the page together: a cookie of the browser that loaded it, and a code over who signed in there.
//!
//! Nobody is signed in to anything by this page, so there is nothing that another site could use; what must not happen is that a browser is made
//! to agree in the name of somebody else who signed in elsewhere.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::{AgentId, ConnectedAppId},
    time::Timestamp,
};
use engine::{App, Purpose};
use http::{
    HeaderMap,
    header::{COOKIE, ORIGIN},
};

use crate::own_origin::is_own_origin;

const COOKIE_NAME: &str = "switchboard_authorize";
/// How long the question may be looked at.
const ASKED: std::time::Duration = std::time::Duration::from_secs(10 * 60);
/// Of a cookie's value, which is hexadecimal.
const CHARACTERS: usize = 32;

/// A browser that loaded the page.
#[derive(Clone)]
pub(super) struct Browser(String);

impl Browser {
    /// The one that sends the cookie.
    pub(super) fn known(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
        let value = cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == COOKIE_NAME)?.1;
        let fits = value.len() == CHARACTERS && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(value.to_owned()))
    }

    /// A new one.
    pub(super) fn new(app: &App) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(app.random())))
    }

    /// `Set-Cookie`. Other sites' forms do not bring it (`Lax`); links do, so that two tabs are one browser.
    pub(super) fn cookie(&self, secure: bool) -> String {
        let secure = if secure { "; Secure" } else { "" };
        format!("{COOKIE_NAME}={}; Path=/services/oauth2/authorize; HttpOnly; SameSite=Lax{secure}", self.0)
    }
}

/// Whether a form may come from where it says to come from: a page of ours, or a program that says nothing.
pub(super) fn is_own_form(app: &App, headers: &HeaderMap) -> bool {
    let own_origin =
        headers.get(ORIGIN).is_none_or(|origin| origin.to_str().is_ok_and(|origin| is_own_origin(&app.settings().public_url, origin)));
    let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    own_origin && !cross_site
}

/// Who is asked, for which app, about what.
pub(super) struct Asked<'a> {
    pub(super) app: ConnectedAppId,
    pub(super) agent: AgentId,
    /// The whole request, so that another one is not agreed to.
    pub(super) request: &'a str,
    pub(super) browser: &'a Browser,
}

impl Asked<'_> {
    fn parts<'p>(&'p self, at: &'p [u8; 8]) -> [&'p [u8]; 5] {
        [self.app.0.as_bytes(), self.agent.0.as_bytes(), self.request.as_bytes(), self.browser.0.as_bytes(), at]
    }

    /// What the form that asks brings back.
    pub(super) fn ticket(&self, app: &App) -> String {
        let at = app.now().0;
        let code = app.keys().sign(Purpose::Consent, &self.parts(&at.to_be_bytes()));
        format!("{}.{at}.{}", self.agent, BASE64_URL_SAFE_NO_PAD.encode(code))
    }
}

/// Who agreed, if it was asked just now.
pub(super) fn who_agreed(app: &App, ticket: &str, client: ConnectedAppId, request: &str, browser: &Browser) -> Option<AgentId> {
    let mut parts = ticket.split('.');
    let (agent, at, code) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    let code = BASE64_URL_SAFE_NO_PAD.decode(code).ok()?;
    let asked = Asked { app: client, agent, request, browser };
    let recent = app.now().since(Timestamp(at)) <= ASKED;
    (app.keys().verify(Purpose::Consent, &asked.parts(&i64::to_be_bytes(at)), &code)
        && code.len() == 32
        && recent
        && parts.next().is_none())
    .then_some(agent)
}
