//! Tokens for an app that has proved what it must.

use std::{sync::Arc, time::Duration};

use domain::{
    ids::{AgentId, AppGrantId},
    secret::Secret,
};
use futures_util::FutureExt as _;
use store::{AppGrant, AppToken, AppTokenKind, Tx};

use super::{Client, Denied, Issued, PRUNED, Proven, may_act, token::Fresh};
use crate::{
    App, Scope,
    definition::{ConnectedApp, Flow, Scopes},
};

/// A use is written down when the last one written is this old.
pub(super) const USE_STEP: Duration = Duration::from_secs(60);

/// How long an access token lives unused.
pub(super) fn access_idle(app: &ConnectedApp) -> Duration {
    Duration::from_secs(60 * u64::from(app.access_idle_minutes))
}

/// A row for a new code or token.
pub(super) fn row(fresh: &Fresh, grant: AppGrantId, kind: AppTokenKind, scope: &Scope, expires_at: domain::time::Timestamp) -> AppToken {
    AppToken {
        id: fresh.id,
        grant,
        kind,
        hash: fresh.hash.clone(),
        created_at: scope.now,
        used_at: scope.now,
        expires_at,
        replaced_at: None,
        repeated: false,
        redirect: None,
        challenge: None,
    }
}

/// Writes that the app showed its secret, and removes what expired: with everything that is made.
pub(super) async fn begin(tx: &mut Tx, scope: &Scope, client: &Client, proven: Proven) -> Result<(), Denied> {
    let workspace = scope.workspace();
    tx.prune_app_tokens(workspace, scope.now, PRUNED).await?;
    if let Some(secret) = proven.secret {
        tx.touch_app_secret(workspace, client.id, secret, scope.now, USE_STEP).await?;
    }
    Ok(())
}

impl App {
    /// An access token for an app that acts as its own agent: [`Flow::ClientCredentials`].
    pub async fn issue_to_itself(&self, client: &Client, proven: Proven) -> Result<Issued, Denied> {
        client.require(Flow::ClientCredentials)?;
        let agent = client.app.run_as.ok_or(Denied::NotApproved)?;
        let scopes = client.app.scopes.clone();
        self.issue(client, Flow::ClientCredentials, agent, scopes, proven).await
    }

    /// An access token for an app that knows a user's password: [`Flow::Password`]. A user with a second factor does not sign in this way.
    pub async fn issue_by_password(&self, client: &Client, proven: Proven, login: &str, password: Secret) -> Result<Issued, Denied> {
        client.require(Flow::Password)?;
        let agent = self.recognise(client.workspace(), login, password, None).await?;
        self.issue(client, Flow::Password, agent, client.app.scopes.clone(), proven).await
    }

    /// An access token without a refresh token: the app can prove itself again.
    pub(super) async fn issue(
        &self,
        client: &Client,
        flow: Flow,
        agent: AgentId,
        scopes: Scopes,
        proven: Proven,
    ) -> Result<Issued, Denied> {
        may_act(&client.directory, &client.app, flow, agent)?;
        // It could not be used.
        let scopes = Scopes::of(scopes.iter().filter(|scope| *scope != crate::definition::Scope::RefreshToken));
        let scope = self.scope(client.workspace())?;
        let fresh = Fresh::new(self);
        let issued = Issued { workspace: client.workspace(), agent, scopes, access: fresh.printed(), refresh: None, at: scope.now };
        let new = AppGrant {
            id: scope.id(),
            app: client.id,
            agent,
            flow: flow.as_str().to_owned(),
            scopes: issued.scopes.to_string(),
            address: proven.address.map(|address| address.to_string()).unwrap_or_default(),
            created_at: scope.now,
            used_at: scope.now,
        };
        let work = Arc::new((scope, client.clone(), fresh, new));
        self.store()
            .write::<_, Denied, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, client, fresh, new) = &*work;
                    begin(tx, scope, client, proven).await?;
                    let workspace = scope.workspace();
                    // One grant for all tokens that come this way: a program that asks for each request must not fill the list.
                    let grant = match tx.app_grant_by_flow(workspace, client.id, agent, &new.flow).await? {
                        Some(known) => {
                            tx.renew_app_grant(workspace, known.id, &new.scopes, scope.now).await?;
                            known.id
                        }
                        None => {
                            tx.insert_app_grant(workspace, new).await?;
                            new.id
                        }
                    };
                    let token = row(fresh, grant, AppTokenKind::Access, scope, scope.now + access_idle(&client.app));
                    Ok(tx.insert_app_token(workspace, &token).await?)
                }
                .boxed()
            })
            .await?;
        Ok(issued)
    }
}
