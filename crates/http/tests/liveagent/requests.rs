//! POSTs and session resources: what is taken, what is refused, and in which words.

use http::StatusCode;
use serde_json::json;

use crate::world::{Given, On, Visitor, World, on_both, request};

const GONE: (u16, &str) = (403, "Session required but was invalid or not found");

async fn every_resource_of_a_chat_is_taken_before_an_agent_answers(on: On) {
    let world = World::new(on, Given { auto_accept: false, ..Given::default() }).await;
    let visitor = world.visitor().await;
    visitor.init(json!({})).await.ok();
    for (noun, body) in [
        ("Chasitor/ChatMessage", r#"{"text":"early"}"#),
        ("Chasitor/ChasitorTyping", ""),
        ("Chasitor/ChasitorNotTyping", "{}"),
        ("Chasitor/ChasitorSneakPeek", r#"{"position":0,"text":"dra"}"#),
        ("Chasitor/CustomEvent", r#"{"type":"cart","data":"3 items"}"#),
        ("Chasitor/ChasitorIdleTimeoutWarningEvent", r#"{"idleTimeoutWarningEvent":"triggered"}"#),
        ("Chasitor/SensitiveDataRuleTriggered", r#"{"rules":[{"id":"0GO000000000001","name":"card"}]}"#),
        ("Chasitor/RichMessage", r#"{"actions":[{"index":0,"type":"ChatWindowButton","value":"Yes"}]}"#),
        ("Chasitor/ChasitorResyncState", r#"{"organizationId":"00DSB0000000001"}"#),
        ("Visitor/Breadcrumb", r#"{"location":"https://shop.example/cart"}"#),
        (
            "System/MultiNoun",
            r#"{"nouns":[{"prefix":"Chasitor","noun":"ChatMessage","object":{"text":"a"}},{"prefix":"Chasitor","noun":"ChatMessage","data":"{\"text\":\"b\"}"}]}"#,
        ),
    ] {
        assert_eq!(visitor.post(noun, body).await.says(), (200, "OK"), "{noun}");
    }
    assert_eq!(
        world.said(visitor.conversation()).await,
        ["visitor: early", "visitor cart: 3 items", "visitor: Yes", "visitor: a", "visitor: b"]
    );
    let happened = world.happened(visitor.conversation()).await;
    for kind in ["idle_warning", "text_masked", "page_visited"] {
        assert_eq!(happened.iter().filter(|other| **other == kind).count(), 1, "{kind} in {happened:?}");
    }
    world.finish().await;
}

async fn a_chat_ends_with_any_of_the_four_bodies(on: On) {
    let world = World::default(on).await;
    for (body, because) in [
        (r#"{"reason":"client"}"#, "visitor"),
        (r#"{"type":"ChatEndReason","reason":"client"}"#, "visitor"),
        (r#"{"ChatEndReason":{"reason":"clientIdleTimeout"}}"#, "visitor_idle"),
        ("", "visitor"),
    ] {
        let visitor = world.visitor().await;
        visitor.init(json!({})).await.ok();
        let conversation = visitor.conversation();
        assert_eq!(visitor.post("Chasitor/ChatEnd", body).await.says(), (200, "OK"));
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        let origin = snapshot.origin(world.workspace, conversation).await.unwrap().unwrap();
        assert_eq!(origin.ended_because.as_deref(), Some(because), "{body}");
    }
    world.finish().await;
}

async fn a_repeated_number_is_done_once_and_a_gap_says_what_was_expected(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    let init = visitor.init_body(json!({})).to_string();
    assert_eq!(visitor.numbered(1, "Chasitor/ChasitorInit", &init).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(1, "Chasitor/ChasitorInit", &init).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(9, "Chasitor/ChasitorInit", &init).await.status, StatusCode::CONFLICT);
    let a = r#"{"text":"a"}"#;
    assert_eq!(visitor.numbered(2, "Chasitor/ChatMessage", a).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(2, "Chasitor/ChatMessage", a).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(7, "Chasitor/ChatMessage", a).await.says(), (409, "Sequence 7 received, 3 expected, the last was 2"));
    assert_eq!(visitor.numbered(3, "Chasitor/ChasitorTyping", "").await.says(), (200, "OK"));
    let two = r#"{"nouns":[{"prefix":"Chasitor","noun":"ChatMessage","object":{"text":"b"}},{"prefix":"Chasitor","noun":"ChatMessage","object":{"text":"c"}}]}"#;
    assert_eq!(visitor.numbered(4, "System/MultiNoun", two).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(4, "System/MultiNoun", two).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(6, "System/MultiNoun", two).await.says(), (409, "Sequence 6 received, 5 expected, the last was 4"));
    assert_eq!(visitor.post("Chasitor/ChasitorTyping", "").await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(30, "Chasitor/ChatMessage", r#"{"text":"d"}"#).await.says(), (200, "OK"), "the one before had no number");
    assert_eq!(world.said(visitor.conversation()).await, ["visitor: a", "visitor: b", "visitor: c", "visitor: d"]);
    world.finish().await;
}

async fn the_same_idempotency_key_is_the_same_request_without_numbers_too(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    let keyed = async |key: &str, noun: &str, body: &str| {
        let mut headers = visitor.headers();
        headers.push(("Idempotency-Key", key));
        world.post(&format!("/chat/rest/{noun}"), &headers, body).await
    };
    let init = visitor.init_body(json!({})).to_string();
    assert_eq!(keyed("k0", "Chasitor/ChasitorInit", &init).await.says(), (200, "OK"));
    assert_eq!(keyed("k0", "Chasitor/ChasitorInit", &init).await.says(), (200, "OK"));
    assert_eq!(visitor.init(json!({})).await.status, StatusCode::CONFLICT, "without key and number it is another request");
    for _ in 0..2 {
        assert_eq!(keyed("k1", "Chasitor/ChatMessage", r#"{"text":"once"}"#).await.says(), (200, "OK"));
        let warning = r#"{"idleTimeoutWarningEvent":"triggered"}"#;
        assert_eq!(keyed("k2", "Chasitor/ChasitorIdleTimeoutWarningEvent", warning).await.says(), (200, "OK"));
        let several = r#"{"nouns":[{"prefix":"Chasitor","noun":"CustomEvent","object":{"type":"t","data":"1"}}]}"#;
        assert_eq!(keyed("k3", "System/MultiNoun", several).await.says(), (200, "OK"));
    }
    assert_eq!(world.said(visitor.conversation()).await, ["visitor: once", "visitor t: 1"]);
    let warned = world.happened(visitor.conversation()).await.into_iter().filter(|kind| *kind == "idle_warning").count();
    assert_eq!(warned, 1);
    world.finish().await;
}

async fn a_hidden_detail_appears_in_no_answer(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    let details = json!([
        {"label": "Secret", "value": "hidden-value", "displayToAgent": false, "transcriptFields": ["Secret__c"]},
        {"label": "Email", "value": "ana@example.org", "transcriptFields": ["Email__c"], "displayToAgent": true,
         "entityFieldMaps": [{"entityName": "Contact", "fieldName": "Email", "isFastFillable": true}]},
    ]);
    let entities = json!([{"entityName": "Contact", "saveToTranscript": "ContactId", "linkToEntityName": null, "linkToEntityField": null,
        "entityFieldMaps": [{"fieldName": "Email", "label": "Email", "doFind": true, "isExactMatch": true, "doCreate": true}]}]);
    visitor.init(json!({"prechatDetails": details, "prechatEntities": entities})).await.ok();
    let told = visitor.poll("").await;
    assert_eq!(told.message()["customDetails"][0]["value"], "ana@example.org");
    let headers = [("X-LIVEAGENT-SESSION-KEY", visitor.key.as_str())];
    world.get("/chat/rest/System/ReconnectSession", &headers).await.ok();
    let data = world.get("/chat/rest/System/Messages", &headers).await;
    assert_eq!(data.kinds(), ["ChasitorSessionData"]);
    for answer in [&told, &data] {
        assert!(!answer.body.contains("hidden-value") && !answer.body.contains("Secret"), "{}", answer.body);
    }
    let mut snapshot = world.app.store().snapshot().await.unwrap();
    let stored = snapshot.details(world.workspace, visitor.conversation()).await.unwrap();
    assert_eq!((stored.len(), stored[0].visible, stored[0].fields.clone()), (2, false, vec!["Secret__c".to_owned()]));
    let origin = snapshot.origin(world.workspace, visitor.conversation()).await.unwrap().unwrap();
    drop(snapshot);
    insta::allow_duplicates! { insta::assert_json_snapshot!(origin.entity_plan, @r##"
    [
      {
        "entity": "Contact",
        "fields": [
          {
            "create": true,
            "exact": true,
            "field": "Email",
            "find": true,
            "label": "Email"
          }
        ],
        "link": null,
        "save_to": "ContactId",
        "show_on_create": false
      }
    ]
    "##); }
    world.finish().await;
}

async fn ids_may_have_18_characters_and_unknown_ones_knock(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    let long = |id: &str| id.parse::<liveagent::ids::Id>().unwrap().to_18();
    let body =
        json!({"organizationId": long("00DSB0000000001"), "deploymentId": long("572SB0000000001"), "buttonId": long("573SB0000000001")});
    visitor.init(body).await.ok();
    assert_eq!(visitor.poll("").await.kinds(), ["ChatRequestSuccess"]);

    for unknown in
        [json!({"organizationId": "00D000000000XXX"}), json!({"deploymentId": "572000000000XXX"}), json!({"buttonId": "573000000000XXX"})]
    {
        let visitor = world.visitor().await;
        assert_eq!(visitor.init(unknown).await.says(), (200, "OK"));
        let told = visitor.poll("").await;
        assert_eq!((told.kinds(), told.message()["reason"].as_str().unwrap()), (vec!["ChatRequestFail".to_owned()], "Unavailable"));
        assert_eq!(visitor.poll("").await.says(), GONE);
    }
    let mut knocks = world.app.store().knocks(10).await.unwrap();
    knocks.sort_by(|a, b| (&a.organisation, &a.deployment).cmp(&(&b.organisation, &b.deployment)));
    let knocks: Vec<_> = knocks.iter().map(|knock| format!("{} {} {}", knock.organisation, knock.deployment, knock.button)).collect();
    insta::allow_duplicates! { insta::assert_debug_snapshot!(knocks, @r##"
    [
        "00D000000000XXX 572SB0000000001 573SB0000000001",
        "00DSB0000000001 572000000000XXX 573SB0000000001",
        "00DSB0000000001 572SB0000000001 573000000000XXX",
    ]
    "##); }
    world.finish().await;
}

async fn a_request_that_is_not_marked_is_refused_where_the_deployment_insists(on: On) {
    let deployment = json!({"name": "Site", "polling": {"insist_on_request_mark": true}, "allowed_origins": ["https://shop.example"]});
    let world = World::new(on, Given { deployment, ..Given::default() }).await;
    let visitor = world.visitor().await;
    visitor.init(json!({"isPost": false})).await.ok();
    assert_eq!(visitor.poll("").await.message()["reason"], "NoPost");

    let visitor = world.visitor().await;
    let mut headers = visitor.headers();
    headers.push(("Origin", "https://evil.example"));
    let refused = world.post("/chat/rest/Chasitor/ChasitorInit", &headers, &visitor.init_body(json!({})).to_string()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut headers = visitor.headers();
    headers.push(("Origin", "https://shop.example"));
    let taken = world.post("/chat/rest/Chasitor/ChasitorInit", &headers, &visitor.init_body(json!({})).to_string()).await;
    assert_eq!(taken.says(), (200, "OK"));
    world.finish().await;
}

async fn what_makes_no_sense_is_refused_in_the_protocols_own_words(on: On) {
    let world = World::default(on).await;
    let visitor = world.visitor().await;
    let says = |answer: crate::world::Answer| format!("{} {}", answer.status.as_u16(), answer.body);
    let mut all = vec![says(visitor.post("Chasitor/ChatMessage", r#"{"text":"before init"}"#).await)];
    visitor.init(json!({})).await.ok();
    for (noun, body) in [
        ("Chasitor/ChatMessage", "{"),
        ("Chasitor/ChatMessage", "{}"),
        ("Chasitor/ChatMessage", "[]"),
        ("Chasitor/ChasitorInit", r#"{"organizationId":"00DSB0000000001"}"#),
        ("System/MultiNoun", r#"{"nouns":[{"prefix":"Chasitor","noun":"Nothing"}]}"#),
        ("System/MultiNoun", r#"{"nouns":[{"prefix":"Chasitor","noun":"ChatMessage","object":{}}]}"#),
    ] {
        all.push(says(visitor.post(noun, body).await));
    }
    all.push(says(visitor.post("Chasitor/Nothing", "{}").await));
    let wrong = world.get("/chat/rest/Chasitor/ChatMessage", &visitor.headers()).await;
    assert_eq!(wrong.headers["allow"], "POST");
    all.push(says(wrong));
    all.push(says(world.get("/chat/rest/System/Messages", &[]).await));
    all.push(says(world.get("/chat/rest/System/Messages", &[("X-LIVEAGENT-SESSION-KEY", "x!1!Wkr3R+LhSXlgl9xc7vpVc0S2d4o=")]).await));
    insta::allow_duplicates! { insta::assert_debug_snapshot!(all, @r##"
    [
        "400 {\"message\":\"ChasitorInit must be the first POST of a session\",\"details\":[]}",
        "400 {\"message\":\"The body could not be read: the JSON ends too early at line 1 column 1\",\"details\":[]}",
        "400 {\"message\":\"Property text could not be understood\",\"details\":[{\"property\":\"text\",\"message\":\"is required\"}]}",
        "400 {\"message\":\"The body must be a JSON object\",\"details\":[]}",
        "400 {\"message\":\"Property deploymentId could not be understood\",\"details\":[{\"property\":\"deploymentId\",\"message\":\"is required\"}]}",
        "400 {\"message\":\"Property nouns[0].noun could not be understood\",\"details\":[{\"property\":\"nouns[0].noun\",\"message\":\"there is no such resource\"}]}",
        "400 {\"message\":\"Property nouns[0].object.text could not be understood\",\"details\":[{\"property\":\"nouns[0].object.text\",\"message\":\"is required\"}]}",
        "404 There is no such resource",
        "405 The resource takes only POST",
        "403 Session required but was invalid or not found",
        "403 Session required but was invalid or not found",
    ]
    "##); }
    let options = world.send(request("OPTIONS", "/chat/rest/System/SessionId", &[], "")).await;
    assert_eq!(options.status, StatusCode::NO_CONTENT);
    let head = world.send(request("HEAD", "/chat/rest/System/SessionId", &[], "")).await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"lives on"}"#).await.says(), (200, "OK"));
    world.finish().await;
}

async fn a_deleted_session_is_over_at_once(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let conversation = visitor.conversation();
    let delete = async |key: &str| world.send(request("DELETE", &format!("/chat/rest/System/SessionId/{key}"), &[], "")).await;
    assert_eq!(delete(&visitor.key.replace('!', "%21").replace('=', "%3D")).await.status, StatusCode::OK);
    assert_eq!(visitor.poll("").await.says(), GONE);
    assert_eq!(delete(&visitor.key).await.says(), GONE);
    assert!(world.happened(conversation).await.contains(&"ended"));

    let unused = world.visitor().await;
    assert_eq!(delete(&unused.key).await.status, StatusCode::OK);
    assert_eq!(unused.init(json!({})).await.says(), GONE);
    world.finish().await;
}

async fn an_old_client_may_resynchronise(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    visitor.numbered(5, "Chasitor/ChatMessage", r#"{"text":"five"}"#).await.ok();
    let answer = world.get("/chat/rest/System/ResyncSession", &visitor.headers()).await.json();
    assert_eq!(answer["isValid"], true);
    let key = answer["key"].as_str().unwrap().to_owned();
    let affinity = answer["affinityToken"].as_str().unwrap().to_owned();
    let same = Visitor { world: &world, id: visitor.id.clone(), key, affinity };
    assert_eq!(same.numbered(1, "Chasitor/ChatMessage", r#"{"text":"one again"}"#).await.says(), (200, "OK"));
    assert_eq!(visitor.numbered(2, "Chasitor/ChatMessage", r#"{"text":"the old key is good too"}"#).await.says(), (200, "OK"));
    world.finish().await;
}

async fn pages_ask_in_json_and_in_jsonp(on: On) {
    let deployment = json!({"name": "Site", "polling": {"switch_server": "https://other.example"}});
    let world = World::new(on, Given { deployment, ..Given::default() }).await;
    let id = world.get("/chat/rest/Visitor/VisitorId?org_id=00DSB0000000001", &[]).await;
    assert_eq!(id.kinds(), ["VisitorId"]);
    let path = "/chat/rest/System/MultiNoun.jsonp?nouns=VisitorId&VisitorId.prefix=Visitor&callback=liveagent._.handlePing&version=43";
    let script = world.get(path, &[]).await;
    assert!(script.body.starts_with("/**/liveagent._.handlePing({\"messages\":[{\"type\":\"VisitorId\""), "{}", script.body);
    assert_eq!(script.headers["content-type"], "application/javascript; charset=utf-8");
    let evil = world.get("/chat/rest/Visitor/VisitorId.jsonp?callback=alert(1)//", &[]).await;
    assert_eq!(evil.status, StatusCode::BAD_REQUEST);
    let elsewhere = world.get("/chat/rest/Visitor/VisitorId?org_id=00DSB0000000001&deployment_id=572SB0000000001", &[]).await;
    assert_eq!(elsewhere.message()["newUrl"], "https://other.example/chat");
    world.finish().await;
}

async fn pages_learn_who_is_available(on: On) {
    let world = World::new(on, Given { button: json!({"name": "Help", "language": "en-US"}), ..Given::default() }).await;
    let of = "org_id=00DSB0000000001&deployment_id=572SB0000000001";
    let ids = "[573SB0000000001,005SB0000000001,573000000000XXX,005000000000XXX_573SB0000000001]";
    let ask = format!("/chat/rest/Visitor/Availability?{of}&Availability.ids={ids}&Availability.needEstimatedWaitTime=1");
    let told = |answer: crate::world::Answer| {
        let results = answer.message()["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["isAvailable"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    let answer = world.get(&ask, &[]).await;
    assert_eq!(answer.message()["results"][0], json!({"id": "573SB0000000001", "isAvailable": true, "estimatedWaitTime": 0}));
    assert_eq!(told(answer), [true, true, false, true]);
    let settings = world.get(&format!("/chat/rest/Visitor/Settings?{of}&Settings.buttonIds="), &[]).await;
    insta::allow_duplicates! { insta::assert_snapshot!(settings.body, @r##"{"messages":[{"type":"Settings","message":{"pingRate":50000,"pingrate":50000,"contentServerUrl":"http://127.0.0.1:8080/content","buttons":[{"id":"573SB0000000001","type":"Standard","language":"en_US","isAvailable":true}]}}]}"##); }

    world.app.set_presence(world.workspace, world.agent, domain::presence::Presence::Away, None).await.unwrap();
    assert_eq!(told(world.get(&ask, &[]).await), [false; 4]);
    let unknown = world.get("/chat/rest/Visitor/Availability?org_id=00D000000000XXX&Availability.ids=573SB0000000001", &[]).await;
    assert_eq!(told(unknown), [false]);
    world.finish().await;
}

on_both! {
    every_resource_of_a_chat_is_taken_before_an_agent_answers,
    a_chat_ends_with_any_of_the_four_bodies,
    a_repeated_number_is_done_once_and_a_gap_says_what_was_expected,
    the_same_idempotency_key_is_the_same_request_without_numbers_too,
    a_hidden_detail_appears_in_no_answer,
    ids_may_have_18_characters_and_unknown_ones_knock,
    a_request_that_is_not_marked_is_refused_where_the_deployment_insists,
    what_makes_no_sense_is_refused_in_the_protocols_own_words,
    a_deleted_session_is_over_at_once,
    an_old_client_may_resynchronise,
    pages_ask_in_json_and_in_jsonp,
    pages_learn_who_is_available,
}
