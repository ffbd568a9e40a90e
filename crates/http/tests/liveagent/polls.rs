//! Polls: what is told, once, in order, and again when it did not arrive.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::json;
use switchboard_http::serve::{ConnectionSettings, Edge, EdgeSettings, Serving};
use testkit::CountingIds;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::world::{Given, On, Visitor, World, on_both, request};

const GONE: (u16, &str) = (403, "Session required but was invalid or not found");

fn poll_request(visitor: &Visitor<'_>, query: &str) -> http::Request<Body> {
    request("GET", &format!("/chat/rest/System/Messages{query}"), &visitor.headers(), "")
}

async fn the_same_ack_again_asks_for_the_same_events_again(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    visitor.init(json!({})).await.ok();
    let first = visitor.poll("?ack=-1").await;
    assert_eq!((first.kinds(), first.sequence()), (vec!["ChatRequestSuccess".to_owned()], 0));
    let again = visitor.poll("?ack=-1&pc=2").await;
    assert_eq!(again.body, first.body);
    let second = visitor.poll("?ack=0").await;
    assert_eq!((second.kinds(), second.sequence()), (vec!["ChatEstablished".to_owned()], 1));
    assert!(second.json()["offset"].as_i64() > first.json()["offset"].as_i64());
    world.agent_says(visitor.conversation(), "hello").await;
    assert_eq!(visitor.poll("?ack=0").await.kinds(), ["ChatEstablished"], "not acknowledged, so told again");
    assert_eq!(visitor.poll("?ack=77").await.kinds(), ["ChatMessage"], "a number beyond acknowledges");
    world.finish().await;
}

async fn all_that_waits_comes_at_once_where_the_deployment_wants_it(on: On) {
    let deployment = json!({"name": "Site", "polling": {"batch": "all", "first_sequence": 1, "timeout_unit": "seconds"}});
    let world = World::new(on, Given { deployment, ..Given::default() }).await;
    let visitor = world.visitor().await;
    visitor.init(json!({})).await.ok();
    world.agent_says(visitor.conversation(), "hello").await;
    let answer = visitor.poll("?ack=-1").await;
    assert_eq!(answer.kinds(), ["ChatRequestSuccess", "ChatEstablished", "ChatMessage"]);
    assert_eq!(answer.sequence(), 3, "the first event is number 1");
    assert_eq!(answer.message()["connectionTimeout"], 280);
    world.agent_says(visitor.conversation(), "more").await;
    let next = visitor.poll("?ack=3").await;
    assert_eq!((next.kinds(), next.sequence()), (vec!["ChatMessage".to_owned()], 4));
    world.finish().await;
}

async fn an_answer_that_was_not_taken_whole_is_told_again(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.agent_says(visitor.conversation(), "one").await;
    let response = world.router.clone().oneshot(poll_request(&visitor, "")).await.unwrap();
    let mut body = response.into_body();
    assert!(body.frame().await.is_some(), "the client saw some of it");
    drop(body);
    assert_eq!(visitor.poll("").await.message()["text"], "one", "told again, to a client that never acknowledges");
    world.agent_says(visitor.conversation(), "two").await;
    assert_eq!(visitor.poll("").await.message()["text"], "two");
    world.finish().await;
}

async fn a_poll_that_is_given_up_loses_nothing(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    for text in ["one", "two", "three"] {
        let parked = tokio::spawn(world.router.clone().oneshot(poll_request(&visitor, "")));
        tokio::task::yield_now().await;
        parked.abort();
        let _ = parked.await;
        world.agent_says(visitor.conversation(), text).await;
        assert_eq!(visitor.poll("").await.message()["text"], text);
    }
    world.finish().await;
}

async fn the_newer_poll_wins(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let older = tokio::spawn(world.router.clone().oneshot(poll_request(&visitor, "?ack=1")));
    testkit::wait_for("the older poll waits", Duration::from_secs(10), async || is_polling(&world, &visitor)).await;
    let newer = tokio::spawn(world.router.clone().oneshot(poll_request(&visitor, "?ack=1")));
    assert_eq!(older.await.unwrap().unwrap().status(), StatusCode::NO_CONTENT);
    world.agent_says(visitor.conversation(), "to the newer one").await;
    assert_eq!(newer.await.unwrap().unwrap().status(), StatusCode::OK);
    world.finish().await;
}

