//! Literals.

use std::fmt;

use jiff::{Timestamp, civil};

use super::DateLiteral;
use crate::Span;

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it says.
    pub literal: Literal,
    /// Where it stood.
    pub span: Span,
}

/// What can be compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Boolean(bool),
    /// `5`, `-0.25`
    Number(Number),
    /// `USD5000.25`
    Currency {
        /// Three letters, in capitals.
        code: String,
        /// How much.
        amount: Number,
    },
    /// `'text'`
    Text(Text),
    /// `2026-11-21`
    Date(civil::Date),
    /// `2026-11-21T02:40:00Z`; the zone that it was written in is not kept.
    DateTime(Timestamp),
    /// `14:30:00Z`
    Time(civil::Time),
    /// `TODAY`, `LAST_N_DAYS:30`
    DateLiteral(DateLiteral),
}

/// A number as it was written, of any size and precision: `5` and `5.0` differ, `+05` and `5` do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Of digits with at most one dot among or before them, and whether a minus stood before.
    pub(crate) fn of(negative: bool, digits: &str) -> Self {
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            significant => significant,
        };
        let zero = whole == "0" && fraction.is_none_or(|fraction| fraction.bytes().all(|digit| digit == b'0'));
        let mut text = String::with_capacity(digits.len() + 2);
        if negative && !zero {
            text.push('-');
        }
        text.push_str(whole);
        if let Some(fraction) = fraction {
            text.push('.');
            text.push_str(fraction);
        }
        Self(text)
    }

    /// Reads what [`Self::text`] gives, or any number of SOQL: a sign, digits, a dot among or before them.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let readable = all_digits(whole) && all_digits(fraction) && !fraction.is_empty() && (digits.contains('.') || !whole.is_empty());
        readable.then(|| Self::of(negative, digits))
    }

    /// A minus if it is below zero, digits, and the fraction as it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// As a whole number, if it is written as one and is no larger than that.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest; beyond all bounds it is infinite.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().expect("every number of SOQL is one of Rust")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Quoted text.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// What it says, without escapes.
    pub text: String,
    /// With the quotation marks.
    pub span: Span,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} characters)", self.text.chars().count())
    }
}

/// The quoted text after LIKE.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    /// In their order; texts are not empty and never beside each other.
    pub pieces: Vec<Piece>,
    /// With the quotation marks.
    pub span: Span,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({} pieces)", self.pieces.len())
    }
}

/// What a part of a pattern stands for.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// Itself.
    Text(String),
    /// `%`: any characters, also none.
    Any,
    /// `_`: one character.
    One,
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Any => "Any",
            Self::One => "One",
        })
    }
}
