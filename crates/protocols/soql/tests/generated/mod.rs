//! Queries that are made up: trees of every shape that the grammar has, and texts that somebody spoilt.

use jiff::{Timestamp, civil};
use proptest::{collection::vec, option, prelude::*, sample::select};
use switchboard_soql::{
    Span,
    ast::{
        AccessMode, Argument, Call, CategoryFilter, CategorySelector, Comparison, Condition, Count, DateLiteral, Direction, Distance,
        Expression, FieldSet, Function, Grouping, GroupingKind, Ident, Literal, Nulls, Number, Operator, Ordering, Path, Pattern, Period,
        Piece, Point, Predicate, Query, Select, SelectItem, SemiJoin, Source, Statistic, Text, Typeof, TypeofBranch, Unit, UnitOfDistance,
        Value, Viewing, With, WithOption,
    },
};

/// Words of the grammar that may be names are among them.
const NAMES: &[&str] = &[
    "Id",
    "Name",
    "name",
    "Amount",
    "CreatedDate",
    "Owner",
    "a",
    "Very_Long_Name__c",
    "ns__Field__c",
    "My__r",
    "X1",
    "All",
    "At",
    "Above",
    "Category",
    "Case",
    "Count",
    "Data",
    "Distance",
    "End",
    "Fields",
    "Geolocation",
    "Group",
    "Offset",
    "Order",
    "Reference",
    "Rows",
    "Scope",
    "Then",
    "Tracking",
    "Typeof",
    "View",
    "Viewstat",
    "When",
    "Today",
    "Custom",
    "Standard",
];

fn span() -> Span {
    Span::default()
}

fn ident() -> impl Strategy<Value = Ident> {
    select(NAMES).prop_map(|text| Ident { text: text.to_owned(), span: span() })
}

fn alias() -> impl Strategy<Value = Ident> {
    ident().prop_filter("GROUP is no alias", |name| !name.is("Group"))
}

fn path() -> impl Strategy<Value = Path> {
    vec(ident(), 1..4).prop_map(|names| Path { names, span: span() })
}

fn function() -> impl Strategy<Value = Function> {
    prop_oneof![9 => select(Function::KNOWN), 1 => Just(Function::Other("madeUp".to_owned()))]
}

fn call() -> impl Strategy<Value = Call> {
    let inner = (function(), path()).prop_map(|(function, path)| Call { function, argument: Argument::Field(path), span: span() }).boxed();
    let outer =
        (function(), inner.clone()).prop_map(|(function, call)| Call { function, argument: Argument::Call(Box::new(call)), span: span() });
    prop_oneof![3 => inner, 1 => outer]
}

fn number() -> impl Strategy<Value = Number> {
    "-?[0-9]{1,12}(\\.[0-9]{1,6})?".prop_map(|text| Number::parse(&text).expect("a number"))
}

fn distance() -> impl Strategy<Value = Distance> {
    let place = (number(), number()).prop_map(|(latitude, longitude)| Point::Geolocation { latitude, longitude, span: span() });
    let point = prop_oneof![4 => place, 1 => path().prop_map(Point::Field)];
    let unit = select(&[UnitOfDistance::Miles, UnitOfDistance::Kilometres][..]);
    (path(), point, unit).prop_map(|(field, point, unit)| Distance { field, point, unit, span: span() })
}

fn column() -> impl Strategy<Value = Expression> {
    prop_oneof![4 => path().prop_map(Expression::Field), 2 => call().prop_map(Expression::Call)]
}

fn expression() -> impl Strategy<Value = Expression> {
    prop_oneof![8 => column(), 1 => distance().prop_map(Expression::Distance)]
}

fn words() -> impl Strategy<Value = String> {
    let character =
        prop_oneof![4 => any::<char>(), 4 => select(vec!['a', 'é', ' ', '\'', '\\', '"', '%', '_', '\n', '\t', '\u{0}', 'n', 'u'])];
    vec(character, 0..8).prop_map(|characters| characters.into_iter().collect())
}

