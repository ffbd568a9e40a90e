//! From characters to tokens (salesforce.md 2.2).
//!
//! Never fails: what cannot be read is a token that says why, and the last one before the end. Only the parser knows whether it comes that far.

use winnow::{
    Result,
    combinator::{alt, delimited, dispatch, eof, fail, opt, peek, preceded, repeat},
    prelude::*,
    stream::LocatingSlice,
    token::{any, one_of, rest, take_while},
};

use crate::{Span, error::Problem, keyword::Keyword};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name without a dot.
    Word(Option<Keyword>),
    /// A name with dots in it.
    Path,
    /// With its quotation marks; not yet looked into.
    Text,
    Integer,
    Decimal,
    /// With a minus or a fraction; without, it looks like a name.
    Currency,
    Date,
    DateTime,
    Time,
    Comma,
    Open,
    Close,
    Colon,
    Plus,
    Minus,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// None of the above.
    Invalid(Problem),
    /// After the last character.
    End,
}

/// One token. What it says is the text at its span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

type Input<'q> = LocatingSlice<&'q str>;

/// All tokens; the last is [`Kind::End`] or [`Kind::Invalid`].
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut input = LocatingSlice::new(text);
    let mut tokens = Vec::with_capacity(text.len() / 4 + 2);
    loop {
        // Neither can fail: the last of the alternatives takes anything.
        let read = preceded(space, alt((eof.value(Kind::End), token, unknown)).with_span()).parse_next(&mut input);
        let (kind, range) = read.unwrap_or((Kind::End, text.len()..text.len()));
        tokens.push(Token { kind, span: Span::new(range.start, range.end) });
        if matches!(kind, Kind::End | Kind::Invalid(_)) {
            return tokens;
        }
    }
}

fn space(input: &mut Input<'_>) -> Result<()> {
    take_while(0.., (' ', '\t', '\r', '\n')).void().parse_next(input)
}

fn token(input: &mut Input<'_>) -> Result<Kind> {
    dispatch! {peek(any);
        'a'..='z' | 'A'..='Z' => alt((signed_currency.value(Kind::Currency), name)),
        '0'..='9' | '.' => number,
        '\'' => text,
        ',' => ','.value(Kind::Comma),
        '(' => '('.value(Kind::Open),
        ')' => ')'.value(Kind::Close),
        ':' => ':'.value(Kind::Colon),
        '+' => '+'.value(Kind::Plus),
        '-' => '-'.value(Kind::Minus),
        '=' => '='.value(Kind::Equal),
        '!' => "!=".value(Kind::NotEqual),
        '<' => alt(("<=".value(Kind::LessOrEqual), "<>".value(Kind::NotEqual), '<'.value(Kind::Less))),
        '>' => alt((">=".value(Kind::GreaterOrEqual), '>'.value(Kind::Greater))),
        _ => fail,
    }
    .parse_next(input)
}

/// One character that begins nothing.
fn unknown(input: &mut Input<'_>) -> Result<Kind> {
    any.map(|character| Kind::Invalid(if character == '"' { Problem::DoubleQuote } else { Problem::Character })).parse_next(input)
}

fn name(input: &mut Input<'_>) -> Result<Kind> {
    // Letters of other alphabets and spaces of other kinds are taken in, to be refused with the whole name.
    let name: &str = take_while(1.., |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || !c.is_ascii()).parse_next(input)?;
    let well_formed = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.is_ascii();
    Ok(match name.contains('.') {
        false if well_formed(name) => Kind::Word(Keyword::of(name)),
        true if name.split('.').all(well_formed) => Kind::Path,
        true if currency(name).is_some() => Kind::Currency,
        _ => Kind::Invalid(Problem::Name),
    })
}

/// `USD-500`, without space: Salesforce has had negative amounts since Summer '24.
fn signed_currency(input: &mut Input<'_>) -> Result<()> {
    (take_while(3, |c: char| c.is_ascii_alphabetic()), '-', alt((decimal, integer.void()))).void().parse_next(input)
}

/// The letters and the number of `USD5000.25`, `USD-500`.
pub(crate) fn currency(word: &str) -> Option<(&str, &str)> {
    let (code, amount) = word.split_at_checked(3)?;
    let unsigned = amount.strip_prefix('-').unwrap_or(amount);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Beside a sign the number may begin with its dot.
    let whole = whole.is_empty() && unsigned.len() < amount.len() || digits(whole);
    (code.bytes().all(|byte| byte.is_ascii_alphabetic()) && whole && digits(fraction)).then_some((code, amount))
}

fn digits<'q>(count: usize) -> impl Parser<Input<'q>, &'q str, winnow::error::ContextError> {
    take_while(count, |c: char| c.is_ascii_digit())
}

fn integer<'q>(input: &mut Input<'q>) -> Result<&'q str> {
    take_while(1.., |c: char| c.is_ascii_digit()).parse_next(input)
}

fn number(input: &mut Input<'_>) -> Result<Kind> {
    alt((date, time.value(Kind::Time), decimal.value(Kind::Decimal), integer.value(Kind::Integer))).parse_next(input)
}

fn decimal(input: &mut Input<'_>) -> Result<()> {
    (opt(integer), '.', integer).void().parse_next(input)
}

fn date(input: &mut Input<'_>) -> Result<Kind> {
    (digits(4), '-', digits(2), '-', digits(2)).void().parse_next(input)?;
    let part = alt((
        (one_of(['t', 'T']), time).value(Kind::DateTime),
        // A time without a zone, as when the '+' of an address was read as a space.
        (one_of(['t', 'T']), take_while(0.., |c: char| c.is_ascii_digit() || c == ':' || c == '.')).value(Kind::Invalid(Problem::Zone)),
    ));
    Ok(opt(part).parse_next(input)?.unwrap_or(Kind::Date))
}

fn time(input: &mut Input<'_>) -> Result<()> {
    let offset = (one_of(['+', '-']), digits(2), opt(':'), digits(2)).void();
    (digits(2), ':', digits(2), ':', digits(2), opt(('.', integer)), alt((one_of(['z', 'Z']).void(), offset))).void().parse_next(input)
}

fn text(input: &mut Input<'_>) -> Result<Kind> {
    let plain = take_while(1.., |c: char| c != '\'' && c != '\\').void();
    let closed = delimited('\'', repeat::<_, _, (), _, _>(0.., alt((plain, ('\\', any).void()))), '\'').value(Kind::Text);
    alt((closed, rest.value(Kind::Invalid(Problem::OpenText)))).parse_next(input)
}
