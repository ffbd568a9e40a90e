//! WHERE and HAVING.
//!
//! SOQL knows two truths, SQL three: whatever is compared with no value is false, and its opposite true (`salesforce.md` 2.3: `!=`, `NOT IN`,
//! `NOT … LIKE` and EXCLUDES also give rows without a value). So each comparison is made in the form that its place needs, the plain or the
//! opposite one, and NOT itself is in no statement; a plain comparison of a column and a value stays one that an index serves.

use salesforce::describe::FieldType;
use sea_query::{Expr, ExprTrait as _, LikeExpr, Query};
use soql::{
    Span,
    ast::{Comparison, Condition, Expression, Operator, Predicate, SemiJoin, Text, Value},
};
use store::Backend;

use super::{
    Unsupported,
    literal::{Bound, Wanted, wanted},
    names::{Compiler, Step},
    operand::Operand,
};
use crate::{Result, schema::Object};

/// How many queries may stand in one WHERE (`salesforce.md` 2.3).
const MAX_SEMI_JOINS: usize = 2;
/// Objects that no query in WHERE is of (`salesforce.md` 2.3).
const BARRED: [&str; 6] = ["ActivityHistory", "Attachment", "Event", "Note", "OpenActivity", "Task"];

/// What a condition may have where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    /// Queries: not under OR and NOT, not in another.
    semi_joins: bool,
    /// It is the condition of a query in WHERE.
    inner: bool,
}

impl Allowed {
    /// In the condition of a whole query.
    pub(super) const OUTER: Self = Self { semi_joins: true, inner: false };
    /// In the condition of a query in WHERE.
    const INNER: Self = Self { semi_joins: false, inner: true };

    fn within(self) -> Self {
        Self { semi_joins: false, ..self }
    }
}

/// Gives the left sides of comparisons: fields and functions of rows, or of groups.
pub(super) trait Operands<'s> {
    fn left(&mut self, compiler: &mut Compiler<'s>, expression: &Expression) -> Result<Operand<'s>>;
}

/// Those of rows.
pub(super) struct OfRows;

impl<'s> Operands<'s> for OfRows {
    fn left(&mut self, compiler: &mut Compiler<'s>, expression: &Expression) -> Result<Operand<'s>> {
        let operand = compiler.operand(expression)?;
        if !operand.filter {
            return Err(compiler.misused(expression.span(), format_args!("field '{}' can not be filtered in a query call", operand.path)));
        }
        Ok(operand)
    }
}

impl<'s> Compiler<'s> {
    /// WHERE of a whole query.
    pub(super) fn filter(&mut self, condition: &Condition) -> Result<Expr> {
        self.check_semi_joins(condition)?;
        self.condition(condition, false, Allowed::OUTER, &mut OfRows)
    }

    /// A condition, or its opposite.
    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        negated: bool,
        allowed: Allowed,
        operands: &mut impl Operands<'s>,
    ) -> Result<Expr> {
        match condition {
            Condition::And { conditions, .. } => {
                let parts = conditions.iter().map(|part| self.condition(part, negated, allowed, operands)).collect::<Result<Vec<_>>>()?;
                Ok(if negated { any(parts) } else { all(parts) })
            }
            Condition::Or { conditions, .. } => {
                let allowed = allowed.within();
                let parts = conditions.iter().map(|part| self.condition(part, negated, allowed, operands)).collect::<Result<Vec<_>>>()?;
                Ok(if negated { all(parts) } else { any(parts) })
            }
            Condition::Not { condition, .. } => self.condition(condition, !negated, allowed.within(), operands),
            Condition::Comparison(comparison) => self.comparison(comparison, negated, allowed, operands),
        }
    }

    fn check_semi_joins(&self, condition: &Condition) -> Result<()> {
        let mut count = 0;
        let mut open = vec![condition];
        while let Some(condition) = open.pop() {
            match condition {
                Condition::And { conditions, .. } | Condition::Or { conditions, .. } => open.extend(conditions),
                Condition::Not { condition, .. } => open.push(condition),
                Condition::Comparison(Comparison { predicate: Predicate::InQuery { query, .. }, .. }) => {
                    count += 1;
                    if count > MAX_SEMI_JOINS {
                        return Err(self.malformed(query.span, "a WHERE has no more than two semi-joins"));
                    }
                }
                Condition::Comparison(_) => {}
            }
        }
        Ok(())
    }

