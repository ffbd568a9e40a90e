//! What of an event is personal, for people who look after the wiring and need not know of whom it speaks.
//!
//! Two rules, which err towards hiding: a value under a name that is a person's (an address, a birthday), with all below it; and a text that
//! looks like an e-mail address or a telephone number, whatever it is called. What is hidden keeps its place, so that shapes can be seen.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::customer_event::EventBody;

/// What stands for what is hidden.
pub const HIDDEN: &str = "•••";

/// Names without case, blanks, hyphens and underscores, under which something personal stands.
const EXACT: &[&str] = &["name", "age", "ip", "sex", "dob", "city", "zip", "street", "title", "state"];
/// Parts of such names.
const PARTS: &[&str] = &[
    "email",
    "phone",
    "mobile",
    "firstname",
    "lastname",
    "middlename",
    "fullname",
    "surname",
    "username",
    "nickname",
    "address",
    "postal",
    "zipcode",
    "birth",
    "gender",
    "avatar",
    "photo",
    "picture",
    "latitude",
    "longitude",
    "iban",
    "card",
    "passport",
    "ssn",
    "taxid",
    "password",
    "secret",
    "token",
    "salary",
    "useragent",
];

fn is_personal(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    EXACT.contains(&plain.as_str()) || PARTS.iter().any(|part| plain.contains(part))
}

fn looks_personal(text: &str) -> bool {
    let address = text.split_once('@').is_some_and(|(before, after)| !before.is_empty() && after.contains('.'));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let number = (7..=20).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c)) && !is_date(text);
    address || number
}

/// `2026-11-22…` is no telephone number.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// A key, or a name, as it may be shown.
pub fn text(text: &str) -> Cow<'_, str> {
    if looks_personal(text) { Cow::Borrowed(HIDDEN) } else { Cow::Borrowed(text) }
}

fn hide(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Array(list) => list.iter_mut().for_each(hide),
        Value::Object(object) => object.values_mut().for_each(hide),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => *value = HIDDEN.into(),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::String(text) if looks_personal(text) => *value = HIDDEN.into(),
        Value::Array(list) => list.iter_mut().for_each(mask),
        Value::Object(object) => object_of(object),
        _ => {}
    }
}

/// Hides what is personal in an object.
pub fn object_of(object: &mut Map<String, Value>) {
    for (name, value) in object {
        if is_personal(name) { hide(value) } else { mask(value) }
    }
}

/// Hides what is personal in an event. Where it happened (pages, libraries) is shown as far as no rule hides it; a page's name is no person's.
pub fn event(body: &mut EventBody) {
    for object in [&mut body.traits, &mut body.properties, &mut body.other] {
        object_of(object);
    }
    for (name, value) in &mut body.context {
        match (name.as_str(), &mut *value) {
            // Programs have names, too.
            ("library" | "app" | "os" | "integration" | "page" | "campaign", Value::Object(object)) => object.values_mut().for_each(mask),
            _ if is_personal(name) => hide(value),
            _ => mask(value),
        }
    }
    if let Some(key) = &body.previous_key {
        body.previous_key = Some(text(key).into_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_a_persons_is_hidden_and_shapes_stay() {
        let mut traits = json!({
            "email": "ana@example.org", "First Name": "Ana", "plan": "pro", "address": { "city": "Berlin", "lines": ["a", null] }, "age": 41,
            "contact": "+49 30 1234567", "support": "mail ana@example.org", "since": "2026-11-22T10:00:00Z", "orders": 12_345_678, "company": { "plan": "x" }
        });
        object_of(traits.as_object_mut().unwrap());
        assert_eq!(
            traits,
            json!({
                "email": HIDDEN, "First Name": HIDDEN, "plan": "pro", "address": { "city": HIDDEN, "lines": [HIDDEN, null] }, "age": HIDDEN,
                "contact": HIDDEN, "support": HIDDEN, "since": "2026-11-22T10:00:00Z", "orders": 12_345_678, "company": { "plan": "x" }
            })
        );
        assert_eq!((text("ana@example.org"), text("u-17")), (Cow::Borrowed(HIDDEN), Cow::Borrowed("u-17")));
    }

    #[test]
    fn where_it_happened_can_be_seen() {
        let mut body = EventBody {
            context: json!({ "ip": "192.0.2.7", "library": { "name": "analytics.js" }, "page": { "title": "Pricing", "url": "https://x/?m=a@b.c" } })
                .as_object()
                .unwrap()
                .clone(),
            previous_key: Some("a@b.c".into()),
            ..EventBody::default()
        };
        event(&mut body);
        assert_eq!(
            Value::from(body.context),
            json!({ "ip": HIDDEN, "library": { "name": "analytics.js" }, "page": { "title": "Pricing", "url": HIDDEN } })
        );
        assert_eq!(body.previous_key.as_deref(), Some(HIDDEN));
    }
}
