//! The beginning: workspaces, the first admin, what the demonstration shows.
//!
//! These need nobody who is signed in: they are for the server's start and its command line.

use std::collections::BTreeMap;

use domain::{
    ids::{AgentId, ButtonId, DeploymentId, RoleId, WorkspaceId},
    journal::{Event, Numbered},
    permission::BuiltInRole,
    secret::Secret,
    text_limits, transcript,
};
use futures_util::FutureExt as _;
use store::{NewDefinition, Workspace};
use uuid::Uuid;

use crate::{
    Actor, App, Directory, Error, ErrorKind, OLD_IDS, Result,
    admin::{FirstPassword, put, put_login},
    definition::{Agent, Button, Defined, Deployment, Role},
    sign_in,
};

/// The name of the workspace that a server begins with.
pub const FIRST_WORKSPACE: &str = "default";

/// Ids by which the demonstration's things can be reached over the protocol of old.
pub mod demo_ids {
    /// The workspace.
    pub const ORGANISATION: &str = "00DSB0000000001";
    /// The deployment.
    pub const DEPLOYMENT: &str = "572SB0000000001";
    /// The button.
    pub const BUTTON: &str = "573SB0000000001";

    /// The agents, counted from 1 in the order in which they are given.
    pub fn agent(number: usize) -> String {
        format!("005SB{number:010}")
    }
}

/// An agent of the demonstration.
#[derive(Clone, Debug)]
pub struct DemoAgent {
    /// The login.
    pub login: String,
    /// The name that colleagues and visitors see.
    pub name: String,
    /// The password, at least 12 characters.
    pub password: Secret,
    /// What the agent may do.
    pub role: BuiltInRole,
    /// Takes whatever comes, at once: a program.
    pub robot: bool,
}

/// What the demonstration consists of.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub workspace_name: String,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The button: it queues, and shows no form after the conversation.
    pub button: ButtonId,
    /// Its agents by login.
    pub agents: BTreeMap<String, AgentId>,
    /// Their ids as visitors' clients see them, by login.
    pub agents_old_ids: BTreeMap<String, String>,
}

fn built_in(directory: &Directory, role: BuiltInRole) -> Result<RoleId> {
    directory
        .roles
        .iter()
        .find(|(_, found)| found.built_in && found.name == role.as_str())
        .map(|(id, _)| *id)
        .ok_or_else(|| Error::internal(format!("the workspace has no role {}", role.as_str())))
}

/// A definition with nothing but its name, everything else as it is unless told.
fn plain<T: Defined>(fields: serde_json::Value) -> Result<T> {
    serde_json::from_value(fields).map_err(Error::internal)
}

impl App {
    /// Makes a workspace with the built-in roles. `zone` is an IANA name.
    pub async fn create_workspace(&self, name: &str, zone: &str) -> Result<WorkspaceId> {
        self.create_workspace_known_as(name, zone, None).await
    }

