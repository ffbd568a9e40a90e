//! The clauses around WHERE.

use winnow::{
    Parser,
    combinator::{opt, preceded, separated},
    error::ErrMode,
    stream::Stream,
};

use super::{
    Parsed, Tokens, at, at_word, comma, expression, keyword, name, named, one, one_name, peek, peek_at, select, since, value, wanted,
};
use crate::{
    ast::{
        AccessMode, CategoryFilter, CategorySelector, Count, Direction, Grouping, GroupingKind, Ident, Nulls, Ordering, Query, Statistic,
        Viewing, With, WithOption,
    },
    error::Problem,
    keyword::Keyword,
    lexer::Kind,
};

/// USING SCOPE.
pub(super) fn scope(input: &mut Tokens<'_>) -> Parsed<Option<Ident>> {
    if opt(keyword(Keyword::Using)).parse_next(input)?.is_none() {
        return Ok(None);
    }
    let next = peek(input);
    if next.kind != Kind::Word(Some(Keyword::Scope)) {
        return named(Problem::Using, next.span);
    }
    input.input.next_token();
    // Scopes are not called like words of the grammar.
    let scope = one_name("a scope", |word| word.is_none_or(Keyword::is_plain)).parse_next(input).map_err(ErrMode::cut)?;
    match peek(input) {
        next if next.kind == Kind::Comma => named(Problem::ScopePlace, next.span),
        _ => Ok(Some(scope)),
    }
}

/// All WITH clauses.
pub(super) fn with(input: &mut Tokens<'_>) -> Parsed<Vec<With>> {
    let mut clauses: Vec<With> = Vec::new();
    while opt(keyword(Keyword::With)).parse_next(input)?.is_some() {
        clauses.push(one_with(input, clauses.is_empty()).map_err(ErrMode::cut)?);
    }
    Ok(clauses)
}

fn one_with(input: &mut Tokens<'_>, first: bool) -> Parsed<With> {
    let start = input.input.previous_tokens().next().map_or_else(|| peek(input).span, |with| with.span);
    if first && at(input, &[Kind::Word(Some(Keyword::Data)), Kind::Word(Some(Keyword::Category))]) {
        (keyword(Keyword::Data), keyword(Keyword::Category)).void().parse_next(input)?;
        let filters = separated(1.., category, keyword(Keyword::And)).parse_next(input)?;
        return Ok(With::DataCategory { filters, span: since(input, start) });
    }
    let name = name("the name of what follows WITH").parse_next(input)?;
    if first && let Some(value) = value::equals(input)? {
        return Ok(With::Equals { name, value, span: since(input, start) });
    }
    if peek(input).kind == Kind::Open {
        let options = select::list(input, option)?;
        return Ok(With::Named { name, options, span: since(input, start) });
    }
    let mode = match name.text.to_ascii_uppercase().as_str() {
        "SECURITY_ENFORCED" => AccessMode::SecurityEnforced,
        "USER_MODE" => AccessMode::User,
        "SYSTEM_MODE" => AccessMode::System,
        _ => return Ok(With::Named { name, options: Vec::new(), span: since(input, start) }),
    };
    Ok(With::Access { mode, span: since(input, start) })
}

fn option(input: &mut Tokens<'_>) -> Parsed<WithOption> {
    let name = name("the name of an option").parse_next(input)?;
    one("=", |kind| kind == Kind::Equal).parse_next(input)?;
    let value = value::option_value(input)?;
    Ok(WithOption { span: since(input, name.span), name, value })
}

fn category(input: &mut Tokens<'_>) -> Parsed<CategoryFilter> {
    let group = name("a group of categories").parse_next(input)?;
    let selector = match peek(input).kind {
        Kind::Word(Some(Keyword::At)) => CategorySelector::At,
        Kind::Word(Some(Keyword::Above)) => CategorySelector::Above,
        Kind::Word(Some(Keyword::Below)) => CategorySelector::Below,
        Kind::Word(Some(Keyword::AboveOrBelow)) => CategorySelector::AboveOrBelow,
        _ => return wanted(input, "AT, ABOVE, BELOW or ABOVE_OR_BELOW"),
    };
    input.input.next_token();
    let categories = match peek(input).kind {
        Kind::Open => select::list(input, name("a category"))?,
        _ => vec![name("a category").parse_next(input)?],
    };
    Ok(CategoryFilter { span: since(input, group.span), group, selector, categories })
}

/// GROUP BY, without HAVING.
pub(super) fn group(input: &mut Tokens<'_>) -> Parsed<Option<Grouping>> {
    let Some(start) = opt(keyword(Keyword::Group)).parse_next(input)? else { return Ok(None) };
    keyword(Keyword::By).parse_next(input).map_err(ErrMode::cut)?;
    let kind = match peek(input).kind {
        Kind::Word(Some(Keyword::Rollup)) => GroupingKind::Rollup,
        Kind::Word(Some(Keyword::Cube)) => GroupingKind::Cube,
        _ => GroupingKind::Plain,
    };
    let items = if kind == GroupingKind::Plain {
        separated(1.., grouped, comma()).parse_next(input).map_err(ErrMode::cut)?
    } else {
        input.input.next_token();
        select::list(input, grouped).map_err(ErrMode::cut)?
    };
    Ok(Some(Grouping { kind, items, span: since(input, start.span) }))
}

