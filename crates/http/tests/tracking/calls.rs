//! What SDKs call: every path, every way to say the key, and what is stored of it.

use std::time::Duration;

use domain::{
    customer_event::EventKind,
    profile::{Key, ProfileKind},
};
use http::Method;
use serde_json::{Value, json};

use crate::world::{KEY, Set, World, gzip, on_both, on_both_with};

fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/../protocols/segment/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().replace("WK1", KEY).into_bytes()
}

#[tokio::test]
async fn every_path_takes_its_call() {
    on_both(|world| async move {
        let said = json!({ "userId": "u", "anonymousId": "d", "groupId": "g", "previousId": "p", "event": "Bought", "name": "Home" });
        for (n, (paths, kind)) in [
            (["identify", "i"], EventKind::Identify),
            (["track", "t"], EventKind::Track),
            (["page", "p"], EventKind::Page),
            (["screen", "s"], EventKind::Screen),
            (["group", "g"], EventKind::Group),
            (["alias", "a"], EventKind::Alias),
        ]
        .into_iter()
        .enumerate()
        {
            for path in paths {
                world.tell(&format!("/v1/{path}"), said.clone()).await;
                let stored = world.stored().await;
                assert_eq!((stored.last().unwrap().kind, stored.last().unwrap().verdict.as_str()), (Some(kind), "accepted"), "{path}");
            }
            for path in ["batch", "b", "import"] {
                world.tell(&format!("/v1/{path}"), json!({ "batch": [{ "type": kind.as_str(), "userId": n }] })).await;
            }
        }
        let all = world.stored().await;
        assert_eq!(all.len(), 6 * 5);
        assert!(all.iter().all(|event| event.source.to_string() == world.source));
        world.tell("/v1/m", json!({ "series": [] })).await;
        assert_eq!(world.stored().await.len(), all.len(), "what analytics.js counts of itself is forgotten");
        let answer = world.post("/v1/nothing", b"{}").await;
        assert_eq!(answer.refused(), (404, "no_such_endpoint".into()));
        let answer = world.send(Method::GET, "/v1/track", &[], b"").await;
        assert_eq!(answer.refused(), (405, "no_such_endpoint".into()));
    })
    .await;
}

