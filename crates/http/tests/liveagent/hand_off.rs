//! The page between a site and the chat remembers the visitor, and sends the browser on to places that somebody
//! has named.

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

/// What deployment.js posts of a visitor.
const KNOWN: &[(&str, &str)] = &[
    ("sid", SID),
    ("ptid", SID),
    ("vc", "2"),
    ("oref", "https://search.example/?q=tea"),
    (
        "det",
        r#"[{"label":"Mail","value":"ada@example.org","displayToAgent":true,"entityMaps":[],"transcriptFields":["Mail__c"],"doKnowledgeSearch":false},
            {"label":"Score","value":7,"displayToAgent":false,"entityMaps":[],"transcriptFields":[],"doKnowledgeSearch":false}]"#,
    ),
    (
        "ent",
        r#"[{"entityName":"Contact","showOnCreate":false,"linkToEntityName":"","linkToEntityField":"","entityFieldsMaps":[{"fieldName":"Email","label":"Mail","doFind":true,"isExactMatch":true,"doCreate":true}]},
            {"entityName":"Contact","saveToTranscript":"ContactId","showOnCreate":true,"linkToEntityName":"","linkToEntityField":"","entityFieldsMaps":[]}]"#,
    ),
    ("pages", r#"[{"location":"https://shop.example/b","time":"0"},{"location":"https://shop.example/a","time":"61000"}]"#),
    ("sessionStart", "61000"),
    ("visitorName", "Ada"),
    ("device", "3f6c-1"),
    ("user", "u-1"),
    ("userSignature", "0000000000000000000000000000000000000000000000000000000000000000"),
];
const SID: &str = "0190aaaa-0000-7000-8000-000000000001";

async fn what_the_site_knew_is_remembered_for_the_visit(on: On) {
    let world = World::new(on, Given { deployment: json!({"name": "Site", "prechat_api": true}), ..Given::default() }).await;
    let chat = format!("{OURS}/content/s/chat#session_id={SID}");
    assert_eq!(location(&open(&world, &chat, &[], KNOWN).await), chat);
    let directory = world.app.directory(world.workspace).unwrap();
    let deployment = directory.by_old_id(DEPLOYMENT).unwrap().into();
    let visit = world.app.web_visit(deployment, SID).await.unwrap().unwrap();
    assert_eq!((visit.name.reveal(), visit.referrer.as_str(), visit.visit_count), ("Ada", "https://search.example/?q=tea", Some(2)));
    assert_eq!((visit.device.as_deref(), visit.user.as_deref()), (Some("3f6c-1"), None), "nobody has signed who it is");
    let details: Vec<_> = visit.details.iter().map(|d| (d.label.as_str(), d.value.reveal(), d.visible_to_agent)).collect();
    assert_eq!(details, [("Mail", "ada@example.org", true), ("Score", "7", false)]);
    let [contact] = visit.entity_plan.steps.as_slice() else { panic!("one step for one entity") };
    assert_eq!((contact.show_on_create, contact.save_to.as_deref(), contact.fields.len()), (true, Some("ContactId"), 1));
    let pages: Vec<_> = visit.pages.iter().map(|page| (page.location.reveal(), page.at)).collect();
    let now = world.app.now();
    assert_eq!(pages, [("https://shop.example/b", now), ("https://shop.example/a", now - std::time::Duration::from_secs(61))]);

    // A pre-chat page of the site's own asks for it.
    let ask = async |sid: &str, more: &str| {
        let of = format!("deployment_id={DEPLOYMENT}&org_id={ORGANISATION}&callback=f");
        world.get(&format!("/chat/rest/Visitor/PrechatDetails.jsonp?sid={sid}&{of}{more}"), &[]).await.body
    };
    let told = ask(SID, "").await;
    let json: serde_json::Value = serde_json::from_str(told.strip_prefix("/**/f(").unwrap().strip_suffix(");").unwrap()).unwrap();
    let detail = |label: &str, value: &str, shown: bool, fields: serde_json::Value| json!({"label": label, "value": value, "displayToAgent": shown, "transcriptFields": fields, "entityMaps": []});
    let details = [detail("Mail", "ada@example.org", true, json!(["Mail__c"])), detail("Score", "7", false, json!([]))];
    assert_eq!(json, json!({"messages": [{"type": "PrechatDetails", "message": {"customDetails": details, "visitorName": "Ada"}}]}));
    assert_eq!(ask("0190aaaa-0000-7000-8000-000000000002", "").await, "/**/f({\"messages\":[]});", "nobody's");
    assert_eq!(ask("undefined", "").await, "/**/f({\"messages\":[]});");
    world.finish().await;
}

