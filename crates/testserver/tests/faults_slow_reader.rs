//! Connections that break in the middle of an answer.

use serde_json::json;
use switchboard_testserver::{Backend, Manner, PATIENCE, TestServer, Visitor};
use testkit::{Direction, Fault, Proxy};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_that_is_cut_in_its_answer_loses_nothing() {
    let server = TestServer::start(Backend::Sqlite).await;
    let agent = server.agent(Manner::Silent).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let mut visitor = Visitor::begin(&format!("http://{}", proxy.address())).await.acknowledging();
    let init = visitor.init();
    visitor.post("ChasitorInit", &init).await;
    visitor.hears("ChatRequestSuccess").await;
    visitor.hears("ChatEstablished").await;
    let conversation = agent.conversation().await;

    // In the status line, in the head, in the body, and so late that all but the end of the body has arrived.
    for (number, cut_after) in [1, 60, 200, 300, 340, 380].into_iter().enumerate() {
        let text = format!("message {number} {}", "x".repeat(200));
        agent.client.send_message(conversation, text.clone()).await.expect("the agent may write");
        proxy.set(Fault::CutAfter(Direction::ToClient, cut_after));
        visitor.try_poll().await.expect_err("it was cut");
        proxy.set(Fault::Pass);
        assert_eq!(visitor.hears("ChatMessage").await.1["text"], text, "cut after {cut_after} bytes");
    }
    drop(agent);
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_that_is_sent_again_after_a_cut_is_one_message() {
    let server = TestServer::start(Backend::Sqlite).await;
    let agent = server.agent(Manner::Silent).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let visitor = Visitor::begin(&format!("http://{}", proxy.address())).await;
    let ok = (reqwest::StatusCode::OK, "OK".to_owned());
    let init = visitor.init();
    assert_eq!(visitor.try_post("ChasitorInit", Some(1), &init).await.expect("an answer"), ok);
    agent.conversation().await;

    let mut said = Vec::new();
    for sequence in 2..6 {
        let text = format!("message {sequence}");
        let body = json!({ "text": text });
        proxy.set(Fault::CutAfter(Direction::ToClient, 1));
        visitor.try_post("ChatMessage", Some(sequence), &body).await.expect_err("it was cut");
        said.push(text);
        // The first one was carried out: its sender only never learnt of it.
        testkit::wait_for("the message to be stored", PATIENCE, async || server.stored().await[0].visitor == said).await;
        proxy.set(Fault::Pass);
        assert_eq!(visitor.try_post("ChatMessage", Some(sequence), &body).await.expect("an answer"), ok);
    }
    assert_eq!(visitor.try_post("ChatEnd", Some(6), &json!({ "reason": "Closed by client" })).await.expect("an answer"), ok);
    assert_eq!(server.stored().await[0].visitor, said);
    drop(agent);
    server.finish().await;
}
