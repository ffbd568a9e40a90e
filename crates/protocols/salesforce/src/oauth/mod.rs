//! OAuth 2.0 as Salesforce speaks it (1.2): requests for codes and tokens, what they are answered, who a token is of.
//!
//! Nothing is signed or verified here, and no secret compared: that needs keys, a clock and care that a codec cannot give. Only the proof of
//! a code's owner (PKCE) is a matter of what was sent, and is checked here.

mod authorize;
mod claims;
mod discovery;
mod error;
mod introspection;
mod pkce;
mod token;
mod userinfo;

use std::fmt;

use serde::{Serialize, Serializer};

pub use authorize::AuthorizeRequest;
pub use claims::{Claims, LOGIN_AUDIENCES};
pub use discovery::Discovery;
pub use error::{OAuthCode, OAuthError};
pub use introspection::{Introspected, Introspection};
pub use pkce::Challenge;
pub use token::{Client, Grant, TokenAnswer, TokenRequest, TokenType, access_token, organization_of, signed_text};
pub use userinfo::{Identity, IdentityAnswer, UserInfo};

/// A token, a code, a password: written as it is on the wire, and hidden under `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// To be compared, hashed or sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
