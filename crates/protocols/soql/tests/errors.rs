//! What errors say, and where they point.

use switchboard_soql::{Place, Problem, parse};

fn report(text: &str) -> String {
    parse(text).expect_err(text).report()
}

#[test]
fn an_error_shows_the_place_and_says_what_was_expected() {
    assert_eq!(
        report("SELECT Id FORM Account"),
        "\nSELECT Id FORM Account\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FORM'; expected a comma or FROM"
    );
    assert_eq!(
        report("SELECT Id\r\nFROM Account\r\n  WHERE (Name = 'x'"),
        "\n  WHERE (Name = 'x'\n                   ^\nERROR at Row:3:Column:20\nunexpected token: '<EOF>'; expected AND, OR or a closing parenthesis"
    );
    assert_eq!(
        report("SELECT Id FROM Account WHERE Name ~ 'x'"),
        "\nSELECT Id FROM Account WHERE Name ~ 'x'\n                                  ^\nERROR at Row:1:Column:35\n\
         the character '~' has no meaning outside quoted text"
    );
}

#[test]
fn sentences_say_what_to_do() {
    for (text, sentence) in [
        ("", "unexpected token: '<EOF>'; expected SELECT"),
        ("SELECT Id FROM Account WHERE Name = :name", "Bind variables only allowed in Apex code: ':name'"),
        ("SELECT Id FROM Account WHERE A = 1 AND B = 2 OR C = 3", "unexpected token: 'OR'; AND and OR beside each other need parentheses"),
        (
            "SELECT Id FROM Account WHERE A = 1 AND NOT B = 2",
            "unexpected token: 'NOT'; a condition with NOT stands in parentheses beside another operator, as in a AND (NOT b)",
        ),
        ("SELECT Id FROM Account WHERE A NOT LIKE 'b'", "unexpected token: 'NOT'; expected an operator"),
        (
            "SELECT Id FROM Account WHERE A > 2026-11-21T02:40:00 01:00",
            "'2026-11-21T02:40:00' is no date and time: that is written 2026-11-21T02:40:00Z or 2026-11-21T02:40:00+01:00, \
             with the '+' as %2B in an address",
        ),
        ("SELECT Id FROM A WHERE B > 2020-12-12t12:12:00-25:00", "Invalid datetime: 2020-12-12t12:12:00-25:00"),
        ("SELECT Id FROM A WHERE B > 2020-52-12", "Invalid date: 2020-52-12"),
        (
            "SELECT convertCurrency(calendar_year(convertTimezone(B))) FROM A",
            "unexpected token: '('; a function may be of a function of a field, and goes no deeper",
        ),
        ("SELECT Id FROM Account LIMIT -1", "the number of rows is a whole number without a sign, not '-1'"),
        (
            "SELECT Id FROM Account WERE Name = 'x'",
            "unexpected token: 'WERE'; expected AS, a comma, USING, WHERE, WITH, GROUP BY, ORDER BY, LIMIT, OFFSET, FOR, UPDATE or the end of the query",
        ),
        ("SELECT Id FROM Account FOR", "unexpected token: '<EOF>'; expected VIEW, REFERENCE or UPDATE"),
        (
            "SELECT Id FROM Account ORDER BY Name DECS",
            "unexpected token: 'DECS'; expected ASC, DESC, NULLS, a comma, LIMIT, OFFSET, FOR, UPDATE or the end of the query",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), sentence, "{text}");
    }
}

#[test]
fn a_problem_inside_quoted_text_is_pointed_at() {
    let text = "SELECT Id FROM Account WHERE Name = 'ä\\x'";
    let error = parse(text).unwrap_err();
    assert_eq!((&text[error.span().range()], error.place().column), ("\\x", 39));
}

#[test]
fn a_line_may_not_end_inside_quoted_text() {
    for text in ["SELECT Id FROM A WHERE B = 'one\ntwo'", "SELECT Id FROM A WHERE B LIKE 'one\ntwo'"] {
        let error = parse(text).unwrap_err();
        assert_eq!((error.problem(), error.place().row), (Problem::LineBreak, 1));
        assert!(error.to_string().starts_with("line breaks not allowed in string literals"), "{error}");
    }
}

#[test]
fn of_a_long_line_the_report_shows_what_is_near() {
    let text = format!("SELECT {}Id FORM Account WHERE {}", "Name, ".repeat(200), "Name = 'x' AND ".repeat(200));
    let report = report(&text);
    let lines: Vec<&str> = report.lines().collect();
    let [_, excerpt, caret, at, _] = lines.as_slice() else { panic!("{report}") };
    assert_eq!(excerpt.chars().count(), 80);
    assert_eq!(&excerpt[caret.len() - 1..][..4], "FORM");
    assert_eq!(*at, "ERROR at Row:1:Column:1211");
}

#[test]
fn whoever_carries_a_query_out_can_point_at_a_node() {
    let text = "SELECT SetupOwnerId\nFROM X";
    let query = parse(text).expect("a query");
    assert_eq!(Place::of(text, query.from[0].span).to_string(), "\nFROM X\n     ^\nERROR at Row:2:Column:6\n");
}
