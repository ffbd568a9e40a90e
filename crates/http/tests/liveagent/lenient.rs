//! What old clients do that no guide says, and what they rely on (liveagent.md 1.1, 1.2, 2.2, 2.4, 6).

use domain::presence::Presence;
use http::StatusCode;
use serde_json::json;

use crate::world::{AGENT, BUTTON, DEPLOYMENT, Given, ORGANISATION, On, World, on_both, request};

async fn headers_may_be_missing_empty_or_odd(on: On) {
    let world = World::default(on).await;
    for affinity in [None, Some(""), Some("null"), Some("undefined")] {
        for version in [None, Some("29"), Some("55.0"), Some("v67"), Some("old")] {
            let mut headers = vec![("Accept", "content/json")];
            headers.extend(affinity.map(|text| ("X-LIVEAGENT-AFFINITY", text)));
            headers.extend(version.map(|text| ("X-LIVEAGENT-API-VERSION", text)));
            let answer = world.get("/chat/rest/System/SessionId?SessionId.ClientType=lightning", &headers).await;
            let session = answer.json();
            let (id, key) = (session["id"].as_str().unwrap().to_owned(), session["key"].as_str().unwrap().to_owned());
            assert!(key.starts_with(&format!("{id}!")) && session["clientPollTimeout"].is_i64(), "{session}");
            headers.push(("X-LIVEAGENT-SESSION-KEY", &key));
            let again = world.get("/chat/rest/System/ReconnectSession", &headers).await;
            assert_eq!(again.kinds(), ["ReconnectSession"]);
        }
    }
    world.finish().await;
}

async fn paths_are_as_the_guide_writes_them_with_or_without_a_last_slash(on: On) {
    let world = World::default(on).await;
    let statuses = async |paths: &[&str]| {
        let mut all = Vec::new();
        for path in paths {
            all.push(world.get(path, &[]).await.status.as_u16());
        }
        all
    };
    assert_eq!(statuses(&["/chat/rest/System/SessionId", "/chat/rest/System/SessionId/", "/chat/rest/Visitor/VisitorId/"]).await, [200; 3]);
    let unknown = ["/chat/rest/system/sessionid", "/chat/rest/System/Sessions", "/chat/rest/System/Messages/x", "/chat/rest/Visitor"];
    assert_eq!(statuses(&unknown).await, [404; 4]);
    assert_eq!(statuses(&["/chat/rest/Chasitor/ChasitorInit", "/chat/rest/Visitor/Breadcrumb/"]).await, [405; 2]);
    world.finish().await;
}

async fn a_body_is_json_whatever_its_type_says(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    visitor.init(json!({})).await.ok();
    let kinds =
        [None, Some("application/json"), Some("application/x-www-form-urlencoded;charset=utf-8"), Some("text/plain"), Some("nonsense")];
    for (number, kind) in kinds.into_iter().enumerate() {
        let mut headers = visitor.headers();
        headers.extend(kind.map(|kind| ("Content-Type", kind)));
        let body = json!({"text": format!("message {number}")}).to_string();
        let answer = world.post("/chat/rest/Chasitor/ChatMessage", &headers, &body).await;
        assert_eq!(answer.says(), (200, "OK"));
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"), "clients would parse another type");
    }
    let said: Vec<String> = (0..kinds.len()).map(|number| format!("visitor: message {number}")).collect();
    assert_eq!(world.said(visitor.conversation()).await, said);
    world.finish().await;
}

async fn a_request_may_leave_out_all_but_its_ids_and_bring_what_nobody_knows(on: On) {
    let world = World::default(on).await;
    let ids = json!({"organizationId": ORGANISATION, "deploymentId": DEPLOYMENT, "buttonId": BUTTON});
    let mut bodies = vec![ids.clone()];
    for more in [
        json!({"trackingId": "", "doUpdate": true, "endpoint": "https://pod.example", "proxy": {"port": 8080}, "apiVersion": 34}),
        json!({"buttonOverrides": [], "agentId": null, "prechatDetails": null, "prechatEntities": null, "isPost": "true", "visitorName": null}),
        json!({"buttonOverrides": [BUTTON], "receiveQueueUpdates": "1", "screenResolution": null, "sessionId": ""}),
        json!({"buttonId": "", "buttonOverrides": ["005SB0000000001_573SB0000000001"], "doFallback": 1}),
        json!({"buttonId": null, "agentId": "005SB0000000001", "doFallback": false}),
        json!({"isPost": false, "visitorInfo": {"visitCount": 1, "originalReferrer": "", "pages": []}}),
    ] {
        let mut body = ids.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        bodies.push(body);
    }
    for body in bodies {
        let visitor = world.visitor().await;
        assert_eq!(visitor.post("Chasitor/ChasitorInit", &body.to_string()).await.says(), (200, "OK"), "{body}");
        assert_eq!(visitor.poll("").await.kinds(), ["ChatRequestSuccess"], "{body}");
        assert_eq!(visitor.poll("").await.kinds(), ["ChatEstablished"], "{body}");
        world.agent_ends(visitor.conversation()).await;
    }
    world.finish().await;
}