fn text() -> impl Strategy<Value = Text> {
    words().prop_map(|text| Text { text, span: span() })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let piece = prop_oneof![2 => words().prop_map(Piece::Text), 1 => Just(Piece::Any), 1 => Just(Piece::One)];
    vec(piece, 0..5).prop_map(|parts| {
        let mut pieces: Vec<Piece> = Vec::new();
        for part in parts {
            match (pieces.last_mut(), part) {
                (_, Piece::Text(text)) if text.is_empty() => {}
                (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
                (_, piece) => pieces.push(piece),
            }
        }
        Pattern { pieces, span: span() }
    })
}

fn date() -> impl Strategy<Value = civil::Date> {
    (1700_i16..=4000, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| civil::date(year, month, day))
}

fn time() -> impl Strategy<Value = civil::Time> {
    let fraction = prop_oneof![Just(0), Just(500_000_000), 0..1_000_000_000_i32];
    (0_i8..24, 0_i8..60, 0_i8..60, fraction).prop_map(|(hour, minute, second, nanosecond)| civil::time(hour, minute, second, nanosecond))
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (date(), time()).prop_map(|(date, time)| jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).expect("within jiff's range"))
}

fn date_literal() -> impl Strategy<Value = DateLiteral> {
    let unit = prop_oneof![Just(Unit::Day), select(&Period::ALL[..]).prop_map(Unit::Period)];
    let fixed = [DateLiteral::Yesterday, DateLiteral::Today, DateLiteral::Tomorrow, DateLiteral::Last90Days, DateLiteral::Next90Days];
    let of_period = [DateLiteral::Last as fn(Period) -> DateLiteral, DateLiteral::This, DateLiteral::Next];
    let counted = [DateLiteral::LastN as fn(Unit, u32) -> DateLiteral, DateLiteral::NextN, DateLiteral::Ago];
    prop_oneof![
        select(fixed.to_vec()),
        (0..of_period.len(), select(&Period::ALL[..])).prop_map(move |(which, period)| of_period[which](period)),
        (0..counted.len(), unit, any::<u32>()).prop_map(move |(which, unit, count)| counted[which](unit, count)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        number().prop_map(Literal::Number),
        ("[A-Z]{3}", number()).prop_map(|(code, amount)| Literal::Currency { code, amount }),
        text().prop_map(Literal::Text),
        date().prop_map(Literal::Date),
        timestamp().prop_map(Literal::DateTime),
        time().prop_map(Literal::Time),
        date_literal().prop_map(Literal::DateLiteral),
    ]
    .prop_map(|literal| Value { literal, span: span() })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    let operators =
        [Operator::Equal, Operator::NotEqual, Operator::Less, Operator::LessOrEqual, Operator::Greater, Operator::GreaterOrEqual];
    let predicate = prop_oneof![
        (select(operators.to_vec()), value()).prop_map(|(operator, value)| Predicate::Compare { operator, value }),
        pattern().prop_map(Predicate::Like),
        (any::<bool>(), vec(value(), 1..4)).prop_map(|(negated, values)| Predicate::In { negated, values }),
        (any::<bool>(), vec(text(), 1..4)).prop_map(|(negated, sets)| Predicate::Includes { negated, sets }),
    ];
    let compared = (distance(), select(operators.to_vec()), value())
        .prop_map(|(left, operator, value)| (Expression::Distance(left), Predicate::Compare { operator, value }));
    prop_oneof![9 => (column(), predicate), 1 => compared].prop_map(|(left, predicate)| Comparison { left, predicate, span: span() })
}

fn semi_join(inner: impl Strategy<Value = Condition> + 'static) -> impl Strategy<Value = Condition> {
    let query =
        (path(), sources(), option::of(inner)).prop_map(|(field, from, condition)| SemiJoin { field, from, condition, span: span() });
    (path(), any::<bool>(), query).prop_map(|(left, negated, query)| {
        let predicate = Predicate::InQuery { negated, query: Box::new(query) };
        Condition::Comparison(Comparison { left: Expression::Field(left), predicate, span: span() })
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let simple = comparison().prop_map(Condition::Comparison).boxed();
    let leaf = prop_oneof![5 => simple.clone(), 1 => semi_join(simple)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|conditions| Condition::And { conditions, span: span() }),
            vec(inner.clone(), 2..4).prop_map(|conditions| Condition::Or { conditions, span: span() }),
            inner.prop_map(|condition| Condition::Not { condition: Box::new(condition), span: span() }),
        ]
    })
}

