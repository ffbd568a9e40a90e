//! How codes and tokens are made and read: `{id}.{secret}`, letters, digits and a dot.

use std::fmt;

use domain::{
    ids::{AppTokenId, WorkspaceId},
    secret::Secret,
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::App;

/// The bytes of the secret part.
const SECRET: usize = 32;

/// A code or token as somebody shows it.
#[derive(Clone)]
pub struct GivenToken {
    pub(super) id: AppTokenId,
    secret: Secret,
}

impl fmt::Debug for GivenToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenToken({})", self.id)
    }
}

impl GivenToken {
    /// None for what cannot be one.
    pub fn read(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        if id.len() != 32 || secret.len() != SECRET * 2 {
            return None;
        }
        Some(Self { id: AppTokenId(Uuid::try_parse(id).ok()?), secret: Secret(secret.to_owned()) })
    }

    /// A refresh token says its workspace too, so that it can be taken back by whoever has nothing but it.
    pub fn read_refresh(text: &str) -> Option<(WorkspaceId, Self)> {
        let (workspace, rest) = text.split_once('.')?;
        let workspace = Uuid::try_parse(workspace).ok().filter(|_| workspace.len() == 32)?;
        Some((WorkspaceId(workspace), Self::read(rest)?))
    }

    /// Whether it is the one with this hash; compared in constant time.
    pub(super) fn is(&self, known: &[u8]) -> bool {
        known.ct_eq(&hash(self.secret.reveal())).into()
    }
}

pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A new code or token, and the hash of its secret part.
pub(super) struct Fresh {
    pub(super) id: AppTokenId,
    pub(super) hash: Vec<u8>,
    text: String,
}

impl Fresh {
    pub(super) fn new(app: &App) -> Self {
        let id: AppTokenId = app.id();
        let secret = hexadecimal(&app.random::<SECRET>());
        Self { id, hash: hash(&secret), text: format!("{}.{secret}", id.0.simple()) }
    }

    pub(super) fn printed(&self) -> Secret {
        Secret(self.text.clone())
    }

    pub(super) fn printed_refresh(&self, workspace: WorkspaceId) -> Secret {
        Secret(format!("{}.{}", workspace.0.simple(), self.text))
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_out_is_not_shown_to_logs() {
        let secret = || Secret("hunter2".to_owned());
        let issued = crate::authorization::Issued {
            workspace: WorkspaceId(Uuid::nil()),
            agent: domain::ids::AgentId(Uuid::nil()),
            scopes: Default::default(),
            access: secret(),
            refresh: Some(secret()),
            at: domain::time::Timestamp(0),
        };
        let new = crate::admin::NewAppSecret {
            id: domain::ids::AppSecretId(Uuid::nil()),
            secret: secret(),
            created_at: domain::time::Timestamp(0),
        };
        let shown = format!("{issued:?} {new:?}");
        assert!(!shown.contains("hunter2") && shown.contains("Secret"), "{shown}");
    }

    #[test]
    fn what_is_no_token_is_not_read_and_nothing_of_one_is_shown() {
        let (id, secret) = ("0190163d8694739baea5966c26f8ad91", "ab".repeat(SECRET));
        let given = GivenToken::read(&format!("{id}.{secret}")).unwrap();
        assert!(given.is(&hash(&secret)) && !given.is(&hash("another")) && !given.is(b""));
        assert!(!format!("{given:?}").contains("abab"));
        assert_eq!(GivenToken::read_refresh(&format!("{id}.{id}.{secret}")).unwrap().0.0.simple().to_string(), id);
        for none in ["", ".", "x.y", &format!("{id}."), &format!("{id}.{secret}0"), &format!("{id}.{secret}.x"), &format!("{id}é.{secret}")]
        {
            assert!(GivenToken::read(none).is_none(), "{none}");
            assert!(GivenToken::read_refresh(none).is_none(), "{none}");
        }
    }
}
