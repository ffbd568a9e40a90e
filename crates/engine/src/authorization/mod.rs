//! Connected apps: programs of others that act as agents, by OAuth 2.0 (RFC 6749).
//!
//! What OAuth says is here: who may come to a token and how, how long it lives, what a stolen one costs. How requests and answers look is a
//! facade's matter. A *grant* is that an app may act as an agent; its codes and tokens are `{id}.{secret}`, of which a hash is stored, and go
//! with it. A use of an access token keeps it alive; what is known of tokens in use is remembered on each server and forgotten when the
//! journal tells that a grant was taken back.

mod access;
mod assertion;
mod client;
mod code;
mod issue;
mod refresh;
mod token;

use std::net::IpAddr;

use domain::{
    ids::{AgentId, AppGrantId, ConnectedAppId, WorkspaceId},
    journal::Event,
    permission::Permissions,
    secret::Secret,
    time::Timestamp,
};
use store::Tx;
use uuid::Uuid;

pub use access::Introspected;
pub(crate) use access::Known;
pub(crate) use assertion::check_key;
pub use assertion::{Assertion, LONGEST_ASSERTION};
pub use client::{Client, Proven};
pub use code::{CODE_LIVES, NewCode};
pub use refresh::REPEAT_GRACE;
pub use token::GivenToken;
pub(crate) use token::{hash, hexadecimal};

use crate::{
    Directory, Error, Scope,
    definition::{AppUsers, ConnectedApp, Flow, Scopes},
};

/// What the journal calls a grant, or all grants of an app, that were taken back.
pub const APP_GRANT: &str = "app_grant";
/// Expired tokens that are removed when one is made.
const PRUNED: i64 = 100;

/// Why an app gets no token. What it is told is its protocol's matter.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// No app calls itself so.
    #[error("there is no such app")]
    UnknownClient,
    /// The app did not show that it is itself.
    #[error("the app's secret is missing or wrong")]
    WrongSecret,
    /// An admin did not allow the app to come by this way.
    #[error("the app may not come to tokens this way")]
    FlowNotAllowed,
    /// The app asks for more than it may have.
    #[error("the app may not do this")]
    ScopeNotAllowed,
    /// Neither an admin nor the user let the app in.
    #[error("nobody let the app act as this user")]
    NotApproved,
    /// The user may not sign in.
    #[error("the user is not active")]
    InactiveUser,
    /// A code that there is not, that is too old, or was used.
    #[error("the code is not valid any more")]
    CodeExpired,
    /// The code was given for another address.
    #[error("the code was given for another address")]
    WrongRedirect,
    /// Who shows the code did not show that it was given to him.
    #[error("the proof of who asked for the code is missing or wrong")]
    WrongVerifier,
    /// A refresh token that there is not, that is too old, or was replaced.
    #[error("the token is not valid any more")]
    TokenExpired,
    /// No statement, one of another form, or not signed with the app's key.
    #[error("the statement is not signed with the app's key")]
    BadAssertion,
    /// Storage, capacity, a defect.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<store::Error> for Denied {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl store::Failure for Denied {
    fn storage(&self) -> Option<&store::Error> {
        match self {
            Self::Failed(error) => error.storage(),
            _ => None,
        }
    }
}

/// Tokens that were made.
#[derive(Clone, Debug)]
pub struct Issued {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// To act as whom.
    pub agent: AgentId,
    /// To do what.
    pub scopes: Scopes,
    /// To act with.
    pub access: Secret,
    /// To come back with.
    pub refresh: Option<Secret>,
    /// When.
    pub at: Timestamp,
}

/// An app that acts as an agent, by an access token.
#[derive(Clone, Debug)]
pub struct AppCaller {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// As whom.
    pub agent: AgentId,
    /// Which app.
    pub app: ConnectedAppId,
    /// By which grant.
    pub grant: AppGrantId,
    /// To do what.
    pub scopes: Scopes,
    /// What the agent may do now.
    pub permissions: Permissions,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// Since when the token is there.
    pub issued_at: Timestamp,
    /// When the token is over, unless it is used before.
    pub expires_at: Timestamp,
}

/// Whether an app that came this way may act as an agent now.
fn may_act(directory: &Directory, app: &ConnectedApp, flow: Flow, agent: AgentId) -> Result<(), Denied> {
    let profile = directory.agents.get(&agent).filter(|profile| profile.active).ok_or(Denied::InactiveUser)?;
    if !app.has(flow) {
        return Err(Denied::FlowNotAllowed);
    }
    let approved = match (flow, app.users) {
        (Flow::ClientCredentials, _) => app.run_as == Some(agent),
        (_, AppUsers::Everyone) => true,
        (_, AppUsers::Chosen) => is_chosen(app, agent, &profile.roles),
    };
    if approved { Ok(()) } else { Err(Denied::NotApproved) }
}

fn is_chosen(app: &ConnectedApp, agent: AgentId, roles: &[domain::ids::RoleId]) -> bool {
    app.agents.contains(&agent) || app.roles.iter().any(|role| roles.contains(role))
}

/// The journal tells every server to forget what it remembers of a grant, or of all grants of an app.
pub(crate) fn tell(tx: &mut Tx, scope: &Scope, what: impl Into<Uuid>) {
    scope.journal_event(tx, Event::DefinitionChanged { definition: APP_GRANT.to_owned(), id: what.into() });
}
