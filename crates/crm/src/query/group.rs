//! GROUP BY, aggregates, ROLLUP and CUBE (`salesforce.md` 2.3).
//!
//! What is grouped and aggregated is reckoned row by row in an inner query; the outer one groups its columns. Subtotals are further queries
//! over the same rows, one for each set of fields, so that both databases answer alike.

use std::sync::Arc;

use salesforce::{
    describe::FieldType,
    record::{Attributes, Record},
};
use sea_query::{CaseStatement, Expr, ExprTrait as _, Query as Sql, SelectStatement, UnionType};
use soql::ast::{Argument, Call, Expression, Function, FunctionKind, Grouping, GroupingKind, Path, Query, SelectItem};
use store::{Backend, sql::Row};

use super::{
    Unsupported,
    condition::{Allowed, Operands, require_filter},
    names::Compiler,
    operand::{Kept, Operand, SortKey},
    select::Form,
};
use crate::Result;

/// How many fields ROLLUP and CUBE take.
const MAX_SUBTOTALS: usize = 3;

/// A compiled query of groups.
#[derive(Clone, Debug)]
pub(super) struct Grouped {
    pub(super) statement: SelectStatement,
    columns: Vec<(Arc<str>, Form)>,
    /// Without GROUP BY there is one row.
    pub(super) is_single: bool,
}

impl Grouped {
    pub(super) fn record(&self, row: &Row) -> Result<Record> {
        let fields = self.columns.iter().enumerate().map(|(at, (name, form))| Ok((name.clone(), form.read(row, at)?)));
        Ok(Record { attributes: Attributes::aggregate(), fields: fields.collect::<Result<_>>()? })
    }
}

/// What the inner query gives, and how the outer one sees it.
struct Groups<'s> {
    /// The columns `c0`, `c1` … of the inner query.
    inner: Vec<Expr>,
    keys: Vec<Key<'s>>,
    /// Which of the keys the rows are grouped by; others are null in a subtotal.
    grouped: Vec<bool>,
    subtotals: bool,
    /// Names of the answer, with what they stand for: ORDER BY may use them.
    names: Vec<(String, Expression)>,
}

struct Key<'s> {
    operand: Operand<'s>,
    /// Columns of the inner query: what is compared, what is shown, and where it stands in a picklist.
    key: usize,
    raw: usize,
    rank: Option<usize>,
}

fn outer(column: usize) -> Expr {
    Expr::col(("q", format!("c{column}")))
}

/// No value, of a type that a union understands.
fn nothing(form: &Form) -> Expr {
    Expr::cust(match form {
        Form::Boolean | Form::Int | Form::Date | Form::DateTime | Form::Time => "CAST(NULL AS BIGINT)",
        Form::Double => "CAST(NULL AS DOUBLE PRECISION)",
        _ => "CAST(NULL AS TEXT)",
    })
}

impl<'s> Groups<'s> {
    fn column(&mut self, expr: Expr) -> usize {
        self.inner.iter().position(|known| *known == expr).unwrap_or_else(|| {
            self.inner.push(expr);
            self.inner.len() - 1
        })
    }

