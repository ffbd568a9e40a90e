//! What the engine needs of whoever calls other people's servers.

use std::{fmt, time::Duration};

use domain::{
    delivery::{ChatEvent, Transport},
    secret::{Secret, Text},
    time::Timestamp,
};
use futures_util::future::BoxFuture;

use crate::definition::DestinationKind;

/// Where something is sent.
#[derive(Clone, Debug)]
pub struct Target {
    /// How it is told.
    pub kind: DestinationKind,
    /// Its address.
    pub url: String,
    /// What it is signed with, or the write key: the newest first, two while one is replaced.
    pub secrets: Vec<Secret>,
}

/// Something to be sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Where.
    pub target: Target,
    /// The event's own id, which the receiver tells repetitions by.
    pub event: String,
    /// Now.
    pub at: Timestamp,
    /// What [`Outbound::payload`] made of the event, or a person of that.
    pub payload: Text,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What was asked, without the body and without secrets: address and headers. For people.
    pub request: serde_json::Value,
    /// What was answered, or how it failed.
    pub outcome: Result<Received, Transport>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its status.
    pub status: u16,
    /// `Retry-After`, as it stands there.
    pub retry_after: Option<String>,
    /// Some of its headers and the beginning of its body. For people.
    pub response: serde_json::Value,
}

/// Calls other people's servers, in words that they understand.
pub trait Outbound: Send + Sync + fmt::Debug {
    /// An event as destinations are told it: the same for the same event.
    fn payload(&self, event: &ChatEvent) -> Text;

    /// What a person made of a payload, as it is sent: it is still that event.
    ///
    /// # Errors
    /// A sentence that says what it is not.
    fn repaired(&self, event: &str, text: &str) -> Result<Text, String>;

    /// A new secret for webhooks, of bytes that nobody can guess.
    fn secret(&self, bytes: &[u8; 32]) -> Secret;

    /// No sending takes longer.
    fn longest(&self) -> Duration;

    /// Sends it and reads the answer. Never waits longer than [`Outbound::longest`].
    fn send(&self, sending: Sending) -> BoxFuture<'_, Sent>;
}