async fn what_a_page_comes_to_know_later_is_added_and_it_stays_where_it_is(on: On) {
    let world = World::new(on, site()).await;
    let deployment = world.app.directory(world.workspace).unwrap().by_old_id(DEPLOYMENT).unwrap().into();
    let told = async |fields: &[(&str, &str)], headers: &[(&str, &str)]| {
        let all: Vec<_> = [("deploymentId", DEPLOYMENT), ("orgId", ORGANISATION)].into_iter().chain(fields.iter().copied()).collect();
        let headers: Vec<_> = [FORM].into_iter().chain(headers.iter().copied()).collect();
        world.post("/content/s/prechatVisitor", &headers, &encoded(&all)).await
    };
    location(&open(&world, &format!("{OURS}/content/s/chat"), &[], KNOWN).await);
    let later =
        r#"[{"label":"Mail","value":"countess@example.org","displayToAgent":true},{"label":"Plan","value":"gold","displayToAgent":true}]"#;
    let answer = told(&[("sid", SID), ("det", later)], &[("origin", "https://shop.example")]).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    let visit = world.app.web_visit(deployment, SID).await.unwrap().unwrap();
    let details: Vec<_> = visit.details.iter().map(|d| (d.label.as_str(), d.value.reveal())).collect();
    assert_eq!(details, [("Score", "7"), ("Mail", "countess@example.org"), ("Plan", "gold")]);
    assert_eq!(visit.name.reveal(), "Ada", "what is not said again stays");

    assert_eq!(told(&[("sid", SID), ("det", later)], &[("origin", "https://evil.example")]).await.status, StatusCode::FORBIDDEN);
    let nowhere = [("sid", SID), ("det", later), ("deploymentId", "572000000000009")];
    assert_eq!(world.post("/content/s/prechatVisitor", &[FORM], &encoded(&nowhere)).await.status, StatusCode::BAD_REQUEST);
    let asked = format!("/content/s/prechatVisitor?{}", encoded(&[("deploymentId", DEPLOYMENT), ("orgId", ORGANISATION), ("sid", SID)]));
    assert_eq!(world.get(&asked, &[]).await.status, StatusCode::BAD_REQUEST, "a browser that comes by itself wants to go somewhere");
    world.finish().await;
}

async fn what_is_not_to_be_read_is_not_and_what_is_too_much_is_refused(on: On) {
    let world = World::default(on).await;
    let chat = format!("{OURS}/content/s/chat#session_id={SID}");
    location(&open(&world, &chat, &[], KNOWN).await);
    let of = format!("deployment_id={DEPLOYMENT}&org_id={ORGANISATION}&sid={SID}&callback=f");
    let told = world.get(&format!("/chat/rest/Visitor/PrechatDetails.jsonp?{of}"), &[]).await;
    assert_eq!(told.body, "/**/f({\"messages\":[]});", "the deployment does not let pages read it");
    let large = format!(r#"[{{"label":"Note","value":"{}"}}]"#, "x".repeat(100_000));
    let refused = open(&world, &chat, &[], &[("sid", SID), ("det", &large)]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.body.contains("at most 65536 are allowed") && refused.body.len() < 1_000, "{}", refused.body);
    let hostile = r#"[{"label":"</script>\u202e","value":"\u0000<img onerror=alert(1)>"},[],{"label":7}]"#;
    let odd = [
        ("sid", SID),
        ("det", hostile),
        ("ent", "[{}]"),
        ("pages", r#"[{"location":"javascript:1","time":"-9"}]"#),
        ("vc", "-1"),
        ("ptid", "a b"),
    ];
    assert_eq!(open(&world, &chat, &[], &odd).await.status, StatusCode::SEE_OTHER, "what makes no sense is left out");
    assert_eq!(open(&world, &chat, &[], &[("sid", "undefined")]).await.status, StatusCode::SEE_OTHER, "without a session nothing is kept");
    world.finish().await;
}

/// A refusal in the language of the chat that was to be opened, else the deployment's, else the browser's, else English.
async fn a_refusal_is_told_in_a_language_that_is_understood(on: On) {
    for (deployment, asked, accepted, language, direction, sentence) in [
        (None, Some("en_US"), None, "en", "ltr", "Visitors may not be sent to evil.example from here."),
        (None, Some("de"), Some("ar"), "de", "ltr", "Besucher dürfen von hier nicht zu evil.example geschickt werden."),
        (Some("ar"), Some("fr"), Some("de"), "ar", "rtl", "لا يجوز إرسال الزوار من هنا إلى \u{2068}evil.example\u{2069}."),
        (Some("fr"), None, Some("tlh, de-CH;q=0.5"), "de", "ltr", "Besucher dürfen von hier nicht zu evil.example geschickt werden."),
        (Some("fr"), Some("\"><script>"), Some("fr"), "en", "ltr", "Visitors may not be sent to evil.example from here."),
    ] {
        let appearance = json!({ "language": deployment });
        let world = World::new(on, Given { deployment: json!({"name": "Site", "appearance": appearance}), ..Given::default() }).await;
        let chat = match asked {
            Some(asked) => format!("https://evil.example/content/s/chat?{}", encoded(&[("language", asked)])),
            None => "https://evil.example/content/s/chat".to_owned(),
        };
        let headers: Vec<_> = accepted.map(|accepted| ("accept-language", accepted)).into_iter().collect();
        let told = open(&world, &chat, &headers, &[]).await;
        assert_eq!(told.status, StatusCode::BAD_REQUEST);
        assert!(told.body.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")), "{}", told.body);
        assert!(told.body.contains(&format!("<p>{sentence}</p>")) && !told.body.contains("<script"), "{}", told.body);
        // Before the form is read, of which nothing is known.
        let unread = world
            .post(
                &format!("/content/s/prechatVisitor?{}", encoded(&[("endpoint", &chat)])),
                &[("content-type", "text/plain"), ("accept-language", "ar")],
                "x",
            )
            .await;
        assert_eq!(unread.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let early = match asked {
            Some("de") => "de",
            Some("en_US") => "en",
            _ => "ar",
        };
        assert!(unread.body.contains(&format!("<html lang=\"{early}\"")), "{}", unread.body);
        world.finish().await;
    }
}

on_both! {
    a_refusal_is_told_in_a_language_that_is_understood,
    what_a_page_comes_to_know_later_is_added_and_it_stays_where_it_is,
    what_the_site_knew_is_remembered_for_the_visit,
    what_is_not_to_be_read_is_not_and_what_is_too_much_is_refused,
    a_browser_goes_on_to_the_page_that_was_named_with_its_fragment,
    a_browser_is_sent_nowhere_else,
}