    fn key_of(&self, path: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.operand.path.eq_ignore_ascii_case(path))
    }

    /// A field or date function by which the rows are grouped.
    fn grouped_by(&self, compiler: &mut Compiler<'s>, expression: &Expression) -> Result<usize> {
        let operand = compiler.operand(expression)?;
        self.key_of(&operand.path)
            .ok_or_else(|| compiler.malformed(expression.span(), format_args!("Field must be grouped or aggregated: {}", operand.path)))
    }

    /// GROUPING of a key.
    fn is_subtotal(&self, at: usize) -> Expr {
        Expr::cust(if self.grouped[at] { "CAST(0 AS BIGINT)" } else { "CAST(1 AS BIGINT)" })
    }

    /// A key as it is shown, of the group or of a subtotal.
    fn shown(&self, at: usize) -> (Expr, Form) {
        let key = &self.keys[at];
        let form = Form::of(key.operand.field_type);
        let expr = if !self.grouped[at] {
            nothing(&form)
        } else if key.key == key.raw {
            outer(key.key)
        } else {
            // Of values that differ in case alone, the first.
            outer(key.raw).min()
        };
        (expr, form)
    }

    /// An aggregate, with how it is answered; compared is by what it is compared and sorted.
    fn aggregate(&mut self, compiler: &mut Compiler<'s>, call: &Call) -> Result<Aggregate<'s>> {
        let name = call.function.name();
        let path = match &call.argument {
            Argument::Field(path) => path,
            Argument::Call(inner) => return Err(compiler.malformed(inner.span, format_args!("{name} takes a field"))),
        };
        let operand = compiler.field(path)?;
        let is_number = matches!(operand.field_type, FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent);
        let is_counted = operand.filter
            && !matches!(
                operand.field_type,
                FieldType::Boolean
                    | FieldType::Base64
                    | FieldType::Time
                    | FieldType::Multipicklist
                    | FieldType::Address
                    | FieldType::Location
                    | FieldType::EncryptedText
                    | FieldType::Any
            );
        let fits = if matches!(call.function, Function::Sum | Function::Average) { is_number } else { is_counted };
        if !fits {
            return Err(compiler.malformed(path.span, format_args!("field {} does not support aggregate operator {name}", operand.path)));
        }
        let double = |expr: Expr| Expr::cust_with_exprs(numbered(compiler.backend, "CAST(? AS DOUBLE PRECISION)"), [expr]);
        let whole = |expr: Expr| Expr::cust_with_exprs(numbered(compiler.backend, "CAST(? AS BIGINT)"), [expr]);
        let key = self.column(operand.key.clone());
        let plain = |expr: Expr, field_type: FieldType| Aggregate {
            shown: expr.clone(),
            form: Form::of(field_type),
            compared: expr,
            field_type,
            operand: None,
        };
        let mut aggregate = match call.function {
            Function::Count => plain(outer(key).count(), FieldType::Int),
            Function::CountDistinct => plain(outer(key).count_distinct(), FieldType::Int),
            Function::Average => plain(double(outer(key)).avg(), FieldType::Double),
            Function::Sum if operand.field_type == FieldType::Int => plain(whole(outer(key).sum()), FieldType::Int),
            Function::Sum => plain(outer(key).sum(), FieldType::Double),
            Function::Minimum | Function::Maximum => {
                let extreme = |expr: Expr| if call.function == Function::Minimum { expr.min() } else { expr.max() };
                if operand.field_type.is_text() {
                    let sorted = if operand.is_ranked() {
                        joined(compiler.backend, rank_text(&operand), operand.key.clone())
                    } else {
                        operand.key.clone()
                    };
                    let both = Expr::cust_with_exprs(separated(compiler.backend), [sorted.clone(), operand.raw.clone()]);
                    let (sorted, both) = (self.column(sorted), self.column(both));
                    Aggregate {
                        shown: extreme(outer(both)),
                        form: Form::Extreme,
                        compared: extreme(outer(sorted)),
                        field_type: operand.field_type,
                        operand: None,
                    }
                } else {
                    plain(extreme(outer(key)), operand.field_type)
                }
            }
            _ => return Err(compiler.unsupported(call.span, Unsupported::OtherFunction)),
        };
        compiler.count_values(operand.picklist.len() * 2)?;
        let exact = operand.exact;
        let ranked = operand.is_ranked() && matches!(call.function, Function::Minimum | Function::Maximum);
        aggregate.operand = Some(Operand {
            path: format!("{name}({})", operand.path),
            field_type: aggregate.field_type,
            picklist: &[],
            nullable: !matches!(call.function, Function::Count | Function::CountDistinct),
            exact,
            raw: aggregate.shown.clone(),
            key: aggregate.compared.clone(),
            calculated: ranked,
            ..operand
        });
        Ok(aggregate)
    }
}

struct Aggregate<'s> {
    shown: Expr,
    form: Form,
    compared: Expr,
    field_type: FieldType,
    operand: Option<Operand<'s>>,
}

/// One text of both databases.
fn numbered(backend: Backend, text: &'static str) -> String {
    match backend {
        Backend::Sqlite => text.to_owned(),
        Backend::Postgres => {
            let mut number = 0;
            text.split_inclusive('?')
                .map(|part| match part.strip_suffix('?') {
                    Some(before) => {
                        number += 1;
                        format!("{before}${number}")
                    }
                    None => part.to_owned(),
                })
                .collect()
        }
    }
}

