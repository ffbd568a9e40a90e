use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn rule(n: u128, pattern: &str, action: Action) -> Rule {
    Rule {
        id: RuleId(Uuid::from_u128(n)),
        name: format!("rule {n}"),
        pattern: pattern.to_owned(),
        action,
        priority: i32::try_from(n).unwrap(),
        enabled: true,
        enforce_on: EnforceOn::ALL,
    }
}

fn replace(n: u128, pattern: &str, with: &str) -> Rule {
    rule(n, pattern, Action::Replace { replacement: with.to_owned() })
}

fn compiled(rules: &[Rule]) -> CompiledRules {
    let (compiled, problems) = CompiledRules::compile(rules);
    assert_eq!(problems, []);
    compiled
}

fn run(rules: &[Rule], text: &str) -> String {
    apply(&compiled(rules), AuthorKind::Visitor, text).text.into_owned()
}

/// Every match in brackets.
fn marked(pattern: &str, text: &str) -> String {
    run(&[replace(1, pattern, "#")], text)
}

#[test]
fn matches_are_removed_or_replaced_and_the_rules_named() {
    let rules =
        [replace(1, r"\b\d{3}-\d{2}-\d{4}\b", "[ssn]"), rule(2, r"(?:\d[ -]?){13,16}", Action::Remove), rule(3, "never", Action::Remove)];
    let masked = apply(&compiled(&rules), AuthorKind::Visitor, "078-05-1120, 219-09-9999 and 4111 1111 1111 1111!");
    assert_eq!((masked.text.as_ref(), masked.whole), ("[ssn], [ssn] and !", false));
    assert_eq!(masked.triggered, [rules[0].id, rules[1].id]);
}

#[test]
fn a_replacement_is_literal_and_cannot_bring_the_match_back() {
    assert_eq!(run(&[replace(1, "(secret)", "$1$&${0}\\1")], "a secret b"), "a $1$&${0}\\1 b");
}

#[test]
fn lower_priority_comes_first_and_works_on_by_the_next() {
    let mut first = replace(9, "aa", "b");
    first.priority = -1;
    assert_eq!(run(&[replace(1, "b", "c"), first], "aab"), "cc");
}

#[test]
fn rules_hold_for_whom_they_are_and_when_switched_on() {
    let mut agents = rule(1, "x", Action::Remove);
    agents.enforce_on = EnforceOn::from_mask(1);
    let mut off = rule(2, "[", Action::Remove);
    off.enabled = false;
    let rules = compiled(&[agents, off]);
    assert_eq!(apply(&rules, AuthorKind::Agent, "x!").text, "!");
    assert_eq!(apply(&rules, AuthorKind::Visitor, "x!").text, "x!");
    assert!(rules.is_empty_for(AuthorKind::Supervisor) && !rules.is_empty_for(AuthorKind::Agent));
}

#[test]
fn patterns_mean_what_they_mean_in_javascript() {
    // Each line was run in a JavaScript engine: text.replace(new RegExp(pattern, "g"), "#").
    for (pattern, text, expected) in [
        (r"\d+", "a12b٣", "a#b٣"),
        (r"\w+", "añb", "#ñ#"),
        (r"\bA", "éA", "é#"),
        (r"\/", "1/2", "1#2"),
        (r"[^]", "a\n", "##"),
        (r"[a[]", "a[b", "##b"),
        (r"[a&&b]+", "a&b&&", "#"),
        (r"[+--]", "+,-.", "###."),
        (r"[\w-]+", "a-b c", "# #"),
        (r"[-a]+", "-a-", "#"),
        (r"[+-\d]", "+,-5/", "#,##/"),
        (r"[\d-x]", "5-xe", "###e"),
        (r"[a-c-e]", "abc-de", "####d#"),
        (r"[!-\x2F]", "!-/0", "###0"),
        (r"[\b-\n]", "\u{8}\t\nb", "###b"),
        (r"\h\A\z", "hAz", "#"),
        (r"[[:digit:]]", "d]1", "#1"),
        (r"x{2}|y{|z{,3}", "xx y{ z{,3}", "# # #"),
        (r"(\d)\1", "11 12", "# 12"),
        (r"(?<a>\d)\k<a>", "11 12", "# 12"),
        (r"(?<!\d)\d{4}(?!\d)", "1234 12345", "# 12345"),
        (r"\u0041\x42\cJ", "AB\n", "#"),
        (r"a.c", "abc a\nc", "# a\nc"),
        (r"^a|b$", "a a b b", "# a b #"),
        (r"a+?", "aaa", "###"),
        (r"[\]\\]", "]\\", "##"),
        (r"]}", "]}", "#"),
        (r"\s", "a\u{a0}b", "a#b"),
    ] {
        assert_eq!(marked(pattern, text), expected, "{pattern}");
    }
}