fn sources() -> impl Strategy<Value = Vec<Source>> {
    let source = (path(), option::weighted(0.3, alias())).prop_map(|(path, alias)| Source { path, alias, span: span() }).boxed();
    prop_oneof![4 => vec(source.clone(), 1), 1 => vec(source, 2..4)]
}

fn type_of() -> impl Strategy<Value = Typeof> {
    let branch = (ident(), vec(path(), 1..3)).prop_map(|(object, fields)| TypeofBranch { object, fields, span: span() });
    (path(), vec(branch, 1..3), vec(path(), 0..3)).prop_map(|(relationship, branches, otherwise)| Typeof {
        relationship,
        branches,
        otherwise,
        span: span(),
    })
}

fn items(children: bool) -> BoxedStrategy<Vec<SelectItem>> {
    let shown = (expression(), option::weighted(0.3, alias()))
        .prop_map(|(expression, alias)| SelectItem::Expression { expression, alias, span: span() })
        .boxed();
    let set = select(&[FieldSet::All, FieldSet::Standard, FieldSet::Custom][..]).prop_map(|set| SelectItem::Fields { set, span: span() });
    let other = prop_oneof![8 => shown, 1 => set, 1 => type_of().prop_map(SelectItem::Typeof)].boxed();
    if !children {
        return vec(other, 1..4).boxed();
    }
    let child = query_of(false).prop_map(|query| SelectItem::Child { query: Box::new(query), span: span() });
    vec(prop_oneof![6 => other, 1 => child], 1..4).boxed()
}

fn with() -> impl Strategy<Value = Vec<With>> {
    let modes = [AccessMode::SecurityEnforced, AccessMode::User, AccessMode::System];
    let selectors = [CategorySelector::At, CategorySelector::Above, CategorySelector::Below, CategorySelector::AboveOrBelow];
    let filter = (ident(), select(selectors.to_vec()), vec(ident(), 1..3)).prop_map(|(group, selector, categories)| CategoryFilter {
        group,
        selector,
        categories,
        span: span(),
    });
    let literal = prop_oneof![
        text().prop_map(Literal::Text),
        (0_u32..1000).prop_map(|number| Literal::Number(Number::parse(&number.to_string()).expect("a number"))),
        any::<bool>().prop_map(Literal::Boolean),
    ];
    let option = (ident(), literal).prop_map(|(name, literal)| WithOption { name, value: Value { literal, span: span() }, span: span() });
    let first = prop_oneof![
        vec(filter, 1..3).prop_map(|filters| With::DataCategory { filters, span: span() }),
        (ident(), text()).prop_map(|(name, value)| With::Equals { name, value, span: span() }),
    ];
    let other = prop_oneof![
        select(modes.to_vec()).prop_map(|mode| With::Access { mode, span: span() }),
        (ident(), vec(option, 0..3)).prop_map(|(name, options)| With::Named { name, options, span: span() }),
    ];
    (option::weighted(0.1, first), vec(other, 0..2)).prop_map(|(first, others)| first.into_iter().chain(others).collect())
}

fn grouping() -> impl Strategy<Value = Grouping> {
    let kind = select(&[GroupingKind::Plain, GroupingKind::Rollup, GroupingKind::Cube][..]);
    (kind, vec(column(), 1..4)).prop_map(|(kind, items)| Grouping { kind, items, span: span() })
}

fn ordering() -> impl Strategy<Value = Ordering> {
    let direction = option::of(select(&[Direction::Ascending, Direction::Descending][..]));
    let nulls = option::of(select(&[Nulls::First, Nulls::Last][..]));
    (expression(), direction, nulls).prop_map(|(expression, direction, nulls)| Ordering { expression, direction, nulls, span: span() })
}