#[tokio::test]
async fn every_way_to_say_the_key_is_understood_and_unknown_ones_are_told() {
    on_both(|world| async move {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        world.source_with_key("Another", "another-key").await;
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        let send = async |headers: &[(&str, &str)], key: Option<&str>| {
            let mut event = json!({ "userId": "u", "event": "x" });
            if let Some(key) = key {
                event["writeKey"] = key.into();
            }
            world.send(Method::POST, "/v1/track", headers, event.to_string().as_bytes()).await
        };
        let good = [
            (vec![("authorization", basic(&format!("{KEY}:")))], None),
            (vec![("authorization", basic(KEY))], None),
            (vec![("authorization", basic(&format!("{KEY}:")))], Some(KEY)),
            (vec![("authorization", "Bearer token".into())], Some(KEY)),
            (vec![("x-write-key", KEY.to_owned())], Some("***")),
            (vec![], Some(KEY)),
            // The header counts.
            (vec![("authorization", basic(&format!("{KEY}:")))], Some("another-key")),
        ];
        for (headers, key) in &good {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(send(&headers, *key).await.status, 200, "{headers:?} {key:?}");
        }
        let stored = world.stored().await;
        assert_eq!(stored.len(), good.len());
        assert!(stored.iter().all(|event| event.source.to_string() == world.source));
        let unknown = basic("nobody:");
        for (headers, key) in [(vec![], None), (vec![], Some("nobody")), (vec![("authorization", unknown.as_str())], Some(KEY))] {
            assert_eq!(send(&headers, key).await.refused(), (401, "invalid_write_key".into()), "{headers:?} {key:?}");
        }
        // A source that is switched off is nobody's.
        let path = format!("/admin/event-sources/{}", world.source);
        let mut settings = world.native(Method::GET, &path, Value::Null).await.good()["settings"].clone();
        settings["active"] = false.into();
        world.native(Method::PUT, &path, settings).await.good();
        assert_eq!(send(&[], Some(KEY)).await.refused().0, 401);
        assert_eq!(world.stored().await.len(), good.len());
    })
    .await;
    on_both_with(Set { refuse_unknown_keys: false, ..Set::default() }, |world| async move {
        let answer = world.send(Method::POST, "/v1/track", &[], br#"{"userId":"u","event":"x","writeKey":"nobody"}"#).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "success": true })), "as Segment does");
        assert!(world.stored().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_sdks_post_is_stored_the_same_packed_or_not() {
    on_both(|world| async move {
        for (name, path) in
            [("analytics_js_track", "t"), ("analytics_js_batch", "b"), ("python_batch", "batch"), ("hand_written_identify", "identify")]
        {
            let answer = world.send(Method::POST, &format!("/v1/{path}"), &[], &golden(name)).await;
            assert_eq!(answer.status, 200, "{name}: {answer:?}");
        }
        let stored = world.stored().await;
        assert_eq!(stored.len(), 6);
        assert!(stored.iter().all(|event| event.verdict == "accepted"));
        assert_eq!(stored[0].body.context["ip"], "127.0.0.1", "a browser's address says where it is");
        assert_eq!((stored[3].user_key.as_deref(), stored[3].group_key.as_deref()), (Some("42"), Some("7")));
        assert_eq!(stored[4].body.previous_key.as_deref(), Some("a-1"));

        // Twice is once, in whatever wrapping; two of them have no id, and so are new.
        for (name, path) in [("analytics_js_track", "t"), ("python_batch", "batch")] {
            let headers = [("content-encoding", "gzip"), ("content-type", "application/x-www-form-urlencoded")];
            let answer = world.send(Method::POST, &format!("/v1/{path}"), &headers, &gzip(&golden(name))).await;
            assert_eq!(answer.status, 200, "{name}: {answer:?}");
        }
        let again = world.stored().await;
        assert_eq!(again.len(), 6);
        assert_eq!(again.iter().map(|event| event.repeats).collect::<Vec<_>>(), [1, 0, 0, 1, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_picture_tells_of_an_event_and_is_shown_whatever_it_says() {
    on_both(|world| async move {
        let flat = format!("/v1/pixel/track?writeKey={KEY}&userId=u&event=Opened&properties.mail=welcome");
        let nothing = "/v1/pixel/track?data=%%%".to_owned();
        for path in
            [flat, nothing, "/v1/pixel/track".into(), "/v1/pixel/nothing".into(), "/v1/pixel/track?writeKey=x&userId=u&event=e".into()]
        {
            let answer = world.send(Method::GET, &path, &[], b"").await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/gif"), "{path}");
            assert!(answer.body.starts_with(b"GIF89a"));
        }
        let stored = world.stored().await;
        assert_eq!((stored.len(), stored[0].body.properties["mail"].as_str()), (1, Some("welcome")));
    })
    .await;
}

#[tokio::test]
async fn pages_of_every_origin_may_post() {
    on_both(|world| async move {
        let asked = [
            ("origin", "https://shop.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,x-retry-count"),
        ];
        let answer = world.send(Method::OPTIONS, "/v1/t", &asked, b"").await;
        assert!(answer.status.is_success());
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type,x-retry-count");
        assert_eq!(answer.header("access-control-max-age"), "86400");
        let body = golden("analytics_js_track");
        let answer = world.send(Method::POST, "/v1/t", &[("origin", "https://shop.example"), ("content-type", "text/plain")], &body).await;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, "*"));
    })
    .await;
}

#[tokio::test]
async fn who_is_too_fast_is_told_when_to_come_again() {
    on_both_with(Set { per_second: 1, ..Set::default() }, |world| async move {
        let event = json!({ "userId": "u", "event": "x" });
        world.tell("/v1/track", event.clone()).await;
        // The allowance is a second's: of as many as come within one, all but the first are turned away, and a second brings one more.
        let mut refused = None;
        for _ in 0..50 {
            let answer = world.post("/v1/track", event.to_string().as_bytes()).await;
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.unwrap();
        assert_eq!(refused.refused(), (429, "rate_limited".into()));
        assert_eq!((refused.header("retry-after"), refused.header("x-ratelimit-reset")), ("1", "1"));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_stored_is_to_be_sent_again() {
    on_both(|world| async move {
        world.app.store().close().await;
        for path in ["/v1/track", "/v1/identify"] {
            let answer = world.post(path, br#"{"userId":"u","event":"x"}"#).await;
            assert_eq!(answer.refused(), (503, "unavailable".into()));
            assert_eq!(answer.header("retry-after"), "2");
        }
    })
    .await;
}

async fn traits(world: &World, kind: ProfileKind, key: &str) -> Option<Value> {
    let key: Key = (kind, key.into());
    let found = world.app.store().snapshot().await.unwrap().profiles(world.workspace, &[key]).await.unwrap();
    found.into_iter().next().map(|(_, profile)| profile.traits.into())
}

#[tokio::test]
async fn what_events_tell_is_known_and_old_things_are_forgotten() {
    on_both(|world| async move {
        world.tell("/v1/identify", json!({ "anonymousId": "d", "traits": { "lang": "de", "plan": "free" } })).await;
        world.tell("/v1/identify", json!({ "anonymousId": "d", "userId": "u", "traits": { "plan": "pro", "city": "Berlin" } })).await;
        world.tell("/v1/identify", json!({ "userId": "u", "traits": { "city": null, "age": 41 } })).await;
        world.tell("/v1/group", json!({ "userId": "u", "groupId": "g", "traits": { "name": "Acme" } })).await;
        world.tell("/v1/identify", json!({ "userId": "bad", "traits": "none" })).await;
        let many: serde_json::Map<_, _> = (0..300).map(|n| (format!("t{n}"), json!(n))).collect();
        world.tell("/v1/identify", json!({ "userId": "many", "traits": many })).await;
        world.app.run_due().await.unwrap();
        assert_eq!(traits(&world, ProfileKind::User, "u").await, Some(json!({ "plan": "pro", "age": 41 })));
        assert_eq!(traits(&world, ProfileKind::Device, "d").await, Some(json!({ "lang": "de", "plan": "pro", "city": "Berlin" })));
        assert_eq!(traits(&world, ProfileKind::Group, "g").await, Some(json!({ "name": "Acme" })));
        assert_eq!(traits(&world, ProfileKind::User, "bad").await, None);
        assert_eq!(traits(&world, ProfileKind::User, "many").await.unwrap().as_object().unwrap().len(), domain::profile::TRAITS);
        let (verdict, reasons) = world.last().await;
        assert_eq!((verdict.as_str(), reasons[0].code.as_str()), ("accepted", "profile_full"));
        // Again finds nothing to do.
        world.app.run_due().await.unwrap();

        let path = "/admin/profiles/user/u".to_owned();
        assert_eq!(world.native(Method::DELETE, &path, Value::Null).await.status, 204);
        world.tell("/v1/track", json!({ "userId": "u", "event": "Later" })).await;
        world.app.run_due().await.unwrap();
        assert_eq!(traits(&world, ProfileKind::User, "u").await, None);
        assert_eq!(traits(&world, ProfileKind::Device, "d").await, None, "whose device it was");
        let stored = world.stored().await;
        assert_eq!(stored.iter().filter(|event| event.verdict == "erased").count(), 4);
        assert!(!serde_json::to_string(&stored.iter().map(|event| &event.body).collect::<Vec<_>>()).unwrap().contains("Berlin"));
        assert_eq!(world.native(Method::DELETE, &path, Value::Null).await.status, 404);

        world.clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
        world.app.run_due().await.unwrap();
        assert!(world.stored().await.is_empty());
        assert!(traits(&world, ProfileKind::Group, "g").await.is_some(), "what is known is kept for longer");
        world.clock.advance(Duration::from_secs(366 * 24 * 60 * 60));
        world.app.run_due().await.unwrap();
        assert_eq!(traits(&world, ProfileKind::Group, "g").await, None);
    })
    .await;
}
