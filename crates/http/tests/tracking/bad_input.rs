//! Bad input, line by line: what is answered, what whoever looks for the fault finds, and that no neighbour is lost.

use serde_json::json;

use crate::world::{gzip, on_both};

/// A body, what is answered (status and code; none for success), and the reason that is stored with it (none: nothing is stored).
struct Line {
    what: &'static str,
    path: &'static str,
    body: Vec<u8>,
    answer: Option<(u16, &'static str)>,
    stored: Option<&'static str>,
}

fn line(
    what: &'static str,
    path: &'static str,
    body: impl Into<Vec<u8>>,
    answer: Option<(u16, &'static str)>,
    stored: Option<&'static str>,
) -> Line {
    Line { what, path, body: body.into(), answer, stored }
}

fn nested(depth: usize) -> String {
    format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth))
}

fn lines() -> Vec<Line> {
    let large = json!({ "userId": "u", "event": "x", "properties": { "x": "x".repeat(33 * 1024) } }).to_string();
    let long = |name: &str, length: usize| {
        let mut event = json!({ "userId": "u", "event": "x" });
        event[name] = "x".repeat(length).into();
        event.to_string()
    };
    let many_traits: serde_json::Map<_, _> = (0..100_000).map(|n| (format!("t{n}"), json!(1))).collect();
    let with_traits = json!({ "userId": "u", "traits": many_traits }).to_string();
    let names = ["__proto__", "constructor", "$where", "a.b", "'; DROP TABLE profile; --", "\u{0}", "\u{202e}evil", ""];
    let hostile: serde_json::Map<_, _> = names.into_iter().map(|name| (name.to_owned(), json!("x"))).collect();
    let refused = |code| Some((400, code));
    vec![
        line("nothing", "track", "", refused("invalid_json"), Some("invalid_json")),
        line("no JSON", "track", "userId=u&event=x", refused("invalid_json"), Some("invalid_json")),
        line("half of it", "track", r#"{"userId":"u","#, refused("invalid_json"), Some("invalid_json")),
        line("bytes", "track", [0xff, 0xfe, 0x00, 0x01], refused("invalid_json"), Some("invalid_json")),
        line("a list", "track", "[]", refused("not_an_object"), Some("not_an_object")),
        line("a number", "track", "7", refused("not_an_object"), Some("not_an_object")),
        line("doubly encoded", "track", r#""{\"userId\":\"u\",\"event\":\"x\"}""#, refused("doubly_encoded"), Some("doubly_encoded")),
        line("a batch without events", "batch", "{}", refused("no_batch"), Some("no_batch")),
        line("a batch of one event", "batch", r#"{"batch":{"type":"track"}}"#, refused("no_batch"), Some("no_batch")),
        line(
            "too many events",
            "batch",
            json!({ "batch": vec![0; 2_501] }).to_string(),
            refused("too_many_events"),
            Some("too_many_events"),
        ),
        line("too large", "track", large, refused("too_large"), Some("too_large")),
        line(
            "a batch too large",
            "batch",
            format!(r#"{{"batch":["{}"]}}"#, "x".repeat(500 * 1024)),
            refused("too_large"),
            Some("too_large"),
        ),
        line("a hundred thousand traits", "identify", with_traits, refused("too_large"), None),
        line("a bomb", "batch", gzip(&vec![b' '; 20 << 20]), refused("too_large"), Some("too_large")),
        line("no gzip", "batch", b"\x1f\x8b\x08nothing".as_slice(), refused("bad_compression"), Some("bad_compression")),
        line("deeply nested", "track", nested(60), None, Some("too_deep")),
        line("as deep as fits", "track", nested(5_000), None, Some("too_deep")),
        line("nobody", "track", r#"{"event":"x"}"#, None, Some("no_user_anon_id")),
        line("no name", "track", r#"{"userId":"u"}"#, None, Some("no_event_name")),
        line("mistyped", "track", r#"{"userId":["u"],"event":"x"}"#, None, Some("mistyped")),
        line("mistyped traits", "identify", r#"{"userId":"u","traits":"a"}"#, None, Some("mistyped")),
        line("a long id", "track", long("userId", 300), None, Some("id_too_long")),
        line("a long message id", "track", long("messageId", 101), None, Some("message_id_too_long")),
        line("a long name", "track", long("event", 2_000), None, Some("name_too_long")),
        line("no group", "group", r#"{"userId":"u"}"#, None, Some("no_group_id")),
        line("no alias", "alias", r#"{"userId":"u"}"#, None, Some("no_previous_id")),
        line("half a character", "track", r#"{"userId":"\ud800","event":"x"}"#, refused("invalid_json"), Some("invalid_json")),
        line(
            "a wrong date",
            "track",
            r#"{"userId":"u","event":"x","timestamp":"2015-2-02T00:30:08.276Z"}"#,
            None,
            Some("unreadable_timestamp"),
        ),
        line(
            "a date of all times",
            "track",
            r#"{"userId":"u","event":"x","timestamp":"-009000-01-01T00:00:00Z","sentAt":"9999-01-01T00:00:00Z"}"#,
            None,
            None,
        ),
        line("hostile names", "identify", json!({ "userId": "u", "traits": hostile }).to_string(), None, None),
        line("a hostile id", "track", r#"{"userId":"' OR 1=1 --\u0000","event":"<script>"}"#, None, None),
        line("unknown keys", "track", r#"{"userId":"u","event":"x","whatever":{"a":1}}"#, None, None),
    ]
}

#[tokio::test]
async fn bad_input_is_answered_and_can_be_seen() {
    on_both(|world| async move {
        for Line { what, path, body, answer, stored } in lines() {
            let before = world.stored().await.len();
            let told = world.post(&format!("/v1/{path}"), &body).await;
            match answer {
                Some((status, code)) => assert_eq!(told.refused(), (status, code.to_owned()), "{what}"),
                None => assert_eq!((told.status.as_u16(), told.json()), (200, json!({ "success": true })), "{what}"),
            }
            let all = world.stored().await;
            let new = &all[before..];
            match (answer, stored) {
                // Its bytes were not read at all.
                (Some(_), None) => assert!(new.is_empty(), "{what}"),
                (_, Some(reason)) => {
                    assert_eq!(new.len(), 1, "{what}");
                    assert_eq!(new[0].reasons.first().map(|reason| reason.code.as_str()), Some(reason), "{what}");
                    let verdict = if reason == "unreadable_timestamp" { "accepted" } else { "invalid" };
                    assert_eq!(new[0].verdict, verdict, "{what}");
                }
                (None, None) => assert_eq!((new.len(), new[0].verdict.as_str(), new[0].reasons.len()), (1, "accepted", 0), "{what}"),
            }
        }
        // Whatever it was, profiles go on.
        world.app.run_due().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_bad_event_of_a_batch_costs_no_neighbour() {
    on_both(|world| async move {
        let good = |n: usize| json!({ "type": "track", "event": "Bought", "userId": "u", "messageId": format!("good-{n}") }).to_string();
        let deep = nested(100);
        let large = json!({ "type": "track", "userId": "u", "event": "x", "properties": { "x": "x".repeat(40_000) } }).to_string();
        let bad = [
            "null",
            "7",
            "[]",
            r#""text""#,
            r#""{\"type\":\"track\"}""#,
            "{}",
            r#"{"type":"delete","userId":"u"}"#,
            r#"{"userId":"\ud800"}"#,
            &deep,
            &large,
            r#"{"type":"track","userId":{}}"#,
        ];
        let items: Vec<String> = bad.iter().enumerate().flat_map(|(n, bad)| [(*bad).to_owned(), good(n)]).collect();
        let answer = world.post("/v1/batch", format!(r#"{{"batch":[{}]}}"#, items.join(",")).as_bytes()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let stored = world.stored().await;
        assert_eq!(stored.len(), items.len());
        for (n, pair) in stored.chunks(2).enumerate() {
            assert_eq!(
                (pair[0].verdict.as_str(), pair[0].reasons.is_empty()),
                ("invalid", false),
                "{}",
                bad[n].get(..20).unwrap_or(bad[n])
            );
            assert_eq!((pair[1].verdict.as_str(), pair[1].message_id.clone()), ("accepted", format!("good-{n}")));
        }
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_no_request_of_an_sdk_hurt_nobody() {
    on_both(|world| async move {
        // A body that is larger than anything is cut off, in the protocol's own words.
        let answer = world.raw("/v1/batch", &[&vec![b'x'; 700 * 1024]]).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(r#""code":"too_large""#), "{answer}");
        world.tell("/v1/track", json!({ "userId": "u", "event": "x" })).await;
        assert_eq!(world.stored().await.len(), 1);
    })
    .await;
}
