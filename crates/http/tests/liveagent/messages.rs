//! What the server says to a visitor: each message of liveagent.md 3, with what it carries and in its place among the others.

use std::time::Duration;

use domain::{
    ids::{ButtonId, RuleId},
    journal::{EndedBecause, MessageKind, TransferTarget},
    presence::Presence,
};
use engine::{
    conversation::{EndConversation, PostMessage},
    definition::{Button, Rule},
};
use serde_json::{Value, json};

use crate::world::{AGENT, Answer, Given, On, Visitor, World, on_both};

const GONE: (u16, &str) = (403, "Session required but was invalid or not found");

/// Answers of polls up to the first that brings something else than the place in the queue, which is told whenever it moves.
async fn next(visitor: &Visitor<'_>) -> Answer {
    loop {
        let answer = visitor.poll("").await;
        if answer.kinds() != ["QueueUpdate"] {
            return answer;
        }
    }
}

/// The only message of the next answer, and its type.
async fn told(visitor: &Visitor<'_>) -> (String, Value) {
    let answer = next(visitor).await;
    let [kind] = &answer.kinds()[..] else { panic!("one message, not {}", answer.body) };
    (kind.clone(), answer.message())
}

async fn a_request_that_is_taken_is_told_with_all_that_the_client_may_know(on: On) {
    let button = json!({"name": "Help", "form_after": "https://shop.example/after", "idle_warning_seconds": 60,
        "idle_timeout_seconds": 120, "drafts": true, "greeting": "This is {agent}.", "agent_name": "The team"});
    let world = World::new(on, Given { button, ..Given::default() }).await;
    let visitor = world.visitor().await;
    let details = json!([{"label": "Order", "value": 4711, "transcriptFields": ["Order__c"], "displayToAgent": true}]);
    let seen = json!({"visitCount": 3, "originalReferrer": "https://search.example/", "pages": [
        {"location": "https://shop.example/", "time": 1_772_441_000_000_i64}, {"location": "https://shop.example/cart", "time": 1_772_441_900_000_i64}]});
    visitor.init(json!({"prechatDetails": details, "visitorInfo": seen})).await.ok();

    let (kind, success) = told(&visitor).await;
    assert_eq!(kind, "ChatRequestSuccess");
    assert_eq!(
        [&success["url"], &success["oref"], &success["postChatUrl"]],
        ["https://shop.example/cart", "https://search.example/", "https://shop.example/after"]
    );
    assert_eq!(success["connectionTimeout"], 280_000);
    assert_eq!(success["geoLocation"], json!({}));
    assert_eq!(success["customDetails"][0]["label"], "Order");
    assert_eq!(success["customDetails"][0]["value"], "4711", "a value is a text, whatever came");
    assert_eq!(success["customDetails"][0]["transcriptFields"], json!(["Order__c"]));

    let (kind, established) = told(&visitor).await;
    assert_eq!(kind, "ChatEstablished");
    let idle = json!({"isEnabled": true, "warningTime": 60, "timeout": 120});
    assert_eq!(
        established,
        json!({"name": "The team", "userId": AGENT, "sneakPeekEnabled": true, "chasitorIdleTimeout": idle, "items": []})
    );
    let (kind, greeting) = told(&visitor).await;
    assert_eq!((kind.as_str(), &greeting["text"], &greeting["name"]), ("ChatMessage", &json!("This is The team."), &json!("The team")));
    assert!(greeting["agentId"].is_string(), "clients read all three unguarded");

    // The client's own clock runs out: it says so, and the form after the chat waits for the end.
    visitor.post("Chasitor/ChatEnd", r#"{"reason":"clientIdleTimeout"}"#).await.ok();
    assert_eq!(told(&visitor).await, ("ChatEnded".into(), json!({"reason": "clientIdleTimeout", "attachedRecords": []})));
    world.finish().await;
}

async fn who_waits_is_told_the_place_in_the_queue_if_it_wants_to_know(on: On) {
    let world = World::default(on).await;
    world.agent_is(world.agent, "ann", json!({"capacity": 1})).await;
    let first = world.chatting().await;
    let (second, third, quiet) = (world.visitor().await, world.visitor().await, world.visitor().await);
    second.init(json!({})).await.ok();
    third.init(json!({})).await.ok();
    quiet.init(json!({"receiveQueueUpdates": false})).await.ok();
    for (visitor, position) in [(&second, json!(1)), (&third, json!(2))] {
        let success = visitor.poll("?ack=-1").await.message();
        assert_eq!((&success["queuePosition"], success["estimatedWaitTime"].is_i64()), (&position, true), "{success}");
    }
    let success = quiet.poll("").await.message();
    assert_eq!((&success["queuePosition"], success.get("estimatedWaitTime")), (&json!(0), None), "it did not ask");

    world.agent_ends(first.conversation()).await;
    let moved = testkit::wait_for_some("the third visitor to move up", Duration::from_secs(20), async || {
        let answer = third.poll("?ack=0").await;
        assert_eq!((answer.kinds(), answer.sequence()), (vec!["QueueUpdate".to_owned()], 0), "a place repeats the last number");
        (answer.message()["position"] == 1).then(|| answer.message())
    });
    assert!(moved.await["estimatedWaitTime"].is_i64());
    for visitor in [&second, &third] {
        assert_eq!(told(visitor).await.0, "ChatEstablished");
        world.agent_ends(visitor.conversation()).await;
    }
    assert_eq!(quiet.poll("").await.kinds(), ["ChatEstablished"], "who does not want to know heard of no place");
    world.finish().await;
}

async fn a_transfer_to_an_agent_is_told_when_the_other_one_has_taken_it(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let bob = world.colleague("Bob", json!({})).await;
    let to = TransferTarget::Agent { agent: bob };
    world.app.transfer(world.workspace, world.agent, visitor.conversation(), to, Some("knows the case")).await.unwrap();
    let (kind, transferred) = told(&visitor).await;
    assert_eq!((kind.as_str(), &transferred["name"], &transferred["userId"]), ("ChatTransferred", &json!("Bob"), &json!(bob.to_string())));
    assert!(transferred["chasitorIdleTimeout"].is_object() && transferred["sneakPeekEnabled"].is_boolean(), "{transferred}");
    world.app.agent_posts(world.workspace, bob, visitor.conversation(), PostMessage::text("Bob here")).await.unwrap();
    let (_, said) = told(&visitor).await;
    assert_eq!((&said["text"], &said["name"]), (&json!("Bob here"), &json!("Bob")), "the note between the agents is never told");
    world.finish().await;
}

async fn a_transfer_to_a_button_is_told_when_it_begins(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let sales: ButtonId = world.id();
    world.define::<Button>(sales.0, json!({"name": "Sales"})).await;
    let bob = world.colleague("Bob", json!({"auto_accept": false})).await;
    let to = TransferTarget::Button { button: sales };
    world.app.transfer(world.workspace, world.agent, visitor.conversation(), to, None).await.unwrap();
    assert_eq!(told(&visitor).await, ("TransferToButtonInitiated".into(), json!({})));
    world.agent_is(bob, "Bob", json!({})).await;
    world.presence(bob, Presence::Away).await;
    world.presence(bob, Presence::Online).await;
    let (kind, transferred) = told(&visitor).await;
    assert_eq!((kind.as_str(), &transferred["userId"]), ("ChatTransferred", &json!(bob.to_string())));
    world.finish().await;
}

async fn an_agent_who_is_lost_is_told_only_when_nobody_else_is_there(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let bob = world.colleague("Bob", json!({})).await;
    world.presence(world.agent, Presence::Offline).await;
    assert_eq!(told(&visitor).await.0, "ChatTransferred", "Bob has it before anybody is told of a loss");
    world.presence(bob, Presence::Offline).await;
    assert_eq!(told(&visitor).await, ("AgentDisconnect".into(), json!({"name": "Bob", "agentId": bob.to_string()})));
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"still there?"}"#).await.says(), (200, "OK"), "the chat lives on");
    world.presence(world.agent, Presence::Online).await;
    let (kind, again) = told(&visitor).await;
    assert_eq!((kind.as_str(), &again["name"]), ("ChatTransferred", &json!("Ann")));

    // Nobody comes back within the grace.
    world.presence(world.agent, Presence::Offline).await;
    assert_eq!(told(&visitor).await.0, "AgentDisconnect");
    world.clock.advance(Duration::from_secs(31));
    world.app.run_due().await.unwrap();
    assert_eq!(told(&visitor).await, ("ChatEnded".into(), json!({"reason": "agentsUnavailable"})));
    assert_eq!(visitor.poll("").await.says(), GONE);
    world.finish().await;
}

