//! The `Visitor/*` resources (2.5): their answers' parts and the body of Breadcrumb. Queries are in [`crate::query`].

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::init::CustomDetail;
use crate::redacted::Sensitive;
use crate::tolerant;

/// Body of `POST Visitor/Breadcrumb`, and the message `NewVisitorBreadcrumb` to the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breadcrumb {
    /// URL of the page.
    #[serde(deserialize_with = "tolerant::required_text")]
    pub location: Sensitive,
}

/// Message `Availability`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Availability {
    /// One element for each id asked for, unknown ones too.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub results: Vec<AvailabilityResult>,
}

/// Whether a button or agent can take a chat.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AvailabilityResult {
    /// The id as it was sent.
    #[serde(deserialize_with = "tolerant::text")]
    pub id: String,
    /// Absent means false; printed always.
    #[serde(deserialize_with = "tolerant::flag")]
    pub is_available: bool,
    /// Seconds, −1 when unknown (47, when asked for).
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub estimated_wait_time: Option<i64>,
}

/// Message `Settings`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Milliseconds between two pings of the page; printed as `pingRate` and as `pingrate`, since clients read either (2.5).
    pub ping_rate: i64,
    /// Where the static content is.
    pub content_server_url: String,
    /// The buttons asked for, or all of the deployment.
    pub buttons: Vec<Button>,
}

impl Serialize for Settings {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Sent<'a> {
            ping_rate: i64,
            pingrate: i64,
            content_server_url: &'a str,
            buttons: &'a [Button],
        }
        let Self { ping_rate, content_server_url, buttons } = self;
        Sent { ping_rate: *ping_rate, pingrate: *ping_rate, content_server_url, buttons }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Received {
            #[serde(deserialize_with = "tolerant::optional_integer")]
            ping_rate: Option<i64>,
            #[serde(deserialize_with = "tolerant::optional_integer")]
            pingrate: Option<i64>,
            #[serde(deserialize_with = "tolerant::text")]
            content_server_url: String,
            #[serde(deserialize_with = "tolerant::salvaged_list")]
            buttons: Vec<Button>,
        }
        let received = Received::deserialize(deserializer)?;
        Ok(Self {
            ping_rate: received.ping_rate.or(received.pingrate).unwrap_or_default(),
            content_server_url: received.content_server_url,
            buttons: received.buttons,
        })
    }
}

/// A button in `Settings` (4).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Button {
    /// Its id.
    #[serde(deserialize_with = "tolerant::text")]
    pub id: String,
    /// `Standard`, `Invite` or `ToAgent`.
    #[serde(rename = "type", deserialize_with = "tolerant::text")]
    pub kind: String,
    /// Where the chat window is.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// Where the pre-chat page is.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub prechat_url: Option<String>,
    /// Such as `en_US`.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Absent means false; printed always.
    #[serde(deserialize_with = "tolerant::flag")]
    pub is_available: bool,
    /// Seconds, −1 when unknown (47, when asked for).
    #[serde(deserialize_with = "tolerant::optional_integer", skip_serializing_if = "Option::is_none")]
    pub estimated_wait_time: Option<i64>,
    /// Present for an invitation.
    #[serde(flatten, with = "invitation")]
    pub invitation: Option<Invitation>,
}

/// What only a button of type `Invite` has (4).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Invitation {
    /// Its image; empty for one that the page draws itself.
    #[serde(deserialize_with = "tolerant::text")]
    pub invite_image_url: String,
    /// Pixels.
    #[serde(deserialize_with = "tolerant::integer")]
    pub invite_image_width: i64,
    /// Pixels.
    #[serde(deserialize_with = "tolerant::integer")]
    pub invite_image_height: i64,
    /// What it says where there is neither an image nor an element of the page; our own.
    #[serde(deserialize_with = "tolerant::text", skip_serializing_if = "String::is_empty")]
    pub invite_text: String,
    /// `Slide`, `Fade`, `Appear` or `Custom`.
    #[serde(deserialize_with = "tolerant::text")]
    pub invite_renderer: String,
    /// Such as `TopLeft`.
    #[serde(deserialize_with = "tolerant::text")]
    pub invite_start_position: String,
    /// Such as `Center`.
    #[serde(deserialize_with = "tolerant::text")]
    pub invite_end_position: String,
    /// Invite again after one was accepted.
    #[serde(deserialize_with = "tolerant::flag")]
    pub has_invite_after_accept: bool,
    /// Invite again after one was rejected.
    #[serde(deserialize_with = "tolerant::flag")]
    pub has_invite_after_reject: bool,
    /// Seconds after which the invitation counts as rejected; −1 for never.
    #[serde(deserialize_with = "tolerant::integer")]
    pub invite_reject_time: i64,
    /// When to invite. A string that holds JSON, although the guide types it as an object (deployment_segment.md 3).
    pub invite_rules: Value,
}

/// An invitation is flattened into its button, so its absence shows in the absence of its renderer.
mod invitation {
    use super::Invitation;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::{Map, Value};

    pub(super) fn serialize<S: Serializer>(invitation: &Option<Invitation>, serializer: S) -> Result<S::Ok, S::Error> {
        match invitation {
            Some(invitation) => invitation.serialize(serializer),
            None => Map::<String, Value>::new().serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Invitation>, D::Error> {
        let fields = Map::<String, Value>::deserialize(deserializer)?;
        if !fields.contains_key("inviteRenderer") && !fields.contains_key("inviteImageUrl") {
            return Ok(None);
        }
        Ok(serde_json::from_value(Value::Object(fields)).ok())
    }
}

/// Message `VisitorId`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VisitorId {
    /// The visitor session, a uuid.
    #[serde(deserialize_with = "tolerant::text")]
    pub session_id: Sensitive,
}

/// Message `PrechatDetails`: what a site's pages said of the visitor before (deployment_segment.md 6.4; the old one was never published).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PrechatDetails {
    /// Its details, hidden ones too: they are the visitor's own.
    #[serde(deserialize_with = "tolerant::salvaged_list")]
    pub custom_details: Vec<CustomDetail>,
    /// Its name.
    #[serde(deserialize_with = "tolerant::optional_text", skip_serializing_if = "Option::is_none")]
    pub visitor_name: Option<Sensitive>,
}
