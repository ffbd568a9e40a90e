//! How agents sign in: password, second factor, tokens.
//!
//! A token is `sb1.{workspace}.{sign-in}.{secret}`; only a hash of its secret is stored. It lives while it is used, and not for ever. What is
//! known of tokens in use is remembered on each server, and forgotten when the journal tells that an agent's sign-ins or password changed.

mod password;
mod second_factor;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::{AgentId, SignInId, WorkspaceId},
    journal::Event,
    permission::{Permission, Permissions},
    presence::PresenceReason,
    secret::Secret,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use sha2::{Digest as _, Sha256};
use store::{Credential, SignIn, Tx};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

pub(crate) use password::Hashing;
pub use password::PASSWORD_CHARACTERS;
pub(crate) use password::check as check_password;
pub use second_factor::{SecondFactor, code_at};

use crate::{Actor, App, Error, ErrorKind, Result, Scope, audit, routing};

/// What the journal calls a change of how an agent signs in, or of who is signed in.
pub const CREDENTIAL: &str = "credential";
/// A use is written down when the last one written is this old.
const USE_STEP: Duration = Duration::from_secs(60);
/// Sign-ins remembered at once; beyond, those remembered are forgotten and looked up again.
const REMEMBERED: usize = 10_000;

/// What an agent signs in with.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// The workspace's name; none where there is only one.
    pub workspace: Option<String>,
    /// The login; case does not count.
    pub login: String,
    /// The password.
    pub password: Secret,
    /// Six digits, where a second factor is confirmed.
    pub code: Option<Secret>,
    /// Where from.
    pub address: Option<IpAddr>,
}

/// An agent signed in.
#[derive(Clone, Debug)]
pub struct MadeSignIn {
    /// The token that stands for it.
    pub token: Secret,
    /// Who.
    pub agent: SignedInAgent,
}

/// An agent who is signed in, as every use case asks for one.
#[derive(Clone, Debug)]
pub struct SignedInAgent {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Who.
    pub agent: AgentId,
    /// By which sign-in.
    pub sign_in: SignInId,
    /// What the agent may do now.
    pub permissions: Permissions,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// When the sign-in is over, unless it is used before.
    pub expires_at: Timestamp,
    /// Nothing but changing the password is allowed.
    pub must_change_password: bool,
}

impl SignedInAgent {
    /// Fails unless the agent may do it.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.permissions.allows(permission) { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
    }

    /// As the audit log names the agent.
    pub fn actor(&self) -> Actor {
        Actor::Agent { agent: self.agent, address: self.address }
    }
}

/// A login as it is compared.
pub(crate) fn folded(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Sign-ins in use on this server.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<KnownState>);

#[derive(Debug, Default)]
struct KnownState {
    /// Grows whenever something is forgotten: what was read before that is not remembered after it.
    forgotten: u64,
    by_id: HashMap<SignInId, Remembered>,
}

#[derive(Clone, Debug)]
struct Remembered {
    workspace: WorkspaceId,
    sign_in: SignIn,
    must_change: bool,
}

impl Known {
    fn lock(&self) -> std::sync::MutexGuard<'_, KnownState> {
        // What is remembered can be read anew.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered, and a mark to remember something by.
    fn get(&self, workspace: WorkspaceId, id: SignInId) -> (Option<Remembered>, u64) {
        let state = self.lock();
        (state.by_id.get(&id).filter(|known| known.workspace == workspace).cloned(), state.forgotten)
    }

    fn put(&self, known: Remembered, mark: u64) {
        let mut state = self.lock();
        if state.forgotten != mark {
            return;
        }
        if state.by_id.len() >= REMEMBERED {
            state.by_id.clear();
        }
        state.by_id.insert(known.sign_in.id, known);
    }

    /// The agent's sign-ins or password changed.
    pub(crate) fn forget_agent(&self, workspace: WorkspaceId, agent: AgentId) {
        let mut state = self.lock();
        state.forgotten += 1;
        state.by_id.retain(|_, known| known.workspace != workspace || known.sign_in.agent != agent);
    }
}

/// The parts of a token.
struct Token<'t> {
    workspace: WorkspaceId,
    sign_in: SignInId,
    secret: &'t str,
}

