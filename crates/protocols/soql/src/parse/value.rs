//! Literals.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
use winnow::{
    Parser,
    combinator::{opt, preceded},
    stream::Stream,
};

use super::{Parsed, Tokens, named, one, peek, peek_at, said, since, wanted};
use crate::{
    MAX_TEXT, Span,
    ast::{DateLiteral, Literal, Number, Pattern, Piece, Text, Value},
    error::Problem,
    keyword::Keyword,
    lexer::{self, Kind, Token},
};

/// The right side of a comparison.
pub(super) fn value(input: &mut Tokens<'_>) -> Parsed<Value> {
    let token = peek(input);
    let literal = match token.kind {
        Kind::Text => Literal::Text(text(input)?),
        Kind::Integer | Kind::Decimal | Kind::Plus | Kind::Minus => Literal::Number(number(input)?),
        Kind::Colon => return bind(input),
        Kind::Date | Kind::DateTime | Kind::Time | Kind::Currency | Kind::Word(_) | Kind::Path => {
            let literal = match token.kind {
                Kind::Date => date(input, token.span).map(Literal::Date)?,
                Kind::DateTime => date_time(input, token.span)?,
                Kind::Time => time(input, token.span)?,
                _ => return word(input, token),
            };
            input.input.next_token();
            literal
        }
        _ => return wanted(input, "a value"),
    };
    Ok(Value { literal, span: since(input, token.span) })
}

/// TRUE, TODAY, USD5.
fn word(input: &mut Tokens<'_>, token: Token) -> Parsed<Value> {
    let said = said(input, token.span);
    let literal = match token.kind {
        Kind::Word(Some(Keyword::Null)) => Literal::Null,
        Kind::Word(Some(Keyword::True)) => Literal::Boolean(true),
        Kind::Word(Some(Keyword::False)) => Literal::Boolean(false),
        Kind::Word(Some(word)) if word.is_reserved() => return wanted(input, "a value"),
        _ => match (lexer::currency(said), DateLiteral::named(said)) {
            (Some((code, amount)), _) => {
                let (negative, digits) = amount.strip_prefix('-').map_or((false, amount), |digits| (true, digits));
                Literal::Currency { code: code.to_ascii_uppercase(), amount: Number::of(negative, digits) }
            }
            (_, Some(literal)) => return date_literal(input, token, literal),
            (None, None) => return named(Problem::NotAValue, token.span),
        },
    };
    input.input.next_token();
    Ok(Value { literal, span: token.span })
}

fn date_literal(input: &mut Tokens<'_>, token: Token, named_literal: crate::ast::NamedDateLiteral) -> Parsed<Value> {
    use crate::ast::NamedDateLiteral::{Counted, Whole};
    input.input.next_token();
    let colon = peek(input).kind == Kind::Colon;
    let literal = match named_literal {
        Whole(_) if colon => return named(Problem::DateLiteralAlone, token.span),
        Whole(literal) => literal,
        Counted(..) if !colon || peek_at(input, 1).kind != Kind::Integer => return named(Problem::DateLiteralNumber, token.span),
        Counted(literal, unit) => {
            input.input.next_token();
            literal(unit, whole(input)?)
        }
    };
    Ok(Value { literal: Literal::DateLiteral(literal), span: since(input, token.span) })
}

/// A whole number without a sign, of rows or days.
pub(super) fn whole(input: &mut Tokens<'_>) -> Parsed<u32> {
    let token = one("a whole number", |kind| kind == Kind::Integer).parse_next(input)?;
    match said(input, token.span).parse() {
        Ok(number) => Ok(number),
        Err(_) => named(Problem::LargeCount, token.span),
    }
}

/// A number with or without a sign.
pub(super) fn number(input: &mut Tokens<'_>) -> Parsed<Number> {
    let sign = opt(one("a sign", |kind| matches!(kind, Kind::Plus | Kind::Minus))).parse_next(input)?;
    let token = one("a number", |kind| matches!(kind, Kind::Integer | Kind::Decimal)).parse_next(input)?;
    Ok(Number::of(sign.is_some_and(|sign| sign.kind == Kind::Minus), said(input, token.span)))
}

/// Refuses `:name` by its name.
pub(super) fn bind<T>(input: &mut Tokens<'_>) -> Parsed<T> {
    let colon = peek(input).span;
    let name = peek_at(input, 1);
    named(Problem::Bind, if matches!(name.kind, Kind::Word(_) | Kind::Path) { colon.to(name.span) } else { colon })
}

