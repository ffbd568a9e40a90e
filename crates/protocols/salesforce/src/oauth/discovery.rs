//! `GET /.well-known/openid-configuration` (1.2): where what is, and what is offered. Identity tokens are not, so there are no keys of theirs.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

/// What is offered below an address.
#[derive(Clone, Copy, Debug)]
pub struct Discovery<'a> {
    /// Of the server, without a slash behind it.
    pub base: &'a str,
    /// The words of scopes.
    pub scopes: &'a [&'a str],
}

impl Serialize for Discovery<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let base = self.base;
        let at = |path: &'static str| At(base, path);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("issuer", base)?;
        map.serialize_entry("authorization_endpoint", &at("authorize"))?;
        map.serialize_entry("token_endpoint", &at("token"))?;
        map.serialize_entry("revocation_endpoint", &at("revoke"))?;
        map.serialize_entry("userinfo_endpoint", &at("userinfo"))?;
        map.serialize_entry("introspection_endpoint", &at("introspect"))?;
        map.serialize_entry("scopes_supported", self.scopes)?;
        map.serialize_entry("response_types_supported", &["code"])?;
        let grants =
            ["authorization_code", "refresh_token", "client_credentials", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer"];
        map.serialize_entry("grant_types_supported", &grants)?;
        map.serialize_entry("subject_types_supported", &["public"])?;
        map.serialize_entry("token_endpoint_auth_methods_supported", &["client_secret_post", "client_secret_basic", "none"])?;
        map.serialize_entry("code_challenge_methods_supported", &["S256"])?;
        map.end()
    }
}

struct At<'a>(&'a str, &'static str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/services/oauth2/{}", self.0, self.1)
    }
}

impl Serialize for At<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
