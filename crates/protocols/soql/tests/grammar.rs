//! What is a query and what is none.

mod corpus;

use switchboard_soql::{Problem, parse};

#[test]
fn every_query_of_the_corpus_is_read_and_its_canonical_text_is_stable() {
    for text in corpus::accepted() {
        let query = parse(text).unwrap_or_else(|error| panic!("{text}\n{}", error.report()));
        let printed = query.to_string();
        let again = parse(&printed).unwrap_or_else(|error| panic!("{text}\n{printed}\n{}", error.report()));
        assert_eq!(again.to_string(), printed, "{text}");
        assert!(again == query, "{text}\nis not the same query as\n{printed}");
        assert_eq!(query.span.range(), 0..text.len(), "{text}");
    }
}

#[test]
fn every_other_text_of_the_corpus_is_refused_for_its_reason() {
    let wrong: Vec<String> = corpus::refused()
        .filter_map(|(code, text)| match parse(text) {
            Ok(query) => Some(format!("{code}: {text}\nis read as {query}")),
            Err(error) => (error.problem().code() != code).then(|| format!("{code}: {text}\nis {}: {error}", error.problem().code())),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_problem_that_fits_on_a_line_is_met_in_the_corpus() {
    for problem in Problem::ALL {
        let elsewhere = [Problem::QueryTooLong, Problem::TooDeep, Problem::TextTooLong, Problem::LineBreak];
        assert!(elsewhere.contains(problem) || corpus::refused().any(|(code, _)| code == problem.code()), "{}", problem.code());
    }
}

#[test]
fn the_way_in_which_a_query_is_written_is_no_part_of_it() {
    for (one, other) in [
        ("SELECT Id FROM Account WHERE A <> 1", "select\tId\r\nfrom Account\nwhere((A!=1))"),
        ("SELECT count(Id) FROM Account a", "SELECT COUNT(Id) FROM Account AS a"),
        ("SELECT Id FROM Account WHERE A = 2026-11-21T02:40:00Z", "SELECT Id FROM Account WHERE A = 2026-11-21T03:40:00.000+01:00"),
        ("SELECT Id FROM Account WHERE A = +007", "SELECT Id FROM Account WHERE A = 7"),
        ("SELECT Id FROM Account WHERE A = '\\u0041\\'\\\\'", "SELECT Id FROM Account WHERE A = 'A\\u0027\\u005c'"),
        ("SELECT Id FROM Account WHERE A LIKE '\\u0041\\%'", "SELECT Id FROM Account WHERE A LIKE 'A\\u0025'"),
        ("SELECT Id FROM Account WHERE A = usd5", "SELECT Id FROM Account WHERE A = USD5"),
        ("SELECT Id FROM A WITH DATA CATEGORY G AT x", "SELECT Id FROM A WITH DATA CATEGORY G AT (x)"),
    ] {
        assert!(parse(one).expect(one) == parse(other).expect(other), "{one}\n{other}");
    }
    let (a, b) = ("SELECT Id FROM A WHERE (B = 1 AND C = 2) AND D = 3", "SELECT Id FROM A WHERE B = 1 AND (C = 2 AND D = 3)");
    assert!(parse(a).expect(a) != parse(b).expect(b), "parentheses that group are kept");
}

#[test]
fn debug_shows_no_text_of_a_query() {
    let text = "SELECT Id FROM Contact WHERE Email = 'ada@example.com' OR Name LIKE 'Ada%' OR A INCLUDES ('Ada')";
    let debug = format!("{:?}", parse(text).expect(text));
    assert!(!debug.to_lowercase().contains("ada"), "{debug}");
    let broken = format!("{:?}", parse(&format!("{text} AND")).unwrap_err());
    assert!(!broken.to_lowercase().contains("ada"), "{broken}");
}
