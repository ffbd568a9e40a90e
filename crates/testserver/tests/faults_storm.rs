//! All visitors come back at once when a server that died is there again.

use liveagent::ServerMessage;
use liveagent_client::{Chat, Events};
use switchboard_testserver::{Agent, Backend, Manner, PATIENCE, Process, Site, begin_chat, hears};
use testkit::Proxy;

/// How many are talking: far more than there are connections to the database.
const VISITORS: usize = 200;
/// How many begin at a time.
const BEGIN: usize = 20;

/// A visitor whom the agent answers already.
async fn begin(url: &str) -> (Chat, Events) {
    let (chat, mut events) = begin_chat(url).await;
    hears(&mut events, "an agent", |message| matches!(message, ServerMessage::ChatEstablished(_)).then_some(())).await;
    (chat, events)
}

async fn all_are_served(backend: Backend) {
    let site = Site::new(backend).await;
    let server = Process::alone(&site).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let url = format!("http://{}", proxy.address());
    let agent = Agent::sign_in(&site, &url, Manner::Echoing).await;
    let mut visitors = Vec::new();
    for _ in 0..VISITORS / BEGIN {
        visitors.extend(futures_util::future::join_all((0..BEGIN).map(|_| begin(&url))).await);
    }
    // Everybody waits for an answer when it dies.
    testkit::wait_for("everybody to wait", PATIENCE, async || proxy.open() >= VISITORS).await;
    server.kill();
    let server = Process::alone(&site).await;
    proxy.retarget(server.address());
    let served = visitors.into_iter().enumerate().map(async |(n, (chat, mut events))| {
        let text = format!("visitor {n} is back");
        chat.message(text.clone()).await.expect("what waits for its acknowledgement gets it");
        hears(&mut events, "the echo", |message| {
            matches!(message, ServerMessage::ChatMessage(said) if said.text.to_string() == text).then_some(())
        })
        .await;
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