/// A field or a function, but no distance.
fn grouped(input: &mut Tokens<'_>) -> Parsed<crate::ast::Expression> {
    match at(input, &[Kind::Word(Some(Keyword::Distance)), Kind::Open]) {
        true => wanted(input, "a field or a function of one"),
        false => expression::column(input),
    }
}

/// ORDER BY.
pub(super) fn order(input: &mut Tokens<'_>) -> Parsed<Vec<Ordering>> {
    match opt(keyword(Keyword::Order)).parse_next(input)? {
        Some(_) => preceded(keyword(Keyword::By), separated(1.., ordering, comma())).parse_next(input).map_err(ErrMode::cut),
        None => Ok(Vec::new()),
    }
}

fn ordering(input: &mut Tokens<'_>) -> Parsed<Ordering> {
    let expression = expression::expression(input)?;
    let direction = match opt(keyword(Keyword::Asc)).parse_next(input)? {
        Some(_) => Some(Direction::Ascending),
        None => opt(keyword(Keyword::Desc).value(Direction::Descending)).parse_next(input)?,
    };
    let nulls = match opt(keyword(Keyword::Nulls)).parse_next(input)? {
        Some(_) => match opt(keyword(Keyword::First)).parse_next(input)? {
            Some(_) => Some(Nulls::First),
            None => Some(keyword(Keyword::Last).value(Nulls::Last).parse_next(input).map_err(ErrMode::cut)?),
        },
        None => None,
    };
    Ok(Ordering { span: since(input, expression.span()), expression, direction, nulls })
}

/// LIMIT or OFFSET.
pub(super) fn count(word: Keyword, input: &mut Tokens<'_>) -> Parsed<Option<Count>> {
    if opt(keyword(word)).parse_next(input)?.is_none() {
        return Ok(None);
    }
    let next = peek(input);
    match next.kind {
        Kind::Colon => value::bind(input),
        Kind::Plus | Kind::Minus => named(Problem::SignedCount, next.span.to(peek_at(input, 1).span)),
        _ => {
            let rows = value::whole(input).map_err(ErrMode::cut)?;
            Ok(Some(Count { rows, span: next.span }))
        }
    }
}

/// What can follow OFFSET.
pub(super) fn tail(input: &mut Tokens<'_>, query: &mut Query) -> Parsed<()> {
    let for_update = [Kind::Word(Some(Keyword::For)), Kind::Word(Some(Keyword::Update))];
    if !at(input, &for_update) && opt(keyword(Keyword::For)).parse_next(input)?.is_some() {
        query.viewing = separated(1.., viewing, comma()).parse_next(input).map_err(ErrMode::cut)?;
    }
    if opt(keyword(Keyword::Update)).parse_next(input)?.is_some() {
        query.statistics = separated(1.., statistic, comma()).parse_next(input).map_err(ErrMode::cut)?;
    }
    if at(input, &for_update) {
        let start = peek(input).span;
        (keyword(Keyword::For), keyword(Keyword::Update)).void().parse_next(input)?;
        query.for_update = Some(since(input, start));
    }
    if at_word(input, Keyword::All).is_some() {
        let start = peek(input).span;
        (keyword(Keyword::All), keyword(Keyword::Rows)).void().parse_next(input).map_err(ErrMode::cut)?;
        query.all_rows = Some(since(input, start));
    }
    Ok(())
}

fn viewing(input: &mut Tokens<'_>) -> Parsed<Viewing> {
    if let Some(view) = opt(keyword(Keyword::View)).parse_next(input)? {
        return Ok(Viewing::View(view.span));
    }
    if let Some(reference) = opt(keyword(Keyword::Reference)).parse_next(input)? {
        return Ok(Viewing::Reference(reference.span));
    }
    wanted(input, "UPDATE")
}

fn statistic(input: &mut Tokens<'_>) -> Parsed<Statistic> {
    let token = peek(input);
    match token.kind {
        Kind::Word(Some(Keyword::Tracking)) => {
            input.input.next_token();
            Ok(Statistic::Tracking(token.span))
        }
        Kind::Word(Some(Keyword::Viewstat)) => {
            input.input.next_token();
            Ok(Statistic::Viewstat(token.span))
        }
        Kind::Word(word) if word.is_some_and(Keyword::is_reserved) => wanted(input, "TRACKING or VIEWSTAT"),
        Kind::Word(_) | Kind::Path | Kind::Currency => named(Problem::Statistic, token.span),
        _ => wanted(input, "TRACKING or VIEWSTAT"),
    }
}
