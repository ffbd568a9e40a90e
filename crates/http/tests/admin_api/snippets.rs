//! Codes for web pages, written and read.

use liveagent::snippet::{Field, read};
use serde_json::{Value, json};

use crate::world::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn the_codes_of_a_deployment_and_a_button_hold_ids_that_work_and_stay() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        // What has ids from before keeps them.
        let old = world.get(&admin, &format!("/admin/snippets?button={}", world.demo.button)).await.good();
        let ids = ["organisation_id", "deployment_id", "button_id"].map(|id| old[id].as_str().unwrap().to_owned());
        assert_eq!(ids, ["00DSB0000000001", "572SB0000000001", "573SB0000000001"]);
        assert_eq!((&old["endpoint"], &old["pod"]), (&json!("http://127.0.0.1:8080/chat"), &json!("127.0.0.1:8080")));

        // What has none gets one, once, also when several ask at the same time.
        let deployment = world.post(&admin, "/admin/deployments", json!({"name": "Shop"})).await.good()["id"].clone();
        let button = world.post(&admin, "/admin/buttons", json!({"name": "Sales"})).await.good()["id"].clone();
        let (deployment, button) = (deployment.as_str().unwrap(), button.as_str().unwrap());
        let path = format!("/admin/snippets?deployment={deployment}&button={button}");
        let (first, second, third) = tokio::join!(world.get(&admin, &path), world.get(&admin, &path), world.get(&admin, &path));
        let (first, second, third) = (first.good(), second.good(), third.good());
        assert_eq!((&first, &first), (&second, &third));
        let shown = world.get(&admin, &format!("/admin/buttons/{button}")).await.good();
        assert_eq!(shown["old_ids"], json!([first["button_id"]]));
        assert_eq!(world.audited(button).await, ["button.created", "old_id.made"]);
        let directory = world.app.directory(world.demo.workspace).unwrap();
        for (id, prefix, names) in [("deployment_id", "572", deployment), ("button_id", "573", button)] {
            let id = first[id].as_str().unwrap();
            assert!(id.len() == 15 && id.starts_with(prefix), "{id}");
            assert_eq!(directory.by_old_id(id).unwrap().to_string(), names);
        }

        // What is written is what is read.
        let codes = format!("{}{}", first["deployment_code"].as_str().unwrap(), first["button_code"].as_str().unwrap());
        let reading = read(&codes);
        for (field, name) in [
            (Field::Endpoint, "endpoint"),
            (Field::Organisation, "organisation_id"),
            (Field::Deployment, "deployment_id"),
            (Field::Button, "button_id"),
        ] {
            assert_eq!(reading.value(field), first[name].as_str(), "{codes}");
        }
        let element = first["element_code"].as_str().unwrap();
        let tag = format!("<switchboard-chat deployment=\"{deployment}\" button=\"{button}\"></switchboard-chat>");
        assert!(element.contains(&tag), "{element}");
        let organisation = first["organisation_id"].as_str().unwrap();
        for (program, values) in [
            ("curl", format!("host='http://127.0.0.1:8080' organisation={organisation} ")),
            ("javascript", format!("[\"http://127.0.0.1:8080\",\"{organisation}\",")),
            ("chat_command", format!("switchboard chat --host http://127.0.0.1:8080 --org {organisation} ")),
        ] {
            let text = first[program].as_str().unwrap();
            assert!(text.contains(&values) && text.contains(first["button_id"].as_str().unwrap()), "{text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_asked_for_things_that_belong_together() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let only = world.get(&admin, "/admin/snippets").await.good();
        assert_eq!((&only["deployment_id"], &only["button_id"], &only["curl"]), (&json!("572SB0000000001"), &Value::Null, &Value::Null));
        let made = |answer: crate::world::Answer| answer.good()["id"].as_str().unwrap().to_owned();
        let other = made(world.post(&admin, "/admin/deployments", json!({"name": "Other"})).await);
        let button = made(world.post(&admin, "/admin/buttons", json!({"name": "Elsewhere", "deployments": [other]})).await);
        let answer = world.get(&admin, "/admin/snippets").await;
        assert_eq!((answer.problem().0, &answer.body["property"]), (422, &json!("deployment")));
        let answer = world.get(&admin, &format!("/admin/snippets?deployment={}&button={button}", world.demo.deployment)).await;
        assert_eq!((answer.problem().0, &answer.body["property"]), (422, &json!("button")));
        world.get(&admin, &format!("/admin/snippets?deployment={other}&button={button}")).await.good();
        assert_eq!(world.get(&admin, &format!("/admin/snippets?deployment={button}")).await.problem().0, 404);
        let supervisor = world.token("supervisor").await;
        assert_eq!(world.get(&supervisor, "/admin/snippets").await.problem().0, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_is_read_and_says_what_is_known_of_it() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let text = "<script>liveagent.init('https://d.la1.test/chat', '572SB0000000001', '00DXX0000000009');</script>ü\
            <!-- startChat('573SB0000000001') -->";
        let read = world.post(&admin, "/admin/snippets/read", json!({"text": text})).await.good();
        assert_eq!(read["generation"], "live_agent");
        let of = |field: &str| read["found"].as_array().unwrap().iter().find(|found| found["field"] == field).cloned().unwrap();
        assert_eq!(of("deployment")["names"], json!({"kind": "deployment", "id": world.demo.deployment}));
        assert_eq!(of("organisation")["names"], Value::Null);
        assert_eq!((&of("button")["confidence"], &of("button")["names"]["kind"]), (&json!("low"), &json!("button")));
        assert_eq!(of("button")["offset"], text.find("573SB").unwrap());
        assert_eq!((&of("content")["confidence"], &read["problems"]), (&json!("derived"), &json!([])));

        let nothing = world.post(&admin, "/admin/snippets/read", json!({"text": "<img src=x onerror=alert(1)>"})).await.good();
        assert_eq!((&nothing["found"], &nothing["problems"][0]["kind"]), (&json!([]), &json!("nothing_found")));
        assert_eq!(nothing["problems"][0]["severity"], "error");
        let long = world.post(&admin, "/admin/snippets/read", json!({"text": "x".repeat(65_537)})).await.good();
        assert_eq!(long["problems"][0]["kind"], "too_long");
    })
    .await;
}
