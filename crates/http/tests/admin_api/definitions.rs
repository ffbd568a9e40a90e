//! Deployments, buttons, queues, skills, roles, rules, blocks and agents over HTTP.

use serde_json::{Value, json};

use crate::world::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_definition_is_made_once_read_replaced_listed_and_removed() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let families = [
            ("deployments", json!({"name": "Shop"}), "name"),
            ("buttons", json!({"name": "Sales"}), "name"),
            ("hours", json!({"name": "Office", "time_zone": "Europe/Berlin"}), "name"),
            ("queues", json!({"name": "Line"}), "name"),
            ("skills", json!({"name": "French"}), "name"),
            ("roles", json!({"name": "Reader", "permissions": ["history.read"]}), "name"),
            ("rules", json!({"name": "Cards", "pattern": "[0-9]{16}", "action": "remove", "applies_to": ["visitor"]}), "name"),
            ("quick-texts", json!({"name": "Hours", "shortcut": "hours", "text": "From nine to five."}), "name"),
            ("event-sources", json!({"name": "Site"}), "name"),
            ("blocks", json!({"from": "192.0.2.1", "to": "192.0.2.9", "note": "Spam"}), "note"),
        ];
        for (family, settings, property) in families {
            let path = format!("/admin/{family}");
            let make = || world.send(http::Method::POST, &path, &admin, family, Some(settings.clone()));
            let made = make().await;
            assert_eq!(made.status, 201, "{family}: {made:?}");
            assert_eq!(make().await.body, made.body, "{family}: the same key makes nothing new");
            let id = made.body["id"].as_str().unwrap().to_owned();
            let one = format!("{path}/{id}");
            assert_eq!(world.get(&admin, &one).await.good(), made.body);

            let mut changed = made.body["settings"].clone();
            changed[property] = json!("Changed");
            let replaced = world.put(&admin, &one, changed.clone()).await.good();
            assert_eq!(replaced["settings"], changed, "{family}");
            let listed = world.get(&admin, &path).await.good();
            assert!(listed["items"].as_array().unwrap().contains(&replaced), "{family}");

            let mut misspelt = changed.clone();
            misspelt["nmae"] = json!("x");
            let refused = world.put(&admin, &one, misspelt).await;
            assert_eq!(refused.problem(), (400, "invalid_body".to_owned()), "{family}");
            assert_eq!(refused.body["detail"], "no property is called \"nmae\" here", "{family}");

            assert_eq!(world.delete(&admin, &one).await.status, 204);
            assert_eq!(world.get(&admin, &one).await.problem().0, 404);
            assert_eq!(world.delete(&admin, &one).await.problem().0, 404);
            let kind = if family == "hours" { family.to_owned() } else { family.trim_end_matches('s').replace('-', "_") };
            assert_eq!(world.audited(&id).await, ["created", "changed", "removed"].map(|verb| format!("{kind}.{verb}")));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_read_by_cursor() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        for n in 0..5 {
            world.post(&admin, "/admin/skills", json!({"name": format!("Skill {n}")})).await.good();
        }
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.get(&admin, &format!("/admin/skills?limit=2{cursor}")).await.good();
            names.extend(page["items"].as_array().unwrap().iter().map(|item| item["settings"]["name"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names, (0..5).map(|n| json!(format!("Skill {n}"))).collect::<Vec<Value>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_says_nothing_is_as_the_operator_set_it() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let plain = world.post(&admin, "/admin/deployments", json!({"name": "Plain"})).await.good();
        assert_eq!(plain["settings"]["connection_timeout_ms"], 90_000);
        assert_eq!((&plain["settings"]["polling"]["hold_seconds"], &plain["settings"]["polling"]["batch"]), (&json!(20), &json!("one")));
        let own = json!({"name": "Own", "connection_timeout_ms": 30_000, "polling": {"batch": "all"}, "retention": {"message_days": 0}});
        let own = world.post(&admin, "/admin/deployments", own).await.good();
        assert_eq!(own["settings"]["connection_timeout_ms"], 30_000);
        assert_eq!((&own["settings"]["polling"]["hold_seconds"], &own["settings"]["polling"]["batch"]), (&json!(20), &json!("all")));
        let id = own["id"].as_str().unwrap();
        let replaced = world.put(&admin, &format!("/admin/deployments/{id}"), json!({"name": "Own"})).await.good();
        assert_eq!(replaced["settings"]["connection_timeout_ms"], 90_000);

        for (wrong, detail) in [
            (json!({}), "the property \"name\" is missing"),
            (json!({"name": "x", "polling": {"btach": "all"}}), "no property is called \"btach\" here"),
            (json!([]), "expected struct DeploymentSettings"),
        ] {
            let answer = world.post(&admin, "/admin/deployments", wrong).await;
            assert_eq!(answer.problem(), (400, "invalid_body".to_owned()));
            assert!(answer.body["detail"].as_str().unwrap().contains(detail), "{answer:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_made_once_with_a_password_to_be_changed() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let new = json!({"settings": {"login": "ben", "name": "Ben"}, "password": "a first password"});
        let make = || world.send(http::Method::POST, "/admin/agents", &admin, "ben", Some(new.clone()));
        let made = make().await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(make().await.body, made.body);
        assert!(!made.body.to_string().contains("password"));
        let token = world.token_with("BEN", "a first password").await;
        assert_eq!(world.get(&token, "/me").await.problem(), (403, "password_change_required".to_owned()));
        let taken = world.post(&admin, "/admin/agents", new.clone()).await;
        assert_eq!((taken.problem(), &taken.body["property"]), ((409, "already_exists".to_owned()), &json!("login")));
        let short = json!({"settings": {"login": "carl", "name": "Carl"}, "password": "short"});
        assert_eq!(world.post(&admin, "/admin/agents", short).await.problem().0, 422);
    })
    .await;
}
