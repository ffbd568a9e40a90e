//! What events of a customer prepare for the conversation that he is going to ask for.
//!
//! A source whose mapping is carried out on the server says so of events that no page's destination sees: of apps, of servers. What comes of one
//! waits under what it was about. A conversation joins it by the visit's session, by the device, or by a user whose id was signed by who knows
//! him; never by an id that somebody merely says, since such ids can be guessed. For the same reason what joins by a session or a device is
//! made of what that device has told, and only what joins by a signed user of that user's profile.
//!
//! Of all that is said before a conversation it counts least ([`domain::mapping::Layer`]).

use std::{fmt, sync::Arc, time::Duration};

use domain::{
    detail::{self, Detail, EntityPlan},
    ids::{DeploymentId, EventSourceId, WorkspaceId},
    mapping::{Known, Mapped, Warning},
    secret::{Secret, Text},
};
use futures_util::FutureExt as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;
use store::{PreparedDetails, PreparedFor, Tx};
use subtle::ConstantTimeEq as _;

use crate::{
    App, Directory, Error, Keys, Result, Scope, SignedInAgent, audit, authorization, conversation::StartConversation,
    definition::EventSource, keys::Purpose,
};

/// The longest key that is joined by, in bytes.
const KEY_BYTES: usize = 255;

/// An event with which a customer asks for a conversation, and what is known when it comes.
#[derive(Clone)]
pub struct Prepares {
    /// Its place among the workspace's events.
    pub position: i64,
    /// Who sent it.
    pub source: EventSourceId,
    /// The session of the visit that it belongs to, if it says so.
    pub session: Option<String>,
    /// The device.
    pub device_key: Option<String>,
    /// The user, as the event claims.
    pub user_key: Option<String>,
    /// What it says.
    pub properties: Map<String, Value>,
    /// What the device has told.
    pub by_device: Traits,
    /// What is known of the user.
    pub by_user: Traits,
}

/// What is known of somebody.
#[derive(Clone, Default, PartialEq)]
pub struct Traits {
    /// Of himself.
    pub own: Map<String, Value>,
    /// Of the group to which he belongs.
    pub group: Map<String, Value>,
}

impl fmt::Debug for Traits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traits").field("own", &self.own.len()).field("group", &self.group.len()).finish()
    }
}

impl fmt::Debug for Prepares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepares").field("position", &self.position).field("source", &self.source).finish_non_exhaustive()
    }
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preparation {
    /// The source's mapping is not carried out here, or the event says of nobody.
    NotWanted,
    /// A value is missing and the mapping is strict.
    Refused(Vec<Warning>),
    /// It waits, without what these say.
    Waits(Vec<Warning>),
}

/// What waits: for whom joins by a device or session, and for whom joins by a signed user.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Waiting {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_device: Option<Said>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_user: Option<Said>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    details: Vec<Detail>,
    plan: EntityPlan,
    name: Option<Text>,
}

impl Said {
    fn of(mapped: Mapped) -> Self {
        Self { details: mapped.details, plan: mapped.plan, name: mapped.name }
    }

    /// A later event is put together with what was said before.
    fn then(self, later: Self) -> Self {
        Self {
            details: detail::together(self.details, later.details),
            plan: self.plan.followed_by(later.plan),
            name: later.name.or(self.name),
        }
    }
}

/// Whether a key is one that is joined by.
pub(crate) fn is_key(key: &str) -> bool {
    (1..=KEY_BYTES).contains(&key.len()) && !key.contains(char::is_control)
}

fn key(key: &Option<String>) -> Option<String> {
    key.clone().filter(|key| is_key(key))
}

/// Carries a source's mapping out for an event. The same event again changes nothing.
pub(crate) async fn prepare(tx: &mut Tx, scope: &Scope, event: &Prepares) -> Result<Preparation> {
    let source = scope.directory.event_sources.get(&event.source).filter(|source| source.active && source.server.enabled);
    let Some((source, deployment)) = source.and_then(|source| Some((source, source.deployment?))) else {
        return Ok(Preparation::NotWanted);
    };
    let (session, device_key, user_key) = (key(&event.session), key(&event.device_key), key(&event.user_key));
    let apply = |traits: &Traits| {
        let known = Known { user: &traits.own, group: &traits.group, event: &event.properties };
        source.mapping.apply(known, source.browser.strict)
    };
    let by_device = (session.is_some() || device_key.is_some()).then(|| apply(&event.by_device));
    let by_user = user_key.is_some().then(|| apply(&event.by_user));
    // What is told of is what the visitor's own browser would see, where there is one.
    let Some(warnings) = by_device.as_ref().or(by_user.as_ref()).map(|mapped| mapped.warnings.clone()) else {
        return Ok(Preparation::NotWanted);
    };
    let said = |mapped: Option<Mapped>| mapped.filter(|mapped| !mapped.refused).map(Said::of);
    let waiting = Waiting { by_device: said(by_device), by_user: said(by_user) };
    if waiting.by_device.is_none() && waiting.by_user.is_none() {
        return Ok(Preparation::Refused(warnings));
    }
    let kept = PreparedDetails {
        position: event.position,
        source: event.source,
        deployment,
        session,
        device_key,
        user_key,
        body: serde_json::to_value(&waiting).map_err(Error::internal)?,
        at: scope.now,
        expires_at: scope.now + Duration::from_secs(u64::from(source.server.keep_minutes) * 60),
    };
    tx.save_prepared_details(scope.workspace(), &kept).await?;
    Ok(Preparation::Waits(warnings))
}