async fn an_agent_who_is_asked_for_is_fallen_back_from_only_if_the_request_says_so(on: On) {
    let world = World::default(on).await;
    let bob = world.colleague("Bob", json!({})).await;
    world.presence(bob, Presence::Offline).await;
    let bob = bob.to_string();
    let (then, both) = (format!("{bob}_{BUTTON}"), json!([bob, BUTTON]));
    for (asked, told) in [
        (json!({"agentId": bob}), "ChatRequestFail"),
        (json!({"agentId": bob, "doFallback": false}), "ChatRequestFail"),
        (json!({"agentId": bob, "doFallback": true}), "ChatRequestSuccess"),
        (json!({"agentId": bob, "doFallback": true, "buttonOverrides": [bob]}), "ChatRequestFail"),
        (json!({"buttonOverrides": both}), "ChatRequestSuccess"),
        (json!({"buttonOverrides": [then]}), "ChatRequestSuccess"),
        (json!({"buttonOverrides": ["573000000000XXX", "005SB0000000001"]}), "ChatRequestSuccess"),
    ] {
        let visitor = world.visitor().await;
        visitor.init(asked.clone()).await.ok();
        assert_eq!(visitor.poll("").await.kinds(), [told], "{asked}");
        if told == "ChatRequestSuccess" {
            assert_eq!(visitor.poll("").await.message()["userId"], AGENT, "{asked}");
        }
    }
    world.finish().await;
}

async fn no_ack_is_ever_an_error_and_counting_clients_get_everything_once(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    for query in ["?ack=", "?ack=null&pc=0", "?ack=NaN", "?ack=99999999999999999999", "?ack=-7", "?pc=4", "?%ff=%zz&ack"] {
        world.agent_says(visitor.conversation(), query).await;
        assert_eq!(visitor.poll(query).await.message()["text"], query);
    }
    // One that begins at 1 and adds 1 for every request, whatever was answered (liveagent.md 2.4).
    let counting = world.visitor().await;
    counting.init(json!({})).await.ok();
    let mut kinds = Vec::new();
    for ack in 1..=2 {
        kinds.extend(counting.poll(&format!("?ack={ack}")).await.kinds());
    }
    for ack in 3..=6 {
        world.agent_says(counting.conversation(), &ack.to_string()).await;
        let answer = counting.poll(&format!("?ack={ack}")).await;
        assert_eq!(answer.message()["text"], ack.to_string());
    }
    assert_eq!(kinds, ["ChatRequestSuccess", "ChatEstablished"]);
    world.finish().await;
}