    /// From its first instant old clients know it by this id: whoever sees a workspace without one gives it one.
    async fn create_workspace_known_as(&self, name: &str, zone: &str, old: Option<&'static str>) -> Result<WorkspaceId> {
        let name = text_limits::line(name, text_limits::NAME_CHARACTERS).map_err(|problem| Error::invalid("name", problem.to_string()))?;
        transcript::zone(zone).map_err(|unknown| Error::invalid("time_zone", unknown.to_string()))?;
        let id: WorkspaceId = self.id();
        let now = self.now();
        let workspace = Workspace { id, name, zone: zone.to_owned(), settings: serde_json::json!({}) };
        let roles = BuiltInRole::ALL
            .map(|role| {
                let body = Role { name: role.as_str().to_owned(), permissions: role.permissions(), built_in: true };
                serde_json::to_value(&body).map(|body| NewDefinition {
                    kind: Role::KIND,
                    id: self.id(),
                    name: role.as_str().to_owned(),
                    body,
                })
            })
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::internal)?;
        let taken = workspace.name.clone();
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (workspace, roles) = (workspace.clone(), roles.clone());
                async move {
                    tx.insert_workspace(&workspace, 1, now).await?;
                    if let Some(old) = old {
                        tx.set_workspace_alias(OLD_IDS, old, id).await?;
                    }
                    for role in &roles {
                        tx.save_definition(id, role, now).await?;
                        let made = Event::DefinitionChanged { definition: Role::KIND.to_owned(), id: role.id };
                        tx.journal(id, now, Numbered::of_workspace(made));
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
            .map_err(|error| match error.kind {
                ErrorKind::Conflict(_) => {
                    ErrorKind::Taken { property: "name", message: format!("there is a workspace {taken:?} already") }.into()
                }
                _ => error,
            })?;
        self.reload().await?;
        Ok(id)
    }

    /// The first workspace there is; made if there is none.
    pub async fn ensure_workspace(&self) -> Result<WorkspaceId> {
        self.ensure_workspace_known_as(None).await
    }

    async fn ensure_workspace_known_as(&self, old: Option<&'static str>) -> Result<WorkspaceId> {
        let first = |app: &Self| app.directories().all().map(|directory| directory.id()).min();
        if let Some(found) = first(self) {
            return Ok(found);
        }
        match self.create_workspace_known_as(FIRST_WORKSPACE, "UTC", old).await {
            // Another server of the same database was faster.
            Err(Error { kind: ErrorKind::Taken { .. }, .. }) => {
                self.reload().await?;
                first(self).ok_or_else(|| ErrorKind::NotFound("workspace").into())
            }
            made => made,
        }
    }

    /// Whether nobody could administer the workspace.
    pub fn lacks_admin(&self, workspace: WorkspaceId) -> Result<bool> {
        Ok(crate::admin::admins(&*self.directory(workspace)?).next().is_none())
    }

    /// Makes an admin without anybody's leave. The password need not be changed.
    pub async fn create_admin(&self, workspace: WorkspaceId, login: &str, name: &str, password: Secret) -> Result<AgentId> {
        let agent = DemoAgent { login: login.to_owned(), name: name.to_owned(), password, role: BuiltInRole::Admin, robot: false };
        self.create_unasked(workspace, agent, None).await
    }

    /// Sets an agent's password without anybody's leave and ends all sign-ins of the agent. It need not be changed.
    pub async fn reset_password(
        &self,
        workspace: WorkspaceId,
        login: &str,
        password: Secret,
        removes_second_factor: bool,
    ) -> Result<AgentId> {
        sign_in::check_password("password", &password)?;
        let folded = sign_in::folded(login);
        let found = self.store().credential_by_login(workspace, &folded).await?.ok_or(ErrorKind::NotFound("agent"))?;
        let hash = self.hash_password(password).await?;
        let password = FirstPassword { hash, must_change: false };
        self.set_password(workspace, found.agent, Actor::System, password, removes_second_factor).await?;
        Ok(found.agent)
    }

    async fn create_unasked(&self, workspace: WorkspaceId, new: DemoAgent, old: Option<String>) -> Result<AgentId> {
        sign_in::check_password("password", &new.password)?;
        let scope = self.scope(workspace)?;
        let line = |property, text: &str| {
            text_limits::line(text, text_limits::NAME_CHARACTERS).map_err(|problem| Error::invalid(property, problem.to_string()))
        };
        let agent: Agent = plain(serde_json::json!({
            "login": line("login", &new.login)?,
            "name": line("name", &new.name)?,
            "roles": [built_in(&scope.directory, new.role)?],
            "auto_accept": new.robot,
            "capacity": if new.robot { 1_000 } else { 5 },
        }))?;
        let hash = self.hash_password(new.password).await?;
        let id: AgentId = scope.id();
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, agent, hash, old) = (scope.clone(), agent.clone(), hash.clone(), old.clone());
                async move {
                    put(tx, &scope, Actor::System, id, &agent, "created").await?;
                    if let Some(old) = old {
                        tx.set_alias(workspace, OLD_IDS, &old, Uuid::from(id)).await?;
                    }
                    put_login(tx, &scope, id, &agent, Some(&FirstPassword { hash, must_change: false })).await
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(id)
    }

    /// Makes what the demonstration shows: deployment, button and these agents, all under [`demo_ids`]. What is there already stays; agents'
    /// passwords are set to those given.
    pub async fn seed_demo(&self, agents: Vec<DemoAgent>) -> Result<Demo> {
        let known = self.directories().by_organisation(demo_ids::ORGANISATION).map(|directory| directory.id());
        let workspace = match known {
            Some(known) => known,
            None => self.ensure_workspace_known_as(Some(demo_ids::ORGANISATION)).await?,
        };
        let scope = self.scope(workspace)?;
        let old = |id: &str| scope.directory.by_old_id(id);
        let deployment: DeploymentId = old(demo_ids::DEPLOYMENT).map_or_else(|| scope.id(), DeploymentId);
        let button: ButtonId = old(demo_ids::BUTTON).map_or_else(|| scope.id(), ButtonId);
        let new_deployment = Deployment { name: "Demonstration".to_owned(), ..self.settings().new_deployment.clone() };
        let new_button: Button =
            plain(serde_json::json!({ "name": "Help", "routing": { "queueing": true }, "greeting": null, "form_after": null }))?;
        let work = std::sync::Arc::new((scope.clone(), new_deployment, new_button));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, new_deployment, new_button) = &*work;
                    if !scope.directory.deployments.contains_key(&deployment) {
                        put(tx, scope, Actor::System, deployment, new_deployment, "created").await?;
                    }
                    if !scope.directory.buttons.contains_key(&button) {
                        put(tx, scope, Actor::System, button, new_button, "created").await?;
                    }
                    tx.set_workspace_alias(OLD_IDS, demo_ids::ORGANISATION, workspace).await?;
                    tx.set_alias(workspace, OLD_IDS, demo_ids::DEPLOYMENT, Uuid::from(deployment)).await?;
                    tx.set_alias(workspace, OLD_IDS, demo_ids::BUTTON, Uuid::from(button)).await?;
                    Ok(())
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        let (mut made, mut agents_old_ids) = (BTreeMap::new(), BTreeMap::new());
        for (at, agent) in agents.into_iter().enumerate() {
            let login = agent.login.clone();
            let old = demo_ids::agent(at + 1);
            agents_old_ids.insert(login.clone(), old.clone());
            let id = match self.store().credential_by_login(workspace, &sign_in::folded(&login)).await? {
                Some(_) => self.reset_password(workspace, &login, agent.password, true).await?,
                None => self.create_unasked(workspace, agent, Some(old.clone())).await?,
            };
            self.store()
                .write::<_, Error, _>(move |tx| {
                    let old = old.clone();
                    async move { Ok(tx.set_alias(workspace, OLD_IDS, &old, Uuid::from(id)).await?) }.boxed()
                })
                .await?;
            made.insert(login, id);
        }
        self.reload().await?;
        let workspace_name = scope.directory.workspace.name.clone();
        Ok(Demo { workspace, workspace_name, deployment, button, agents: made, agents_old_ids })
    }
}
