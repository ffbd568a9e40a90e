//! Programs of others that may act as agents, by OAuth 2.0: what they may do, their secrets, and what they were granted.

use domain::{
    ids::{AgentId, AppGrantId, AppSecretId, ConnectedAppId, RoleId},
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Instant;

/// A connected app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConnectedApp {
    /// Which.
    pub id: ConnectedAppId,
    /// All that can be set.
    pub settings: ConnectedAppSettings,
}

/// How an app comes to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppFlow {
    /// A user signs in on a page of ours and agrees; the browser brings the app a code.
    AuthorizationCode,
    /// The app signs a statement that names the user.
    JwtBearer,
    /// The app shows its secret, and acts as `run_as`.
    ClientCredentials,
    /// The app sends the user's password. Only for programs that know nothing better.
    Password,
}

/// What an app may do as somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppScope {
    /// Read and write records.
    Api,
    /// Come back by itself, while the user is away: it gets a refresh token.
    RefreshToken,
    /// Know who the user is.
    #[serde(rename = "openid")]
    OpenId,
    /// Know the user's address on this server.
    Id,
    /// Know the user's name.
    Profile,
    /// Know the user's address of e-mail.
    Email,
    /// Everything but `refresh_token`.
    Full,
}

/// Whom an app may act as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppUsers {
    /// Those in `agents` and those who have one of `roles`; they are not asked.
    #[default]
    Chosen,
    /// Whoever agrees to it on the page where users sign in.
    Everyone,
}

/// What a connected app is and may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectedAppSettings {
    /// For people, also those who are asked to let it in; unique in the workspace, case does not count.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// May be used; tokens of one that is switched off are good for nothing meanwhile.
    #[serde(default = "yes")]
    pub active: bool,
    /// What it calls itself by: 8 to 256 visible ASCII characters without a colon, unique in the whole server. Where none is said one is made,
    /// and kept; one that the program has from elsewhere can be given.
    #[serde(default)]
    pub client_id: Option<String>,
    /// How it may come to a token.
    #[serde(default)]
    pub flows: Vec<AppFlow>,
    /// What it may do at most.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<AppScope>,
    /// Where browsers may be sent back to, compared byte by byte: `https://…`, `http://localhost…`, or a scheme of the program's own.
    #[serde(default)]
    pub redirect_addresses: Vec<String>,
    /// For `jwt_bearer`: the RSA public key or certificate, in PEM, that statements are signed with.
    #[serde(default)]
    pub certificate: Option<String>,
    /// For `client_credentials`: as whom the app acts.
    #[serde(default)]
    pub run_as: Option<AgentId>,
    /// Whom it may act as.
    #[serde(default)]
    pub users: AppUsers,
    /// For `chosen`: these.
    #[serde(default)]
    pub agents: Vec<AgentId>,
    /// For `chosen`: whoever has one of these roles.
    #[serde(default)]
    pub roles: Vec<RoleId>,
    /// It can keep a secret, and must show it. One that cannot (on a phone, in a browser) proves by PKCE that a code was given to it.
    #[serde(default = "yes")]
    pub confidential: bool,
    /// It must prove that in any case.
    #[serde(default)]
    pub pkce_required: bool,
    /// A refresh token is good for one use, and is answered with the next one. Off for programs that do not keep what they are answered.
    #[serde(default = "yes")]
    pub rotate_refresh_tokens: bool,
    /// An access token that is not used for so long is over: 1 to 1,440.
    #[serde(default = "default_access_idle")]
    pub access_idle_minutes: u32,
    /// A refresh token that is not used for so long is over: 1 to 3,650; null for never.
    #[serde(default)]
    pub refresh_idle_days: Option<u32>,
}

fn yes() -> bool {
    true
}

fn default_scopes() -> Vec<AppScope> {
    vec![AppScope::Api]
}

fn default_access_idle() -> u32 {
    120
}

/// `POST /admin/connected-apps/{id}/secret`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeAppSecret {
    /// One that the program has already: 32 to 512 visible ASCII characters. One is made where none is given.
    #[serde(default)]
    pub secret: Option<Secret>,
}

/// A new secret. It is shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewAppSecret {
    /// Which.
    pub id: AppSecretId,
    /// What the app is to show.
    pub secret: Secret,
    /// When it was made.
    pub created_at: Instant,
}

/// A secret of an app, of which only this is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppSecret {
    /// Which.
    pub id: AppSecretId,
    /// Its last four characters.
    pub ending: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was shown last, to the minute; null for never.
    pub last_used_at: Option<Instant>,
}

/// `GET /admin/connected-apps/{id}/secrets`: at most two, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppSecrets {
    /// Both are good.
    pub items: Vec<AppSecret>,
}

/// That an app may act as an agent, as long as it has a token that is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppGrant {
    /// Which.
    pub id: AppGrantId,
    /// As whom.
    pub agent: AgentId,
    /// How it came to it.
    pub flow: AppFlow,
    /// For what.
    pub scopes: Vec<AppScope>,
    /// From which address it was asked for first.
    pub address: Option<String>,
    /// Since when.
    pub created_at: Instant,
    /// When it was used last, to the minute.
    pub last_used_at: Instant,
}

/// `DELETE /admin/connected-apps/{id}/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppGrantsTakenBack {
    /// How many grants were taken back.
    pub grants: u64,
}
