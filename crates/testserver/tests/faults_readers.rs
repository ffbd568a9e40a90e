//! Readers that take nothing for a while: they cost a bounded amount, hold up nobody, and lose nothing.

use std::time::Duration;

use domain::ids::ConversationId;
use engine::conversation::PostMessage;
use native::{
    client::{AgentClient, Watch, Watched},
    conversation::{Entry, What},
    view::AgentView,
};
use serde_json::json;
use switchboard_testserver::{Backend, Manner, PATIENCE, Polled, TestServer, Visitor};
use testkit::{Direction, Fault, Proxy, wait_for};

/// More than the buffers of both ends of a connection hold.
const FLOOD: usize = 160;
const LARGE: usize = 100_000;
/// More entries than a stream may be behind.
const MANY: usize = 700;

/// An agent writes a great deal, as fast as it can be stored.
async fn flood(server: &TestServer, client: &AgentClient, conversation: ConversationId) {
    let agent = client.me().await.expect("the agent").id;
    let (app, workspace) = (server.app(), server.workspace());
    let texts: Vec<String> =
        (0..FLOOD).map(|n| format!("{n} {}", "x".repeat(LARGE))).chain((FLOOD..FLOOD + MANY).map(|n| n.to_string())).collect();
    for some in texts.chunks(32) {
        let posts = some.iter().map(|text| app.agent_posts(workspace, agent, conversation, PostMessage::text(text.clone())));
        for posted in futures_util::future::join_all(posts).await {
            posted.expect("the agent may write");
        }
    }
}

/// Reads on until the view is what a fresh snapshot says; tells how often it had to begin anew.
async fn reads_on(client: &AgentClient, watch: &mut Watch<AgentView>) -> usize {
    let mut begun_anew = 0;
    let reading = async {
        loop {
            let now = client.snapshot().await.expect("a snapshot");
            while !now.position.is_covered_by(watch.view().position) {
                begun_anew += usize::from(watch.next().await.expect("the stream goes on") == Watched::Resynced);
            }
            let seen = watch.view().snapshot();
            if seen.position == now.position {
                assert!(seen == now, "what was read is what there is");
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("a reader that reads again sees all there is");
    begun_anew
}

/// Whether the last word of the flood is in view.
fn has_the_last(view: &AgentView) -> bool {
    let last = (FLOOD + MANY - 1).to_string();
    let is_last = |entry: &Entry| matches!(&entry.what, What::Message { text, .. } if text.reveal() == last);
    view.conversations.values().any(|seen| seen.timeline.last().is_some_and(is_last))
}

async fn a_stream_that_is_not_read(backend: Backend) {
    let server = TestServer::start(backend).await;
    let agent = server.agent(Manner::Silent).await;
    let mut visitor = Visitor::begin(&server.url()).await.acknowledging();
    let init = visitor.init();
    visitor.post("ChasitorInit", &init).await;
    visitor.hears("ChatRequestSuccess").await;
    visitor.hears("ChatEstablished").await;
    let conversation = agent.conversation().await;

    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let slow = server.window(&format!("http://{}", proxy.address())).await;
    let mut asleep = slow.watch().await.expect("a snapshot");
    // It has read the beginning of the stream when it knows of this one.
    agent.client.send_message(conversation, "before").await.expect("the agent may write");
    reads_on(&agent.client, &mut asleep).await;
    let accepted = proxy.accepted();
    proxy.set(Fault::Stall(Direction::ToClient));

    let mut awake = agent.client.watch().await.expect("a snapshot");
    let reader = tokio::spawn(async move {
        while !has_the_last(awake.view()) {
            awake.next().await.expect("the stream goes on");
        }
    });
    flood(&server, &agent.client, conversation).await;
    // Whoever reads is held up by nobody who does not.
    tokio::time::timeout(PATIENCE, reader).await.expect("the other reader sees all").expect("it does not panic");
    assert!(!has_the_last(asleep.view()), "it has read nothing");
    proxy.set(Fault::Pass);
    let begun_anew = reads_on(&agent.client, &mut asleep).await;
    // By the buffer that was full, or (where the flood took so long) by the time-out of a connection that takes nothing.
    assert!(begun_anew > 0 || proxy.accepted() > accepted, "a reader so far behind is cut");
    drop((agent, asleep));
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_stream_that_is_not_read_is_cut_and_loses_nothing_on_sqlite() {
    a_stream_that_is_not_read(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_stream_that_is_not_read_is_cut_and_loses_nothing_on_postgres() {
    a_stream_that_is_not_read(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_whose_answer_never_arrives_is_told_again_on_another_connection() {
    let server = TestServer::start(Backend::Sqlite).await;
    let agent = server.agent(Manner::Silent).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let mut visitor = Visitor::begin(&format!("http://{}", proxy.address())).await.acknowledging();
    let init = visitor.init();
    visitor.post("ChasitorInit", &init).await;
    visitor.hears("ChatRequestSuccess").await;
    visitor.hears("ChatEstablished").await;
    let conversation = agent.conversation().await;
    for n in 0..6 {
        // The network takes the request and swallows the answer: nothing is closed, at either end.
        proxy.set(Fault::Stall(Direction::ToClient));
        let mut waits = visitor.clone();
        let poll = tokio::spawn(async move { waits.try_poll().await });
        wait_for("the poll", PATIENCE, async || proxy.open() == 1).await;
        let text = format!("message {n}");
        agent.client.send_message(conversation, text.clone()).await.expect("the agent may write");
        let mut elsewhere = visitor.clone().at(&server.url());
        assert_eq!(elsewhere.hears("ChatMessage").await.1["text"], text, "the newer poll is told what the older one was");
        // Its own acknowledgement says that it has it; the old connection brings nothing more when the network comes back.
        visitor = elsewhere.clone().at(&format!("http://{}", proxy.address()));
        proxy.cut();
        proxy.set(Fault::Pass);
        let late = poll.await.expect("it does not panic");
        assert!(!matches!(late, Ok(Polled::Over(_))), "{late:?}");
    }
    visitor.post("ChatEnd", &json!({ "reason": "Closed by client" })).await;
    let said: Vec<String> = (0..6).map(|n| format!("message {n}")).collect();
    assert_eq!(server.stored().await[0].agent, said);
    drop(agent);
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_arrives_byte_by_byte_holds_up_nobody() {
    let server = TestServer::start(Backend::Sqlite).await;
    let agent = server.agent(Manner::Echoing).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let slow = Visitor::begin(&format!("http://{}", proxy.address())).await;
    let mut quick = Visitor::begin(&server.url()).await.acknowledging();
    let init = quick.init();
    quick.post("ChasitorInit", &init).await;
    quick.hears("ChatRequestSuccess").await;
    quick.hears("ChatEstablished").await;
    proxy.set(Fault::Slow(Direction::ToUpstream, 40));
    let crawling = tokio::spawn(async move {
        let init = slow.init();
        slow.try_post("ChasitorInit", Some(1), &init).await
    });
    wait_for("the slow request", PATIENCE, async || proxy.open() == 1).await;
    for n in 0..10 {
        let text = format!("quick {n}");
        quick.post("ChatMessage", &json!({ "text": text })).await;
        assert_eq!(quick.hears("ChatMessage").await.1["text"], text);
    }
    assert!(!crawling.is_finished(), "the slow one is still on its way");
    proxy.set(Fault::Pass);
    let answer = tokio::time::timeout(Duration::from_secs(60), crawling).await.expect("an answer").expect("it does not panic");
    assert!(answer.is_ok_and(|(status, _)| status == 200 || status == 408), "served, or told that it was too slow");
    drop(agent);
    server.finish().await;
}