fn query_of(children: bool) -> BoxedStrategy<Query> {
    let count = || option::weighted(0.2, any::<u32>().prop_map(|rows| Count { rows, span: span() }));
    let show = prop_oneof![1 => Just(Select::Count(span())), 12 => items(children).prop_map(Select::Items)];
    let group = option::weighted(0.25, (grouping(), option::of(condition())));
    let viewing = [vec![], vec![], vec![], vec![Viewing::View(span())], vec![Viewing::Reference(span()), Viewing::View(span())]];
    let statistics =
        [vec![], vec![], vec![], vec![Statistic::Tracking(span())], vec![Statistic::Viewstat(span()), Statistic::Tracking(span())]];
    let marks =
        (select(viewing.to_vec()), select(statistics.to_vec()), option::weighted(0.1, Just(span())), option::weighted(0.1, Just(span())));
    let scope = select(vec!["mine", "Everything", "all"]).prop_map(|text| Ident { text: text.to_owned(), span: span() });
    let order = prop_oneof![2 => Just(Vec::new()), 1 => vec(ordering(), 1..3)];
    (show, sources(), option::weighted(0.1, scope), option::weighted(0.6, condition()), with(), group, order, count(), count(), marks)
        .prop_map(|(select, from, scope, condition, with, group, order, limit, offset, (viewing, statistics, for_update, all_rows))| {
            let (group, having) = group.unzip();
            Query {
                select,
                from,
                scope,
                condition,
                with,
                group,
                having: having.flatten(),
                order,
                limit,
                offset,
                viewing,
                statistics,
                for_update,
                all_rows,
                span: span(),
            }
        })
        .boxed()
}

/// Any query that the grammar has.
pub(crate) fn query() -> BoxedStrategy<Query> {
    query_of(true)
}

/// The same query in another hand: small letters, other space, the other sign for what is not equal; quoted text as it is.
pub(crate) fn restyled(text: &str) -> String {
    let mut restyled = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            _ if quoted => restyled.push(character),
            ' ' => restyled.push_str("\n\t "),
            '(' => restyled.push_str("( "),
            '=' if restyled.ends_with('!') => {
                restyled.pop();
                restyled.push_str("<>");
            }
            _ => restyled.push(character.to_ascii_lowercase()),
        }
        if character == '\'' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && character == '\\' && !escaped;
    }
    restyled
}

/// What somebody does to a text.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// Where, of 1000 parts.
    at: usize,
    /// How many words go.
    removed: usize,
    /// What comes instead.
    inserted: &'static str,
}

/// Tokens, and things that are none.
const PIECES: &[&str] = &[
    "",
    "",
    "",
    "",
    "(",
    ")",
    ",",
    ".",
    ":",
    "'",
    "\\",
    "\"",
    "=",
    "<",
    ">",
    "!",
    "-",
    "+",
    "5",
    "0.5",
    "'x'",
    "null",
    "TODAY",
    "LAST_N_DAYS:3",
    "2026-11-21",
    "2026-11-21T00:00:00Z",
    "USD5",
    "SELECT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "Name",
    "Account.Name",
    "COUNT()",
    "MAX(Id)",
    "ORDER BY",
    "GROUP BY",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "WITH",
    "AS",
    "(SELECT Id FROM A)",
    "TYPEOF",
    "END",
    "ASC",
    "NULLS FIRST",
    "ALL ROWS",
    "ä",
    "\u{a0}",
    "\u{1f600}",
    "\n",
    "*",
    "@",
];

/// A few of them.
pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (0_usize..1000, 0_usize..3, select(PIECES)).prop_map(|(at, removed, inserted)| Edit { at, removed, inserted });
    vec(edit, 1..4)
}

/// The text after that.
pub(crate) fn edited(text: &str, edits: &[Edit]) -> String {
    // Words, and what stands between them.
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        match pieces.last_mut() {
            Some(piece) if inside(character) && piece.ends_with(inside) => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    for Edit { at, removed, inserted } in edits {
        let start = at * pieces.len() / 1000;
        let end = (start + removed).min(pieces.len());
        pieces.splice(start..end, [(*inserted).to_owned()]);
    }
    pieces.concat()
}
