//! Signed statements (RFC 7523): an app says who it is and as whom it acts, and signs it with its key. RS256 only.
//!
//! `jsonwebtoken` reads them; the signature is verified by what verifies TLS here (webpki on ring), so that there is one implementation of it.

use std::{sync::Once, time::Duration};

use domain::{secret::Secret, time::Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::ErrorKind as JwtErrorKind,
    signature,
};
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer, pem::PemObject as _};
use serde_json::{Map, Value};
use webpki::{EndEntityCert, RawPublicKeyEntity, ring::RSA_PKCS1_2048_8192_SHA256};

use super::{Client, Denied, Issued, Proven, is_chosen};
use crate::{
    App, Error, Result,
    definition::{AppUsers, Flow},
    sign_in,
};

/// How far ahead a statement may say that it ends, our clocks' difference included.
pub const LONGEST_ASSERTION: Duration = Duration::from_secs(10 * 60);
/// How far an app's clock may be behind ours.
const SKEW: Duration = Duration::from_secs(30);
/// The most bytes of a statement.
const BYTES: usize = 16 * 1024;
/// The most bytes of a key in PEM.
const KEY_BYTES: usize = 16 * 1024;
/// A key of 2048 bits in DER is longer than this, one of less is shorter.
const SHORTEST_KEY: usize = 280;

/// What an app states, once its signature was verified.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The name by which the user signs in.
    pub subject: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// What jsonwebtoken verifies with. It knows one algorithm.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(JwtErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::RS256 => Ok(Box::new(Rs256(SubjectPublicKeyInfoDer::from(key.try_get_as_bytes()?.to_vec())))),
        _ => Err(JwtErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

/// A public key.
struct Rs256(SubjectPublicKeyInfoDer<'static>);

impl signature::Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], given: &Vec<u8>) -> Result<(), signature::Error> {
        let key = RawPublicKeyEntity::try_from(&self.0).map_err(|_| signature::Error::new())?;
        key.verify_signature(RSA_PKCS1_2048_8192_SHA256, message, given).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

/// The key of a PEM text: a public key's, or a certificate's. Until when a certificate is good does not matter: an admin put it here, and takes
/// it away.
fn key(pem: &str) -> Option<SubjectPublicKeyInfoDer<'static>> {
    if let Ok(key) = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()) {
        return Some(key);
    }
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    Some(EndEntityCert::try_from(&certificate).ok()?.subject_public_key_info())
}

/// Fails with a sentence unless statements can be verified with it.
pub(crate) fn check_key(property: &'static str, pem: &str) -> Result<()> {
    let wrong = |sentence: &str| Err(Error::invalid(property, sentence));
    if pem.len() > KEY_BYTES {
        return wrong("it is too long for a key");
    }
    if pem.contains("PRIVATE KEY") {
        return wrong("this is a private key: keep it, and give the public one or a certificate");
    }
    let Some(key) = key(pem) else {
        return wrong("it must be a public key or a certificate in PEM: -----BEGIN PUBLIC KEY----- or -----BEGIN CERTIFICATE-----");
    };
    let of_rsa = RawPublicKeyEntity::try_from(&key).is_ok_and(|key| {
        // Nothing is signed by nothing; a key of another kind fails before that is found out.
        let tried = key.verify_signature(RSA_PKCS1_2048_8192_SHA256, b"", b"");
        matches!(tried, Err(webpki::Error::InvalidSignatureForPublicKey))
    });
    if !of_rsa {
        return wrong("it must be a key of RSA");
    }
    if key.as_ref().len() < SHORTEST_KEY {
        return wrong("the key must have at least 2048 bits");
    }
    Ok(())
}

impl App {
    /// Who says to have signed this: not verified, and good for finding the key only.
    pub fn issuer_of(assertion: &Secret) -> Result<String, Denied> {
        if assertion.reveal().len() > BYTES {
            return Err(Denied::BadAssertion);
        }
        let claims: Map<String, Value> =
            jsonwebtoken::dangerous::insecure_decode_claims(assertion.reveal()).map_err(|_| Denied::BadAssertion)?;
        claims.get("iss").and_then(Value::as_str).map(str::to_owned).ok_or(Denied::BadAssertion)
    }

    /// What is stated, if it is signed with the app's key.
    pub fn verify_assertion(client: &Client, assertion: &Secret) -> Result<Value, Denied> {
        static INSTALLED: Once = Once::new();
        // Nobody else in this process uses it; a second time would change nothing.
        INSTALLED.call_once(|| _ = PROVIDER.install_default());
        let key = client.app.certificate.as_deref().and_then(key).ok_or(Denied::BadAssertion)?;
        let mut validation = Validation::new(Algorithm::RS256);
        // Apps write these in forms that the library does not know: whoever reads the claims checks them.
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation.required_spec_claims.clear();
        let read = jsonwebtoken::decode::<Value>(assertion.reveal(), &DecodingKey::from_rsa_der(key.as_ref()), &validation);
        read.map(|token| token.claims).map_err(|_| Denied::BadAssertion)
    }

    /// An access token for an app that acts as the user that it states: [`Flow::JwtBearer`].
    pub async fn issue_by_assertion(&self, client: &Client, proven: Proven, assertion: &Assertion) -> Result<Issued, Denied> {
        client.require(Flow::JwtBearer)?;
        let now = self.now();
        if assertion.expires + SKEW <= now || assertion.expires > now + LONGEST_ASSERTION {
            return Err(Denied::BadAssertion);
        }
        let login = sign_in::folded(&assertion.subject);
        let mut found = client.directory.agents.iter().filter(|(_, agent)| sign_in::folded(&agent.login) == login);
        // Whoever is not there is told apart from nobody, so that names cannot be tried out.
        let (Some((agent, profile)), None) = (found.next(), found.next()) else { return Err(Denied::NotApproved) };
        let approved = match client.app.users {
            AppUsers::Chosen => is_chosen(&client.app, *agent, &profile.roles),
            AppUsers::Everyone => self.store().has_refresh_token(client.workspace(), client.id, *agent, now).await?,
        };
        if !approved {
            return Err(Denied::NotApproved);
        }
        self.issue(client, Flow::JwtBearer, *agent, client.app.scopes.clone(), proven).await
    }
}
