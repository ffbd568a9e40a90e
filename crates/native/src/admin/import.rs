//! What an import of another system's settings did.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// `POST /admin/import/metadata`. The body is a zip (at most 20 MiB), or one XML file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Only say what would be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// With one XML file: its name, by which other files refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
}

/// What an import did, or would do. Importing the same again changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Nothing was written.
    pub dry_run: bool,
    /// What was taken over, in the order in which it was.
    pub taken: Vec<ImportedThing>,
    /// What was not, with a sentence for people each.
    pub not_taken: Vec<NotTaken>,
    /// Images and pages to upload again.
    pub upload_again: Vec<UploadAgain>,
}

/// What is made of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportedKind {
    /// A skill.
    Skill,
    /// A deployment.
    Deployment,
    /// A button, or an invitation.
    Button,
    /// Settings of an agent who was there.
    Agent,
    /// A sensitive-data rule.
    Rule,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportAction {
    /// It is new.
    Created,
    /// It was there and is different now.
    Updated,
    /// It was there and is the same.
    Unchanged,
    /// It would be new.
    WouldCreate,
    /// It would be different.
    WouldUpdate,
}

/// One thing that was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedThing {
    /// From which file; of an agent, from which files.
    pub file: String,
    /// What it is.
    pub kind: ImportedKind,
    /// What it is called here.
    pub name: String,
    /// Its id; absent while it only would be made.
    pub id: Option<Uuid>,
    /// What became of it.
    pub action: ImportAction,
}

/// Something that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotTaken {
    /// In which file.
    pub file: String,
    /// Which property of it; absent for the whole file.
    pub property: Option<String>,
    /// Why, or what to do instead, in English.
    pub sentence: String,
}

/// An image or a page that no such file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadAgain {
    /// Which file names it.
    pub file: String,
    /// What it is called there.
    pub what: String,
    /// What it was for and where it goes, in English.
    pub sentence: String,
}
