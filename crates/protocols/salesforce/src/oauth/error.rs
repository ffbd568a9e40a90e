//! What OAuth's addresses say when they refuse: another shape than the data API's (1.2).

use std::{borrow::Cow, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct};

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal),* $(,)?) => {
        /// Why no token is given (1.2).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OAuthCode {
            $($(#[doc = $doc])* $name,)*
        }

        impl OAuthCode {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it is written: `invalid_grant`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// What was given to prove who asks does not.
    InvalidGrant "invalid_grant",
    /// There is no such app.
    InvalidClientId "invalid_client_id",
    /// The app did not prove that it is itself.
    InvalidClient "invalid_client",
    /// A kind of proof that is not taken.
    UnsupportedGrantType "unsupported_grant_type",
    /// Something is missing or malformed.
    InvalidRequest "invalid_request",
    /// Something else than a code is asked for (RFC 6749, 4.1.2.1).
    UnsupportedResponseType "unsupported_response_type",
    /// More is asked for than the app may have (RFC 6749, 5.2).
    InvalidScope "invalid_scope",
    /// The app may not ask for codes (RFC 6749, 4.1.2.1).
    UnauthorizedClient "unauthorized_client",
    /// Nobody may be asked, and nobody is signed in (OpenID Connect Core, 3.1.2.6).
    LoginRequired "login_required",
    /// The user said no (RFC 6749, 4.1.2.1).
    AccessDenied "access_denied",
    /// An address that the app did not register.
    RedirectUriMismatch "redirect_uri_mismatch",
    /// The user may not sign in.
    InactiveUser "inactive_user",
    /// The organisation may not be used.
    InactiveOrg "inactive_org",
    /// Too often.
    RateLimitExceeded "rate_limit_exceeded",
    /// Something is wrong with the server (RFC 6749, 4.1.2.1).
    ServerError "server_error",
    /// Not now (RFC 6749, 4.1.2.1).
    TemporarilyUnavailable "temporarily_unavailable",
}

/// A refusal: a status, and an object with a code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    code: OAuthCode,
    description: Cow<'static, str>,
}

impl OAuthError {
    /// The HTTP status: 400, unless it is the server that fails.
    pub fn status(&self) -> u16 {
        match self.code {
            OAuthCode::ServerError => 500,
            OAuthCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }

    fn of(code: OAuthCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
    }

    /// Why.
    pub fn code(&self) -> OAuthCode {
        self.code
    }

    /// In words. No part of a token or of a password is among them.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// A wrong name or password.
    pub fn authentication_failure() -> Self {
        Self::of(OAuthCode::InvalidGrant, "authentication failure")
    }

    /// A refresh token that there is not, or is no longer.
    pub fn expired_token() -> Self {
        Self::of(OAuthCode::InvalidGrant, "expired access/refresh token")
    }

    /// A code that there is not, is too old, or was used.
    pub fn expired_code() -> Self {
        Self::of(OAuthCode::InvalidGrant, "expired authorization code")
    }

    /// The user has not let this app in.
    pub fn not_approved() -> Self {
        Self::of(OAuthCode::InvalidGrant, "user hasn't approved this consumer")
    }

    /// An assertion for another server.
    pub fn invalid_audience() -> Self {
        Self::of(OAuthCode::InvalidGrant, "audience is invalid")
    }

    /// An assertion that is none, is not signed with the app's key, or is too old.
    pub fn invalid_assertion() -> Self {
        Self::of(OAuthCode::InvalidGrant, "invalid assertion")
    }

    /// The verifier is missing, or is not the one that the code was asked for with.
    pub fn invalid_verifier() -> Self {
        Self::of(OAuthCode::InvalidGrant, "invalid code verifier")
    }

    /// There is no such app.
    pub fn invalid_client_id() -> Self {
        Self::of(OAuthCode::InvalidClientId, "client identifier invalid")
    }

    /// The app's secret is missing or wrong.
    pub fn invalid_client() -> Self {
        Self::of(OAuthCode::InvalidClient, "invalid client credentials")
    }

    /// A kind of proof that there is not, or that an administrator switched off.
    pub fn unsupported_grant_type() -> Self {
        Self::of(OAuthCode::UnsupportedGrantType, "grant type not supported")
    }

    /// A parameter is not there.
    pub fn missing(parameter: &'static str) -> Self {
        Self::of(OAuthCode::InvalidRequest, format!("missing required parameter: {parameter}"))
    }

    /// A parameter is there twice.
    pub fn repeated() -> Self {
        Self::of(OAuthCode::InvalidRequest, "a parameter is repeated")
    }

    /// Basic authentication that cannot be read.
    pub fn malformed_authorization() -> Self {
        Self::of(OAuthCode::InvalidRequest, "malformed Authorization header")
    }

    /// No challenge of S256.
    pub fn malformed_challenge() -> Self {
        Self::of(OAuthCode::InvalidRequest, "malformed code challenge")
    }

    /// Something else than a code is asked for.
    pub fn unsupported_response_type() -> Self {
        Self::of(OAuthCode::UnsupportedResponseType, "response type not supported")
    }

    /// More is asked for than the app may have.
    pub fn invalid_scope() -> Self {
        Self::of(OAuthCode::InvalidScope, "the requested scope is not allowed")
    }

    /// Something is wrong with the server.
    pub fn server_error() -> Self {
        Self::of(OAuthCode::ServerError, "the server failed")
    }

    /// Not now.
    pub fn temporarily_unavailable() -> Self {
        Self::of(OAuthCode::TemporarilyUnavailable, "the server is busy, please try again later")
    }

    /// The request is not what OAuth asks for, in a sentence.
    pub fn invalid_request(sentence: &'static str) -> Self {
        Self::of(OAuthCode::InvalidRequest, sentence)
    }

    /// The app may not ask for codes.
    pub fn unauthorized_client() -> Self {
        Self::of(OAuthCode::UnauthorizedClient, "this app may not ask for authorization")
    }

    /// Nobody may be asked, and nobody is signed in.
    pub fn login_required() -> Self {
        Self::of(OAuthCode::LoginRequired, "the user must sign in")
    }

    /// An administrator did not choose this user for the app.
    pub fn not_admin_approved() -> Self {
        Self::of(OAuthCode::AccessDenied, "user is not admin approved to access this app")
    }

    /// The user said no.
    pub fn access_denied() -> Self {
        Self::of(OAuthCode::AccessDenied, "end-user denied authorization")
    }

    /// The address to return to is not one of the app's.
    pub fn redirect_uri_mismatch() -> Self {
        Self::of(OAuthCode::RedirectUriMismatch, "redirect_uri must match configuration")
    }

    /// The user may not sign in.
    pub fn inactive_user() -> Self {
        Self::of(OAuthCode::InactiveUser, "user is inactive")
    }

    /// The organisation may not be used.
    pub fn inactive_org() -> Self {
        Self::of(OAuthCode::InactiveOrg, "organization is inactive")
    }

    /// Too often.
    pub fn rate_limit_exceeded() -> Self {
        Self::of(OAuthCode::RateLimitExceeded, "login rate exceeded")
    }
}

impl Serialize for OAuthError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("OAuthError", 2)?;
        object.serialize_field("error", self.code.as_str())?;
        object.serialize_field("error_description", &self.description)?;
        object.end()
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl std::error::Error for OAuthError {}