async fn what_was_masked_may_be_told_without_a_session(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let version = [("X-LIVEAGENT-API-VERSION", "34")];
    for noun in ["Chasitor/SensitiveDataRuleTriggered", "Agent/SensitiveDataRuleTriggered"] {
        let path = format!("/chat/rest/{noun}");
        let body = r#"{"rules":[{"name":"card"}],"chatId":"x"}"#;
        assert_eq!(world.post(&path, &version, body).await.says(), (200, "OK"));
        assert_eq!(world.post(&path, &version, "{").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(world.post(&path, &[("X-LIVEAGENT-SESSION-KEY", "x!1!y=")], body).await.status, StatusCode::FORBIDDEN);
        assert_eq!(visitor.post(noun, body).await.says(), (200, "OK"));
    }
    let masked = world.happened(visitor.conversation()).await.into_iter().filter(|kind| *kind == "text_masked").count();
    assert_eq!(masked, 2, "only what names the conversation is noted in it");
    world.finish().await;
}

async fn a_message_longer_than_the_deployment_allows_is_refused_and_the_chat_goes_on(on: On) {
    let world = World::new(on, Given { deployment: json!({"name": "Site", "max_message_chars": 10}), ..Given::default() }).await;
    let visitor = world.chatting().await;
    let message = |text: &str| json!({"text": text}).to_string();
    let refused = (413, "A message has at most 10 characters");
    assert_eq!(visitor.numbered(1, "Chasitor/ChatMessage", &message("ÄÖÜäöüß👋👋👋")).await.says(), (200, "OK"), "characters, not bytes");
    assert_eq!(visitor.numbered(2, "Chasitor/ChatMessage", &message("12345678901")).await.says(), refused);
    let call = |text: &str| json!({"prefix": "Chasitor", "noun": "ChatMessage", "object": {"text": text}});
    let several = json!({"nouns": [call("fits"), call("does not fit")]}).to_string();
    assert_eq!(visitor.numbered(2, "System/MultiNoun", &several).await.says(), refused, "and nothing of it is done");
    let answer = json!({"actions": [{"index": 0, "type": "ChatWindowButton", "value": "12345678901"}]}).to_string();
    assert_eq!(visitor.numbered(2, "Chasitor/RichMessage", &answer).await.says(), refused);
    let event = json!({"type": "state", "data": "x".repeat(1000)}).to_string();
    assert_eq!(visitor.numbered(2, "Chasitor/CustomEvent", &event).await.says(), (200, "OK"), "an application's own data");
    assert_eq!(visitor.numbered(3, "Chasitor/ChatMessage", &message("on we go")).await.says(), (200, "OK"), "no number was used up");
    let said = world.said(visitor.conversation()).await;
    assert_eq!((said.len(), said[0].as_str(), said[2].as_str()), (3, "visitor: ÄÖÜäöüß👋👋👋", "visitor: on we go"));
    world.finish().await;
}

async fn the_calls_of_one_request_are_done_in_order_with_any_body_form(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    // All in one: the request for the chat too.
    let nouns = json!([
        {"prefix": "Chasitor", "noun": "ChasitorInit", "object": visitor.init_body(json!({}))},
        {"prefix": "Chasitor", "noun": "ChasitorTyping"},
        {"prefix": "Chasitor", "noun": "ChatMessage", "object": {"text": "one"}},
        {"prefix": "Chasitor", "noun": "ChatMessage", "data": "{\"text\":\"two\"}"},
        {"prefix": "Chasitor", "noun": "ChatMessage", "object": "{\"text\":\"three\"}"},
        {"prefix": "Chasitor", "noun": "ChasitorNotTyping", "object": null},
        {"prefix": "Visitor", "noun": "Breadcrumb", "object": {"location": "https://shop.example/"}},
        {"prefix": "Chasitor", "noun": "ChatEnd", "object": {}},
    ]);
    let body = json!({ "nouns": nouns }).to_string();
    assert_eq!(visitor.post("System/MultiNoun", &body).await.says(), (200, "OK"));
    let conversation = visitor.conversation();
    assert_eq!(world.said(conversation).await, ["visitor: one", "visitor: two", "visitor: three"]);
    let happened = world.happened(conversation).await;
    assert!(happened.contains(&"page_visited") && happened.last() == Some(&"ended"), "{happened:?}");
    world.finish().await;
}

async fn a_second_request_for_a_chat_is_a_conflict_and_changes_nothing(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    assert_eq!(visitor.init(json!({"visitorName": "Other"})).await.status, StatusCode::CONFLICT);
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"lives on"}"#).await.says(), (200, "OK"));
    assert_eq!(world.said(visitor.conversation()).await, ["visitor: lives on"]);
    world.finish().await;
}

async fn head_and_options_are_answered_without_doing_anything(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.agent_says(visitor.conversation(), "for a poll").await;
    let head = world.send(request("HEAD", "/chat/rest/System/Messages", &visitor.headers(), "")).await;
    assert_eq!((head.status, head.headers["allow"].to_str().unwrap()), (StatusCode::METHOD_NOT_ALLOWED, "GET"), "its answer would be lost");
    for path in ["System/Messages", "Chasitor/ChatMessage", "Visitor/Availability", "System/SessionId"] {
        let options = world.send(request("OPTIONS", &format!("/chat/rest/{path}"), &[], "")).await;
        assert_eq!(options.status, StatusCode::NO_CONTENT, "{path}");
    }
    assert_eq!(visitor.poll("").await.message()["text"], "for a poll");
    world.finish().await;
}

on_both! {
    headers_may_be_missing_empty_or_odd,
    paths_are_as_the_guide_writes_them_with_or_without_a_last_slash,
    a_body_is_json_whatever_its_type_says,
    a_request_may_leave_out_all_but_its_ids_and_bring_what_nobody_knows,
    an_agent_who_is_asked_for_is_fallen_back_from_only_if_the_request_says_so,
    no_ack_is_ever_an_error_and_counting_clients_get_everything_once,
    what_was_masked_may_be_told_without_a_session,
    a_message_longer_than_the_deployment_allows_is_refused_and_the_chat_goes_on,
    the_calls_of_one_request_are_done_in_order_with_any_body_form,
    a_second_request_for_a_chat_is_a_conflict_and_changes_nothing,
    head_and_options_are_answered_without_doing_anything,
}
