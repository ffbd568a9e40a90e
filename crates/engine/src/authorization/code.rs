//! Codes: a user who signed in lets an app in, and the app exchanges what the user's browser brings.

use std::{net::IpAddr, sync::Arc, time::Duration};

use domain::{
    ids::{AgentId, AppGrantId},
    secret::Secret,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{AppGrant, AppToken, AppTokenKind, Tx};

use super::{
    Client, Denied, GivenToken, Issued, PRUNED, Proven,
    issue::{access_idle, begin, row},
    may_act, tell,
    token::Fresh,
};
use crate::{
    Actor, App, Scope, audit,
    definition::{ConnectedApp, Flow, Scope as Word, Scopes},
};

/// How long a code can be exchanged.
pub const CODE_LIVES: Duration = Duration::from_secs(15 * 60);
/// How long what was replaced is kept, so that its reuse is noticed.
pub(super) const REPLACED_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What a user agreed to.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// As whom the app may act.
    pub agent: AgentId,
    /// To do what.
    pub scopes: Scopes,
    /// Where the browser is sent with the code.
    pub redirect: String,
    /// The hash of what must be shown with it.
    pub challenge: Option<String>,
    /// From which address.
    pub address: Option<IpAddr>,
}

/// Until when a refresh token is good that is used now.
pub(super) fn refresh_expires(app: &ConnectedApp, now: Timestamp) -> Timestamp {
    app.refresh_idle_days.map_or(Timestamp(i64::MAX), |days| now + Duration::from_secs(86_400 * u64::from(days)))
}

impl App {
    /// Fails unless the app may ask this user for leave: [`Flow::AuthorizationCode`].
    pub fn may_be_let_in(&self, client: &Client, agent: AgentId) -> Result<(), Denied> {
        may_act(&client.directory, &client.app, Flow::AuthorizationCode, agent)
    }

    /// A code for an app that a user let in.
    pub async fn let_in(&self, client: &Client, new: NewCode) -> Result<Secret, Denied> {
        self.may_be_let_in(client, new.agent)?;
        let scope = self.scope(client.workspace())?;
        let fresh = Fresh::new(self);
        let code = fresh.printed();
        let grant = AppGrant {
            id: scope.id(),
            app: client.id,
            agent: new.agent,
            flow: Flow::AuthorizationCode.as_str().to_owned(),
            scopes: new.scopes.to_string(),
            address: new.address.map(|address| address.to_string()).unwrap_or_default(),
            created_at: scope.now,
            used_at: scope.now,
        };
        let work = Arc::new((scope, client.clone(), fresh, grant, new));
        self.store()
            .write::<_, Denied, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, client, fresh, grant, new) = &*work;
                    let workspace = scope.workspace();
                    tx.prune_app_tokens(workspace, scope.now, PRUNED).await?;
                    tx.insert_app_grant(workspace, grant).await?;
                    let code = AppToken {
                        redirect: Some(new.redirect.clone()),
                        challenge: new.challenge.clone(),
                        ..row(fresh, grant.id, AppTokenKind::Code, scope, scope.now + CODE_LIVES)
                    };
                    tx.insert_app_token(workspace, &code).await?;
                    let actor = Actor::Agent { agent: new.agent, address: new.address };
                    let change = serde_json::json!({ "grant": grant.id, "scopes": new.scopes });
                    Ok(audit::write(tx, scope, actor, "connected_app.let_in", client.id.to_string(), change).await?)
                }
                .boxed()
            })
            .await?;
        Ok(code)
    }

    /// Exchanges a code, once. `proves` says whether who shows it is who asked for it, by the hash that was given then.
    ///
    /// A code that comes twice was stolen, the first time or the second: all that came of it is taken back.
    pub async fn exchange_code(
        &self,
        client: &Client,
        proven: Proven,
        code: &GivenToken,
        redirect: &str,
        proves: impl Fn(Option<&str>) -> bool + Send + Sync + 'static,
    ) -> Result<Issued, Denied> {
        client.require(Flow::AuthorizationCode)?;
        let scope = self.scope(client.workspace())?;
        let (access, refresh) = (Fresh::new(self), Fresh::new(self));
        let work = Arc::new((scope, client.clone(), code.clone(), redirect.to_owned(), access, refresh));
        let proves = Arc::new(proves);
        let exchanged = self
            .store()
            .write::<_, Denied, _>(move |tx| {
                let (work, proves) = (work.clone(), proves.clone());
                async move {
                    let (scope, client, code, redirect, access, refresh) = &*work;
                    let workspace = scope.workspace();
                    let found = tx.app_token(workspace, code.id).await?;
                    let (token, grant) = found
                        .filter(|(token, grant)| token.kind == AppTokenKind::Code && code.is(&token.hash) && grant.app == client.id)
                        .ok_or(Denied::CodeExpired)?;
                    if token.replaced_at.is_some() {
                        take_back(tx, scope, &grant, "code_reused").await?;
                        // What was taken back stays so: this is no failure of the transaction.
                        return Ok(Err((Denied::CodeExpired, grant.id)));
                    }
                    if scope.now >= token.expires_at {
                        return Err(Denied::CodeExpired);
                    }
                    if token.redirect.as_deref() != Some(redirect.as_str()) {
                        return Err(Denied::WrongRedirect);
                    }
                    if !proves(token.challenge.as_deref()) {
                        return Err(Denied::WrongVerifier);
                    }
                    may_act(&client.directory, &client.app, Flow::AuthorizationCode, grant.agent)?;
                    begin(tx, scope, client, proven).await?;
                    tx.replace_app_token(workspace, token.id, scope.now, false, scope.now + REPLACED_KEPT).await?;
                    let expires = scope.now + access_idle(&client.app);
                    tx.insert_app_token(workspace, &row(access, grant.id, AppTokenKind::Access, scope, expires)).await?;
                    let scopes = grant.scopes.parse::<Scopes>().unwrap_or_default().within(&client.app.scopes);
                    let comes_back = scopes.allows(Word::RefreshToken);
                    if comes_back {
                        let expires = refresh_expires(&client.app, scope.now);
                        tx.insert_app_token(workspace, &row(refresh, grant.id, AppTokenKind::Refresh, scope, expires)).await?;
                    }
                    Ok(Ok(Issued {
                        workspace,
                        agent: grant.agent,
                        scopes,
                        access: access.printed(),
                        refresh: comes_back.then(|| refresh.printed_refresh(workspace)),
                        at: scope.now,
                    }))
                }
                .boxed()
            })
            .await?;
        self.forgetting(client, exchanged)
    }

    /// The outcome of an exchange by which a grant may have been taken back.
    pub(super) fn forgetting(&self, client: &Client, outcome: Result<Issued, (Denied, AppGrantId)>) -> Result<Issued, Denied> {
        outcome.map_err(|(denied, grant)| {
            self.app_tokens().forget(client.workspace(), grant.0);
            denied
        })
    }
}

/// Takes a grant back because something of it was used twice.
pub(super) async fn take_back(tx: &mut Tx, scope: &Scope, grant: &AppGrant, why: &str) -> Result<(), Denied> {
    tx.remove_app_grant(scope.workspace(), grant.id).await?;
    tell(tx, scope, grant.id);
    let change = serde_json::json!({ "grant": grant.id, "agent": grant.agent, "why": why });
    Ok(audit::write(tx, scope, Actor::System, "connected_app.grant_removed", grant.app.to_string(), change).await?)
}
