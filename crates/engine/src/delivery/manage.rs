//! What admins do with a destination: give it a secret or key, try it, and say that it is mended.

use std::{sync::Arc, time::Duration};

use domain::{
    delivery::{ChatEvent, ChatEventKind, Failure},
    ids::{ConversationId, DestinationId, VisitorId},
    secret::Secret,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{DestinationSecret, RootKey, Tx};

use super::{
    Sending, Sent, Target,
    lane::{judged, sent, unsealed},
};
use crate::{
    App, Error, ErrorKind, Result, Scope, SignedInAgent, audit,
    definition::{Defined as _, Destination, DestinationKind},
};

/// The longest that a secret that was replaced is good.
const LONGEST_OVERLAP: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The fewest and most characters of a secret or key that is brought along.
const CHARACTERS: std::ops::RangeInclusive<usize> = 8..=200;

/// How a destination's secret is replaced.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// One that there is already: an endpoint's write key, or what a receiver of webhooks expects. None for a new one.
    pub own: Option<Secret>,
    /// How long the one before stays good, so that receivers have the time to change.
    pub overlap: Duration,
}

/// A new secret, shown this once.
#[derive(Clone, Debug)]
pub struct NewDestinationSecret {
    /// Counts up.
    pub number: i64,
    /// What it is.
    pub secret: Secret,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a trial came to.
#[derive(Clone, Debug)]
pub struct TestOutcome {
    /// What was sent.
    pub payload: String,
    /// What was asked and answered.
    pub sent: Sent,
    /// Why it would be no delivery.
    pub failure: Option<Failure>,
    /// How long it took.
    pub took: Duration,
}

impl App {
    /// Gives a destination another secret or write key. The one before is good for a while, and none besides.
    pub async fn replace_destination_secret(
        &self,
        who: &SignedInAgent,
        destination: DestinationId,
        secrets: Secrets,
    ) -> Result<NewDestinationSecret> {
        let settings = self.read::<Destination>(who, destination)?;
        if secrets.overlap > LONGEST_OVERLAP {
            return Err(Error::invalid("overlap_hours", "the one before stays good for at most 720 hours"));
        }
        let secret = match secrets.own {
            Some(own) => {
                let text = own.reveal();
                if !CHARACTERS.contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(Error::invalid("secret", "it has 8 to 200 visible ASCII characters"));
                }
                own
            }
            None if settings.kind == DestinationKind::Endpoint => {
                return Err(Error::invalid("secret", "give the write key of the endpoint"));
            }
            None => self.outbound().ok_or(ErrorKind::Conflict("this server calls no others"))?.secret(&self.random()),
        };
        let scope = self.scope(who.workspace)?;
        let work = Arc::new((self.clone(), scope, who.actor(), secret));
        let until = self.now() + secrets.overlap;
        let made = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, actor, secret) = &*work;
                    let workspace = scope.workspace();
                    let mut lane = tx.lane(workspace, destination).await?;
                    let number = tx.destination_secrets(workspace, destination).await?.first().map_or(1, |newest| newest.number + 1);
                    let place = RootKey::destination_secret_place(workspace, destination, number);
                    let sealed = app.keys().seal(&place, secret.reveal().as_bytes(), &*app.inner.parts.randomness)?;
                    let stored = DestinationSecret { number, sealed, created_at: scope.now, until: None };
                    tx.add_destination_secret(workspace, destination, &stored, until).await?;
                    // What it was held for may be mended by this.
                    lane.breaker.resumed(scope.now);
                    tx.save_lane(workspace, destination, &lane).await?;
                    let change = serde_json::json!({ "secret": number });
                    audit::write(tx, scope, *actor, format!("{}.secret_made", Destination::KIND), destination.to_string(), change).await?;
                    Ok(NewDestinationSecret { number, secret: secret.clone(), created_at: scope.now })
                }
                .boxed()
            })
            .await?;
        self.lanes().wake(who.workspace);
        Ok(made)
    }

    /// Somebody says that what a destination was held for is mended: it is tried at once.
    pub async fn resume_destination(&self, who: &SignedInAgent, destination: DestinationId) -> Result<()> {
        self.read::<Destination>(who, destination)?;
        let (scope, actor) = (self.scope(who.workspace)?, who.actor());
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    resume(tx, &scope, destination).await?;
                    let action = format!("{}.resumed", Destination::KIND);
                    audit::write(tx, &scope, actor, action, destination.to_string(), serde_json::Value::Null).await
                }
                .boxed()
            })
            .await?;
        self.lanes().wake(who.workspace);
        Ok(())
    }

    /// Sends a made-up event at once and tells what came of it. It is no delivery: nothing is repeated, counted or kept.
    pub async fn test_destination(&self, who: &SignedInAgent, destination: DestinationId) -> Result<TestOutcome> {
        let settings = self.read::<Destination>(who, destination)?;
        let outbound = self.outbound().ok_or(ErrorKind::Conflict("this server calls no others"))?;
        let at = self.now();
        let stored = self.store().snapshot().await?.destination_secrets(who.workspace, destination).await?;
        let mut open = Vec::new();
        for secret in stored.iter().filter(|secret| secret.until.is_none_or(|until| until > at)) {
            open.push(unsealed(self, (who.workspace, destination), secret)?);
        }
        let id: ConversationId = self.id();
        let event = ChatEvent {
            kind: settings.events.first().copied().unwrap_or(ChatEventKind::Started),
            id: format!("test-{}", id.0.simple()),
            conversation: id,
            visitor: VisitorId(id.0),
            at,
            duration: Duration::ZERO,
            agent: None,
            message: None,
            body: None,
        };
        let payload = outbound.payload(&event);
        let target = Target { kind: settings.kind, url: settings.url, secrets: open };
        let answer = sent(outbound, Sending { target, event: event.id, at, payload: payload.clone() }).await;
        let now = self.now();
        let failure = judged(&answer, now).err();
        let (scope, actor) = (self.scope(who.workspace)?, who.actor());
        let code = failure.map(|failure| failure.code);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let change = serde_json::json!({ "code": code });
                    audit::write(tx, &scope, actor, format!("{}.tested", Destination::KIND), destination.to_string(), change).await
                }
                .boxed()
            })
            .await?;
        Ok(TestOutcome { payload: payload.0, sent: answer, failure, took: now.since(at) })
    }
}

/// A destination is tried again at once.
pub(crate) async fn resume(tx: &mut Tx, scope: &Scope, destination: DestinationId) -> Result<()> {
    let mut lane = tx.lane(scope.workspace(), destination).await?;
    lane.breaker.resumed(scope.now);
    tx.save_lane(scope.workspace(), destination, &lane).await?;
    Ok(())
}
