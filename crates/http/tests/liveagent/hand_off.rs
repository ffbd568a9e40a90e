//! The page between a site and the chat sends the browser on, to places that somebody has named.

use http::StatusCode;
use serde_json::json;

use crate::world::{Answer, DEPLOYMENT, Given, ORGANISATION, On, World, on_both};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// Where the world's server says that it is.
const OURS: &str = "http://127.0.0.1:8080";

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Opens a chat as deployment.js does: the endpoint in the address, the rest in the form.
async fn open(world: &World, endpoint: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("deploymentId", DEPLOYMENT), ("orgId", ORGANISATION)];
    all.extend(fields);
    let headers: Vec<_> = [FORM].into_iter().chain(headers.iter().copied()).collect();
    world.post(&format!("/content/s/prechatVisitor?{}", encoded(&[("endpoint", endpoint)])), &headers, &encoded(&all)).await
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.headers["location"].to_str().unwrap()
}

fn site() -> Given {
    Given {
        deployment: json!({"name": "Site", "allowed_origins": ["https://shop.example"], "redirect_hosts": ["forms.example"]}),
        button: json!({"name": "Help", "form_before": "https://before.example/form", "chat_page": "https://pages.example/chat"}),
        ..Given::default()
    }
}

async fn a_browser_goes_on_to_the_page_that_was_named_with_its_fragment(on: On) {
    let world = World::new(on, site()).await;
    let chat = format!("{OURS}/content/s/chat?language=en_US&sid=1#deployment_id={DEPLOYMENT}&session_id=1");
    assert_eq!(location(&open(&world, &chat, &[("origin", "https://shop.example")], &[]).await), chat);
    for page in ["https://before.example/other", "https://pages.example/chat", "https://forms.example/a", "https://shop.example/b"] {
        let endpoint = format!("{page}?{}", encoded(&[("endpoint", &chat)]));
        assert_eq!(location(&open(&world, &endpoint, &[], &[]).await), endpoint);
    }
    let localhost = chat.replace("127.0.0.1", "localhost");
    assert_eq!(location(&open(&world, &localhost, &[("host", "localhost:8080")], &[]).await), localhost, "the demo under its other name");
    // All in the address, and all in the form.
    let all = encoded(&[("endpoint", &chat), ("deploymentId", DEPLOYMENT), ("orgId", ORGANISATION)]);
    assert_eq!(location(&world.get(&format!("/content/s/prechatVisitor?{all}"), &[]).await), chat);
    assert_eq!(location(&world.post("/content/s/prechatVisitor", &[FORM], &all).await), chat);
    world.finish().await;
}

async fn a_browser_is_sent_nowhere_else(on: On) {
    let world = World::new(on, site()).await;
    for endpoint in [
        "https://evil.example/",
        "//evil.example",
        "https://127.0.0.1:8080@evil.example/",
        "http://127.0.0.1:8080\\@evil.example/",
        "javascript:alert(document.domain)",
        "data:text/html,<script>alert(1)</script>",
        "https://shop.example/?endpoint=https%3A%2F%2Fevil.example",
        "http://127.0.0.1:8080/content/s/chat\r\nSet-Cookie: a=b",
        "http://attacker.example:8080/content/s/chat",
        "",
    ] {
        let answer = open(&world, endpoint, &[("host", "attacker.example:8080")], &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{endpoint:?}");
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
        assert!(!answer.headers.contains_key("location") && !answer.body.contains("<script"), "{}", answer.body);
    }
    let told = open(&world, "https://evil.example/", &[], &[]).await.body;
    assert!(told.contains("Visitors may not be sent to evil.example from here."), "{told}");
    // What one deployment names, none other does.
    let unknown = encoded(&[("endpoint", "https://shop.example/"), ("deploymentId", "572000000000009"), ("orgId", ORGANISATION)]);
    assert_eq!(world.post("/content/s/prechatVisitor", &[FORM], &unknown).await.status, StatusCode::BAD_REQUEST);
    let chat = format!("{OURS}/content/s/chat");
    let stranger = open(&world, &chat, &[("origin", "https://evil.example")], &[]).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN, "its pages may not use the deployment");
    assert_eq!(open(&world, &chat, &[("origin", OURS)], &[]).await.status, StatusCode::SEE_OTHER, "ours may");
    world.finish().await;
}

on_both! {
    a_browser_goes_on_to_the_page_that_was_named_with_its_fragment,
    a_browser_is_sent_nowhere_else,
}