async fn a_request_fails_at_once_or_after_waiting_and_the_session_is_over(on: On) {
    let button = json!({"name": "Help", "form_after": "https://shop.example/after"});
    let world = World::new(on, Given { button, auto_accept: false, ..Given::default() }).await;
    let waits = world.visitor().await;
    waits.init(json!({})).await.ok();
    assert_eq!(told(&waits).await.0, "ChatRequestSuccess");
    world.presence(world.agent, Presence::Offline).await;
    world.clock.advance(Duration::from_secs(31));
    world.app.run_due().await.unwrap();
    let failed = ("ChatRequestFail".to_owned(), json!({"reason": "Unavailable", "postChatUrl": "https://shop.example/after"}));
    assert_eq!(told(&waits).await, failed);
    assert_eq!(waits.poll("").await.says(), GONE);
    assert_eq!(waits.post("Chasitor/ChatMessage", r#"{"text":"hello?"}"#).await.says(), GONE);

    let late = world.visitor().await;
    assert_eq!(late.init(json!({})).await.says(), (200, "OK"), "the poll tells, not the request");
    assert_eq!(told(&late).await, failed);
    assert_eq!(late.poll("").await.says(), GONE);
    world.finish().await;
}

async fn custom_events_and_the_servers_own_end_are_told(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let event = PostMessage { kind: MessageKind::CustomEvent, label: Some("coupon".into()), ..PostMessage::text("{\"percent\":10}") };
    world.app.agent_posts(world.workspace, world.agent, visitor.conversation(), event).await.unwrap();
    assert_eq!(told(&visitor).await, ("CustomEvent".into(), json!({"type": "coupon", "data": "{\"percent\":10}"})));
    for (because, reason) in [(EndedBecause::Error, "error"), (EndedBecause::VisitorIdle, "clientIdleTimeout")] {
        let visitor = world.chatting().await;
        let end = EndConversation { by: domain::journal::Author::System, because };
        world.app.end_conversation(world.workspace, visitor.conversation(), end).await.unwrap();
        assert_eq!(told(&visitor).await, ("ChatEnded".into(), json!({"reason": reason})));
    }
    world.finish().await;
}

async fn rules_by_which_clients_mask_are_told_with_the_request_and_when_they_change(on: On) {
    let world = World::default(on).await;
    let card: RuleId = world.id();
    world.define::<Rule>(card.0, json!({"name": "card", "pattern": "\\d{16}", "action": "remove", "applies_to": ["visitor"]})).await;
    let agents_only = json!({"name": "inner", "pattern": "x", "action": "remove", "applies_to": ["agent"]});
    world.define::<Rule>(world.id::<RuleId>(), agents_only).await;
    let visitor = world.visitor().await;
    visitor.init(json!({})).await.ok();
    let first = json!([{"id": card.to_string(), "name": "card", "pattern": "\\d{16}", "actionType": "Remove"}]);
    assert_eq!(told(&visitor).await.1["sensitiveDataRules"], first);
    assert_eq!(told(&visitor).await.0, "ChatEstablished");

    let changed = json!({"name": "card", "pattern": "\\d{12,16}", "action": "replace", "replacement": "#", "applies_to": ["visitor"]});
    world.define::<Rule>(card.0, changed).await;
    let answer = next(&visitor).await;
    assert_eq!((answer.kinds(), answer.sequence()), (vec!["SensitiveDataRules".to_owned()], 1), "it repeats the last number");
    let second = json!([{"id": card.to_string(), "name": "card", "pattern": "\\d{12,16}", "replacement": "#", "actionType": "Replace"}]);
    assert_eq!(answer.message()["sensitiveDataRules"], second);
    visitor.post("Chasitor/ChatMessage", r#"{"text":"4000123412341234 is mine"}"#).await.ok();
    assert_eq!(world.said(visitor.conversation()).await, ["visitor: # is mine"], "masked here too, whatever the client does");
    world.finish().await;
}

async fn a_page_that_lost_its_state_is_told_where_things_stand(on: On) {
    let world = World::new(on, Given { button: json!({"name": "Help", "drafts": true}), ..Given::default() }).await;
    let visitor = world.chatting().await;
    visitor.post("Chasitor/ChatMessage", r#"{"text":"from me"}"#).await.ok();
    world.agent_says(visitor.conversation(), "from Ann").await;
    assert_eq!(told(&visitor).await.0, "ChatMessage");
    let bob = world.colleague("Bob", json!({})).await;
    let to = TransferTarget::Agent { agent: bob };
    world.app.transfer(world.workspace, world.agent, visitor.conversation(), to, None).await.unwrap();
    assert_eq!(told(&visitor).await.0, "ChatTransferred");

    // As an old page does: a new key and token, then its state.
    let path = format!("/chat/rest/System/ResyncSession?SessionId={}", visitor.key.replace('+', "%2B"));
    let resynced = world.get(&path, &[("X-LIVEAGENT-API-VERSION", "34"), ("X-LIVEAGENT-AFFINITY", "null")]).await.json();
    assert_eq!(resynced["isValid"], true);
    let text = |name: &str| resynced[name].as_str().unwrap().to_owned();
    let page = Visitor { world: &world, id: visitor.id.clone(), key: text("key"), affinity: text("affinityToken") };
    page.post("Chasitor/ChasitorResyncState", r#"{"organizationId":"00DSB0000000001"}"#).await.ok();
    let answer = page.poll("?ack=-1").await;
    assert_eq!((answer.kinds(), answer.sequence()), (vec!["ChasitorSessionData".to_owned()], 3));
    let data = answer.message();
    assert_eq!((&data["queuePosition"], &data["sneakPeekEnabled"], &data["geoLocation"]), (&json!(0), &json!(true), &json!({})));
    assert!(data["url"].is_string() && data["oref"].is_string());
    let lines: Vec<_> = data["chatMessages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            assert!(line["timestamp"].as_i64().unwrap() >= 1_772_442_000_000 && line["sequence"].is_i64(), "{line}");
            [&line["type"], &line["name"], &line["content"]].map(|part| part.as_str().unwrap().to_owned()).join(" ")
        })
        .collect();
    assert_eq!(lines, ["Chasitor Ana from me", "Agent Ann from Ann", "OperatorTransferred Bob "]);
    world.app.agent_posts(world.workspace, bob, visitor.conversation(), PostMessage::text("go on")).await.unwrap();
    assert_eq!(page.poll("?ack=3").await.message()["text"], "go on");
    world.finish().await;
}

async fn typing_is_told_with_who_types(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    for (typing, kind) in [(true, "AgentTyping"), (false, "AgentNotTyping")] {
        world.app.agent_types(world.workspace, world.agent, visitor.conversation(), typing).await.unwrap();
        assert_eq!(told(&visitor).await, (kind.into(), json!({"name": "Ann", "agentId": AGENT})));
    }
    world.finish().await;
}

async fn a_visitor_who_does_not_poll_loses_the_session_after_the_connection_timeout(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.clock.advance(Duration::from_secs(279));
    world.app.run_due().await.unwrap();
    assert_eq!(visitor.post("Chasitor/ChasitorTyping", "").await.says(), (200, "OK"), "280 s are not over");
    world.clock.advance(Duration::from_secs(281));
    world.presence(world.agent, Presence::Online).await;
    world.app.run_due().await.unwrap();
    assert_eq!(visitor.poll("").await.says(), GONE);
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"back"}"#).await.says(), GONE);
    world.finish().await;
}

on_both! {
    a_request_that_is_taken_is_told_with_all_that_the_client_may_know,
    who_waits_is_told_the_place_in_the_queue_if_it_wants_to_know,
    a_transfer_to_an_agent_is_told_when_the_other_one_has_taken_it,
    a_transfer_to_a_button_is_told_when_it_begins,
    an_agent_who_is_lost_is_told_only_when_nobody_else_is_there,
    a_request_fails_at_once_or_after_waiting_and_the_session_is_over,
    custom_events_and_the_servers_own_end_are_told,
    rules_by_which_clients_mask_are_told_with_the_request_and_when_they_change,
    a_page_that_lost_its_state_is_told_where_things_stand,
    typing_is_told_with_who_types,
    a_visitor_who_does_not_poll_loses_the_session_after_the_connection_timeout,
}
