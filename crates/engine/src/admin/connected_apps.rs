//! Connected apps as admins manage them: what one must be like, its secrets, and what it was granted.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use domain::{
    ids::{AgentId, AppGrantId, AppSecretId, ConnectedAppId, WorkspaceId},
    permission::Permission,
    secret::Secret,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{AppGrant, AppSecret, Tx};

use super::{
    Administered,
    check::{all_known, line, own_name, within},
    present,
};
use crate::{
    App, Directory, Error, ErrorKind, Result, Scope, SignedInAgent, audit, authorization,
    definition::{Agent, ConnectedApp, Defined, Flow, Role},
    directory::CLIENT_IDS,
    listing::{self, Asked, Listed, Sought},
};

/// The most connected apps of a workspace.
const APPS: usize = 500;
/// The most addresses that browsers may be sent back to.
const ADDRESSES: usize = 100;
/// The most characters of one.
const ADDRESS_CHARACTERS: usize = 2_000;
/// The most agents and roles that are chosen.
const CHOSEN: usize = 1_000;
/// The most characters of what an app calls itself by.
const CLIENT_ID_CHARACTERS: usize = 256;
/// The most secrets at once: the one in use, and the one that is to replace it.
const SECRETS: usize = 2;
/// The fewest and most characters of a secret that the app has already.
const SECRET_CHARACTERS: std::ops::RangeInclusive<usize> = 32..=512;

/// Schemes that browsers carry out or read files by, instead of handing the address to a program.
const REFUSED_SCHEMES: &[&str] = &["javascript", "data", "vbscript", "file", "blob", "about", "ftp", "ws", "wss", "view-source"];

/// A new secret, shown this once.
#[derive(Clone, Debug)]
pub struct NewAppSecret {
    /// Its id.
    pub id: AppSecretId,
    /// What the app is to show.
    pub secret: Secret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A place in the list of grants: the latest stands first.
pub type GrantPlace = Reverse<AppGrantId>;

fn whole_address(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let scheme_fits = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte));
    if !scheme_fits || !plain || address.len() > ADDRESS_CHARACTERS {
        return false;
    }
    let host = || {
        let authority = rest.strip_prefix("//")?.split(['/', '?']).next()?;
        (!authority.is_empty() && !authority.contains('@')).then_some(authority)
    };
    let is_loopback = |authority: &str| {
        let bare = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(authority, |(host, _)| host);
        matches!(bare, "localhost" | "127.0.0.1" | "[::1]")
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => host().is_some(),
        // What a program on the user's own machine listens to never leaves it (RFC 8252, 7.3).
        "http" => host().is_some_and(is_loopback),
        other => !REFUSED_SCHEMES.contains(&other) && !rest.is_empty(),
    }
}

fn check_addresses(addresses: &mut Vec<String>) -> Result<()> {
    if addresses.len() > ADDRESSES {
        return Err(Error::invalid("redirect_addresses", format!("at most {ADDRESSES} addresses are allowed")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(addresses.len());
    for address in addresses.iter().map(|address| address.trim()) {
        if !whole_address(address) {
            let shown: String = address.chars().take(100).collect();
            let wanted =
                "an address such as https://app.example.com/callback, http://localhost:1717/callback or myapp://callback, without #";
            return Err(Error::invalid("redirect_addresses", format!("{shown:?} is not {wanted}")));
        }
        if !kept.iter().any(|known| known == address) {
            kept.push(address.to_owned());
        }
    }
    *addresses = kept;
    Ok(())
}

/// What an app calls itself by: given by an admin, kept, or made.
fn check_client_id(client_id: &mut Option<String>, id: ConnectedAppId, old: Option<&ConnectedApp>) -> Result<()> {
    let given = client_id.take().map(|given| given.trim().to_owned()).filter(|given| !given.is_empty());
    let chosen = match given.or_else(|| old.and_then(|old| old.client_id.clone())) {
        Some(chosen) => chosen,
        // It is no secret: that it is nobody else's is enough.
        None => format!("SB{}", id.0.simple()),
    };
    let fits = (8..=CLIENT_ID_CHARACTERS).contains(&chosen.len()) && chosen.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    if !fits {
        let sentence = format!("it must have 8 to {CLIENT_ID_CHARACTERS} visible ASCII characters, and no colon");
        return Err(Error::invalid("client_id", sentence));
    }
    *client_id = Some(chosen);
    Ok(())
}

impl Administered for ConnectedApp {
    const PERMISSION: Permission = Permission::ManageWorkspace;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.connected_apps
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        [Some(&self.name), Some(&self.description), self.client_id.as_ref()].into_iter().flatten().any(|text| sought.is_in(text))
    }

    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, who: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        if old.is_none() && directory.connected_apps.len() >= APPS {
            return Err(ErrorKind::Conflict("there are as many connected apps as can be kept: remove one first").into());
        }
        if !self.description.is_empty() {
            line("description", &mut self.description, 1_000)?;
        }
        check_client_id(&mut self.client_id, id, old)?;
        self.flows.sort_unstable();
        self.flows.dedup();
        self.scopes = crate::definition::Scopes::of(self.scopes.iter());
        check_addresses(&mut self.redirect_addresses)?;
        if self.has(Flow::AuthorizationCode) && self.redirect_addresses.is_empty() {
            return Err(Error::invalid("redirect_addresses", "say where browsers may be sent back to"));
        }
        self.certificate = self.certificate.take().map(|pem| pem.trim().to_owned()).filter(|pem| !pem.is_empty());
        if let Some(pem) = &self.certificate {
            authorization::check_key("certificate", pem)?;
        } else if self.has(Flow::JwtBearer) {
            return Err(Error::invalid("certificate", "give the key that the app's statements are signed with"));
        }
        if self.run_as.is_some_and(|agent| !directory.agents.contains_key(&agent)) {
            return Err(Error::invalid("run_as", "this is not the id of an agent"));
        }
        if self.has(Flow::ClientCredentials) && self.run_as.is_none() {
            return Err(Error::invalid("run_as", "say as whom the app acts by itself"));
        }
        if self.agents.len() + self.roles.len() > CHOSEN {
            return Err(Error::invalid("agents", format!("at most {CHOSEN} agents and roles are allowed")));
        }
        all_known::<Agent>("agents", &mut self.agents, &directory.agents)?;
        all_known::<Role>("roles", &mut self.roles, &directory.roles)?;
        within("access_idle_minutes", self.access_idle_minutes.into(), 1, 24 * 60)?;
        if let Some(days) = self.refresh_idle_days {
            within("refresh_idle_days", days.into(), 1, 3_650)?;
        }
        may_hand_out(self, directory, who)
    }

    fn may_be_removed(&self, _: Self::Id, _: &Directory, _: &SignedInAgent) -> Result<()> {
        Ok(())
    }

    fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }
}

