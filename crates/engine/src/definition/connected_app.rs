//! Programs of others that may act as agents.

use std::{fmt, str::FromStr};

use domain::ids::{AgentId, RoleId};
use serde::{Deserialize, Serialize};

/// How an app comes to a token (RFC 6749 calls it a grant type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// A browser brings a code, after its user signed in and agreed.
    AuthorizationCode,
    /// The app signs a statement that names the user (RFC 7523).
    JwtBearer,
    /// The app is itself, and acts as the agent that it is set up with.
    ClientCredentials,
    /// The app knows the user's password.
    Password,
}

impl Flow {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::JwtBearer => "jwt_bearer",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
        }
    }

    /// By its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::AuthorizationCode, Self::JwtBearer, Self::ClientCredentials, Self::Password].into_iter().find(|flow| flow.as_str() == name)
    }
}

/// What an app may do as somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read and write records.
    Api,
    /// Come back by itself, while the user is away.
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
    /// Everything but to come back by itself.
    Full,
}

impl Scope {
    /// All there are, in the order in which they are written.
    pub const ALL: [Self; 7] = [Self::Api, Self::RefreshToken, Self::OpenId, Self::Id, Self::Profile, Self::Email, Self::Full];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::RefreshToken => "refresh_token",
            Self::OpenId => "openid",
            Self::Id => "id",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Full => "full",
        }
    }
}

/// What an app may do as somebody, all of it.
#[derive(Clone, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

/// No scope has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownScope;

impl Scopes {
    /// These, each once.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// By their names; `offline_access` is OpenID's word for `refresh_token`.
    pub fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, UnknownScope> {
        let scope = |name: &str| {
            let name = if name == "offline_access" { Scope::RefreshToken.as_str() } else { name };
            Scope::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or(UnknownScope)
        };
        names.into_iter().map(scope).collect::<Result<Vec<_>, _>>().map(Self::of)
    }

    /// Whether it is among them, or covered by them.
    pub fn allows(&self, scope: Scope) -> bool {
        self.0.contains(&scope) || (scope != Scope::RefreshToken && self.0.contains(&Scope::Full))
    }

    /// Whether all of these are.
    pub fn includes(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.allows(*scope))
    }

    /// Those of these that are allowed.
    #[must_use]
    pub fn within(&self, allowed: &Self) -> Self {
        Self(self.0.iter().copied().filter(|scope| allowed.allows(*scope)).collect())
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    /// Names with spaces between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            write!(f, "{}{}", if at == 0 { "" } else { " " }, scope.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::named(text.split_whitespace())
    }
}

/// Whom an app may act as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppUsers {
    /// Only those whom an admin named, or whose role.
    #[default]
    Chosen,
    /// Whoever agrees to it.
    Everyone,
}

/// A program of somebody else's that may act as an agent. Its secrets are kept apart (`store::authorization`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedApp {
    /// For people.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// May be used.
    #[serde(default = "yes")]
    pub active: bool,
    /// By which it is known; unique in the whole server. One is made where none is said.
    #[serde(default)]
    pub client_id: Option<String>,
    /// How it may come to a token.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// What it may do at most.
    #[serde(default = "default_scopes")]
    pub scopes: Scopes,
    /// Where browsers may be sent back to, compared exactly.
    #[serde(default)]
    pub redirect_addresses: Vec<String>,
    /// The key that its statements are signed with: a public key or a certificate, in PEM.
    #[serde(default)]
    pub certificate: Option<String>,
    /// As whom it acts by itself.
    #[serde(default)]
    pub run_as: Option<AgentId>,
    /// Whom it may act as.
    #[serde(default)]
    pub users: AppUsers,
    /// Of chosen ones: these.
    #[serde(default)]
    pub agents: Vec<AgentId>,
    /// Of chosen ones: whoever has one of these roles.
    #[serde(default)]
    pub roles: Vec<RoleId>,
    /// It can keep a secret, and must show one. Without, a code needs a proof of who asked for it (PKCE).
    #[serde(default = "yes")]
    pub confidential: bool,
    /// A code needs that proof in any case.
    #[serde(default)]
    pub pkce_required: bool,
    /// A refresh token is good for one use, and is answered with the next one.
    #[serde(default = "yes")]
    pub rotate_refresh_tokens: bool,
    /// An access token that is not used for so long is over.
    #[serde(default = "default_access_idle")]
    pub access_idle_minutes: u32,
    /// A refresh token that is not used for so long is over; none for never.
    #[serde(default)]
    pub refresh_idle_days: Option<u32>,
}

fn yes() -> bool {
    true
}

fn default_scopes() -> Scopes {
    Scopes::of([Scope::Api])
}

fn default_access_idle() -> u32 {
    120
}

impl ConnectedApp {
    /// Whether it may come to tokens this way.
    pub fn has(&self, flow: Flow) -> bool {
        self.flows.contains(&flow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set_with_an_order_and_full_covers_all_but_coming_back() {
        let scopes: Scopes = "openid api  offline_access api".parse().unwrap();
        assert_eq!(scopes.to_string(), "api refresh_token openid");
        assert!("api root".parse::<Scopes>().is_err());
        let full: Scopes = "full".parse().unwrap();
        assert!(full.allows(Scope::Api) && full.allows(Scope::Email) && !full.allows(Scope::RefreshToken));
        assert_eq!(scopes.within(&full).to_string(), "api openid");
        assert!(!full.includes(&scopes) && scopes.includes(&"api".parse().unwrap()));
        assert!(!scopes.allows(Scope::Full));
        assert_eq!(serde_json::to_string(&scopes).unwrap(), r#"["api","refresh_token","openid"]"#);
    }
}
