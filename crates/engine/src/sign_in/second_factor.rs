//! The second factor: time-based one-time codes (RFC 6238), six digits every 30 seconds.
//!
//! A secret counts once a code confirmed it. A code is used once: its step, or an earlier one, is never taken again.

use domain::{
    ids::{AgentId, WorkspaceId},
    secret::Secret,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::{Credential, RootKey};
use totp_rs::{Builder, Totp};

use super::SignedInAgent;
use crate::{App, Error, ErrorKind, Result, audit};

/// Seconds of a step.
const STEP: i64 = 30;

/// A second factor that waits for its first code.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// Base32, for typing in.
    pub secret: Secret,
    /// `otpauth://…`, for a QR code.
    pub url: Secret,
}

/// Whether the credential's second factor is confirmed.
pub(crate) fn is_confirmed(credential: &Credential) -> bool {
    credential.totp.is_some() && credential.totp_step.is_some()
}

fn totp(secret: &[u8]) -> Result<Totp> {
    Builder::new().with_secret(secret.to_vec()).build().map_err(|error| Error::internal(error.to_string()))
}

/// Which step a code belongs to, if it is right now, or was 30 seconds ago, or will be in 30.
fn step_of(secret: &[u8], code: &Secret, now: Timestamp) -> Result<Option<i64>> {
    let seconds = u64::try_from(now.0 / 1_000_000).unwrap_or(0);
    let digits: String = code.reveal().chars().filter(|c| !c.is_whitespace()).take(7).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(totp(secret)?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok()))
}

impl App {
    /// The step that a code uses up, if it is the agent's.
    pub(crate) fn code_step(&self, workspace: WorkspaceId, credential: &Credential, code: &Secret) -> Result<Option<i64>> {
        let Some(sealed) = &credential.totp else { return Ok(None) };
        let secret = self.keys().unseal(&RootKey::totp_place(workspace, credential.agent), sealed)?;
        step_of(&secret, code, self.now())
    }

    /// Begins a second factor: it counts once [`App::confirm_second_factor`] got its first code. Another one that waits is replaced; one that
    /// counts must be removed first.
    pub async fn begin_second_factor(&self, who: &SignedInAgent) -> Result<SecondFactor> {
        let secret: [u8; 20] = self.random();
        let sealed = self.keys().seal(&RootKey::totp_place(who.workspace, who.agent), &secret, &*self.inner.parts.randomness)?;
        let scope = self.scope(who.workspace)?;
        let (workspace, agent) = (who.workspace, who.agent);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let sealed = sealed.clone();
                async move {
                    let mut credential = tx.credential_of(workspace, agent).await?.ok_or(ErrorKind::NotFound("credential"))?;
                    if is_confirmed(&credential) {
                        return Err(ErrorKind::Conflict("there is a second factor already: remove it first").into());
                    }
                    credential.totp = Some(sealed);
                    credential.totp_step = None;
                    tx.save_credential(workspace, &credential).await?;
                    Ok(())
                }
                .boxed()
            })
            .await?;
        let login = scope.directory.agents.get(&agent).map_or("", |agent| agent.login.as_str());
        let secret = totp(&secret)?.secret().to_base32();
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let issuer = encoded(&format!("Switchboard {}", scope.directory.workspace.name));
        let url = format!("otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}", encoded(login));
        Ok(SecondFactor { secret: Secret(secret), url: Secret(url) })
    }

    /// The first code: from now on one is needed to sign in.
    pub async fn confirm_second_factor(&self, who: &SignedInAgent, code: &Secret) -> Result<()> {
        let credential = self.credential(who.workspace, who.agent).await?;
        if credential.totp.is_none() {
            return Err(ErrorKind::Conflict("begin a second factor first").into());
        }
        if is_confirmed(&credential) {
            return Err(ErrorKind::Conflict("the second factor is confirmed already").into());
        }
        let step = self.code_step(who.workspace, &credential, code)?.ok_or_else(wrong_code)?;
        self.change_second_factor(who, credential, step, "agent.second_factor_added").await
    }

    /// Removes the second factor; its present code is asked for once more.
    pub async fn remove_second_factor(&self, who: &SignedInAgent, code: &Secret) -> Result<()> {
        let credential = self.credential(who.workspace, who.agent).await?;
        if !is_confirmed(&credential) {
            return Err(ErrorKind::Conflict("there is no second factor").into());
        }
        let step = self.code_step(who.workspace, &credential, code)?.ok_or_else(wrong_code)?;
        self.change_second_factor(who, credential, step, "agent.second_factor_removed").await
    }

    async fn change_second_factor(&self, who: &SignedInAgent, seen: Credential, step: i64, action: &'static str) -> Result<()> {
        let scope = self.scope(who.workspace)?;
        let (workspace, agent, actor) = (who.workspace, who.agent, who.actor());
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, seen) = (scope.clone(), seen.clone());
                async move {
                    let mut credential = tx.credential_of(workspace, agent).await?.ok_or(ErrorKind::NotFound("credential"))?;
                    if credential.totp != seen.totp {
                        return Err(ErrorKind::Conflict("the second factor was changed meanwhile").into());
                    }
                    if !tx.use_totp_step(workspace, agent, step).await? {
                        return Err(wrong_code());
                    }
                    if action == "agent.second_factor_removed" {
                        credential.totp = None;
                        credential.totp_step = None;
                        tx.save_credential(workspace, &credential).await?;
                    }
                    audit::write(tx, &scope, actor, action, agent.to_string(), serde_json::Value::Null).await
                }
                .boxed()
            })
            .await
    }

    pub(crate) async fn credential(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Credential> {
        self.store().credential_of(workspace, agent).await?.ok_or_else(|| ErrorKind::NotFound("credential").into())
    }
}

fn wrong_code() -> Error {
    Error::invalid("code", "the code is wrong or was used already: wait for the next one")
}

/// The code of an instant, for who holds the secret in Base32: the other side of this, for tests and tools.
pub fn code_at(secret: &Secret, now: Timestamp) -> Option<Secret> {
    let secret = totp_rs::Secret::try_from_base32(secret.reveal()).ok()?;
    let totp = totp(secret.as_bytes()).ok()?;
    Some(Secret(totp.generate(u64::try_from(now.0.div_euclid(1_000_000 * STEP) * STEP).ok()?).to_string()))
}
