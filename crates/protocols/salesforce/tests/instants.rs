//! Dates and times: every form that is read, and the one that is written (1.1).

use jiff::{Timestamp, civil};
use proptest::prelude::*;
use switchboard_salesforce::instant::{Date, DateTime, Time, Unreadable};

fn written(text: &str) -> Result<String, Unreadable> {
    DateTime::parse(text).map(|at| at.to_string())
}

#[test]
fn an_instant_is_read_in_every_form_and_written_in_one() {
    for (text, instant) in [
        ("2026-11-21T02:40:00.000+0000", "2026-11-21T02:40:00.000+0000"),
        ("2026-11-21T02:40:00Z", "2026-11-21T02:40:00.000+0000"),
        ("2026-11-21T02:40:00.5Z", "2026-11-21T02:40:00.500+0000"),
        ("2026-11-21T02:40:00+01:00", "2026-11-21T01:40:00.000+0000"),
        ("2026-11-21T02:40:00.123456789+0100", "2026-11-21T01:40:00.123+0000"),
        ("2026-11-21T22:40:00-03:30", "2026-11-22T02:10:00.000+0000"),
        ("2026-11-21T00:00:00-00:00", "2026-11-21T00:00:00.000+0000"),
        ("2026-11-21", "2026-11-21T00:00:00.000+0000"),
        ("1700-01-01T00:00:00Z", "1700-01-01T00:00:00.000+0000"),
        ("4000-12-31T23:59:59.999Z", "4000-12-31T23:59:59.999+0000"),
    ] {
        assert_eq!(written(text).as_deref(), Ok(instant), "{text}");
    }
    assert_eq!(Date::parse("2026-11-21").map(|date| date.to_string()).as_deref(), Ok("2026-11-21"));
    for text in ["14:30:00.000Z", "14:30:00Z"] {
        assert_eq!(Time::parse(text).map(|time| time.to_string()).as_deref(), Ok("14:30:00.000Z"));
    }
}

#[test]
fn before_1970_the_milliseconds_are_still_those_of_the_clock() {
    let at = Timestamp::from_microsecond(-1).unwrap();
    assert_eq!(DateTime(at).to_string(), "1969-12-31T23:59:59.999+0000");
}

#[test]
fn what_is_no_instant_is_refused() {
    for text in [
        "",
        "T",
        "2026-11-21T",
        "2026-11-21T02:40:00",
        "2026-11-21T02:40Z",
        "2026-11-21 02:40:00Z",
        "2026-11-21t02:40:00Z",
        "2026-11-21T02:40:00z",
        "2026-11-21T02:40:00.Z",
        "2026-11-21T02:40:00.1234567890Z",
        "2026-11-21T02:40:00+1",
        "2026-11-21T02:40:00+0160",
        "2026-11-21T02:40:00+14:01",
        "2026-11-21T02:40:00+ä0",
        "2026-11-21T02:40:00ZZ",
        "2026-11-21T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "1699-12-31T00:00:00Z",
        "4001-01-01",
        "+002026-11-21",
        "20261121",
        "2026-11-21T02:40:00Z[UTC]",
    ] {
        assert_eq!(written(text), Err(Unreadable), "{text}");
    }
    for text in ["2026-11-21T00:00:00Z", "2026-1-1", "21.11.2026", "2026-02-30", "ääääää"] {
        assert_eq!(Date::parse(text), Err(Unreadable), "{text}");
    }
    for text in ["14:30Z", "14:30:00", "25:00:00Z", "14:30:00+0100", "Z"] {
        assert_eq!(Time::parse(text), Err(Unreadable), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(milliseconds in -8_520_336_000_000i64..64_092_211_199_999, day in -90_000i32..700_000, nanosecond in 0i64..86_400_000) {
        let at = DateTime(Timestamp::from_millisecond(milliseconds).unwrap());
        prop_assert_eq!(DateTime::parse(&at.to_string()), Ok(at));
        let date = Date(civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day)));
        prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
        let time = Time(civil::Time::midnight().saturating_add(jiff::Span::new().milliseconds(nanosecond)));
        prop_assert_eq!(Time::parse(&time.to_string()), Ok(time));
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), near in "[0-9TZ:.+ä-]{0,30}") {
        for text in [text, near] {
            let _ = (DateTime::parse(&text), Date::parse(&text), Time::parse(&text));
        }
    }
}
