//! Bodies as real SDKs post them. `golden/README.md` says what is particular about each.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use jiff::Timestamp;
use serde_json::{Value, json};
use switchboard_segment::{Call, Code, Event, Problem, body, limits, pixel, write_key};

macro_rules! golden {
    ($name:literal) => {
        body::text(include_bytes!(concat!("golden/", $name, ".json")), limits::BATCH_BYTES).unwrap()
    };
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

fn received() -> Timestamp {
    "2026-11-22T10:00:10Z".parse().unwrap()
}

fn track(text: &str) -> Event {
    body::one(Call::Track, text, received(), None).unwrap().events.remove(0)
}

#[test]
fn analytics_js_posts_a_single_event() {
    let posted = body::one(Call::Track, &golden!("analytics_js_track"), received(), None).unwrap();
    assert_eq!(posted.write_key.as_deref(), Some("WK1"));
    let event = &posted.events[0];
    assert_eq!((event.call, event.problem.as_ref(), event.notes.len()), (Some(Call::Track), None, 0));
    assert_eq!(event.name.as_deref(), Some("Live Chat Conversation Started"));
    assert_eq!(event.user_id.as_deref(), Some("u-1"));
    assert_eq!(event.anonymous_id.as_deref(), Some("5b2e0f0e-76cf-4a53-9c0f-6f8c0d5e0c11"));
    assert_eq!(Value::from(event.properties.clone()), json!({ "plan": "pro", "price": 19.5, "a.b": 1, "$set": true }));
    assert_eq!(event.integrations["Salesforce Live Agent"], json!(false));
    assert_eq!(event.at, at("2026-11-22T10:00:09.750Z"));
    assert_eq!(event.original_timestamp.as_deref(), Some("2026-11-22T10:00:00.000Z"));
    assert!(event.is_from_device());
    assert!(event.other.is_empty(), "what the SDK says about itself, and the key, are not kept");
}

#[test]
fn analytics_js_posts_a_batch() {
    let posted = body::batch(&golden!("analytics_js_batch"), received(), None).unwrap();
    assert_eq!(posted.write_key.as_deref(), Some("WK1"));
    let [page, identify] = &posted.events[..] else { panic!() };
    assert_eq!((page.call, page.name.as_deref(), page.category.as_deref()), (Some(Call::Page), Some("Pricing"), Some("Shop")));
    assert_eq!(page.at, at("2026-11-22T10:00:05Z"), "the batch says when it was sent");
    assert_eq!((identify.call, identify.traits["email"].as_str()), (Some(Call::Identify), Some("ana@example.org")));
}

#[test]
fn python_posts_null_and_numbers_for_ids() {
    let posted = body::batch(&golden!("python_batch"), received(), None).unwrap();
    let [group, alias] = &posted.events[..] else { panic!() };
    assert_eq!((group.user_id.as_deref(), group.anonymous_id.as_deref(), group.group_id.as_deref()), (Some("42"), None, Some("7")));
    assert_eq!(Value::from(group.traits.clone()), json!({ "name": "Acme", "plan": null }));
    assert_eq!(group.at, at("2026-11-22T10:00:09.123456Z"));
    assert_eq!((alias.call, alias.previous_id.as_deref(), alias.problem.as_ref()), (Some(Call::Alias), Some("a-1"), None));
}

#[test]
fn rudder_has_traits_in_the_context_and_the_device_in_a_header() {
    let posted = body::batch(&golden!("rudder_batch"), received(), write_key::anonymous_id("YS0x")).unwrap();
    assert_eq!(posted.write_key, None);
    let [identify, bought] = &posted.events[..] else { panic!() };
    assert_eq!(Value::from(identify.traits.clone()), json!({ "email": "ana@example.org", "address": { "city": "Berlin" } }));
    assert!(!identify.context.contains_key("traits"));
    assert_eq!(identify.anonymous_id.as_deref(), Some("a-1"));
    assert_eq!((identify.at, bought.at), (at("2026-11-22T10:00:08Z"), at("2026-11-22T10:00:09Z")));
}

#[test]
fn a_date_that_is_none_is_kept_and_the_arrival_counts() {
    let posted = body::one(Call::Identify, &golden!("hand_written_identify"), received(), None).unwrap();
    let event = &posted.events[0];
    assert_eq!((event.at, event.problem.as_ref()), (Some(received()), None));
    assert_eq!(event.original_timestamp.as_deref(), Some("2015-2-02T00:30:08.276Z"));
    assert_eq!(event.notes, [Problem { code: Code::UnreadableTimestamp, path: Some("timestamp") }]);
}

#[test]
fn what_segment_relays_has_its_instant_already() {
    let text = golden!("webhook_track");
    let events = body::webhook(&text, received()).unwrap();
    assert_eq!(events[0].at, at("2026-11-22T10:00:00Z"));
    assert_eq!(events[0].original_timestamp.as_deref(), Some("2026-11-22T09:00:00.000Z"));
    let list = format!("[{}, {{\"type\":\"page\",\"userId\":\"u\"}}]", text.trim());
    assert_eq!(body::webhook(&list, received()).unwrap().len(), 2);
    assert_eq!(body::first_of_list(&list), Some(text.trim()));
    assert_eq!(body::first_of_list(&text), None);
}

#[test]
fn what_a_batch_says_for_all_counts_where_an_event_says_nothing() {
    let text = json!({
        "context": { "ip": "192.0.2.7", "locale": "de" }, "integrations": { "All": false, "A": true },
        "batch": [{ "type": "track", "event": "x", "userId": "u", "context": { "locale": "en" }, "integrations": { "A": false } }]
    });
    let event = &body::batch(&text.to_string(), received(), None).unwrap().events[0];
    assert_eq!(Value::from(event.context.clone()), json!({ "ip": "192.0.2.7", "locale": "en" }));
    assert_eq!(Value::from(event.integrations.clone()), json!({ "All": false, "A": false }));
}

#[test]
fn a_picture_says_an_event_in_both_ways() {
    // {"userId":"u","event":"Opened","properties":{"x":"1"}}
    let data = "data=eyJ1c2VySWQiOiJ1IiwiZXZlbnQiOiJPcGVuZWQiLCJwcm9wZXJ0aWVzIjp7IngiOiIxIn19";
    for query in [data, "userId=u&event=Opened&properties.x=1", "userId=u&event=Opened&properties.x=1&properties.x.y=2"] {
        let event = track(&pixel::json(query).unwrap());
        assert_eq!((event.name.as_deref(), &event.properties["x"], event.problem), (Some("Opened"), &json!("1"), None), "{query}");
    }
    for query in ["", "data=%%%", "data=AA"] {
        assert!(pixel::json(query).is_none_or(|json| body::one(Call::Track, &json, received(), None).is_err()), "{query}");
    }
    assert!(pixel::GIF.starts_with(b"GIF89a"));
}

/// What is wrong with events, and what is said of it (12.4, issue: bad input).
#[test]
fn every_bad_event_has_its_reason() {
    let long = |length: usize| "x".repeat(length);
    let deep = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let with = |more: Value| {
        let mut event = json!({ "type": "track", "event": "x", "userId": "u" });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event.to_string()
    };
    for (event, code, path) in [
        (json!({ "type": "track", "event": "x" }).to_string(), Code::NoUserAnonId, Some("userId")),
        (with(json!({ "userId": null, "anonymousId": " " })), Code::NoUserAnonId, Some("userId")),
        (with(json!({ "event": null })), Code::NoEventName, Some("event")),
        (with(json!({ "event": "" })), Code::NoEventName, Some("event")),
        (with(json!({ "event": { "name": "x" } })), Code::Mistyped, Some("event")),
        (with(json!({ "type": "group" })), Code::NoGroupId, Some("groupId")),
        (with(json!({ "type": "alias" })), Code::NoPreviousId, Some("previousId")),
        (with(json!({ "type": "alias", "userId": null, "anonymousId": "a" })), Code::NoUserId, Some("userId")),
        (with(json!({ "type": "delete" })), Code::UnknownType, Some("type")),
        (with(json!({ "type": 7 })), Code::UnknownType, Some("type")),
        (with(json!({ "messageId": long(101) })), Code::MessageIdTooLong, Some("messageId")),
        (with(json!({ "userId": long(256) })), Code::IdTooLong, Some("userId")),
        (with(json!({ "event": long(1_001) })), Code::NameTooLong, Some("event")),
        (with(json!({ "userId": true })), Code::Mistyped, Some("userId")),
        (with(json!({ "properties": "a=b" })), Code::Mistyped, Some("properties")),
        (with(json!({ "traits": [1] })), Code::Mistyped, Some("traits")),
        (with(json!({ "properties": { "x": long(limits::EVENT_BYTES) } })), Code::TooLarge, None),
        (deep(limits::DEPTH + 1), Code::TooDeep, None),
        (deep(100_000 / 6), Code::TooLarge, None),
        (r#""{\"type\":\"track\"}""#.to_owned(), Code::DoublyEncoded, None),
        (r#""text""#.to_owned(), Code::NotAnObject, None),
        ("7".to_owned(), Code::NotAnObject, None),
        ("null".to_owned(), Code::NotAnObject, None),
        (r#"{"userId":"\ud800"}"#.to_owned(), Code::InvalidJson, None),
    ] {
        let text = format!(r#"{{"batch":[{{"type":"page","userId":"u"}},{event},{{"type":"page","userId":"u"}}]}}"#);
        let events = body::batch(&text, received(), None).unwrap().events;
        assert_eq!(events.len(), 3);
        assert_eq!(events[1].problem, Some(Problem { code, path }), "{}", &event[..event.len().min(100)]);
        assert_eq!((&events[0].problem, &events[2].problem), (&None, &None));
    }
    // What looks odd and is none: PHP's empty list, numbers, and a context that is no object.
    let event = track(&with(json!({ "properties": [], "userId": 12, "event": 7, "context": "none", "messageId": 5, "timestamp": 1 })));
    assert_eq!((event.problem, event.user_id.as_deref(), event.name.as_deref()), (None, Some("12"), Some("7")));
    assert_eq!(event.message_id.as_deref(), Some("5"));
    assert_eq!(event.notes.iter().map(|note| note.path).collect::<Vec<_>>(), [Some("context"), Some("timestamp")]);
    let event = track(&with(json!({ "userId": "a\0b" })));
    assert_eq!(event.user_id.as_deref(), Some("a\u{fffd}b"));
}

#[test]
fn whole_requests_are_refused_with_their_reason() {
    let many = json!({ "batch": vec![1; limits::BATCH_EVENTS + 1] }).to_string();
    let shared = json!({ "batch": [], "context": { "x": "x".repeat(limits::SHARED_BYTES) } }).to_string();
    for (text, code) in [
        ("", Code::InvalidJson),
        ("{", Code::InvalidJson),
        ("userId=u", Code::InvalidJson),
        ("[]", Code::NotAnObject),
        ("7", Code::NotAnObject),
        (r#""{}""#, Code::DoublyEncoded),
        ("{}", Code::NoBatch),
        (r#"{"batch":null}"#, Code::NoBatch),
        (r#"{"batch":{}}"#, Code::NoBatch),
        (r#"{"batch":[}"#, Code::InvalidJson),
        (&many, Code::TooManyEvents),
        (&shared, Code::TooLarge),
    ] {
        assert_eq!(body::batch(text, received(), None).unwrap_err(), code, "{}", &text[..text.len().min(60)]);
    }
    assert_eq!(body::one(Call::Track, "{", received(), None).unwrap_err(), Code::InvalidJson);
    let large = json!({ "event": "x", "userId": "u", "properties": { "x": "x".repeat(limits::EVENT_BYTES) } }).to_string();
    assert_eq!(body::one(Call::Track, &large, received(), None).unwrap_err(), Code::TooLarge);
    assert_eq!(body::text(b"\x1f\x8bnot gzip", 100), Err(Code::BadCompression));
    assert_eq!(body::text(&[b' '; 101], 100), Err(Code::TooLarge));
    // What an error says to the Python library must have both (12.4).
    let refused = serde_json::to_value(switchboard_segment::answer::Refused::from(Code::InvalidJson)).unwrap();
    assert_eq!(refused, json!({ "success": false, "code": "invalid_json", "message": "The body is not valid JSON." }));
}

#[test]
fn a_debug_print_shows_no_persons_data() {
    let event = track(r#"{"event":"x","userId":"ana@example.org","traits":{"email":"ana@example.org"}}"#);
    assert!(!format!("{event:?}").contains("ana"));
}
