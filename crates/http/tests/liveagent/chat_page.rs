//! The chat page: what a pre-chat form said is data in it, its language and policy are the deployment's, and nothing that came with it runs.

use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{AGENT, Answer, BUTTON, Given, On, World, on_both};

const OF: &str = "org_id=00DSB0000000001&deployment_id=572SB0000000001AAA";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What the page holds for its script.
fn prechat(page: &Answer) -> Value {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let (_, rest) = page.body.split_once(r#"<script type="application/json" id="prechat">"#).unwrap();
    let (json, rest) = rest.split_once("</script>").unwrap();
    assert_eq!(rest.matches("<script").count(), 1, "nothing but the page's own script comes after it");
    serde_json::from_str(json).unwrap()
}

fn policy(page: &Answer) -> &str {
    page.headers["content-security-policy"].to_str().unwrap()
}

async fn what_a_pre_chat_form_said_is_in_the_page_as_a_conversation_is_asked_for(on: On) {
    let world = World::default(on).await;
    let form = encoded(&[
        ("liveagent.prechat:Mail", "ada@example.org"),
        ("liveagent.prechat:Case", "7"),
        ("liveagent.prechat.findorcreate.displayToAgent:Case", "false"),
        ("liveagent.prechat.knowledgeSearch:Mail", "true"),
        ("liveagent.prechat.name", "Ada"),
        ("liveagent.prechat.findorcreate.map:Contact", "Email,Mail"),
        ("liveagent.prechat.findorcreate.map.doFind:Contact", "Email,true"),
        ("liveagent.prechat.findorcreate.saveToTranscript:Contact", "ContactId"),
        ("liveagent.prechat.findorcreate.linkToEntity:Contact", "Case,ContactId"),
        ("liveagent.prechat.buttons", &format!("{AGENT}_{BUTTON},573nobody000001,{BUTTON}")),
        ("other", "of the page's own"),
    ]);
    let said = prechat(&world.post(&format!("/content/s/chat?language=en_US&{OF}"), &[FORM], &form).await);
    let button = world.app.directory(world.workspace).unwrap().by_old_id(BUTTON).unwrap();
    let expected = json!({
        "submitted": true,
        "name": "Ada",
        "agent": null,
        "details": [
            {"label": "Mail", "value": "ada@example.org", "visible_to_agent": true, "transcript_fields": [], "knowledge_search": true},
            {"label": "Case", "value": "7", "visible_to_agent": false, "transcript_fields": [], "knowledge_search": false},
        ],
        "entity_plans": [{
            "entity": "Contact", "show": false, "transcript_field": "ContactId", "link_to": {"entity": "Case", "field": "ContactId"},
            "fields": [{"field": "Email", "label": "Mail", "find": true, "exact": false, "create": false}],
        }],
        "overrides": [{"kind": "agent", "id": world.agent, "or_button": button}, {"kind": "button", "id": button}],
    });
    assert_eq!(said, expected);

    // Without the ids in the address there is one workspace that can be meant.
    let without = prechat(&world.post("/content/s/chat?language=", &[FORM], &form).await);
    assert_eq!(without, expected);
    let asked = prechat(&world.get(&format!("/content/s/chat?{OF}&{form}"), &[]).await);
    assert_eq!((&asked["submitted"], &asked["details"]), (&json!(false), &expected["details"]), "a link may say it too");
    let nothing = prechat(&world.get("/content/s/chat", &[]).await);
    assert_eq!(nothing, json!({"submitted": false, "name": null, "agent": null, "details": [], "entity_plans": [], "overrides": []}));
    assert_eq!(prechat(&world.post("/content/s/chat", &[FORM], "").await)["submitted"], true);
    for (asked, told) in [(AGENT, json!(world.agent)), ("005nobody000001", json!(null)), (BUTTON, json!(null))] {
        assert_eq!(prechat(&world.get(&format!("/content/s/chat?{OF}&agent_id={asked}"), &[]).await)["agent"], told, "{asked}");
    }
    world.finish().await;
}

async fn the_page_speaks_the_deployments_language_and_is_framed_by_its_pages_only(on: On) {
    let deployment = json!({"name": "Site", "allowed_origins": ["https://shop.example", "https://www.shop.example/"],
        "appearance": {"title": "Tea & <b>cake</b>", "language": "ar", "logo_url": "https://cdn.example/logo.png?a=1;b"}});
    let button = json!({"name": "Help", "form_after": "https://forms.example/after?x=1;script-src *"});
    let world = World::new(on, Given { deployment, button, ..Given::default() }).await;
    let page = world.get(&format!("/content/s/chat?{OF}"), &[]).await;
    assert!(page.body.contains(r#"<html lang="ar" dir="rtl">"#), "{}", page.body);
    assert!(page.body.contains(r#"<noscript><p lang="ar" dir="rtl">للدردشة شغّل"#), "{}", page.body);
    assert!(page.body.contains("<title>Tea &#38; &#60;b&#62;cake&#60;/b&#62;</title>"), "{}", page.body);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(
        policy(&page),
        "default-src 'self'; media-src 'self' data: blob:; object-src 'none'; base-uri 'none'; img-src 'self' data: blob: https://cdn.example; \
         form-action 'self' https://forms.example; frame-ancestors https://shop.example https://www.shop.example"
    );
    assert!(!page.headers.contains_key("access-control-allow-origin"));
    let german = world.get(&format!("/content/s/chat?language=de_AT&{OF}"), &[]).await;
    assert!(german.body.contains(r#"<html lang="de-AT" dir="ltr">"#), "{}", german.body);
    assert!(german.body.contains(r#"<noscript><p lang="de" dir="ltr">Schalten Sie"#), "{}", german.body);
    let french = world.get(&format!("/content/s/chat?language=fr&{OF}"), &[]).await;
    assert!(french.body.contains(r#"<html lang="fr" dir="ltr">"#) && french.body.contains(r#"<p lang="ar" dir="rtl">"#), "{}", french.body);
    let strange = world.get("/content/s/chat?language=%22%3E%3Cscript%3E&deployment_id=572000000000009", &[]).await;
    assert!(strange.body.contains(r#"<html lang="en" dir="ltr">"#) && strange.body.contains("<title>Chat</title>"));
    assert!(
        policy(&strange).ends_with("img-src 'self' data: blob: https:; form-action 'self'; frame-ancestors 'none'"),
        "{}",
        policy(&strange)
    );
    world.finish().await;
}

async fn nothing_that_a_form_says_leaves_its_place_in_the_page(on: On) {
    let world = World::default(on).await;
    let hostile = "</script><script>alert(1)</script><!--<script> & ]]> \u{2028}\u{2029} \u{202e}txt.exe \0 {{7*7}} '\"`";
    let form = encoded(&[
        ("liveagent.prechat:Note", hostile),
        (&format!("liveagent.prechat:{hostile}"), "x"),
        ("liveagent.prechat.name", hostile),
        ("liveagent.prechat.findorcreate.map:Contact", "</script>,</script>"),
        ("liveagent.prechat.findorcreate.saveToTranscript:</script>", "</script>"),
    ]);
    let page = world.post(&format!("/content/s/chat?{OF}&language={hostile}", hostile = encoded(&[("x", hostile)])), &[FORM], &form).await;
    let said = prechat(&page);
    assert_eq!(said["details"][0]["value"], hostile, "kept as it was, for whoever shows it as text");
    assert_eq!(said["name"], hostile.trim());
    assert_eq!(page.body.matches("</script>").count(), 2, "the page's own two");
    assert!(!page.body.contains(['\u{2028}', '\u{2029}']) && !page.body.contains("<!--"));
    world.finish().await;
}

async fn a_form_that_cannot_be_kept_is_refused_with_a_page_that_says_why(on: On) {
    let world = World::default(on).await;
    let refused = async |form: &str, kind: &str| {
        let page = world.post("/content/s/chat", &[("content-type", kind)], form).await;
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        (page.status.as_u16(), page.body)
    };
    let urlencoded = FORM.1;
    let million = "x".repeat(1_000_000);
    let long = encoded(&[("liveagent.prechat:Note", &million)]);
    let (status, body) = refused(&long, urlencoded).await;
    assert!(status == 400 && body.contains("<p>The form is too large.</p>"), "{body}");
    assert!(body.contains(r#"<p lang="en" dir="ltr">detail 0: the value has 1000000 bytes"#), "{body}");
    assert!(body.len() < 1_000, "it does not repeat what it refuses");
    for (tag, direction, sentence) in [("de", "ltr", "Das Formular ist zu groß."), ("ar", "rtl", "النموذج أكبر من المسموح.")]
    {
        let page = world.post(&format!("/content/s/chat?language={tag}"), &[FORM], &long).await;
        assert!(page.body.contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\">")), "{}", page.body);
        assert!(page.body.contains(&format!("<p>{sentence}</p>")) && page.body.contains("1000000 bytes"), "{}", page.body);
    }
    let many: Vec<(String, String)> = (0..300).map(|n| (format!("liveagent.prechat:{n}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(refused(&encoded(&many), urlencoded).await.0, 400);
    let maps = "a,b;".repeat(200_000);
    let maps = encoded(&[("liveagent.prechat.findorcreate.map:A", &maps), ("liveagent.prechat.findorcreate.map.doFind:A", &maps)]);
    assert_eq!(refused(&maps, urlencoded).await.0, 400);
    assert_eq!(refused("--a\r\n", "multipart/form-data; boundary=a").await.0, 415);
    assert_eq!(world.post("/content/s/chat", &[], "%ff%fe=%00&=&&&%").await.status, StatusCode::OK, "nonsense says nothing");
    world.finish().await;
}

on_both! {
    what_a_pre_chat_form_said_is_in_the_page_as_a_conversation_is_asked_for,
    the_page_speaks_the_deployments_language_and_is_framed_by_its_pages_only,
    nothing_that_a_form_says_leaves_its_place_in_the_page,
    a_form_that_cannot_be_kept_is_refused_with_a_page_that_says_why,
}
