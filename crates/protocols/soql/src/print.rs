//! The tree as canonical text: keywords in capitals, one space between words, dates and times in UTC, parentheses only where they are needed
//! or where Salesforce wants them. Reading it again gives the same tree.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{
    AccessMode, Argument, Call, CategoryFilter, CategorySelector, Comparison, Condition, Direction, Distance, Expression, FieldSet,
    Grouping, GroupingKind, Literal, Nulls, Operator, Ordering, Pattern, Piece, Point, Predicate, Query, Select, SelectItem, SemiJoin,
    Source, Statistic, Text, Typeof, TypeofBranch, UnitOfDistance, Value, Viewing, With, WithOption,
};

/// What stands between the items of a list.
fn list<T: Display>(f: &mut Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SELECT {} FROM ", self.select)?;
        list(f, &self.from, ", ")?;
        if let Some(scope) = &self.scope {
            write!(f, " USING SCOPE {scope}")?;
        }
        if let Some(condition) = &self.condition {
            write!(f, " WHERE {condition}")?;
        }
        for with in &self.with {
            write!(f, " {with}")?;
        }
        if let Some(group) = &self.group {
            write!(f, " {group}")?;
        }
        if let Some(having) = &self.having {
            write!(f, " HAVING {having}")?;
        }
        if !self.order.is_empty() {
            f.write_str(" ORDER BY ")?;
            list(f, &self.order, ", ")?;
        }
        if let Some(limit) = &self.limit {
            write!(f, " LIMIT {}", limit.rows)?;
        }
        if let Some(offset) = &self.offset {
            write!(f, " OFFSET {}", offset.rows)?;
        }
        if !self.viewing.is_empty() {
            f.write_str(" FOR ")?;
            list(f, &self.viewing, ", ")?;
        }
        if !self.statistics.is_empty() {
            f.write_str(" UPDATE ")?;
            list(f, &self.statistics, ", ")?;
        }
        if self.for_update.is_some() {
            f.write_str(" FOR UPDATE")?;
        }
        if self.all_rows.is_some() {
            f.write_str(" ALL ROWS")?;
        }
        Ok(())
    }
}

impl Display for Select {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(_) => f.write_str("COUNT()"),
            Self::Items(items) => list(f, items, ", "),
        }
    }
}

impl Display for SelectItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression { expression, alias: None, .. } => expression.fmt(f),
            Self::Expression { expression, alias: Some(alias), .. } => write!(f, "{expression} {alias}"),
            Self::Fields { set, .. } => f.write_str(match set {
                FieldSet::All => "FIELDS(ALL)",
                FieldSet::Standard => "FIELDS(STANDARD)",
                FieldSet::Custom => "FIELDS(CUSTOM)",
            }),
            Self::Child { query, .. } => write!(f, "({query})"),
            Self::Typeof(type_of) => type_of.fmt(f),
        }
    }
}

impl Display for Typeof {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "TYPEOF {} ", self.relationship)?;
        list(f, &self.branches, " ")?;
        if !self.otherwise.is_empty() {
            f.write_str(" ELSE ")?;
            list(f, &self.otherwise, ", ")?;
        }
        f.write_str(" END")
    }
}

impl Display for TypeofBranch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "WHEN {} THEN ", self.object)?;
        list(f, &self.fields, ", ")
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.alias {
            Some(alias) => write!(f, "{} {alias}", self.path),
            None => self.path.fmt(f),
        }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(path) => path.fmt(f),
            Self::Call(call) => call.fmt(f),
            Self::Distance(distance) => distance.fmt(f),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.argument {
            Argument::Field(path) => write!(f, "{}({path})", self.function.name()),
            Argument::Call(call) => write!(f, "{}({call})", self.function.name()),
        }
    }
}

impl Display for Distance {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            UnitOfDistance::Miles => "mi",
            UnitOfDistance::Kilometres => "km",
        };
        write!(f, "DISTANCE({}, {}, '{unit}')", self.field, self.point)
    }
}

impl Display for Point {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Geolocation { latitude, longitude, .. } => write!(f, "GEOLOCATION({latitude}, {longitude})"),
            Self::Field(path) => path.fmt(f),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (conditions, separator) = match self {
            Self::And { conditions, .. } => (conditions, " AND "),
            Self::Or { conditions, .. } => (conditions, " OR "),
            Self::Not { condition, .. } => return write!(f, "NOT {}", Operand(condition)),
            Self::Comparison(comparison) => return comparison.fmt(f),
        };
        for (number, condition) in conditions.iter().enumerate() {
            if number > 0 {
                f.write_str(separator)?;
            }
            Operand(condition).fmt(f)?;
        }
        Ok(())
    }
}

