//! Looking at events as they come, with what became of each. Personal data is hidden, unless somebody who may asks for it.

use std::time::Duration;

use domain::{customer_event::EventBody, masking, permission::Permission};
use serde_json::json;
use store::{CustomerEvent, CustomerEventFilter};

use crate::{App, ErrorKind, Result, SignedInAgent};

/// Most events of a page.
pub const EVENTS_PAGE: i64 = 200;
/// Events that are looked at to find those that are new.
const NEW: i64 = 500;
/// How soon after the last one whoever waits is told of new events: what comes in thousands a second is told in tens.
const PAUSE: Duration = Duration::from_millis(250);

/// A page of events, the latest first.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The events.
    pub events: Vec<CustomerEvent>,
    /// From where the next page goes on; none at the end. A page may be short, or empty, and have a next one.
    pub next: Option<i64>,
    /// After this position come those that are new.
    pub head: i64,
}

/// New events, the oldest first.
#[derive(Clone, Debug)]
pub struct EventsAfter {
    /// The events.
    pub events: Vec<CustomerEvent>,
    /// After this position come those that are new then.
    pub head: i64,
}

fn mask(mut event: CustomerEvent) -> CustomerEvent {
    masking::event(&mut event.body);
    for key in [&mut event.user_key, &mut event.device_key, &mut event.group_key, &mut event.name].into_iter().flatten() {
        *key = masking::text(key).into_owned();
    }
    event
}

impl App {
    /// Events before a position, the latest first, with what is personal hidden.
    pub async fn customer_events(
        &self,
        who: &SignedInAgent,
        filter: &CustomerEventFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<EventPage> {
        who.require(Permission::ManageWorkspace)?;
        let mut snapshot = self.store().snapshot().await?;
        let head = snapshot.customer_event_head(who.workspace).await?;
        let page = snapshot.customer_events_before(who.workspace, filter, before.unwrap_or(i64::MAX), limit.clamp(1, EVENTS_PAGE)).await?;
        Ok(EventPage { events: page.events.into_iter().map(mask).collect(), next: page.next, head })
    }

    /// Events after a position, the oldest first, with what is personal hidden; waits so long for one if there is none.
    pub async fn customer_events_after(
        &self,
        who: &SignedInAgent,
        filter: &CustomerEventFilter,
        after: i64,
        wait: Duration,
    ) -> Result<EventsAfter> {
        who.require(Permission::ManageWorkspace)?;
        let until = tokio::time::Instant::now() + wait;
        let mut hint = self.store().hints().subscribe();
        let mut after = after;
        loop {
            let mut snapshot = self.store().snapshot().await?;
            let events = snapshot.customer_events_after(who.workspace, after, NEW).await?;
            let full = events.len() as i64 == NEW;
            let head = match events.last() {
                Some(last) if full => last.position,
                _ => snapshot.customer_event_head(who.workspace).await?.max(after),
            };
            drop(snapshot);
            let events: Vec<CustomerEvent> = events.into_iter().filter(|event| filter.fits(event)).map(mask).collect();
            if !events.is_empty() || tokio::time::Instant::now() >= until {
                return Ok(EventsAfter { events, head });
            }
            after = head;
            if full {
                continue;
            }
            tokio::select! {
                () = self.closing().cancelled() => return Ok(EventsAfter { events, head }),
                () = tokio::time::sleep_until(until) => {}
                _ = async { hint.changed().await.ok(); tokio::time::sleep(PAUSE).await } => {}
            }
        }
    }

    /// One event. In the clear only for those who may read hidden details, and it is written down that they did.
    pub async fn customer_event(&self, who: &SignedInAgent, position: i64, clear: bool) -> Result<CustomerEvent> {
        who.require(Permission::ManageWorkspace)?;
        if clear {
            who.require(Permission::ReadHiddenDetails)?;
        }
        let found = self.store().snapshot().await?.customer_event(who.workspace, position).await?;
        let event = found.ok_or(ErrorKind::NotFound("event"))?;
        if !clear {
            return Ok(mask(event));
        }
        if event.body != EventBody::default() {
            self.audit(who, "customer_event.read", who.workspace.to_string(), json!({ "position": position })).await?;
        }
        Ok(event)
    }
}
