//! What connected apps may: their secrets, what they were granted, and the codes and tokens of it. Hashes only: what was given out is nowhere.

use std::time::Duration;

use domain::{
    ids::{AgentId, AppGrantId, AppSecretId, AppTokenId, ConnectedAppId, WorkspaceId},
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    tx::Tx,
};

/// A secret of a connected app.
#[derive(Clone, Debug, PartialEq)]
pub struct AppSecret {
    /// Its id.
    pub id: AppSecretId,
    /// Whose.
    pub app: ConnectedAppId,
    /// The SHA-256 of it.
    pub hash: Vec<u8>,
    /// Its last characters, by which people tell several apart.
    pub ending: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was shown last, in coarse steps; none if never.
    pub used_at: Option<Timestamp>,
}

/// That an app may act as an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AppGrant {
    /// Its id.
    pub id: AppGrantId,
    /// Which app.
    pub app: ConnectedAppId,
    /// As whom.
    pub agent: AgentId,
    /// How it came to it: the engine's own word.
    pub flow: String,
    /// For what: the engine's own words.
    pub scopes: String,
    /// From which address it was asked for first.
    pub address: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, in coarse steps.
    pub used_at: Timestamp,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppTokenKind {
    /// To be exchanged for tokens, once.
    Code,
    /// To act with.
    Access,
    /// To be exchanged for an access token.
    Refresh,
}

impl AppTokenKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }

    fn read(text: &str) -> Result<Self> {
        [Self::Code, Self::Access, Self::Refresh].into_iter().find(|kind| kind.as_str() == text).ok_or(Error::broken("app_token.kind"))
    }
}

/// A code or token.
#[derive(Clone, Debug, PartialEq)]
pub struct AppToken {
    /// Its id, which is a part of it.
    pub id: AppTokenId,
    /// Of which grant.
    pub grant: AppGrantId,
    /// What it is for.
    pub kind: AppTokenKind,
    /// The SHA-256 of its secret part.
    pub hash: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, in coarse steps.
    pub used_at: Timestamp,
    /// Until when, unless it is used before.
    pub expires_at: Timestamp,
    /// When it was exchanged: whoever shows it later may have stolen it.
    pub replaced_at: Option<Timestamp>,
    /// It was shown once more just after that, and answered.
    pub repeated: bool,
    /// A code's: where the browser was sent with it.
    pub redirect: Option<String>,
    /// A code's: the hash of what must be shown with it.
    pub challenge: Option<String>,
}

fn secret(row: &Row) -> Result<AppSecret> {
    Ok(AppSecret {
        id: row.get(0)?,
        app: row.get(1)?,
        hash: row.get(2)?,
        ending: row.get(3)?,
        created_at: row.get(4)?,
        used_at: row.get(5)?,
    })
}

fn grant_at(row: &Row, first: usize) -> Result<AppGrant> {
    Ok(AppGrant {
        id: row.get(first)?,
        app: row.get(first + 1)?,
        agent: row.get(first + 2)?,
        flow: row.get(first + 3)?,
        scopes: row.get(first + 4)?,
        address: row.get(first + 5)?,
        created_at: row.get(first + 6)?,
        used_at: row.get(first + 7)?,
    })
}

fn token(row: &Row) -> Result<(AppToken, AppGrant)> {
    let kind: String = row.get(2)?;
    let token = AppToken {
        id: row.get(0)?,
        grant: row.get(1)?,
        kind: AppTokenKind::read(&kind)?,
        hash: row.get(3)?,
        created_at: row.get(4)?,
        used_at: row.get(5)?,
        expires_at: row.get(6)?,
        replaced_at: row.get(7)?,
        repeated: row.get(8)?,
        redirect: row.get(9)?,
        challenge: row.get(10)?,
    };
    Ok((token, grant_at(row, 11)?))
}

impl Store {
    /// An app's secrets, the oldest first.
    pub async fn app_secrets(&self, workspace: WorkspaceId, app: ConnectedAppId) -> Result<Vec<AppSecret>> {
        self.borrow().await?.fetch_all(SECRETS, values![workspace, app]).await?.iter().map(secret).collect()
    }

