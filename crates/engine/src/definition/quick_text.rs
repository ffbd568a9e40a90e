//! Texts that agents insert.

use serde::{Deserialize, Serialize};

/// A text that agents insert with a few keys. Its placeholders are filled in by whoever inserts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickText {
    /// For people.
    pub name: String,
    /// What agents type for it: one word.
    pub shortcut: String,
    /// What is inserted.
    pub text: String,
    /// Where it is filed.
    #[serde(default)]
    pub folder: Option<String>,
    /// The language that it is in.
    #[serde(default)]
    pub language: Option<String>,
}
