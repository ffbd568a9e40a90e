//! Messages that visitors leave when nobody is there, and the pages of a visit on the visitor's card.

use domain::{
    ids::VisitorId,
    secret::Text,
    time::{Clock as _, Timestamp},
};
use engine::web_visit::{SeenPage, Visit, VisitNote};
use http::Method;
use serde_json::{Value, json};

use crate::world::{DAY, World, on_both};

async fn open_form(world: &World, admin: &str) {
    let path = format!("/admin/buttons/{}", world.demo.button);
    let mut settings = world.get(admin, &path).await.good()["settings"].clone();
    settings["offline_form"] = json!({"ask_phone": true});
    world.put(admin, &path, settings).await.good();
}

fn left(world: &World, text: &str) -> Value {
    json!({
        "deployment": world.demo.deployment, "button": world.demo.button, "name": "Vera", "email": "vera@example.org", "phone": "+49 30 1",
        "text": text, "page": {"url": "https://shop.example/cart", "title": "Cart"},
        "details": [{"label": "Order", "value": "4711"}, {"label": "Account", "value": "hunter2", "visible_to_agent": false}]
    })
}

const PATH: &str = "/visitor/offline-messages";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_left_once_masked_listed_assigned_and_done() {
    on_both(|world| async move {
        let (admin, agent) = (world.token("admin").await, world.token("agent").await);
        let closed = world.post("", PATH, left(&world, "Hello?")).await;
        assert_eq!(closed.problem(), (409, "wrong_state".to_owned()), "no button has a form");
        open_form(&world, &admin).await;
        let rule = json!({"name": "Cards", "pattern": "[0-9]{16}", "action": "replace", "replacement": "****", "applies_to": ["visitor"]});
        world.post(&admin, "/admin/rules", rule).await.good();

        let mut body = left(&world, "My card is 4111111111111111, <script>alert(1)</script>\u{202e}");
        body["details"][0]["value"] = json!("4111111111111111");
        let leave = || world.send(Method::POST, PATH, "", "one", Some(body.clone()));
        let made = leave().await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(leave().await.body, made.body, "the same key is the same message");
        let other = world.send(Method::POST, PATH, "", "one", Some(left(&world, "other"))).await;
        assert_eq!(other.problem(), (422, "idempotency_key_reused".to_owned()));
        for n in 0..3 {
            world.clock.advance(std::time::Duration::from_secs(1));
            world.post("", PATH, left(&world, &format!("Message {n}"))).await.good();
        }

        let all = world.get(&agent, "/offline-messages").await.good();
        let texts: Vec<&str> = all["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect();
        assert_eq!(texts[..3], ["Message 2", "Message 1", "Message 0"]);
        assert!(texts[3].starts_with("My card is ****, <script>"), "{texts:?}");
        let first = all["items"][3].clone();
        assert_eq!(first["id"], made.body["id"]);
        assert_eq!(first["details"], json!([{"label": "Order", "value": "****"}]), "masked, and nothing hidden");
        assert_eq!(first["page"], json!({"url": "https://shop.example/cart", "title": "Cart"}));
        assert!(!all.to_string().contains("hunter2"));
        let one = format!("/offline-messages/{}", first["id"].as_str().unwrap());
        assert_eq!(world.get(&agent, &one).await.good(), first);

        let page = world.get(&agent, "/offline-messages?limit=3").await.good();
        let next = world.get(&agent, &format!("/offline-messages?cursor={}", page["next"].as_str().unwrap())).await.good();
        assert_eq!((next["items"].as_array().unwrap().len(), &next["next"]), (1, &json!(null)));

        let me = world.agent().to_string();
        let taken = world.put(&agent, &one, json!({"assigned_to": me, "state": "open"})).await.good();
        assert_eq!((&taken["assigned_to"], &taken["state"]), (&json!(me), &json!("open")));
        let count = |query: &str| {
            let (world, agent, path) = (world.clone(), agent.clone(), format!("/offline-messages?{query}"));
            async move { world.get(&agent, &path).await.good()["items"].as_array().unwrap().len() }
        };
        assert_eq!((count("assigned=me").await, count("assigned=none").await, count(&format!("assigned={me}")).await), (1, 3, 1));
        assert_eq!((count("text=MESSAGE").await, count("text=hunter2").await, count("state=done").await), (3, 0, 0));
        let done = world.put(&agent, &one, json!({"assigned_to": me, "state": "done"})).await.good();
        assert_eq!(done["done_by"], json!(me));
        assert_eq!((count("state=done").await, count("state=open").await), (1, 3));
        let open = world.put(&agent, &one, json!({"state": "open"})).await.good();
        assert_eq!((&open["done_by"], &open["done_at"], &open["assigned_to"]), (&json!(null), &json!(null), &json!(null)));
        let wanted = ["offline_message.assigned", "offline_message.done", "offline_message.assigned", "offline_message.reopened"];
        assert_eq!(world.audited(first["id"].as_str().unwrap()).await, wanted);

        let (nobody, token) = world.nobody().await;
        assert_eq!(world.get(&token, &one).await.problem(), (403, "not_permitted".to_owned()));
        let given = world.put(&agent, &one, json!({"assigned_to": nobody, "state": "open"})).await;
        assert_eq!((given.problem(), &given.body["property"]), ((422, "invalid".to_owned()), &json!("assigned_to")));
        for wrong in ["state=lost", "assigned=him", "cursor=x", "limit=0", "nmae=x"] {
            assert_eq!(world.get(&agent, &format!("/offline-messages?{wrong}")).await.status, 400, "{wrong}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_empty_too_long_or_nonsense_is_refused_and_stored_nowhere() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        open_form(&world, &admin).await;
        let with = |property: &str, value: Value| {
            let mut body = left(&world, "Hello");
            body[property] = value;
            body
        };
        let many: Vec<Value> = (0..201).map(|n| json!({"label": format!("l{n}"), "value": ""})).collect();
        for (property, value) in [
            ("text", json!("")),
            ("text", json!(" \u{0}\n ")),
            ("text", json!("x".repeat(4_001))),
            ("email", json!("nobody")),
            ("email", json!("a@b@c.example")),
            ("email", json!(format!("{}@example.org", "x".repeat(300)))),
            ("details", json!(many)),
            ("details", json!([{"label": "", "value": "x"}])),
            ("button", json!("0190163d-8694-739b-aea5-966c26f8ad91")),
        ] {
            let answer = world.post("", PATH, with(property, value)).await;
            assert_eq!((answer.problem(), &answer.body["property"]), ((422, "invalid".to_owned()), &json!(property)), "{answer:?}");
        }
        let unknown = world.post("", PATH, with("deployment", json!("0190163d-8694-739b-aea5-966c26f8ad91"))).await;
        assert_eq!(unknown.problem(), (404, "not_found".to_owned()));
        assert_eq!(world.post("", PATH, with("nmae", json!(1))).await.problem(), (400, "invalid_body".to_owned()));
        assert_eq!(world.get(&admin, "/offline-messages").await.good()["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_is_exported_erased_and_lapses() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        open_form(&world, &admin).await;
        world.post("", PATH, left(&world, "private words")).await.good();
        world.post("", PATH, left(&world, "more words")).await.good();
        let items = world.get(&admin, "/offline-messages").await.good()["items"].clone();
        let visitor = items[1]["visitor"].as_str().unwrap().to_owned();
        let told = world.get(&admin, &format!("/admin/persons/{visitor}/export")).await.good();
        assert_eq!(told["offline_messages"][0]["message"], items[1]);
        assert_eq!(told["offline_messages"][0]["hidden_details"][0]["value"], "hunter2");
        let erased = world.post(&admin, &format!("/admin/persons/{visitor}/erase"), json!({})).await.good();
        assert_eq!(erased["messages"], 1);
        let items = world.get(&admin, "/offline-messages").await.good()["items"].clone();
        assert_eq!((&items[0]["text"], &items[1]["text"], &items[1]["email"]), (&json!("more words"), &json!(""), &json!(null)));

        let path = format!("/admin/deployments/{}", world.demo.deployment);
        let mut site = world.get(&admin, &path).await.good()["settings"].clone();
        site["retention"] = json!({"message_days": 1, "detail_days": 2, "conversation_days": 3});
        world.put(&admin, &path, site).await.good();
        let mut seen = Vec::new();
        for _ in 0..4 {
            world.app.run_due().await.unwrap();
            let admin = world.token("admin").await;
            let items = world.get(&admin, "/offline-messages").await.good()["items"].clone();
            seen.push(json!([items.as_array().unwrap().len(), items[0]["text"], items[0]["name"]]));
            world.clock.advance(DAY + std::time::Duration::from_secs(1));
        }
        assert_eq!(json!(seen), json!([[2, "more words", "Vera"], [2, "", "Vera"], [2, "", null], [0, null, null]]));
        let _: VisitorId = visitor.parse().unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_visit_are_on_the_visitors_card_before_those_of_the_conversation() {
    on_both(|world| async move {
        let agent = world.token("agent").await;
        let now = world.clock.now();
        let page = |n: i64| SeenPage {
            location: format!("https://shop.example/{n}").into(),
            title: Text(format!("Page {n}")),
            at: Timestamp(now.0 - n * 1_000_000),
        };
        let visit = Visit { name: "Vera".into(), pages: (1..=30).map(page).collect(), ..Visit::default() };
        world.app.note_web_visit(VisitNote { deployment: world.demo.deployment, session: "s-1".into(), visit }).await.unwrap();
        world.app.set_presence(world.demo.workspace, world.agent(), domain::presence::Presence::Online, None).await.unwrap();
        let start = json!({
            "deployment": world.demo.deployment, "button": world.demo.button, "visit": "s-1", "page": {"url": "https://shop.example/help"}
        });
        let started = world.post("", "/visitor/conversations", start).await.good();
        let token = started["resume_token"].as_str().unwrap();
        world.clock.advance(std::time::Duration::from_secs(5));
        let next = json!({"page": {"url": "https://shop.example/next", "title": "Next"}});
        world.post(token, "/visitor/page", next).await.good();
        let conversation = format!("/conversations/{}", started["conversation"]["id"].as_str().unwrap());
        let card = world.get(&agent, &conversation).await.good()["visitor"].clone();
        assert_eq!((&card["name"], &card["page"]["title"]), (&json!("Vera"), &json!("Next")));
        let pages = card["pages"].as_array().unwrap();
        let urls: Vec<&str> = pages.iter().take(4).map(|seen| seen["page"]["url"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
        assert_eq!((urls, pages.len()), (vec!["next", "help", "1", "2"], 25));
        assert_eq!(pages[2]["at"], json!(Timestamp(now.0 - 1_000_000).to_string()));
    })
    .await;
}
