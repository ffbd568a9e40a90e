//! Fields, functions, DISTANCE.

use winnow::{Parser, error::ErrMode};

use super::{Parsed, Tokens, close, comma, keyword, named, nested, one, open, peek, peek_at, said, select::path, since, value};
use crate::{
    ast::{Argument, Call, Distance, Expression, Function, Path, Point, UnitOfDistance},
    error::Problem,
    keyword::Keyword,
    lexer::Kind,
};

/// A field, a function, a distance.
pub(super) fn expression(input: &mut Tokens<'_>) -> Parsed<Expression> {
    match (peek(input).kind, peek_at(input, 1).kind) {
        (Kind::Word(Some(Keyword::Distance)), Kind::Open) => distance(input).map(Expression::Distance).map_err(ErrMode::cut),
        _ => column(input),
    }
}

/// A field or a function.
pub(super) fn column(input: &mut Tokens<'_>) -> Parsed<Expression> {
    match (peek(input).kind, peek_at(input, 1).kind) {
        (Kind::Word(_), Kind::Open) => call(input, true).map(Expression::Call),
        (Kind::Path | Kind::Currency, Kind::Open) => named(Problem::FunctionPath, peek(input).span),
        _ => path("a field").map(Expression::Field).parse_next(input),
    }
}

fn call(input: &mut Tokens<'_>, outermost: bool) -> Parsed<Call> {
    let start = super::name("a function").parse_next(input)?;
    let argument = |input: &mut Tokens<'_>| {
        let next = peek(input);
        let argument = match (next.kind, peek_at(input, 1).kind) {
            (Kind::Word(_), Kind::Open) if !outermost => return named(Problem::FunctionDepth, peek_at(input, 1).span),
            (Kind::Word(_), Kind::Open) => Argument::Call(Box::new(call(input, false)?)),
            (Kind::Path | Kind::Currency, Kind::Open) => return named(Problem::FunctionPath, next.span),
            (Kind::Text | Kind::Integer | Kind::Decimal | Kind::Minus | Kind::Plus, _) => {
                return named(Problem::FunctionArgument, next.span);
            }
            _ => Argument::Field(path("a field").parse_next(input)?),
        };
        match peek(input) {
            next if next.kind == Kind::Comma => named(Problem::FunctionArgument, next.span),
            _ => Ok(argument),
        }
    };
    let (argument, _) = nested(input, argument)?;
    Ok(Call { function: Function::named(&start.text), argument, span: since(input, start.span) })
}

fn distance(input: &mut Tokens<'_>) -> Parsed<Distance> {
    let start = keyword(Keyword::Distance).parse_next(input)?.span;
    open().parse_next(input)?;
    let field = path("a field").parse_next(input)?;
    separator(input)?;
    let point = point(input)?;
    separator(input)?;
    let unit = one("'mi' or 'km'", |kind| kind == Kind::Text).parse_next(input)?;
    let unit = match said(input, unit.span).trim_matches('\'') {
        mile if mile.eq_ignore_ascii_case("mi") => UnitOfDistance::Miles,
        kilometre if kilometre.eq_ignore_ascii_case("km") => UnitOfDistance::Kilometres,
        _ => return named(Problem::DistanceUnit, unit.span),
    };
    close().parse_next(input)?;
    Ok(Distance { field, point, unit, span: since(input, start) })
}

/// A comma between the arguments of DISTANCE.
fn separator(input: &mut Tokens<'_>) -> Parsed<()> {
    match peek(input) {
        next if next.kind == Kind::Close => named(Problem::Distance, next.span),
        _ => comma().void().parse_next(input),
    }
}

fn point(input: &mut Tokens<'_>) -> Parsed<Point> {
    if (peek(input).kind, peek_at(input, 1).kind) != (Kind::Word(Some(Keyword::Geolocation)), Kind::Open) {
        return path("GEOLOCATION(latitude, longitude)").map(|path: Path| Point::Field(path)).parse_next(input);
    }
    let start = keyword(Keyword::Geolocation).parse_next(input)?.span;
    open().parse_next(input)?;
    let latitude = value::number(input)?;
    comma().parse_next(input)?;
    let longitude = value::number(input)?;
    close().parse_next(input)?;
    Ok(Point::Geolocation { latitude, longitude, span: since(input, start) })
}
