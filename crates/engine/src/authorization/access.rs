//! Access tokens in use, and tokens that are taken back.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use domain::{
    ids::{AgentId, AppTokenId, WorkspaceId},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{AppGrant, AppToken, AppTokenKind};
use uuid::Uuid;

use super::{
    AppCaller, Client, Denied, GivenToken,
    issue::{USE_STEP, access_idle},
    may_act, tell,
};
use crate::{
    App, Error, ErrorKind, Result,
    definition::{Agent, Defined as _, Flow, Scopes},
};

/// Tokens remembered at once; beyond, those remembered are forgotten and looked up again.
const REMEMBERED: usize = 10_000;

/// Access tokens in use on this server.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<KnownState>);

#[derive(Debug, Default)]
struct KnownState {
    /// Grows whenever something is forgotten: what was read before that is not remembered after it.
    forgotten: u64,
    by_id: HashMap<(WorkspaceId, AppTokenId), (AppToken, AppGrant)>,
}

impl Known {
    fn lock(&self) -> std::sync::MutexGuard<'_, KnownState> {
        // What is remembered can be read anew.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered, and a mark to remember something by.
    fn get(&self, workspace: WorkspaceId, id: AppTokenId) -> (Option<(AppToken, AppGrant)>, u64) {
        let state = self.lock();
        (state.by_id.get(&(workspace, id)).cloned(), state.forgotten)
    }

    fn put(&self, workspace: WorkspaceId, known: (AppToken, AppGrant), mark: u64) {
        let mut state = self.lock();
        if state.forgotten != mark {
            return;
        }
        if state.by_id.len() >= REMEMBERED {
            state.by_id.clear();
        }
        state.by_id.insert((workspace, known.0.id), known);
    }

    /// A token, a grant, or all of an app's or an agent's were taken back.
    pub(crate) fn forget(&self, workspace: WorkspaceId, what: Uuid) {
        let mut state = self.lock();
        state.forgotten += 1;
        state.by_id.retain(|(home, id), (_, grant)| {
            *home != workspace || [id.0, grant.id.0, grant.app.0, grant.agent.0].iter().all(|other| *other != what)
        });
    }
}

impl App {
    pub(crate) fn app_tokens(&self) -> &Known {
        &self.inner.app_tokens
    }

    /// Which app acts as which agent, by an access token. Using it keeps it alive.
    ///
    /// # Errors
    /// [`ErrorKind::NotSignedIn`] for a token that is unknown, expired or taken back, and when the app may not act as the agent any more.
    pub async fn authenticate_app(&self, workspace: WorkspaceId, given: &GivenToken, address: Option<IpAddr>) -> Result<AppCaller> {
        let now = self.now();
        let (remembered, mark) = self.app_tokens().get(workspace, given.id);
        let known = match remembered.filter(|(token, _)| now < token.expires_at) {
            Some(known) => known,
            // One that seems to be over may have been used on another server.
            None => {
                let known = self.store().app_token(workspace, given.id).await?.ok_or(ErrorKind::NotSignedIn)?;
                self.app_tokens().put(workspace, known.clone(), mark);
                known
            }
        };
        let (mut token, grant) = known;
        if token.kind != AppTokenKind::Access || !given.is(&token.hash) || now >= token.expires_at {
            return Err(ErrorKind::NotSignedIn.into());
        }
        let directory = self.directory(workspace).map_err(|_| ErrorKind::NotSignedIn)?;
        let app = directory.connected_apps.get(&grant.app).filter(|app| app.active).ok_or(ErrorKind::NotSignedIn)?;
        let flow = Flow::named(&grant.flow).ok_or_else(|| Error::internal("a flow that there is not"))?;
        may_act(&directory, app, flow, grant.agent).map_err(|_| ErrorKind::NotSignedIn)?;
        let idle = access_idle(app);
        // An admin may have shortened it.
        if now >= token.used_at + idle {
            return Err(ErrorKind::NotSignedIn.into());
        }
        if now.since(token.used_at) >= USE_STEP {
            let (id, expires_at) = (token.id, now + idle);
            (token.used_at, token.expires_at) = (now, expires_at);
            let grant_id = grant.id;
            self.store()
                .write::<_, Error, _>(move |tx| {
                    async move {
                        if tx.touch_app_token(workspace, id, now, expires_at, USE_STEP).await? {
                            tx.touch_app_grant(workspace, grant_id, now).await?;
                        }
                        Ok(())
                    }
                    .boxed()
                })
                .await?;
            self.app_tokens().put(workspace, (token.clone(), grant.clone()), mark);
        }
        Ok(AppCaller {
            workspace,
            agent: grant.agent,
            app: grant.app,
            grant: grant.id,
            // A word that this server does not know allows nothing.
            scopes: grant.scopes.parse::<Scopes>().unwrap_or_default().within(&app.scopes),
            permissions: directory.permissions(grant.agent),
            address,
            issued_at: token.created_at,
            expires_at: token.expires_at,
        })
    }