    fn comparison(&mut self, comparison: &Comparison, negated: bool, allowed: Allowed, operands: &mut impl Operands<'s>) -> Result<Expr> {
        let at = comparison.left.span();
        if let Predicate::InQuery { negated: not, query } = &comparison.predicate {
            if allowed.inner {
                return Err(self.malformed(query.span, "Nesting of semi join sub-selects is not supported"));
            }
            if !allowed.semi_joins {
                return Err(self.malformed(query.span, "Semi join sub-selects are not allowed under OR and NOT"));
            }
            return self.semi_join(&comparison.left, *not, query);
        }
        let operand = operands.left(self, &comparison.left)?;
        match &comparison.predicate {
            Predicate::Compare { operator, value } => {
                let bound = self.bind(&operand, value, at)?;
                self.check_operator(&operand, *operator, at)?;
                Ok(compare(&operand, *operator, &bound, negated))
            }
            Predicate::Like(pattern) => {
                if !operand.field_type.is_text() || operand.field_type == FieldType::Multipicklist {
                    return Err(self.wrong_operator(&operand, at));
                }
                self.count_values(3)?;
                Ok(self.like(&operand, &wanted(&operand, pattern), negated))
            }
            Predicate::In { negated: not, values } => self.is_in(&operand, values, negated != *not, at),
            Predicate::Includes { negated: not, sets } => {
                if operand.field_type != FieldType::Multipicklist {
                    return Err(self.wrong_operator(&operand, at));
                }
                self.includes(&operand, sets, negated != *not)
            }
            Predicate::InQuery { .. } => unreachable!("it was answered before"),
        }
    }

    fn wrong_operator(&self, operand: &Operand<'_>, at: Span) -> crate::Error {
        let kind = operand.field_type.as_str();
        salesforce::Error::query_filter(&self.place(at), format_args!("invalid operator on {kind} field: {}", operand.path)).into()
    }

    fn check_operator(&self, operand: &Operand<'_>, operator: Operator, at: Span) -> Result<()> {
        let ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
        if ordered && matches!(operand.field_type, FieldType::Boolean | FieldType::Multipicklist) {
            return Err(self.wrong_operator(operand, at));
        }
        Ok(())
    }

    fn is_in(&mut self, operand: &Operand<'s>, values: &[Value], negated: bool, at: Span) -> Result<Expr> {
        let (mut has_null, mut singles, mut parts) = (false, Vec::new(), Vec::new());
        for value in values {
            match self.bind(operand, value, at)? {
                Bound::Null if operand.field_type == FieldType::Boolean => singles.push(Expr::val(0i64)),
                Bound::Null => has_null = true,
                Bound::Value(value) => singles.push(value),
                interval @ Bound::Interval(..) => parts.push(compare(operand, Operator::Equal, &interval, negated)),
            }
        }
        if !singles.is_empty() {
            let key = operand.key.clone();
            parts.push(match (negated, operand.nullable) {
                (false, _) => key.is_in(singles),
                (true, false) => key.is_not_in(singles),
                (true, true) => key.clone().is_not_in(singles).or(key.is_null()),
            });
        }
        if has_null {
            parts.push(compare(operand, Operator::Equal, &Bound::Null, negated));
        }
        Ok(if negated { all(parts) } else { any(parts) })
    }

    fn like(&self, operand: &Operand<'_>, wanted: &Wanted, negated: bool) -> Expr {
        let key = || operand.key.clone();
        match wanted {
            Wanted::Nothing => truth(negated),
            Wanted::Anything if negated => key().is_null(),
            Wanted::Anything => key().is_not_null(),
            Wanted::Text(text) => compare(operand, Operator::Equal, &Bound::Value(Expr::val(text.clone())), negated),
            Wanted::Pattern { prefix, after, like, glob } => {
                // SQLite's LIKE disregards the case of ASCII, also where it matters.
                let exactly = operand.exact && self.backend == Backend::Sqlite;
                if negated {
                    let without = if exactly {
                        Expr::cust_with_exprs("? NOT GLOB ?", [key(), Expr::val(glob.clone())])
                    } else {
                        key().not_like(LikeExpr::new(like.clone()).escape('\\'))
                    };
                    return without.or(key().is_null());
                }
                let mut parts = Vec::new();
                if !prefix.is_empty() {
                    parts.push(key().gte(prefix.clone()));
                    parts.extend(after.as_ref().map(|after| key().lt(after.clone())));
                }
                parts.push(if exactly {
                    Expr::cust_with_exprs("? GLOB ?", [key(), Expr::val(glob.clone())])
                } else {
                    key().like(LikeExpr::new(like.clone()).escape('\\'))
                });
                all(parts)
            }
        }
    }

