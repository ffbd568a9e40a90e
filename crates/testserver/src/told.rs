//! Somebody else's server that is told what happens, and a server that is killed again and again while it tells.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use domain::{
    ids::{AgentId, SignInId},
    permission::Permissions,
    time::Timestamp,
};
use engine::{App, SignedInAgent, definition::Destination, delivery::Secrets, idempotency::Done};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use testkit::Proxy;

use crate::{Agent, Backend, Manner, PATIENCE, Process, Site, begin_chat};

/// What a receiver was told: the event's id, and all of it, in the order in which it first came.
type Events = Vec<(String, Value)>;

#[derive(Debug, Default)]
struct Heard {
    events: Events,
    /// Of each id, what came under it.
    known: BTreeMap<String, Value>,
    /// What came without an id, or with two, or with something else under the same one.
    wrong: Vec<String>,
}

/// A receiver of webhooks that honours their ids.
#[derive(Clone, Debug)]
pub struct Receiver {
    url: String,
    heard: Arc<Mutex<Heard>>,
}

impl Receiver {
    /// Listens on loopback until the test ends.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn listen() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let receiver = Self { url: format!("http://{}/hook", listener.local_addr().expect("an address")), heard: Arc::default() };
        let router = Router::new().route("/hook", post(hear)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: String) {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let event: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut heard = receiver.lock();
    if id.is_empty() || event["messageId"] != id || !headers.contains_key("webhook-signature") || !headers.contains_key("x-signature") {
        heard.wrong.push(format!("id {id:?} of {event}"));
    }
    match heard.known.insert(id.clone(), event.clone()) {
        None => heard.events.push((id, event)),
        Some(before) if before != event => heard.wrong.push(format!("{before} became {event}")),
        Some(_) => {}
    }
}

/// From now on a destination is told all that happens.
async fn tells(app: &App, site: &Site, receiver: &Receiver) {
    let admin = SignedInAgent {
        workspace: site.workspace(),
        agent: AgentId(uuid::Uuid::nil()),
        sign_in: SignInId(uuid::Uuid::nil()),
        permissions: Permissions::all(),
        address: None,
        expires_at: Timestamp(i64::MAX),
        must_change_password: false,
    };
    let settings = json!({ "name": "Receiver", "kind": "webhook", "url": receiver.url, "with_bodies": true });
    let settings: Destination = serde_json::from_value(settings).expect("a destination");
    let Done::Now((id, _)) = app.create(&admin, settings, None).await.expect("a destination") else { unreachable!("without a key") };
    app.replace_destination_secret(&admin, id, Secrets { own: None, overlap: Duration::ZERO }).await.expect("a secret");
    // From here the journal is followed.
    app.run_due().await.expect("reconcilers run");
}

/// Kills the server so often while a visitor and an agent talk and a receiver is told of it. Tells how many events there were.
///
/// # Panics
/// When the receiver, who honours ids, lacks an event, has one that never was, one twice, one without its id or one visitor's out of order.
pub async fn of_everything(backend: Backend, kills: usize, seed: u64) -> usize {
    eprintln!("{kills} kills, seed {seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let receiver = Receiver::listen().await;
    let site = Site::new(backend).await;
    site.with_engine(async |app| tells(app, &site, &receiver).await).await;
    let mut server = Process::alone(&site).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let url = format!("http://{}", proxy.address());
    let agent = Agent::sign_in(&site, &url, Manner::Echoing).await;
    let (chat, mut events) = begin_chat(&url).await;
    let drained = tokio::spawn(async move { while events.next().await.is_some() {} });
    let mut said = Vec::new();
    for kill in 0..=kills {
        for _ in 0..chance.random_range(1..=4) {
            let text = format!("words {}", said.len());
            chat.message(text.clone()).await.expect("what waits for its acknowledgement gets it");
            said.push(text);
        }
        if kill == kills {
            break;
        }
        // Now and then it has told of some of it.
        let before = receiver.lock().events.len();
        if chance.random_range(0..2) == 0 {
            testkit::wait_for("something to be told", PATIENCE, async || receiver.lock().events.len() > before).await;
        }
        server.kill();
        server = Process::alone(&site).await;
        proxy.retarget(server.address());
    }
    chat.end("client").await.expect("the end is acknowledged");
    drained.await.expect("the events end");
    // All that was said is told in the end, and the end.
    let told = async || {
        let heard = receiver.lock();
        heard.events.iter().any(|(_, event)| event["event"] == "Live Chat Conversation Ended")
    };
    testkit::wait_for("all to be told", PATIENCE, told).await;
    drop(agent);
    server.stop().await;

    let stored = site.stored().await;
    assert_eq!(stored.len(), 1);
    let heard = receiver.lock();
    assert_eq!(heard.wrong, Vec::<String>::new());
    let of = |name: &str| -> Vec<&str> {
        let events = heard.events.iter().filter(|(_, event)| event["event"] == name);
        events.map(|(_, event)| event["properties"]["message_body"].as_str().unwrap_or_default()).collect()
    };
    assert_eq!(stored[0].visitor, said);
    assert_eq!(of("Live Chat Message Sent"), said, "each once and in order");
    assert_eq!(of("Live Chat Message Received"), stored[0].agent, "each once and in order");
    assert_eq!((of("Live Chat Conversation Started").len(), of("Live Chat Conversation Ended").len()), (1, 1));
    let names: Vec<&Value> = heard.events.iter().map(|(_, event)| &event["event"]).collect();
    assert_eq!(
        (names.first(), names.last()),
        (Some(&&json!("Live Chat Conversation Started")), Some(&&json!("Live Chat Conversation Ended")))
    );
    names.len()
}
