//! `POST /services/oauth2/introspect` (1.2, RFC 7662): what a token of one's own is.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::{Client, OAuthError, Secret, token};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspection {
    /// The token.
    pub token: Secret,
    /// The app, which must show that it is itself.
    pub client: Client,
}

impl Introspection {
    /// From a form and the `Authorization` header.
    pub fn parse(form: &[u8], authorization: Option<&str>) -> Result<Self, OAuthError> {
        let mut parameters: HashMap<_, _> = token::parameters(form)?;
        let client = token::client(&mut parameters, authorization)?.ok_or_else(|| OAuthError::missing("client_id"))?;
        let token = parameters.remove("token").ok_or_else(|| OAuthError::missing("token"))?;
        Ok(Self { token: token.into(), client })
    }
}

/// What is answered of a token that is good. Of any other, `{"active": false}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Introspected {
    /// `true`
    pub active: bool,
    /// Words with spaces between them.
    pub scope: String,
    /// Whose it is.
    pub client_id: String,
    /// By which name the user signs in.
    pub username: String,
    /// The address of [`super::Identity`].
    pub sub: String,
    /// `access_token`, `refresh_token`
    pub token_type: &'static str,
    /// Until when, unless it is used before; none for ever.
    #[serde(serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub exp: Option<Timestamp>,
    /// Since when.
    #[serde(serialize_with = "seconds")]
    pub iat: Option<Timestamp>,
    /// Since when it is good.
    #[serde(serialize_with = "seconds")]
    pub nbf: Option<Timestamp>,
}

fn seconds<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(Timestamp::as_second).serialize(serializer)
}
