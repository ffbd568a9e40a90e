//! The seed's requests, as printed there, hold a whole conversation with the robot.

use std::collections::BTreeSet;

use native::figures::{FigureNumbers, FiguresQuery};
use serde_json::{Value, json};
use switchboard_testserver::{Agent, Backend, Manner, PATIENCE, Polled, Process, Site, Visitor, sign_in};

fn names(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The conversation of the seed; who answers has this name and, in the form that the seed prints, this id.
async fn converse(url: &str, agent: &str, id_of_agent: &str) {
    let mut visitor = Visitor::begin(url).await;
    let session = visitor.session.clone();
    assert!(names(&session).is_superset(&["clientPollTimeout", "id", "key"].into()), "{session}");
    assert_eq!(session["clientPollTimeout"], 40);
    let (id, key) = (session["id"].as_str().expect("a text"), visitor.key().to_owned());
    assert!(key.starts_with(&format!("{id}!")) && key.split('!').count() == 3 && key.ends_with('='), "{key}");

    visitor.finds_it_available().await;
    let init = visitor.init();
    visitor.post("ChasitorInit", &init).await;

    let (answer, success) = visitor.hears("ChatRequestSuccess").await;
    assert_eq!(answer["sequence"], 0);
    assert_eq!(answer["messages"].as_array().expect("a list").len(), 1);
    let printed = ["connectionTimeout", "customDetails", "geoLocation", "queuePosition", "sensitiveDataRules", "url", "visitorId"];
    assert!(names(&success).is_superset(&printed.into()), "{success}");
    assert_eq!(success["connectionTimeout"], 280_000);
    assert!(success["geoLocation"].is_object() && success["queuePosition"].is_u64(), "{success}");
    assert_eq!(success["sensitiveDataRules"], json!([]));
    assert!(success["customDetails"].is_array() && success["url"].is_string(), "{success}");
    assert_eq!(success["visitorId"].as_str().expect("a text").len(), id.len());

    let (_, established) = visitor.hears("ChatEstablished").await;
    assert_eq!((&established["name"], &established["userId"]), (&json!(agent), &json!(id_of_agent)));

    for text in ["Message text goes here", "«Grüße» 🐙\nzweite Zeile"] {
        visitor.post("ChatMessage", &json!({ "text": text })).await;
        let (answer, echo) = visitor.hears("ChatMessage").await;
        assert_eq!((&echo["text"], &echo["name"]), (&json!(text), &json!(agent)));
        assert_eq!(echo["agentId"], id_of_agent);
        assert!(answer["offset"].is_u64(), "{answer}");
        assert_eq!(names(&answer), ["messages", "offset", "sequence"].into());
    }

    visitor.post("ChatEnd", &json!({ "reason": "Closed by client" })).await;
    let mut polls = vec![visitor.poll().await];
    while polls.last() == Some(&Polled::Nothing) && polls.len() < 5 {
        polls.push(visitor.poll().await);
    }
    let over = Polled::Over("Session required but was invalid or not found".to_owned());
    assert_eq!(polls, [Polled::Nothing, over], "no ChatEnded for an end of the visitor's own; then there is no session any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seeds_requests_hold_a_conversation_with_the_demonstrations_robot() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Process::demo(folder.path()).await;
    let card = testkit::wait_for_some("demo.json", PATIENCE, async || {
        let text = std::fs::read_to_string(folder.path().join("demo.json")).ok()?;
        serde_json::from_str::<Value>(&text).ok()
    });
    let card = card.await;
    assert_eq!(card["liveagent"], format!("{}/chat/rest/", demo.url()));
    let robot = card["sign_ins"]["robot"]["old_id"].as_str().expect("a text");
    assert!(robot.starts_with("005") && robot.len() == 15, "{robot}");
    let url = card["url"].as_str().expect("a text");
    converse(url, "Robot", robot).await;

    // The supervisor's figures follow by themselves.
    let password = card["sign_ins"]["supervisor"]["password"].as_str().expect("a text");
    let supervisor = sign_in(url, "supervisor", password).await;
    let figures = testkit::wait_for_some("the conversation in the figures", PATIENCE, async || {
        let figures = supervisor.figures(&FiguresQuery::default()).await.expect("figures");
        (figures.total.ended == 1).then_some(figures)
    });
    let figures = figures.await;
    let FigureNumbers { asked, answered, missed, abandoned, messages_visitor, messages_agent, .. } = figures.total;
    assert_eq!([asked, answered, missed, abandoned, messages_visitor, messages_agent], [1, 1, 0, 0, 2, 2]);
    assert_eq!((figures.steps.len(), figures.by_agent.len(), figures.by_button.len()), (7, 1, 1));
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seeds_requests_hold_a_conversation_on_postgres() {
    let site = Site::new(Backend::Postgres).await;
    let server = Process::alone(&site).await;
    let agent = Agent::sign_in(&site, &server.url(), Manner::Echoing).await;
    converse(&server.url(), "Ann Agent", &engine::setup::demo_ids::agent(1)).await;
    drop(agent);
    server.stop().await;
    assert_eq!(site.stored().await.len(), 1);
}
