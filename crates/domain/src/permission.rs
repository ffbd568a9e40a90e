//! What people may do: permissions, sets of them, and the built-in roles.
//!
//! Checked in the engine, never in a face. A permission's name is stable: it is stored and sent.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One thing that a role may allow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $($(#[$doc])* $variant,)*
        }

        impl Permission {
            /// All there are, in the order of this list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

permissions! {
    /// Go online, be offered conversations, write in one's own.
    AnswerConversations = "conversations.answer",
    /// Hand one's conversation over to another agent.
    TransferToAgent = "conversations.transfer_to_agent",
    /// Hand it over to a button.
    TransferToButton = "conversations.transfer_to_button",
    /// Hand it over to a skill.
    TransferToSkill = "conversations.transfer_to_skill",
    /// Hand it over to a queue.
    TransferToQueue = "conversations.transfer_to_queue",
    /// Ask visitors for files and send them files.
    ExchangeFiles = "conversations.exchange_files",
    /// See what a visitor types before it is sent.
    SeeDrafts = "conversations.see_drafts",
    /// See those who wait in the queues that one serves, and pick where agents choose.
    SeeWaiting = "queues.see_waiting",
    /// Read messages that visitors left when nobody was there, and see to them.
    AnswerOfflineMessages = "offline_messages.answer",
    /// Read, take over, reassign and end conversations of others while they run; set the presence of others.
    SuperviseConversations = "conversations.supervise",
    /// Read the figures: how much was asked, answered and missed, and how long it took.
    ReadFigures = "figures.read",
    /// Read details that are hidden from agents.
    ReadHiddenDetails = "details.read_hidden",
    /// Read conversations of others that are over.
    ReadHistory = "history.read",
    /// Turn visitors away by address.
    BlockVisitors = "visitors.block",
    /// Get everything that is stored about a person.
    ExportPersons = "persons.export",
    /// Have it erased.
    ErasePersons = "persons.erase",
    /// Set up deployments and buttons.
    ManageDeployments = "deployments.manage",
    /// Set up queues and skills.
    ManageQueues = "queues.manage",
    /// Make agents, change and disable them, reset their passwords.
    ManageAgents = "agents.manage",
    /// Make roles and change them.
    ManageRoles = "roles.manage",
    /// Set up sensitive-data rules.
    ManageRules = "rules.manage",
    /// Read the audit log.
    ReadAudit = "audit.read",
    /// Write the texts that agents insert.
    ManageQuickTexts = "quick_texts.manage",
    /// Change the settings of the workspace.
    ManageWorkspace = "workspace.manage",
}

/// No permission has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no permission is called {0:?}")]
pub struct UnknownPermission(pub String);

impl FromStr for Permission {
    type Err = UnknownPermission;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.as_str() == name)
            .ok_or_else(|| UnknownPermission(name.chars().take(64).collect()))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A set of permissions. Serialised as a list of names; reading refuses names that are not known.
#[derive(Clone, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// Everything.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the set allows it.
    pub fn allows(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// Whether the set allows all that `other` does. Nobody may give away rights that he has not.
    pub fn includes(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// One by one, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.0.iter().copied()
    }

    /// From stored names: those that are not known (written by a newer release) allow nothing and are left out.
    pub fn from_stored<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(|name| name.parse().ok()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

/// The roles that every workspace begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltInRole {
    /// Answers.
    Agent,
    /// Answers, and watches over those who do.
    Supervisor,
    /// May do everything.
    Admin,
}

impl BuiltInRole {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Supervisor, Self::Admin];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// What the role allows.
    pub fn permissions(self) -> Permissions {
        use Permission::{
            AnswerConversations, AnswerOfflineMessages, BlockVisitors, ExchangeFiles, ManageQuickTexts, ReadFigures, ReadHistory,
            SeeDrafts, SeeWaiting, SuperviseConversations, TransferToAgent, TransferToButton, TransferToQueue, TransferToSkill,
        };
        let agent = [
            AnswerConversations,
            TransferToAgent,
            TransferToButton,
            TransferToSkill,
            TransferToQueue,
            ExchangeFiles,
            SeeDrafts,
            SeeWaiting,
            AnswerOfflineMessages,
        ];
        match self {
            Self::Agent => agent.into_iter().collect(),
            Self::Supervisor => {
                agent.into_iter().chain([SuperviseConversations, ReadFigures, ReadHistory, BlockVisitors, ManageQuickTexts]).collect()
            }
            Self::Admin => Permissions::all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_unique() {
        let names: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        insta::assert_snapshot!(names.join("\n"), @r"
        conversations.answer
        conversations.transfer_to_agent
        conversations.transfer_to_button
        conversations.transfer_to_skill
        conversations.transfer_to_queue
        conversations.exchange_files
        conversations.see_drafts
        queues.see_waiting
        offline_messages.answer
        conversations.supervise
        figures.read
        details.read_hidden
        history.read
        visitors.block
        persons.export
        persons.erase
        deployments.manage
        queues.manage
        agents.manage
        roles.manage
        rules.manage
        audit.read
        quick_texts.manage
        workspace.manage
        ");
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
        }
    }

    #[test]
    fn a_set_is_a_list_of_names_and_refuses_unknown_ones() {
        let agent = BuiltInRole::Agent.permissions();
        let json = serde_json::to_string(&agent).unwrap();
        assert_eq!(serde_json::from_str::<Permissions>(&json).unwrap(), agent);
        let error = serde_json::from_str::<Permissions>(r#"["conversations.answer","fly"]"#).unwrap_err();
        assert!(error.to_string().starts_with(r#"no permission is called "fly""#), "{error}");
        assert_eq!(Permissions::from_stored(["fly", "audit.read"]), [Permission::ReadAudit].into_iter().collect());
    }

    #[test]
    fn each_role_includes_the_one_below_and_hidden_details_need_a_named_permission() {
        let [agent, supervisor, admin] = BuiltInRole::ALL.map(BuiltInRole::permissions);
        assert!(admin.includes(&supervisor) && supervisor.includes(&agent) && !agent.includes(&supervisor));
        assert!(!supervisor.allows(Permission::ReadHiddenDetails) && admin.allows(Permission::ReadHiddenDetails));
        assert_eq!(agent.union(&supervisor), supervisor);
    }
}
