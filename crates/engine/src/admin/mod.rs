//! What admins do: define things, and give them the ids that shipped apps know.
//!
//! Every change is checked against the definitions as they are in its own transaction, is audited and journalled there, and is in effect on this
//! server when it is answered, on others within a second.

mod agents;
mod check;
mod connected_apps;
mod definitions;
mod destinations;
mod event_sources;
mod import;
mod web;
mod workspace;

pub use agents::AgentsDoing;
pub use check::Administered;
pub use connected_apps::{GrantPlace, NewAppSecret};
pub(crate) use definitions::present;
pub use event_sources::checked_mapping;
pub use import::{Imported, Importing};
pub use workspace::{KnockPlace, KnockedAs, Named, RecordSettings, UnknownId, WorkspaceSettings, old_identity};

use domain::{ids::WorkspaceId, journal::Event, secret::Secret};
use futures_util::FutureExt as _;
use store::{Credential, NewDefinition, Tx};
use uuid::Uuid;

use crate::{
    Actor, App, Error, ErrorKind, Result, Scope, audit,
    definition::{Agent, Defined},
    sign_in,
};

/// How a new agent signs in.
#[derive(Clone, Debug)]
pub(crate) struct FirstPassword {
    /// The password's hash.
    pub(crate) hash: Secret,
    /// Somebody else chose it.
    pub(crate) must_change: bool,
}

/// Writes a definition, journals and audits it.
pub(crate) async fn put<T: Defined>(tx: &mut Tx, scope: &Scope, actor: Actor, id: T::Id, definition: &T, verb: &str) -> Result<()> {
    let body = serde_json::to_value(definition).map_err(Error::internal)?;
    let id: Uuid = id.into();
    let new = NewDefinition { kind: T::KIND, id, name: definition.name().to_owned(), body: body.clone() };
    tx.save_definition(scope.workspace(), &new, scope.now).await?;
    scope.journal_event(tx, Event::DefinitionChanged { definition: T::KIND.to_owned(), id });
    audit::write(tx, scope, actor, format!("{}.{verb}", T::KIND), id.to_string(), body).await
}

/// Writes an agent's login, and a password if there is one.
pub(crate) async fn put_login(
    tx: &mut Tx,
    scope: &Scope,
    id: domain::ids::AgentId,
    agent: &Agent,
    password: Option<&FirstPassword>,
) -> Result<()> {
    let workspace = scope.workspace();
    let login = sign_in::folded(&agent.login);
    let known = tx.credential_of(workspace, id).await?;
    let credential = match (known, password) {
        (Some(known), None) if known.login == login => return Ok(()),
        (Some(known), None) => Credential { login, ..known },
        (known, Some(password)) => Credential {
            agent: id,
            login,
            password_hash: password.hash.clone(),
            totp: known.as_ref().and_then(|known| known.totp.clone()),
            totp_step: known.and_then(|known| known.totp_step),
            must_change: password.must_change,
            changed_at: scope.now,
        },
        (None, None) => return Ok(()),
    };
    if !tx.save_credential(workspace, &credential).await? {
        return Err(ErrorKind::Taken {
            property: "login",
            message: format!("the login {:?} belongs to somebody else", agent.login.trim()),
        }
        .into());
    }
    Ok(())
}

impl App {
    /// Sets somebody's password: all sign-ins of theirs end. `removes_second_factor` for who lost it.
    pub(crate) async fn set_password(
        &self,
        workspace: WorkspaceId,
        agent: domain::ids::AgentId,
        actor: Actor,
        password: FirstPassword,
        removes_second_factor: bool,
    ) -> Result<()> {
        let scope = self.scope(workspace)?;
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, password) = (scope.clone(), password.clone());
                async move {
                    let profile = scope.directory.agents.get(&agent).ok_or(ErrorKind::NotFound("agent"))?;
                    put_login(tx, &scope, agent, profile, Some(&password)).await?;
                    if removes_second_factor && let Some(mut credential) = tx.credential_of(workspace, agent).await? {
                        credential.totp = None;
                        credential.totp_step = None;
                        tx.save_credential(workspace, &credential).await?;
                    }
                    tx.remove_sign_ins_of(workspace, agent, None).await?;
                    // Whoever knew the password may have let a program of his own in.
                    connected_apps::nobody_acts_as(tx, &scope, agent).await?;
                    sign_in::tell(tx, &scope, agent);
                    let change = serde_json::json!({ "second_factor_removed": removes_second_factor });
                    audit::write(tx, &scope, actor, "agent.password_reset", agent.to_string(), change).await
                }
                .boxed()
            })
            .await?;
        self.sign_ins().forget_agent(workspace, agent);
        self.app_tokens().forget(workspace, agent.0);
        Ok(())
    }
}

/// Active agents who may make agents and give them roles: without one of them nobody could.
pub(crate) fn admins(directory: &crate::Directory) -> impl Iterator<Item = domain::ids::AgentId> {
    use domain::permission::Permission::{ManageAgents, ManageRoles};
    directory.agents.keys().copied().filter(|agent| directory.allows(*agent, ManageAgents) && directory.allows(*agent, ManageRoles))
}
