//! Making, changing, removing and listing what admins define.

use domain::{
    ids::{AgentId, ConnectedAppId, DestinationId},
    permission::Permission,
    presence::PresenceReason,
    secret::Secret,
};
use futures_util::FutureExt as _;
use store::Tx;
use uuid::Uuid;

use super::{
    FirstPassword,
    check::Administered,
    connected_apps::{self, claim_client_id, nobody_acts_as},
    event_sources, put, put_login,
};
use crate::{
    App, Directory, Error, ErrorKind, Result, Scope, SignedInAgent, audit,
    definition::{Agent, Defined as _, Destination},
    delivery,
    idempotency::{Done, Keep},
    listing::{self, Asked, Listed, NamePlace},
    routing, sign_in,
};

/// The definitions as they are in the transaction, with all changes of definitions held up until it is over.
pub(crate) async fn present(tx: &mut Tx, scope: &Scope) -> Result<Directory> {
    tx.lock_routing_lane(scope.workspace()).await?;
    let definitions = tx.definitions(scope.workspace()).await?;
    Ok(Directory::of(scope.directory.workspace.clone(), definitions))
}

/// Fails if a change took away the last one who could undo it.
async fn still_has_admin(tx: &mut Tx, scope: &Scope, before: &Directory) -> Result<()> {
    let definitions = tx.definitions(scope.workspace()).await?;
    let after = Directory::of(scope.directory.workspace.clone(), definitions);
    if super::admins(before).next().is_some() && super::admins(&after).next().is_none() {
        return Err(ErrorKind::Conflict("nobody would be left who may manage agents and roles: make somebody else an admin first").into());
    }
    Ok(())
}

impl App {
    /// One definition.
    pub fn read<T: Administered>(&self, who: &SignedInAgent, id: T::Id) -> Result<T> {
        who.require(T::PERMISSION)?;
        T::all(&*self.directory(who.workspace)?).get(&id).cloned().ok_or_else(|| ErrorKind::NotFound(T::KIND).into())
    }

    /// A page of definitions by name: what is searched for is in what people know one by ([`Administered::is_found_by`]), in one of its old
    /// ids, or is its id.
    pub fn list<T: Administered>(&self, who: &SignedInAgent, asked: &Asked<'_, NamePlace>) -> Result<Listed<(T::Id, T), NamePlace>> {
        who.require(T::PERMISSION)?;
        Ok(listing::definitions(&*self.directory(who.workspace)?, asked))
    }

    /// Makes a definition. Agents are made by [`App::create_agent`].
    pub async fn create<T: Administered>(&self, who: &SignedInAgent, new: T, keep: Option<Keep<(T::Id, T)>>) -> Result<Done<(T::Id, T)>> {
        self.create_with(who, new, None, keep).await
    }

    /// Makes an agent with a password that must be changed at the first sign-in.
    pub async fn create_agent(
        &self,
        who: &SignedInAgent,
        new: Agent,
        password: Secret,
        keep: Option<Keep<(AgentId, Agent)>>,
    ) -> Result<Done<(AgentId, Agent)>> {
        who.require(Agent::PERMISSION)?;
        sign_in::check_password("password", &password)?;
        let hash = self.hash_password(password).await?;
        self.create_with(who, new, Some(FirstPassword { hash, must_change: true }), keep).await
    }

