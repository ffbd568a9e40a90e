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
    let json = answer.body.strip_prefix("/**/liveagent._.handlePing(").and_then(|rest| rest.strip_suffix(");")).unwrap();
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

async fn pages_are_told_of_every_invitation_and_of_pages_of_the_sites_own(on: On) {
    let invitation = json!({
        "image_url": "/files/invite.png", "image_width": 200, "image_height": 100, "text": "May we help?", "animation": "slide",
        "start": "top_left_top", "end": "center", "after_accept": true, "reject_after_seconds": 30,
        "rules": [
            {"kind": "seconds_on_page", "operator": "greater", "value": "10"},
            {"kind": "url", "operator": "contains", "value": "\"</script>"},
            {"kind": "custom_variable", "name": "cart", "operator": "not_equals", "value": "0"},
        ],
    });
    let button = json!({"name": "Help", "chat_page": "https://shop.example/chat", "form_before": "https://shop.example/before", "invitation": invitation});
    let deployment = json!({"name": "Site", "appearance": {"language": "pt-BR"}});
    let world = World::new(on, Given { deployment, button, ..Given::default() }).await;
    // Each is an invitation that the deployment has not got, or not now.
    let invitation = json!({"rules": [], "filter": null});
    world
        .define::<Button>(
            world.id::<ButtonId>(),
            json!({"name": "Elsewhere", "deployments": [world.id::<ButtonId>()], "invitation": invitation}),
        )
        .await;
    world.define::<Button>(world.id::<ButtonId>(), json!({"name": "Off", "active": false, "invitation": invitation})).await;
    let plain = world.id::<ButtonId>();
    world.define::<Button>(plain, json!({"name": "Plain", "language": "de", "invitation": {"filter": "OR(1,2)", "rules": [
        {"kind": "page_views", "operator": "less_or_equal", "value": "3"}, {"kind": "seconds_on_site", "operator": "equals", "value": "3"}]}})).await;

    let path = format!("/chat/rest/Visitor/Settings.jsonp?sid=undefined&Settings.buttonIds=[{BUTTON}]&{PING}&{OF}");
    let settings = handed(&world.get(&path, &[]).await)["messages"][0]["message"].clone();
    let pages = json!({"endpointUrl": "https://shop.example/chat", "prechatUrl": "https://shop.example/before", "language": "pt_BR"});
    let with = |mut more: Value| {
        more.as_object_mut().unwrap().extend(pages.as_object().unwrap().clone());
        more
    };
    assert_eq!(settings["buttons"][0], with(json!({"id": BUTTON, "type": "Standard", "isAvailable": true})));
    let mut invite = settings["buttons"][1].clone();
    let rules = invite.as_object_mut().unwrap().remove("inviteRules").unwrap();
    let expected = with(json!({
        "id": BUTTON, "type": "Invite", "isAvailable": true, "inviteImageUrl": "http://127.0.0.1:8080/files/invite.png",
        "inviteImageWidth": 200, "inviteImageHeight": 100, "inviteText": "May we help?", "inviteRenderer": "Slide",
        "inviteStartPosition": "TopLeftTop", "inviteEndPosition": "Center", "hasInviteAfterAccept": true, "hasInviteAfterReject": false,
        "inviteRejectTime": 30,
    }));
    assert_eq!(invite, expected);
    let rules: Value = serde_json::from_str(rules.as_str().expect("JSON in a string")).unwrap();
    let expected = json!({"filter": "AND(1,AND(2,3))", "rules": {
        "1": {"order": 1, "type": "SECONDS_ON_PAGE", "operator": "GREATER_THAN", "value": "10"},
        "2": {"order": 2, "type": "URL_MATCH", "operator": "CONTAINS", "value": "\"</script>"},
        "3": {"order": 3, "type": "CUSTOM_VARIABLE", "operator": "NOT_EQUAL", "value": "0", "name": "cart"},
    }});
    assert_eq!(rules, expected);
    let second = &settings["buttons"][2];
    assert_eq!((&second["id"], &second["type"], &second["inviteRejectTime"]), (&json!(plain), &json!("Invite"), &json!(-1)));
    assert_eq!((&second["inviteImageUrl"], &second["language"], &second["prechatUrl"]), (&json!(""), &json!("de"), &Value::Null));
    assert!(second["inviteRules"].as_str().unwrap().contains(r#""filter":"OR(1,2)""#), "{second}");
    assert_eq!(settings["buttons"].as_array().unwrap().len(), 3);
    world.finish().await;
}

on_both! {
    pages_are_told_of_every_invitation_and_of_pages_of_the_sites_own,
    scripts_ask_for_several_things_at_once_and_then_again_and_again,
    a_script_that_asks_for_nonsense_is_refused_and_nothing_it_says_is_run,
    a_page_of_a_domain_that_is_not_listed_learns_nothing,
    pages_of_a_visitor_in_a_chat_are_noted_and_those_of_others_are_not,
    without_ids_settings_tell_of_every_button_of_the_deployment,
}