    /// A code or token, expired or not, and what it is of.
    pub async fn app_token(&self, workspace: WorkspaceId, id: AppTokenId) -> Result<Option<(AppToken, AppGrant)>> {
        self.borrow().await?.fetch_optional(TOKEN, values![workspace, id]).await?.as_ref().map(token).transpose()
    }

    /// An app's grants that have a token which is still good.
    pub async fn app_grants(&self, workspace: WorkspaceId, app: ConnectedAppId, now: Timestamp) -> Result<Vec<AppGrant>> {
        let rows = self.borrow().await?.fetch_all(GRANTS, values![workspace, app, now]).await?;
        rows.iter().map(|row| grant_at(row, 0)).collect()
    }

    /// Whether an agent himself let the app in, and it can still come back by that.
    pub async fn has_refresh_token(&self, workspace: WorkspaceId, app: ConnectedAppId, agent: AgentId, now: Timestamp) -> Result<bool> {
        Ok(self.borrow().await?.fetch_optional(HAS_REFRESH, values![workspace, app, agent, now]).await?.is_some())
    }
}

impl Tx {
    /// An app's secrets, the oldest first.
    pub async fn app_secrets(&mut self, workspace: WorkspaceId, app: ConnectedAppId) -> Result<Vec<AppSecret>> {
        self.fetch_all(SECRETS, values![workspace, app]).await?.iter().map(secret).collect()
    }

    /// Writes a secret.
    pub async fn insert_app_secret(&mut self, workspace: WorkspaceId, new: &AppSecret) -> Result<()> {
        let values = values![workspace, new.app, new.id, new.hash.as_slice(), &new.ending, new.created_at, new.used_at];
        self.execute(INSERT_SECRET, values).await?;
        Ok(())
    }

    /// A secret was shown. Written only if the last time known is at least `step` ago.
    pub async fn touch_app_secret(
        &mut self,
        workspace: WorkspaceId,
        app: ConnectedAppId,
        id: AppSecretId,
        now: Timestamp,
        step: Duration,
    ) -> Result<()> {
        self.execute(TOUCH_SECRET, values![workspace, app, id, now, now - step]).await?;
        Ok(())
    }

    /// Removes a secret; tells whether it was there.
    pub async fn remove_app_secret(&mut self, workspace: WorkspaceId, app: ConnectedAppId, id: AppSecretId) -> Result<bool> {
        Ok(self.execute(REMOVE_SECRET, values![workspace, app, id]).await? == 1)
    }

    /// Removes all of an app's secrets.
    pub async fn remove_app_secrets(&mut self, workspace: WorkspaceId, app: ConnectedAppId) -> Result<u64> {
        self.execute(REMOVE_SECRETS, values![workspace, app]).await
    }

    /// The grant that an app has for an agent by this flow, if it has one. It is locked, so that it stays.
    pub async fn app_grant_by_flow(
        &mut self,
        workspace: WorkspaceId,
        app: ConnectedAppId,
        agent: AgentId,
        flow: &str,
    ) -> Result<Option<AppGrant>> {
        let row = self.fetch_optional(GRANT_BY_FLOW, values![workspace, app, agent, flow]).await?;
        row.map(|row| grant_at(&row, 0)).transpose()
    }

    /// Writes a grant.
    pub async fn insert_app_grant(&mut self, workspace: WorkspaceId, new: &AppGrant) -> Result<()> {
        let values = values![workspace, new.id, new.app, new.agent, &new.flow, &new.scopes, &new.address, new.created_at, new.used_at];
        self.execute(INSERT_GRANT, values).await?;
        Ok(())
    }

    /// A grant is used again, maybe for other things.
    pub async fn renew_app_grant(&mut self, workspace: WorkspaceId, id: AppGrantId, scopes: &str, now: Timestamp) -> Result<()> {
        self.execute(RENEW_GRANT, values![workspace, id, scopes, now]).await?;
        Ok(())
    }

