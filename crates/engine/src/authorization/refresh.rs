//! Refresh tokens: exchanged for access tokens, and for the next refresh token.
//!
//! Where they rotate, each is good once. One that comes again was stolen, now or before, and all that came of the grant is taken back
//! (RFC 9700, 4.14.2); but an honest app whose answer got lost comes again too. So the token that was replaced last may come once more within
//! [`REPEAT_GRACE`]; the one that was given for it, which nobody can have used by then, is worth nothing from then on.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use store::{AppGrant, AppToken, AppTokenKind, Tx};

use super::{
    Client, Denied, GivenToken, Issued, Proven,
    code::{REPLACED_KEPT, refresh_expires, take_back},
    issue::{USE_STEP, access_idle, begin, row},
    may_act,
    token::Fresh,
};
use crate::{
    App, Scope,
    definition::{Flow, Scope as Word, Scopes},
};

/// How long after a refresh token was replaced it may come once more.
pub const REPEAT_GRACE: Duration = Duration::from_secs(60);

/// What becomes of the refresh token.
enum Next {
    /// It stays.
    Same,
    /// Another one takes its place.
    Another,
    /// Another one takes the place of the one that took its place.
    Repeated,
    /// All that came of the grant is taken back.
    Stolen,
}

fn next(client: &Client, token: &AppToken, scope: &Scope) -> Next {
    match token.replaced_at {
        None if client.app.rotate_refresh_tokens => Next::Another,
        None => Next::Same,
        Some(at) if !token.repeated && scope.now.since(at) <= REPEAT_GRACE => Next::Repeated,
        Some(_) => Next::Stolen,
    }
}

impl App {
    /// Exchanges a refresh token.
    pub async fn refresh(&self, client: &Client, proven: Proven, given: &GivenToken) -> Result<Issued, Denied> {
        let scope = self.scope(client.workspace())?;
        let (access, refresh) = (Fresh::new(self), Fresh::new(self));
        let work = Arc::new((scope, client.clone(), given.clone(), access, refresh));
        let exchanged = self
            .store()
            .write::<_, Denied, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, client, given, access, refresh) = &*work;
                    let found = tx.app_token(scope.workspace(), given.id).await?;
                    let (token, grant) = found
                        .filter(|(token, grant)| token.kind == AppTokenKind::Refresh && given.is(&token.hash) && grant.app == client.id)
                        .filter(|(token, _)| scope.now < token.expires_at)
                        .ok_or(Denied::TokenExpired)?;
                    let next = next(client, &token, scope);
                    if matches!(next, Next::Stolen) {
                        take_back(tx, scope, &grant, "refresh_token_reused").await?;
                        return Ok(Err((Denied::TokenExpired, grant.id)));
                    }
                    let flow = Flow::named(&grant.flow).ok_or(Denied::TokenExpired)?;
                    may_act(&client.directory, &client.app, flow, grant.agent)?;
                    let scopes = grant.scopes.parse::<Scopes>().unwrap_or_default().within(&client.app.scopes);
                    if !scopes.allows(Word::RefreshToken) {
                        return Err(Denied::TokenExpired);
                    }
                    begin(tx, scope, client, proven).await?;
                    let rotated = rotate(tx, scope, client, (&token, &grant), &next, refresh).await?;
                    let expires = scope.now + access_idle(&client.app);
                    tx.insert_app_token(scope.workspace(), &row(access, grant.id, AppTokenKind::Access, scope, expires)).await?;
                    tx.touch_app_grant(scope.workspace(), grant.id, scope.now).await?;
                    Ok(Ok(Issued {
                        workspace: scope.workspace(),
                        agent: grant.agent,
                        scopes,
                        access: access.printed(),
                        refresh: rotated.then(|| refresh.printed_refresh(scope.workspace())),
                        at: scope.now,
                    }))
                }
                .boxed()
            })
            .await?;
        self.forgetting(client, exchanged)
    }
}

/// Carries `next` out; tells whether there is another refresh token.
async fn rotate(
    tx: &mut Tx,
    scope: &Scope,
    client: &Client,
    (token, grant): (&AppToken, &AppGrant),
    next: &Next,
    fresh: &Fresh,
) -> Result<bool, Denied> {
    let (workspace, kept) = (scope.workspace(), scope.now + REPLACED_KEPT);
    match next {
        Next::Stolen => return Ok(false),
        Next::Same => {
            tx.touch_app_token(workspace, token.id, scope.now, refresh_expires(&client.app, scope.now), USE_STEP).await?;
            return Ok(false);
        }
        Next::Another => tx.replace_app_token(workspace, token.id, scope.now, false, kept).await?,
        Next::Repeated => {
            // The time of the first replacement stays: the grace is not prolonged.
            tx.replace_app_token(workspace, token.id, token.replaced_at.unwrap_or(scope.now), true, kept).await?;
            tx.replace_refresh_tokens(workspace, grant.id, scope.now, kept).await?;
        }
    }
    let new = row(fresh, grant.id, AppTokenKind::Refresh, scope, refresh_expires(&client.app, scope.now));
    tx.insert_app_token(workspace, &new).await?;
    Ok(true)
}
