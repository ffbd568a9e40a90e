//! From tokens to the tree.
//!
//! The grammar is read from left to right with at most three tokens of look-ahead, and what has begun is never tried again in another way:
//! the work grows with the number of tokens. Every token that is asked for in vain is noted with what was wanted, so that an error can say
//! what could have stood at the furthest place that was reached.

mod clause;
mod condition;
mod expression;
mod select;
mod value;

use winnow::{
    ModalResult, Parser,
    error::{ErrMode, ParserError},
    stream::{Stateful, Stream, TokenSlice},
};

use crate::{
    Error, MAX_CHARACTERS, MAX_DEPTH, MAX_QUERY_DEPTH, Query, Span,
    ast::Ident,
    error::Problem,
    keyword::Keyword,
    lexer::{self, Kind, Token},
};

/// What the parsers read.
type Tokens<'t> = Stateful<TokenSlice<'t, Token>, State<'t>>;

/// What the parsers of one query share.
#[derive(Debug)]
struct State<'t> {
    text: &'t str,
    /// How many parentheses are open.
    depth: usize,
    /// How many queries have begun and not ended.
    queries: usize,
    /// Where the furthest token stands that was asked for in vain.
    furthest: Span,
    /// What was wanted there.
    expected: Vec<&'static str>,
    /// How often a token was asked for.
    steps: usize,
}

/// Why a parser could not go on.
#[derive(Debug)]
enum Fault {
    /// What [`State::furthest`] says.
    Unexpected,
    /// Something that has a name.
    Named(Problem, Span),
}

impl<I: Stream> ParserError<I> for Fault {
    type Inner = Self;

    fn from_input(_: &I) -> Self {
        Self::Unexpected
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

type Parsed<T> = ModalResult<T, Fault>;

/// Reads a query.
///
/// # Errors
/// When it is none, or beyond one of the limits of this crate. All of them are what Salesforce calls MALFORMED_QUERY.
pub fn parse(text: &str) -> Result<Query, Error> {
    counted(text).0
}

/// With the number of steps that it took.
fn counted(text: &str) -> (Result<Query, Error>, usize) {
    // A text of so few bytes cannot have more characters.
    if text.len() > MAX_CHARACTERS
        && let Some((at, _)) = text.char_indices().nth(MAX_CHARACTERS)
    {
        return (Err(Error::new(text, Problem::QueryTooLong, Span::new(at, at), Vec::new())), 0);
    }
    let tokens = lexer::tokens(text);
    let state = State { text, depth: 0, queries: 0, furthest: Span::default(), expected: Vec::new(), steps: 0 };
    let mut input = Stateful { input: TokenSlice::new(&tokens), state };
    let result = whole(&mut input).map_err(|error| {
        let fault = error.into_inner().unwrap_or(Fault::Unexpected);
        let State { furthest, expected, .. } = &mut input.state;
        match fault {
            Fault::Named(problem, span) => Error::new(text, problem, span, Vec::new()),
            Fault::Unexpected => match tokens.last() {
                Some(Token { kind: Kind::Invalid(problem), span }) if span.start() == furthest.start() => {
                    Error::new(text, *problem, *span, Vec::new())
                }
                _ => Error::new(text, Problem::Unexpected, *furthest, std::mem::take(expected)),
            },
        }
    });
    (result, input.state.steps)
}

fn whole(input: &mut Tokens<'_>) -> Parsed<Query> {
    let query = select::query(input)?;
    if let Some(token) = at_word(input, Keyword::Bind) {
        return named(Problem::BindClause, token.span);
    }
    one("the end of the query", |kind| kind == Kind::End).parse_next(input)?;
    Ok(query)
}

/// The next token; [`Kind::End`] again and again at the end.
fn peek(input: &Tokens<'_>) -> Token {
    peek_at(input, 0)
}

/// The token so many after the next.
fn peek_at(input: &Tokens<'_>, ahead: usize) -> Token {
    let end = input.state.text.len();
    input.input.get(ahead).copied().unwrap_or(Token { kind: Kind::End, span: Span::new(end, end) })
}

/// The next token, if it is this word.
fn at_word(input: &Tokens<'_>, keyword: Keyword) -> Option<Token> {
    Some(peek(input)).filter(|token| token.kind == Kind::Word(Some(keyword)))
}

/// Whether the next tokens are of these kinds.
fn at(input: &Tokens<'_>, kinds: &[Kind]) -> bool {
    kinds.iter().enumerate().all(|(ahead, kind)| peek_at(input, ahead).kind == *kind)
}

/// A token that fits; `what` says to a person what is wanted.
fn one<'t>(what: &'static str, fits: impl Fn(Kind) -> bool) -> impl Parser<Tokens<'t>, Token, ErrMode<Fault>> {
    move |input: &mut Tokens<'t>| {
        input.state.steps += 1;
        let token = peek(input);
        if fits(token.kind) {
            input.input.next_token();
            return Ok(token);
        }
        wanted(input, what)
    }
}