impl<'t> Token<'t> {
    fn read(token: &'t Secret) -> Option<Self> {
        let mut parts = token.reveal().split('.');
        let (Some("sb1"), Some(workspace), Some(sign_in), Some(secret), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(Self { workspace: workspace.parse().ok()?, sign_in: sign_in.parse().ok()?, secret })
    }
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

impl App {
    pub(crate) fn sign_ins(&self) -> &Known {
        &self.inner.sign_ins
    }

    /// When a sign-in is over, unless it is used before.
    fn over_at(&self, sign_in: &SignIn) -> Timestamp {
        sign_in.expires_at.min(sign_in.used_at + self.settings().sign_in_idle)
    }

    /// Signs an agent in.
    ///
    /// # Errors
    /// [`ErrorKind::SignInRefused`] whatever is wrong; [`ErrorKind::CodeNeeded`] when the password is right and a code is missing;
    /// [`ErrorKind::TooMany`] when too many sign in at once.
    pub async fn sign_in(&self, new: NewSignIn) -> Result<MadeSignIn> {
        let directory = self.directories().named(new.workspace.as_deref()).cloned();
        let credential = self.prove(directory.as_ref().map(|directory| directory.id()), &new.login, new.password).await?;
        let directory = directory.ok_or(ErrorKind::SignInRefused)?;
        let (workspace, agent) = (directory.id(), credential.agent);
        if directory.agents.get(&agent).is_none_or(|agent| !agent.active) {
            return Err(ErrorKind::SignInRefused.into());
        }
        let step = self.second_step(workspace, &credential, new.code.as_ref())?;
        let scope = self.scope(workspace)?;
        let secret = URL_SAFE_NO_PAD.encode(self.random::<32>());
        let sign_in = SignIn {
            id: scope.id(),
            agent,
            token_hash: hash(&secret),
            address: new.address.map(|address| address.to_string()).unwrap_or_default(),
            created_at: scope.now,
            expires_at: scope.now + self.settings().sign_in_longest,
            used_at: scope.now,
        };
        let stored = sign_in.clone();
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (stored, seen) = (stored.clone(), credential.clone());
                async move {
                    // What was checked outside may have changed meanwhile.
                    let now = tx.credential_of(workspace, agent).await?.ok_or(ErrorKind::SignInRefused)?;
                    if now.password_hash != seen.password_hash || now.totp != seen.totp {
                        return Err(ErrorKind::SignInRefused.into());
                    }
                    if let Some(step) = step
                        && !tx.use_totp_step(workspace, agent, step).await?
                    {
                        return Err(ErrorKind::SignInRefused.into());
                    }
                    tx.prune_sign_ins(workspace, stored.created_at).await?;
                    tx.insert_sign_in(workspace, &stored).await?;
                    Ok(())
                }
                .boxed()
            })
            .await?;
        let token = Secret(format!("sb1.{workspace}.{}.{secret}", sign_in.id));
        Ok(MadeSignIn { agent: self.authenticate(&token, new.address).await?, token })
    }

    /// Whose login and password these are. The time that it takes says nothing of what is wrong.
    async fn prove(&self, workspace: Option<WorkspaceId>, login: &str, password: Secret) -> Result<Credential> {
        let credential = match workspace {
            Some(workspace) => self.store().credential_by_login(workspace, &folded(login)).await?,
            None => None,
        };
        let right = self.verify_password(password, credential.as_ref().map(|found| found.password_hash.clone())).await?;
        credential.filter(|_| right).ok_or_else(|| ErrorKind::SignInRefused.into())
    }

    /// The step that a one-time code uses up; none where no second factor is confirmed.
    fn second_step(&self, workspace: WorkspaceId, credential: &Credential, code: Option<&Secret>) -> Result<Option<i64>> {
        match (code, second_factor::is_confirmed(credential)) {
            (_, false) => Ok(None),
            (None, true) => Err(ErrorKind::CodeNeeded.into()),
            (Some(code), true) => Ok(Some(self.code_step(workspace, credential, code)?.ok_or(ErrorKind::SignInRefused)?)),
        }
    }

    /// Which agent shows login, password and, where a second factor is confirmed, a one-time code, which is used up. Nobody is signed in by
    /// this, and whether the agent is active is for the asker to look at.
    ///
    /// # Errors
    /// As [`App::sign_in`]; [`ErrorKind::PasswordChangeNeeded`] when somebody else chose the password.
    pub async fn recognise(&self, workspace: WorkspaceId, login: &str, password: Secret, code: Option<&Secret>) -> Result<AgentId> {
        let credential = self.prove(Some(workspace), login, password).await?;
        let agent = credential.agent;
        if let Some(step) = self.second_step(workspace, &credential, code)? {
            let fresh =
                self.store().write::<_, Error, _>(move |tx| async move { Ok(tx.use_totp_step(workspace, agent, step).await?) }.boxed());
            if !fresh.await? {
                return Err(ErrorKind::SignInRefused.into());
            }
        }
        if credential.must_change { Err(ErrorKind::PasswordChangeNeeded.into()) } else { Ok(agent) }
    }