    /// When the settings of an agent were changed last.
    pub async fn agent_changed_at(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Timestamp> {
        let found = self.store().definition(workspace, Agent::KIND, agent.0).await?;
        found.map(|found| found.changed_at).ok_or_else(|| ErrorKind::NotFound(Agent::KIND).into())
    }

    /// Takes an access token back, or a refresh token and all that came of it; tells whether it was one. What is none, or is over, is left so.
    pub async fn revoke_app_token(&self, workspace: WorkspaceId, given: &GivenToken) -> Result<bool> {
        let Some((token, grant)) = self.store().app_token(workspace, given.id).await? else { return Ok(false) };
        if !given.is(&token.hash) || token.kind == AppTokenKind::Code {
            return Ok(false);
        }
        let scope = self.scope(workspace)?;
        let (token, grant, alone) = (token.id, grant.id, token.kind == AppTokenKind::Access);
        let what = if alone { token.0 } else { grant.0 };
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    if alone {
                        tx.remove_app_token(workspace, token, grant).await?;
                    } else {
                        tx.remove_app_grant(workspace, grant).await?;
                    }
                    tell(tx, &scope, what);
                    Ok(())
                }
                .boxed()
            })
            .await?;
        self.app_tokens().forget(workspace, what);
        Ok(true)
    }

    /// What a token of an app's own is; none for one that is over, or somebody else's (RFC 7662).
    pub async fn introspect(&self, client: &Client, given: &GivenToken) -> Result<Option<Introspected>, Denied> {
        let workspace = client.workspace();
        let now = self.now();
        let Some((token, grant)) = self.store().app_token(workspace, given.id).await? else { return Ok(None) };
        let good = given.is(&token.hash)
            && grant.app == client.id
            && token.kind != AppTokenKind::Code
            && token.replaced_at.is_none()
            && now < token.expires_at;
        let flow = Flow::named(&grant.flow).filter(|flow| may_act(&client.directory, &client.app, *flow, grant.agent).is_ok());
        Ok(flow.filter(|_| good).map(|_| Introspected {
            agent: grant.agent,
            scopes: grant.scopes.parse::<Scopes>().unwrap_or_default().within(&client.app.scopes),
            is_refresh: token.kind == AppTokenKind::Refresh,
            created_at: token.created_at,
            expires_at: Some(token.expires_at).filter(|at| at.0 != i64::MAX),
        }))
    }
}

/// What a token is that is good.
#[derive(Clone, Debug)]
pub struct Introspected {
    /// To act as whom.
    pub agent: AgentId,
    /// To do what.
    pub scopes: Scopes,
    /// It is exchanged for others; else it is to act with.
    pub is_refresh: bool,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// When it is over, unless it is used before; none for never.
    pub expires_at: Option<Timestamp>,
}
