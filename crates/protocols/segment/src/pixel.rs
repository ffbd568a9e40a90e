//! Events in the address of a picture, for mails and pages without scripts (12.1): `GET /v1/pixel/{type}?data=<base64url JSON>`, or flat
//! parameters as `properties.x=`. Whatever it says, the answer is the picture.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};

use crate::limits;

/// The picture: one transparent point.
pub const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;";

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// The event's JSON, as a body would have it. None when there is nothing that could be one.
#[must_use]
pub fn json(query: &str) -> Option<String> {
    if query.len() > 2 * limits::EVENT_BYTES {
        return None;
    }
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    if let Some((_, data)) = pairs.iter().find(|(name, _)| name == "data") {
        // Both alphabets are in use; a plus in a query is a blank.
        let data: String = data
            .chars()
            .map(|c| {
                if matches!(c, '+' | ' ') {
                    '-'
                } else if c == '/' {
                    '_'
                } else {
                    c
                }
            })
            .collect();
        return String::from_utf8(LENIENT.decode(data).ok()?).ok();
    }
    let mut event = Map::new();
    for (name, value) in &pairs {
        put(&mut event, name, value, limits::DEPTH - 1);
    }
    (!event.is_empty()).then(|| Value::Object(event).to_string())
}

/// Puts a value at `a.b.c`. What would be both a value and an object stays what it was first.
fn put(object: &mut Map<String, Value>, path: &str, value: &str, depth: usize) {
    match path.split_once('.') {
        Some((head, rest)) if depth > 0 && !head.is_empty() && !rest.is_empty() => {
            let inner = object.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value, depth - 1);
            }
        }
        _ => {
            object.entry(path).or_insert_with(|| value.into());
        }
    }
}
