//! What a query compares, sorts and groups by: fields, and functions of fields.

use salesforce::describe::{FieldType, PicklistValue};
use sea_query::{CaseStatement, Expr, ExprTrait as _, NullOrdering, Order};
use soql::ast::{Argument, Call, Expression, Function, FunctionKind};
use store::Backend;

use super::{Unsupported, calendar::DAY, names::Compiler};
use crate::{Result, schema::fold};

/// A whole number of days before all instants that there are: what is added to make an instant positive, so that division rounds down.
const LONG_AGO: i64 = 400_000 * DAY;

/// A field, or a function of one, with what SQL it is.
#[derive(Clone, Debug)]
pub(super) struct Operand<'s> {
    /// Canonical, with its relationships: `Account.Name`.
    pub(super) path: String,
    pub(super) field_type: FieldType,
    pub(super) picklist: &'s [PicklistValue],
    pub(super) filter: bool,
    pub(super) sort: bool,
    pub(super) group: bool,
    /// It may be without a value.
    pub(super) nullable: bool,
    /// It is compared with regard to case.
    pub(super) exact: bool,
    /// What is shown.
    pub(super) raw: Expr,
    /// By what it is compared.
    pub(super) key: Expr,
    /// It is no field but a function of one.
    pub(super) calculated: bool,
}

impl Operand<'_> {
    /// A text as this is compared with it.
    pub(super) fn folded(&self, text: &str) -> String {
        if self.exact { text.to_owned() } else { fold(text) }
    }

    /// What rows are sorted by: picklists have an order of their own, in which other values come last.
    pub(super) fn sorting(&self) -> Vec<Expr> {
        if self.is_ranked() { vec![self.rank(), self.key.clone()] } else { vec![self.key.clone()] }
    }

    pub(super) fn is_ranked(&self) -> bool {
        self.field_type == FieldType::Picklist && !self.picklist.is_empty() && !self.calculated
    }

    /// Where in its picklist a value stands; null without one.
    pub(super) fn rank(&self) -> Expr {
        let number = |at: usize| Expr::val(i64::try_from(at).unwrap_or(i64::MAX));
        let cases = CaseStatement::new().case(self.key.clone().is_null(), Expr::cust("NULL"));
        let cases = self
            .picklist
            .iter()
            .enumerate()
            .fold(cases, |cases, (at, listed)| cases.case(self.key.clone().eq(self.folded(&listed.value)), number(at)));
        cases.finally(number(self.picklist.len())).into()
    }
}

/// What a function does with microseconds of UTC, or of the user's zone.
fn date_part(backend: Backend, function: &Function, micros: Expr, fiscal_month: i8) -> Expr {
    let part = |part: &'static str| {
        let seconds = "($1 + 34560000000000000) / 1000000 - 34560000000";
        let (text, micros) = match backend {
            Backend::Sqlite => {
                let format = match part {
                    "YEAR" => "%Y",
                    "MONTH" => "%m",
                    "DAY" => "%d",
                    "DOY" => "%j",
                    "DOW" => "%w",
                    _ => "%H",
                };
                let seconds = seconds.replace("$1", "?");
                (format!("CAST(STRFTIME('{format}', {seconds}, 'unixepoch') AS INTEGER)"), micros.clone())
            }
            Backend::Postgres => (
                format!("CAST(EXTRACT({part} FROM TO_TIMESTAMP(CAST({seconds} AS DOUBLE PRECISION)) AT TIME ZONE 'UTC') AS BIGINT)"),
                micros.clone(),
            ),
        };
        Expr::cust_with_exprs(text, [micros])
    };
    let plain = |number: i64| Expr::Constant(number.into());
    let third = |months: Expr| months.sub(plain(1)).div(plain(3)).add(plain(1));
    let week = |days: Expr| days.sub(plain(1)).div(plain(7)).add(plain(1));
    let fiscal = || part("MONTH").add(plain(12 - i64::from(fiscal_month))).modulo(plain(12)).add(plain(1));
    match function {
        Function::CalendarYear => part("YEAR"),
        Function::CalendarQuarter => third(part("MONTH")),
        Function::CalendarMonth => part("MONTH"),
        Function::DayInMonth => part("DAY"),
        Function::DayInWeek => part("DOW").add(plain(1)),
        Function::DayInYear => part("DOY"),
        Function::HourInDay => part("HOUR"),
        Function::WeekInMonth => week(part("DAY")),
        Function::WeekInYear => week(part("DOY")),
        Function::FiscalMonth => fiscal(),
        Function::FiscalQuarter => third(fiscal()),
        // A fiscal year is called after the calendar year in which it ends.
        Function::FiscalYear if fiscal_month > 1 => {
            let next = CaseStatement::new().case(part("MONTH").gte(plain(fiscal_month.into())), plain(1)).finally(plain(0));
            part("YEAR").add::<Expr>(next.into())
        }
        Function::FiscalYear => part("YEAR"),
        // Only these are asked for: what is left is the day itself.
        _ => {
            let text = match backend {
                Backend::Sqlite => "((? + 34560000000000000) / 86400000000) * 86400000000 - 34560000000000000",
                Backend::Postgres => "(($1 + 34560000000000000) / 86400000000) * 86400000000 - 34560000000000000",
            };
            Expr::cust_with_exprs(text, [micros])
        }
    }
}

// The texts above have it in digits.
const _: () = assert!(LONG_AGO == 34_560_000_000_000_000);

