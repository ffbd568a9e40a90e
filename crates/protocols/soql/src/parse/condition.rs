//! WHERE and HAVING.

use winnow::{Parser, combinator::opt, error::ErrMode, stream::Stream};

use super::{Parsed, Tokens, at, at_word, expression, keyword, named, nested, peek, peek_at, select, since, value, wanted};
use crate::{
    ast::{Comparison, Condition, Expression, Operator, Predicate},
    error::Problem,
    keyword::Keyword,
    lexer::Kind,
};

/// The condition after WHERE or HAVING, if that word is there.
pub(super) fn after(word: Keyword, input: &mut Tokens<'_>) -> Parsed<Option<Condition>> {
    match opt(keyword(word)).parse_next(input)? {
        Some(_) => condition(input).map(Some).map_err(ErrMode::cut),
        None => Ok(None),
    }
}

/// Comparisons with one kind of operator between them: mixed ones need parentheses, which are a condition of their own.
fn condition(input: &mut Tokens<'_>) -> Parsed<Condition> {
    let start = peek(input).span;
    if opt(keyword(Keyword::Not)).parse_next(input)?.is_some() {
        let condition = Box::new(operand(input)?);
        let next = peek(input);
        return match next.kind {
            Kind::Word(Some(Keyword::And | Keyword::Or)) => named(Problem::BareNot, next.span),
            _ => Ok(Condition::Not { condition, span: since(input, start) }),
        };
    }
    let first = operand(input)?;
    let (word, other) = if at_word(input, Keyword::Or).is_some() { (Keyword::Or, Keyword::And) } else { (Keyword::And, Keyword::Or) };
    let mut conditions = vec![first];
    while opt(keyword(word)).parse_next(input)?.is_some() {
        conditions.push(operand(input)?);
    }
    if conditions.len() == 1 {
        // Asked for so that an error can name it too.
        opt(keyword(other)).parse_next(input)?;
        return Ok(conditions.remove(0));
    }
    if let Some(token) = at_word(input, other) {
        return named(Problem::Mixed, token.span);
    }
    let span = since(input, start);
    Ok(if word == Keyword::And { Condition::And { conditions, span } } else { Condition::Or { conditions, span } })
}

/// What AND, OR and NOT stand beside.
fn operand(input: &mut Tokens<'_>) -> Parsed<Condition> {
    match peek(input) {
        next if next.kind == Kind::Open => nested(input, condition).map(|(condition, _)| condition),
        next if next.kind == Kind::Word(Some(Keyword::Not)) => named(Problem::BareNot, next.span),
        _ => comparison(input).map(Condition::Comparison),
    }
}

fn comparison(input: &mut Tokens<'_>) -> Parsed<Comparison> {
    let start = peek(input).span;
    let left = expression::expression(input)?;
    let predicate = match (&left, operator(peek(input).kind)) {
        (Expression::Distance(_), None) => return wanted(input, "=, !=, <, <=, > or >="),
        _ => predicate(input)?,
    };
    Ok(Comparison { left, predicate, span: since(input, start) })
}

fn predicate(input: &mut Tokens<'_>) -> Parsed<Predicate> {
    let next = peek(input);
    if let Some(operator) = operator(next.kind) {
        input.input.next_token();
        let second = peek(input);
        if matches!(next.kind, Kind::Less | Kind::Greater) && matches!(second.kind, Kind::Equal | Kind::Greater) {
            return named(Problem::SpacedOperator, next.span.to(second.span));
        }
        return Ok(Predicate::Compare { operator, value: value::value(input)? });
    }
    match next.kind {
        Kind::Plus | Kind::Minus => named(Problem::Calculation, next.span),
        Kind::Word(Some(Keyword::Like)) => {
            input.input.next_token();
            value::pattern(input).map(Predicate::Like)
        }
        Kind::Word(Some(word @ (Keyword::Includes | Keyword::Excludes))) => {
            input.input.next_token();
            Ok(Predicate::Includes { negated: word == Keyword::Excludes, sets: select::list(input, value::set)? })
        }
        Kind::Word(Some(Keyword::In)) => inside(input, false),
        Kind::Word(Some(Keyword::Not)) if at_in(input) => {
            input.input.next_token();
            inside(input, true)
        }
        _ => wanted(input, "an operator"),
    }
}

fn at_in(input: &Tokens<'_>) -> bool {
    peek_at(input, 1).kind == Kind::Word(Some(Keyword::In))
}

fn inside(input: &mut Tokens<'_>, negated: bool) -> Parsed<Predicate> {
    keyword(Keyword::In).parse_next(input)?;
    if at(input, &[Kind::Colon]) {
        return value::bind(input);
    }
    if select::opens_query(input) {
        let (query, _) = nested(input, select::semi_join)?;
        return Ok(Predicate::InQuery { negated, query: Box::new(query) });
    }
    Ok(Predicate::In { negated, values: select::list(input, value::value)? })
}

fn operator(kind: Kind) -> Option<Operator> {
    Some(match kind {
        Kind::Equal => Operator::Equal,
        Kind::NotEqual => Operator::NotEqual,
        Kind::Less => Operator::Less,
        Kind::LessOrEqual => Operator::LessOrEqual,
        Kind::Greater => Operator::Greater,
        Kind::GreaterOrEqual => Operator::GreaterOrEqual,
        _ => return None,
    })
}
