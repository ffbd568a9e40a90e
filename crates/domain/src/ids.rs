//! Identifiers: one type a thing, so that no two can be confused.
//!
//! All are UUIDs (version 7 where we make them), never random hot keys: rows made together lie together in every index.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// One tenant: leads every key in storage.
    WorkspaceId;
    /// A person on the customer's side, known over conversations.
    VisitorId;
    /// A person who answers.
    AgentId;
    /// A conversation between a visitor and whoever owns it.
    ConversationId;
    /// A visitor's connection to one conversation: what a session key or resume token names.
    SessionId;
    /// A place where visitors come from: a site, an app.
    DeploymentId;
    /// An entry point that routes.
    ButtonId;
    /// A line of waiting conversations with its own routing settings.
    QueueId;
    /// What an agent can do and a button asks for.
    SkillId;
    /// One agent being asked to take one conversation.
    OfferId;
    /// A named set of permissions.
    RoleId;
    /// A sensitive-data rule.
    RuleId;
    /// A file sent in a conversation.
    FileId;
    /// A request for a file, open until it is used, cancelled or expired.
    FileRequestId;
    /// A signed-in use of the native API by an agent.
    SignInId;
    /// One line of the audit log.
    AuditId;
    /// A range of addresses whose visitors are turned away.
    BlockId;
    /// A text that agents insert.
    QuickTextId;
    /// Business hours.
    HoursId;
    /// A message that a visitor left when nobody was there.
    OfflineMessageId;
    /// A program of somebody else's that may act as an agent.
    ConnectedAppId;
    /// A secret by which a connected app shows that it is itself.
    AppSecretId;
    /// An agent's or an admin's leave for a connected app to act as an agent.
    AppGrantId;
    /// A code or token of such a leave.
    AppTokenId;
    /// Who sends us events of customers.
    EventSourceId;
    /// Somebody else's server that is told what happens.
    DestinationId;
    /// One event for one destination.
    DeliveryId;
}

/// Makes identifiers. Injected, so that a test can say which ids come.
pub trait IdSource: Send + Sync + fmt::Debug {
    /// A new version 7 UUID.
    fn next(&self) -> Uuid;

    /// The same, as the id of a thing.
    fn make<T: From<Uuid>>(&self) -> T
    where
        Self: Sized,
    {
        T::from(self.next())
    }
}

/// Fills buffers with bytes that nobody can guess. Injected; the real one is the operating system's.
pub trait Randomness: Send + Sync + fmt::Debug {
    /// Fills the whole of `buffer`.
    fn fill(&self, buffer: &mut [u8]);
}