impl<'s> Compiler<'s> {
    /// A field or a function of one row; aggregates are no such thing.
    pub(super) fn operand(&mut self, expression: &Expression) -> Result<Operand<'s>> {
        match expression {
            Expression::Field(path) => self.field(path),
            Expression::Distance(distance) => Err(self.unsupported(distance.span, Unsupported::Distance)),
            Expression::Call(call) => match call.function.kind() {
                Some(FunctionKind::Date) => self.date_function(call),
                Some(FunctionKind::Display) => self.label(call),
                Some(FunctionKind::Timezone) => Err(self.unsupported(call.span, Unsupported::ConvertTimezone)),
                Some(FunctionKind::Aggregate) => {
                    Err(self.malformed(call.span, format_args!("the aggregate {} cannot stand here", call.function.name())))
                }
                Some(FunctionKind::Grouping) => Err(self.malformed(call.span, "GROUPING needs GROUP BY ROLLUP or GROUP BY CUBE")),
                None => Err(self.unsupported(call.span, Unsupported::OtherFunction)),
            },
        }
    }

    fn date_function(&mut self, call: &Call) -> Result<Operand<'s>> {
        let name = call.function.name();
        let (path, local) = match &call.argument {
            Argument::Field(path) => (path, false),
            Argument::Call(inner) => match (&inner.function, &inner.argument) {
                (Function::ConvertTimezone, Argument::Field(path)) => (path, true),
                _ => return Err(self.malformed(inner.span, format_args!("{name} takes a field or convertTimezone of one"))),
            },
        };
        let mut operand = self.field(path)?;
        let is_instant = operand.field_type == FieldType::DateTime;
        let needs_instant = local || matches!(call.function, Function::DayOnly | Function::HourInDay);
        if !is_instant && (needs_instant || operand.field_type != FieldType::Date) {
            let wanted = if needs_instant { "a datetime" } else { "a date or datetime" };
            return Err(self.misused(path.span, format_args!("{name} is of {wanted}, which field '{}' is not", operand.path)));
        }
        let micros = if local { self.local(operand.raw)? } else { operand.raw };
        let fiscal = matches!(call.function, Function::FiscalYear | Function::FiscalQuarter | Function::FiscalMonth);
        let fiscal_month = if fiscal { self.calendar().fiscal_month } else { 1 };
        let value = date_part(self.backend, &call.function, micros, fiscal_month);
        let inner = if local { format!("convertTimezone({})", operand.path) } else { operand.path };
        operand.path = format!("{name}({inner})");
        operand.field_type = if call.function == Function::DayOnly { FieldType::Date } else { FieldType::Int };
        (operand.raw, operand.key) = (value.clone(), value);
        operand.calculated = true;
        Ok(operand)
    }

    /// Microseconds of the clock on the user's wall.
    fn local(&mut self, utc: Expr) -> Result<Expr> {
        let (mut ahead, changes) = self.calendar().offsets();
        self.count_values(changes.len() * 2 + 1)?;
        let mut cases = CaseStatement::new();
        for (at, after) in changes {
            cases = cases.case(utc.clone().lt(at), utc.clone().add(Expr::val(ahead)));
            ahead = after;
        }
        if cases == CaseStatement::new() {
            return Ok(utc.add(Expr::val(ahead)));
        }
        Ok(cases.finally(utc.add(Expr::val(ahead))).into())
    }

    /// `toLabel(Status)`, as it is compared: by what people see.
    fn label(&mut self, call: &Call) -> Result<Operand<'s>> {
        let path = self.labelled(call)?;
        let mut operand = self.field(path)?;
        if operand.field_type == FieldType::Multipicklist {
            return Err(self.unsupported(call.span, Unsupported::LabelsOfSeveral));
        }
        if !operand.picklist.is_empty() {
            self.count_values(operand.picklist.len() * 2)?;
            let cases = operand.picklist.iter().fold(CaseStatement::new(), |cases, listed| {
                cases.case(operand.key.clone().eq(operand.folded(&listed.value)), Expr::val(operand.folded(&listed.label)))
            });
            operand.key = cases.finally(operand.key.clone()).into();
        }
        operand.path = format!("toLabel({})", operand.path);
        operand.calculated = true;
        Ok(operand)
    }

    /// The field of toLabel; other functions of display are refused.
    pub(super) fn labelled<'q>(&self, call: &'q Call) -> Result<&'q soql::ast::Path> {
        match (&call.function, &call.argument) {
            (Function::ToLabel, Argument::Field(path)) => Ok(path),
            (Function::ToLabel, Argument::Call(inner)) => Err(self.malformed(inner.span, "toLabel takes a field")),
            (Function::ConvertCurrency, _) => Err(self.unsupported(call.span, Unsupported::ConvertCurrency)),
            _ => Err(self.unsupported(call.span, Unsupported::Format)),
        }
    }
}

/// By what rows are sorted, which way, and where those without a value come.
#[derive(Clone, Debug)]
pub(super) struct SortKey {
    pub(super) expr: Expr,
    pub(super) order: Order,
    /// None where there is always a value: databases then use an index.
    pub(super) nulls: Option<NullOrdering>,
    /// As what its value is read.
    pub(super) kept: Kept,
}

/// What a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Whole,
    Fraction,
    Text,
}

impl Kept {
    pub(super) fn of(field_type: FieldType) -> Self {
        match field_type {
            FieldType::Boolean | FieldType::Int | FieldType::Date | FieldType::DateTime | FieldType::Time => Self::Whole,
            FieldType::Double | FieldType::Currency | FieldType::Percent => Self::Fraction,
            _ => Self::Text,
        }
    }
}
