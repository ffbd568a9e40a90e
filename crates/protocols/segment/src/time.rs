//! Instants as SDKs write them, and the one that counts (12.3, 12.5).

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::limits;

/// Reads an instant: `…Z`, `+00:00` with any number of decimals; without a zone it is UTC. None for what is no date (`2015-2-02T…`).
#[must_use]
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > limits::INSTANT {
        return None;
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// `timestamp = receivedAt − (sentAt − originalTimestamp)`: what the device's clock is wrong by falls out. Without one of them, `receivedAt`.
#[must_use]
pub fn corrected(received: Timestamp, sent: Option<Timestamp>, original: Option<Timestamp>) -> Timestamp {
    match (sent, original) {
        // A sum beyond the calendar is none.
        (Some(sent), Some(original)) => received.checked_sub(sent.duration_since(original)).unwrap_or(received),
        _ => received,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn all_writings_of_sdks_are_read() {
        for text in [
            "2026-11-22T10:00:00.000Z",
            "2026-11-22T10:00:00Z",
            "2026-11-22T10:00:00.000000+00:00",
            "2026-11-22T10:00:00.000+00:00",
            "2026-11-22T12:00:00+02:00",
            "2026-11-22T10:00:00",
            "2026-11-22 10:00:00Z",
        ] {
            assert_eq!(read(text), Some(at("2026-11-22T10:00:00Z")), "{text}");
        }
        // The second is Segment's own sample.
        for text in ["", "2015-2-02T00:30:08.276Z", "yesterday", "2026-02-30T00:00:00Z", "1700000000", "+999999-01-01T00:00:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"2".repeat(1_000_000)), None);
    }

    #[test]
    fn the_devices_clock_falls_out() {
        let received = at("2026-11-22T10:00:10Z");
        // A clock that is a day late; the event waited for five seconds.
        let (sent, original) = (at("2026-11-21T10:00:05Z"), at("2026-11-21T10:00:00Z"));
        assert_eq!(corrected(received, Some(sent), Some(original)), at("2026-11-22T10:00:05Z"));
        assert_eq!(corrected(received, None, Some(original)), received);
        assert_eq!(corrected(received, Some(sent), None), received);
        assert_eq!(corrected(received, Some(Timestamp::MIN), Some(Timestamp::MAX)), received);
    }
}