fn joined(backend: Backend, first: Expr, second: Expr) -> Expr {
    Expr::cust_with_exprs(numbered(backend, "(? || ?)"), [first, second])
}

/// Two texts with U+0001 between them, which comes before every other character that text has.
fn separated(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "(? || CHAR(1) || ?)",
        Backend::Postgres => "($1 || CHR(1) || $2)",
    }
}

/// Where in its picklist a value stands, as text of one length.
fn rank_text(operand: &Operand<'_>) -> Expr {
    let cases = operand.picklist.iter().enumerate().fold(CaseStatement::new(), |cases, (at, listed)| {
        cases.case(operand.key.clone().eq(operand.folded(&listed.value)), Expr::val(format!("{at:05}")))
    });
    cases.finally(Expr::val("99999")).into()
}

/// The left sides of HAVING.
impl<'s> Operands<'s> for Groups<'s> {
    fn left(&mut self, compiler: &mut Compiler<'s>, expression: &Expression) -> Result<Operand<'s>> {
        match expression {
            Expression::Call(call) if call.function.kind() == Some(FunctionKind::Aggregate) => {
                let operand = self.aggregate(compiler, call)?.operand.expect("every aggregate has one");
                // Its sorting is by place in the list, which is no text to compare with.
                if operand.calculated {
                    return Err(compiler.unsupported(call.span, Unsupported::RankedExtreme));
                }
                Ok(operand)
            }
            Expression::Call(call) if call.function == Function::Grouping => {
                let at = self.grouping(compiler, call)?;
                let operand = &self.keys[at].operand;
                let value = self.is_subtotal(at);
                Ok(Operand {
                    path: format!("GROUPING({})", operand.path),
                    field_type: FieldType::Int,
                    picklist: &[],
                    nullable: false,
                    raw: value.clone(),
                    key: value,
                    calculated: true,
                    ..operand.clone()
                })
            }
            _ => {
                let at = self.grouped_by(compiler, expression)?;
                let key = &self.keys[at];
                let form = Form::of(key.operand.field_type);
                let value = if self.grouped[at] { outer(key.key) } else { nothing(&form) };
                Ok(Operand { raw: value.clone(), key: value, nullable: key.operand.nullable || self.subtotals, ..key.operand.clone() })
            }
        }
    }
}

impl<'s> Groups<'s> {
    fn grouping(&self, compiler: &mut Compiler<'s>, call: &Call) -> Result<usize> {
        if !self.subtotals {
            return Err(compiler.malformed(call.span, "GROUPING needs GROUP BY ROLLUP or GROUP BY CUBE"));
        }
        let expression = match &call.argument {
            Argument::Field(path) => Expression::Field(path.clone()),
            Argument::Call(inner) => Expression::Call((**inner).clone()),
        };
        self.grouped_by(compiler, &expression)
    }

    /// One item of the answer.
    fn item(&mut self, compiler: &mut Compiler<'s>, expression: &Expression) -> Result<(Expr, Form)> {
        match expression {
            Expression::Call(call) if call.function.kind() == Some(FunctionKind::Aggregate) => {
                let aggregate = self.aggregate(compiler, call)?;
                Ok((aggregate.shown, aggregate.form))
            }
            Expression::Call(call) if call.function == Function::Grouping => {
                let at = self.grouping(compiler, call)?;
                Ok((self.is_subtotal(at), Form::Int))
            }
            Expression::Call(call) if call.function.kind() == Some(FunctionKind::Display) => {
                let path = compiler.labelled(call)?.clone();
                let at = self.grouped_by(compiler, &Expression::Field(path))?;
                let (expr, form) = self.shown(at);
                let picklist = self.keys[at].operand.picklist;
                Ok((expr, if picklist.is_empty() { form } else { super::select::labels(picklist) }))
            }
            _ => Ok(self.shown(self.grouped_by(compiler, expression)?)),
        }
    }

