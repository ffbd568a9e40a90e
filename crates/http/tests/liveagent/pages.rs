//! What a page asks before anybody chats, as JSON and as JSONP (liveagent.md 2.5, 2.7).

use domain::ids::ButtonId;
use engine::definition::Button;
use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, BUTTON, Given, On, World, on_both};

const OF: &str = "org_id=00DSB0000000001&deployment_id=572SB0000000001";
const PING: &str = "callback=liveagent._.handlePing&version=43";

/// What a script hands to `liveagent._.handlePing`.
fn handed(answer: &Answer) -> Value {
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (StatusCode::OK, &"application/javascript; charset=utf-8".parse().unwrap())
    );
    let json = answer.body.strip_prefix("liveagent._.handlePing(").and_then(|rest| rest.strip_suffix(");")).unwrap();
    serde_json::from_str(json).unwrap()
}

async fn scripts_ask_for_several_things_at_once_and_then_again_and_again(on: On) {
    let world = World::default(on).await;
    let ping = format!(
        "/chat/rest/System/MultiNoun.jsonp?nouns=VisitorId,Settings&VisitorId.prefix=Visitor&Settings.prefix=Visitor&Settings.buttonIds=[{BUTTON}]\
         &Settings.updateBreadcrumb=1&Settings.urlPrefix=undefined&{PING}&{OF}"
    );
    let first = handed(&world.get(&ping, &[]).await);
    assert_eq!([&first["messages"][0]["type"], &first["messages"][1]["type"]], ["VisitorId", "Settings"]);
    let sid = first["messages"][0]["message"]["sessionId"].as_str().unwrap();
    assert_eq!(sid.len(), 36, "a uuid");
    let button = json!({"id": BUTTON, "type": "Standard", "isAvailable": true});
    assert_eq!(first["messages"][1]["message"]["buttons"], json!([button]));

    let again =
        format!("/chat/rest/Visitor/Settings.jsonp?sid={sid}&r=2&Settings.prefix=Visitor&Settings.buttonIds=[{BUTTON}]&{PING}&{OF}");
    assert_eq!(handed(&world.get(&again, &[]).await)["messages"][0]["message"]["buttons"], json!([button]));
    let who = format!("/chat/rest/Visitor/Availability.jsonp?Availability.ids={BUTTON},nonsense&{PING}&{OF}");
    let results = handed(&world.get(&who, &[]).await)["messages"][0]["message"]["results"].clone();
    assert_eq!(results, json!([{"id": BUTTON, "isAvailable": true}, {"id": "nonsense", "isAvailable": false}]));
    let seen = format!("/chat/rest/Visitor/Breadcrumb.jsonp?location=https%3A%2F%2Fshop.example%2F&{PING}&{OF}");
    assert_eq!(handed(&world.get(&seen, &[]).await), json!({"messages": []}));
    let bare = world.get(&format!("/chat/rest/Visitor/VisitorId.jsonp?{OF}"), &[]).await;
    assert_eq!(bare.kinds(), ["VisitorId"], "without a callback it is JSON");
    world.finish().await;
}

async fn a_script_that_asks_for_nonsense_is_refused_and_nothing_it_says_is_run(on: On) {
    let world = World::default(on).await;
    for query in [
        "nouns=VisitorId&callback=alert(document.cookie)",
        "nouns=VisitorId&callback=f%0Aalert",
        "nouns=ChatMessage&ChatMessage.prefix=Chasitor&callback=f",
        "nouns=&callback=f",
        "callback=f",
        "nouns=Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings,Settings&callback=f",
    ] {
        let answer = world.get(&format!("/chat/rest/System/MultiNoun.jsonp?{query}"), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.body);
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/json"), "{query}");
    }
    let ids = "%3C/script%3E%3Cscript%3Ealert(1)";
    let answer = world.get(&format!("/chat/rest/Visitor/Availability.jsonp?Availability.ids={ids}&{PING}&{OF}"), &[]).await;
    assert!(!answer.body.contains('<'), "{}", answer.body);
    assert_eq!(handed(&answer)["messages"][0]["message"]["results"][0]["id"], "</script><script>alert(1)", "echoed as it was sent");
    world.finish().await;
}

