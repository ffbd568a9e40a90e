//! The requests of `live-agent-mobile-app.txt`, exactly as they are printed there, and the fields that it prints of their answers.

use http::StatusCode;
use serde_json::json;

use crate::world::{AGENT, BUTTON, DEPLOYMENT, ORGANISATION, On, World, on_both};

const VERSION: (&str, &str) = ("X-LIVEAGENT-API-VERSION", "38");

async fn the_seeds_requests_hold_a_whole_conversation(on: On) {
    let world = World::default(on).await;

    let answer = world.get("/chat/rest/System/SessionId", &[VERSION]).await;
    insta::allow_duplicates! { insta::assert_snapshot!(answer.body, @r##"{"id":"019cadc6-9a86-7000-8000-000000000006","key":"019cadc6-9a86-7000-8000-000000000006!1772442000000!xiQYtIwwexsunAgzyeoVAltHYf8=","affinityToken":"84be3c00","clientPollTimeout":40}"##); }
    let session = answer.json();
    let (id, key) = (session["id"].as_str().unwrap(), session["key"].as_str().unwrap());
    assert!(key.starts_with(&format!("{id}!")), "the key begins with the id");
    let headers = [("X-LIVEAGENT-SESSION-KEY", key), VERSION];

    let init = json!({
        "buttonId": BUTTON,
        "deploymentId": DEPLOYMENT,
        "isPost": 1,
        "language": "en-US",
        "organizationId": ORGANISATION,
        "receiveQueueUpdates": 1,
        "screenResolution": "",
        "sessionId": key,
        "userAgent": "iOS",
        "visitorName": "John Doe",
        "prechatDetails": [{
            "displayToAgent": false,
            "entityMaps": [],
            "label": "Session Key",
            "transcriptFields": [],
            "value": key,
        }],
    });
    let answer = world.post("/chat/rest/Chasitor/ChasitorInit", &headers, &init.to_string()).await;
    assert_eq!(answer.says(), (200, "OK"));

    let poll = async || world.get("/chat/rest/System/Messages", &headers).await;
    let answer = poll().await;
    insta::allow_duplicates! { insta::assert_snapshot!(answer.body, @r##"{"messages":[{"type":"ChatRequestSuccess","message":{"connectionTimeout":280000,"customDetails":[],"geoLocation":{},"queuePosition":0,"estimatedWaitTime":-1,"sensitiveDataRules":[],"transcriptSaveEnabled":true,"url":"","oref":"","visitorId":"019cadc6-9a87-7000-8000-000000000007"}}],"sequence":0,"offset":30000001}"##); }
    let success = answer.message();
    for printed in ["connectionTimeout", "customDetails", "geoLocation", "queuePosition", "sensitiveDataRules", "url", "visitorId"] {
        assert!(success.get(printed).is_some(), "the seed prints {printed}");
    }
    let established = poll().await.body;
    insta::allow_duplicates! { insta::assert_snapshot!(established, @r##"{"messages":[{"type":"ChatEstablished","message":{"name":"Ann","userId":"005SB0000000001","sneakPeekEnabled":false,"chasitorIdleTimeout":{"isEnabled":false,"warningTime":0,"timeout":0},"items":[]}}],"sequence":1,"offset":30000002}"##); }

    let conversation = world.app.visitors().get(id.parse().unwrap()).unwrap().conversation;
    let said = world.post("/chat/rest/Chasitor/ChatMessage", &headers, r#"{"text":"Message text goes here"}"#).await;
    assert_eq!(said.says(), (200, "OK"));
    world.agent_says(conversation, "Message text goes here").await;
    let answer = poll().await;
    insta::allow_duplicates! { insta::assert_snapshot!(answer.body, @r##"{"messages":[{"type":"ChatMessage","message":{"agentId":"005SB0000000001","name":"Ann","text":"Message text goes here"}}],"sequence":2,"offset":30000003}"##); }
    assert_eq!(answer.message()["agentId"], AGENT);

    let ended = world.post("/chat/rest/Chasitor/ChatEnd", &headers, r#"{"reason":"Closed by client"}"#).await;
    assert_eq!(ended.says(), (200, "OK"));
    assert_eq!(poll().await.status, StatusCode::NO_CONTENT, "no ChatEnded after the visitor's own end");
    assert_eq!(poll().await.says(), (403, "Session required but was invalid or not found"));

    assert_eq!(world.said(conversation).await, ["visitor: Message text goes here", "agent: Message text goes here"]);
    let happened = world.happened(conversation).await;
    insta::allow_duplicates! { insta::assert_debug_snapshot!(happened, @r##"
    [
        "requested",
        "queued",
        "established",
        "posted",
        "posted",
        "ended",
    ]
    "##); }
    world.finish().await;
}

on_both! {
    the_seeds_requests_hold_a_whole_conversation,
}