    /// What one item of ORDER BY sorts by.
    fn sorting(&mut self, compiler: &mut Compiler<'s>, expression: &Expression) -> Result<Vec<Expr>> {
        let named = match expression {
            Expression::Field(Path { names, .. }) if names.len() == 1 => {
                self.names.iter().find(|(name, _)| names[0].is(name)).map(|(_, expression)| expression.clone())
            }
            _ => None,
        };
        match named.as_ref().unwrap_or(expression) {
            Expression::Call(call) if call.function.kind() == Some(FunctionKind::Aggregate) => {
                let aggregate = self.aggregate(compiler, call)?;
                Ok(vec![aggregate.compared])
            }
            Expression::Call(call) if call.function == Function::Grouping => {
                let at = self.grouping(compiler, call)?;
                Ok(vec![self.is_subtotal(at)])
            }
            Expression::Call(call) if call.function.kind() == Some(FunctionKind::Display) => {
                Err(compiler.malformed(call.span, format_args!("{} cannot stand in ORDER BY", call.function.name())))
            }
            expression => {
                let at = self.grouped_by(compiler, expression)?;
                let key = &self.keys[at];
                let form = Form::of(key.operand.field_type);
                let mut sorting = Vec::new();
                if let Some(rank) = key.rank {
                    // All of a group have the same.
                    sorting.push(if self.grouped[at] { outer(rank).min() } else { nothing(&Form::Int) });
                }
                sorting.push(if self.grouped[at] { outer(key.key) } else { nothing(&form) });
                Ok(sorting)
            }
        }
    }
}

impl<'s> Compiler<'s> {
    /// A query with aggregates or GROUP BY.
    pub(super) fn grouped(&mut self, query: &Query, items: &[SelectItem]) -> Result<Grouped> {
        let is_single = query.group.is_none();
        if is_single && query.limit.is_some() {
            let at = query.limit.as_ref().map_or(query.span, |limit| limit.span);
            return Err(self.malformed(at, "Non-grouped query that uses overall aggregate functions cannot also use LIMIT"));
        }
        let condition = query.condition.as_ref().map(|condition| self.filter(condition)).transpose()?;
        require_filter(self, self.root(), query.condition.as_ref(), query.span)?;
        let scope = query.scope.as_ref().map(|scope| self.scope_of(scope)).transpose()?.flatten();
        let mut groups = self.groups(query.group.as_ref())?;
        let selected = self.named_items(&mut groups, items)?;
        let mut columns = Vec::new();
        let mut order = Vec::new();
        let mut parts = Vec::new();
        for set in sets(query.group.as_ref(), groups.keys.len()) {
            groups.grouped = set;
            let mut select = Sql::select();
            let mut forms = Vec::new();
            for (number, (name, expression)) in selected.iter().enumerate() {
                let (expr, form) = groups.item(self, expression)?;
                select.expr_as(expr, format!("r{number}"));
                forms.push((Arc::from(name.as_str()), form));
            }
            order.clear();
            for item in &query.order {
                for expr in groups.sorting(self, &item.expression)? {
                    let name = format!("o{}", order.len());
                    select.expr_as(expr, name.clone());
                    order.push(super::order::sort_key(Expr::col(("u", name)), item, true, Kept::Text));
                }
            }
            for (at, grouped) in groups.grouped.iter().enumerate() {
                if *grouped {
                    select.add_group_by([outer(groups.keys[at].key)]);
                }
            }
            if groups.grouped.iter().all(|grouped| !grouped) && !is_single {
                select.add_group_by([Expr::col(("q", "one"))]);
            }
            if let Some(having) = &query.having {
                let having = self.condition(having, false, Allowed::OUTER, &mut groups)?;
                select.and_having(having);
            }
            columns = forms;
            parts.push(select);
        }
        let mut rows = Sql::select();
        for (number, expr) in groups.inner.into_iter().enumerate() {
            rows.expr_as(expr, format!("c{number}"));
        }
        rows.expr_as(Expr::cust("1"), "one");
        self.read(&mut rows);
        for condition in condition.into_iter().chain(scope) {
            rows.and_where(condition);
        }
        // Each part reads the same rows. The first has every field, and so every column's type.
        let mut parts = parts.into_iter().map(|mut part| part.from_subquery(rows.clone(), "q").take());
        let mut whole = parts.next().expect("there is at least one set");
        parts.for_each(|part| {
            whole.union(UnionType::All, part);
        });
        let mut sorted = Sql::select();
        for number in 0..columns.len() {
            sorted.column(("u", format!("r{number}")));
        }
        sorted.from_subquery(whole, "u");
        for SortKey { expr, order, nulls, .. } in order {
            match nulls {
                Some(nulls) => sorted.order_by_expr_with_nulls(expr, order, nulls),
                None => sorted.order_by_expr(expr, order),
            };
        }
        Ok(Grouped { statement: sorted, columns, is_single })
    }

