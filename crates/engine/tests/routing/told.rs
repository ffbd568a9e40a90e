//! Other people's servers in memory, which do what a test tells them to: take what they are told, refuse it, fail, or never answer.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use domain::{
    delivery::{ChatEvent, Transport},
    ids::ConversationId,
    secret::{Secret, Text},
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use switchboard_engine::delivery::{Outbound, Received, Sending, Sent};

/// What a server does with what it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Answers with this status, and asks for patience.
    Answers(u16, Option<&'static str>),
    /// Takes only what says that it was repaired.
    WantsRepaired,
    /// Is not there.
    Gone,
    /// Never answers.
    Silent,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By address; who is not here takes everything.
    pub(crate) moods: BTreeMap<String, Mood>,
    /// What was sent, whatever became of it: address, event's id, what it said.
    pub(crate) sent: Vec<(String, String, Value)>,
    /// What was taken.
    pub(crate) taken: Vec<(String, String, Value)>,
    /// The secrets of the last one.
    pub(crate) secrets: Vec<Secret>,
}

#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<State>);

impl Told {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// From now on.
    pub(crate) fn behaves(&self, url: &str, mood: Mood) {
        self.state().moods.insert(url.to_owned(), mood);
    }

    /// What a server has taken, in order, as kind and words.
    pub(crate) fn taken(&self, url: &str) -> Vec<String> {
        self.told(|at, _| at == url)
    }

    /// The same, of one conversation.
    pub(crate) fn taken_of(&self, url: &str, id: ConversationId) -> Vec<String> {
        self.told(|at, call| at == url && call["conversation"] == json!(id))
    }

    fn told(&self, wanted: impl Fn(&str, &Value) -> bool) -> Vec<String> {
        let said = |call: &Value| match call["body"].as_str() {
            Some(body) => format!("{} {body}", call["kind"].as_str().unwrap()),
            None => call["kind"].as_str().unwrap().to_owned(),
        };
        self.state().taken.iter().filter(|(at, _, call)| wanted(at, call)).map(|(.., call)| said(call)).collect()
    }
}

impl Outbound for Told {
    fn payload(&self, event: &ChatEvent) -> Text {
        let agent = event.agent.as_ref().map(|(_, name, _)| name);
        json!({
            "kind": event.kind, "visitor": event.visitor, "conversation": event.conversation, "message": event.message,
            "seconds": event.duration.as_secs(), "agent": agent, "body": event.body.as_ref().map(Text::reveal),
        })
        .to_string()
        .into()
    }

    fn repaired(&self, _: &str, text: &str) -> Result<Text, String> {
        serde_json::from_str::<Value>(text).map_err(|_| "it is no JSON".to_owned()).map(|_| text.into())
    }

    fn secret(&self, bytes: &[u8; 32]) -> Secret {
        Secret(format!("secret-{:02x}{:02x}", bytes[0], bytes[1]))
    }

    fn longest(&self) -> Duration {
        Duration::from_secs(15)
    }

    fn send(&self, sending: Sending) -> BoxFuture<'_, Sent> {
        Box::pin(async move {
            let call: Value = serde_json::from_str(sending.payload.reveal()).unwrap();
            let url = sending.target.url.clone();
            let line = (url.clone(), sending.event.clone(), call.clone());
            let mood = {
                let mut state = self.state();
                state.secrets.clone_from(&sending.target.secrets);
                state.sent.push(line.clone());
                state.moods.get(&url).copied().unwrap_or(Mood::Answers(200, None))
            };
            let (status, retry_after) = match mood {
                Mood::Answers(status, retry_after) => (status, retry_after),
                Mood::WantsRepaired if call["repaired"] == true => (200, None),
                Mood::WantsRepaired => (422, None),
                Mood::Gone => return Sent { request: json!({ "url": url }), outcome: Err(Transport::Unreachable) },
                Mood::Silent => std::future::pending().await,
            };
            if status == 200 {
                self.state().taken.push(line);
            }
            let received = Received { status, retry_after: retry_after.map(str::to_owned), response: json!({ "body": "said the server" }) };
            Sent { request: json!({ "url": url }), outcome: Ok(received) }
        })
    }
}