async fn a_page_of_a_domain_that_is_not_listed_learns_nothing(on: On) {
    let deployment = json!({"name": "Site", "allowed_origins": ["https://shop.example"]});
    let world = World::new(on, Given { deployment, ..Given::default() }).await;
    for path in [format!("Visitor/Availability?{OF}&Availability.ids={BUTTON}"), format!("Visitor/Settings.jsonp?{OF}&{PING}")] {
        let path = format!("/chat/rest/{path}");
        let from = async |name, origin| world.get(&path, &[(name, origin)]).await.status;
        assert_eq!(from("Origin", "https://evil.example").await, StatusCode::FORBIDDEN);
        assert_eq!(from("Referer", "https://shop.example.evil.example/").await, StatusCode::FORBIDDEN);
        assert_eq!(from("Origin", "https://shop.example").await, StatusCode::OK);
        assert_eq!(from("Referer", "https://shop.example/cart?x=1").await, StatusCode::OK);
        assert_eq!(world.get(&path, &[]).await.status, StatusCode::OK, "an app sends neither");
    }
    world.finish().await;
}

async fn pages_of_a_visitor_in_a_chat_are_noted_and_those_of_others_are_not(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let page = r#"{"location":"https://shop.example/cart"}"#;
    assert_eq!(world.post("/chat/rest/Visitor/Breadcrumb", &[("X-LIVEAGENT-API-VERSION", "34")], page).await.says(), (200, "OK"));
    assert_eq!(world.post("/chat/rest/Visitor/Breadcrumb", &[], r#"{"page":1}"#).await.status, StatusCode::BAD_REQUEST);
    let noted = async || world.happened(visitor.conversation()).await.into_iter().filter(|kind| *kind == "page_visited").count();
    assert_eq!(noted().await, 0);
    assert_eq!(visitor.post("Visitor/Breadcrumb", page).await.says(), (200, "OK"));
    assert_eq!(noted().await, 1);
    let mut headers = visitor.headers();
    headers.push(("Referer", "https://shop.example/pay"));
    for (query, pages) in [("Settings.updateBreadcrumb=1", 2), ("Settings.updateBreadcrumb=true", 3), ("Settings.updateBreadcrumb=0", 3)] {
        assert_eq!(world.get(&format!("/chat/rest/Visitor/Settings?{OF}&{query}"), &headers).await.kinds(), ["Settings"]);
        assert_eq!(noted().await, pages, "{query}");
    }
    world.finish().await;
}

async fn without_ids_settings_tell_of_every_button_of_the_deployment(on: On) {
    let button = json!({"name": "Help", "language": "de-AT", "form_before": "https://shop.example/before"});
    let world = World::new(on, Given { button, ..Given::default() }).await;
    let elsewhere = json!({"name": "Elsewhere", "deployments": [world.id::<ButtonId>()]});
    world.define::<Button>(world.id::<ButtonId>(), elsewhere).await;
    for query in ["", "&Settings.buttonIds=[]", "&Settings.buttonIds="] {
        let settings = world.get(&format!("/chat/rest/Visitor/Settings?{OF}&Settings.needEstimatedWaitTime=1{query}"), &[]).await.message();
        let expected = json!([{"id": BUTTON, "type": "Standard", "prechatUrl": "https://shop.example/before", "language": "de_AT",
            "isAvailable": true, "estimatedWaitTime": 0}]);
        assert_eq!(settings["buttons"], expected);
        assert_eq!((&settings["pingRate"], &settings["pingrate"]), (&json!(50_000), &json!(50_000)));
    }
    world.finish().await;
}

on_both! {
    scripts_ask_for_several_things_at_once_and_then_again_and_again,
    a_script_that_asks_for_nonsense_is_refused_and_nothing_it_says_is_run,
    a_page_of_a_domain_that_is_not_listed_learns_nothing,
    pages_of_a_visitor_in_a_chat_are_noted_and_those_of_others_are_not,
    without_ids_settings_tell_of_every_button_of_the_deployment,
}
