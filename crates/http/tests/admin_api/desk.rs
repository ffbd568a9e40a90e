//! What agents need beside their conversations: names for ids, and texts to insert.

use serde_json::{Value, json};

use crate::world::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn every_agent_reads_what_ids_are_called_and_what_there_is_to_pick_from() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let mut settings = world.get(&admin, "/admin/workspace").await.good()["settings"].clone();
        assert_eq!((&settings["away_reasons"], &settings["decline_reasons"]), (&json!([]), &json!([])));
        settings["away_reasons"] = json!([" Lunch ", "Training", "Lunch"]);
        settings["decline_reasons"] = json!(["Not my language"]);
        let kept = world.put(&admin, "/admin/workspace", settings.clone()).await.good();
        assert_eq!(kept["settings"]["away_reasons"], json!(["Lunch", "Training"]));

        let (nobody, token) = world.nobody().await;
        let told = world.get(&token, "/directory").await.good();
        assert_eq!(told["workspace"], json!({"name": settings["name"], "time_zone": settings["time_zone"]}));
        assert_eq!((&told["away_reasons"], &told["decline_reasons"]), (&json!(["Lunch", "Training"]), &json!(["Not my language"])));
        let known = json!({"id": nobody, "name": "No Body", "public_name": "No Body", "active": true});
        assert!(told["agents"].as_array().unwrap().contains(&known), "{told}");
        assert_eq!(told["deployments"][0]["id"], json!(world.demo.deployment));
        assert_eq!(told["buttons"][0]["id"], json!(world.demo.button));

        for (property, wrong) in
            [("away_reasons", json!(["x".repeat(81)])), ("decline_reasons", json!([" "])), ("away_reasons", json!(vec!["x"; 51]))]
        {
            let mut changed = settings.clone();
            changed[property] = wrong;
            let refused = world.put(&admin, "/admin/workspace", changed).await;
            assert_eq!((refused.problem(), &refused.body["property"]), ((422, "invalid".to_owned()), &json!(property)));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn supervisors_write_texts_and_agents_find_them_by_what_is_in_them() {
    on_both(|world| async move {
        let (supervisor, agent) = (world.token("supervisor").await, world.token("agent").await);
        for (name, shortcut, text) in
            [("Öffnungszeiten", "zeit", "Von neun bis fünf."), ("bye", "bye", "Goodbye {visitor.name}!"), ("Hello", "hi", "Good day!")]
        {
            let new = json!({"name": name, "shortcut": shortcut, "text": text, "folder": "General"});
            assert_eq!(world.post(&agent, "/admin/quick-texts", new.clone()).await.problem(), (403, "not_permitted".to_owned()));
            world.post(&supervisor, "/admin/quick-texts", new).await.good();
        }
        let names = async |query: &str| -> Vec<Value> {
            let page = world.get(&agent, &format!("/quick-texts{query}")).await.good();
            page["items"].as_array().unwrap().iter().map(|item| item["settings"]["name"].clone()).collect()
        };
        assert_eq!(names("").await, ["bye", "Hello", "Öffnungszeiten"]);
        assert_eq!(names("?search=GOOD").await, ["bye", "Hello"]);
        assert_eq!(names("?search=%C3%96FFN").await, ["Öffnungszeiten"]);
        assert_eq!(names("?search=zeit&limit=1").await, ["Öffnungszeiten"]);
        assert_eq!(names("?search=nothing").await, [] as [&str; 0]);

        let first = world.get(&agent, "/quick-texts?limit=1").await.good();
        // The page after it begins where it ended, also when what it ended with is gone.
        world.delete(&supervisor, &format!("/admin/quick-texts/{}", first["items"][0]["id"].as_str().unwrap())).await.good();
        let second = world.get(&agent, &format!("/quick-texts?limit=1&cursor={}", first["next"].as_str().unwrap())).await.good();
        assert_eq!(second["items"][0]["settings"]["name"], "Hello");
        assert_eq!(world.get(&agent, "/quick-texts?cursor=nonsense").await.problem(), (400, "invalid_parameter".to_owned()));

        for (wrong, status, property) in [
            (json!({"name": "A", "shortcut": "HI", "text": "x"}), 409, "shortcut"),
            (json!({"name": "hello", "shortcut": "hey", "text": "x"}), 409, "name"),
            (json!({"name": "A", "shortcut": "two words", "text": "x"}), 422, "shortcut"),
            (json!({"name": "A", "shortcut": "a", "text": " "}), 422, "text"),
            (json!({"name": "A", "shortcut": "a", "text": "x".repeat(4_001)}), 422, "text"),
        ] {
            let refused = world.post(&supervisor, "/admin/quick-texts", wrong).await;
            assert_eq!((refused.problem().0, &refused.body["property"]), (status, &json!(property)), "{refused:?}");
        }
    })
    .await;
}
