//! `GET /services/oauth2/authorize`: a browser that asks for a code, and where it is sent back to (1.2).

use std::collections::HashMap;

use super::{Challenge, OAuthError};

/// What a browser brings from an app. Nothing of it is to be trusted; above all, it must not be sent back to an address that the app did not
/// register.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizeRequest {
    /// The app.
    pub client_id: String,
    /// Where the browser is to be sent back to.
    pub redirect_uri: String,
    /// Words; empty for all that the app may have.
    pub scopes: Vec<String>,
    /// To be given back as it is.
    pub state: Option<String>,
    /// The hash of what the app will show with the code.
    pub challenge: Option<Challenge>,
    /// The name to put into the form.
    pub login_hint: Option<String>,
    /// `login`, `consent`
    pub prompts: Vec<String>,
}

impl std::fmt::Debug for AuthorizeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AuthorizeRequest of {:?}", self.client_id)
    }
}

impl AuthorizeRequest {
    /// From what is behind the question mark, or from a form. Only codes are given: `response_type=code`.
    pub fn parse(query: &str) -> Result<Self, OAuthError> {
        let mut parameters = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !value.is_empty() && parameters.insert(name, value.into_owned()).is_some() {
                return Err(OAuthError::repeated());
            }
        }
        let mut optional = |name: &str| parameters.remove(name);
        let words = |text: Option<String>| text.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let challenge = optional("code_challenge");
        let method = optional("code_challenge_method");
        let request = Self {
            client_id: optional("client_id").ok_or_else(|| OAuthError::missing("client_id"))?,
            redirect_uri: optional("redirect_uri").ok_or_else(|| OAuthError::missing("redirect_uri"))?,
            scopes: words(optional("scope")),
            state: optional("state"),
            challenge: challenge.map(|challenge| Challenge::parse(&challenge, method.as_deref())).transpose()?,
            login_hint: optional("login_hint"),
            prompts: words(optional("prompt")),
        };
        match optional("response_type").as_deref() {
            Some("code") => Ok(request),
            Some(_) => Err(OAuthError::unsupported_response_type()),
            None => Err(OAuthError::missing("response_type")),
        }
    }

    /// What is known of one that could not be read: enough to send its refusal back, once the address was found to be the app's.
    pub fn only_back_to(client_id: String, redirect_uri: String, state: Option<String>) -> Self {
        Self { client_id, redirect_uri, scopes: Vec::new(), state, challenge: None, login_hint: None, prompts: Vec::new() }
    }

    /// The address with the code.
    pub fn granted(&self, code: &str) -> String {
        self.back(&[("code", code)])
    }

    /// The address with a refusal.
    pub fn refused(&self, error: &OAuthError) -> String {
        self.back(&[("error", error.code().as_str()), ("error_description", error.description())])
    }

    /// The address that was asked for, with more behind the question mark and the state last. A fragment would hide it all, and is dropped.
    fn back(&self, parameters: &[(&str, &str)]) -> String {
        let address = self.redirect_uri.split('#').next().unwrap_or_default();
        let separator = match address.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters).extend_pairs(self.state.iter().map(|state| ("state", state)));
        format!("{address}{separator}{}", query.finish())
    }
}
