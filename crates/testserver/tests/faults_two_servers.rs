//! Two servers on one PostgreSQL: either is killed, and the conversation goes on at the other.

use serde_json::json;
use switchboard_testserver::{Agent, Backend, Manner, Process, Site, Visitor};
use testkit::Proxy;

#[derive(Clone, Copy, PartialEq)]
enum Killed {
    OfTheVisitor,
    OfTheAgent,
}

/// The visitor polls one, the agent sits on the other.
async fn goes_on(killed: Killed) {
    let site = Site::new(Backend::Postgres).await;
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let visitors = Process::serve(&site, folders[0].path()).await;
    let agents = Process::serve(&site, folders[1].path()).await;
    let (to_visitors, to_agents) =
        (Proxy::to(visitors.address()).await.expect("a proxy"), Proxy::to(agents.address()).await.expect("a proxy"));
    let agent = Agent::sign_in(&site, &format!("http://{}", to_agents.address()), Manner::Echoing).await;
    let mut visitor = Visitor::begin(&format!("http://{}", to_visitors.address())).await.acknowledging();

    let init = visitor.init();
    visitor.post("ChasitorInit", &init).await;
    visitor.hears("ChatRequestSuccess").await;
    visitor.hears("ChatEstablished").await;
    visitor.post("ChatMessage", &json!({ "text": "before" })).await;
    assert_eq!(visitor.hears("ChatMessage").await.1["text"], "before");

    let (dead, survivor, proxy) = match killed {
        Killed::OfTheVisitor => (visitors, agents, &to_visitors),
        Killed::OfTheAgent => (agents, visitors, &to_agents),
    };
    dead.kill();
    proxy.retarget(survivor.address());
    visitor.post("ChatMessage", &json!({ "text": "after" })).await;
    assert_eq!(visitor.hears("ChatMessage").await.1["text"], "after");
    visitor.post("ChatEnd", &json!({ "reason": "Closed by client" })).await;
    drop(agent);
    survivor.stop().await;

    let stored = site.stored().await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].visitor, ["before", "after"]);
    assert_eq!(stored[0].agent, ["before", "after"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_survives_the_server_that_the_visitor_polls() {
    goes_on(Killed::OfTheVisitor).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_survives_the_server_that_the_agent_sits_on() {
    goes_on(Killed::OfTheAgent).await;
}