/// Quoted text.
pub(super) fn text(input: &mut Tokens<'_>) -> Parsed<Text> {
    let token = one("quoted text", |kind| kind == Kind::Text).parse_next(input)?;
    let mut text = String::with_capacity(token.span.end() - token.span.start());
    let mut count = 0;
    characters(input, token.span, |character, span| {
        let character = match character {
            Read::Plain(character) | Read::Escaped(character) => character,
            Read::Wildcard(_) => return Err((Problem::LikeEscape, span)),
        };
        text.push(character);
        count += 1;
        if count > MAX_TEXT { Err((Problem::TextTooLong, token.span)) } else { Ok(()) }
    })?;
    Ok(Text { text, span: token.span })
}

/// One item of INCLUDES.
pub(super) fn set(input: &mut Tokens<'_>) -> Parsed<Text> {
    only_text(input, Problem::IncludesText)?;
    text(input)
}

/// The text after LIKE.
pub(super) fn pattern(input: &mut Tokens<'_>) -> Parsed<Pattern> {
    only_text(input, Problem::LikeText)?;
    let token = one("quoted text", |kind| kind == Kind::Text).parse_next(input)?;
    let mut pieces = Vec::new();
    let mut count = 0;
    characters(input, token.span, |character, _| {
        match character {
            Read::Plain('%') => pieces.push(Piece::Any),
            Read::Plain('_') => pieces.push(Piece::One),
            Read::Plain(character) | Read::Escaped(character) | Read::Wildcard(character) => match pieces.last_mut() {
                Some(Piece::Text(text)) => text.push(character),
                _ => pieces.push(Piece::Text(character.to_string())),
            },
        }
        count += 1;
        if count > MAX_TEXT { Err((Problem::TextTooLong, token.span)) } else { Ok(()) }
    })?;
    Ok(Pattern { pieces, span: token.span })
}

/// Refuses values of other kinds where only quoted text can stand.
fn only_text(input: &mut Tokens<'_>, problem: Problem) -> Parsed<()> {
    let token = peek(input);
    match token.kind {
        Kind::Colon => bind(input),
        Kind::Integer
        | Kind::Decimal
        | Kind::Plus
        | Kind::Minus
        | Kind::Date
        | Kind::DateTime
        | Kind::Time
        | Kind::Currency
        | Kind::Word(_) => named(problem, token.span),
        _ => Ok(()),
    }
}

/// One character of quoted text.
enum Read {
    /// As it stands.
    Plain(char),
    /// After a backslash.
    Escaped(char),
    /// `%` or `_` after a backslash.
    Wildcard(char),
}

/// Reads what stands between quotation marks, a character at a time.
fn characters(input: &Tokens<'_>, span: Span, mut each: impl FnMut(Read, Span) -> Result<(), (Problem, Span)>) -> Parsed<()> {
    let quoted = said(input, span);
    let mut rest = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    while let Some(character) = rest.chars().next() {
        let (read, length) = match character {
            '\\' => match escape(rest) {
                Ok(read) => read,
                Err((problem, length)) => return named(problem, part(quoted, span, rest, length)),
            },
            '\n' => return named(Problem::LineBreak, part(quoted, span, rest, 1)),
            character => (Read::Plain(character), character.len_utf8()),
        };
        each(read, part(quoted, span, rest, length)).or_else(|(problem, span)| named(problem, span))?;
        rest = &rest[length..];
    }
    Ok(())
}

/// Where the first bytes of the rest of a quoted text stand.
fn part(quoted: &str, span: Span, rest: &str, length: usize) -> Span {
    // The closing mark is no part of the rest.
    let start = span.start() + quoted.len() - 1 - rest.len();
    Span::new(start, start + length)
}

/// What a backslash and what follows it mean, and how many bytes they take; or what is wrong with so many.
fn escape(text: &str) -> Result<(Read, usize), (Problem, usize)> {
    let escaped = text[1..].chars().next().ok_or((Problem::Escape, 1))?;
    let simple = |character| Ok((Read::Escaped(character), 2));
    match escaped {
        'n' | 'N' => simple('\n'),
        'r' | 'R' => simple('\r'),
        't' | 'T' => simple('\t'),
        'b' | 'B' => simple('\u{8}'),
        'f' | 'F' => simple('\u{c}'),
        '"' | '\'' | '\\' => simple(escaped),
        '_' | '%' => Ok((Read::Wildcard(escaped), 2)),
        'u' | 'U' => {
            let first = unit(text).ok_or((Problem::Escape, 2))?;
            let (units, length) = match unit(&text[6..]) {
                // Characters beyond the first 65,536 are written as two, as in Java.
                Some(second) if (0xd800..0xdc00).contains(&first) => (vec![first, second], 12),
                _ => (vec![first], 6),
            };
            let mut decoded = char::decode_utf16(units);
            match decoded.next() {
                Some(Ok(character)) if character != '\u{ffff}' && decoded.next().is_none() => Ok((Read::Escaped(character), length)),
                _ => Err((Problem::CodePoint, length)),
            }
        }
        other => Err((Problem::Escape, 1 + other.len_utf8())),
    }
}

