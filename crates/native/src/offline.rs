//! Messages that visitors leave when nobody is there: [`LeaveOfflineMessage`] leaves one, agents with `offline_messages.answer` see to them.

use domain::{
    ids::{AgentId, ButtonId, DeploymentId, OfflineMessageId, VisitorId},
    secret::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Instant,
    conversation::{Detail, WebPage},
    visitor::NewDetail,
};

/// `POST /visitor/offline-messages`: leaves a message. Needs no token; refused (`wrong_state`) where no button has the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveOfflineMessage {
    /// Where the visitor is.
    pub deployment: DeploymentId,
    /// Which entry point was closed.
    pub button: Option<ButtonId>,
    /// The visitor's name.
    pub name: Option<Text>,
    /// Where an answer is to go.
    pub email: Option<Text>,
    /// A telephone number, at most 64 characters.
    pub phone: Option<Text>,
    /// The words, at most as many characters as a message of the deployment has.
    pub text: Text,
    /// The page that the visitor is on.
    pub page: Option<WebPage>,
    /// What was asked besides.
    #[serde(default)]
    pub details: Vec<NewDetail>,
}

/// The answer to [`LeaveOfflineMessage`]: it is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct LeftOfflineMessage {
    /// Names it.
    pub id: OfflineMessageId,
}

/// Whether a message needs somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfflineState {
    /// It waits to be seen to.
    Open,
    /// Nothing more is to be done.
    Done,
}

/// `GET /offline-messages`: which; newest first. Needs `offline_messages.answer`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfflineMessagesQuery {
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub state: Option<OfflineState>,
    /// Only those of an agent: an id, `me`, or `none` for nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// Only those with this in text, name, e-mail address or telephone number, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `next` of the page before; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many items, 1 to 500; 100 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// A message that a visitor left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfflineMessage {
    /// Names it.
    pub id: OfflineMessageId,
    /// When.
    pub at: Instant,
    /// Who, for export and erasure.
    pub visitor: VisitorId,
    /// Where.
    pub deployment: DeploymentId,
    /// Which entry point was closed.
    pub button: Option<ButtonId>,
    /// The visitor's name.
    pub name: Option<Text>,
    /// Where an answer is to go.
    pub email: Option<Text>,
    /// A telephone number.
    pub phone: Option<Text>,
    /// The words; empty once erased.
    pub text: Text,
    /// The page that the visitor was on.
    pub page: Option<WebPage>,
    /// What was asked besides, without what agents may not see.
    pub details: Vec<Detail>,
    /// Who sees to it.
    pub assigned_to: Option<AgentId>,
    /// Whether it needs somebody.
    pub state: OfflineState,
    /// Who said that it is done.
    pub done_by: Option<AgentId>,
    /// When.
    pub done_at: Option<Instant>,
}

/// `PUT /offline-messages/{id}`: who sees to it, and whether it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOfflineMessage {
    /// Who sees to it: somebody who may answer such messages; null or absent for nobody.
    #[serde(default)]
    pub assigned_to: Option<AgentId>,
    /// Whether it needs somebody.
    pub state: OfflineState,
}