    fn includes(&mut self, operand: &Operand<'_>, sets: &[Text], negated: bool) -> Result<Expr> {
        let mut any_of = Vec::new();
        for set in sets {
            let mut all_of = Vec::new();
            for value in set.text.split(';') {
                self.count_values(1)?;
                if value.contains('\0') {
                    all_of.push(truth(false));
                    continue;
                }
                let text = match self.backend {
                    Backend::Sqlite => "INSTR(';' || ? || ';', ?) > 0",
                    Backend::Postgres => "STRPOS(';' || $1 || ';', $2) > 0",
                };
                let value = format!(";{};", operand.folded(value));
                all_of.push(Expr::cust_with_exprs(text, [operand.key.clone(), Expr::val(value)]));
            }
            any_of.push(if negated { any(all_of.into_iter().map(opposite).collect()) } else { all(all_of) });
        }
        Ok(if negated { all(any_of).or(operand.key.clone().is_null()) } else { any(any_of) })
    }

    /// `AccountId IN (SELECT Id FROM Account WHERE …)`
    fn semi_join(&mut self, left: &Expression, negated: bool, query: &SemiJoin) -> Result<Expr> {
        let Expression::Field(path) = left else {
            return Err(self.malformed(left.span(), "the left side of a semi-join is a field"));
        };
        let outer = self.field(path)?;
        let is_id = |operand: &Operand<'_>| matches!(operand.field_type, FieldType::Id | FieldType::Reference);
        if !is_id(&outer) || outer.path.contains('.') {
            return Err(self.malformed(left.span(), "the left side of a semi-join is an id or a reference of the query's own object"));
        }
        let [source] = query.from.as_slice() else {
            return Err(self.malformed(query.span, "a semi-join is of one object"));
        };
        let Some(name) = source.path.single() else {
            return Err(self.malformed(source.span, "a semi-join is of an object"));
        };
        let object = self.object(name)?;
        if BARRED.contains(&object.name.as_str()) {
            return Err(self.malformed(source.span, format_args!("Entity '{}' is not supported for semi join inner selects", object.name)));
        }
        if object.name == self.root().name {
            return Err(self.malformed(source.span, "The inner and outer selects should not be on the same object type"));
        }
        let mut inner = self.beside(object, 's');
        inner.values = self.values;
        inner.sources(&query.from)?;
        let field = inner.field(&query.field)?;
        if !is_id(&field) || inner.parents(&query.field)?.end() != Step::Table(0) {
            return Err(self.malformed(query.field.span, "the field of a semi-join is an id or a reference of its own object"));
        }
        let condition =
            query.condition.as_ref().map(|condition| inner.condition(condition, false, Allowed::INNER, &mut OfRows)).transpose()?;
        let mut select = Query::select();
        select.expr(field.raw.clone());
        inner.read(&mut select);
        if let Some(condition) = condition {
            select.and_where(condition);
        }
        require_filter(&inner, object, query.condition.as_ref(), query.span)?;
        self.values = inner.values;
        if negated {
            if field.nullable {
                select.and_where(field.raw.is_not_null());
            }
            let none = outer.raw.clone().not_in_subquery(select);
            return Ok(if outer.nullable { none.or(outer.raw.is_null()) } else { none });
        }
        Ok(outer.raw.in_subquery(select))
    }
}

/// Some objects are asked for by the records that they connect (`salesforce.md` 2.3).
pub(super) fn require_filter(compiler: &Compiler<'_>, object: &Object, condition: Option<&Condition>, at: Span) -> Result<()> {
    if object.name != "ContentDocumentLink" {
        return Ok(());
    }
    let narrows = |condition: &Condition| {
        let Condition::Comparison(Comparison { left: Expression::Field(path), predicate, .. }) = condition else { return false };
        let by = ["ContentDocumentId", "LinkedEntityId", "Id"].iter().any(|name| path.last().is(name)) && path.names.len() == 1;
        by && matches!(
            predicate,
            Predicate::Compare { operator: Operator::Equal, .. }
                | Predicate::In { negated: false, .. }
                | Predicate::InQuery { negated: false, .. }
        )
    };
    let narrowed = match condition {
        Some(Condition::And { conditions, .. }) => conditions.iter().any(narrows),
        Some(condition) => narrows(condition),
        None => false,
    };
    if narrowed {
        return Ok(());
    }
    Err(compiler.malformed(
        at,
        "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId using the \
         equals operator or multiple Id's using the IN operator.",
    ))
}

