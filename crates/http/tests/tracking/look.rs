//! The debugger: events as they come, with what became of each; what is personal is hidden until somebody who may asks.

use http::Method;
use serde_json::{Value, json};

use crate::world::{World, on_both};

async fn page(world: &World, query: &str) -> Value {
    world.native(Method::GET, &format!("/admin/events?{query}"), Value::Null).await.good()
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|event| event["message_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn events_are_seen_with_what_became_of_them() {
    on_both(|world| async move {
        let batch = json!({ "batch": [
            { "type": "track", "event": "Bought", "userId": "u-1", "messageId": "a", "properties": { "price": 5, "email": "ana@example.org" } },
            { "type": "identify", "userId": "ana@example.org", "messageId": "b", "traits": { "firstName": "Ana", "plan": "pro" } },
            { "type": "track", "userId": "u-1", "messageId": "c" },
            { "type": "track", "event": "Bought", "userId": "u-1", "messageId": "a" },
        ]});
        world.tell("/v1/batch", batch).await;
        let all = page(&world, "limit=10").await;
        assert_eq!((ids(&all), &all["next"], &all["head"]), (vec!["c", "b", "a"], &Value::Null, &json!(4)));
        let [invalid, identify, bought] = &all["items"].as_array().unwrap()[..] else { panic!() };
        assert_eq!((&invalid["verdict"], &invalid["reasons"]), (&json!("invalid"), &json!([{ "code": "no_event_name", "path": "name" }])));
        assert_eq!((&identify["user_key"], &identify["traits"]), (&json!("•••"), &json!({ "firstName": "•••", "plan": "pro" })));
        assert_eq!((&bought["repeats"], &bought["properties"]), (&json!(1), &json!({ "price": 5, "email": "•••" })));
        assert!(!all.to_string().contains("Ana") && !all.to_string().contains("ana@"));

        for (query, found) in [
            ("kind=track", vec!["c", "a"]),
            ("verdict=invalid", vec!["c"]),
            ("verdict=duplicate", vec!["a"]),
            ("search=ana%40example.org", vec!["b"]),
            ("search=bough", vec!["a"]),
            (&format!("source={}", world.source), vec!["c", "b", "a"]),
            ("source=018f0000-0000-7000-8000-000000000000", vec![]),
            ("before=2", vec!["a"]),
            ("limit=1", vec!["c"]),
        ] {
            assert_eq!(ids(&page(&world, query).await), found, "{query}");
        }
        for query in ["limit=0", "limit=201", "wait_s=61", "before=1&after=1", "kind=nothing", "what=x"] {
            assert_eq!(world.native(Method::GET, &format!("/admin/events?{query}"), Value::Null).await.status, 400, "{query}");
        }

        let path = format!("/admin/events/{}", identify["position"]);
        assert_eq!(world.native(Method::GET, &path, Value::Null).await.good(), *identify);
        let clear = world.native(Method::GET, &format!("{path}?clear=true"), Value::Null).await.good();
        assert_eq!((&clear["user_key"], &clear["traits"]["firstName"]), (&json!("ana@example.org"), &json!("Ana")));
        let audit = world.native(Method::GET, "/admin/audit?limit=1", Value::Null).await.good();
        assert_eq!((&audit["items"][0]["action"], &audit["items"][0]["change"]), (&json!("customer_event.read"), &json!({ "position": 2 })));
        assert_eq!(world.native(Method::GET, "/admin/events/99", Value::Null).await.status, 404);

        world.app.run_due().await.unwrap();
        let path = "/admin/profiles/user/ana%40example.org";
        let known = world.native(Method::GET, path, Value::Null).await.good();
        assert_eq!(known["traits"], json!({ "firstName": "•••", "plan": "pro" }));
        let clear = world.native(Method::GET, &format!("{path}?clear=true"), Value::Null).await.good();
        assert_eq!(clear["traits"], json!({ "firstName": "Ana", "plan": "pro" }));
        assert_eq!(world.native(Method::GET, "/admin/profiles/user/nobody", Value::Null).await.status, 404);
        assert_eq!(world.native(Method::GET, "/admin/profiles/thing/u", Value::Null).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn whoever_waits_is_told_of_what_comes() {
    on_both(|world| async move {
        let none = page(&world, "after=0&wait_s=0").await;
        assert_eq!((ids(&none), &none["head"]), (vec![], &json!(0)));
        let waiting = page(&world, "after=0&kind=track");
        let coming = async {
            world.tell("/v1/page", json!({ "userId": "u", "messageId": "not wanted" })).await;
            world.tell("/v1/track", json!({ "userId": "u", "event": "x", "messageId": "first" })).await;
        };
        let (told, ()) = tokio::join!(waiting, coming);
        assert_eq!(ids(&told), ["first"]);
        world.tell("/v1/track", json!({ "userId": "u", "event": "x", "messageId": "second" })).await;
        let next = page(&world, &format!("after={}", told["head"])).await;
        assert_eq!(ids(&next), ["second"]);
    })
    .await;
}
