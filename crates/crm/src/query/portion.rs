//! Part of a list that is read from place to place: what comes after a row in the order of the query, however the list has changed meanwhile.
//!
//! A place is what its row is sorted by ([`Mark`]s), the id last. No row before it is read again where an index has the order.

use sea_query::{Expr, ExprTrait as _, NullOrdering, Order};
use serde::{Deserialize, Serialize};
use soql::ast::Query;
use store::sql::Row;

use super::{
    Plan, QueryOptions, compile,
    condition::truth,
    fetch,
    operand::{Kept, SortKey},
};
use crate::{Reader, Result, Scope};

/// One of the things by which a row is sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mark {
    /// No value.
    #[serde(rename = "n")]
    Null,
    /// A whole number, an instant, a rank.
    #[serde(rename = "i")]
    Whole(i64),
    /// A number, by its bits: text would be another number.
    #[serde(rename = "f")]
    Fraction(u64),
    /// Text as it is compared.
    #[serde(rename = "t")]
    Text(String),
}

impl Mark {
    fn read(row: &Row, at: usize, kept: Kept) -> Result<Self> {
        Ok(match kept {
            Kept::Whole => row.get::<Option<i64>>(at)?.map_or(Self::Null, Self::Whole),
            Kept::Fraction => row.get::<Option<f64>>(at)?.map_or(Self::Null, |number| Self::Fraction(number.to_bits())),
            Kept::Text => row.get::<Option<String>>(at)?.map_or(Self::Null, Self::Text),
        })
    }

    /// The value, bound; none for no value. An error for what no such row can have.
    fn value(&self, key: &SortKey) -> Result<Option<Expr>, NoSuchPlace> {
        Ok(Some(match (self, key.kept) {
            (Self::Null, _) if key.nulls.is_some() => return Ok(None),
            (Self::Whole(number), Kept::Whole) => Expr::val(*number),
            (Self::Fraction(bits), Kept::Fraction) if f64::from_bits(*bits).is_finite() => Expr::val(f64::from_bits(*bits)),
            (Self::Text(text), Kept::Text) if !text.contains('\0') => Expr::val(text.as_str()),
            _ => return Err(NoSuchPlace),
        }))
    }
}

/// The marks are not of this order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoSuchPlace;

/// Records of a list, and where it goes on.
#[derive(Debug)]
pub(crate) struct Portion {
    pub(crate) records: Vec<salesforce::record::Record>,
    /// The place of the last of them; none when no more come after it.
    pub(crate) last: Option<Vec<Mark>>,
}

/// The next records of a query that has an order, of which LIMIT and OFFSET do not count.
///
/// # Errors
/// What the vendor says of the query; storage. In the answer: that there is no such place.
pub(crate) async fn portion(
    reader: &mut Reader<'_>,
    scope: &Scope,
    query: &Query,
    options: &QueryOptions,
    after: Option<&[Mark]>,
    rows: usize,
) -> Result<Result<Portion, NoSuchPlace>> {
    let Plan::Records(mut compiled) = compile(reader, scope, "", query, options).await? else {
        return Err(store::Error::broken("a list that is not of records").into());
    };
    let places: Vec<_> = compiled.order.iter().map(|key| compiled.columns.add(key.expr.clone())).collect();
    let mut statement = compiled.first(u64::try_from(rows).unwrap_or(u64::MAX).saturating_add(1), 0);
    if let Some(marks) = after {
        match beyond(&compiled.order, marks) {
            Ok(condition) => statement.and_where(condition),
            Err(NoSuchPlace) => return Ok(Err(NoSuchPlace)),
        };
    }
    let mut found = fetch(reader, "a part of a list", &statement).await?;
    let has_more = found.len() > rows;
    found.truncate(rows);
    let last = found.last().filter(|_| has_more);
    let mark = |row| compiled.order.iter().zip(&places).map(|(key, at)| Mark::read(row, *at, key.kept)).collect::<Result<Vec<_>>>();
    let last = last.map(mark).transpose()?;
    Ok(Ok(Portion { records: compiled.page(reader, options, &found).await?, last }))
}

/// How many records a query of `COUNT()` has.
///
/// # Errors
/// What the vendor says of the query; storage.
pub(crate) async fn count(reader: &mut Reader<'_>, scope: &Scope, query: &Query, options: &QueryOptions) -> Result<u64> {
    let Plan::Count(statement) = compile(reader, scope, "", query, options).await? else {
        return Err(store::Error::broken("a count that is none").into());
    };
    let rows = fetch(reader, "a count", &statement).await?;
    let count: i64 = rows.first().ok_or_else(|| store::Error::broken("a count"))?.get(0)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// What comes after a place.
fn beyond(keys: &[SortKey], marks: &[Mark]) -> Result<Expr, NoSuchPlace> {
    if keys.is_empty() || keys.len() != marks.len() {
        return Err(NoSuchPlace);
    }
    let mut rest: Option<Expr> = None;
    for (key, mark) in keys.iter().zip(marks).rev() {
        let value = mark.value(key)?;
        let further = further(key, value.as_ref());
        let rest_of_same = rest.map(|rest| match &value {
            Some(value) => key.expr.clone().eq(value.clone()).and(rest),
            None => key.expr.clone().is_null().and(rest),
        });
        rest = match (further, rest_of_same) {
            (Some(further), Some(same)) => Some(further.or(same)),
            (one, other) => one.or(other),
        };
    }
    let beyond = rest.unwrap_or_else(|| truth(false));
    // What is sure of the first key alone, so that an index is entered there.
    let (key, value) = (&keys[0], marks[0].value(&keys[0])?);
    let from = match (value, &key.nulls) {
        (Some(value), None | Some(NullOrdering::First)) => Some(match key.order {
            Order::Desc => key.expr.clone().lte(value),
            _ => key.expr.clone().gte(value),
        }),
        (None, Some(NullOrdering::Last)) => Some(key.expr.clone().is_null()),
        _ => None,
    };
    Ok(match from {
        Some(from) if keys.len() > 1 => from.and(beyond),
        _ => beyond,
    })
}

/// What comes after all that have this value in one key; none if nothing can.
fn further(key: &SortKey, value: Option<&Expr>) -> Option<Expr> {
    let expr = || key.expr.clone();
    let nulls_last = key.nulls == Some(NullOrdering::Last);
    match value {
        None if nulls_last => None,
        None => Some(expr().is_not_null()),
        Some(value) => {
            let further = match key.order {
                Order::Desc => expr().lt(value.clone()),
                _ => expr().gt(value.clone()),
            };
            Some(if nulls_last { further.or(expr().is_null()) } else { further })
        }
    }
}