/// Notes that something else was wanted where the next token stands.
fn wanted<T>(input: &mut Tokens<'_>, what: &'static str) -> Parsed<T> {
    let token = peek(input);
    let State { furthest, expected, .. } = &mut input.state;
    if token.span.start() > furthest.start() {
        expected.clear();
    }
    if token.span.start() >= furthest.start() {
        *furthest = token.span;
        if !expected.contains(&what) {
            expected.push(what);
        }
    }
    Err(ErrMode::Backtrack(Fault::Unexpected))
}

/// A word of the grammar.
fn keyword<'t>(keyword: Keyword) -> impl Parser<Tokens<'t>, Token, ErrMode<Fault>> {
    let what = match keyword {
        Keyword::Group => "GROUP BY",
        Keyword::Order => "ORDER BY",
        keyword => keyword.text(),
    };
    one(what, move |kind| kind == Kind::Word(Some(keyword)))
}

fn comma<'t>() -> impl Parser<Tokens<'t>, Token, ErrMode<Fault>> {
    one("a comma", |kind| kind == Kind::Comma)
}

fn open<'t>() -> impl Parser<Tokens<'t>, Token, ErrMode<Fault>> {
    one("an opening parenthesis", |kind| kind == Kind::Open)
}

fn close<'t>() -> impl Parser<Tokens<'t>, Token, ErrMode<Fault>> {
    one("a closing parenthesis", |kind| kind == Kind::Close)
}

/// One name without a dot.
fn name<'t>(what: &'static str) -> impl Parser<Tokens<'t>, Ident, ErrMode<Fault>> {
    one_name(what, |keyword| keyword.is_none_or(|keyword| !keyword.is_reserved()))
}

/// One name without a dot, of those that may stand here.
fn one_name<'t>(what: &'static str, fits: impl Fn(Option<Keyword>) -> bool) -> impl Parser<Tokens<'t>, Ident, ErrMode<Fault>> {
    move |input: &mut Tokens<'t>| {
        let next = peek(input);
        if matches!(next.kind, Kind::Path | Kind::Currency) {
            return named(Problem::NamePath, next.span);
        }
        let token = one(what, |kind| matches!(kind, Kind::Word(keyword) if fits(keyword))).parse_next(input)?;
        Ok(ident(input, token.span))
    }
}

fn ident(input: &Tokens<'_>, span: Span) -> Ident {
    Ident { text: said(input, span).to_owned(), span }
}

/// The text at a span.
fn said<'t>(input: &Tokens<'t>, span: Span) -> &'t str {
    input.state.text.get(span.range()).unwrap_or_default()
}

/// From there to the last token that was read.
fn since(input: &Tokens<'_>, start: Span) -> Span {
    input.input.previous_tokens().next().map_or(start, |last| start.to(last.span))
}

/// Gives up, for a reason that has a name.
fn named<T>(problem: Problem, span: Span) -> Parsed<T> {
    Err(ErrMode::Cut(Fault::Named(problem, span)))
}

/// What stands between parentheses, with the span of all.
fn nested<'t, T>(input: &mut Tokens<'t>, inside: impl FnOnce(&mut Tokens<'t>) -> Parsed<T>) -> Parsed<(T, Span)> {
    let opening = open().parse_next(input)?;
    if input.state.depth == MAX_DEPTH {
        return named(Problem::TooDeep, opening.span);
    }
    input.state.depth += 1;
    let content = inside(input).map_err(ErrMode::cut)?;
    close().parse_next(input).map_err(ErrMode::cut)?;
    input.state.depth -= 1;
    Ok((content, since(input, opening.span)))
}

/// SELECT, when queries are not nested too deep; [`State::queries`] goes down again when the query has been read.
fn begin_query(input: &mut Tokens<'_>) -> Parsed<Span> {
    let start = keyword(Keyword::Select).parse_next(input)?.span;
    if input.state.queries == MAX_QUERY_DEPTH {
        return named(Problem::TooDeep, start);
    }
    input.state.queries += 1;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps grow with the length and with nothing else, whatever is repeated.
    #[test]
    fn twice_the_query_takes_at_most_twice_the_steps() {
        let shapes: &[(&str, &str, &str)] = &[
            ("SELECT ", "Name, ", "Id FROM Account"),
            ("SELECT Id FROM Account WHERE ", "Name = 'a' OR ", "Name = 'b'"),
            ("SELECT Id FROM Account WHERE Id IN (", "'a', ", "'b')"),
            ("SELECT ", "(SELECT Id FROM Contacts WHERE NOT (A = 1)), ", "Id FROM Account"),
            ("SELECT ", "TYPEOF What WHEN Account THEN Name END, ", "Id FROM Event"),
            ("SELECT Id FROM Account ORDER BY ", "MAX(Amount) DESC NULLS LAST, ", "Id"),
            // And when it is refused at the very end.
            ("SELECT Id FROM Account WHERE ", "Name = 'a' AND ", "Name"),
            ("SELECT ", "Name x, ", "Id FORM Account"),
        ];
        for (before, repeated, after) in shapes {
            let steps = |times: usize| counted(&format!("{before}{}{after}", repeated.repeat(times))).1;
            let (once, twice) = (steps(500), steps(1000));
            assert!(once > 500 && twice <= 2 * once, "{repeated}: {once} steps, then {twice}");
        }
    }
}
