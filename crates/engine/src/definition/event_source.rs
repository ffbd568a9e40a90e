//! Who sends us events of customers.

use domain::{ids::DeploymentId, mapping::EventMapping};
use serde::{Deserialize, Serialize};

/// A site, an app or a server that sends events of its customers, and what becomes of them when one of these asks for a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSource {
    /// For people.
    pub name: String,
    /// Its events are taken.
    #[serde(default = "yes")]
    pub active: bool,
    /// The deployment whose conversations its customers begin.
    #[serde(default)]
    pub deployment: Option<DeploymentId>,
    /// By which it is known; each is unique in the whole server. Pages show them to everybody, so they are no secrets.
    #[serde(default)]
    pub write_keys: Vec<WriteKey>,
    /// Which traits and properties become which details and fields.
    #[serde(default)]
    pub mapping: EventMapping,
    /// The mapping as pages carry it out.
    #[serde(default)]
    pub browser: BrowserMapping,
    /// The mapping as the server carries it out.
    #[serde(default)]
    pub server: ServerMapping,
    /// A conversation that began by the page's own event is announced by one of ours, too.
    #[serde(default)]
    pub announce_started_by_page: bool,
}

/// What a source is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteKey {
    /// The key.
    pub key: String,
    /// What it is for.
    #[serde(default)]
    pub note: String,
}

/// The mapping as pages carry it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrowserMapping {
    /// They do.
    pub enabled: bool,
    /// A value that is missing keeps the conversation from beginning.
    pub strict: bool,
    /// The page's console says what is done.
    pub logging: bool,
}

/// The mapping as the server carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerMapping {
    /// It does: what comes of an event waits for the customer's conversation.
    pub enabled: bool,
    /// For so long.
    pub keep_minutes: u32,
}

impl Default for BrowserMapping {
    fn default() -> Self {
        Self { enabled: true, strict: false, logging: false }
    }
}

impl Default for ServerMapping {
    fn default() -> Self {
        Self { enabled: false, keep_minutes: 60 }
    }
}

fn yes() -> bool {
    true
}
