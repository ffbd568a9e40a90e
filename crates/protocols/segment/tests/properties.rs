//! Properties of the codecs: no input panics, limits hold whatever comes, and the same event is read the same in every wrapping.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod checks;

use std::io::Write as _;

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use switchboard_segment::{Call, Code, Event, body, limits};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z.$_]{1,8}", inner), 0..4).prop_map(|pairs| pairs.into_iter().collect())
        ]
    })
}

/// An object of the model's own names, with anything in them.
fn hostile() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "type",
        "action",
        "messageId",
        "userId",
        "anonymousId",
        "groupId",
        "previousId",
        "event",
        "name",
        "category",
        "traits",
        "properties",
        "context",
        "integrations",
        "timestamp",
        "originalTimestamp",
        "sentAt",
        "writeKey",
        "channel",
        "batch",
        "_metadata",
    ]);
    vec((name, value()), 0..12).prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn read_alone(event: &Value) -> Event {
    body::one(Call::Track, &event.to_string(), Timestamp::UNIX_EPOCH, None).unwrap().events.remove(0)
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..400)) {
        checks::posted(&bytes);
        let mut packed = vec![0x1f, 0x8b];
        packed.extend(bytes);
        checks::posted(&packed);
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        checks::said(&text);
        checks::posted(text.as_bytes());
    }

    #[test]
    fn no_object_of_the_models_names_panics(event in hostile(), others in vec(hostile(), 0..3)) {
        checks::posted(event.to_string().as_bytes());
        let mut batch = event;
        batch["batch"] = Value::from(others);
        checks::posted(batch.to_string().as_bytes());
    }

    #[test]
    fn the_wrapping_changes_nothing(properties in value(), user in "[a-z0-9]{1,8}", padding in "[ \n\t\r]{0,3}") {
        let properties = if properties.is_object() { properties } else { json!({ "x": properties }) };
        let event = json!({ "type": "track", "event": "Bought", "userId": user, "properties": properties });
        let alone = read_alone(&event);
        prop_assert_eq!(&alone.problem, &None);
        let batch = json!({ "batch": [event] }).to_string();
        let packed = gzip(&batch);
        for bytes in [batch.as_bytes(), format!("\u{feff}{padding}{batch}{padding}").as_bytes(), &packed] {
            let text = body::text(bytes, limits::BATCH_BYTES).unwrap();
            let read = body::batch(&text, Timestamp::UNIX_EPOCH, None).unwrap().events;
            prop_assert_eq!(&read, &vec![alone.clone()]);
        }
        let relayed = body::webhook(&json!([event]).to_string(), Timestamp::UNIX_EPOCH).unwrap();
        prop_assert_eq!(&relayed, &vec![alone]);
    }

    #[test]
    fn a_bad_event_costs_no_neighbour(bad in value(), at in 0usize..3) {
        let good = json!({ "type": "track", "event": "Bought", "userId": "u" });
        let mut events = vec![good.clone(), good.clone()];
        events.insert(at.min(2), bad);
        let read = body::batch(&json!({ "batch": events }).to_string(), Timestamp::UNIX_EPOCH, None).unwrap().events;
        prop_assert_eq!(read.len(), 3);
        prop_assert_eq!(read.iter().filter(|event| **event == read_alone(&good)).count(), 2);
    }

    #[test]
    fn nothing_unpacks_to_more_than_is_allowed(size in 0usize..3_000, most in 0usize..2_000) {
        let text = " ".repeat(size);
        match body::text(&gzip(&text), most) {
            Ok(unpacked) => prop_assert!(size <= most && unpacked == text),
            Err(code) => prop_assert!(size > most && code == Code::TooLarge),
        }
    }
}