    fn groups(&mut self, group: Option<&Grouping>) -> Result<Groups<'s>> {
        let subtotals = group.is_some_and(|group| group.kind != GroupingKind::Plain);
        let mut groups = Groups { inner: Vec::new(), keys: Vec::new(), grouped: Vec::new(), subtotals, names: Vec::new() };
        let Some(group) = group else { return Ok(groups) };
        if subtotals && group.items.len() > MAX_SUBTOTALS {
            return Err(self.malformed(group.span, "ROLLUP and CUBE take no more than three fields"));
        }
        for item in &group.items {
            if let Expression::Call(call) = item
                && call.function.kind() != Some(FunctionKind::Date)
            {
                return Err(self.malformed(call.span, format_args!("{} cannot stand in GROUP BY", call.function.name())));
            }
            let operand = self.operand(item)?;
            if !operand.group && !operand.calculated {
                return Err(self.misused(item.span(), format_args!("field '{}' can not be grouped in a query call", operand.path)));
            }
            if groups.key_of(&operand.path).is_some() {
                return Err(self.malformed(item.span(), format_args!("field '{}' is grouped twice", operand.path)));
            }
            let (key, raw) = (groups.column(operand.key.clone()), groups.column(operand.raw.clone()));
            let rank = operand.is_ranked().then(|| groups.column(operand.rank()));
            self.count_values(operand.picklist.len() * 2)?;
            groups.keys.push(Key { operand, key, raw, rank });
        }
        groups.grouped = vec![true; groups.keys.len()];
        Ok(groups)
    }

    /// The answer's names: aliases, fields' own, `expr0` for functions.
    fn named_items(&mut self, groups: &mut Groups<'s>, items: &[SelectItem]) -> Result<Vec<(String, Expression)>> {
        let mut functions = 0;
        let mut named: Vec<(String, Expression)> = Vec::new();
        for item in items {
            let (expression, alias, at) = match item {
                SelectItem::Expression { expression, alias, span } => (expression, alias, *span),
                SelectItem::Fields { span, .. } => {
                    return Err(self.malformed(*span, "The SOQL FIELDS function is not supported in queries with GROUP BY"));
                }
                SelectItem::Child { span, .. } => return Err(self.malformed(*span, "a query with aggregates has no child queries")),
                SelectItem::Typeof(typeof_) => return Err(self.malformed(typeof_.span, "a query with aggregates has no TYPEOF")),
            };
            let name = match (alias, expression) {
                (Some(alias), _) => alias.text.clone(),
                (None, Expression::Field(path)) => {
                    let operand = self.field(path)?;
                    operand.path.rsplit('.').next().unwrap_or_default().to_owned()
                }
                (None, _) => {
                    functions += 1;
                    format!("expr{}", functions - 1)
                }
            };
            if named.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                return Err(self.malformed(at, format_args!("duplicate alias: {name}")));
            }
            // An alias stands for what is not also a field of this name.
            if alias.is_some() || !matches!(expression, Expression::Field(_)) {
                groups.names.push((name.clone(), expression.clone()));
            }
            named.push((name, expression.clone()));
        }
        Ok(named)
    }
}

/// The sets of keys that rows are grouped by, the whole one first.
fn sets(group: Option<&Grouping>, keys: usize) -> Vec<Vec<bool>> {
    match group.map(|group| group.kind) {
        Some(GroupingKind::Rollup) => (0..=keys).rev().map(|count| (0..keys).map(|at| at < count).collect()).collect(),
        Some(GroupingKind::Cube) => {
            (0..1usize << keys).rev().map(|set| (0..keys).map(|at| set >> (keys - 1 - at) & 1 == 1).collect()).collect()
        }
        Some(GroupingKind::Plain) | None => vec![vec![true; keys]],
    }
}
