//! Texts that agents insert.

use domain::ids::QuickTextId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text that agents insert with a few keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuickText {
    /// Which.
    pub id: QuickTextId,
    /// All that can be set.
    pub settings: QuickTextSettings,
}

/// What a quick text says and how it is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuickTextSettings {
    /// For people; unique in the workspace, case does not count.
    pub name: String,
    /// What agents type for it: one word of at most 64 characters, unique in the workspace, case does not count.
    pub shortcut: String,
    /// What is inserted, at most 4,000 characters. Whoever inserts it fills in `{visitor.name}`, `{agent.name}`, `{detail.<Label>}`, `{date}`
    /// and `{time}`; the server keeps them as they are.
    pub text: String,
    /// Where it is filed.
    #[serde(default)]
    pub folder: Option<String>,
    /// BCP 47 tag of the language that it is in.
    #[serde(default)]
    pub language: Option<String>,
}
