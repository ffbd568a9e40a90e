//! What literals say.

use jiff::{Timestamp, civil};
use switchboard_soql::{
    ast::{Condition, DateLiteral, Function, FunctionKind, Literal, Number, Pattern, Period, Piece, Predicate, Unit},
    parse,
};

fn predicate(right: &str) -> Predicate {
    let text = format!("SELECT Id FROM A WHERE B {right}");
    match parse(&text).unwrap_or_else(|error| panic!("{}", error.report())).condition {
        Some(Condition::Comparison(comparison)) => comparison.predicate,
        other => panic!("{text}: {other:?}"),
    }
}

fn literal(text: &str) -> Literal {
    match predicate(&format!("= {text}")) {
        Predicate::Compare { value, .. } => value.literal,
        other => panic!("{text}: {other:?}"),
    }
}

fn quoted(text: &str) -> String {
    match literal(text) {
        Literal::Text(text) => text.text,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn numbers_keep_their_digits() {
    for (written, text, whole, near) in [
        ("5", "5", Some(5), 5.0),
        ("+005", "5", Some(5), 5.0),
        ("-0", "0", Some(0), 0.0),
        ("- 5", "-5", Some(-5), -5.0),
        ("5.0", "5.0", None, 5.0),
        ("-.250", "-0.250", None, -0.25),
        ("-0.00", "0.00", None, 0.0),
        ("9223372036854775807", "9223372036854775807", Some(i64::MAX), 9.223_372_036_854_776e18),
        ("9223372036854775808", "9223372036854775808", None, 9.223_372_036_854_776e18),
        ("0.1234567890123456789", "0.1234567890123456789", None, 0.123_456_789_012_345_68),
    ] {
        let Literal::Number(number) = literal(written) else { panic!("{written} is a number") };
        assert_eq!((number.text(), number.as_i64(), number.as_f64()), (text, whole, near), "{written}");
        assert_eq!(Number::parse(text).as_ref(), Some(&number), "{written}");
    }
    let huge = "9".repeat(400);
    let Literal::Number(number) = literal(&huge) else { panic!("a number") };
    assert!(number.text() == huge && number.as_f64().is_infinite());
    for none in ["", "-", ".", "5.", "1e5", "--5", "0x5", "5 ", "٣"] {
        assert_eq!(Number::parse(none), None, "{none}");
    }
}

#[test]
fn a_currency_is_three_letters_and_a_number() {
    let number = |text: &str| Number::parse(text).expect("a number");
    assert_eq!(literal("USD5000"), Literal::Currency { code: "USD".into(), amount: number("5000") });
    assert_eq!(literal("eur0012.50"), Literal::Currency { code: "EUR".into(), amount: number("12.50") });
    assert_eq!(literal("USD-500"), Literal::Currency { code: "USD".into(), amount: number("-500") });
    assert_eq!(literal("usd-.5"), Literal::Currency { code: "USD".into(), amount: number("-0.5") });
}

#[test]
fn instants_are_the_same_in_every_zone() {
    let instant = |text: &str| match literal(text) {
        Literal::DateTime(instant) => instant,
        other => panic!("{text}: {other:?}"),
    };
    let expected: Timestamp = "2026-11-21T23:30:00.5Z".parse().expect("an instant");
    for written in [
        "2026-11-21T23:30:00.5Z",
        "2026-11-21t23:30:00.500z",
        "2026-11-22T00:30:00.5+01:00",
        "2026-11-22T00:30:00.5+0100",
        "2026-11-21T18:00:00.500000-05:30",
    ] {
        assert_eq!(instant(written), expected, "{written}");
    }
    assert_eq!(literal("2028-02-29"), Literal::Date(civil::date(2028, 2, 29)));
    assert_eq!(literal("14:30:00.250Z"), Literal::Time(civil::time(14, 30, 0, 250_000_000)));
    assert_eq!(literal("00:30:00+01:00"), Literal::Time(civil::time(23, 30, 0, 0)));
    assert_eq!(literal("23:30:00-01:00"), Literal::Time(civil::time(0, 30, 0, 0)));
}

#[test]
fn date_literals_are_told_apart() {
    let quarter = Unit::Period(Period::FiscalQuarter);
    for (written, means) in [
        ("yesterday", DateLiteral::Yesterday),
        ("TODAY", DateLiteral::Today),
        ("TOMORROW", DateLiteral::Tomorrow),
        ("LAST_90_DAYS", DateLiteral::Last90Days),
        ("NEXT_90_DAYS", DateLiteral::Next90Days),
        ("LAST_WEEK", DateLiteral::Last(Period::Week)),
        ("THIS_FISCAL_YEAR", DateLiteral::This(Period::FiscalYear)),
        ("NEXT_MONTH", DateLiteral::Next(Period::Month)),
        ("LAST_N_DAYS:30", DateLiteral::LastN(Unit::Day, 30)),
        ("NEXT_N_FISCAL_QUARTERS:2", DateLiteral::NextN(quarter, 2)),
        ("N_FISCAL_QUARTERS_AGO : 4294967295", DateLiteral::Ago(quarter, u32::MAX)),
        ("N_YEARS_AGO:0", DateLiteral::Ago(Unit::Period(Period::Year), 0)),
    ] {
        assert_eq!(literal(written), Literal::DateLiteral(means), "{written}");
    }
    assert_eq!((literal("null"), literal("True"), literal("FALSE")), (Literal::Null, Literal::Boolean(true), Literal::Boolean(false)));
}

#[test]
fn escapes_are_what_they_stand_for() {
    assert_eq!(quoted("'it\\'s \\'ö\\' \\\\ \\\"'"), "it's 'ö' \\ \"");
    assert_eq!(quoted(r"'\n\N\r\R\t\T\b\B\f\F'"), "\n\n\r\r\t\t\u{8}\u{8}\u{c}\u{c}");
    assert_eq!(quoted(r"'\u00e4\u20AC\ud83d\ude00\u0027'"), "ä€😀'");
    assert_eq!(quoted("'%_'"), "%_");
}

#[test]
fn wildcards_are_told_from_what_was_escaped() {
    let pieces = |text: &str| match predicate(&format!("LIKE {text}")) {
        Predicate::Like(Pattern { pieces, .. }) => pieces,
        other => panic!("{text}: {other:?}"),
    };
    let text = |text: &str| Piece::Text(text.to_owned());
    assert!(pieces("''").is_empty());
    assert!(pieces("'%a_b%%'") == [Piece::Any, text("a"), Piece::One, text("b"), Piece::Any, Piece::Any]);
    assert!(pieces(r"'100\%\_\\%\u0025'") == [text("100%_\\"), Piece::Any, text("%")]);
}

#[test]
fn functions_are_known_by_their_name_in_any_case() {
    assert_eq!(Function::named("count_distinct"), Function::CountDistinct);
    assert_eq!(Function::named("CONVERTTIMEZONE").name(), "convertTimezone");
    assert_eq!((Function::named("Median").name(), Function::named("Median").kind()), ("Median", None));
    for function in Function::KNOWN {
        assert_eq!(&Function::named(&function.name().to_lowercase()), function);
        assert!(function.kind().is_some());
    }
    let aggregates = Function::KNOWN.iter().filter(|function| function.kind() == Some(FunctionKind::Aggregate)).count();
    let dates = Function::KNOWN.iter().filter(|function| function.kind() == Some(FunctionKind::Date)).count();
    // salesforce.md 2.3 names so many.
    assert_eq!((aggregates, dates), (6, 13));
}