    async fn create_with<T: Administered>(
        &self,
        who: &SignedInAgent,
        new: T,
        password: Option<FirstPassword>,
        keep: Option<Keep<(T::Id, T)>>,
    ) -> Result<Done<(T::Id, T)>> {
        who.require(T::PERMISSION)?;
        let scope = self.scope(who.workspace)?;
        let id: T::Id = scope.id();
        let work = std::sync::Arc::new((self.clone(), scope, who.clone(), new, password, keep));
        let done = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, who, new, password, keep) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let directory = present(tx, scope).await?;
                    let mut new = new.clone();
                    new.check(id, None, &directory, who, scope.now)?;
                    claim_client_id(tx, scope.workspace(), None, new.client_id()).await?;
                    put(tx, scope, who.actor(), id, &new, "created").await?;
                    if let Some(agent) = new.as_agent() {
                        put_login(tx, scope, AgentId(id.into()), agent, password.as_ref()).await?;
                    }
                    let made = (id, new);
                    Keep::keep(keep.as_ref(), tx, app, &made).await?;
                    Ok(Done::Now(made))
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(done)
    }

    /// Replaces all that can be set of a definition.
    pub async fn replace<T: Administered>(&self, who: &SignedInAgent, id: T::Id, new: T) -> Result<T> {
        who.require(T::PERMISSION)?;
        let scope = self.scope(who.workspace)?;
        let work = std::sync::Arc::new((scope, who.clone(), new));
        let kept = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who, new) = &*work;
                    let directory = present(tx, scope).await?;
                    let old = T::all(&directory).get(&id).ok_or(ErrorKind::NotFound(T::KIND))?;
                    let mut new = new.clone();
                    new.check(id, Some(old), &directory, who, scope.now)?;
                    claim_client_id(tx, scope.workspace(), old.client_id(), new.client_id()).await?;
                    put(tx, scope, who.actor(), id, &new, "changed").await?;
                    if T::KIND == Destination::KIND {
                        // What it was held for may be mended by this.
                        delivery::resume(tx, scope, DestinationId(id.into())).await?;
                    }
                    if let Some(agent) = new.as_agent() {
                        put_login(tx, scope, AgentId(id.into()), agent, None).await?;
                        if !agent.active {
                            routing::goes_offline(tx, scope, AgentId(id.into()), PresenceReason::Removed).await?;
                            tx.remove_sign_ins_of(scope.workspace(), AgentId(id.into()), None).await?;
                            nobody_acts_as(tx, scope, AgentId(id.into())).await?;
                            sign_in::tell(tx, scope, AgentId(id.into()));
                        }
                    }
                    still_has_admin(tx, scope, &directory).await?;
                    Ok(new)
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(kept)
    }

    /// Removes a definition that nothing needs any more.
    pub async fn remove<T: Administered>(&self, who: &SignedInAgent, id: T::Id) -> Result<()> {
        who.require(T::PERMISSION)?;
        let scope = self.scope(who.workspace)?;
        let work = std::sync::Arc::new((scope, who.clone()));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who) = &*work;
                    let workspace = scope.workspace();
                    let directory = present(tx, scope).await?;
                    let old = T::all(&directory).get(&id).ok_or(ErrorKind::NotFound(T::KIND))?;
                    old.may_be_removed(id, &directory, who)?;
                    waits_for_nobody::<T>(tx, scope, id).await?;
                    let uuid: Uuid = id.into();
                    if old.as_agent().is_some() {
                        leaves_nothing_behind(tx, scope, AgentId(uuid)).await?;
                        tx.remove_credential(workspace, AgentId(uuid)).await?;
                        nobody_acts_as(tx, scope, AgentId(uuid)).await?;
                        sign_in::tell(tx, scope, AgentId(uuid));
                    }
                    if old.client_id().is_some() {
                        claim_client_id(tx, workspace, old.client_id(), None).await?;
                        connected_apps::leaves_nothing_behind(tx, scope, ConnectedAppId(uuid)).await?;
                    }
                    event_sources::release_keys(tx, scope, old.write_keys()).await?;
                    tx.remove_definition(workspace, T::KIND, uuid).await?;
                    still_has_admin(tx, scope, &directory).await?;
                    let removed = domain::journal::Event::DefinitionChanged { definition: T::KIND.to_owned(), id: uuid };
                    scope.journal_event(tx, removed);
                    let body = serde_json::to_value(old).map_err(Error::internal)?;
                    audit::write(tx, scope, who.actor(), format!("{}.removed", T::KIND), uuid.to_string(), body).await
                }
                .boxed()
            })
            .await?;
        self.reload().await
    }

    /// Sets an agent's password; it must be changed at the next sign-in, and all sign-ins end.
    pub async fn reset_agents_password(
        &self,
        who: &SignedInAgent,
        agent: AgentId,
        password: Secret,
        removes_second_factor: bool,
    ) -> Result<()> {
        who.require(Permission::ManageAgents)?;
        let directory = self.directory(who.workspace)?;
        directory.agents.get(&agent).ok_or(ErrorKind::NotFound("agent"))?;
        if !who.permissions.includes(&directory.permissions(agent)) {
            return Err(ErrorKind::Forbidden.into());
        }
        sign_in::check_password("password", &password)?;
        let hash = self.hash_password(password).await?;
        let password = FirstPassword { hash, must_change: true };
        self.set_password(who.workspace, agent, who.actor(), password, removes_second_factor).await
    }
}

/// An agent who is removed: his conversations go back to their queues, and what he was finishing up is finished.
async fn leaves_nothing_behind(tx: &mut Tx, scope: &Scope, agent: AgentId) -> Result<()> {
    routing::goes_offline(tx, scope, agent, PresenceReason::Removed).await?;
    let mut loaded = routing::Loaded::lock(tx, scope).await?;
    for conversation in tx.after_work_of(scope.workspace(), agent).await? {
        routing::finish_up(tx, scope, &mut loaded, conversation).await?;
    }
    Ok(())
}

/// Conversations that wait for it are its users too.
async fn waits_for_nobody<T: Administered>(tx: &mut Tx, scope: &Scope, id: T::Id) -> Result<()> {
    let (workspace, uuid): (_, Uuid) = (scope.workspace(), id.into());
    let conversations = match T::KIND {
        "button" => {
            tx.waiting_counts(workspace).await?.into_iter().find(|(button, _)| button.map(Uuid::from) == Some(uuid)).map_or(0, |(_, n)| n)
        }
        _ => 0,
    };
    match conversations {
        0 => Ok(()),
        1 => Err(ErrorKind::InUse(format!("one conversation still needs this {}", T::KIND)).into()),
        n => Err(ErrorKind::InUse(format!("{n} conversations still need this {}", T::KIND)).into()),
    }
}
