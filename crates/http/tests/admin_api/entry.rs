//! What a page is told before a conversation, and that a button's hours close it.

use domain::time::Clock as _;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::world::{World, on_both};

/// The button of the demonstration, changed.
async fn set_button(world: &World, admin: &str, change: Value) {
    let path = format!("/admin/buttons/{}", world.demo.button);
    let mut settings = world.get(admin, &path).await.good()["settings"].clone();
    settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    world.put(admin, &path, settings).await.good();
}

async fn agent_is_there(world: &World) {
    let presence = domain::presence::Presence::Online;
    world.app.set_presence(world.demo.workspace, world.agent(), presence, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_told_what_to_show_by_our_ids_and_by_old_ones() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let (deployment, button) = (world.demo.deployment, world.demo.button);
        let change = json!({
            "prechat_form": {"introduction": "Hello", "fields": [{"label": "Name", "kind": "text", "is_name": true}]},
            "survey": {"comment": true}, "offline_form": {"ask_phone": true}, "form_after": "https://shop.example/after", "drafts": true
        });
        set_button(&world, &admin, change).await;
        let path = format!("/admin/deployments/{deployment}");
        let mut site = world.get(&admin, &path).await.good()["settings"].clone();
        site["appearance"] = json!({"title": "Ask us", "language": "de"});
        site["allowed_origins"] = json!(["https://shop.example"]);
        site["files"]["unasked"] = json!(true);
        world.put(&admin, &path, site).await.good();
        let ask = |deployment: String, button: String| {
            let world = world.clone();
            async move { world.get("", &format!("/visitor/settings?deployment={deployment}&button={button}")).await }
        };

        let told = ask(deployment.to_string(), button.to_string()).await.good();
        assert_eq!(told["deployment"], json!(deployment));
        assert_eq!((&told["appearance"]["title"], &told["language"], &told["drafts"]), (&json!("Ask us"), &json!("de"), &json!(true)));
        assert_eq!(told["prechat_form"]["fields"][0]["is_name"], true);
        assert_eq!((&told["survey_page"], &told["prechat_page"]), (&json!("https://shop.example/after"), &json!(null)));
        assert_eq!((&told["survey"]["comment"], &told["offline_form"]["ask_phone"]), (&json!(true), &json!(true)));
        assert_eq!((&told["files"]["unasked"], &told["open_again_at"]), (&json!(true), &json!(null)));
        assert_eq!(told["available"], false, "nobody is there");
        agent_is_there(&world).await;
        let told = ask(deployment.to_string(), button.to_string()).await.good();
        assert_eq!((&told["available"], &told["estimated_wait_seconds"]), (&json!(true), &json!(0)));

        // An old id has 15 characters, or 18 of which the last three repeat what is said.
        let (old_deployment, old_button) = ("572SB0000000001", "573SB0000000001");
        for end in ["", "AAA"] {
            let same = ask(format!("{old_deployment}{end}"), format!("{old_button}{end}")).await.good();
            assert_eq!(same, told);
        }
        for (deployment, button, property) in [
            (button.to_string(), button.to_string(), "deployment"),
            (deployment.to_string(), deployment.to_string(), "button"),
            (old_button.to_owned(), old_button.to_owned(), "deployment"),
            ("572SB0000000002".to_owned(), old_button.to_owned(), "deployment"),
            ("%00%FF".to_owned(), old_button.to_owned(), "deployment"),
            (deployment.to_string(), "x".repeat(4_000), "button"),
        ] {
            let answer = ask(deployment, button).await;
            assert_eq!(answer.status.as_u16() / 100, 4, "{answer:?}");
            if answer.status == 404 {
                assert_eq!(answer.body["property"], property);
            }
        }
        let foreign = Request::builder()
            .method(Method::GET)
            .uri(format!("/api/v1/visitor/settings?deployment={deployment}&button={button}"))
            .header(header::ORIGIN, "https://evil.example")
            .body(axum::body::Body::empty());
        assert_eq!(world.raw(foreign.unwrap()).await.problem(), (403, "not_permitted".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_closed_outside_its_hours_and_says_when_it_opens() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        agent_is_there(&world).await;
        let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let always: Vec<Value> = week.iter().map(|day| json!({"day": day, "from": "00:00", "to": "24:00"})).collect();
        let office = json!({"name": "Office", "time_zone": "UTC", "weekly": always});
        let office = world.post(&admin, "/admin/hours", office).await.good();
        set_button(&world, &admin, json!({"hours": office["id"]})).await;
        let told = || {
            let world = world.clone();
            let path = format!("/visitor/settings?deployment={}&button={}", world.demo.deployment, world.demo.button);
            async move { world.get("", &path).await.good() }
        };
        let open = told().await;
        assert_eq!((&open["available"], &open["open_again_at"]), (&json!(true), &json!(null)));
        let start = json!({"deployment": world.demo.deployment, "button": world.demo.button});
        let started = world.post("", "/visitor/conversations", start.clone()).await.good();
        assert_ne!(started["conversation"]["state"], "ended");

        // From today on it is a holiday until the day after tomorrow at nine.
        let day = |n: u64| {
            let at = (world.clock.now() + crate::world::DAY * u32::try_from(n).unwrap()).to_string();
            at[..10].to_owned()
        };
        let holidays = json!([
            {"date": day(0), "name": "One"}, {"date": day(1), "name": "Two"}, {"date": day(2), "name": "Three", "from": "09:00", "to": "10:00"}
        ]);
        let mut settings = office["settings"].clone();
        settings["holidays"] = holidays;
        world.put(&admin, &format!("/admin/hours/{}", office["id"].as_str().unwrap()), settings).await.good();
        let closed = told().await;
        assert_eq!(closed["available"], false);
        assert_eq!(closed["open_again_at"], json!(format!("{}T09:00:00.000000Z", day(2))));
        let availability = format!("/visitor/availability?deployment={}&buttons={}", world.demo.deployment, world.demo.button);
        assert_eq!(world.get("", &availability).await.good()["buttons"][0]["available"], false);
        let refused = world.post("", "/visitor/conversations", start).await.good();
        assert_eq!(refused["conversation"]["state"], "ended");
        assert_eq!(refused["conversation"]["timeline"][0]["because"], "unavailable");
        // The one that came before goes on.
        let token = started["resume_token"].as_str().unwrap();
        assert_ne!(world.get(token, "/visitor/conversation").await.good()["state"], "ended");
    })
    .await;
}
