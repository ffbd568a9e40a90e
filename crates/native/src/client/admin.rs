//! An admin's client.

use std::fmt::Display;

use domain::ids::{AgentId, BlockId, ButtonId, DeploymentId, QueueId, RoleId, RuleId, SkillId, VisitorId};
use serde::{Serialize, de::DeserializeOwned};

use super::{Connection, Error};
use crate::{
    ListQuery, Page,
    admin::{
        Agent, AgentSettings, AuditLine, AuditQuery, Block, BlockSettings, Button, ButtonSettings, Deployment, DeploymentSettings, Erased,
        HistoryItem, HistoryQuery, Knock, NewAgent, OldId, OldIdSettings, PersonExport, Queue, QueueSettings, ResetPassword, Role,
        RoleSettings, Rule, RuleSettings, SetAgentPresence, Skill, SkillSettings, TriedRule, TryRule, Workspace, WorkspaceSettings,
    },
    agent::Presence,
};

/// A kind of thing that admins make, read, change and delete, all in the same way.
pub trait Resource: DeserializeOwned {
    /// What names one.
    type Id: Display + Copy;
    /// What makes one.
    type New: Serialize;
    /// What replaces its settings.
    type Settings: Serialize;
    /// Where they are, below `/api/v1/admin`.
    const PATH: &'static str;
}

macro_rules! resources {
    ($($resource:ty = $path:literal, $id:ty, $new:ty, $settings:ty;)*) => {$(
        impl Resource for $resource {
            type Id = $id;
            type New = $new;
            type Settings = $settings;
            const PATH: &'static str = $path;
        }
    )*};
}

resources! {
    Deployment = "deployments", DeploymentId, DeploymentSettings, DeploymentSettings;
    Button = "buttons", ButtonId, ButtonSettings, ButtonSettings;
    Queue = "queues", QueueId, QueueSettings, QueueSettings;
    Skill = "skills", SkillId, SkillSettings, SkillSettings;
    Agent = "agents", AgentId, NewAgent, AgentSettings;
    Role = "roles", RoleId, RoleSettings, RoleSettings;
    Rule = "rules", RuleId, RuleSettings, RuleSettings;
    Block = "blocks", BlockId, BlockSettings, BlockSettings;
}

/// An admin who is signed in. Made by [`super::AgentClient::admin`].
#[derive(Clone, Debug)]
pub struct AdminClient {
    connection: Connection,
}

/// All methods fail as [`Error`] says.
#[allow(clippy::missing_errors_doc, reason = "every method fails in the same ways, which Error documents")]
impl AdminClient {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// One page of the things of a kind, by name.
    pub async fn list<R: Resource>(&self, query: &ListQuery) -> Result<Page<R>, Error> {
        self.connection.query(&format!("admin/{}", R::PATH), query).await
    }

    /// Makes one.
    pub async fn create<R: Resource>(&self, new: &R::New) -> Result<R, Error> {
        self.connection.post(&format!("admin/{}", R::PATH), new).await
    }

    /// Reads one.
    pub async fn read<R: Resource>(&self, id: R::Id) -> Result<R, Error> {
        self.connection.get(&format!("admin/{}/{id}", R::PATH)).await
    }

    /// Replaces all of its settings.
    pub async fn replace<R: Resource>(&self, id: R::Id, settings: &R::Settings) -> Result<R, Error> {
        self.connection.put(&format!("admin/{}/{id}", R::PATH), None, settings).await
    }

    /// Deletes one.
    pub async fn delete<R: Resource>(&self, id: R::Id) -> Result<(), Error> {
        self.connection.delete(&format!("admin/{}/{id}", R::PATH), None).await
    }

    /// The workspace.
    pub async fn workspace(&self) -> Result<Workspace, Error> {
        self.connection.get("admin/workspace").await
    }

    /// Replaces its settings.
    pub async fn replace_workspace(&self, settings: &WorkspaceSettings) -> Result<Workspace, Error> {
        self.connection.put("admin/workspace", None, settings).await
    }

    /// Resets an agent's password.
    pub async fn reset_password(&self, agent: AgentId, reset: &ResetPassword) -> Result<(), Error> {
        self.connection.act(&format!("admin/agents/{agent}/password"), reset).await
    }

    /// Sets whether offers come to an agent.
    pub async fn set_presence(&self, agent: AgentId, presence: &SetAgentPresence) -> Result<Presence, Error> {
        self.connection.put(&format!("admin/agents/{agent}/presence"), None, presence).await
    }

    /// What a sensitive-data rule would do.
    pub async fn try_rule(&self, example: &TryRule) -> Result<TriedRule, Error> {
        self.connection.post("admin/rules/try", example).await
    }

    /// Ids that shipped apps use.
    pub async fn old_ids(&self, query: &ListQuery) -> Result<Page<OldId>, Error> {
        self.connection.query("admin/old-ids", query).await
    }

    /// Makes an old id name a thing.
    pub async fn set_old_id(&self, old_id: &str, names: &OldIdSettings) -> Result<OldId, Error> {
        self.connection.put("admin/old-ids", Some(old_id), names).await
    }

    /// Makes an old id name nothing.
    pub async fn delete_old_id(&self, old_id: &str) -> Result<(), Error> {
        self.connection.delete("admin/old-ids", Some(old_id)).await
    }

    /// Unknown ids that clients came with.
    pub async fn knocks(&self, query: &ListQuery) -> Result<Page<Knock>, Error> {
        self.connection.query("admin/knocks", query).await
    }

    /// Forgets an unknown id.
    pub async fn delete_knock(&self, old_id: &str) -> Result<(), Error> {
        self.connection.delete("admin/knocks", Some(old_id)).await
    }

    /// Conversations.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Page<HistoryItem>, Error> {
        self.connection.query("admin/history", query).await
    }

    /// All that is stored of a person. Audited.
    pub async fn export_person(&self, visitor: VisitorId) -> Result<PersonExport, Error> {
        self.connection.get(&format!("admin/persons/{visitor}/export")).await
    }

    /// Erases all that is stored of a person. Audited.
    pub async fn erase_person(&self, visitor: VisitorId) -> Result<Erased, Error> {
        self.connection.post_empty(&format!("admin/persons/{visitor}/erase")).await
    }

    /// The audit log.
    pub async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditLine>, Error> {
        self.connection.query("admin/audit", query).await
    }
}