async fn a_second_poll_ends_the_chat_where_the_deployment_is_strict(on: On) {
    let deployment = json!({"name": "Site", "polling": {"overlap": "conflict"}});
    let world = World::new(on, Given { deployment, ..Given::default() }).await;
    let visitor = world.chatting().await;
    let older = tokio::spawn(world.router.clone().oneshot(poll_request(&visitor, "")));
    testkit::wait_for("the older poll waits", Duration::from_secs(10), async || is_polling(&world, &visitor)).await;
    assert_eq!(visitor.poll("").await.status, StatusCode::CONFLICT);
    assert_eq!(older.await.unwrap().unwrap().status(), StatusCode::OK, "the older one is told of the end");
    world.finish().await;
}

/// While a poll waits the visitor is heard of now, whatever the clock shows.
fn is_polling(world: &World, visitor: &Visitor<'_>) -> bool {
    let live = world.app.visitors().get(visitor.id.parse().unwrap()).unwrap();
    let later = domain::time::Timestamp(world.app.now().0 + 1);
    live.heard_of_at(later) == later
}

async fn after_the_agents_end_the_visitor_is_told_once_and_then_the_session_is_over(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.agent_ends(visitor.conversation()).await;
    let told = visitor.poll("?ack=1").await;
    assert_eq!((told.kinds(), told.message()["reason"].as_str().unwrap()), (vec!["ChatEnded".to_owned()], "agent"));
    assert!(told.message().get("attachedRecords").is_none());
    assert_eq!(visitor.post("Chasitor/ChasitorTyping", "").await.says(), (200, "OK"), "the session lives until its end was told");
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"too late"}"#).await.says(), GONE);
    assert_eq!(visitor.poll("?ack=2").await.says(), GONE);
    assert_eq!(visitor.post("Chasitor/ChasitorTyping", "").await.says(), GONE);
    world.finish().await;
}