/// Whoever holds an app's keys acts as those it may act as: nobody gives away rights that he has not.
fn may_hand_out(app: &ConnectedApp, directory: &Directory, who: &SignedInAgent) -> Result<()> {
    let agents = app.run_as.iter().chain(&app.agents).map(|agent| directory.permissions(*agent));
    let roles = app.roles.iter().filter_map(|role| directory.roles.get(role)).map(|role| role.permissions.clone());
    if agents.chain(roles).all(|permissions| who.permissions.includes(&permissions)) { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
}

/// Makes sure that no other app of any workspace calls itself so.
pub(super) async fn claim_client_id(tx: &mut Tx, workspace: WorkspaceId, old: Option<&str>, new: Option<&str>) -> Result<()> {
    if old == new {
        return Ok(());
    }
    if let Some(new) = new
        && !tx.claim_workspace_alias(CLIENT_IDS, new, workspace).await?
    {
        return Err(ErrorKind::Taken { property: "client_id", message: "another app has this client id".to_owned() }.into());
    }
    if let Some(old) = old {
        tx.remove_workspace_alias(CLIENT_IDS, old, workspace).await?;
    }
    Ok(())
}

/// An app that is removed: its secrets and all that it was granted go too.
pub(super) async fn leaves_nothing_behind(tx: &mut Tx, scope: &Scope, app: ConnectedAppId) -> Result<()> {
    tx.remove_app_secrets(scope.workspace(), app).await?;
    tx.remove_app_grants(scope.workspace(), app).await?;
    authorization::tell(tx, scope, app);
    Ok(())
}

/// An agent who may not sign in any more: nobody acts as him.
pub(super) async fn nobody_acts_as(tx: &mut Tx, scope: &Scope, agent: AgentId) -> Result<()> {
    tx.remove_app_grants_of_agent(scope.workspace(), agent).await?;
    authorization::tell(tx, scope, agent);
    Ok(())
}

impl App {
    /// An app's secrets: when they were made and used, never what they are.
    pub async fn app_secrets(&self, who: &SignedInAgent, app: ConnectedAppId) -> Result<Vec<AppSecret>> {
        self.read::<ConnectedApp>(who, app)?;
        Ok(self.store().app_secrets(who.workspace, app).await?)
    }

    /// A new secret beside the one in use, which stays good until it is removed. `own` is one that the app has already.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] when there are two: remove one first.
    pub async fn make_app_secret(&self, who: &SignedInAgent, app: ConnectedAppId, own: Option<Secret>) -> Result<NewAppSecret> {
        let settings = self.read::<ConnectedApp>(who, app)?;
        may_hand_out(&settings, &*self.directory(who.workspace)?, who)?;
        let secret = match own {
            Some(own) => {
                let fits = SECRET_CHARACTERS.contains(&own.reveal().len()) && own.reveal().bytes().all(|byte| byte.is_ascii_graphic());
                if !fits {
                    let (least, most) = SECRET_CHARACTERS.into_inner();
                    return Err(Error::invalid("secret", format!("a secret has {least} to {most} visible ASCII characters")));
                }
                own
            }
            None => Secret(authorization::hexadecimal(&self.random::<32>())),
        };
        let scope = self.scope(who.workspace)?;
        let new = NewAppSecret { id: scope.id(), secret, created_at: scope.now };
        let ending: String = new.secret.reveal().chars().skip(new.secret.reveal().len() - 4).collect();
        let hash = authorization::hash(new.secret.reveal());
        let stored = AppSecret { id: new.id, app, hash, ending, created_at: scope.now, used_at: None };
        let work = Arc::new((scope, who.clone(), stored));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who, stored) = &*work;
                    let directory = present(tx, scope).await?;
                    directory.connected_apps.get(&app).ok_or(ErrorKind::NotFound(ConnectedApp::KIND))?;
                    if tx.app_secrets(scope.workspace(), app).await?.len() >= SECRETS {
                        return Err(ErrorKind::Conflict("there are two secrets: remove the one that is not used any more first").into());
                    }
                    tx.insert_app_secret(scope.workspace(), stored).await?;
                    let change = serde_json::json!({ "secret": stored.id });
                    audit::write(tx, scope, who.actor(), "connected_app.secret_made", app.to_string(), change).await
                }
                .boxed()
            })
            .await?;
        Ok(new)
    }

    /// A secret is good no more. Tokens that were given for it stay.
    pub async fn remove_app_secret(&self, who: &SignedInAgent, app: ConnectedAppId, secret: AppSecretId) -> Result<()> {
        self.read::<ConnectedApp>(who, app)?;
        let (scope, actor) = (self.scope(who.workspace)?, who.actor());
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    if !tx.remove_app_secret(scope.workspace(), app, secret).await? {
                        return Err(ErrorKind::NotFound("secret").into());
                    }
                    let change = serde_json::json!({ "secret": secret });
                    audit::write(tx, &scope, actor, "connected_app.secret_removed", app.to_string(), change).await
                }
                .boxed()
            })
            .await
    }

    /// A page of what an app was granted and can still use, the latest first: all, or as agents whose name or login holds what is searched
    /// for.
    pub async fn app_grants(
        &self,
        who: &SignedInAgent,
        app: ConnectedAppId,
        asked: &Asked<'_, GrantPlace>,
    ) -> Result<Listed<AppGrant, GrantPlace>> {
        self.read::<ConnectedApp>(who, app)?;
        let directory = self.directory(who.workspace)?;
        let sought = Sought::of(asked.search);
        let is_sought = |grant: &AppGrant| {
            let of_agent = |sought: &Sought| directory.agents.get(&grant.agent).is_some_and(|agent| agent.is_found_by(sought));
            sought.as_ref().is_none_or(of_agent)
        };
        let grants = self.store().app_grants(who.workspace, app, self.now()).await?;
        let found = grants.into_iter().filter(is_sought).map(|grant| (Reverse(grant.id), grant));
        Ok(listing::page(found, asked.after, asked.limit))
    }

    /// Takes back what an app was granted, one grant or all of them: its codes and tokens are worth nothing from now on. Tells how many.
    pub async fn take_app_grants_back(&self, who: &SignedInAgent, app: ConnectedAppId, grant: Option<AppGrantId>) -> Result<u64> {
        self.read::<ConnectedApp>(who, app)?;
        let (scope, actor, workspace) = (self.scope(who.workspace)?, who.actor(), who.workspace);
        let what = grant.map_or(app.0, |grant| grant.0);
        let removed = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let (removed, action, change) = match grant {
                        Some(grant) => {
                            if !tx.remove_app_grant_of(workspace, app, grant).await? {
                                return Err(ErrorKind::NotFound("grant").into());
                            }
                            (1, "connected_app.grant_removed", serde_json::json!({ "grant": grant }))
                        }
                        None => {
                            let removed = tx.remove_app_grants(workspace, app).await?;
                            (removed, "connected_app.grants_removed", serde_json::json!({ "grants": removed }))
                        }
                    };
                    authorization::tell(tx, &scope, what);
                    audit::write(tx, &scope, actor, action, app.to_string(), change).await?;
                    Ok(removed)
                }
                .boxed()
            })
            .await?;
        self.app_tokens().forget(workspace, what);
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_that_lead_to_a_program_can_be_registered() {
        for good in [
            "https://app.example.com/callback",
            "https://app.example.com",
            "https://app.example.com:8443/a?b=c",
            "http://localhost:1717/OauthRedirect",
            "http://127.0.0.1/x",
            "http://[::1]:8080/x",
            "com.example.app:/oauth2/callback",
            "myapp://callback",
        ] {
            assert!(whole_address(good), "{good}");
        }
        for bad in [
            "",
            "app.example.com",
            "/callback",
            "//app.example.com",
            "http://app.example.com/",
            "http://localhost.evil.example/",
            "https://",
            "https://user@app.example.com/",
            "https://app.example.com/#x",
            "https://app.example.com/a b",
            "https://app.example.com/\n",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "1a://x",
            "https://app.example.com/é",
            "myapp:",
        ] {
            assert!(!whole_address(bad), "{bad}");
        }
    }
}
