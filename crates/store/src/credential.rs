//! How agents sign in, and who is signed in.

use std::time::Duration;

use domain::{
    ids::{AgentId, SignInId, WorkspaceId},
    secret::Secret,
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::Result,
    read::Snapshot,
    tx::Tx,
};

/// How an agent signs in.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    /// Who.
    pub agent: AgentId,
    /// The name to sign in with, unique in the workspace; compared byte by byte, so the engine folds case first.
    pub login: String,
    /// The password's hash as a PHC string.
    pub password_hash: Secret,
    /// The TOTP secret, sealed by [`crate::RootKey::seal`]. It counts only once a step was used, which confirms it.
    pub totp: Option<Secret>,
    /// The last TOTP step that was used.
    pub totp_step: Option<i64>,
    /// Somebody else set the password: it must be changed before anything else is done.
    pub must_change: bool,
    /// When it was set.
    pub changed_at: Timestamp,
}

/// What a list of agents shows of how they sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialSummary {
    /// Who.
    pub agent: AgentId,
    /// A second factor is confirmed.
    pub totp: bool,
    /// When the latest sign-in that is still kept was made.
    pub last_sign_in_at: Option<Timestamp>,
}

/// A signed-in use of the native API.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// Who.
    pub agent: AgentId,
    /// The SHA-256 of its token.
    pub token_hash: Vec<u8>,
    /// Where from.
    pub address: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was used last, in coarse steps.
    pub used_at: Timestamp,
}

fn credential(row: &Row) -> Result<Credential> {
    Ok(Credential {
        agent: row.get(0)?,
        login: row.get(1)?,
        password_hash: row.get(2)?,
        totp: row.get(3)?,
        totp_step: row.get(4)?,
        must_change: row.get(5)?,
        changed_at: row.get(6)?,
    })
}

