//! Right sides of comparisons: values of the left side's type (`salesforce.md` 2.3, 2.6).

use salesforce::{Id, describe::FieldType};
use sea_query::Expr;
use soql::{
    Span,
    ast::{Literal, Pattern, Piece, Value},
};

use super::{Unsupported, calendar::midnight, names::Compiler, operand::Operand};
use crate::Result;

/// What is compared with.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// None.
    Null,
    /// One value.
    Value(Expr),
    /// Everything from the first up to, and not with, the second.
    Interval(i64, i64),
}

/// What LIKE wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// No text matches.
    Nothing,
    /// Every text.
    Anything,
    /// This one.
    Text(String),
    /// What begins so, and matches.
    Pattern {
        /// Up to the first wildcard.
        prefix: String,
        /// The first text after all that begin so.
        after: Option<String>,
        /// In SQL's own form, with `\` before characters that stand for themselves.
        like: String,
        /// In the form of SQLite's GLOB, which regards case.
        glob: String,
    },
}

impl<'s> Compiler<'s> {
    /// A value as the left side's column has it.
    pub(super) fn bind(&mut self, operand: &Operand<'s>, value: &Value, at: Span) -> Result<Bound> {
        self.count_values(1)?;
        let mismatch = |compiler: &Self| compiler.mismatch(operand, at);
        Ok(match (&value.literal, operand.field_type) {
            (Literal::Null, _) => Bound::Null,
            (Literal::Currency { .. }, FieldType::Currency) => return Err(self.unsupported(value.span, Unsupported::CurrencyAmount)),
            (Literal::Text(text), FieldType::Id | FieldType::Reference) if text.text.is_empty() => Bound::Null,
            (Literal::Text(text), FieldType::Id | FieldType::Reference) => match Id::parse(&text.text) {
                Ok(id) => Bound::Value(Expr::val(id.short())),
                Err(_) => {
                    let place = self.place(at);
                    return Err(salesforce::Error::query_filter(&place, format_args!("invalid ID field: {}", cut(&text.text))).into());
                }
            },
            (Literal::Text(text), field_type) if field_type.is_text() => {
                if text.text.contains('\0') {
                    return Err(self.misused(at, format_args!("field '{}' cannot have the character U+0000", operand.path)));
                }
                // An empty text does not exist.
                if text.text.is_empty() { Bound::Null } else { Bound::Value(Expr::val(operand.folded(&text.text))) }
            }
            (Literal::Boolean(value), FieldType::Boolean) => Bound::Value(Expr::val(i64::from(*value))),
            (Literal::Number(number), FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent) => {
                match number.as_i64() {
                    Some(whole) if operand.field_type == FieldType::Int => Bound::Value(Expr::val(whole)),
                    _ => {
                        let number = number.as_f64();
                        if !number.is_finite() {
                            return Err(self.misused(value.span, "the number is too large"));
                        }
                        Bound::Value(Expr::val(number))
                    }
                }
            }
            (Literal::Date(date), FieldType::Date) => Bound::Value(Expr::val(midnight(*date))),
            (Literal::DateTime(instant), FieldType::DateTime) => Bound::Value(Expr::val(instant.as_microsecond())),
            (Literal::Time(time), FieldType::Time) => {
                let micros = time.since(jiff::civil::Time::midnight()).ok().and_then(|span| span.total(jiff::Unit::Microsecond).ok());
                // A day has fewer microseconds than a double has whole numbers.
                #[expect(clippy::cast_possible_truncation, reason = "less than a day")]
                Bound::Value(Expr::val(micros.ok_or_else(|| mismatch(self))? as i64))
            }
            (Literal::DateLiteral(literal), FieldType::Date | FieldType::DateTime) if !operand.calculated => {
                let calendar = self.calendar();
                let days = calendar.days(*literal, self.scope.now);
                let interval = days.and_then(|(from, until)| match operand.field_type {
                    FieldType::Date => Some((midnight(from), midnight(until))),
                    _ => Some((calendar.instant(from)?, calendar.instant(until)?)),
                });
                match interval {
                    Some((from, until)) => Bound::Interval(from, until),
                    None => return Err(self.malformed(value.span, format_args!("{literal} is beyond all calendars"))),
                }
            }
            _ => return Err(mismatch(self)),
        })
    }

    /// The value is of another type than the field's.
    fn mismatch(&self, operand: &Operand<'_>, at: Span) -> crate::Error {
        let (wanted, quoted) = match operand.field_type {
            FieldType::Id | FieldType::Reference => ("id", true),
            FieldType::Date => ("date", false),
            FieldType::DateTime => ("dateTime", false),
            FieldType::Currency | FieldType::Percent | FieldType::Double => ("double", false),
            field_type if field_type.is_text() => ("string", true),
            field_type => (field_type.as_str(), false),
        };
        let how = if quoted { "should be enclosed in quotes" } else { "should not be enclosed in quotes" };
        self.misused(at, format_args!("value of filter criterion for field '{}' must be of type {wanted} and {how}", operand.path))
    }
}

/// How much of a value a message repeats.
fn cut(text: &str) -> &str {
    text.char_indices().nth(255).map_or(text, |(end, _)| &text[..end])
}

/// What LIKE wants of a text that is compared like the operand's.
pub(super) fn wanted(operand: &Operand<'_>, pattern: &Pattern) -> Wanted {
    let (mut prefix, mut like, mut glob) = (String::new(), String::new(), String::new());
    let mut open = true;
    for piece in &pattern.pieces {
        match piece {
            Piece::Text(text) => {
                let text = operand.folded(text);
                if open {
                    prefix.push_str(&text);
                }
                for c in text.chars() {
                    if matches!(c, '%' | '_' | '\\') {
                        like.push('\\');
                    }
                    like.push(c);
                    if matches!(c, '*' | '?' | '[') {
                        glob.extend(['[', c, ']']);
                    } else {
                        glob.push(c);
                    }
                }
            }
            Piece::Any => {
                open = false;
                like.push('%');
                glob.push('*');
            }
            Piece::One => {
                open = false;
                like.push('_');
                glob.push('?');
            }
        }
    }
    if pattern.pieces.is_empty() || like.contains('\0') {
        return Wanted::Nothing;
    }
    if open {
        return Wanted::Text(prefix);
    }
    if pattern.pieces.iter().all(|piece| matches!(piece, Piece::Any)) {
        return Wanted::Anything;
    }
    Wanted::Pattern { after: after(&prefix), prefix, like, glob }
}

/// The first text that comes after all that begin so, in the order of code points; none if there is no such.
fn after(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            char::MAX => continue,
            '\u{d7ff}' => '\u{e000}',
            c => char::from_u32(u32::from(c) + 1)?,
        };
        text.push(next);
        return Some(text);
    }
    None
}
