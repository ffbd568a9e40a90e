//! What people see of deliveries.

use domain::{
    delivery::FailureClass,
    ids::{DeliveryId, DestinationId},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::{Attempt, Delivery, DeliveryFilter, DestinationSecret, Funnel, Lane};

use crate::{
    App, Error, ErrorKind, Result, SignedInAgent,
    admin::Administered as _,
    audit,
    definition::{Defined as _, Destination},
    listing::Listed,
};

/// Attempts of a delivery that are shown, the latest.
const ATTEMPTS: i64 = 50;

/// How a destination does.
#[derive(Clone, Debug)]
pub struct DestinationState {
    /// Deliveries that are to be sent.
    pub waiting: i64,
    /// Nothing is sent before then; none if all is well.
    pub held_until: Option<Timestamp>,
    /// Why not.
    pub because: Option<FailureClass>,
    /// What happened last, if it is held.
    pub code: Option<String>,
    /// Its secrets or write key, the newest first: when they were made and how long they are good, never what they are.
    pub secrets: Vec<DestinationSecret>,
}

/// A delivery as a person reads it who looks for what went wrong.
#[derive(Clone, Debug)]
pub struct DeliveryShown {
    /// How it stands, and what is sent.
    pub delivery: Delivery,
    /// The latest attempts, the latest first.
    pub attempts: Vec<AttemptShown>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct AttemptShown {
    /// What is stored of it.
    pub attempt: Attempt,
    /// What was asked; null once erased.
    pub request: serde_json::Value,
    /// What was answered; null if nothing was, or once erased.
    pub response: serde_json::Value,
}

/// What became of a destination's events.
#[derive(Clone, Debug)]
pub struct FunnelShown {
    /// In all.
    pub total: Funnel,
    /// By the hour; hours in which nothing happened are left out.
    pub hours: Vec<(Timestamp, Funnel)>,
}

fn document(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_default()
}

impl App {
    /// How a destination does.
    pub async fn destination_state(&self, who: &SignedInAgent, destination: DestinationId) -> Result<DestinationState> {
        self.read::<Destination>(who, destination)?;
        let workspace = who.workspace;
        let mut snapshot = self.store().snapshot().await?;
        let lanes = snapshot.lanes(workspace).await?;
        let Lane { breaker, code } = lanes.into_iter().find(|(id, _)| *id == destination).map(|(_, lane)| lane).unwrap_or_default();
        let waiting = snapshot.waiting_deliveries(workspace).await?;
        let now = self.now();
        let secrets = snapshot.destination_secrets(workspace, destination).await?;
        Ok(DestinationState {
            waiting: waiting.into_iter().find(|(id, _)| *id == destination).map_or(0, |(_, waiting)| waiting),
            held_until: breaker.until,
            because: breaker.because,
            code,
            secrets: secrets.into_iter().filter(|secret| secret.until.is_none_or(|until| until > now)).collect(),
        })
    }

    /// What became of a destination's events in hours that begin from `from` on and before `until`.
    pub async fn funnel(&self, who: &SignedInAgent, destination: DestinationId, from: Timestamp, until: Timestamp) -> Result<FunnelShown> {
        self.read::<Destination>(who, destination)?;
        let hours = self.store().snapshot().await?.funnel(who.workspace, destination, from, until).await?;
        let total = hours.iter().fold(Funnel::default(), |sum, (_, hour)| Funnel {
            received: sum.received + hour.received,
            filtered: sum.filtered + hour.filtered,
            retried: sum.retried + hour.retried,
            failed: sum.failed + hour.failed,
            delivered: sum.delivered + hour.delivered,
        });
        Ok(FunnelShown { total, hours })
    }

    /// A page of deliveries, the latest first.
    pub async fn deliveries(
        &self,
        who: &SignedInAgent,
        filter: &DeliveryFilter,
        before: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Listed<Delivery, DeliveryId>> {
        who.require(Destination::PERMISSION)?;
        let mut items = self.store().snapshot().await?.deliveries(who.workspace, filter, before, limit as i64 + 1).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().map(|last| last.id).filter(|_| more);
        Ok(Listed { items, next })
    }

    /// One delivery with what was sent, asked and answered: that somebody looked is in the audit log, for it may be what people wrote.
    pub async fn delivery(&self, who: &SignedInAgent, id: DeliveryId) -> Result<DeliveryShown> {
        who.require(Destination::PERMISSION)?;
        let mut snapshot = self.store().snapshot().await?;
        let delivery = snapshot.delivery(who.workspace, id).await?.ok_or(ErrorKind::NotFound("delivery"))?;
        let attempts = snapshot.attempts(who.workspace, id, ATTEMPTS).await?;
        drop(snapshot);
        let (scope, actor, destination) = (self.scope(who.workspace)?, who.actor(), delivery.destination);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let scope = scope.clone();
                async move {
                    let change = serde_json::json!({ Destination::KIND: destination });
                    audit::write(tx, &scope, actor, "delivery.read", id.to_string(), change).await
                }
                .boxed()
            })
            .await?;
        let shown = |attempt: Attempt| {
            let (request, response) = (document(attempt.request.reveal()), document(attempt.response.reveal()));
            AttemptShown { attempt, request, response }
        };
        Ok(DeliveryShown { delivery, attempts: attempts.into_iter().map(shown).collect() })
    }
}