    /// Who a token stands for. Using it keeps it alive.
    ///
    /// # Errors
    /// [`ErrorKind::NotSignedIn`] for a token that is unknown, expired or revoked, or whose agent may not sign in any more.
    pub async fn authenticate(&self, token: &Secret, address: Option<IpAddr>) -> Result<SignedInAgent> {
        let given = Token::read(token).ok_or(ErrorKind::NotSignedIn)?;
        let now = self.now();
        let (known, mark) = self.sign_ins().get(given.workspace, given.sign_in);
        let mut known = match known {
            Some(known) => known,
            None => self.look_up(given.workspace, given.sign_in, mark).await?,
        };
        let right = bool::from(known.sign_in.token_hash.as_slice().ct_eq(&hash(given.secret)));
        if !right || now >= self.over_at(&known.sign_in) {
            return Err(ErrorKind::NotSignedIn.into());
        }
        let directory = self.directory(given.workspace).map_err(|_| ErrorKind::NotSignedIn)?;
        let agent = known.sign_in.agent;
        if directory.agents.get(&agent).is_none_or(|agent| !agent.active) {
            return Err(ErrorKind::NotSignedIn.into());
        }
        if now.since(known.sign_in.used_at) >= USE_STEP {
            known.sign_in.used_at = now;
            let (workspace, id) = (given.workspace, given.sign_in);
            self.store()
                .write::<_, Error, _>(move |tx| async move { Ok(tx.touch_sign_in(workspace, id, now, USE_STEP).await?) }.boxed())
                .await?;
            self.sign_ins().put(known.clone(), mark);
        }
        Ok(SignedInAgent {
            workspace: given.workspace,
            agent,
            sign_in: given.sign_in,
            permissions: directory.permissions(agent),
            address,
            expires_at: self.over_at(&known.sign_in),
            must_change_password: known.must_change,
        })
    }

    async fn look_up(&self, workspace: WorkspaceId, id: SignInId, mark: u64) -> Result<Remembered> {
        let sign_in = self.store().sign_in(workspace, id).await?.ok_or(ErrorKind::NotSignedIn)?;
        let credential = self.store().credential_of(workspace, sign_in.agent).await?.ok_or(ErrorKind::NotSignedIn)?;
        let known = Remembered { workspace, sign_in, must_change: credential.must_change };
        self.sign_ins().put(known.clone(), mark);
        Ok(known)
    }

    /// Whether a sign-in is still good: what was opened with it goes on only so long.
    pub async fn is_still_signed_in(&self, who: &SignedInAgent) -> Result<bool> {
        let active = self.directory(who.workspace)?.agents.get(&who.agent).is_some_and(|agent| agent.active);
        let stored = if active { self.store().sign_in(who.workspace, who.sign_in).await? } else { None };
        Ok(stored.is_some_and(|stored| self.now() < self.over_at(&stored)))
    }

    /// Signs out: the token is worthless from now on, and the agent is gone: his conversations go back to their queues.
    pub async fn sign_out(&self, who: &SignedInAgent) -> Result<()> {
        let scope = self.scope(who.workspace)?;
        let (workspace, agent, sign_in) = (who.workspace, who.agent, who.sign_in);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    routing::goes_offline(tx, &scope, agent, PresenceReason::SignedOut).await?;
                    tx.remove_sign_in(workspace, sign_in).await?;
                    tell(tx, &scope, agent);
                    Ok(())
                }
                .boxed()
            })
            .await?;
        self.sign_ins().forget_agent(workspace, agent);
        // Were this lost, the lease would end it.
        self.watches_nothing(workspace, agent, None).await
    }

    /// Changes one's own password; every other sign-in ends.
    ///
    /// # Errors
    /// [`ErrorKind::SignInRefused`] if the present password is wrong; [`ErrorKind::Invalid`] if the new one cannot be one.
    pub async fn change_password(&self, who: &SignedInAgent, current: Secret, new: Secret) -> Result<()> {
        check_password("new", &new)?;
        let seen = self.credential(who.workspace, who.agent).await?;
        if !self.verify_password(current.clone(), Some(seen.password_hash.clone())).await? {
            return Err(ErrorKind::SignInRefused.into());
        }
        if current == new {
            return Err(Error::invalid("new", "the new password is the present one"));
        }
        let hash = self.hash_password(new).await?;
        let scope = self.scope(who.workspace)?;
        let who = who.clone();
        let (workspace, agent) = (who.workspace, who.agent);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, seen, hash, who) = (scope.clone(), seen.clone(), hash.clone(), who.clone());
                async move {
                    let mut credential = tx.credential_of(workspace, agent).await?.ok_or(ErrorKind::NotSignedIn)?;
                    if credential.password_hash != seen.password_hash {
                        return Err(ErrorKind::Conflict("the password was changed meanwhile").into());
                    }
                    credential.password_hash = hash;
                    credential.must_change = false;
                    credential.changed_at = scope.now;
                    tx.save_credential(workspace, &credential).await?;
                    tx.remove_sign_ins_of(workspace, agent, Some(who.sign_in)).await?;
                    tell(tx, &scope, agent);
                    audit::write(tx, &scope, who.actor(), "agent.password_changed", agent.to_string(), serde_json::Value::Null).await
                }
                .boxed()
            })
            .await?;
        self.sign_ins().forget_agent(workspace, agent);
        Ok(())
    }
}

/// The journal tells every server to forget what it remembers of an agent's sign-ins, and the agent's streams to look again.
pub(crate) fn tell(tx: &mut Tx, scope: &Scope, agent: AgentId) {
    scope.journal_event(tx, Event::DefinitionChanged { definition: CREDENTIAL.to_owned(), id: Uuid::from(agent) });
}