/// Whether anything may wait for a site's visitors at all.
fn is_prepared_for(directory: &Directory, deployment: DeploymentId) -> bool {
    directory.event_sources.values().any(|source| source.active && source.server.enabled && source.deployment == Some(deployment))
}

/// What a site signs its users' ids with: hexadecimal digits, so that it can be kept as text and used as it is.
fn identity_keys(keys: &Keys, source: EventSourceId) -> Vec<String> {
    let of_source = source.0.into_bytes();
    keys.codes(Purpose::Customer, &[&of_source]).map(|code| authorization::hexadecimal(&code)).collect()
}

/// Whether it is the hexadecimal HMAC-SHA256 of a user's id under a key; compared in constant time.
fn fits(key: &str, user: &str, signature: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(user.as_bytes());
    let wanted = authorization::hexadecimal(&mac.finalize().into_bytes());
    bool::from(wanted.as_bytes().ct_eq(signature.to_ascii_lowercase().as_bytes()))
}

impl App {
    /// Carries a source's mapping out for an event, alone in a transaction.
    pub async fn prepare(&self, workspace: WorkspaceId, event: Prepares) -> Result<Preparation> {
        let work = Arc::new((self.scope(workspace)?, event));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move { prepare(tx, &work.0, &work.1).await }.boxed()
            })
            .await
    }

    /// The key with which the site of a source signs the ids of its users, so that a conversation may join what waits for one of them. It
    /// follows from the source and the server's root key; who reads it is written down.
    pub async fn identity_key(&self, who: &SignedInAgent, source: EventSourceId) -> Result<Secret> {
        self.read::<EventSource>(who, source)?;
        let key = identity_keys(self.keys(), source).swap_remove(0);
        let (scope, actor) = (self.scope(who.workspace)?, who.actor());
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    audit::write(tx, &scope, actor, "event_source.identity_key_read", source.to_string(), serde_json::json!({})).await
                }
                .boxed()
            })
            .await?;
        Ok(Secret(key))
    }

    /// A user's id, if one of the sources of a deployment's events has signed it.
    pub fn signed_user(&self, directory: &Directory, deployment: DeploymentId, user: &str, signature: &str) -> Option<String> {
        if !is_key(user) || signature.len() != 64 {
            return None;
        }
        let mut sources = directory.event_sources.iter().filter(|(_, source)| source.active && source.deployment == Some(deployment));
        let signed = sources.any(|(id, _)| identity_keys(self.keys(), *id).iter().any(|key| fits(key, user, signature)));
        signed.then(|| user.to_owned())
    }

    /// A conversation that a visitor asks for begins with what waits for him; what he and the pages say counts more.
    pub(crate) async fn bring_prepared<'w>(
        &self,
        directory: &Directory,
        start: &mut StartConversation,
        whom: PreparedFor<'w>,
    ) -> Result<()> {
        let Some(deployment) = start.deployment.filter(|deployment| is_prepared_for(directory, *deployment)) else { return Ok(()) };
        let valid = |key: Option<&'w str>| key.filter(|key| is_key(key));
        let whom = PreparedFor { session: valid(whom.session), device_key: valid(whom.device_key), user_key: valid(whom.user_key) };
        if whom == PreparedFor::default() {
            return Ok(());
        }
        let found = self.store().snapshot().await?.prepared_details(directory.id(), deployment, whom, self.now()).await?;
        let mut said = Said::default();
        for waiting in found {
            let by_user = whom.user_key.is_some() && waiting.user_key.as_deref() == whom.user_key;
            let Waiting { by_device, by_user: of_user } = serde_json::from_value(waiting.body).map_err(Error::internal)?;
            let by_session = waiting.session.is_some() && waiting.session.as_deref() == whom.session;
            let own = by_session || (waiting.device_key.is_some() && waiting.device_key.as_deref() == whom.device_key);
            // Who is known for sure counts more than what a browser has told.
            for part in [own.then_some(by_device), by_user.then_some(of_user)].into_iter().flatten().flatten() {
                said = said.then(part);
            }
        }
        start.details = detail::together(said.details, std::mem::take(&mut start.details));
        start.entity_plan = said.plan.followed_by(std::mem::take(&mut start.entity_plan));
        if start.name.trim().is_empty()
            && let Some(name) = said.name
        {
            start.name = name.0;
        }
        Ok(())
    }
}
