//! SELECT and FROM, and the query as a whole.

use winnow::{
    Parser,
    combinator::{opt, separated},
    error::ErrMode,
    stream::Stream,
};

use super::{
    Fault, Parsed, Tokens, at, at_word, begin_query, clause, comma, condition, expression, ident, keyword, name, named, nested, one, open,
    peek, peek_at, said, since,
};
use crate::{
    Span,
    ast::{FieldSet, Ident, Path, Query, Select, SelectItem, SemiJoin, Source, Typeof, TypeofBranch},
    error::Problem,
    keyword::Keyword,
    lexer::Kind,
};

/// A query, or a child query between its parentheses.
pub(super) fn query(input: &mut Tokens<'_>) -> Parsed<Query> {
    let start = begin_query(input)?;
    let select = select(input).map_err(ErrMode::cut)?;
    let from = from(input).map_err(ErrMode::cut)?;
    let mut query = Query {
        select,
        from,
        scope: clause::scope(input)?,
        condition: None,
        with: Vec::new(),
        group: None,
        having: None,
        order: Vec::new(),
        limit: None,
        offset: None,
        viewing: Vec::new(),
        statistics: Vec::new(),
        for_update: None,
        all_rows: None,
        span: start,
    };
    query.condition = condition::after(Keyword::Where, input)?;
    query.with = clause::with(input)?;
    query.group = clause::group(input)?;
    if query.group.is_some() {
        query.having = condition::after(Keyword::Having, input)?;
    }
    query.order = clause::order(input)?;
    query.limit = clause::count(Keyword::Limit, input)?;
    query.offset = clause::count(Keyword::Offset, input)?;
    clause::tail(input, &mut query)?;
    query.span = since(input, start);
    input.state.queries -= 1;
    Ok(query)
}

fn select(input: &mut Tokens<'_>) -> Parsed<Select> {
    let start = peek(input).span;
    if at(input, &[Kind::Word(Some(Keyword::Count)), Kind::Open, Kind::Close]) {
        for _ in 0..3 {
            input.input.next_token();
        }
        return Ok(Select::Count(since(input, start)));
    }
    separated(1.., item, comma()).map(Select::Items).parse_next(input)
}

fn item(input: &mut Tokens<'_>) -> Parsed<SelectItem> {
    let start = peek(input);
    let item = match (start.kind, peek_at(input, 1).kind) {
        (Kind::Open, _) => {
            let (query, span) = nested(input, query)?;
            SelectItem::Child { query: Box::new(query), span }
        }
        (Kind::Word(Some(Keyword::Typeof)), second) if is_name(second) && peek_at(input, 2).kind == Kind::Word(Some(Keyword::When)) => {
            SelectItem::Typeof(type_of(input).map_err(ErrMode::cut)?)
        }
        (Kind::Word(Some(Keyword::Fields)), Kind::Open) => fields(input).map_err(ErrMode::cut)?,
        _ => {
            let expression = expression::expression(input)?;
            let alias = alias(input)?;
            return Ok(SelectItem::Expression { expression, alias, span: since(input, start.span) });
        }
    };
    let next = peek(input);
    match next.kind {
        Kind::Word(word) if word.is_some_and(Keyword::is_reserved) => Ok(item),
        Kind::Word(_) | Kind::Path | Kind::Currency => named(Problem::AliasPlace, next.span),
        _ => Ok(item),
    }
}

/// The alias of an item of SELECT. A word that is followed by neither a comma nor FROM is rather a misspelt FROM.
fn alias(input: &mut Tokens<'_>) -> Parsed<Option<Ident>> {
    let token = peek(input);
    match (token.kind, peek_at(input, 1).kind) {
        (Kind::Path | Kind::Currency, _) => named(Problem::AliasPath, token.span),
        (Kind::Word(Some(Keyword::Group)), _) => named(Problem::AliasReserved, token.span),
        (Kind::Word(_), Kind::Comma | Kind::Word(Some(Keyword::From)) | Kind::End | Kind::Invalid(_)) => {
            opt(name("an alias")).parse_next(input)
        }
        _ => Ok(None),
    }
}

fn fields(input: &mut Tokens<'_>) -> Parsed<SelectItem> {
    let start = keyword(Keyword::Fields).parse_next(input)?.span;
    let set = |input: &mut Tokens<'_>| {
        let token = one("ALL, STANDARD or CUSTOM", |kind| matches!(kind, Kind::Word(_) | Kind::Path | Kind::Currency)).parse_next(input)?;
        match said(input, token.span) {
            word if word.eq_ignore_ascii_case("ALL") => Ok(FieldSet::All),
            word if word.eq_ignore_ascii_case("STANDARD") => Ok(FieldSet::Standard),
            word if word.eq_ignore_ascii_case("CUSTOM") => Ok(FieldSet::Custom),
            _ => named(Problem::FieldSet, token.span),
        }
    };
    let (set, _) = nested(input, set)?;
    Ok(SelectItem::Fields { set, span: since(input, start) })
}

