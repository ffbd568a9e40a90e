//! All visitors come back at once when a server that died is there again.

use std::time::Duration;

use engine::setup::demo_ids;
use liveagent::{ServerMessage, init::ChasitorInit};
use liveagent_client::{Backoff, Chat, ChatOptions, Endpoint, Event, Events};
use switchboard_testserver::{Agent, Backend, Manner, PATIENCE, Process, Site};
use testkit::Proxy;

/// How many are talking: far more than there are connections to the database.
const VISITORS: usize = 200;
/// How many begin at a time.
const BEGIN: usize = 20;

/// A visitor whom the agent answers already.
async fn begin(endpoint: &Endpoint) -> (Chat, Events) {
    let request = ChasitorInit {
        organization_id: demo_ids::ORGANISATION.to_owned(),
        deployment_id: demo_ids::DEPLOYMENT.to_owned(),
        button_id: Some(demo_ids::BUTTON.to_owned()),
        ..Default::default()
    };
    let mut options = ChatOptions::default();
    options.start_attempts = u32::MAX;
    // Nobody waits much longer after one refusal than after another: they come all at once, again and again.
    options.backoff = Backoff { first: Duration::from_millis(20), most: Duration::from_millis(200) };
    let (chat, mut events) = Chat::start(endpoint, request, options).await.expect("a chat begins");
    hears(&mut events, |message| matches!(message, ServerMessage::ChatEstablished(_))).await;
    (chat, events)
}

/// Reads events until the one that is waited for.
async fn hears(events: &mut Events, wanted: impl Fn(&ServerMessage) -> bool) {
    let heard = async {
        loop {
            match events.next().await.expect("the chat goes on") {
                Event::Server { message, .. } if wanted(&message) => return,
                Event::Ended(how) => panic!("the chat ended: {how}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("it is heard in time");
}

async fn all_are_served(backend: Backend) {
    let site = Site::new(backend).await;
    let server = Process::alone(&site).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let url = format!("http://{}", proxy.address());
    let agent = Agent::sign_in(&site, &url, Manner::Echoing).await;
    let endpoint = Endpoint::new(&url).expect("an address");
    let mut visitors = Vec::new();
    for _ in 0..VISITORS / BEGIN {
        visitors.extend(futures_util::future::join_all((0..BEGIN).map(|_| begin(&endpoint))).await);
    }
    // Everybody waits for an answer when it dies.
    testkit::wait_for("everybody to wait", PATIENCE, async || proxy.open() >= VISITORS).await;
    server.kill();
    let server = Process::alone(&site).await;
    proxy.retarget(server.address());
    let served = visitors.into_iter().enumerate().map(async |(n, (chat, mut events))| {
        let text = format!("visitor {n} is back");
        chat.message(text.clone()).await.expect("what waits for its acknowledgement gets it");
        hears(&mut events, |message| matches!(message, ServerMessage::ChatMessage(said) if said.text.to_string() == text)).await;
        (chat, events)
    });
    let all = futures_util::future::join_all(served).await;
    drop((all, agent));
    server.stop().await;
    let stored = site.stored().await;
    assert_eq!(stored.len(), VISITORS, "nobody had to begin anew");
    let mut said: Vec<String> = Vec::new();
    for conversation in stored {
        assert_eq!((conversation.visitor.len(), &conversation.visitor), (1, &conversation.agent), "said once, answered once");
        said.extend(conversation.visitor);
    }
    said.sort_unstable();
    said.dedup();
    assert_eq!(said.len(), VISITORS, "each his own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_visitors_who_reconnect_at_once_after_a_restart_are_served_on_sqlite() {
    all_are_served(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_visitors_who_reconnect_at_once_after_a_restart_are_served_on_postgres() {
    all_are_served(Backend::Postgres).await;
}