fn sign_in(row: &Row) -> Result<SignIn> {
    Ok(SignIn {
        id: row.get(0)?,
        agent: row.get(1)?,
        token_hash: row.get(2)?,
        address: row.get(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
        used_at: row.get(6)?,
    })
}

impl Store {
    /// The credential with this login.
    pub async fn credential_by_login(&self, workspace: WorkspaceId, login: &str) -> Result<Option<Credential>> {
        self.borrow().await?.fetch_optional(BY_LOGIN, values![workspace, login]).await?.as_ref().map(credential).transpose()
    }

    /// An agent's credential.
    pub async fn credential_of(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Option<Credential>> {
        self.borrow().await?.fetch_optional(OF_AGENT, values![workspace, agent]).await?.as_ref().map(credential).transpose()
    }

    /// How every agent of a workspace signs in: for lists.
    pub async fn credentials(&self, workspace: WorkspaceId) -> Result<Vec<CredentialSummary>> {
        self.borrow()
            .await?
            .fetch_all(SUMMARIES, values![workspace])
            .await?
            .iter()
            .map(|row| Ok(CredentialSummary { agent: row.get(0)?, totp: row.get(1)?, last_sign_in_at: row.get(2)? }))
            .collect()
    }

    /// A sign-in, expired or not.
    pub async fn sign_in(&self, workspace: WorkspaceId, id: SignInId) -> Result<Option<SignIn>> {
        self.borrow().await?.fetch_optional(SIGN_IN, values![workspace, id]).await?.as_ref().map(sign_in).transpose()
    }

    /// An agent's sign-ins, the latest first.
    pub async fn sign_ins_of(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Vec<SignIn>> {
        self.borrow().await?.fetch_all(SIGN_INS_OF, values![workspace, agent]).await?.iter().map(sign_in).collect()
    }
}

impl Snapshot {
    /// Whether an agent has enrolled a second factor.
    pub async fn has_totp(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<bool> {
        let credential = self.conn.fetch_optional(OF_AGENT, values![workspace, agent]).await?.as_ref().map(credential).transpose()?;
        Ok(credential.is_some_and(|credential| credential.totp.is_some() && credential.totp_step.is_some()))
    }
}

impl Tx {
    /// An agent's credential, locked.
    pub async fn credential_of(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<Option<Credential>> {
        self.fetch_optional(LOCK_OF_AGENT, values![workspace, agent]).await?.as_ref().map(credential).transpose()
    }

    /// Writes or replaces an agent's credential; false, and nothing is written, if another agent has the login.
    pub async fn save_credential(&mut self, workspace: WorkspaceId, credential: &Credential) -> Result<bool> {
        let taken = self.fetch_optional(LOGIN_TAKEN, values![workspace, &credential.login, credential.agent]).await?;
        if taken.is_some() {
            return Ok(false);
        }
        self.execute(
            SAVE,
            values![
                workspace,
                credential.agent,
                &credential.login,
                &credential.password_hash,
                credential.totp.as_ref().map(|secret| secret.reveal().to_owned()),
                credential.totp_step,
                credential.must_change,
                credential.changed_at,
            ],
        )
        .await?;
        Ok(true)
    }

    /// Removes an agent's credential and all sign-ins; tells whether there was one.
    pub async fn remove_credential(&mut self, workspace: WorkspaceId, agent: AgentId) -> Result<bool> {
        self.remove_sign_ins_of(workspace, agent, None).await?;
        Ok(self.execute(REMOVE, values![workspace, agent]).await? == 1)
    }

    /// Uses up a TOTP step: false if it, or a later one, was used before. Two uses at once cannot both succeed.
    pub async fn use_totp_step(&mut self, workspace: WorkspaceId, agent: AgentId, step: i64) -> Result<bool> {
        Ok(self.execute(USE_TOTP_STEP, values![workspace, agent, step]).await? == 1)
    }

    /// Writes a sign-in.
    pub async fn insert_sign_in(&mut self, workspace: WorkspaceId, sign_in: &SignIn) -> Result<()> {
        self.execute(
            INSERT_SIGN_IN,
            values![
                workspace,
                sign_in.id,
                sign_in.agent,
                sign_in.token_hash.as_slice(),
                &sign_in.address,
                sign_in.created_at,
                sign_in.expires_at,
                sign_in.used_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// A sign-in was used. Written only if the last use known is at least `step` ago; tells whether it was.
    pub async fn touch_sign_in(&mut self, workspace: WorkspaceId, id: SignInId, now: Timestamp, step: Duration) -> Result<bool> {
        Ok(self.execute(TOUCH_SIGN_IN, values![workspace, id, now, now - step]).await? == 1)
    }

    /// Removes a sign-in; tells whether it was there.
    pub async fn remove_sign_in(&mut self, workspace: WorkspaceId, id: SignInId) -> Result<bool> {
        Ok(self.execute(REMOVE_SIGN_IN, values![workspace, id]).await? == 1)
    }

    /// Removes an agent's sign-ins, but for one if that is said; tells how many went.
    pub async fn remove_sign_ins_of(&mut self, workspace: WorkspaceId, agent: AgentId, except: Option<SignInId>) -> Result<u64> {
        // No sign-in has the nil id.
        let except = except.unwrap_or(SignInId(uuid::Uuid::nil()));
        self.execute(REMOVE_SIGN_INS_OF, values![workspace, agent, except]).await
    }

    /// Removes sign-ins that expired before `now`; tells how many went.
    pub async fn prune_sign_ins(&mut self, workspace: WorkspaceId, now: Timestamp) -> Result<u64> {
        self.execute(PRUNE_SIGN_INS, values![workspace, now]).await
    }
}

statements! {
    BY_LOGIN = Sql::Both(
        "SELECT agent, login, password_hash, totp, totp_step, must_change, changed_at FROM credential WHERE workspace = $1 AND login = $2"
    );
    OF_AGENT = Sql::Both(
        "SELECT agent, login, password_hash, totp, totp_step, must_change, changed_at FROM credential WHERE workspace = $1 AND agent = $2"
    );
    LOCK_OF_AGENT = Sql::Each {
        sqlite: "SELECT agent, login, password_hash, totp, totp_step, must_change, changed_at FROM credential WHERE workspace = $1 AND agent = $2",
        postgres: "SELECT agent, login, password_hash, totp, totp_step, must_change, changed_at FROM credential WHERE workspace = $1 AND agent = $2 FOR UPDATE",
    };
    SUMMARIES = Sql::Both(
        "SELECT c.agent, CASE WHEN c.totp IS NOT NULL AND c.totp_step IS NOT NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END,
                (SELECT max(s.created_at) FROM sign_in s WHERE s.workspace = $1 AND s.agent = c.agent)
         FROM credential c WHERE c.workspace = $1 ORDER BY c.agent"
    );
    LOGIN_TAKEN = Sql::Both("SELECT agent FROM credential WHERE workspace = $1 AND login = $2 AND agent <> $3");
    SAVE = Sql::Both(
        "INSERT INTO credential (workspace, agent, login, password_hash, totp, totp_step, must_change, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (workspace, agent) DO UPDATE SET login = excluded.login, password_hash = excluded.password_hash, totp = excluded.totp,
            totp_step = excluded.totp_step, must_change = excluded.must_change, changed_at = excluded.changed_at"
    );
    REMOVE = Sql::Both("DELETE FROM credential WHERE workspace = $1 AND agent = $2");
    USE_TOTP_STEP = Sql::Both(
        "UPDATE credential SET totp_step = $3 WHERE workspace = $1 AND agent = $2 AND (totp_step IS NULL OR totp_step < $3)"
    );
    SIGN_IN = Sql::Both(
        "SELECT id, agent, token_hash, address, created_at, expires_at, used_at FROM sign_in WHERE workspace = $1 AND id = $2"
    );
    SIGN_INS_OF = Sql::Both(
        "SELECT id, agent, token_hash, address, created_at, expires_at, used_at FROM sign_in WHERE workspace = $1 AND agent = $2 ORDER BY id DESC"
    );
    INSERT_SIGN_IN = Sql::Both(
        "INSERT INTO sign_in (workspace, id, agent, token_hash, address, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    TOUCH_SIGN_IN = Sql::Both("UPDATE sign_in SET used_at = $3 WHERE workspace = $1 AND id = $2 AND used_at <= $4");
    REMOVE_SIGN_IN = Sql::Both("DELETE FROM sign_in WHERE workspace = $1 AND id = $2");
    REMOVE_SIGN_INS_OF = Sql::Both("DELETE FROM sign_in WHERE workspace = $1 AND agent = $2 AND id <> $3");
    PRUNE_SIGN_INS = Sql::Both("DELETE FROM sign_in WHERE workspace = $1 AND expires_at < $2");
}