    /// A grant was used.
    pub async fn touch_app_grant(&mut self, workspace: WorkspaceId, id: AppGrantId, now: Timestamp) -> Result<()> {
        self.execute(TOUCH_GRANT, values![workspace, id, now]).await?;
        Ok(())
    }

    /// Removes a grant and its tokens; tells whether it was there.
    pub async fn remove_app_grant(&mut self, workspace: WorkspaceId, id: AppGrantId) -> Result<bool> {
        self.execute(REMOVE_TOKENS, values![workspace, id]).await?;
        Ok(self.execute(REMOVE_GRANT, values![workspace, id]).await? == 1)
    }

    /// Removes a grant and its tokens if it is this app's; tells whether it was.
    pub async fn remove_app_grant_of(&mut self, workspace: WorkspaceId, app: ConnectedAppId, id: AppGrantId) -> Result<bool> {
        if self.execute(REMOVE_GRANT_OF, values![workspace, app, id]).await? == 0 {
            return Ok(false);
        }
        self.execute(REMOVE_TOKENS, values![workspace, id]).await?;
        Ok(true)
    }

    /// Removes all grants of an app, and their tokens; tells how many went.
    pub async fn remove_app_grants(&mut self, workspace: WorkspaceId, app: ConnectedAppId) -> Result<u64> {
        self.execute(REMOVE_TOKENS_OF_APP, values![workspace, app]).await?;
        self.execute(REMOVE_GRANTS_OF_APP, values![workspace, app]).await
    }