#[test]
fn what_is_no_javascript_is_refused_with_a_reason() {
    for bad in [
        "(", ")", "[a", r"a\", "*a", "a**", "a{2}{3}", "a++", "(?i)a", "(?>a)", "(?#a)", "(?P<n>a)", "(*FAIL)", r"\u00", r"\xZZ", "[b-a]",
        "(?<>a)",
    ] {
        let problem = rule(1, bad, Action::Remove).check();
        assert!(matches!(problem, Err(RuleProblem::Invalid(_))), "{bad}: {problem:?}");
    }
    assert_eq!(rule(1, "", Action::Remove).check(), Err(RuleProblem::Empty));
    assert_eq!(rule(1, &"a".repeat(1_001), Action::Remove).check(), Err(RuleProblem::PatternTooLong(1_001)));
    assert_eq!(replace(1, "a", &"a".repeat(256)).check(), Err(RuleProblem::ReplacementTooLong(256)));
    assert_eq!(rule(1, "(?=a)", Action::Remove).check(), Err(RuleProblem::MatchesNothing));
    let huge = rule(1, r"(?:\p{L}{999}){999}", Action::Remove).check();
    assert!(matches!(huge, Err(RuleProblem::Invalid(_))), "{huge:?}");
}

#[test]
fn a_pattern_that_needs_too_many_steps_masks_the_whole_message() {
    let rules = [replace(1, "a", "a"), replace(2, r"^(?:(?=(a+))a+)+$", "#")];
    let text = format!("{}!", "a".repeat(60));
    let masked = apply(&compiled(&rules), AuthorKind::Visitor, &text);
    assert_eq!((masked.text.as_ref(), masked.whole), (WHOLE_MASK, true));
    assert_eq!(masked.triggered.last(), Some(&rules[1].id));
}

#[test]
fn the_longest_message_is_searched_to_its_end() {
    let text = format!("{}4111", "é ".repeat(16_000));
    assert!(run(&[replace(1, r"\b\d{4}\b", "#")], &text).ends_with(" #"));
}

#[test]
fn a_broken_rule_lets_nothing_through() {
    let (rules, problems) = CompiledRules::compile(&[rule(1, "(", Action::Remove)]);
    assert_eq!(problems.len(), 1);
    assert!(apply(&rules, AuthorKind::Agent, "hello").whole);
}

#[test]
fn debug_shows_no_text() {
    let rules = compiled(&[replace(1, "b", "c")]);
    let shown = format!("{:?} {rules:?}", apply(&rules, AuthorKind::Agent, "ab"));
    insta::assert_snapshot!(shown, @"Masked { bytes: 2, triggered: [RuleId(00000000-0000-0000-0000-000000000001)], whole: false } CompiledRules(1)");
}

#[test]
fn masks_are_those_of_the_old_setting() {
    for mask in 0..8 {
        assert_eq!(EnforceOn::from_mask(mask).mask(), mask);
    }
    assert_eq!(EnforceOn::from_mask(2), EnforceOn { visitor: true, ..EnforceOn::default() });
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b",
        "1",
        "é",
        "\u{1F600}",
        "\n",
        " ",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "?",
        "*",
        "+",
        "|",
        "^",
        "$",
        "\\",
        "-",
        ",",
        "<",
        "=",
        "!",
        ":",
        "2",
        "d",
        "w",
        "k",
        "u",
        "x",
        "p",
        "&",
        ".",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_pattern_and_no_text_panics_and_the_result_is_bounded(pattern in pieces(), other in ".{0,12}", text in pieces(), with in ".{0,40}") {
        let (rules, _) = CompiledRules::compile(&[replace(1, &pattern, &with), rule(2, &other, Action::Remove)]);
        let masked = apply(&rules, AuthorKind::Visitor, &text);
        prop_assert!(masked.text.len() <= (text.len() * 2).max(64 * 1024));
        prop_assert!(!masked.triggered.is_empty() || masked.text == text);
    }

    #[test]
    fn removing_runs_of_a_class_is_idempotent_and_leaves_none(text in "[0-9a-zé -]{0,60}") {
        let rules = compiled(&[rule(1, "[0-9]+", Action::Remove)]);
        let once = apply(&rules, AuthorKind::Visitor, &text).text.into_owned();
        prop_assert_eq!(&once, &text.replace(|c: char| c.is_ascii_digit(), ""));
        let twice = apply(&rules, AuthorKind::Visitor, &once);
        prop_assert!(twice.triggered.is_empty());
        prop_assert_eq!(twice.text.as_ref(), once.as_str());
    }

    #[test]
    fn an_escaped_text_matches_itself_and_nothing_else(needle in "[ -~é]{1,12}", before in "[A-C]{0,4}") {
        let escaped: String = needle.chars().flat_map(|c| if c.is_alphanumeric() { vec![c] } else { vec!['\\', c] }).collect();
        prop_assert_eq!(marked(&escaped, &format!("{before}{needle}")).ends_with('#'), true);
    }
}