/// A condition beside an operator, which takes parentheses unless it is a comparison.
struct Operand<'a>(&'a Condition);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Condition::Comparison(comparison) => comparison.fmt(f),
            condition => write!(f, "({condition})"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.left)?;
        let is = |negated: bool| if negated { "NOT IN" } else { "IN" };
        match &self.predicate {
            Predicate::Compare { operator, value } => write!(f, "{operator} {value}"),
            Predicate::Like(pattern) => write!(f, "LIKE {pattern}"),
            Predicate::In { negated, values } => {
                write!(f, "{} (", is(*negated))?;
                list(f, values, ", ")?;
                f.write_char(')')
            }
            Predicate::InQuery { negated, query } => write!(f, "{} ({query})", is(*negated)),
            Predicate::Includes { negated, sets } => {
                f.write_str(if *negated { "EXCLUDES (" } else { "INCLUDES (" })?;
                list(f, sets, ", ")?;
                f.write_char(')')
            }
        }
    }
}

impl Display for SemiJoin {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SELECT {} FROM ", self.field)?;
        list(f, &self.from, ", ")?;
        match &self.condition {
            Some(condition) => write!(f, " WHERE {condition}"),
            None => Ok(()),
        }
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.literal.fmt(f)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Boolean(true) => f.write_str("TRUE"),
            Self::Boolean(false) => f.write_str("FALSE"),
            Self::Number(number) => number.fmt(f),
            Self::Currency { code, amount } => write!(f, "{code}{amount}"),
            Self::Text(text) => text.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::DateTime(timestamp) => timestamp.fmt(f),
            Self::Time(time) => write!(f, "{time}Z"),
            Self::DateLiteral(literal) => literal.fmt(f),
        }
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        escaped(f, &self.text)?;
        f.write_char('\'')
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        for piece in &self.pieces {
            match piece {
                Piece::Any => f.write_char('%')?,
                Piece::One => f.write_char('_')?,
                Piece::Text(text) => {
                    for part in text.split_inclusive(['%', '_']) {
                        match part.strip_suffix(['%', '_']) {
                            Some(before) => {
                                escaped(f, before)?;
                                write!(f, "\\{}", &part[before.len()..])?;
                            }
                            None => escaped(f, part)?,
                        }
                    }
                }
            }
        }
        f.write_char('\'')
    }
}

fn escaped(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        match character {
            '\'' => f.write_str("\\'")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            control if control.is_control() => write!(f, "\\u{:04x}", u32::from(control))?,
            plain => f.write_char(plain)?,
        }
    }
    Ok(())
}

impl Display for With {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access { mode, .. } => f.write_str(match mode {
                AccessMode::SecurityEnforced => "WITH SECURITY_ENFORCED",
                AccessMode::User => "WITH USER_MODE",
                AccessMode::System => "WITH SYSTEM_MODE",
            }),
            Self::DataCategory { filters, .. } => {
                f.write_str("WITH DATA CATEGORY ")?;
                list(f, filters, " AND ")
            }
            Self::Equals { name, value, .. } => write!(f, "WITH {name} = {value}"),
            Self::Named { name, options, .. } => {
                write!(f, "WITH {name}")?;
                if options.is_empty() {
                    return Ok(());
                }
                f.write_str(" (")?;
                list(f, options, ", ")?;
                f.write_char(')')
            }
        }
    }
}

impl Display for WithOption {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.value)
    }
}

impl Display for CategoryFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let selector = match self.selector {
            CategorySelector::At => "AT",
            CategorySelector::Above => "ABOVE",
            CategorySelector::Below => "BELOW",
            CategorySelector::AboveOrBelow => "ABOVE_OR_BELOW",
        };
        write!(f, "{} {selector} ", self.group)?;
        match self.categories.as_slice() {
            [only] => only.fmt(f),
            several => {
                f.write_char('(')?;
                list(f, several, ", ")?;
                f.write_char(')')
            }
        }
    }
}

impl Display for Grouping {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (before, after) = match self.kind {
            GroupingKind::Plain => ("GROUP BY ", ""),
            GroupingKind::Rollup => ("GROUP BY ROLLUP (", ")"),
            GroupingKind::Cube => ("GROUP BY CUBE (", ")"),
        };
        f.write_str(before)?;
        list(f, &self.items, ", ")?;
        f.write_str(after)
    }
}

impl Display for Ordering {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)?;
        match self.direction {
            Some(Direction::Ascending) => f.write_str(" ASC")?,
            Some(Direction::Descending) => f.write_str(" DESC")?,
            None => {}
        }
        match self.nulls {
            Some(Nulls::First) => f.write_str(" NULLS FIRST"),
            Some(Nulls::Last) => f.write_str(" NULLS LAST"),
            None => Ok(()),
        }
    }
}

impl Display for Viewing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::View(_) => "VIEW",
            Self::Reference(_) => "REFERENCE",
        })
    }
}

impl Display for Statistic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tracking(_) => "TRACKING",
            Self::Viewstat(_) => "VIEWSTAT",
        })
    }
}
