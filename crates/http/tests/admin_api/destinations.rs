//! Destinations and deliveries as admins see them.

use serde_json::{Value, json};

use crate::{
    told::Mood,
    world::{World, on_both},
};

const URL: &str = "https://hooks.example/in";

async fn made(world: &World, admin: &str, more: Value) -> String {
    let mut body = json!({"name": "Hooks", "kind": "webhook", "url": URL});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.post(admin, "/admin/destinations", body).await.good()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_is_made_gets_a_secret_and_is_tried() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let id = made(&world, &admin, json!({})).await;
        let at = |what: &str| format!("/admin/destinations/{id}{what}");
        let settings = world.get(&admin, &at("")).await.good()["settings"].clone();
        assert_eq!(
            settings,
            json!({
                "name": "Hooks", "active": true, "kind": "webhook", "url": URL, "with_bodies": false, "keep_days": 30,
                "events": ["started", "ended", "message_sent", "message_received"]
            })
        );
        let state = world.get(&admin, &at("/state")).await.good();
        assert_eq!(state, json!({"waiting": 0, "held_until": null, "because": null, "code": null, "secrets": []}));
        let trial = world.post(&admin, &at("/test"), json!({})).await.good();
        assert_eq!((&trial["delivered"], &trial["class"], &trial["code"]), (&json!(false), &json!("set_up"), &json!("no_secret")));

        let secret = world.post(&admin, &at("/secret"), json!({})).await;
        assert_eq!(secret.status, 201);
        assert_eq!(secret.body["number"], 1);
        let second = world.post(&admin, &at("/secret"), json!({"secret": "one-that-they-have", "overlap_hours": 1})).await.good();
        assert_eq!(second["secret"], "one-that-they-have");
        let secrets = world.get(&admin, &at("/state")).await.good()["secrets"].clone();
        let numbers: Vec<_> =
            secrets.as_array().unwrap().iter().map(|secret| (secret["number"].clone(), secret["until"].is_null())).collect();
        assert_eq!(numbers, [(json!(2), true), (json!(1), false)]);
        assert!(!secrets.to_string().contains("they-have"));
        let trial = world.post(&admin, &at("/test"), json!({})).await.good();
        assert_eq!((&trial["delivered"], &trial["status"], &trial["request"]["url"]), (&json!(true), &json!(200), &json!(URL)));
        assert_eq!(world.told.state().secrets.len(), 2);
        world.post(&admin, &at("/resume"), json!({})).await.good();
        assert_eq!(
            world.audited(&id).await,
            [
                "destination.created",
                "destination.tested",
                "destination.secret_made",
                "destination.secret_made",
                "destination.tested",
                "destination.resumed"
            ]
        );

        // Whatever makes no sense is told by name; whoever may not is refused.
        for (property, body) in [
            ("url", json!({"name": "X", "kind": "webhook", "url": "ftp://x.example"})),
            ("url", json!({"name": "X", "kind": "webhook", "url": "https://user@x.example"})),
            ("url", json!({"name": "X", "kind": "webhook", "url": "https://"})),
            ("events", json!({"name": "X", "kind": "webhook", "url": URL, "events": []})),
            ("keep_days", json!({"name": "X", "kind": "webhook", "url": URL, "keep_days": 0})),
        ] {
            let answer = world.post(&admin, "/admin/destinations", body).await;
            assert_eq!((answer.problem().0, &answer.body["property"]), (422, &json!(property)));
        }
        let taken = world.post(&admin, "/admin/destinations", json!({"name": "hooks", "kind": "webhook", "url": URL})).await;
        assert_eq!(taken.problem().0, 409);
        let changed = world.put(&admin, &at(""), json!({"name": "Hooks", "kind": "endpoint", "url": URL})).await;
        assert_eq!((changed.problem().0, &changed.body["property"]), (422, &json!("kind")));
        let short = world.post(&admin, &at("/secret"), json!({"secret": "short"})).await;
        assert_eq!((short.problem().0, &short.body["property"]), (422, &json!("secret")));
        let long = world.post(&admin, &at("/secret"), json!({"overlap_hours": 721})).await;
        assert_eq!((long.problem().0, &long.body["property"]), (422, &json!("overlap_hours")));
        let endpoint = made(&world, &admin, json!({"name": "Events", "kind": "endpoint"})).await;
        let keyless = world.post(&admin, &format!("/admin/destinations/{endpoint}/secret"), json!({})).await;
        assert_eq!((keyless.problem().0, &keyless.body["property"]), (422, &json!("secret")));
        let (_, nobody) = world.nobody().await;
        for path in ["/admin/destinations".to_owned(), at("/state"), at("/funnel"), "/admin/deliveries".to_owned()] {
            assert_eq!(world.get(&nobody, &path).await.problem().0, 403, "{path}");
        }
        let unknown = "/admin/destinations/0190163d-8694-739b-aea5-966c26f8ad91";
        for path in ["/state", "/funnel"] {
            assert_eq!(world.get(&admin, &format!("{unknown}{path}")).await.problem().0, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_read_repaired_and_sent_again() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let id = made(&world, &admin, json!({"with_bodies": true, "events": ["started", "message_sent"]})).await;
        world.post(&admin, &format!("/admin/destinations/{id}/secret"), json!({})).await.good();
        world.app.run_due().await.unwrap();
        world.told.behaves(URL, Mood::WantsRepaired);
        let started = world.conversation("Vera", "hello there").await;
        for _ in 0..3 {
            world.app.run_due().await.unwrap();
        }
        let page =
            world.get(&admin, &format!("/admin/deliveries?destination={id}&state=dead&class=invalid&kind=message_sent")).await.good();
        let items = page["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{page}");
        let letter = items[0]["id"].as_str().unwrap().to_owned();
        assert_eq!((&items[0]["code"], &items[0]["status"], &items[0]["due_at"]), (&json!("rejected"), &json!(422), &json!(null)));
        let conversation = started.conversation.to_string();
        assert_eq!(items[0]["conversation"], conversation);
        let count =
            async |query: &str| world.get(&admin, &format!("/admin/deliveries?{query}")).await.good()["items"].as_array().unwrap().len();
        let event = items[0]["event"].as_str().unwrap();
        for (query, expected) in [
            ("", 2),
            ("limit=1", 1),
            ("state=waiting", 0),
            (&format!("search={conversation}"), 2),
            (&format!("search={event}"), 1),
            (&format!("search={letter}"), 1),
            ("search=nothing", 0),
        ] {
            assert_eq!(count(query).await, expected, "{query}");
        }
        let first = world.get(&admin, "/admin/deliveries?limit=1").await.good();
        let next = first["next"].as_str().unwrap();
        assert_eq!(count(&format!("limit=1&cursor={next}")).await, 1);

        let whole = world.get(&admin, &format!("/admin/deliveries/{letter}")).await.good();
        assert!(whole["payload"].as_str().unwrap().contains("hello there"));
        assert_eq!((&whole["attempts"][0]["response"]["body"], &whole["attempts"][0]["number"]), (&json!("said the server"), &json!(1)));
        let path = |what: &str| format!("/admin/deliveries/{letter}/{what}");
        let broken = world.put(&admin, &path("payload"), json!({"payload": "{"})).await;
        assert_eq!((broken.problem().0, &broken.body["property"]), (422, &json!("payload")));
        let large = world.put(&admin, &path("payload"), json!({"payload": "x".repeat(33_000)})).await;
        assert_eq!(large.problem().0, 413);
        world.put(&admin, &path("payload"), json!({"payload": "{\"kind\": \"message_sent\", \"repaired\": true}"})).await.good();
        world.post(&admin, &path("send"), json!({})).await.good();
        assert_eq!(world.post(&admin, &path("send"), json!({})).await.problem().0, 409, "it waits already");
        world.app.run_due().await.unwrap();
        let whole = world.get(&admin, &format!("/admin/deliveries/{letter}")).await.good();
        assert_eq!((&whole["delivery"]["state"], &whole["delivery"]["repaired"]), (&json!("delivered"), &json!(true)));
        assert!(whole["original"].as_str().unwrap().contains("hello there"));
        assert_eq!(world.post(&admin, &path("discard"), json!({})).await.problem().0, 409);
        let subject: uuid::Uuid = letter.parse().unwrap();
        let lines = world.audited(subject).await;
        assert_eq!(lines, ["delivery.read", "delivery.repaired", "delivery.sent_again", "delivery.read"]);

        let filter = json!({"filter": {"destination": id, "class": "invalid"}});
        assert_eq!(world.post(&admin, "/admin/deliveries/discard", filter.clone()).await.good(), json!({"deliveries": 1}));
        assert_eq!(world.post(&admin, "/admin/deliveries/send", filter).await.good(), json!({"deliveries": 0}), "none is dead");
        let discarded = json!({"filter": {"state": "discarded"}});
        world.told.behaves(URL, Mood::Answers(200, None));
        assert_eq!(world.post(&admin, "/admin/deliveries/send", discarded).await.good(), json!({"deliveries": 1}));
        world.app.run_due().await.unwrap();
        assert_eq!(count("state=delivered").await, 2);
        let funnel = world.get(&admin, &format!("/admin/destinations/{id}/funnel")).await.good();
        let total = &funnel["total"];
        assert_eq!((&total["failed"], &total["delivered"]), (&json!(2), &json!(2)), "{funnel}");
        assert_eq!(total["received"].as_i64().unwrap(), 2 + total["filtered"].as_i64().unwrap());
        assert_eq!(funnel["hours"].as_array().unwrap().len(), 1);

        for (query, property) in [
            ("state=lost", "state"),
            ("class=setup", "class"),
            ("destination=x", "destination"),
            ("cursor=x", "cursor"),
            ("limit=0", "limit"),
        ] {
            let wrong = world.get(&admin, &format!("/admin/deliveries?{query}")).await;
            assert_eq!(wrong.problem().0, 400, "{query}: {property}");
        }
        let unknown = "/admin/deliveries/0190163d-8694-739b-aea5-966c26f8ad91";
        assert_eq!(world.get(&admin, unknown).await.problem().0, 404);
        assert_eq!(world.post(&admin, &format!("{unknown}/send"), json!({})).await.problem().0, 404);
    })
    .await;
}
