//! Two servers on one PostgreSQL: either is killed, and the conversation goes on at the other.

use liveagent::ServerMessage;
use liveagent_client::{Event, Events};
use switchboard_testserver::{Agent, Backend, Manner, PATIENCE, Process, Site, begin_chat};
use testkit::Proxy;

#[derive(Clone, Copy, PartialEq)]
enum Killed {
    OfTheVisitor,
    OfTheAgent,
}

/// The agent's next words; none when the chat is over.
async fn hears(events: &mut Events) -> Option<String> {
    let heard = async {
        while let Some(event) = events.next().await {
            if let Event::Server { message: ServerMessage::ChatMessage(message), .. } = event {
                return Some(message.text.to_string());
            }
        }
        None
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("the agent's words arrive")
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
    let (chat, mut events) = begin_chat(&format!("http://{}", to_visitors.address())).await;
    chat.message("before").await.expect("it is acknowledged");
    assert_eq!(hears(&mut events).await.as_deref(), Some("before"));

    let (dead, survivor, proxy) = match killed {
        Killed::OfTheVisitor => (visitors, agents, &to_visitors),
        Killed::OfTheAgent => (agents, visitors, &to_agents),
    };
    dead.kill();
    proxy.retarget(survivor.address());
    chat.message("after").await.expect("it is acknowledged");
    assert_eq!(hears(&mut events).await.as_deref(), Some("after"), "and \"before\" is not heard again");
    chat.end("Closed by client").await.expect("the end is acknowledged");
    assert_eq!(hears(&mut events).await, None);
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
