//! Hostile texts: too long, too deep, cut short.

mod corpus;

use std::thread;

use switchboard_soql::{MAX_CHARACTERS, MAX_DEPTH, MAX_QUERY_DEPTH, MAX_TEXT, Problem, parse};

/// Half of what a thread has, and this is built without optimisation.
const SMALL_STACK: usize = 1024 * 1024;

fn on_a_small_stack(texts: Vec<String>, check: fn(&str)) {
    let run = thread::Builder::new().stack_size(SMALL_STACK).spawn(move || texts.iter().for_each(|text| check(text)));
    run.expect("a thread").join().expect("every check holds");
}

fn problem(text: &str) -> Option<Problem> {
    parse(text).err().map(|error| error.problem())
}

#[test]
fn a_hundred_kilobytes_of_parentheses_are_refused_on_a_small_stack() {
    let texts = ["(", "(NOT ", "SELECT (", "(SELECT ", "F(", "SELECT Id FROM A WHERE Id IN (", "WHERE A = 1 AND ("].map(|piece| {
        let before = if piece.starts_with("SELECT") { "" } else { "SELECT Id FROM Account WHERE " };
        format!("{before}{}", piece.repeat(99_000 / piece.len()))
    });
    on_a_small_stack(texts.into(), |text| assert!(parse(text).is_err()));
    assert_eq!(problem(&format!("SELECT Id FROM Account WHERE {}", "(".repeat(99_000))), Some(Problem::TooDeep));
    assert_eq!(problem(&"SELECT (".repeat(12_000)), Some(Problem::TooDeep));
}

#[test]
fn as_deep_as_is_allowed_is_read_printed_and_compared_on_a_small_stack() {
    let conditions = |depth: usize| format!("SELECT Id FROM A WHERE {}B = 1{}", "C = 1 AND (".repeat(depth), ")".repeat(depth));
    let opposites = |depth: usize| format!("SELECT Id FROM A WHERE {}B = 1{}", "NOT (".repeat(depth), ")".repeat(depth));
    let children = |depth: usize| format!("{}SELECT Id FROM A{}", "SELECT (".repeat(depth - 1), ") FROM B".repeat(depth - 1));
    let semi_joins = |depth: usize| {
        let deeper = depth - 1;
        format!("SELECT Id FROM A{}{}", " WHERE Id IN (SELECT Id FROM A".repeat(deeper), ")".repeat(deeper))
    };
    let shapes: [(&dyn Fn(usize) -> String, usize); 4] =
        [(&conditions, MAX_DEPTH), (&opposites, MAX_DEPTH), (&children, MAX_QUERY_DEPTH), (&semi_joins, MAX_QUERY_DEPTH)];
    // Children in each other, and in the innermost all the parentheses that are left.
    let (most, left) = (MAX_QUERY_DEPTH - 1, MAX_DEPTH - MAX_QUERY_DEPTH + 1);
    let both = format!("{}{}{}", "SELECT (".repeat(most), conditions(left), ") FROM B".repeat(most));
    let deepest = shapes.iter().map(|(shape, depth)| shape(*depth)).chain([both]).collect();
    on_a_small_stack(deepest, |text| {
        let query = parse(text).unwrap_or_else(|error| panic!("{}", error.report()));
        let again = parse(&query.to_string()).expect("canonical text");
        assert!(again == query && query.span.end() == text.len());
    });
    for (shape, depth) in shapes {
        assert_eq!(problem(&shape(depth + 1)), Some(Problem::TooDeep));
    }
}

#[test]
fn a_query_may_have_a_hundred_thousand_characters_and_no_more() {
    let of = |characters: usize, filler: &str| {
        let (before, after) = ("SELECT Id FROM A WHERE B IN (", "'x')");
        let item = format!("'{}', ", filler.repeat(96));
        let room = characters - before.len() - after.len();
        format!("{before}{}{}{after}", item.repeat(room / 100), " ".repeat(room % 100))
    };
    for filler in ["y", "ä", "😀"] {
        assert_eq!(problem(&of(MAX_CHARACTERS, filler)), None);
        assert_eq!(problem(&of(MAX_CHARACTERS + 1, filler)), Some(Problem::QueryTooLong));
    }
    assert_eq!(problem(&" ".repeat(10_000_000)), Some(Problem::QueryTooLong));
}

#[test]
fn text_may_have_four_thousand_characters_and_no_more() {
    for (operator, character) in [("=", "ä"), ("=", "\\'"), ("LIKE", "\\%"), ("LIKE", "%"), ("LIKE", "ä")] {
        let of = |characters: usize| format!("SELECT Id FROM A WHERE B {operator} '{}'", character.repeat(characters));
        assert_eq!(problem(&of(MAX_TEXT)), None);
        assert_eq!(problem(&of(MAX_TEXT + 1)), Some(Problem::TextTooLong));
    }
}

#[test]
fn the_sentences_name_the_limits_that_hold() {
    let sentence = |text: String| parse(&text).unwrap_err().to_string();
    assert!(sentence("(".repeat(MAX_CHARACTERS + 1)).contains("100,000 characters"));
    let deep = sentence(format!("SELECT Id FROM A WHERE {}", "(".repeat(MAX_DEPTH + 1)));
    assert!(deep.contains(&MAX_DEPTH.to_string()) && deep.contains(&MAX_QUERY_DEPTH.to_string()), "{deep}");
    assert!(sentence(format!("SELECT Id FROM A WHERE B = '{}'", "x".repeat(MAX_TEXT + 1))).contains("4,000 characters"));
}

#[test]
fn a_query_that_is_cut_anywhere_is_answered() {
    for text in corpus::accepted().chain(corpus::refused().map(|(_, text)| text)) {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            if let Err(error) = parse(cut) {
                assert!(error.span().start() <= cut.len() && error.place().row == 1, "{cut}\n{}", error.report());
            }
        }
    }
}