fn type_of(input: &mut Tokens<'_>) -> Parsed<Typeof> {
    let start = keyword(Keyword::Typeof).parse_next(input)?.span;
    let relationship = path("a relationship").parse_next(input)?;
    let mut branches = Vec::new();
    while branches.is_empty() || at_word(input, Keyword::When).is_some() {
        let start = keyword(Keyword::When).parse_next(input)?.span;
        let object = name("an object").parse_next(input)?;
        keyword(Keyword::Then).parse_next(input)?;
        let fields = separated(1.., path("a field"), comma()).parse_next(input)?;
        branches.push(TypeofBranch { object, fields, span: since(input, start) });
    }
    let otherwise = match opt(keyword(Keyword::Else)).parse_next(input)? {
        Some(_) => separated(1.., path("a field"), comma()).parse_next(input)?,
        None => Vec::new(),
    };
    keyword(Keyword::End).parse_next(input)?;
    Ok(Typeof { relationship, branches, otherwise, span: since(input, start) })
}

/// Whether such a token is a name, with dots or without.
fn is_name(kind: Kind) -> bool {
    match kind {
        Kind::Word(keyword) => keyword.is_none_or(|keyword| !keyword.is_reserved()),
        kind => kind == Kind::Path,
    }
}

/// Names with dots between them.
pub(super) fn path<'t>(what: &'static str) -> impl Parser<Tokens<'t>, Path, ErrMode<Fault>> {
    move |input: &mut Tokens<'t>| {
        let next = peek(input);
        if next.kind == Kind::Currency {
            return named(Problem::Name, next.span);
        }
        let span = one(what, is_name).parse_next(input)?.span;
        let mut start = span.start();
        let names = said(input, span).split('.').map(|text| {
            let name = Ident { text: text.to_owned(), span: Span::new(start, start + text.len()) };
            start += text.len() + 1;
            name
        });
        Ok(Path { names: names.collect(), span })
    }
}

/// FROM and what follows it up to the next clause, also of a semi-join.
pub(super) fn from(input: &mut Tokens<'_>) -> Parsed<Vec<Source>> {
    keyword(Keyword::From).parse_next(input)?;
    separated(1.., source, comma()).parse_next(input).map_err(ErrMode::cut)
}

fn source(input: &mut Tokens<'_>) -> Parsed<Source> {
    let path = path("an object").parse_next(input)?;
    let start = path.span;
    let alias = if opt(keyword(Keyword::As)).parse_next(input)?.is_some() {
        let token = peek(input);
        match token.kind {
            Kind::Word(Some(Keyword::Group)) => return named(Problem::AliasReserved, token.span),
            Kind::Path | Kind::Currency => return named(Problem::AliasPath, token.span),
            _ => match opt(name("an alias")).parse_next(input)? {
                Some(alias) => Some(alias),
                None => return named(Problem::AliasMissing, token.span),
            },
        }
    } else {
        bare_alias(input)?
    };
    Ok(Source { path, alias, span: since(input, start) })
}

/// An alias without AS. A word after which no clause can begin is rather a misspelt clause.
fn bare_alias(input: &mut Tokens<'_>) -> Parsed<Option<Ident>> {
    let (token, next) = (peek(input), peek_at(input, 1).kind);
    if matches!(token.kind, Kind::Path | Kind::Currency) {
        return named(Problem::AliasPath, token.span);
    }
    let Kind::Word(word) = token.kind else { return Ok(None) };
    let begins_a_clause = match word {
        Some(Keyword::Order) => next == Kind::Word(Some(Keyword::By)),
        Some(Keyword::Offset) => matches!(next, Kind::Integer | Kind::Plus | Kind::Minus | Kind::Colon),
        Some(Keyword::All) => next == Kind::Word(Some(Keyword::Rows)),
        Some(Keyword::Group) if next != Kind::Word(Some(Keyword::By)) => return named(Problem::AliasReserved, token.span),
        Some(Keyword::Group) => true,
        Some(word) => word.is_reserved(),
        None => false,
    };
    let may_follow = match next {
        Kind::Word(Some(Keyword::Order | Keyword::Group | Keyword::Offset | Keyword::All)) => true,
        Kind::Word(Some(word)) => word.is_reserved(),
        kind => matches!(kind, Kind::Comma | Kind::Close | Kind::End | Kind::Invalid(_)),
    };
    if begins_a_clause || !may_follow {
        return Ok(None);
    }
    input.input.next_token();
    Ok(Some(ident(input, token.span)))
}

/// The query of `IN ( )`, between its parentheses.
pub(super) fn semi_join(input: &mut Tokens<'_>) -> Parsed<SemiJoin> {
    let start = begin_query(input)?;
    let field = path("a field").parse_next(input)?;
    if at_word(input, Keyword::From).is_none() {
        return named(Problem::SemiJoin, peek(input).span);
    }
    let from = from(input)?;
    let condition = condition::after(Keyword::Where, input)?;
    let next = peek(input);
    if matches!(next.kind, Kind::Word(_)) {
        return named(Problem::SemiJoin, next.span);
    }
    input.state.queries -= 1;
    Ok(SemiJoin { field, from, condition, span: since(input, start) })
}

/// Whether a parenthesis opens a query.
pub(super) fn opens_query(input: &Tokens<'_>) -> bool {
    at(input, &[Kind::Open, Kind::Word(Some(Keyword::Select))])
}

/// A list between parentheses; they do not count as depth, since nothing in it can be deeper.
pub(super) fn list<'t, T>(input: &mut Tokens<'t>, item: impl Parser<Tokens<'t>, T, ErrMode<Fault>>) -> Parsed<Vec<T>> {
    open().parse_next(input)?;
    let items = separated(1.., item, comma()).parse_next(input).map_err(ErrMode::cut)?;
    super::close().parse_next(input).map_err(ErrMode::cut)?;
    Ok(items)
}