    /// Removes all grants to act as an agent, and their tokens; tells how many went.
    pub async fn remove_app_grants_of_agent(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<u64> {
        self.execute(REMOVE_TOKENS_OF_AGENT, values![workspace, agent]).await?;
        self.execute(REMOVE_GRANTS_OF_AGENT, values![workspace, agent]).await
    }

    /// A code or token, locked, and what it is of.
    pub async fn app_token(&mut self, workspace: WorkspaceId, id: AppTokenId) -> Result<Option<(AppToken, AppGrant)>> {
        self.fetch_optional(LOCK_TOKEN, values![workspace, id]).await?.as_ref().map(token).transpose()
    }

    /// Writes a code or token.
    pub async fn insert_app_token(&mut self, workspace: WorkspaceId, new: &AppToken) -> Result<()> {
        self.execute(
            INSERT_TOKEN,
            values![
                workspace,
                new.id,
                new.grant,
                new.kind.as_str(),
                new.hash.as_slice(),
                new.created_at,
                new.used_at,
                new.expires_at,
                new.replaced_at,
                new.repeated,
                new.redirect.clone(),
                new.challenge.clone(),
            ],
        )
        .await?;
        Ok(())
    }

    /// A token was used, and is good until `expires_at`. Written only if the last use known is at least `step` ago.
    pub async fn touch_app_token(
        &mut self,
        workspace: WorkspaceId,
        id: AppTokenId,
        now: Timestamp,
        expires_at: Timestamp,
        step: Duration,
    ) -> Result<bool> {
        Ok(self.execute(TOUCH_TOKEN, values![workspace, id, now, expires_at, now - step]).await? == 1)
    }

    /// A code or token was exchanged: it is worth nothing more, and is kept until `expires_at`. `repeated`, for the second time.
    pub async fn replace_app_token(
        &mut self,
        workspace: WorkspaceId,
        id: AppTokenId,
        at: Timestamp,
        repeated: bool,
        expires_at: Timestamp,
    ) -> Result<()> {
        self.execute(REPLACE_TOKEN, values![workspace, id, at, repeated, expires_at]).await?;
        Ok(())
    }

    /// Replaces all of a grant's refresh tokens that are still good; none of them may come again.
    pub async fn replace_refresh_tokens(
        &mut self,
        workspace: WorkspaceId,
        grant: AppGrantId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<u64> {
        self.execute(REPLACE_REFRESH_TOKENS, values![workspace, grant, now, expires_at]).await
    }

    /// Removes an access token, and its grant if nothing else is left of it.
    pub async fn remove_app_token(&mut self, workspace: WorkspaceId, id: AppTokenId, grant: AppGrantId) -> Result<()> {
        self.execute(REMOVE_TOKEN, values![workspace, id]).await?;
        self.execute(REMOVE_EMPTY_GRANT, values![workspace, grant]).await?;
        Ok(())
    }

    /// Removes what expired before `now`, at most `limit` of it, and grants that nothing is left of; tells how many tokens went.
    pub async fn prune_app_tokens(&mut self, workspace: WorkspaceId, now: Timestamp, limit: i64) -> Result<u64> {
        let expired = self.fetch_all(EXPIRED, values![workspace, now, limit]).await?;
        let mut grants: Vec<AppGrantId> = Vec::new();
        for row in &expired {
            let (id, grant): (AppTokenId, AppGrantId) = (row.get(0)?, row.get(1)?);
            self.execute(REMOVE_TOKEN, values![workspace, id]).await?;
            grants.push(grant);
        }
        grants.sort_unstable();
        grants.dedup();
        for grant in grants {
            self.execute(REMOVE_EMPTY_GRANT, values![workspace, grant]).await?;
        }
        Ok(expired.len() as u64)
    }
}

statements! {
    SECRETS = Sql::Both("SELECT id, app, hash, ending, created_at, used_at FROM app_secret WHERE workspace = $1 AND app = $2 ORDER BY id");
    INSERT_SECRET = Sql::Both(
        "INSERT INTO app_secret (workspace, app, id, hash, ending, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    );
    TOUCH_SECRET = Sql::Both(
        "UPDATE app_secret SET used_at = $4 WHERE workspace = $1 AND app = $2 AND id = $3 AND (used_at IS NULL OR used_at <= $5)"
    );
    REMOVE_SECRET = Sql::Both("DELETE FROM app_secret WHERE workspace = $1 AND app = $2 AND id = $3");
    REMOVE_SECRETS = Sql::Both("DELETE FROM app_secret WHERE workspace = $1 AND app = $2");
    GRANTS = Sql::Both(
        "SELECT g.id, g.app, g.agent, g.flow, g.scopes, g.address, g.created_at, g.used_at FROM app_grant g
         WHERE g.workspace = $1 AND g.app = $2 AND EXISTS (
            SELECT 1 FROM app_token t WHERE t.workspace = $1 AND t.app_grant = g.id AND t.replaced_at IS NULL AND t.expires_at > $3
         ) ORDER BY g.id"
    );
    HAS_REFRESH = Sql::Both(
        "SELECT g.id FROM app_grant g JOIN app_token t ON t.workspace = g.workspace AND t.app_grant = g.id
         WHERE g.workspace = $1 AND g.app = $2 AND g.agent = $3 AND t.kind = 'refresh' AND t.replaced_at IS NULL AND t.expires_at > $4 LIMIT 1"
    );
    GRANT_BY_FLOW = Sql::Each {
        sqlite: "SELECT id, app, agent, flow, scopes, address, created_at, used_at FROM app_grant
                 WHERE workspace = $1 AND app = $2 AND agent = $3 AND flow = $4 ORDER BY id LIMIT 1",
        postgres: "SELECT id, app, agent, flow, scopes, address, created_at, used_at FROM app_grant
                   WHERE workspace = $1 AND app = $2 AND agent = $3 AND flow = $4 ORDER BY id LIMIT 1 FOR UPDATE",
    };
    INSERT_GRANT = Sql::Both(
        "INSERT INTO app_grant (workspace, id, app, agent, flow, scopes, address, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    RENEW_GRANT = Sql::Both("UPDATE app_grant SET scopes = $3, used_at = $4 WHERE workspace = $1 AND id = $2");
    TOUCH_GRANT = Sql::Both("UPDATE app_grant SET used_at = $3 WHERE workspace = $1 AND id = $2 AND used_at < $3");
    REMOVE_GRANT = Sql::Both("DELETE FROM app_grant WHERE workspace = $1 AND id = $2");
    REMOVE_GRANT_OF = Sql::Both("DELETE FROM app_grant WHERE workspace = $1 AND app = $2 AND id = $3");
    REMOVE_GRANTS_OF_APP = Sql::Both("DELETE FROM app_grant WHERE workspace = $1 AND app = $2");
    REMOVE_GRANTS_OF_AGENT = Sql::Both("DELETE FROM app_grant WHERE workspace = $1 AND agent = $2");
    REMOVE_EMPTY_GRANT = Sql::Both(
        "DELETE FROM app_grant WHERE workspace = $1 AND id = $2
         AND NOT EXISTS (SELECT 1 FROM app_token t WHERE t.workspace = $1 AND t.app_grant = $2)"
    );
    TOKEN = Sql::Both(
        "SELECT t.id, t.app_grant, t.kind, t.hash, t.created_at, t.used_at, t.expires_at, t.replaced_at, t.repeated, t.redirect, t.challenge,
                g.id, g.app, g.agent, g.flow, g.scopes, g.address, g.created_at, g.used_at
         FROM app_token t JOIN app_grant g ON g.workspace = t.workspace AND g.id = t.app_grant WHERE t.workspace = $1 AND t.id = $2"
    );
    LOCK_TOKEN = Sql::Each {
        sqlite: "SELECT t.id, t.app_grant, t.kind, t.hash, t.created_at, t.used_at, t.expires_at, t.replaced_at, t.repeated, t.redirect, t.challenge,
                        g.id, g.app, g.agent, g.flow, g.scopes, g.address, g.created_at, g.used_at
                 FROM app_token t JOIN app_grant g ON g.workspace = t.workspace AND g.id = t.app_grant WHERE t.workspace = $1 AND t.id = $2",
        postgres: "SELECT t.id, t.app_grant, t.kind, t.hash, t.created_at, t.used_at, t.expires_at, t.replaced_at, t.repeated, t.redirect, t.challenge,
                          g.id, g.app, g.agent, g.flow, g.scopes, g.address, g.created_at, g.used_at
                   FROM app_token t JOIN app_grant g ON g.workspace = t.workspace AND g.id = t.app_grant WHERE t.workspace = $1 AND t.id = $2
                   FOR UPDATE",
    };
    INSERT_TOKEN = Sql::Both(
        "INSERT INTO app_token (workspace, id, app_grant, kind, hash, created_at, used_at, expires_at, replaced_at, repeated, redirect, challenge)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    );
    TOUCH_TOKEN = Sql::Both("UPDATE app_token SET used_at = $3, expires_at = $4 WHERE workspace = $1 AND id = $2 AND used_at <= $5");
    REPLACE_TOKEN = Sql::Both("UPDATE app_token SET replaced_at = $3, repeated = $4, expires_at = $5 WHERE workspace = $1 AND id = $2");
    REPLACE_REFRESH_TOKENS = Sql::Both(
        "UPDATE app_token SET replaced_at = $3, repeated = 1, expires_at = $4
         WHERE workspace = $1 AND app_grant = $2 AND kind = 'refresh' AND replaced_at IS NULL"
    );
    REMOVE_TOKEN = Sql::Both("DELETE FROM app_token WHERE workspace = $1 AND id = $2");
    REMOVE_TOKENS = Sql::Both("DELETE FROM app_token WHERE workspace = $1 AND app_grant = $2");
    REMOVE_TOKENS_OF_APP = Sql::Both(
        "DELETE FROM app_token WHERE workspace = $1 AND app_grant IN (SELECT id FROM app_grant WHERE workspace = $1 AND app = $2)"
    );
    REMOVE_TOKENS_OF_AGENT = Sql::Both(
        "DELETE FROM app_token WHERE workspace = $1 AND app_grant IN (SELECT id FROM app_grant WHERE workspace = $1 AND agent = $2)"
    );
    EXPIRED = Sql::Both("SELECT id, app_grant FROM app_token WHERE workspace = $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3");
}