/// A comparison, or its opposite: true wherever that is not.
fn compare(operand: &Operand<'_>, operator: Operator, bound: &Bound, negated: bool) -> Expr {
    let key = || operand.key.clone();
    // What else has no value, where that makes it true.
    let or_null = |expr: Expr| if operand.nullable { expr.or(key().is_null()) } else { expr };
    let bound = match bound {
        // A boolean without a value is false.
        Bound::Null if operand.field_type == FieldType::Boolean => &Bound::Value(Expr::val(0i64)),
        bound => bound,
    };
    let equal = match operator {
        Operator::Equal => Some(!negated),
        Operator::NotEqual => Some(negated),
        _ => None,
    };
    match (bound, equal) {
        (Bound::Null, Some(true)) => {
            if operand.nullable {
                key().is_null()
            } else {
                truth(false)
            }
        }
        (Bound::Null, Some(false)) => {
            if operand.nullable {
                key().is_not_null()
            } else {
                truth(true)
            }
        }
        // Nothing comes before or after no value.
        (Bound::Null, None) => truth(negated),
        (Bound::Value(value), Some(true)) => key().eq(value.clone()),
        (Bound::Value(value), Some(false)) => or_null(key().ne(value.clone())),
        (Bound::Interval(from, until), Some(true)) => key().gte(*from).and(key().lt(*until)),
        (Bound::Interval(from, until), Some(false)) => or_null(key().lt(*from).or(key().gte(*until))),
        (Bound::Value(value), None) => {
            let value = value.clone();
            match (operator, negated) {
                (Operator::Less, false) => key().lt(value),
                (Operator::LessOrEqual, false) => key().lte(value),
                (Operator::Greater, false) => key().gt(value),
                (_, false) => key().gte(value),
                (Operator::Less, true) => or_null(key().gte(value)),
                (Operator::LessOrEqual, true) => or_null(key().gt(value)),
                (Operator::Greater, true) => or_null(key().lte(value)),
                (_, true) => or_null(key().lt(value)),
            }
        }
        (Bound::Interval(from, until), None) => match (operator, negated) {
            (Operator::Less, false) => key().lt(*from),
            (Operator::LessOrEqual, false) => key().lt(*until),
            (Operator::Greater, false) => key().gte(*until),
            (_, false) => key().gte(*from),
            (Operator::Less, true) => or_null(key().gte(*from)),
            (Operator::LessOrEqual, true) => or_null(key().gte(*until)),
            (Operator::Greater, true) => or_null(key().lt(*until)),
            (_, true) => or_null(key().lt(*from)),
        },
    }
}

/// Always or never.
pub(super) fn truth(truth: bool) -> Expr {
    Expr::cust(if truth { "1 = 1" } else { "1 = 0" })
}

fn opposite(expr: Expr) -> Expr {
    expr.not()
}

/// All of them; as a tree without depth, which databases bound.
pub(super) fn all(parts: Vec<Expr>) -> Expr {
    balanced(parts, Expr::and).unwrap_or_else(|| truth(true))
}

fn any(parts: Vec<Expr>) -> Expr {
    balanced(parts, Expr::or).unwrap_or_else(|| truth(false))
}

fn balanced(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut each = parts.into_iter();
        while let Some(left) = each.next() {
            pairs.push(match each.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        parts = pairs;
    }
    parts.pop()
}

impl Compiler<'_> {
    /// `USING SCOPE mine`
    pub(super) fn scope_of(&self, scope: &soql::ast::Ident) -> Result<Option<Expr>> {
        let owner = || {
            let owned = self.root().field("OwnerId").is_some();
            owned
                .then(|| self.column(0, "ownerid"))
                .ok_or_else(|| self.malformed(scope.span, format_args!("{} has no owner, and no scope '{}'", self.root().name, scope.text)))
        };
        if scope.is("everything") {
            Ok(None)
        } else if scope.is("mine") {
            Ok(Some(owner()?.eq(self.scope.caller.user.short())))
        } else if scope.is("mine_and_my_groups") {
            let caller = &self.scope.caller;
            let owners = std::iter::once(&caller.user).chain(&caller.rights.owners).map(|id| id.short().to_owned());
            Ok(Some(owner()?.is_in(owners)))
        } else {
            Err(self.unsupported(scope.span, Unsupported::Scope))
        }
    }
}
