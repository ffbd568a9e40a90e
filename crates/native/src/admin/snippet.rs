//! The codes for web pages: written for our own host, and read from what a person pastes.

use domain::ids::{ButtonId, DeploymentId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::OldIdSettings;

/// `GET /admin/snippets`: for which deployment and button.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SnippetQuery {
    /// The deployment; absent for the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub deployment: Option<DeploymentId>,
    /// The button; absent for the codes that need none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub button: Option<ButtonId>,
}

/// Everything that connects an app or a page, ready to be copied. Needs `deployments.manage`. Things that have no id of the old form get one
/// when this is asked for first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Snippets {
    /// The address for `liveagent.init` and REST clients: `https://chat.example.com/chat`.
    pub endpoint: String,
    /// Host and port alone, as apps for phones want it.
    pub pod: String,
    /// `00D…`, 15 characters.
    pub organisation_id: String,
    /// `572…`, 15 characters.
    pub deployment_id: String,
    /// `573…`, 15 characters.
    pub button_id: Option<String>,
    /// HTML, once a page.
    pub deployment_code: String,
    /// HTML, where the button shall be.
    pub button_code: Option<String>,
    /// HTML of an invitation that the page draws itself.
    pub invitation_code: Option<String>,
    /// HTML of the custom element, for new pages.
    pub element_code: String,
    /// A whole chat as a program of bash, curl and jq.
    pub curl: Option<String>,
    /// A whole chat as a program of JavaScript.
    pub javascript: Option<String>,
    /// The line that starts a chat in a terminal.
    pub chat_command: Option<String>,
}

/// `POST /admin/snippets/read`: what a person pasted, at most 64 KiB. It is read, never run, and not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadSnippet {
    /// Deployment code, button code, both, or a page that holds them.
    pub text: String,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnippetReading {
    /// Which kind of snippet it is.
    pub generation: SnippetGeneration,
    /// Each value once: by field, the surest first. More than one of a field is a choice.
    pub found: Vec<SnippetValue>,
    /// What must be known before the values are used; errors before warnings.
    pub problems: Vec<SnippetProblem>,
}

/// Which kind of snippet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnippetGeneration {
    /// Deployment and button code.
    LiveAgent,
    /// Embedded Service.
    EmbeddedService,
    /// Messaging for In-App and Web, which holds nothing that can be taken over.
    MessagingForWeb,
}

/// What a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnippetField {
    /// The address of the API.
    Endpoint,
    /// The address of scripts and pages.
    Content,
    /// The organisation's id.
    Organisation,
    /// The deployment's id.
    Deployment,
    /// The id of a button or an invitation.
    Button,
    /// An agent's id.
    Agent,
}

/// How sure a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnippetConfidence {
    /// Stands where a snippet has it.
    Certain,
    /// Follows from another value.
    Derived,
    /// Commented out, or not where a snippet has it.
    Low,
}

/// A value that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnippetValue {
    /// What it is for.
    pub field: SnippetField,
    /// An id of 15 characters, or an address.
    pub value: String,
    /// How sure it is.
    pub confidence: SnippetConfidence,
    /// Where it, or what it follows from, stands: bytes of UTF-8 from the start of the text.
    pub offset: u64,
    /// What the id names here already.
    pub names: Option<OldIdSettings>,
}

/// What is wrong with what was pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each comes with a sentence for people")]
pub enum SnippetProblemKind {
    TooLong,
    NothingFound,
    MessagingForWeb,
    DeploymentCodeMissing,
    ButtonCodeMissing,
    EndpointMissing,
    OrganisationMissing,
    SeveralOrganisations,
    SeveralDeployments,
    SeveralEndpoints,
    SeveralButtons,
    WrongOrder,
    Variables,
    Template,
    OnlyCommentedOut,
    Checksum,
    UnusualPrefix,
    EndpointRefused,
    NotEncrypted,
    CutOff,
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnippetSeverity {
    /// The values can be used; look at them.
    Warning,
    /// Something is missing, or somebody must choose.
    Error,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnippetProblem {
    /// Which.
    pub kind: SnippetProblemKind,
    /// How much it matters.
    pub severity: SnippetSeverity,
    /// Of which value, if of one.
    pub field: Option<SnippetField>,
    /// Where in the text, in bytes of UTF-8, if somewhere.
    pub offset: Option<u64>,
    /// What to do about it, in English. It repeats nothing of the text.
    pub sentence: String,
}
