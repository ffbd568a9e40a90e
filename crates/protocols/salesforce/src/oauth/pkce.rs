//! Proof that whoever has a code is whoever asked for it (1.2, RFC 7636). S256 is the only method.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::OAuthError;

/// How long a verifier is.
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// `code_challenge`: the hash of a verifier that is shown with the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// From `code_challenge`, 43 characters of base64url, and from `code_challenge_method`, which may be missing (1.2).
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, OAuthError> {
        if method.is_some_and(|method| method != "S256") {
            return Err(OAuthError::malformed_challenge());
        }
        let hash = URL_SAFE_NO_PAD.decode(challenge).ok().and_then(|hash| hash.try_into().ok());
        hash.map(Self).ok_or_else(OAuthError::malformed_challenge)
    }

    /// Of a verifier, as the app makes it.
    pub fn of(verifier: &str) -> Self {
        Self(Sha256::digest(verifier).into())
    }

    /// Whether this verifier, if any was shown, is the one.
    pub fn check(&self, verifier: Option<&str>) -> Result<(), OAuthError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        let proves = |verifier: &str| VERIFIER.contains(&verifier.len()) && verifier.bytes().all(unreserved) && Self::of(verifier) == *self;
        verifier.is_some_and(proves).then_some(()).ok_or_else(OAuthError::invalid_verifier)
    }
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}
