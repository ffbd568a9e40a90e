//! Events of customers: taken in from whoever holds a source's key, looked at by those who look after the wiring.
//!
//! What an event says is believed of nobody: keys of sources stand in pages. What is known of a customer by events is a profile
//! ([`crate::customer_event::profile`]), kept by a follower ([`crate::reconcile`]).

mod look;
mod profile;
mod webhook;

use domain::{
    customer_event::{EventBody, EventKind, Reason},
    ids::{EventSourceId, WorkspaceId},
    time::Timestamp,
};
use store::NewCustomerEvent;
pub use store::{CustomerEvent, CustomerEventFilter, TakenIn};

pub use self::{
    look::{EVENTS_PAGE, EventPage, EventsAfter},
    profile::ProfileView,
};
use crate::{App, Result};

/// What became of an event that could be read.
pub const ACCEPTED: &str = "accepted";
/// What became of one that is not as it must be.
pub const INVALID: &str = "invalid";

/// Among an event's notes: its sender keeps it from what begins conversations.
pub const NOT_FOR_CHAT: &str = "not_for_chat";
/// Among an event's notes: a conversation of ours told it, so it asks for none.
pub const OWN_EVENT: &str = "own_event";

/// An event as a facade read it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The sender's id of it; none for one that is given here.
    pub message_id: Option<String>,
    /// What it says; none if that could not be read.
    pub kind: Option<EventKind>,
    /// What it is called.
    pub name: Option<String>,
    /// The user's key.
    pub user_key: Option<String>,
    /// The device's key.
    pub device_key: Option<String>,
    /// The group's key.
    pub group_key: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// Why it is not valid; none if it is.
    pub problem: Option<Reason>,
    /// What was odd about it.
    pub notes: Vec<Reason>,
    /// The rest.
    pub body: EventBody,
}

impl App {
    /// Takes in the events of one request. Answers when all are on the disk, those that are not valid too: they are kept with the reason.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when they could not be stored: the sender is to send them again, and those that were are the same then.
    pub async fn take_in(
        &self,
        workspace: WorkspaceId,
        source: EventSourceId,
        received_at: Timestamp,
        told: impl IntoIterator<Item = Told>,
    ) -> Result<Vec<TakenIn>> {
        let new = |told: Told| NewCustomerEvent {
            source,
            message_id: told.message_id.unwrap_or_else(|| self.inner.parts.ids.next().to_string()),
            kind: told.kind,
            name: told.name,
            user_key: told.user_key,
            device_key: told.device_key,
            group_key: told.group_key,
            at: told.at,
            received_at,
            verdict: if told.problem.is_some() { INVALID } else { ACCEPTED },
            reasons: told.problem.into_iter().chain(told.notes).collect(),
            body: told.body,
        };
        Ok(self.store().take_in(workspace, told.into_iter().map(new).collect()).await?)
    }
}
