//! What people do with deliveries that failed: repair them, send them again, or let them be.

use std::sync::Arc;

use domain::ids::DeliveryId;
use futures_util::FutureExt as _;
use store::{DeliveryFilter, DeliveryState};

use crate::{App, Error, ErrorKind, Result, SignedInAgent, admin::Administered as _, audit, definition::Destination};

/// Deliveries of one transaction.
const BATCH: i64 = 500;
/// The most characters of a payload.
const PAYLOAD_BYTES: usize = 32 * 1024;

/// What is done with deliveries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    SendAgain,
    Discard,
}

impl App {
    /// Sends something else for an event: its id stays, so that nobody who has it already takes it for another one. It is sent when it is
    /// told to ([`App::send_delivery`]), or, if it waits, when it is due.
    pub async fn repair_delivery(&self, who: &SignedInAgent, id: DeliveryId, payload: &str) -> Result<()> {
        who.require(Destination::PERMISSION)?;
        if payload.len() > PAYLOAD_BYTES {
            return Err(ErrorKind::TooLarge { limit: PAYLOAD_BYTES as u64 }.into());
        }
        let outbound = self.outbound().ok_or(ErrorKind::Conflict("this server calls no others"))?;
        let known = self.store().snapshot().await?.delivery(who.workspace, id).await?.ok_or(ErrorKind::NotFound("delivery"))?;
        let payload = outbound.repaired(&known.event, payload).map_err(|sentence| Error::invalid("payload", sentence))?;
        let work = Arc::new((self.scope(who.workspace)?, who.actor(), payload));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, actor, payload) = &*work;
                    let workspace = scope.workspace();
                    let delivery = tx.delivery(workspace, id).await?.ok_or(ErrorKind::NotFound("delivery"))?;
                    if delivery.state == DeliveryState::Delivered {
                        return Err(ErrorKind::Conflict("it was delivered as it is").into());
                    }
                    if delivery.payload.reveal().is_empty() {
                        return Err(ErrorKind::Conflict("what it said was erased").into());
                    }
                    tx.repair_delivery(workspace, id, payload).await?;
                    audit::write(tx, scope, *actor, "delivery.repaired", id.to_string(), serde_json::Value::Null).await
                }
                .boxed()
            })
            .await
    }

    /// Sends one again, under the same id: a dead letter, one that was discarded, or one that was delivered.
    pub async fn send_delivery(&self, who: &SignedInAgent, id: DeliveryId) -> Result<()> {
        self.one(who, id, Verb::SendAgain, "it is to be sent already, or what it said was erased").await
    }

    /// Does not send one any more.
    pub async fn discard_delivery(&self, who: &SignedInAgent, id: DeliveryId) -> Result<()> {
        self.one(who, id, Verb::Discard, "it was delivered or discarded already").await
    }

    /// Sends all again that a filter finds; where it says no state, dead letters. Tells how many.
    pub async fn send_deliveries(&self, who: &SignedInAgent, filter: DeliveryFilter) -> Result<u64> {
        self.all(who, filter, Verb::SendAgain).await
    }

    /// Does not send any of those any more that a filter finds; where it says no state, dead letters. Tells how many.
    pub async fn discard_deliveries(&self, who: &SignedInAgent, filter: DeliveryFilter) -> Result<u64> {
        self.all(who, filter, Verb::Discard).await
    }

    async fn one(&self, who: &SignedInAgent, id: DeliveryId, verb: Verb, otherwise: &'static str) -> Result<()> {
        who.require(Destination::PERMISSION)?;
        self.store().snapshot().await?.delivery(who.workspace, id).await?.ok_or(ErrorKind::NotFound("delivery"))?;
        match self.done(who, vec![id], verb, id.to_string()).await? {
            0 => Err(ErrorKind::Conflict(otherwise).into()),
            _ => Ok(()),
        }
    }

    async fn all(&self, who: &SignedInAgent, mut filter: DeliveryFilter, verb: Verb) -> Result<u64> {
        who.require(Destination::PERMISSION)?;
        filter.state = filter.state.or(Some(DeliveryState::Dead));
        let subject = filter.destination.map_or_else(String::new, |destination| destination.to_string());
        let (mut before, mut done) = (None, 0);
        loop {
            let found = self.store().snapshot().await?.deliveries(who.workspace, &filter, before, BATCH).await?;
            let Some(last) = found.last() else { return Ok(done) };
            before = Some(last.id);
            done += self.done(who, found.iter().map(|delivery| delivery.id).collect(), verb, subject.clone()).await?;
        }
    }

    async fn done(&self, who: &SignedInAgent, ids: Vec<DeliveryId>, verb: Verb, subject: String) -> Result<u64> {
        let work = Arc::new((self.scope(who.workspace)?, who.actor(), ids, subject));
        let done = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, actor, ids, subject) = &*work;
                    let (done, action) = match verb {
                        Verb::SendAgain => (tx.send_deliveries_again(scope.workspace(), ids, scope.now).await?, "delivery.sent_again"),
                        Verb::Discard => (tx.discard_deliveries(scope.workspace(), ids, scope.now).await?, "delivery.discarded"),
                    };
                    if done > 0 {
                        let change = serde_json::json!({ "deliveries": done });
                        audit::write(tx, scope, *actor, action, subject.clone(), change).await?;
                    }
                    Ok(done)
                }
                .boxed()
            })
            .await?;
        self.lanes().wake(who.workspace);
        Ok(done)
    }
}
