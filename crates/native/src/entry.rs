//! What a visitor's page is told before a conversation: how the window looks, what it asks, whether anybody is there.

use domain::ids::{ButtonId, DeploymentId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Instant,
    admin::{Appearance, OfflineForm, PrechatForm, Survey},
};

/// `GET /visitor/settings`: of which button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntryQuery {
    /// The deployment: its id, or an id of 15 or 18 characters that shipped apps know it by.
    pub deployment: String,
    /// The button, likewise.
    pub button: String,
}

/// The answer to [`EntryQuery`]: all that a page needs to show before a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorEntrySettings {
    /// The deployment's id, for all other requests.
    pub deployment: DeploymentId,
    /// The button's id, for all other requests.
    pub button: ButtonId,
    /// How the window looks.
    pub appearance: Appearance,
    /// BCP 47 tag of the window's language; null for the visitor's own.
    pub language: Option<String>,
    /// Whether a conversation asked for now would be answered or queued.
    pub available: bool,
    /// Seconds; null while nothing is known.
    pub estimated_wait_seconds: Option<u32>,
    /// What the window asks before.
    pub prechat_form: Option<PrechatForm>,
    /// The site's own page that comes before, instead of that.
    pub prechat_page: Option<String>,
    /// What the window asks after.
    pub survey: Option<Survey>,
    /// The site's own page that comes after, instead of that.
    pub survey_page: Option<String>,
    /// What the window shows when nobody is there; null: it only says so.
    pub offline_form: Option<OfflineForm>,
    /// Drafts are sent: agents see what is being typed. To be said in the consent text.
    pub drafts: bool,
    /// The visitor may have the transcript.
    pub transcript: bool,
    /// The place in the queue may be shown.
    pub show_queue_position: bool,
    /// Longest message, in characters.
    pub max_message_chars: u32,
    /// What files may be sent.
    pub files: EntryFiles,
    /// Outside the button's hours: when it opens, if that is known. Null while it is open.
    pub open_again_at: Option<Instant>,
}

/// What files may be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryFiles {
    /// Largest file, in bytes.
    pub max_bytes: u64,
    /// Media types, judged by content; `image/*` covers all of a kind. Empty: no files.
    pub media_types: Vec<String>,
    /// Visitors may send files that no agent asked for.
    pub unasked: bool,
}
