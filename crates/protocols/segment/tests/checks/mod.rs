//! What holds for every input: for the property tests and the fuzz targets.

use jiff::Timestamp;
use switchboard_segment::{Call, Event, body, limits, pixel, time, write_key};

fn sound(event: &Event) {
    for id in [&event.user_id, &event.anonymous_id, &event.group_id, &event.previous_id].into_iter().flatten() {
        assert!(!id.trim().is_empty() && id.chars().count() <= limits::ID && !id.contains('\0'));
    }
    for name in [&event.name, &event.category].into_iter().flatten() {
        assert!(name.chars().count() <= limits::NAME && !name.contains('\0'));
    }
    assert!(event.message_id.as_ref().is_none_or(|id| id.chars().count() <= limits::MESSAGE_ID));
    if event.problem.is_none() {
        assert!(event.call.is_some() && event.at.is_some());
        assert!(event.user_id.is_some() || event.anonymous_id.is_some());
    }
}

/// No bytes panic, and what comes of them keeps the limits.
pub(crate) fn posted(bytes: &[u8]) {
    let received = Timestamp::UNIX_EPOCH;
    let Ok(text) = body::text(bytes, limits::BATCH_BYTES) else { return };
    assert!(text.len() <= 3 * limits::BATCH_BYTES);
    for call in Call::ALL {
        if let Ok(posted) = body::one(call, &text, received, None) {
            assert_eq!(posted.events.len(), 1);
            assert_eq!(posted.events[0].call.unwrap_or(call), call);
            posted.events.iter().for_each(sound);
        }
    }
    if let Ok(posted) = body::batch(&text, received, Some("device".into())) {
        assert!(posted.events.len() <= limits::BATCH_EVENTS);
        posted.events.iter().for_each(sound);
    }
    if let Ok(events) = body::webhook(&text, received) {
        events.iter().for_each(sound);
    }
    if let Some(first) = body::first_of_list(&text) {
        assert!(text.contains(first));
    }
}

/// No header, query or date panics.
pub(crate) fn said(text: &str) {
    if let Some(key) = write_key::of_headers(Some(text), Some(text)) {
        assert!(!key.trim().is_empty());
    }
    let _ = write_key::anonymous_id(text);
    let _ = time::read(text);
    if let Some(json) = pixel::json(text) {
        let _ = body::one(Call::Track, &json, Timestamp::UNIX_EPOCH, None);
    }
}