/// The number of a `\uXXXX` at the start.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u").or_else(|| text.strip_prefix("\\U"))?.get(..4)?;
    let all_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all_hexadecimal.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

fn date(input: &Tokens<'_>, span: Span) -> Parsed<Date> {
    match read_date(said(input, span)) {
        Some(date) => Ok(date),
        None => named(Problem::Date, span),
    }
}

fn date_time(input: &Tokens<'_>, span: Span) -> Parsed<Literal> {
    let read = |said: &str| -> Option<Timestamp> {
        let (date, time) = said.split_at_checked(10)?;
        let (time, minutes) = read_time(time.get(1..)?)?;
        let offset = Offset::from_seconds(i32::try_from(minutes * 60).ok()?).ok()?;
        let timestamp = offset.to_timestamp(read_date(date)?.to_datetime(time)).ok()?;
        in_range(Offset::UTC.to_datetime(timestamp).date()).then_some(timestamp)
    };
    match read(said(input, span)) {
        Some(timestamp) => Ok(Literal::DateTime(timestamp)),
        None => named(Problem::DateTime, span),
    }
}

/// A time of day, in UTC: what is beyond midnight goes round.
fn time(input: &Tokens<'_>, span: Span) -> Parsed<Literal> {
    match read_time(said(input, span)) {
        Some((time, minutes)) => Ok(Literal::Time(time.wrapping_sub(jiff::Span::new().minutes(minutes)))),
        None => named(Problem::Time, span),
    }
}

fn read_date(said: &str) -> Option<Date> {
    let number = |from: usize, to: usize| said.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
    Date::new(number(0, 4)?, small(5, 7)?, small(8, 10)?).ok().filter(|date| in_range(*date))
}

/// What Salesforce takes (salesforce.md 2.2).
fn in_range(date: Date) -> bool {
    (1700..=4000).contains(&date.year())
}

/// A time of day, and how many minutes east of Greenwich it is meant.
fn read_time(said: &str) -> Option<(Time, i64)> {
    let (clock, zone) = said.split_at(said.find(['z', 'Z', '+', '-'])?);
    let part = |text: &str| text.parse::<i8>().ok();
    let (hours, minutes, seconds) = (part(clock.get(..2)?)?, part(clock.get(3..5)?)?, part(clock.get(6..8)?)?);
    let nanoseconds = match clock.get(9..).filter(|fraction| !fraction.is_empty()) {
        // Nine digits are nanoseconds; more would be lost.
        Some(fraction) => fraction.parse::<i32>().ok()?.checked_mul(10_i32.pow(9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?))?,
        None => 0,
    };
    let offset = match zone.get(1..)? {
        "" => 0,
        offset => {
            let (hours, minutes) = (part(offset.get(..2)?)?, part(&offset[offset.len() - 2..])?);
            let offset = i64::from(hours) * 60 + i64::from(minutes);
            if hours > 23 || minutes > 59 {
                return None;
            }
            if zone.starts_with('-') { -offset } else { offset }
        }
    };
    Some((Time::new(hours, minutes, seconds, nanoseconds).ok()?, offset))
}

/// What follows an equals sign in the parentheses of WITH.
pub(super) fn option_value(input: &mut Tokens<'_>) -> Parsed<Value> {
    let is_option = |kind| matches!(kind, Kind::Text | Kind::Integer | Kind::Word(Some(Keyword::True | Keyword::False)));
    if is_option(peek(input).kind) { value(input) } else { wanted(input, "quoted text, a whole number, TRUE or FALSE") }
}

/// What follows `WITH name`.
pub(super) fn equals<'t>(input: &mut Tokens<'t>) -> Parsed<Option<Text>> {
    opt(preceded(one("=", |kind| kind == Kind::Equal), text)).parse_next(input)
}
