//! What holds of every query and of every text.

mod corpus;
mod generated;

use proptest::{prelude::*, sample::select};
use switchboard_soql::parse;

/// A text is answered, and what it says survives being printed.
fn answered(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(query) => {
            let printed = query.to_string();
            let again = parse(&printed);
            prop_assert!(again.as_ref() == Ok(&query), "{text}\n{printed}\n{again:?}");
            prop_assert_eq!(again.map(|again| again.to_string()), Ok(printed));
        }
        Err(error) => {
            let span = error.span();
            prop_assert!(span.start() <= span.end() && span.end() <= text.len() && text.get(span.range()).is_some(), "{error:?}");
            let place = format!("ERROR at Row:{}:Column:{}\n", error.place().row, error.place().column);
            prop_assert!(error.report().contains(&place), "{}", error.report());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_that_is_printed_and_read_is_the_same_tree(query in generated::query()) {
        let text = query.to_string();
        match parse(&text) {
            Ok(again) => prop_assert!(again == query, "{}\nis read as\n{}", text, again),
            Err(error) => prop_assert!(false, "{}\n{}", text, error.report()),
        }
    }

    #[test]
    fn case_and_space_are_no_part_of_a_query(query in generated::query()) {
        let text = query.to_string();
        let restyled = generated::restyled(&text);
        let again = parse(&restyled).map(|again| again.to_string());
        prop_assert!(again.as_ref().is_ok_and(|again| again.eq_ignore_ascii_case(&text)), "{}\n{:?}", restyled, again);
    }

    #[test]
    fn a_generated_query_that_somebody_spoilt_is_answered(query in generated::query(), edits in generated::edits()) {
        answered(&generated::edited(&query.to_string(), &edits))?;
    }

    #[test]
    fn a_query_of_the_corpus_that_somebody_spoilt_is_answered(
        text in select(corpus::accepted().chain(corpus::refused().map(|(_, text)| text)).collect::<Vec<_>>()),
        edits in generated::edits(),
    ) {
        answered(&generated::edited(text, &edits))?;
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), quoted in "[ -~\\n'\\\\]{0,60}") {
        answered(&text)?;
        answered(&format!("SELECT Id FROM A WHERE B = '{text}'"))?;
        answered(&format!("SELECT Id FROM A WHERE B LIKE '{quoted}'"))?;
        answered(&format!("SELECT Id FROM A WHERE {quoted}"))?;
    }
}
