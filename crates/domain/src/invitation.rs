//! What invitations are made of: how they come in, what their rules look at, and how the rules are put together.
//!
//! Pages show them and evaluate the rules. The expression over the rules' numbers, `AND(1,NOT(2))`, is read here, so that nobody saves one that
//! a page cannot.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How an invitation comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationAnimation {
    /// It slides from its start to its end.
    Slide,
    /// It fades in at its end.
    #[default]
    Fade,
    /// It is there at once.
    Appear,
    /// The page moves it itself.
    Custom,
}

/// Where an invitation starts: outside the page at an edge or a corner. Of the two words for a corner's side the second names the edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationStart {
    /// Beyond the top left corner.
    TopLeft,
    /// Above, at the left.
    TopLeftTop,
    /// Above.
    Top,
    /// Above, at the right.
    TopRightTop,
    /// Beyond the top right corner.
    TopRight,
    /// At the right, high.
    TopRightRight,
    /// At the right.
    Right,
    /// At the right, low.
    BottomRightRight,
    /// Beyond the bottom right corner.
    #[default]
    BottomRight,
    /// Below, at the right.
    BottomRightBottom,
    /// Below.
    Bottom,
    /// Below, at the left.
    BottomLeftBottom,
    /// Beyond the bottom left corner.
    BottomLeft,
    /// At the left, low.
    BottomLeftLeft,
    /// At the left.
    Left,
    /// At the left, high.
    TopLeftLeft,
}

/// Where an invitation comes to rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationEnd {
    /// The top left corner.
    TopLeft,
    /// The top.
    Top,
    /// The top right corner.
    TopRight,
    /// The left.
    Left,
    /// The middle.
    Center,
    /// The right.
    Right,
    /// The bottom left corner.
    BottomLeft,
    /// The bottom.
    Bottom,
    /// The bottom right corner.
    #[default]
    BottomRight,
}

/// What a rule of an invitation looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationRuleKind {
    /// How many pages the visitor has seen.
    PageViews,
    /// The address of the page.
    Url,
    /// Seconds on this page.
    SecondsOnPage,
    /// Seconds on the site.
    SecondsOnSite,
    /// A variable that the page sets.
    CustomVariable,
}

/// How a rule of an invitation compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationOperator {
    /// Is the same.
    Equals,
    /// Is not the same.
    NotEquals,
    /// Begins with it. Not for counts and seconds.
    StartsWith,
    /// Holds it. Not for counts and seconds.
    Contains,
    /// Does not hold it. Not for counts and seconds.
    NotContains,
    /// Is less. Not for addresses.
    Less,
    /// Is greater. Not for addresses.
    Greater,
    /// Is not greater. Not for addresses.
    LessOrEqual,
    /// Is not less. Not for addresses.
    GreaterOrEqual,
}

/// The longest expression, in characters.
pub const MAX_FILTER_CHARACTERS: usize = 1_000;
/// How deep expressions may be nested.
const MAX_DEPTH: usize = 100;

/// Which rules must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The rule of this number, from 1.
    Rule(usize),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// One of them at least.
    Or(Box<Self>, Box<Self>),
    /// Not this.
    Not(Box<Self>),
}

/// Why an expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterProblem {
    /// It is too long.
    #[error("at most {MAX_FILTER_CHARACTERS} characters are allowed")]
    TooLong,
    /// It is nested too deeply.
    #[error("it is nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// Something else was expected at a character, counted from 1.
    #[error("at character {at}: expected {expected}")]
    Unexpected {
        /// Where.
        at: usize,
        /// What would have made sense.
        expected: &'static str,
    },
    /// It names a rule that there is not.
    #[error("there is no rule {0}")]
    NoSuchRule(usize),
}

impl Filter {
    /// Fails unless every rule that it names is among the first `rules`.
    pub fn check(&self, rules: usize) -> Result<(), FilterProblem> {
        match self {
            Self::Rule(n) if (1..=rules).contains(n) => Ok(()),
            Self::Rule(n) => Err(FilterProblem::NoSuchRule(*n)),
            Self::And(left, right) | Self::Or(left, right) => left.check(rules).and_then(|()| right.check(rules)),
            Self::Not(inner) => inner.check(rules),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(n) => write!(f, "{n}"),
            Self::And(left, right) => write!(f, "AND({left},{right})"),
            Self::Or(left, right) => write!(f, "OR({left},{right})"),
            Self::Not(inner) => write!(f, "NOT({inner})"),
        }
    }
}

impl FromStr for Filter {
    type Err = FilterProblem;

