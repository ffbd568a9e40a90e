//! Keys for what leaves the server and comes back: session keys, routing tokens, sign-in tokens, links to files.

use std::{fmt, sync::Arc};

use domain::{ids::Randomness, secret::Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use store::RootKey;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{ErrorKind, Result};

/// What a key is for. One key never serves two purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A visitor's session key.
    Session,
    /// The token by which requests find their cluster.
    Affinity,
    /// Links to files for those who have no token.
    FileLink,
    /// Tokens of file requests.
    FileRequest,
    /// Agents' sign-in tokens.
    SignIn,
    /// What requests are recognised by.
    Fingerprint,
    /// Who was asked whether an app is let in.
    Consent,
    /// Secrets by which another's webhooks are known.
    EventWebhook,
    /// The keys with which sites sign the ids of their users.
    Customer,
}

const NO_ROOT_KEY: ErrorKind = ErrorKind::Conflict("this server has no root key to keep secrets with");

/// One key for each purpose, derived from the root key.
#[derive(Clone)]
pub struct Keys {
    root: [u8; 32],
    /// Those that the signing key replaced: what they signed is still good.
    earlier: Vec<[u8; 32]>,
    at_rest: Option<Arc<RootKey>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// From the key that the root key gives to signing.
    pub fn new(signing_key: [u8; 32]) -> Self {
        Self { root: signing_key, earlier: Vec::new(), at_rest: None }
    }

    /// The same, with the root key itself, which encrypts secrets in the database, and whose earlier keys signed what is still about. Without it
    /// there are no second factors.
    #[must_use]
    pub fn with_root_key(mut self, root_key: Arc<RootKey>) -> Self {
        self.earlier = root_key.derive_all(store::Purpose::SessionKey).iter().skip(1).map(|key| *key.reveal()).collect();
        self.at_rest = Some(root_key);
        self
    }

    /// Encrypts a secret for the database.
    pub(crate) fn seal(&self, place: &str, secret: &[u8], randomness: &dyn Randomness) -> Result<Secret> {
        Ok(self.at_rest.as_ref().ok_or(NO_ROOT_KEY)?.seal(place, secret, randomness))
    }

    /// Decrypts a secret from the database.
    pub(crate) fn unseal(&self, place: &str, sealed: &Secret) -> Result<Zeroizing<Vec<u8>>> {
        Ok(self.at_rest.as_ref().ok_or(NO_ROOT_KEY)?.open(place, sealed)?)
    }

    /// The code of a message under a purpose.
    pub fn sign(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        code(&self.root, purpose, parts)
    }

    /// The code of a message under a purpose, and those that the keys before made of it: for a secret that others keep.
    pub(crate) fn codes(&self, purpose: Purpose, parts: &[&[u8]]) -> impl Iterator<Item = [u8; 32]> {
        std::iter::once(&self.root).chain(&self.earlier).map(move |key| code(key, purpose, parts))
    }

    /// Whether `given` begins the code of a message, under the current key or one that it replaced; compared in constant time. At least 16 bytes
    /// must be given.
    pub fn verify(&self, purpose: Purpose, parts: &[&[u8]], given: &[u8]) -> bool {
        std::iter::once(&self.root).chain(&self.earlier).any(|key| {
            let code = code(key, purpose, parts);
            given.len() >= 16 && given.len() <= code.len() && bool::from(code[..given.len()].ct_eq(given))
        })
    }
}

fn code(key: &[u8; 32], purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
    let label: &[u8] = match purpose {
        Purpose::Session => b"session",
        Purpose::Affinity => b"affinity",
        Purpose::FileLink => b"file link",
        Purpose::FileRequest => b"file request",
        Purpose::SignIn => b"sign-in",
        Purpose::Fingerprint => b"fingerprint",
        Purpose::Consent => b"consent",
        Purpose::EventWebhook => b"event webhook",
        Purpose::Customer => b"customer",
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    // Lengths first, so that no two lists of parts make the same message.
    for part in std::iter::once(&label).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_its_purpose_and_its_parts_only() {
        let keys = Keys::new([7; 32]);
        let code = keys.sign(Purpose::Session, &[b"ab", b"c"]);
        assert!(keys.verify(Purpose::Session, &[b"ab", b"c"], &code[..20]));
        assert!(!keys.verify(Purpose::Session, &[b"a", b"bc"], &code[..20]));
        assert!(!keys.verify(Purpose::FileLink, &[b"ab", b"c"], &code[..20]));
        assert!(!keys.verify(Purpose::Session, &[b"ab", b"c"], &code[..8]), "a short code proves nothing");
    }

    #[test]
    fn what_a_replaced_key_signed_is_still_good_while_it_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, random) = (folder.path().join("root.key"), testkit::SeededRandomness::from_seed(3));
        let keys = |root: &RootKey| Keys::new(*root.derive(store::Purpose::SessionKey).reveal()).with_root_key(Arc::new(root.clone()));
        let mut root = RootKey::load_or_make(&path, &random).unwrap();
        let code = keys(&root).sign(Purpose::Session, &[b"visitor"]);
        root.rotate(&path, &random).unwrap();
        assert!(keys(&root).verify(Purpose::Session, &[b"visitor"], &code));
        assert_ne!(keys(&root).sign(Purpose::Session, &[b"visitor"]), code, "what is signed now is signed by the new one");
        let other = RootKey::load_or_make(&folder.path().join("other.key"), &random).unwrap();
        assert!(!keys(&other).verify(Purpose::Session, &[b"visitor"], &code));
    }
}
