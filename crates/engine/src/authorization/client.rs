//! Which app asks, and whether it is itself.

use std::{fmt, net::IpAddr, sync::Arc};

use domain::{
    ids::{AppSecretId, ConnectedAppId, WorkspaceId},
    secret::Secret,
};
use subtle::ConstantTimeEq as _;

use super::{Denied, token::hash};
use crate::{
    App, Directory,
    definition::{ConnectedApp, Flow, Scopes},
};

/// A connected app that asks for something.
#[derive(Clone)]
pub struct Client {
    /// The definitions of its workspace, as they were when it asked.
    pub directory: Arc<Directory>,
    /// Which app.
    pub id: ConnectedAppId,
    /// What an admin set.
    pub app: ConnectedApp,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.id)
    }
}

/// That an app is itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proven {
    /// By which secret; none where none was needed.
    pub(super) secret: Option<AppSecretId>,
    /// Where from.
    pub(super) address: Option<IpAddr>,
}

impl Client {
    /// Its workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.directory.id()
    }

    /// Fails unless it may come to tokens this way.
    pub fn require(&self, flow: Flow) -> Result<(), Denied> {
        if self.app.has(flow) { Ok(()) } else { Err(Denied::FlowNotAllowed) }
    }

    /// What it gets of what it asks for: all that it may have where it says nothing.
    pub fn scopes(&self, asked: &Scopes) -> Result<Scopes, Denied> {
        if asked.is_empty() {
            return Ok(self.app.scopes.clone());
        }
        if self.app.scopes.includes(asked) { Ok(asked.clone()) } else { Err(Denied::ScopeNotAllowed) }
    }

    /// Whether a browser may be sent back there: one of the addresses that an admin registered, byte by byte.
    pub fn may_return_to(&self, address: &str) -> bool {
        self.app.redirect_addresses.iter().any(|known| known == address)
    }
}

impl App {
    /// The app that calls itself so.
    pub fn client(&self, client_id: &str) -> Result<Client, Denied> {
        let directories = self.directories();
        let (directory, id, app) = directories.by_client_id(client_id).filter(|(_, _, app)| app.active).ok_or(Denied::UnknownClient)?;
        Ok(Client { directory: directory.clone(), id, app: app.clone() })
    }

    /// Fails unless the app shows one of its secrets, where it must. A secret that is shown must be right in any case.
    pub async fn prove_client(
        &self,
        client: &Client,
        secret: Option<&Secret>,
        must: bool,
        address: Option<IpAddr>,
    ) -> Result<Proven, Denied> {
        let Some(secret) = secret else {
            return if must { Err(Denied::WrongSecret) } else { Ok(Proven { secret: None, address }) };
        };
        let given = hash(secret.reveal());
        let known = self.store().app_secrets(client.workspace(), client.id).await?;
        // All are compared, so that the time says nothing of which.
        let found = known.iter().fold(None, |found, known| if bool::from(known.hash.ct_eq(&given)) { Some(known.id) } else { found });
        Ok(Proven { secret: Some(found.ok_or(Denied::WrongSecret)?), address })
    }
}