    /// Spaces and case do not count.
    fn from_str(text: &str) -> Result<Self, FilterProblem> {
        if text.chars().count() > MAX_FILTER_CHARACTERS {
            return Err(FilterProblem::TooLong);
        }
        let mut reader = Reader { rest: text, whole: text };
        let filter = reader.expression(0)?;
        if reader.rest.trim_start().is_empty() { Ok(filter) } else { Err(reader.wanted("the end")) }
    }
}

struct Reader<'t> {
    rest: &'t str,
    whole: &'t str,
}

impl Reader<'_> {
    fn wanted(&self, expected: &'static str) -> FilterProblem {
        let read = self.whole.len() - self.rest.trim_start().len();
        FilterProblem::Unexpected { at: self.whole[..read].chars().count() + 1, expected }
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &str {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn sign(&mut self, sign: char, expected: &'static str) -> Result<(), FilterProblem> {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(self.wanted(expected)),
        }
    }

    fn expression(&mut self, depth: usize) -> Result<Filter, FilterProblem> {
        if depth > MAX_DEPTH {
            return Err(FilterProblem::TooDeep);
        }
        let unknown = self.wanted("the number of a rule, AND(, OR( or NOT(");
        let number = self.take(|c| c.is_ascii_digit());
        if !number.is_empty() {
            return number.parse().map(Filter::Rule).map_err(|_| unknown);
        }
        let word = self.take(|c| c.is_ascii_alphabetic()).to_ascii_uppercase();
        let pair: fn(Box<Filter>, Box<Filter>) -> Filter = match word.as_str() {
            "AND" => Filter::And,
            "OR" => Filter::Or,
            "NOT" => {
                self.sign('(', "(")?;
                let inner = self.expression(depth + 1)?;
                self.sign(')', ")")?;
                return Ok(Filter::Not(Box::new(inner)));
            }
            _ => return Err(unknown),
        };
        self.sign('(', "(")?;
        let left = self.expression(depth + 1)?;
        self.sign(',', ", and a second part: AND and OR have two")?;
        let right = self.expression(depth + 1)?;
        self.sign(')', ")")?;
        Ok(pair(Box::new(left), Box::new(right)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(text: &str, rules: usize) -> String {
        text.parse::<Filter>().and_then(|filter| filter.check(rules)).unwrap_err().to_string()
    }

    #[test]
    fn expressions_are_read_and_printed_in_one_way() {
        for (text, printed) in [("1", "1"), (" and ( 1 , not(2) ) ", "AND(1,NOT(2))"), ("OR(AND(1,2),3)", "OR(AND(1,2),3)")] {
            assert_eq!(text.parse::<Filter>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_place() {
        insta::assert_snapshot!(problem("", 1), @"at character 1: expected the number of a rule, AND(, OR( or NOT(");
        insta::assert_snapshot!(problem("AND(1)", 1), @"at character 6: expected , and a second part: AND and OR have two");
        insta::assert_snapshot!(problem("AND(1,2,3)", 3), @"at character 8: expected )");
        insta::assert_snapshot!(problem("NOT(1", 1), @"at character 6: expected )");
        insta::assert_snapshot!(problem("XOR(1,2)", 2), @"at character 1: expected the number of a rule, AND(, OR( or NOT(");
        insta::assert_snapshot!(problem("1 2", 2), @"at character 3: expected the end");
        insta::assert_snapshot!(problem("AND(1,99999999999999999999999)", 2), @"at character 7: expected the number of a rule, AND(, OR( or NOT(");
        insta::assert_snapshot!(problem("AND(1,3)", 2), @"there is no rule 3");
        insta::assert_snapshot!(problem("0", 2), @"there is no rule 0");
        insta::assert_snapshot!(problem(&"NOT(".repeat(200), 1), @"it is nested more than 100 deep");
        insta::assert_snapshot!(problem(&"1".repeat(1_001), 1), @"at most 1000 characters are allowed");
    }

    fn filter() -> impl Strategy<Value = Filter> {
        (1_usize..20).prop_map(Filter::Rule).prop_recursive(5, 30, 2, |inner| {
            let two = (inner.clone(), inner.clone());
            prop_oneof![
                two.clone().prop_map(|(left, right)| Filter::And(Box::new(left), Box::new(right))),
                two.prop_map(|(left, right)| Filter::Or(Box::new(left), Box::new(right))),
                inner.prop_map(|inner| Filter::Not(Box::new(inner))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_it_was(filter in filter()) {
            prop_assert_eq!(filter.to_string().parse::<Filter>(), Ok(filter));
        }

        #[test]
        fn no_text_is_more_than_refused(text in any::<String>(), alike in "[ANDORT(),0-9 ]{0,40}") {
            for text in [text, alike] {
                let _ = text.parse::<Filter>().map(|filter| filter.check(3));
            }
        }
    }
}
