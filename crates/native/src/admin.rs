//! The admin's side: `/api/v1/admin/…`. Every change is audited.
//!
//! Each kind of thing that an admin makes has *settings*, the body of `POST` and `PUT` (which replaces all of them), and is answered as its id
//! beside those settings. Unknown properties are refused, so that a misspelt setting is not silently a default.

pub mod connected_app;
pub mod crm;
pub mod customer_event;
pub mod destination;
pub mod event_source;
pub mod guard;
pub mod hours;
pub mod import;
pub mod people;
pub mod quick_text;
pub mod records;
pub mod routing;
pub mod snippet;
pub mod web;

pub use connected_app::*;
pub use crm::*;
pub use customer_event::*;
pub use destination::*;
pub use event_source::*;
pub use guard::*;
pub use hours::*;
pub use import::*;
pub use people::*;
pub use quick_text::*;
pub use records::*;
pub use routing::*;
pub use snippet::*;
pub use web::*;

use domain::ids::WorkspaceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /admin/workspace`: the workspace of the admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// Which.
    pub id: WorkspaceId,
    /// The organisation ids that its apps were shipped with.
    pub old_ids: Vec<String>,
    /// All that can be set.
    pub settings: WorkspaceSettings,
}

/// `PUT /admin/workspace`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// Its name, which agents sign in with.
    pub name: String,
    /// IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// All stored files together, in bytes; null for no limit.
    pub file_quota_bytes: Option<u64>,
    /// Days that the audit log is kept; null for ever.
    pub audit_retention_days: Option<u32>,
    /// What agents pick from when they go away, such as `Lunch`: at most 50 of 80 characters.
    #[serde(default)]
    pub away_reasons: Vec<String>,
    /// What agents pick from when they decline an offer: at most 50 of 255 characters.
    #[serde(default)]
    pub decline_reasons: Vec<String>,
    /// What becomes of records of the CRM.
    #[serde(default)]
    pub records: RecordSettings,
}

/// What becomes of records of the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordSettings {
    /// Records are found and made for conversations, as visitors' forms ask for it.
    pub find_or_create: bool,
    /// Of which entities, by the names that the CRM has for them, such as `Contact`; empty for all. At most 100.
    pub entities: Vec<String>,
    /// What visitors write when nobody is there becomes a case.
    pub offline_messages: bool,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self { find_or_create: true, entities: Vec::new(), offline_messages: true }
    }
}
