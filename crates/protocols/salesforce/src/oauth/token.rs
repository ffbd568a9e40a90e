//! Requests for tokens, and tokens (1.2).

use std::{borrow::Cow, collections::HashMap};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::{OAuthError, Secret};
use crate::{Id, id::KeyPrefix};

/// The kind of the assertion's grant.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What proves who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A code that the user's browser brought back.
    AuthorizationCode {
        /// The code.
        code: Secret,
        /// Where the browser was sent back to, which must be the same as then.
        redirect_uri: String,
        /// For [`super::Challenge::check`].
        code_verifier: Option<Secret>,
    },
    /// A token that is good for others.
    Refresh {
        /// The token.
        refresh_token: Secret,
    },
    /// A statement of the app, signed with its key; the app is named in it.
    JwtBearer {
        /// The signed statement.
        assertion: Secret,
    },
    /// The app itself, as the user that it is set up with.
    ClientCredentials,
    /// A user's name and password.
    Password {
        /// The name.
        username: String,
        /// The password, with the security token behind it if the user has one.
        password: Secret,
    },
}

/// The app that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its client id.
    pub id: String,
    /// Its secret; apps that cannot keep one send none.
    pub secret: Option<Secret>,
}

/// `POST /services/oauth2/token`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// What proves who asks.
    pub grant: Grant,
    /// Who asks; only an assertion may leave it out, since it names the app itself.
    pub client: Option<Client>,
}

impl TokenRequest {
    /// From a form and the `Authorization` header, of which only `Basic` counts here: some clients send the data API's (1.2).
    pub fn parse(form: &[u8], authorization: Option<&str>) -> Result<Self, OAuthError> {
        let mut parameters = parameters(form)?;
        let client = client(&mut parameters, authorization)?;
        let mut optional = |name: &str| parameters.remove(name);
        let mut required = |name: &'static str| optional(name).ok_or_else(|| OAuthError::missing(name));
        let grant_type = required("grant_type").map_err(|_| OAuthError::unsupported_grant_type())?;
        let grant = match grant_type.as_str() {
            "authorization_code" => Grant::AuthorizationCode {
                code: required("code")?.into(),
                redirect_uri: required("redirect_uri")?,
                code_verifier: optional("code_verifier").map(Secret),
            },
            "refresh_token" => Grant::Refresh { refresh_token: required("refresh_token")?.into() },
            JWT_BEARER => Grant::JwtBearer { assertion: required("assertion")?.into() },
            "client_credentials" => Grant::ClientCredentials,
            "password" => Grant::Password { username: required("username")?, password: required("password")?.into() },
            _ => return Err(OAuthError::unsupported_grant_type()),
        };
        let names_itself = matches!(grant, Grant::JwtBearer { .. });
        match client {
            None if !names_itself => Err(OAuthError::missing("client_id")),
            // There is nothing else that could prove it.
            Some(Client { secret: None, .. }) if grant == Grant::ClientCredentials => Err(OAuthError::invalid_client()),
            client => Ok(Self { grant, client }),
        }
    }
}

/// What a form says, each once.
pub(super) fn parameters(form: &[u8]) -> Result<HashMap<Cow<'_, str>, String>, OAuthError> {
    let mut parameters = HashMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        // An empty one is as if it were not there (RFC 6749, 3.2).
        if !value.is_empty() && parameters.insert(name, value.into_owned()).is_some() {
            return Err(OAuthError::repeated());
        }
    }
    Ok(parameters)
}

/// Which app asks: by the `Authorization` header, else by the form.
pub(super) fn client(parameters: &mut HashMap<Cow<'_, str>, String>, authorization: Option<&str>) -> Result<Option<Client>, OAuthError> {
    Ok(match basic(authorization)? {
        Some(client) => Some(client),
        None => parameters.remove("client_id").map(|id| Client { id, secret: parameters.remove("client_secret").map(Secret) }),
    })
}

/// `Basic` with id and secret, each escaped as in a form's value (RFC 6749, 2.3.1).
fn basic(authorization: Option<&str>) -> Result<Option<Client>, OAuthError> {
    let Some((scheme, credentials)) = authorization.and_then(|header| header.trim().split_once(' ')) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let read = || {
        let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let plain = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
        let (id, secret) = (plain(id)?, plain(secret)?);
        (!id.is_empty()).then(|| Client { id, secret: (!secret.is_empty()).then_some(Secret(secret)) })
    };
    read().map(Some).ok_or_else(OAuthError::malformed_authorization)
}

/// What `POST /services/oauth2/token` answers. There is no `expires_in`: how long a token lives is not told (1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenAnswer {
    /// See [`access_token`].
    pub access_token: Secret,
    /// With a code, and with a refresh token that this one replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// Base64 of the HMAC-SHA-256 of [`signed_text`] under the app's secret; none for an app that showed none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Words with spaces between them.
    pub scope: String,
    /// With the scope `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Secret>,
    /// Where the data API is.
    pub instance_url: String,
    /// The address of [`super::Identity`].
    pub id: String,
    /// `Bearer`
    pub token_type: TokenType,
    /// Milliseconds since 1970, as text.
    #[serde(serialize_with = "milliseconds")]
    pub issued_at: Timestamp,
}

/// How a token is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum TokenType {
    /// `Authorization: Bearer …`
    #[default]
    Bearer,
}

fn milliseconds<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.as_millisecond())
}

/// What the signature of an answer is of.
pub fn signed_text(id: &str, issued_at: Timestamp) -> String {
    format!("{id}{}", issued_at.as_millisecond())
}

/// A token in the form that clients look for: the organisation, an exclamation mark, letters, digits, dots and underscores. None for other
/// characters, or for an id that is no organisation's.
pub fn access_token(organization: Id, opaque: &str) -> Option<Secret> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    let well_formed = organization.prefix() == KeyPrefix::ORGANIZATION && !opaque.is_empty() && opaque.bytes().all(fits);
    well_formed.then(|| Secret(format!("{}!{opaque}", organization.short())))
}

/// The organisation that a token names, and the rest of it.
pub fn organization_of(token: &str) -> Option<(Id, &str)> {
    let (organization, opaque) = token.split_once('!')?;
    let id = Id::parse(organization).ok().filter(|id| id.prefix() == KeyPrefix::ORGANIZATION)?;
    Some((id, opaque))
}
