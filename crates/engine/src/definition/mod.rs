//! What admins define: deployments, buttons, business hours, queues, skills, agents, roles, rules, blocks, quick texts, connected apps,
//! sources of events, destinations.
//!
//! The documents that storage keeps. Their JSON is that of the native API's settings (a test of `http` holds them together); a field that is
//! missing in a stored document has its default, so that a newer server reads what an older one wrote.

mod connected_app;
mod destination;
mod event_source;
mod guard;
mod hours;
mod people;
mod quick_text;
mod routing;
mod web;

use domain::ids::{
    AgentId, BlockId, ButtonId, ConnectedAppId, DeploymentId, DestinationId, EventSourceId, HoursId, QueueId, QuickTextId, RoleId, RuleId,
    SkillId,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub use connected_app::{AppUsers, ConnectedApp, Flow, Scope, Scopes, UnknownScope};
pub use destination::{Destination, DestinationKind};
pub use event_source::{BrowserMapping, EventSource, ServerMapping, WriteKey};
pub use guard::{AddressRange, Block, BlockProblem, Rule, RuleAction, RuleScope};
pub use hours::{Day, Holiday, Hours, Opening};
pub use people::{Agent, Role};
pub use quick_text::QuickText;
pub use routing::{
    Batch, Button, ButtonRouting, Deployment, FileRules, Overlap, OwnEnd, Polling, Queue, RecordTiming, Retention, Skill, TimeoutUnit,
};
pub use web::{
    Appearance, Invitation, InvitationAnimation, InvitationEnd, InvitationOperator, InvitationRule, InvitationRuleKind, InvitationStart,
    OfflineForm, PrechatField, PrechatForm, PrechatKind, PrechatMap, Survey,
};

/// A document that admins define.
pub trait Defined: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What storage calls its kind.
    const KIND: &'static str;
    /// The type of its id.
    type Id: Copy + Ord + From<Uuid> + Into<Uuid> + Send + Sync + 'static;
    /// What people call it.
    fn name(&self) -> &str;
}

macro_rules! defined {
    ($($type:ident, $id:ident, $kind:literal, $name:ident;)*) => {$(
        impl Defined for $type {
            const KIND: &'static str = $kind;
            type Id = $id;
            fn name(&self) -> &str {
                &self.$name
            }
        }
    )*};
}

defined! {
    Deployment, DeploymentId, "deployment", name;
    Button, ButtonId, "button", name;
    Queue, QueueId, "queue", name;
    Skill, SkillId, "skill", name;
    Agent, AgentId, "agent", name;
    Role, RoleId, "role", name;
    Rule, RuleId, "rule", name;
    Block, BlockId, "block", from;
    QuickText, QuickTextId, "quick_text", name;
    Hours, HoursId, "hours", name;
    ConnectedApp, ConnectedAppId, "connected_app", name;
    EventSource, EventSourceId, "event_source", name;
    Destination, DestinationId, "destination", name;
}