async fn the_visitors_own_end_is_told_where_a_page_after_the_chat_waits_for_it(on: On) {
    let button = json!({"name": "Help", "form_after": "https://shop.example/after"});
    let world = World::new(on, Given { button, ..Given::default() }).await;
    let visitor = world.chatting().await;
    assert_eq!(visitor.post("Chasitor/ChatEnd", r#"{"reason":"client"}"#).await.ok(), "OK");
    let told = visitor.poll("?ack=1").await;
    assert_eq!(told.kinds(), ["ChatEnded"]);
    assert_eq!(told.message(), json!({"reason": "client", "attachedRecords": []}));
    assert_eq!(visitor.poll("?ack=2").await.says(), GONE);
    world.finish().await;
}

async fn typing_repeats_the_last_number(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.app.agent_types(world.workspace, world.agent, visitor.conversation(), true).await.unwrap();
    let typing = visitor.poll("?ack=1").await;
    assert_eq!((typing.kinds(), typing.sequence()), (vec!["AgentTyping".to_owned()], 1));
    assert_eq!(typing.message(), json!({"name": "Ann", "agentId": "005SB0000000001"}));
    world.app.agent_types(world.workspace, world.agent, visitor.conversation(), false).await.unwrap();
    assert_eq!(visitor.poll("?ack=1").await.kinds(), ["AgentNotTyping"]);
    world.finish().await;
}

async fn a_client_that_comes_back_is_told_where_things_stand_and_then_what_it_has_not_got(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    visitor.numbered(7, "Chasitor/ChatMessage", r#"{"text":"from me"}"#).await.ok();
    world.agent_says(visitor.conversation(), "seen").await;
    let seen = visitor.poll("?ack=1").await;
    assert_eq!(seen.message()["text"], "seen");
    world.agent_says(visitor.conversation(), "lost on the way").await;
    assert_eq!(visitor.poll("?ack=2").await.message()["text"], "lost on the way");

    let stale = visitor.affinity.clone();
    let headers = [("X-LIVEAGENT-API-VERSION", "38"), ("X-LIVEAGENT-AFFINITY", "null"), ("X-LIVEAGENT-SESSION-KEY", &visitor.key)];
    let path = format!("/chat/rest/System/ReconnectSession?ReconnectSession.offset={}", seen.json()["offset"]);
    let answer = world.get(&path, &headers).await;
    assert_eq!(answer.kinds(), ["ReconnectSession"]);
    assert_eq!(answer.message()["resetSequence"], true);
    let affinity = answer.message()["affinityToken"].as_str().unwrap().to_owned();
    assert_ne!(affinity, stale);
    assert_eq!(visitor.poll("?ack=-1").await.says(), (503, "Invalid Affinity Token"), "the old token is of another time");

    let back = Visitor { world: &world, id: visitor.id.clone(), key: visitor.key.clone(), affinity };
    let data = back.poll("?ack=-1").await;
    assert_eq!(data.kinds(), ["ChasitorSessionData"]);
    let lines: Vec<_> = data.message()["chatMessages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{} {}: {}", line["type"].as_str().unwrap(), line["name"].as_str().unwrap(), line["content"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, ["Chasitor Ana: from me", "Agent Ann: seen"]);
    assert_eq!(back.poll("?ack=2").await.message()["text"], "lost on the way");
    assert_eq!(back.numbered(1, "Chasitor/ChatMessage", r#"{"text":"numbered anew"}"#).await.ok(), "OK");
    let said = world.said(visitor.conversation()).await;
    assert_eq!(said.last().unwrap(), "visitor: numbered anew");
    world.finish().await;
}

async fn over_a_real_connection_each_event_is_told_once_to_a_client_that_never_acknowledges(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let closing = CancellationToken::new();
    let edge = Edge::new(EdgeSettings::new(Arc::new(CountingIds::starting_at(9_000))), world.router.clone());
    let serving = Serving::new(edge, ConnectionSettings::default(), closing.clone());
    let address = serving.listen(Serving::bind("127.0.0.1:0".parse().unwrap()).unwrap(), None).unwrap();
    let poll = format!("GET /chat/rest/System/Messages HTTP/1.1\r\nhost: a\r\nx-liveagent-session-key: {}\r\n\r\n", visitor.key);

    for (turn, text) in ["one", "two", "three"].into_iter().enumerate() {
        // One that is given up before, on a connection of its own.
        let mut given_up = TcpStream::connect(address).await.unwrap();
        given_up.write_all(poll.as_bytes()).await.unwrap();
        testkit::wait_for("the poll waits", Duration::from_secs(10), async || is_polling(&world, &visitor)).await;
        drop(given_up);
        testkit::wait_for("the poll is given up", Duration::from_secs(10), async || !is_polling(&world, &visitor)).await;
        world.agent_says(visitor.conversation(), text).await;

        let mut client = BufReader::new(TcpStream::connect(address).await.unwrap());
        client.write_all(poll.as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(client.read_line(&mut head).await.unwrap(), 0, "the connection ended within: {head}");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        client.read_exact(&mut body).await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((told["messages"][0]["message"]["text"].as_str(), told["sequence"].as_u64()), (Some(text), Some(turn as u64 + 2)));
    }
    closing.cancel();
    serving.close(Duration::from_secs(5)).await;
    world.finish().await;
}

on_both! {
    the_same_ack_again_asks_for_the_same_events_again,
    all_that_waits_comes_at_once_where_the_deployment_wants_it,
    an_answer_that_was_not_taken_whole_is_told_again,
    a_poll_that_is_given_up_loses_nothing,
    the_newer_poll_wins,
    a_second_poll_ends_the_chat_where_the_deployment_is_strict,
    after_the_agents_end_the_visitor_is_told_once_and_then_the_session_is_over,
    the_visitors_own_end_is_told_where_a_page_after_the_chat_waits_for_it,
    typing_repeats_the_last_number,
    a_client_that_comes_back_is_told_where_things_stand_and_then_what_it_has_not_got,
    over_a_real_connection_each_event_is_told_once_to_a_client_that_never_acknowledges,
}
