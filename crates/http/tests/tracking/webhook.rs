//! Segment's Webhooks destination: who signs is believed, and nobody else.

use http::Method;
use segment::signature::x_signature;
use serde_json::{Value, json};

use crate::world::{Answer, KEY, World, on_both};

async fn post(world: &World, body: &str, signature: Option<&str>) -> Answer {
    let headers: Vec<_> = signature.map(|signature| ("x-signature", signature)).into_iter().collect();
    world.send(Method::POST, &format!("/v1/segment/webhook/{KEY}"), &headers, body.as_bytes()).await
}

#[tokio::test]
async fn signed_events_are_taken_and_others_are_not() {
    on_both(|world| async move {
        let path = format!("/admin/event-sources/{}/keys/{KEY}/webhook", world.source);
        let shown = world.native(Method::GET, &path, Value::Null).await.good();
        let secret = shown["secret"].as_str().unwrap();
        assert!(secret.len() >= 32);
        assert!(shown["address"].as_str().unwrap().ends_with(&format!("/v1/segment/webhook/{KEY}")));

        let event = |id: &str| {
            json!({ "type": "track", "event": "Bought", "userId": "u", "messageId": id, "timestamp": "2026-01-01T00:00:00Z" }).to_string()
        };
        let one = event("one");
        assert_eq!(post(&world, &one, Some(&x_signature(secret, one.as_bytes()))).await.status, 200);
        // Several events: Segment signs the first alone.
        let several = format!("[{},{}]", event("two"), event("three"));
        assert_eq!(post(&world, &several, Some(&x_signature(secret, event("two").as_bytes()))).await.status, 200);
        let whole = format!("[{},{}]", event("four"), event("five"));
        assert_eq!(post(&world, &whole, Some(&x_signature(secret, whole.as_bytes()))).await.status, 200);
        let stored = world.stored().await;
        let signed: Vec<_> = stored.iter().map(|event| (event.message_id.as_str(), event.body.signed)).collect();
        assert_eq!(signed, [("one", true), ("two", true), ("three", false), ("four", true), ("five", true)]);
        assert_eq!(stored[0].at.0, 1_767_225_600_000_000, "Segment has put it right");

        let other = world.source_with_key("Another", "another-key").await;
        let others = world.native(Method::GET, &format!("/admin/event-sources/{other}/keys/another-key/webhook"), Value::Null).await.good();
        let foreign = x_signature(others["secret"].as_str().unwrap(), one.as_bytes());
        let stale = x_signature(secret, event("two").as_bytes());
        for signature in [None, Some("".to_owned()), Some("zz".into()), Some(foreign), Some(stale)] {
            let answer = post(&world, &one, signature.as_deref()).await;
            assert_eq!(answer.refused(), (401, "invalid_signature".into()), "{signature:?}");
        }
        let behind = format!("[{},{}]", event("six"), event("two"));
        let answer = post(&world, &behind, Some(&x_signature(secret, event("two").as_bytes()))).await;
        assert_eq!(answer.refused().0, 401, "the first must be the signed one");
        assert!(world.stored().await.iter().all(|event| event.message_id != "six"));
        let (verdict, reasons) = world.last().await;
        assert_eq!((verdict.as_str(), reasons[0].code.as_str()), ("invalid", "invalid_signature"), "whoever looks for the fault finds it");

        let garbage = "no json";
        assert_eq!(post(&world, garbage, Some(&x_signature(secret, garbage.as_bytes()))).await.refused(), (400, "invalid_json".into()));
        let nobody = world.send(Method::POST, "/v1/segment/webhook/nobody", &[("x-signature", "00")], b"{}").await;
        assert_eq!(nobody.refused(), (401, "invalid_write_key".into()));
    })
    .await;
}
