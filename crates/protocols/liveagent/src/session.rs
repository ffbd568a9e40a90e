//! Answers of the session resources (2.1). Those that come as a message are in [`crate::message`].

use serde::{Deserialize, Serialize};

use crate::redacted::Sensitive;
use crate::tolerant;

/// Answer of `GET System/SessionId`, not wrapped in messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionCreated {
    /// Id of the session: the part of the key before the first `!`.
    #[serde(deserialize_with = "tolerant::text")]
    pub id: String,
    /// Secret of the session.
    #[serde(deserialize_with = "tolerant::text")]
    pub key: Sensitive,
    /// Routing token.
    #[serde(deserialize_with = "tolerant::text")]
    pub affinity_token: String,
    /// Seconds after which a client gives up a poll; 0 when a server does not say.
    #[serde(deserialize_with = "tolerant::integer")]
    pub client_poll_timeout: i64,
}

/// Answer of `GET System/ResyncSession`, not wrapped in messages (old guides).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionResynced {
    /// Whether the session lives on.
    #[serde(deserialize_with = "tolerant::flag")]
    pub is_valid: bool,
    /// Its new key.
    #[serde(deserialize_with = "tolerant::text")]
    pub key: Sensitive,
    /// Its new routing token.
    #[serde(deserialize_with = "tolerant::text")]
    pub affinity_token: String,
}
