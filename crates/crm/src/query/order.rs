//! ORDER BY of records (`salesforce.md` 2.3).

use sea_query::{Expr, NullOrdering, Order};
use soql::ast::{Direction, Expression, FunctionKind, Nulls, Ordering};

use super::{
    Unsupported,
    names::Compiler,
    operand::{Kept, SortKey},
};
use crate::Result;

/// How many things rows are sorted by (`salesforce.md` 2.3).
const MAX_ITEMS: usize = 32;

/// An item's direction, for one expression that it sorts by.
pub(super) fn sort_key(expr: Expr, item: &Ordering, nullable: bool, kept: Kept) -> SortKey {
    let order = match item.direction {
        Some(Direction::Descending) => Order::Desc,
        Some(Direction::Ascending) | None => Order::Asc,
    };
    let nulls = match item.nulls {
        Some(Nulls::Last) => NullOrdering::Last,
        Some(Nulls::First) | None => NullOrdering::First,
    };
    SortKey { expr, order, nulls: nullable.then_some(nulls), kept }
}

impl Compiler<'_> {
    /// More items than there may be.
    pub(super) fn check_order(&self, items: &[Ordering]) -> Result<()> {
        match items.get(MAX_ITEMS) {
            Some(item) => Err(self.malformed(item.span, "ORDER BY takes no more than 32 fields")),
            None => Ok(()),
        }
    }

    /// What records are sorted by; with an order at all, it is a whole one, so that OFFSET leaves no row out.
    pub(super) fn order(&mut self, items: &[Ordering]) -> Result<Vec<SortKey>> {
        let mut keys: Vec<SortKey> = Vec::new();
        for item in items {
            match &item.expression {
                Expression::Distance(distance) => return Err(self.unsupported(distance.span, Unsupported::Distance)),
                Expression::Call(call) if call.function.kind() == Some(FunctionKind::Aggregate) => {
                    return Err(self.malformed(call.span, "an aggregate cannot stand in ORDER BY of a query without aggregates"));
                }
                Expression::Call(call) => {
                    return Err(self.malformed(call.span, format_args!("{} cannot stand in ORDER BY", call.function.name())));
                }
                Expression::Field(path) => {
                    let operand = self.field(path)?;
                    if !operand.sort {
                        return Err(self.misused(path.span, format_args!("field '{}' can not be sorted in a query call", operand.path)));
                    }
                    self.count_values(operand.picklist.len() * 2)?;
                    // A picklist's rank comes before its text.
                    let kept = operand.is_ranked().then_some(Kept::Whole).into_iter().chain([Kept::of(operand.field_type)]);
                    keys.extend(operand.sorting().into_iter().zip(kept).map(|(expr, kept)| sort_key(expr, item, operand.nullable, kept)));
                }
            }
        }
        if let Some(last) = keys.last() {
            let order = last.order.clone();
            let id = self.column(0, "id");
            if last.expr != id {
                keys.push(SortKey { expr: id, order, nulls: None, kept: Kept::Text });
            }
        }
        Ok(keys)
    }
}
